//! From the SDK's errors to faults, by AWS's error codes.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use driver::{Fault, FaultKind, RunOut};

/// Turns the answer of a call into a value or a [`Fault`].
pub trait Answer<T> {
    /// Names the operation, as `ecs:CreateService`.
    ///
    /// # Errors
    /// What the SDK reported, classified by its error code.
    fn fault(self, operation: &str) -> Result<T, Fault>;

    /// The same for a call whose answer "not there" is a fine answer: `None`.
    ///
    /// # Errors
    /// Any other fault.
    fn found(self, operation: &str) -> Result<Option<T>, Fault>
    where
        Self: Sized,
    {
        match self.fault(operation) {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

impl<T, E: ProvideErrorMetadata + std::error::Error + 'static> Answer<T> for Result<T, SdkError<E, HttpResponse>> {
    fn fault(self, operation: &str) -> Result<T, Fault> {
        self.map_err(|error| classify(operation, &error))
    }
}

/// Reclassifies a fault where one service uses a code in its own way.
pub trait FaultCodes<T> {
    /// Gives the fault another kind when its code is among these.
    ///
    /// # Errors
    /// The fault, perhaps of another kind.
    fn code_means(self, codes: &[&str], kind: FaultKind) -> Result<T, Fault>;
}

impl<T> FaultCodes<T> for Result<T, Fault> {
    fn code_means(self, codes: &[&str], kind: FaultKind) -> Self {
        self.map_err(|fault| match &fault.code {
            Some(code) if codes.contains(&code.as_str()) => Fault { kind, ..fault },
            _ => fault,
        })
    }
}

fn classify<E: ProvideErrorMetadata + std::error::Error + 'static>(
    operation: &str,
    error: &SdkError<E, HttpResponse>,
) -> Fault {
    let fault = |kind, message: String| Fault::new(kind, operation, message);
    if let Some(run_out) = cause::<RunOut>(error) {
        return fault(FaultKind::Unreachable, run_out.to_string());
    }
    match error {
        SdkError::ServiceError(answer) => {
            let metadata = answer.err().meta();
            let code = metadata.code().unwrap_or_default();
            let status = answer.raw().status().as_u16();
            let request_id = answer
                .raw()
                .headers()
                .get("x-amzn-requestid")
                .or_else(|| answer.raw().headers().get("x-amz-request-id"));
            Fault {
                kind: kind_of(code, status),
                operation: operation.to_owned(),
                code: (!code.is_empty()).then(|| code.to_owned()),
                message: metadata.message().map_or_else(|| format!("AWS answered {status}"), str::to_owned),
                request_id: request_id.map(str::to_owned),
            }
        }
        SdkError::ConstructionFailure(_) => fault(FaultKind::Invalid, causes(error)),
        SdkError::TimeoutError(_) => fault(FaultKind::Unknown, "no answer in time".to_owned()),
        SdkError::DispatchFailure(failure) => {
            let unopened = failure.as_connector_error().is_some_and(never_opened);
            let kind = if unopened { FaultKind::Unreachable } else { FaultKind::Unknown };
            fault(kind, causes(error))
        }
        _ => fault(FaultKind::Unknown, causes(error)),
    }
}

/// Whether the connection was never made, so that nothing can have been sent.
fn never_opened(error: &ConnectorError) -> bool {
    cause::<std::io::Error>(error).is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// The first error of a kind among an error and its causes.
fn cause<'a, E: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        next = current.source();
    }
    None
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(current) = cause {
        text = format!("{text}: {current}");
        cause = current.source();
    }
    text
}

/// What a code means in every service; the services' own turns are told to
/// [`FaultCodes::code_means`]. See
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>.
fn kind_of(code: &str, status: u16) -> FaultKind {
    let has = |parts: &[&str]| parts.iter().any(|part| code.contains(part));
    if has(&[
        "Throttl",
        "RequestLimitExceeded",
        "TooManyRequests",
        "SlowDown",
        "PriorRequestNotComplete",
        "RequestThrottled",
    ]) {
        return FaultKind::Throttled;
    }
    if has(&["NotFound", "NoSuch", "DoesNotExist"]) || code == "ResourceNotFoundException" {
        return FaultKind::NotFound;
    }
    if has(&[
        "AccessDenied",
        "Unauthorized",
        "NotAuthorized",
        "AuthFailure",
        "InvalidClientTokenId",
        "UnrecognizedClient",
        "ExpiredToken",
        "SignatureDoesNotMatch",
        "OptInRequired",
    ]) {
        return FaultKind::Denied;
    }
    if has(&["AlreadyExist", "EntityAlreadyExists", "AlreadyOwned", "Duplicate", "ResourceExists", "ResourceConflict"])
    {
        return FaultKind::Conflict;
    }
    if has(&["DependencyViolation", "InUse", "DeleteConflict", "NotEmpty", "ClusterContains"]) {
        return FaultKind::InUse { by: Vec::new() };
    }
    if has(&[
        "IncorrectState",
        "InvalidDBInstanceState",
        "OperationAborted",
        "ConcurrentModification",
        "UpdateInProgress",
    ]) {
        return FaultKind::NotYet;
    }
    if status >= 500 { FaultKind::Unknown } else { FaultKind::Invalid }
}
