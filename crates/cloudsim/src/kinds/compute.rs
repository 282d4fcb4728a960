//! Tasks, which come in revisions, and services that run them.

use std::collections::{BTreeMap, BTreeSet};

use model::Attributes;
use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::typed::{Blocks, Json, Secret};

use super::schema_of;

/// A task: every change is a new revision.
#[derive(Attributes)]
pub struct TaskInputs {
    /// What its revisions have in common.
    #[attr(replace)]
    pub family: String,
    /// What runs.
    #[attr(replace)]
    pub containers: Json,
    /// Who it is.
    #[attr(replace, clear, accepts = ["sim_role.arn"])]
    pub role_arn: Option<String>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about a task.
#[derive(Attributes)]
pub struct TaskOutputs {
    /// The family.
    pub id: String,
    /// The ARN of the revision.
    pub arn: String,
    /// The revision.
    pub revision: i64,
}

/// A task.
pub static TASK: Kind = Kind {
    name: "sim_task",
    service: "run",
    inputs: schema_of::<TaskInputs>(),
    outputs: schema_of::<TaskOutputs>(),
    rules: &[],
    identity: Identity::Tag,
    marked: true,
    naming: Some(Naming { argument: "family", prefix: None, scope: &[], shared: true }),
    read_batch: 1,
    life: Life::Revisions,
    timing: Timing::QUICK,
    import: "ARN",
    identify: id_attribute,
    stamp: no_stamp,
};

/// How a service changes.
#[derive(Attributes)]
pub struct Rollout {
    /// Seconds before a new task counts.
    #[attr(default = 0, range = 0..=600)]
    pub grace_seconds: Option<i64>,
    /// The way it is done; fixed for the service's life.
    #[attr(replace, default = "rolling", allowed = ["rolling", "both"])]
    pub mode: Option<String>,
}

/// A port of a service.
#[derive(Attributes)]
pub struct Port {
    /// Its name.
    pub name: String,
    /// Its number.
    #[attr(range = 1..=65_535)]
    pub number: i64,
    /// How it is spoken to.
    #[attr(computed)]
    pub protocol: Option<String>,
}

/// A service: refers to much of the rest.
#[derive(Attributes)]
pub struct ServiceInputs {
    /// Its name, unique in its network.
    #[attr(replace)]
    pub name: String,
    /// Where it runs.
    #[attr(replace, accepts = ["sim_network.id"])]
    pub network_id: String,
    /// What it runs.
    #[attr(accepts = ["sim_task.arn"])]
    pub task_arn: String,
    /// Who may come in.
    #[attr(clear, accepts = ["sim_firewall.id", "sim_default_firewall.id"])]
    pub firewall_ids: Option<BTreeSet<String>>,
    /// How many of it.
    #[attr(default = 1, range = 0..=10)]
    pub desired_count: Option<i64>,
    /// Where its data is.
    #[attr(clear, accepts = ["sim_database.endpoint"])]
    pub database: Option<String>,
    /// What lets it in there.
    #[attr(clear)]
    pub database_password: Option<Secret<String>>,
    /// How it changes.
    pub rollout: Option<Rollout>,
    /// Its ports.
    #[attr(key = "name", clear)]
    pub ports: Option<Blocks<Port>>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about a service.
#[derive(Attributes)]
pub struct ServiceOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// How many run.
    #[attr(volatile)]
    pub running_count: i64,
    /// Which deployment it is.
    #[attr(follows = ["task_arn"])]
    pub deployment: String,
}

/// A service.
pub static SERVICE: Kind = Kind {
    name: "sim_service",
    service: "run",
    inputs: schema_of::<ServiceInputs>(),
    outputs: schema_of::<ServiceOutputs>(),
    rules: &[],
    identity: Identity::Name,
    marked: true,
    naming: Some(Naming { argument: "name", prefix: None, scope: &["network_id"], shared: false }),
    read_batch: 10,
    life: Life::Owned,
    timing: Timing::seconds(40, 30, 20, 1200),
    import: "NETWORK/NAME",
    identify: id_attribute,
    stamp: no_stamp,
};
