//! Renames that no `[[moved]]` tells.
//!
//! In: what is deleted and what is created. Out: pairs that look like one thing under two names.

use std::collections::BTreeMap;

use model::plan::Action;
use model::{Address, Planned, Tree};

use crate::change::{Change, Move};
use crate::imagine::Applied;

/// Suggests a `[[moved]]` block on both changes of every pair that belongs together: of one kind,
/// most arguments the same, and neither closer to anything else.
pub(crate) fn suggest(changes: &mut [Change], was: &Applied, is: &Applied) {
    let of = |action: Action| changes.iter().filter(move |it| it.action == action && it.deposed.is_none());
    let mut pairs: Vec<(f64, Move)> = Vec::new();
    for gone in of(Action::Delete) {
        for new in of(Action::Create).filter(|it| it.kind == gone.kind) {
            let (Some(old), Some(fresh)) = (was.desired.get(&gone.address), is.desired.get(&new.address)) else {
                continue;
            };
            let likeness = likeness(old, fresh);
            if likeness >= ALIKE {
                pairs.push((likeness, Move { from: gone.address.clone(), to: new.address.clone() }));
            }
        }
    }
    // The closest first; among equals those whose keys or names stay.
    let stays = |it: &Move| (it.from.key == it.to.key, it.from.name == it.to.name);
    pairs.sort_by(|(a, left), (b, right)| b.total_cmp(a).then(stays(right).cmp(&stays(left))).then(left.cmp(right)));
    let mut taken: BTreeMap<Address, Move> = BTreeMap::new();
    for (_, pair) in pairs {
        if !taken.contains_key(&pair.from) && !taken.contains_key(&pair.to) {
            // Members that keep their keys move with their declaration.
            let all = Move { from: pair.from.declaration(), to: pair.to.declaration() };
            let whole = pair.from.key == pair.to.key && all.from != all.to;
            let block = if whole { all } else { pair.clone() };
            taken.insert(pair.from, block.clone());
            taken.insert(pair.to, block);
        }
    }
    for change in changes.iter_mut().filter(|it| matches!(it.action, Action::Delete | Action::Create)) {
        change.suggested_move = taken.get(&change.address).cloned();
    }
}

/// How much of two resources has to be the same for one to be the other's successor.
const ALIKE: f64 = 0.6;

/// The part of all set arguments that are the same, from 0 to 1.
fn likeness(old: &Planned, new: &Planned) -> f64 {
    let (Some(old), Some(new)) = (old.as_map(), new.as_map()) else { return 0.0 };
    let set = |it: &Planned| !it.is_null();
    let names: std::collections::BTreeSet<&String> =
        old.iter().chain(new).filter(|(_, it)| set(it)).map(|(name, _)| name).collect();
    if names.is_empty() {
        return 1.0;
    }
    let alike = |name: &&&String| match (old.get(**name), new.get(**name)) {
        (Some(old), Some(new)) => is_same(old, new),
        (Some(_) | None, _) => false,
    };
    let (same, all) = (names.iter().filter(alike).count(), names.len());
    f64::from(u32::try_from(same).unwrap_or(u32::MAX)) / f64::from(u32::try_from(all).unwrap_or(u32::MAX))
}

/// Equal, but for the names by which resources are referred to: those may be renamed as well.
fn is_same(old: &Planned, new: &Planned) -> bool {
    match (old, new) {
        (Tree::Text(old), Tree::Text(new)) => old == new || (old.contains("${") && nameless(old) == nameless(new)),
        (Tree::List(old), Tree::List(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same(old, new))
        }
        (Tree::Map(old), Tree::Map(new)) => {
            old.len() == new.len() && old.iter().all(|(key, old)| new.get(key).is_some_and(|new| is_same(old, new)))
        }
        (Tree::Hole(old), Tree::Hole(new)) => {
            let kinds = |it: &model::Pending| -> Vec<(String, String)> {
                it.sources.iter().map(|it| (it.address.kind.clone(), it.attribute.clone())).collect()
            };
            kinds(old) == kinds(new)
        }
        (old, new) => old == new,
    }
}

/// A text whose symbols say no more than `${aws_vpc…id}`.
fn nameless(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((plain, symbol)) = rest.split_once("${") {
        let (symbol, after) = symbol.split_once('}').unwrap_or((symbol, ""));
        let symbol = symbol.strip_prefix("data.").unwrap_or(symbol);
        let (kind, attribute) = (symbol.split('.').next(), symbol.rsplit('.').next());
        out += &format!("{plain}${{{}…{}}}", kind.unwrap_or_default(), attribute.unwrap_or_default());
        rest = after;
    }
    out + rest
}
