//! Literals and references written from states alone.

use model::Secret;
use model::schema::Type;
use model::typed::Typed;
use serde_json::{Value as Json, json};

use super::*;
use crate::attributes::read;
use crate::sample::{ATTACHMENT, Containers, NETWORK, ROLE, STORE};

fn instance(kind: &'static Kind, state: &Json) -> Instance {
    read(kind, state, &[]).expect("has an id")
}

/// A value as one line of text; blocks are marked with `*`.
fn told(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => format!("{text:?}"),
        Value::List(items) => {
            format!("[{}]", items.iter().map(|it| told(&it.value)).collect::<Vec<String>>().join(", "))
        }
        Value::Table(table) => format!("{{{}}}", told_all(&table.entries)),
    }
}

fn told_all(entries: &[Entry]) -> String {
    let entry = |it: &Entry| format!("{}{} = {}", it.key, if it.is_block { "*" } else { "" }, told(&it.value));
    entries.iter().map(entry).collect::<Vec<String>>().join(", ")
}

#[test]
fn literals_say_themselves() {
    let check = |ty: &Type, json: Json, expect: Option<&str>| {
        let value = literal(ty, &Known::from_json(&json));
        assert_eq!(value.as_ref().map(told).as_deref(), expect, "{json}");
    };
    check(&Type::Text, json!("a ${b}"), Some("\"a $${b}\""));
    check(&Type::Int, json!(3), Some("3"));
    check(&Type::Text, json!(null), None);
    check(&Type::Map(&Type::Text), json!({ "b": "1", "a": "2" }), Some("{a = \"2\", b = \"1\"}"));
    check(&Type::List(&Type::Int), json!([2, 1]), Some("[2, 1]"));
    let policy = json!({ "Statement": [{ "Resource": "*", "Effect": "Allow", "Action": ["a", "b"] }], "Version": "v" });
    let statement = "{Effect = \"Allow\", Action = [\"a\", \"b\"], Resource = \"*\"}";
    check(
        &Type::Json(Document::Policy),
        policy.clone(),
        Some(&format!("{{Version = \"v\", Statement* = [{statement}]}}")),
    );
    check(&Type::Json(Document::Value), json!({ "a": null, "b": [null, 1] }), Some("{b = [1]}"));
    let containers = json!([{ "cpu": 0, "name": "web" }]);
    check(Containers::TYPE, containers, Some("[{name = \"web\", cpu = 0}]"));
}

#[test]
fn secrets_are_never_written() {
    let secret = || Tree::Secret(Secret::plain(Tree::text("hunter2")));
    let list = Type::List(&Type::Text);
    assert_eq!(literal(&Type::Text, &secret()), None);
    assert_eq!(literal(&list, &Tree::List(vec![Tree::text("a"), secret()])), None);
    let mut asked = Vec::new();
    let written = literal_with(&list, &Tree::List(vec![Tree::text("a"), secret()]), &mut |path, value| {
        asked.push(path.to_string());
        value.has_secret().then(|| Value::expression("var.it"))
    });
    assert_eq!(written.as_ref().map(told).as_deref(), Some("[\"a\", \"${var.it}\"]"));
    assert_eq!(asked, ["[0]", "[1]"]);
}

/// What is written for a store with these attributes.
fn check(state: &Json, expect: &str) {
    let mut all = json!({ "id": "s", "name": "s" });
    if let (Some(all), Some(more)) = (all.as_object_mut(), state.as_object()) {
        all.extend(more.clone());
    }
    assert_eq!(told_all(&arguments(&STORE, &instance(&STORE, &all).inputs)), expect, "{state}");
}

#[test]
fn only_what_says_something_is_written() {
    check(&json!({}), "name = \"s\"");
    check(&json!({ "public": false, "groups": [], "tags": {}, "cpu": "", "speed": 0 }), "name = \"s\"");
    check(
        &json!({ "speed": 3, "engine_version": "8.0", "zone": "a" }),
        "name = \"s\", speed = 3, engine_version = \"8.0\"",
    );
    check(&json!({ "engine_version": "LATEST", "burst": true, "turbo": true }), "name = \"s\", turbo = true");
    check(&json!({ "public": true, "groups": ["b", "a"] }), "name = \"s\", public = true, groups = [\"a\", \"b\"]");
    check(&json!({ "network_id": "vpc-1" }), "name = \"s\", network_id = \"vpc-1\"");
    check(&json!({ "network_id": "default" }), "name = \"s\"");
    check(&json!({ "password": "hunter2" }), "name = \"s\"");
    check(&json!({ "tags": { "Name": "x" } }), "name = \"s\", tags = {Name = \"x\"}");
}

