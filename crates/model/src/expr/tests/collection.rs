//! Functions of lists, maps and sets, and conversions by name.

use super::check;

#[test]
fn reading_lists() {
    check(r#"element(["a", "b", "c"], 4)"#, r#""b""#);
    check(r#"element(["a", "b", "c"], length(["a", "b", "c"]) - 1)"#, r#""c""#);
    check("element([], 0)", "invalid-argument: an empty list has no element");
    check("element([1], -1)", "invalid-argument: a number that is not negative is needed");
    check(r#"index(["a", "b", "c"], "b")"#, "1");
    check(r#"index(["a"], "z")"#, "invalid-argument: the list does not hold this value");
    check(r#"contains(["a", "b"], "a")"#, "true");
    check(r#"contains(["a", "b"], "d")"#, "false");
    check(r#"contains([1], "1")"#, "false");
    check(r#"length("héllo")"#, "5");
    check("length({a = 1})", "1");
    check("length([])", "0");
    check("length(null)", "invalid-argument: null has no length");
    check("one([])", "null");
    check("one([5])", "5");
    check("one([1, 2])", "invalid-argument: the list has 2 items, not one or none");
    check(r#"alltrue(["true", true])"#, "true");
    check("alltrue([true, false])", "false");
    check("alltrue([])", "true");
    check("anytrue([])", "false");
    check(r#"anytrue([false, "true"])"#, "true");
    check(r#"coalesce("a", "b")"#, r#""a""#);
    check(r#"coalesce("", "b")"#, r#""b""#);
    check(r#"coalesce(null, 1, "x")"#, r#""1""#);
    check(r#"coalesce(["", "b"]...)"#, r#""b""#);
    check("coalesce(null, null)", "invalid-argument: every argument is null or empty text");
    check(r#"coalescelist([], ["c", "d"])"#, r#"["c","d"]"#);
    check("coalescelist([], [])", "invalid-argument: every list is empty");
}

#[test]
fn making_lists() {
    check("range(3)", "[0,1,2]");
    check("range(1, 4)", "[1,2,3]");
    check("range(1, 8, 2)", "[1,3,5,7]");
    check("range(4, 1)", "[4,3,2]");
    check("range(4, 1, -2)", "[4,2]");
    check("range(0, 1, 0.25)", "[0,0.25,0.5,0.75]");
    check("range(10, 5, 2)", "invalid-argument: the step must lead from the start towards the limit");
    check("range(5000)", "invalid-argument: more than 1024 numbers");
    check(r#"slice(["a", "b", "c", "d"], 1, 3)"#, r#"["b","c"]"#);
    check(r#"slice(["a"], 0, 5)"#, "invalid-argument: the list has only 1 items");
    check(r#"slice(["a", "b"], 2, 1)"#, "invalid-argument: the start lies behind the end");
    check(r#"chunklist(["a", "b", "c"], 2)"#, r#"[["a","b"],["c"]]"#);
    check(r#"chunklist(["a"], 0)"#, r#"[["a"]]"#);
    check("reverse([1, 2, 3])", "[3,2,1]");
    check(r#"concat(["a", ""], ["b", "c"])"#, r#"["a","","b","c"]"#);
    check(r#"flatten([["a", "b"], [], ["c"]])"#, r#"["a","b","c"]"#);
    check(r#"flatten([[["a"], "b"], "c"])"#, r#"["a","b","c"]"#);
    check(r#"flatten("a")"#, "invalid-argument: a list is needed, and this is text");
    check(r#"compact(["a", "", null, "b"])"#, r#"["a","b"]"#);
    check(r#"distinct(["a", "b", "a", "c", "d", "b"])"#, r#"["a","b","c","d"]"#);
    check(r#"distinct([1, "1"])"#, r#"["1"]"#);
    check(r#"sort(["e", "d", "a", "x"])"#, r#"["a","d","e","x"]"#);
    check("sort([10, 9])", r#"["10","9"]"#);
}

#[test]
fn maps() {
    check("keys({b = 1, a = 2})", r#"["a","b"]"#);
    check("values({b = 1, a = 2})", "[2,1]");
    check(r#"lookup({a = "ay", b = "bee"}, "a", "what?")"#, r#""ay""#);
    check(r#"lookup({a = 1}, "b", 2)"#, "2");
    check(r#"lookup({a = 1}, "b")"#, "invalid-argument: the map has no such key, and there is no default");
    check("merge({a = 1, b = 2}, {a = 3}, null)", r#"{"a":3,"b":2}"#);
    check("merge([{a = 1}, {b = 2}]...)", r#"{"a":1,"b":2}"#);
    check("merge()", "{}");
    check("merge([1])", "invalid-argument: a map is needed, and this is a list");
    check(r#"zipmap(["a", "b"], [1, 2])"#, r#"{"a":1,"b":2}"#);
    check(r#"zipmap(["a"], [1, 2])"#, "invalid-argument: 1 keys do not pair with 2 values");
    check(r#"transpose({a = ["1", "2"], b = ["2", "3"]})"#, r#"{"1":["a"],"2":["a","b"],"3":["b"]}"#);
}

#[test]
fn sets() {
    check(r#"toset(["c", "a", "b", "b"])"#, r#"["a","b","c"]"#);
    check("toset([3, 20, 1])", "[1,3,20]");
    check(r#"toset(["a", 1])"#, r#"["1","a"]"#);
    check(r#"setunion(["a", "b"], ["b", "c"], ["d"])"#, r#"["a","b","c","d"]"#);
    check(r#"setintersection(["a", "b"], ["b", "c"])"#, r#"["b"]"#);
    check(r#"setsubtract(["a", "b", "c"], ["a", "c"])"#, r#"["b"]"#);
    check(r#"setproduct(["a", "b"], [1, 2])"#, r#"[["a",1],["a",2],["b",1],["b",2]]"#);
    check("setproduct([], [1, 2])", "[]");
    check("setproduct(range(1000), range(1000))", "invalid-argument: more than 100000 combinations");
}

#[test]
fn conversions() {
    check("tostring(null)", "null");
    check("tostring(1.50)", r#""1.5""#);
    check("tostring(true)", r#""true""#);
    check("tostring([1])", "invalid-argument: text is needed, and this is a list");
    check(r#"tonumber("1e3")"#, "1000");
    check(r#"tonumber("-1.5")"#, "-1.5");
    check(r#"tonumber("abc")"#, "invalid-argument: this text is no number");
    check(r#"tonumber("0x1F")"#, "invalid-argument: this text is no number");
    check(r#"tonumber(" 1")"#, "invalid-argument: this text is no number");
    check(r#"tonumber("inf")"#, "invalid-argument: this text is no number");
    check("tonumber(true)", "invalid-argument: a number is needed, and this is a boolean");
    check(r#"tobool("1")"#, "true");
    check(r#"tobool("false")"#, "false");
    check(r#"tobool("yes")"#, "invalid-argument: a boolean is needed, and this text is neither \"true\" nor \"false\"");
    check("tobool(1)", "invalid-argument: a boolean is needed, and this is a number");
    check(r#"tolist(["a", 1, true])"#, r#"["a","1","true"]"#);
    check("tolist([1, 2])", "[1,2]");
    check(r#"tomap({a = "x", b = 1})"#, r#"{"a":"x","b":"1"}"#);
    check("tolist({})", "invalid-argument: a list is needed, and this is a map");
}
