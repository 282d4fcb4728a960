//! Terraform's states, format 4.
//!
//! In: the JSON text of a state. Out: its objects and outputs. It must not know which of them
//! have a counterpart here.

mod error;
mod names;
mod raw;

use std::collections::BTreeMap;

use model::Mode;
use serde_json::Value as Json;

use super::address::{Key, ModulePath, TerraformAddress};
use raw::{RawInstance, RawResource, RawState};

pub use error::StateError;

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

impl TerraformState {
    /// Reads the text of a state.
    ///
    /// # Errors
    /// It is no state, or one that cannot be read: of an older Terraform, or encrypted.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let state = RawState::parse(text)?;
        let output = |(name, it): (String, raw::RawOutput)| {
            let value = OutputValue { value: it.value, sensitive: it.sensitive };
            (name, value)
        };
        let mut objects = Vec::new();
        for resource in state.resources {
            objects_of(resource, &mut objects)?;
        }
        Ok(Self {
            terraform_version: state.terraform_version,
            lineage: state.lineage,
            serial: state.serial,
            outputs: state.outputs.into_iter().map(output).collect(),
            objects,
        })
    }
}

fn objects_of(resource: RawResource, objects: &mut Vec<TerraformObject>) -> Result<(), StateError> {
    let block = format!("{}.{}", resource.kind, resource.name);
    let malformed = |what: String| StateError::Malformed { what: format!("{what} of `{block}`") };
    let mode = match resource.mode.as_str() {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        other => return Err(malformed(format!("the mode `{other}`"))),
    };
    let module = match resource.module.as_deref() {
        None | Some("") => ModulePath::default(),
        Some(text) => names::module(text).ok_or_else(|| malformed(format!("the module `{text}`")))?,
    };
    let (provider, alias) = names::provider(&resource.provider)
        .ok_or_else(|| malformed(format!("the provider `{}`", resource.provider)))?;
    for instance in resource.instances {
        let key = key(instance.index_key.as_ref()).ok_or_else(|| malformed("a key".to_owned()))?;
        let (kind, name) = (resource.kind.clone(), resource.name.clone());
        let address = TerraformAddress { module: module.clone(), mode, kind, name, key };
        let whose = (provider.clone(), alias.clone());
        objects.push(object(address, whose, instance)?);
    }
    Ok(())
}

fn object(
    address: TerraformAddress,
    (provider, provider_alias): (String, Option<String>),
    instance: RawInstance,
) -> Result<TerraformObject, StateError> {
    if !instance.attributes_flat.is_empty() {
        return Err(StateError::FlatAttributes { address: address.to_string() });
    }
    let malformed = |what: &str| StateError::Malformed { what: format!("{what} of `{address}`") };
    let attributes = match instance.attributes {
        Json::Null => Json::Object(serde_json::Map::new()),
        Json::Object(members) => Json::Object(members),
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => return Err(malformed("the attributes")),
    };
    let paths = instance.sensitive_attributes.iter().map(|steps| names::sensitive_path(steps));
    let sensitive = paths.collect::<Option<Vec<String>>>().ok_or_else(|| malformed("a sensitive attribute"))?;
    Ok(TerraformObject {
        provider,
        provider_alias,
        attributes,
        sensitive,
        dependencies: instance.dependencies,
        is_tainted: instance.status.as_deref() == Some("tainted"),
        is_deposed: instance.deposed.is_some_and(|it| !it.is_empty()),
        address,
    })
}

/// `None` where it is neither a whole number nor text.
fn key(json: Option<&Json>) -> Option<Option<Key>> {
    match json {
        None | Some(Json::Null) => Some(None),
        Some(Json::Number(number)) => number.as_u64().map(|it| Some(Key::Number(it))),
        Some(Json::String(text)) => Some(Some(Key::Text(text.clone()))),
        Some(Json::Bool(_) | Json::Array(_) | Json::Object(_)) => None,
    }
}

#[cfg(test)]
mod tests;
