//! Giving the lock back.

use super::lock::{Answer, Step, pause};

/// A release on its way. One that fails costs whoever comes next a lease, nothing more.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Release {
    tries: u32,
}

/// How often it is sent.
const TRIES: u32 = 5;

impl Release {
    /// The first step.
    #[must_use]
    pub fn start(&self) -> Step<(), ()> {
        Step::Ask(())
    }

    /// The time that was asked for has passed.
    #[must_use]
    pub fn waited(&self) -> Step<(), ()> {
        self.start()
    }

    /// The release was answered.
    pub fn answered(&mut self, answer: Answer<()>) -> Step<(), ()> {
        self.tries += 1;
        match answer {
            // Refused: somebody else has it already.
            Answer::Done(()) | Answer::Refused => Step::End(()),
            Answer::Again | Answer::Unclear if self.tries >= TRIES => Step::End(()),
            Answer::Again | Answer::Unclear => Step::Wait(pause(self.tries)),
        }
    }
}
