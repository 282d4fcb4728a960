//! The way of an operation while all goes well.

use driver::{FaultKind, Found};
use model::plan::OperationId;

use super::{
    Again, Answer, Command, Doubt, Ended, Entry, Machine, Phase, Prepared, Report, Sight, Standstill, Step, Timer,
    Tries, Work,
};
use crate::planted::{Bug, planted};

impl Machine {
    pub(super) fn prepare(&mut self, id: OperationId) {
        self.operation_mut(id).phase = Phase::Preparing;
        self.commands.push(Command::Prepare(id));
    }

    pub(super) fn prepared(&mut self, id: OperationId, prepared: Prepared) {
        if self.operation(id).phase != Phase::Preparing {
            return;
        }
        match prepared {
            Prepared::Failed(fault) => self.unreadable(id, fault, Again::Prepare),
            Prepared::Unneeded => self.write_last(id, Entry::Note, Ended::Done { changed: false }),
            Prepared::Go => {
                self.operation_mut(id).tries = Tries::default();
                self.report(id, Report::Started);
                self.go(id);
            }
        }
    }

    fn go(&mut self, id: OperationId) {
        match self.operation(id).task.work {
            Work::Create { prove_absence: true } => self.prove(id),
            Work::Create { prove_absence: false } | Work::Update | Work::Delete => self.intend(id),
            Work::Settle { .. } => {
                self.time(id);
                self.watch(id);
            }
            Work::Lookup => self.call(id),
            Work::Note => self.write_last(id, Entry::Note, Ended::Done { changed: true }),
        }
    }

    pub(super) fn prove(&mut self, id: OperationId) {
        self.operation_mut(id).phase = Phase::Proving;
        self.commands.push(Command::Find(id));
    }

    pub(super) fn intend(&mut self, id: OperationId) {
        let operation = self.operation_mut(id);
        operation.phase = Phase::Intending;
        operation.tries = Tries::default();
        let entry = Entry::Intent { step: operation.step, absent_before: operation.absent_before };
        self.append(id, entry);
        if planted(Bug::NoIntent) {
            self.call(id);
        }
    }

    /// Makes the call, or waits for its turn where the service throttles.
    pub(super) fn call(&mut self, id: OperationId) {
        self.time(id);
        let service = self.operation(id).task.service;
        if self.slots.pace(service).is_free() { self.send(id) } else { self.hold(id) }
    }

    fn send(&mut self, id: OperationId) {
        let number = self.slots.pace(self.operation(id).task.service).number();
        let operation = self.operation_mut(id);
        operation.phase = Phase::Calling;
        operation.pace = number;
        let step = operation.step;
        self.commands.push(Command::Call { operation: id, step });
        self.tick(id);
    }

    /// Lets a timer run until the next call of a service that throttles may go.
    pub(super) fn tick(&mut self, id: OperationId) {
        let service = self.operation(id).task.service;
        if let Some(after) = self.slots.pace(service).tick() {
            self.commands.push(Command::SetTimer { operation: id, timer: Timer::Turn, after });
        }
    }

    /// The next one calls.
    pub(super) fn turn(&mut self, id: OperationId) {
        let service = self.operation(id).task.service;
        if let Some(next) = self.slots.pace(service).ticked() {
            self.send(next);
        }
    }

    pub(super) fn leave_queue(&mut self, id: OperationId) {
        let (service, rank) = (self.operation(id).task.service, self.rank(id));
        self.slots.pace(service).leave(rank);
    }

    /// The deadline runs from the first call.
    fn time(&mut self, id: OperationId) {
        let operation = self.operation_mut(id);
        if std::mem::replace(&mut operation.timed, true) {
            return;
        }
        let after = operation.task.deadline;
        self.commands.push(Command::SetTimer { operation: id, timer: Timer::Deadline, after });
    }

    fn append(&mut self, id: OperationId, entry: Entry) {
        self.operation_mut(id).unwritten += 1;
        self.commands.push(Command::Append { operation: id, entry });
    }

    /// A record is durable: once all of an operation's are, what they were written for may go on.
    pub(super) fn appended(&mut self, id: OperationId) {
        let operation = self.operation_mut(id);
        operation.unwritten = operation.unwritten.saturating_sub(1);
        if operation.unwritten > 0 {
            return;
        }
        match self.operation(id).phase {
            Phase::Intending if !self.interrupted => self.call(id),
            // An intent to complete a create is not needed to know that it is half done.
            Phase::Intending => self.write_last(id, Entry::Withdrawn, Ended::Left),
            Phase::Ending(ended) => self.end(id, ended),
            Phase::Waiting | Phase::Preparing | Phase::Proving | Phase::Calling | Phase::Pausing(_) => {}
            Phase::Probing(_) | Phase::Inspecting | Phase::Watching | Phase::Ended(_) => {}
        }
    }

    /// The update after a create that one call could not finish: a step of its own.
    fn complete(&mut self, id: OperationId) {
        if self.interrupted {
            return self.leave(id);
        }
        let operation = self.operation_mut(id);
        operation.unfinished = false;
        operation.step = Step::Completion;
        self.intend(id);
    }

    pub(super) fn answered(&mut self, id: OperationId, answer: Result<Answer, driver::Fault>) {
        if self.operation(id).phase != Phase::Calling {
            return;
        }
        let (service, number) = (self.operation(id).task.service, self.operation(id).pace);
        match &answer {
            Err(fault) if fault.kind == FaultKind::Throttled => self.slots.pace(service).throttled(number),
            Ok(_) | Err(_) => self.slots.pace(service).answered(),
        }
        match answer {
            Ok(Answer::Created { id: object, settled, unfinished }) => self.created(id, object, settled, unfinished),
            Ok(Answer::Done { settled }) => self.accepted(id, settled),
            Err(fault) => self.refused(id, fault),
        }
    }

