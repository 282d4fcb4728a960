//! Layouts case by case, and over any draft: what was written reads back as what was meant.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{file, path_at};
use crate::draft::{Entry, File, Item, Section, Table, Value};

fn text(it: &str) -> Value {
    Value::Text(it.to_owned())
}

fn list(values: impl IntoIterator<Item = Value>) -> Value {
    Value::List(values.into_iter().map(Item::from).collect())
}

fn table<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Table(Table { entries: entries.map(|(key, value)| Entry::new(key, value)).into(), ..Table::default() })
}

fn block(key: &str, value: Value) -> Entry {
    Entry { is_block: true, ..Entry::new(key, value) }
}

fn commented(above: &[&str], entry: Entry, beside: Option<&str>) -> Entry {
    Entry { above: lines(above), beside: beside.map(str::to_owned), ..entry }
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|&it| it.to_owned()).collect()
}

fn section(path: &str, entries: Vec<Entry>) -> Section {
    let path = path.split('.').map(str::to_owned).collect();
    Section { path, is_item: false, above: Vec::new(), table: Table { entries, ..Table::default() } }
}

fn written(sections: Vec<Section>) -> String {
    file(&File { path: "layer.toml".to_owned(), head: Vec::new(), sections }).expect("no key stands twice")
}

/// Writes one section's entries, and sees to it that formatting changes nothing.
fn check(path: &str, entries: Vec<Entry>, expect: &str) {
    let output = written(vec![section(path, entries)]);
    assert_eq!(output, expect);
    assert_eq!(model::fmt::format(&output).as_deref(), Ok(&*output), "the second time");
}

/// Writes one value of a local, which reads back as itself.
fn check_text(value: &str, expect: &str) {
    let output = written(vec![section("locals", vec![Entry::new("a", text(value))])]);
    assert_eq!(output, format!("[locals]\na = {expect}\n"));
    let back: toml::Table = output.parse().expect("it is TOML");
    assert_eq!(back["locals"]["a"].as_str(), Some(value), "{output}");
}

#[test]
fn a_file() {
    let main = Section {
        above: lines(&["The network.", "", "Two lines of it."]),
        ..section(
            "resource.aws_vpc.main",
            vec![
                commented(&["Sixteen bits."], Entry::new("cidr_block", text("10.0.0.0/16")), Some("for now")),
                Entry::new("enable_dns_support", Value::Bool(true)),
            ],
        )
    };
    let moved = Section {
        is_item: true,
        ..section("moved", vec![Entry::new("from", text("aws_vpc.a")), Entry::new("to", text("aws_vpc.main"))])
    };
    let draft = File { path: "vpc.toml".to_owned(), head: lines(&["Head."]), sections: vec![main, moved] };
    let expect = "# Head.\n\n# The network.\n#\n# Two lines of it.\n[resource.aws_vpc.main]\n# Sixteen bits.\n\
                  cidr_block         = \"10.0.0.0/16\" # for now\nenable_dns_support = true\n\n\
                  [[moved]]\nfrom = \"aws_vpc.a\"\nto   = \"aws_vpc.main\"\n";
    assert_eq!(file(&draft).expect("it is sound"), expect);
}

#[test]
fn no_sections() {
    let draft = File { path: "a.toml".to_owned(), head: lines(&["Nothing here."]), sections: Vec::new() };
    assert_eq!(file(&draft).expect("it is sound"), "# Nothing here.\n");
    assert_eq!(written(Vec::new()), "");
}

#[test]
fn blocks() {
    let rule = |port| table([("protocol", text("tcp")), ("from_port", Value::Int(port))]);
    check(
        "resource.aws_security_group.main",
        vec![
            commented(&["Who may come in."], block("ingress", list([rule(80), rule(443)])), None),
            block("access", table([("mode", text("open"))])),
            block("nothing", table([])),
            block("computed", text("${[for it in local.rules : it]}")),
            // What stands on a line comes first wherever the draft has it.
            Entry::new("name", text("web")),
        ],
        "[resource.aws_security_group.main]\nnothing  = {}\ncomputed = \"${[for it in local.rules : it]}\"\n\
         name     = \"web\"\n\n\
         # Who may come in.\n[[resource.aws_security_group.main.ingress]]\nprotocol  = \"tcp\"\nfrom_port = 80\n\n\
         [[resource.aws_security_group.main.ingress]]\nprotocol  = \"tcp\"\nfrom_port = 443\n\n\
         [resource.aws_security_group.main.access]\nmode = \"open\"\n",
    );
}

