//! Functions of texts and regular expressions.

use super::check;

#[test]
fn ends_and_parts() {
    check(r#"chomp("hello\n\n")"#, r#""hello""#);
    check(r#"chomp("hello\r\n")"#, r#""hello""#);
    check(r#"trimspace("  hello\n\n")"#, r#""hello""#);
    check(r#"trim("?!hello?!", "!?")"#, r#""hello""#);
    check(r#"trim("foobar", "far")"#, r#""oob""#);
    check(r#"trimprefix("helloworld", "hello")"#, r#""world""#);
    check(r#"trimprefix("helloworld", "cat")"#, r#""helloworld""#);
    check(r#"trimsuffix("helloworld", "world")"#, r#""hello""#);
    check(r#"startswith("hello world", "hello")"#, "true");
    check(r#"startswith("hello world", "world")"#, "false");
    check(r#"endswith("hello world", "world")"#, "true");
    check(r#"strcontains("hello world", "wor")"#, "true");
    check(r#"substr("hello world", 1, 4)"#, r#""ello""#);
    check(r#"substr("🤔🤷", 0, 1)"#, r#""🤔""#);
    check(r#"substr("hello", -3, -1)"#, r#""llo""#);
    check(r#"substr("hello world", -5, 3)"#, r#""wor""#);
    check(r#"substr("hello", 1, 100)"#, r#""ello""#);
    check(r#"substr("hello", 10, 10)"#, r#""""#);
    check(r#"substr("hello", 0, -2)"#, "invalid-argument: the length is -1 or not negative");
    check(r#"split(",", "foo,bar,baz")"#, r#"["foo","bar","baz"]"#);
    check(r#"split(",", "foo")"#, r#"["foo"]"#);
    check(r#"split(",", "")"#, r#"[""]"#);
    check(r#"split("", "abc")"#, r#"["a","b","c"]"#);
    check(r#"join("-", ["foo", "bar", "baz"])"#, r#""foo-bar-baz""#);
    check(r#"join("-", ["a", 1, true])"#, r#""a-1-true""#);
    check(r#"join(",", ["a"], ["b", "c"])"#, r#""a,b,c""#);
    check(r#"join(",", "a")"#, "invalid-argument: a list is needed, and this is text");
    check(r#"join(",", [null])"#, "invalid-argument: text is needed, and this is null");
}

#[test]
fn case_and_order() {
    check(r#"lower("HELLO АЛЛО")"#, r#""hello алло""#);
    check(r#"upper("hello алло!")"#, r#""HELLO АЛЛО!""#);
    check(r#"title("hello world-foo o'neil")"#, r#""Hello World-Foo O'Neil""#);
    check(r#"title("héllo WORLD a_b 1x")"#, r#""Héllo WORLD A_b 1x""#);
    check(r#"strrev("hello")"#, r#""olleh""#);
    check(r#"strrev("☃")"#, r#""☃""#);
    check(r#"indent(2, "a\nb\n\nc")"#, r#""a\n  b\n  \n  c""#);
    check(r#"upper(12)"#, r#""12""#);
    check("upper(null)", "invalid-argument: text is needed, and this is null");
}

#[test]
fn replacing() {
    check(r#"replace("1 + 2 + 3", "+", "-")"#, r#""1 - 2 - 3""#);
    check(r#"replace("hello world", "/w.*d/", "everybody")"#, r#""hello everybody""#);
    check(r#"replace("hello", "/(l+)/", "<$1>")"#, r#""he<ll>o""#);
    check(r#"replace("a1b22", "/[0-9]+/", "$0x")"#, r#""ab""#);
    check(r#"replace("ab", "/(?P<x>a)/", "$${x}!")"#, r#""a!b""#);
    check(r#"replace("a.b.c", ".", "-")"#, r#""a-b-c""#);
    check(r#"replace("a/b", "/", "-")"#, r#""a-b""#);
}

#[test]
fn regular_expressions() {
    check(r#"regex("[a-z]+", "53453453.345345aaabbbccc23454")"#, r#""aaabbbccc""#);
    check(r#"regex("(\\d\\d\\d\\d)-(\\d\\d)", "2019-02-01")"#, r#"["2019","02"]"#);
    check(r#"regex("(?P<year>\\d+)-(?P<m>\\d+)(?P<x>z)?", "2019-02")"#, r#"{"m":"02","x":null,"year":"2019"}"#);
    check(r#"regex("[a-z]+", "5345")"#, "invalid-argument: the pattern finds nothing in this text");
    check(r#"regexall("[a-z]+", "1234abcd5678efgh9")"#, r#"["abcd","efgh"]"#);
    check(r#"regexall("(.)(.)", "abcd")"#, r#"[["a","b"],["c","d"]]"#);
    check(r#"regexall("[a-z]+", "123456789")"#, "[]");
    check(r#"regex("(", "x")"#, "invalid-argument: this is no regular expression: unclosed group");
}
