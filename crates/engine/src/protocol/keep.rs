//! Keeping the lock.
//!
//! A lease counts from before the renewal was sent, so it is over for its holder before anybody
//! who watches thinks so. A lease that has run out can still be renewed while nobody has taken
//! the lock: what it stops meanwhile is mutating calls, not the journal, whose every write has the
//! holding itself as condition.

use std::time::Duration;

use super::lock::{Answer, Lost, Step, Terms};
use crate::planted::{Bug, planted};

/// A lock that is renewed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Keep {
    terms: Terms,
    /// When the last request that was done was sent.
    renewed: Duration,
    /// When the last request was sent.
    sent: Duration,
}

type Next = Step<(), Lost>;

impl Keep {
    /// A lock whose claim was sent at that time.
    #[must_use]
    pub fn new(terms: Terms, sent: Duration) -> Self {
        Self { terms, renewed: sent, sent }
    }

    /// When the lease ends, by the clock of its holder.
    #[must_use]
    pub fn end(&self) -> Duration {
        self.renewed + self.terms.lease
    }

    /// The first step.
    #[must_use]
    pub fn start(&self, now: Duration) -> Next {
        Step::Wait(self.terms.renewal().saturating_sub(now.saturating_sub(self.renewed)))
    }

    /// The time that was asked for has passed.
    pub fn waited(&mut self, now: Duration) -> Next {
        self.sent = now;
        Step::Ask(())
    }

    /// The renewal was answered.
    pub fn answered(&mut self, now: Duration, answer: Answer<()>) -> Next {
        match answer {
            Answer::Done(()) => {
                self.renewed = if planted(Bug::LeaseFromAnswer) { now } else { self.sent };
                self.start(now)
            }
            Answer::Refused => Step::End(Lost),
            // A renewal that was done unseen only adds to the lease.
            Answer::Again | Answer::Unclear => Step::Wait(self.terms.renewal() / 5),
        }
    }
}
