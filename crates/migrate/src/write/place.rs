//! From a place in a text to what stands there.
//!
//! In: a TOML text and an offset in it. Out: the keys that lead to it. It must not know who wrote
//! the text.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The keys that lead to what stands at an offset, as `["resource", "aws_vpc", "main",
/// "cidr_block"]`; a member of a list is its number. On a comment or an empty line it is the table
/// whose header is the last one before; `None` before the first.
#[must_use]
pub fn path_at(text: &str, offset: usize) -> Option<Vec<String>> {
    let (table, _) = DeTable::parse_recoverable(text);
    let mut spots = Vec::new();
    collect(&mut Vec::new(), table.get_ref(), &mut spots);
    // The longest path says most: a header is a spot, and so is each of its keys.
    let within = spots.iter().filter(|it| it.range.contains(&offset)).max_by_key(|it| it.path.len());
    let is_above = |it: &&Spot| it.is_header(text) && it.range.start <= offset;
    let below = || spots.iter().filter(is_above).max_by_key(|it| it.range.start);
    within.or_else(below).map(|it| it.path.clone())
}

/// Where something stands.
struct Spot {
    path: Vec<String>,
    range: Range<usize>,
    is_table: bool,
}

impl Spot {
    fn is_header(&self, text: &str) -> bool {
        self.is_table && text.get(self.range.clone()).is_some_and(|it| it.starts_with('['))
    }
}

fn collect(path: &mut Vec<String>, table: &DeTable<'_>, spots: &mut Vec<Spot>) {
    for (key, value) in table {
        path.push(key.get_ref().to_string());
        let (key, span) = (key.span(), value.span());
        // Beside its key a value shares the line; a header's key and what is below it may be far
        // from each other.
        let end = if span.start >= key.end { span.end } else { key.end };
        spots.push(Spot { path: path.clone(), range: key.start..end, is_table: false });
        collect_value(path, value, spots);
        path.pop();
    }
}

fn collect_value(path: &mut Vec<String>, value: &Spanned<DeValue<'_>>, spots: &mut Vec<Spot>) {
    let is_table = matches!(value.get_ref(), DeValue::Table(_));
    spots.push(Spot { path: path.clone(), range: value.span(), is_table });
    match value.get_ref() {
        DeValue::Table(table) => collect(path, table, spots),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                collect_value(path, item, spots);
                path.pop();
            }
        }
        DeValue::String(_) | DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {}
    }
}
