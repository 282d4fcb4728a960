//! A plan as the JSON document that `plan --json` prints.
//!
//! In: a plan and what the run counted. Out: the document. It must not print, and it never
//! holds a secret.

use std::collections::BTreeMap;

use model::plan::{AttributeChange, Change, Drift, OutputChange, Plan};
use serde_json::{Value as Json, json};

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
    let calls = json!({
        "total": report.aws_calls.values().sum::<u64>(),
        "by_operation": report.aws_calls,
    });
    object([
        ("format", json!(1)),
        ("stack", json!(report.stack)),
        ("environment", json!(report.environment)),
        ("serial", json!(plan.binding.serial)),
        ("summary", json!(summary(plan))),
        ("changes", plan.changes.iter().map(change).collect()),
        ("drift", plan.drift.iter().map(drift).collect()),
        ("outputs", Json::Object(plan.outputs.iter().map(output).collect())),
        ("aws_calls", calls),
        ("state_calls", json!(report.state_calls)),
        ("elapsed_ms", json!(report.elapsed_ms)),
    ])
}

/// An object of parts that are JSON already. `json!` would copy them, whatever their size.
pub(super) fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
    Json::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn change(change: &Change) -> Json {
    let mut row = object([
        ("address", json!(change.address)),
        ("kind", json!(change.kind)),
        ("action", json!(change.action)),
        ("attributes", change.attributes.iter().map(attribute).collect()),
        ("after", json!(change.after)),
    ]);
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
    object([
        ("path", json!(change.path)),
        ("before", change.before.to_json()),
        ("after", change.after.to_json()),
        ("cause", json!(change.cause)),
        ("effect", json!(change.effect)),
    ])
}

fn drift(drift: &Drift) -> Json {
    object([
        ("address", json!(drift.address)),
        ("path", json!(drift.path)),
        ("last_applied", drift.last_applied.to_json()),
        ("live", drift.live.to_json()),
    ])
}

fn output((name, change): (&String, &OutputChange)) -> (String, Json) {
    let value = object([
        ("before", if change.sensitive { json!({ "$secret": true }) } else { change.before.to_json() }),
        ("after", change.after.to_json()),
        ("sensitive", json!(change.sensitive)),
    ]);
    (name.clone(), value)
}
