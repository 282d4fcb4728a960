//! What a run tells while it goes on, and when it is over.

use std::collections::BTreeMap;
use std::time::Duration;

use driver::Fault;
use model::Address;
use model::plan::{Action, Change, OperationStep, Plan};

/// One piece of news.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The run begins.
    Planned {
        /// How many operations there are.
        operations: usize,
    },
    /// An operation begins.
    Started {
        /// Where.
        address: Address,
        /// What: `create`, `update`, `delete`…
        operation: &'static str,
    },
    /// An operation waits.
    Waiting {
        /// Where.
        address: Address,
        /// What.
        operation: &'static str,
        /// For what, in AWS's words.
        what: String,
        /// Since it began.
        elapsed: Duration,
    },
    /// An operation is done.
    Finished {
        /// Where.
        address: Address,
        /// What.
        operation: &'static str,
        /// Whether it changed anything: values can turn out equal.
        changed: bool,
        /// Since it began.
        elapsed: Duration,
    },
    /// An operation failed.
    Failed {
        /// Where.
        address: Address,
        /// What.
        operation: &'static str,
        /// Why.
        fault: Fault,
        /// Since it began.
        elapsed: Duration,
    },
    /// An operation is not begun.
    Skipped {
        /// Where.
        address: Address,
        /// What.
        operation: &'static str,
        /// The address whose failure keeps it from being done.
        because: Address,
    },
    /// The run is over.
    Summary {
        /// How it went.
        outcome: Outcome,
        /// Since it began.
        elapsed: Duration,
    },
}

/// How a run went. A replacement counts once, and nowhere else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Resources created.
    pub created: usize,
    /// Resources updated in place.
    pub updated: usize,
    /// Resources replaced.
    pub replaced: usize,
    /// Resources and deposed objects deleted.
    pub deleted: usize,
    /// Existing resources taken into state.
    pub adopted: usize,
    /// Resources dropped from state.
    pub forgotten: usize,
    /// What failed, and why.
    pub failed: Vec<(Address, Fault)>,
    /// Changes that were not begun or not finished.
    pub skipped: usize,
    /// Whether it was interrupted.
    pub interrupted: bool,
}

impl Outcome {
    /// Whether everything that was planned is done.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.failed.is_empty() && self.skipped == 0 && !self.interrupted
    }
}

/// How one operation ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Ending {
    /// Not at all.
    #[default]
    Open,
    Done,
    /// With nothing to send.
    Unneeded,
    Failed(Fault),
}

/// Counts changes by how their operations ended.
pub(super) fn outcome(plan: &Plan, endings: &[Ending], interrupted: bool) -> Outcome {
    let mut outcome = Outcome { interrupted, ..Outcome::default() };
    let mut owners: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for operation in 0..plan.operations.len() {
        if let Some(change) = owner(plan, operation) {
            owners.entry(change).or_default().push(operation);
        }
    }
    for (index, change) in plan.changes.iter().enumerate() {
        let operations = owners.remove(&index).unwrap_or_default();
        count(change, &operations, endings, &mut outcome);
    }
    outcome
}

fn count(change: &Change, operations: &[usize], endings: &[Ending], outcome: &mut Outcome) {
    let ended: Vec<&Ending> = operations.iter().map(|it| &endings[*it]).collect();
    let fault = ended.iter().find_map(|it| if let Ending::Failed(fault) = it { Some(fault) } else { None });
    if let Some(fault) = fault {
        outcome.failed.push((change.address.clone(), fault.clone()));
    } else if ended.contains(&&Ending::Open) {
        outcome.skipped += 1;
    } else if !ended.is_empty() && ended.iter().all(|it| **it == Ending::Unneeded) {
        // The values turned out equal.
    } else {
        match change.action {
            Action::Create => outcome.created += 1,
            Action::Update => outcome.updated += 1,
            Action::Replace => outcome.replaced += 1,
            Action::Delete => outcome.deleted += 1,
            Action::Adopt => outcome.adopted += 1,
            Action::Forget => outcome.forgotten += 1,
            Action::Move | Action::Record | Action::Read => {}
        }
    }
}

/// The change that an operation belongs to: a deposed object has one of its own.
fn owner(plan: &Plan, operation: usize) -> Option<usize> {
    let operation = &plan.operations[operation];
    let here = |change: &&(usize, &Change)| change.1.address == operation.address;
    let changes: Vec<(usize, &Change)> = plan.changes.iter().enumerate().collect();
    let id = match &operation.step {
        OperationStep::Delete { id, .. } | OperationStep::Settle { id } => Some(id),
        OperationStep::Create { .. } | OperationStep::Update { .. } | OperationStep::Adopt { .. } => None,
        OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => None,
    };
    let deposed = changes.iter().filter(here).find(|(_, it)| it.deposed.is_some() && it.deposed.as_ref() == id);
    let current = changes.iter().filter(here).find(|(_, it)| it.deposed.is_none());
    deposed.or(current).map(|(index, _)| *index)
}

/// The word for an operation.
pub(super) fn word(step: &OperationStep) -> &'static str {
    match step {
        OperationStep::Create { .. } => "create",
        OperationStep::Update { .. } => "update",
        OperationStep::Delete { .. } => "delete",
        OperationStep::Settle { .. } => "settle",
        OperationStep::Adopt { .. } => "adopt",
        OperationStep::Forget => "forget",
        OperationStep::Record { moved_from: Some(_), .. } => "move",
        OperationStep::Record { moved_from: None, .. } => "record",
        OperationStep::Read { .. } => "read",
    }
}
