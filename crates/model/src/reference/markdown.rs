//! The reference as Markdown: one page a kind, and an index.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Row, document, rows, type_name};
use crate::catalog::{Catalog, DataKind, Kind, Life};
use crate::schema::{Field, Removal, Replace, Required, Rule, Schema, Type};

/// The list of all kinds, by service.
#[must_use]
pub fn index_page(catalog: &Catalog) -> String {
    let resources = catalog.kinds.iter().map(|kind| (kind.service, kind.name, (kind.inputs)()));
    let data = catalog.data.iter().map(|kind| (kind.service, kind.name, (kind.arguments)()));
    let mut page = "# Types\n\nMade from the schemas by `cargo xtask generate`; `stackctl explain TYPE` shows the same at the terminal.\n\n## Resources\n".to_owned();
    page += &by_service(resources, "");
    page += "\n## Data sources\n";
    page += &by_service(data, "data.");
    page
}

/// The page of a resource type.
#[must_use]
pub fn kind_page(kind: &Kind) -> String {
    let inputs = (kind.inputs)();
    let mut page = format!("# {}\n\n{}\n\n", kind.name, inputs.doc);
    page += match kind.life {
        Life::Owned => "",
        Life::Adopted => {
            "It exists in every account: stackctl adopts it instead of creating it, and forgets it instead of deleting it.\n\n"
        }
        Life::Revisions => {
            "Every change registers a new revision; its users are moved to it, and the old one is retired last.\n\n"
        }
    };
    page += &format!("Import takes `{}`. {}\n\n## Arguments\n\n", kind.import, deadlines(kind));
    page += &arguments(inputs);
    page += &rules(kind.rules);
    page += "\n## Outputs\n\n";
    page += &outputs((kind.outputs)());
    page
}

/// The page of a data source.
#[must_use]
pub fn data_page(kind: &DataKind) -> String {
    let inputs = (kind.arguments)();
    let mut page = format!("# data.{}\n\n{}\n\n## Arguments\n\n{}", kind.name, inputs.doc, arguments(inputs));
    page += &rules(kind.rules);
    page += "\n## Outputs\n\nThe arguments can be read too.\n\n";
    page += &outputs((kind.outputs)());
    page
}

fn by_service<'a>(kinds: impl Iterator<Item = (&'a str, &'a str, &'a Schema)>, prefix: &str) -> String {
    let mut services: BTreeMap<&str, String> = BTreeMap::new();
    for (service, name, schema) in kinds {
        let line = format!("- [`{prefix}{name}`]({prefix}{name}.md): {}\n", first_sentence(schema.doc));
        services.entry(service).or_default().push_str(&line);
    }
    services.iter().map(|(service, lines)| format!("\n### {service}\n\n{lines}")).collect()
}

/// After which times operations give up.
fn deadlines(kind: &Kind) -> String {
    let timing = kind.timing;
    let times = [timing.create, timing.update, timing.delete].map(minutes);
    let [create, update, delete] = &times;
    if create == update && update == delete {
        return format!("Operations give up after {create}, unless `timeouts` says otherwise.");
    }
    format!(
        "Creating gives up after {create}, updating after {update} and deleting after {delete}, unless `timeouts` says otherwise."
    )
}

