//! The stack's outputs: what they are, and what they will be.
//!
//! In: the values that references see, and what state remembers. Out: those that change.

use std::collections::BTreeMap;
use std::convert::Infallible;

use model::plan::OutputChange;
use model::{Known, Planned, Secret, Tree};

use super::walk::Walk;
use crate::fingerprint::reveal;

/// Compares the outputs with those in state. What waits for something outside of what was asked
/// for stays as it is.
pub(super) fn compare(walk: &mut Walk<'_>) -> BTreeMap<String, OutputChange> {
    let stack = walk.inputs.stack;
    let before = &walk.inputs.state.outputs;
    let mut changes = BTreeMap::new();
    let declared = |name: &String| !walk.inputs.options.destroy && stack.outputs.contains_key(name);
    if walk.ground.selection.is_everything() {
        for (name, value) in before.iter().filter(|(name, _)| !declared(name)) {
            let sensitive = value.has_secret();
            changes.insert(name.clone(), OutputChange { before: value.clone(), after: Tree::Null, sensitive });
        }
    }
    if walk.inputs.options.destroy {
        return changes;
    }
    for (name, output) in &stack.outputs {
        if output.depends_on.keys().any(|it| !walk.ground.selection.contains(it)) {
            continue;
        }
        let value = match stack.evaluate_output(name, &walk.objects) {
            Ok(value) => value,
            Err(problems) => {
                walk.problems.extend(problems);
                continue;
            }
        };
        let before = before.get(name).cloned().unwrap_or(Tree::Null);
        if !is_same(walk, name, output.sensitive, &before, &value) {
            let after = if output.sensitive { hidden(value) } else { value };
            changes.insert(name.clone(), OutputChange { before, after, sensitive: output.sensitive });
        }
    }
    changes
}

/// The value of an output that is to be sealed and remembered: a sensitive one is one secret, or
/// has only secret leaves where AWS holds some of them. `None` where it is not known, and where it
/// hangs on a secret that is merely kept: what state has of it stays.
#[must_use]
pub fn remembered_output(sensitive: bool, value: Planned) -> Option<Known> {
    let known = stamped(value).known().ok().filter(|it| !is_kept(it))?;
    Some(match known {
        Tree::Null | Tree::Secret(_) => known,
        structured if sensitive => match reveal(&structured) {
            Some(value) => Tree::Secret(Secret::plain(value)),
            None => leaves(structured),
        },
        public => public,
    })
}

/// The same value with the stamps of secrets in the place of the secrets that are known by their
/// stamps alone.
#[must_use]
pub fn stamped(value: Planned) -> Planned {
    let filled: Result<Planned, Infallible> = value.fill(&mut |pending| {
        Ok(match pending.stamp.clone().filter(|_| pending.secret) {
            Some(stamp) => Tree::Secret(Secret::Stamp(stamp)),
            None => Tree::Hole(pending),
        })
    });
    match filled {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

fn is_kept<H>(value: &Tree<H>) -> bool {
    value.any(&mut |it| matches!(it, Tree::Secret(Secret::Keep)))
}

fn leaves(value: Known) -> Known {
    match value {
        Tree::Null => Tree::Null,
        Tree::List(items) => Tree::List(items.into_iter().map(leaves).collect()),
        Tree::Map(members) => Tree::Map(members.into_iter().map(|(key, it)| (key, leaves(it))).collect()),
        Tree::Secret(secret) => Tree::Secret(secret),
        leaf => Tree::Secret(Secret::plain(leaf)),
    }
}

fn is_same(walk: &Walk<'_>, name: &str, sensitive: bool, before: &Known, value: &Planned) -> bool {
    if is_kept(value) {
        return !before.is_null();
    }
    if let (Tree::Secret(Secret::Stamp(before)), Tree::Hole(pending)) = (before, value) {
        return pending.stamp.as_ref() == Some(before);
    }
    let remembered = remembered_output(sensitive, value.clone());
    remembered.is_some_and(|it| walk.inputs.fingerprints.seal_output(name, it) == *before)
}

fn hidden(value: Planned) -> Planned {
    match value {
        Tree::Null => Tree::Null,
        Tree::Secret(secret) => Tree::Secret(secret),
        Tree::Hole(mut pending) => {
            pending.secret = true;
            Tree::Hole(pending)
        }
        other => match other.clone().known() {
            Ok(known) => Tree::Secret(Secret::plain(known)),
            Err(mut pending) => {
                pending.secret = true;
                Tree::Hole(pending)
            }
        },
    }
}
