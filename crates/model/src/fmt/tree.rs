//! A document as lines, comments among them, without its layout.

use std::borrow::Cow;
use std::iter::Peekable;
use std::vec::IntoIter;

use toml_parser::Source;
use toml_parser::parser::{Event, EventKind};

use super::scalar;
use crate::manifest::syntax;

/// One thing that begins on a line of its own.
pub(super) enum Line {
    /// One or more blank lines.
    Blank,
    /// A comment that stands alone, with its `#`.
    Comment(String),
    /// `[a.b]` or `[[a.b]]`.
    Header { text: String, comment: Option<String> },
    /// `key = value`.
    Pair { key: String, value: Value, comment: Option<String> },
}

/// A value.
pub(super) enum Value {
    /// As it is to be written; a multi-line string holds newlines.
    Scalar(String),
    /// A list.
    List(Vec<Item>),
    /// An inline table.
    Table(Vec<(String, Value)>),
}

/// What a list holds between its brackets.
pub(super) enum Item {
    /// One or more blank lines.
    Blank,
    /// A comment that stands alone.
    Comment(String),
    /// An element, with the comment behind it.
    Value { value: Value, comment: Option<String> },
}

/// Reads a text that is known to be valid.
pub(super) fn read(text: &str) -> Vec<Line> {
    let mut events = syntax::events(text);
    events.retain(|it| it.kind() != EventKind::Whitespace);
    let mut reader = Reader { source: Source::new(text), events: events.into_iter().peekable() };
    let mut lines = Vec::new();
    while let Some(event) = reader.events.next() {
        reader.line(&event, &mut lines);
    }
    lines
}

struct Reader<'a> {
    source: Source<'a>,
    events: Peekable<IntoIter<Event>>,
}

impl Reader<'_> {
    fn line(&mut self, event: &Event, lines: &mut Vec<Line>) {
        match event.kind() {
            EventKind::Newline => lines.push(Line::Blank),
            EventKind::Comment => {
                lines.push(Line::Comment(self.comment(event)));
                self.take(EventKind::Newline);
            }
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                let path = self.path(None);
                let array = event.kind() == EventKind::ArrayTableOpen;
                let text = if array { format!("[[{path}]]") } else { format!("[{path}]") };
                let comment = self.end_of_line();
                lines.push(Line::Header { text, comment });
            }
            EventKind::SimpleKey => {
                let key = self.path(Some(event));
                let mut loose = Vec::new();
                let value = self.value(&mut loose);
                let comment = self.end_of_line();
                lines.extend(loose.into_iter().map(Line::Comment));
                lines.push(Line::Pair { key, value, comment });
            }
            EventKind::StdTableClose
            | EventKind::ArrayTableClose
            | EventKind::InlineTableOpen
            | EventKind::InlineTableClose
            | EventKind::ArrayOpen
            | EventKind::ArrayClose
            | EventKind::KeySep
            | EventKind::KeyValSep
            | EventKind::Scalar
            | EventKind::ValueSep
            | EventKind::Whitespace
            | EventKind::Error => {}
        }
    }

    /// A dotted key up to what ends it: `=` or the closing bracket of a header.
    fn path(&mut self, first: Option<&Event>) -> String {
        let mut parts: Vec<String> = first.iter().map(|it| self.key(it)).collect();
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::SimpleKey => parts.push(self.key(&event)),
                EventKind::KeySep => {}
                _ => break,
            }
        }
        parts.join(".")
    }

    fn key(&self, event: &Event) -> String {
        let Some(raw) = self.source.get(event) else { return String::new() };
        let mut decoded = Cow::Borrowed("");
        raw.decode_key(&mut decoded, &mut ());
        scalar::key(raw.as_str(), &decoded)
    }

    /// A value. Comments inside an inline table, which TOML 1.0 has no place for, become `loose`
    /// and go above.
    fn value(&mut self, loose: &mut Vec<String>) -> Value {
        let Some(event) = self.events.next() else { return Value::Scalar(String::new()) };
        match event.kind() {
            EventKind::ArrayOpen => Value::List(self.list()),
            EventKind::InlineTableOpen => Value::Table(self.table(loose)),
            _ => Value::Scalar(scalar::scalar(self.text(&event))),
        }
    }

    fn list(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        // Whether a line has begun since the last element: a comment then stands alone.
        let (mut fresh, mut blank) = (true, false);
        while let Some(event) = self.events.peek().copied() {
            let kind = event.kind();
            if matches!(kind, EventKind::ArrayOpen | EventKind::InlineTableOpen | EventKind::Scalar) {
                let mut loose = Vec::new();
                let value = self.value(&mut loose);
                items.extend(loose.into_iter().map(Item::Comment));
                items.push(Item::Value { value, comment: None });
                (fresh, blank) = (false, false);
                continue;
            }
            self.events.next();
            match kind {
                EventKind::Newline => {
                    if blank {
                        items.push(Item::Blank);
                    }
                    (fresh, blank) = (true, true);
                }
                EventKind::Comment => {
                    let text = self.comment(&event);
                    match items.last_mut() {
                        Some(Item::Value { comment: comment @ None, .. }) if !fresh => *comment = Some(text),
                        _ => items.push(Item::Comment(text)),
                    }
                    blank = false;
                }
                EventKind::ArrayClose => break,
                _ => blank = false,
            }
        }
        items
    }

    fn table(&mut self, loose: &mut Vec<String>) -> Vec<(String, Value)> {
        let mut members = Vec::new();
        while let Some(event) = self.events.next() {
            match event.kind() {
                EventKind::SimpleKey => {
                    let key = self.path(Some(&event));
                    members.push((key, self.value(loose)));
                }
                EventKind::Comment => loose.push(self.comment(&event)),
                EventKind::InlineTableClose => break,
                _ => {}
            }
        }
        members
    }

    fn end_of_line(&mut self) -> Option<String> {
        let comment = self.take(EventKind::Comment).map(|it| self.comment(&it));
        self.take(EventKind::Newline);
        comment
    }

    fn take(&mut self, kind: EventKind) -> Option<Event> {
        self.events.next_if(|it| it.kind() == kind)
    }

    fn comment(&self, event: &Event) -> String {
        self.text(event).trim_end().to_owned()
    }

    fn text(&self, event: &Event) -> &str {
        self.source.get(event).map(|it| it.as_str()).unwrap_or_default()
    }
}
