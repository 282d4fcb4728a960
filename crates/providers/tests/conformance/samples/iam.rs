//! Roles and policies. IAM knows no regions, so names here must differ from those elsewhere.

use serde_json::json;

use super::{allow, other_tags, tags, trust};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![policy(), role(), role_policy(), role_policy_attachment()]
}

fn policy() -> Sample {
    let arguments = json!({
        "name": "conformance-policy",
        "path": "/conformance/",
        "description": "what the suite makes",
        "policy": allow("logs:PutLogEvents"),
        "tags": tags(),
    });
    let versions = ["logs:CreateLogStream", "s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject"];
    Sample::new("aws_iam_policy", arguments).change("tags", other_tags()).change("policy", versions.map(allow))
}

fn role() -> Sample {
    let arguments = json!({
        "name": "conformance-role",
        "path": "/conformance/",
        "assume_role_policy": trust("ecs-tasks.amazonaws.com"),
        "description": "what the suite makes",
        "max_session_duration": 7200,
        "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "tags": tags(),
    });
    Sample::new("aws_iam_role", arguments)
        .change("tags", other_tags())
        .change("assume_role_policy", [trust("ec2.amazonaws.com"), trust("ecs-tasks.amazonaws.com")])
        .change("description", [json!("other words"), json!("no words")])
        .change("max_session_duration", [json!(10_800), json!(14_400)])
        .change(
            "permissions_boundary",
            [json!("arn:aws:iam::aws:policy/PowerUserAccess"), json!("arn:aws:iam::aws:policy/ReadOnlyAccess")],
        )
}

fn role_policy() -> Sample {
    let role = json!({ "name": "conformance-inline", "assume_role_policy": trust("ec2.amazonaws.com") });
    let arguments = json!({ "name": "conformance", "role": "${role.name}", "policy": allow("logs:PutLogEvents") });
    Sample::new("aws_iam_role_policy", arguments)
        .need("role", "aws_iam_role", role)
        .change("policy", [allow("s3:GetObject"), allow("s3:PutObject")])
}

fn role_policy_attachment() -> Sample {
    let role = json!({ "name": "conformance-attached", "assume_role_policy": trust("ec2.amazonaws.com") });
    let policy = json!({ "name": "conformance-attached", "policy": allow("s3:GetObject") });
    Sample::new("aws_iam_role_policy_attachment", json!({ "role": "${role.name}", "policy_arn": "${policy.arn}" }))
        .need("role", "aws_iam_role", role)
        .need("policy", "aws_iam_policy", policy)
}
