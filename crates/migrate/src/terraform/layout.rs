//! Texts that Terraform reads and the parser does not, laid out so that it does.
//!
//! In: the text of a file. Out: the same text with spaces where the parser stumbles, so that
//! everything stays on its line. It must not know what the text says, nor whether it is right.

use std::borrow::Cow;
use std::ops::Range;

/// With `""` for every empty heredoc: the parser looks for its end in the text after it.
pub(super) fn without_empty_heredocs(text: &str) -> Cow<'_, str> {
    let scanner = Scanner::of(text);
    if scanner.empty_heredocs.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut lines: Vec<Range<usize>> = Vec::new();
    for empty in &scanner.empty_heredocs {
        let line_end = text[empty.clone()].find('\n').map_or(empty.end, |at| empty.start + at);
        lines.extend([empty.start..line_end, line_end + 1..empty.end]);
    }
    let mut blank = blanked(text, &lines);
    for empty in scanner.empty_heredocs {
        blank.replace_range(empty.start..empty.start + 2, "\"\"");
    }
    Cow::Owned(blank)
}

/// With every `for` expression and every `%{…}` in one line, without its comments: there, Terraform
/// allows line breaks anywhere (<https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>),
/// and the parser does not.
pub(super) fn joined(text: &str) -> String {
    blanked(text, &Scanner::of(text).breaks)
}

fn blanked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut blank = text.to_owned();
    for range in ranges {
        blank.replace_range(range.clone(), &" ".repeat(range.len()));
    }
    blank
}

/// How deep brackets are followed; the parser refuses deeper ones.
const DEPTH: usize = 256;

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// The line breaks and comments in `for` expressions and `%{…}`.
    breaks: Vec<Range<usize>>,
    empty_heredocs: Vec<Range<usize>>,
}

impl<'a> Scanner<'a> {
    fn of(text: &'a str) -> Self {
        let mut scanner = Self { text, at: 0, depth: 0, breaks: Vec::new(), empty_heredocs: Vec::new() };
        scanner.code(None, false);
        scanner
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Everything up to a closing bracket, itself included.
    fn code(&mut self, closing: Option<char>, is_joined: bool) {
        self.depth += 1;
        if self.depth > DEPTH {
            self.at = self.text.len();
        }
        while let Some(next) = self.rest().chars().next() {
            let start = self.at;
            let comment = comment_length(self.rest());
            self.at += if comment > 0 { comment } else { next.len_utf8() };
            match next {
                _ if comment > 0 => self.breaks.extend(is_joined.then_some(start..self.at)),
                '\r' | '\n' => self.breaks.extend(is_joined.then_some(start..self.at)),
                '(' => self.code(Some(')'), false),
                '[' => self.code(Some(']'), is_for(self.rest())),
                '{' => self.code(Some('}'), is_for(self.rest())),
                '"' => self.quoted(),
                '<' => self.heredoc(start),
                _ if Some(next) == closing => break,
                _ => {}
            }
        }
        self.depth -= 1;
    }

    /// A text, its opening quote apart.
    fn quoted(&mut self) {
        while let Some(next) = self.rest().chars().next() {
            if self.marker() {
                continue;
            }
            self.at += next.len_utf8();
            if next == '\\' {
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            }
            if next == '"' {
                return;
            }
        }
    }

    /// A heredoc, the first `<` apart, if there is one.
    fn heredoc(&mut self, start: usize) {
        let Some(opening) = self.rest().strip_prefix('<') else { return };
        let opening = opening.strip_prefix('-').unwrap_or(opening);
        let word = &opening[..opening.find(|it| !is_word(it)).unwrap_or(opening.len())];
        let after = &opening[word.len()..];
        let Some(body) = after.strip_prefix('\n').or_else(|| after.strip_prefix("\r\n")) else { return };
        if word.is_empty() {
            return;
        }
        let first = self.text.len() - body.len();
        self.at = first;
        let mut starts_line = true;
        while let Some(next) = self.rest().chars().next() {
            let line = self.rest().trim_start_matches([' ', '\t']);
            if starts_line && line.strip_prefix(word).is_some_and(|it| !it.starts_with(is_word)) {
                let is_empty = self.at == first;
                self.at = self.text.len() - line.len() + word.len();
                self.empty_heredocs.extend(is_empty.then_some(start..self.at));
                return;
            }
            starts_line = next == '\n';
            if !self.marker() {
                self.at += next.len_utf8();
            }
        }
    }

    /// An escaped marker, or `${…}` or `%{…}`, if there is one.
    fn marker(&mut self) -> bool {
        let rest = self.rest();
        if rest.starts_with("$${") || rest.starts_with("%%{") {
            self.at += 3;
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            self.at += 2;
            self.code(Some('}'), rest.starts_with('%'));
        } else {
            return false;
        }
        true
    }
}

fn is_word(next: char) -> bool {
    next.is_alphanumeric() || next == '_' || next == '-'
}

/// The length of the comment that a text starts with, without the end of its line.
fn comment_length(text: &str) -> usize {
    if text.starts_with('#') || text.starts_with("//") {
        text.find('\n').unwrap_or(text.len())
    } else if let Some(inner) = text.strip_prefix("/*") {
        inner.find("*/").map_or(text.len(), |at| at + 4)
    } else {
        0
    }
}

/// Whether what follows a bracket is a `for` expression.
fn is_for(mut text: &str) -> bool {
    loop {
        text = text.trim_start();
        match comment_length(text) {
            0 => return text.strip_prefix("for").is_some_and(|it| !it.starts_with(is_word)),
            length => text = &text[length..],
        }
    }
}
