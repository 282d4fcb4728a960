//! Reading tables whose keys are known: each field by name and type, whatever is left over is an
//! error with a suggestion.

use super::{Node, Table, Text, Value};
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;

/// A table that is being taken apart.
pub(super) struct Fields<'a> {
    /// What the table is called, as `` `[stack]` ``.
    name: String,
    /// Its place.
    span: Span,
    table: Table,
    asked: Vec<&'static str>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    /// Starts on a node; `None` and an error where it is no table.
    pub(super) fn new(name: impl Into<String>, node: Node, diagnostics: &'a mut Vec<Diagnostic>) -> Option<Self> {
        let name = name.into();
        let span = node.span;
        match node.value {
            Value::Table(table) => Some(Self { name, span, table, asked: Vec::new(), diagnostics }),
            value => {
                diagnostics.push(wrong_type(&name, span, "a table", &value));
                None
            }
        }
    }

    /// Takes a field of any type.
    pub(super) fn node(&mut self, field: &'static str) -> Option<Node> {
        self.asked.push(field);
        self.table.shift_remove(field).map(|(_, node)| node)
    }

    /// Takes a field that must be there.
    pub(super) fn required(&mut self, field: &'static str) -> Option<Node> {
        let node = self.node(field);
        if node.is_none() {
            let message = format!("{} lacks `{field}`", self.name);
            self.diagnostics.push(Diagnostic::error("missing-argument", self.span, message));
        }
        node
    }

    /// Takes a string, with its place without the quotes.
    pub(super) fn text(&mut self, field: &'static str) -> Option<(Text, Span)> {
        let node = self.node(field)?;
        self.as_text(field, node)
    }

    /// Takes a string that must be there.
    pub(super) fn required_text(&mut self, field: &'static str) -> Option<(Text, Span)> {
        let node = self.required(field)?;
        self.as_text(field, node)
    }

    /// Takes a boolean; false where it is absent.
    pub(super) fn flag(&mut self, field: &'static str) -> bool {
        match self.node(field) {
            Some(Node { value: Value::Bool(value), .. }) => value,
            Some(Node { value, span }) => {
                self.diagnostics.push(wrong_type(&format!("`{field}`"), span, "a boolean", &value));
                false
            }
            None => false,
        }
    }

    /// Takes a list.
    pub(super) fn list(&mut self, field: &'static str) -> Option<Vec<Node>> {
        let node = self.node(field)?;
        match node.value {
            Value::List(items) => Some(items),
            value => {
                self.diagnostics.push(wrong_type(&format!("`{field}`"), node.span, "a list", &value));
                None
            }
        }
    }

    /// Takes a list of strings, and only looks whether it is one.
    pub(super) fn check_texts(&mut self, field: &'static str) {
        for item in self.list(field).unwrap_or_default() {
            if !matches!(item.value, Value::Text(_)) {
                let name = format!("a member of `{field}`");
                self.diagnostics.push(wrong_type(&name, item.span, "a string", &item.value));
            }
        }
    }

    /// Takes a whole number or an expression, and only looks whether it is one.
    pub(super) fn check_number(&mut self, field: &'static str) {
        let Some(node) = self.node(field) else { return };
        let fits = match &node.value {
            Value::Int(_) => true,
            Value::Text(text) => text.decoded.contains("${"),
            Value::Bool(_) | Value::Float(_) | Value::List(_) | Value::Table(_) => false,
        };
        if !fits {
            self.diagnostics.push(wrong_type(&format!("`{field}`"), node.span, "a whole number", &node.value));
        }
    }

    /// Where problems go while this is at work.
    pub(super) fn diagnostics(&mut self) -> &mut Vec<Diagnostic> {
        self.diagnostics
    }

    /// Reports what nobody asked for.
    pub(super) fn finish(self) {
        for (key, (span, _)) in &self.table {
            let message = format!("{} has no `{key}`", self.name);
            let known = self.asked.iter().copied();
            self.diagnostics.push(suggest(Diagnostic::error("unknown-argument", *span, message), key, *span, known));
        }
    }

    fn as_text(&mut self, field: &str, node: Node) -> Option<(Text, Span)> {
        match node.value {
            Value::Text(text) => {
                let span = text.span(node.span.file);
                Some((text, span))
            }
            value => {
                self.diagnostics.push(wrong_type(&format!("`{field}`"), node.span, "a string", &value));
                None
            }
        }
    }
}

/// An error about a value of the wrong type.
pub(super) fn wrong_type(name: &str, span: Span, expected: &str, value: &Value) -> Diagnostic {
    Diagnostic::error("wrong-type", span, format!("{name} must be {expected}, not {}", value.noun()))
}

/// Adds "did you mean" and the edit, or else the words that are known.
pub(super) fn suggest<'a>(
    diagnostic: Diagnostic,
    word: &str,
    span: Span,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Diagnostic {
    match nearest(word, known.clone()) {
        Some(best) => diagnostic.help(format!("did you mean `{best}`?")).fix(span, best),
        None => {
            let words: Vec<_> = known.into_iter().map(|it| format!("`{it}`")).collect();
            diagnostic.help(format!("expected {}", words.join(", ")))
        }
    }
}
