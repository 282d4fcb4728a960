//! A draft as the text of a TOML file.
//!
//! In: a file's tables with their comments. Out: TOML 1.0 in the canonical layout, and back from
//! an offset in such a text to the key that it lies in. It must not know Terraform, or what a
//! manifest means.
//!
//! Here is decided what stands on a line, what in a section of its own, and how text is quoted.
//! Spaces, alignment and the breaking of lists are left to [`model::fmt`], which also moves the
//! comments out of inline tables.

mod place;
mod shape;
#[cfg(test)]
mod tests;
mod text;

use model::diagnostic::Diagnostic;

use crate::draft::{Entry, File, Item, Section, Table, Value};

pub use place::path_at;
use shape::Shape;

/// A draft that came out as something that isn't TOML: a key stands twice in it.
#[derive(Debug, thiserror::Error)]
#[error("{path} was written as something that is not TOML: {}", messages(.problems))]
pub struct Malformed {
    /// The file's path in the folder.
    pub path: String,
    /// What was written.
    pub text: String,
    /// What is wrong with it; the places are in file 0.
    pub problems: Vec<Diagnostic>,
}

fn messages(problems: &[Diagnostic]) -> String {
    let messages: Vec<&str> = problems.iter().map(|it| &*it.message).collect();
    messages.join("; ")
}

/// Writes a file. Formatting the result changes nothing.
///
/// # Errors
/// A table of the draft, or the file, has the same key twice.
pub fn file(file: &File) -> Result<String, Malformed> {
    let mut page = Page::default();
    page.head(&file.head);
    for section in &file.sections {
        page.section(section);
    }
    model::fmt::format(&page.text).map_err(|problems| Malformed { path: file.path.clone(), text: page.text, problems })
}

