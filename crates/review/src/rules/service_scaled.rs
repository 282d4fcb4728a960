//! How many tasks a service runs.

use model::Tree;

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "service-scaled",
    verdicts: &[Verdict::Safe, Verdict::Cost, Verdict::Outage],
    title: "A service runs more tasks, fewer, or none",
    why: "Every task is paid for by the second, so more of them cost more. Fewer share the same load. With none, \
          nothing serves until somebody raises the count again. See [Service auto scaling]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html).",
    instead: "Leave `desired_count` out where autoscaling decides. Before the count goes down, look at the CPU and \
              memory of the service at its busiest hour. Where a service is to rest, say so to whoever calls it.",
    check,
};

const KIND: &str = "aws_ecs_service";
const COUNT: &str = "desired_count";

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND {
        return Vec::new();
    }
    let counts = match (case.is_new(), at(case.after, COUNT)) {
        (true, Tree::Int(after)) => Some((0, *after)),
        _ => case.ints(COUNT),
    };
    let judged = match counts {
        Some((before, 0)) if before > 0 => (Verdict::Outage, format!("no task runs instead of {before}")),
        Some((0, after)) if after > 0 => (Verdict::Cost, format!("{} where none ran", run(after))),
        Some((before, after)) if after > before => (Verdict::Cost, format!("{} instead of {before}", run(after))),
        Some((before, after)) if after < before => {
            (Verdict::Safe, format!("{} instead of {before}, and fewer share the load", run(after)))
        }
        _ => return Vec::new(),
    };
    vec![case.finding(RULE.name, judged.0, Some(dotted(COUNT)), judged.1)]
}

fn run(count: i64) -> String {
    if count == 1 { "1 task runs".to_owned() } else { format!("{count} tasks run") }
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    vec![(KIND, COUNT)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    fn service(count: i64) -> Json {
        json!({ "name": "web", "desired_count": count })
    }

    #[test]
    fn services_are_scaled() {
        let kind = "aws_ecs_service";
        check(kind, Update, service(1), service(2), &["cost service-scaled"]);
        check(kind, Update, service(2), service(1), &["safe service-scaled"]);
        check(kind, Update, service(2), service(0), &["outage service-scaled"]);
        check(kind, Update, service(0), service(2), &["cost service-scaled"]);
        check(kind, Create, json!({}), service(2), &["cost service-scaled"]);
        check(kind, Update, service(2), json!({ "name": "web" }), &["safe no-risk-known"]);
    }
}