    /// An object exists: its id is written down before anything else. What comes then only looks,
    /// or is a record behind that one, so it does not wait for it.
    pub(super) fn created(&mut self, id: OperationId, object: model::Id, settled: bool, unfinished: bool) {
        let operation = self.operation_mut(id);
        operation.made = true;
        operation.settled = settled;
        operation.unfinished = unfinished;
        self.append(id, Entry::Created { id: object });
        match (settled, unfinished) {
            (true, true) => self.complete(id),
            (true, false) => self.write_last(id, Entry::Ready, Ended::Done { changed: true }),
            (false, _) => self.watch(id),
        }
    }

    pub(super) fn accepted(&mut self, id: OperationId, settled: bool) {
        if self.operation(id).task.work == Work::Lookup {
            self.end(id, Ended::Done { changed: true });
        } else if settled {
            self.write_last(id, Entry::Ready, Ended::Done { changed: true });
        } else {
            self.watch(id);
        }
    }

    pub(super) fn watch(&mut self, id: OperationId) {
        if self.interrupted {
            return self.leave(id);
        }
        self.free(id);
        self.operation_mut(id).phase = Phase::Watching;
        self.commands.push(Command::Watch(id));
        if !self.operation(id).goes() {
            self.expect(id);
        }
    }

    /// What is not visible within the consistency bound is not there.
    pub(super) fn expect(&mut self, id: OperationId) {
        let operation = self.operation_mut(id);
        operation.seen = false;
        operation.timer += 1;
        let (timer, after) = (Timer::Visible(operation.timer), operation.task.consistency);
        self.commands.push(Command::SetTimer { operation: id, timer, after });
    }

    pub(super) fn seen(&mut self, id: OperationId, sight: Sight) {
        if self.operation(id).phase != Phase::Watching {
            return;
        }
        let goes = self.operation(id).goes();
        match sight {
            Sight::Ready if goes => self.report(id, Report::Waiting("still there".to_owned())),
            Sight::Ready => self.stands(id),
            Sight::Absent if goes => self.stands(id),
            Sight::Absent if self.operation(id).seen => self.expect(id),
            Sight::Absent => self.report(id, Report::Waiting("not visible yet".to_owned())),
            Sight::Settling(what) => {
                self.operation_mut(id).seen = true;
                self.report(id, Report::Waiting(what));
            }
            Sight::Failed(reason) => self.spoiled(id, &reason),
            Sight::Unread(fault) => self.unwatchable(id, fault),
        }
    }

    /// The object is what was waited for.
    fn stands(&mut self, id: OperationId) {
        self.commands.push(Command::Unwatch(id));
        let operation = self.operation_mut(id);
        if operation.unfinished {
            operation.settled = true;
            return self.complete(id);
        }
        let entry = match operation.task.work {
            Work::Settle { gone: true } => Entry::Settled { standing: Standstill::Gone },
            Work::Settle { gone: false } => Entry::Settled { standing: Standstill::Ready },
            Work::Create { .. } | Work::Update | Work::Delete | Work::Lookup | Work::Note => Entry::Ready,
        };
        self.write_last(id, entry, Ended::Done { changed: true });
    }

    /// An interrupted operation whose object exists: the next run carries on.
    pub(super) fn leave(&mut self, id: OperationId) {
        if self.operation(id).phase == Phase::Watching {
            self.commands.push(Command::Unwatch(id));
        }
        match self.operation(id).task.work {
            Work::Create { .. } | Work::Update | Work::Delete => self.write_last(id, Entry::Left, Ended::Left),
            Work::Settle { .. } | Work::Lookup | Work::Note => self.end(id, Ended::Left),
        }
    }

    pub(super) fn write_last(&mut self, id: OperationId, entry: Entry, ended: Ended) {
        self.operation_mut(id).phase = Phase::Ending(ended);
        self.append(id, entry);
    }

    pub(super) fn found(&mut self, id: OperationId, found: Result<Found, driver::Fault>) {
        match self.operation(id).phase {
            Phase::Proving => match found {
                Ok(Found::Absent) => {
                    self.operation_mut(id).absent_before = true;
                    self.intend(id);
                }
                Ok(Found::Ours(object) | Found::Foreign(object) | Found::Unproven(object)) => self.taken(id, &object),
                Err(fault) => self.unreadable(id, fault, Again::Prove),
            },
            Phase::Probing(doubt) => self.probed(id, doubt, found),
            Phase::Waiting | Phase::Preparing | Phase::Intending | Phase::Calling | Phase::Pausing(_) => {}
            Phase::Inspecting | Phase::Watching | Phase::Ending(_) | Phase::Ended(_) => {}
        }
    }

    fn probed(&mut self, id: OperationId, doubt: Doubt, found: Result<Found, driver::Fault>) {
        let proven = self.operation(id).absent_before;
        match found {
            // Nobody told what it is like, so it is read, and completed in any case.
            Ok(Found::Ours(object)) => self.created(id, object, false, true),
            Ok(Found::Unproven(object)) if proven && doubt == Doubt::Unanswered => {
                self.created(id, object, false, true);
            }
            Ok(Found::Foreign(object) | Found::Unproven(object)) => self.not_ours(id, object),
            Ok(Found::Absent) => self.nowhere(id, doubt),
            Err(fault) => self.unreadable(id, fault, Again::Probe(doubt)),
        }
    }
}
