//! Offsets as people and other programs count them: lines and columns.

use crate::source::{Sources, Span};

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
    pub fn of(text: &str, offset: usize) -> Self {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
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
        let at = |offset: u32| Position::of(&source.text, offset as usize);
        Some(Self { file: &source.path, start: at(span.start), end: at(span.end) })
    }
}
