//! What AWS adds to what it is told: defaults, chosen values, outputs.
//!
//! In: schemas and values. Out: values. Everything follows from the object, so that the same
//! question has the same answer.

use std::collections::BTreeMap;

use model::catalog::Life;
use model::schema::{Document, Field, Schema, Type};
use model::tree::{Secret, Tree};
use model::{Id, Known};
use tokio::time::Instant;

use super::{Stage, Thing};
use crate::dice::digest;

/// A value without its secrets' covers.
pub(crate) fn clear(value: &Known) -> Known {
    match value {
        Tree::Secret(Secret::Plain { value, .. }) => clear(value),
        Tree::List(items) => Tree::List(items.iter().map(clear).collect()),
        Tree::Map(members) => Tree::map(members.iter().map(|(key, item)| (key, clear(item)))),
        plain => plain.clone(),
    }
}

/// The members of a block, with what AWS adds.
pub(super) fn filled(schema: &Schema, given: BTreeMap<String, Known>, id: &str) -> BTreeMap<String, Known> {
    let mut given = given;
    let member = |field: &Field| {
        let value = match given.remove(field.name).filter(|value| !value.is_null()) {
            Some(value) => completed(field.ty, &clear(&value), id),
            None => chosen(field, id),
        };
        (!value.is_null() && !field.local).then(|| (field.name.to_owned(), value))
    };
    schema.fields.iter().filter_map(member).collect()
}

/// What AWS takes when an argument is not set.
pub(super) fn chosen(field: &Field, id: &str) -> Known {
    match field.default {
        Some(default) => default.to_known(),
        None if field.on_create.is_some() || field.computed => sample(field, field.ty, id),
        None => Known::Null,
    }
}

/// A value as AWS keeps it.
pub(super) fn completed(ty: &Type, value: &Known, id: &str) -> Known {
    match (ty, value) {
        (Type::Block(schema), Tree::Map(members)) => Tree::Map(filled(schema(), members.clone(), id)),
        (Type::List(inner) | Type::Set(inner), Tree::List(items)) => {
            Tree::List(items.iter().map(|item| completed(inner, item, id)).collect())
        }
        (Type::Map(inner), Tree::Map(members)) => {
            Tree::map(members.iter().map(|(key, item)| (key, completed(inner, item, id))))
        }
        (Type::Json(Document::Policy | Document::Value | Document::Objects { .. }), Tree::Text(text)) => {
            serde_json::from_str(text).map_or_else(|_| value.clone(), |json| Known::from_json(&json))
        }
        (_, value) => value.clone(),
    }
}

/// Some value of a type.
pub(crate) fn sample(field: &Field, ty: &Type, tag: &str) -> Known {
    match ty {
        Type::Bool => Known::Bool(false),
        Type::Int => {
            let (low, high) = field.range.unwrap_or((0.0, 999.0));
            let width = (high - low) as u64 + 1;
            Known::Int(low as i64 + (digest(&format!("{} {tag}", field.name)) % width) as i64)
        }
        Type::Float => Known::Float(0.5),
        Type::Text => match field.allowed.first() {
            Some(first) => Known::text(*first),
            None => Known::text(format!("{}-of-{tag}", field.name)),
        },
        Type::List(inner) | Type::Set(inner) => Tree::List(vec![sample(field, inner, tag)]),
        Type::Map(_) => Tree::Map(BTreeMap::new()),
        Type::Block(schema) => {
            let required = |inner: &&Field| inner.required != model::schema::Required::No;
            let given = schema().fields.iter().filter(required);
            let given = given.map(|inner| (inner.name.to_owned(), sample(inner, inner.ty, tag))).collect();
            Tree::Map(filled(schema(), given, tag))
        }
        Type::Json(_) => Tree::Map(BTreeMap::new()),
        Type::Any => Known::Null,
    }
}

