//! Buckets and their settings. Names of buckets are unique in the world.

use serde_json::{Value as Json, json};

use super::{other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![bucket(), versioning(), public_access_block(), encryption()]
}

fn bucket() -> Sample {
    Sample::new("aws_s3_bucket", json!({ "bucket": "conformance-bucket", "force_destroy": true, "tags": tags() }))
        .change("tags", other_tags())
}

fn in_bucket(kind: &'static str, name: &str, arguments: Json) -> Sample {
    Sample::new(kind, arguments).need("bucket", "aws_s3_bucket", json!({ "bucket": name }))
}

fn versioning() -> Sample {
    let status = |status: &str| json!({ "status": status });
    let arguments = json!({ "bucket": "${bucket.bucket}", "versioning_configuration": status("Enabled") });
    in_bucket("aws_s3_bucket_versioning", "conformance-versioning", arguments)
        .change("versioning_configuration", [status("Suspended"), status("Enabled")])
        // A bucket that had versions can only stop making them.
        .lingering()
}

fn public_access_block() -> Sample {
    let arguments = json!({
        "bucket": "${bucket.bucket}",
        "block_public_acls": true,
        "block_public_policy": true,
        "ignore_public_acls": true,
        "restrict_public_buckets": false,
    });
    in_bucket("aws_s3_bucket_public_access_block", "conformance-block", arguments)
        .change("block_public_acls", [json!(false), json!(true)])
        .change("block_public_policy", [json!(false), json!(true)])
        .change("ignore_public_acls", [json!(false), json!(true)])
        .change("restrict_public_buckets", [json!(true), json!(false)])
}

fn encryption() -> Sample {
    let rule = |algorithm: &str, key: bool| json!([{ "apply_server_side_encryption_by_default": { "sse_algorithm": algorithm }, "bucket_key_enabled": key }]);
    let arguments = json!({ "bucket": "${bucket.bucket}", "rule": rule("aws:kms", true) });
    in_bucket("aws_s3_bucket_server_side_encryption_configuration", "conformance-encryption", arguments)
        .change("rule", [rule("AES256", false), rule("aws:kms", false)])
}
