//! Pairs of documents, and what differs in meaning.

use model::Known;
use serde_json::{Value as Json, json};

use super::{Document, compare, sentences};

fn document(json: &Json) -> Document {
    Document::read(&Known::from_json(json).widen()).expect("a policy document")
}

fn statements(list: &Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": list })
}

/// `+` is allowed now, `-` no longer, `!` denied now, `~` no longer denied, `?` not known.
#[track_caller]
fn check(before: &Json, after: &Json, expect: &[&str]) {
    let difference = compare(&document(&statements(before)), &document(&statements(after)));
    let lines = |sign: &str, shifts| -> Vec<String> {
        sentences(shifts, "is", "are", "so").into_iter().map(|it| format!("{sign} {it}")).collect()
    };
    let mut found = lines("+", &difference.gained);
    found.extend(lines("-", &difference.lost));
    found.extend(lines("!", &difference.denied));
    found.extend(lines("~", &difference.undenied));
    if difference.is_unclear {
        found.push("?".to_owned());
    }
    assert_eq!(found, expect);
}

fn allow(action: Json, resource: Json) -> Json {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

fn deny(action: Json, resource: Json) -> Json {
    json!({ "Effect": "Deny", "Action": action, "Resource": resource })
}

fn trust(principal: Json) -> Json {
    json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal })
}

fn when(mut statement: Json, condition: Json) -> Json {
    statement["Condition"] = condition;
    statement
}

#[test]
fn the_same_in_other_words_is_no_difference() {
    let (get, put) = (allow(json!("s3:GetObject"), json!("a")), allow(json!(["s3:PutObject"]), json!(["b"])));
    check(&json!([get, put]), &json!([put, get]), &[]);
    check(&json!(get), &json!([get]), &[]);
    check(
        &json!([allow(json!("s3:GetObject"), json!("a"))]),
        &json!([allow(json!(["S3:getobject"]), json!(["a"]))]),
        &[],
    );
    let both = allow(json!(["s3:GetObject", "s3:PutObject"]), json!(["a", "b"]));
    let split = json!([
        allow(json!("s3:GetObject"), json!(["a", "b"])),
        allow(json!("s3:PutObject"), json!("b")),
        allow(json!("s3:PutObject"), json!("a")),
    ]);
    check(&json!([both]), &split, &[]);
    let mut named = get.clone();
    named["Sid"] = json!("Read");
    check(&json!([named]), &json!([get]), &[]);
    check(
        &json!([trust(json!({ "AWS": "123456789012" }))]),
        &json!([trust(json!({ "AWS": ["arn:aws:iam::123456789012:root"] }))]),
        &[],
    );
    check(&json!([trust(json!("*"))]), &json!([trust(json!({ "AWS": "*" }))]), &[]);
    check(
        &json!([allow(json!(["s3:*", "s3:GetObject"]), json!("*"))]),
        &json!([allow(json!("s3:*"), json!("*"))]),
        &[],
    );
}

#[test]
fn actions_and_resources_are_gained_and_lost() {
    let get = || allow(json!("s3:GetObject"), json!("arn:aws:s3:::b/*"));
    let more = allow(json!(["s3:GetObject", "s3:DeleteObject", "s3:PutObject"]), json!("arn:aws:s3:::b/*"));
    check(&json!([get()]), &json!([more]), &["+ `s3:DeleteObject` and `s3:PutObject` on `arn:aws:s3:::b/*` are so"]);
    check(&json!([more]), &json!([get()]), &["- `s3:DeleteObject` and `s3:PutObject` on `arn:aws:s3:::b/*` are so"]);
    let wild = |action: &str| allow(json!(action), json!("arn:aws:s3:::b/*"));
    check(&json!([get()]), &json!([wild("s3:*")]), &["+ `s3:*` on `arn:aws:s3:::b/*` is so"]);
    check(&json!([get()]), &json!([wild("*")]), &["+ every action (`*`) on `arn:aws:s3:::b/*` is so"]);
    check(&json!([wild("s3:*")]), &json!([get()]), &["- `s3:*` on `arn:aws:s3:::b/*` is so"]);
    check(&json!([wild("s3:Get*")]), &json!([wild("s3:GetObject*")]), &["- `s3:Get*` on `arn:aws:s3:::b/*` is so"]);
    check(
        &json!([get()]),
        &json!([allow(json!("s3:GetObject"), json!("*"))]),
        &["+ `s3:GetObject` on every resource (`*`) is so"],
    );
    check(
        &json!([get()]),
        &json!([allow(json!("s3:GetObject"), json!("arn:aws:s3:::c/*"))]),
        &["+ `s3:GetObject` on `arn:aws:s3:::c/*` is so", "- `s3:GetObject` on `arn:aws:s3:::b/*` is so"],
    );
    // Of what is gained, the wider says it all.
    let twice = allow(json!(["s3:GetObject", "S3:GETOBJECT", "s3:Put*", "s3:PutObject"]), json!("*"));
    check(&json!([]), &json!([twice]), &["+ `S3:GETOBJECT` and `s3:Put*` on every resource (`*`) are so"]);
    let many: Vec<String> = (1..=7).map(|it| format!("s3:A{it}")).collect();
    check(
        &json!([]),
        &json!([allow(json!(many), json!("*"))]),
        &["+ `s3:A1`, `s3:A2`, `s3:A3`, `s3:A4`, `s3:A5` and 2 more on every resource (`*`) are so"],
    );
}