#[test]
fn blocks_and_documents_stand_as_tables() {
    check(&json!({ "logging": [{ "bucket": "b", "days": 7 }] }), "name = \"s\", logging* = {bucket = \"b\"}");
    let rule = json!([{ "from_port": 80, "cidr_blocks": ["0.0.0.0/0"], "description": "", "self": false }]);
    check(&json!({ "ingress": rule }), "name = \"s\", ingress* = [{from_port = 80, cidr_blocks = [\"0.0.0.0/0\"]}]");
    let policy = json!({ "Statement": [{ "Principal": { "AWS": "*" }, "Effect": "Allow" }], "Version": "v" });
    check(
        &json!({ "policy": policy.to_string() }),
        "name = \"s\", policy* = {Version = \"v\", Statement* = [{Effect = \"Allow\", Principal = {AWS = \"*\"}}]}",
    );
    let containers = json!([{
        "name": "web",
        "cpu": 0,
        "environment": [{ "name": "A", "value": "1" }],
        "logConfiguration": { "options": { "awslogs-group": "web" } },
    }]);
    check(
        &json!({ "containers": containers.to_string() }),
        "name = \"s\", containers* = [{name = \"web\", environment = [{name = \"A\", value = \"1\"}], \
         logConfiguration* = {options = {awslogs-group = \"web\"}}}]",
    );
}

#[test]
fn rules_over_arguments_are_kept() {
    let role = json!({ "id": "web-1", "name": "web-1", "name_prefix": "web-", "policy": "{}", "path": "/",
        "inline": [{ "name": "x" }] });
    assert_eq!(told_all(&arguments(&ROLE, &instance(&ROLE, &role).inputs)), "name = \"web-1\", policy* = {}");
    let part = json!([{ "name": "p" }]);
    check(&json!({ "part": part }), "name = \"s\"");
    check(&json!({ "part": part, "size": 9 }), "name = \"s\", size = 9, part* = [{name = \"p\"}]");
}

#[test]
fn references_are_recovered_where_values_and_dependencies_agree() {
    let network = instance(&NETWORK, &json!({ "id": "net-0123abcd", "arn": "arn:net", "cidr": "10.0.0.0/16" }));
    let arn = "arn:aws:iam::1:role/web";
    let role = instance(&ROLE, &json!({ "id": "web", "name": "web", "arn": arn, "policy": "{}" }));
    let attachment = instance(&ATTACHMENT, &json!({ "role": "web", "policy_arn": "arn:aws:iam::aws:policy/X" }));
    let policy = json!({ "Resource": [format!("{arn}/*"), format!("{arn}x"), arn] });
    let containers = json!([{ "name": "web", "logConfiguration": { "options": { "iam-role": "web", "x": "web" } } }]);
    let store = instance(
        &STORE,
        &json!({ "id": "web", "name": "web", "network_id": "net-0123abcd", "role_arn": arn, "arn": "arn:s",
            "policy": policy.to_string(), "containers": containers.to_string(), "cpu": "web",
            "tags": { "role": arn } }),
    );
    let address = |kind: &str, name: &str| Address::managed(kind, name);
    let object = |address: Address, kind, instance, dependencies: &[Address]| Object {
        address,
        kind,
        instance,
        dependencies: dependencies.iter().cloned().collect(),
    };
    let (main, web) = (address("aws_network", "main"), address("aws_iam_role", "web"));
    let objects = [
        object(main.member("a"), &NETWORK, &network, &[]),
        object(web.clone(), &ROLE, &role, &[]),
        object(address("aws_attachment", "web"), &ATTACHMENT, &attachment, std::slice::from_ref(&web)),
        object(address("aws_store", "web"), &STORE, &store, &[main, web]),
        object(address("aws_store", "alone"), &STORE, &store, &[]),
    ];
    let written = written(&objects, &mut |_, _, _| None);
    let check = |kind: &str, name: &str, expect: &str| assert_eq!(told_all(&written[&address(kind, name)]), expect);
    check("aws_attachment", "web", "role = \"${aws_iam_role.web.name}\", policy_arn = \"arn:aws:iam::aws:policy/X\"");
    check(
        "aws_store",
        "web",
        "name = \"web\", network_id = \"${aws_network.main[\\\"a\\\"].id}\", cpu = \"web\", \
         policy* = {Resource = [\"${aws_iam_role.web.arn}/*\", \"arn:aws:iam::1:role/webx\", \
         \"${aws_iam_role.web.arn}\"]}, containers* = [{name = \"web\", logConfiguration* = {options = \
         {iam-role = \"${aws_iam_role.web.name}\", x = \"web\"}}}], role_arn = \"${aws_iam_role.web.arn}\", \
         tags = {role = \"arn:aws:iam::1:role/web\"}",
    );
    let alone = told_all(&written[&address("aws_store", "alone")]);
    assert!(!alone.contains("${"), "{alone}");
}

#[test]
fn secrets_are_asked_for_by_address_and_path() {
    let store = instance(&STORE, &json!({ "id": "s", "name": "s", "password": "hunter2" }));
    let address = Address::managed("aws_store", "s");
    let objects = [Object { address: address.clone(), kind: &STORE, instance: &store, dependencies: BTreeSet::new() }];
    let written = written(&objects, &mut |whose, path, _| {
        assert_eq!((whose.to_string(), path.to_string()), ("aws_store.s".to_owned(), "password".to_owned()));
        Some(Value::expression("var.password"))
    });
    assert_eq!(told_all(&written[&address]), "name = \"s\", password = \"${var.password}\"");
}
