//! Samples as manifests.
//!
//! In: samples, as `samples/` writes them. Out: stacks, resolved from TOML as a person writes it.
//! It must not know any kind.

use model::catalog::Catalog;
use model::diagnostic::Severity;
use model::source::{NoFiles, Sources};
use model::stack::{Given, Options, Stack};
use model::{Address, Tree};
use serde_json::{Map, Value as Json, json};

use super::stage::told;
use crate::sample::{Names, Sample, filled};
use crate::subject::Stopped;

/// What a sample's own resource is called.
pub fn address(sample: &Sample) -> Address {
    Address::managed(sample.kind, "sample")
}

/// A stack of one resource with these arguments, whose references are filled.
pub fn of_sample(sample: &Sample, arguments: &Json) -> Result<Stack, Stopped> {
    resolve(&json!({ sample.kind: { "sample": arguments } }))
}

/// A stack of what a sample needs; references among it are references of the manifest.
pub fn of_needs(sample: &Sample, names: &Names) -> Result<Stack, Stopped> {
    let mut resources = Map::new();
    for need in &sample.needs {
        let arguments = filled(&need.arguments, &|object, attribute| match object {
            "" => names.get("")?.get(attribute).and_then(Tree::as_text).map(str::to_owned),
            object => {
                let other = sample.needs.iter().find(|it| it.name == object)?;
                Some(format!("${{{}.{object}.{attribute}}}", other.kind))
            }
        });
        let of_kind = resources.entry(need.kind).or_insert_with(|| json!({}));
        of_kind[need.name] = arguments;
    }
    resolve(&Json::Object(resources))
}

/// Arguments with others in their place.
pub fn overlaid(arguments: &Json, others: &Json) -> Json {
    let members = |it: &Json| it.as_object().cloned().unwrap_or_default();
    Json::Object(members(arguments).into_iter().chain(members(others)).collect())
}

fn resolve(resources: &Json) -> Result<Stack, Stopped> {
    let mut whole = json!({ "stack": { "name": "conformance" }, "resource": resources });
    leave_out_nulls(&mut whole);
    let text = toml::Value::try_from(whole).and_then(|it| toml::to_string(&it)).map_err(|wrong| wrong.to_string())?;
    let mut sources = Sources::default();
    sources.add("stack.toml", text.as_str());
    let (manifest, mut problems) = model::manifest::parse(&sources, None);
    let catalog: Catalog = providers::catalog();
    let options = Options { sources: &sources, variables: &Given::default(), files: &NoFiles };
    let (stack, more) = model::stack::resolve(&manifest, &catalog, &options);
    problems.extend(more);
    problems.retain(|problem| problem.severity == Severity::Error);
    if problems.is_empty() { Ok(stack) } else { Err(format!("{} in\n{text}", told(&problems))) }
}

/// TOML has no null: what is not there is not set.
fn leave_out_nulls(json: &mut Json) {
    match json {
        Json::Object(members) => {
            members.retain(|_, it| !it.is_null());
            members.values_mut().for_each(leave_out_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
