//! Where state, journal and lock live.
//!
//! In: records and snapshots, already sealed. Out: the same, read back and checked. It must not
//! know what they mean to a plan; what a journal does to a state is [`crate::journal`]'s, and who
//! may write is [`crate::protocol`]'s.

mod encoding;
mod error;
pub mod local;
mod lock;
pub mod shared;

use std::time::Duration;

use driver::BoxFuture;

use crate::journal::{Record, Snapshot};

pub use encoding::{decode, encode};
pub use error::StoreError;
pub use local::LocalStore;
pub use lock::{Held, Holder, Holding, LockNews, Waiting};
pub use shared::SharedStore;

/// One stack's state in one environment.
pub trait Store: Send + Sync {
    /// Reads everything, without the lock and without changing anything.
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>>;

    /// Takes the lock, waiting for whoever holds it as long as is asked for, and reads everything
    /// under it. The key is made when there is none.
    fn lock<'a>(
        &'a self,
        holder: &'a Holder,
        waiting: Waiting<'a>,
    ) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>>;

    /// Gives the lock back.
    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>>;

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
    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>>;

    /// Watches a lock that somebody holds until they give a sign of life or must be dead; answers
    /// who is at work.
    fn watch<'a>(
        &'a self,
        news: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>>;

    /// Takes the lock from whoever holds it, shuts them out, and gives it back; answers who held
    /// it. Nothing happens where nobody does.
    fn break_lock<'a>(&'a self, breaker: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>>;

    /// The snapshots that are kept, newest first.
    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>>;

    /// The text of a kept snapshot, by the id that [`Store::history`] tells or by its serial.
    fn version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>>;
}

/// What a store holds.
#[derive(Debug)]
pub struct Loaded {
    /// The snapshot; an empty one of a new lineage where there is none.
    pub snapshot: Snapshot,
    /// The journal behind it, in order; what the snapshot contains may still be among it.
    pub records: Vec<Record>,
    /// The key for fingerprints, if one was made.
    pub key: Option<Key>,
    /// Who is at work on it, as far as can be told. Never ourselves.
    pub busy: Option<Holder>,
    /// For how long at least nobody has changed anything: the lease of whoever was found dead.
    pub silent: Duration,
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

/// A snapshot that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// What the store calls it: S3's version id, a file's name.
    pub id: String,
    /// The snapshot's serial.
    pub serial: u64,
    /// The lock epoch of its writer.
    pub epoch: u64,
    /// When it was written: Unix time in seconds.
    pub written: u64,
    /// Its size.
    pub bytes: u64,
    /// Whether it is the one in use.
    pub current: bool,
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

/// A random name for a new history.
fn new_lineage() -> String {
    let bytes: [u8; 16] = rand::random();
    crate::fingerprint::hex(&bytes)
}
