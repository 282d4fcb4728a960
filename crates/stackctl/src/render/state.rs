//! What state knows of one address.

use model::Address;
use model::state::{Entry, Object};
use serde_json::{Value, json};

use super::style::{BOLD, DIM};
use crate::terminal;
use report::value;

/// For a person.
pub fn text(address: &Address, entry: &Entry) -> String {
    let mut out = format!("{BOLD}{address}{BOLD:#}\n");
    match &entry.current {
        Some(object) => out += &self::object(object),
        None => out += "  no object\n",
    }
    for deposed in &entry.deposed {
        out += &format!("\n  {BOLD}replaced, not yet deleted{BOLD:#}\n{}", object(deposed));
    }
    for suspect in &entry.suspects {
        out += &format!("\n  a create without an answer (token {}) is still looked for\n", suspect.token);
    }
    out
}

/// For a script. Secrets are `{"$secret": true}`.
pub fn json(address: &Address, entry: &Entry) -> Value {
    let object = |object: &Object| {
        json!({
            "id": object.id, "status": object.status, "inputs": object.inputs.to_json(), "outputs": object.outputs.to_json(),
            "dependencies": object.dependencies,
        })
    };
    json!({
        "address": address, "kind": entry.kind, "current": entry.current.as_ref().map(object),
        "deposed": entry.deposed.iter().map(object).collect::<Vec<Value>>(), "suspects": entry.suspects.len(),
    })
}

fn object(object: &Object) -> String {
    let mut out = format!("  id      {}\n  status  {}\n", object.id, json!(object.status).as_str().unwrap_or_default());
    for (title, values) in [("last applied", &object.inputs), ("outputs", &object.outputs)] {
        let members: Vec<_> = values.as_map().into_iter().flatten().filter(|(_, value)| !value.is_null()).collect();
        if members.is_empty() {
            continue;
        }
        out += &format!("  {DIM}{title}{DIM:#}\n");
        let column = members.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
        for (name, value) in members {
            let lines = value::lines(&value.clone().widen(), terminal::width().saturating_sub(column + 6));
            out += &format!("    {name:<column$}  {}\n", lines.join("\n    "));
        }
    }
    if !object.dependencies.is_empty() {
        let names: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
        out += &format!("  {DIM}depends on{DIM:#}  {}\n", names.join(", "));
    }
    out
}
