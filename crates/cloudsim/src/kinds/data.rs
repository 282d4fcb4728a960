//! What can be looked up.

use model::Attributes;
use model::catalog::{DataKind, no_stamp};

use super::schema_of;

/// Which network.
#[derive(Attributes)]
pub struct NetworkArguments {
    /// Its id.
    pub id: Option<String>,
    /// Its addresses.
    pub cidr: Option<String>,
}

/// What is told about a network.
#[derive(Attributes)]
pub struct NetworkOutputs {
    /// Its ARN.
    pub arn: String,
    /// Where packets go that have no other way.
    pub default_route: String,
}

/// A network that exists.
pub static NETWORK: DataKind = DataKind {
    name: "sim_network",
    service: "net",
    arguments: schema_of::<NetworkArguments>(),
    outputs: schema_of::<NetworkOutputs>(),
    rules: &[model::schema::Rule::AtLeastOne(&["id", "cidr"])],
    stamp: no_stamp,
};

/// Nothing to say.
#[derive(Attributes)]
pub struct RegionArguments {}

/// Where everything is.
#[derive(Attributes)]
pub struct RegionOutputs {
    /// Its name.
    pub name: String,
}

/// Where everything is.
pub static REGION: DataKind = DataKind {
    name: "sim_region",
    service: "net",
    arguments: schema_of::<RegionArguments>(),
    outputs: schema_of::<RegionOutputs>(),
    rules: &[],
    stamp: no_stamp,
};
