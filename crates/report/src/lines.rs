//! Two values held against each other, line by line.
//!
//! In: a value before and after. Out: rows with a tag each: what goes, what comes, and a little of
//! what stays around it. It must not know colours or markup.

use model::Planned;
use serde_json::Value as Json;
use similar::{ChangeTag, TextDiff};

use crate::value;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// It stays.
    Same,
    /// It goes.
    Gone,
    /// It comes.
    New,
    /// It stands for lines that stay and are not shown.
    Skipped,
}

/// One line of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What becomes of it.
    pub tag: Tag,
    /// The line, without a line break; `…` for skipped ones.
    pub text: String,
}

/// How many lines that stay are shown around those that do not.
const CONTEXT: usize = 2;
/// How many characters of a line are shown.
const LONGEST: usize = 500;
/// How many characters that stay are shown around those that do not, within a long line.
const AROUND: usize = 24;

/// The lines that differ. `width` is how many columns a line should take at most; text that holds
/// a line break or JSON keeps its own lines.
#[must_use]
pub fn diff(before: &Planned, after: &Planned, width: usize) -> Vec<Row> {
    let (old, new) = laid_out(before, after, width);
    let mut rows = compared(&old, &new);
    dedent(&mut rows);
    narrow(&mut rows, width);
    for row in &mut rows {
        row.text = clipped(&row.text, LONGEST);
    }
    rows
}

/// Both values on lines of their own, as they are compared.
#[must_use]
pub fn laid_out(before: &Planned, after: &Planned, width: usize) -> (Vec<String>, Vec<String>) {
    documents(before, after).unwrap_or_else(|| (value::laid_out(before, width), value::laid_out(after, width)))
}

/// No more than `most` characters of a text, the last a `…` where it is cut.
#[must_use]
pub fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

fn compared(old: &[String], new: &[String]) -> Vec<Row> {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&old, &new);
    let mut rows = Vec::new();
    for (index, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if index > 0 {
            rows.push(Row { tag: Tag::Skipped, text: "…".to_owned() });
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let tag = match change.tag() {
                ChangeTag::Equal => Tag::Same,
                ChangeTag::Delete => Tag::Gone,
                ChangeTag::Insert => Tag::New,
            };
            rows.push(Row { tag, text: change.value().to_owned() });
        }
    }
    rows
}

/// Takes away the indentation that all rows have, as those from deep inside a document do.
fn dedent(rows: &mut [Row]) {
    let indentation = |row: &Row| row.text.len() - row.text.trim_start_matches(' ').len();
    let shared = rows.iter().filter(|it| it.tag != Tag::Skipped).map(indentation).min().unwrap_or(0);
    for row in rows.iter_mut().filter(|it| it.tag != Tag::Skipped) {
        row.text.drain(..shared);
    }
}

/// Of a long line that another takes the place of, only what differs is shown.
fn narrow(rows: &mut [Row], width: usize) {
    for at in 1..rows.len() {
        let is = |index: usize, tag: Tag| rows.get(index).is_some_and(|row: &Row| row.tag == tag);
        let pair = is(at - 1, Tag::Gone) && is(at, Tag::New) && !is(at + 1, Tag::New);
        let alone = pair && (at < 2 || !is(at - 2, Tag::Gone));
        let long = rows[at - 1].text.chars().count().max(rows[at].text.chars().count()) > width;
        if alone && long {
            (rows[at - 1].text, rows[at].text) = around_difference(&rows[at - 1].text, &rows[at].text);
        }
    }
}

fn around_difference(old: &str, new: &str) -> (String, String) {
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let left = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(left).take_while(|(one, other)| one == other).count();
    let (start, end) = (start.saturating_sub(AROUND), end.saturating_sub(AROUND));
    let part = |chars: &[char]| {
        let mut text: String = chars[start..chars.len() - end].iter().collect();
        if start > 0 {
            text.insert(0, '…');
        }
        if end > 0 {
            text.push('…');
        }
        text
    };
    (part(&old), part(&new))
}

/// The lines of two JSON documents. AWS may give a document back with its members in another
/// order, so those of the first stand as they do in the second.
fn documents(before: &Planned, after: &Planned) -> Option<(Vec<String>, Vec<String>)> {
    let document = |value: &Planned| {
        let json: Json = serde_json::from_str(value.as_text()?).ok()?;
        (json.is_object() || json.is_array()).then_some(json)
    };
    let (before, after) = (document(before)?, document(after)?);
    Some((value::json_lines(&in_order_of(&before, &after)), value::json_lines(&after)))
}

fn in_order_of(json: &Json, model: &Json) -> Json {
    match (json, model) {
        (Json::Object(members), Json::Object(order)) => {
            let known = order.keys().filter_map(|name| members.get_key_value(name));
            let others = members.iter().filter(|(name, _)| !order.contains_key(*name));
            let ordered = |(name, member): (&String, &Json)| {
                let member = order.get(name).map_or_else(|| member.clone(), |model| in_order_of(member, model));
                (name.clone(), member)
            };
            Json::Object(known.chain(others).map(ordered).collect())
        }
        (Json::Array(items), Json::Array(models)) => {
            let ordered = |(at, item): (usize, &Json)| {
                models.get(at).map_or_else(|| item.clone(), |model| in_order_of(item, model))
            };
            Json::Array(items.iter().enumerate().map(ordered).collect())
        }
        (json, _) => json.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Tree;

    fn check(before: &str, after: &str, expect: &[&str]) {
        let rows = diff(&Tree::text(before), &Tree::text(after), 40);
        let sign = |tag| match tag {
            Tag::Same => ' ',
            Tag::Gone => '-',
            Tag::New => '+',
            Tag::Skipped => '…',
        };
        let rows: Vec<String> = rows.iter().map(|row| format!("{}{}", sign(row.tag), row.text)).collect();
        assert_eq!(rows, expect);
    }

    #[test]
    fn documents_are_compared_whatever_the_order_of_their_members() {
        let before = r#"{"b": {"d": 1, "c": [1, 2]}, "a": 1}"#;
        let after = r#"{"a": 1, "b": {"c": [1, 3], "d": 1}}"#;
        check(before, after, &[" \"c\": [", "   1,", "-  2", "+  3", " ],", " \"d\": 1"]);
    }

    #[test]
    fn far_lines_are_skipped() {
        let before = "one\ntwo\n3\n4\n5\n6\n7\n8\nnine";
        let after = "1\ntwo\n3\n4\n5\n6\n7\n8\n9";
        let expect = ["-\"one\"", "+\"1\"", " \"two\"", " \"3\"", "……", " \"7\"", " \"8\"", "-\"nine\"", "+\"9\""];
        check(before, after, &expect);
    }

    #[test]
    fn long_lines_show_what_differs() {
        let (start, end) = ("s".repeat(200), "e".repeat(200));
        let expect = |middle: &str| format!("…{}{middle}{}…", "s".repeat(24), "e".repeat(24));
        let (before, after) = (format!("-{}", expect("old")), format!("+{}", expect("brand new")));
        check(&format!("{start}old{end}"), &format!("{start}brand new{end}"), &[&before, &after]);
    }

    #[test]
    fn what_an_eye_does_not_see_is_escaped() {
        check("[\"a\"]", "[\"\u{202e}a\"]", &[" [", "-  \"a\"", "+  \"\\u202ea\"", " ]"]);
    }
}
