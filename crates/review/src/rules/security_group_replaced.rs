//! Security groups that make place for another.

use model::plan::Action;

use super::case::at;
use super::{Case, Rule};
use crate::holes::texts_of;
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "security-group-replaced",
    verdicts: &[Verdict::BriefInterruption, Verdict::Outage],
    title: "A security group is replaced",
    why: "Members of the old group have to move to the new one before AWS deletes the old, and groups that let in \
          the members of the old one have to let in those of the new one. Until both are done, traffic is refused, \
          and groups outside this stack go on naming the old one. A group of another network is none that the \
          members can have at all. See [Delete a security group]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html).",
    instead: "A name, a description and the network are all that replace a group. Leave the first two as they are, \
              or use `name_prefix`. For another network, declare another group.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    if case.kind() != "aws_security_group" || case.change.action != Action::Replace {
        return Vec::new();
    }
    let networks = texts_of(at(case.before, "vpc_id"), at(case.after, "vpc_id"));
    let (verdict, reason) = if networks.is_some_and(|(before, after)| before != after) {
        (
            Verdict::Outage,
            "the new group is in another network, so that members of the old one cannot have it".to_owned(),
        )
    } else {
        let reason = format!(
            "another group takes its place {}, and traffic may be refused while members move",
            case.cause_of_replacement()
        );
        (Verdict::BriefInterruption, reason)
    };
    vec![case.finding(RULE.name, verdict, None, reason)]
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Delete, Replace};
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn a_group_is_replaced() {
        let group = |name: &str, network: &str| json!({ "name": name, "vpc_id": network });
        let kind = "aws_security_group";
        check(kind, Replace, group("a", "vpc-1"), group("b", "vpc-1"), &["brief-interruption security-group-replaced"]);
        check(kind, Replace, group("a", "vpc-1"), group("a", "vpc-2"), &["outage security-group-replaced"]);
        check(kind, Delete, group("a", "vpc-1"), json!({}), &["outage resource-goes"]);
        let text = group("a", "${aws_vpc.example.id}");
        let hole = json!({ "name": "a", "vpc_id": { "$unknown": "id of aws_vpc" } });
        check(kind, Replace, text, hole, &["brief-interruption security-group-replaced"]);
    }
}
