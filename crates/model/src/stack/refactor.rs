//! `[[moved]]`, `[[import]]` and `[[removed]]` checked against what is declared.
//!
//! In: the declarations and how everything expanded. Out: renames with their chains followed to
//! the end, and every problem. It must not know state: whether an old address was ever used is
//! the planner's to see.

use std::collections::{BTreeMap, BTreeSet};

use super::Declared;
use super::reference::Expanded;
use super::scope::unknown_object;
use crate::address::{Address, Mode};
use crate::diagnostic::Diagnostic;
use crate::expr::ScopeError;
use crate::manifest::{Import, Manifest, Moved};
use crate::source::Span;

/// Checks renames and follows chains: `a` to `b` and `b` to `c` moves `a` to `c`, so that a
/// state of any age arrives.
pub(super) fn moved(manifest: &Manifest, expanded: &Expanded, problems: &mut Vec<Diagnostic>) -> Vec<Moved> {
    let mut by_source: BTreeMap<&Address, &Moved> = BTreeMap::new();
    for moved in &manifest.moved {
        match by_source.get(&moved.from) {
            Some(first) => {
                let message = format!("{} is moved twice", moved.from);
                let problem = Diagnostic::error("invalid-move", moved.span, message);
                problems.push(problem.label(first.span, "moved here first").help("keep one of them"));
            }
            None => {
                by_source.insert(&moved.from, moved);
            }
        }
    }
    let mut resolved = Vec::new();
    for moved in by_source.values() {
        let Some(end) = end_of_chain(moved, &by_source) else {
            let message = format!("the moves from {} lead back to it", moved.from);
            problems.push(Diagnostic::error("invalid-move", moved.span, message).help("remove one of them"));
            continue;
        };
        match check_move(moved, end, expanded) {
            None => resolved.push(Moved { span: moved.span, from: moved.from.clone(), to: end.clone() }),
            Some(problem) => problems.push(problem),
        }
    }
    resolved
}

/// Checks where imports go.
pub(super) fn imports(manifest: &Manifest, expanded: &Expanded, problems: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&Address, &Import> = BTreeMap::new();
    for import in &manifest.imports {
        if import.to.mode == Mode::Data {
            let message = format!("{} is a data source: only resources are imported", import.to);
            problems.push(Diagnostic::error("invalid-import", import.span, message));
            continue;
        }
        if let Some(first) = seen.insert(&import.to, import) {
            let message = format!("{} is imported twice", import.to);
            let problem = Diagnostic::error("invalid-import", import.span, message);
            problems.push(problem.label(first.span, "imported here first").help("keep one of them"));
        }
        problems.extend(absent(&import.to, import.span, expanded, "invalid-import"));
    }
}

/// Checks that what is forgotten is not declared any more.
pub(super) fn removed(
    manifest: &Manifest,
    expanded: &Expanded,
    problems: &mut Vec<Diagnostic>,
) -> Vec<(Address, Span)> {
    let mut forgotten = BTreeSet::new();
    for removed in &manifest.removed {
        if exists(&removed.from, expanded) {
            let message = format!("{} is still declared, so it cannot be forgotten", removed.from);
            let problem = Diagnostic::error("invalid-removal", removed.span, message);
            problems.push(problem.help("remove its table, or this `[[removed]]`"));
            continue;
        }
        forgotten.insert((removed.from.clone(), removed.span));
    }
    forgotten.into_iter().collect()
}

fn end_of_chain<'a>(first: &'a Moved, moves: &BTreeMap<&Address, &'a Moved>) -> Option<&'a Address> {
    let mut end = &first.to;
    // A chain without a loop is no longer than there are moves.
    for _ in 0..=moves.len() {
        match moves.get(end) {
            Some(next) => end = &next.to,
            None => return Some(end),
        }
    }
    None
}

fn check_move(moved: &Moved, end: &Address, expanded: &Expanded) -> Option<Diagnostic> {
    let error = |message: String| Diagnostic::error("invalid-move", moved.span, message);
    if moved.from.mode == Mode::Data || moved.to.mode == Mode::Data {
        return Some(error("data sources are looked up anew each time and cannot be moved".to_owned()));
    }
    if moved.from.kind != moved.to.kind {
        let message = format!("{} cannot become {}: the types differ", moved.from, moved.to);
        return Some(error(message).help("an object keeps its type; to adopt it under another, forget and import it"));
    }
    if exists(&moved.from, expanded) {
        let message = format!("{} is still declared, so it cannot have moved", moved.from);
        return Some(error(message).help(format!("rename its table to {}, or remove this `[[moved]]`", moved.to)));
    }
    absent(end, moved.span, expanded, "invalid-move")
}

/// Whether exactly this address is declared. `a` is not while `a` has `for_each`, and the
/// other way round.
fn exists(address: &Address, expanded: &Expanded) -> bool {
    match (expanded.declared.get(&address.declaration()), &address.key) {
        (Some(Some(Declared::Members(keys))), Some(key)) => keys.contains(key),
        (Some(Some(Declared::Single)), None) => true,
        (Some(Some(Declared::Members(_) | Declared::Single | Declared::Disabled) | None) | None, _) => false,
    }
}

/// A target that is not declared. A whole `for_each` may be moved to another.
fn absent(address: &Address, span: Span, expanded: &Expanded, code: &'static str) -> Option<Diagnostic> {
    let declaration = address.declaration();
    let message = match (expanded.declared.get(&declaration), &address.key) {
        (Some(None | Some(Declared::Disabled)), _) => return None,
        (Some(Some(Declared::Single)), None) => return None,
        (Some(Some(Declared::Single)), Some(_)) => format!("{declaration} has no `for_each`, so it takes no key"),
        (Some(Some(Declared::Members(keys))), Some(key)) if keys.contains(key) => return None,
        (Some(Some(Declared::Members(_))), Some(key)) => format!("{declaration} has no member {key:?}"),
        (Some(Some(Declared::Members(_))), None) if code == "invalid-move" => return None,
        (Some(Some(Declared::Members(_))), None) => format!("{declaration} has `for_each`: name a member"),
        (None, _) => match unknown_object(&declaration, expanded.kinds.keys()) {
            ScopeError::Here { message, help, .. } if !expanded.kinds.contains_key(&declaration) => {
                let mut problem = Diagnostic::error("reference-to-nothing", span, message);
                problem.help = help;
                return Some(problem);
            }
            ScopeError::Here { .. } | ScopeError::Reported => return None,
        },
    };
    Some(Diagnostic::error(code, span, message))
}
