//! What can be wrong with a store.

use std::io;
use std::path::PathBuf;

use super::Holder;

/// Why a store could not be read or written. Whatever is refused is left as it is.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system said no.
    #[error("could not {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The snapshot is no snapshot.
    #[error(
        "the state in `{}` is damaged: {reason}; nothing was changed. Put back the newest file of the `backups` folder \
         beside it",
        path.display()
    )]
    Torn {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer stackctl wrote it.
    #[error(
        "the state in `{}` has format {found}, and this stackctl knows formats up to {known}; use the version of stackctl \
         that wrote it",
        path.display()
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: u64,
        /// Ours.
        known: u32,
    },
    /// State and journal belong to different histories.
    #[error(
        "`{}` belongs to another state (lineage {found}, not {expected}); one of the two files was put here from \
         elsewhere",
        path.display()
    )]
    Foreign {
        /// Which file.
        path: PathBuf,
        /// Its lineage.
        found: String,
        /// The expected one.
        expected: String,
    },
    /// The snapshot breaks its own invariants.
    #[error("the state in `{place}` contradicts itself: {}; nothing was changed", problems.join("; "))]
    Broken {
        /// Which state.
        place: String,
        /// Every invariant that it breaks.
        problems: Vec<String>,
    },
    /// A journal record is damaged that is not the last one.
    #[error(
        "line {line} of the journal `{}` is damaged: {reason}. What later lines record was really done, so nothing was \
         dropped or changed; restore the file, or move it away if the work it records is known",
        path.display()
    )]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// Journal records between snapshot and journal are missing.
    #[error(
        "the journal `{}` begins with record {first}, but the state beside it ends with record {last}; one of the two was \
         replaced by an older or newer copy",
        path.display()
    )]
    Gap {
        /// Which file.
        path: PathBuf,
        /// The first record that the snapshot does not contain.
        first: u64,
        /// The last one that it contains.
        last: u64,
    },
    /// Somebody else holds the lock.
    #[error("the state is locked by {}", holder.as_ref().map_or("another stackctl".to_owned(), Holder::to_string))]
    Held {
        /// Who, where it can be told.
        holder: Option<Holder>,
    },
    /// The lock that was shown is not of this state.
    #[error("the lock is of lineage {held}, the state of lineage {state}; this is a bug in stackctl")]
    WrongLock {
        /// The lock's lineage.
        held: String,
        /// The state's lineage.
        state: String,
    },
    /// A record or snapshot holds a secret that is not sealed.
    #[error("refused to write a secret that is not sealed; this is a bug in stackctl")]
    Unsealed,
}

impl StoreError {
    /// Turns an error of the file system into ours; for `map_err`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
