//! Services and clusters that go.

use model::Tree;
use model::plan::Action;

use super::case::at;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "service-goes",
    verdicts: &[Verdict::Safe, Verdict::BriefInterruption, Verdict::Outage],
    title: "A service or a cluster is deleted or replaced",
    why: "The tasks of a service that is deleted stop, and nothing starts them again: `outage`. A service that is \
          replaced comes back by itself, but between the end of the old tasks and the first healthy new one nothing \
          answers: `brief-interruption`. It is `safe` only where the new service comes first and is waited for, or \
          where no task was meant to run. See [Delete a service]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/delete-service-v2.html).",
    instead: "Keep the name, the cluster, the launch type and the scheduling strategy: everything else changes by a \
              rolling deployment. Where one of them has to change, declare a second service under another name with \
              `wait_for_steady_state = true` behind the same target group, and remove the old one in a later change.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let is_service = match case.kind() {
        "aws_ecs_service" => true,
        "aws_ecs_cluster" => false,
        _ => return Vec::new(),
    };
    let is_idle = is_service && *at(case.before, "desired_count") == Tree::Int(0);
    let is_awaited = *at(case.after, "wait_for_steady_state") == Tree::Bool(true);
    let cause = || case.cause_of_replacement();
    let (verdict, reason) = match (case.change.action, is_service) {
        (Action::Delete, _) if case.change.deposed.is_some() => return Vec::new(),
        (Action::Delete, true) if is_idle => (Verdict::Safe, "it is deleted, and no task of it was to run".to_owned()),
        (Action::Delete, true) => (Verdict::Outage, "the service is deleted, and its tasks stop".to_owned()),
        (Action::Delete, false) => {
            (Verdict::Outage, "the cluster is deleted, and no service or task can run on it any more".to_owned())
        }
        (Action::Replace, true) if is_idle => {
            (Verdict::Safe, format!("another service takes its place {}, and no task of it was to run", cause()))
        }
        (Action::Replace, true) if is_awaited && !case.change.delete_first => {
            (Verdict::Safe, format!("another service takes its place {}, and runs before the old one goes", cause()))
        }
        (Action::Replace, true) => (
            Verdict::BriefInterruption,
            format!("another service takes its place {}: nothing serves until its tasks run", cause()),
        ),
        (Action::Replace, false) => (
            Verdict::BriefInterruption,
            format!("another cluster takes its place {}, and services are made anew on it", cause()),
        ),
        (Action::Create | Action::Update | Action::Adopt | Action::Forget, _) => return Vec::new(),
        (Action::Move | Action::Record | Action::Read, _) => return Vec::new(),
    };
    vec![case.finding(RULE.name, verdict, None, reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Replace};
    use serde_json::{Value as Json, json};

    use super::super::testing::{Example, check};

    fn service(name: &str, count: i64) -> Json {
        json!({ "name": name, "desired_count": count })
    }

    #[test]
    fn services_and_clusters_go() {
        let kind = "aws_ecs_service";
        check(kind, Delete, service("a", 1), json!({}), &["outage service-goes"]);
        check(kind, Delete, service("a", 0), json!({}), &["safe service-goes"]);
        check(kind, Replace, service("a", 2), service("b", 2), &["brief-interruption service-goes"]);
        let first = Example::new(kind, Replace, service("a", 2), service("b", 2)).create_first();
        first.expect(&["brief-interruption service-goes"]);
        let mut awaited = service("b", 2);
        awaited["wait_for_steady_state"] = json!(true);
        Example::new(kind, Replace, service("a", 2), awaited).create_first().expect(&["safe service-goes"]);
        let cluster = |name: &str| json!({ "name": name });
        check("aws_ecs_cluster", Delete, cluster("a"), json!({}), &["outage service-goes"]);
        check("aws_ecs_cluster", Replace, cluster("a"), cluster("b"), &["brief-interruption service-goes"]);
    }
}
