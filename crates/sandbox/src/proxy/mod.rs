//! A proxy between a client and an emulator, for tests: it counts calls and makes them fail.
//!
//! In: an upstream endpoint and a judge that decides what happens to each call. Out: an endpoint,
//! and the record of every call. Plain HTTP/1.1 on the loopback interface only. It does not know
//! what is upstream.

mod call;
mod gate;

pub use call::Call;
pub use gate::Gate;

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::http::{self, Unanswered};

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is delivered and answered.
    Forward,
    /// It is delivered and answered after a while.
    Delay(Duration),
    /// It is delivered and answered once the gate is open.
    Hold(Gate),
    /// It is delivered, and the answer is lost: the client's connection is closed without a word.
    ForwardThenDrop,
    /// It is lost on the way: nothing is delivered, and the client's connection is closed.
    Drop,
    /// It is not delivered, and answered so. [`Call::refuse`] writes an AWS error.
    Refuse {
        /// The HTTP status; one that is none becomes 500.
        status: u16,
        /// The whole body.
        body: String,
    },
}

type Judge = Box<dyn FnMut(&Call) -> Verdict + Send>;

/// A running proxy; dropping it closes its port.
pub struct Proxy {
    port: u16,
    book: Arc<Mutex<Book>>,
    listening: AbortHandle,
}

/// What is decided and noted call by call, in one place so that numbers and verdicts agree.
struct Book {
    calls: Vec<Call>,
    judge: Judge,
    underway: usize,
}

impl Proxy {
    /// Starts a proxy for `upstream`, such as `http://127.0.0.1:5000`.
    ///
    /// # Errors
    /// No port can be had, or `upstream` is no such address.
    pub async fn start(upstream: &str, judge: impl FnMut(&Call) -> Verdict + Send + 'static) -> io::Result<Proxy> {
        let authority: Arc<str> = upstream
            .strip_prefix("http://")
            .map(|rest| rest.trim_end_matches('/').into())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "not an http:// address"))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let book = Arc::new(Mutex::new(Book { calls: Vec::new(), judge: Box::new(judge), underway: 0 }));
        let listening = tokio::spawn(listen(listener, authority, Arc::clone(&book))).abort_handle();
        Ok(Proxy { port, book, listening })
    }

    /// The address that clients use.
    pub fn endpoint(&self) -> String {
        crate::server::endpoint(self.port)
    }

    /// Every call since the start, or since they were last taken, in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        open(&self.book).calls.clone()
    }

    /// Like [`Proxy::calls`], and begins to count anew.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut open(&self.book).calls)
    }

    /// How many calls are on their way upstream or being answered there. A delivery is carried to
    /// its end also where the client is gone, killed for instance by the judge.
    pub fn underway(&self) -> usize {
        open(&self.book).underway
    }

    /// Puts another judge in place for the calls to come.
    pub fn judge(&self, judge: impl FnMut(&Call) -> Verdict + Send + 'static) {
        open(&self.book).judge = Box::new(judge);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

/// A judge that panicked has failed its test already; the calls are still worth reading.
fn open(book: &Mutex<Book>) -> std::sync::MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn listen(listener: TcpListener, authority: Arc<str>, book: Arc<Mutex<Book>>) {
    // Dropped with this task, and with it every connection that is still open.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, Arc::clone(&authority), Arc::clone(&book)));
            }
            Err(problem) => tracing::warn!(%problem, "the proxy cannot accept a connection"),
        }
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(stream: TcpStream, authority: Arc<str>, book: Arc<Mutex<Book>>) {
    let service = service_fn(|request| handle(request, Arc::clone(&authority), Arc::clone(&book)));
    let served = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
    if let Err(problem) = served {
        // A dropped answer ends here too: an error is how hyper is told to close without one.
        tracing::debug!(%problem, "a connection through the proxy ended");
    }
}

/// Why a client's connection is closed without an answer.
#[derive(Debug, thiserror::Error)]
enum Closed {
    #[error("the verdict was to drop it")]
    Dropped,
    #[error(transparent)]
    Request(#[from] hyper::Error),
    #[error("upstream: {0}")]
    Upstream(#[from] Unanswered),
    #[error("the proxy is being closed")]
    Ending(#[from] tokio::task::JoinError),
}

async fn handle(
    request: Request<Incoming>,
    authority: Arc<str>,
    book: Arc<Mutex<Book>>,
) -> Result<Response<Full<Bytes>>, Closed> {
    let (mut head, body) = request.into_parts();
    let body = body.collect().await?.to_bytes();
    let verdict = {
        let mut book = open(&book);
        let call = Call::read(book.calls.len(), &head, body.clone());
        let verdict = (book.judge)(&call);
        book.calls.push(call);
        book.underway += usize::from(!matches!(verdict, Verdict::Drop | Verdict::Refuse { .. }));
        verdict
    };
    // The body was read whole, so it is sent whole.
    keep_end_to_end(&mut head.headers);
    head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(body.len()));
    let request = Request::from_parts(head, Full::new(body));
    match verdict {
        Verdict::Forward => deliver(authority, request, book, std::future::ready(())).await,
        Verdict::Delay(time) => deliver(authority, request, book, tokio::time::sleep(time)).await,
        Verdict::Hold(gate) => deliver(authority, request, book, gate.opened()).await,
        Verdict::ForwardThenDrop => {
            deliver(authority, request, book, std::future::ready(())).await?;
            Err(Closed::Dropped)
        }
        Verdict::Drop => Err(Closed::Dropped),
        Verdict::Refuse { status, body } => {
            let mut answer = Response::new(Full::new(Bytes::from(body)));
            *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Ok(answer)
        }
    }
}

/// Delivers in a task of its own: a client that goes away takes its connection's future with it,
/// but not what it has sent.
async fn deliver(
    authority: Arc<str>,
    request: Request<Full<Bytes>>,
    book: Arc<Mutex<Book>>,
    after: impl Future<Output = ()> + Send + 'static,
) -> Result<Response<Full<Bytes>>, Closed> {
    let delivery = tokio::spawn(async move {
        after.await;
        let answer = forward(&authority, request).await;
        open(&book).underway -= 1;
        answer
    });
    delivery.await?
}

async fn forward(authority: &str, request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Closed> {
    let (mut head, body) = http::exchange(authority, request).await?.into_parts();
    keep_end_to_end(&mut head.headers);
    Ok(Response::from_parts(head, Full::new(body)))
}

/// Takes out what concerns one connection only (RFC 9110, section 7.6.1), and the wish to be told
/// to continue, for the body is there already.
fn keep_end_to_end(headers: &mut HeaderMap) {
    for name in
        [header::CONNECTION, header::TRANSFER_ENCODING, header::EXPECT, header::HeaderName::from_static("keep-alive")]
    {
        headers.remove(name);
    }
}
