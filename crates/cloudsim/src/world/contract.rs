//! What no driver may be asked: the engine's side of the contract.
//!
//! In: a mutating call as it is sent. Out: violations. What AWS refuses at run time is not
//! decided here.

use std::collections::BTreeMap;

use driver::Token;
use model::catalog::{Kind, Life};
use model::schema::{Field, Replace, Required, Schema, Type};
use model::tree::{Secret, Tree};
use model::{Id, Known};
use tokio::time::Instant;

use super::{Owner, Request, Stage, World, fill};

impl World {
    /// Notes every violation of a call.
    pub(super) fn check(&mut self, kind: &'static Kind, request: &Request) {
        let mut problems = Vec::new();
        match request {
            Request::Create { inputs, token } => self.check_create(kind, inputs, token, &mut problems),
            Request::Update { id, before, after } => self.check_update(kind, id, before, after, &mut problems),
            Request::Delete { id, before } => self.check_delete(kind, id, before, &mut problems),
        }
        for problem in problems {
            self.violation(kind, problem);
        }
    }

    fn check_create(&self, kind: &'static Kind, inputs: &Known, token: &Token, problems: &mut Vec<String>) {
        if kind.life == Life::Adopted {
            problems.push("an adopted kind was created".to_owned());
        }
        if token.0.len() != 36 {
            problems.push(format!("`{}` is no token", token.0));
        }
        let Some(members) = inputs.as_map() else { return problems.push("the arguments are no map".to_owned()) };
        typed((kind.inputs)(), members, "", problems);
        for field in (kind.inputs)().fields {
            let set = members.get(field.name).is_some_and(|value| !value.is_null());
            if !set && (field.required == Required::Create || field.on_create.is_some()) {
                problems.push(format!("created without `{}`", field.name));
            }
        }
        if let Some(naming) = kind.naming
            && members.get(naming.argument).and_then(Known::as_text).is_none()
        {
            problems.push(format!("created without the name `{}`", naming.argument));
        }
        self.check_referents(kind, members, problems);
    }

    fn check_update(&self, kind: &'static Kind, id: &Id, before: &Known, after: &Known, problems: &mut Vec<String>) {
        let (Some(old), Some(new)) = (before.as_map(), after.as_map()) else {
            return problems.push(format!("the arguments of {id} are no map"));
        };
        self.check_owner(kind, id, "updated", problems);
        let changed = changed((kind.inputs)(), old, new);
        // Another order of a set is the driver's to see through.
        if changed.is_empty() && shown(old) == shown(new) {
            problems.push(format!("{id} was updated with nothing"));
        }
        for field in &changed {
            let (old, new) = (member(old, field.name), member(new, field.name));
            unsealed(field.name, new, problems);
            immutable(field, old, new, field.name, problems);
            let cleared = new.is_null() && !old.is_null();
            if cleared && field.default.is_some() {
                problems.push(format!("`{}` of {id} was cleared, though it has a default", field.name));
            }
        }
        typed((kind.inputs)(), new, "", problems);
        let sent = changed.iter().filter_map(|field| Some((field.name.to_owned(), new.get(field.name)?.clone())));
        self.check_referents(kind, &sent.collect(), problems);
    }

    fn check_delete(&self, kind: &'static Kind, id: &Id, before: &Known, problems: &mut Vec<String>) {
        if kind.life == Life::Adopted {
            problems.push(format!("{id} exists in every account and was deleted"));
        }
        if before.as_map().is_none() {
            problems.push(format!("the arguments of {id} are no map"));
        }
        self.check_owner(kind, id, "deleted", problems);
    }

    fn check_owner(&self, kind: &Kind, id: &Id, what: &str, problems: &mut Vec<String>) {
        let owner = self.things.get(&(kind.name, id.clone())).map(|thing| thing.owner);
        if owner == Some(Owner::Foreign) {
            problems.push(format!("{id} is not ours and was {what}"));
        }
    }

    /// What is referred to exists and can be used.
    fn check_referents(&self, kind: &'static Kind, inputs: &BTreeMap<String, Known>, problems: &mut Vec<String>) {
        if self.setup.crowded {
            return;
        }
        let now = Instant::now();
        let inputs = inputs.iter().map(|(name, value)| (name.clone(), fill::clear(value))).collect();
        let (dangling, found) = self.referents((kind.inputs)(), &inputs, now);
        problems.extend(dangling.into_iter().map(|text| format!("refers to `{text}`, which does not exist")));
        for thing in found {
            let busy = match thing.stage {
                Stage::Creating => now < thing.settles_at,
                Stage::Deleting => true,
                Stage::Updating => false,
            };
            if busy {
                problems.push(format!("refers to {}, which is {:?}", thing.id, thing.phase(now)));
            }
        }
    }
}

fn member<'a>(members: &'a BTreeMap<String, Known>, name: &str) -> &'a Known {
    members.get(name).unwrap_or(&Known::Null)
}

