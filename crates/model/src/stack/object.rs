//! What a reference to a resource or data source sees: its arguments and outputs in one map.
//!
//! In: schemas, arguments, and what AWS says if it has been asked. Out: the map, with holes for
//! what is not known. It must not know who asks.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::schema::{Field, Schema, Type};
use crate::tree::{Known, Pending, Planned, Tree};

/// What AWS says about an object. A caller that wants a value to count as unknown (an output
/// that a planned change moves) leaves it out.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// The arguments: a map.
    pub inputs: &'a Known,
    /// The outputs: a map.
    pub outputs: &'a Known,
}

/// The value of an object for references: every argument and output of its schemas.
///
/// A set argument is what the manifest says. An unset one is what AWS says; not asked, it is
/// unknown where AWS chooses the value, else its default. An output is what AWS says, else
/// unknown.
#[must_use]
pub fn object_value(
    arguments: &Schema,
    outputs: &Schema,
    address: &Address,
    inputs: &Planned,
    live: Option<Live<'_>>,
) -> Planned {
    object_part(arguments, outputs, address, inputs, live, &|_| true)
}

/// Those members of an [`object_value`] that are wanted.
#[must_use]
pub fn object_part(
    arguments: &Schema,
    outputs: &Schema,
    address: &Address,
    inputs: &Planned,
    live: Option<Live<'_>>,
    wanted: &dyn Fn(&str) -> bool,
) -> Planned {
    let mut value = match inputs.as_map() {
        Some(members) => block(arguments, members, live.map(|live| live.inputs), address, "", wanted),
        None => BTreeMap::new(),
    };
    for field in outputs.fields.iter().filter(|it| wanted(it.name)) {
        let told = live.and_then(|live| live.outputs.get(field.name));
        let output = match told {
            Some(known) => known.clone().widen(),
            None => unknown(field, address, field.name),
        };
        value.insert(field.name.to_owned(), output);
    }
    Tree::Map(value)
}

fn block(
    schema: &Schema,
    members: &BTreeMap<String, Planned>,
    live: Option<&Known>,
    address: &Address,
    around: &str,
    wanted: &dyn Fn(&str) -> bool,
) -> BTreeMap<String, Planned> {
    let member = |field: &'static Field| {
        let told = live.and_then(|live| live.get(field.name));
        let value = match members.get(field.name).filter(|value| !value.is_null()) {
            Some(set) => within(field, set, told, address, around),
            None => match (told, field.default) {
                (Some(known), _) => known.clone().widen(),
                (None, _) if field.computed => unknown(field, address, &join(around, field.name)),
                (None, Some(default)) => default.to_known().widen(),
                (None, None) => Tree::Null,
            },
        };
        (field.name.to_owned(), value)
    };
    schema.fields.iter().filter(|it| wanted(it.name)).map(member).collect()
}

/// A set value; blocks in it are completed like the object itself.
fn within(field: &Field, set: &Planned, live: Option<&Known>, address: &Address, around: &str) -> Planned {
    match field.ty {
        Type::Block(_) | Type::List(Type::Block(_)) | Type::Set(Type::Block(_)) => {
            completed(field.ty, set, live, address, &join(around, field.name))
        }
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => set.clone(),
        Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Json(_) => set.clone(),
    }
}

fn completed(ty: &Type, set: &Planned, live: Option<&Known>, address: &Address, around: &str) -> Planned {
    match (ty, set) {
        (Type::Block(schema), Tree::Map(members)) => {
            Tree::Map(block(schema(), members, live, address, around, &|_| true))
        }
        (Type::List(inner @ Type::Block(_)), Tree::List(items)) => {
            let live = |index: usize| live.and_then(Known::as_list).and_then(|items| items.get(index));
            let item = |(index, item)| completed(inner, item, live(index), address, &format!("{around}[{index}]"));
            Tree::List(items.iter().enumerate().map(item).collect())
        }
        // Which live member of a set belongs to which written one is the planner's business.
        (Type::Set(inner @ Type::Block(_)), Tree::List(items)) => {
            let item = |(index, item)| completed(inner, item, None, address, &format!("{around}[{index}]"));
            Tree::List(items.iter().enumerate().map(item).collect())
        }
        (_, set) => set.clone(),
    }
}

/// An attribute that is not known.
#[must_use]
pub fn unknown(field: &Field, address: &Address, attribute: &str) -> Planned {
    let mut pending = Pending::on(address.clone(), attribute);
    pending.secret = field.sensitive;
    Tree::Hole(pending)
}

fn join(around: &str, name: &str) -> String {
    if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") }
}
