//! What stackctl remembers of the world between runs: one snapshot per stack and environment.
//!
//! In and out: plain data, serialised as JSON. It must not know where it is stored.

mod check;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::address::{Address, Id};
use crate::tree::Known;

/// The version of the snapshot's format that this build writes.
pub const VERSION: u32 = 1;

/// One snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// The format's version.
    pub version: u32,
    /// Random, set once: which history this snapshot belongs to.
    pub lineage: String,
    /// Counts the snapshots of a lineage.
    pub serial: u64,
    /// The lock epoch of whoever wrote it.
    pub epoch: u64,
    /// The last journal record that is contained in it.
    pub applied_through: u64,
    /// The AWS account, once known.
    pub account: Option<String>,
    /// The region, once known.
    pub region: Option<String>,
    /// The endpoint, where it was overridden (an emulator).
    pub endpoint: Option<String>,
    /// What is managed.
    pub resources: BTreeMap<Address, Entry>,
    /// Outputs; sensitive ones as fingerprints.
    pub outputs: BTreeMap<String, Known>,
    /// Seconds that operations took lately, by kind and operation (`aws_db_instance.create`).
    pub durations: BTreeMap<String, f64>,
}

/// One managed address.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its kind.
    pub kind: String,
    /// The object in use.
    pub current: Option<Object>,
    /// Objects that were replaced and are not yet deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deposed: Vec<Object>,
    /// Creates without an answer that were not found when looked for, and may arrive late.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspects: Vec<Suspect>,
}

/// One object of AWS's that is ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// What AWS calls it.
    pub id: Id,
    /// Where its life stands.
    pub status: Status,
    /// Last applied: only what a manifest set; secrets as fingerprints or stamps. A map.
    pub inputs: Known,
    /// What AWS reported last. A map.
    pub outputs: Known,
    /// The addresses it depended on when it was last applied.
    pub dependencies: BTreeSet<Address>,
    /// The token of its create call.
    pub token: String,
    /// Arguments and lifecycle settings that only stackctl reads, as last declared. A map.
    pub local: Known,
}

/// Where an object's life stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The create call answered; following steps or settling are not done.
    Creating,
    /// Done.
    Ready,
    /// An update is open or failed halfway: last applied counts what either side set.
    Updating,
    /// A delete was asked for.
    Deleting,
    /// Its create or settling failed: the next plan replaces it.
    Failed,
}

/// A create whose fate is not known yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// The inputs that were sent, secrets as fingerprints. A map.
    pub inputs: Known,
    /// The token of the call.
    pub token: String,
    /// Unix time in seconds after which it is no longer looked for.
    pub until: u64,
    /// The addresses it depends on.
    pub dependencies: BTreeSet<Address>,
    /// Arguments and lifecycle settings that only stackctl reads, as declared. A map.
    pub local: Known,
}
