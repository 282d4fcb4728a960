//! Stops a process that may no longer change AWS.
//!
//! In: the lease on the state's lock. Out: mutating calls that are refused when less of the lease
//! is left than they may take, and given up after that time. AWS cannot check who holds the lock,
//! so the last moment before a request is signed decides.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::timeout::TimeoutConfig;
use driver::Lease;

use super::calls::{is_read, operation};

/// Lets mutating calls through only under a lease. Reads need none.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    lease: Lease,
}

impl Guard {
    pub(super) fn new(lease: Lease) -> Self {
        Self { lease }
    }
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    /// The time of an attempt begins before it is signed, so that a call which is let through then
    /// has been answered or given up before the lease ends. A shorter time that is configured
    /// stays. What was configured has been merged by now, so the whole of it is stored again.
    fn read_before_serialization(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(call) = self.lease.call().filter(|_| !is_read(&operation(config))) {
            let configured = config.load::<TimeoutConfig>().cloned().unwrap_or_else(TimeoutConfig::disabled);
            let attempt = configured.operation_attempt_timeout().map_or(call, |it| it.min(call));
            let timeouts = configured.into_builder().operation_attempt_timeout(attempt).build();
            config.interceptor_state().store_put(timeouts);
        }
        Ok(())
    }

    fn read_before_signing(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if is_read(&operation(config)) { Ok(()) } else { self.lease.check().map_err(BoxError::from) }
    }
}
