//! Counts every request, and keeps the SDK from repeating mutating ones.
//!
//! The SDK repeats after time-outs, broken connections and 5xx answers for every operation,
//! which would create things twice. Reads keep the SDK's standard retries; for the rest the
//! engine decides, from the fault, whether AWS surely did nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::RetryConfig;
use driver::Errand;

/// The requests of one connection, shared by all its clients.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    made: Arc<Mutex<Vec<Call>>>,
}

/// One request as it went over the wire; a repetition is a request of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Service and operation, as `ec2:DescribeVpcs`.
    pub operation: String,
    /// When it was sent.
    pub started: Instant,
    /// How long the answer took; zero while there is none.
    pub elapsed: Duration,
    /// What it is for, where that is known.
    pub errand: Option<Errand>,
    /// Which attempt at the same call it is, from 1: the SDK repeats reads.
    pub attempt: u32,
    /// How many bytes the request's body has, where that is known beforehand.
    pub sent: Option<u64>,
    /// What came back, if anything did.
    pub response: Option<Response>,
}

/// What is told about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP's status.
    pub status: u16,
    /// How many bytes its body has, where that is known.
    pub received: Option<u64>,
    /// AWS's code for what is wrong.
    pub code: Option<String>,
    /// By which AWS's support finds it.
    pub request_id: Option<String>,
}

impl Calls {
    /// All requests so far in the order sent.
    #[must_use]
    pub fn all(&self) -> Vec<Call> {
        self.lock().clone()
    }

    /// How many requests were sent, by operation.
    #[must_use]
    pub fn by_operation(&self) -> BTreeMap<String, usize> {
        self.count(|_| true)
    }

    /// How many of them only asked whether something has settled, by operation.
    #[must_use]
    pub fn waiting(&self) -> BTreeMap<String, usize> {
        self.count(|call| call.errand == Some(Errand::Settling))
    }

    fn count(&self, counts: impl Fn(&Call) -> bool) -> BTreeMap<String, usize> {
        let mut counted = BTreeMap::new();
        for call in self.lock().iter().filter(|call| counts(call)) {
            *counted.entry(call.operation.clone()).or_insert(0) += 1;
        }
        counted
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Call>> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an operation, as `ec2:DescribeVpcs`, only reads.
#[must_use]
pub fn is_read(operation: &str) -> bool {
    let name = operation.rsplit(':').next().unwrap_or(operation);
    ["Describe", "Get", "List", "Head", "BatchGet", "Query", "Lookup", "Search"].iter().any(|it| name.starts_with(it))
}

/// Which entry of [`Calls`] the running attempt is.
#[derive(Debug)]
struct Attempt(usize);

impl Storable for Attempt {
    type Storer = StoreReplace<Self>;
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    /// Not earlier: before the execution it is not known yet which operation it is.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if !is_read(&operation(config)) {
            config.interceptor_state().store_put(RetryConfig::standard().with_max_attempts(1));
        }
        Ok(())
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = Call {
            operation: operation(config),
            started: Instant::now(),
            elapsed: Duration::ZERO,
            errand: driver::errand(),
            attempt: config.load::<RequestAttempts>().map_or(1, RequestAttempts::attempts),
            sent: context.request().body().content_length(),
            response: None,
        };
        tracing::debug!(target: "stackctl::aws", operation = call.operation, "call");
        let mut made = self.lock();
        made.push(call);
        let attempt = Attempt(made.len() - 1);
        drop(made);
        config.interceptor_state().store_put(attempt);
        Ok(())
    }

    /// After every attempt, also one without an answer.
    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Attempt(index)) = config.load::<Attempt>()
            // An attempt that was given up before it was sent is not the one that is noted.
            && let Some(call) = self.lock().get_mut(*index).filter(|call| call.elapsed.is_zero())
        {
            call.elapsed = call.started.elapsed();
            call.response = context.response().map(response);
        }
        Ok(())
    }
}

fn response(response: &HttpResponse) -> Response {
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    let status = response.status().as_u16();
    let body = response.body().bytes().unwrap_or_default();
    Response {
        status,
        received: response.body().content_length(),
        code: (status >= 400).then(|| code(header("x-amzn-errortype").as_deref(), body)).flatten(),
        request_id: header("x-amzn-requestid").or_else(|| header("x-amz-request-id")),
    }
}

/// AWS's code for what is wrong: in a header, in a member of JSON, or in an element of XML.
fn code(header: Option<&str>, body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let told = match header {
        Some(header) => Some(header.to_owned()),
        None => serde_json::from_str::<serde_json::Value>(&text)
            .ok()
            .and_then(|body| Some(body.get("__type").or_else(|| body.get("code"))?.as_str()?.to_owned()))
            .or_else(|| Some(text.split_once("<Code>")?.1.split_once("</Code>")?.0.to_owned())),
    };
    // `com.amazonaws.ecs#ClusterNotFoundException:http://…`
    let told = told?;
    let name = told.rsplit('#').next()?.split(':').next()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// Service and operation of the call that is being made, as `ec2:DescribeVpcs`.
pub(super) fn operation(config: &ConfigBag) -> String {
    config.load::<Metadata>().map_or_else(String::new, |it| {
        let service = it.service().to_lowercase().replace(' ', "");
        // As requests are signed, which is how policies name services too.
        let service = match service.as_str() {
            "cloudwatchlogs" => "logs",
            "resourcegroupstaggingapi" => "tagging",
            service => service,
        };
        format!("{service}:{}", it.name())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_found_where_the_protocols_have_them() {
        let header = Some("ThrottlingException:http://internal.amazon.com/coral/");
        assert_eq!(code(header, b"").as_deref(), Some("ThrottlingException"));
        let json = br#"{"__type":"com.amazonaws.ecs#ClusterNotFoundException","message":"no"}"#;
        assert_eq!(code(None, json).as_deref(), Some("ClusterNotFoundException"));
        let xml = b"<Response><Errors><Error><Code>RequestLimitExceeded</Code></Error></Errors></Response>";
        assert_eq!(code(None, xml).as_deref(), Some("RequestLimitExceeded"));
        assert_eq!(code(None, b"gateway"), None);
    }
}
