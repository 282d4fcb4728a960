//! State that has been carried over to another store.

use std::path::PathBuf;

use super::super::{Held, StoreError};
use super::{LocalStore, files};

/// Where it is put.
const FOLDER: &str = "carried-over";

impl LocalStore {
    /// Puts state, journal and key aside, where only people look for them; answers where. The
    /// state goes last: while it is there, this can be repeated.
    ///
    /// # Errors
    /// The file system's.
    pub async fn retire(&self, held: &Held) -> Result<PathBuf, StoreError> {
        let lock = held.share();
        self.blocking(move |store| {
            let aside = store.folder.join(FOLDER);
            files::make_folder(&aside)?;
            for name in ["journal", "key", "state.json"] {
                let from = store.folder.join(name);
                if from.exists() {
                    std::fs::rename(&from, aside.join(name)).map_err(StoreError::io("move", &from))?;
                }
            }
            files::sync_folder(&aside)?;
            files::sync_folder(&store.folder)?;
            drop(lock);
            Ok(aside)
        })
        .await
    }
}
