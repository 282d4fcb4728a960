//! The way of an operation when something goes wrong.

use driver::{Fault, FaultKind};
use model::Id;
use model::plan::OperationId;
use model::state::Status;

use super::{
    Again, Command, Doubt, Ended, Entry, Leaves, Machine, Phase, Report, Standstill, Step, Timer, Tries, Work,
};
use crate::planted::{Bug, planted};

impl Machine {
    /// A call was answered with a fault.
    pub(super) fn refused(&mut self, id: OperationId, fault: Fault) {
        let step = self.operation(id).step;
        let create = matches!(self.operation(id).task.work, Work::Create { .. }) && step == Step::Main;
        let delete = self.operation(id).task.work == Work::Delete;
        match &fault.kind {
            FaultKind::NotFound if delete => self.accepted(id, true),
            FaultKind::Unknown if create && planted(Bug::CreateAgain) => {
                self.pause(id, Again::Call, std::time::Duration::from_secs(1));
            }
            FaultKind::Unknown if create => self.doubt(id, fault, Doubt::Unanswered),
            FaultKind::Conflict if create => self.doubt(id, fault, Doubt::Taken),
            FaultKind::Unknown if self.operation(id).task.work != Work::Lookup => {
                self.operation_mut(id).fault = Some(fault);
                self.inspect(id);
            }
            FaultKind::Throttled => self.throttled(id, fault),
            FaultKind::NotFound | FaultKind::Unreachable | FaultKind::Denied => self.repeat_or_fail(id, fault),
            FaultKind::Invalid | FaultKind::Conflict | FaultKind::InUse { .. } | FaultKind::NotYet => {
                self.repeat_or_fail(id, fault);
            }
            FaultKind::Unknown => self.repeat_or_fail(id, fault),
        }
    }

    fn repeat_or_fail(&mut self, id: OperationId, fault: Fault) {
        let operation = self.operation_mut(id);
        let pause = if operation.expired { None } else { operation.tries.call(&fault.kind, &operation.task) };
        match pause {
            Some(after) => {
                operation.fault = Some(fault);
                self.pause(id, Again::Call, after);
            }
            None => self.fail(id, fault),
        }
    }

    fn throttled(&mut self, id: OperationId, fault: Fault) {
        let operation = self.operation_mut(id);
        if operation.expired || !operation.tries.turn() {
            return self.fail(id, fault);
        }
        operation.fault = Some(fault);
        self.hold(id);
    }

    /// A call waits for its turn.
    pub(super) fn hold(&mut self, id: OperationId) {
        if self.interrupted {
            return self.resume(id, Again::Call);
        }
        let rank = self.rank(id);
        let operation = self.operation_mut(id);
        operation.phase = Phase::Pausing(Again::Call);
        let service = operation.task.service;
        let what = operation.fault.as_ref().map_or_else(|| format!("its turn with {service}"), Fault::to_string);
        self.report(id, Report::Pausing(what));
        self.slots.pace(service).wait(rank);
        self.tick(id);
    }

    fn pause(&mut self, id: OperationId, again: Again, after: std::time::Duration) {
        if self.interrupted {
            return self.resume(id, again);
        }
        let operation = self.operation_mut(id);
        operation.phase = Phase::Pausing(again);
        operation.timer += 1;
        let timer = Timer::Pause(operation.timer);
        let what = operation.fault.as_ref().map_or_else(|| "AWS to catch up".to_owned(), Fault::to_string);
        self.report(id, Report::Pausing(what));
        self.commands.push(Command::SetTimer { operation: id, timer, after });
    }

    /// A pause is over, or is not waited for because of an interrupt.
    pub(super) fn resume(&mut self, id: OperationId, again: Again) {
        self.leave_queue(id);
        match again {
            Again::Prepare | Again::Prove if self.interrupted => self.end(id, Ended::Left),
            Again::Prepare => self.prepare(id),
            Again::Prove => self.prove(id),
            Again::Call if !self.interrupted => self.call(id),
            Again::Call => self.withdraw(id),
            // What is in doubt stays open in the journal, and recovery finds it out.
            Again::Probe(_) | Again::Inspect if self.interrupted => self.end(id, Ended::Left),
            Again::Probe(doubt) => self.probe(id, doubt),
            Again::Inspect => self.inspect(id),
        }
    }

