//! A store in memory, whose every request takes the same time.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use driver::BoxFuture;
use engine::journal::{Record, Snapshot};
use engine::store::{
    Backup, Held, Holder, Holding, Key, Loaded, LockNews, Store, StoreError, Version, Waiting, Written,
};
use model::state::State;
use tokio_util::sync::CancellationToken;

const LINEAGE: &str = "path";

/// A store that nobody else uses.
pub struct Memory {
    /// How long a request takes.
    pub latency: Duration,
    kept: Mutex<Kept>,
}

struct Kept {
    snapshot: Snapshot,
    records: Vec<Record>,
    epoch: u64,
    requests: usize,
}

impl Memory {
    pub fn new(latency: Duration) -> Self {
        let snapshot = State::new(LINEAGE.to_owned()).into();
        Self { latency, kept: Mutex::new(Kept { snapshot, records: Vec::new(), epoch: 0, requests: 0 }) }
    }

    /// How many requests there were.
    pub fn requests(&self) -> usize {
        self.kept().requests
    }

    async fn request(&self) {
        self.kept().requests += 1;
        if !self.latency.is_zero() {
            tokio::time::sleep(self.latency).await;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn loaded(&self) -> Loaded {
        let kept = self.kept();
        Loaded {
            snapshot: kept.snapshot.clone(),
            records: kept.records.clone(),
            key: Some(Key([7; 32])),
            busy: None,
            silent: Duration::ZERO,
        }
    }
}

impl Store for Memory {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(async move {
            self.request().await;
            Ok(self.loaded())
        })
    }

    fn lock<'a>(&'a self, _: &'a Holder, _: Waiting<'a>) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>> {
        Box::pin(async move {
            self.request().await;
            self.kept().epoch += 1;
            let held = Held::new(self.kept().epoch, LINEAGE.to_owned(), 0, CancellationToken::new(), Box::new(()));
            Ok((held, self.loaded()))
        })
    }

    fn release(&self, _: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.request().await;
            Ok(())
        })
    }

    fn append<'a>(&'a self, _: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async move {
            self.request().await;
            self.kept().records.extend_from_slice(records);
            Ok(Written { bytes: 0 })
        })
    }

    fn save<'a>(
        &'a self,
        _: &'a Held,
        snapshot: &'a Snapshot,
        _: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async move {
            self.request().await;
            let mut kept = self.kept();
            kept.snapshot = snapshot.clone();
            kept.records.clear();
            Ok(Written { bytes: 0 })
        })
    }

    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn watch<'a>(
        &'a self,
        _: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn break_lock<'a>(&'a self, _: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>> {
        Box::pin(async { Ok(None) })
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn version<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>> {
        Box::pin(async { Ok(self.kept().snapshot.clone()) })
    }
}
