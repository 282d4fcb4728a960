//! Values that are not known yet.

use super::check;

#[test]
fn an_unknown_operand_makes_the_result_unknown() {
    check("aws_vpc.main.id", "unknown(aws_vpc.main.id)");
    check("\"x-${aws_vpc.main.id}-${aws_vpc.main.arn}\"", "unknown(aws_vpc.main.arn,aws_vpc.main.id)");
    check("aws_vpc.main.id == \"x\"", "unknown(aws_vpc.main.id)");
    check("aws_vpc.main.id == null", "unknown(aws_vpc.main.id)");
    check("!aws_vpc.main.id", "unknown(aws_vpc.main.id)");
    check("aws_vpc.main.id + 1", "unknown(aws_vpc.main.id)");
    check("aws_vpc.main.id > aws_vpc.main.arn", "unknown(aws_vpc.main.arn,aws_vpc.main.id)");
    check("upper(aws_vpc.main.id)", "unknown(aws_vpc.main.id)");
    check("jsonencode({a = aws_vpc.main.id})", "unknown(aws_vpc.main.id)");
    check("join(\",\", [aws_vpc.main.id, \"x\"])", "unknown(aws_vpc.main.id)");
    check("toset([aws_vpc.main.id])", "unknown(aws_vpc.main.id)");
    check("aws_vpc.main.id ? 1 : 2", "unknown(aws_vpc.main.id)");
    check("max([aws_vpc.main.id]...)", "unknown(aws_vpc.main.id)");
    check("max(aws_vpc.main.id...)", "unknown(aws_vpc.main.id)");
}

#[test]
fn steps_below_an_unknown_are_named() {
    check("aws_db.main.address[0].host", "unknown(aws_db.main.address[0].host)");
    check("aws_db.main.address[*].host", "unknown(aws_db.main.address)");
    check("aws_vpc.main.tags[aws_vpc.main.id]", "unknown(aws_vpc.main.id)");
}

#[test]
fn a_collection_with_unknown_members_is_known() {
    check("[aws_vpc.main.id, 1]", "[unknown(aws_vpc.main.id),1]");
    check("length([aws_vpc.main.id, 1])", "2");
    check("[aws_vpc.main.id, 1][1]", "1");
    check("keys({a = aws_vpc.main.id})", r#"["a"]"#);
    check("values({a = aws_vpc.main.id, b = 1})", "[unknown(aws_vpc.main.id),1]");
    check("lookup({a = aws_vpc.main.id, b = 1}, \"b\", 0)", "1");
    check("lookup({b = 1}, \"a\", aws_vpc.main.id)", "unknown(aws_vpc.main.id)");
    check("merge({a = aws_vpc.main.id}, {b = 1})", r#"{"a":unknown(aws_vpc.main.id),"b":1}"#);
    check("concat([aws_vpc.main.id], [1])", "[unknown(aws_vpc.main.id),1]");
    check("element([1, aws_vpc.main.id], 2)", "1");
    check("reverse([1, aws_vpc.main.id])", "[unknown(aws_vpc.main.id),1]");
    check("zipmap([\"a\"], [aws_vpc.main.id])", r#"{"a":unknown(aws_vpc.main.id)}"#);
    check("one([aws_vpc.main.id])", "unknown(aws_vpc.main.id)");
    check("tolist([aws_vpc.main.id])", "[unknown(aws_vpc.main.id)]");
    check("flatten([[aws_vpc.main.cidr_block], [\"x\"]])", r#"["10.0.0.0/16","x"]"#);
    check("flatten([aws_vpc.main.id, [1]])", "unknown(aws_vpc.main.id)");
    check(
        "[for s in aws_subnet.public : s.id]",
        "[unknown(aws_subnet.public[\"a\"].id),unknown(aws_subnet.public[\"b\"].id)]",
    );
    check("{for k, s in aws_subnet.public : k => s.id if k == \"a\"}", r#"{"a":unknown(aws_subnet.public["a"].id)}"#);
    check("[for x in [1, 2] : x if aws_vpc.main.id == x]", "unknown(aws_vpc.main.id)");
    check("{(aws_vpc.main.id) = 1}", "unknown(aws_vpc.main.id)");
    check("[for x in aws_vpc.main.id : x]", "unknown(aws_vpc.main.id)");
}

#[test]
fn what_is_decided_anyway_is_known() {
    check("false && aws_vpc.main.id == \"x\"", "false");
    check("true || aws_vpc.main.id == \"x\"", "true");
    check("true && aws_vpc.main.id == \"x\"", "unknown(aws_vpc.main.id)");
    check("true ? 1 : aws_vpc.main.id", "1");
    check("[aws_vpc.main.id, 1] == [aws_vpc.main.id, 2]", "false");
    check("[aws_vpc.main.id] == null", "false");
    check("contains([aws_vpc.main.id, \"a\"], \"a\")", "true");
    check("contains([aws_vpc.main.id, \"a\"], \"b\")", "unknown(aws_vpc.main.id)");
    check("alltrue([aws_vpc.main.id, false])", "false");
    check("anytrue([aws_vpc.main.id, true])", "true");
    check("alltrue([aws_vpc.main.id, true])", "unknown(aws_vpc.main.id)");
    check("coalesce(\"a\", aws_vpc.main.id)", r#""a""#);
    check("coalesce(aws_vpc.main.id, \"a\")", "unknown(aws_vpc.main.id)");
    check("coalescelist([], [aws_vpc.main.id])", "[unknown(aws_vpc.main.id)]");
    check("try(aws_vpc.main.id, \"x\")", "unknown(aws_vpc.main.id)");
    check("can(aws_vpc.main.id)", "unknown(aws_vpc.main.id)");
    check("can(aws_vpc.main.idd)", "false");
}
