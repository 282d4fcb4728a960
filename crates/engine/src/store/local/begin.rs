//! Beginning a history here with a state that was made elsewhere.

use model::state::State;

use super::super::{Backup, Key, StoreError, Waiting};
use super::{LocalStore, files, journal, lock, snapshot};

impl LocalStore {
    /// Writes a state as the first of a lineage of its own, and the key that its fingerprints were
    /// made with, where no history was begun yet; answers whether that was so. Lineage, serial and
    /// epoch of the state that is given don't matter. The snapshot goes last: without it there is
    /// nothing that a later command would take for a state.
    ///
    /// # Errors
    /// Somebody holds the lock, or the file system's.
    pub async fn begin_with(&self, state: State, key: &Key) -> Result<bool, StoreError> {
        let locked = lock::take(&self.folder, Waiting::NOT).await?;
        let key = key.clone();
        self.blocking(move |store| {
            let there = store.read()?;
            if there.snapshot.state.serial > 0 || there.key.is_some() || !there.records.is_empty() {
                return Ok(false);
            }
            let lineage = there.snapshot.state.lineage;
            let first = State { lineage, serial: 1, epoch: 1, applied_through: 0, ..state };
            files::write_key(&store.folder, &key)?;
            journal::begin(&store.folder, &first.lineage)?;
            snapshot::write(&store.folder, &first.into(), Backup::Skip)?;
            drop(locked);
            Ok(true)
        })
        .await
    }
}
