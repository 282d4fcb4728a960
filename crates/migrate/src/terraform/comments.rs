//! Comments, taken out of the space around values where the parser leaves them.
//!
//! In: stretches of white space and comments. Out: the lines of the comments and what each belongs
//! to: what follows them, or what they stand beside. It must not know what is being commented.

use std::ops::Deref;

use hcl_edit::expr::{Array, Expression, Object, ObjectValueTerminator};
use hcl_edit::{Decorate, RawString};

use super::configuration::Comments;

/// The comments of an object's members, in order.
#[must_use]
pub fn of_object(object: &Object) -> Vec<Comments> {
    in_object(object).members
}

/// Those after an object's last member, on lines of their own.
#[must_use]
pub fn after_object(object: &Object) -> Vec<String> {
    in_object(object).after
}

/// The comments of an array's members, in order.
#[must_use]
pub fn of_array(array: &Array) -> Vec<Comments> {
    in_list(array.iter(), array.trailing()).members
}

/// Those after an array's last member, on lines of their own.
#[must_use]
pub fn after_array(array: &Array) -> Vec<String> {
    in_list(array.iter(), array.trailing()).after
}

/// The text before a thing, and the text after it.
pub(super) fn around(thing: &impl Decorate) -> (&str, &str) {
    let decor = thing.decor();
    (decor.prefix().map_or("", RawString::deref), decor.suffix().map_or("", RawString::deref))
}

/// The comments before a thing that starts a line.
pub(super) fn above(before: &str) -> Vec<String> {
    texts(&Stretch::of(before).comments)
}

/// The comments on a thing's own line, as one.
pub(super) fn beside<'a>(stretches: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let found: Vec<Comment> = stretches.into_iter().flat_map(|it| Stretch::of(it).comments).collect();
    in_one_line(&found)
}

/// The comments before the first block of a file: those of the file, and those of the block. An
/// empty line is between them; without one, all are the block's. So is the heading of a section,
/// which starts with a line of marks, unless it is the file's first comment.
pub(super) fn head(before: &str) -> (Vec<String>, Vec<String>) {
    let Stretch { comments, rows } = Stretch::of(before);
    let next = |index: usize| comments.get(index).map_or(rows, |it| it.row);
    let is_apart = |index: &usize| next(*index) > comments[index - 1].last_row + 1;
    let is_heading = |index: &usize| comments.get(*index).is_some_and(Comment::starts_with_rule);
    let mut starts = (1..=comments.len()).filter(is_apart);
    let heading = starts.clone().find(is_heading);
    let (head, above) = comments.split_at(heading.or_else(|| starts.next_back()).unwrap_or(0));
    (texts(head), texts(above))
}

/// What is between two brackets.
struct Inside {
    members: Vec<Comments>,
    after: Vec<String>,
}

/// The texts around one member.
struct Member<'a> {
    before: &'a str,
    within: Vec<&'a str>,
    after: &'a str,
    /// Whether what follows it starts on the next line.
    ends_line: bool,
}

fn in_object(object: &Object) -> Inside {
    let members = object.iter().map(|(key, value)| {
        let ((before, after_key), (before_value, after)) = (around(key), around(value.expr()));
        let ends_line = value.terminator() == ObjectValueTerminator::Newline;
        Member { before, within: vec![after_key, before_value], after, ends_line }
    });
    inside(members, object.trailing())
}

fn in_list<'a>(values: impl Iterator<Item = &'a Expression>, end: &str) -> Inside {
    let members = values.map(|value| {
        let (before, after) = around(value);
        Member { before, within: Vec::new(), after, ends_line: false }
    });
    inside(members, end)
}

/// A comment after a comma ends up before the next member, or before the closing bracket: it is
/// beside the member before the comma when its line ends there.
fn inside<'a>(members: impl Iterator<Item = Member<'a>>, end: &str) -> Inside {
    let mut found: Vec<Comments> = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    let mut is_fresh_line = false;
    for Member { before, within, after, ends_line } in members {
        let (line, rest) = Stretch::of(before).split(|it, rows| it.row == 0 && rows > it.last_row && !is_fresh_line);
        let mut above = std::mem::take(&mut waiting);
        put_beside_last(&mut found, &line, &mut above);
        above.extend(texts(&rest));
        let (line, rest) = Stretch::of(after).split(|it, _| it.row == 0);
        waiting = texts(&rest);
        let mut comments = Comments { above, beside: beside(within) };
        add_beside(&mut comments, in_one_line(&line));
        found.push(comments);
        is_fresh_line = ends_line;
    }
    let (line, rest) = Stretch::of(end).split(|it, _| it.row == 0 && !is_fresh_line);
    put_beside_last(&mut found, &line, &mut waiting);
    waiting.extend(texts(&rest));
    Inside { members: found, after: waiting }
}