    /// A call that is not repeated because of an interrupt.
    fn withdraw(&mut self, id: OperationId) {
        let operation = self.operation(id);
        if operation.task.work == Work::Lookup {
            self.end(id, Ended::Left);
        } else if operation.unclear.count == 0 {
            self.write_last(id, Entry::Withdrawn, Ended::Left);
        } else {
            self.write_last(id, Entry::Left, Ended::Left);
        }
    }

    fn doubt(&mut self, id: OperationId, fault: Fault, doubt: Doubt) {
        let operation = self.operation_mut(id);
        operation.fault = Some(fault);
        operation.tries = Tries::default();
        self.probe(id, doubt);
    }

    fn probe(&mut self, id: OperationId, doubt: Doubt) {
        self.operation_mut(id).phase = Phase::Probing(doubt);
        self.commands.push(Command::Find(id));
    }

    fn inspect(&mut self, id: OperationId) {
        self.operation_mut(id).phase = Phase::Inspecting;
        self.commands.push(Command::Inspect(id));
    }

    /// A read that an operation needs has failed: nothing was changed by it.
    pub(super) fn unreadable(&mut self, id: OperationId, fault: Fault, again: Again) {
        let operation = self.operation_mut(id);
        let pause = if operation.expired { None } else { operation.tries.read(&fault.kind, &operation.task) };
        match pause {
            Some(after) => {
                operation.fault.get_or_insert(fault);
                self.pause(id, again, after);
            }
            // No intent was written yet, or the one that was stays open for recovery.
            None => {
                operation.fault = Some(fault);
                self.end(id, Ended::Failed);
            }
        }
    }

    /// Something of the name exists before the create was tried.
    pub(super) fn taken(&mut self, id: OperationId, object: &Id) {
        self.operation_mut(id).fault = Some(conflict(object));
        self.end(id, Ended::Failed);
    }

    pub(super) fn not_ours(&mut self, id: OperationId, object: Id) {
        self.operation_mut(id).fault = Some(conflict(&object));
        self.write_last(id, Entry::NotOurs { id: object }, Ended::Failed);
    }

    /// A create is not to be found.
    pub(super) fn nowhere(&mut self, id: OperationId, doubt: Doubt) {
        let operation = self.operation_mut(id);
        match doubt {
            Doubt::Taken => {
                let fault = operation.fault.clone().unwrap_or_else(|| Fault::invalid("create", "its name is taken"));
                self.fail(id, fault);
            }
            Doubt::Unanswered => match operation.tries.absence(&operation.task) {
                Some(after) if !operation.expired => self.pause(id, Again::Probe(doubt), after),
                Some(_) | None => self.write_last(id, Entry::Suspect, Ended::Failed),
            },
        }
    }

    /// A change without an answer: whether its object is still there decides what is next.
    pub(super) fn inspected(&mut self, id: OperationId, there: Result<bool, Fault>) {
        if self.operation(id).phase != Phase::Inspecting {
            return;
        }
        let delete = self.operation(id).task.work == Work::Delete;
        match there {
            Ok(false) if delete => self.accepted(id, true),
            Ok(true) => {
                let operation = self.operation_mut(id);
                match operation.unclear.unclear() {
                    Some(after) if !operation.expired => self.pause(id, Again::Call, after),
                    Some(_) | None => self.give_up(id),
                }
            }
            Ok(false) => self.give_up(id),
            Err(fault) => self.unreadable(id, fault, Again::Inspect),
        }
    }

    fn give_up(&mut self, id: OperationId) {
        let fault = self.operation(id).fault.clone();
        self.fail(id, fault.unwrap_or_else(|| Fault::new(FaultKind::Unknown, "stackctl", "AWS did not answer")));
    }

    /// The call failed for good.
    pub(super) fn fail(&mut self, id: OperationId, fault: Fault) {
        let operation = self.operation_mut(id);
        operation.fault = Some(fault.clone());
        let leaves = match operation.task.work {
            Work::Create { .. } if operation.made => Leaves::At(Status::Creating),
            Work::Create { .. } => Leaves::Nothing,
            // An update can be several calls, and the first of them may have been done.
            Work::Update if !fault.is_surely_undone() || operation.unclear.count > 0 => Leaves::At(Status::Updating),
            Work::Update | Work::Delete | Work::Note => Leaves::AsBefore,
            Work::Settle { .. } | Work::Lookup => return self.end(id, Ended::Failed),
        };
        self.write_last(id, Entry::Failed { fault, leaves }, Ended::Failed);
    }

