//! From offsets in a decoded text to places in a file.
//!
//! In: ranges that `hcl-edit` reports. Out: spans. It must not know what the text means.

use std::ops::Range;

use crate::manifest::Text;
use crate::source::Span;

/// Where the bytes of a parsed text stand.
#[derive(Clone, Debug)]
pub(super) enum Places {
    /// Somewhere within a TOML string.
    Text {
        /// The string's own place; gives the file and the limits.
        whole: Span,
        /// See [`Text::offsets`].
        offsets: Vec<u32>,
        /// See [`Text::start`].
        start: u32,
    },
    /// In a text of its own (a template file): everything is reported at the call.
    Call(Span),
}

impl Places {
    pub(super) fn of(text: &Text, whole: Span) -> Self {
        Self::Text { whole, offsets: text.offsets.clone(), start: text.start }
    }

    /// Of a text that stands verbatim within `whole`, with or without a quote on either side.
    pub(super) fn verbatim(text: &str, whole: Span) -> Self {
        let around = ((whole.end - whole.start) as usize).saturating_sub(text.len());
        let quote = u32::try_from(around / 2).unwrap_or(0);
        Self::Text { whole, offsets: Vec::new(), start: whole.start + quote }
    }

    /// The place of a range of decoded bytes.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        match self {
            Self::Call(span) => *span,
            Self::Text { whole, .. } => {
                let start = self.at(range.start).clamp(whole.start, whole.end);
                let end = self.at(range.end).clamp(start, whole.end);
                Span { file: whole.file, start, end }
            }
        }
    }

    /// The place of a node, or the whole text where the parser kept none.
    pub(super) fn node(&self, node: &impl hcl_edit::Span) -> Span {
        match (self, node.span()) {
            (_, Some(range)) => self.span(range),
            (Self::Text { whole, .. } | Self::Call(whole), None) => *whole,
        }
    }

    fn at(&self, decoded: usize) -> u32 {
        match self {
            Self::Call(span) => span.start,
            Self::Text { whole, offsets, start } => match offsets.get(decoded) {
                Some(offset) => *offset,
                None if offsets.is_empty() => start.saturating_add(u32::try_from(decoded).unwrap_or(u32::MAX)),
                None => whole.end,
            },
        }
    }
}
