//! Secrets and their stamps.

use super::{World, check, evaluate, secret, show, stamped, stamped_hole};
use crate::tree::{Pending, Planned, Secret, Stamp, Tree};

#[test]
fn what_touches_a_secret_is_secret() {
    check("var.password", r#"secret("hunter2")"#);
    check("\"x-${var.password}\"", r#"secret("x-hunter2")"#);
    check("var.password == \"hunter2\"", "secret(true)");
    check("var.password == \"x\" ? 1 : 2", "secret(2)");
    check("upper(var.password)", r#"secret("HUNTER2")"#);
    check("length(var.password)", "secret(7)");
    check("{(var.password) = 1}", r#"secret({"hunter2":1})"#);
    check("[for x in [1] : x if var.password != \"\"]", "secret([1])");
    check("split(\"\", var.password)[0]", r#"secret("h")"#);
    check("\"${var.password}${aws_vpc.main.id}\"", "secret(aws_vpc.main.id)");
    check("var.password == \"x\" ? null : 1", "secret(1)");
    check(
        "var.password == \"x\" ? [aws_vpc.main.id] : {a = aws_vpc.main.id, b = 1}",
        r#"{"a":secret(aws_vpc.main.id),"b":secret(1)}"#,
    );
}

#[test]
fn a_literal_around_a_secret_leaves_it_a_leaf() {
    check("{a = var.password, b = 1}", r#"{"a":secret("hunter2"),"b":1}"#);
    check("{a = var.password, b = 1}.b", "1");
    check("[var.password, 1]", r#"[secret("hunter2"),1]"#);
    check("merge({a = var.password}, {b = 1})", r#"{"a":secret("hunter2"),"b":1}"#);
    check("length([var.password])", "1");
    check("keys({a = var.password})", r#"["a"]"#);
    check("lookup({a = var.password, b = 1}, \"b\", 0)", "1");
    check("jsonencode({a = var.password, b = 1})", r#"secret("{\"a\":\"hunter2\",\"b\":1}")"#);
    check("toset([var.password])", r#"secret(["hunter2"])"#);
    check("contains([var.password, \"a\"], \"a\")", "secret(true)");
    check("coalesce(null, var.password)", r#"secret("hunter2")"#);
    check("flatten([[var.password], 1])", r#"[secret("hunter2"),1]"#);
}

#[test]
fn steps_into_a_secret_stay_secret() {
    check("sensitive({a = {b = 1}}).a.b", "secret(1)");
    check("sensitive([1, 2])[1]", "secret(2)");
    check("sensitive([{a = 1}])[*].a", "secret([1])");
    check("[for x in sensitive([1, 2]) : x * 2]", "secret([2,4])");
    check("jsondecode(aws_sm.apply.text).pass", r#"secret("p")"#);
    check("aws_sm.plan.text.x", "secret(aws_sm.plan.text.x)");
    check("jsondecode(aws_sm.plan.text).pass", "secret(aws_sm.plan.text.pass)");
}

#[test]
fn marking_and_showing() {
    check("sensitive(\"a\")", r#"secret("a")"#);
    check("sensitive({a = aws_vpc.main.id, b = 1})", r#"{"a":secret(aws_vpc.main.id),"b":secret(1)}"#);
    check("nonsensitive(var.password)", r#""hunter2""#);
    check("nonsensitive({a = var.password})", r#"{"a":"hunter2"}"#);
    check("nonsensitive(\"a\")", r#""a""#);
    check("issensitive(var.password)", "true");
    check("issensitive(\"a\")", "false");
}

#[test]
fn a_secret_that_was_not_given_is_kept() {
    check("var.kept", "keep");
    check("\"x-${var.kept}\"", "keep");
    check("\"${var.kept}${aws_vpc.main.id}\"", "keep");
    check("upper(var.kept)", "keep");
    check("{a = var.kept, b = 1}", r#"{"a":keep,"b":1}"#);
    check("[for x in var.kept : x]", "keep");
    check("var.kept.a[0]", "keep");
    check("nonsensitive(var.kept)", "keep");
}

#[test]
fn no_message_quotes_a_secret() {
    let world = World::default()
        .variable("text", secret("s3cr3t"))
        .variable("map", Tree::Secret(Secret::plain(Tree::map([("s3cr3t", Tree::Int(1))]))));
    for input in [
        "var.text + 1",
        "tonumber(var.text)",
        "regex(\"(\" , var.text)",
        "parseint(var.text, 16)",
        "formatdate(var.text, \"2018-01-02T23:12:01Z\")",
        "cidrsubnet(var.text, 1, 1)",
        "var.map.s3cr3",
        "{}[var.text]",
        "{a = 1}[var.text]",
        "{for x in [1, 2] : var.text => x}",
        "jsondecode(var.text)",
        "timeadd(\"2018-01-02T23:12:01Z\", var.text)",
        "templatefile(var.text, {})",
        "file(var.text)",
        "index([var.text], 1)",
        "format(var.text, 1)",
    ] {
        let problems = evaluate(&world, &format!("${{{input}}}")).expect_err(input);
        let quoted = |text: &str| text.contains("s3cr3t");
        for problem in problems {
            assert!(!quoted(&problem.message) && !problem.help.as_deref().is_some_and(quoted), "{input}: {problem:?}");
        }
    }
}

fn stamp(value: &Planned) -> Option<Stamp> {
    match value {
        Tree::Hole(Pending { stamp, .. }) | Tree::Secret(Secret::Plain { stamp, .. }) => stamp.clone(),
        Tree::Secret(Secret::Stamp(stamp)) => Some(stamp.clone()),
        _ => None,
    }
}

/// The stamp while the secret is pending, and once it has been fetched.
fn stamps(input: &str) -> (Option<Stamp>, Option<Stamp>) {
    let world = |text: Planned| World::default().object("aws_sm.db", Tree::map([("text", text)]));
    let template = format!("${{{input}}}");
    let of = |world: &World| stamp(&evaluate(world, &template).expect(input));
    let plan = of(&world(stamped_hole("arn:db|v1")));
    let apply = of(&world(stamped("arn:db|v1", r#"{"user":"u","pass":"p"}"#)));
    (plan, apply)
}

#[test]
fn a_bare_reference_passes_its_stamp_on() {
    let expect = (Some("arn:db|v1".into()), Some("arn:db|v1".into()));
    assert_eq!(stamps("aws_sm.db.text"), expect);
    assert_eq!(stamps("true ? aws_sm.db.text : \"x\""), expect);
    assert_eq!(stamps("try(aws_sm.db.text, \"x\")"), expect);
    assert_eq!(stamps("{a = aws_sm.db.text}.a"), expect);
    assert_eq!(stamps("sensitive(aws_sm.db.text)"), expect);
}

#[test]
fn a_computed_secret_has_one_stamp_in_plan_and_apply() {
    for input in [
        "\"x-${aws_sm.db.text}\"",
        "jsondecode(aws_sm.db.text).pass",
        "jsondecode(aws_sm.db.text)[\"pass\"]",
        "\"${var.name}:${jsondecode(aws_sm.db.text).user}\"",
        "coalesce(aws_sm.db.text, \"x\")",
        "aws_sm.db.text == \"x\" ? \"a\" : var.name",
        "upper(try(aws_sm.db.text, \"x\"))",
        "[for x in [aws_sm.db.text] : upper(x)][0]",
        "templatefile(\"greet.tpl\", {name = aws_sm.db.text, ports = []})",
    ] {
        let (plan, apply) = stamps(input);
        assert!(plan.is_some(), "{input}");
        assert_eq!(plan, apply, "{input}");
        assert_ne!(plan.as_deref(), Some("arn:db|v1"), "{input}");
    }
}

#[test]
fn a_stamp_follows_everything_that_was_read() {
    let of = |version: &str, name: &str, input: &str| {
        let world = World::default()
            .object("aws_sm.db", Tree::map([("text", stamped(version, "p"))]))
            .variable("name", Tree::text(name));
        stamp(&evaluate(&world, input).expect(input))
    };
    let first = of("v1", "web", "${var.name}-${aws_sm.db.text}");
    assert_eq!(first, of("v1", "web", "${var.name}-${aws_sm.db.text}"));
    assert_ne!(first, of("v2", "web", "${var.name}-${aws_sm.db.text}"));
    assert_ne!(first, of("v1", "api", "${var.name}-${aws_sm.db.text}"));
    assert_ne!(first, of("v1", "web", "${var.name}+${aws_sm.db.text}"));
}

#[test]
fn no_stamp_without_stamped_secrets_alone() {
    assert_eq!(stamps("\"${aws_sm.db.text}${var.password}\""), (None, None));
    assert_eq!(stamps("\"${aws_sm.db.text}${aws_vpc.main.id}\""), (None, None));
    assert_eq!(stamps("sensitive(\"x\")"), (None, None));
    assert_eq!(stamps("\"x${var.password}\""), (None, None));
    assert_eq!(stamps("fileexists(\"${var.name}.${aws_sm.db.text}\")"), (None, None));
}

#[test]
fn leaves_of_one_expression_have_stamps_of_their_own() {
    let world = World::default().object("aws_sm.db", Tree::map([("text", stamped("v1", "p"))]));
    let value = evaluate(&world, "${{a = \"a${aws_sm.db.text}\", b = \"b${aws_sm.db.text}\"}}");
    assert_eq!(show(&value), r#"{"a":secret("ap"),"b":secret("bp")}"#);
    let value = value.expect("a map");
    let of = |key| value.get(key).and_then(stamp);
    assert!(of("a").is_some() && of("a") != of("b"));
}

#[test]
fn what_state_keeps_of_a_secret_stamps_the_same() {
    let with = |text: Planned| {
        let world = World::default().object("aws_sm.db", Tree::map([("text", text)]));
        stamp(&evaluate(&world, "x-${aws_sm.db.text}").expect("a secret"))
    };
    assert_eq!(with(Tree::Secret(Secret::Stamp("v1".into()))), with(stamped("v1", "p")));
}