/// Comments after a comma, or after the opening bracket.
fn put_beside_last(found: &mut [Comments], line: &[Comment], above: &mut Vec<String>) {
    match found.last_mut() {
        Some(last) => add_beside(last, in_one_line(line)),
        None => above.extend(texts(line)),
    }
}

fn add_beside(comments: &mut Comments, more: Option<String>) {
    comments.beside = match (comments.beside.take(), more) {
        (Some(first), Some(more)) => Some(format!("{first} {more}")),
        (first, more) => first.or(more),
    };
}

/// One comment.
struct Comment {
    lines: Vec<String>,
    /// How many line breaks are before it.
    row: usize,
    /// How many are before its end.
    last_row: usize,
}

impl Comment {
    /// Whether its first line is one of marks, as `-----`.
    fn starts_with_rule(&self) -> bool {
        let line = self.lines.first().map_or("", String::as_str);
        line.len() > 2 && line.chars().all(|it| it.is_ascii_punctuation())
    }
}

/// White space and comments.
struct Stretch {
    comments: Vec<Comment>,
    /// How many line breaks there are.
    rows: usize,
}

impl Stretch {
    fn of(text: &str) -> Self {
        let (mut comments, mut row, mut rest) = (Vec::new(), 0, text);
        while let Some(next) = rest.chars().next() {
            let (lines, length) = match next {
                '#' => until_line_end(rest, 1),
                '/' if rest.starts_with("//") => until_line_end(rest, 2),
                '/' if rest.starts_with("/*") => until_closed(rest),
                _ => {
                    row += usize::from(next == '\n');
                    rest = &rest[next.len_utf8()..];
                    continue;
                }
            };
            let last_row = row + rest[..length].matches('\n').count();
            comments.push(Comment { lines, row, last_row });
            (row, rest) = (last_row, &rest[length..]);
        }
        Self { comments, rows: row }
    }

    /// Those that a condition on them and on the number of line breaks holds for, and the others.
    fn split(self, is_first: impl Fn(&Comment, usize) -> bool) -> (Vec<Comment>, Vec<Comment>) {
        let rows = self.rows;
        self.comments.into_iter().partition(|it| is_first(it, rows))
    }
}

/// A comment up to the end of its line, and its length.
fn until_line_end(text: &str, mark: usize) -> (Vec<String>, usize) {
    let length = text.find('\n').unwrap_or(text.len());
    let line = text[mark..length].trim_end();
    let line = match line.strip_prefix([' ', '\t']) {
        Some(line) => line.to_owned(),
        // A line of slashes is a rule; so is one of hashes.
        None if mark == 2 && !line.is_empty() && line.bytes().all(|it| it == b'/') => "#".repeat(line.len() + 1),
        None => line.to_owned(),
    };
    (vec![line], length)
}

/// A comment up to `*/`, and its length.
fn until_closed(text: &str) -> (Vec<String>, usize) {
    let length = text[2..].find("*/").map_or(text.len(), |at| at + 4);
    let inner = text[2..length].trim_end_matches("*/").trim_start_matches('*').trim_end_matches('*');
    let lines: Vec<&str> = inner.lines().map(str::trim_end).collect();
    let is_starred = lines.iter().skip(1).all(|it| it.is_empty() || it.trim_start().starts_with('*'));
    let indent = |it: &&str| it.len() - it.trim_start().len();
    let common = lines.iter().skip(1).filter(|it| !it.is_empty()).map(indent).min().unwrap_or(0);
    let stripped = lines.iter().enumerate().map(|(index, line)| match (index, is_starred) {
        (0, _) => line.trim_start(),
        (_, true) => {
            let line = line.trim_start().trim_start_matches('*');
            line.strip_prefix(' ').unwrap_or(line)
        }
        (_, false) => line.get(common..).unwrap_or_default(),
    });
    (trimmed(stripped.map(str::to_owned).collect()), length)
}

/// The lines of comments, with an empty one where there is one between them.
fn texts(comments: &[Comment]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut end = None;
    for comment in comments {
        if end.is_some_and(|end| comment.row > end + 1) {
            lines.push(String::new());
        }
        lines.extend(comment.lines.iter().cloned());
        end = Some(comment.last_row);
    }
    trimmed(lines)
}

/// Without empty lines at both ends.
fn trimmed(mut lines: Vec<String>) -> Vec<String> {
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    let empty = lines.iter().take_while(|it| it.is_empty()).count();
    lines.drain(..empty);
    lines
}

fn in_one_line(comments: &[Comment]) -> Option<String> {
    let words: Vec<&str> =
        comments.iter().flat_map(|it| &it.lines).map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}
