//! What differs and no plan would show.
//!
//! In: evaluated arguments, and what Terraform's state holds. Out: arguments that only stackctl
//! reads and arguments that data sources are looked up by, where both have a value and it is not
//! the same; and arguments that Terraform did not set. It must not know AWS.

use engine::fingerprint::reveal;
use model::schema::{Document, Field, Schema, Type};
use model::stack::Stack;
use model::{Address, Known, Path, Planned, Tree};
use serde_json::Value as Json;

use super::Rehearsal;
use super::difference::Difference;
use super::evaluate::Evaluated;

/// Compares what a plan takes from the manifest without asking.
pub(super) fn differences(rehearsal: &Rehearsal<'_>, stack: &Stack, evaluated: &Evaluated) -> Vec<Difference> {
    let mut found = Vec::new();
    for (address, resource) in &stack.resources {
        if let (Some(desired), Some(instance)) = (evaluated.desired.get(address), rehearsal.instances.get(address)) {
            let ignored =
                |it: &&Field| resource.lifecycle.ignore_changes.iter().any(|at| at.covers(&Path::field(it.name)));
            let fields = (resource.kind.inputs)().fields.iter().filter(|it| !ignored(it));
            found.extend(fields.filter_map(|field| match field.local {
                true => difference(address, field, desired, &instance.inputs, equal),
                false => invented(address, field, desired, &instance.inputs),
            }));
        }
    }
    for (address, data) in &stack.data {
        if let (Some(desired), Some(told)) = (evaluated.desired.get(address), rehearsal.data.get(address)) {
            let fields = (data.kind.arguments)().fields.iter();
            found.extend(fields.filter_map(|it| difference(address, it, desired, told, found_by)));
        }
    }
    found
}

/// An argument that the manifest sets and Terraform did not. A plan takes what AWS does not tell
/// for what was applied last; but what Terraform's configuration sets stands in its state.
fn invented(address: &Address, field: &Field, desired: &Planned, held: &Known) -> Option<Difference> {
    let set = desired.get(field.name)?;
    let is_held = held.get(field.name).is_some_and(|it| !it.is_null());
    if field.write_only || is_held {
        return None;
    }
    let known = reveal(&set.clone().known().ok()?)?;
    let is_default = field.default.is_some_and(|it| it.to_known() == known);
    (!is_default && !says_nothing(&known)).then(|| Difference::new(address, Path::field(field.name), set, &Tree::Null))
}

/// What Terraform's state may have as not set.
fn says_nothing(value: &Known) -> bool {
    match value {
        Tree::Null | Tree::Bool(false) | Tree::Int(0) => true,
        Tree::Text(text) => text.is_empty(),
        Tree::List(items) => items.is_empty(),
        Tree::Map(members) => members.is_empty(),
        Tree::Bool(true) | Tree::Int(_) | Tree::Float(_) | Tree::Secret(_) => false,
        Tree::Hole(never) => match *never {},
    }
}

fn difference(
    address: &Address,
    field: &Field,
    desired: &Planned,
    held: &Known,
    same: fn(&Field, &Known, &Known) -> bool,
) -> Option<Difference> {
    let set = desired.get(field.name).filter(|it| !it.is_null())?;
    let held = held.get(field.name).filter(|it| !it.is_null())?;
    let agrees = match set.clone().known() {
        // A secret that is not at hand cannot be compared.
        Ok(known) => match (reveal(&known), reveal(held)) {
            (Some(desired), Some(held)) => same(field, &desired, &held),
            _ => true,
        },
        Err(_) => false,
    };
    (!agrees).then(|| Difference::new(address, Path::field(field.name), set, &held.clone().widen()))
}

/// Whether two values of a field mean the same.
pub(crate) fn equal(field: &Field, desired: &Known, held: &Known) -> bool {
    field.same.is_some_and(|same| same(desired, held)) || canonical(field.ty, desired) == canonical(field.ty, held)
}

/// Whether a data source is looked up by the same. One that is looked up by some tags tells all
/// tags of what it found.
fn found_by(field: &Field, desired: &Known, held: &Known) -> bool {
    match (field.ty, desired, held) {
        (Type::Map(_), Tree::Map(desired), Tree::Map(held)) => {
            desired.iter().all(|(key, it)| it.is_null() || held.get(key) == Some(it))
        }
        _ => equal(field, desired, held),
    }
}

/// A value as JSON in which what has no order is sorted, and what is not set is not there.
fn canonical(ty: &Type, value: &Known) -> Json {
    match (ty, value) {
        (Type::List(inner), Tree::List(items)) => Json::Array(items.iter().map(|it| canonical(inner, it)).collect()),
        (Type::Set(inner), Tree::List(items)) => {
            let mut items: Vec<Json> = items.iter().map(|it| canonical(inner, it)).collect();
            items.sort_by_cached_key(Json::to_string);
            items.dedup();
            Json::Array(items)
        }
        (Type::Map(inner), Tree::Map(members)) => {
            members_of(members.iter().map(|(key, it)| (key, canonical(inner, it))))
        }
        (Type::Block(schema), Tree::Map(members)) => {
            let schema: &Schema = schema();
            let typed = |key: &String, it: &Known| {
                schema.field(key).map_or_else(|| it.to_json(), |field| canonical(field.ty, it))
            };
            members_of(members.iter().map(|(key, it)| (key, typed(key, it))))
        }
        (Type::Json(Document::Policy | Document::Value | Document::Objects { .. }), Tree::Text(text)) => {
            serde_json::from_str(text).unwrap_or_else(|_| Json::from(text.as_str()))
        }
        _ => value.to_json(),
    }
}

fn members_of<'a>(members: impl Iterator<Item = (&'a String, Json)>) -> Json {
    let is_set = |it: &Json| !it.is_null() && it.as_array().is_none_or(|items| !items.is_empty());
    Json::Object(members.filter(|(_, it)| is_set(it)).map(|(key, it)| (key.clone(), it)).collect())
}
