//! A plan in numbers.

use model::plan::{Action, Plan};
use serde::Serialize;

/// How many addresses each action concerns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Made.
    pub create: usize,
    /// Changed in place.
    pub update: usize,
    /// Made anew.
    pub replace: usize,
    /// Deleted.
    pub delete: usize,
    /// Taken into state.
    pub adopt: usize,
    /// Dropped from state.
    pub forget: usize,
    /// Known under a new address, and nothing else.
    #[serde(rename = "move")]
    pub moved: usize,
    /// Changed in state only.
    pub record: usize,
    /// Needing nothing.
    pub unchanged: usize,
}

/// Counts a plan's changes.
#[must_use]
pub fn summary(plan: &Plan) -> Summary {
    let mut summary = Summary { unchanged: plan.unchanged.len(), ..Summary::default() };
    for change in &plan.changes {
        match change.action {
            Action::Create => summary.create += 1,
            Action::Update => summary.update += 1,
            Action::Replace => summary.replace += 1,
            Action::Delete => summary.delete += 1,
            Action::Adopt => summary.adopt += 1,
            Action::Forget => summary.forget += 1,
            Action::Move => summary.moved += 1,
            Action::Record => summary.record += 1,
            Action::Read => {}
        }
    }
    summary
}

/// Whether there is anything that a person would call a change: what exit code 2 says. Looking
/// something up is none, nor is state catching up with what the manifest says already.
#[must_use]
pub fn has_changes(plan: &Plan) -> bool {
    !plan.outputs.is_empty() || plan.changes.iter().any(|it| it.action != Action::Read)
}
