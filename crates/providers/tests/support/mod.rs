//! An AWS for one test file: moto on a free port, gone with the value.
//!
//! In: nothing but `moto_server` on the `PATH`. Out: an endpoint and a connection to it. It must
//! not know any resource type.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_types::SdkConfig;
use aws_types::region::Region;
use model::stack::IgnoreTags;
use providers::aws::Aws;

/// A running emulator.
pub struct Moto {
    /// Where it listens, as `http://127.0.0.1:4000`.
    pub endpoint: String,
    child: Child,
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts an emulator and waits until it answers.
pub fn moto() -> Moto {
    let port = TcpListener::bind(("127.0.0.1", 0)).and_then(|it| it.local_addr()).expect("a free port").port();
    let child = Command::new("moto_server")
        .args(["-H", "127.0.0.1", "-p", &port.to_string()])
        .env("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("moto_server is on the PATH");
    let moto = Moto { endpoint: format!("http://127.0.0.1:{port}"), child };
    // A minute, because the machine may be busy building.
    for _ in 0..600 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return moto;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("moto_server does not listen on port {port}");
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
    Aws::connect(config, IgnoreTags::default()).await.expect("the emulator answers")
}
