//! Writing a snapshot.

use super::lock::{Answer, Etag, SnapshotAsk, Standing, Step, TRIES, Unsettled, pause};

/// One snapshot on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Save {
    epoch: u64,
    serial: u64,
    /// What the fence or the snapshot before left there.
    there: Etag,
    tries: u32,
}

type Next = Step<SnapshotAsk, Result<Etag, Unsettled>>;

impl Save {
    /// The snapshot of this epoch and serial, which replaces this content.
    #[must_use]
    pub fn new(epoch: u64, serial: u64, there: Etag) -> Self {
        Self { epoch, serial, there, tries: 0 }
    }

    /// The first step.
    #[must_use]
    pub fn start(&self) -> Next {
        Step::Ask(SnapshotAsk::Put { there: Some(self.there.clone()) })
    }

    /// The time that was asked for has passed.
    #[must_use]
    pub fn waited(&self) -> Next {
        self.start()
    }

    /// The write was answered.
    pub fn put(&mut self, answer: Answer<Etag>) -> Next {
        self.tries += 1;
        match answer {
            Answer::Done(etag) => Step::End(Ok(etag)),
            Answer::Again if self.tries > TRIES => Step::End(Err(Unsettled::GaveUp)),
            Answer::Again => Step::Wait(pause(self.tries)),
            // Either somebody else replaced it, or an earlier try of ours was done after all.
            Answer::Refused | Answer::Unclear => Step::Ask(SnapshotAsk::Read),
        }
    }

    /// The snapshot was read, because nobody knows whether the write was done.
    #[must_use]
    pub fn read(&self, there: Option<Standing>) -> Next {
        match there {
            Some(it) if (it.epoch, it.serial) == (self.epoch, self.serial) => Step::End(Ok(it.etag)),
            Some(it) if it.etag == self.there && self.tries > TRIES => Step::End(Err(Unsettled::GaveUp)),
            Some(it) if it.etag == self.there => Step::Wait(pause(self.tries)),
            Some(_) | None => Step::End(Err(Unsettled::Lost)),
        }
    }
}
