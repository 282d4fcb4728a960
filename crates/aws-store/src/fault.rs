//! What the answers of S3 and DynamoDB mean to conditional and transactional writes.
//!
//! In: what the SDK reports. Out: faults whose kinds are those that
//! [`engine::store::shared::Backend`] promises.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use driver::{Fault, FaultKind};
use providers::aws::{Answer, FaultCodes};

/// An answer of DynamoDB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html>
pub fn table<T, E>(operation: &str, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Fault>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    answer
        .fault(operation)
        .code_means(&["ConditionalCheckFailedException"], FaultKind::Conflict)
        .code_means(&["TransactionConflictException", "LimitExceededException"], FaultKind::NotYet)
        .code_means(&["ProvisionedThroughputExceededException"], FaultKind::Throttled)
}

/// An answer to a transaction, which tells a reason for each of its actions.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
pub fn transaction<T>(
    operation: &str,
    answer: Result<T, SdkError<TransactWriteItemsError, HttpResponse>>,
) -> Result<T, Fault> {
    let service_error = answer.as_ref().err().and_then(SdkError::as_service_error);
    let cancelled = match service_error {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons().iter();
            let said = reasons.map(|it| (it.code().unwrap_or_default().to_owned(), it.message().map(str::to_owned)));
            Some(said.filter(|(code, _)| code != "None").collect::<Vec<_>>())
        }
        _ => None,
    };
    table(operation, answer).map_err(|fault| match cancelled {
        Some(reasons) => because(fault, &reasons),
        None => fault,
    })
}

/// The fault of a transaction that was cancelled for these reasons, codes and words.
fn because(fault: Fault, reasons: &[(String, Option<String>)]) -> Fault {
    let has = |codes: &[&str]| reasons.iter().any(|(code, _)| codes.contains(&code.as_str()));
    let kind = if has(&["ConditionalCheckFailed"]) {
        FaultKind::Conflict
    } else if has(&["AccessDenied"]) {
        FaultKind::Denied
    } else if has(&["TransactionConflict"]) {
        FaultKind::NotYet
    } else if has(&["ThrottlingError", "ProvisionedThroughputExceeded"]) {
        FaultKind::Throttled
    } else {
        FaultKind::Invalid
    };
    let code = reasons.first().map(|(code, _)| code.clone());
    let message = reasons.first().and_then(|(_, message)| message.clone()).unwrap_or(fault.message);
    Fault { kind, code: code.or(fault.code), message, ..fault }
}

/// An answer of S3.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>
pub fn bucket<T, E>(operation: &str, answer: Result<T, SdkError<E, HttpResponse>>) -> Result<T, Fault>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let status = response(&answer).map(|it| it.status().as_u16());
    let region = region(&answer);
    answer
        .fault(operation)
        .code_means(&["PreconditionFailed"], FaultKind::Conflict)
        // Another conditional write was under way; or the body never arrived whole.
        .code_means(&["ConditionalRequestConflict", "RequestTimeout"], FaultKind::NotYet)
        .map_err(|fault| by_status(fault, status, region))
}

/// The region that S3 sends to, where the bucket was asked for in another one than its own.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingRouting.html>
pub fn sent_to<T, E>(answer: &Result<T, SdkError<E, HttpResponse>>) -> Option<String> {
    let status = response(answer)?.status().as_u16();
    region(answer).filter(|_| [301, 307, 400].contains(&status))
}

fn response<T, E>(answer: &Result<T, SdkError<E, HttpResponse>>) -> Option<&HttpResponse> {
    answer.as_ref().err().and_then(SdkError::raw_response)
}

/// The bucket's own region, which S3 tells with a refusal.
fn region<T, E>(answer: &Result<T, SdkError<E, HttpResponse>>) -> Option<String> {
    response(answer)?.headers().get("x-amz-bucket-region").map(str::to_owned)
}

/// An answer without a body, as to every HEAD, has but its status. One from a bucket's wrong
/// region tells the right one.
fn by_status(fault: Fault, status: Option<u16>, region: Option<String>) -> Fault {
    let signed_for_another = fault.code.as_deref() == Some("AuthorizationHeaderMalformed");
    match (status, region) {
        (Some(301 | 307), Some(region)) => elsewhere(&fault.operation, &region),
        (Some(400), Some(region)) if signed_for_another => elsewhere(&fault.operation, &region),
        (Some(403), _) if fault.code.is_none() => {
            Fault { kind: FaultKind::Denied, message: "these credentials may not do it".to_owned(), ..fault }
        }
        (Some(404), _) if fault.code.is_none() => Fault { kind: FaultKind::NotFound, ..fault },
        (Some(412), _) => Fault { kind: FaultKind::Conflict, ..fault },
        (Some(_) | None, _) => fault,
    }
}

/// A bucket is in another region than the one it was asked for in.
pub fn elsewhere(operation: &str, region: &str) -> Fault {
    let message = format!("the bucket is in the region {region}: write `region = \"{region}\"` under `[state]`");
    Fault::invalid(operation, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cancelled_transaction_is_as_good_as_its_reasons() {
        fn check(codes: &[&str], kind: FaultKind) {
            let reasons: Vec<_> = codes.iter().map(|code| ((*code).to_owned(), None)).collect();
            let fault = Fault::new(FaultKind::Invalid, "dynamodb:TransactWriteItems", "cancelled");
            assert_eq!(because(fault, &reasons).kind, kind, "{codes:?}");
        }
        check(&["ConditionalCheckFailed"], FaultKind::Conflict);
        check(&["TransactionConflict", "ConditionalCheckFailed"], FaultKind::Conflict);
        check(&["TransactionConflict"], FaultKind::NotYet);
        check(&["ThrottlingError"], FaultKind::Throttled);
        check(&["ProvisionedThroughputExceeded"], FaultKind::Throttled);
        check(&["ValidationError"], FaultKind::Invalid);
        check(&[], FaultKind::Invalid);
    }

    #[test]
    fn an_answer_without_a_body_is_as_good_as_its_status() {
        fn check(status: u16, region: Option<&str>, kind: FaultKind) {
            let fault = Fault::new(FaultKind::Unknown, "s3:HeadBucket", "AWS answered");
            assert_eq!(by_status(fault, Some(status), region.map(str::to_owned)).kind, kind, "{status}");
        }
        check(301, Some("eu-west-1"), FaultKind::Invalid);
        check(403, Some("eu-west-1"), FaultKind::Denied);
        check(404, None, FaultKind::NotFound);
        check(412, None, FaultKind::Conflict);
        check(500, None, FaultKind::Unknown);
    }
}
