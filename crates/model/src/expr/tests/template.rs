//! Text with expressions in it.

use super::{World, check_template, evaluate};
use crate::expr::Parsed;

#[test]
fn text_without_expressions() {
    let literal = |input: &str, expect: &str| {
        assert_eq!(super::parse(input), Ok(Parsed::Literal(expect.to_owned())), "{input}");
    };
    literal("plain", "plain");
    literal("", "");
    literal("$${aws:username}", "${aws:username}");
    literal("%%{X} $ % $$ %% {}", "%{X} $ % $$ %% {}");
    literal("a $${b} c", "a ${b} c");
    literal("back\\slash \"quoted\"", "back\\slash \"quoted\"");
}

#[test]
fn a_single_expression_keeps_its_type() {
    check_template("${var.count}", "3");
    check_template("${ var.list }", r#"["a","b"]"#);
    check_template("${null}", "null");
    check_template("${true}", "true");
    check_template("${\"${var.count}\"}", "3");
}

#[test]
fn parts_become_text() {
    check_template("${var.name}-${var.count}", r#""web-3""#);
    check_template("n=${1.0} ${1.5} ${true}", r#""n=1 1.5 true""#);
    check_template("a ${var.name} $${b}", r#""a web ${b}""#);
    check_template("x${null}", "not-text: null cannot stand inside text");
    check_template("x${var.list}", "not-text: a list cannot stand inside text");
    check_template("x${{}}", "not-text: a map cannot stand inside text");
}

#[test]
fn directives() {
    check_template("%{ if true }yes%{ else }no%{ endif }", r#""yes""#);
    check_template("%{ if var.count > 5 }yes%{ else }no%{ endif }!", r#""no!""#);
    check_template("%{ if false }yes%{ endif }", r#""""#);
    check_template("%{ for x in var.list }<${x}>%{ endfor }", r#""<a><b>""#);
    check_template("%{ for i, x in var.list }${i}${x} %{ endfor }", r#""0a 1b ""#);
    check_template("%{ for k, v in {a = 1} }${k}=${v}%{ endfor }", r#""a=1""#);
    check_template("%{ if 5 }x%{ endif }", "invalid-operation: a boolean is needed, and this is a number");
    check_template(
        "%{ for x in 5 }x%{ endfor }",
        "not-iterable: `for` goes through a list or a map, and this is a number",
    );
}

#[test]
fn strip_markers_reach_to_the_end_of_the_line() {
    let template = "a\n  ${~ var.name ~}  \n   b\n%{ for i in [1, 2] ~}\n   i=${i}\n%{ endfor ~}\nend\n";
    check_template(template, r#""a\nweb   b\n   i=1\n   i=2\nend\n""#);
    check_template("${\"a  \\n  ${~ 1 ~}  \\n\\n  b\"}", r#""a1b""#);
    check_template("x  %{~ if true ~}  y  %{~ endif ~}  z", r#""xyz""#);
    check_template("x %{ if false ~} y %{~ else ~} w %{~ endif } z", r#""x w z""#);
}

#[test]
fn every_problem_of_a_text_is_found() {
    let problems = evaluate(&World::default(), "${1 / 0} ${var.nope} ${[]}").expect_err("three problems");
    let codes: Vec<&str> = problems.iter().map(|it| it.code).collect();
    assert_eq!(codes, ["division-by-zero", "unknown-reference", "not-text"]);
}