#[test]
fn principals_are_gained_and_lost() {
    let service = |name: &str| trust(json!({ "Service": name }));
    check(
        &json!([service("ecs-tasks.amazonaws.com")]),
        &json!([trust(json!({ "Service": ["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"] }))]),
        &["+ `sts:AssumeRole` for `ec2.amazonaws.com` is so"],
    );
    check(
        &json!([service("a.amazonaws.com"), service("b.amazonaws.com")]),
        &json!([trust(json!("*"))]),
        &["+ `sts:AssumeRole` for everyone (`*`) is so"],
    );
    let role = || trust(json!({ "AWS": "arn:aws:iam::123456789012:role/ci" }));
    let account = |number: &str| trust(json!({ "AWS": number }));
    check(
        &json!([role()]),
        &json!([account("123456789012")]),
        &["+ `sts:AssumeRole` for `arn:aws:iam::123456789012:root` is so"],
    );
    check(
        &json!([account("123456789012")]),
        &json!([role()]),
        &["- `sts:AssumeRole` for `arn:aws:iam::123456789012:root` is so"],
    );
    check(
        &json!([role()]),
        &json!([account("210987654321")]),
        &[
            "+ `sts:AssumeRole` for `arn:aws:iam::210987654321:root` is so",
            "- `sts:AssumeRole` for `arn:aws:iam::123456789012:role/ci` is so",
        ],
    );
}

#[test]
fn conditions_narrow_and_their_loss_widens() {
    let get = || allow(json!("s3:GetObject"), json!("*"));
    let from = |range: &str| when(get(), json!({ "IpAddress": { "aws:SourceIp": range } }));
    check(
        &json!([from("10.0.0.0/8")]),
        &json!([get()]),
        &["+ `s3:GetObject` on every resource (`*`) is so without a condition on `aws:SourceIp`"],
    );
    check(
        &json!([get()]),
        &json!([from("10.0.0.0/8")]),
        &["- `s3:GetObject` on every resource (`*`) is so without a condition on `aws:SourceIp`"],
    );
    check(
        &json!([from("10.0.0.0/16")]),
        &json!([from("10.0.0.0/8")]),
        &["+ `s3:GetObject` on every resource (`*`) is so where `aws:SourceIp` is in `10.0.0.0/8`"],
    );
    let keyed = |key: &str, values: Json| when(get(), json!({ "StringLike": { key: values } }));
    check(&json!([keyed("aws:PrincipalTag/x", json!("a"))]), &json!([keyed("AWS:principaltag/x", json!(["a"]))]), &[]);
    check(
        &json!([keyed("k", json!(["a*"]))]),
        &json!([keyed("k", json!(["abc"]))]),
        &["- `s3:GetObject` on every resource (`*`) is so where `k` is `a*`"],
    );
    let not = |values: Json| when(get(), json!({ "StringNotEquals": { "k": values } }));
    check(
        &json!([not(json!(["a", "b"]))]),
        &json!([not(json!("a"))]),
        &["+ `s3:GetObject` on every resource (`*`) is so where `k` is not `a`"],
    );
    let secure = |value: Json| when(get(), json!({ "Bool": { "aws:SecureTransport": value } }));
    check(&json!([secure(json!(true))]), &json!([secure(json!("true"))]), &[]);
}

