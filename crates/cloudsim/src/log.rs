//! What was asked and what came of it.

use std::fmt;
use std::time::Duration;

use driver::FaultKind;
use model::Id;

/// The calls of a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `Driver::read`.
    Read,
    /// `Driver::create`.
    Create,
    /// `Driver::update`.
    Update,
    /// `Driver::delete`.
    Delete,
    /// `Driver::find`.
    Find,
    /// `Driver::adopt`.
    Adopt,
    /// `Driver::obstacles`.
    Obstacles,
    /// `reveal` of a resource or a data source.
    Reveal,
    /// `DataDriver::lookup`.
    Lookup,
}

impl Operation {
    /// Whether the call changes anything.
    #[must_use]
    pub fn mutates(self) -> bool {
        match self {
            Self::Create | Self::Update | Self::Delete => true,
            Self::Read | Self::Find | Self::Adopt | Self::Obstacles | Self::Reveal | Self::Lookup => false,
        }
    }

    /// As in `create`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Find => "find",
            Self::Adopt => "adopt",
            Self::Obstacles => "obstacles",
            Self::Reveal => "reveal",
            Self::Lookup => "lookup",
        }
    }
}

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Which process made it.
    pub by: u32,
    /// When it was made (signed, where it changes anything), since the cloud began.
    pub at: Duration,
    /// The kind.
    pub kind: &'static str,
    /// What was asked.
    pub operation: Operation,
    /// Of which object; of a create what it made.
    pub id: Option<Id>,
    /// The token of a create or find.
    pub token: Option<String>,
    /// Whether anything was changed by it.
    pub committed: bool,
    /// How long what it did takes from when it arrives, where the answer does not tell all: nothing
    /// where one look is enough.
    pub settles: Option<Duration>,
    /// What was answered.
    pub outcome: Outcome,
    /// Whether a seeded or scripted fault changed its fate.
    pub injected: bool,
}

/// What a call was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing yet, or nobody was there any more to hear it.
    Unheard,
    /// It was done.
    Done,
    /// It failed.
    Failed(FaultKind),
}

impl fmt::Display for Call {
    /// `12.250s #3 create sim_network network-00000001: done`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}s #{} {} {}", self.at.as_secs_f64(), self.by, self.operation.word(), self.kind)?;
        if let Some(id) = &self.id {
            write!(f, " {id}")?;
        }
        if let Some(token) = &self.token {
            write!(f, " (token {})", token.get(..8).unwrap_or(token))?;
        }
        match &self.outcome {
            Outcome::Unheard => f.write_str(": never heard")?,
            Outcome::Done => f.write_str(": done")?,
            Outcome::Failed(kind) => write!(f, ": {kind:?}")?,
        }
        if self.operation.mutates() && self.committed != (self.outcome == Outcome::Done) {
            f.write_str(if self.committed { ", but done" } else { ", and not done" })?;
        }
        f.write_str(if self.injected { " [fault]" } else { "" })
    }
}
