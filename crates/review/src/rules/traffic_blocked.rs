//! What a security group let through and no longer does.

use super::group_rules::{Direction, sides};
use super::{Case, Rule};
use crate::policy::joined;
use crate::traffic::{Gap, Peer};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "traffic-blocked",
    verdicts: &[Verdict::Outage],
    title: "A security group lets through less than before",
    why: "Whoever used what is closed now gets no answer until somebody opens it again. Connections that are open \
          may outlive the rule: see [Connection tracking]\
          (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html). \
          Adopting the default group of a VPC revokes the rules that AWS gave it, which let its members reach each \
          other and everything else: see [Default security groups]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html).",
    instead: "Look for traffic first: \
              [flow logs](https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs.html) tell who uses the port. \
              Where the source only gets another name, add the new rule in one change and remove the old one in the \
              next.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let of = |direction: Direction| {
        let sides = sides(case, direction)?;
        let finding = |gap: &Gap| {
            let default = if sides.is_of_aws { ", as AWS has it by default" } else { "" };
            let reason = format!("{}{}{default}", closed(gap, direction), exceptions(gap));
            case.finding(RULE.name, Verdict::Outage, sides.path.clone(), reason)
        };
        Some(sides.lost().iter().map(finding).collect::<Vec<Finding>>())
    };
    [Direction::Ingress, Direction::Egress].into_iter().filter_map(of).flatten().collect()
}

fn closed(gap: &Gap, direction: Direction) -> String {
    let (subject, is_one) = gap.subject();
    let peer = gap.peer.words();
    match direction {
        Direction::Ingress => format!("{subject} {} no longer open to {peer}", if is_one { "is" } else { "are" }),
        Direction::Egress => format!("traffic to {peer} on {subject} is no longer let out"),
    }
}

fn exceptions(gap: &Gap) -> String {
    let mut kept: Vec<String> = gap.partly.iter().map(Peer::words).collect();
    kept.extend(gap.besides.iter().cloned());
    if kept.is_empty() { String::new() } else { format!(", only {}", joined(&kept)) }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Adopt, Create, Delete, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::{Example, check, reasons};

    fn rules(direction: &str, list: Json) -> Json {
        json!({ "name": "web", direction: list })
    }

    fn from(range: &str) -> Json {
        json!({ "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": [range] })
    }

    const BLOCKED: &[&str] = &["outage traffic-blocked"];

    #[test]
    fn a_group_is_narrowed() {
        let kind = "aws_security_group";
        let (wide, narrow) =
            (rules("ingress", json!([from("10.0.0.0/8")])), rules("ingress", json!([from("10.1.0.0/16")])));
        check(kind, Update, wide.clone(), narrow.clone(), BLOCKED);
        let said = reasons(kind, Update, wide.clone(), narrow);
        assert_eq!(said, ["port 22/tcp is no longer open to 10.0.0.0/8, only 10.1.0.0/16"]);
        check(kind, Update, wide.clone(), rules("ingress", json!([])), BLOCKED);
        // Unset, the rules are not managed and stay.
        check(kind, Update, wide, json!({ "name": "web" }), &["safe no-risk-known"]);
        let all = rules("egress", json!([{ "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"] }]));
        let web = rules(
            "egress",
            json!([{ "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"] }]),
        );
        let said = reasons(kind, Update, all, web);
        assert_eq!(
            said,
            ["traffic to the world (0.0.0.0/0) on every port of every protocol is no longer let out, only 443/tcp",]
        );
    }

    #[test]
    fn a_rule_goes() {
        let rule = json!({ "security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 1, "to_port": 1,
            "prefix_list_id": "pl-1" });
        check("aws_vpc_security_group_ingress_rule", Delete, rule.clone(), json!({}), BLOCKED);
        check("aws_vpc_security_group_egress_rule", Delete, rule, json!({}), BLOCKED);
    }

    #[test]
    fn adopting_the_default_group_revokes_the_rules_of_aws() {
        let egress = json!({ "egress": [{ "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"] }] });
        for action in [Create, Adopt] {
            check("aws_default_security_group", action, json!({}), egress.clone(), BLOCKED);
        }
        let said = reasons("aws_default_security_group", Adopt, json!({}), egress);
        assert_eq!(
            said,
            ["every port of every protocol is no longer open to the group itself, as AWS has it by default"]
        );
        // Nothing is in a network that is made together with it.
        let mut made = json!({ "vpc_id": { "$unknown": "id of aws_vpc.other" } });
        let group = |arguments: &Json| Example::new("aws_default_security_group", Adopt, json!({}), arguments.clone());
        group(&made).coming("aws_vpc").expect(&["safe no-risk-known"]);
        group(&made).expect(&["outage traffic-blocked", "outage traffic-blocked"]);
        made["vpc_id"] = json!("vpc-1");
        group(&made).coming("aws_vpc").expect(&["outage traffic-blocked", "outage traffic-blocked"]);
    }
}
