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
    AfterDeserializationInterceptorContextRef, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::RetryConfig;

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
        let mut counts = BTreeMap::new();
        for call in self.lock().iter() {
            *counts.entry(call.operation.clone()).or_insert(0) += 1;
        }
        counts
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
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let call = Call { operation: operation(config), started: Instant::now(), elapsed: Duration::ZERO };
        tracing::debug!(target: "stackctl::aws", operation = call.operation, "call");
        let mut made = self.lock();
        made.push(call);
        let attempt = Attempt(made.len() - 1);
        drop(made);
        config.interceptor_state().store_put(attempt);
        Ok(())
    }

    fn read_after_deserialization(
        &self,
        _: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Attempt(index)) = config.load::<Attempt>()
            && let Some(call) = self.lock().get_mut(*index)
        {
            call.elapsed = call.started.elapsed();
        }
        Ok(())
    }
}

/// Service and operation of the call that is being made, as `ec2:DescribeVpcs`.
pub(super) fn operation(config: &ConfigBag) -> String {
    config.load::<Metadata>().map_or_else(String::new, |it| {
        let service = it.service().to_lowercase().replace(' ', "");
        let service = if service == "cloudwatchlogs" { "logs".to_owned() } else { service };
        format!("{service}:{}", it.name())
    })
}
