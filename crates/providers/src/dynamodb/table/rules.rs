//! What DynamoDB refuses for certain, said before anything is sent.
//!
//! In: the arguments as far as they are known. Out: what is wrong with them. It must not know
//! what is there already.

use std::collections::BTreeSet;

use model::schema::{Checked, Rule, Violation};
use model::{Planned, Tree};

/// The rules over a table's arguments.
pub(super) const RULES: &[Rule] = &[
    Rule::Conflicts(&["restore_source_name", "restore_source_table_arn"]),
    Rule::Conflicts(&["import_table", "restore_source_name"]),
    Rule::Conflicts(&["import_table", "restore_source_table_arn"]),
    Rule::Conflicts(&["restore_date_time", "restore_to_latest_time"]),
    Rule::Check(keys),
    Rule::Check(billing),
    Rule::Check(stream),
    Rule::Check(expiry),
    Rule::Check(projections),
];

fn error(code: &'static str, argument: &'static str, message: impl Into<String>, help: &str) -> Violation {
    Violation { code, warning: false, argument, message: message.into(), help: Some(help.to_owned()) }
}

fn is_set(value: Option<&Planned>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

fn is_restored(it: &Checked<'_>) -> bool {
    ["restore_source_name", "restore_source_table_arn"].into_iter().any(|name| is_set(it.inputs.get(name)))
}

/// Every key needs an attribute, and every attribute a key.
fn keys(it: &Checked<'_>) -> Vec<Violation> {
    if is_restored(it) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    if it.creating && !is_set(it.inputs.get("hash_key")) {
        let message = "a new table needs a partition key";
        wrong.push(error("missing-argument", "", message, "add `hash_key` and an `attribute` of that name"));
    }
    let (Some(defined), Some(used)) = (defined(it), used(it)) else { return wrong };
    if defined.is_empty() && !it.creating {
        return wrong;
    }
    for name in used.difference(&defined) {
        let message = format!("the key `{name}` has no `attribute` that says its type");
        wrong.push(error("missing-attribute", "attribute", message, "add an `attribute` block with this name"));
    }
    for name in defined.difference(&used) {
        let message = format!("the attribute `{name}` is in no key");
        let help = "remove it: only attributes of keys are declared, items may hold any others";
        wrong.push(error("unused-attribute", "attribute", message, help));
    }
    wrong
}

/// The names of the attributes; nothing while one of them is unknown.
fn defined(it: &Checked<'_>) -> Option<BTreeSet<String>> {
    blocks(it, "attribute")?.iter().map(|block| Some(block.get("name")?.as_text()?.to_owned())).collect()
}

/// The names in the keys; nothing while one of them is unknown.
fn used(it: &Checked<'_>) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    collect(it.inputs, &["hash_key", "range_key"], &mut names)?;
    for block in blocks(it, "global_secondary_index")?.iter().chain(blocks(it, "local_secondary_index")?) {
        collect(block, &["hash_key", "range_key"], &mut names)?;
    }
    Some(names)
}

fn collect(block: &Planned, keys: &[&str], names: &mut BTreeSet<String>) -> Option<()> {
    for key in keys {
        match block.get(key) {
            None | Some(Tree::Null) => {}
            Some(Tree::Text(name)) => {
                names.insert(name.clone());
            }
            Some(_) => return None,
        }
    }
    Some(())
}

/// The blocks of an argument: none where it is not set, nothing where it is unknown.
fn blocks<'a>(it: &'a Checked<'_>, name: &str) -> Option<&'a [Planned]> {
    match it.inputs.get(name) {
        None | Some(Tree::Null) => Some(&[]),
        Some(value) => value.as_list(),
    }
}

fn billing(it: &Checked<'_>) -> Vec<Violation> {
    let mode = it.text("billing_mode").unwrap_or("PROVISIONED");
    let known = it.inputs.get("billing_mode").is_none_or(|value| value.is_null() || value.as_text().is_some());
    let capacities = ["read_capacity", "write_capacity"];
    let mut wrong = Vec::new();
    if mode == "PAY_PER_REQUEST" {
        for name in capacities.into_iter().filter(|name| it.int(name).is_some_and(|units| units > 0)) {
            let message = format!("`{name}` has no meaning for a table that is paid by use");
            wrong.push(error(
                "conflicting-arguments",
                name,
                message,
                "remove it, or write `billing_mode = \"PROVISIONED\"`",
            ));
        }
    } else if known && it.creating && !is_restored(it) {
        for name in capacities.into_iter().filter(|name| !is_set(it.inputs.get(name))) {
            let message = format!("a new table with provisioned capacity needs `{name}`");
            wrong.push(error("missing-argument", "", message, "add it, or write `billing_mode = \"PAY_PER_REQUEST\"`"));
        }
    }
    if mode == "PROVISIONED" && known && is_set(it.inputs.get("on_demand_throughput")) {
        let message = "`on_demand_throughput` limits a table that is paid by use";
        let help = "remove it, or write `billing_mode = \"PAY_PER_REQUEST\"`";
        wrong.push(error("conflicting-arguments", "on_demand_throughput", message, help));
    }
    wrong
}

fn stream(it: &Checked<'_>) -> Vec<Violation> {
    let replicated = blocks(it, "replica").is_some_and(|it| !it.is_empty());
    let mut wrong = Vec::new();
    if it.bool("stream_enabled") == Some(true) && !is_set(it.inputs.get("stream_view_type")) && it.creating {
        let message = "a stream needs to know what of a changed item it tells";
        wrong.push(error("missing-argument", "stream_enabled", message, "add `stream_view_type`"));
    }
    if replicated && it.text("stream_view_type").is_some_and(|view| view != "NEW_AND_OLD_IMAGES") {
        let message = "replicas need a stream of old and new images";
        wrong.push(error("not-allowed", "stream_view_type", message, "write `NEW_AND_OLD_IMAGES`"));
    }
    wrong
}

fn expiry(it: &Checked<'_>) -> Vec<Violation> {
    let Some(ttl) = it.inputs.get("ttl") else { return Vec::new() };
    let enabled = match ttl.get("enabled") {
        Some(Tree::Bool(enabled)) => *enabled,
        None | Some(Tree::Null) => false,
        Some(_) => return Vec::new(),
    };
    let named = match ttl.get("attribute_name") {
        Some(Tree::Text(name)) => !name.is_empty(),
        value => is_set(value),
    };
    if ttl.is_null() || enabled == named {
        return Vec::new();
    }
    let (message, help) = if enabled {
        ("items cannot expire without an attribute that holds the time", "add `attribute_name`")
    } else {
        ("`attribute_name` has no meaning while items do not expire", "remove it, or write `enabled = true`")
    };
    vec![error("conflicting-arguments", "ttl", message, help)]
}

/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html>
fn projections(it: &Checked<'_>) -> Vec<Violation> {
    let mut wrong = Vec::new();
    for argument in ["global_secondary_index", "local_secondary_index"] {
        for block in blocks(it, argument).unwrap_or_default() {
            let Some(kind) = block.get("projection_type").and_then(Tree::as_text) else { continue };
            let included = is_set(block.get("non_key_attributes"));
            if (kind == "INCLUDE") != included {
                let name = block.get("name").and_then(Tree::as_text).unwrap_or("?");
                let message = format!("the index `{name}` names attributes just when its projection is `INCLUDE`");
                wrong.push(error("conflicting-arguments", argument, message, "set both or neither"));
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use model::Known;
    use serde_json::{Value as Json, json};

    use super::*;

    fn check(inputs: &Json, expect: &[&str]) {
        let inputs = Known::from_json(inputs).widen();
        let checked = Checked { inputs: &inputs, creating: true };
        let found = RULES.iter().filter_map(|rule| match rule {
            Rule::Check(check) => Some(check(&checked)),
            Rule::Conflicts(_) | Rule::ExactlyOne(_) | Rule::AtLeastOne(_) | Rule::RequiredWith(..) => None,
        });
        let found: Vec<Violation> = found.flatten().collect();
        assert_eq!(found.iter().map(|it| it.code).collect::<Vec<&str>>(), expect, "{checked:?}");
    }

    fn table(more: &Json) -> Json {
        let mut table = json!({
            "name": "locks",
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": "id",
            "attribute": [{ "name": "id", "type": "S" }],
        });
        for (name, value) in more.as_object().expect("a map") {
            table[name] = value.clone();
        }
        table
    }

    #[test]
    fn keys_and_attributes_match() {
        check(&table(&json!({})), &[]);
        check(&table(&json!({ "range_key": "at" })), &["missing-attribute"]);
        let both = json!([{ "name": "id", "type": "S" }, { "name": "at", "type": "N" }]);
        check(&table(&json!({ "attribute": both })), &["unused-attribute"]);
        check(&table(&json!({ "attribute": both, "range_key": "at" })), &[]);
        let index = json!([{ "name": "by-time", "hash_key": "at", "projection_type": "ALL" }]);
        check(&table(&json!({ "attribute": both, "global_secondary_index": index })), &[]);
        check(&json!({ "name": "copy", "restore_source_name": "locks" }), &[]);
    }

    #[test]
    fn capacity_goes_with_its_mode() {
        check(&table(&json!({ "read_capacity": 1 })), &["conflicting-arguments"]);
        check(&table(&json!({ "billing_mode": null })), &["missing-argument", "missing-argument"]);
        check(&table(&json!({ "billing_mode": "PROVISIONED", "read_capacity": 1, "write_capacity": 1 })), &[]);
    }

    #[test]
    fn expiry_needs_its_attribute() {
        check(&table(&json!({ "ttl": { "enabled": true } })), &["conflicting-arguments"]);
        check(&table(&json!({ "ttl": { "enabled": true, "attribute_name": "until" } })), &[]);
        check(&table(&json!({ "ttl": { "attribute_name": "until" } })), &["conflicting-arguments"]);
        check(&table(&json!({ "ttl": { "enabled": false, "attribute_name": "" } })), &[]);
    }

    #[test]
    fn only_an_including_projection_names_attributes() {
        let both = json!([{ "name": "id", "type": "S" }, { "name": "at", "type": "N" }]);
        let with = |index: Json| table(&json!({ "attribute": both, "global_secondary_index": [index] }));
        let index = |kind: &str| json!({ "name": "by-time", "hash_key": "at", "projection_type": kind });
        check(&with(index("INCLUDE")), &["conflicting-arguments"]);
        let mut named = index("INCLUDE");
        named["non_key_attributes"] = json!(["title"]);
        check(&with(named), &[]);
    }
}