#[test]
fn denials_count_the_other_way_round() {
    let all = || allow(json!("s3:*"), json!("*"));
    let no = |action: &str| deny(json!(action), json!("*"));
    check(
        &json!([all(), no("s3:DeleteObject")]),
        &json!([all()]),
        &["~ `s3:DeleteObject` on every resource (`*`) is so"],
    );
    check(
        &json!([all()]),
        &json!([all(), no("s3:DeleteObject")]),
        &["! `s3:DeleteObject` on every resource (`*`) is so"],
    );
    check(&json!([no("s3:*")]), &json!([no("s3:Delete*")]), &["~ `s3:*` on every resource (`*`) is so"]);
    // What stays denied is not gained, and what was denied is not lost.
    check(&json!([no("s3:Delete*")]), &json!([no("s3:Delete*"), allow(json!("s3:DeleteObject"), json!("a"))]), &[]);
    check(&json!([no("s3:Delete*"), allow(json!("s3:DeleteObject"), json!("a"))]), &json!([no("s3:Delete*")]), &[]);
    let unless = |who: &str| when(no("s3:*"), json!({ "StringNotEquals": { "aws:PrincipalTag/team": who } }));
    check(
        &json!([no("s3:*")]),
        &json!([unless("a")]),
        &["~ `s3:*` on every resource (`*`) is so without a condition on `aws:PrincipalTag/team`"],
    );
    let tls = || when(deny(json!("s3:*"), json!("*")), json!({ "Bool": { "aws:SecureTransport": false } }));
    check(
        &json!([all(), tls()]),
        &json!([all()]),
        &["~ `s3:*` on every resource (`*`) is so where `aws:SecureTransport` is `false`"],
    );
}

#[test]
fn everything_but_is_compared_with_care() {
    let but = |actions: Json| json!({ "Effect": "Allow", "NotAction": actions, "Resource": "*" });
    check(
        &json!([but(json!("iam:*"))]),
        &json!([but(json!(["iam:*", "s3:*"]))]),
        &["- every action but `iam:*` on every resource (`*`) is so"],
    );
    check(
        &json!([but(json!(["iam:*", "s3:*"]))]),
        &json!([but(json!("iam:*"))]),
        &["+ every action but `iam:*` on every resource (`*`) is so"],
    );
    check(&json!([but(json!("iam:*"))]), &json!([but(json!("iam:*")), allow(json!("s3:Get*"), json!("*"))]), &[]);
    check(
        &json!([but(json!("iam:*"))]),
        &json!([but(json!("iam:*")), allow(json!("iam:GetRole"), json!("*"))]),
        &["+ `iam:GetRole` on every resource (`*`) is so"],
    );
    check(
        &json!([allow(json!("*"), json!("*"))]),
        &json!([but(json!("iam:*"))]),
        &["- every action (`*`) on every resource (`*`) is so"],
    );
    let elsewhere = |resource: &str| json!({ "Effect": "Allow", "Action": "s3:*", "NotResource": resource });
    check(&json!([elsewhere("a*")]), &json!([elsewhere("ab*")]), &["+ `s3:*` on every resource but `ab*` is so"]);
    let others =
        |who: Json| json!({ "Effect": "Deny", "Action": "s3:*", "Resource": "*", "NotPrincipal": { "AWS": who } });
    check(
        &json!([others(json!("111111111111"))]),
        &json!([others(json!(["111111111111", "222222222222"]))]),
        &["~ `s3:*` on every resource (`*`) for everyone but `arn:aws:iam::111111111111:root` is so"],
    );
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let get = || allow(json!("s3:GetObject"), json!("${aws_s3_bucket.b.arn}/*"));
    check(
        &json!([get()]),
        &json!([allow(json!("s3:GetObject"), json!("${aws_s3_bucket.c.arn}/*"))]),
        &[
            "+ `s3:GetObject` on `${aws_s3_bucket.c.arn}/*` is so",
            "- `s3:GetObject` on `${aws_s3_bucket.b.arn}/*` is so",
        ],
    );
    check(&json!([get()]), &json!([get(), "${var.statement}"]), &["?"]);
    check(&json!([get(), "${var.statement}"]), &json!(["${var.statement}", get()]), &[]);
    check(&json!([get()]), &json!(["${var.statement}"]), &["?"]);
    check(
        &json!([get()]),
        &json!([{ "Effect": "${var.effect}", "Action": "s3:GetObject", "Resource": "*" }, get()]),
        &["?"],
    );
}

#[test]
fn documents_are_tables_or_json_text() {
    let text = serde_json::to_string(&statements(&json!([allow(json!("s3:GetObject"), json!("a"))]))).expect("text");
    let read = Document::read(&model::Tree::text(text)).expect("a document");
    assert_eq!(read, document(&statements(&json!([allow(json!("s3:GetObject"), json!("a"))]))));
    assert_eq!(Document::read(&model::Tree::text("plain")), None);
    assert_eq!(Document::read(&Known::from_json(&json!({ "rules": [] })).widen()), None);
}
