//! The roles under which tasks run.

use super::case::{at, dotted};
use super::containers::KIND;
use super::{Case, Rule};
use crate::holes::{named, texts_of};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "task-roles",
    verdicts: &[Verdict::WiderExposure, Verdict::Outage],
    title: "Tasks run under another role, or under none",
    why: "The task role is what containers may do in AWS; the execution role is what ECS may do to start them: pull \
          the image, fetch secrets, write logs. Under another role, what is allowed is another matter, and the \
          policies of both have to be compared by hand: `wider-exposure`. Without its role, a container is denied \
          everything, or does not start: `outage`. See [Task IAM role]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html) and [Task execution role]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html).",
    instead: "Change the policies of the role instead of the role: then this review tells what is gained and lost.",
    check,
};

/// Argument, who acts under it, and what becomes of that without it.
const ROLES: &[(&str, &str, &str)] = &[
    ("task_role_arn", "the containers act", "the containers are denied everything in AWS"),
    ("execution_role_arn", "ECS starts the containers", "ECS can no longer pull from ECR, fetch secrets or write logs"),
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != KIND || !case.compares() {
        return Vec::new();
    }
    let finding = |(path, who, without): &(&str, &str, &str)| {
        let (before, after) = (at(case.before, path), at(case.after, path));
        let (verdict, reason) = match (before.is_null(), after.is_null()) {
            _ if !case.differs(path) => return None,
            (true, true) => return None,
            (false, true) => (Verdict::Outage, (*without).to_owned()),
            (true, false) => (Verdict::WiderExposure, format!("{who} under a role, and under none before")),
            (false, false) => {
                let (before, after) = texts_of(before, after).filter(|(before, after)| before != after)?;
                (Verdict::WiderExposure, format!("{who} under {} instead of {}", named(&after), named(&before)))
            }
        };
        Some(case.finding(RULE.name, verdict, Some(dotted(path)), reason))
    };
    ROLES.iter().filter_map(finding).collect()
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    ROLES.iter().map(|(path, _, _)| (KIND, *path)).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Replace;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn tasks_change_their_role() {
        let task = |role: &str| json!({ "family": "web", "task_role_arn": role });
        let kind = "aws_ecs_task_definition";
        let none = || json!({ "family": "web" });
        let (wider, outage) = ("wider-exposure task-roles", "outage task-roles");
        check(kind, Replace, task("a"), task("b"), &[wider, "safe task-revision"]);
        check(kind, Replace, none(), task("b"), &[wider, "safe task-revision"]);
        check(kind, Replace, task("a"), none(), &[outage, "safe task-revision"]);
        let same = json!({ "family": "web", "task_role_arn": { "$unknown": "arn of aws_iam_role" } });
        check(kind, Replace, task("${aws_iam_role.example.arn}"), same, &["safe task-revision"]);
    }
}
