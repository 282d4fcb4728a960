//! What holding a lock means to whoever holds it, and to whoever finds it held.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

/// A held lock. Whoever changes anything shows it; dropping it releases a local lock.
pub struct Held {
    epoch: u64,
    lineage: String,
    snapshot_bytes: u64,
    lost: CancellationToken,
    guard: Arc<dyn Send + Sync>,
}

impl Held {
    /// A lock that is held while `guard` lives, or until `lost` is cancelled.
    #[must_use]
    pub fn new(
        epoch: u64,
        lineage: String,
        snapshot_bytes: u64,
        lost: CancellationToken,
        guard: Box<dyn Send + Sync>,
    ) -> Self {
        Self { epoch, lineage, snapshot_bytes, lost, guard: Arc::from(guard) }
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

    /// The size of the snapshot that was there when the lock was taken; zero where there was none.
    #[must_use]
    pub fn snapshot_bytes(&self) -> u64 {
        self.snapshot_bytes
    }

    /// Is cancelled when somebody else has taken the lock over: nothing that is written from then
    /// on counts.
    #[must_use]
    pub fn lost(&self) -> &CancellationToken {
        &self.lost
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").field("epoch", &self.epoch).field("lineage", &self.lineage).finish_non_exhaustive()
    }
}

/// Who holds a lock, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Holder {
    /// Who.
    pub owner: String,
    /// On which machine.
    pub host: String,
    /// Doing what, as `apply`.
    pub command: String,
    /// In which process.
    pub pid: u32,
    /// Since when: Unix time in seconds by the holder's clock.
    pub since: u64,
    /// The page of the CI run it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl std::fmt::Display for Holder {
    /// `ann on laptop (stackctl apply, process 4711)`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} on {} (stackctl {}, process {}", self.owner, self.host, self.command, self.pid)?;
        if let Some(link) = &self.link {
            write!(f, ", {link}")?;
        }
        f.write_str(")")
    }
}

/// A lock that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Who.
    pub holder: Holder,
    /// The number of this holding.
    pub epoch: u64,
    /// How often it was renewed; `None` where the system watches over the lock.
    pub renewals: Option<u64>,
    /// Without a renewal for this long, whoever wants the lock takes it over.
    pub lease: Option<Duration>,
}

/// What to do about a lock that somebody holds.
#[derive(Clone, Copy)]
pub struct Waiting<'a> {
    /// How long to wait for somebody who is at work.
    pub at_most: Duration,
    /// Is told what is waited for.
    pub news: &'a (dyn Fn(LockNews) + Send + Sync),
}

impl Waiting<'_> {
    /// Does not wait for anybody who is at work, and tells nobody.
    pub const NOT: Waiting<'static> = Waiting { at_most: Duration::ZERO, news: &|_| () };
}

/// What happens while a lock is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockNews {
    /// Somebody holds it, and it is not known whether they still are at work.
    Watching {
        /// Who.
        holder: Holder,
        /// Without a sign of life for this long, it is taken over.
        lease: Duration,
    },
    /// Somebody holds it, is at work, and is waited for.
    Waiting(Holder),
    /// Its holder gave no sign of life, so it was taken over.
    TakenOver(Holder),
}
