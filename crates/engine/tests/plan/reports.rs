//! A plan as JSON, in numbers, as a digest and on a schedule.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::plan::{Report, digest_of_operations, has_changes, same_operations, summary, to_json};
use engine::schedule::{Durations, schedule};
use serde_json::json;

use crate::catalog::CATALOG;
use crate::service;
use crate::world::World;

fn text(count: i64) -> String {
    "[resource.aws_group.web]\nname = \"web\"\n".to_owned()
        + &service(&format!("group_ids = [\"${{aws_group.web.id}}\"]\ndesired_count = {count}"))
}

#[test]
fn the_document_is_as_promised() {
    let mut world = World::with(&text(1));
    let plan = world.plan(&text(2));
    let report = Report {
        stack: "demo".into(),
        environment: None,
        aws_calls: BTreeMap::from([("ec2:DescribeVpcs".to_owned(), 2)]),
        state_calls: 2,
        elapsed_ms: 412,
    };
    assert_eq!(
        to_json(&plan, &report),
        json!({
            "format": 1, "stack": "demo", "environment": null, "serial": 3,
            "summary": { "create": 0, "update": 1, "replace": 0, "delete": 0, "adopt": 0, "forget": 0, "move": 0,
                         "record": 0, "unchanged": 1 },
            "changes": [ { "address": "aws_service.web", "kind": "aws_service", "action": "update",
                "attributes": [ { "path": "desired_count", "before": 1, "after": 2, "cause": "manifest",
                                  "effect": "in-place" } ],
                "after": [] } ],
            "drift": [], "outputs": {},
            "aws_calls": { "total": 2, "by_operation": { "ec2:DescribeVpcs": 2 } },
            "state_calls": 2, "elapsed_ms": 412,
        })
    );
    let created = to_json(&World::new().plan(&text(1)), &report);
    assert_eq!(created["changes"][1]["after"], json!(["aws_group.web"]));
}

#[test]
fn a_plan_is_bound_to_what_it_does() {
    let prints = World::fingerprints();
    let mut world = World::with(&text(1));
    let plan = world.plan(&text(2));
    assert!(has_changes(&plan) && summary(&plan).update == 1);
    world.meddle("aws_service.web", "task", model::Known::text("unmanaged"));
    let again = world.plan(&text(2));
    assert!(same_operations(&plan, &again));
    assert_eq!(digest_of_operations(&plan, &prints), digest_of_operations(&again, &prints));
    let other = world.plan(&text(3));
    assert!(!same_operations(&plan, &other));
    assert_ne!(digest_of_operations(&plan, &prints), digest_of_operations(&other, &prints));
}

#[test]
fn the_longest_path_goes_first() {
    let all = "[resource.aws_network.lonely]\ncidr = \"c\"\n".to_owned() + &text(1);
    let plan = World::new().plan(&all);
    let learnt = BTreeMap::from([("aws_group.create".to_owned(), 7.5)]);
    let schedule = schedule(&plan, &Durations { catalog: &CATALOG, learnt: &learnt });
    assert_eq!(schedule.total, Duration::from_millis(127_500));
    let order: Vec<String> = schedule.order.iter().map(|it| plan.operations[it.0].address.to_string()).collect();
    assert_eq!(order, ["aws_group.web", "aws_service.web", "aws_network.lonely"]);
    let lonely = plan.operations.iter().position(|it| it.kind == "aws_network").expect("planned");
    assert_eq!(schedule.priorities[lonely], Duration::from_secs(1));
}

#[test]
fn a_create_lists_all_that_is_given() {
    let plan = World::new().plan(&text(1));
    let paths: Vec<String> = plan.changes[1].attributes.iter().map(|it| it.path.to_string()).collect();
    assert_eq!(paths, ["desired_count", "group_ids", "name", "payer"]);
}
