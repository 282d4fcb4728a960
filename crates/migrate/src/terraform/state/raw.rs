//! A state's JSON as it is written.
//!
//! In: text. Out: the members of a state in format 4 that say something about objects and
//! outputs; others (check results, what providers keep for themselves) are passed over. Anything
//! else that may be taken for a state is refused by name. It must not know what addresses are.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value as Json};

use super::StateError;

/// The format that is read.
const FORMAT: u64 = 4;

/// How a ZIP archive begins, which a saved plan is.
const ZIP: &str = "PK\u{3}\u{4}";

/// A state.
#[derive(Deserialize)]
pub struct RawState {
    #[serde(default)]
    pub terraform_version: String,
    #[serde(default)]
    pub serial: u64,
    #[serde(default)]
    pub lineage: String,
    #[serde(default, deserialize_with = "or_default")]
    pub outputs: BTreeMap<String, RawOutput>,
    #[serde(default, deserialize_with = "or_default")]
    pub resources: Vec<RawResource>,
}

/// An output.
#[derive(Deserialize)]
pub struct RawOutput {
    #[serde(default)]
    pub value: Json,
    #[serde(default)]
    pub sensitive: bool,
}

/// A resource or data source of one module instance.
#[derive(Deserialize)]
pub struct RawResource {
    pub module: Option<String>,
    pub mode: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub name: String,
    pub provider: String,
    #[serde(default, deserialize_with = "or_default")]
    pub instances: Vec<RawInstance>,
}

/// One object of it.
#[derive(Deserialize)]
pub struct RawInstance {
    pub index_key: Option<Json>,
    pub status: Option<String>,
    pub deposed: Option<String>,
    #[serde(default)]
    pub attributes: Json,
    #[serde(default, deserialize_with = "or_default")]
    pub attributes_flat: BTreeMap<String, Json>,
    #[serde(default, deserialize_with = "or_default")]
    pub sensitive_attributes: Vec<Vec<RawStep>>,
    #[serde(default, deserialize_with = "or_default")]
    pub dependencies: Vec<String>,
}

/// One step to a sensitive attribute.
#[derive(Deserialize)]
pub struct RawStep {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub value: Json,
}

impl RawState {
    /// Reads a text.
    pub fn parse(text: &str) -> Result<Self, StateError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if text.trim().is_empty() {
            return Err(StateError::Empty);
        }
        if text.starts_with(ZIP) {
            return Err(StateError::Plan);
        }
        // The parser's message says where it stopped, and quotes nothing.
        let json: Json =
            serde_json::from_str(text).map_err(|wrong| StateError::NotJson { reason: wrong.to_string() })?;
        let Json::Object(members) = json else { return Err(StateError::Foreign) };
        refuse(&members)?;
        serde_json::from_value(Json::Object(members)).map_err(|wrong| {
            // A message about a wrong type may quote the value, which may be a secret.
            let kind = if wrong.to_string().starts_with("missing field") { "a missing member" } else { "a member" };
            StateError::Malformed { what: format!("{kind} of a resource or an output") }
        })
    }
}

/// Refuses whatever is not a state of the format that is read.
fn refuse(members: &Map<String, Json>) -> Result<(), StateError> {
    if members.contains_key("encrypted_data") {
        return Err(StateError::Encrypted);
    }
    if members.contains_key("format_version") {
        return Err(StateError::Shown);
    }
    if let Some(Json::Object(backend)) = members.get("backend") {
        return Err(pointer(backend));
    }
    let Some(format) = members.get("version").and_then(Json::as_u64) else { return Err(StateError::Foreign) };
    let version = members.get("terraform_version").and_then(Json::as_str).unwrap_or_default();
    let old = || StateError::Old { format, version: version.to_owned() };
    match format {
        0..FORMAT => Err(old()),
        // Terraform 0.12 wrote format 4 too, with another way to name providers, and it was not
        // before 0.15 that sensitive attributes were marked.
        FORMAT if is_old(version) => Err(old()),
        FORMAT => Ok(()),
        _ => Err(StateError::Newer { format }),
    }
}

/// Whether a version is of Terraform 0.14 or older; OpenTofu began at 1.6.
fn is_old(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse::<u32>);
    matches!((parts.next(), parts.next()), (Some(Ok(0)), Some(Ok(0..=14))))
}

/// Terraform's note of the backend that it was initialised with.
fn pointer(backend: &Map<String, Json>) -> StateError {
    let kind = backend.get("type").and_then(Json::as_str).unwrap_or("unknown");
    let setting = |name: &str| backend.get("config")?.get(name)?.as_str();
    let advice = match (kind, setting("bucket"), setting("key")) {
        ("s3", Some(bucket), Some(key)) => format!("pass `s3://{bucket}/{key}`"),
        _ => "pass the folder of the configuration, or what `terraform state pull` prints".to_owned(),
    };
    StateError::Pointer { backend: kind.to_owned(), advice }
}

/// Terraform writes null for what is empty.
fn or_default<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
