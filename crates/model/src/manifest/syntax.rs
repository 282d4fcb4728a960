//! What is wrong with a text as TOML.
//!
//! In: one text. Out: the parser's events, and its errors as diagnostics. It must not know what
//! a manifest is.

use std::ops::Range;

use toml_parser::parser::{Event, RecursionGuard};

use super::outline::{self, Entry};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};

/// How deep arrays and inline tables may nest, as in the `toml` crate.
const DEPTH: u32 = 80;

/// The text as the parser sees it: everything, comments and blanks too, in the order written.
pub(crate) fn events(text: &str) -> Vec<Event> {
    let tokens = toml_parser::Source::new(text).lex().into_vec();
    let mut events = Vec::with_capacity(tokens.len());
    let mut receiver = RecursionGuard::new(&mut events, DEPTH);
    toml_parser::parser::parse_document(&tokens, &mut receiver, &mut ());
    events
}

/// The parser's errors, each with its place.
pub(crate) fn diagnostics(file: FileId, text: &str, errors: &[toml::de::Error]) -> Vec<Diagnostic> {
    let outline = if errors.is_empty() { Vec::new() } else { outline::entries(text) };
    errors.iter().map(|error| diagnostic(file, text, &outline, error)).collect()
}

fn diagnostic(file: FileId, text: &str, outline: &[Entry], error: &toml::de::Error) -> Diagnostic {
    let range = error.span().unwrap_or(text.len()..text.len());
    let place = span(file, range.clone());
    if error.message() != "duplicate key" {
        return Diagnostic::error("syntax", place, error.message());
    }
    let Some((first, again)) = outline::duplicate(outline, &range) else {
        return Diagnostic::error("duplicate-key", place, "this key is already set");
    };
    let first = span(file, first);
    match again.address() {
        Some(address) if again.is_header() && again.path.len() == 3 => {
            Diagnostic::error("duplicate-address", place, format!("`{address}` is declared twice"))
                .note("declared again here")
                .label(first, "first declared here")
        }
        Some(_) | None => Diagnostic::error("duplicate-key", place, format!("`{}` is set twice", again.name()))
            .note("set again here")
            .label(first, "first set here"),
    }
}

/// A range of bytes of a file as a span.
pub(super) fn span(file: FileId, range: Range<usize>) -> Span {
    let offset = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    Span { file, start: offset(range.start), end: offset(range.end) }
}
