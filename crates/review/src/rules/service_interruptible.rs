//! What may stop tasks that did not stop before.

use std::collections::BTreeMap;

use model::{Planned, Tree};

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "service-interruptible",
    verdicts: &[Verdict::BriefInterruption],
    title: "Tasks may be stopped where they were not",
    why: "AWS takes tasks on Fargate Spot back with two minutes' notice whenever it needs the capacity, and starts \
          others when it has some. A load balancer's health checks count against a new task as soon as the grace \
          period ends: a task that needs longer to start is stopped, and so is the next one. See \
          [Fargate capacity providers]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html) and \
          [Service definition parameters]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_definition_parameters.html).",
    instead: "Give `FARGATE` a base that carries the load alone, and only the rest to `FARGATE_SPOT`. Keep the grace \
              period longer than the slowest start.",
    check,
};

const KIND: &str = "aws_ecs_service";
const STRATEGY: &str = "capacity_provider_strategy";
const GRACE: &str = "health_check_grace_period_seconds";

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND {
        return Vec::new();
    }
    let finding =
        |path, reason: String| case.finding(RULE.name, Verdict::BriefInterruption, Some(dotted(path)), reason);
    let mut findings = Vec::new();
    if let Some((before, after)) = case.both(STRATEGY)
        && share(after) > share(before)
    {
        findings.push(finding(
            STRATEGY,
            "more tasks run on `FARGATE_SPOT`, which AWS may take back at any time".to_owned(),
        ));
    }
    let is_balanced = at(case.after, "load_balancer").as_list().is_some_and(|it| !it.is_empty());
    if let Some((before, after)) = case.ints(GRACE).filter(|(before, after)| is_balanced && after < before) {
        let reason = format!("tasks that are not healthy after {after} seconds are stopped, instead of after {before}");
        findings.push(finding(GRACE, reason));
    }
    findings
}

/// The base of Spot, and its part of the tasks beyond bases, in thousandths.
fn share(strategy: &Planned) -> (i64, i64) {
    let int = |block: &Planned, name: &str| match block.get(name) {
        Some(Tree::Int(value)) => *value,
        _ => 0,
    };
    let mut weights: BTreeMap<bool, (i64, i64)> = BTreeMap::new();
    for block in strategy.as_list().into_iter().flatten() {
        let is_spot = block.get("capacity_provider").and_then(Tree::as_text) == Some("FARGATE_SPOT");
        let sum = weights.entry(is_spot).or_default();
        *sum = (sum.0 + int(block, "base"), sum.1 + int(block, "weight"));
    }
    let of = |is_spot: bool| weights.get(&is_spot).copied().unwrap_or_default();
    let (spot, other) = (of(true), of(false));
    (spot.0, spot.1 * 1000 / (spot.1 + other.1).max(1))
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    vec![(KIND, STRATEGY), (KIND, GRACE)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    fn strategy(blocks: &[(&str, i64, i64)]) -> Json {
        let block = |(provider, base, weight): &(&str, i64, i64)| json!({ "capacity_provider": provider, "base": base, "weight": weight });
        json!({ "name": "web", "capacity_provider_strategy": blocks.iter().map(block).collect::<Vec<Json>>() })
    }

    #[test]
    fn tasks_move_to_spot() {
        let kind = "aws_ecs_service";
        let (fixed, spot) = (strategy(&[("FARGATE", 1, 1)]), strategy(&[("FARGATE_SPOT", 0, 1)]));
        let mixed = strategy(&[("FARGATE", 1, 1), ("FARGATE_SPOT", 0, 3)]);
        let moved = &["brief-interruption service-interruptible", "safe service-deployment"];
        check(kind, Update, fixed.clone(), spot.clone(), moved);
        check(kind, Update, fixed.clone(), mixed.clone(), moved);
        check(kind, Update, mixed, spot.clone(), moved);
        check(kind, Update, spot, fixed, &["safe service-deployment"]);
    }

    #[test]
    fn the_grace_period_gets_shorter() {
        let grace = |seconds: i64, balancers: Json| json!({ "health_check_grace_period_seconds": seconds, "load_balancer": balancers });
        let balancer = || json!([{ "target_group_arn": "a" }]);
        let kind = "aws_ecs_service";
        check(kind, Update, grace(60, balancer()), grace(0, balancer()), &["brief-interruption service-interruptible"]);
        check(kind, Update, grace(0, balancer()), grace(60, balancer()), &["safe no-risk-known"]);
        check(kind, Update, grace(60, json!([])), grace(0, json!([])), &["safe no-risk-known"]);
    }
}
