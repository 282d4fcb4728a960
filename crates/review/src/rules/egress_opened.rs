//! What may go out of a security group and could not.

use super::group_rules::{Direction, sides};
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "egress-opened",
    verdicts: &[Verdict::Safe, Verdict::WiderExposure],
    title: "A security group lets out more than before",
    why: "AWS gives every group that it makes a rule that lets everything out, so that going out is open by default \
          and a rule that says so is nothing to worry about: `safe`. A group that let out less was narrowed on \
          purpose, and data may leave to anywhere once it is opened to `0.0.0.0/0` or `::/0`: `wider-exposure`. \
          See [Security groups]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html).",
    instead: "Name what has to be reached: the prefix list of a \
              [gateway endpoint](https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html), the \
              group of a database, the range of a partner.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(sides) = sides(case, Direction::Egress).filter(|it| !it.is_new_group) else { return Vec::new() };
    let finding = |gap: &crate::traffic::Gap| {
        let (subject, peer) = (gap.subject().0, gap.peer.words());
        let (verdict, more) = match (gap.peer.is_world(), case.compares()) {
            (true, true) => (Verdict::WiderExposure, ", which was not so before"),
            (true, false) => (Verdict::Safe, ", as AWS lets it by default"),
            (false, _) => (Verdict::Safe, " too"),
        };
        let reason = format!("traffic to {peer} on {subject} is let out{more}");
        case.finding(RULE.name, verdict, sides.path.clone(), reason)
    };
    sides.gained().iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::check;

    fn group(range: &str) -> Json {
        json!({ "name": "web", "egress": [{ "protocol": "-1", "cidr_blocks": [range] }] })
    }

    #[test]
    fn a_narrow_group_is_opened() {
        let kind = "aws_security_group";
        check(kind, Update, group("10.0.0.0/8"), group("0.0.0.0/0"), &["wider-exposure egress-opened"]);
        check(kind, Update, group("10.1.0.0/16"), group("10.0.0.0/8"), &["safe egress-opened"]);
        check(kind, Create, json!({}), group("0.0.0.0/0"), &["safe no-risk-known"]);
    }

    #[test]
    fn a_rule_that_lets_everything_out_is_the_default() {
        let rule = |range: &str| json!({ "security_group_id": "sg-1", "ip_protocol": "-1", "cidr_ipv4": range });
        let kind = "aws_vpc_security_group_egress_rule";
        check(kind, Create, json!({}), rule("0.0.0.0/0"), &["safe egress-opened"]);
        check(kind, Update, rule("10.0.0.0/8"), rule("0.0.0.0/0"), &["wider-exposure egress-opened"]);
    }
}
