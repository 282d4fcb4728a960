//! What is at rest is no longer encrypted under a key of one's own.

use model::plan::Action;
use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "encryption-weakened",
    verdicts: &[Verdict::Safe, Verdict::WiderExposure],
    title: "Encryption is switched off, or a key of one's own is given up",
    why: "With a KMS key of one's own, the key's policy is a second lock beside the access policy, every use of it is \
          logged, and disabling it shuts everybody out. Under AWS's keys the access policy alone decides.\n\n\
          - **S3** encrypts every new object since January 2023, with its own keys (SSE-S3) where nothing else is \
          said: see [Default encryption FAQ]\
          (https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html). So removing a \
          configuration that says `AES256` changes nothing, and one that names KMS gives the second lock up.\n\
          - **Log groups**: new events are no longer encrypted under the key, and older ones still need it: see \
          [DisassociateKmsKey]\
          (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DisassociateKmsKey.html).\n\
          - **Tables** go back to a key that AWS owns: see [DynamoDB encryption at rest]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html).\n\
          - **Databases and image repositories** cannot change their encryption: another one takes their place, \
          which loses the data too.",
    instead: "Keep the key. Where KMS requests cost too much, turn on `bucket_key_enabled` instead of going back to \
              S3's keys.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    match case.kind() {
        "aws_s3_bucket_server_side_encryption_configuration" => bucket(case),
        "aws_cloudwatch_log_group" => key_removed(case, "kms_key_id", "new log events are encrypted with AWS's key"),
        "aws_dynamodb_table" if case.turned_off("server_side_encryption.enabled") => {
            let reason = "`server_side_encryption` is turned off: the table is encrypted with a key that AWS owns";
            vec![case.finding(RULE.name, Verdict::WiderExposure, Some(dotted("server_side_encryption")), reason)]
        }
        "aws_db_instance" if case.turned_off("storage_encrypted") => {
            let reason = "`storage_encrypted` is turned off: the new database's storage, backups and snapshots are not \
                          encrypted";
            vec![case.finding(RULE.name, Verdict::WiderExposure, Some(dotted("storage_encrypted")), reason)]
        }
        "aws_ecr_repository" => repository(case),
        _ => Vec::new(),
    }
}

fn key_removed(case: &Case<'_>, path: &str, then: &str) -> Vec<Finding> {
    let gone = case.attribute(path).filter(|it| case.compares() && it.after.is_null() && !it.before.is_null());
    let finding = |attribute: &crate::change::Attribute| {
        let reason = format!("{}: {then}", case.from_to(path, &attribute.before, &attribute.after));
        case.finding(RULE.name, Verdict::WiderExposure, Some(dotted(path)), reason)
    };
    gone.map(finding).into_iter().collect()
}

/// What S3 encrypts new objects with, when it is known.
fn algorithm(arguments: &Planned) -> Option<&str> {
    let rule = at(arguments, "rule");
    let rule = rule.as_list().and_then(<[Planned]>::first).unwrap_or(rule);
    match at(rule, "apply_server_side_encryption_by_default.sse_algorithm") {
        Tree::Text(name) => Some(name),
        Tree::Null => Some(S3_KEYS),
        _ => None,
    }
}

const S3_KEYS: &str = "AES256";

fn bucket(case: &Case<'_>) -> Vec<Finding> {
    if case.goes() && case.goes_with("aws_s3_bucket") {
        return Vec::new();
    }
    let before = algorithm(case.before).unwrap_or("a key of KMS");
    let (verdict, path, reason) = match case.change.action {
        Action::Delete if before == S3_KEYS => {
            (Verdict::Safe, None, "new objects stay encrypted with S3's own keys, which is S3's default".to_owned())
        }
        Action::Delete => {
            let reason = format!("new objects are encrypted with S3's own keys rather than with `{before}`");
            (Verdict::WiderExposure, None, reason)
        }
        Action::Update | Action::Replace => {
            if before == S3_KEYS || algorithm(case.after) != Some(S3_KEYS) {
                return Vec::new();
            }
            let reason =
                format!("`sse_algorithm` goes from `{before}` to `{S3_KEYS}`: no key policy guards new objects");
            (Verdict::WiderExposure, Some(dotted("rule")), reason)
        }
        Action::Create | Action::Adopt | Action::Forget => return Vec::new(),
        Action::Move | Action::Record | Action::Read => return Vec::new(),
    };
    vec![case.finding(RULE.name, verdict, path, reason)]
}

fn repository(case: &Case<'_>) -> Vec<Finding> {
    let path = "encryption_configuration.encryption_type";
    let kind = |side: &Planned| at(side, path).as_text().unwrap_or(S3_KEYS).to_owned();
    if !case.is_replaced() || kind(case.before) == S3_KEYS || kind(case.after) != S3_KEYS {
        return Vec::new();
    }
    let reason =
        format!("`encryption_type` goes from `{}` to `{S3_KEYS}`: no key policy guards the images", kind(case.before));
    vec![case.finding(RULE.name, Verdict::WiderExposure, Some(dotted(path)), reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Replace, Update};
    use serde_json::json;

    use super::super::testing::check;

    const WEAKENED: &[&str] = &["wider-exposure encryption-weakened"];

    #[test]
    fn a_bucket() {
        let rule = |name: &str| json!([{ "apply_server_side_encryption_by_default": { "sse_algorithm": name } }]);
        let bucket = |name: &str| json!({ "bucket": "a", "rule": rule(name) });
        let kind = "aws_s3_bucket_server_side_encryption_configuration";
        check(kind, Delete, bucket("AES256"), json!({}), &["safe encryption-weakened"]);
        check(kind, Delete, bucket("aws:kms"), json!({}), WEAKENED);
        check(kind, Update, bucket("aws:kms"), bucket("AES256"), WEAKENED);
        check(kind, Update, bucket("AES256"), bucket("aws:kms"), &["safe no-risk-known"]);
    }

    #[test]
    fn a_log_group_and_a_table() {
        let key = json!({ "name": "a", "kms_key_id": "arn:aws:kms:eu-west-1:123456789012:key/1" });
        check("aws_cloudwatch_log_group", Update, key, json!({ "name": "a" }), WEAKENED);
        let table = |on: bool| json!({ "name": "a", "server_side_encryption": { "enabled": on } });
        check("aws_dynamodb_table", Update, table(true), table(false), WEAKENED);
    }

    #[test]
    fn what_has_to_be_replaced() {
        let database = |on: bool| json!({ "identifier": "a", "storage_encrypted": on });
        let both = ["data-loss data-goes", "wider-exposure encryption-weakened"];
        check("aws_db_instance", Replace, database(true), database(false), &both);
        let repository = |name: &str| json!({ "name": "a", "encryption_configuration": { "encryption_type": name } });
        let both = ["outage data-goes", "wider-exposure encryption-weakened"];
        check("aws_ecr_repository", Replace, repository("KMS"), repository("AES256"), &both);
    }
}
