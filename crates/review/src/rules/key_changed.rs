//! Something is encrypted under another KMS key.

use super::case::dotted;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "key-changed",
    verdicts: &[Verdict::Outage],
    title: "Something is encrypted under another KMS key",
    why: "Whoever reads needs `kms:Decrypt` on the key as well as access to the thing itself, and the service needs \
          the key too. A role that may use the old key and not the new one is refused, and that shows only with the \
          next read.\n\n\
          - **Secrets**: the present value can be read with either key; the next one only with the new. See [Change \
          the encryption key for a secret]\
          (https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_update-encryption-key.html).\n\
          - **Log groups**: new events use the new key, and CloudWatch Logs itself must be allowed to use it. See \
          [Encrypt log data]\
          (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html).\n\
          - **Tables**: the table is encrypted again, and cannot be read while its key cannot be used. See [DynamoDB \
          encryption at rest]\
          (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html).",
    instead: "Allow the new key to everyone who reads, and to the service, in a change before this one, and leave the \
              old key enabled: what is encrypted under it stays so. To rotate a key, let KMS rotate it; its ARN stays \
              the same.",
    check,
};

const KEYS: &[(&str, &str)] = &[
    ("aws_cloudwatch_log_group", "kms_key_id"),
    ("aws_db_instance", "master_user_secret_kms_key_id"),
    ("aws_dynamodb_table", "server_side_encryption.kms_key_arn"),
    ("aws_secretsmanager_secret", "kms_key_id"),
];

pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    KEYS.to_vec()
}

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, path) in KEYS.iter().filter(|it| it.0 == case.kind() && case.stays()) {
        let Some(attribute) = case.attribute(path).filter(|it| !it.after.is_null()) else { continue };
        let reason = format!(
            "{}: readers that may not use that key are refused",
            case.from_to(path, &attribute.before, &attribute.after)
        );
        found.push(case.finding(RULE.name, Verdict::Outage, Some(dotted(path)), reason));
    }
    found
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn another_key() {
        let secret = |key: &str| json!({ "name": "a", "kms_key_id": key });
        check("aws_secretsmanager_secret", Update, secret("a"), secret("b"), &["outage key-changed"]);
        let group = json!({ "name": "a", "kms_key_id": { "$unknown": "arn of aws_kms_key" } });
        check("aws_cloudwatch_log_group", Update, json!({ "name": "a" }), group, &["outage key-changed"]);
    }
}
