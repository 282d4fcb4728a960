//! What a shared store asks of the services under it: an object store with conditional writes
//! and versions, and a table with conditional and transactional writes. On AWS: S3 and DynamoDB.
//!
//! It knows how things are written, never what they mean or who may write them.

use driver::{BoxFuture, Fault};

use super::super::{Key, Version};
use crate::protocol::{Etag, Lock, Mark, Owner};

/// The services, as one stack's state in one environment sees them.
///
/// Every method is one request that is done whole or not at all. A fault tells how sure that is:
/// [`driver::FaultKind::Conflict`] is a condition that did not hold, so nothing was done;
/// `Throttled`, `Unreachable` and `NotYet` surely were not done and may be repeated; `Unknown`
/// may or may not have been done, now or later; `NotFound` says that the bucket or the table is
/// not there; everything else is final.
pub trait Backend: Send + Sync + 'static {
    /// Where the snapshot lies, as `s3://bucket/key`.
    fn place(&self) -> String;

    /// The name of the table, which the snapshot carries.
    fn table(&self) -> String;

    /// Reads lock, key and journal in one strongly consistent query.
    fn read(&self) -> BoxFuture<'_, Result<Rows, Fault>>;

    /// Puts the lock item, on condition that the one there has this mark; `None`: that there is
    /// none. The item there, if any, keeps attributes that are not part of a [`Lock`].
    fn put_lock<'a>(&'a self, lock: &'a Lock, there: Option<Mark>) -> BoxFuture<'a, Result<(), Fault>>;

    /// Counts a renewal, on condition that this owner holds the lock; notes the lineage.
    fn renew<'a>(&'a self, owner: &'a Owner, lineage: &'a str) -> BoxFuture<'a, Result<(), Fault>>;

    /// Marks the lock as not held, on condition that this owner holds it.
    fn release<'a>(&'a self, owner: &'a Owner) -> BoxFuture<'a, Result<(), Fault>>;

    /// Writes the key, on condition that there is none.
    fn put_key<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<(), Fault>>;

    /// Writes a batch of records under its first sequence, on condition that this owner holds the
    /// lock. Writing the same batch twice is writing it once.
    fn append<'a>(&'a self, owner: &'a Owner, batch: &'a Batch) -> BoxFuture<'a, Result<(), Fault>>;

    /// Deletes batches, by their first sequence; those that are gone already don't matter.
    fn trim<'a>(&'a self, batches: &'a [u64]) -> BoxFuture<'a, Result<(), Fault>>;

    /// Reads the snapshot, strongly consistent; `None` when there is none.
    fn read_snapshot(&self) -> BoxFuture<'_, Result<Option<Stored>, Fault>>;

    /// Writes the snapshot, on condition that the one there has this etag; `None`: that there is
    /// none. Answers the etag of what was written.
    fn put_snapshot<'a>(&'a self, written: &'a Upload, there: Option<&'a Etag>) -> BoxFuture<'a, Result<Etag, Fault>>;

    /// The snapshots that are kept, newest first, at most so many.
    fn versions(&self, most: usize) -> BoxFuture<'_, Result<Vec<Version>, Fault>>;

    /// The bytes of a kept snapshot; `None` when there is no such version.
    fn read_version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Option<Vec<u8>>, Fault>>;
}

/// What stands in the table.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The lock item.
    pub lock: Option<Lock>,
    /// The lineage that the lock item notes.
    pub lineage: Option<String>,
    /// The key for fingerprints.
    pub key: Option<Key>,
    /// The journal, by first sequence.
    pub batches: Vec<Batch>,
}

/// Records that were appended together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The sequence of its first record.
    pub first: u64,
    /// The sequence of its last record.
    pub last: u64,
    /// The lineage that they belong to.
    pub lineage: String,
    /// The records, as JSON.
    pub text: String,
}

/// A snapshot as it lies there.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its content's etag.
    pub etag: Etag,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// A snapshot on its way.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The content.
    pub bytes: Vec<u8>,
    /// The snapshot's serial, for [`Backend::versions`].
    pub serial: u64,
    /// Its writer's epoch, for [`Backend::versions`].
    pub epoch: u64,
}
