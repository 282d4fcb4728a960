//! What each rendering makes of the same few problems.

use insta::{assert_json_snapshot, assert_snapshot};

use super::*;
use crate::source::{FileId, Sources};

/// The place of the first `needle` in a file.
fn at(sources: &Sources, file: FileId, needle: &str) -> Span {
    let text = &sources.get(file).expect("the file is there").text;
    let start = text.find(needle).expect("the text is there");
    let offset = |it: usize| u32::try_from(it).expect("small");
    Span { file, start: offset(start), end: offset(start + needle.len()) }
}

fn example() -> (Sources, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let network = sources.add(
        "network.toml",
        "# Größe\n[resource.aws_vpc.main]\nname = \"größe ${aws_vpc.other.id}\"\ncidr_blok = \"10.0.0.0/16\"\n",
    );
    let database = sources.add("database.toml", "[resource.aws_vpc.main]\r\ncidr_block = 1\r\n");
    let found = vec![
        Diagnostic::nowhere("missing-variable", "the variable `password` has no value")
            .help("give it with `--var password=…`"),
        Diagnostic::error(
            "duplicate-address",
            at(&sources, database, "[resource.aws_vpc.main]"),
            "`aws_vpc.main` is declared twice",
        )
        .note("declared again here")
        .label(at(&sources, network, "[resource.aws_vpc.main]"), "first declared here")
        .help("give one of them another name"),
        Diagnostic::warning("odd-value", at(&sources, database, "1"), "this is odd"),
        Diagnostic::error(
            "unknown-argument",
            at(&sources, network, "cidr_blok"),
            "`aws_vpc` has no argument `cidr_blok`",
        )
        .help("did you mean `cidr_block`?")
        .fix(at(&sources, network, "cidr_blok"), "cidr_block"),
        Diagnostic::error("unknown-resource", at(&sources, network, "aws_vpc.other"), "there is no `aws_vpc.other`")
            .note("not declared anywhere"),
        Diagnostic::warning("odd-value", at(&sources, database, "1"), "this is odd"),
    ];
    (sources, sort(found))
}

#[test]
fn sorted_by_place_and_found_once() {
    let (_, diagnostics) = example();
    let codes: Vec<_> = diagnostics.iter().map(|it| it.code).collect();
    let expect = ["unknown-resource", "unknown-argument", "duplicate-address", "odd-value", "missing-variable"];
    assert_eq!(codes, expect);
}

#[test]
fn terminal() {
    let (sources, diagnostics) = example();
    let plain = Terminal { color: false, width: 100, root: "manifests/wordpress/" };
    assert_snapshot!(plain.render(&sources, &diagnostics));
    assert_eq!(plain.render(&sources, &[]), "");
}

#[test]
fn terminal_in_colour() {
    let (sources, diagnostics) = example();
    let coloured = Terminal { color: true, width: 100, root: "" };
    let output = coloured.render(&sources, &diagnostics[1..2]);
    assert_snapshot!(output.replace('\u{1b}', "␛"));
}

#[test]
fn terminal_at_the_edges_of_a_text() {
    let mut sources = Sources::default();
    let file = sources.add("stack.toml", "a = ");
    let empty = sources.add("empty.toml", "");
    let span = |file, start, end| Span { file, start, end };
    let diagnostics = [
        Diagnostic::error("syntax", span(file, 4, 4), "at the end"),
        Diagnostic::error("syntax", span(file, 0, 0), "at the start"),
        Diagnostic::error("syntax", span(file, 2, 900), "beyond the end"),
        Diagnostic::error("syntax", span(empty, 0, 0), "in an empty file"),
        Diagnostic::error("syntax", span(FileId(9), 0, 0), "in no file"),
    ];
    let plain = Terminal { color: false, width: 80, root: "" };
    assert_snapshot!(plain.render(&sources, &diagnostics));
}

#[test]
fn summaries() {
    let error = Diagnostic::nowhere("a", "a");
    let warning = Diagnostic::warning("a", Span::default(), "a");
    let check = |found: &[&Diagnostic], expect: Option<&str>| {
        let found: Vec<_> = found.iter().map(|it| (*it).clone()).collect();
        assert_eq!(summary(&found).as_deref(), expect);
    };
    check(&[], None);
    check(&[&error], Some("1 error"));
    check(&[&error, &error, &warning], Some("2 errors, 1 warning"));
    check(&[&warning, &warning], Some("2 warnings"));
}

#[test]
fn json_document() {
    let (sources, diagnostics) = example();
    assert_json_snapshot!(json(&sources, &diagnostics));
}

#[test]
fn sarif_log() {
    let (sources, diagnostics) = example();
    assert_json_snapshot!(sarif(&sources, &diagnostics, "my manifests/", "1.2.3"));
}

#[test]
fn positions_count_characters() {
    let check = |text: &str, offset: u32, expect: (usize, usize)| {
        let mut sources = Sources::default();
        let file = sources.add("stack.toml", text);
        let Position { line, column } = Position::of(sources.get(file).expect("it was added"), offset);
        assert_eq!((line, column), expect, "{text:?} at {offset}");
    };
    check("", 0, (1, 1));
    check("ab", 2, (1, 3));
    check("ab\ncd", 3, (2, 1));
    check("äb\nöd", 2, (1, 2));
    check("äb\nöd", 6, (2, 2));
    check("a\r\nb", 3, (2, 1));
    check("a", 99, (1, 2));
}