#[test]
fn blocks_in_blocks() {
    let by_default = block("apply_by_default", table([("sse_algorithm", text("aws:kms"))]));
    let rule = Value::Table(Table { entries: vec![by_default], ..Table::default() });
    let configuration = Value::Table(Table { entries: vec![block("rule", rule.clone())], ..Table::default() });
    let rules = Value::List(vec![
        Item { above: lines(&["First."]), ..Item::from(rule.clone()) },
        Item { beside: Some("second".to_owned()), ..Item::from(rule) },
    ]);
    check(
        "resource.aws_s3_bucket.main",
        vec![block("configuration", configuration), commented(&[], block("rules", rules), Some("all"))],
        "[resource.aws_s3_bucket.main.configuration.rule.apply_by_default]\nsse_algorithm = \"aws:kms\"\n\n\
         # First.\n[[resource.aws_s3_bucket.main.rules]] # all\n\n\
         [resource.aws_s3_bucket.main.rules.apply_by_default]\nsse_algorithm = \"aws:kms\"\n\n\
         [[resource.aws_s3_bucket.main.rules]] # second\n\n\
         [resource.aws_s3_bucket.main.rules.apply_by_default]\nsse_algorithm = \"aws:kms\"\n",
    );
}

#[test]
fn tables() {
    let many = table(["a", "b", "c", "d", "e"].map(|key| (key, Value::Int(1))));
    let wide = table([("first", text(&"x".repeat(45))), ("second", text(&"y".repeat(45)))]);
    let quoted = Entry::new("aws:SourceArn/x", Value::Int(1));
    let arns = table([("AWS", list(["a", "b", "c", "d", "e"].map(text)))]);
    check(
        "resource.aws_x.main",
        vec![
            Entry::new("many", many),
            Entry::new("wide", wide),
            Entry::new("few", table([("Service", text("ecs")), ("deep", table([("b c", Value::Int(1))]))])),
            quoted,
            Entry::new("Principal", arns),
        ],
        &format!(
            "[resource.aws_x.main]\nfew               = {{ Service = \"ecs\", deep = {{ \"b c\" = 1 }} }}\n\
             \"aws:SourceArn/x\" = 1\nPrincipal         = {{ AWS = [\"a\", \"b\", \"c\", \"d\", \"e\"] }}\n\n[resource.aws_x.main.many]\na = 1\nb = 1\nc = 1\nd = 1\ne = 1\n\n\
             [resource.aws_x.main.wide]\nfirst  = \"{}\"\nsecond = \"{}\"\n",
            "x".repeat(45),
            "y".repeat(45)
        ),
    );
}

#[test]
fn a_table_that_just_fits() {
    // `tags = { Name = "` and `" }` are 20 columns.
    let tags = |width: usize| vec![Entry::new("tags", table([("Name", text(&"x".repeat(width - 20)))]))];
    let line = |width: usize| format!("tags = {{ Name = \"{}\" }}\n", "x".repeat(width - 20));
    check("locals", tags(100), &format!("[locals]\n{}", line(100)));
    check("locals", tags(101), &format!("[locals.tags]\nName = \"{}\"\n", "x".repeat(81)));
}

#[test]
fn lists_of_tables() {
    let variable = |name: &str| table([("name", text(name)), ("value", text("a value of some length"))]);
    let long = text(&"x".repeat(90));
    check(
        "resource.aws_x.main",
        vec![
            Entry::new("ports", list([table([("port", Value::Int(80))])])),
            Entry::new("long", list([table([("a", long)])])),
            Entry::new("environment", list([variable("A"), variable("B")])),
            Entry::new("mixed", list([Value::Int(1), table([("a", Value::Int(2))])])),
        ],
        &format!(
            "[resource.aws_x.main]\nports = [{{ port = 80 }}]\nenvironment = [\n  \
             {{ name = \"A\", value = \"a value of some length\" }},\n  \
             {{ name = \"B\", value = \"a value of some length\" }},\n]\nmixed = [1, {{ a = 2 }}]\n\n\
             [[resource.aws_x.main.long]]\na = \"{}\"\n",
            "x".repeat(90)
        ),
    );
}

#[test]
fn settings() {
    let lifecycle = table([("prevent_destroy", Value::Bool(true)), ("ignore_changes", list([text("tags")]))]);
    check(
        "resource.aws_x.main",
        vec![
            commented(&["Holds the data."], block("lifecycle", lifecycle.clone()), None),
            block("timeouts", table([("create", text("40m"))])),
            block("other", table([("lifecycle", lifecycle)])),
        ],
        "[resource.aws_x.main]\n# Holds the data.\nlifecycle.prevent_destroy = true\n\
         lifecycle.ignore_changes  = [\"tags\"]\ntimeouts.create           = \"40m\"\n\n\
         [resource.aws_x.main.other]\nlifecycle = { prevent_destroy = true, ignore_changes = [\"tags\"] }\n",
    );
}

