//! The store that many machines share: a snapshot in an object store, lock and journal in a table.
//!
//! In and out: records and snapshots. What is asked when, and what follows from the answers, is
//! [`crate::protocol`]'s; here it is carried out. It must not know what S3 or DynamoDB are: that
//! is the [`Backend`]'s.

mod backend;
mod carry;
mod drive;
mod grip;
mod read;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use driver::{BoxFuture, Lease};
use tokio_util::sync::CancellationToken;

use super::{
    Backup, Held, Holder, Holding, Key, Loaded, LockNews, Store, StoreError, Version, Waiting, Written, encoding,
};
use crate::journal::{Record, Snapshot};
use crate::protocol::{
    Answer, Append, Lock, Owner, Release, Save, SaveAsk, Step, TRIES, Take, TakeAsk, TakeEnd, Terms,
};

pub use crate::protocol::Etag;
pub use backend::{Backend, Batch, Rows, Stored, Upload};
pub use carry::Carried;
use drive::answer;
use grip::{Grip, Refused};

/// Starts a task that runs beside its caller, as `tokio::spawn` does.
pub type Spawn = fn(BoxFuture<'static, ()>);

/// How many kept snapshots are listed.
const LISTED: usize = 50;

/// A shared store.
pub struct SharedStore {
    backend: Arc<dyn Backend>,
    lease: Lease,
    terms: Terms,
    spawn: Spawn,
    /// What the holder of the lock has to know; there is at most one holding in a process.
    grip: Mutex<Option<Grip>>,
}

impl SharedStore {
    /// A store on these services. `lease` is extended while the lock is held.
    #[must_use]
    pub fn new(backend: Arc<dyn Backend>, lease: Lease, terms: Terms, spawn: Spawn) -> Self {
        Self { backend, lease, terms, spawn, grip: Mutex::new(None) }
    }

    fn grip(&self) -> MutexGuard<'_, Option<Grip>> {
        self.grip.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is asked of the grip of a held lock.
    fn gripped<T>(&self, held: &Held, of: impl FnOnce(&Grip) -> T) -> Result<T, StoreError> {
        self.grip().as_ref().filter(|grip| grip.owner.epoch == held.epoch()).map(of).ok_or(StoreError::Lost)
    }

    /// Takes the lock, fences, reads everything and begins to renew.
    async fn begin(&self, take: Take, news: &(dyn Fn(LockNews) + Send + Sync)) -> Result<(Held, Loaded), StoreError> {
        let mut above = 0;
        for _ in 0..TRIES {
            let taken = self.take(take.clone().above(above), news).await?;
            let end = taken.sent + self.terms.lease;
            self.lease.extend(end, self.terms.call());
            match self.enter(&taken).await {
                Ok((grip, loaded)) => return Ok(self.hold(grip, loaded, taken.sent).await),
                Err(refused) => {
                    self.lease.end();
                    self.give_back(&taken.owner).await;
                    match refused {
                        Refused::Behind(epoch) => above = epoch,
                        Refused::Wrong(wrong) => return Err(wrong),
                    }
                }
            }
        }
        Err(StoreError::Lost)
    }

    /// Begins to renew what was taken.
    async fn hold(&self, grip: Grip, loaded: Loaded, sent: Duration) -> (Held, Loaded) {
        let lost = CancellationToken::new();
        let (epoch, lineage, bytes) = (grip.owner.epoch, grip.lineage.clone(), grip.fenced_bytes);
        let stop = self.keep(&grip, sent, lost.clone());
        *self.grip() = Some(grip.clone());
        // A holder that died between its snapshot and the trim left this behind, and a run that has
        // nothing to do writes no snapshot of its own.
        self.trim(&grip, loaded.snapshot.state.applied_through).await;
        (Held::new(epoch, lineage, bytes, lost, Box::new(stop)), loaded)
    }

    /// Writes down that nobody holds the lock any more.
    async fn give_back(&self, owner: &Owner) {
        let mut release = Release::default();
        let mut step = release.start();
        loop {
            step = match step {
                // What cannot be given back runs out by itself.
                Step::Ask(()) => match answer(self.backend.release(owner).await) {
                    Ok(answered) => release.answered(answered),
                    Err(_) => return,
                },
                Step::Wait(pause) => {
                    self.nap(pause).await;
                    release.waited()
                }
                Step::End(()) => return,
            }
        }
    }

    async fn write(&self, held: &Held, records: &[Record]) -> Result<Written, StoreError> {
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(Written { bytes: 0 }) };
        let owner = self.gripped(held, |grip| grip.owner.clone())?;
        let batch = Batch {
            first: first.sequence,
            last: last.sequence,
            lineage: held.lineage().to_owned(),
            text: encoding::records(records)?,
        };
        let mut append = Append::default();
        let mut step = append.start();
        loop {
            step = match step {
                Step::Ask(()) => {
                    let answered = answer(self.backend.append(&owner, &batch).await);
                    append.answered(answered.map_err(|fault| self.aws("write to the journal", fault))?)
                }
                Step::Wait(pause) => {
                    self.nap(pause).await;
                    append.waited()
                }
                Step::End(end) => {
                    self.settled(held, end, "write to the journal")?;
                    break;
                }
            }
        }
        if let Some(grip) = self.grip().as_mut() {
            grip.batches.push((batch.first, batch.last));
        }
        Ok(Written { bytes: batch.text.len() as u64 })
    }

    async fn replace(&self, held: &Held, snapshot: &Snapshot) -> Result<Written, StoreError> {
        let grip = self.gripped(held, Grip::clone)?;
        let state = &snapshot.state;
        if state.lineage != held.lineage() {
            let (held, state) = (held.lineage().to_owned(), state.lineage.clone());
            return Err(StoreError::WrongLock { held, state });
        }
        let upload = self.upload(snapshot)?;
        let mut save = Save::new(state.epoch, state.serial, grip.etag.clone());
        let mut step = save.start();
        let etag = loop {
            step = match step {
                Step::Ask(SaveAsk::Put { there }) => save.put(self.put(&upload, Some(&there)).await?),
                Step::Ask(SaveAsk::Read) => save.read(self.standing().await?.map(|(standing, _)| standing)),
                Step::Ask(SaveAsk::Trim) => {
                    self.trim(&grip, state.applied_through).await;
                    save.trimmed()
                }
                Step::Wait(pause) => {
                    self.nap(pause).await;
                    save.waited()
                }
                Step::End(end) => break self.settled(held, end, "write the state")?,
            }
        };
        if let Some(grip) = self.grip().as_mut() {
            grip.etag = etag;
        }
        Ok(Written { bytes: upload.bytes.len() as u64 })
    }

    /// Deletes what a snapshot contains. What stays behind is ignored by whoever reads, and
    /// deleted after the next snapshot.
    async fn trim(&self, grip: &Grip, through: u64) {
        let contained = |(_, last): &&(u64, u64)| *last <= through;
        let batches: Vec<u64> = grip.batches.iter().filter(contained).map(|(first, _)| *first).collect();
        if !batches.is_empty()
            && self.backend.trim(&batches).await.is_ok()
            && let Some(grip) = self.grip().as_mut()
        {
            grip.batches.retain(|(_, last)| *last > through);
        }
    }
}

