//! What state remembers of a resource besides its arguments.
//!
//! In: a resolved resource. Out: what only stackctl reads, and what it depends on. It must not
//! know AWS.

use std::collections::{BTreeMap, BTreeSet};

use model::expr::Root;
use model::plan::{AttributeChange, Cause, Effect};
use model::schema::{Literal, Schema};
use model::stack::{Lookup, Resource, Stack};
use model::{Address, Known, Mode, Path, Planned, Step, Tree};
use sha2::{Digest, Sha256};

use crate::fingerprint::hex;

/// The member of [`model::state::Object::local`] that holds lifecycle settings; no argument can
/// have its name.
const LIFECYCLE: &str = "lifecycle";

/// The member of the lifecycle settings that holds digests of the locals and variables that
/// trigger a replacement.
const TRIGGERS: &str = "replace_triggered_by";

/// What is kept in [`model::state::Object::local`]: set arguments that only stackctl reads, the
/// lifecycle settings that count when the manifest no longer declares the resource, and digests
/// of the values whose change replaces it.
#[must_use]
pub fn local(stack: &Stack, resource: &Resource, desired: &Planned, lookup: &dyn Lookup) -> Known {
    let fields = (resource.kind.inputs)().fields.iter().filter(|field| field.local);
    let set = fields.filter_map(|field| {
        let value = desired.get(field.name).filter(|it| !it.is_null())?.clone().known().ok()?;
        Some((field.name.to_owned(), value))
    });
    let mut all: BTreeMap<String, Known> = set.collect();
    let lifecycle = &resource.lifecycle;
    let settings = [("prevent_destroy", lifecycle.prevent_destroy), ("retain", lifecycle.retain)];
    let mut on: BTreeMap<String, Known> =
        settings.into_iter().filter(|(_, on)| *on).map(|(name, on)| (name.to_owned(), Known::Bool(on))).collect();
    let triggers = triggers(stack, resource, lookup);
    if !triggers.is_empty() {
        on.insert(TRIGGERS.to_owned(), Known::map(triggers.into_iter().map(|(name, it)| (name, Known::text(it)))));
    }
    if !on.is_empty() {
        all.insert(LIFECYCLE.to_owned(), Tree::Map(on));
    }
    Tree::Map(all)
}

/// Digests of the locals and variables that trigger a replacement, as far as they are known.
fn triggers(stack: &Stack, resource: &Resource, lookup: &dyn Lookup) -> BTreeMap<String, String> {
    let digest = |root: &Root| {
        let name = value_name(root)?;
        let known = stack.evaluate_root(root, lookup).ok()?.known().ok()?;
        Some((name, hex(&Sha256::digest(known.to_json().to_string()))))
    };
    resource.lifecycle.replace_triggered_by.iter().filter_map(|it| digest(&it.root)).collect()
}

/// Whether this is where the digests of triggers are remembered.
pub(super) fn is_digests(path: &Path) -> bool {
    *path == Path::field(LIFECYCLE).join(Step::Field(TRIGGERS.to_owned()))
}

/// What a trigger that is a value is called: `local.release`.
pub(super) fn value_name(root: &Root) -> Option<String> {
    match root {
        Root::Variable(name) => Some(format!("var.{name}")),
        Root::Local(name) => Some(format!("local.{name}")),
        Root::Each | Root::Stack | Root::Object(_) => None,
    }
}

/// The trigger, of those whose value is remembered, that has another value now.
pub(super) fn changed_trigger(before: &Known, now: &Known) -> Option<String> {
    let of = |local: &Known| local.get(LIFECYCLE)?.get(TRIGGERS)?.as_map().cloned();
    let (before, now) = (of(before)?, of(now)?);
    now.into_iter().find(|(name, value)| before.get(name).is_some_and(|it| it != value)).map(|(name, _)| name)
}

/// The managed resources that a resource depends on, also by way of data sources: what state
/// remembers to delete things in order.
#[must_use]
pub fn dependencies(stack: &Stack, address: &Address) -> BTreeSet<Address> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut open = direct(stack, address);
    while let Some(next) = open.pop() {
        if !seen.insert(next.clone()) {
            continue;
        }
        match next.mode {
            Mode::Managed => {
                found.insert(next);
            }
            Mode::Data => open.extend(direct(stack, &next)),
        }
    }
    found.remove(address);
    found
}

/// What something refers to or names in `depends_on`.
pub(super) fn direct(stack: &Stack, address: &Address) -> Vec<Address> {
    let depends_on = match address.mode {
        Mode::Managed => stack.resources.get(address).map(|it| &it.depends_on),
        Mode::Data => stack.data.get(address).map(|it| &it.depends_on),
    };
    depends_on.into_iter().flat_map(|it| it.keys()).filter(|it| *it != address).cloned().collect()
}

/// Whether a lifecycle setting was on when the resource was last declared.
pub(super) fn was_on(local: &Known, setting: &str) -> bool {
    local.get(LIFECYCLE).and_then(|it| it.get(setting)) == Some(&Tree::Bool(true))
}

/// The arguments that only stackctl reads, without lifecycle settings.
pub(super) fn arguments(local: &Known) -> impl Iterator<Item = (&String, &Known)> {
    local.as_map().into_iter().flatten().filter(|(name, _)| *name != LIFECYCLE)
}

/// What changes in state only.
pub(super) fn compare(schema: &Schema, before: &Known, after: &Known, ignore: &[Path]) -> Vec<AttributeChange> {
    let mut found = Vec::new();
    collect(before, after, &Path::default(), &mut found);
    // To say what holds anyway is to say nothing.
    let says_nothing = |change: &AttributeChange| {
        let default = change.path.head().and_then(|name| schema.field(name)?.default).map(Literal::to_known);
        let is_default =
            |value: &Planned| value.is_null() || default.as_ref().is_some_and(|it| it.clone().widen() == *value);
        default.is_some() && is_default(&change.before.clone().widen()) && is_default(&change.after)
    };
    found.retain(|change| !says_nothing(change));
    found.retain(|change| !ignore.iter().any(|it| it.covers(&change.path)));
    found
}

fn collect(before: &Known, after: &Known, around: &Path, found: &mut Vec<AttributeChange>) {
    let none = BTreeMap::new();
    let (before, after) = (before.as_map().unwrap_or(&none), after.as_map().unwrap_or(&none));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let path = around.join(Step::Field(name.clone()));
        let member = |it: &BTreeMap<String, Known>| it.get(name).cloned().unwrap_or(Tree::Null);
        let (was, is) = (member(before), member(after));
        let is_settings = name == LIFECYCLE && around.0.is_empty();
        if is_settings {
            collect(&was, &is, &path, found);
        } else if was != is {
            let cause = Cause::Manifest;
            found.push(AttributeChange { path, before: was, after: is.widen(), cause, effect: Effect::Record });
        }
    }
}
