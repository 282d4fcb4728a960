//! The sandbox with real emulators: each test starts its own and leaves none behind.

mod install;
mod proxy;
mod scoped;
mod shared;

use std::path::PathBuf;

use sandbox::Tools;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What this machine has; where it has no moto, one is installed once per target folder.
fn tools() -> Tools {
    Tools { path: std::env::var_os("PATH").unwrap_or_default(), cache: PathBuf::from(env!("CARGO_TARGET_TMPDIR")) }
}

/// For calls that should have nothing to say; what they say shows with a failing test.
fn heard(line: &str) {
    eprintln!("{line}");
}

/// A signed request, byte by byte, so that no client library hides what came back: the answer's
/// text, empty where the connection was closed without one.
async fn send(endpoint: &str, service: &str, line: &str, headers: &str, body: &str) -> String {
    let authority = endpoint.strip_prefix("http://").expect("an http endpoint");
    let mut stream = TcpStream::connect(authority).await.expect("a listening endpoint");
    let request = format!(
        "{line} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\nContent-Length: {}\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential={}/20260101/{}/{service}/aws4_request, \
         SignedHeaders=host, Signature=00\r\n{headers}\r\n{body}",
        body.len(),
        sandbox::ACCESS_KEY,
        sandbox::REGION,
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("read");
    String::from_utf8_lossy(&answer).into_owned()
}

/// A call of the AWS JSON protocol.
async fn json(endpoint: &str, service: &str, target: &str, body: &str) -> String {
    let headers = format!("X-Amz-Target: {target}\r\nContent-Type: application/x-amz-json-1.1\r\n");
    send(endpoint, service, "POST /", &headers, body).await
}

/// A call of the AWS query protocol.
async fn form(endpoint: &str, service: &str, body: &str) -> String {
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    send(endpoint, service, "POST /", headers, body).await
}

/// Asks the emulator to remember something, and whether it does.
async fn remember(endpoint: &str) {
    let made = json(endpoint, "logs", "Logs_20140328.CreateLogGroup", r#"{"logGroupName":"g"}"#);
    assert!(made.await.starts_with("HTTP/1.1 200"));
}

async fn remembers(endpoint: &str) -> bool {
    let groups = json(endpoint, "logs", "Logs_20140328.DescribeLogGroups", "{}").await;
    assert!(groups.starts_with("HTTP/1.1 200"), "{groups}");
    groups.contains("log-group:g")
}

/// Whether anyone listens there.
async fn listens(endpoint: &str) -> bool {
    let authority = endpoint.strip_prefix("http://").expect("an http endpoint");
    TcpStream::connect(authority).await.is_ok()
}

/// Sends a signal through the shell, as a person would.
fn signal(name: &str, pid: u32) {
    let status =
        std::process::Command::new("/bin/sh").args(["-c", &format!("kill -{name} {pid}")]).status().expect("a shell");
    assert!(status.success(), "kill -{name} {pid}");
}
