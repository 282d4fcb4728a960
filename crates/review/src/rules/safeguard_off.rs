//! Safeguards of services and clusters that are switched off.

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "safeguard-off",
    verdicts: &[Verdict::WiderExposure],
    title: "A safeguard of a service or a cluster is gone",
    why: "ECS Exec opens a shell in running containers to whoever may call `ecs:ExecuteCommand`, with the rights of \
          the task: see [Monitor containers with ECS Exec]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html). Without its log, nobody knows \
          afterwards what was done there. Without a circuit breaker that rolls back, a deployment whose tasks do \
          not start goes on trying: see [Deployment circuit breaker]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html). Storage \
          without a key of your own is encrypted with a key of AWS, whose use you cannot refuse or see: see \
          [Fargate task storage encryption]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-storage-encryption.html).",
    instead: "Switch ECS Exec on for as long as it is needed, with `logging = \"OVERRIDE\"` on the cluster. Leave \
              rollback on.",
    check,
};

/// Kind, switch, whether on or off is the safe position, and what is so otherwise.
const SWITCHES: &[(&str, &str, bool, &str)] = &[
    ("aws_ecs_service", "enable_execute_command", false, "commands can be run in the tasks' containers"),
    (
        "aws_ecs_service",
        "deployment_circuit_breaker.rollback",
        true,
        "a deployment that fails is no longer rolled back by itself",
    ),
    ("aws_ecs_service", "alarms.rollback", true, "a deployment that sets off an alarm is no longer rolled back"),
    (
        "aws_ecs_service",
        "volume_configuration.managed_ebs_volume.encrypted",
        true,
        "volumes of new tasks are no longer encrypted",
    ),
    ("aws_ecs_task_definition", "enable_fault_injection", false, "the Fault Injection Service may disturb the tasks"),
];

/// Keys of your own on a cluster, and what goes without.
const KEYS: &[(&str, &str)] = &[
    ("configuration.execute_command_configuration.kms_key_id", "what goes through ECS Exec"),
    (
        "configuration.managed_storage_configuration.fargate_ephemeral_storage_kms_key_id",
        "storage of new Fargate tasks",
    ),
    ("configuration.managed_storage_configuration.kms_key_id", "volumes of new tasks"),
];

const LOGGING: (&str, &str) = ("aws_ecs_cluster", "configuration.execute_command_configuration.logging");

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for (kind, path, safe, reason) in SWITCHES {
        let is_off = if *safe { case.turned_off(path) } else { case.turned_on(path) };
        if *kind == case.kind() && is_off {
            found.push((path, (*reason).to_owned()));
        }
    }
    if case.kind() == LOGGING.0 && case.compares() {
        for (path, what) in KEYS {
            let is_key_gone = !at(case.before, path).is_null() && at(case.after, path).is_null();
            if is_key_gone && case.differs(path) {
                found.push((path, format!("{what} is no longer encrypted with a key of your own")));
            }
        }
        if let Some((before, after)) = case.both(LOGGING.1).filter(|_| case.differs(LOGGING.1))
            && !is_none(before)
            && is_none(after)
        {
            found.push((LOGGING.1, "commands in containers are no longer recorded".to_owned()));
        }
    }
    let finding =
        |(path, reason): (&str, String)| case.finding(RULE.name, Verdict::WiderExposure, Some(dotted(path)), reason);
    found.into_iter().map(finding).collect()
}

fn is_none(logging: &Planned) -> bool {
    matches!(logging, Tree::Text(text) if text == "NONE")
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let switches = SWITCHES.iter().map(|(kind, path, _, _)| (*kind, *path));
    switches.chain(KEYS.iter().map(|(path, _)| (LOGGING.0, *path))).chain([LOGGING]).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    const OFF: &[&str] = &["wider-exposure safeguard-off"];

    #[test]
    fn safeguards_of_a_service() {
        let exec = |on: bool| json!({ "enable_execute_command": on });
        check("aws_ecs_service", Update, exec(false), exec(true), OFF);
        check("aws_ecs_service", Update, exec(true), exec(false), &["safe no-risk-known"]);
        let breaker = |on: bool| json!({ "deployment_circuit_breaker": { "enable": true, "rollback": on } });
        check("aws_ecs_service", Update, breaker(true), breaker(false), OFF);
        check("aws_ecs_service", Update, breaker(true), json!({}), OFF);
    }

    #[test]
    fn safeguards_of_a_cluster() {
        let configured = |execute: Json| json!({ "configuration": { "execute_command_configuration": execute } });
        let logging = |how: &str| configured(json!({ "logging": how, "kms_key_id": "k" }));
        check("aws_ecs_cluster", Update, logging("OVERRIDE"), logging("NONE"), OFF);
        check("aws_ecs_cluster", Update, logging("DEFAULT"), configured(json!({ "logging": "DEFAULT" })), OFF);
    }
}