impl Store for SharedStore {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(self.look())
    }

    fn lock<'a>(
        &'a self,
        holder: &'a Holder,
        waiting: Waiting<'a>,
    ) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>> {
        Box::pin(async move {
            let take = Take::new(self.claim(holder), waiting.at_most);
            self.begin(take, waiting.news).await
        })
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            let grip = self.grip().take();
            // Ends the renewals first, so that none collides with the release.
            let lost = held.lost().is_cancelled();
            drop(held);
            self.lease.end();
            if let Some(grip) = grip.filter(|_| !lost) {
                self.give_back(&grip.owner).await;
            }
            Ok(())
        })
    }

    fn append<'a>(&'a self, held: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(self.write(held, records))
    }

    fn save<'a>(
        &'a self,
        held: &'a Held,
        snapshot: &'a Snapshot,
        // The bucket keeps every version.
        _: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(self.replace(held, snapshot))
    }

    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>> {
        Box::pin(self.who())
    }

    fn watch<'a>(
        &'a self,
        news: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>> {
        Box::pin(self.observe(news))
    }

    fn break_lock<'a>(&'a self, breaker: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>> {
        Box::pin(async move {
            let Some(holding) = self.who().await? else { return Ok(None) };
            let (held, _) = self.begin(Take::force(self.claim(breaker)), &|_| ()).await?;
            self.release(held).await?;
            Ok(Some(holding))
        })
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>> {
        Box::pin(async { self.backend.versions(LISTED).await.map_err(|fault| self.aws("list the versions of", fault)) })
    }

    fn version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>> {
        Box::pin(self.earlier(id))
    }
}

