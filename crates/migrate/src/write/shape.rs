//! Whether a value stands on a line or in a section of its own.
//!
//! In: an entry of a draft. Out: how it is to be written. It must not know how anything is
//! written.

use super::text;
use crate::draft::{Entry, Item, Table, Value};

/// What fits on a line of a formatted file.
const WIDTH: usize = 100;

/// How many values a table may hold to be read at a glance on one line.
const FEW: usize = 4;

/// The tables of a resource that say how stackctl works: their keys read best dotted.
const SETTINGS: [&str; 2] = ["lifecycle", "timeouts"];

/// How an entry is written.
pub(super) enum Shape<'a> {
    /// `key = value`
    Line,
    /// `key.member = value`, one line a member.
    Dotted(&'a Table),
    /// `[key]`
    Section(&'a Table),
    /// `[[key]]`, one a table.
    Sections(Vec<(&'a Item, &'a Table)>),
}

impl Shape<'_> {
    /// Whether it stands before the sections.
    pub(super) fn is_line(&self) -> bool {
        match self {
            Self::Line | Self::Dotted(_) => true,
            Self::Section(_) | Self::Sections(_) => false,
        }
    }
}

/// How an entry is written; `of_object` where it is one of a resource's or data source's own.
pub(super) fn of_entry(entry: &Entry, of_object: bool) -> Shape<'_> {
    match &entry.value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => Shape::Line,
        Value::List(items) => match tables(items) {
            Some(tables) if entry.is_block || !items.iter().all(fits_as_row) => Shape::Sections(tables),
            Some(_) | None => Shape::Line,
        },
        Value::Table(table) if is_empty(table) => Shape::Line,
        Value::Table(table) if of_object && is_setting(&entry.key, table) => Shape::Dotted(table),
        Value::Table(table) if !entry.is_block && is_small(&entry.key, &entry.value) => Shape::Line,
        Value::Table(table) => Shape::Section(table),
    }
}

/// Whether there is nothing to write between its braces.
pub(super) fn is_empty(table: &Table) -> bool {
    table.entries.is_empty() && table.after.is_empty()
}

/// The members of a list of nothing but tables.
fn tables(items: &[Item]) -> Option<Vec<(&Item, &Table)>> {
    let mut tables = Vec::new();
    for item in items {
        let Value::Table(table) = &item.value else { return None };
        tables.push((item, table));
    }
    (!tables.is_empty()).then_some(tables)
}

fn is_setting(key: &str, table: &Table) -> bool {
    let is_flat = |entry: &Entry| match &entry.value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => true,
        Value::List(items) => tables(items).is_none(),
        Value::Table(_) => false,
    };
    SETTINGS.contains(&key) && (1..=FEW).contains(&table.entries.len()) && table.entries.iter().all(is_flat)
}

/// Whether a table of few values fits on the line of its key.
fn is_small(key: &str, value: &Value) -> bool {
    let taken = text::width(&text::key(key)) + " = ".len();
    leaves(value) <= FEW && flat_width(value).is_some_and(|it| taken + it <= WIDTH)
}

/// Whether a table fits on a line of a list: indented, with its comma.
fn fits_as_row(item: &Item) -> bool {
    flat_width(&item.value).is_some_and(|it| "  ".len() + it + ",".len() <= WIDTH)
}

/// How many values there are to read; a list of plain ones is one.
fn leaves(value: &Value) -> usize {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => 1,
        Value::List(items) => {
            tables(items).map_or(1, |tables| tables.iter().map(|(item, _)| leaves(&item.value)).sum())
        }
        Value::Table(table) => table.entries.iter().map(|it| leaves(&it.value)).sum(),
    }
}

/// How wide a value is on one line; none where something in it needs lines of its own: comments,
/// text of several lines, what stood as a block.
fn flat_width(value: &Value) -> Option<usize> {
    // Brackets with a blank on either side, and what separates the members.
    let joined = |widths: Vec<usize>, around: usize| {
        widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * ", ".len() + around
    };
    match value {
        Value::Bool(it) => Some(it.to_string().len()),
        Value::Int(it) => Some(it.to_string().len()),
        Value::Float(it) => Some(text::float(*it).len()),
        Value::Text(it) => {
            let quoted = text::quoted(it, true);
            (!quoted.contains('\n')).then(|| text::width(&quoted))
        }
        Value::List(items) => {
            let width = |it: &Item| (it.above.is_empty() && it.beside.is_none()).then(|| flat_width(&it.value))?;
            Some(joined(items.iter().map(width).collect::<Option<_>>()?, "[]".len()))
        }
        Value::Table(table) if is_empty(table) => Some("{}".len()),
        Value::Table(table) if !table.after.is_empty() => None,
        Value::Table(table) => {
            let width = |it: &Entry| {
                let is_quiet = it.above.is_empty() && it.beside.is_none();
                let width = (is_quiet && !stands_as_block(it)).then(|| flat_width(&it.value))??;
                Some(text::width(&text::key(&it.key)) + " = ".len() + width)
            };
            Some(joined(table.entries.iter().map(width).collect::<Option<_>>()?, "{  }".len()))
        }
    }
}

fn stands_as_block(entry: &Entry) -> bool {
    let holds_tables = match &entry.value {
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => false,
        Value::List(items) => tables(items).is_some(),
        Value::Table(table) => !is_empty(table),
    };
    entry.is_block && holds_tables
}
