//! What a network does for those in it, switched off.

use model::Tree;

use super::case::dotted;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "network-service-off",
    verdicts: &[Verdict::Outage],
    title: "A network no longer resolves names or no longer has IPv6",
    why: "Without `enable_dns_support` the resolver of the VPC stops answering, and everything in it that looks up a \
          name fails, names of databases and of AWS's own services included. Private names of endpoints need \
          `enable_dns_hostnames` as well. Without its IPv6 range, everything in it loses its IPv6 address. See \
          [DNS attributes for your VPC]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html) and [DNS64 and NAT64]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html).",
    instead: "Leave both DNS attributes on: they cost nothing. Before IPv6 goes, move its clients to IPv4.",
    check,
};

const NETWORKS: &[&str] = &["aws_vpc", "aws_default_vpc"];
const SUBNETS: &[&str] = &["aws_subnet", "aws_default_subnet"];
const EVERY: &[&str] = &["aws_vpc", "aws_default_vpc", "aws_subnet", "aws_default_subnet"];

/// Switches: off, this happens.
const SWITCHES: &[(&[&str], &str, &str)] = &[
    (NETWORKS, "enable_dns_support", "no name resolves in the network any more"),
    (NETWORKS, "enable_dns_hostnames", "public names and the private names of endpoints no longer resolve"),
    (NETWORKS, "assign_generated_ipv6_cidr_block", "everything in the network loses its IPv6 address"),
    (SUBNETS, "enable_dns64", "clients with IPv6 only can no longer resolve names of IPv4 servers"),
];

/// The range of addresses whose loss or change takes them away.
const RANGE: &str = "ipv6_cidr_block";

fn check(case: &Case<'_>) -> Vec<Finding> {
    let is_off = |it: &&(&[&str], &str, &str)| it.0.contains(&case.kind()) && case.turned_off(it.1);
    let finding = |path: &str, reason: &str| case.finding(RULE.name, Verdict::Outage, Some(dotted(path)), reason);
    let mut findings: Vec<Finding> = SWITCHES.iter().filter(is_off).map(|it| finding(it.1, it.2)).collect();
    if EVERY.contains(&case.kind())
        && let Some((Tree::Text(before), _)) = case.both(RANGE)
    {
        findings.push(finding(RANGE, &format!("addresses from {before} are taken away")));
    }
    findings
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    let switches = SWITCHES.iter().flat_map(|(kinds, path, _)| kinds.iter().map(|kind| (*kind, *path)));
    switches.chain(EVERY.iter().map(|kind| (*kind, RANGE))).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn a_network_no_longer_serves() {
        let off = &["outage network-service-off"];
        let dns = |on: bool| json!({ "enable_dns_support": on });
        check("aws_vpc", Update, dns(true), dns(false), off);
        check("aws_default_vpc", Update, dns(true), dns(false), off);
        check("aws_vpc", Update, dns(false), dns(true), &["safe no-risk-known"]);
        let range = json!({ "ipv6_cidr_block": "2001:db8::/64" });
        check("aws_subnet", Update, range, json!({}), off);
    }
}
