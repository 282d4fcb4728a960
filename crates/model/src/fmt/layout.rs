//! The canonical layout of a document.

use super::tree::{Item, Line, Value};

/// What fits on a line.
const WIDTH: usize = 100;

/// How far the elements of a list are indented.
const INDENT: usize = 2;

/// Writes a document.
pub(super) fn write(lines: Vec<Line>) -> String {
    let mut rows: Vec<Row> = space(lines).into_iter().map(row).collect();
    align_values(&mut rows);
    let mut output = join(rows);
    if !output.is_empty() {
        output.push('\n');
    }
    output
}

/// One blank line before each header and the comments above it, none after it, no two anywhere.
fn space(lines: Vec<Line>) -> Vec<Line> {
    let mut spaced: Vec<Line> = Vec::new();
    for line in lines {
        match line {
            Line::Blank => {
                if matches!(spaced.last(), Some(Line::Comment(_) | Line::Pair { .. })) {
                    spaced.push(Line::Blank);
                }
            }
            Line::Header { .. } => {
                let above = spaced.iter().rev().take_while(|it| matches!(it, Line::Comment(_))).count();
                let at = spaced.len() - above;
                if at > 0 && !matches!(spaced[at - 1], Line::Blank) {
                    spaced.insert(at, Line::Blank);
                }
                spaced.push(line);
            }
            Line::Comment(_) | Line::Pair { .. } => spaced.push(line),
        }
    }
    if let Some(Line::Blank) = spaced.last() {
        spaced.pop();
    }
    spaced
}

/// A line, or the lines of one value, before alignment.
#[derive(Default)]
struct Row {
    /// What stands before ` = `.
    key: Option<String>,
    /// The rest.
    text: String,
    /// The comment behind it.
    comment: Option<String>,
}

impl Row {
    fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    fn is_single_line(&self) -> bool {
        !self.text.contains('\n')
    }
}

fn row(line: Line) -> Row {
    match line {
        Line::Blank => Row::default(),
        Line::Comment(text) => Row::text(text),
        Line::Header { text, comment } => Row { comment, ..Row::text(text) },
        Line::Pair { key, value, comment } => {
            let text = render(&value, 0, width(&key) + 3);
            Row { key: Some(key), text, comment }
        }
    }
}

/// Aligns the `=` of consecutive lines; a value of several lines stands for itself.
fn align_values(rows: &mut [Row]) {
    let alike = |a: &Row, b: &Row| [a, b].into_iter().all(|it| it.key.is_some() && it.is_single_line());
    for run in rows.chunk_by_mut(alike) {
        let widest = run.iter().filter_map(|it| it.key.as_deref()).map(width).max().unwrap_or_default();
        for row in run {
            if let Some(key) = row.key.take() {
                row.text = format!("{key:widest$} = {}", row.text);
            }
        }
    }
}

/// The rows as text, the comments behind consecutive lines aligned.
fn join(mut rows: Vec<Row>) -> String {
    let alike = |a: &Row, b: &Row| [a, b].into_iter().all(|it| it.comment.is_some() && it.is_single_line());
    for run in rows.chunk_by_mut(alike) {
        let widest = run.iter().map(|it| last_width(&it.text, 0)).max().unwrap_or_default();
        for row in run {
            if let Some(comment) = row.comment.take() {
                let gap = widest - last_width(&row.text, 0) + 1;
                row.text = format!("{}{:gap$}{comment}", row.text, "");
            }
        }
    }
    let texts: Vec<_> = rows.into_iter().map(|it| it.text).collect();
    texts.join("\n")
}

/// A value that begins at a column of a line with an indentation.
fn render(value: &Value, indent: usize, column: usize) -> String {
    let flat = flat(value);
    match (flat, value) {
        (Some(flat), _) if column + width(&flat) <= WIDTH => flat,
        (_, Value::Scalar(text)) => text.clone(),
        (_, Value::List(items)) => list(items, indent),
        (_, Value::Table(members)) => table(members, indent, column),
    }
}

/// A value on one line, if it can stand on one.
fn flat(value: &Value) -> Option<String> {
    match value {
        Value::Scalar(text) => (!text.contains('\n')).then(|| text.clone()),
        Value::List(items) => {
            let values = items.iter().filter_map(|it| match it {
                Item::Blank => None,
                Item::Comment(_) | Item::Value { comment: Some(_), .. } => Some(None),
                Item::Value { value, comment: None } => Some(flat(value)),
            });
            let values: Vec<_> = values.collect::<Option<_>>()?;
            Some(format!("[{}]", values.join(", ")))
        }
        Value::Table(members) => {
            let member = |(key, value): &(String, Value)| Some(format!("{key} = {}", flat(value)?));
            let members: Vec<_> = members.iter().map(member).collect::<Option<_>>()?;
            Some(braces(&members.join(", ")))
        }
    }
}

fn braces(members: &str) -> String {
    if members.is_empty() { "{}".to_owned() } else { format!("{{ {members} }}") }
}

/// A list with one element a line.
fn list(items: &[Item], indent: usize) -> String {
    let inner = indent + INDENT;
    let mut rows: Vec<Row> = Vec::new();
    for item in items {
        match item {
            // A blank line at the start, or a second one, says nothing.
            Item::Blank if rows.last().is_none_or(|it| it.text.is_empty()) => {}
            Item::Blank => rows.push(Row::default()),
            Item::Comment(text) => rows.push(Row::text(format!("{:inner$}{text}", ""))),
            Item::Value { value, comment } => {
                // One column is the comma's.
                let value = render(value, inner, inner + 1);
                rows.push(Row { comment: comment.clone(), ..Row::text(format!("{:inner$}{value},", "")) });
            }
        }
    }
    if rows.last().is_some_and(|it| it.text.is_empty()) {
        rows.pop();
    }
    format!("[\n{}\n{:indent$}]", join(rows), "")
}

/// An inline table that doesn't fit: its lists are broken, it isn't, as TOML 1.0 has it.
fn table(members: &[(String, Value)], indent: usize, column: usize) -> String {
    let mut output = String::from("{ ");
    for (index, (key, value)) in members.iter().enumerate() {
        if index > 0 {
            output.push_str(", ");
        }
        output.push_str(key);
        output.push_str(" = ");
        let at = last_width(&output, column);
        output.push_str(&render(value, indent, at));
    }
    output.push_str(" }");
    output
}

/// The column behind a text that began at `column`.
fn last_width(text: &str, column: usize) -> usize {
    match text.rsplit_once('\n') {
        Some((_, last)) => width(last),
        None => column + width(text),
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}