#[test]
fn comments() {
    let noted = Item { above: lines(&["one"]), value: Value::Int(1), beside: Some("beside".to_owned()) };
    let inner = commented(&["inner"], Entry::new("b", Value::Int(1)), None);
    let nested = Item::from(list([Value::Table(Table { entries: vec![inner.clone()], ..Table::default() })]));
    let all = Value::List(vec![noted, nested]);
    check(
        "locals",
        vec![
            commented(
                &["## Title ##", "", "  indented", "a\u{1}b\u{7f}\r\nc\rd\ne"],
                Entry::new("a", all),
                Some("x\ny"),
            ),
            Entry::new("c", Value::Table(Table { entries: vec![inner], ..Table::default() })),
        ],
        "[locals]\n### Title ##\n#\n#   indented\n# a b\n# c\n# d\n# e\na = [\n  # one\n  1, # beside\n  [\n    \
         # inner\n    { b = 1 },\n  ],\n] # x y\n\n[locals.c]\n# inner\nb = 1\n",
    );
}

#[test]
fn comments_at_the_end_of_tables() {
    let ended = |entries| Table { entries, after: lines(&["the end"]) };
    let one = || vec![Entry::new("a", Value::Int(1))];
    let main = Section {
        table: ended(vec![
            Entry::new("b", Value::Int(2)),
            Entry::new("lifecycle", Value::Table(ended(one()))),
            Entry::new("c", Value::List(vec![Item::from(Value::Int(1)), Item::from(Value::Table(ended(one())))])),
            block("d", Value::Table(ended(Vec::new()))),
            Entry::new("e", Value::Table(ended(one()))),
        ]),
        ..section("resource.aws_x.main", Vec::new())
    };
    let apart = Section { path: Vec::new(), above: lines(&["of nothing"]), ..section("x", Vec::new()) };
    let expect = "[resource.aws_x.main]\nb           = 2\nlifecycle.a = 1\n# the end\nc = [\n  1,\n  # the end\n  \
                  { a = 1 },\n]\n# the end\n\n[resource.aws_x.main.d]\n# the end\n\n\
                  [resource.aws_x.main.e]\na = 1\n# the end\n\n# of nothing\n\n[locals]\n";
    assert_eq!(written(vec![main, apart, section("locals", Vec::new())]), expect);
}

#[test]
fn text_on_one_line() {
    check_text("", "\"\"");
    check_text("${var.name}-x", "\"${var.name}-x\"");
    check_text("${merge(local.tags, { Name = \"x\" })}", "'${merge(local.tags, { Name = \"x\" })}'");
    check_text(r"^\d+$", r"'^\d+$'");
    check_text("it's", "\"it's\"");
    check_text("it's \"x\"", "'''it's \"x\"'''");
    check_text("\"x\" isn'", "\"\\\"x\\\" isn'\"");
    check_text("'''\"", "\"'''\\\"\"");
    check_text("a\tb\r\u{1}\u{2028}é", "\"a\\tb\\r\\u0001\\u2028é\"");
    check_text("line\n", "\"line\\n\"");
    check_text("\n", "\"\\n\"");
}

#[test]
fn text_on_several_lines() {
    check_text("#!/bin/sh\necho it's\n", "\"\"\"\n#!/bin/sh\necho it's\n\"\"\"");
    check_text("a\n\tb", "\"\"\"\na\n\tb\"\"\"");
    check_text("\n\na\n\n", "\"\"\"\n\n\na\n\n\"\"\"");
    check_text("echo \"$X\" \\\n  y\n", "'''\necho \"$X\" \\\n  y\n'''");
    check_text("{\"a\": 1}\n", "\"\"\"\n{\"a\": 1}\n\"\"\"");
    check_text("'''\n\"\"\"\"\\\n\"", "\"\"\"\n'''\n\"\"\\\"\"\\\\\n\\\"\"\"\"");
    check_text("a\r\nb\n", "\"\"\"\na\\r\nb\n\"\"\"");
}

#[test]
fn a_key_that_stands_twice() {
    let twice = vec![Entry::new("a", Value::Int(1)), Entry::new("a", Value::Int(2))];
    let draft = File { path: "x.toml".to_owned(), head: Vec::new(), sections: vec![section("locals", twice)] };
    let error = file(&draft).expect_err("a key stands twice");
    assert_eq!(error.to_string(), "x.toml was written as something that is not TOML: `locals.a` is set twice");
    assert_eq!(error.text, "[locals]\na = 1\na = 2\n");
}

