//! The step machine: which call is made when, what is written down before and after it, and what
//! follows from every answer.
//!
//! In: events. Out: commands. No clock, no async, no randomness, and no values: it knows what
//! kind of work an operation is and how it went, never what is created or where it is written.

mod event;
mod faults;
mod limits;
mod pace;
mod repeat;
mod steps;

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use driver::Fault;
use model::plan::{Edge, OperationId};

pub use event::{Answer, Command, Entry, Event, Leaves, Prepared, Report, Sight, Standstill, Step, Task, Timer, Work};
pub use limits::Limits;

use limits::Slots;
use pace::Rank;
use repeat::Tries;

/// A run in progress.
#[derive(Clone, Debug)]
pub struct Machine {
    operations: Vec<Operation>,
    /// What may begin, by service.
    ready: BTreeMap<&'static str, BTreeSet<Rank>>,
    /// How many have not begun.
    waiting: usize,
    /// How many have begun and not ended.
    going: usize,
    slots: Slots,
    interrupted: bool,
    commands: Vec<Command>,
}

/// One operation in progress.
#[derive(Clone, Debug)]
struct Operation {
    task: Task,
    phase: Phase,
    /// What comes first and is not done.
    blockers: BTreeSet<OperationId>,
    /// What comes after.
    followers: BTreeSet<OperationId>,
    step: Step,
    /// Whether the object exists by the operation's own doing.
    made: bool,
    /// Whether an update has to complete what was made.
    unfinished: bool,
    /// Whether the create's answer told that the object can be used.
    settled: bool,
    /// Whether the name was read as absent before the intent.
    absent_before: bool,
    /// Whether the settle loop has seen the object.
    seen: bool,
    /// Whether a change got no clear answer.
    unclear: Tries,
    /// Whether the deadline has passed.
    expired: bool,
    timed: bool,
    slot: bool,
    /// Records that are not durable yet.
    unwritten: u32,
    /// Tells when its call was sent, to the pace of its service.
    pace: u32,
    tries: Tries,
    timer: u32,
    /// What is reported should the operation end here.
    fault: Option<Fault>,
}

/// What an operation waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Others, or a slot.
    Waiting,
    /// Its arguments.
    Preparing,
    /// The proof that its name is free.
    Proving,
    /// Its intent, to become durable.
    Intending,
    /// The answer of its call.
    Calling,
    /// A pause to be over.
    Pausing(Again),
    /// What became of a create, after this doubt.
    Probing(Doubt),
    /// Whether its object is there.
    Inspecting,
    /// Its object to settle.
    Watching,
    /// Its last record.
    Ending(Ended),
    /// Nothing.
    Ended(Ended),
}

/// What is done again after a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    Prepare,
    Prove,
    Call,
    Probe(Doubt),
    Inspect,
}

/// Why a create is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    /// It got no answer.
    Unanswered,
    /// AWS says that its name is taken.
    Taken,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Done {
        changed: bool,
    },
    Failed,
    Skipped,
    /// Given up because of an interrupt.
    Left,
}

impl Machine {
    /// A machine for a plan's operations, each with the task of the same index.
    #[must_use]
    pub fn new(tasks: Vec<Task>, edges: &[Edge], limits: Limits) -> Self {
        let mut operations: Vec<Operation> = tasks.into_iter().map(Operation::new).collect();
        for edge in edges {
            operations[edge.second.0].blockers.insert(edge.first);
            operations[edge.first.0].followers.insert(edge.second);
        }
        let waiting = operations.len();
        let mut machine = Self {
            operations,
            ready: BTreeMap::new(),
            waiting,
            going: 0,
            slots: Slots::new(limits),
            interrupted: false,
            commands: Vec::new(),
        };
        for id in machine.ids() {
            if machine.operation(id).blockers.is_empty() {
                machine.unblocked(id);
            }
        }
        machine
    }

    /// Takes an event in and says what is to be done. Events that come too late say nothing.
    pub fn handle(&mut self, event: Event) -> Vec<Command> {
        match event {
            Event::Start => {}
            Event::Prepared { operation, prepared } => self.prepared(operation, prepared),
            Event::Appended { operation } => self.appended(operation),
            Event::Answered { operation, answer } => self.answered(operation, answer),
            Event::Found { operation, found } => self.found(operation, found),
            Event::Inspected { operation, there } => self.inspected(operation, there),
            Event::Seen { operation, sight } => self.seen(operation, sight),
            Event::Elapsed { operation, timer } => self.elapsed(operation, timer),
            Event::Interrupted => self.interrupt(),
        }
        self.begin();
        std::mem::take(&mut self.commands)
    }

