//! Files, dates, and what a plan cannot depend on.

use super::{World, check, evaluate, show};

#[test]
fn files() {
    check(r#"file("policy.json")"#, r#""{\"a\":1}""#);
    check(r#"jsondecode(file("policy.json")).a"#, "1");
    check(r#"file("nope")"#, "unreadable-file: there is no file `nope`");
    check(r#"fileexists("policy.json")"#, "true");
    check(r#"fileexists("nope")"#, "false");
    check(r#"filebase64("policy.json")"#, r#""eyJhIjoxfQ==""#);
    check(r#"filesha256("policy.json") == sha256(file("policy.json"))"#, "true");
    check(r#"filebase64sha256("policy.json") == base64sha256(file("policy.json"))"#, "true");
    check(r#"filemd5("policy.json") == md5(file("policy.json"))"#, "true");
    check(r#"file(aws_vpc.main.id)"#, "unknown(aws_vpc.main.id)");
    check(r#"basename("foo/bar/baz.txt")"#, r#""baz.txt""#);
    check(r#"dirname("foo/bar/baz.txt")"#, r#""foo/bar""#);
    check(r#"dirname("x")"#, r#"".""#);
}

#[test]
fn template_files() {
    check(r#"templatefile("greet.tpl", {name = "Ann", ports = [80, 443]})"#, r#""Hello Ann!\n- 80\n- 443\n""#);
    check(r#"templatefile("greet.tpl", {name = aws_vpc.main.id, ports = []})"#, "unknown(aws_vpc.main.id)");
    check(r#"templatefile("greet.tpl", {name = var.password, ports = []})"#, r#"secret("Hello hunter2!\n")"#);
    check(r#"templatefile("greet.tpl", {name = "x"})"#, "unknown-name: in `greet.tpl`: `ports` alone names nothing");
    check(r#"templatefile("greet.tpl", [])"#, "invalid-argument: the variables are a map, and this is a list");
    let world = World::default()
        .file("nested.tpl", r#"${templatefile("greet.tpl", {})}"#)
        .file("closed.tpl", "${var.name}")
        .file("wrong.tpl", "${uper(name)}")
        .file("broken.tpl", "a ${name")
        .file("inner.tpl", r#"<${file("policy.json")}>"#);
    let check = |path: &str, expect: &str| {
        let template = format!("${{templatefile({path:?}, {{name = \"x\"}})}}");
        assert_eq!(show(&evaluate(&world, &template)), expect, "{path}");
    };
    check("nested.tpl", "invalid-argument: in `nested.tpl`: a template file cannot render another one");
    check("closed.tpl", "unknown-name: in `closed.tpl`: a template file sees only the variables that it is given");
    check("wrong.tpl", "unknown-function: in `wrong.tpl`: there is no function `uper`");
    check("broken.tpl", "expression-syntax: in `broken.tpl`: a `${` or `%{` is never closed");
    check("inner.tpl", r#""<{\"a\":1}>""#);
}

#[test]
fn dates() {
    check(r#"formatdate("DD MMM YYYY hh:mm ZZZ", "2018-01-02T23:12:01Z")"#, r#""02 Jan 2018 23:12 UTC""#);
    check(
        r#"formatdate("EEEE, DD-MMM-YY hh:mm:ss ZZZ", "2018-01-02T23:12:01Z")"#,
        r#""Tuesday, 02-Jan-18 23:12:01 UTC""#,
    );
    check(
        r#"formatdate("EEE, DD MMM YYYY hh:mm:ss ZZZZ", "2018-01-02T23:12:01-08:00")"#,
        r#""Tue, 02 Jan 2018 23:12:01 -0800""#,
    );
    check(
        r#"formatdate("M/D/YY h:m:s H HH AA aa Z ZZZZZ 'at' ''''", "2018-01-02T03:02:01+05:30")"#,
        r#""1/2/18 3:2:1 3 03 AM am +05:30 +05:30 at '""#,
    );
    check(r#"formatdate("MMMM DD, YYYY", "2018-01-02T23:12:01Z")"#, r#""January 02, 2018""#);
    check(r#"formatdate("HH:mmaa", "2018-01-02T23:12:01Z")"#, r#""11:12pm""#);
    check(r#"formatdate("QQ", "2018-01-02T23:12:01Z")"#, "invalid-argument: a date has no `QQ`");
    check(r#"formatdate("YYYY", "x")"#, "invalid-argument: this is no time stamp, as `2024-01-02T15:04:05Z`");
    check(r#"timeadd("2017-11-22T00:00:00Z", "10m")"#, r#""2017-11-22T00:10:00Z""#);
    check(r#"timeadd("2017-11-22T00:00:00Z", "1.5h")"#, r#""2017-11-22T01:30:00Z""#);
    check(r#"timeadd("2017-11-22T00:00:00+02:00", "-1h30m")"#, r#""2017-11-21T22:30:00+02:00""#);
    check(r#"timeadd("2017-11-22T00:00:00Z", "1d")"#, "invalid-argument: this is no duration, as `1h30m`");
    check(r#"timecmp("2017-11-22T00:00:00Z", "2017-11-22T01:00:00Z")"#, "-1");
    check(r#"timecmp("2017-11-22T01:00:00+01:00", "2017-11-22T00:00:00Z")"#, "0");
}

#[test]
fn impure_functions_are_refused() {
    for call in ["timestamp()", "uuid()", "bcrypt(\"x\")", "plantimestamp()"] {
        let name = call.split('(').next().unwrap_or_default();
        check(call, &format!("impure-function: `{name}()` cannot be used in a manifest"));
    }
}
