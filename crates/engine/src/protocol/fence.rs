//! Shutting every earlier writer out of the snapshot.
//!
//! The snapshot's store knows no epochs, but it knows which content a writer wants to replace. Who
//! takes the lock rewrites the snapshot with the new epoch; whatever an earlier holder still has
//! on its way then names content that is not there any more.

use super::lock::{Answer, Etag, SnapshotAsk, Standing, Step, TRIES, pause};
use crate::planted::{Bug, planted};

/// The first write of a holding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fence {
    epoch: u64,
    tries: u32,
}

/// Why a snapshot could not be fenced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfenced {
    /// It carries this epoch, which is not lower than ours: somebody else has taken the lock, or
    /// the lock item was made anew and counts from the beginning. A lock with a higher epoch is
    /// needed.
    Behind(u64),
    /// There was no clear answer, however often it was asked.
    GaveUp,
}

type Next = Step<SnapshotAsk, Result<Etag, Unfenced>>;

impl Fence {
    /// The fence of this epoch.
    #[must_use]
    pub fn new(epoch: u64) -> Self {
        Self { epoch, tries: 0 }
    }

    /// The first step.
    #[must_use]
    pub fn start(&self) -> Next {
        Step::Ask(SnapshotAsk::Read)
    }

    /// The time that was asked for has passed.
    #[must_use]
    pub fn waited(&self) -> Next {
        Step::Ask(SnapshotAsk::Read)
    }

    /// The snapshot was read: what is written next is this, with our epoch.
    #[must_use]
    pub fn read(&self, there: Option<Standing>) -> Next {
        match there {
            // A write without a clear answer was done.
            Some(Standing { epoch, etag, .. }) if epoch == self.epoch && self.tries > 0 => Step::End(Ok(etag)),
            Some(Standing { epoch, .. }) if epoch >= self.epoch && !planted(Bug::NewerFenced) => {
                Step::End(Err(Unfenced::Behind(epoch)))
            }
            Some(Standing { etag, .. }) if planted(Bug::NoFence) => Step::End(Ok(etag)),
            there => Step::Ask(SnapshotAsk::Put { there: there.map(|it| it.etag) }),
        }
    }

    /// The write was answered.
    pub fn put(&mut self, answer: Answer<Etag>) -> Next {
        self.tries += 1;
        match answer {
            Answer::Done(etag) => Step::End(Ok(etag)),
            _ if self.tries > TRIES => Step::End(Err(Unfenced::GaveUp)),
            // An earlier holder was faster, for the last time: the condition is its content now.
            Answer::Refused => Step::Ask(SnapshotAsk::Read),
            Answer::Again | Answer::Unclear => Step::Wait(pause(self.tries)),
        }
    }
}
