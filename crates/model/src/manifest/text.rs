//! Decoded TOML strings that remember where each of their bytes stood.

use std::ops::Range;

use toml_parser::Raw;
use toml_parser::decoder::{Encoding, StringBuilder};

use super::Text;
use crate::source::{FileId, Span};

impl Text {
    /// The offset in the file of a decoded byte, or of the end.
    #[must_use]
    pub fn offset(&self, index: usize) -> u32 {
        match self.offsets.get(index).or(self.offsets.last()) {
            Some(offset) => *offset,
            None => self.start + u32::try_from(index.min(self.decoded.len())).unwrap_or(u32::MAX),
        }
    }

    /// Where a part of the decoded text stands in the file.
    #[must_use]
    pub fn place(&self, file: FileId, range: Range<usize>) -> Span {
        Span { file, start: self.offset(range.start), end: self.offset(range.end) }
    }

    /// Where the whole text stands, without its quotes.
    #[must_use]
    pub fn span(&self, file: FileId) -> Span {
        self.place(file, 0..self.decoded.len())
    }
}

/// Decodes a TOML string, quotes included, that starts at an offset of its file.
pub(super) fn decode(raw: &str, start: u32) -> Text {
    let mut recorder = Recorder {
        base: raw.as_ptr() as usize,
        start,
        text: String::with_capacity(raw.len()),
        offsets: Vec::with_capacity(raw.len()),
        cursor: start,
    };
    let span = toml_parser::Span::new_unchecked(0, raw.len());
    // Strings alone come here, and what is wrong with them has been reported by the parser.
    let _ = Raw::new_unchecked(raw, encoding(raw), span).decode_scalar(&mut recorder, &mut ());
    let Recorder { text: decoded, mut offsets, cursor, .. } = recorder;
    offsets.push(cursor);
    let first = offsets.first().copied().unwrap_or(start);
    if offsets.iter().copied().eq((first..).take(offsets.len())) {
        offsets = Vec::new();
    }
    Text { decoded, offsets, start: first }
}

/// A value that isn't a TOML string, read as text: `raw` is how it stands in the file.
pub(super) fn restate(decoded: String, raw: &str, start: u32) -> Text {
    let end = start + u32::try_from(raw.len()).unwrap_or(u32::MAX);
    let mut offsets = Vec::new();
    if decoded.len() != raw.len() {
        offsets = vec![start; decoded.len()];
        offsets.push(end);
    }
    Text { decoded, offsets, start }
}

fn encoding(raw: &str) -> Option<Encoding> {
    [
        ("\"\"\"", Encoding::MlBasicString),
        ("'''", Encoding::MlLiteralString),
        ("\"", Encoding::BasicString),
        ("'", Encoding::LiteralString),
    ]
    .into_iter()
    .find_map(|(quotes, encoding)| raw.starts_with(quotes).then_some(encoding))
}

/// Takes the pieces that the decoder hands out. A piece copied from the file tells its place by
/// its address in memory; an escape stands where the piece before it ended.
struct Recorder {
    base: usize,
    start: u32,
    text: String,
    offsets: Vec<u32>,
    cursor: u32,
}

impl<'s> StringBuilder<'s> for Recorder {
    fn clear(&mut self) {
        self.text.clear();
        self.offsets.clear();
    }

    fn push_str(&mut self, append: &'s str) -> bool {
        let distance = (append.as_ptr() as usize).saturating_sub(self.base);
        let from = self.start + u32::try_from(distance).unwrap_or(u32::MAX);
        let to = from + u32::try_from(append.len()).unwrap_or(u32::MAX);
        self.offsets.extend(from..to);
        self.text.push_str(append);
        self.cursor = to;
        true
    }

    fn push_char(&mut self, append: char) -> bool {
        self.offsets.extend(std::iter::repeat_n(self.cursor, append.len_utf8()));
        self.text.push(append);
        true
    }
}
