//! The stack's outputs: what they are, and what they will be.
//!
//! In: the values that references see, and what state remembers. Out: those that change.

use std::collections::BTreeMap;

use model::plan::OutputChange;
use model::{Known, Planned, Secret, Tree};

use super::walk::Walk;

/// Compares the outputs with those in state. What waits for something outside of what was asked
/// for stays as it is.
pub(super) fn compare(walk: &mut Walk<'_>) -> BTreeMap<String, OutputChange> {
    let stack = walk.inputs.stack;
    let before = &walk.inputs.state.outputs;
    let mut changes = BTreeMap::new();
    let declared = |name: &String| !walk.inputs.options.destroy && stack.outputs.contains_key(name);
    if walk.selection.is_everything() {
        for (name, value) in before.iter().filter(|(name, _)| !declared(name)) {
            let sensitive = value.has_secret();
            changes.insert(name.clone(), OutputChange { before: value.clone(), after: Tree::Null, sensitive });
        }
    }
    if walk.inputs.options.destroy {
        return changes;
    }
    for (name, output) in &stack.outputs {
        if output.depends_on.keys().any(|it| !walk.selection.contains(it)) {
            continue;
        }
        let after = match stack.evaluate_output(name, &walk.objects) {
            Ok(after) if output.sensitive => hidden(after),
            Ok(after) => after,
            Err(problems) => {
                walk.problems.extend(problems);
                continue;
            }
        };
        let before = before.get(name).cloned().unwrap_or(Tree::Null);
        if !is_same(walk, name, &before, &after) {
            changes.insert(name.clone(), OutputChange { before, after, sensitive: output.sensitive });
        }
    }
    changes
}

fn is_same(walk: &Walk<'_>, name: &str, before: &Known, after: &Planned) -> bool {
    if let (Tree::Secret(Secret::Stamp(before)), Tree::Hole(pending)) = (before, after) {
        return pending.stamp.as_ref() == Some(before);
    }
    walk.inputs.fingerprints.same_output(name, before, after)
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
