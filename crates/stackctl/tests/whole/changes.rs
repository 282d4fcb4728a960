//! Changes to the WordPress stack: what a plan shows, and the order in which apply does it.

use std::collections::BTreeMap;

use sandbox::Call;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::program::Stack;

fn applied() -> (Cloud, Stack) {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    stack.run("apply --yes -q").exits(0);
    cloud.take_calls();
    (cloud, stack)
}

/// What a plan does, by address.
fn actions(stack: &Stack) -> BTreeMap<String, String> {
    let plan = stack.run("plan --json --detailed-exitcode").exits(2).json();
    let text = |change: &Value, member: &str| change[member].as_str().expect("a text").to_owned();
    plan["changes"].as_array().expect("changes").iter().map(|it| (text(it, "address"), text(it, "action"))).collect()
}

fn are(actions: &BTreeMap<String, String>, expect: &[(&str, &str)]) {
    let actions: Vec<(&str, &str)> =
        actions.iter().map(|(address, action)| (address.as_str(), action.as_str())).collect();
    assert_eq!(actions, expect);
}

/// Applies and answers the changing calls in the order of their arrival.
fn apply(cloud: &Cloud, stack: &Stack) -> Vec<Call> {
    cloud.take_calls();
    stack.run("apply --yes -q").exits(0);
    let calls = cloud.take_calls().into_iter().filter(Call::mutates).collect();
    stack.run("plan --detailed-exitcode").exits(0);
    calls
}

fn operations(calls: &[Call]) -> Vec<&str> {
    calls.iter().map(|it| it.operation.as_str()).collect()
}

#[test]
fn one_more_task_is_one_update_in_place() {
    let (cloud, stack) = applied();
    stack.edit("stack.toml", "default     = 1", "default     = 2");
    let plan = stack.run("plan --json --detailed-exitcode").exits(2).json();
    let expect = json!([{
        "address": "aws_ecs_service.wordpress",
        "kind": "aws_ecs_service",
        "action": "update",
        "attributes": [{ "path": "desired_count", "before": 1, "after": 2, "cause": "manifest", "effect": "in-place" }],
        "after": [],
    }]);
    assert_eq!(plan["changes"], expect);
    let summary = json!({
        "create": 0, "update": 1, "replace": 0, "delete": 0, "adopt": 0, "forget": 0, "move": 0, "record": 0,
        "unchanged": 17,
    });
    assert_eq!((&plan["summary"], &plan["drift"], &plan["outputs"]), (&summary, &json!([]), &json!({})));
    assert_eq!(operations(&apply(&cloud, &stack)), ["UpdateService"]);
}

#[test]
fn a_security_group_gets_another_name_without_an_outage() {
    let (cloud, stack) = applied();
    let whole = cloud.inventory();
    stack.edit("wordpress.toml", "\"wordpress-ecs-sg\"", "\"wordpress-http\"");
    are(&actions(&stack), &[("aws_ecs_service.wordpress", "update"), ("aws_security_group.wordpress", "replace")]);
    // The service goes from one group to its successor: it neither loses nor gains anything.
    let told = stack.run("plan --markdown").exits(0).says("brief-interruption: wordpress").out;
    assert!(!told.contains("outage") && !told.contains("wider-exposure"), "{told}");
    let calls = apply(&cloud, &stack);
    let ends = ["CreateSecurityGroup", "UpdateService", "DeleteSecurityGroup"];
    let order: Vec<&str> = operations(&calls).into_iter().filter(|it| ends.contains(it)).collect();
    assert_eq!(order, ends, "the new one is there before anything leaves the old one");
    let rules = operations(&calls).iter().position(|it| it.starts_with("AuthorizeSecurityGroup"));
    let repointed = operations(&calls).iter().position(|it| *it == "UpdateService");
    assert!(rules < repointed, "its rules too: {:?}", operations(&calls));
    assert_eq!(cloud.inventory(), whole);
}

#[test]
fn the_databases_security_group_is_replaced_around_the_database() {
    let (cloud, stack) = applied();
    stack.edit("database.toml", "-wordpress-rds\"\n", "-mysql\"\n");
    are(&actions(&stack), &[("aws_db_instance.wordpress", "update"), ("aws_security_group.database", "replace")]);
    let calls = apply(&cloud, &stack);
    let ends = ["CreateSecurityGroup", "ModifyDBInstance", "DeleteSecurityGroup"];
    let order: Vec<&str> = operations(&calls).into_iter().filter(|it| ends.contains(it)).collect();
    assert_eq!(order, ends);
}

