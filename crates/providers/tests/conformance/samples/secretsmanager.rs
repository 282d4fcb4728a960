//! Secrets and their values.

use serde_json::json;

use super::{allow, other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![secret(), version(), generated()]
}

fn secret() -> Sample {
    let arguments = json!({
        "name": "conformance/secret",
        "description": "what the suite makes",
        "recovery_window_in_days": 0,
        "policy": allow("secretsmanager:GetSecretValue"),
        "tags": tags(),
    });
    let key = |name: &str| json!(format!("arn:aws:kms:${{region}}:${{account}}:key/{name}"));
    Sample::new("aws_secretsmanager_secret", arguments)
        .change("tags", other_tags())
        .change("description", [json!("other words"), json!("no words")])
        .change("policy", [allow("secretsmanager:DescribeSecret"), allow("secretsmanager:GetSecretValue")])
        .change("kms_key_id", [key("1234"), key("5678")])
        .change("replica", [json!([{ "region": "eu-west-1" }]), json!([{ "region": "eu-west-2" }])])
}

fn version() -> Sample {
    let arguments = json!({ "secret_id": "${secret.id}", "secret_string": "canary-of-the-suite" });
    Sample::new("aws_secretsmanager_secret_version", arguments)
        .need("secret", "aws_secretsmanager_secret", json!({ "name": "conformance/version" }))
        .change("version_stages", [json!(["AWSCURRENT", "blue"]), json!(["AWSCURRENT"])])
        // The version in use goes with its secret.
        .lingering()
}

fn generated() -> Sample {
    let arguments = json!({ "secret_id": "${secret.id}", "generate": { "length": 24, "special": false } });
    Sample::new("aws_secretsmanager_secret_version", arguments)
        .named("generated")
        .need("secret", "aws_secretsmanager_secret", json!({ "name": "conformance/generated" }))
        .lingering()
}
