//! Subnets of one VPC that share addresses.
//!
//! In: the stack. Out: a problem for each pair. It must not know subnets outside of the stack.

use std::collections::BTreeMap;

use ipnet::IpNet;
use model::diagnostic::Diagnostic;
use model::stack::{Resource, Stack};
use model::{Path, Planned};

use super::reference::referred;

/// Checks the subnets of each VPC against each other.
pub fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut by_vpc: BTreeMap<String, Vec<&Resource>> = BTreeMap::new();
    for subnet in stack.resources.values().filter(|it| it.kind.name == "aws_subnet") {
        let vpc = subnet.offline.get("vpc_id");
        let name = referred(vpc).map(ToString::to_string).or_else(|| vpc?.as_text().map(str::to_owned));
        if let Some(name) = name {
            by_vpc.entry(name).or_default().push(subnet);
        }
    }
    let mut problems = Vec::new();
    for mut subnets in by_vpc.into_values() {
        subnets.sort_by_key(|it| it.spans.header);
        let mut pairs: Vec<(usize, usize, &str)> =
            ["cidr_block", "ipv6_cidr_block"].into_iter().flat_map(|it| overlapping(&subnets, it)).collect();
        pairs.sort_unstable();
        problems.extend(
            pairs
                .into_iter()
                .filter_map(|(later, earlier, argument)| overlap(subnets.get(earlier)?, subnets.get(later)?, argument)),
        );
    }
    problems
}

/// The later and the earlier of every two subnets that share addresses. Of two ranges one holds
/// the other or they share nothing, so in order of their addresses those around a range are all
/// that are still open.
fn overlapping<'a>(subnets: &[&Resource], argument: &'a str) -> Vec<(usize, usize, &'a str)> {
    let known = subnets.iter().enumerate().filter_map(|(index, it)| Some((range(it, argument)?, index)));
    let mut ranges: Vec<(IpNet, usize)> = known.collect();
    ranges.sort_unstable_by_key(|(range, index)| (range.network(), range.prefix_len(), *index));
    let mut open: Vec<(IpNet, usize)> = Vec::new();
    let mut pairs = Vec::new();
    for (range, index) in ranges {
        while open.last().is_some_and(|(around, _)| !around.contains(&range)) {
            open.pop();
        }
        pairs.extend(open.iter().map(|(_, other)| (index.max(*other), index.min(*other), argument)));
        open.push((range, index));
    }
    pairs
}

fn overlap(earlier: &Resource, later: &Resource, argument: &str) -> Option<Diagnostic> {
    let (first, second) = (range(earlier, argument)?, range(later, argument)?);
    let path = Path::field(argument);
    let message = format!("the range `{second}` of {} overlaps `{first}` of {}", later.address, earlier.address);
    let problem = Diagnostic::error("subnets-overlap", later.spans.value(&path), message);
    Some(problem.label(earlier.spans.value(&path), "the other range"))
}

/// A range that is known offline.
fn range(resource: &Resource, argument: &str) -> Option<IpNet> {
    resource.offline.get(argument).and_then(Planned::as_text)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn subnets(first: &str, second: &str, expect: &[&str]) {
        let subnet = |name: &str, rest: &str| format!("[resource.aws_subnet.{name}]\n{rest}\n");
        check(&format!("{}{}", subnet("b", first), subnet("a", second)), expect);
    }

    #[test]
    fn subnets_of_one_vpc_share_no_address() {
        let in_vpc = |vpc: &str, range: &str| format!("vpc_id = \"{vpc}\"\ncidr_block = \"{range}\"");
        subnets(&in_vpc("vpc-1", "10.0.0.0/24"), &in_vpc("vpc-1", "10.0.1.0/24"), &[]);
        subnets(&in_vpc("vpc-1", "10.0.0.0/24"), &in_vpc("vpc-2", "10.0.0.0/24"), &[]);
        subnets(
            &in_vpc("vpc-1", "10.0.0.0/20"),
            &in_vpc("vpc-1", "10.0.1.0/24"),
            &["6 subnets-overlap: the range `10.0.1.0/24` of aws_subnet.a overlaps `10.0.0.0/20` of aws_subnet.b"],
        );
    }

    #[test]
    fn a_reference_means_the_same_vpc() {
        check(
            "[resource.aws_vpc.main]\ncidr_block = \"10.1.0.0/16\"\n[resource.aws_subnet.each]\n\
             for_each = [\"a\", \"b\"]\nvpc_id = \"${aws_vpc.main.id}\"\ncidr_block = \"10.1.0.0/24\"",
            &["6 subnets-overlap: the range `10.1.0.0/24` of aws_subnet.each[\"b\"] \
               overlaps `10.1.0.0/24` of aws_subnet.each[\"a\"]"],
        );
    }
}
