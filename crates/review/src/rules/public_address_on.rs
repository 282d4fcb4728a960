//! What gets addresses of the internet.

use super::case::dotted;
use super::{Case, Rule};
use crate::verdict::{Finding, Verdict};

pub(super) const RULE: Rule = Rule {
    name: "public-address-on",
    verdicts: &[Verdict::Safe, Verdict::WiderExposure],
    title: "New interfaces or tasks get a public address, or get none any more",
    why: "With a public address, whatever the security groups let in can come from the internet; without one, an open \
          group is reached from inside only. IPv6 addresses are public by nature. Off, the setting is `safe`: what \
          runs keeps its address, and only what is new goes without. See [IP addressing for your VPCs]\
          (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-ip-addressing.html) and \
          [Fargate task networking]\
          (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html).",
    instead: "Put tasks and instances into private subnets behind a load balancer, and let them out by a \
              [NAT gateway](https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html) or by endpoints. \
              Before a public address is switched off, make sure that there is such a way out: without it, images \
              cannot be pulled.",
    check,
};

const SUBNETS: &[&str] = &["aws_subnet", "aws_default_subnet"];
const SERVICES: &[&str] = &["aws_ecs_service"];

/// Kinds, argument, and what gets which address.
const SWITCHES: &[(&[&str], &str, &str, &str)] = &[
    (SUBNETS, "map_public_ip_on_launch", "new network interfaces in the subnet", "public IPv4 address"),
    (SUBNETS, "assign_ipv6_address_on_creation", "new network interfaces in the subnet", "IPv6 address"),
    (SERVICES, "network_configuration.assign_public_ip", "tasks", "public IPv4 address"),
];

fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (_, path, who, address) in SWITCHES.iter().filter(|it| it.0.contains(&case.kind())) {
        let (verdict, which) = match (case.turned_on(path), case.turned_off(path)) {
            (true, _) => (Verdict::WiderExposure, if address.starts_with('I') { "an" } else { "a" }),
            (false, true) => (Verdict::Safe, "no"),
            (false, false) => continue,
        };
        findings.push(case.finding(RULE.name, verdict, Some(dotted(path)), format!("{who} get {which} {address}")));
    }
    findings
}

/// See [`super::named_arguments`].
pub(super) fn arguments() -> Vec<(&'static str, &'static str)> {
    SWITCHES.iter().flat_map(|(kinds, path, _, _)| kinds.iter().map(|kind| (*kind, *path))).collect()
}

#[cfg(test)]
mod tests {
    use model::plan::Action::Update;
    use serde_json::json;

    use super::super::testing::check;

    #[test]
    fn public_addresses_come_and_go() {
        let subnet = |on: bool| json!({ "map_public_ip_on_launch": on });
        check("aws_subnet", Update, subnet(false), subnet(true), &["wider-exposure public-address-on"]);
        check("aws_subnet", Update, subnet(true), subnet(false), &["safe public-address-on"]);
        let service = |on: bool| json!({ "network_configuration": { "assign_public_ip": on } });
        check(
            "aws_ecs_service",
            Update,
            service(false),
            service(true),
            &["wider-exposure public-address-on", "safe service-deployment"],
        );
    }
}
