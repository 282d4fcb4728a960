//! A database: slow, protected, with a password.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::typed::Secret;
use model::{Attributes, Known, Tree};

use super::schema_of;

/// A database.
#[derive(Attributes)]
pub struct Inputs {
    /// Its name.
    #[attr(replace)]
    pub identifier: String,
    /// What it speaks.
    #[attr(replace, allowed = ["mariadb", "postgres"])]
    pub engine: String,
    /// Which version of it; chosen when unset.
    #[attr(computed)]
    pub engine_version: Option<String>,
    /// GiB; it can grow.
    #[attr(required_on_create, replace_when("it shrinks", shrinks), range = 5..=1000)]
    pub storage: Option<i64>,
    /// Where it listens; chosen when unset.
    #[attr(computed, range = 1024..=9999)]
    pub port: Option<i64>,
    /// The password, never told back.
    #[attr(write_only)]
    pub password: Option<Secret<String>>,
    /// Who may come in.
    #[attr(clear, accepts = ["sim_firewall.id", "sim_default_firewall.id"])]
    pub firewall_ids: Option<BTreeSet<String>>,
    /// Days that backups are kept.
    #[attr(default = 1, range = 0..=35)]
    pub backup_days: Option<i64>,
    /// Whether it cannot be deleted.
    #[attr(default = false)]
    pub deletion_protection: Option<bool>,
    /// Whether no last copy is made.
    #[attr(local, default = false)]
    pub skip_final_copy: Option<bool>,
    /// The name of the last copy.
    #[attr(local)]
    pub final_copy: Option<String>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about a database.
#[derive(Attributes)]
pub struct Outputs {
    /// Its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Where it is reached.
    #[attr(follows = ["port"])]
    pub endpoint: String,
    /// What it is doing.
    #[attr(volatile)]
    pub status: String,
}

/// A database.
pub static DATABASE: Kind = Kind {
    name: "sim_database",
    service: "rds",
    inputs: schema_of::<Inputs>(),
    outputs: schema_of::<Outputs>(),
    rules: &[],
    identity: Identity::Name,
    marked: true,
    naming: Some(Naming { argument: "identifier", prefix: None, scope: &[], shared: false }),
    read_batch: 5,
    life: Life::Owned,
    timing: Timing::seconds(300, 60, 120, 3600),
    import: "IDENTIFIER",
    identify: id_attribute,
    stamp: no_stamp,
};

fn shrinks(before: &Known, after: &Known) -> bool {
    match (before, after) {
        (Tree::Int(before), Tree::Int(after)) => after < before,
        _ => false,
    }
}