#[test]
fn another_image_registers_repoints_and_retires() {
    let (cloud, stack) = applied();
    stack.edit("wordpress.toml", "repository_url}:latest", "repository_url}:2");
    are(&actions(&stack), &[("aws_ecs_service.wordpress", "update"), ("aws_ecs_task_definition.wordpress", "replace")]);
    let calls = apply(&cloud, &stack);
    assert_eq!(operations(&calls), ["RegisterTaskDefinition", "UpdateService", "DeregisterTaskDefinition"]);
}

#[test]
fn the_service_goes_before_its_task_definition() {
    let (cloud, stack) = applied();
    stack.cut("wordpress.toml", "resource.aws_ecs_service.");
    are(&actions(&stack), &[("aws_ecs_service.wordpress", "delete")]);
    assert_eq!(operations(&apply(&cloud, &stack)), ["DeleteService"]);

    let (cloud, stack) = applied();
    stack.cut("wordpress.toml", "resource.aws_ecs_service.");
    stack.cut("wordpress.toml", "resource.aws_ecs_task_definition.");
    are(&actions(&stack), &[("aws_ecs_service.wordpress", "delete"), ("aws_ecs_task_definition.wordpress", "delete")]);
    assert_eq!(operations(&apply(&cloud, &stack)), ["DeleteService", "DeregisterTaskDefinition"]);
}

#[test]
fn what_was_deleted_behind_our_back_is_missed_and_restored() {
    let (cloud, stack) = applied();
    let whole = cloud.inventory();
    cloud.json("logs", "Logs_20140328.DeleteLogGroup", &json!({ "logGroupName": "dev-ecs-wordpress-ecs" }));
    are(&actions(&stack), &[("aws_cloudwatch_log_group.wordpress", "create")]);
    stack.run("plan").exits(0).says("aws_cloudwatch_log_group.wordpress").says("gone");
    assert_eq!(operations(&apply(&cloud, &stack)), ["CreateLogGroup"]);
    assert_eq!(cloud.inventory(), whole);
}

#[test]
fn what_was_changed_behind_our_back_is_shown_as_drift_and_put_right() {
    let (cloud, stack) = applied();
    let change = json!({ "cluster": "dev-ecs-wordpress-ecs", "service": "wordpress", "desiredCount": 5 });
    cloud.json("ecs", "AmazonEC2ContainerServiceV20141113.UpdateService", &change);
    let plan = stack.run("plan --json --detailed-exitcode").exits(2).json();
    let expect = json!([{
        "address": "aws_ecs_service.wordpress", "path": "desired_count", "last_applied": 1, "live": 5,
    }]);
    assert_eq!(plan["drift"], expect);
    assert_eq!(plan["changes"][0]["attributes"][0]["cause"], "drift");
    assert_eq!(operations(&apply(&cloud, &stack)), ["UpdateService"]);
}

#[test]
fn drift_that_is_what_the_manifest_says_is_no_change() {
    let (cloud, stack) = applied();
    let change = json!({ "cluster": "dev-ecs-wordpress-ecs", "service": "wordpress", "desiredCount": 2 });
    cloud.json("ecs", "AmazonEC2ContainerServiceV20141113.UpdateService", &change);
    let plan = stack.run("plan --json --detailed-exitcode --var desired_count=2").exits(0).json();
    assert_eq!(plan["changes"], json!([]), "{plan:#}");
    assert_eq!(plan["drift"][0]["live"], 2);
}

#[test]
fn prevent_destroy_stops_before_anything_is_done() {
    let (cloud, stack) = applied();
    let protect = "[resource.aws_ecr_repository.wordpress]\nlifecycle.prevent_destroy = true";
    stack.edit("ecr.toml", "[resource.aws_ecr_repository.wordpress]", protect);
    stack.run("plan --detailed-exitcode").exits(2);
    stack.run("apply --yes -q").exits(0);
    cloud.take_calls();
    stack.run("destroy --yes").exits(1).complains("prevent_destroy");
    assert!(!cloud.take_calls().iter().any(Call::mutates));
}
