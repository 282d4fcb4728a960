//! Writing a snapshot, and trimming the journal behind it.

use super::lock::{Answer, Etag, Standing, Step, TRIES, Unsettled, pause};
use crate::planted::{Bug, planted};

/// One snapshot on its way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Save {
    epoch: u64,
    serial: u64,
    /// What the fence or the snapshot before left there.
    there: Etag,
    /// What is there now.
    written: Option<Etag>,
    tries: u32,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SaveAsk {
    /// Write the snapshot, on condition that the one there has this content.
    Put {
        /// What must be there.
        there: Etag,
    },
    /// Read the snapshot that is there.
    Read,
    /// Delete the records that the snapshot contains. What stays behind is ignored by whoever
    /// reads, so this may fail, or be done at any later time.
    Trim,
}

type Next = Step<SaveAsk, Result<Etag, Unsettled>>;

impl Save {
    /// The snapshot of this epoch and serial, which replaces this content.
    #[must_use]
    pub fn new(epoch: u64, serial: u64, there: Etag) -> Self {
        Self { epoch, serial, there, written: None, tries: 0 }
    }

    /// The first step.
    #[must_use]
    pub fn start(&self) -> Next {
        if planted(Bug::TrimFirst) { Step::Ask(SaveAsk::Trim) } else { self.waited() }
    }

    /// The time that was asked for has passed.
    #[must_use]
    pub fn waited(&self) -> Next {
        Step::Ask(SaveAsk::Put { there: self.there.clone() })
    }

    /// The write was answered.
    pub fn put(&mut self, answer: Answer<Etag>) -> Next {
        self.tries += 1;
        match answer {
            Answer::Done(etag) => self.done(etag),
            Answer::Refused if planted(Bug::RefusedSave) => self.done(self.there.clone()),
            Answer::Again if self.tries > TRIES => Step::End(Err(Unsettled::GaveUp)),
            Answer::Again => Step::Wait(pause(self.tries)),
            // Either somebody else replaced it, or an earlier try of ours was done after all.
            Answer::Refused | Answer::Unclear => Step::Ask(SaveAsk::Read),
        }
    }

    /// The snapshot was read, because nobody knows whether the write was done.
    pub fn read(&mut self, there: Option<Standing>) -> Next {
        match there {
            Some(it) if (it.epoch, it.serial) == (self.epoch, self.serial) => self.done(it.etag),
            Some(it) if it.etag == self.there && self.tries > TRIES => Step::End(Err(Unsettled::GaveUp)),
            Some(it) if it.etag == self.there => Step::Wait(pause(self.tries)),
            Some(_) | None => Step::End(Err(Unsettled::Lost)),
        }
    }

    /// The journal was trimmed, or could not be.
    #[must_use]
    pub fn trimmed(&self) -> Next {
        self.written.clone().map_or_else(|| self.waited(), |etag| Step::End(Ok(etag)))
    }

    fn done(&mut self, etag: Etag) -> Next {
        self.written = Some(etag);
        Step::Ask(SaveAsk::Trim)
    }
}
