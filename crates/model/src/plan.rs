//! What a plan says: changes for people, operations for the executor.
//!
//! Plain data. It must not know how it was computed or how it is run.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::address::{Address, Id};
use crate::path::Path;
use crate::tree::{Known, Planned};

/// A whole plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What it was computed from; `apply` goes on only while it still holds.
    pub binding: Binding,
    /// Changes in dependency order, one per address (and per deposed object).
    pub changes: Vec<Change>,
    /// Resources that need nothing.
    pub unchanged: BTreeSet<Address>,
    /// Where live values differ from what was last applied.
    pub drift: Vec<Drift>,
    /// Outputs that change: before and after.
    pub outputs: BTreeMap<String, OutputChange>,
    /// What is to be done.
    pub operations: Vec<Operation>,
    /// Ordering between operations.
    pub edges: Vec<Edge>,
}

/// What a plan was computed from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Binding {
    /// The state's lineage.
    pub lineage: String,
    /// The state's serial.
    pub serial: u64,
    /// The last journal record seen.
    pub position: u64,
    /// The AWS account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The manifest's digest.
    pub digest: String,
    /// Whether this is a destroy.
    pub destroy: bool,
}

/// What happens to an address. `Replace` is one change and several operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Made.
    Create,
    /// Changed in place.
    Update,
    /// Made anew.
    Replace,
    /// Deleted.
    Delete,
    /// Taken into state as it is (and changed in place where attributes are listed).
    Adopt,
    /// Dropped from state, left in AWS.
    Forget,
    /// Known under a new address.
    Move,
    /// Changed in state only.
    Record,
    /// A data source that is looked up during apply; not counted in the summary.
    Read,
}

/// One line of the plan for a person.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where.
    pub address: Address,
    /// The kind.
    pub kind: String,
    /// What.
    pub action: Action,
    /// Set for a deposed object: its id.
    pub deposed: Option<Id>,
    /// The attributes that differ.
    pub attributes: Vec<AttributeChange>,
    /// Why, in words, where it is not plain: "missing in AWS", "its subnet is replaced".
    pub reason: Option<String>,
    /// The address it had before, for a move (moves combine with other actions).
    pub moved_from: Option<Address>,
    /// The addresses whose changes come first.
    pub after: BTreeSet<Address>,
}

/// One differing attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeChange {
    /// Where in the resource.
    pub path: Path,
    /// The live (or, for write-only arguments, last applied) value.
    pub before: Known,
    /// The desired value.
    pub after: Planned,
    /// Who wants it.
    pub cause: Cause,
    /// What it takes.
    pub effect: Effect,
}

/// Who wants an attribute changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The manifest changed.
    Manifest,
    /// Somebody changed AWS.
    Drift,
    /// Something it depends on changes.
    Dependency,
    /// It was removed from the manifest and goes back to its default.
    Default,
}

/// What an attribute's change takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// A call that changes the object.
    InPlace,
    /// A new object.
    Replace,
    /// Nothing in AWS.
    Record,
}

/// A live value that is not what was last applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Drift {
    /// Where.
    pub address: Address,
    /// Which attribute; empty when the whole object is gone.
    pub path: Path,
    /// What was applied last.
    pub last_applied: Known,
    /// What AWS says now.
    pub live: Known,
}

/// A changing output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// The value in state.
    pub before: Known,
    /// The value to be.
    pub after: Planned,
    /// Whether it is a secret.
    pub sensitive: bool,
}

/// An index into [`Plan::operations`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct OperationId(pub usize);

/// One thing to do to one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Where.
    pub address: Address,
    /// The kind.
    pub kind: String,
    /// What.
    pub step: OperationStep,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq)]
pub enum OperationStep {
    /// Makes an object. `desired` is evaluated again when its holes are known.
    Create {
        /// The arguments as planned. A map, typed by the schema.
        desired: Planned,
    },
    /// Changes an object in place; also completes a half-done create and detaches users.
    Update {
        /// Which object.
        id: Id,
        /// The live arguments when planned. A map.
        before: Known,
        /// The arguments as planned. A map.
        desired: Planned,
        /// The top-level arguments that may be sent: never more than these.
        arguments: BTreeSet<String>,
    },
    /// Deletes an object, current or deposed.
    Delete {
        /// Which object.
        id: Id,
        /// The live arguments when planned, with those that only stackctl reads. A map.
        before: Known,
        /// Whether it is a deposed object, or becomes one by a replacement in this plan.
        deposed: bool,
    },
    /// Waits until a half-done create, update or delete has settled.
    Settle {
        /// Which object.
        id: Id,
    },
    /// Takes an existing object into state.
    Adopt {
        /// Which object.
        id: Id,
        /// The arguments as planned. A map.
        desired: Planned,
    },
    /// Drops from state.
    Forget,
    /// Changes what state remembers: local arguments, dependencies, moves.
    Record {
        /// The arguments as planned. A map.
        desired: Planned,
        /// The address it had.
        moved_from: Option<Address>,
    },
    /// Looks a data source up.
    Read {
        /// What it is looked up by. A map.
        arguments: Planned,
    },
}

/// Why one operation comes before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeReason {
    /// The first makes or changes what the second refers to.
    MustExist,
    /// What the first does away with (or repoints) keeps AWS from doing the second.
    BlocksDelete,
    /// The first frees a name that the second takes.
    NameIsExclusive,
}

/// `first` is done before `second` starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Edge {
    /// What comes first.
    pub first: OperationId,
    /// What comes after.
    pub second: OperationId,
    /// Why.
    pub reason: EdgeReason,
}