#[test]
fn places() {
    let text = "# head\n\n[resource.aws_x.main]\n# about\nname = \"web\" # beside\n\
                lifecycle.enabled = true\nlist = [1, { k = 22 }]\n\n\
                [[resource.aws_x.main.ingress]]\nport = 80\n\n[[resource.aws_x.main.ingress]]\nport = 443\n\n\
                [resource.aws_x.main.ingress.deep]\nk = 'v'\n\n[resource.\"a.b\".c]\n";
    let at = |what: &str| path_at(text, text.find(what).expect("it stands there")).map(|it| it.join("/"));
    let main = |rest: &str| Some(format!("resource/aws_x/main{rest}"));
    assert_eq!(at("# head"), None);
    assert_eq!(at("[resource.aws_x.main]"), main(""));
    assert_eq!(at("main]"), main(""));
    assert_eq!(at("# about"), main(""));
    assert_eq!(at("name"), main("/name"));
    assert_eq!(at("= \"web"), main("/name"));
    assert_eq!(at("web"), main("/name"));
    assert_eq!(at("# beside"), main(""));
    assert_eq!(at("enabled"), main("/lifecycle/enabled"));
    assert_eq!(at("true"), main("/lifecycle/enabled"));
    assert_eq!(at("list"), main("/list"));
    assert_eq!(at("1, {"), main("/list/0"));
    assert_eq!(at("22"), main("/list/1/k"));
    assert_eq!(at("[[resource"), main("/ingress/0"));
    assert_eq!(at("80"), main("/ingress/0/port"));
    assert_eq!(at("443"), main("/ingress/1/port"));
    assert_eq!(at("[resource.aws_x.main.ingress.deep"), main("/ingress/1/deep"));
    assert_eq!(at("'v'"), main("/ingress/1/deep/k"));
    assert_eq!(at("[resource.\"a.b\""), Some("resource/a.b/c".to_owned()));
    assert_eq!(path_at(text, text.len()), Some(lines(&["resource", "a.b", "c"])));
}

proptest! {
    #[test]
    fn any_draft_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut artist = Artist { bytes, at: 0, comments: Vec::new() };
        let draft = artist.file();
        let output = file(&draft).unwrap_or_else(|error| panic!("{error} in\n{}", error.text));
        let again = model::fmt::format(&output);
        prop_assert_eq!(again.as_deref(), Ok(&*output), "the second time");
        let back: toml::Table = output.parse().unwrap_or_else(|error| panic!("{error} in\n{output}"));
        prop_assert_eq!(plain(&back), expected(&draft), "{}", output);
        for comment in artist.comments {
            prop_assert!(output.contains(&comment), "{comment} is missing in\n{output}");
        }
        // Whatever stands at a place, it is there.
        for (at, _) in output.char_indices().step_by(1 + output.len() / 16) {
            let path = path_at(&output, at).unwrap_or_default();
            let mut found = Some(&toml::Value::Table(back.clone())).cloned();
            for key in &path {
                found = found.and_then(|it| match it {
                    toml::Value::Array(items) => items.get(key.parse::<usize>().ok()?).cloned(),
                    other => other.get(key).cloned(),
                });
            }
            prop_assert!(found.is_some(), "{path:?} at {at} in\n{output}");
        }
    }

    #[test]
    fn any_text_reads_back(value in "[a'\"\\\\\n\r\t \u{1}\u{7f}é\u{feff}$-]{0,12}", key in "[a'\"\\\\\n .é]{0,3}") {
        let draft = File {
            sections: vec![section("locals", vec![Entry::new(&*key, list([text(&value), table([(&key, text(&value))])]))])],
            ..File::default()
        };
        let output = file(&draft).unwrap_or_else(|error| panic!("{error} in\n{}", error.text));
        let back: toml::Table = output.parse().unwrap_or_else(|error| panic!("{error} in\n{output}"));
        prop_assert_eq!(plain(&back), expected(&draft), "{}", output);
    }
}

/// A table as text that is the same for the same values.
fn plain(table: &toml::Table) -> String {
    fn value(it: &toml::Value) -> String {
        match it {
            toml::Value::Table(it) => plain(it),
            toml::Value::Array(it) => format!("[{}]", it.iter().map(value).collect::<Vec<_>>().join(",")),
            toml::Value::Float(it) => format!("float {it:?}"),
            it => format!("{it:?}"),
        }
    }
    let mut members: Vec<String> = table.iter().map(|(key, it)| format!("{key:?}={}", value(it))).collect();
    members.sort();
    format!("{{{}}}", members.join(","))
}

