//! YAML as Terraform writes it, and as everybody reads it.

use std::convert::Infallible;

use serde_yaml_ng::Value;

use super::{Args, Fault, encoding};
use crate::expr::convert::Number;
use crate::tree::{Known, Tree};

pub(super) fn decode(args: &Args<Infallible>) -> Result<Known, Fault> {
    let value: Value = serde_yaml_ng::from_str(&args.text(0)?).map_err(|error| {
        let place = error.location().map(|it| format!(": line {}, column {}", it.line(), it.column()));
        Fault::at(0, format!("this text is no YAML{}", place.unwrap_or_default()))
    })?;
    read(value)
}

fn read(value: Value) -> Result<Known, Fault> {
    Ok(match value {
        Value::Null => Tree::Null,
        Value::Bool(value) => Tree::Bool(value),
        Value::Number(number) => match (number.as_i64(), number.as_f64().and_then(Number::from_float)) {
            (Some(whole), _) => Tree::Int(whole),
            (None, Some(number)) => number.tree(),
            (None, None) => return Err(Fault::at(0, "`.inf` and `.nan` are no numbers here")),
        },
        Value::String(text) => Tree::Text(text),
        Value::Sequence(items) => Tree::List(items.into_iter().map(read).collect::<Result<_, _>>()?),
        Value::Mapping(members) => {
            let member = |(key, value)| Ok((read_key(key)?, read(value)?));
            Tree::Map(members.into_iter().map(member).collect::<Result<_, Fault>>()?)
        }
        Value::Tagged(tagged) => read(tagged.value)?,
    })
}

fn read_key(key: Value) -> Result<String, Fault> {
    crate::expr::convert::text(&read(key)?).map_err(|_| Fault::at(0, "the keys of a mapping are texts"))
}

pub(super) fn encode(args: &Args<Infallible>) -> Result<Known, Fault> {
    let mut text = String::new();
    write(args.get(0), 0, &mut text);
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(Tree::Text(text))
}

/// Writes a value whose first line goes on where the text ends.
fn write(value: &Known, depth: usize, text: &mut String) {
    match value {
        Tree::List(items) if !items.is_empty() => {
            for (index, item) in items.iter().enumerate() {
                start_line(index, depth, text);
                text.push_str("- ");
                write(item, depth + 1, text);
            }
        }
        Tree::Map(members) if !members.is_empty() => {
            for (index, (key, member)) in members.iter().enumerate() {
                start_line(index, depth, text);
                encoding::write_json(&Tree::text(key), text);
                text.push(':');
                write_member(member, depth, text);
            }
        }
        Tree::Text(lines) if is_block(lines) => write_block(lines, depth, text),
        scalar => {
            encoding::write_json(scalar, text);
            text.push('\n');
        }
    }
}

fn write_member(member: &Known, depth: usize, text: &mut String) {
    match member {
        // Items stand below their key without further indentation.
        Tree::List(items) if !items.is_empty() => {
            text.push('\n');
            text.push_str(&"  ".repeat(depth));
            write(member, depth, text);
        }
        Tree::Map(members) if !members.is_empty() => {
            text.push('\n');
            text.push_str(&"  ".repeat(depth + 1));
            write(member, depth + 1, text);
        }
        other => {
            text.push(' ');
            write(other, depth + 1, text);
        }
    }
}

fn start_line(index: usize, depth: usize, text: &mut String) {
    if index > 0 {
        text.push_str(&"  ".repeat(depth));
    }
}

/// Whether a text can be written line by line and read back the same.
fn is_block(text: &str) -> bool {
    let printable = text.chars().all(|it| it == '\n' || !it.is_control());
    let blank_ends = text.contains(" \n") || text.ends_with(' ');
    printable && text.contains('\n') && !blank_ends && text.chars().any(|it| it != '\n')
}

fn write_block(lines: &str, depth: usize, text: &mut String) {
    let body = lines.trim_end_matches('\n');
    let breaks = lines.len() - body.len();
    // Where the first line starts with white space, the indentation has to be told.
    let hint = if lines.starts_with([' ', '\n']) { "2" } else { "" };
    text.push_str(&format!("|{hint}{}\n", ["-", "", "+"][breaks.min(2)]));
    for line in body.split('\n') {
        if !line.is_empty() {
            text.push_str(&"  ".repeat(depth.max(1)));
            text.push_str(line);
        }
        text.push('\n');
    }
    text.push_str(&"\n".repeat(breaks.saturating_sub(1)));
}
