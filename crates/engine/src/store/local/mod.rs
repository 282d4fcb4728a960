//! The store in a folder beside the manifest.
//!
//! In and out: files in one folder: `state.json`, `journal`, `lock`, `key`, `backups/`. It must
//! not know what they mean. Every write is whole or not there at all: a temporary file, `fsync`,
//! a rename, `fsync` of the folder; the journal only grows at its end.

mod begin;
mod files;
mod journal;
mod lock;
mod retire;
mod snapshot;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use std::time::Duration;

use driver::{BoxFuture, Lease};
use model::state::State;
use tokio_util::sync::CancellationToken;

use super::{
    Backup, Held, Holder, Holding, Key, Loaded, LockNews, Store, StoreError, Version, Waiting, Written, new_lineage,
};
use crate::journal::{Record, Snapshot};

/// A store in a folder.
#[derive(Clone, Debug)]
pub struct LocalStore {
    folder: PathBuf,
    lease: Lease,
}

impl LocalStore {
    /// The store of one environment below a `.stackctl` folder. Nothing is made before the lock
    /// is taken. The lease lasts as long as the lock is held.
    #[must_use]
    pub fn new(folder: &Path, environment: Option<&str>, lease: Lease) -> Self {
        let folder = match environment {
            None => folder.to_owned(),
            Some(name) => folder.join("environments").join(name),
        };
        Self { folder, lease }
    }

    /// The folder that holds the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn read(&self) -> Result<Loaded, StoreError> {
        let stored = snapshot::read(&self.folder)?;
        let journal = journal::read(&self.folder)?;
        let snapshot = match (stored, &journal.lineage) {
            (Some(snapshot), _) => snapshot,
            // A journal is begun before the first snapshot is written, and decides the lineage.
            (None, Some(lineage)) => State::new(lineage).into(),
            (None, None) => State::new(new_lineage()).into(),
        };
        journal.check(&self.folder, &snapshot.state)?;
        Ok(Loaded {
            snapshot,
            records: journal.records,
            key: files::read_key(&self.folder)?,
            busy: None,
            silent: Duration::ZERO,
        })
    }

    /// Makes the folder this process's: what a crash left is mended, and who we are written down.
    fn begin(&self, locked: lock::Lock, holder: &Holder) -> Result<(Held, Loaded), StoreError> {
        let mut loaded = self.read()?;
        journal::mend(&self.folder)?;
        let state = &loaded.snapshot.state;
        let written = loaded.records.iter().map(|record| record.epoch).max();
        let epoch = locked.epoch().max(state.epoch).max(written.unwrap_or(0)) + 1;
        locked.note(&self.folder, epoch, holder)?;
        journal::begin(&self.folder, &state.lineage)?;
        if loaded.key.is_none() {
            let key = Key::random();
            files::write_key(&self.folder, &key)?;
            loaded.key = Some(key);
        }
        self.lease.hold();
        let bytes = snapshot::size(&self.folder)?;
        let held = Held::new(epoch, state.lineage.clone(), bytes, CancellationToken::new(), Box::new(locked));
        Ok((held, loaded))
    }

    /// Runs blocking work on the files away from the loop that waits for AWS.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        let folder = self.folder.clone();
        tokio::task::spawn_blocking(move || work(&store)).await.unwrap_or_else(|panic| {
            let source = std::io::Error::other(panic.to_string());
            Err(StoreError::Io { action: "work with", path: folder, source })
        })
    }
}

impl Store for LocalStore {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(self.blocking(|store| {
            let holding = lock::holding(&store.folder)?;
            Ok(Loaded { busy: holding.map(|it| it.holder), ..store.read()? })
        }))
    }

    fn lock<'a>(
        &'a self,
        holder: &'a Holder,
        waiting: Waiting<'a>,
    ) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>> {
        Box::pin(async move {
            let locked = lock::take(&self.folder, waiting).await?;
            let holder = holder.clone();
            self.blocking(move |store| store.begin(locked, &holder)).await
        })
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.lease.end();
            drop(held);
            Ok(())
        })
    }

    fn append<'a>(&'a self, held: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        let line = journal::line(records);
        let lock = held.share();
        Box::pin(async move {
            let line = line?;
            self.blocking(move |store| {
                let written = journal::append(&store.folder, &line);
                drop(lock);
                written
            })
            .await
        })
    }

    fn save<'a>(
        &'a self,
        held: &'a Held,
        snapshot: &'a Snapshot,
        backup: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>> {
        let snapshot = snapshot.clone();
        let lock = held.share();
        Box::pin(async move {
            if snapshot.state.lineage != held.lineage() {
                return Err(StoreError::WrongLock { held: held.lineage().to_owned(), state: snapshot.state.lineage });
            }
            self.blocking(move |store| {
                let written = snapshot::write(&store.folder, &snapshot, backup)?;
                let trimmed = journal::trim(&store.folder, &snapshot.state.lineage)?;
                drop(lock);
                Ok(Written { bytes: written.bytes + trimmed.bytes })
            })
            .await
        })
    }

    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>> {
        Box::pin(self.blocking(|store| lock::holding(&store.folder)))
    }

    fn watch<'a>(
        &'a self,
        _: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>> {
        // A process that has ended holds no lock.
        Box::pin(async { Ok(self.holding().await?.map(|it| it.holder)) })
    }

    fn break_lock<'a>(&'a self, _: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>> {
        Box::pin(self.blocking(|store| match lock::holding(&store.folder)? {
            // The system gives the lock to whoever asks once its holder has ended, and not before.
            Some(holding) => Err(StoreError::Unbreakable { pid: holding.holder.pid }),
            None => Ok(None),
        }))
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>> {
        Box::pin(self.blocking(|store| snapshot::history(&store.folder)))
    }

    fn version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>> {
        let id = id.to_owned();
        Box::pin(self.blocking(move |store| snapshot::version(&store.folder, &id)))
    }
}