fn minutes(time: Duration) -> String {
    match time.as_secs() {
        60 => "a minute".to_owned(),
        seconds if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}

fn arguments(schema: &'static Schema) -> String {
    let mut text = String::new();
    for row in rows(schema) {
        text += &argument(&row);
        if let Some(members) = document(row.field.ty) {
            for member in rows(members) {
                text += &argument(&Row { depth: member.depth + row.depth + 1, ..member });
            }
        }
    }
    if text.is_empty() { "None.\n".to_owned() } else { text }
}

fn argument(row: &Row) -> String {
    entry(row, &notes(row.field))
}

fn outputs(schema: &'static Schema) -> String {
    let output = |row: &Row| {
        let field = row.field;
        let mut notes = Vec::new();
        if field.sensitive {
            notes.push("secret".to_owned());
        }
        if field.volatile {
            notes.push("changes by itself".to_owned());
        }
        if !field.follows.is_empty() {
            notes.push(format!("changes with {}", quoted(field.follows)));
        }
        entry(row, &notes)
    };
    let text: String = rows(schema).iter().map(output).collect();
    if text.is_empty() { "None.\n".to_owned() } else { text }
}

fn entry(row: &Row, notes: &[String]) -> String {
    let indent = "  ".repeat(row.depth);
    let doc = row.field.doc.replace('\n', &format!("\n{indent}  "));
    let name = row.path.rsplit('.').next().unwrap_or(&row.path);
    let notes: String = notes.iter().map(|note| format!(", {note}")).collect();
    format!("{indent}- `{name}` ({}{notes}): {doc}\n", type_name(row.field.ty))
}

/// What is to be known about an argument besides its documentation: `required`, `replaces`.
fn notes(field: &Field) -> Vec<String> {
    let mut notes = Vec::new();
    match field.required {
        Required::No => {}
        Required::Always => notes.push("required".to_owned()),
        Required::Create => notes.push("required to create".to_owned()),
    }
    match field.replace {
        Replace::Never => {}
        Replace::Always => notes.push("replaces".to_owned()),
        Replace::When { condition, .. } => notes.push(format!("replaces when {condition}")),
    }
    if let Some(default) = field.default {
        notes.push(format!("default `{}`", default.to_known().to_json()));
    }
    if field.removal == Removal::Clear {
        notes.push("cleared when removed".to_owned());
    }
    let flags = [
        (field.computed, "AWS chooses when unset"),
        (field.sensitive, "secret"),
        (field.write_only, "write-only"),
        (field.local, "only stackctl reads it"),
        (field.exclusive, "empty when unset"),
    ];
    notes.extend(flags.iter().filter(|(set, _)| *set).map(|(_, note)| (*note).to_owned()));
    notes.extend(limits(field));
    if let Some(instead) = field.deprecated {
        notes.push(format!("deprecated: {instead}"));
    }
    notes
}

/// What values may be.
fn limits(field: &Field) -> Vec<String> {
    let mut limits = Vec::new();
    if !field.allowed.is_empty() {
        let others = if field.open { ", or another" } else { "" };
        limits.push(format!("one of {}{others}", quoted(field.allowed)));
    }
    if let Some((low, high)) = field.range {
        limits.push(format!("{low} to {high}"));
    }
    if let Some((low, high)) = field.length {
        let unit = match field.ty {
            Type::List(_) | Type::Set(_) | Type::Map(_) => "items",
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Block(_) | Type::Json(_) => {
                "characters"
            }
        };
        let range = if low == high { low.to_string() } else { format!("{low} to {high}") };
        limits.push(format!("{range} {unit}"));
    }
    limits
}

/// The rules that can be told in words; what a check looks at stands with its arguments.
fn rules(rules: &[Rule]) -> String {
    let lines: String = rules.iter().filter_map(rule).map(|line| format!("- {line}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("\nTogether:\n\n{lines}") }
}

fn rule(rule: &Rule) -> Option<String> {
    match rule {
        Rule::Conflicts(names) => Some(format!("At most one of {}.", quoted(names))),
        Rule::ExactlyOne(names) => Some(format!("Exactly one of {}.", quoted(names))),
        Rule::AtLeastOne(names) => Some(format!("At least one of {}.", quoted(names))),
        Rule::RequiredWith(name, others) => Some(format!("`{name}` needs {}.", quoted(others))),
        Rule::Check(_) => None,
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|it| format!("`{it}`")).collect();
    names.join(", ")
}

/// A paragraph may be wrapped, and its first sentence with it.
fn first_sentence(doc: &str) -> String {
    let paragraph = doc.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    match paragraph.split_once(". ") {
        Some((first, _)) => format!("{first}."),
        None => paragraph.split(" <http").next().unwrap_or_default().to_owned(),
    }
}
