//! A value as people read it, secrets never.
//!
//! In: a value of a plan. Out: a short text. It must not know where the value comes from.

use model::{Planned, Tree};
use serde_json::Value as Json;

/// What stands for a secret.
const SECRET: &str = "(secret)";

/// Both sides of a difference. Where one is a secret the other may be the same in plain text.
pub(super) fn both(manifest: &Planned, terraform: &Planned) -> (String, String) {
    let is_secret = manifest.has_secret() || terraform.has_secret();
    let side = |value: &Planned| match value {
        Tree::Null => value_text(value),
        Tree::Hole(_) => value_text(value),
        _ if is_secret && !value.has_secret() => SECRET.to_owned(),
        _ => value_text(value),
    };
    (side(manifest), side(terraform))
}

fn value_text(value: &Planned) -> String {
    match value {
        Tree::Null => "not set".to_owned(),
        Tree::Secret(_) => SECRET.to_owned(),
        Tree::Hole(pending) => format!("not known: {pending}"),
        Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => json(value).to_string(),
        Tree::List(_) | Tree::Map(_) => json(value).to_string(),
    }
}

fn json(value: &Planned) -> Json {
    match value {
        Tree::Secret(_) => Json::from(SECRET),
        Tree::Hole(pending) => Json::from(format!("(not known: {pending})")),
        Tree::List(items) => Json::Array(items.iter().map(json).collect()),
        Tree::Map(members) => Json::Object(members.iter().map(|(key, it)| (key.clone(), json(it))).collect()),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => value.to_json(),
    }
}
