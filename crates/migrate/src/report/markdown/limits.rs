//! How much of each list is told, so that the whole fits a comment.
//!
//! In: nothing. Out: limits, wide ones first. They must not know what is in the lists.

/// The most characters of a report. GitHub takes 65,536 in a comment; what was verified comes below
/// the report, and keeps it under 60,000.
pub const LIMIT: usize = 54_000;
/// The most characters of one sentence: documents that differ would fill pages.
pub const SENTENCE: usize = 500;

/// How many entries of each list are told.
#[derive(Debug)]
pub struct Limits {
    /// Rows of each layer in the list of everything.
    pub rows: usize,
    /// Entries of lists that only inform.
    pub entries: usize,
    /// Entries of lists that ask for something.
    pub urgent: usize,
    /// Parts of one entry.
    pub places: usize,
}

const ALL: usize = usize::MAX;

/// What only informs is cut first. The last of them always fits.
pub const STEPS: &[Limits] = &[
    Limits { rows: ALL, entries: ALL, urgent: ALL, places: ALL },
    Limits { rows: 100, entries: ALL, urgent: ALL, places: 20 },
    Limits { rows: 30, entries: 100, urgent: ALL, places: 10 },
    Limits { rows: 10, entries: 50, urgent: ALL, places: 10 },
    Limits { rows: 10, entries: 30, urgent: 150, places: 5 },
    Limits { rows: 5, entries: 20, urgent: 60, places: 5 },
    Limits { rows: 0, entries: 10, urgent: 30, places: 5 },
    Limits { rows: 0, entries: 3, urgent: 10, places: 3 },
];
