//! The store in a folder beside the manifest.
//!
//! In and out: files in one folder: `state.json`, `journal`, `lock`, `key`, `backups/`. It must
//! not know what they mean. Every write is whole or not there at all: a temporary file, `fsync`,
//! a rename, `fsync` of the folder; the journal only grows at its end.

mod files;
mod journal;
mod lock;
mod snapshot;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::time::Duration;

use driver::BoxFuture;
use model::state::State;

use super::{Backup, Held, Holder, Key, Loaded, Store, StoreError, Written};
use crate::fingerprint::hex;
use crate::journal::{Record, Snapshot};

/// A store in a folder.
#[derive(Clone, Debug)]
pub struct LocalStore {
    folder: PathBuf,
}

impl LocalStore {
    /// The store of one environment below a `.stackctl` folder. Nothing is made before the lock
    /// is taken.
    #[must_use]
    pub fn new(folder: &Path, environment: Option<&str>) -> Self {
        let folder = match environment {
            None => folder.to_owned(),
            Some(name) => folder.join("environments").join(name),
        };
        Self { folder }
    }

    /// The folder that holds the files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn read(&self) -> Result<Loaded, StoreError> {
        let stored = snapshot::read(&self.folder)?;
        let journal = journal::read(&self.folder)?;
        let state = match (stored, &journal.lineage) {
            (Some(state), _) => state,
            // A journal is begun before the first snapshot is written, and decides the lineage.
            (None, Some(lineage)) => State::new(lineage),
            (None, None) => State::new(lineage()),
        };
        journal.check(&self.folder, &state)?;
        Ok(Loaded { state, records: journal.records, key: files::read_key(&self.folder)? })
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
        Box::pin(self.blocking(Self::read))
    }

    fn lock<'a>(&'a self, holder: &'a Holder, wait: Duration) -> BoxFuture<'a, Result<Held, StoreError>> {
        Box::pin(async move {
            let locked = lock::take(&self.folder, wait).await?;
            let holder = holder.clone();
            self.blocking(move |store| {
                let loaded = store.read()?;
                journal::mend(&store.folder)?;
                let written = loaded.records.iter().map(|record| record.epoch).max();
                let last = locked.epoch().max(loaded.state.epoch).max(written.unwrap_or(0));
                let (epoch, lineage) = (last + 1, loaded.state.lineage);
                locked.note(&store.folder, epoch, &holder)?;
                journal::begin(&store.folder, &lineage)?;
                Ok(Held::new(epoch, lineage, Box::new(locked)))
            })
            .await
        })
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            held.release();
            Ok(())
        })
    }

    fn key<'a>(&'a self, _: &'a Held) -> BoxFuture<'a, Result<Key, StoreError>> {
        Box::pin(self.blocking(|store| match files::read_key(&store.folder)? {
            Some(key) => Ok(key),
            None => {
                let key = Key::random();
                files::write_key(&store.folder, &key)?;
                Ok(key)
            }
        }))
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
        let Snapshot { state, open } = snapshot.clone();
        let lock = held.share();
        Box::pin(async move {
            if state.lineage != held.lineage() {
                return Err(StoreError::WrongLock { held: held.lineage().to_owned(), state: state.lineage });
            }
            self.blocking(move |store| {
                let snapshot = snapshot::write(&store.folder, &state, backup)?;
                let journal = journal::trim(&store.folder, &state.lineage, &open)?;
                drop(lock);
                Ok(Written { bytes: snapshot.bytes + journal.bytes })
            })
            .await
        })
    }

    fn holder(&self) -> BoxFuture<'_, Result<Option<Holder>, StoreError>> {
        Box::pin(self.blocking(|store| lock::holder(&store.folder)))
    }
}

/// A random name for a new history.
fn lineage() -> String {
    let bytes: [u8; 16] = rand::random();
    hex(&bytes)
}
