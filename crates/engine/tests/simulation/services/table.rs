//! What stands in the table and the bucket, and what is on its way there.
//!
//! In: requests with a time. Out: answers. It must not know that requests are futures.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudsim::Dice;
use driver::{Fault, FaultKind};
use engine::protocol::{Etag, Lock, Mark, Owner};
use engine::store::shared::{Batch, Rows, Stored, Upload};
use engine::store::{Key, Version};
use tokio::time::Instant;

use super::weather::{Fate, Manner, Weather};
use super::witness::Witness;

/// A request that changes something.
#[derive(Clone, Debug)]
pub enum Request {
    Lock { lock: Lock, there: Option<Mark> },
    Renew { owner: Owner, lineage: String },
    Release { owner: Owner },
    Key(Key),
    Append { owner: Owner, batch: Batch },
    Trim(Vec<u64>),
    Snapshot { upload: Upload, there: Option<Etag> },
}

impl Request {
    fn word(&self) -> &'static str {
        match self {
            Self::Lock { .. } => "lock",
            Self::Renew { .. } => "renew",
            Self::Release { .. } => "release",
            Self::Key(_) => "key",
            Self::Append { .. } => "append",
            Self::Trim(_) => "trim",
            Self::Snapshot { .. } => "put",
        }
    }
}

/// A good answer.
#[derive(Clone, Debug)]
pub enum Done {
    Plainly,
    Written(Etag),
}

/// A request on its way.
struct Sent {
    number: u64,
    by: u32,
    request: Request,
    lands: Option<Instant>,
    answer: Option<Result<Done, Fault>>,
}

pub struct Table {
    pub weather: Weather,
    pub witness: Witness,
    /// How often what was asked.
    asked: BTreeMap<&'static str, u64>,
    dice: Dice,
    start: Instant,
    lock: Option<Lock>,
    lineage: Option<String>,
    key: Option<Key>,
    batches: BTreeMap<u64, Batch>,
    /// Every version of the snapshot, the one in use last.
    snapshots: Vec<Upload>,
    sent: Vec<Sent>,
    numbered: u64,
}

impl Table {
    pub fn new(dice: Dice) -> Self {
        Self {
            weather: Weather::FAIR,
            witness: Witness::default(),
            asked: BTreeMap::new(),
            dice,
            start: Instant::now(),
            lock: None,
            lineage: None,
            key: None,
            batches: BTreeMap::new(),
            snapshots: Vec::new(),
            sent: Vec::new(),
            numbered: 0,
        }
    }

    /// Notes a request that only reads, and decides its fate.
    pub fn ask(&mut self, what: &'static str) -> (Option<Fault>, Duration, Duration) {
        let question = self.question(what);
        self.weather.reading(self.dice, &question)
    }

    fn question(&mut self, what: &'static str) -> String {
        let nth = self.asked.entry(what).or_default();
        *nth += 1;
        format!("services {what} {nth}")
    }

    /// Sends a request on its way; answers its number, and when it is answered.
    pub fn send(&mut self, by: u32, request: Request) -> (u64, Instant) {
        let now = Instant::now();
        let question = self.question(request.word());
        let Fate { lands, answers, fault } = self.weather.fate(self.dice, &question, self.manner(&request));
        self.numbered += 1;
        let lands = lands.map(|after| now + after);
        self.sent.push(Sent { number: self.numbered, by, request, lands, answer: fault.map(Err) });
        (self.numbered, now + answers)
    }

    fn manner(&self, request: &Request) -> Manner {
        match request {
            Request::Renew { .. } => Manner::Alive(self.start.elapsed().as_secs()),
            Request::Lock { .. } => Manner::Claim,
            Request::Release { .. } | Request::Key(_) | Request::Append { .. } => Manner::Plain,
            Request::Trim(_) | Request::Snapshot { .. } => Manner::Plain,
        }
    }

    /// The answer of a request.
    pub fn collect(&mut self, number: u64) -> Result<Done, Fault> {
        let sent = self.sent.iter().find(|it| it.number == number);
        let answer = sent.and_then(|it| it.answer.clone());
        self.sent.retain(|it| it.number != number || it.lands.is_some());
        answer.unwrap_or_else(|| Err(Weather::unclear("services")))
    }

