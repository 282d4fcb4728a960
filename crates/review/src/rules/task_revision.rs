//! New revisions of a task definition.

use std::collections::BTreeSet;

use model::plan::Action;
use model::{Path, Step};

use super::containers::{ARGUMENT, KIND};
use super::{Case, Rule};
use crate::policy::joined;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "task-revision",
    verdicts: &[Verdict::Safe],
    title: "A new revision of a task definition is rolled out",
    why: "Task definitions never change: another revision is registered, the services that use it are pointed to it, \
          and their tasks are replaced a few at a time. Tasks that do not start do not replace those that run. See \
          [Amazon ECS task definitions]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html).",
    instead: "Nothing has to be done. `deployment_circuit_breaker` with `rollback` brings the old revision back where \
              the new one does not start.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND || case.change.action != Action::Replace {
        return Vec::new();
    }
    let changed: BTreeSet<String> = case.change.attributes.iter().filter_map(|it| field(&it.path)).collect();
    let changed: Vec<String> = changed.into_iter().map(|it| format!("`{it}`")).collect();
    let why = match changed.len() {
        0 => String::new(),
        1 => format!(", because {} changes", joined(&changed)),
        _ => format!(", because {} change", joined(&changed)),
    };
    let reason = format!("a new revision is registered and rolled out{why}");
    vec![case.finding(RULE.name, Verdict::Safe, None, reason)]
}

/// What changes in a container, or in the task.
fn field(path: &Path) -> Option<String> {
    let mut fields = path.0.iter().filter_map(|step| match step {
        Step::Field(name) => Some(name.clone()),
        Step::Index(_) | Step::Key(_) => None,
    });
    let first = fields.next()?;
    Some(if first == ARGUMENT { fields.next().unwrap_or(first) } else { first })
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Replace;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    #[test]
    fn another_environment_is_another_revision() {
        let task = |value: &str| -> Json {
            let environment = json!([{ "name": "LEVEL", "value": value }]);
            json!({ "family": "web", "container_definitions": [{ "name": "web", "environment": environment }] })
        };
        check("aws_ecs_task_definition", Replace, task("info"), task("debug"), &["safe task-revision"]);
    }
}
