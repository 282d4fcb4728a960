//! What AWS refuses in a service, known before it is asked.
//!
//! In: arguments, some of them unknown. Out: violations. It must not know the task definition,
//! which is another resource.

use model::schema::{Checked, Rule, Violation};
use model::{Planned, Tree};

/// The rules over a service's arguments.
pub const RULES: &[Rule] = &[
    Rule::Conflicts(&["launch_type", "capacity_provider_strategy"]),
    Rule::Check(daemon),
    Rule::Check(fargate),
    Rule::Check(targets),
    Rule::Check(definition),
];

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html>, under
/// `schedulingStrategy`.
fn daemon(it: &Checked<'_>) -> Vec<Violation> {
    if it.text("scheduling_strategy") != Some("DAEMON") {
        return Vec::new();
    }
    let mut violations = Vec::new();
    if it.int("desired_count").is_some() {
        let message =
            "the scheduling strategy `DAEMON` runs one task on every instance, so it takes no `desired_count`";
        violations.push(violation("daemon-desired-count", "desired_count", message, "remove `desired_count`"));
    }
    if it.text("launch_type") == Some("FARGATE") {
        let message = "Fargate has no instances, so it does not support the scheduling strategy `DAEMON`";
        violations.push(violation("daemon-on-fargate", "scheduling_strategy", message, "use `REPLICA`"));
    }
    if matches!(controller(it).and_then(Tree::as_text), Some("CODE_DEPLOY" | "EXTERNAL")) {
        let message = "the scheduling strategy `DAEMON` works only with the deployment controller `ECS`";
        violations.push(violation("daemon-controller", "scheduling_strategy", message, "use `REPLICA`"));
    }
    violations
}

/// Fargate has no instances to choose, and only Fargate gives tasks public addresses.
fn fargate(it: &Checked<'_>) -> Vec<Violation> {
    let mut violations = Vec::new();
    let launch_type = it.text("launch_type");
    for argument in ["ordered_placement_strategy", "placement_constraints"] {
        let blocks = it.inputs.get(argument).and_then(Tree::as_list).unwrap_or_default();
        if launch_type == Some("FARGATE") && !blocks.is_empty() {
            let message = format!("`{argument}` chooses instances, which Fargate does not have");
            violations.push(violation("placement-on-fargate", argument, &message, "remove it"));
        }
    }
    let public = it.inputs.get("network_configuration").and_then(|it| it.get("assign_public_ip"));
    if matches!(launch_type, Some("EC2" | "EXTERNAL")) && matches!(public, Some(Tree::Bool(true))) {
        let message = "only tasks on Fargate can get a public address";
        violations.push(violation("public-address", "network_configuration", message, "remove `assign_public_ip`"));
    }
    violations
}

/// A load balancer block names a target group or a classic load balancer.
fn targets(it: &Checked<'_>) -> Vec<Violation> {
    let blocks = it.inputs.get("load_balancer").and_then(Tree::as_list).unwrap_or_default();
    let set = |block: &Planned, name: &str| block.get(name).is_some_and(|it| !it.is_null());
    let wrong = blocks.iter().filter(|it| it.as_map().is_some() && set(it, "elb_name") == set(it, "target_group_arn"));
    wrong
        .map(|_| {
            let message = "a `load_balancer` names either `target_group_arn` or `elb_name`";
            violation("load-balancer-target", "load_balancer", message, "set exactly one of them")
        })
        .collect()
}

/// Only an external deployment controller chooses task definitions by itself.
fn definition(it: &Checked<'_>) -> Vec<Violation> {
    let unset = it.inputs.get("task_definition").is_none_or(Tree::is_null);
    let external =
        controller(it).is_some_and(|it| !matches!(it.as_text(), Some("ECS" | "CODE_DEPLOY")) && !it.is_null());
    if !unset || external || !it.creating {
        return Vec::new();
    }
    let message = "a service needs a `task_definition`";
    let help = "set it, as `\"${aws_ecs_task_definition.NAME.arn}\"`";
    vec![violation("task-definition-missing", "task_definition", message, help)]
}

fn controller<'a>(it: &Checked<'a>) -> Option<&'a Planned> {
    it.inputs.get("deployment_controller")?.get("type")
}

fn violation(code: &'static str, argument: &'static str, message: &str, help: &str) -> Violation {
    Violation { code, warning: false, argument, message: message.to_owned(), help: Some(help.to_owned()) }
}

#[cfg(test)]
mod tests {
    use model::Known;
    use serde_json::{Value as Json, json};

    use super::*;

    fn check(inputs: &Json, expected: &[&str]) {
        let tree = Known::from_json(inputs).widen();
        let checked = Checked { inputs: &tree, creating: true };
        let checks: [fn(&Checked<'_>) -> Vec<Violation>; 4] = [daemon, fargate, targets, definition];
        let codes: Vec<&str> = checks.iter().flat_map(|check| check(&checked)).map(|it| it.code).collect();
        assert_eq!(codes, expected, "{inputs}");
    }

    #[test]
    fn what_aws_refuses_is_found() {
        check(&json!({ "task_definition": "a", "desired_count": 1 }), &[]);
        check(&json!({}), &["task-definition-missing"]);
        check(&json!({ "deployment_controller": { "type": "EXTERNAL" } }), &[]);
        check(
            &json!({ "task_definition": "a", "scheduling_strategy": "DAEMON", "desired_count": 1 }),
            &["daemon-desired-count"],
        );
        check(
            &json!({ "task_definition": "a", "launch_type": "FARGATE", "placement_constraints": [{ "type": "memberOf" }] }),
            &["placement-on-fargate"],
        );
        check(
            &json!({ "task_definition": "a", "launch_type": "EC2", "network_configuration": { "assign_public_ip": true } }),
            &["public-address"],
        );
        check(
            &json!({ "task_definition": "a", "load_balancer": [{ "elb_name": "x" }, { "container_name": "c" }] }),
            &["load-balancer-target"],
        );
    }
}
