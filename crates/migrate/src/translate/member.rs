//! A member of an argument's value as the literal of what a state says.
//!
//! In: a value, a path into it, and the value that the state has. Out: the same value with one
//! literal in it, and a comment that says what stood there. It must not know expressions.

use model::schema::Type;
use model::{Known, Tree};

use super::literal::one_line;
use crate::draft::{Entry, Item, Value};
use crate::from_state;

/// Writes a literal at a path below an argument. False where there is no such place, or nothing
/// to write.
pub(super) fn write(value: &mut Value, known: &Known, path: &str) -> bool {
    let steps = steps(path);
    let Some((_, below)) = steps.split_first() else { return false };
    let Some(literal) = known_at(known, below).and_then(|it| from_state::literal(&Type::Any, it)) else { return false };
    let Some(entry) = entry_at(value, below) else { return false };
    let was = match &entry.value {
        Value::Text(text) => text.strip_prefix("${").and_then(|it| it.strip_suffix('}')).unwrap_or(text).to_owned(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List(_) | Value::Table(_) => return false,
    };
    entry.above.push(format!("literal: was {}", one_line(&was)));
    entry.value = literal;
    true
}

/// `a.b["c"][0]` as `a`, `b`, `c`, `0`.
fn steps(path: &str) -> Vec<String> {
    let marks = |it: char| matches!(it, '.' | '[' | ']');
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        rest = rest.trim_start_matches(marks);
        let (step, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_at(rest.find(marks).unwrap_or(rest.len())),
        };
        if !step.is_empty() {
            steps.push(step.to_owned());
        }
        rest = after;
    }
    steps
}

fn known_at<'k>(known: &'k Known, steps: &[String]) -> Option<&'k Known> {
    let Some((first, rest)) = steps.split_first() else { return Some(known) };
    let member = match known {
        Tree::Map(members) => members.get(first)?,
        Tree::List(items) => {
            items.iter().find(|it| it.get("name").and_then(Known::as_text) == Some(first)).or_else(|| {
                let index: usize = first.parse().ok()?;
                items.get(index)
            })?
        }
        _ => return None,
    };
    known_at(member, rest)
}

fn entry_at<'v>(value: &'v mut Value, steps: &[String]) -> Option<&'v mut Entry> {
    let (first, rest) = steps.split_first()?;
    match value {
        Value::Table(table) => {
            let entry = table.entries.iter_mut().find(|it| it.key == *first)?;
            if rest.is_empty() { Some(entry) } else { entry_at(&mut entry.value, rest) }
        }
        Value::List(items) => {
            let position = position(items, first)?;
            entry_at(&mut items[position].value, rest)
        }
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => None,
    }
}

fn position(items: &[Item], step: &str) -> Option<usize> {
    let named = |it: &Item| match &it.value {
        Value::Table(table) => matches!(table.get("name"), Some(Value::Text(name)) if name == step),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => false,
    };
    items.iter().position(named).or_else(|| step.parse().ok().filter(|it| *it < items.len()))
}
