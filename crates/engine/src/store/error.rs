//! What can be wrong with a store.

use std::io;
use std::path::PathBuf;

use driver::Fault;

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
    /// AWS said no.
    #[error("could not {action} `{place}`: {fault}")]
    Aws {
        /// What was tried.
        action: &'static str,
        /// With what.
        place: String,
        /// AWS's reason.
        fault: Box<Fault>,
    },
    /// The bucket or the lock table that the manifest names does not exist.
    #[error("`{place}`, which `[state]` names, is not there")]
    NotSetUp {
        /// Which.
        place: String,
    },
    /// The snapshot is no snapshot.
    #[error("the state in `{place}` is damaged: {reason}; nothing was changed. {}", remedy(place))]
    Torn {
        /// Which one.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A newer stackctl wrote it.
    #[error(
        "the state in `{place}` has format {found}, and this stackctl knows formats up to {known}; use the version of \
         stackctl that wrote it"
    )]
    Newer {
        /// Which one.
        place: String,
        /// Its version.
        found: u64,
        /// Ours.
        known: u32,
    },
    /// State and journal belong to different histories.
    #[error(
        "`{place}` belongs to another state (lineage {found}, not {expected}); one of the two was put here from elsewhere"
    )]
    Foreign {
        /// Which one.
        place: String,
        /// Its lineage.
        found: String,
        /// The expected one.
        expected: String,
    },
    /// The snapshot is locked elsewhere.
    #[error(
        "the state in `{place}` is locked by the table `{found}`, and the manifest names `{expected}`: two tables would \
         let two runs write at once"
    )]
    OtherTable {
        /// Which one.
        place: String,
        /// The table it names.
        found: String,
        /// The manifest's.
        expected: String,
    },
    /// Something was applied before, and its snapshot has gone.
    #[error(
        "there is no state in `{place}`, but the lock table knows that there was (lineage {lineage}); without it everything \
         would be made a second time. {}",
        remedy(place)
    )]
    Missing {
        /// Which one.
        place: String,
        /// The lineage of what is missing.
        lineage: String,
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
        "{record} of the journal `{place}` is damaged: {reason}. What later records tell was really done, so nothing was \
         dropped or changed; restore it, or move it away if the work it records is known"
    )]
    Damaged {
        /// Which journal.
        place: String,
        /// Which record, as `line 3`.
        record: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Journal records between snapshot and journal are missing.
    #[error(
        "the journal `{place}` begins with record {first}, but the state beside it ends with record {last}; one of the two \
         was replaced by an older or newer copy"
    )]
    Gap {
        /// Which journal.
        place: String,
        /// The first record that the snapshot does not contain.
        first: u64,
        /// The last one that it contains.
        last: u64,
    },
    /// Somebody else holds the lock.
    #[error("the state is locked by {}", holder.as_ref().map_or("another stackctl".to_owned(), |it| it.to_string()))]
    Held {
        /// Who, where it can be told.
        holder: Option<Box<Holder>>,
    },
    /// Somebody else has taken the lock over.
    #[error(
        "the lock on the state was lost: it was not renewed in time, or somebody broke it. What was done until then is in \
         the journal, and the next run carries on from there"
    )]
    Lost,
    /// The lock cannot be broken.
    #[error("the lock is held by process {pid} on this machine; it is free as soon as that process ends")]
    Unbreakable {
        /// The process.
        pid: u32,
    },
    /// No such snapshot is kept.
    #[error("there is no version `{id}` of the state")]
    UnknownVersion {
        /// What was asked for.
        id: String,
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

/// Where an earlier snapshot is found.
fn remedy(place: &str) -> &'static str {
    if place.starts_with("s3://") {
        "The bucket keeps earlier versions: `stackctl state history` lists them, `stackctl state pull --version ID` prints \
         one"
    } else {
        "Put back the newest file of the `backups` folder beside it"
    }
}
