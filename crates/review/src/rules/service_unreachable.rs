//! Ways to a service that go.

use std::collections::BTreeSet;

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::holes::{named, settled};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "service-unreachable",
    verdicts: &[Verdict::Outage],
    title: "A service is no longer reached by a load balancer or a name",
    why: "ECS takes the tasks out of a target group or a name when the service no longer lists it. Whoever comes that \
          way finds nobody, while the tasks run on. See [Load balancing for services]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html) and \
          [Interconnect services]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/interconnecting-services.html).",
    instead: "List the new way beside the old one: a service may be in several target groups. Move the listener or \
              the callers, and remove the old way when nothing comes by it any more.",
    check,
};

const KIND: &str = "aws_ecs_service";

/// Blocks by which a service is reached, and what in a block says by what.
const WAYS: &[(&str, &[&str], &str)] = &[
    ("load_balancer", &["target_group_arn", "elb_name"], "the load balancer"),
    ("service_registries", &["registry_arn"], "the registry"),
    ("vpc_lattice_configurations", &["target_group_arn"], "VPC Lattice"),
    ("service_connect_configuration.service", &["discovery_name", "port_name"], "Service Connect"),
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND || !case.compares() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (path, names, way) in WAYS.iter().filter(|it| case.differs(it.0)) {
        let (before, after) = (at(case.before, path), at(case.after, path));
        if matches!(after, Tree::Hole(_)) {
            continue;
        }
        let (before, after) = (ways(before, after, names), ways(after, before, names));
        for gone in before.difference(&after) {
            let reason = format!("{way} no longer sends anything to the tasks by {}", named(gone));
            findings.push(case.finding(RULE.name, Verdict::Outage, Some(dotted(path)), reason));
        }
    }
    let switch = "service_connect_configuration.enabled";
    if case.turned_off(switch) {
        let reason = "Service Connect no longer sends anything to the tasks, and they cannot call others by it";
        findings.push(case.finding(RULE.name, Verdict::Outage, Some(dotted(switch)), reason));
    }
    findings
}

/// What the blocks name: the first of the arguments that is set in each.
fn ways(value: &Planned, other: &Planned, names: &[&str]) -> BTreeSet<String> {
    let settled = settled(value, other);
    let blocks = match &settled {
        Tree::List(blocks) => blocks.as_slice(),
        Tree::Map(_) => std::slice::from_ref(&settled),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => &[],
        Tree::Text(_) | Tree::Secret(_) | Tree::Hole(_) => &[],
    };
    let name = |block: &Planned| names.iter().find_map(|it| block.get(it)?.as_text().map(str::to_owned));
    blocks.iter().filter_map(name).collect()
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    WAYS.iter().map(|(path, _, _)| (KIND, *path)).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    const GONE: &[&str] = &["outage service-unreachable", "safe service-deployment"];

    #[test]
    fn ways_to_a_service_go() {
        let balanced = |arns: Json| {
            let blocks: Vec<Json> =
                arns.as_array().into_iter().flatten().map(|it| json!({ "target_group_arn": it })).collect();
            json!({ "name": "web", "load_balancer": blocks })
        };
        let kind = "aws_ecs_service";
        check(kind, Update, balanced(json!(["a", "b"])), balanced(json!(["b"])), GONE);
        check(kind, Update, balanced(json!(["a"])), balanced(json!(["b"])), GONE);
        check(kind, Update, balanced(json!(["a"])), json!({ "name": "web" }), GONE);
        check(kind, Update, balanced(json!(["a"])), balanced(json!(["b", "a"])), &["safe service-deployment"]);
        let same = balanced(json!([{ "$unknown": "arn of aws_lb_target_group" }]));
        let symbol = "${aws_lb_target_group.example.arn}";
        check(kind, Update, balanced(json!([symbol])), same, &["safe service-deployment"]);
        let connect = |on: bool| json!({ "service_connect_configuration": { "enabled": on } });
        check(kind, Update, connect(true), connect(false), GONE);
    }
}
