//! Tables.

use serde_json::json;

use super::{other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![table(), provisioned()]
}

fn table() -> Sample {
    let index = |name: &str| json!({ "name": name, "hash_key": "owner", "projection_type": "ALL" });
    let attributes =
        json!([{ "name": "id", "type": "S" }, { "name": "at", "type": "N" }, { "name": "owner", "type": "S" }]);
    let arguments = json!({
        "name": "conformance",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "range_key": "at",
        "attribute": attributes,
        "global_secondary_index": [index("by-owner")],
        "tags": tags(),
    });
    Sample::new("aws_dynamodb_table", arguments)
        .change("tags", other_tags())
        .change("deletion_protection_enabled", [json!(true), json!(false)])
        .change("point_in_time_recovery", [json!({ "enabled": true }), json!({ "enabled": false })])
        .change("ttl", [json!({ "enabled": true, "attribute_name": "expires" })])
        .change_with(
            "stream_enabled",
            [
                json!({ "stream_enabled": true, "stream_view_type": "NEW_AND_OLD_IMAGES" }),
                json!({ "stream_enabled": false, "stream_view_type": null }),
            ],
        )
        .change_with(
            "stream_view_type",
            [
                json!({ "stream_enabled": true, "stream_view_type": "KEYS_ONLY" }),
                json!({ "stream_enabled": true, "stream_view_type": "NEW_IMAGE" }),
            ],
        )
        .change_with(
            "attribute",
            [json!({
                "attribute": [
                    { "name": "id", "type": "S" },
                    { "name": "at", "type": "N" },
                    { "name": "owner", "type": "S" },
                    { "name": "kind", "type": "B" },
                ],
                "global_secondary_index": [
                    index("by-owner"),
                    { "name": "by-kind", "hash_key": "kind", "range_key": "at", "projection_type": "KEYS_ONLY" },
                ],
            })],
        )
        .change("global_secondary_index", [json!([index("by-owner"), index("other")]), json!([index("other")])])
}

fn provisioned() -> Sample {
    let arguments = json!({
        "name": "provisioned",
        "billing_mode": "PROVISIONED",
        "hash_key": "id",
        "read_capacity": 5,
        "write_capacity": 5,
        "attribute": [{ "name": "id", "type": "S" }],
    });
    Sample::new("aws_dynamodb_table", arguments)
        .named("provisioned")
        .change("read_capacity", [json!(6), json!(7)])
        .change("write_capacity", [json!(6), json!(7)])
        .change_with(
            "billing_mode",
            [
                json!({ "billing_mode": "PAY_PER_REQUEST", "read_capacity": null, "write_capacity": null }),
                json!({ "billing_mode": "PROVISIONED", "read_capacity": 5, "write_capacity": 5 }),
            ],
        )
}
