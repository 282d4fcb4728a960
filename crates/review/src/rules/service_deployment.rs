//! Deployments: how the tasks of a service are replaced.

use model::plan::Action;
use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::policy::joined;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "service-deployment",
    verdicts: &[Verdict::Safe, Verdict::BriefInterruption],
    title: "The tasks of a service are replaced",
    why: "ECS starts new tasks and stops old ones, within two limits: `deployment_minimum_healthy_percent` of the \
          desired tasks keep running, rounded up, and at most `deployment_maximum_percent` run at once, rounded \
          down. With the defaults of 100 and 200, new tasks come first, and nobody notices. Where the minimum comes \
          to no task, all of them may stop before a new one runs: `brief-interruption`. Where the two leave no room \
          at all, the deployment never gets anywhere, and the old tasks go on. See [Deployment parameters]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html).",
    instead: "Leave the minimum at 100 and the maximum at 200. On instances with fixed ports, where a new task needs \
              the place of an old one, run at least two tasks with a minimum of 50.",
    check,
};

const KIND: &str = "aws_ecs_service";

/// Arguments whose change starts a deployment.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
const STARTS: &[&str] = &[
    "task_definition",
    "network_configuration",
    "platform_version",
    "capacity_provider_strategy",
    "load_balancer",
    "service_registries",
    "service_connect_configuration",
    "volume_configuration",
    "vpc_lattice_configurations",
    "triggers",
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    let controller = at(case.after, "deployment_controller.type");
    let is_of_ecs = controller.as_text().is_none_or(|it| it == "ECS");
    if case.kind() != KIND || case.change.action != Action::Update || !is_of_ecs {
        return Vec::new();
    }
    let mut causes: Vec<&str> = STARTS.iter().filter(|it| case.differs(it)).copied().collect();
    if case.turned_on("force_new_deployment") {
        causes.push("force_new_deployment");
    }
    let Some(first) = causes.first() else { return Vec::new() };
    let names: Vec<String> = causes.iter().map(|it| format!("`{it}`")).collect();
    let (verdict, how) = course(case.after);
    let verb = if names.len() == 1 { "changes" } else { "change" };
    let reason = format!("{} {verb}: {how}", joined(&names));
    vec![case.finding(RULE.name, verdict, Some(dotted(first)), reason)]
}

/// What a deployment does to the tasks that run.
fn course(service: &Planned) -> (Verdict, String) {
    let int = |argument: &str| match at(service, argument) {
        Tree::Int(value) => Some(*value),
        _ => None,
    };
    let is_daemon = at(service, "scheduling_strategy").as_text() == Some("DAEMON");
    let (least, most) = if is_daemon { (0, 100) } else { (100, 200) };
    let least = int("deployment_minimum_healthy_percent").unwrap_or(least);
    let most = int("deployment_maximum_percent").unwrap_or(most);
    let rolling = (Verdict::Safe, "new tasks start before old ones stop".to_owned());
    let none = |reason: &str| (Verdict::BriefInterruption, reason.to_owned());
    match int("desired_count") {
        _ if is_daemon && most <= 100 => none("on each instance the old task stops before a new one starts"),
        Some(0) => (Verdict::Safe, "no task runs that would be replaced".to_owned()),
        _ if least == 0 => none("with a minimum of 0 percent, every task may stop before a new one runs"),
        Some(count) => {
            let (floor, ceiling) = ((count * least + 99) / 100, count * most / 100);
            match (ceiling > count, floor < count) {
                (true, _) => rolling,
                (false, true) if floor == 0 => none("every task stops before a new one runs"),
                (false, true) => (Verdict::Safe, format!("as few as {floor} of {count} tasks run meanwhile")),
                (false, false) => (
                    Verdict::Safe,
                    format!(
                        "with {least} to {most} percent of {count} no task can start or stop, so the old ones go on"
                    ),
                ),
            }
        }
        None => rolling,
    }
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let more = ["deployment_minimum_healthy_percent", "deployment_maximum_percent", "force_new_deployment"];
    STARTS.iter().copied().chain(more).map(|path| (KIND, path)).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::{Value as Json, json};

    use super::super::testing::{check, reasons};

    fn service(revision: i64, count: i64, least: i64, most: i64) -> Json {
        json!({ "name": "web", "task_definition": format!("web:{revision}"), "desired_count": count,
            "deployment_minimum_healthy_percent": least, "deployment_maximum_percent": most })
    }

    const KIND: &str = "aws_ecs_service";
    const SAFE: &[&str] = &["safe service-deployment"];
    const BRIEF: &[&str] = &["brief-interruption service-deployment"];

    #[test]
    fn a_deployment_is_safe_while_some_task_runs() {
        let cases: &[(i64, i64, i64, &[&str])] = &[
            (1, 100, 200, SAFE),
            (1, 50, 100, SAFE),
            (2, 50, 100, SAFE),
            (1, 100, 100, SAFE),
            (0, 0, 100, SAFE),
            (1, 0, 100, BRIEF),
            (1, 0, 200, BRIEF),
            (4, 0, 100, BRIEF),
        ];
        for (count, least, most, expect) in cases {
            check(KIND, Update, service(1, *count, *least, *most), service(2, *count, *least, *most), expect);
        }
        let said = reasons(KIND, Update, service(1, 4, 50, 100), service(2, 4, 50, 100));
        assert_eq!(said, ["`task_definition` changes: as few as 2 of 4 tasks run meanwhile"]);
    }

    #[test]
    fn other_arguments_start_one_too() {
        let forced = |on: bool| json!({ "name": "web", "force_new_deployment": on });
        check(KIND, Update, forced(false), forced(true), SAFE);
        check(KIND, Update, forced(true), forced(false), &["safe no-risk-known"]);
        let subnets = |list: Json| json!({ "network_configuration": { "subnets": list } });
        check(KIND, Update, subnets(json!(["a"])), subnets(json!(["a", "b"])), SAFE);
        let unknown = json!({ "task_definition": { "$unknown": "arn of aws_ecs_task_definition" } });
        check(KIND, Update, json!({ "task_definition": "web:1" }), unknown, SAFE);
        let daemon =
            |revision: i64| json!({ "scheduling_strategy": "DAEMON", "task_definition": format!("d:{revision}") });
        check(KIND, Update, daemon(1), daemon(2), BRIEF);
        let other = |revision: i64| json!({ "deployment_controller": { "type": "EXTERNAL" }, "task_definition": format!("d:{revision}") });
        check(KIND, Update, other(1), other(2), &["safe no-risk-known"]);
    }
}
