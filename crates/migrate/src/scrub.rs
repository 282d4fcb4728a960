//! Secrets taken out of what is about to be written.
//!
//! In: a draft, a report, and the values of secrets. Out: the same with variables in the place of
//! the values. It must not know where a secret came from.
//!
//! A value that something public has too, as a password that is the user's name, cannot be taken
//! out of texts without tearing them apart: such a value is no secret to whoever reads the rest.

use std::collections::{BTreeMap, BTreeSet};

use model::Known;
use serde_json::Value as Json;

use crate::draft::{Entry, File, Item, Table, Value};
use crate::report::{Fate, Report};
use crate::request::Source;

/// The texts of secrets by variable, but for those that public attributes have too.
#[must_use]
pub fn distinct(secrets: &BTreeMap<String, Known>, sources: &[Source]) -> BTreeMap<String, String> {
    let mut public = BTreeSet::new();
    for object in sources.iter().flat_map(|it| it.states.values()).flat_map(|it| &it.state.objects) {
        for (name, value) in object.attributes.as_object().into_iter().flatten() {
            let is_sensitive = object.sensitive.iter().any(|it| it == name || it.starts_with(&format!("{name}[")));
            if let (false, Json::String(text)) = (is_sensitive || is_secret(name), value) {
                public.insert(text.as_str());
            }
        }
    }
    let distinct = |(name, value): (&String, &Known)| {
        let text = value.as_text()?;
        (text.chars().count() >= SHORTEST && !public.contains(text)).then(|| (name.clone(), text.to_owned()))
    };
    secrets.iter().filter_map(distinct).collect()
}

/// Shorter texts stand in others by chance.
const SHORTEST: usize = 6;

/// Attributes that hold secrets whether a state marks them or not.
fn is_secret(attribute: &str) -> bool {
    ["password", "secret", "token", "private_key"].iter().any(|it| attribute.contains(it))
}

/// Takes the secrets out of a draft.
pub fn files(files: &mut [File], secrets: &BTreeMap<String, String>) {
    for file in files {
        file.head.iter_mut().for_each(|it| comment(it, secrets));
        for section in &mut file.sections {
            section.above.iter_mut().for_each(|it| comment(it, secrets));
            table(&mut section.table, secrets);
        }
    }
}

/// Takes the secrets out of a report.
pub fn report(report: &mut Report, secrets: &BTreeMap<String, String>) {
    for layer in &mut report.layers {
        for resource in &mut layer.resources {
            match &mut resource.fate {
                Fate::Carried { changes, .. } => changes.iter_mut().for_each(|it| comment(it, secrets)),
                Fate::Dissolved { .. } | Fate::Unsupported { .. } => {}
            }
        }
        layer.notes.iter_mut().for_each(|it| comment(&mut it.text, secrets));
    }
    report.unsettled.iter_mut().for_each(|it| comment(&mut it.text, secrets));
}

fn table(table: &mut Table, secrets: &BTreeMap<String, String>) {
    table.after.iter_mut().for_each(|it| comment(it, secrets));
    for Entry { above, value: it, beside, .. } in &mut table.entries {
        above.iter_mut().chain(beside).for_each(|it| comment(it, secrets));
        value(it, secrets);
    }
}

fn value(value: &mut Value, secrets: &BTreeMap<String, String>) {
    match value {
        Value::Text(text) => {
            for (name, secret) in secrets {
                *text = text.replace(secret, &format!("${{var.{name}}}"));
            }
        }
        Value::List(items) => {
            for Item { above, value: it, beside } in items {
                above.iter_mut().chain(beside).for_each(|it| comment(it, secrets));
                self::value(it, secrets);
            }
        }
        Value::Table(inner) => table(inner, secrets),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

fn comment(text: &mut String, secrets: &BTreeMap<String, String>) {
    for secret in secrets.values() {
        *text = text.replace(secret, "(secret)");
    }
}