/// A text as far as it is written, not laid out yet.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    /// The comments at the head of a file: paragraphs.
    fn head(&mut self, lines: &[String]) {
        for line in lines {
            match line.as_str() {
                "" => self.text.push('\n'),
                _ => self.above(std::slice::from_ref(line)),
            }
        }
        if !lines.is_empty() {
            self.text.push('\n');
        }
    }

    fn section(&mut self, section: &Section) {
        if section.path.is_empty() {
            // Comments that belong to nothing in particular stand apart.
            self.text.push('\n');
            self.above(&section.above);
            self.text.push('\n');
            return self.body(&section.path, &section.table, false);
        }
        self.above(&section.above);
        // Where only headers would follow it, a header says nothing, unless it declares something.
        let is_object = matches!(section.path.first().map(String::as_str), Some("resource" | "data"));
        let is_line = |it: &Entry| shape::of_entry(it, is_object).is_line();
        let entries = &section.table.entries;
        if section.is_item || entries.is_empty() || entries.iter().any(is_line) || !section.table.after.is_empty() {
            self.header(&section.path, section.is_item, None);
        }
        self.body(&section.path, &section.table, is_object);
    }

    /// What is below a header. TOML counts every line up to the next header to the last one, so
    /// that what stands on a line comes before all sections, whatever the order of the draft.
    fn body(&mut self, path: &[String], table: &Table, is_object: bool) {
        let shapes: Vec<(&Entry, Shape<'_>)> =
            table.entries.iter().map(|it| (it, shape::of_entry(it, is_object))).collect();
        for (entry, shape) in &shapes {
            match shape {
                Shape::Line => self.line(&text::key(&entry.key), entry),
                Shape::Dotted(members) => self.dotted(entry, members),
                Shape::Section(_) | Shape::Sections(_) => {}
            }
        }
        self.after(table);
        for (entry, shape) in &shapes {
            let path = [path, std::slice::from_ref(&entry.key)].concat();
            match shape {
                Shape::Line | Shape::Dotted(_) => {}
                Shape::Section(table) => self.sub_section(&path, entry, table),
                Shape::Sections(items) => self.sub_sections(&path, entry, items),
            }
        }
    }

    /// `key = value`
    fn line(&mut self, key: &str, entry: &Entry) {
        self.above(&entry.above);
        self.text.push_str(key);
        self.text.push_str(" = ");
        self.value(&entry.value, false);
        self.beside(entry.beside.as_deref());
    }

    /// `key.member = value`, one line a member.
    fn dotted(&mut self, entry: &Entry, members: &Table) {
        self.above(&entry.above);
        self.above(entry.beside.as_slice());
        for member in &members.entries {
            self.line(&format!("{}.{}", text::key(&entry.key), text::key(&member.key)), member);
        }
        self.above(&members.after);
    }

    /// `[path]`, without the header where only headers would follow it.
    fn sub_section(&mut self, path: &[String], entry: &Entry, table: &Table) {
        self.above(&entry.above);
        let says_something = !entry.above.is_empty() || entry.beside.is_some() || !table.after.is_empty();
        if says_something || table.entries.iter().any(|it| shape::of_entry(it, false).is_line()) {
            self.header(path, false, entry.beside.as_deref());
        }
        self.body(path, table, false);
    }

    /// `[[path]]`, one a table.
    fn sub_sections(&mut self, path: &[String], entry: &Entry, items: &[(&Item, &Table)]) {
        self.above(&entry.above);
        let mut beside = entry.beside.as_deref();
        for (item, table) in items {
            if item.beside.is_some() {
                self.above(beside.take().map(str::to_owned).as_slice());
            }
            self.above(&item.above);
            self.header(path, true, item.beside.as_deref().or(beside.take()));
            self.body(path, table, false);
        }
    }

    fn header(&mut self, path: &[String], is_item: bool, beside: Option<&str>) {
        let keys: Vec<String> = path.iter().map(|it| text::key(it)).collect();
        let keys = keys.join(".");
        self.text += &if is_item { format!("[[{keys}]]") } else { format!("[{keys}]") };
        self.beside(beside);
    }

    /// A value, lists one member a line. Within an inline table text stays on its line.
    fn value(&mut self, value: &Value, in_table: bool) {
        match value {
            Value::Bool(it) => self.text += &it.to_string(),
            Value::Int(it) => self.text += &it.to_string(),
            Value::Float(it) => self.text += &text::float(*it),
            Value::Text(it) => self.text += &text::quoted(it, !in_table),
            Value::List(items) => {
                self.text.push_str("[\n");
                for item in items {
                    self.above(&item.above);
                    self.value(&item.value, in_table);
                    self.text.push(',');
                    self.beside(item.beside.as_deref());
                }
                self.text.push(']');
            }
            Value::Table(table) if shape::is_empty(table) => self.text.push_str("{}"),
            // With line breaks, so that there is a place for comments: TOML 1.0 has none, and the
            // formatter moves them above.
            Value::Table(table) => {
                self.text.push_str("{\n");
                for entry in &table.entries {
                    self.above(&entry.above);
                    self.text.push_str(&text::key(&entry.key));
                    self.text.push_str(" = ");
                    self.value(&entry.value, true);
                    self.text.push(',');
                    self.beside(entry.beside.as_deref());
                }
                self.above(&table.after);
                self.text.push('}');
            }
        }
    }

    /// The comments after the last line of a table, apart from the header that may follow.
    fn after(&mut self, table: &Table) {
        self.above(&table.after);
        if !table.after.is_empty() {
            self.text.push('\n');
        }
    }

    fn above(&mut self, lines: &[String]) {
        for line in lines.iter().flat_map(|it| text::comment_lines(it)) {
            self.text.push_str(&line);
            self.text.push('\n');
        }
    }

    /// Ends a line, with a comment if there is one.
    fn beside(&mut self, comment: Option<&str>) {
        if let Some(comment) = comment {
            self.text.push(' ');
            self.text.push_str(&text::comment(comment));
        }
        self.text.push('\n');
    }
}