    /// Its sender is gone: what has not arrived yet may never do.
    pub fn abandon(&mut self, number: u64) {
        let arrives = self.dice.happens(0.5, &format!("abandoned {number}"));
        self.sent.retain(|it| it.number != number || (arrives && it.lands.is_some()));
    }

    pub fn busy(&self) -> bool {
        self.sent.iter().any(|it| it.lands.is_some())
    }

    /// Lets happen what is due.
    pub fn advance(&mut self, now: Instant) {
        loop {
            let due = self.sent.iter().enumerate().filter_map(|(at, it)| Some((it.lands?, it.number, at)));
            let Some((lands, _, at)) = due.filter(|(lands, ..)| *lands <= now).min() else { return };
            let (by, request) = (self.sent[at].by, self.sent[at].request.clone());
            let answer = self.land(by, request, lands.duration_since(self.start));
            self.sent[at].lands = None;
            self.sent[at].answer.get_or_insert(answer);
        }
    }

    fn land(&mut self, by: u32, request: Request, at: Duration) -> Result<Done, Fault> {
        match request {
            Request::Lock { lock, there } => {
                check(self.lock.as_ref().map(Lock::mark) == there)?;
                self.witness.locked(at, by, &lock);
                self.lock = Some(lock);
            }
            Request::Renew { owner, lineage } => {
                self.held_by(&owner)?.counter += 1;
                self.lineage = Some(lineage);
            }
            Request::Release { owner } => {
                self.held_by(&owner)?.held = false;
                self.witness.released(at);
            }
            Request::Key(key) => {
                check(self.key.is_none())?;
                self.key = Some(key);
            }
            Request::Append { owner, batch } => {
                let epoch = self.held_by(&owner)?.epoch;
                self.witness.appended(epoch, &batch);
                self.batches.insert(batch.first, batch);
            }
            Request::Trim(batches) => {
                for first in batches {
                    if let Some(batch) = self.batches.remove(&first) {
                        self.witness.trimmed(&batch);
                    }
                }
            }
            Request::Snapshot { upload, there } => {
                check(self.etag() == there)?;
                self.witness.saved(&upload);
                self.snapshots.push(upload);
                return self.etag().map(Done::Written).ok_or_else(|| Weather::unclear("s3:PutObject"));
            }
        }
        Ok(Done::Plainly)
    }

    /// The lock item, if this owner holds it.
    fn held_by(&mut self, owner: &Owner) -> Result<&mut Lock, Fault> {
        let lock = self.lock.as_mut().filter(|lock| lock.held && lock.owner() == *owner);
        lock.ok_or_else(|| check(false).expect_err("it does not hold"))
    }

    /// The content that is there now.
    fn etag(&self) -> Option<Etag> {
        self.snapshots.last().map(|_| Etag(format!("content-{}", self.snapshots.len())))
    }

    pub fn rows(&self) -> Rows {
        Rows {
            lock: self.lock.clone(),
            lineage: self.lineage.clone(),
            key: self.key.clone(),
            batches: self.batches.values().cloned().collect(),
        }
    }

    pub fn stored(&self) -> Option<Stored> {
        Some(Stored { etag: self.etag()?, bytes: self.snapshots.last()?.bytes.clone() })
    }

    pub fn versions(&self, most: usize) -> Vec<Version> {
        let version = |(at, upload): (usize, &Upload)| Version {
            id: (at + 1).to_string(),
            serial: upload.serial,
            epoch: upload.epoch,
            written: 0,
            bytes: upload.bytes.len() as u64,
            current: at + 1 == self.snapshots.len(),
        };
        self.snapshots.iter().enumerate().rev().take(most).map(version).collect()
    }

    pub fn version(&self, id: &str) -> Option<Vec<u8>> {
        let at = id.parse::<usize>().ok()?.checked_sub(1)?;
        self.snapshots.get(at).map(|upload| upload.bytes.clone())
    }
}

/// A condition.
fn check(holds: bool) -> Result<(), Fault> {
    if holds { Ok(()) } else { Err(Fault::new(FaultKind::Conflict, "services", "the condition does not hold")) }
}
