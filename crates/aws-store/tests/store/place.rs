//! An emulator for the tests of this binary.
//!
//! In: nothing. Out: configurations and settings with names that no other test has. It must not
//! know what is tested.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_store::{AwsBackend, Done, Settings};
use aws_types::SdkConfig;
use aws_types::region::Region;
use engine::protocol::{Lock, Owner};
use engine::store::Holder;
use engine::store::shared::Batch;
use sandbox::{Scoped, Tools};
use tokio::sync::OnceCell;

/// The emulator that all tests share; it ends with the process.
static MOTO: OnceCell<Scoped> = OnceCell::const_new();

/// An emulator.
pub struct Place {
    moto: &'static Scoped,
}

impl Place {
    pub async fn new() -> Self {
        Self { moto: MOTO.get_or_init(start).await }
    }

    pub fn endpoint(&self) -> String {
        self.moto.endpoint()
    }

    pub fn config(&self) -> SdkConfig {
        config(&self.endpoint())
    }

    /// A backend whose bucket and table are there.
    pub async fn backend(&self) -> AwsBackend {
        let settings = settings();
        init(&self.config(), &settings).await;
        AwsBackend::new(&self.config(), settings)
    }
}

/// An emulator that has been asked for everything once: it loads a service with the first request,
/// which may take longer than a request about a lock is waited for.
async fn start() -> Scoped {
    let tools =
        Tools { path: std::env::var_os("PATH").unwrap_or_default(), cache: PathBuf::from(env!("CARGO_TARGET_TMPDIR")) };
    let moto = Scoped::start(&tools, &mut |line: &str| eprintln!("{line}")).await.expect("the emulator starts");
    init(&config(&moto.endpoint()), &settings()).await;
    moto
}

/// A configuration for an endpoint, as whoever the emulator takes everybody for.
pub fn config(endpoint: &str) -> SdkConfig {
    config_as(endpoint, Credentials::new(sandbox::ACCESS_KEY, sandbox::SECRET_KEY, None, None, "test"))
}

pub fn config_as(endpoint: &str, credentials: Credentials) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::from_millis(10)))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build()
}

/// Settings with names of their own.
pub fn settings() -> Settings {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    Settings {
        bucket: format!("acme-state-{number}"),
        table: format!("stackctl-locks-{number}"),
        key: Settings::key_of("shop", Some("prod")),
        region: None,
        account: sandbox::ACCOUNT.to_owned(),
    }
}

/// Makes bucket and table, and answers what was reported.
pub async fn init(config: &SdkConfig, settings: &Settings) -> Vec<Done> {
    let mut done = Vec::new();
    aws_store::init(config, settings, &mut |it| done.push(it)).await.expect("bucket and table are made");
    done
}

pub fn lock(epoch: u64, owner: &str) -> Lock {
    let holder = Holder {
        owner: "ann".to_owned(),
        host: "laptop".to_owned(),
        command: "apply".to_owned(),
        pid: 4711,
        since: 1_700_000_000,
        link: None,
    };
    Lock { epoch, counter: 1, owner: owner.to_owned(), held: true, lease: Duration::from_secs(30), holder }
}

pub fn owner(epoch: u64, token: &str) -> Owner {
    Owner { epoch, token: token.to_owned() }
}

/// A batch of one record, with so long a text.
pub fn batch(first: u64, bytes: usize) -> Batch {
    let text = format!("[\"{}\"]", "x".repeat(bytes.saturating_sub(4)));
    Batch { first, last: first, lineage: "l1".to_owned(), text }
}
