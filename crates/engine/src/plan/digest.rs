//! What a saved plan is held to.
//!
//! In: plans. Out: whether they do the same, and a digest of what they do that holds no secret.
//! It must not know how a plan is stored.

use std::collections::BTreeSet;

use model::plan::{Operation, OperationStep, Plan};
use model::{Address, Known, Path, Planned, Secret, Step, Tree};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::json::object;
use crate::fingerprint::{Fingerprints, hex};

/// Whether two plans do the same, in the same order. Live values that no operation changes may
/// differ.
#[must_use]
pub fn same_operations(a: &Plan, b: &Plan) -> bool {
    let same =
        |(a, b): (&Operation, &Operation)| a.address == b.address && a.kind == b.kind && does_same(&a.step, &b.step);
    a.operations.len() == b.operations.len() && a.edges == b.edges && a.operations.iter().zip(&b.operations).all(same)
}

/// A digest of what a plan does. Secrets go into it as keyed fingerprints, so that it tells
/// nothing about them.
#[must_use]
pub fn digest_of_operations(plan: &Plan, fingerprints: &Fingerprints) -> String {
    let all = object([
        ("operations", plan.operations.iter().map(|it| operation(it, fingerprints)).collect()),
        ("edges", json!(plan.edges)),
        ("outputs", outputs(plan, fingerprints)),
    ]);
    hex(&Sha256::digest(all.to_string()))
}

/// Secrets that a call of this plan must send and that are nowhere at hand: a sensitive variable
/// that was not given feeds something that has never been applied.
#[must_use]
pub fn missing_secrets(plan: &Plan) -> Vec<(Address, Path)> {
    let mut missing = Vec::new();
    for operation in &plan.operations {
        let (desired, sent): (&Planned, Option<&BTreeSet<String>>) = match &operation.step {
            OperationStep::Create { desired } => (desired, None),
            OperationStep::Update { desired, arguments, .. } => (desired, Some(arguments)),
            OperationStep::Delete { .. } | OperationStep::Settle { .. } | OperationStep::Adopt { .. } => continue,
            OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => continue,
        };
        for (name, value) in desired.as_map().into_iter().flatten() {
            if sent.is_none_or(|it| it.contains(name)) {
                let mut paths = Vec::new();
                kept(value, &Path::field(name), &mut paths);
                missing.extend(paths.into_iter().map(|path| (operation.address.clone(), path)));
            }
        }
    }
    missing
}

fn kept(value: &Planned, path: &Path, found: &mut Vec<Path>) {
    match value {
        Tree::Secret(Secret::Keep) => found.push(path.clone()),
        Tree::List(items) => {
            items.iter().enumerate().for_each(|(index, it)| kept(it, &path.join(Step::Index(index)), found));
        }
        Tree::Map(members) => {
            members.iter().for_each(|(key, it)| kept(it, &path.join(Step::Field(key.clone())), found));
        }
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => {}
        Tree::Secret(_) | Tree::Hole(_) => {}
    }
}

/// Whether two operations do the same, whatever the live values that they leave alone.
fn does_same(a: &OperationStep, b: &OperationStep) -> bool {
    match (a, b) {
        (
            OperationStep::Update { id, before, desired, arguments },
            OperationStep::Update { id: other, before: before_other, desired: desired_other, arguments: others },
        ) => {
            (id, desired, arguments) == (other, desired_other, others)
                && changed(before, arguments) == changed(before_other, others)
        }
        (OperationStep::Delete { id, deposed, .. }, OperationStep::Delete { id: other, deposed: is_deposed, .. }) => {
            (id, deposed) == (other, is_deposed)
        }
        (a, b) => a == b,
    }
}

/// The live values that an update does not leave alone.
fn changed(before: &Known, arguments: &BTreeSet<String>) -> Known {
    let changed = before.as_map().into_iter().flatten().filter(|(name, _)| arguments.contains(*name));
    Tree::Map(changed.map(|(name, it)| (name.clone(), it.clone())).collect())
}

fn operation(operation: &Operation, fingerprints: &Fingerprints) -> Json {
    let known = |it: &Known| value(&it.clone().widen(), &operation.address, "", fingerprints);
    let planned = |it: &Planned| value(it, &operation.address, "", fingerprints);
    let step = match &operation.step {
        OperationStep::Create { desired } => object([("create", planned(desired))]),
        OperationStep::Update { id, before, desired, arguments } => object([
            ("update", json!(id)),
            ("before", known(&changed(before, arguments))),
            ("desired", planned(desired)),
            ("arguments", json!(arguments)),
        ]),
        OperationStep::Delete { id, deposed, .. } => json!({ "delete": id, "deposed": deposed }),
        OperationStep::Settle { id } => json!({ "settle": id }),
        OperationStep::Adopt { id, desired } => object([("adopt", json!(id)), ("desired", planned(desired))]),
        OperationStep::Forget => json!("forget"),
        OperationStep::Record { desired, moved_from } => {
            object([("record", planned(desired)), ("moved_from", json!(moved_from))])
        }
        OperationStep::Read { arguments } => object([("read", planned(arguments))]),
    };
    object([("address", json!(operation.address)), ("kind", json!(operation.kind)), ("step", step)])
}

fn outputs(plan: &Plan, fingerprints: &Fingerprints) -> Json {
    let row = |(name, change): (&String, &model::plan::OutputChange)| {
        let scope = Address::managed("output", name.as_str());
        (name.clone(), value(&change.after, &scope, "", fingerprints))
    };
    Json::Object(plan.outputs.iter().map(row).collect())
}

fn value(tree: &Planned, address: &Address, path: &str, fingerprints: &Fingerprints) -> Json {
    match tree {
        Tree::List(items) => {
            let path = crate::fingerprint::item(path);
            Json::Array(items.iter().map(|it| value(it, address, &path, fingerprints)).collect())
        }
        Tree::Map(members) => {
            let member = |(key, it): (&String, &Planned)| {
                let path = crate::fingerprint::member(path, key);
                (key.clone(), value(it, address, &path, fingerprints))
            };
            Json::Object(members.iter().map(member).collect())
        }
        Tree::Secret(secret @ Secret::Plain { .. }) => {
            let sealed =
                fingerprints.seal(address, Tree::Map([(path.to_owned(), Tree::Secret(secret.clone()))].into()));
            serde_json::to_value(&sealed).unwrap_or(Json::Null)
        }
        Tree::Secret(Secret::Fingerprint(text)) => json!({ "$kept": text }),
        Tree::Secret(Secret::Stamp(text)) => json!({ "$kept": **text }),
        Tree::Secret(Secret::Keep) => json!({ "$kept": null }),
        Tree::Hole(pending) => json!({ "$unknown": pending.to_string(), "stamp": pending.stamp }),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => tree.to_json(),
    }
}