    /// AWS says that the object will never be usable.
    pub(super) fn spoiled(&mut self, id: OperationId, reason: &str) {
        self.stop_watching(id, Fault::new(FaultKind::Invalid, self.word(id), reason), Status::Failed);
    }

    /// The object cannot be read while it settles. Only a clear refusal ends the waiting; the
    /// deadline bounds everything else.
    pub(super) fn unwatchable(&mut self, id: OperationId, fault: Fault) {
        match fault.kind {
            FaultKind::Denied | FaultKind::Invalid => self.stop_watching(id, fault, self.between(id)),
            // Nobody looked, so nothing was missed.
            FaultKind::Throttled | FaultKind::Unreachable if !self.operation(id).seen && !self.operation(id).goes() => {
                self.expect(id);
            }
            FaultKind::NotFound | FaultKind::Throttled | FaultKind::Unreachable | FaultKind::Conflict => {}
            FaultKind::InUse { .. } | FaultKind::NotYet | FaultKind::Unknown => {}
        }
    }

    pub(super) fn elapsed(&mut self, id: OperationId, timer: Timer) {
        let operation = self.operation_mut(id);
        match (timer, operation.phase) {
            (Timer::Pause(number), Phase::Pausing(again)) if number == operation.timer => self.resume(id, again),
            (Timer::Visible(number), Phase::Watching) if number == operation.timer && !operation.seen => {
                let bound = operation.task.consistency.as_secs();
                let message = format!("it was not there {bound} seconds after the call that made it");
                self.stop_watching(id, Fault::new(FaultKind::NotFound, self.word(id), message), Status::Failed);
            }
            (Timer::Deadline, Phase::Watching) => {
                let message = format!("not done after {} seconds", operation.task.deadline.as_secs());
                let fault = Fault::new(FaultKind::NotYet, self.word(id), message);
                self.stop_watching(id, fault, self.between(id));
            }
            (Timer::Deadline, Phase::Pausing(again)) => {
                operation.expired = true;
                self.expire(id, again);
            }
            (Timer::Deadline, _) => operation.expired = true,
            (Timer::Turn, _) => self.turn(id),
            (Timer::Pause(_) | Timer::Visible(_), _) => {}
        }
    }

    /// The deadline passed during a pause.
    fn expire(&mut self, id: OperationId, again: Again) {
        self.leave_queue(id);
        match again {
            Again::Call => self.give_up(id),
            Again::Probe(doubt) => self.nowhere(id, doubt),
            Again::Prepare | Again::Prove | Again::Inspect => self.end(id, Ended::Failed),
        }
    }

    fn stop_watching(&mut self, id: OperationId, fault: Fault, status: Status) {
        self.commands.push(Command::Unwatch(id));
        let operation = self.operation_mut(id);
        operation.fault = Some(fault.clone());
        let status = match (operation.task.work, operation.step, status) {
            (Work::Settle { .. }, _, Status::Failed) => {
                return self.write_last(id, Entry::Settled { standing: Standstill::Failed }, Ended::Failed);
            }
            (Work::Settle { .. } | Work::Lookup | Work::Note, _, _) => return self.end(id, Ended::Failed),
            // Only what never was usable is made anew; a failed change is tried again in place.
            (Work::Create { .. }, Step::Main, status) => status,
            (Work::Create { .. }, Step::Completion, _) => Status::Creating,
            (Work::Update, _, _) => Status::Updating,
            (Work::Delete, _, _) => Status::Deleting,
        };
        self.write_last(id, Entry::Failed { fault, leaves: Leaves::At(status) }, Ended::Failed);
    }

    fn between(&self, id: OperationId) -> Status {
        match self.operation(id).task.work {
            Work::Create { .. } => Status::Creating,
            Work::Delete => Status::Deleting,
            Work::Update | Work::Settle { .. } | Work::Lookup | Work::Note => Status::Updating,
        }
    }

    fn word(&self, id: OperationId) -> &'static str {
        match self.operation(id).task.work {
            Work::Create { .. } => "create",
            Work::Update => "update",
            Work::Delete => "delete",
            Work::Settle { .. } => "settle",
            Work::Lookup => "lookup",
            Work::Note => "record",
        }
    }
}

/// Something of that name exists, and is not provably ours. Whoever reports it adds the import
/// block, which needs the address.
fn conflict(object: &Id) -> Fault {
    Fault::new(FaultKind::Conflict, "create", format!("`{object}` exists already and is not provably this stack's"))
}
