//! Two texts beside each other: rows of a left and a right line.
//!
//! In: the lines before and after. Out: rows in which changed words are marked, with long
//! unchanged stretches set apart. It must not know how rows look.

use similar::{ChangeTag, DiffOp, TextDiff};

/// How many unchanged lines stay beside a change.
const CONTEXT: usize = 3;
/// A stretch is only set apart if that saves more than the line which says so.
const WORTH_FOLDING: usize = 4;
/// So many characters between two marked pieces are marked with them.
const BETWEEN: usize = 2;
/// Lines that share less than this part of their words are two lines, not one that changed.
const ALIKE: f32 = 0.4;

/// One row, or several that are set apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// The same lines on both sides.
    Same(Vec<String>),
    /// A line that is gone, has come, or has changed.
    Changed {
        /// The line before.
        left: Option<Vec<Piece>>,
        /// The line after.
        right: Option<Vec<Piece>>,
    },
    /// Unchanged lines far from any change.
    Folded(Vec<String>),
}

/// A part of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its text.
    pub text: String,
    /// Whether this is what changed within the line.
    pub marked: bool,
}

/// The rows of two texts.
pub(super) fn rows(before: &[String], after: &[String]) -> Vec<Row> {
    let old: Vec<&str> = before.iter().map(String::as_str).collect();
    let new: Vec<&str> = after.iter().map(String::as_str).collect();
    let diff = TextDiff::from_slices(&old, &new);
    let last = diff.ops().len().saturating_sub(1);
    let mut rows = Vec::new();
    for (index, op) in diff.ops().iter().enumerate() {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                let lines = old.get(old_index..old_index + len).unwrap_or_default();
                same(lines, index == 0, index == last, &mut rows);
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                changed(old.get(old_index..old_index + old_len).unwrap_or_default(), &[], &mut rows);
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                changed(&[], new.get(new_index..new_index + new_len).unwrap_or_default(), &mut rows);
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let left = old.get(old_index..old_index + old_len).unwrap_or_default();
                changed(left, new.get(new_index..new_index + new_len).unwrap_or_default(), &mut rows);
            }
        }
    }
    rows
}

/// Unchanged lines: those near a change as they are, the others set apart.
fn same(lines: &[&str], first: bool, last: bool, rows: &mut Vec<Row>) {
    let head = if first { 0 } else { CONTEXT.min(lines.len()) };
    let tail = if last { lines.len() } else { lines.len().saturating_sub(CONTEXT) };
    let part = |start: usize, end: usize| lines.iter().take(end).skip(start).map(|it| (*it).to_owned()).collect();
    if tail.saturating_sub(head) < WORTH_FOLDING {
        rows.push(Row::Same(part(0, lines.len())));
        return;
    }
    if head > 0 {
        rows.push(Row::Same(part(0, head)));
    }
    rows.push(Row::Folded(part(head, tail)));
    if tail < lines.len() {
        rows.push(Row::Same(part(tail, lines.len())));
    }
}

/// The first line gone beside the first that came, and so on.
fn changed(left: &[&str], right: &[&str], rows: &mut Vec<Row>) {
    for index in 0..left.len().max(right.len()) {
        let whole = |line: &&str| vec![Piece { text: (*line).to_owned(), marked: false }];
        rows.push(match (left.get(index), right.get(index)) {
            (Some(old), Some(new)) => pair(old, new),
            (old, new) => Row::Changed { left: old.map(whole), right: new.map(whole) },
        });
    }
}

/// Two lines with the words marked in which they differ.
fn pair(old: &str, new: &str) -> Row {
    let (old_words, new_words) = (words(old), words(new));
    let diff = TextDiff::from_slices(&old_words, &new_words);
    let alike = diff.ratio() >= ALIKE;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for change in diff.iter_all_changes() {
        match change.tag() {
            ChangeTag::Equal => {
                push(&mut left, change.value(), false);
                push(&mut right, change.value(), false);
            }
            ChangeTag::Delete => push(&mut left, change.value(), alike),
            ChangeTag::Insert => push(&mut right, change.value(), alike),
        }
    }
    Row::Changed { left: Some(joined(left)), right: Some(joined(right)) }
}

