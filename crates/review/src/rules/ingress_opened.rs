//! What may come in through a security group and could not.

use std::collections::BTreeMap;

use super::group_rules::{Direction, sides};
use super::{Case, Rule};
use crate::policy::joined;
use crate::traffic::{Gap, Peer};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "ingress-opened",
    verdicts: &[Verdict::WiderExposure],
    title: "A security group lets in more than before",
    why: "Everything in the group can be reached from where it could not be reached: from a wider range, from another \
          group, on more ports or protocols. `0.0.0.0/0` and `::/0` are every address there is, and open ports are \
          found by scanners within minutes. Rules are compared by what they let in together: splitting, merging or \
          reordering them is no finding, and what is open to `0.0.0.0/0` is open to every group already. Of a \
          group that is new, only what is open to the world is told, because nothing is in it yet. See [Security group rules]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html).",
    instead: "Name the source as narrowly as it can be named: the security group of the caller \
              (`referenced_security_group_id`), a prefix list, a range of your own. What people need from \
              everywhere goes behind a load balancer or \
              [Session Manager](https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager.html), \
              which needs no open port.",
    check,
};

fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(sides) = sides(case, Direction::Ingress) else { return Vec::new() };
    let (world, others): (Vec<Gap>, Vec<Gap>) = sides.gained().into_iter().partition(|it| it.peer.is_world());
    let finding = |reason: String| case.finding(RULE.name, Verdict::WiderExposure, sides.path.clone(), reason);
    let mut findings: Vec<Finding> = to_world(&world).into_iter().map(finding).collect();
    if !sides.is_new_group {
        findings.extend(others.iter().map(to_one).map(finding));
    }
    findings
}

/// IPv4 and IPv6 in one sentence where the same is open.
fn to_world(gaps: &[Gap]) -> Vec<String> {
    let mut ranges: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
    for gap in gaps {
        if let Peer::Range(range) = &gap.peer {
            ranges.entry(gap.subject()).or_default().push(range.to_string());
        }
    }
    let sentence = |((subject, is_one), ranges): ((String, bool), Vec<String>)| {
        format!("{subject} {} open to the world ({})", verb(is_one), joined(&ranges))
    };
    ranges.into_iter().map(sentence).collect()
}

fn to_one(gap: &Gap) -> String {
    let (subject, is_one) = gap.subject();
    let before: Vec<String> = gap.partly.iter().map(Peer::words).collect();
    let only = if before.is_empty() { String::new() } else { format!(", not only to {}", joined(&before)) };
    format!("{subject} {} open to {}{only}", verb(is_one), gap.peer.words())
}

fn verb(is_one: bool) -> &'static str {
    if is_one { "is" } else { "are" }
}

#[cfg(test)]
mod tests {
    use model::plan::Action::{Create, Replace, Update};
    use serde_json::{Value as Json, json};

    use super::super::testing::{Example, check, reasons};

    fn group(ingress: Json) -> Json {
        json!({ "name": "web", "ingress": ingress })
    }

    fn from(peer: &str, value: Json) -> Json {
        json!({ "protocol": "tcp", "from_port": 3306, "to_port": 3306, peer: value })
    }

    const OPENED: &[&str] = &["wider-exposure ingress-opened"];
    const BOTH: &[&str] = &["outage traffic-blocked", "wider-exposure ingress-opened"];

    #[test]
    fn a_group_is_opened_to_the_world() {
        let other = || group(json!([from("security_groups", json!(["sg-1"]))]));
        let world = || {
            let both = json!({ "protocol": "tcp", "from_port": 3306, "to_port": 3306,
                "security_groups": ["sg-1"], "cidr_blocks": ["0.0.0.0/0"], "ipv6_cidr_blocks": ["::/0"] });
            group(json!([both]))
        };
        check("aws_security_group", Update, other(), world(), OPENED);
        let said = reasons("aws_security_group", Update, other(), world());
        assert_eq!(said, ["port 3306/tcp is open to the world (0.0.0.0/0 and ::/0)"]);
        let only = || group(json!([from("cidr_blocks", json!(["0.0.0.0/0"]))]));
        check("aws_security_group", Update, other(), only(), OPENED);
        check("aws_security_group", Create, json!({}), only(), OPENED);
        check("aws_security_group", Create, json!({}), other(), &["safe no-risk-known"]);
    }

    #[test]
    fn a_group_is_opened_to_somebody() {
        let range = |range: &str| group(json!([from("cidr_blocks", json!([range]))]));
        check("aws_security_group", Update, range("10.1.0.0/16"), range("10.0.0.0/8"), OPENED);
        let said = reasons("aws_security_group", Update, range("10.1.0.0/16"), range("10.0.0.0/8"));
        assert_eq!(said, ["port 3306/tcp is open to 10.0.0.0/8, not only to 10.1.0.0/16"]);
        let list = || group(json!([from("cidr_blocks", json!(["10.0.0.0/9", "10.128.0.0/9"]))]));
        check("aws_security_group", Update, list(), range("10.0.0.0/8"), &["safe no-risk-known"]);
        // A group that is made anew is the same other end.
        let text = group(json!([from("security_groups", json!(["${aws_security_group.example.id}"]))]));
        let hole = group(json!([from("security_groups", json!([{ "$unknown": "id of aws_security_group" }]))]));
        check("aws_security_group", Update, text, hole, &["safe no-risk-known"]);
    }

    #[test]
    fn a_rule_of_its_own_is_judged_alike() {
        let rule = |peer: &str, value: &str| json!({ "security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22, peer: value });
        let kind = "aws_vpc_security_group_ingress_rule";
        check(kind, Create, json!({}), rule("cidr_ipv4", "0.0.0.0/0"), OPENED);
        check(kind, Create, json!({}), rule("referenced_security_group_id", "sg-2"), OPENED);
        let inside = |id: &str| {
            let mut rule = rule("referenced_security_group_id", "sg-2");
            rule["security_group_id"] = json!({ "$unknown": format!("id of aws_security_group{id}") });
            Example::new(kind, Create, json!({}), rule).coming("aws_security_group")
        };
        inside(".other").expect(&["safe no-risk-known"]);
        inside("").expect(OPENED);
        check(kind, Update, rule("cidr_ipv4", "10.0.0.0/16"), rule("cidr_ipv4", "10.0.0.0/8"), OPENED);
        check(kind, Replace, rule("cidr_ipv4", "10.0.0.0/16"), rule("cidr_ipv6", "::/0"), BOTH);
        let mut moved = rule("cidr_ipv4", "10.0.0.0/16");
        moved["security_group_id"] = json!("sg-2");
        check(kind, Replace, rule("cidr_ipv4", "10.0.0.0/16"), moved, BOTH);
    }
}
