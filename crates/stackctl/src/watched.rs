//! A store whose work is noted for `--timeline`.
//!
//! In: a store. Out: the same store; what is written and read, and how long that takes, shows in the
//! timeline. It must not change what any of it means.

use std::sync::Arc;

use driver::BoxFuture;
use engine::journal::{Record, Snapshot};
use engine::store::{Backup, Held, Holder, Holding, Loaded, LockNews, Store, StoreError, Version, Waiting, Written};

use crate::timeline;

/// A store that is watched.
pub struct Watched(pub Arc<dyn Store>);

impl Store for Watched {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        noted("read", self.0.load())
    }

    fn lock<'a>(
        &'a self,
        holder: &'a Holder,
        waiting: Waiting<'a>,
    ) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>> {
        noted("lock and read", self.0.lock(holder, waiting))
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        noted("release", self.0.release(held))
    }

    fn append<'a>(&'a self, held: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async move {
            let going = timeline::state("append to the journal");
            going.figure("records", records.len() as u64);
            let written = self.0.append(held, records).await?;
            going.figure("bytes", written.bytes);
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
            let going = timeline::state("write the snapshot");
            let written = self.0.save(held, snapshot, backup).await?;
            going.figure("bytes", written.bytes);
            Ok(written)
        })
    }

    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>> {
        noted("read the lock", self.0.holding())
    }

    fn watch<'a>(
        &'a self,
        news: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>> {
        noted("watch the lock", self.0.watch(news))
    }

    fn break_lock<'a>(&'a self, breaker: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>> {
        noted("break the lock", self.0.break_lock(breaker))
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>> {
        noted("list versions", self.0.history())
    }

    fn version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>> {
        noted("read a version", self.0.version(id))
    }
}

fn noted<'a, T: Send + 'a>(name: &'static str, work: BoxFuture<'a, T>) -> BoxFuture<'a, T> {
    Box::pin(async move {
        let _going = timeline::state(name);
        work.await
    })
}