/// Marks the little that stands between two marked pieces too: `10.20` reads better than `10` and
/// `20`.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let marks: Vec<bool> = pieces.iter().map(|it| it.marked).collect();
    let is_marked = |at: Option<usize>| at.and_then(|at| marks.get(at)).is_some_and(|it| *it);
    let mut joined = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let between = is_marked(at.checked_sub(1)) && is_marked(at.checked_add(1));
        push(&mut joined, &piece.text, piece.marked || (between && piece.text.chars().count() <= BETWEEN));
    }
    joined
}

fn push(pieces: &mut Vec<Piece>, text: &str, marked: bool) {
    match pieces.last_mut() {
        Some(last) if last.marked == marked => last.text.push_str(text),
        Some(_) | None => pieces.push(Piece { text: text.to_owned(), marked }),
    }
}

/// Runs of letters and digits, runs of blanks, and every other character by itself.
fn words(line: &str) -> Vec<&str> {
    let class = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            0
        } else if c.is_whitespace() {
            1
        } else {
            2
        }
    };
    let mut words = Vec::new();
    let mut start = 0;
    let mut last: Option<u8> = None;
    for (at, character) in line.char_indices() {
        let now = class(character);
        if last.is_some_and(|last| last != now || now == 2) {
            words.push(&line[start..at]);
            start = at;
        }
        last = Some(now);
    }
    if start < line.len() {
        words.push(&line[start..]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `=line`, `-left|right` with marked pieces in brackets, `~count` for a fold.
    fn check(before: &[&str], after: &[&str], expect: &[&str]) {
        let owned = |lines: &[&str]| lines.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let side = |pieces: Option<Vec<Piece>>| {
            let piece = |it: Piece| if it.marked { format!("[{}]", it.text) } else { it.text };
            pieces.map_or("∅".to_owned(), |it| it.into_iter().map(piece).collect())
        };
        let shown: Vec<String> = rows(&owned(before), &owned(after))
            .into_iter()
            .map(|row| match row {
                Row::Same(lines) => format!("={}", lines.join("|")),
                Row::Changed { left, right } => format!("-{}|{}", side(left), side(right)),
                Row::Folded(lines) => format!("~{}", lines.len()),
            })
            .collect();
        assert_eq!(shown, expect);
    }

    #[test]
    fn changed_words_are_marked() {
        check(&["size = 20,", "b"], &["size = 100,", "b"], &["-size = [20],|size = [100],", "=b"]);
        check(&["to 10.20.0.0/16,"], &["to 0.0.0.0/0,"], &["-to [10.20].0.0/[16],|to [0.0].0.0/[0],"]);
        check(&[r#""s3:GetObject""#], &[r#""s3:*""#], &[r#"-"s3:[GetObject]"|"s3:[*]""#]);
    }

    #[test]
    fn lines_come_and_go() {
        check(&["a"], &["a", "b"], &["=a", "-∅|b"]);
        check(&["a", "b"], &["b"], &["-a|∅", "=b"]);
        check(&[], &[], &[]);
        check(&["completely other"], &["nothing; shared"], &["-completely other|nothing; shared"]);
    }

    #[test]
    fn long_unchanged_stretches_are_folded() {
        let lines: Vec<String> = (0..20).map(|it| format!("line {it}")).collect();
        let before: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut after = before.clone();
        after[10] = "line ten";
        check(
            &before,
            &after,
            &["~7", "=line 7|line 8|line 9", "-line [10]|line [ten]", "=line 11|line 12|line 13", "~6"],
        );
        check(&before[..9], &before[..9], &["~9"]);
        check(&before[..3], &before[..3], &["=line 0|line 1|line 2"]);
    }

    #[test]
    fn letters_beyond_ascii_stay_whole() {
        check(&["größe = ä1"], &["größe = ö1"], &["-größe = [ä1]|größe = [ö1]"]);
    }
}
