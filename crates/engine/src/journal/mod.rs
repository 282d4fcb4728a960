//! What is written down before and after every call, and how it changes the state.
//!
//! In: records. Out: the state after them, and the intents whose fate is open. Pure: it must not
//! know where records are kept, clocks or drivers. Applying a record while a run is going on and
//! replaying it after a crash are the same function.

mod replay;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use driver::{Fault, Token};
use model::state::{Object, Status};
use model::{Address, Id, Known};
use serde::{Deserialize, Serialize};

pub use replay::{Ledger, OpenIntent, Snapshot};

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The lock epoch of whoever wrote it.
    pub epoch: u64,
    /// Counts the records of a lineage.
    pub sequence: u64,
    /// What happened.
    pub body: Body,
}

/// What happened. Every value in it is sealed: secrets are fingerprints or stamps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Body {
    /// A mutating call is about to be made.
    Intent(Box<Intent>),
    /// A create call answered, or was found to have been done.
    Created {
        /// The sequence of its intent.
        intent: u64,
        /// What AWS calls it.
        id: Id,
    },
    /// The operation is done: the object is settled, or gone after a delete.
    Ready {
        /// The sequence of its intent.
        intent: u64,
        /// What AWS reports. A map; empty after a delete.
        outputs: Known,
        /// How long it took, where that teaches something.
        seconds: Option<f64>,
    },
    /// The operation failed.
    Failed {
        /// The sequence of its intent.
        intent: u64,
        /// Why.
        fault: Fault,
        /// Where it leaves the object, if there is one.
        status: Option<Status>,
    },
    /// An intent that is not followed further.
    Closed {
        /// The sequence of the intent.
        intent: u64,
        /// What became of it.
        verdict: Verdict,
    },
    /// An object was read until it stood still, without a call.
    Settled {
        /// Its address.
        address: Address,
        /// Its id.
        id: Id,
        /// Where it stands.
        standing: Standing,
    },
    /// An existing object is taken into state.
    Adopted {
        /// Under which address.
        address: Address,
        /// The object.
        object: Box<Object>,
    },
    /// What state remembers of the current object changes, without a call.
    Recorded {
        /// Its address.
        address: Address,
        /// Last applied. A map.
        inputs: Known,
        /// What only stackctl reads. A map.
        local: Known,
        /// What it depends on.
        dependencies: BTreeSet<Address>,
    },
    /// An entry has a new address.
    Moved {
        /// The address it had.
        from: Address,
        /// The address it has.
        to: Address,
    },
    /// Dropped from state, left in AWS.
    Forgotten {
        /// Its address.
        address: Address,
        /// Whether deposed objects are dropped too.
        deposed: bool,
    },
    /// A suspect create arrived after all.
    Arrived {
        /// Its address.
        address: Address,
        /// Its token.
        token: String,
        /// What AWS calls it.
        id: Id,
    },
    /// A suspect create is no longer looked for.
    Expired {
        /// Its address.
        address: Address,
        /// Its token.
        token: String,
    },
    /// The stack's outputs, all of them.
    Outputs {
        /// By name.
        values: BTreeMap<String, Known>,
    },
    /// Where the stack lives.
    Bound {
        /// The AWS account.
        account: String,
        /// The region.
        region: String,
        /// The endpoint, where it is overridden.
        endpoint: Option<String>,
    },
}

/// Everything that a successor needs to find out what became of a call, without the manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Intent {
    /// Where.
    pub address: Address,
    /// The kind.
    pub kind: String,
    /// What.
    pub operation: Call,
    /// Which object; `None` for a create.
    pub id: Option<Id>,
    /// Last applied before. A map.
    pub before: Known,
    /// What is last applied when it is done. A map.
    pub after: Known,
    /// For a create: arguments sent besides, which no manifest set (a generated name). A map.
    pub sent: Known,
    /// Arguments and lifecycle settings that only stackctl reads. A map.
    pub local: Known,
    /// What it depends on.
    pub dependencies: BTreeSet<Address>,
    /// The token of the object's create call.
    pub token: String,
    /// For a create: whether the name was read as absent just before.
    pub absent_before: bool,
    /// Where the object stood before; `None` for a create.
    pub status: Option<Status>,
}

impl Intent {
    /// The token of the create call.
    #[must_use]
    pub fn create_token(&self) -> Token {
        Token(self.token.clone())
    }

    /// All arguments of a create as far as they may be remembered: what the manifest set,
    /// overlaid with what was sent besides.
    #[must_use]
    pub fn sent_inputs(&self) -> Known {
        let mut all = self.after.as_map().cloned().unwrap_or_default();
        all.extend(self.sent.as_map().cloned().unwrap_or_default());
        Known::Map(all)
    }
}

/// The mutating calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// Makes an object.
    Create,
    /// Changes one in place.
    Update,
    /// Deletes one.
    Delete,
}

impl Call {
    /// As in `create`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// What became of an intent that is not followed further.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Verdict {
    /// The call was never made, or surely did nothing: everything is as before.
    Undone,
    /// The object stays as state has it; the next plan settles and completes it.
    Stands,
    /// The object is gone.
    Gone,
    /// A create that is not found now and may arrive late.
    Suspect {
        /// Unix time in seconds after which it is no longer looked for.
        until: u64,
    },
    /// Something of that name exists and is not provably ours: not taken.
    NotOurs {
        /// What AWS calls it.
        id: Id,
    },
}

/// Where an object stands that was only read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    /// It can be used.
    Ready {
        /// What AWS reports. A map.
        outputs: Known,
    },
    /// It never will be usable.
    Failed,
    /// It is not there any more.
    Gone,
}

/// A map without members, which stands for "nothing set".
#[must_use]
pub fn empty() -> Known {
    Known::Map(BTreeMap::new())
}
