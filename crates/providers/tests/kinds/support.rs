//! An AWS for one test: the sandbox's emulator on a free port, gone with the value.
//!
//! In: nothing; where this machine has no emulator, one is installed once per target folder. Out:
//! an endpoint and a connection to it. It must not know any resource type.

use std::path::PathBuf;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use driver::Lease;
use model::stack::IgnoreTags;
use providers::aws::Aws;
use sandbox::{Scoped, Tools};

/// A running emulator.
pub struct Moto {
    /// Where it listens, as `http://127.0.0.1:4000`.
    pub endpoint: String,
    _scoped: Scoped,
}

/// Starts an emulator and waits until it answers, on a runtime of its own, because the test's is
/// busy with the caller.
pub fn moto() -> Moto {
    let start = || {
        let tools = Tools {
            path: std::env::var_os("PATH").unwrap_or_default(),
            cache: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(Scoped::start(&tools, &mut |line: &str| eprintln!("{line}"))).expect("the emulator starts")
    };
    let scoped = std::thread::spawn(start).join().expect("the emulator starts");
    Moto { endpoint: scoped.endpoint(), _scoped: scoped }
}

/// A connection to an emulator.
pub async fn aws(endpoint: &str) -> Aws {
    let credentials = Credentials::new("testing", "testing", None, None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(endpoint)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Aws::connect(config, IgnoreTags::default(), Lease::unlimited()).await.expect("the emulator answers")
}
