//! References without evaluating, bare expressions, and input of any kind.

use proptest::prelude::*;

use super::{World, evaluate, expression, parse};
use crate::address::Address;
use crate::expr::{FUNCTIONS, Root, parse_bare};
use crate::source::{FileId, Span};

/// The references of a text: root, steps, and the text they stand on.
#[track_caller]
fn check(template: &str, expect: &[&str]) {
    let expr = expression(template);
    let shown: Vec<String> = expr
        .references()
        .iter()
        .map(|it| {
            let root = match &it.root {
                Root::Variable(name) => format!("var {name}"),
                Root::Local(name) => format!("local {name}"),
                Root::Each => "each".to_owned(),
                Root::Stack => "stack".to_owned(),
                Root::Object(address) => address.to_string(),
            };
            let path = crate::path::Path(it.steps.clone());
            let text = &template[it.span.start as usize - 1..it.span.end as usize - 1];
            format!("{root} {path} {text}")
        })
        .collect();
    assert_eq!(shown, expect, "{template}");
}

#[test]
fn references() {
    check("${var.name}", &["var name  var.name"]);
    check("${local.a.b[0]}", &["local a b[0] local.a.b[0]"]);
    check("${aws_vpc.main.id}-${stack.name}", &["aws_vpc.main id aws_vpc.main.id", "stack name stack.name"]);
    check("${data.aws_ami.x.id}", &["data.aws_ami.x id data.aws_ami.x.id"]);
    check("${aws_s.p[\"a\"].id}", &["aws_s.p [\"a\"].id aws_s.p[\"a\"].id"]);
    check("${aws_s.p[each.key].id}", &["aws_s.p  aws_s.p", "each key each.key"]);
    check("${aws_s.p.x[*].id}", &["aws_s.p x aws_s.p.x"]);
    check("${[for s in aws_s.p : s.id if s.x != var.y]}", &["aws_s.p  aws_s.p", "var y  var.y"]);
    check("${{for k, v in local.m : k => v}}", &["local m  local.m"]);
    check("%{ for x in var.list }${x.y}${z.w}%{ endfor }", &["var list  var.list", "z.w  z.w"]);
    check("${false ? var.a : try(var.b, 1)}", &["var a  var.a", "var b  var.b"]);
    check("${upper(\"${var.a}\")}", &["var a  var.a"]);
    check("${{a = var.b}}", &["var b  var.b"]);
    check("${[for var in [1] : var]}", &[]);
}

#[test]
fn bare_expressions() {
    let span = |text: &str| Span { file: FileId(0), start: 10, end: 12 + u32::try_from(text.len()).expect("short") };
    let text = "aws_vpc.main.tags[\"x\"]";
    let expr = parse_bare(text, span(text)).expect("a reference");
    assert_eq!(expr.references()[0].root, Root::Object(Address::managed("aws_vpc", "main")));
    assert_eq!(expr.references()[0].span, Span { file: FileId(0), start: 11, end: 11 + 22 });
    let value =
        super::super::evaluate(&parse_bare("var.count", span("var.count")).expect("a reference"), &World::default());
    assert_eq!(super::show(&value), "3");
    let wrapped = parse_bare("${var.x}", span("${var.x}")).expect_err("a template").remove(0);
    assert_eq!(wrapped.help.as_deref(), Some("this place takes the reference itself: `var.x`"));
    assert!(parse_bare("", span("")).is_err());
    assert!(parse_bare("a b", span("a b")).is_err());
}

#[test]
fn functions_are_named_once() {
    let mut names: Vec<&str> = FUNCTIONS.iter().map(|it| it.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(FUNCTIONS.iter().all(|it| it.doc.ends_with('.')));
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    for (open, close) in [("(", ")"), ("[", "]"), ("upper(", ")"), ("-", ""), ("!", "")] {
        let template = format!("${{{}1{}}}", open.repeat(500), close.repeat(500));
        assert!(parse(&template).is_err(), "{open}");
    }
    for (open, close, expect) in [("(", ")", "1"), ("upper(", ")", "\"1\""), ("[", "][0]", "1"), ("-", "", "1")] {
        let template = format!("${{{}1{}}}", open.repeat(60), close.repeat(60));
        assert_eq!(super::show(&evaluate(&World::default(), &template)), expect, "{open}");
    }
    let chain = format!("${{1{}}}", " + 1".repeat(2000));
    assert!(parse(&chain).is_err());
    let chain = format!("${{1{}}}", " + 1".repeat(100));
    assert_eq!(super::show(&evaluate(&World::default(), &chain)), "101");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_parses_or_reports_inside_itself(text in "(\\PC|\\$\\{|%\\{|\\}){0,40}") {
        assert_within(&text);
    }

    #[test]
    fn any_mixture_of_tokens_parses_or_reports_inside_itself(
        tokens in proptest::collection::vec(
            prop::sample::select(vec![
                "${", "%{", "}", "$${", "%%{", "~", " ", "\n", "var.a", "aws_vpc.main", "[", "]", "(", ")", "{", "=",
                "=>", ":", "?", "if ", "else ", "endif ", "for ", "endfor ", "in ", "x", ".", "*", "...", ",", "1",
                "2.5", "\"", "\\", "é", "+", "-", "/", "&&", "||", "==", "!", "<", "<<EOT\n", "EOT", "upper(", "null", "aws:u",
            ]),
            0..24,
        )
    ) {
        assert_within(&tokens.concat());
    }
}

/// Parses, and evaluates what parses: neither panics, and every place lies inside the text.
fn assert_within(text: &str) {
    let end = u32::try_from(text.len()).expect("short") + 2;
    let problems = match parse(text) {
        Err(problems) => {
            assert!(!problems.is_empty(), "{text}");
            problems
        }
        Ok(_) => evaluate(&World::default(), text).err().unwrap_or_default(),
    };
    for label in problems.iter().flat_map(|it| &it.labels) {
        assert!(label.span.start <= label.span.end && label.span.end <= end, "{text}: {label:?}");
        let range = (label.span.start as usize).saturating_sub(1)..(label.span.end as usize).saturating_sub(1);
        assert!(text.get(range.start.min(text.len())..range.end.min(text.len())).is_some(), "{text}: {label:?}");
    }
}
