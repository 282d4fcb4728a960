//! A plan as the JSON document that `plan --json` prints.
//!
//! In: a plan and what the run counted. Out: the document. It must not print, and it never
//! holds a secret.

use std::collections::BTreeMap;

use model::plan::{AttributeChange, Change, Drift, OutputChange, Plan};
use serde_json::{Map, Value as Json, json};

use super::summary::summary;

/// What a run knows besides the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The stack's name.
    pub stack: String,
    /// `--env`.
    pub environment: Option<String>,
    /// AWS calls for resources, by operation, as `ec2:DescribeVpcs`.
    pub aws_calls: BTreeMap<String, u64>,
    /// Calls to the state store.
    pub state_calls: u64,
    /// How long it took.
    pub elapsed_ms: u64,
}

/// The document of `plan --json`.
#[must_use]
pub fn to_json(plan: &Plan, report: &Report) -> Json {
    json!({
        "format": 1,
        "stack": report.stack,
        "environment": report.environment,
        "serial": plan.binding.serial,
        "summary": summary(plan),
        "changes": plan.changes.iter().map(change).collect::<Vec<Json>>(),
        "drift": plan.drift.iter().map(drift).collect::<Vec<Json>>(),
        "outputs": plan.outputs.iter().map(output).collect::<Map<String, Json>>(),
        "aws_calls": {
            "total": report.aws_calls.values().sum::<u64>(),
            "by_operation": report.aws_calls,
        },
        "state_calls": report.state_calls,
        "elapsed_ms": report.elapsed_ms,
    })
}

fn change(change: &Change) -> Json {
    let mut row = json!({
        "address": change.address,
        "kind": change.kind,
        "action": change.action,
        "attributes": change.attributes.iter().map(attribute).collect::<Vec<Json>>(),
        "after": change.after,
    });
    let further = [
        ("deposed", change.deposed.as_ref().map(|it| json!(it))),
        ("reason", change.reason.as_ref().map(|it| json!(it))),
        ("moved_from", change.moved_from.as_ref().map(|it| json!(it))),
    ];
    if let Json::Object(members) = &mut row {
        for (name, value) in further {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        }
    }
    row
}

fn attribute(change: &AttributeChange) -> Json {
    json!({
        "path": change.path,
        "before": change.before.to_json(),
        "after": change.after.to_json(),
        "cause": change.cause,
        "effect": change.effect,
    })
}

fn drift(drift: &Drift) -> Json {
    json!({
        "address": drift.address,
        "path": drift.path,
        "last_applied": drift.last_applied.to_json(),
        "live": drift.live.to_json(),
    })
}

fn output((name, change): (&String, &OutputChange)) -> (String, Json) {
    let value = json!({
        "before": if change.sensitive { json!({ "$secret": true }) } else { change.before.to_json() },
        "after": change.after.to_json(),
        "sensitive": change.sensitive,
    });
    (name.clone(), value)
}
