//! The bucket's policy: nothing is read or written without TLS.
//!
//! In: the policy that is there, if any. Out: the same with one statement more. All other
//! statements stay as they are.

use driver::Fault;
use serde_json::{Map, Value, json};

use super::{Setup, patiently, set};
use crate::fault;

/// Which statement is ours.
const SID: &str = "StackctlDenyWithoutTls";

impl Setup<'_> {
    pub(super) async fn policy(&self) -> Result<bool, Fault> {
        let operation = "s3:GetBucketPolicy";
        let read = self.connection.s3.get_bucket_policy().bucket(self.name());
        let read = read.expected_bucket_owner(self.account()).send().await;
        let read = set(fault::bucket(operation, read))?.and_then(|it| it.policy);
        let there = match read.as_deref().map(serde_json::from_str) {
            Some(Ok(Value::Object(policy))) => Some(policy),
            None => None,
            Some(_) => return Err(Fault::invalid(operation, "the bucket's policy is no JSON object")),
        };
        let Some(merged) = merge(there, statement(&self.connection.region, self.name())) else { return Ok(true) };
        let text = Value::Object(merged).to_string();
        patiently(|| async {
            let call = self.connection.s3.put_bucket_policy().bucket(self.name()).policy(&text);
            fault::bucket("s3:PutBucketPolicy", call.expected_bucket_owner(self.account()).send().await)
        })
        .await
        .map(|_| false)
    }
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html>, "Enforce
/// encryption of data in transit".
fn statement(region: &str, bucket: &str) -> Value {
    let arn = format!("arn:{}:s3:::{bucket}", partition(region));
    json!({
        "Sid": SID,
        "Effect": "Deny",
        "Principal": "*",
        // IAM reads actions without regard to case. In capitals, emulators that judge statements
        // without their conditions do not take this for a refusal of everything.
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
        "Action": "S3:*",
        "Resource": [arn, format!("{arn}/*")],
        "Condition": { "Bool": { "aws:SecureTransport": "false" } },
    })
}

/// The partition that a region is in.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn partition(region: &str) -> &'static str {
    const PARTITIONS: [(&str, &str); 7] = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
        ("eusc-", "aws-eusc"),
    ];
    PARTITIONS.iter().find(|(prefix, _)| region.starts_with(prefix)).map_or("aws", |(_, partition)| partition)
}

/// The policy with our statement; `None` where it says that already, under whatever name.
fn merge(there: Option<Map<String, Value>>, ours: Value) -> Option<Map<String, Value>> {
    let mut policy = there.unwrap_or_else(|| Map::from_iter([("Version".to_owned(), json!("2012-10-17"))]));
    // A single statement may stand there without a list.
    let mut statements = match policy.remove("Statement") {
        Some(Value::Array(statements)) => statements,
        Some(single) => vec![single],
        None => Vec::new(),
    };
    if statements.iter().any(|it| meaning(it) == meaning(&ours)) {
        return None;
    }
    match statements.iter_mut().find(|it| it["Sid"] == SID) {
        Some(former) => *former = ours,
        None => statements.push(ours),
    }
    policy.insert("Statement".to_owned(), Value::Array(statements));
    Some(policy)
}

/// A statement without its name, and with every value as a sorted list: AWS writes a list of one
/// as that one.
fn meaning(statement: &Value) -> Value {
    match statement {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().filter(|(name, _)| *name != "Sid").collect();
            fields.sort_by_key(|(name, _)| name.as_str());
            Value::Object(fields.into_iter().map(|(name, value)| (name.clone(), meaning(value))).collect())
        }
        Value::Array(values) => {
            let mut texts: Vec<String> = values.iter().map(text).collect();
            texts.sort();
            json!(texts)
        }
        Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::Null => json!([text(statement)]),
    }
}

/// `false` and `"false"` mean the same, and `s3:*` and `S3:*`.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours() -> Value {
        statement("eu-west-1", "acme")
    }

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn other_statements_stay() {
        let other = json!({ "Sid": "Mine", "Effect": "Allow", "Action": "s3:GetObject" });
        let merged = merge(None, ours()).expect("it is missing");
        assert_eq!(Value::Object(merged), json!({ "Version": "2012-10-17", "Statement": [ours()] }));
        let single = object(json!({ "Version": "2008-10-17", "Id": "x", "Statement": other }));
        let merged = merge(Some(single), ours()).expect("it is missing");
        assert_eq!(Value::Object(merged), json!({ "Version": "2008-10-17", "Id": "x", "Statement": [other, ours()] }));
        let former = json!({ "Sid": SID, "Effect": "Deny" });
        let merged = merge(Some(object(json!({ "Statement": [former, other] }))), ours()).expect("it is another");
        assert_eq!(Value::Object(merged), json!({ "Statement": [ours(), other] }));
    }

    #[test]
    fn what_means_the_same_is_left_alone() {
        let theirs = json!({
            "Sid": "DenyInsecure",
            "Condition": { "Bool": { "aws:SecureTransport": ["false"] } },
            "Resource": ["arn:aws:s3:::acme/*", "arn:aws:s3:::acme"],
            "Principal": "*",
            "Action": ["s3:*"],
            "Effect": "Deny",
        });
        assert_eq!(merge(Some(object(json!({ "Statement": [theirs] }))), ours()), None);
        assert_eq!(merge(Some(object(json!({ "Statement": [ours()] }))), ours()), None);
    }

    #[test]
    fn regions_are_in_partitions() {
        assert_eq!(partition("eu-central-1"), "aws");
        assert_eq!(partition("us-gov-west-1"), "aws-us-gov");
        assert_eq!(partition("cn-north-1"), "aws-cn");
    }
}
