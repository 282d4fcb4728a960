//! What goes: addresses that the manifest no longer has, everything on a destroy, and objects
//! that were replaced and are still there.
//!
//! In: a finished walk. Out: decisions to delete or to forget. It must not know operations.

use std::collections::BTreeMap;

use model::Address;
use model::catalog::{Kind, Life};
use model::diagnostic::Diagnostic;
use model::source::Span;
use model::stack::Resource;
use model::state::Entry;
use model::{Known, Tree};

use super::compare::veil;
use super::decided::{Course, Decided};
use super::memory;
use super::walk::Walk;

/// Decides for every tracked address that is not desired.
pub(super) fn decide(walk: &mut Walk<'_>) {
    let destroy = walk.inputs.options.destroy;
    let tracking = &walk.ground.tracking;
    for (address, tracked) in &tracking.entries {
        let entry = tracked.entry;
        let is_desired = !destroy && walk.inputs.stack.resources.contains_key(address);
        if is_desired || !walk.ground.selection.contains(address) {
            continue;
        }
        let Some(kind) = walk.inputs.catalog.kind(&entry.kind) else {
            let message = format!("state has `{address}`, whose type this stackctl does not know");
            let help = "use the stackctl that made it, or `stackctl state rm` it";
            walk.problems.push(Diagnostic::nowhere("unknown-type", message).help(help));
            continue;
        };
        if let Some(decided) = going(walk, address, entry, kind) {
            walk.decided.insert(address.clone(), decided);
        }
    }
}

fn going(walk: &mut Walk<'_>, address: &Address, entry: &Entry, kind: &'static Kind) -> Option<Decided> {
    let declared = walk.inputs.stack.resources.get(address);
    let object = entry.current.as_ref()?;
    let live = walk.live(address, &object.id);
    let mut decided = Decided::keep(kind.name, Tree::Map(BTreeMap::new()));
    let forget = |reason: &str, decided: Decided| {
        Some(Decided { course: Course::Forget, reason: Some(reason.to_owned()), ..decided })
    };
    if is_removed(walk, address) && !walk.inputs.options.destroy {
        return forget("a `[[removed]]` block says so", decided);
    }
    match (kind.life, live) {
        (_, Some(None)) => return forget("already gone in AWS", decided),
        (Life::Adopted, _) => return forget("it was adopted, so it stays in AWS", decided),
        (Life::Owned | Life::Revisions, None | Some(Some(_))) => {}
    }
    let setting =
        |name, declares: fn(&Resource) -> bool| declared.map_or_else(|| memory::was_on(&object.local, name), declares);
    if setting("retain", |it| it.lifecycle.retain) {
        return forget("`lifecycle.retain` keeps it in AWS", decided);
    }
    if setting("prevent_destroy", |it| it.lifecycle.prevent_destroy) {
        let span = declared.map(|it| it.spans.header);
        let reason = if walk.inputs.options.destroy { "this is a destroy" } else { "the manifest no longer has it" };
        walk.problems.push(match span {
            Some(span) => protected(address, span, "deleted", reason),
            None => undeclared(address, reason),
        });
    }
    let told = live.flatten().map_or_else(|| Tree::Map(BTreeMap::new()), |it| it.inputs.clone());
    let local = declared
        .map_or_else(|| object.local.clone(), |it| memory::local(walk.inputs.stack, it, &it.offline, &walk.objects));
    if skips_destroy(&local) {
        return forget("`skip_destroy` keeps it in AWS", decided);
    }
    decided.before = with_local(veil(told, &Tree::Null, &object.inputs), &local);
    decided.reason = (!walk.inputs.options.destroy).then(|| "the manifest no longer has it".to_owned());
    decided.course = Course::Delete { id: object.id.clone() };
    Some(decided)
}

/// Whether the argument of that name, which only stackctl reads, leaves the object in AWS.
pub(super) fn skips_destroy(local: &Known) -> bool {
    local.get("skip_destroy") == Some(&Tree::Bool(true))
}

fn is_removed(walk: &Walk<'_>, address: &Address) -> bool {
    let removed = &walk.inputs.stack.removed;
    let is_named = |it: &Address| removed.binary_search_by(|(from, _)| from.cmp(it)).is_ok();
    is_named(address) || is_named(&address.declaration())
}

/// Live arguments, overlaid with those that only stackctl reads.
pub(super) fn with_local(live: Known, local: &Known) -> Known {
    let mut all = if let Tree::Map(members) = live { members } else { BTreeMap::new() };
    for (name, value) in memory::arguments(local) {
        all.insert(name.clone(), value.clone());
    }
    Tree::Map(all)
}

/// The manifest protects what would go.
pub(super) fn protected(address: &Address, span: Span, fate: &str, reason: &str) -> Diagnostic {
    let message = format!("`{address}` would be {fate}, and `lifecycle.prevent_destroy` refuses that");
    Diagnostic::error("prevent-destroy", span, message)
        .note(reason)
        .help("undo the change, or set `lifecycle.prevent_destroy = false` first")
}

fn undeclared(address: &Address, reason: &str) -> Diagnostic {
    let message =
        format!("`{address}` would be deleted because {reason}, and its `lifecycle.prevent_destroy` refuses that");
    Diagnostic::nowhere("prevent-destroy", message).help(format!(
        "put it back; then apply it with `prevent_destroy = false`, or forget it with `[[removed]] from = \"{address}\"`"
    ))
}
