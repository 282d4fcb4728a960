//! From what a manifest says to what a call is told.
//!
//! In: desired arguments, as a plan's operations hold them, last applied and live ones. Out: all
//! arguments of a create, or all arguments after an update. What state remembers as last applied
//! is neither of them: only what the manifest set.

use std::collections::BTreeMap;

use model::catalog::Kind;
use model::schema::{Field, Removal, Replace, Schema, Type};
use model::stack::IgnoreTags;
use model::{Known, Path, Planned, Step, Tree};

use super::compare::{NULL, by_key, empty, is_foreign, is_tags, on_create};

/// The arguments that a create sends: what the manifest sets, what stands for an unset argument
/// when an object is made, and nothing in the place of exclusive arguments.
#[must_use]
pub fn sent(kind: &Kind, desired: &Planned) -> Planned {
    sent_block((kind.inputs)(), desired)
}

fn sent_block(schema: &Schema, desired: &Planned) -> Planned {
    let Tree::Map(members) = desired else { return desired.clone() };
    let mut all = members.clone();
    for field in schema.fields {
        let set = members.get(field.name).filter(|it| !it.is_null());
        let value = match set {
            Some(set) => match field.ty {
                Type::Block(schema) => sent_block(schema(), set),
                Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_) => continue,
                Type::List(_) | Type::Set(_) | Type::Map(_) => continue,
            },
            None => match on_create(field) {
                Some(value) => value.widen(),
                None if field.exclusive => empty(field.ty).widen(),
                None => continue,
            },
        };
        all.insert(field.name.to_owned(), value);
    }
    Tree::Map(all)
}

/// What an update starts from.
#[derive(Clone, Copy, Debug)]
pub struct Update<'a> {
    /// Last applied. A map.
    pub last: &'a Known,
    /// What AWS has. A map.
    pub live: &'a Known,
    /// The top-level arguments that may be sent; the others stay as they are.
    pub arguments: &'a std::collections::BTreeSet<String>,
    /// `lifecycle.ignore_changes`.
    pub ignore: &'a [Path],
    /// Tags of others.
    pub ignore_tags: &'a IgnoreTags,
    /// Whether a create is being completed.
    pub completing: bool,
}

/// All arguments after an update: the live ones, overlaid with what is desired. Members of
/// blocks that the manifest does not manage stay as they are.
#[must_use]
pub fn overlaid(kind: &Kind, desired: &Planned, update: &Update<'_>) -> Planned {
    let mut after = update.live.as_map().cloned().unwrap_or_default();
    let mut all: BTreeMap<String, Planned> =
        std::mem::take(&mut after).into_iter().map(|(key, value)| (key, value.widen())).collect();
    for field in (kind.inputs)().fields.iter().filter(|field| update.arguments.contains(field.name)) {
        let member = |it: Option<&Known>| it.cloned().unwrap_or(Tree::Null);
        let (last, live) = (member(update.last.get(field.name)), member(update.live.get(field.name)));
        let value = argument(field, desired.get(field.name), &last, &live, &Path::field(field.name), update);
        all.insert(field.name.to_owned(), value);
    }
    Tree::Map(all)
}

fn argument(
    field: &Field,
    desired: Option<&Planned>,
    last: &Known,
    live: &Known,
    path: &Path,
    update: &Update<'_>,
) -> Planned {
    if update.ignore.iter().any(|it| it.covers(path)) {
        return live.clone().widen();
    }
    match desired.filter(|it| !it.is_null()) {
        Some(desired) => value(field.ty, field.key, desired, last, live, path, update),
        None if field.exclusive => empty(field.ty).widen(),
        None if update.completing && field.on_create.is_some() => on_create(field).unwrap_or(Tree::Null).widen(),
        None if last.is_null() => live.clone().widen(),
        // Removal alone never replaces.
        None if !matches!(field.replace, Replace::Never) => live.clone().widen(),
        None => match field.removal {
            Removal::Keep => live.clone().widen(),
            Removal::Clear => Tree::Null,
            Removal::Default => field.default.map_or(Tree::Null, |it| it.to_known().widen()),
        },
    }
}

