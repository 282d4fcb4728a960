//! The reference at the terminal.

use anstyle::{AnsiColor, Style};
use model::catalog::Catalog;
use model::reference::{self, Row, type_name};
use model::schema::{Removal, Replace, Required, Schema};

use crate::terminal;

/// All kinds, a line each.
pub fn index(catalog: &Catalog) -> String {
    let bold = Style::new().bold();
    let mut out = format!("{bold}Resources{bold:#}\n");
    for kind in catalog.kinds {
        out += &format!("  {:<44} {}\n", kind.name, summary((kind.inputs)()));
    }
    out += &format!("\n{bold}Data sources{bold:#}\n");
    for kind in catalog.data {
        out += &format!("  {:<44} {}\n", format!("data.{}", kind.name), summary((kind.arguments)()));
    }
    out
}

/// Everything about one kind.
pub fn kind(name: &str, inputs: &'static Schema, outputs: &'static Schema, import: Option<&str>) -> String {
    let bold = Style::new().bold();
    let mut out = format!("{bold}{name}{bold:#}\n\n{}\n", wrapped(inputs.doc, 0));
    if let Some(import) = import {
        out += &format!("\nImport takes {import}.\n");
    }
    out += &format!("\n{bold}Arguments{bold:#}\n");
    let arguments = reference::rows(inputs);
    out += &rows(&arguments.iter().collect::<Vec<&Row>>());
    out += &format!("\n{bold}Outputs{bold:#}\n");
    let told = reference::rows(outputs);
    out += &described(&told.iter().collect::<Vec<&Row>>(), |row| type_name(row.field.ty));
    out
}

/// Arguments or outputs with their documentation, members indented below their blocks.
pub fn rows(rows: &[&Row]) -> String {
    described(rows, notes)
}

fn described(rows: &[&Row], notes: fn(&Row) -> String) -> String {
    let (name_style, dim) = (Style::new().fg_color(Some(AnsiColor::Cyan.into())), Style::new().dimmed());
    let top = rows.iter().map(|row| row.depth).min().unwrap_or(0);
    let mut out = String::new();
    for row in rows {
        let indent = 2 + 2 * (row.depth - top);
        let name = row.path.rsplit('.').next().unwrap_or(&row.path);
        let pad = " ".repeat(indent);
        out += &format!("{pad}{name_style}{name}{name_style:#} {dim}{}{dim:#}\n", notes(row));
        out += &format!("{}\n", wrapped(row.field.doc, indent + 4));
        if let Some(members) = reference::document(row.field.ty) {
            let names: Vec<&str> = members.fields.iter().map(|field| field.name).collect();
            out += &format!("{}\n", wrapped(&format!("Members hold: {}.", names.join(", ")), indent + 4));
        }
    }
    out
}

fn notes(row: &Row) -> String {
    let field = row.field;
    let mut notes = vec![type_name(field.ty)];
    match field.required {
        Required::No => {}
        Required::Always => notes.push("required".to_owned()),
        Required::Create => notes.push("required to create".to_owned()),
    }
    match field.replace {
        Replace::Never => {}
        Replace::Always => notes.push("changing it replaces".to_owned()),
        Replace::When { condition, .. } => notes.push(format!("replaces when {condition}")),
    }
    if let Some(default) = field.default {
        notes.push(format!("default {}", default.to_known().to_json()));
    }
    if field.removal == Removal::Clear {
        notes.push("cleared when removed".to_owned());
    }
    for (set, note) in [
        (field.sensitive, "secret"),
        (field.write_only, "write-only"),
        (field.local, "only stackctl reads it"),
        (field.exclusive, "empty when unset"),
    ] {
        if set {
            notes.push(note.to_owned());
        }
    }
    if let Some(instead) = field.deprecated {
        notes.push(format!("deprecated: {instead}"));
    }
    let mut text = notes.join(", ");
    if !field.allowed.is_empty() {
        text += &format!("; one of {}", field.allowed.join(", "));
    }
    text
}

fn summary(schema: &'static Schema) -> String {
    let line = schema.doc.lines().next().unwrap_or_default();
    let room = terminal::width().saturating_sub(48).max(20);
    if line.chars().count() <= room { line.to_owned() } else { line.chars().take(room - 1).chain(['…']).collect() }
}

/// Words in lines that fit the terminal, indented.
fn wrapped(text: &str, indent: usize) -> String {
    let pad = " ".repeat(indent);
    let options = textwrap::Options::new(terminal::width().min(100)).initial_indent(&pad).subsequent_indent(&pad);
    textwrap::fill(text, options)
}
