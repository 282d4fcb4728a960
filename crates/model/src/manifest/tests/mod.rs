//! Each case is a few files, written as `path: text` blocks, and what is said about them.

mod declarations;
mod environments;
mod problems;
mod texts;

use super::{Manifest, Node, Table, Value, parse, parse_values};
use crate::diagnostic::{Diagnostic, Region, sort};
use crate::source::{Sources, Span};

/// Sources of files, each a path and a text.
fn sources(files: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    for (path, text) in files {
        sources.add(*path, *text);
    }
    sources
}

/// A manifest that must be without fault.
fn sound(files: &[(&str, &str)], environment: Option<&str>) -> Manifest {
    let sources = sources(files);
    let (manifest, diagnostics) = parse(&sources, environment);
    assert_eq!(summary(&sources, diagnostics), "");
    manifest
}

/// One line for each problem: place, code, message, then what else it has.
fn summary(sources: &Sources, diagnostics: Vec<Diagnostic>) -> String {
    let lines: Vec<_> = sort(diagnostics).iter().map(|it| line(sources, it)).collect();
    lines.join("\n")
}

fn line(sources: &Sources, it: &Diagnostic) -> String {
    let mut line = match it.labels.first() {
        Some(main) => format!("{} {}: {}", place(sources, main.span), it.code, it.message),
        None => format!("- {}: {}", it.code, it.message),
    };
    for label in it.labels.iter().skip(1) {
        line.push_str(&format!(" | {} {}", place(sources, label.span), label.text));
    }
    if let Some(help) = &it.help {
        line.push_str(&format!(" ? {help}"));
    }
    if let Some(fix) = &it.fix {
        line.push_str(&format!(" > {} {}", place(sources, fix.span), fix.replacement));
    }
    line
}

/// `stack:1:5 'text'`
fn place(sources: &Sources, span: Span) -> String {
    let region = Region::of(sources, span).expect("the file is there");
    let file = region.file.trim_end_matches(".toml");
    format!("{file}:{}:{} '{}'", region.start.line, region.start.column, sources.text(span))
}

/// A table without its places, as TOML would write it inline.
fn show(table: &Table) -> String {
    let members: Vec<_> = table.iter().map(|(key, (_, node))| format!("{key} = {}", show_node(node))).collect();
    members.join(", ")
}

fn show_node(node: &Node) -> String {
    match &node.value {
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Float(it) => format!("{it:?}"),
        Value::Text(it) => format!("{:?}", it.decoded),
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(show_node).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Table(table) => format!("{{{}}}", show(table)),
    }
}
