//! A review as the command line's JSON.
//!
//! In: a review. Out: the document that `stackctl diff --json` prints; see the command line's
//! contract for its shape.

use model::Planned;
use model::plan::Action;
use serde_json::{Map, Value as Json, json};

use crate::change::{Attribute, Change, OutputChange, Released, Review};

/// The document.
#[must_use]
pub fn to_json(review: &Review) -> Json {
    json!({
        "format": 1,
        "stack": review.stack,
        "verdict": review.verdict(),
        "summary": summary(review),
        "changes": review.changes.iter().map(change).collect::<Vec<Json>>(),
        "outputs": review.outputs.iter().map(|(name, it)| (name.clone(), output(it))).collect::<Map<String, Json>>(),
        "released": review.released.iter().map(released).collect::<Vec<Json>>(),
        "refusals": review.refusals.iter().map(|it| json!({
            "code": it.code, "message": it.message, "help": it.help,
        })).collect::<Vec<Json>>(),
    })
}

fn summary(review: &Review) -> Json {
    let count = |action: Action| review.changes.iter().filter(|it| it.action == action).count();
    json!({
        "create": count(Action::Create),
        "update": count(Action::Update),
        "replace": count(Action::Replace),
        "delete": count(Action::Delete),
        "adopt": count(Action::Adopt),
        "forget": count(Action::Forget),
        "move": count(Action::Move),
        "record": count(Action::Record),
        "unchanged": review.unchanged,
    })
}

fn change(change: &Change) -> Json {
    json!({
        "address": change.address,
        "kind": change.kind,
        "layer": change.layer,
        "action": change.action,
        "reason": change.reason,
        "attributes": change.attributes.iter().map(attribute).collect::<Vec<Json>>(),
        "verdicts": change.findings,
        "because_of": change.because_of,
        "moved_from": change.moved_from,
        "suggested_move": change.suggested_move,
        "locations": change.places,
    })
}

fn attribute(attribute: &Attribute) -> Json {
    json!({
        "path": attribute.path,
        "before": attribute.before.to_json(),
        "after": attribute.after.to_json(),
        "effect": attribute.effect,
        "locations": attribute.places,
    })
}

fn output(output: &OutputChange) -> Json {
    let value = |value: &Planned| match output.sensitive && !value.is_null() {
        true => json!({ "$secret": true }),
        false => value.to_json(),
    };
    json!({
        "before": value(&output.before),
        "after": value(&output.after),
        "sensitive": output.sensitive,
        "locations": output.places,
    })
}

fn released(released: &Released) -> Json {
    json!({
        "address": released.address,
        "path": released.path,
        "value": released.value.to_json(),
        "location": released.place,
    })
}
