//! Secrets and their versions.

use std::collections::{BTreeMap, BTreeSet};

use model::Attributes;
use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::schema::Rule;
use model::typed::{Held, Secret};

use super::schema_of;

/// A secret's shell.
#[derive(Attributes)]
pub struct SecretInputs {
    /// Its name.
    #[attr(replace, computed)]
    pub name: Option<String>,
    /// What its name begins with.
    #[attr(replace)]
    pub name_prefix: Option<String>,
    /// What it is for.
    #[attr(clear)]
    pub description: Option<String>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about a secret's shell.
#[derive(Attributes)]
pub struct SecretOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// All its labels.
    #[attr(follows = ["tags"])]
    pub tags_all: BTreeMap<String, String>,
}

/// A secret's shell.
pub static SECRET: Kind = Kind {
    name: "sim_secret",
    service: "vault",
    inputs: schema_of::<SecretInputs>(),
    outputs: schema_of::<SecretOutputs>(),
    rules: &[Rule::Conflicts(&["name", "name_prefix"])],
    identity: Identity::Name,
    marked: true,
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false }),
    read_batch: 10,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};

/// How a value is made.
#[derive(Attributes)]
pub struct Generate {
    /// How many characters.
    #[attr(range = 8..=64)]
    pub length: i64,
}

/// A secret's value: never told back.
#[derive(Attributes)]
pub struct VersionInputs {
    /// The secret.
    #[attr(replace, accepts = ["sim_secret.id"])]
    pub secret_id: String,
    /// Has a random value made.
    #[attr(replace, write_only)]
    pub generate: Option<Generate>,
    /// The value.
    #[attr(replace, write_only)]
    pub secret_string: Option<Secret<String>>,
    /// Staging labels.
    #[attr(computed, keep)]
    pub stages: Option<BTreeSet<String>>,
}

/// What is told about a secret's value.
#[derive(Attributes)]
pub struct VersionOutputs {
    /// Its id.
    pub id: String,
    /// Which version it is.
    pub version_id: String,
    /// The value, fetched when a call needs it.
    pub secret_string: Option<Held>,
}

/// A secret's value.
pub static SECRET_VERSION: Kind = Kind {
    name: "sim_secret_version",
    service: "vault",
    inputs: schema_of::<VersionInputs>(),
    outputs: schema_of::<VersionOutputs>(),
    rules: &[Rule::ExactlyOne(&["generate", "secret_string"])],
    identity: Identity::Token,
    marked: false,
    naming: None,
    read_batch: 10,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};
