//! What calls are told: creates and updates in full.

use engine::plan::{Update, overlaid, sent};
use model::{Address, Known, Planned};

use crate::catalog::CATALOG;
use crate::service;
use crate::world::World;

fn json(text: &str) -> Known {
    Known::from_json(&serde_json::from_str(text).expect("JSON"))
}

fn check_overlay(kind: &str, desired: &str, last: &str, live: &str, arguments: &[&str], ignore: &[&str], expect: &str) {
    let kind = CATALOG.kind(kind).expect("a kind");
    let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
    let ignore: Vec<model::Path> = ignore.iter().map(|it| model::Path::field(*it)).collect();
    let (last, live) = (json(last), json(live));
    let update = Update {
        last: &last,
        live: &live,
        arguments: &arguments,
        ignore: &ignore,
        ignore_tags: &Default::default(),
        completing: false,
    };
    let after = overlaid(kind, &json(desired).widen(), &update);
    assert_eq!(after.to_json(), serde_json::from_str::<serde_json::Value>(expect).expect("JSON"));
}

#[test]
fn creates_send_what_stands_for_unset_arguments() {
    let desired: Planned = json(r#"{"name":"web"}"#).widen();
    let all = sent(CATALOG.kind("aws_group").expect("a kind"), &desired);
    assert_eq!(all.to_json(), serde_json::json!({ "name": "web", "outgoing": [] }));
    let all = sent(CATALOG.kind("aws_default_group").expect("a kind"), &json("{}").widen());
    assert_eq!(all.to_json(), serde_json::json!({ "rules": [] }));
}

#[test]
fn updates_leave_alone_what_nobody_manages() {
    check_overlay(
        "aws_service",
        r#"{"name":"web","place":{"subnets":["a"]},"task":"new"}"#,
        r#"{"name":"web","place":{"subnets":["a"],"public":true}}"#,
        r#"{"name":"web","place":{"subnets":["b"],"public":true,"zone":"z"},"task":"old","desired_count":3}"#,
        &["place"],
        &[],
        r#"{"name":"web","place":{"subnets":["a"],"public":false,"zone":"z"},"task":"old","desired_count":3}"#,
    );
    check_overlay(
        "aws_service",
        r#"{"tags":{"a":"1"}}"#,
        r#"{"tags":{"b":"2"}}"#,
        r#"{"tags":{"b":"2","aws:x":"y","stackctl:token":"t"}}"#,
        &["tags"],
        &[],
        r#"{"tags":{"a":"1","aws:x":"y","stackctl:token":"t"}}"#,
    );
    check_overlay(
        "aws_service",
        r#"{"settings":[{"name":"b","value":"2"},{"name":"a","value":"1"}]}"#,
        "{}",
        r#"{"settings":[{"name":"a","value":"0","method":"now"}]}"#,
        &["settings"],
        &[],
        r#"{"settings":[{"name":"b","value":"2"},{"name":"a","value":"1","method":"now"}]}"#,
    );
    check_overlay(
        "aws_service",
        "{}",
        r#"{"desired_count":5,"key_id":"k"}"#,
        r#"{"desired_count":5,"key_id":"k","task":"t"}"#,
        &["desired_count", "key_id"],
        &[],
        r#"{"desired_count":1,"key_id":null,"task":"t"}"#,
    );
    check_overlay(
        "aws_service",
        r#"{"task":"new"}"#,
        "{}",
        r#"{"task":"old"}"#,
        &["task"],
        &["task"],
        r#"{"task":"old"}"#,
    );
}

#[test]
fn state_remembers_what_only_stackctl_reads() {
    let text = service("force = true\nlifecycle.retain = true");
    let world = World::new();
    let (stack, _) = world.stack(&text);
    let address: Address = "aws_service.web".parse().expect("an address");
    let resource = &stack.resources[&address];
    let local = engine::plan::local(&stack, resource, &resource.offline, &());
    assert_eq!(local.to_json(), serde_json::json!({ "force": true, "lifecycle": { "retain": true } }));
}
