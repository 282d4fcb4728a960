//! Security groups whose rules stand in the group and in resources of their own.
//!
//! In: the stack. Out: a problem for each rule that its group would revoke again. It must not
//! know which rules a group holds in AWS.

use model::diagnostic::Diagnostic;
use model::stack::{Resource, Stack};
use model::{Path, Planned};

use super::reference::referred;

/// Checks every separate rule against its group. A group owns the rules of a direction as a
/// whole once it lists any, even none; an adopted default group always does.
pub fn check(stack: &Stack) -> Vec<Diagnostic> {
    let rules = stack.resources.values().filter_map(|rule| Some((rule, direction(rule)?)));
    rules
        .filter_map(|(rule, direction)| {
            let group = stack.resources.get(referred(rule.offline.get("security_group_id"))?)?;
            owns(group, direction).then(|| problem(rule, group, direction))
        })
        .collect()
}

fn direction(rule: &Resource) -> Option<&'static str> {
    let written = || rule.offline.get("type").and_then(Planned::as_text);
    match rule.kind.name {
        "aws_vpc_security_group_ingress_rule" => Some("ingress"),
        "aws_vpc_security_group_egress_rule" => Some("egress"),
        "aws_security_group_rule" => ["ingress", "egress"].into_iter().find(|it| written() == Some(it)),
        _ => None,
    }
}

fn owns(group: &Resource, direction: &str) -> bool {
    match group.kind.name {
        "aws_default_security_group" => true,
        "aws_security_group" => group.offline.get(direction).is_some_and(|it| !it.is_null()),
        _ => false,
    }
}

fn problem(rule: &Resource, group: &Resource, direction: &str) -> Diagnostic {
    let message = format!(
        "{} adds to {}, which lists its own `{direction}` and revokes every other",
        rule.address, group.address
    );
    let place = rule.spans.value(&Path::field("security_group_id"));
    Diagnostic::error("inline-and-separate-rules", place, message)
        .label(group.spans.value(&Path::field(direction)), format!("the group's own `{direction}`"))
        .help(format!("move the rule into `{direction}` of {}", group.address))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn group(kind: &str, inline: &str, rule: &str, expect: &[&str]) {
        let text = format!(
            "[resource.{rule}.r]\nsecurity_group_id = \"${{{kind}.g.id}}\"\nip_protocol = \"-1\"\n\
             cidr_ipv4 = \"0.0.0.0/0\"\n[resource.{kind}.g]\n{inline}"
        );
        check(&text, expect);
    }

    #[test]
    fn one_direction_has_one_owner() {
        let (ingress, egress) = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule");
        group("aws_security_group", "egress = []", ingress, &[]);
        group("aws_security_group", "", egress, &[]);
        group(
            "aws_security_group",
            "egress = []",
            egress,
            &["2 inline-and-separate-rules: aws_vpc_security_group_egress_rule.r adds to aws_security_group.g, \
               which lists its own `egress` and revokes every other; \
               move the rule into `egress` of aws_security_group.g"],
        );
        group(
            "aws_default_security_group",
            "",
            ingress,
            &["2 inline-and-separate-rules: aws_vpc_security_group_ingress_rule.r adds to \
               aws_default_security_group.g, which lists its own `ingress` and revokes every other; \
               move the rule into `ingress` of aws_default_security_group.g"],
        );
    }
}
