//! One HTTP/1.1 request over one connection to an address on this machine.
//!
//! In: `host:port` and a request in origin form. Out: the whole answer. moto closes its
//! connection after every request, so there is nothing to pool.

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// Nobody listens there, so nothing was sent.
    #[error("no connection: {0}")]
    Unconnected(#[from] std::io::Error),
    /// It was sent, at least in part.
    #[error("no answer: {0}")]
    Broken(#[from] hyper::Error),
}

/// Sends a request and reads the whole answer.
pub(crate) async fn exchange(authority: &str, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, Unanswered> {
    let stream = TcpStream::connect(authority).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let answer = async {
        let (head, body) = sender.send_request(request).await?.into_parts();
        Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
    }
    .await;
    connection.abort();
    answer
}

/// Sends a request without a body to a path of `authority`.
pub(crate) async fn ask(
    authority: &str,
    method: hyper::Method,
    path: &'static str,
) -> Result<Response<Bytes>, Unanswered> {
    let mut request = Request::new(Full::default());
    *request.method_mut() = method;
    *request.uri_mut() = hyper::Uri::from_static(path);
    if let Ok(host) = hyper::header::HeaderValue::from_str(authority) {
        request.headers_mut().insert(hyper::header::HOST, host);
    }
    request.headers_mut().insert(hyper::header::CONTENT_LENGTH, hyper::header::HeaderValue::from_static("0"));
    exchange(authority, request).await
}
