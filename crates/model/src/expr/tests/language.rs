//! References, operators, conditionals, `for`, splats.

use super::check;

#[test]
fn references() {
    check("var.name", r#""web""#);
    check("local.port", "8080");
    check("stack.name", r#""shop""#);
    check("stack.nope", "unknown-name: `stack` has no `nope`");
    check("each.key", r#""a""#);
    check("each.value.zone", r#""eu-1a""#);
    check("each.value", r#"{"zone":"eu-1a"}"#);
    check("aws_vpc.main.cidr_block", r#""10.0.0.0/16""#);
    check("aws_vpc.main.tags.Name", r#""main""#);
    check("aws_vpc.main.tags[\"Name\"]", r#""main""#);
    check("aws_vpc.main[\"cidr_block\"]", r#""10.0.0.0/16""#);
    check("aws_vpc.main.ipv6_cidr_block", "null");
    check("var.list[0]", r#""a""#);
    check("var.list.1", r#""b""#);
    check("var.list[\"1\"]", r#""b""#);
    check("var.list[var.count - 2]", r#""b""#);
    check("{a = {b = [1, 2]}}.a.b[1]", "2");
    check("var.nope", "unknown-reference: there is no variable `nope`");
    check("local.nope", "reported");
    check("aws_vpc.nope.id", "unknown-reference: there is no `aws_vpc.nope`");
}

#[test]
fn steps_that_lead_nowhere() {
    check("aws_vpc.main.cidr_blok", "unknown-attribute: `aws_vpc.main` has no attribute `cidr_blok`");
    check("aws_vpc.main.tags.Nam", "unknown-attribute: `aws_vpc.main.tags` has no attribute `Nam`");
    check(
        "aws_vpc.main.ipv6_cidr_block.x",
        "null-value: `aws_vpc.main.ipv6_cidr_block` is null, so nothing is below it",
    );
    check("var.list[2]", "index-out-of-range: `var.list` has 2 items, counted from 0; none is at [2]");
    check("var.list[-1]", "invalid-index: an index counts from 0 and is never negative");
    check("var.list[0.5]", "invalid-index: an index is a whole number");
    check("var.list[null]", "invalid-index: an index is a number or text, and this is null");
    check("var.list.name", "unknown-attribute: `var.list` is a list, which has no attribute `name`");
    check("var.name.x", "unknown-attribute: `var.name` is text, so `.x` leads nowhere");
    check("{a = 1}[\"b\"]", "unknown-attribute: `this value` has no attribute `b`");
}

#[test]
fn a_single_block_takes_an_index() {
    check("aws_db.main.endpoint.port", "5432");
    check("aws_db.main.endpoint[0].port", "5432");
    check("aws_db.main.endpoint.0.port", "5432");
    check("aws_db.main.endpoint[1].port", "unknown-attribute: `aws_db.main.endpoint` has no attribute `1`");
    check("aws_db.main.endpoint[*].port", "[5432]");
    check("aws_db.main.nodes[0].ip", r#""::1""#);
    check("aws_db.main.nodes[*].ip", r#"["::1"]"#);
    check("aws_db.main.nodes.*.ip", r#"["::1"]"#);
}

#[test]
fn members_of_for_each() {
    check("aws_subnet.public[\"a\"].az", r#""eu-1a""#);
    check("aws_subnet.public[each.key].az", r#""eu-1a""#);
    check("aws_subnet.public.b.az", r#""eu-1b""#);
    check("keys(aws_subnet.public)", r#"["a","b"]"#);
    check("[for s in aws_subnet.public : s.az]", r#"["eu-1a","eu-1b"]"#);
    check("values(aws_subnet.public)[*].az", r#"["eu-1a","eu-1b"]"#);
    check("aws_subnet.public[*].id", "splat-on-map: `aws_subnet.public` has `for_each`, so it is a map and no list");
    check("aws_subnet.public.*.id", "splat-on-map: `aws_subnet.public` has `for_each`, so it is a map and no list");
    check("aws_subnet.public.id", "unknown-attribute: `aws_subnet.public` has `for_each`, so it is a map of members");
    check(
        "aws_subnet.public[0].id",
        "unknown-attribute: `aws_subnet.public` has `for_each`, so it is a map of members",
    );
    check("aws_subnet.public[\"c\"].id", "unknown-attribute: `aws_subnet.public` has no member `c`");
}

#[test]
fn a_disabled_object_is_null_all_the_way_down() {
    check("aws_off.x", "null");
    check("aws_off.x.id", "null");
    check("aws_off.x.a[0].b", "null");
    check("aws_off.x[*].id", "[]");
    check("coalesce(aws_off.x.id, \"none\")", r#""none""#);
}

#[test]
fn splats() {
    check("[{a = 1}, {a = 2}][*].a", "[1,2]");
    check("[{a = [1, 2]}, {a = [3]}][*].a[0]", "[1,3]");
    check("[{a = [1, 2]}, {a = [3]}].*.a[0]", "[1,2]");
    check("[{a = [{b = 1}]}, {a = [{b = 2}, {b = 3}]}][*].a[*].b", "[[1],[2,3]]");
    check("null[*]", "[]");
    check("\"x\"[*]", r#"["x"]"#);
    check("[][*].a", "[]");
}

#[test]
fn equality_is_by_value_without_conversion() {
    check("\"1\" == 1", "false");
    check("1 == 1.0", "true");
    check("[1] == [1]", "true");
    check("[1] == [\"1\"]", "false");
    check("{a = 1} == {a = 1.0}", "true");
    check("{a = 1} == {b = 1}", "false");
    check("null == null", "true");
    check("null != 1", "true");
    check("\"a\" != \"a\"", "false");
}

#[test]
fn logic_is_lazy() {
    check("!true", "false");
    check("!\"true\"", "false");
    check("!1", "invalid-operation: a boolean is needed, and this is a number");
    check("true && \"false\"", "false");
    check("false && (1 / 0 == 1)", "false");
    check("true || (1 / 0 == 1)", "true");
    check("true && (1 / 0 == 1)", "division-by-zero: `/` by zero");
    check("false || true", "true");
    check("var.list == null || length(var.list) == 2", "true");
    check("true ? 1 : 1 / 0", "1");
    check("false ? 1 / 0 : \"x\"", r#""x""#);
    check("try(var.nope, 1 / 0, \"d\")", r#""d""#);
    check("try([][0], \"d\")", r#""d""#);
    check("try(1, 1 / 0)", "1");
    check("try(1 / 0)", "try-failed: no argument of `try` has a value");
    check("can([][0])", "false");
    check("can(var.list[0])", "true");
}

#[test]
fn arms_of_a_conditional_have_one_type() {
    check("true ? 1 : \"a\"", r#""1""#);
    check("false ? \"a\" : true", r#""true""#);
    check("false ? 1 : true ? \"x\" : \"y\"", r#""x""#);
    check("true ? null : 1", "null");
    check("true ? 1 : 2", "1");
    check("true ? [1] : []", "[1]");
    check("1 ? 2 : 3", "invalid-operation: a boolean is needed, and this is a number");
}

#[test]
fn literals_and_for() {
    check("[]", "[]");
    check("[1, \"a\", null, [true],]", r#"[1,"a",null,[true]]"#);
    check(
        "{ \"a\": 1, \"b\" = 2, (1 + 1) = 3, 5 = 6, null = 1, true = 2 }",
        r#"{"2":3,"5":6,"a":1,"b":2,"null":1,"true":2}"#,
    );
    check("{ \"${var.name}-x\" = 1 }", r#"{"web-x":1}"#);
    check("{ (null) = 1 }", "invalid-key: a key must be text, and this is null");
    check("[for x in var.list : upper(x)]", r#"["A","B"]"#);
    check("[for i, x in var.list : \"${i}${x}\"]", r#"["0a","1b"]"#);
    check("[for k, v in {a = 1, b = 2} : \"${k}=${v}\" if v > 1]", r#"["b=2"]"#);
    check("{for i, x in var.list : x => i}", r#"{"a":0,"b":1}"#);
    check("{for s in [\"a\", \"b\", \"ab\"] : substr(s, 0, 1) => s...}", r#"{"a":["a","ab"],"b":["b"]}"#);
    check("{for s in [\"a\", \"ab\"] : substr(s, 0, 1) => s}", "duplicate-key: the key `a` comes up twice");
    check("[for x in [1, 2] : [for y in [3, 4] : x * y]]", "[[3,4],[6,8]]");
    check("[for x in 5 : x]", "not-iterable: `for` goes through a list or a map, and this is a number");
    check("[for x in null : x]", "not-iterable: `for` goes through a list or a map, and this is null");
    check("<<EOT\n  a ${1 + 1}\n  b\nEOT\n", r#""  a 2\n  b\n""#);
    check("<<-EOT\n    a\n      b\n  EOT\n", r#""a\n  b\n""#);
}

#[test]
fn every_problem_of_a_list_is_found() {
    let result = super::evaluate(&super::World::default(), "${[1 / 0, var.nope, {a = [][0], b = \"a\" + 1}]}");
    let codes: Vec<&str> = result.expect_err("four problems").iter().map(|it| it.code).collect();
    assert_eq!(codes, ["division-by-zero", "unknown-reference", "index-out-of-range", "invalid-operation"]);
}
