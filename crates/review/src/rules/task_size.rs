//! How large tasks are, and what else of them is paid for.

use model::{Planned, Tree};

use super::case::{at, dotted, shown};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "task-size",
    verdicts: &[Verdict::Safe, Verdict::Cost],
    title: "Tasks get larger or smaller, or are watched more closely",
    why: "Fargate is paid for by the virtual CPU, the memory and the storage of every task: see \
          [AWS Fargate pricing](https://aws.amazon.com/fargate/pricing/). Container Insights sends metrics of \
          every task, which are paid for one by one: see [Container Insights]\
          (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContainerInsights.html). A task that gets \
          less memory than it needs is stopped.",
    instead: "Hold the size against what the service uses: [Compute Optimizer]\
              (https://docs.aws.amazon.com/compute-optimizer/latest/ug/view-ecs-recommendations.html) does that for \
              services on Fargate.",
    check,
};

const TASK: &str = "aws_ecs_task_definition";
const CLUSTER: &str = "aws_ecs_cluster";

/// Argument and what it is.
const SIZES: &[(&str, &str)] =
    &[("cpu", "CPU"), ("memory", "memory"), ("ephemeral_storage.size_in_gib", "ephemeral storage")];

fn check(case: &Case<'_>) -> Vec<Finding> {
    match case.kind() {
        TASK => SIZES.iter().filter_map(|(path, what)| resized(case, path, what)).collect(),
        CLUSTER => insights(case).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn resized(case: &Case<'_>, path: &str, what: &str) -> Option<Finding> {
    let (before, after) = case.both(path)?;
    // Every task on Fargate has 20 GiB.
    let default = if path.starts_with("ephemeral") { Some(20.0) } else { None };
    let (small, large) = (units(before).or(default)?, units(after).or(default)?);
    let sizes = format!("{} instead of {}", shown(after), shown(before));
    let (verdict, reason) = if large > small {
        (Verdict::Cost, format!("every task gets more {what}: {sizes}"))
    } else if large < small {
        (Verdict::Safe, format!("every task gets less {what}: {sizes}"))
    } else {
        return None;
    };
    Some(case.finding(RULE.name, verdict, Some(dotted(path)), reason))
}

/// CPU units, MiB or GiB: a number, or as `0.5 vCPU` and `2 GB`.
fn units(value: &Planned) -> Option<f64> {
    let text = match value {
        Tree::Int(value) => value.to_string(),
        Tree::Text(text) => text.to_ascii_lowercase(),
        Tree::Null | Tree::Bool(_) | Tree::Float(_) | Tree::List(_) | Tree::Map(_) => return None,
        Tree::Secret(_) | Tree::Hole(_) => return None,
    };
    let thousands = text.strip_suffix("vcpu").or_else(|| text.strip_suffix("gb"));
    let number: f64 = thousands.unwrap_or(&text).trim().parse().ok()?;
    Some(if thousands.is_some() { number * 1024.0 } else { number })
}

fn insights(case: &Case<'_>) -> Option<Finding> {
    let (before, after) = case.both("setting").map(|(before, after)| (level(before), level(after)))?;
    let how = match after {
        2 => "enhanced",
        _ => "enabled",
    };
    let reason = || format!("Container Insights is `{how}`, and its metrics are paid for");
    (after > before).then(|| case.finding(RULE.name, Verdict::Cost, Some(dotted("setting")), reason()))
}

fn level(settings: &Planned) -> u8 {
    let is = |block: &&Planned| block.get("name").and_then(Tree::as_text) == Some("containerInsights");
    let setting = settings.as_list().into_iter().flatten().find(is);
    match setting.and_then(|it| at(it, "value").as_text()) {
        Some("enhanced") => 2,
        Some("enabled") => 1,
        _ => 0,
    }
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    SIZES.iter().map(|(path, _)| (TASK, *path)).chain([(CLUSTER, "setting")]).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Replace, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    #[test]
    fn tasks_get_larger() {
        let task = |cpu: Json, memory: Json| json!({ "family": "web", "cpu": cpu, "memory": memory });
        let kind = "aws_ecs_task_definition";
        let (larger, same) = (&["cost task-size", "safe task-revision"], &["safe task-revision"]);
        check(kind, Replace, task(json!("256"), json!("512")), task(json!("512"), json!("512")), larger);
        check(kind, Replace, task(json!("256"), json!("512")), task(json!(".25 vCPU"), json!("0.5 GB")), same);
        check(kind, Replace, task(json!("256"), json!("1 GB")), task(json!("256"), json!("2048")), larger);
        let smaller = &["safe task-size", "safe task-revision"];
        check(kind, Replace, task(json!("512"), json!("512")), task(json!("256"), json!("512")), smaller);
        let stored = json!({ "ephemeral_storage": { "size_in_gib": 30 } });
        check(kind, Replace, json!({}), stored, larger);
    }

    #[test]
    fn insights_are_paid_for() {
        let cluster = |how: &str| json!({ "setting": [{ "name": "containerInsights", "value": how }] });
        let kind = "aws_ecs_cluster";
        check(kind, Update, cluster("disabled"), cluster("enabled"), &["cost task-size"]);
        check(kind, Update, cluster("enabled"), cluster("enhanced"), &["cost task-size"]);
        check(kind, Update, cluster("enabled"), cluster("disabled"), &["safe no-risk-known"]);
    }
}
