//! Where a kind is tried out: a region of the emulator, behind a proxy of its own.
//!
//! In: the emulator's endpoint and a region. Out: drivers, and the record of what they sent. It
//! must not know any kind.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use driver::{Driver, Drivers, Lease, Token};
use model::stack::IgnoreTags;
use providers::aws::Aws;
use sandbox::{Call, Proxy, Scoped, Tools, Verdict};
use tokio_util::sync::CancellationToken;

/// Regions that the emulator has with a default VPC.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-north-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "sa-east-1",
    "af-south-1",
    "ap-east-1",
    "eu-south-1",
    "me-south-1",
    "ap-southeast-3",
    "me-central-1",
    "il-central-1",
    "eu-central-2",
    "eu-south-2",
    "ap-south-2",
    "ap-southeast-4",
];

/// The region of the kind at a place in the catalog.
pub fn region(index: usize) -> String {
    REGIONS[index % REGIONS.len()].to_owned()
}

/// An emulator of one's own.
pub async fn emulator() -> Scoped {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let tools = Tools { path, cache: PathBuf::from(env!("CARGO_TARGET_TMPDIR")) };
    Scoped::start(&tools, &mut |line: &str| eprintln!("{line}")).await.expect("the emulator starts")
}

/// A token that no other create of this run has.
pub fn token() -> Token {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    Token(format!("{:08x}-0000-4000-8000-000000000000", NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// A connection through a proxy.
pub struct Place {
    pub aws: Aws,
    pub drivers: Drivers,
    proxy: Proxy,
}

impl Place {
    pub async fn new(endpoint: &str, region: &str) -> Self {
        let proxy = Proxy::start(endpoint, |_| Verdict::Forward).await.expect("the proxy starts");
        let aws = connect(&proxy.endpoint(), region).await;
        Self { drivers: providers::drivers(&aws), aws, proxy }
    }

    pub fn driver(&self, kind: &str) -> &dyn Driver {
        self.drivers.resources.get(kind).unwrap_or_else(|| panic!("there is no kind {kind}")).as_ref()
    }

    /// The calls since they were last taken.
    pub fn take_calls(&self) -> Vec<Call> {
        self.proxy.take_calls()
    }

    /// The mutating calls since they were last taken.
    pub fn take_mutations(&self) -> Vec<String> {
        self.take_calls().iter().filter(|it| it.mutates()).map(Call::name).collect()
    }

    /// Lets calls through until the `skip`ped mutating ones have passed, and does something to
    /// the next one; answers whether that happened.
    pub fn harm(&self, harm: Harm, skip: usize) -> Arc<AtomicBool> {
        let done = Arc::new(AtomicBool::new(false));
        let (seen, happened) = (AtomicUsize::new(0), Arc::clone(&done));
        self.proxy.judge(move |call| {
            let is_it = call.mutates() && seen.fetch_add(1, Ordering::Relaxed) == skip;
            if !is_it {
                return Verdict::Forward;
            }
            happened.store(true, Ordering::Relaxed);
            match harm {
                Harm::Throttle => throttle(call),
                Harm::DropAnswer => Verdict::ForwardThenDrop,
            }
        });
        done
    }

    /// Refuses one operation.
    pub fn deny(&self, operation: String) {
        self.proxy.judge(move |call| if call.name() == operation { denial(call) } else { Verdict::Forward });
    }

    /// Lets calls through until the point is reached, and there cancels what it answers: before
    /// the call is delivered, so that nobody hears an answer. Calls that were sent together with
    /// that one share its fate.
    pub fn kill_at(&self, point: Point) -> CancellationToken {
        let kill = CancellationToken::new();
        let (mut seen, killed) = (0, kill.clone());
        self.proxy.judge(move |call| {
            seen += usize::from(call.mutates());
            if seen < point.call {
                return Verdict::Forward;
            }
            killed.cancel();
            match point.fate {
                Fate::Lost => Verdict::Drop,
                Fate::Delivered => Verdict::ForwardThenDrop,
            }
        });
        kill
    }

    /// Waits until everything that was sent has arrived.
    pub async fn quiet(&self) {
        // What was sent just now may not have been looked at yet.
        let mut quiet = 0;
        while quiet < 5 {
            quiet = if self.proxy.underway() > 0 { 0 } else { quiet + 1 };
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Lets everything through again.
    pub fn heal(&self) {
        self.proxy.judge(|_| Verdict::Forward);
    }
}

/// What happens to a mutating call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// AWS refuses it for now.
    Throttle,
    /// It is done, and the answer is lost.
    DropAnswer,
}

/// Where a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// At which mutating call, from 1.
    pub call: usize,
    /// What becomes of that call.
    pub fate: Fate,
}

/// What becomes of the call at which a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// AWS never gets it.
    Lost,
    /// AWS does it, and nobody hears the answer.
    Delivered,
}

impl Point {
    /// All points in order: each call is lost, then delivered.
    pub fn nth(index: usize) -> Self {
        let fate = if index.is_multiple_of(2) { Fate::Lost } else { Fate::Delivered };
        Self { call: index / 2 + 1, fate }
    }
}

impl std::fmt::Display for Point {
    /// `killed at call 2, which is lost`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fate = match self.fate {
            Fate::Lost => "lost",
            Fate::Delivered => "delivered",
        };
        write!(f, "killed at call {}, which is {fate}", self.call)
    }
}

/// A connection straight to an endpoint.
pub async fn connect(endpoint: &str, region: &str) -> Aws {
    let credentials = Credentials::new(sandbox::ACCESS_KEY, sandbox::SECRET_KEY, None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(Region::new(region.to_owned()))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Aws::connect(config, IgnoreTags::default(), Lease::unlimited()).await.expect("the emulator answers")
}

/// As each service says it.
fn throttle(call: &Call) -> Verdict {
    let (status, code) = match call.service.as_str() {
        "ec2" => (503, "RequestLimitExceeded"),
        "s3" => (503, "SlowDown"),
        "rds" | "iam" => (400, "Throttling"),
        _ => (400, "ThrottlingException"),
    };
    call.refuse(status, code, "slow down")
}

/// As each service says it.
fn denial(call: &Call) -> Verdict {
    let (status, code) = match call.service.as_str() {
        "ec2" => (403, "UnauthorizedOperation"),
        "s3" | "rds" | "iam" => (403, "AccessDenied"),
        _ => (400, "AccessDeniedException"),
    };
    call.refuse(status, code, "no")
}
