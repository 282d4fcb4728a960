//! Whether AWS has what was asked for, as the planner compares it.
//!
//! In: desired and live arguments, and the schema. Out: the paths that differ; a plan would not
//! be empty for them. Arguments in the emulator's table of differences are left out. It must
//! not know where the values come from.

use model::schema::{Document, Field, Schema, Type};
use model::{Known, Tree};
use sandbox::differences::argument_differs;
use serde_json::Value as Json;

/// Where live arguments are not as desired: `path: live, not desired`.
pub fn differences(kind: &str, schema: &Schema, desired: &Known, live: &Known) -> Vec<String> {
    let mut found = Vec::new();
    block(kind, schema, "", desired, live, &mut found);
    found
}

/// Nothing set: null, or a list or map without members.
pub fn is_nothing(value: &Known) -> bool {
    match value {
        Tree::Null => true,
        Tree::List(items) => items.is_empty(),
        Tree::Map(members) => members.values().all(is_nothing),
        Tree::Text(text) => text.is_empty(),
        Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Secret(_) => false,
        Tree::Hole(never) => match *never {},
    }
}

/// Whether two values of one argument mean the same.
pub fn equal(field: &Field, desired: &Known, live: &Known) -> bool {
    let mut found = Vec::new();
    argument("", field, field.name, desired, live, &mut found);
    found.is_empty()
}

/// An output without what changes by itself.
pub fn steady(ty: &Type, value: &Known) -> Known {
    match (ty, value) {
        (Type::Block(schema), Tree::Map(members)) => {
            let steady_member =
                |field: &Field| Some((field.name.to_owned(), steady(field.ty, members.get(field.name)?)));
            Tree::Map(schema().fields.iter().filter(|it| !it.volatile).filter_map(steady_member).collect())
        }
        (Type::List(inner) | Type::Set(inner), Tree::List(items)) => {
            Tree::List(items.iter().map(|it| steady(inner, it)).collect())
        }
        _ => value.clone(),
    }
}

fn block(kind: &str, schema: &Schema, path: &str, desired: &Known, live: &Known, found: &mut Vec<String>) {
    for field in schema.fields.iter().filter(|it| !it.local && !it.write_only) {
        let path = if path.is_empty() { field.name.to_owned() } else { format!("{path}.{}", field.name) };
        let desired = desired.get(field.name).unwrap_or(&Tree::Null);
        if desired.is_null() || argument_differs(kind, &path).is_some() {
            continue;
        }
        argument(kind, field, &path, desired, live.get(field.name).unwrap_or(&Tree::Null), found);
    }
}

fn argument(kind: &str, field: &Field, path: &str, desired: &Known, live: &Known, found: &mut Vec<String>) {
    let mut differs = |equal: bool| {
        if !equal {
            found.push(format!("{path} is {}, not {}", live.to_json(), desired.to_json()));
        }
    };
    if matches!(desired, Tree::Secret(_)) || (is_nothing(desired) && is_nothing(live)) {
        return;
    }
    if live.is_null() && field.default.is_some_and(|it| it.to_known() == *desired) {
        return;
    }
    if let Some(same) = field.same {
        return differs(same(desired, live));
    }
    match field.ty {
        Type::Block(schema) => match live {
            Tree::Map(_) => block(kind, schema(), path, desired, live, found),
            _ => differs(false),
        },
        Type::Set(Type::Block(schema)) => {
            let pairs = |a: &Known, b: &Known| differences(kind, schema(), a, b).is_empty();
            differs(unordered(desired, live, pairs));
        }
        Type::List(Type::Block(schema)) => {
            let items = (desired.as_list().unwrap_or_default(), live.as_list().unwrap_or_default());
            if items.0.len() != items.1.len() {
                return differs(false);
            }
            for (index, (desired, live)) in items.0.iter().zip(items.1).enumerate() {
                block(kind, schema(), &format!("{path}[{index}]"), desired, live, found);
            }
        }
        Type::Set(_) => differs(unordered(desired, live, loosely)),
        Type::Json(Document::Objects { schema, key }) => {
            let pairs = |a: &Known, b: &Known| a.get(key) == b.get(key) && differences(kind, schema(), a, b).is_empty();
            differs(unordered(&parsed(desired), &parsed(live), pairs));
        }
        Type::Json(Document::Policy) => {
            differs(meaning(&parsed(desired).to_json()) == meaning(&parsed(live).to_json()))
        }
        Type::Json(Document::Value) => differs(parsed(desired).to_json() == parsed(live).to_json()),
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::List(_) | Type::Map(_) => {
            differs(loosely(desired, live));
        }
    }
}

fn unordered(desired: &Known, live: &Known, equal: impl Fn(&Known, &Known) -> bool) -> bool {
    let (desired, live) = (desired.as_list().unwrap_or_default(), live.as_list().unwrap_or_default());
    desired.len() == live.len() && desired.iter().all(|a| live.iter().any(|b| equal(a, b)))
}

/// Whole numbers and the same numbers with a fraction are equal.
fn loosely(desired: &Known, live: &Known) -> bool {
    match (desired, live) {
        (Tree::Int(whole), Tree::Float(number)) | (Tree::Float(number), Tree::Int(whole)) => {
            number.to_string() == whole.to_string()
        }
        _ => desired == live,
    }
}

/// A document that may be JSON text.
fn parsed(value: &Known) -> Known {
    match value.as_text().and_then(|text| serde_json::from_str(text).ok()) {
        Some(json) => Known::from_json(&json),
        None => value.clone(),
    }
}

/// A policy in which one value and a list of one are the same, and the order of lists is none.
fn meaning(policy: &Json) -> Json {
    match policy {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(meaning).collect();
            items.sort_by_key(Json::to_string);
            match items.as_slice() {
                [one] => one.clone(),
                _ => Json::Array(items),
            }
        }
        Json::Object(members) => {
            let mut members: Vec<(String, Json)> = members.iter().map(|(key, it)| (key.clone(), meaning(it))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Json::Object(members.into_iter().collect())
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => policy.clone(),
    }
}