/// The arguments as AWS tells them back: sets in an order of its own, nothing write-only, and
/// null for what is not set.
pub(super) fn reported(thing: &Thing) -> Known {
    let member = |field: &Field| {
        let told = thing.inputs.get(field.name).filter(|_| !field.write_only && !field.local);
        let value = told.map_or(Known::Null, |value| shuffled(field.ty, value));
        let value = match value {
            Tree::Null => Tree::Null,
            plain if field.sensitive => Tree::Secret(Secret::plain(plain)),
            plain => plain,
        };
        (field.name, value)
    };
    Tree::map((thing.kind.inputs)().fields.iter().map(member))
}

fn shuffled(ty: &Type, value: &Known) -> Known {
    match (ty, value) {
        (Type::Set(inner), Tree::List(items)) => {
            let mut items: Vec<Known> = items.iter().map(|item| shuffled(inner, item)).collect();
            items.sort_by_key(|item| digest(&item.to_json().to_string()));
            Tree::List(items)
        }
        (Type::List(inner), Tree::List(items)) => Tree::List(items.iter().map(|item| shuffled(inner, item)).collect()),
        (Type::Block(schema), Tree::Map(members)) => {
            let member = |field: &Field| {
                let value = members.get(field.name).map_or(Known::Null, |value| shuffled(field.ty, value));
                (field.name, value)
            };
            Tree::map(schema().fields.iter().map(member))
        }
        (_, value) => value.clone(),
    }
}

/// The ARN of an object.
pub(super) fn arn(thing: &Thing) -> String {
    format!("arn:sim:{}:{}/{}", thing.kind.service, thing.kind.name, thing.id)
}

/// The outputs of an object.
pub(super) fn outputs(thing: &Thing, now: Instant) -> Known {
    Tree::map((thing.kind.outputs)().fields.iter().map(|field| (field.name, output(thing, field, now))))
}

/// One output.
pub(super) fn output(thing: &Thing, field: &Field, now: Instant) -> Known {
    let input = |name: &str| thing.inputs.get(name);
    match (field.name, thing.kind.life, thing.kind.naming) {
        ("id", Life::Revisions, Some(naming)) => input(naming.argument).cloned().unwrap_or(Known::Null),
        ("id", ..) => Known::text(thing.id.0.as_str()),
        ("arn", ..) => Known::text(arn(thing)),
        ("tags_all", ..) => input("tags").cloned().unwrap_or_else(|| Tree::Map(BTreeMap::new())),
        ("revision", ..) => Known::Int(revision(&thing.id)),
        _ if field.sensitive => {
            let fields = (thing.kind.inputs)().fields.iter().filter(|field| field.write_only);
            let held: Vec<Option<&Known>> = fields.map(|field| thing.inputs.get(field.name)).collect();
            let held = digest(&format!("{held:?}"));
            Tree::Secret(Secret::Stamp(format!("{}|{}|{held:016x}", arn(thing), thing.generation).into()))
        }
        _ if field.volatile => volatile(thing, field, now),
        _ => {
            let followed =
                field.follows.iter().map(|name| input(name).map_or(String::new(), |it| it.to_json().to_string()));
            let followed = followed.collect::<Vec<String>>().join(" ");
            let tag = format!("{}-{:x}-{:08x}", thing.id, thing.generation, digest(&followed) as u32);
            sample(field, field.ty, &tag)
        }
    }
}

/// A status for a text, minutes of age for a number.
fn volatile(thing: &Thing, field: &Field, now: Instant) -> Known {
    match field.ty {
        Type::Int => Known::Int((now.saturating_duration_since(thing.made_at).as_secs() / 60) as i64),
        Type::Text if now < thing.settles_at && thing.stage != Stage::Deleting => Known::text("busy"),
        Type::Text => Known::text("available"),
        ty => sample(field, ty, &thing.id.0),
    }
}

fn revision(id: &Id) -> i64 {
    id.0.rsplit_once(':').and_then(|(_, revision)| revision.parse().ok()).unwrap_or(0)
}
