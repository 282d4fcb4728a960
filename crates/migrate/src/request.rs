//! What is asked of a migration, and what comes of it.
//!
//! In: nothing; these are the types at the crate's edge. They must not know how sources were
//! fetched.

use std::collections::{BTreeMap, BTreeSet};

use engine::fingerprint::Fingerprints;
use model::catalog::Catalog;
use model::state::State;
use model::{Address, Known};

use crate::report::Report;
use crate::terraform::state::TerraformState;

/// Files by their paths, as the caller names them; `/` between folders.
pub trait Disk {
    /// The names of the files and folders in a folder, sorted; folders end in `/`. Empty when
    /// there is no such folder.
    fn list(&self, folder: &str) -> Vec<String>;
    /// The bytes of a file; `None` when there is none.
    ///
    /// # Errors
    /// It is there and cannot be read.
    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String>;
}

/// One layer: a configuration, its states, or both.
#[derive(Clone, Debug)]
pub struct Source {
    /// The layer's name.
    pub name: String,
    /// The folder of its configuration; none when there is only a state.
    pub folder: Option<String>,
    /// Its states by workspace; `default` is the one without a name.
    pub states: BTreeMap<String, StateSource>,
    /// Files of variable values, beside those that Terraform reads by itself.
    pub values: Vec<String>,
}

/// One state.
#[derive(Clone, Debug)]
pub struct StateSource {
    /// Where it lies, as `s3://bucket/key` or a path.
    pub location: String,
    /// What is in it.
    pub state: TerraformState,
}

/// What becomes of secrets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secrets {
    /// Sensitive variables without a value; the state knows their fingerprints.
    #[default]
    Variables,
    /// Resources in AWS Secrets Manager.
    Manager,
}

/// Everything that a migration is a function of.
pub struct Request<'a> {
    /// The layers, in the order in which they are applied.
    pub sources: Vec<Source>,
    /// The stack's name.
    pub name: String,
    /// What becomes of secrets.
    pub secrets: Secrets,
    /// Our kinds.
    pub catalog: &'a Catalog,
    /// Where configurations lie.
    pub disk: &'a dyn Disk,
    /// The new stack's fingerprints, by environment.
    pub fingerprints: &'a Fingerprints,
}

/// What a migration makes.
#[derive(Debug)]
pub struct Migration {
    /// The manifest's texts by path in its folder.
    pub files: BTreeMap<String, String>,
    /// Files that expressions read, by path in its folder.
    pub copies: BTreeMap<String, Vec<u8>>,
    /// What stackctl would remember, by environment; lineage, serial and epoch are left to the
    /// store.
    pub states: BTreeMap<Option<String>, State>,
    /// Every Terraform resource accounted for.
    pub report: Report,
    /// The changes that the first plan is meant to show: addresses that are created or updated.
    pub expected: BTreeSet<Address>,
    /// The secrets' values in memory, by variable: never written, there to look for them.
    pub secrets: BTreeMap<String, Known>,
}
