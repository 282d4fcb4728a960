//! JSON, Base64, URLs.

use std::convert::Infallible;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Args, Fault};
use crate::tree::{Known, Tree};

type Result = std::result::Result<Known, Fault>;

pub(super) fn base64decode(args: &Args<Infallible>) -> Result {
    let bytes = STANDARD.decode(args.text(0)?).map_err(|_| Fault::at(0, "this text is no Base64"))?;
    let text = String::from_utf8(bytes).map_err(|_| Fault::at(0, "what this stands for is no UTF-8 text"))?;
    Ok(Tree::Text(text))
}

pub(super) fn base64encode(args: &Args<Infallible>) -> Result {
    Ok(Tree::Text(STANDARD.encode(args.text(0)?)))
}

pub(super) fn jsondecode(args: &Args<Infallible>) -> Result {
    let parsed: serde_json::Value = serde_json::from_str(&args.text(0)?).map_err(|error| {
        Fault::at(0, format!("this text is no JSON: line {}, column {}", error.line(), error.column()))
    })?;
    Ok(Known::from_json(&parsed))
}

pub(super) fn jsonencode(args: &Args<Infallible>) -> Result {
    let mut text = String::new();
    write_json(args.get(0), &mut text);
    Ok(Tree::Text(text))
}

/// JSON as Terraform writes it: keys in order, no spaces, `<`, `>` and `&` escaped.
pub(super) fn write_json(value: &Known, text: &mut String) {
    match value {
        Tree::Null => text.push_str("null"),
        Tree::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Tree::Int(value) => text.push_str(&value.to_string()),
        Tree::Float(value) => text.push_str(&value.to_string()),
        Tree::Text(value) => write_json_text(value, text),
        Tree::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_json(item, text);
            }
            text.push(']');
        }
        Tree::Map(members) => {
            text.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write_json_text(key, text);
                text.push(':');
                write_json(member, text);
            }
            text.push('}');
        }
        // Arguments come without secrets; one that is left stays hidden.
        Tree::Secret(_) => text.push_str("null"),
        Tree::Hole(never) => match *never {},
    }
}

fn write_json_text(value: &str, text: &mut String) {
    for character in serde_json::Value::from(value).to_string().chars() {
        match character {
            '<' => text.push_str("\\u003c"),
            '>' => text.push_str("\\u003e"),
            '&' => text.push_str("\\u0026"),
            '\u{2028}' => text.push_str("\\u2028"),
            '\u{2029}' => text.push_str("\\u2029"),
            other => text.push(other),
        }
    }
}

pub(super) fn urlencode(args: &Args<Infallible>) -> Result {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');
    Ok(Tree::Text(utf8_percent_encode(&args.text(0)?, ESCAPED).to_string().replace(' ', "+")))
}
