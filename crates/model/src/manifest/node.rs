//! TOML values as nodes: in the order written, each with its place, each of a kind that a
//! manifest can hold.
//!
//! In: one text. Out: its top table, or nothing where the syntax is broken.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use toml::value::Datetime;

use super::{Node, Table, Value, syntax, text};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

impl Value {
    /// What kind of value it is, with its article: `a string`.
    #[must_use]
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The top table of a text; `None` if its syntax is broken.
pub(super) fn read(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Table> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        diagnostics.extend(syntax::diagnostics(file, text, &errors));
        return None;
    }
    let mut reader = Reader { file, text, diagnostics };
    Some(reader.table(table.into_inner()))
}

/// A date or time with its seconds, which TOML 1.1 lets one leave out.
fn in_full(mut datetime: Datetime) -> String {
    if let Some(time) = &mut datetime.time {
        time.second.get_or_insert(0);
    }
    datetime.to_string()
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn table(&mut self, table: DeTable<'_>) -> Table {
        let mut members: Vec<_> = table.into_iter().collect();
        members.sort_by_key(|(key, _)| key.span().start);
        let member = |(key, value): (Spanned<_>, Spanned<_>)| {
            let span = self.span(key.span());
            (std::borrow::Cow::into_owned(key.into_inner()), (span, self.node(value)))
        };
        members.into_iter().map(member).collect()
    }

    fn node(&mut self, value: Spanned<DeValue<'_>>) -> Node {
        let range = value.span();
        let span = self.span(range.clone());
        let raw = self.text.get(range).unwrap_or_default();
        let value = match value.into_inner() {
            DeValue::String(_) => Value::Text(text::decode(raw, span.start)),
            DeValue::Integer(it) => self.integer(span, i64::from_str_radix(it.as_str(), it.radix())),
            DeValue::Float(it) => self.float(span, it.as_str()),
            DeValue::Boolean(it) => Value::Bool(it),
            DeValue::Datetime(it) => Value::Text(text::restate(in_full(it), raw, span.start)),
            DeValue::Array(items) => Value::List(items.into_iter().map(|it| self.node(it)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node { span, value }
    }

    fn integer(&mut self, span: Span, parsed: Result<i64, std::num::ParseIntError>) -> Value {
        Value::Int(parsed.unwrap_or_else(|_| {
            let message = "this number does not fit into 64 bits";
            self.diagnostics.push(
                Diagnostic::error("number-range", span, message)
                    .help("write it as a string if its digits are meant rather than its value"),
            );
            0
        }))
    }

    fn float(&mut self, span: Span, text: &str) -> Value {
        let parsed = text.parse::<f64>().ok().filter(|it| it.is_finite());
        Value::Float(parsed.unwrap_or_else(|| {
            let message = format!("`{text}` is not a number that a manifest can hold: it must be finite");
            self.diagnostics.push(Diagnostic::error("number-range", span, message));
            0.0
        }))
    }

    fn span(&self, range: Range<usize>) -> Span {
        syntax::span(self.file, range)
    }
}
