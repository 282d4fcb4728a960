//! `format` and `formatlist`.

use super::check;

#[test]
fn verbs() {
    check(r#"format("%5.2f|%-5s|%05d", 3.14159, "ab", 42)"#, r#"" 3.14|ab   |00042""#);
    check(r#"format("%x|%X|%o|%b|%#x|%#o|%#b", 255, 255, 8, 5, 255, 8, 5)"#, r#""ff|FF|10|101|0xff|010|0b101""#);
    check(r#"format("%e|%.2e|%E", 12345.678, 12345.678, 1)"#, r#""1.234568e+04|1.23e+04|1.000000E+00""#);
    check(
        r#"format("%g|%g|%g|%.3g|%g", 0.0001, 1000000, 123456.7, 1234.5678, 0.00001234)"#,
        r#""0.0001|1e+06|123456.7|1.23e+03|1.234e-05""#,
    );
    check(
        r#"format("%6.1f|%-8.2f|%08.2f|%+.1f", 3.14159, 3.14159, -3.14159, 2.0)"#,
        r#""   3.1|3.14    |-0003.14|+2.0""#,
    );
    check(r#"format("%+d|% d|%3d|%-3d|", 5, 5, 5, 5)"#, r#""+5| 5|  5|5  |""#);
    check(r#"format("%q|%5q", "a\"b", "c")"#, r#""\"a\\\"b\"|  \"c\"""#);
    check(
        r#"format("%v|%#v|%v", [1, "a", {b = null}], {a = "x"}, "t")"#,
        r#""[1,\"a\",{\"b\":null}]|{\"a\":\"x\"}|t""#,
    );
    check(r#"format("%v %v %v", true, 1.25, null)"#, r#""true 1.25 null""#);
    check(r#"format("%5t|%t|%%", true, "false")"#, r#""true|false|%""#);
    check(r#"format("%10.3s|%05s", "abcdef", "ab")"#, r#""       abc|000ab""#);
    check(r#"format("%[2]s %[1]s", "a", "b")"#, r#""b a""#);
    check(r#"format("%s %s %d", 1, true, "12")"#, r#""1 true 12""#);
    check(r#"format("Hello")"#, r#""Hello""#);
}

#[test]
fn general_numbers() {
    check(r#"format("%v|%v|%5v|%05v|%+v", 1000000, 1e21, 5, 5, 5)"#, r#""1e+06|1e+21|    5|00005|5""#);
    check(r#"format("%d", 10000000000)"#, r#""10000000000""#);
    check(r#"format("%v", -0.5)"#, r#""-0.5""#);
}

#[test]
fn problems() {
    check(r#"format("%s", [1])"#, "invalid-argument: text is needed, and this is a list");
    check(r#"format("%d", 1.5)"#, "invalid-argument: a whole number is needed");
    check(r#"format("%s")"#, "invalid-argument: `%s` needs value 1, and there are 0");
    check(r#"format("%d %d", 1)"#, "invalid-argument: `%d` needs value 2, and there are 1");
    check(r#"format("x", 1)"#, "invalid-argument: the text has no verb for this value");
    check(r#"format("%z", 1)"#, "invalid-argument: there is no verb `%z`");
    check(r#"format("%*d", 1, 2)"#, "invalid-argument: there is no verb `%*`");
    check(r#"format("%99999999999s", "x")"#, "invalid-argument: a width of more than 4096");
    check(r#"format("%")"#, "invalid-argument: `%` ends the text without a letter");
}

#[test]
fn lists() {
    check(r#"formatlist("%s-%s", ["a", "b"], "x")"#, r#"["a-x","b-x"]"#);
    check(r#"formatlist("%s, %s!", "Salutations", ["V", "A"])"#, r#"["Salutations, V!","Salutations, A!"]"#);
    check(r#"formatlist("%s", [])"#, "[]");
    check(r#"formatlist("hello")"#, r#"["hello"]"#);
    check(r#"formatlist("%s%s", ["a", "b"], ["c"])"#, "invalid-argument: this list has 1 items, another has 2");
}
