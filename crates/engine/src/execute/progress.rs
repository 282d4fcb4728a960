//! What a run tells while it goes on, and when it is over.

use std::collections::BTreeMap;
use std::time::Duration;

use driver::Fault;
use model::plan::{Action, Change, Operation, OperationId, OperationStep, Plan};
use model::{Address, Id};

use crate::machine::{Command, Entry, Report};

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
    /// A stage of an operation begins; the one before is over.
    Stage {
        /// Which operation.
        operation: OperationId,
        /// Which stage.
        stage: Stage,
    },
    /// The run is over.
    Summary {
        /// How it went.
        outcome: Outcome,
        /// Since it began.
        elapsed: Duration,
    },
}

/// What an operation is at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Evaluating its arguments, and fetching the secrets among them.
    Preparing,
    /// Looking for an object of its name or token.
    Finding,
    /// Writing down what is about to be called.
    Intending,
    /// Its call.
    Calling,
    /// Reading its object.
    Inspecting,
    /// Writing down what AWS calls what was made.
    Noting,
    /// Waiting for its object to settle, from one look to the next.
    Settling {
        /// What the last look saw, in AWS's words.
        seen: Option<String>,
    },
    /// A pause before something is done again.
    Pausing,
    /// Writing down how it ended.
    Recording,
    /// None any more: it is done.
    Done {
        /// Whether it changed anything.
        changed: bool,
    },
    /// None any more: it failed.
    Failed {
        /// AWS's code for why, where there is one.
        code: Option<String>,
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

/// The stage that a command begins, if it begins one.
pub(super) fn stage(command: &Command) -> Option<(OperationId, Stage)> {
    Some(match command {
        Command::Prepare(id) => (*id, Stage::Preparing),
        Command::Find(id) => (*id, Stage::Finding),
        Command::Append { operation, entry } => (*operation, writing(entry)),
        Command::Call { operation, .. } => (*operation, Stage::Calling),
        Command::Inspect(id) => (*id, Stage::Inspecting),
        Command::Watch(id) => (*id, Stage::Settling { seen: None }),
        Command::SetTimer { .. } | Command::Unwatch(_) => return None,
        Command::Report { operation, report } => match report {
            Report::Waiting(what) => (*operation, Stage::Settling { seen: Some(what.clone()) }),
            Report::Pausing(_) => (*operation, Stage::Pausing),
            Report::Finished { changed } => (*operation, Stage::Done { changed: *changed }),
            Report::Failed(fault) => (*operation, Stage::Failed { code: fault.code.clone() }),
            Report::Started | Report::Skipped { .. } => return None,
        },
    })
}

fn writing(entry: &Entry) -> Stage {
    match entry {
        Entry::Intent { .. } => Stage::Intending,
        Entry::Created { .. } => Stage::Noting,
        Entry::Ready | Entry::Failed { .. } | Entry::Withdrawn | Entry::Left | Entry::Suspect => Stage::Recording,
        Entry::NotOurs { .. } | Entry::Settled { .. } | Entry::Note => Stage::Recording,
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
    let mut changes: BTreeMap<&Address, Vec<usize>> = BTreeMap::new();
    for (index, change) in plan.changes.iter().enumerate() {
        changes.entry(&change.address).or_default().push(index);
    }
    let mut owned: Vec<Vec<usize>> = vec![Vec::new(); plan.changes.len()];
    for (index, operation) in plan.operations.iter().enumerate() {
        let here = changes.get(&operation.address).map_or(&[][..], Vec::as_slice);
        if let Some(change) = owner(plan, operation, here) {
            owned[change].push(index);
        }
    }
    for (change, operations) in plan.changes.iter().zip(&owned) {
        count(change, operations, endings, &mut outcome);
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

/// The change that an operation belongs to, of those of its address: a deposed object has one of
/// its own.
fn owner(plan: &Plan, operation: &Operation, here: &[usize]) -> Option<usize> {
    let id = match &operation.step {
        OperationStep::Delete { id, .. } | OperationStep::Settle { id } => Some(id),
        OperationStep::Create { .. } | OperationStep::Update { .. } | OperationStep::Adopt { .. } => None,
        OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => None,
    };
    let of = |deposed: Option<&Id>| here.iter().copied().find(|it| plan.changes[*it].deposed.as_ref() == deposed);
    id.and_then(|id| of(Some(id))).or_else(|| of(None))
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
