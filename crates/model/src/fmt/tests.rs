//! Layouts case by case, and over any document: nothing lost, nothing changed the second time.

use proptest::prelude::*;
use serde_json::{Value, json};
use toml_parser::parser::EventKind;

use super::format;
use crate::manifest::{self, Node, Table, syntax};
use crate::source::Sources;

/// Formats, and sees to it that doing it again changes nothing and that nothing is lost.
fn check(input: &str, expect: &str) {
    let output = format(input).expect("the text is valid");
    assert_eq!(output, expect, "from\n{input}");
    assert_faithful(input, &output);
}

fn assert_faithful(input: &str, output: &str) {
    assert_eq!(format(output).as_deref(), Ok(output), "the second time, from\n{input}");
    assert_eq!(values(output), values(input), "values of\n{input}\nas\n{output}");
    assert_eq!(comments(output), comments(input), "comments of\n{input}\nas\n{output}");
    assert_version_1_0(output);
}

fn values(text: &str) -> Value {
    let mut sources = Sources::default();
    let file = sources.add("values.toml", text);
    let (table, diagnostics) = manifest::parse_values(&sources, file);
    assert_eq!(diagnostics, [], "{text}");
    plain(&table)
}

fn plain(table: &Table) -> Value {
    fn value(node: &Node) -> Value {
        match &node.value {
            manifest::Value::Bool(it) => json!(it),
            manifest::Value::Int(it) => json!(it),
            manifest::Value::Float(it) => json!(it),
            manifest::Value::Text(it) => json!(it.decoded),
            manifest::Value::List(it) => it.iter().map(value).collect(),
            manifest::Value::Table(it) => plain(it),
        }
    }
    table.iter().map(|(key, (_, it))| (key.clone(), value(it))).collect()
}

fn comments(text: &str) -> Vec<&str> {
    let events = syntax::events(text);
    let comments = events.iter().filter(|it| it.kind() == EventKind::Comment);
    let mut comments: Vec<_> = comments.map(|it| text[it.span().start()..it.span().end()].trim_end()).collect();
    comments.sort_unstable();
    comments
}

/// TOML 1.0 allows neither newlines nor a comma at the end in an inline table.
fn assert_version_1_0(text: &str) {
    let mut open = Vec::new();
    let mut comma = false;
    for event in syntax::events(text) {
        let in_table = open.last() == Some(&EventKind::InlineTableOpen);
        match event.kind() {
            EventKind::InlineTableOpen | EventKind::ArrayOpen => open.push(event.kind()),
            EventKind::Newline | EventKind::Comment => assert!(!in_table, "a table over several lines in\n{text}"),
            EventKind::InlineTableClose | EventKind::ArrayClose => {
                assert!(!(in_table && comma), "a comma at the end of a table in\n{text}");
                open.pop();
            }
            _ => {}
        }
        comma = event.kind() == EventKind::ValueSep || (comma && event.kind() == EventKind::Whitespace);
    }
}

#[test]
fn lines() {
    check("", "");
    check("\n\n \n", "");
    check("# only a comment", "# only a comment\n");
    check("a=1", "a = 1\n");
    check("  a  =  1  \r\n\r\n\r\n\r\nb = 2", "a = 1\n\nb = 2\n");
    check("\n\n# a  \n\n\n# b\n\n", "# a\n\n# b\n");
    check("\u{feff}a=1\n", "a = 1\n");
}

#[test]
fn headers() {
    check("[ a . \"b\" . 'c d' ] # x\n\nk=1\n[a.b.e]\n[[ f ]]", "[a.b.\"c d\"] # x\nk = 1\n\n[a.b.e]\n\n[[f]]\n");
    check(
        "# file\n\n# of a\n[a]\n# of k\nk=1\n# of b\n[b]\n\n# last",
        "# file\n\n# of a\n[a]\n# of k\nk = 1\n\n# of b\n[b]\n# last\n",
    );
    check("# about a\n[a]\nk=1\n# still a\n\n[b]", "# about a\n[a]\nk = 1\n# still a\n\n[b]\n");
    check("top=1\n[z]\n[a]", "top = 1\n\n[z]\n\n[a]\n");
}

