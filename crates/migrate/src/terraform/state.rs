//! Terraform's states, format 4.
//!
//! In: the JSON text of a state. Out: its objects and outputs. It must not know which of them
//! have a counterpart here.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::address::TerraformAddress;

/// One state.
#[derive(Clone, Debug, Default)]
pub struct TerraformState {
    /// Who wrote it, as `1.11.4`.
    pub terraform_version: String,
    /// Which history it belongs to.
    pub lineage: String,
    /// Counts its versions.
    pub serial: u64,
    /// The root module's outputs.
    pub outputs: BTreeMap<String, OutputValue>,
    /// Every instance of every resource and data source, in the order of the state.
    pub objects: Vec<TerraformObject>,
}

/// The value of an output.
#[derive(Clone, Debug)]
pub struct OutputValue {
    /// It.
    pub value: Json,
    /// Whether it is marked sensitive.
    pub sensitive: bool,
}

/// One object behind an address.
#[derive(Clone, Debug)]
pub struct TerraformObject {
    /// What Terraform calls it.
    pub address: TerraformAddress,
    /// The provider's source, as `hashicorp/aws`.
    pub provider: String,
    /// The provider's alias, as `us_east_1` of `provider["…/aws"].us_east_1`.
    pub provider_alias: Option<String>,
    /// Its attributes: an object.
    pub attributes: Json,
    /// The paths of attributes that are marked sensitive, as `password` or `setting[0].value`.
    pub sensitive: Vec<String>,
    /// The addresses that it depends on, without keys, as the state has them.
    pub dependencies: Vec<String>,
    /// Whether Terraform means to replace it.
    pub is_tainted: bool,
    /// Whether it was replaced and not yet deleted.
    pub is_deposed: bool,
}
