//! Log groups.

use serde_json::json;

use super::{other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    let arguments = json!({ "name": "/conformance/group", "retention_in_days": 7, "tags": tags() });
    let group = Sample::new("aws_cloudwatch_log_group", arguments)
        .change("tags", other_tags())
        .change("retention_in_days", [json!(14), json!(0), json!(30)]);
    let bare = Sample::new("aws_cloudwatch_log_group", json!({ "name": "/conformance/bare" })).named("bare");
    vec![group, bare]
}
