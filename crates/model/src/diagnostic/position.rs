//! Offsets as people and other programs count them: lines and columns.

use crate::source::{Source, Sources, Span};

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl Position {
    /// Where a byte of a text stands.
    #[must_use]
    pub fn of(source: &Source, offset: u32) -> Self {
        let text = &source.text;
        let (line, start) = source.line(offset.min(u32::try_from(text.len()).unwrap_or(u32::MAX)));
        let before = &text[start as usize..text.floor_char_boundary(offset as usize)];
        Self { line: line + 1, column: before.chars().count() + 1 }
    }
}

/// A span by file, line and column; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region<'a> {
    /// The file's path relative to the manifest.
    pub file: &'a str,
    /// The first character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
}

impl<'a> Region<'a> {
    /// Where a span lies; `None` if its file is unknown.
    #[must_use]
    pub fn of(sources: &'a Sources, span: Span) -> Option<Self> {
        let source = sources.get(span.file)?;
        let at = |offset: u32| Position::of(source, offset);
        Some(Self { file: &source.path, start: at(span.start), end: at(span.end) })
    }
}
