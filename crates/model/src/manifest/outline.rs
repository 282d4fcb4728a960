//! The headers and keys of a text, found even where its syntax is broken.
//!
//! In: one text. Out: every `[header]`, `[[header]]` and `key =` with the place of each part of
//! its path. The parser's own tables forget where a parent was named the second time.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::ops::Range;

use toml_parser::parser::EventKind;

use super::syntax;
use crate::address::{Address, Mode};

/// One header or one key of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// What it is.
    kind: Kind,
    /// The whole path, a key's with its header's before it.
    pub(super) path: Vec<(String, Range<usize>)>,
    /// The header with its brackets, or the key.
    pub(super) span: Range<usize>,
    /// Counts the headers above: the same for all keys of one table.
    table: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    Array,
    Key,
}

impl Entry {
    /// Whether it is a `[header]` or `[[header]]`.
    pub(super) fn is_header(&self) -> bool {
        match self.kind {
            Kind::Table | Kind::Array => true,
            Kind::Key => false,
        }
    }

    /// The path with dots.
    pub(super) fn name(&self) -> String {
        let names: Vec<_> = self.path.iter().map(|(name, _)| name.as_str()).collect();
        names.join(".")
    }

    /// The resource or data source that it declares or belongs to.
    pub(super) fn address(&self) -> Option<Address> {
        let [(section, _), (kind, _), (name, _), ..] = self.path.as_slice() else { return None };
        let mode = mode(section)?;
        Some(Address::new(mode, kind.as_str(), name.as_str()))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|(name, _)| name.as_str())
    }
}

/// What a top-level table declares, if it is `resource` or `data`.
pub(super) fn mode(section: &str) -> Option<Mode> {
    match section {
        "resource" => Some(Mode::Managed),
        "data" => Some(Mode::Data),
        _ => None,
    }
}

/// Every header and key of a text in the order written.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    found(text, |_| true)
}

/// Those of some kinds.
fn found(text: &str, wanted: impl Fn(Kind) -> bool) -> Vec<Entry> {
    let source = toml_parser::Source::new(text);
    let mut entries: Vec<Entry> = Vec::new();
    let mut header: Vec<(String, Range<usize>)> = Vec::new();
    let mut path: Vec<(String, Range<usize>)> = Vec::new();
    let (mut depth, mut start, mut table, mut in_header) = (0_usize, 0, 0, false);
    for event in syntax::events(text) {
        let range = event.span().start()..event.span().end();
        match event.kind() {
            EventKind::StdTableOpen | EventKind::ArrayTableOpen => {
                (depth, start, in_header) = (0, range.start, true);
                table += 1;
                path.clear();
            }
            EventKind::StdTableClose | EventKind::ArrayTableClose => {
                in_header = false;
                header = std::mem::take(&mut path);
                let kind = if event.kind() == EventKind::StdTableClose { Kind::Table } else { Kind::Array };
                entries.push(Entry { kind, path: header.clone(), span: start..range.end, table });
            }
            EventKind::SimpleKey if depth == 0 && (in_header || wanted(Kind::Key)) => {
                let mut name = Cow::Borrowed("");
                if let Some(raw) = source.get(event) {
                    raw.decode_key(&mut name, &mut ());
                }
                path.push((name.into_owned(), range));
            }
            EventKind::KeyValSep if depth == 0 && wanted(Kind::Key) => {
                let whole = path.first().map_or(range.start, |(_, it)| it.start)..range.start;
                let path: Vec<_> = header.iter().cloned().chain(path.drain(..)).collect();
                let span = path.last().map_or(whole, |(_, it)| it.clone());
                entries.push(Entry { kind: Kind::Key, path, span, table });
            }
            EventKind::ArrayOpen | EventKind::InlineTableOpen => depth += 1,
            EventKind::ArrayClose | EventKind::InlineTableClose => depth = depth.saturating_sub(1),
            EventKind::Newline if depth == 0 => path.clear(),
            EventKind::SimpleKey
            | EventKind::KeySep
            | EventKind::KeyValSep
            | EventKind::Scalar
            | EventKind::ValueSep
            | EventKind::Whitespace
            | EventKind::Comment
            | EventKind::Newline
            | EventKind::Error => {}
        }
    }
    entries
}

/// For a key that the parser calls a duplicate: the place of the first one, and the second.
pub(super) fn duplicate<'a>(entries: &'a [Entry], key: &Range<usize>) -> Option<(Range<usize>, &'a Entry)> {
    let index = entries.iter().position(|it| it.path.last().is_some_and(|(_, range)| range == key))?;
    let again = &entries[index];
    let same = |it: &&Entry| it.names().eq(again.names()) && (again.is_header() || it.table == again.table);
    let first = entries[..index].iter().find(same)?;
    Some((first.span.clone(), again))
}

/// The header that declares each block of a text: its own, else the first of a table inside it.
pub(super) fn headers(text: &str) -> BTreeMap<Address, Entry> {
    let mut headers: BTreeMap<Address, Entry> = BTreeMap::new();
    for entry in found(text, |kind| kind != Kind::Key) {
        let Some(address) = entry.address() else { continue };
        let own = entry.path.len() == 3;
        match headers.entry(address) {
            Slot::Vacant(slot) => {
                slot.insert(entry);
            }
            Slot::Occupied(mut slot) if own => {
                slot.insert(entry);
            }
            Slot::Occupied(_) => {}
        }
    }
    headers
}
