//! The secrets in Terraform's states.
//!
//! In: what the manifest's secrets are, and what states hold. Out: for each what stands for it now,
//! and every place where Terraform has it. It must not tell a secret's value.

use std::collections::{BTreeMap, BTreeSet};

use model::Known;
use serde_json::Value as Json;

use crate::manager;
use crate::report::{FirstApply, SecretFound};
use crate::request::{Request, Secrets, Source};
use crate::scrub;
use crate::settle::Settled;
use crate::terraform::state::TerraformObject;

/// Every secret: what stands for it, and where Terraform has it.
pub fn secrets(request: &Request<'_>, settled: &Settled) -> Vec<SecretFound> {
    let managed = match request.secrets {
        Secrets::Variables => BTreeMap::new(),
        Secrets::Manager => manager::holders(&settled.draft.files, &settled.draft.secrets),
    };
    let distinct = scrub::distinct(&settled.secrets, &request.sources);
    let found = settled.draft.secrets.iter().map(|(name, secret)| {
        let value = match settled.secrets.get(name) {
            Some(Known::Text(value)) if !value.is_empty() => Some(&**value),
            _ => None,
        };
        let places = value.map(|it| places(&request.sources, it, distinct.contains_key(name))).unwrap_or_default();
        let source = of_terraform(settled, &secret.source);
        let is_told = places.iter().any(|it| *it == source || it.starts_with(&format!("{source} of ")));
        let (now, first_apply) =
            managed.get(name).cloned().unwrap_or_else(|| (format!("var.{name}"), FirstApply::Keeps));
        SecretFound {
            now,
            variable: (first_apply != FirstApply::Generates).then(|| name.clone()),
            first_apply,
            found_in: (!is_told).then_some(source).into_iter().chain(places).collect(),
        }
    });
    found.collect()
}

/// A place in a resource as Terraform calls it, should it be called as the manifest does.
fn of_terraform(settled: &Settled, source: &str) -> String {
    for carried in settled.draft.carried.values().flatten() {
        for (ours, theirs) in &carried.members {
            let rest = [ours, &ours.declaration()].iter().find_map(|it| source.strip_prefix(&it.to_string()));
            if let Some(rest) = rest.filter(|it| it.starts_with('.')) {
                return format!("{theirs}{rest} of {}", carried.layer);
            }
        }
    }
    source.to_owned()
}

/// The attributes and outputs that hold a value. One that stands elsewhere too, as the name of half
/// a stack, tells nothing where it is not called secret.
fn places(sources: &[Source], value: &str, is_distinct: bool) -> Vec<String> {
    let mut places = BTreeSet::new();
    for source in sources {
        for state in source.states.values() {
            for object in &state.state.objects {
                for (attribute, held) in object.attributes.as_object().into_iter().flatten() {
                    if holds(held, value) && (is_distinct || is_sensitive(object, attribute)) {
                        places.insert(format!("{}.{attribute} of {}", object.address, source.name));
                    }
                }
            }
            for (output, told) in &state.state.outputs {
                if holds(&told.value, value) && (is_distinct || told.sensitive) {
                    places.insert(format!("output {output} of {}", source.name));
                }
            }
        }
    }
    places.into_iter().collect()
}

fn is_sensitive(object: &TerraformObject, attribute: &str) -> bool {
    let below =
        |path: &String| path.strip_prefix(attribute).is_some_and(|it| it.is_empty() || it.starts_with(['.', '[']));
    object.sensitive.iter().any(below)
}

/// Whether a text in it has the value, as it is or as a document of JSON has it.
fn holds(held: &Json, value: &str) -> bool {
    match held {
        Json::String(text) => {
            let quoted = Json::from(value).to_string();
            text.contains(value) || text.contains(quoted.trim_matches('"'))
        }
        Json::Array(items) => items.iter().any(|it| holds(it, value)),
        Json::Object(members) => members.values().any(|it| holds(it, value)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::holds;

    #[test]
    fn a_value_stands_in_texts_and_in_documents() {
        let check = |held: serde_json::Value, expect: bool| assert_eq!(holds(&held, "hun\"ter2"), expect, "{held}");
        check(json!("hun\"ter2"), true);
        check(json!({ "a": [{ "b": "mysql://me:hun\"ter2@host" }] }), true);
        check(json!(json!([{ "value": "hun\"ter2" }]).to_string()), true);
        check(json!(["hunter2", 2, null, true]), false);
    }
}
