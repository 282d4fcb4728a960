//! Differing attributes at the terminal: before and after beside each other, or line by line.
//!
//! In: attributes of one change. Out: lines with ANSI styles. It must not know whether they come
//! from a plan or from a review.

use std::collections::BTreeSet;

use anstyle::Style;
use model::plan::Action;
use model::{Address, Planned};
use report::attribute::{Form, Room, Shown, hidden_difference, shown, told_apart};
use report::lines::{Row, Tag, clipped};
use report::value;
use review::Attribute;

use super::style::{CYAN, DIM, GREEN, RED, YELLOW};

const INDENT: usize = 6;
/// The least room that a value gets, however narrow the terminal is.
const LEAST: usize = 20;
/// The longest name that others are aligned with.
const LONGEST: usize = 32;

/// One attribute after the other. `remade` is what [`report::attribute::remade`] says.
pub fn attributes(attributes: &[Attribute], action: Action, remade: &BTreeSet<Address>, width: usize) -> String {
    let lengths = attributes.iter().map(|it| it.path.to_string().chars().count());
    let column = lengths.filter(|length| *length <= LONGEST).max().unwrap_or(0);
    let one = |it: &Attribute| {
        let used = INDENT + column.max(it.path.to_string().chars().count()) + 2;
        let beside = width.saturating_sub(used).max(LEAST);
        let below = width.saturating_sub(INDENT + 4).max(LEAST);
        attribute(it, shown(it, action, remade, Room { beside, below }), column)
    };
    attributes.iter().map(one).collect()
}

fn attribute(attribute: &Attribute, Shown { name, form, notes }: Shown, column: usize) -> String {
    let pad = " ".repeat(INDENT);
    let label = format!("{pad}{name}{}", " ".repeat(column.saturating_sub(name.chars().count())));
    let note = note(&notes);
    let after = &attribute.after;
    match form {
        Form::Set(lines) => match lines.as_slice() {
            [one] => format!("{label}  {}{note}\n", coloured(after, one, Style::new())),
            [first, rest @ ..] => format!("{pad}{name}  {first}{note}\n{}", indented(rest, INDENT)),
            [] => String::new(),
        },
        Form::Line { before, after: new } => {
            format!("{label}  {RED}{before}{RED:#} {DIM}→{DIM:#} {}{note}\n", coloured(after, &new, GREEN))
        }
        Form::Lines(rows) => {
            let rows: Vec<String> = rows.iter().map(row).collect();
            format!("{pad}{name}{note}\n{}", indented(&rows, INDENT + 2))
        }
    }
}

fn note(notes: &[&str]) -> String {
    if notes.is_empty() { String::new() } else { format!("  {YELLOW}# {}{YELLOW:#}", notes.join("; ")) }
}

/// Unknown values stand in their own colour.
fn coloured(value: &Planned, text: &str, plain: Style) -> String {
    let style = if matches!(value, Planned::Hole(_)) { CYAN } else { plain };
    format!("{style}{text}{style:#}")
}

fn row(row: &Row) -> String {
    let text = &row.text;
    match row.tag {
        Tag::Same => format!("  {DIM}{text}{DIM:#}"),
        Tag::Gone => format!("{RED}- {text}{RED:#}"),
        Tag::New => format!("{GREEN}+ {text}{GREEN:#}"),
        Tag::Skipped => format!("{DIM}{text}{DIM:#}"),
    }
}

fn indented(lines: &[String], by: usize) -> String {
    let pad = " ".repeat(by);
    lines.iter().map(|line| format!("{pad}{line}\n")).collect()
}

/// A changing output on one line.
pub struct Output<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value before; null for a new one.
    pub before: Planned,
    /// Its value after; null for one that is gone.
    pub after: &'a Planned,
    /// Whether it is a secret.
    pub sensitive: bool,
}

/// Outputs below a heading; nothing where there are none.
pub fn outputs(outputs: &[Output<'_>], remade: &BTreeSet<Address>, width: usize) -> String {
    let column = outputs.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    outputs.iter().map(|it| output(it, column, remade, width)).collect()
}

fn output(it: &Output<'_>, column: usize, remade: &BTreeSet<Address>, width: usize) -> String {
    let label = format!("{}{}", it.name, " ".repeat(column.saturating_sub(it.name.chars().count())));
    let room = width.saturating_sub(column + 8).max(LEAST);
    let hidden = |value: &Planned| {
        if it.sensitive { "(secret)".to_owned() } else { clipped(&value::inline(value), room) }
    };
    let (before, after) = (hidden(&it.before), hidden(&told_apart(&it.before, it.after, remade)));
    match (it.before.is_null(), it.after.is_null()) {
        (true, _) => format!("{GREEN}  +{GREEN:#} {label}  {}\n", coloured(it.after, &after, Style::new())),
        (false, true) => format!("{RED}  -{RED:#} {label}  {before}\n"),
        (false, false) => {
            let notes: Vec<&str> = hidden_difference(&it.before, it.after, before == after).into_iter().collect();
            let note = note(&notes);
            let noted: usize = notes.iter().map(|it| it.chars().count() + 4).sum();
            let used = column + before.chars().count() + after.chars().count() + noted + 9;
            let gap = if used <= width { " ".to_owned() } else { format!("\n{}", " ".repeat(column + 4)) };
            let after = coloured(it.after, &after, Style::new());
            format!("{YELLOW}  ~{YELLOW:#} {label}  {before}{gap}{DIM}→{DIM:#} {after}{note}\n")
        }
    }
}