    /// Whether nothing is going on and nothing will begin.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.going == 0 && (self.interrupted || self.waiting == 0)
    }

    /// Nothing stands in an operation's way any more.
    fn unblocked(&mut self, id: OperationId) {
        let rank = self.rank(id);
        self.ready.entry(self.operation(id).task.service).or_default().insert(rank);
    }

    /// Begins whatever may begin: longest remaining path first.
    fn begin(&mut self) {
        while let Some((service, rank)) = self.next_ready().filter(|_| !self.interrupted) {
            self.ready.entry(service).or_default().remove(&rank);
            self.slots.take(service);
            self.waiting -= 1;
            self.going += 1;
            let (_, id) = rank;
            self.operation_mut(id).slot = true;
            self.prepare(id);
        }
    }

    /// What begins next, of all services that have a slot.
    fn next_ready(&mut self) -> Option<(&'static str, Rank)> {
        let Self { ready, slots, .. } = self;
        let first = ready.iter().filter_map(|(service, queue)| Some((*service, *queue.first()?)));
        first.filter(|(service, _)| slots.has(service)).min_by_key(|(_, rank)| *rank)
    }

    /// The place of an operation among others.
    fn rank(&self, id: OperationId) -> Rank {
        (Reverse(self.operation(id).task.priority), id)
    }

    /// Ends an operation; what depends on it may begin, or never will.
    fn end(&mut self, id: OperationId, ended: Ended) {
        self.free(id);
        self.going -= 1;
        let operation = self.operation_mut(id);
        operation.phase = Phase::Ended(ended);
        match ended {
            Ended::Done { changed } => {
                let followers = std::mem::take(&mut operation.followers);
                self.report(id, Report::Finished { changed });
                for follower in followers {
                    let waits = &mut self.operation_mut(follower).blockers;
                    if waits.remove(&id) && waits.is_empty() && self.operation(follower).phase == Phase::Waiting {
                        self.unblocked(follower);
                    }
                }
            }
            Ended::Failed => {
                let fault = operation.fault.take();
                let fault = fault.unwrap_or_else(|| Fault::invalid("stackctl", "it failed without a reason"));
                self.report(id, Report::Failed(fault));
                self.skip(id);
            }
            Ended::Skipped | Ended::Left => {}
        }
    }

    /// Whatever waits for a failed operation, at however many removes, never begins.
    fn skip(&mut self, because: OperationId) {
        let mut lost: Vec<OperationId> = self.operation(because).followers.iter().rev().copied().collect();
        while let Some(id) = lost.pop() {
            if self.operation(id).phase == Phase::Waiting {
                self.waiting -= 1;
                let operation = self.operation_mut(id);
                operation.phase = Phase::Ended(Ended::Skipped);
                lost.extend(operation.followers.iter().rev());
                self.report(id, Report::Skipped { because });
            }
        }
    }

    /// No new call; what is asked already is waited for, what settles is not.
    fn interrupt(&mut self) {
        if std::mem::replace(&mut self.interrupted, true) {
            return;
        }
        for id in self.ids() {
            match self.operation(id).phase {
                Phase::Waiting | Phase::Intending | Phase::Calling => {}
                Phase::Probing(_) | Phase::Inspecting | Phase::Ending(_) | Phase::Ended(_) => {}
                Phase::Preparing | Phase::Proving => self.end(id, Ended::Left),
                Phase::Pausing(again) => self.resume(id, again),
                Phase::Watching => self.leave(id),
            }
        }
    }

    fn report(&mut self, operation: OperationId, report: Report) {
        self.commands.push(Command::Report { operation, report });
    }

    fn free(&mut self, id: OperationId) {
        if std::mem::take(&mut self.operation_mut(id).slot) {
            self.slots.free(self.operation(id).task.service);
        }
    }

    fn ids(&self) -> impl Iterator<Item = OperationId> + use<> {
        (0..self.operations.len()).map(OperationId)
    }

    fn operation(&self, id: OperationId) -> &Operation {
        &self.operations[id.0]
    }

    fn operation_mut(&mut self, id: OperationId) -> &mut Operation {
        &mut self.operations[id.0]
    }
}

impl Operation {
    fn new(task: Task) -> Self {
        Self {
            task,
            phase: Phase::Waiting,
            blockers: BTreeSet::new(),
            followers: BTreeSet::new(),
            step: Step::Main,
            made: false,
            unfinished: false,
            settled: false,
            absent_before: false,
            seen: false,
            unclear: Tries::default(),
            expired: false,
            timed: false,
            slot: false,
            unwritten: 0,
            pace: 0,
            tries: Tries::default(),
            timer: 0,
            fault: None,
        }
    }

    /// Whether its object is waited for to be gone, rather than to be usable.
    fn goes(&self) -> bool {
        match self.task.work {
            Work::Delete => true,
            Work::Settle { gone } => gone,
            Work::Create { .. } | Work::Update | Work::Lookup | Work::Note => false,
        }
    }
}