fn value(
    ty: &Type,
    key: Option<&str>,
    desired: &Planned,
    last: &Known,
    live: &Known,
    path: &Path,
    update: &Update<'_>,
) -> Planned {
    if update.ignore.iter().any(|it| it.covers(path)) {
        return live.clone().widen();
    }
    match (ty, desired, live) {
        (Type::Block(schema), Tree::Map(members), Tree::Map(_)) => {
            let member = |field: &Field| {
                let (last, live) = (last.get(field.name).unwrap_or(NULL), live.get(field.name).unwrap_or(NULL));
                let path = path.join(Step::Field(field.name.to_owned()));
                (field.name.to_owned(), argument(field, members.get(field.name), last, live, &path, update))
            };
            Tree::Map(schema().fields.iter().map(member).collect())
        }
        (Type::Map(_), Tree::Map(members), Tree::Map(live)) => {
            let mut all = members.clone();
            let is_other = |name: &String| is_tags(path) && is_foreign(name, update.ignore_tags);
            let is_ignored = |name: &String| {
                let path = path.join(Step::Key(name.clone()));
                update.ignore.iter().any(|it| it.covers(&path))
            };
            all.retain(|name, _| !is_ignored(name));
            for (name, value) in live.iter().filter(|(name, _)| is_other(name) || is_ignored(name)) {
                all.insert(name.clone(), value.clone().widen());
            }
            Tree::Map(all)
        }
        (Type::Set(inner @ Type::Block(_)), Tree::List(items), _) if key.is_none() => {
            let others = live.as_list().unwrap_or_default();
            let member = |item: &Planned| match others.iter().find(|it| is_same_member(inner, item, it)) {
                Some(live) => live.clone().widen(),
                None => item.clone(),
            };
            Tree::List(items.iter().map(member).collect())
        }
        (Type::List(inner @ Type::Block(_)) | Type::Set(inner @ Type::Block(_)), Tree::List(items), _) => {
            let member = |(index, item): (usize, &Planned)| {
                let (last, live) = (counterpart(last, items, index, key), counterpart(live, items, index, key));
                value(inner, None, item, last, live, &path.join(Step::Index(index)), update)
            };
            Tree::List(items.iter().enumerate().map(member).collect())
        }
        _ => desired.clone(),
    }
}

/// Whether a member of a set without a key is what AWS has, but for what AWS filled in: such
/// members are the same as a whole, or not at all.
fn is_same_member(ty: &Type, desired: &Planned, live: &Known) -> bool {
    match (ty, desired, live) {
        (Type::Block(schema), Tree::Map(members), Tree::Map(told)) => schema().fields.iter().all(|field| {
            let told = told.get(field.name).unwrap_or(NULL);
            match members.get(field.name).filter(|it| !it.is_null()) {
                Some(desired) => is_same_member(field.ty, desired, told),
                None => is_filled_in(field, told),
            }
        }),
        (Type::Set(inner), Tree::List(items), Tree::List(told)) => {
            items.len() == told.len() && items.iter().all(|item| told.iter().any(|it| is_same_member(inner, item, it)))
        }
        _ => desired.clone().known().is_ok_and(|known| known == *live),
    }
}

fn is_filled_in(field: &Field, told: &Known) -> bool {
    let is_nothing = match told {
        Tree::Null => true,
        Tree::List(items) => items.is_empty(),
        Tree::Map(members) => members.is_empty(),
        Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) | Tree::Secret(_) | Tree::Hole(_) => false,
    };
    is_nothing || field.computed || field.default.is_some_and(|it| it.to_known() == *told)
}

/// The member of `others` that stands for a desired one: by key, else by place while there are
/// as many.
fn counterpart<'a>(others: &'a Known, items: &[Planned], index: usize, key: Option<&str>) -> &'a Known {
    let found = match key {
        Some(key) => {
            let name = items[index].get(key).cloned().and_then(|it| it.known().ok());
            let members = by_key(others, key).unwrap_or_default();
            members.into_iter().find(|(_, it)| it.get(key) == name.as_ref()).map(|(_, it)| it)
        }
        None => others.as_list().filter(|it| it.len() == items.len()).and_then(|it| it.get(index)),
    };
    found.unwrap_or(NULL)
}
