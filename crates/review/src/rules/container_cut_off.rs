//! Containers that go, or are no longer reached.

use std::collections::BTreeSet;

use model::{Path, Planned, Tree};

use super::case::{at, dotted, shown};
use super::containers::{ARGUMENT, Container, KIND, containers, path};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "container-cut-off",
    verdicts: &[Verdict::Outage],
    title: "A container goes, or is no longer reached",
    why: "What an essential container did, nobody does any more. A port that is no longer mapped is reached by no \
          load balancer and no other task. Another network mode means other addresses and ports: target groups of \
          the type `ip` fit `awsvpc` only, and the others need those of the type `instance`. See [Port mappings]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_portmappings) \
          and [Network modes]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html).",
    instead: "Map the new port beside the old one, move target groups and callers, and remove the old one in a later \
              change. For another network mode, run a second service beside the first.",
    check,
};

const MODE: &str = "network_mode";

fn check(case: &Case<'_>) -> Vec<Finding> {
    let finding = |path: Path, reason: String| case.finding(RULE.name, Verdict::Outage, Some(path), reason);
    let mut findings = Vec::new();
    for container in containers(case) {
        findings.extend(cut_off(&container).into_iter().map(|(field, reason)| finding(path(case, field), reason)));
    }
    if case.kind() == KIND
        && let Some((before, after)) = case.both(MODE)
        && !before.is_null()
    {
        let reason = format!(
            "the network mode becomes {} instead of {}, and target groups have to fit it",
            shown(after),
            shown(before)
        );
        findings.push(finding(dotted(MODE), reason));
    }
    findings
}

fn cut_off(container: &Container<'_>) -> Vec<(&'static str, String)> {
    let name = container.name;
    match (container.before, container.after) {
        (Some(before), None) if *at(before, "essential") != Tree::Bool(false) => {
            vec![(ARGUMENT, format!("the container `{name}` is no longer part of the task"))]
        }
        (Some(before), Some(after)) if !at(after, "portMappings").has_hole() => {
            let gone: Vec<String> = ports(before).difference(&ports(after)).cloned().collect();
            let reason =
                |port: String| ("portMappings", format!("port {port} of the container `{name}` is no longer reached"));
            gone.into_iter().map(reason).collect()
        }
        _ => Vec::new(),
    }
}

/// The ports inside the container, as `80/tcp`.
fn ports(container: &Planned) -> BTreeSet<String> {
    let port = |mapping: &Planned| {
        let number = match (at(mapping, "containerPort"), at(mapping, "containerPortRange")) {
            (Tree::Int(port), _) => port.to_string(),
            (_, Tree::Text(range)) => range.clone(),
            _ => return None,
        };
        Some(format!("{number}/{}", at(mapping, "protocol").as_text().unwrap_or("tcp")))
    };
    at(container, "portMappings").as_list().into_iter().flatten().filter_map(port).collect()
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    vec![(KIND, MODE)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Replace;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    const KIND: &str = "aws_ecs_task_definition";
    const CUT: &[&str] = &["outage container-cut-off", "safe task-revision"];

    fn task(containers: Json) -> Json {
        json!({ "family": "web", "container_definitions": containers })
    }

    #[test]
    fn ports_and_containers_go() {
        let web = |ports: Json| task(json!([{ "name": "web", "portMappings": ports }]));
        let (both, one) = (json!([{ "containerPort": 80 }, { "containerPort": 81 }]), json!([{ "containerPort": 80 }]));
        check(KIND, Replace, web(both.clone()), web(one.clone()), CUT);
        check(KIND, Replace, web(one), web(both), &["safe task-revision"]);
        let two = task(json!([{ "name": "web" }, { "name": "log", "essential": false }]));
        check(KIND, Replace, two.clone(), task(json!([{ "name": "web" }])), &["safe task-revision"]);
        check(KIND, Replace, two, task(json!([{ "name": "log", "essential": false }])), CUT);
    }

    #[test]
    fn the_network_mode_changes() {
        let mode = |mode: &str| json!({ "family": "web", "network_mode": mode });
        check(KIND, Replace, mode("bridge"), mode("awsvpc"), CUT);
    }
}
