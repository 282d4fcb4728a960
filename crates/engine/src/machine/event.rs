//! What the machine is told and what it asks for.

use std::time::Duration;

use driver::{Fault, Found};
use model::Id;
use model::plan::OperationId;
use model::state::Status;

/// What the machine knows of one operation.
#[derive(Clone, Debug)]
pub struct Task {
    /// What it takes.
    pub work: Work,
    /// The AWS service whose limit it counts against.
    pub service: &'static str,
    /// After how long it gives up.
    pub deadline: Duration,
    /// How long AWS may lag behind itself.
    pub consistency: Duration,
    /// The time that it and what waits for it take; longest first.
    pub priority: Duration,
}

/// What an operation takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Intent, call, id, perhaps completion, settling.
    Create {
        /// Whether the name must be read as absent first, because the kind carries no mark that
        /// could prove later whose an object of that name is.
        prove_absence: bool,
    },
    /// Intent, call, settling.
    Update,
    /// Intent, call, waiting until it is gone.
    Delete,
    /// Waiting for an earlier operation's object.
    Settle {
        /// Whether it is being deleted.
        gone: bool,
    },
    /// Looking a data source up.
    Lookup,
    /// A record in the journal, without a call.
    Note,
}

/// What has happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The run begins.
    Start,
    /// [`Command::Prepare`] is done.
    Prepared {
        /// Which operation.
        operation: OperationId,
        /// With what result.
        prepared: Prepared,
    },
    /// The record of the last [`Command::Append`] is durable.
    Appended {
        /// Which operation.
        operation: OperationId,
    },
    /// [`Command::Call`] was answered.
    Answered {
        /// Which operation.
        operation: OperationId,
        /// The answer.
        answer: Result<Answer, Fault>,
    },
    /// [`Command::Find`] was answered.
    Found {
        /// Which operation.
        operation: OperationId,
        /// The answer.
        found: Result<Found, Fault>,
    },
    /// [`Command::Inspect`] was answered.
    Inspected {
        /// Which operation.
        operation: OperationId,
        /// Whether the object is there.
        there: Result<bool, Fault>,
    },
    /// The settle loop looked at an object that is watched.
    Seen {
        /// Which operation.
        operation: OperationId,
        /// What it saw.
        sight: Sight,
    },
    /// A timer ran out.
    Elapsed {
        /// Which operation.
        operation: OperationId,
        /// Which timer.
        timer: Timer,
    },
    /// Nothing new may be begun.
    Interrupted,
}

/// What evaluating an operation's arguments came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Prepared {
    /// It is to be done.
    Go,
    /// The values turned out equal to the live ones: nothing is to be sent.
    Unneeded,
    /// It cannot be done.
    Failed(Fault),
}

/// A good answer of a mutating call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// An object was made.
    Created {
        /// What AWS calls it.
        id: Id,
        /// Whether the answer told that it can be used.
        settled: bool,
        /// Whether an update has to follow.
        unfinished: bool,
    },
    /// The change was accepted.
    Done {
        /// Whether nothing has to be waited for.
        settled: bool,
    },
}

/// What the settle loop saw of one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Sight {
    /// It can be used.
    Ready,
    /// It cannot be used yet, and why.
    Settling(String),
    /// It never will be, and why.
    Failed(String),
    /// It is not there.
    Absent,
    /// It could not be read.
    Unread(Fault),
}

/// The clocks of an operation. Numbered ones are void once a later one is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The operation gives up.
    Deadline,
    /// A pause before something is done again.
    Pause(u32),
    /// The operation had its turn with a service that throttles; who waits there has the next.
    Turn,
    /// What was made must have become visible.
    Visible(u32),
}

/// The call of an operation, or the update that completes its create.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The operation's own call.
    Main,
    /// The update after a create that one call could not finish.
    Completion,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Evaluate the arguments.
    Prepare(OperationId),
    /// Look for an object of the operation's name or token.
    Find(OperationId),
    /// Write a record and make it durable.
    Append {
        /// Which operation.
        operation: OperationId,
        /// What to write.
        entry: Entry,
    },
    /// Make the call.
    Call {
        /// Which operation.
        operation: OperationId,
        /// Which of its calls.
        step: Step,
    },
    /// Read the object directly.
    Inspect(OperationId),
    /// Let the settle loop look at the object.
    Watch(OperationId),
    /// No longer.
    Unwatch(OperationId),
    /// Tell when so much time is over.
    SetTimer {
        /// Which operation.
        operation: OperationId,
        /// Which timer.
        timer: Timer,
        /// After how long.
        after: Duration,
    },
    /// Tell a person.
    Report {
        /// Which operation.
        operation: OperationId,
        /// What.
        report: Report,
    },
}

/// What is written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// The intent of a call.
    Intent {
        /// Which call.
        step: Step,
        /// Whether the name was just read as absent.
        absent_before: bool,
    },
    /// The id of what was made.
    Created {
        /// The id.
        id: Id,
    },
    /// The operation is done.
    Ready,
    /// The operation failed.
    Failed {
        /// Why.
        fault: Fault,
        /// Where that leaves the object.
        leaves: Leaves,
    },
    /// The call was not made after all.
    Withdrawn,
    /// The object is left as it is, to the next run.
    Left,
    /// The create may still arrive.
    Suspect,
    /// Something of that name is there, and not provably ours.
    NotOurs {
        /// What AWS calls it.
        id: Id,
    },
    /// An object that was waited for stands still.
    Settled {
        /// Where.
        standing: Standstill,
    },
    /// What a [`Work::Note`], or an operation that is not needed, writes.
    Note,
}

/// Where a failed operation leaves its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// There is none.
    Nothing,
    /// Where it was before.
    AsBefore,
    /// Somewhere in between.
    At(Status),
}

/// How an object that was waited for stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standstill {
    /// It can be used.
    Ready,
    /// It never will be usable.
    Failed,
    /// It is gone.
    Gone,
}

/// What a person is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Report {
    /// It begins.
    Started,
    /// It waits, and for what.
    Waiting(String),
    /// It pauses before it calls again, and why.
    Pausing(String),
    /// It is done.
    Finished {
        /// Whether anything was changed.
        changed: bool,
    },
    /// It failed.
    Failed(Fault),
    /// It is not begun, because another failed.
    Skipped {
        /// The one that failed.
        because: OperationId,
    },
}
