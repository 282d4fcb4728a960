//! Which members a manifest declares, and which Terraform's state has.
//!
//! In: a resolved stack, what was carried over, instances. Out: declarations with other keys. It
//! must not know arguments.

use std::collections::BTreeSet;

use model::stack::{Declared, Stack};
use model::{Address, Mode};

use super::{Disagreement, Rehearsal, Where, Why};

/// Compares the keys of everything that was carried over.
pub(super) fn disagreements(rehearsal: &Rehearsal<'_>, stack: &Stack) -> Vec<Disagreement> {
    let declarations: BTreeSet<&Address> = rehearsal.carried.iter().map(|it| &it.declaration).collect();
    declarations.into_iter().filter_map(|it| disagreement(rehearsal, stack, it)).collect()
}

fn disagreement(rehearsal: &Rehearsal<'_>, stack: &Stack, declaration: &Address) -> Option<Disagreement> {
    let manifest = declared(stack, declaration);
    let terraform = held(rehearsal, declaration);
    // A data source that Terraform has not read yet is looked up when the stack is planned.
    let is_unread = declaration.mode == Mode::Data && terraform.is_empty();
    if manifest == terraform || is_unread {
        return None;
    }
    let is_single = |keys: &BTreeSet<String>| keys.iter().all(String::is_empty);
    let argument = if is_single(&manifest) && is_single(&terraform) { "lifecycle.enabled" } else { "for_each" };
    let place = Where::Argument {
        declaration: declaration.clone(),
        argument: argument.to_owned(),
        path: argument.to_owned(),
        member: None,
    };
    let keys = |it: BTreeSet<String>| it.into_iter().collect();
    Some(Disagreement { place, why: Why::Members { manifest: keys(manifest), terraform: keys(terraform) } })
}

fn declared(stack: &Stack, declaration: &Address) -> BTreeSet<String> {
    match stack.declared.get(declaration) {
        Some(Declared::Single) => BTreeSet::from([String::new()]),
        Some(Declared::Members(keys)) => keys.clone(),
        Some(Declared::Disabled) | None => BTreeSet::new(),
    }
}

fn held(rehearsal: &Rehearsal<'_>, declaration: &Address) -> BTreeSet<String> {
    let key = |it: &Address| (it.declaration() == *declaration).then(|| it.key.clone().unwrap_or_default());
    match declaration.mode {
        Mode::Managed => rehearsal.instances.keys().filter_map(key).collect(),
        Mode::Data => rehearsal.data.keys().filter_map(key).collect(),
    }
}
