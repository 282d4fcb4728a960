//! What one document allows and another does not.
//!
//! In: two documents. Out: what is gained and lost. It must not know how that is said.

use std::collections::BTreeSet;

use super::{Document, Grant};

/// What changes in meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// What is allowed now and was not.
    pub gained: Vec<Shift>,
    /// What was allowed and is not now.
    pub lost: Vec<Shift>,
    /// What was denied and is not now.
    pub undenied: Vec<Shift>,
    /// What is denied now and was not.
    pub denied: Vec<Shift>,
    /// Whether statements that are not understood differ.
    pub is_unclear: bool,
}

/// One grant that comes or goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The grant, on the side that has it.
    pub grant: Grant,
    /// The keys of conditions that the other side has beside it: it is the same without them.
    pub without: BTreeSet<String>,
}

/// Compares two documents by what they mean. What a statement that is not understood may allow is
/// not called lost.
#[must_use]
pub fn compare(before: &Document, after: &Document) -> Difference {
    let is_unclear = before.unknown != after.unknown;
    let gained = beyond(&after.allowed, &before.allowed);
    let lost = if is_unclear { Vec::new() } else { beyond(&before.allowed, &after.allowed) };
    // What is denied on the same side is allowed in the text only.
    let effective = |shifts: Vec<Shift>, denied: &BTreeSet<Grant>| -> Vec<Shift> {
        shifts.into_iter().filter(|it| !denied.iter().any(|deny| deny.covers(&it.grant))).collect()
    };
    Difference {
        gained: effective(gained, &after.denied),
        lost: effective(lost, &before.denied),
        undenied: if is_unclear { Vec::new() } else { beyond(&before.denied, &after.denied) },
        denied: beyond(&after.denied, &before.denied),
        is_unclear,
    }
}

/// The grants of one side that no grant of the other covers.
fn beyond(these: &BTreeSet<Grant>, others: &BTreeSet<Grant>) -> Vec<Shift> {
    let mut found: Vec<Shift> = Vec::new();
    for grant in these.iter().filter(|it| !others.contains(it)) {
        if others.iter().any(|other| other.covers(grant)) {
            continue;
        }
        let without = others
            .iter()
            .filter(|other| other.reaches(grant) && grant.condition.beyond(&other.condition).is_empty())
            .map(|other| other.condition.beyond(&grant.condition))
            .find(|keys| !keys.is_empty())
            .unwrap_or_default();
        found.push(Shift { grant: grant.clone(), without });
    }
    // What a wider grant among them says too is not said twice.
    let covered = |it: &Shift| found.iter().any(|wide| wide.grant != it.grant && wide.grant.covers(&it.grant));
    let (redundant, own): (Vec<Shift>, Vec<Shift>) = found.iter().cloned().partition(covered);
    if own.is_empty() { redundant } else { own }
}
