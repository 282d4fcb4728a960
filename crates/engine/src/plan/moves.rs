//! What state tracks, under the addresses that the manifest uses now.
//!
//! In: state and `[[moved]]` blocks. Out: entries by their present address, and where each came
//! from. It must not know what becomes of them.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::Diagnostic;
use model::manifest::Moved;
use model::stack::Stack;
use model::state::{Entry, State};
use model::{Address, Id};

/// One entry of state.
#[derive(Clone, Debug)]
pub(super) struct Tracked<'a> {
    /// The entry.
    pub entry: &'a Entry,
    /// The address that state has it under.
    pub recorded_as: Address,
}

/// All entries by their present address.
#[derive(Debug, Default)]
pub(super) struct Tracking<'a> {
    /// By present address.
    pub entries: BTreeMap<Address, Tracked<'a>>,
    renamed: BTreeMap<Address, Address>,
}

impl Tracking<'_> {
    /// Dependencies that state remembers, under their present addresses.
    pub fn present(&self, addresses: &BTreeSet<Address>) -> BTreeSet<Address> {
        addresses.iter().map(|it| self.renamed.get(it).unwrap_or(it).clone()).collect()
    }

    /// The id of the object in use at an address.
    pub fn id(&self, address: &Address) -> Option<&Id> {
        self.entries.get(address)?.entry.current.as_ref().map(|it| &it.id)
    }
}

/// Follows the moves, one after the other, as long as there is something to move and its new
/// address is free. A move that finds its new address taken is told as a warning.
pub(super) fn follow<'a>(stack: &Stack, state: &'a State) -> (Tracking<'a>, Vec<Diagnostic>) {
    let track =
        |(address, entry): (&Address, &'a Entry)| (address.clone(), Tracked { entry, recorded_as: address.clone() });
    let mut entries: BTreeMap<Address, Tracked<'a>> = state.resources.iter().map(track).collect();
    // Each round moves at least one entry one step along its chain, so this ends.
    for _ in 0..=stack.moved.len() {
        let before = entries.len();
        let steps: Vec<(Address, Address)> = stack
            .moved
            .iter()
            .flat_map(|it| steps(it, stack, &entries))
            .filter(|(_, to)| stack.resources.contains_key(to))
            .collect();
        let free: Vec<(Address, Address)> = steps.into_iter().filter(|(_, to)| !entries.contains_key(to)).collect();
        if free.is_empty() {
            break;
        }
        for (from, to) in free {
            if !entries.contains_key(&to)
                && let Some(moved) = entries.remove(&from)
            {
                entries.insert(to, moved);
            }
        }
        debug_assert_eq!(before, entries.len());
    }
    let taken = |it: &Moved| {
        let (from, to) = steps(it, stack, &entries).into_iter().find(|(_, to)| entries.contains_key(to))?;
        let message = format!("`{from}` cannot become `{to}`: state has both");
        let help = format!("import or remove one of them, or delete the `[[moved]]` block; `{from}` stays as it is");
        Some(Diagnostic::warning("move-blocked", it.span, message).help(help))
    };
    let warnings = stack.moved.iter().filter_map(taken).collect();
    let renamed = entries
        .iter()
        .filter(|(address, it)| **address != it.recorded_as)
        .map(|(address, it)| (it.recorded_as.clone(), address.clone()))
        .collect();
    (Tracking { entries, renamed }, warnings)
}

/// Where state has what the manifest calls by another name: recorded addresses by present ones.
#[must_use]
pub fn moved(stack: &Stack, state: &State) -> BTreeMap<Address, Address> {
    let (tracking, _) = follow(stack, state);
    tracking.renamed.into_iter().map(|(recorded, present)| (present, recorded)).collect()
}

/// What one block moves: an address, or all members of a declaration. What the manifest still
/// declares under its old address stays there.
fn steps(moved: &Moved, stack: &Stack, entries: &BTreeMap<Address, Tracked<'_>>) -> Vec<(Address, Address)> {
    let renamed = |it: &Address| match (&it.key, &moved.to.key) {
        (Some(key), None) if moved.from.key.is_none() => moved.to.member(key.as_str()),
        _ => moved.to.clone(),
    };
    let stays = |it: &Address| stack.resources.contains_key(it);
    let meant = moved.from.covered(entries).map(|(it, _)| it);
    meant.filter(|it| !stays(it)).map(|it| (it.clone(), renamed(it))).collect()
}
