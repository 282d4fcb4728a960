//! Counts what is written, and where.
//!
//! In: requests of a store, or to the services under one. Out: the same, passed on, and sums. It
//! must not know what is written.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use driver::{BoxFuture, Fault};
use engine::journal::{Record, Snapshot};
use engine::protocol::{Etag, Lock, Mark, Owner};
use engine::store::shared::{Backend, Batch, Rows, Stored, Upload};
use engine::store::{
    Backup, Held, Holder, Holding, Key, Loaded, LocalStore, LockNews, Store, StoreError, Version, Waiting, Written,
};

/// Sums; clones are the same ones.
#[derive(Clone, Default)]
pub struct Tally(Arc<Mutex<Counts>>);

/// Requests by what they ask.
#[derive(Clone, Debug, Default)]
pub struct Counts(BTreeMap<&'static str, Sum>);

/// Requests of one sort.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sum {
    /// How many there were.
    pub times: u64,
    /// What they wrote, in bytes.
    pub bytes: u64,
    /// The most that one of them wrote.
    pub largest: u64,
}

/// Records that are appended.
pub const APPEND: &str = "append";
/// Snapshots that are written.
pub const SNAPSHOT: &str = "snapshot";
/// Batches of records that are deleted.
pub const TRIM: &str = "trim";

impl Tally {
    fn note(&self, what: &'static str, bytes: usize) {
        let mut counts = self.counts();
        let sum = counts.0.entry(what).or_default();
        sum.times += 1;
        sum.bytes += bytes as u64;
        sum.largest = sum.largest.max(bytes as u64);
    }

    /// The sums since this was asked last.
    pub fn take(&self) -> Counts {
        std::mem::take(&mut *self.counts())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    /// The requests of one sort.
    pub fn of(&self, what: &str) -> Sum {
        self.0.get(what).copied().unwrap_or_default()
    }

    /// Everything that was written, in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.values().map(|sum| sum.bytes).sum()
    }

    /// How many requests there were of any sort but renewals, of which there are as many as time
    /// passes.
    pub fn requests(&self) -> u64 {
        self.0.iter().filter(|(what, _)| **what != "renew").map(|(_, sum)| sum.times).sum()
    }
}

/// The local store on a disk that takes its time.
pub struct Disk {
    pub inner: LocalStore,
    pub tally: Tally,
}

/// How long `fsync` takes on a slow disk: on a virtual clock a file would be written in no time.
const SYNC: Duration = Duration::from_millis(4);

impl Store for Disk {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.inner.load()
    }

    fn lock<'a>(
        &'a self,
        holder: &'a Holder,
        waiting: Waiting<'a>,
    ) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>> {
        self.inner.lock(holder, waiting)
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.release(held)
    }

    fn append<'a>(&'a self, held: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async move {
            tokio::time::sleep(SYNC).await;
            let written = self.inner.append(held, records).await?;
            self.tally.note(APPEND, usize::try_from(written.bytes).unwrap_or(usize::MAX));
            Ok(written)
        })
    }

    fn save<'a>(
        &'a self,
        held: &'a Held,
        snapshot: &'a Snapshot,
        backup: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async move {
            tokio::time::sleep(SYNC).await;
            let written = self.inner.save(held, snapshot, backup).await?;
            self.tally.note(SNAPSHOT, usize::try_from(written.bytes).unwrap_or(usize::MAX));
            Ok(written)
        })
    }

    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>> {
        self.inner.holding()
    }

    fn watch<'a>(
        &'a self,
        news: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>> {
        self.inner.watch(news)
    }

    fn break_lock<'a>(&'a self, breaker: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>> {
        self.inner.break_lock(breaker)
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>> {
        self.inner.history()
    }

    fn version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>> {
        self.inner.version(id)
    }
}

/// The way to the services of a shared store.
pub struct Line {
    pub inner: Arc<dyn Backend>,
    pub tally: Tally,
}

impl Backend for Line {
    fn place(&self) -> String {
        self.inner.place()
    }

    fn table(&self) -> String {
        self.inner.table()
    }

    fn read(&self) -> BoxFuture<'_, Result<Rows, Fault>> {
        self.tally.note("read", 0);
        self.inner.read()
    }

    fn put_lock<'a>(&'a self, lock: &'a Lock, there: Option<Mark>) -> BoxFuture<'a, Result<(), Fault>> {
        self.tally.note("lock", 0);
        self.inner.put_lock(lock, there)
    }

    fn renew<'a>(&'a self, owner: &'a Owner, lineage: &'a str) -> BoxFuture<'a, Result<(), Fault>> {
        self.tally.note("renew", 0);
        self.inner.renew(owner, lineage)
    }

    fn release<'a>(&'a self, owner: &'a Owner) -> BoxFuture<'a, Result<(), Fault>> {
        self.tally.note("release", 0);
        self.inner.release(owner)
    }

    fn put_key<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<(), Fault>> {
        self.tally.note("key", 0);
        self.inner.put_key(key)
    }

    fn append<'a>(&'a self, owner: &'a Owner, batch: &'a Batch) -> BoxFuture<'a, Result<(), Fault>> {
        self.tally.note(APPEND, batch.text.len());
        self.inner.append(owner, batch)
    }

    fn trim<'a>(&'a self, batches: &'a [u64]) -> BoxFuture<'a, Result<(), Fault>> {
        batches.iter().for_each(|_| self.tally.note(TRIM, 0));
        self.inner.trim(batches)
    }

    fn read_snapshot(&self) -> BoxFuture<'_, Result<Option<Stored>, Fault>> {
        self.tally.note("get", 0);
        self.inner.read_snapshot()
    }

    fn put_snapshot<'a>(&'a self, written: &'a Upload, there: Option<&'a Etag>) -> BoxFuture<'a, Result<Etag, Fault>> {
        self.tally.note(SNAPSHOT, written.bytes.len());
        self.inner.put_snapshot(written, there)
    }

    fn versions(&self, most: usize) -> BoxFuture<'_, Result<Vec<Version>, Fault>> {
        self.inner.versions(most)
    }

    fn read_version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>> {
        self.inner.read_version(id)
    }
}