#[test]
fn alignment() {
    check("a=1\nlong_name=2\n\nb=3\n# c\nbb=4", "a         = 1\nlong_name = 2\n\nb = 3\n# c\nbb = 4\n");
    check("a=1 # one\nlong=22 # two\nc=3\nd=4 # four", "a    = 1  # one\nlong = 22 # two\nc    = 3\nd    = 4 # four\n");
    check(
        "engine = \"mariadb\"\nlifecycle . prevent_destroy=true",
        "engine                    = \"mariadb\"\nlifecycle.prevent_destroy = true\n",
    );
}

#[test]
fn strings_and_keys() {
    check("a = 'x'", "a = \"x\"\n");
    check("a = ''", "a = \"\"\n");
    check(r#"a = 'say "x"'"#, "a = 'say \"x\"'\n");
    check(r"a = 'C:\x'", "a = 'C:\\x'\n");
    check(r#"a = "\e[0m \x41 \\x41 \" \u00e9""#, "a = \"\\u001B[0m \\u0041 \\\\x41 \\\" \\u00e9\"\n");
    check("a = \"\"\"\n  x  \n\\e \\\n  y\"\"\"  # c", "a = \"\"\"\n  x  \n\\u001B \\\n  y\"\"\" # c\n");
    check("a = '''\n\\e'''", "a = '''\n\\e'''\n");
    check("\"a\" = 1\n'b c' = 2\n'\"' = 3\n\"\" = 4", "a     = 1\n\"b c\" = 2\n'\"'   = 3\n\"\"    = 4\n");
    check("\"é\" = 1", "\"é\" = 1\n");
}

#[test]
fn numbers_and_dates_stay_as_written() {
    check("a = 0xFF\nb = 1_000\nc = 1e3\nd = +1", "a = 0xFF\nb = 1_000\nc = 1e3\nd = +1\n");
    check(
        "a = 2024-01-01 07:32Z\nb = 07:32\nc = 07:32:01.5\nd = 2024-01-01",
        "a = 2024-01-01 07:32:00Z\nb = 07:32:00\nc = 07:32:01.5\nd = 2024-01-01\n",
    );
    check("a = 2024-01-01T07:32+01:00", "a = 2024-01-01T07:32:00+01:00\n");
}

#[test]
fn lists() {
    check("a=[]", "a = []\n");
    check("a = [\n 1,\n\n 2,\n]", "a = [1, 2]\n");
    check("a = [ 1 , [ 2,3 ] ,{ b=4 } , {} ]", "a = [1, [2, 3], { b = 4 }, {}]\n");
    let (fits, long) = ("x".repeat(44), "x".repeat(45));
    check(&format!("a = ['{fits}','{fits}']"), &format!("a = [\"{fits}\", \"{fits}\"]\n"));
    check(&format!("a = ['{fits}','{long}']"), &format!("a = [\n  \"{fits}\",\n  \"{long}\",\n]\n"));
}

#[test]
fn comments_in_lists() {
    check(
        "a = [ # first\n\n 1, # one\n\n\n 22 # two\n , # after\n # last\n\n] # end\nb=1",
        "a = [\n  # first\n\n  1, # one\n\n  22, # two\n  # after\n  # last\n] # end\nb = 1\n",
    );
    check("a = [\n1, # x\n[2, # y\n], 333, # z\n]", "a = [\n  1, # x\n  [\n    2, # y\n  ],\n  333, # z\n]\n");
    check("a = [1, # x\n 22, # y\n]", "a = [\n  1,  # x\n  22, # y\n]\n");
}

#[test]
fn inline_tables() {
    check("a = {b=1,c . d='x'}", "a = { b = 1, c.d = \"x\" }\n");
    check("a = {\n # about b\n b = 1, # one\n}  # end", "# about b\n# one\na = { b = 1 } # end\n");
    check("a = [{ # x\n b = 1 }]", "a = [\n  # x\n  { b = 1 },\n]\n");
    check("a = { b = [ # x\n 1 ], c = 2 }", "a = { b = [\n  # x\n  1,\n], c = 2 }\n");
    let long = "x".repeat(60);
    check(
        &format!("a = [{{ k = 'v', l = ['{long}', '{long}'] }}]"),
        &format!("a = [\n  {{ k = \"v\", l = [\n    \"{long}\",\n    \"{long}\",\n  ] }},\n]\n"),
    );
}

#[test]
fn a_whole_layer() {
    let input = include_str!("testdata/layer.toml");
    let output = format(input).expect("the text is valid");
    insta::assert_snapshot!(output);
    assert_faithful(input, &output);
}

#[test]
fn what_is_no_toml_is_refused() {
    let errors = format("a = \n[b\nc = 1\n").expect_err("the text is broken");
    assert!(errors.len() > 1, "{errors:?}");
    assert!(errors.iter().all(|it| it.code == "syntax"), "{errors:?}");
}

proptest! {
    #[test]
    fn any_document_keeps_its_values_and_comments(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut writer = Writer { bytes, at: 0, names: 0, output: String::new() };
        writer.document();
        let input = writer.output;
        let output = format(&input).unwrap_or_else(|errors| panic!("{errors:?} in\n{input}"));
        assert_faithful(&input, &output);
    }
}

/// Writes a document in as odd a layout as TOML allows; each choice is one of the bytes.
struct Writer {
    bytes: Vec<u8>,
    at: usize,
    names: usize,
    output: String,
}

impl Writer {
    fn choose<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.draw(choices.len())]
    }

    fn draw(&mut self, limit: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(byte) % limit
    }

    fn put(&mut self, choices: &[&str]) {
        let text = self.choose(choices);
        self.output.push_str(text);
    }

    fn name(&mut self) -> usize {
        self.names += 1;
        self.names
    }

    fn document(&mut self) {
        while self.at < self.bytes.len() {
            self.put(&["", "  ", "\t"]);
            match self.draw(8) {
                0 | 1 => {}
                2 => self.comment(),
                3 => self.header(),
                _ => self.pair(),
            }
            self.put(&["", " "]);
            if self.draw(4) == 0 {
                self.comment();
            }
            self.put(&["\n", "\n", "\r\n"]);
        }
    }

    fn comment(&mut self) {
        let number = self.name();
        let text = self.choose(&["", " ", "  x", " \"'[{ = }]'", " é  "]);
        self.output.push_str(&format!("#{number}{text}"));
    }

    fn header(&mut self) {
        let array = self.draw(3) == 0;
        self.output.push_str(if array { "[[" } else { "[" });
        self.path();
        self.output.push_str(if array { "]]" } else { "]" });
    }

    fn path(&mut self) {
        for part in 0..=self.draw(3) {
            if part > 0 {
                self.put(&[".", " . "]);
            }
            let number = self.name();
            let name = match self.draw(5) {
                0 => format!("\"k{number}\""),
                1 => format!("'k{number}'"),
                2 => format!("\"k {number} \\\" \\e\""),
                3 => format!("'k.{number} \"'"),
                _ => format!("k-{number}"),
            };
            self.output.push_str(&name);
        }
    }

    fn pair(&mut self) {
        self.path();
        self.put(&["=", " = ", "   =\t"]);
        self.value(3);
    }

    fn value(&mut self, depth: usize) {
        match self.draw(if depth == 0 { 2 } else { 4 }) {
            0 => self.put(&["1", "0x1F", "1_0.5e3", "true", "2024-01-01", "07:32", "2024-01-01 07:32:01Z"]),
            1 => self.put(&[
                "\"x\"",
                "'x'",
                "'${f(\"x\")}'",
                "\"a \\x41 \\e \\\\e \\n\"",
                "\"\"\"\n a \\\n  b \\\"\n\"\"\"",
                "'''x\r\n\n y  \n'''",
                "\"a rather long string, so that two or three of these do not fit on one line\"",
            ]),
            2 => self.members('[', ']', |it| it.value(depth - 1)),
            _ => self.members('{', '}', |it| {
                it.path();
                it.put(&["=", " = "]);
                it.value(depth - 1);
            }),
        }
    }

    fn members(&mut self, open: char, close: char, write: impl Fn(&mut Self)) {
        self.output.push(open);
        let count = self.draw(4);
        for index in 0..count {
            self.noise();
            write(self);
            self.noise();
            if index + 1 < count || self.draw(2) == 0 {
                self.output.push(',');
            }
        }
        self.noise();
        self.output.push(close);
    }

    /// What may stand between the parts of a list, and in TOML 1.1 of a table.
    fn noise(&mut self) {
        for _ in 0..self.draw(3) {
            self.put(&[" ", "\n", "\n\n\n", "\r\n"]);
            if self.draw(3) == 0 {
                self.comment();
                self.output.push('\n');
            }
        }
    }
}
