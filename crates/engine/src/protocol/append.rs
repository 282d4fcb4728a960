//! Writing journal records.

use super::lock::{Answer, Step, TRIES, Unsettled, pause};
use crate::planted::{Bug, planted};

/// One batch of records on its way. It lies under its own sequence and only whoever holds the lock
/// can write it, so writing it twice is writing it once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Append {
    tries: u32,
}

type Next = Step<(), Result<(), Unsettled>>;

impl Append {
    /// The first step.
    #[must_use]
    pub fn start(&self) -> Next {
        Step::Ask(())
    }

    /// The time that was asked for has passed.
    #[must_use]
    pub fn waited(&self) -> Next {
        self.start()
    }

    /// The write was answered.
    pub fn answered(&mut self, answer: Answer<()>) -> Next {
        self.tries += 1;
        match answer {
            Answer::Done(()) => Step::End(Ok(())),
            Answer::Refused if planted(Bug::RefusedAppend) => Step::End(Ok(())),
            Answer::Refused => Step::End(Err(Unsettled::Lost)),
            Answer::Again | Answer::Unclear if self.tries > TRIES => Step::End(Err(Unsettled::GaveUp)),
            Answer::Again | Answer::Unclear => Step::Wait(pause(self.tries)),
        }
    }
}