/// What taking the lock came to.
struct Taken {
    owner: Owner,
    sent: Duration,
    /// Lock, key and journal: nobody else has written since.
    rows: Rows,
    /// For how long at least nobody has given a sign of life.
    silent: Duration,
}

impl SharedStore {
    async fn take(&self, mut take: Take, news: &(dyn Fn(LockNews) + Send + Sync)) -> Result<Taken, StoreError> {
        let mut rows = Rows::default();
        let mut claimed = None;
        let mut told = (false, false);
        let mut step = take.start();
        loop {
            step = match step {
                Step::Ask(TakeAsk::Read) => {
                    rows = match (self.rows().await, &claimed) {
                        (Ok(rows), _) => rows,
                        (Err(wrong), None) => return Err(wrong),
                        (Err(wrong), Some(owner)) => {
                            self.give_back(owner).await;
                            return Err(wrong);
                        }
                    };
                    take.read(self.lease.now(), rows.lock.clone())
                }
                Step::Ask(TakeAsk::Claim { lock, there }) => {
                    claimed = Some(lock.owner());
                    let answered = answer(self.backend.put_lock(&lock, there).await);
                    take.claimed(answered.map_err(|fault| self.aws("lock", fault))?)
                }
                Step::Wait(pause) => {
                    if let Some((lock, alive)) = take.watching() {
                        tell(news, &mut told, lock, alive);
                    }
                    self.nap(pause).await;
                    take.waited()
                }
                Step::End(TakeEnd::Taken { owner, sent, from }) => {
                    let lease = take.watching().map(|(lock, _)| lock.lease);
                    let silent = lease.filter(|_| from.is_some()).unwrap_or_default();
                    if let Some(from) = from {
                        news(LockNews::TakenOver(from));
                    }
                    return Ok(Taken { owner, sent, rows, silent });
                }
                Step::End(TakeEnd::Held(lock)) => return Err(StoreError::Held { holder: Some(Box::new(lock.holder)) }),
            }
        }
    }
}

/// Tells once that somebody is watched, and once that they are waited for.
fn tell(news: &(dyn Fn(LockNews) + Send + Sync), told: &mut (bool, bool), lock: &Lock, alive: bool) {
    let holder = lock.holder.clone();
    if alive && !std::mem::replace(&mut told.1, true) {
        news(LockNews::Waiting(holder));
    } else if !alive && !std::mem::replace(&mut told.0, true) {
        news(LockNews::Watching { holder, lease: lock.lease });
    }
}

/// The key for fingerprints that everybody uses from now on.
async fn key(store: &SharedStore, rows: &Rows) -> Result<Key, StoreError> {
    if let Some(key) = &rows.key {
        return Ok(key.clone());
    }
    let key = Key::random();
    for _ in 0..TRIES {
        match answer(store.backend.put_key(&key).await).map_err(|fault| store.aws("write the key of", fault))? {
            Answer::Done(()) => return Ok(key),
            // Somebody was faster, or an earlier try of ours was done after all.
            Answer::Refused => {
                if let Some(there) = store.rows().await?.key {
                    return Ok(there);
                }
            }
            Answer::Again | Answer::Unclear => {
                store.nap(Duration::from_millis(300)).await;
            }
        }
    }
    Err(store.gave_up("write the key of"))
}