/// The arguments that an update changes: those that differ, and write-only ones that are given.
pub(super) fn changed(
    schema: &'static Schema,
    before: &BTreeMap<String, Known>,
    after: &BTreeMap<String, Known>,
) -> Vec<&'static Field> {
    let differs = |field: &&'static Field| {
        let (old, new) = (member(before, field.name), member(after, field.name));
        match (field.local, field.write_only) {
            (true, _) => false,
            (false, true) => !new.is_null(),
            (false, false) => canonical(field.ty, old) != canonical(field.ty, new),
        }
    };
    schema.fields.iter().filter(differs).collect()
}

/// Arguments as they are, without their covers.
fn shown(members: &BTreeMap<String, Known>) -> BTreeMap<&str, Known> {
    let set = members.iter().filter(|(_, value)| !value.is_null());
    set.map(|(name, value)| (name.as_str(), fill::clear(value))).collect()
}

/// A value in which equal meanings look the same.
fn canonical(ty: &Type, value: &Known) -> Known {
    match (ty, value) {
        (_, Tree::Secret(Secret::Plain { value, .. })) => canonical(ty, value),
        (Type::Set(inner), Tree::List(items)) => {
            let mut items: Vec<Known> = items.iter().map(|item| canonical(inner, item)).collect();
            items.sort_by_key(|item| item.to_json().to_string());
            Tree::List(items)
        }
        (Type::List(inner), Tree::List(items)) => Tree::List(items.iter().map(|item| canonical(inner, item)).collect()),
        (Type::Block(schema), Tree::Map(members)) => {
            let member = |field: &Field| {
                let value = canonical(field.ty, members.get(field.name)?);
                (!value.is_null()).then(|| (field.name.to_owned(), value))
            };
            Tree::Map(schema().fields.iter().filter_map(member).collect())
        }
        (Type::Map(inner), Tree::Map(members)) => {
            Tree::map(members.iter().map(|(key, item)| (key, canonical(inner, item))))
        }
        (Type::Json(_), Tree::Text(_)) => fill::completed(ty, value, ""),
        (_, value) => value.clone(),
    }
}

/// Changed values that AWS cannot change, at any depth of single blocks.
fn immutable(field: &Field, old: &Known, new: &Known, path: &str, problems: &mut Vec<String>) {
    let (old, new) = (canonical(field.ty, old), canonical(field.ty, new));
    match field.replace {
        Replace::Always => problems.push(format!("`{path}` was updated, which only a new object can do")),
        Replace::When { condition, test } if test(&old, &new) => {
            problems.push(format!("`{path}` was updated though {condition}"));
        }
        Replace::When { .. } | Replace::Never => {}
    }
    let (Type::Block(schema), Tree::Map(old), Tree::Map(new)) = (field.ty, &old, &new) else { return };
    for inner in changed(schema(), old, new) {
        let path = format!("{path}.{}", inner.name);
        immutable(inner, member(old, inner.name), member(new, inner.name), &path, problems);
    }
}

/// Secrets whose value is not at hand.
fn unsealed(path: &str, value: &Known, problems: &mut Vec<String>) {
    if is_sealed(value) {
        problems.push(format!("`{path}` holds a secret without its value"));
    }
}

fn is_sealed(value: &Known) -> bool {
    value.any(&mut |leaf| match leaf {
        Tree::Secret(Secret::Plain { value, .. }) => is_sealed(value),
        Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => true,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) | Tree::Hole(_) => false,
    })
}

/// Unknown and missing arguments, wrong types, secrets without values.
fn typed(schema: &'static Schema, members: &BTreeMap<String, Known>, around: &str, problems: &mut Vec<String>) {
    for (name, value) in members {
        let path = format!("{around}{name}");
        match schema.field(name) {
            None => problems.push(format!("there is no `{path}`")),
            Some(field) => {
                unsealed(&path, value, problems);
                fits(field.ty, value, &path, problems);
            }
        }
    }
    for field in schema.fields {
        if field.required == Required::Always && member(members, field.name).is_null() {
            problems.push(format!("`{around}{}` is missing", field.name));
        }
    }
}

fn fits(ty: &'static Type, value: &Known, path: &str, problems: &mut Vec<String>) {
    match (ty, value) {
        (_, Tree::Null) | (Type::Any | Type::Json(_), _) => {}
        (_, Tree::Secret(Secret::Plain { value, .. })) => fits(ty, value, path, problems),
        (_, Tree::Secret(_)) => {}
        (Type::Bool, Tree::Bool(_)) | (Type::Int, Tree::Int(_)) | (Type::Text, Tree::Text(_)) => {}
        (Type::Float, Tree::Int(_) | Tree::Float(_)) => {}
        (Type::List(inner) | Type::Set(inner), Tree::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                fits(inner, item, &format!("{path}[{index}]"), problems);
            }
        }
        (Type::Map(inner), Tree::Map(members)) => {
            members.iter().for_each(|(key, item)| fits(inner, item, &format!("{path}[{key:?}]"), problems));
        }
        (Type::Block(schema), Tree::Map(members)) => typed(schema(), members, &format!("{path}."), problems),
        (_, value) => problems.push(format!("`{path}` is {value:?}, which is no {ty:?}")),
    }
}