fn expected(draft: &File) -> String {
    fn value(it: &Value) -> toml::Value {
        match it {
            Value::Bool(it) => toml::Value::Boolean(*it),
            Value::Int(it) => toml::Value::Integer(*it),
            Value::Float(it) => toml::Value::Float(*it),
            Value::Text(it) => toml::Value::String(it.clone()),
            Value::List(items) => toml::Value::Array(items.iter().map(|it| value(&it.value)).collect()),
            Value::Table(it) => toml::Value::Table(table(it)),
        }
    }
    fn table(it: &Table) -> toml::Table {
        it.entries.iter().map(|it| (it.key.clone(), value(&it.value))).collect()
    }
    let mut root = toml::Table::new();
    for section in &draft.sections {
        let [first, rest @ ..] = &*section.path else { continue };
        let mut contents = toml::Value::Table(table(&section.table));
        for key in rest.iter().rev() {
            contents = toml::Value::Table(toml::Table::from_iter([(key.clone(), contents)]));
        }
        root.insert(first.clone(), contents);
    }
    plain(&root)
}

/// Makes any draft; each choice is one of the bytes.
struct Artist {
    bytes: Vec<u8>,
    at: usize,
    comments: Vec<String>,
}

impl Artist {
    fn draw(&mut self, limit: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        usize::from(byte) % limit
    }

    fn file(&mut self) -> File {
        let head = self.above();
        let mut sections = Vec::new();
        while self.at < self.bytes.len() {
            let above = self.above();
            // Each has a first key of its own, so that no two are the same.
            let first = format!("s{}", sections.len());
            let path = match self.draw(3) {
                0 => vec![first],
                1 => vec![first, "é \"x".to_owned()],
                _ => vec![first, "lifecycle".to_owned(), String::new()],
            };
            sections.push(Section { path, is_item: false, above, table: self.table(3) });
        }
        // The first one is a resource, whose settings stand dotted.
        if let Some(key) = sections.first_mut().and_then(|it| it.path.first_mut()) {
            "resource".clone_into(key);
        }
        File { path: String::new(), head, sections }
    }

    fn table(&mut self, depth: usize) -> Table {
        let entries = (0..self.draw(6)).map(|index| {
            let key = match self.draw(5) {
                0 => format!("k '\"{index}"),
                1 => format!("k\\{index}"),
                2 if index == 0 => "lifecycle".to_owned(),
                _ => format!("k{}", "-".repeat(index)),
            };
            let above = self.above();
            let value = self.value(depth);
            Entry { key, above, value, beside: self.comment(), is_block: self.draw(2) == 0 }
        });
        let entries = entries.collect();
        Table { entries, after: self.above() }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.draw(if depth == 0 { 5 } else { 8 }) {
            0 => Value::Bool(true),
            1 => Value::Int(i64::MIN),
            2 => Value::Float([1.0, -0.0, 1e300, 1e-7, f64::INFINITY][self.draw(5)]),
            3 => text(&"x".repeat(self.draw(99))),
            4 => self.text(),
            5 => self.list(|artist| artist.value(depth - 1)),
            6 => self.list(|artist| Value::Table(artist.table(depth - 1))),
            _ => Value::Table(self.table(depth - 1)),
        }
    }

    fn list(&mut self, value: impl Fn(&mut Self) -> Value) -> Value {
        let items = (0..self.draw(4)).map(|_| Item { above: self.above(), value: value(self), beside: self.comment() });
        Value::List(items.collect())
    }

    fn text(&mut self) -> Value {
        let parts =
            ["'''", "\"\"\"", "\"", "'", "\\", "\n", "\r\n", "\t", "é𐍈", "\u{0}\u{7f}\u{85}", "# ", "${x(\"a\")}"];
        let mut value = String::new();
        for _ in 0..self.draw(6) {
            value.push_str(parts[self.draw(parts.len())]);
        }
        text(&value)
    }

    fn above(&mut self) -> Vec<String> {
        (0..self.draw(8).saturating_sub(5)).filter_map(|_| self.comment()).collect()
    }

    /// A comment that is told from all others.
    fn comment(&mut self) -> Option<String> {
        let tail = ["", " \"'[{ = }]", "\u{0}\r\n\n\t", "  é ", "\u{85}"].get(self.draw(20))?;
        let mut comment = format!("c{}.", self.comments.len());
        self.comments.push(comment.clone());
        write!(comment, "{tail}").expect("text takes everything");
        Some(comment)
    }
}
