//! The words of the protocol.

use std::time::Duration;

use crate::store::Holder;

/// The lock item, as everybody sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lock {
    /// Counts holdings; whoever takes the lock raises it.
    pub epoch: u64,
    /// Counts signs of life in this holding.
    pub counter: u64,
    /// Which process holds it, or held it last: random, so that no two share it.
    pub owner: String,
    /// Whether it is held.
    pub held: bool,
    /// Without a renewal for this long by their own clock, whoever wants the lock may take it.
    pub lease: Duration,
    /// Who that is, for people.
    pub holder: Holder,
}

impl Lock {
    /// What changes whenever its holder gives a sign of life.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { epoch: self.epoch, counter: self.counter, held: self.held }
    }

    /// Who must show that they hold it.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Owner { epoch: self.epoch, token: self.owner.clone() }
    }
}

/// A sign of life. Two equal ones mean that nothing has happened to the lock in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// [`Lock::epoch`].
    pub epoch: u64,
    /// [`Lock::counter`].
    pub counter: u64,
    /// [`Lock::held`].
    pub held: bool,
}

/// One holding of the lock: the condition of every write.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Owner {
    /// [`Lock::epoch`].
    pub epoch: u64,
    /// [`Lock::owner`].
    pub token: String,
}

/// The times of a lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Terms {
    /// How long a renewal holds.
    pub lease: Duration,
}

impl Terms {
    /// How often it is renewed, and how often whoever watches it looks.
    #[must_use]
    pub fn renewal(self) -> Duration {
        self.lease / 6
    }

    /// How long a mutating call of AWS's may take: what is signed while this much is left has
    /// been answered, or given up, before anybody else begins.
    #[must_use]
    pub fn call(self) -> Duration {
        self.lease * 2 / 3
    }
}

/// How a request went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It was done.
    Done(T),
    /// Its condition did not hold: it was not done and never will be.
    Refused,
    /// It surely was not done; it may be sent again later.
    Again,
    /// It may or may not have been done, or be done later.
    Unclear,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step<Ask, End> {
    /// This is to be asked.
    Ask(Ask),
    /// So much time is to pass; whoever drives it may vary it a little.
    Wait(Duration),
    /// It has ended.
    End(End),
}

/// Which content the snapshot has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Etag(pub String);

/// The snapshot, as far as the protocol looks into it. Epoch and serial together name its writer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Its content.
    pub etag: Etag,
    /// The epoch it carries.
    pub epoch: u64,
    /// The serial it carries.
    pub serial: u64,
}

/// What is asked about the snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum SnapshotAsk {
    /// Read it.
    Read,
    /// Write it, on condition that the one there has this content; `None`: that there is none.
    Put {
        /// What must be there.
        there: Option<Etag>,
    },
}

/// Somebody else has the lock: nothing that is written from now on would count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("somebody else has taken the lock")]
pub struct Lost;

/// Why something was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unsettled {
    /// Somebody else has the lock.
    Lost,
    /// There was no clear answer, however often it was asked.
    GaveUp,
}

/// The pause before something is sent again for the nth time.
pub(super) fn pause(tries: u32) -> Duration {
    Duration::from_millis(100).saturating_mul(2_u32.saturating_pow(tries)).min(Duration::from_secs(5))
}

/// How often something is sent again: about half a minute altogether.
pub(crate) const TRIES: u32 = 12;
