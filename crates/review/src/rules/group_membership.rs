//! Security groups that something joins or leaves.

use super::case::{at, dotted};
use super::{Case, Rule};
use crate::holes::{named, sets};
use crate::policy::joined;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "group-membership",
    verdicts: &[Verdict::WiderExposure, Verdict::Outage],
    title: "A service or a database joins or leaves security groups",
    why: "Groups are the names by which others let traffic in: what leaves a group is refused wherever only members \
          are let in, and loses what the rules of the group let through. What joins a group can be reached by \
          everything that the group lets in, and reaches what lets in its members. See [Security groups]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html).",
    instead: "Move in two steps: join the new group and let it in wherever the old one is, and leave the old group \
              when nothing depends on it. Rules that name the group are found by its id in the manifest, and in \
              [stale rules](https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html) of \
              others.",
    check,
};

/// Kinds, the argument that lists the groups, and what joins them.
const MEMBERS: &[(&str, &str, &str)] = &[
    ("aws_db_instance", "vpc_security_group_ids", "the database"),
    ("aws_ecs_service", "network_configuration.security_groups", "the service's tasks"),
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, path, who) in MEMBERS.iter().filter(|it| it.0 == case.kind() && case.compares() && case.differs(it.1)) {
        let Some((before, after)) = sets(at(case.before, path), at(case.after, path)) else { continue };
        let names = |groups: Vec<&String>| joined(&groups.into_iter().map(|it| named(it)).collect::<Vec<String>>());
        let (left, joins) = (names(before.difference(&after).collect()), names(after.difference(&before).collect()));
        let finding = |verdict, reason| case.finding(RULE.name, verdict, Some(dotted(path)), reason);
        if !left.is_empty() {
            let reason = format!("without {left}, what only that group let through is blocked to and from {who}");
            findings.push(finding(Verdict::Outage, reason));
        }
        if !joins.is_empty() {
            let reason = format!("with {joins}, what that group lets through reaches {who} too");
            findings.push(finding(Verdict::WiderExposure, reason));
        }
    }
    findings
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    MEMBERS.iter().map(|(kind, path, _)| (*kind, *path)).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    fn service(groups: Json) -> Json {
        json!({ "name": "web", "network_configuration": { "security_groups": groups } })
    }

    #[test]
    fn a_database_joins_and_leaves() {
        let database = |groups: Json| json!({ "identifier": "a", "vpc_security_group_ids": groups });
        let (left, joined) = (&["outage group-membership"], &["wider-exposure group-membership"]);
        check("aws_db_instance", Update, database(json!(["a"])), database(json!(["a", "b"])), joined);
        check("aws_db_instance", Update, database(json!(["a", "b"])), database(json!(["a"])), left);
    }

    #[test]
    fn a_service_joins_and_leaves() {
        let (kind, rolls) = ("aws_ecs_service", "safe service-deployment");
        let (left, joined) = ("outage group-membership", "wider-exposure group-membership");
        check(kind, Update, service(json!(["a"])), service(json!(["a", "b"])), &[joined, rolls]);
        check(kind, Update, service(json!(["a", "b"])), service(json!(["a"])), &[left, rolls]);
        check(kind, Update, service(json!(["a"])), service(json!(["b"])), &[left, joined, rolls]);
        let same = service(json!([{ "$unknown": "id of aws_security_group" }]));
        check(kind, Update, service(json!(["${aws_security_group.example.id}"])), same, &[rolls]);
    }
}
