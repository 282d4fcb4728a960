//! The texts a manifest is made of, and places in them.

use std::sync::Arc;

/// Which text of a [`Sources`] a span lies in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one text; the end is exclusive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The part of this span from `start` to `end`, counted from its own start.
    #[must_use]
    pub fn slice(self, start: usize, end: usize) -> Self {
        let at = |offset: usize| self.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)).min(self.end);
        Self { file: self.file, start: at(start), end: at(end) }
    }
}

/// One text of a manifest.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path relative to the manifest, with `/`: `stack.toml`, `environments/prod.toml`.
    pub path: String,
    /// The whole text.
    pub text: Arc<str>,
    /// Where its lines start.
    lines: Arc<[u32]>,
}

impl Source {
    /// The line of a byte, from 0, and where it starts.
    #[must_use]
    pub fn line(&self, offset: u32) -> (usize, u32) {
        let line = self.lines.partition_point(|start| *start <= offset).saturating_sub(1);
        (line, self.lines.get(line).copied().unwrap_or(0))
    }
}

/// All texts of one manifest in a fixed order: `stack.toml`, the layers by name, then the
/// environment that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The texts; a [`FileId`] is an index into them.
    pub files: Vec<Source>,
    /// The names of all environments beside the manifest, to say which ones there are.
    pub environments: Vec<String>,
}

impl Sources {
    /// Adds a text and returns its number.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<Arc<str>>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = text.into();
        let breaks = text.bytes().zip(1..).filter(|(byte, _)| *byte == b'\n').map(|(_, next)| next);
        let lines = std::iter::once(0).chain(breaks).collect();
        self.files.push(Source { path: path.into(), text, lines });
        id
    }

    /// The text that a number stands for.
    #[must_use]
    pub fn get(&self, id: FileId) -> Option<&Source> {
        self.files.get(id.0 as usize)
    }

    /// What a span covers.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        let file = self.get(span.file);
        file.and_then(|it| it.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }
}

/// How `file()` and its kin read: the caller brings the IO, so a git revision works as well as
/// a folder. Paths are relative to the manifest's folder.
pub trait Files {
    /// The bytes of a file.
    ///
    /// # Errors
    /// Why it cannot be read, as a person should see it.
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// No files at all: every `file()` is an error.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        Err(format!("there is no `{path}` here"))
    }
}
