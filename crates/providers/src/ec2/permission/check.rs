//! What can be said about rules without AWS.

use ipnet::IpNet;
use model::schema::{Checked, Violation};
use model::{Known, Planned, Tree};

use super::{has_ports, protocol_name};

/// A range as AWS stores it: `0:0::/0` is `::/0`. What is no range stays as it is.
pub fn canonical(range: &str) -> String {
    range.parse::<IpNet>().map_or_else(|_| range.to_owned(), |net| net.trunc().to_string())
}

/// Whether two ranges are the same one.
pub fn same_cidr(desired: &Known, live: &Known) -> bool {
    same_by(canonical, desired, live)
}

/// Whether two protocols are the same one.
pub fn same_protocol(desired: &Known, live: &Known) -> bool {
    same_by(protocol_name, desired, live)
}

/// The checks of inline rules, in both directions.
pub fn check_rules(checked: &Checked<'_>) -> Vec<Violation> {
    let direction = |argument: &'static str| {
        let rules = checked.inputs.get(argument).and_then(Planned::as_list).unwrap_or_default();
        rules.iter().flat_map(move |rule| check_rule(argument, rule))
    };
    direction("ingress").chain(direction("egress")).collect()
}

/// What is wrong with the ports of a protocol, in words and with advice; unknown ports pass.
pub fn ports(protocol: &str, from: &Planned, to: &Planned) -> Option<(String, Option<String>)> {
    let protocol = protocol_name(protocol);
    if !has_ports(&protocol) {
        return None;
    }
    if from.is_null() || to.is_null() {
        let missing = if from.is_null() { "from_port" } else { "to_port" };
        let help = "only the protocol `-1` does without ports".to_owned();
        return Some((format!("a rule for `{protocol}` needs `{missing}`"), Some(help)));
    }
    let (Tree::Int(from), Tree::Int(to)) = (from, to) else { return None };
    let numbered = matches!(protocol.as_str(), "tcp" | "udp");
    if numbered && (*from < 0 || *to < 0) {
        let help = format!("`from_port = 0` and `to_port = 65535` mean all ports of {protocol}");
        return Some((format!("-1 is no port of {protocol}"), Some(help)));
    }
    let reversed = numbered && from > to;
    reversed.then(|| (format!("`from_port` {from} is above `to_port` {to}"), None))
}

fn check_rule(argument: &'static str, rule: &Planned) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut error = |code, message, help| {
        found.push(Violation { code, warning: false, argument, message, help });
    };
    let null = Tree::Null;
    let value = |name: &str| rule.get(name).unwrap_or(&null);
    if let Some(protocol) = value("protocol").as_text()
        && let Some((message, help)) = ports(protocol, value("from_port"), value("to_port"))
    {
        error("rule-ports", message, help);
    }
    let sources = ["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"];
    let given = sources.iter().any(|name| match value(name) {
        Tree::Null => false,
        Tree::List(items) => !items.is_empty(),
        _ => true,
    });
    let own = !matches!(value("self"), Tree::Null | Tree::Bool(false));
    if rule.as_map().is_some() && !given && !own {
        let help = "set `cidr_blocks`, `ipv6_cidr_blocks`, `prefix_list_ids`, `security_groups` or `self`".to_owned();
        error("rule-without-source", format!("a rule in `{argument}` names nobody"), Some(help));
    }
    found
}

fn same_by(normal: fn(&str) -> String, desired: &Known, live: &Known) -> bool {
    match (desired.as_text(), live.as_text()) {
        (Some(desired), Some(live)) => normal(desired) == normal(live),
        _ => desired == live,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &[(&str, Planned)], expect: &[&str]) {
        let rule = Tree::map(rule.iter().cloned());
        let inputs = Tree::map([("ingress", Tree::List(vec![rule]))]);
        let found = check_rules(&Checked { inputs: &inputs, creating: false });
        let codes: Vec<&str> = found.iter().map(|it| it.code).collect();
        assert_eq!(codes, expect, "{found:?}");
    }

    #[test]
    fn rules_that_aws_refuses_are_found() {
        let anywhere = ("cidr_blocks", Tree::List(vec![Tree::text("0.0.0.0/0")]));
        let tcp = ("protocol", Tree::text("tcp"));
        let port = |name, number| (name, Tree::Int(number));
        check(&[tcp.clone(), port("from_port", 80), port("to_port", 80), anywhere.clone()], &[]);
        check(&[tcp.clone(), anywhere.clone()], &["rule-ports"]);
        check(&[tcp.clone(), port("from_port", 90), port("to_port", 80), anywhere.clone()], &["rule-ports"]);
        check(&[("protocol", Tree::text("-1")), anywhere.clone()], &[]);
        check(&[("protocol", Tree::text("icmp")), port("from_port", 8), port("to_port", -1), anywhere], &[]);
        check(&[tcp, port("from_port", 80), port("to_port", 80)], &["rule-without-source"]);
        check(&[("protocol", Tree::text("-1")), ("self", Tree::Bool(true))], &[]);
    }

    #[test]
    fn ranges_compare_as_aws_stores_them() {
        assert!(same_cidr(&Tree::text("0:0::/0"), &Tree::text("::/0")));
        assert!(!same_cidr(&Tree::text("10.0.0.0/8"), &Tree::text("10.0.0.0/16")));
        assert!(same_protocol(&Tree::text("6"), &Tree::text("tcp")));
    }
}
