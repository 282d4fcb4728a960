//! Getting the lock.
//!
//! In: what the lock item says, and the time on the own clock when it was told. Out: whether to
//! look again, to claim it, or to leave it to whoever holds it. No two clocks are compared: who
//! sees the same mark for a whole lease knows that its holder has counted that lease, from before
//! the last renewal was sent, to its end.
//!
//! Whoever asks reads the journal together with the lock item; the journal that counts is that of
//! the last read. A lock that nobody held cannot have been written under since the read that the
//! claim is conditional on. One that was taken over can, so it is read once more.

use std::time::Duration;

use super::lock::{Answer, Lock, Mark, Owner, Step, pause};
use crate::planted::{Bug, planted};
use crate::store::Holder;

/// A client on its way to the lock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Take {
    /// What this client would put there; its epoch is the one last claimed.
    claim: Lock,
    /// How long it waits for somebody who is at work.
    at_most: Duration,
    /// Whether it takes the lock whoever holds it.
    force: bool,
    /// The epoch that the next one must be above.
    above: u64,
    began: Option<Duration>,
    seen: Option<Seen>,
    alive: bool,
    /// What must have been there for the last claim.
    there: Option<Mark>,
    /// When that claim was sent for the first time.
    sent: Duration,
    tries: u32,
}

/// A lock that somebody else holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Seen {
    lock: Lock,
    /// When this mark was first told.
    since: Duration,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TakeAsk {
    /// Read the lock item.
    Read,
    /// Put this lock item, on condition that the one there has this mark.
    Claim {
        /// The item.
        lock: Lock,
        /// What must be there; `None`: nothing.
        there: Option<Mark>,
    },
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakeEnd {
    /// The lock is ours.
    Taken {
        /// The condition of our writes.
        owner: Owner,
        /// When the claim was sent: the lease counts from here.
        sent: Duration,
        /// Who held it and gave no sign of life.
        from: Option<Holder>,
    },
    /// Its holder is at work.
    Held(Lock),
}

impl Take {
    /// A client that wants the lock. The claim's epoch and counter don't matter.
    #[must_use]
    pub fn new(claim: Lock, at_most: Duration) -> Self {
        let lock = Lock { epoch: 0, counter: 0, held: true, ..claim };
        Self {
            claim: lock,
            at_most,
            force: false,
            above: 0,
            began: None,
            seen: None,
            alive: false,
            there: None,
            sent: Duration::ZERO,
            tries: 0,
        }
    }

    /// A client that takes the lock whoever holds it.
    #[must_use]
    pub fn force(claim: Lock) -> Self {
        Self { force: true, ..Self::new(claim, Duration::ZERO) }
    }

    /// The same with an epoch above this one.
    #[must_use]
    pub fn above(self, epoch: u64) -> Self {
        Self { above: epoch, ..self }
    }

    /// The first step.
    #[must_use]
    pub fn start(&self) -> Step<TakeAsk, TakeEnd> {
        Step::Ask(TakeAsk::Read)
    }

    /// The time that was asked for has passed.
    #[must_use]
    pub fn waited(&self) -> Step<TakeAsk, TakeEnd> {
        Step::Ask(TakeAsk::Read)
    }

    /// Whom it is watching, and whether they gave a sign of life.
    #[must_use]
    pub fn watching(&self) -> Option<(&Lock, bool)> {
        self.seen.as_ref().map(|seen| (&seen.lock, self.alive))
    }

    /// The lock item was read.
    pub fn read(&mut self, now: Duration, lock: Option<Lock>) -> Step<TakeAsk, TakeEnd> {
        let began = *self.began.get_or_insert(now);
        match lock {
            // The claim was done.
            Some(lock) if lock.held && lock.owner() == self.claim.owner() => self.taken(),
            None => self.claim(now, None),
            Some(lock) if !lock.held => {
                self.seen = None;
                self.claim(now, Some(&lock))
            }
            Some(lock) => {
                let since = self.look(now, &lock);
                let silent = now.saturating_sub(since);
                if self.force || silent >= lock.lease || planted(Bug::TakeoverAtOnce) {
                    return self.claim(now, Some(&lock));
                }
                if self.alive && now.saturating_sub(began) >= self.at_most {
                    return Step::End(TakeEnd::Held(lock));
                }
                Step::Wait((lock.lease / 6).min(lock.lease.saturating_sub(silent)))
            }
        }
    }

    /// The claim was answered.
    pub fn claimed(&mut self, answer: Answer<()>) -> Step<TakeAsk, TakeEnd> {
        match answer {
            // Its holder may have written between the last read and the claim.
            Answer::Done(()) if self.seen.is_some() && !planted(Bug::StaleJournal) => Step::Ask(TakeAsk::Read),
            Answer::Done(()) => self.taken(),
            // Somebody was faster, or an earlier claim of ours was done after all.
            Answer::Refused | Answer::Unclear => Step::Ask(TakeAsk::Read),
            Answer::Again => {
                self.tries += 1;
                Step::Wait(pause(self.tries))
            }
        }
    }

    /// Notes what was seen; answers since when.
    fn look(&mut self, now: Duration, lock: &Lock) -> Duration {
        match &self.seen {
            Some(seen) if seen.lock.mark() == lock.mark() => seen.since,
            seen => {
                self.alive |= seen.is_some();
                self.seen = Some(Seen { lock: lock.clone(), since: now });
                now
            }
        }
    }

    fn claim(&mut self, now: Duration, there: Option<&Lock>) -> Step<TakeAsk, TakeEnd> {
        let there = there.map(Lock::mark);
        let last = there.map_or(0, |mark| mark.epoch).max(self.above);
        let epoch = if planted(Bug::EpochKept) { last.max(1) } else { last + 1 };
        // An equal claim without a clear answer may be what is done in the end, so the lease counts
        // from there.
        let again = (self.claim.epoch, self.there) == (epoch, there) && !planted(Bug::LeaseFromLastClaim);
        if !again {
            self.sent = now;
        }
        self.claim.epoch = epoch;
        self.there = there;
        Step::Ask(TakeAsk::Claim { lock: self.claim.clone(), there })
    }

    fn taken(&self) -> Step<TakeAsk, TakeEnd> {
        let from = self.seen.as_ref().map(|seen| seen.lock.holder.clone());
        Step::End(TakeEnd::Taken { owner: self.claim.owner(), sent: self.sent, from })
    }
}
