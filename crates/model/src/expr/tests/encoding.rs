//! JSON, YAML, CSV, Base64, URLs and digests.

use super::{World, check, evaluate};
use crate::tree::Tree;

#[test]
fn json() {
    check(
        r#"jsonencode({b = 1.0, a = "<&>", c = [null, true, 1.5]})"#,
        r#""{\"a\":\"\\u003c\\u0026\\u003e\",\"b\":1,\"c\":[null,true,1.5]}""#,
    );
    check(r#"jsonencode("é\n\t\u2028")"#, r#""\"é\\n\\t\\u2028\"""#);
    check(r#"jsonencode(1e21)"#, r#""1000000000000000000000""#);
    check(r#"jsondecode("{\"a\": [1, 2.5, null]}")"#, r#"{"a":[1,2.5,null]}"#);
    check(r#"jsondecode("{")"#, "invalid-argument: this text is no JSON: line 1, column 1");
    check(r#"jsondecode(jsonencode({a = [1, {b = "x"}]}))"#, r#"{"a":[1,{"b":"x"}]}"#);
}

#[test]
fn yaml() {
    let encoded = |input: &str| match evaluate(&World::default(), &format!("${{yamlencode({input})}}")) {
        Ok(Tree::Text(text)) => text,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        encoded(r#"{a = "foo", b = [1, 2, {c = true}], d = {}, e = [], f = null, g = "multi\nline\n", h = "1"}"#),
        "\"a\": \"foo\"\n\"b\":\n- 1\n- 2\n- \"c\": true\n\"d\": {}\n\"e\": []\n\"f\": null\n\"g\": |\n  multi\n  line\n\"h\": \"1\"\n"
    );
    assert_eq!(encoded(r#"["a", ["b"]]"#), "- \"a\"\n- - \"b\"\n");
    assert_eq!(encoded(r#""x""#), "\"x\"\n");
    assert_eq!(
        encoded(r#"{a = "x\ny", b = "a\n", c = " x\ny", d = "x\n\n", e = {h = "p\nq"}, f = ["x\ny\n"]}"#),
        "\"a\": |-\n  x\n  y\n\"b\": |\n  a\n\"c\": |2-\n   x\n  y\n\"d\": |+\n  x\n\n\"e\":\n  \"h\": |-\n    p\n    q\n\"f\":\n- |\n  x\n  y\n"
    );
    assert_eq!(
        encoded(r#"[[1, {a = 1, b = [2]}], {c = {}}]"#),
        "- - 1\n  - \"a\": 1\n    \"b\":\n    - 2\n- \"c\": {}\n"
    );
    assert_eq!(encoded("{a = {b = {c = 1}, d = [{e = 1, f = 2}]}}"), NESTED);
    check(r#"yamldecode("a: 1\nb: [x, true, null, 1.5]\n")"#, r#"{"a":1,"b":["x",true,null,1.5]}"#);
    check(r#"yamldecode("1: y")"#, r#"{"1":"y"}"#);
    check(r#"yamldecode("a: [")"#, "invalid-argument: this text is no YAML: line 2, column 1");
    check(r#"yamldecode(yamlencode({a = "x\ny", b = [{c = [1]}]}))"#, r#"{"a":"x\ny","b":[{"c":[1]}]}"#);
}

const NESTED: &str = "\"a\":\n  \"b\":\n    \"c\": 1\n  \"d\":\n  - \"e\": 1\n    \"f\": 2\n";

#[test]
fn csv() {
    check(r#"csvdecode("a,b\n1,\"x \"\"y\"\", z\"\n\n3,4\n")"#, r#"[{"a":"1","b":"x \"y\", z"},{"a":"3","b":"4"}]"#);
    check(r#"csvdecode("a,b\r\n1,2")"#, r#"[{"a":"1","b":"2"}]"#);
    check(r#"csvdecode("a,b\n1")"#, "invalid-argument: a row has 1 fields, and there are 2 columns");
    check(r#"csvdecode("a\n\"x")"#, "invalid-argument: a quoted field is never closed");
}

#[test]
fn base64_and_urls() {
    check(r#"base64encode("Hello World")"#, r#""SGVsbG8gV29ybGQ=""#);
    check(r#"base64decode("SGVsbG8gV29ybGQ=")"#, r#""Hello World""#);
    check(r#"base64decode("SGVsbG8gV29ybGQ")"#, "invalid-argument: this text is no Base64");
    check(r#"urlencode("Hello World!&a=b~_-.é")"#, r#""Hello+World%21%26a%3Db~_-.%C3%A9""#);
}

#[test]
fn digests() {
    check(r#"md5("hello world")"#, r#""5eb63bbbe01eeed093cb22bb8f5acdc3""#);
    check(r#"sha256("hello world")"#, r#""b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9""#);
    check(r#"base64sha256("hello world")"#, r#""uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=""#);
    check(r#"substr(sha512("hello world"), 0, 16)"#, r#""309ecc489c12d6eb""#);
    check(r#"length(base64sha512("x"))"#, "88");
}
