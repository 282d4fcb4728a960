//! What one document allows and another does not.
//!
//! In: two documents. Out: what is gained and lost. It must not know how that is said.

use std::collections::{BTreeMap, BTreeSet};

use super::{Condition, Document, Grant, Scope};

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

/// Everything of a grant but its action. Policies list many actions for few of these, so that
/// comparing these first saves most of the work.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Setting<'a> {
    principal: &'a Scope,
    resource: &'a Scope,
    condition: &'a Condition,
}

type Grouped<'a> = BTreeMap<Setting<'a>, BTreeSet<&'a Scope>>;

impl Setting<'_> {
    /// Whether it takes in all of `narrow`, conditions aside.
    fn reaches(&self, narrow: &Self) -> bool {
        self.resource.covers(narrow.resource) && self.principal.covers(narrow.principal)
    }

    /// The grant of one action.
    fn grant(&self, action: &Scope) -> Grant {
        Grant {
            principal: self.principal.clone(),
            action: action.clone(),
            resource: self.resource.clone(),
            condition: self.condition.clone(),
        }
    }

    /// Whether it takes in all of `narrow`.
    fn covers(&self, narrow: &Self) -> bool {
        self.reaches(narrow) && self.condition.covers(narrow.condition)
    }
}

fn grouped(grants: &BTreeSet<Grant>) -> Grouped<'_> {
    let mut groups = Grouped::new();
    for Grant { principal, action, resource, condition } in grants {
        groups.entry(Setting { principal, resource, condition }).or_default().insert(action);
    }
    groups
}

/// The grants of one side that no grant of the other covers. What a wider one of the same side
/// says too is not said twice.
fn beyond(these: &BTreeSet<Grant>, others: &BTreeSet<Grant>) -> Vec<Shift> {
    let (these, others) = (grouped(these), grouped(others));
    let mut found = Vec::new();
    for (setting, actions) in &these {
        let reaching: Vec<_> = others.iter().filter(|(other, _)| other.reaches(setting)).collect();
        let wider: Vec<_> = these.iter().filter(|(other, _)| other.covers(setting)).collect();
        for action in actions {
            let with_action = |it: &&(&Setting<'_>, &BTreeSet<&Scope>)| has(it.1, action);
            let is_covered =
                reaching.iter().filter(|it| it.0.condition.covers(setting.condition)).any(|it| with_action(&it));
            if is_covered || wider.iter().any(|(other, wide)| is_said(setting, action, other, wide)) {
                continue;
            }
            let without = reaching
                .iter()
                .filter(with_action)
                .filter(|it| setting.condition.beyond(it.0.condition).is_empty())
                .map(|it| it.0.condition.beyond(setting.condition))
                .find(|keys| !keys.is_empty())
                .unwrap_or_default();
            found.push(Shift { grant: setting.grant(action), without });
        }
    }
    found
}

fn has(actions: &BTreeSet<&Scope>, action: &Scope) -> bool {
    actions.contains(action) || actions.iter().any(|it| it.covers(action))
}

/// Whether one of the wider actions says the same or more; of two that say the same, the first
/// counts.
fn is_said(setting: &Setting<'_>, action: &Scope, other: &Setting<'_>, wide: &BTreeSet<&Scope>) -> bool {
    let is_first = |it: &Scope| (other, it) < (setting, action);
    let is_same = |it: &Scope| setting.covers(other) && action.covers(it);
    wide.iter().any(|it| (other, *it) != (setting, action) && it.covers(action) && (is_first(it) || !is_same(it)))
}
