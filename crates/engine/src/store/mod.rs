//! Where state, journal and lock live.
//!
//! In: records and snapshots, already sealed. Out: the same, read back and checked. It must not
//! know what they mean to a plan; what a journal does to a state is [`crate::journal`]'s.

mod error;
pub mod local;

use std::sync::Arc;
use std::time::Duration;

use driver::BoxFuture;
use model::state::State;
use serde::{Deserialize, Serialize};

use crate::journal::{Record, Snapshot};

pub use error::StoreError;
pub use local::LocalStore;

/// One stack's state in one environment.
pub trait Store: Send + Sync {
    /// Reads everything, without the lock and without changing anything.
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>>;

    /// Takes the lock, waiting at most so long for whoever holds it.
    fn lock<'a>(&'a self, holder: &'a Holder, wait: Duration) -> BoxFuture<'a, Result<Held, StoreError>>;

    /// Gives the lock back.
    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The stack's key for fingerprints; made when there is none.
    fn key<'a>(&'a self, held: &'a Held) -> BoxFuture<'a, Result<Key, StoreError>>;

    /// Appends records to the journal, all or none; when it returns they are durable.
    fn append<'a>(&'a self, held: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>>;

    /// Writes a snapshot and then trims the journal behind it.
    fn save<'a>(
        &'a self,
        held: &'a Held,
        snapshot: &'a Snapshot,
        backup: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>>;

    /// Who holds the lock now.
    fn holder(&self) -> BoxFuture<'_, Result<Option<Holder>, StoreError>>;
}

/// What a store holds.
#[derive(Debug)]
pub struct Loaded {
    /// The snapshot; a new lineage where there is none.
    pub state: State,
    /// The journal behind it, complete and in order.
    pub records: Vec<Record>,
    /// The key for fingerprints, if one was made.
    pub key: Option<Key>,
}

/// A held lock. Whoever changes anything shows it; dropping it releases a local lock.
pub struct Held {
    epoch: u64,
    lineage: String,
    guard: Arc<dyn Send + Sync>,
}

impl Held {
    /// A lock that is held while `guard` lives.
    #[must_use]
    pub fn new(epoch: u64, lineage: String, guard: Box<dyn Send + Sync>) -> Self {
        Self { epoch, lineage, guard: Arc::from(guard) }
    }

    /// A share in the lock, for a write that goes on when nobody waits for it any more.
    pub(crate) fn share(&self) -> Arc<dyn Send + Sync> {
        Arc::clone(&self.guard)
    }

    /// The number of this holding; every later one is higher.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// The lineage of what is locked. Where nothing is stored yet, the lock decides it.
    #[must_use]
    pub fn lineage(&self) -> &str {
        &self.lineage
    }

    fn release(self) {
        drop(self.guard);
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("epoch", &self.epoch).field("lineage", &self.lineage).finish_non_exhaustive()
    }
}

/// Who holds a lock, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub owner: String,
    /// On which machine.
    pub host: String,
    /// Doing what, as `apply`.
    pub command: String,
    /// In which process.
    pub pid: u32,
    /// Since when: Unix time in seconds.
    pub since: u64,
}

impl std::fmt::Display for Holder {
    /// `ann on laptop (stackctl apply, process 4711)`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {} (stackctl {}, process {})", self.owner, self.host, self.command, self.pid)
    }
}

/// A key for fingerprints. It neither prints nor debugs.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(pub [u8; 32]);

impl Key {
    /// A random one.
    #[must_use]
    pub fn random() -> Self {
        Self(rand::random())
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Whether the snapshot that is replaced stays behind as a numbered backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// Yes: for what a command leaves.
    Keep,
    /// No: for snapshots in the middle of a run.
    Skip,
}

/// How much was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Bytes.
    pub bytes: u64,
}
