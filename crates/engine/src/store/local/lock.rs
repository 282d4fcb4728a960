//! The lock file: `flock` decides who holds it, the note in it says who that is.
//!
//! The system releases the lock when its holder ends, in whatever way, so no lock is ever stale.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::super::{Holder, Holding, LockNews, StoreError, Waiting};
use super::files;

/// How often a held lock is tried again.
const AGAIN: Duration = Duration::from_millis(200);
/// How long a lock is tried at least: who looks whether it is held takes it for an instant.
const GRACE: Duration = Duration::from_millis(250);

/// The lock, held while it lives.
pub(super) struct Lock {
    _file: File,
    epoch: u64,
}

#[derive(Default, Serialize, Deserialize)]
struct Note {
    epoch: u64,
    holder: Holder,
}

/// Takes the lock, waiting as long as is asked for.
pub(super) async fn take(folder: &Path, waiting: Waiting<'_>) -> Result<Lock, StoreError> {
    files::make_folder(folder)?;
    let until = Instant::now() + waiting.at_most.max(GRACE);
    let mut told = waiting.at_most.is_zero();
    loop {
        if let Some(file) = attempt(folder)? {
            return Ok(Lock { _file: file, epoch: read_note(folder)?.map_or(0, |note| note.epoch) });
        }
        let now = Instant::now();
        if now >= until {
            return Err(StoreError::Held { holder: read_note(folder)?.map(|note| Box::new(note.holder)) });
        }
        if !std::mem::replace(&mut told, true) {
            (waiting.news)(LockNews::Waiting(read_note(folder)?.map(|note| note.holder).unwrap_or_default()));
        }
        sleep(AGAIN.min(until - now)).await;
    }
}

/// Who holds the lock now.
pub(super) fn holding(folder: &Path) -> Result<Option<Holding>, StoreError> {
    if !lock_path(folder).exists() || attempt(folder)?.is_some() {
        return Ok(None);
    }
    let Note { epoch, holder } = read_note(folder)?.unwrap_or_default();
    Ok(Some(Holding { holder, epoch, renewals: None, lease: None }))
}

impl Lock {
    /// The epoch of the holder before.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Writes down who holds it.
    pub fn note(&self, folder: &Path, epoch: u64, holder: &Holder) -> Result<(), StoreError> {
        let note = Note { epoch, holder: holder.clone() };
        let path = note_path(folder);
        let text = serde_json::to_vec(&note).map_err(|wrong| StoreError::io("write", &path)(wrong.into()))?;
        files::replace(&path, &text)
    }
}

fn attempt(folder: &Path) -> Result<Option<File>, StoreError> {
    let path = lock_path(folder);
    let error = |source: io::Error| StoreError::io("lock", &path)(source);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(error)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(error(source)),
    }
}

/// The note is for people and for counting epochs, which snapshot and journal count too, so a
/// note that cannot be understood is as good as none.
fn read_note(folder: &Path) -> Result<Option<Note>, StoreError> {
    Ok(files::read(&note_path(folder))?.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn lock_path(folder: &Path) -> PathBuf {
    folder.join("lock")
}

fn note_path(folder: &Path) -> PathBuf {
    folder.join("lock.json")
}
