//! Named things without a mark: roles and buckets.

use model::Attributes;
use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::typed::Policy;

use super::schema_of;

/// A role: a name, a document, and nothing that proves whose it is.
#[derive(Attributes)]
pub struct RoleInputs {
    /// Its name.
    #[attr(replace, computed, pattern = "[A-Za-z0-9-]+")]
    pub name: Option<String>,
    /// What its name begins with.
    #[attr(replace)]
    pub name_prefix: Option<String>,
    /// What it is for.
    #[attr(clear)]
    pub description: Option<String>,
    /// Who may do what.
    pub policy: Policy,
}

/// What is told about a role.
#[derive(Attributes)]
pub struct RoleOutputs {
    /// Its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Tells it from an earlier role of the same name.
    pub unique_id: String,
}

/// A role.
pub static ROLE: Kind = Kind {
    name: "sim_role",
    service: "iam",
    inputs: schema_of::<RoleInputs>(),
    outputs: schema_of::<RoleOutputs>(),
    rules: &[model::schema::Rule::Conflicts(&["name", "name_prefix"])],
    identity: Identity::Name,
    marked: false,
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false }),
    read_batch: 1,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "NAME",
    identify: id_attribute,
    stamp: no_stamp,
};

/// A bucket: versioning takes a second call.
#[derive(Attributes)]
pub struct BucketInputs {
    /// Its name.
    #[attr(replace)]
    pub bucket: String,
    /// Whether old versions are kept.
    #[attr(default = false)]
    pub versioning: Option<bool>,
    /// Who may read it.
    #[attr(clear)]
    pub policy: Option<Policy>,
    /// Whether what is in it goes with it.
    #[attr(local, default = false)]
    pub force_destroy: Option<bool>,
}

/// What is told about a bucket.
#[derive(Attributes)]
pub struct BucketOutputs {
    /// Its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// How much is in it.
    #[attr(volatile)]
    pub objects: i64,
}

/// A bucket.
pub static BUCKET: Kind = Kind {
    name: "sim_bucket",
    service: "store",
    inputs: schema_of::<BucketInputs>(),
    outputs: schema_of::<BucketOutputs>(),
    rules: &[],
    identity: Identity::Name,
    marked: false,
    naming: Some(Naming { argument: "bucket", prefix: None, scope: &[], shared: false }),
    read_batch: 1,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "NAME",
    identify: id_attribute,
    stamp: no_stamp,
};
