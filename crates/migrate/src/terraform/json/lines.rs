//! On which lines the keys of a JSON text stand.
//!
//! In: a text that is JSON. Out: lines by the path of a value. It must not know what is in it.

use std::collections::BTreeMap;

/// Lines by path; the members of a list are numbered.
pub(super) struct Lines(BTreeMap<Vec<String>, usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut scanner = Scanner { rest: text, line: 1, found: BTreeMap::new() };
        scanner.value(&mut Vec::new());
        Self(scanner.found)
    }

    /// Where a value starts, or its key; the nearest one around it that is known.
    pub(super) fn at(&self, path: &[String]) -> usize {
        (0..=path.len()).rev().find_map(|length| self.0.get(&path[..length])).copied().unwrap_or(1)
    }
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    found: BTreeMap<Vec<String>, usize>,
}

impl Scanner<'_> {
    fn value(&mut self, path: &mut Vec<String>) {
        self.space();
        self.found.entry(path.clone()).or_insert(self.line);
        match self.rest.chars().next() {
            Some('{') => self.members(path, true),
            Some('[') => self.members(path, false),
            Some('"') => {
                self.string();
            }
            _ => {
                let end = self.rest.find([',', ']', '}']).unwrap_or(self.rest.len());
                self.take(end);
            }
        }
    }

    /// The members of an object or a list, its brackets included.
    fn members(&mut self, path: &mut Vec<String>, is_object: bool) {
        self.take(1);
        for index in 0.. {
            self.space();
            match self.rest.chars().next() {
                None => return,
                Some('}' | ']') => {
                    self.take(1);
                    return;
                }
                Some(',') => self.take(1),
                Some(_) => {}
            }
            self.space();
            path.push(if is_object { self.key(path) } else { index.to_string() });
            self.value(path);
            path.pop();
        }
    }

    /// A key and its colon.
    fn key(&mut self, path: &[String]) -> String {
        let line = self.line;
        let key = self.string();
        let whole = path.iter().cloned().chain([key.clone()]).collect();
        self.found.insert(whole, line);
        self.space();
        self.take(1);
        key
    }

    fn string(&mut self) -> String {
        let mut is_escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, next)| {
            let is_end = *next == '"' && !is_escaped;
            is_escaped = *next == '\\' && !is_escaped;
            is_end
        });
        let length = end.map_or(self.rest.len(), |(at, _)| at + 1);
        let text = serde_json::from_str(&self.rest[..length]).unwrap_or_default();
        self.take(length);
        text
    }

    fn space(&mut self) {
        let length = self.rest.len() - self.rest.trim_start().len();
        self.take(length);
    }

    fn take(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length.min(self.rest.len()));
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }
}
