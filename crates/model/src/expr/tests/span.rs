//! Places: every diagnostic points into the string.

use super::{World, parse};
use crate::diagnostic::Diagnostic;
use crate::expr::{self, Parsed};
use crate::manifest::Text;
use crate::source::{FileId, Span};

fn problems(text: &Text, span: Span) -> Vec<Diagnostic> {
    match expr::parse(text, span) {
        Err(problems) => problems,
        Ok(Parsed::Literal(_)) => Vec::new(),
        Ok(Parsed::Expr(expr)) => expr::evaluate(&expr, &World::default()).err().unwrap_or_default(),
    }
}

/// The code of the first problem and the text it points at, for a literal string in a file.
#[track_caller]
fn check(template: &str, code: &str, at: &str) {
    let file = format!("name = '{template}'\n");
    let start = 8;
    let end = u32::try_from(start + template.len()).expect("short");
    let text = Text { decoded: template.to_owned(), offsets: Vec::new(), start: 8 };
    let found = problems(&text, Span { file: FileId(3), start: 7, end: end + 1 });
    let problem = found.first().unwrap_or_else(|| panic!("no problem in {template}"));
    let span = problem.labels[0].span;
    assert_eq!(span.file, FileId(3), "{template}");
    assert_eq!(
        (problem.code, &file[span.start as usize..span.end as usize]),
        (code, at),
        "{template}: {}",
        problem.message
    );
}

#[test]
fn places_of_values() {
    check("a ${1 + \"x\"} b", "invalid-operation", "\"x\"");
    check("a ${1 / 0}", "division-by-zero", "0");
    check("${upper(lower(1, 2))}", "wrong-argument-count", "lower(1, 2)");
    check("${uper(1)}", "unknown-function", "uper");
    check("${var.nope}", "unknown-reference", "var.nope");
    check("x${var.nope[0].a}", "unknown-reference", "var.nope[0].a");
    check("${aws_vpc.main.idd}", "unknown-attribute", "idd");
    check("${aws_vpc.main.tags[\"x\"]}", "unknown-attribute", "\"x\"");
    check("${substr(\"a\", \"b\", 1)}", "invalid-argument", "\"b\"");
    check("é${ 9 && true }", "invalid-operation", "9");
    check("a${[1]}", "not-text", "[1]");
    check("%{ if 5 }x%{ endif }", "invalid-operation", "5");
    check("${[for x in [1] : x.y]}", "unknown-attribute", "y");
    check("${aws_subnet.public[*].id}", "splat-on-map", "*");
    check("${\"in ${1 + \"x\"}\"}", "invalid-operation", "\"x\"");
    check("${foo}", "unknown-name", "foo");
    check("${path.module}/x", "unknown-name", "path.module");
}

#[test]
fn places_of_syntax() {
    check("a ${1 +} b", "expression-syntax", "}");
    check("a ${} b", "expression-syntax", "}");
    check("a ${x.y", "expression-syntax", "");
    check("a ${(é", "expression-syntax", "é");
    check("${aws:username}/x", "expression-syntax", "${aws:username}");
    check("a/${AWS::Region}", "expression-syntax", "${AWS::Region}");
    check("%{HOST} x", "expression-syntax", "%{HOST}");
    check("${1 2}", "expression-syntax", "2");
    check("${f(1}", "expression-syntax", "}");
    check("${[1, 2}", "expression-syntax", "}");
    check("%{ if true }x", "expression-syntax", "%");
    check("${true ? 1}", "expression-syntax", "}");
    check("a ${ x. } b", "expression-syntax", "}");
    check("a ${ \"x } b", "expression-syntax", "\"");
}

#[test]
fn escapes_shift_places() {
    // `"\t${1 + \"é\u00e9\"}"`: tab, quotes and a letter are longer in the file than decoded.
    let file = r#"k = "\t${1 + \"é\u00e9\"} ""#;
    let pieces: &[(&str, &str)] = &[
        ("\\t", "\t"),
        ("${1 + ", "${1 + "),
        ("\\\"", "\""),
        ("é", "é"),
        ("\\u00e9", "é"),
        ("\\\"", "\""),
        ("} ", "} "),
    ];
    let (mut decoded, mut offsets, mut at) = (String::new(), Vec::new(), 5_u32);
    for (raw, plain) in pieces {
        for byte in 0..plain.len() {
            let within = if raw == plain { u32::try_from(byte).expect("short") } else { 0 };
            offsets.push(at + within);
        }
        decoded.push_str(plain);
        at += u32::try_from(raw.len()).expect("short");
    }
    offsets.push(at);
    let end = u32::try_from(file.len()).expect("short");
    let found = problems(&Text { decoded, offsets, start: 5 }, Span { file: FileId(0), start: 4, end });
    let span = found[0].labels[0].span;
    assert_eq!(&file[span.start as usize..span.end as usize], r#"\"é\u00e9\""#);
}

#[test]
fn fixes_and_hints() {
    let first = |template: &str| parse(template).expect_err(template).remove(0);
    let problem = first("x/${aws:username}");
    assert_eq!(problem.help.as_deref(), Some("to keep it as text, write `$${aws:username}`"));
    let fix = problem.fix.expect("a fix");
    assert_eq!((fix.span.start, fix.span.end, fix.replacement.as_str()), (3, 5, "$${"));
    assert_eq!(first("%{HOST}").help.as_deref(), Some("to keep it as text, write `%%{HOST}`"));
    assert_eq!(first("${uper(1)}").help.as_deref(), Some("did you mean `upper`?"));
    assert!(first("${path.module}").help.is_some_and(|it| it.contains("relative to the manifest's folder")));
    assert!(first("${count.index}").help.is_some_and(|it| it.contains("for_each")));
    assert!(first("${uuid()}").help.is_some_and(|it| it.contains("variable")));
    let splat = super::evaluate(&World::default(), "${aws_subnet.public[*].id}").expect_err("a splat").remove(0);
    assert_eq!(splat.help.as_deref(), Some("write `[for s in aws_subnet.public : s.id]`"));
    let near = super::evaluate(&World::default(), "${aws_vpc.main.cidr_blok}").expect_err("a typo").remove(0);
    assert_eq!(near.help.as_deref(), Some("did you mean `cidr_block`?"));
    let each =
        super::evaluate(&World { each: None, ..World::default() }, "${each.key}").expect_err("no each").remove(0);
    assert_eq!(each.code, "each-outside-for-each");
}
