//! The storage of the model: what stands in the table and in the bucket, and what a request does
//! to it. Every request is done whole or not at all, on its condition.

use std::collections::BTreeMap;

use engine::protocol::{Etag, Lock, Mark, Owner, Standing};

/// Which process wrote a record. Together with its sequence it is all that the record says.
pub type Record = u8;

/// The journal: batches by their first sequence.
pub type Journal = BTreeMap<u64, Vec<Record>>;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Storage {
    pub lock: Option<Lock>,
    pub journal: Journal,
    pub snapshot: Option<Content>,
}

/// A snapshot: it contains the records from the first to the last of `history`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Content {
    pub epoch: u64,
    pub serial: u64,
    pub history: Vec<Record>,
}

impl Content {
    /// As S3 does it: equal contents have equal etags, so a content that came back would be taken
    /// for the one before.
    pub fn etag(&self) -> Etag {
        Etag(format!("{}/{}/{:?}", self.epoch, self.serial, self.history))
    }

    pub fn standing(&self) -> Standing {
        Standing { etag: self.etag(), epoch: self.epoch, serial: self.serial }
    }

    pub fn through(&self) -> u64 {
        self.history.len() as u64
    }
}

/// A write.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Request {
    Claim { owner: Owner, there: Option<Mark> },
    Renew(Owner),
    Release(Owner),
    Append { owner: Owner, first: u64, records: Vec<Record> },
    Put { epoch: u64, serial: u64, history: Vec<Record>, there: Option<Etag> },
    Trim(Vec<u64>),
}

impl Storage {
    /// Does it, if its condition holds; answers whether it did.
    pub fn carry_out(&mut self, request: &Request, blank: &Lock) -> bool {
        match request {
            Request::Claim { owner, there } => {
                let holds = self.lock.as_ref().map(Lock::mark) == *there;
                if holds {
                    self.lock = Some(Lock { epoch: owner.epoch, owner: owner.token.clone(), ..blank.clone() });
                }
                holds
            }
            Request::Renew(owner) => self.held_by(owner).map(|lock| lock.counter += 1).is_some(),
            Request::Release(owner) => self.held_by(owner).map(|lock| lock.held = false).is_some(),
            Request::Append { owner, first, records } => {
                let holds = self.held_by(owner).is_some();
                if holds {
                    self.journal.insert(*first, records.clone());
                }
                holds
            }
            Request::Put { epoch, serial, history, there } => {
                let holds = self.snapshot.as_ref().map(Content::etag) == *there;
                if holds {
                    self.snapshot = Some(Content { epoch: *epoch, serial: *serial, history: history.clone() });
                }
                holds
            }
            Request::Trim(batches) => {
                self.journal.retain(|first, _| !batches.contains(first));
                true
            }
        }
    }

    fn held_by(&mut self, owner: &Owner) -> Option<&mut Lock> {
        self.lock.as_mut().filter(|lock| lock.held && lock.owner() == *owner)
    }
}

/// What a loader makes of a snapshot and a journal; `None` when there is a gap between them.
pub fn view(snapshot: Option<&Content>, journal: &Journal) -> Option<Vec<Record>> {
    let mut history = snapshot.map(|content| content.history.clone()).unwrap_or_default();
    let numbered = journal.iter().flat_map(|(first, records)| (*first..).zip(records));
    let through = history.len() as u64;
    for (sequence, record) in numbered.filter(|(sequence, _)| *sequence > through) {
        if sequence != history.len() as u64 + 1 {
            return None;
        }
        history.push(*record);
    }
    Some(history)
}
