//! Letting go of an object that has to be deleted before it is made again.
//!
//! In: a user that stays, and the address of what it refers to. Out: its arguments without the
//! reference, where AWS can do without. It must not know the order of things.

use std::collections::BTreeSet;

use model::schema::{Field, Removal, Required, Schema, Type};
use model::{Address, Known, Planned, Tree};

/// The live arguments without what refers to `gone`, and the top-level arguments that change.
/// `None` where an argument cannot do without: its name is the error.
pub(super) fn detached(
    schema: &Schema,
    desired: &Planned,
    live: &Known,
    gone: &Address,
) -> Result<(Known, BTreeSet<String>), String> {
    let mut without = live.as_map().cloned().unwrap_or_default();
    let mut changed = BTreeSet::new();
    for field in schema.fields {
        let Some(wanted) = desired.get(field.name).filter(|it| refers(it, gone)) else { continue };
        let live = live.get(field.name).unwrap_or(&Tree::Null);
        if live.is_null() {
            continue;
        }
        let rest = argument(field, wanted, live, gone).ok_or_else(|| field.name.to_owned())?;
        without.insert(field.name.to_owned(), rest);
        changed.insert(field.name.to_owned());
    }
    Ok((Tree::Map(without), changed))
}

/// The addresses of everything that a value waits for.
pub(super) fn sources(value: &Planned) -> BTreeSet<&Address> {
    match value {
        Tree::Hole(pending) => pending.sources.iter().map(|it| &it.address).collect(),
        Tree::List(items) => items.iter().flat_map(sources).collect(),
        Tree::Map(members) => members.values().flat_map(sources).collect(),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) | Tree::Secret(_) => BTreeSet::new(),
    }
}

/// Whether a value waits for something of an address.
fn refers(value: &Planned, address: &Address) -> bool {
    value.any(&mut |it| match it {
        Tree::Hole(pending) => pending.sources.iter().any(|it| it.address == *address),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => false,
    })
}

fn argument(field: &Field, wanted: &Planned, live: &Known, gone: &Address) -> Option<Known> {
    match (field.ty, wanted) {
        (Type::Block(schema), Tree::Map(_)) => {
            let (rest, _) = detached(schema(), wanted, live, gone).ok()?;
            return Some(rest);
        }
        (Type::List(_) | Type::Set(_), Tree::List(items)) => {
            if let Some(rest) = members(field, items, gone) {
                return Some(rest);
            }
        }
        (Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_), _) => {}
        (Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Block(_), _) => {}
    }
    match (field.required, field.removal) {
        (Required::Always | Required::Create, _) | (Required::No, Removal::Keep) => None,
        (Required::No, Removal::Clear) => Some(Tree::Null),
        (Required::No, Removal::Default) => field.default.map(|it| it.to_known()),
    }
}

/// The members that do not refer to what goes, if those are known and enough.
fn members(field: &Field, items: &[Planned], gone: &Address) -> Option<Known> {
    let rest = items.iter().filter(|it| !refers(it, gone)).cloned().map(Planned::known);
    let rest: Vec<Known> = rest.collect::<Result<_, _>>().ok()?;
    let fewest = field.length.map_or(1, |(fewest, _)| fewest.max(1));
    (rest.len() >= fewest).then_some(Tree::List(rest))
}
