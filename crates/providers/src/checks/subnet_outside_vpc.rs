//! Subnets whose range does not lie in their VPC's.
//!
//! In: the stack. Out: a problem for each such subnet. It must not know ranges that only AWS
//! knows: a VPC that is looked up, or a range out of a pool.

use ipnet::IpNet;
use model::diagnostic::Diagnostic;
use model::stack::{Resource, Stack};
use model::{Path, Planned};

use super::reference::referred;

/// Checks every subnet that refers to a VPC of the stack.
pub fn check(stack: &Stack) -> Vec<Diagnostic> {
    let subnets = stack.resources.values().filter(|it| it.kind.name == "aws_subnet");
    let pairs = subnets.filter_map(|subnet| {
        let vpc = stack.resources.get(referred(subnet.offline.get("vpc_id"))?)?;
        (vpc.kind.name == "aws_vpc").then_some((subnet, vpc))
    });
    pairs
        .flat_map(|(subnet, vpc)| ["cidr_block", "ipv6_cidr_block"].map(|it| outside(subnet, vpc, it)))
        .flatten()
        .collect()
}

fn outside(subnet: &Resource, vpc: &Resource, argument: &str) -> Option<Diagnostic> {
    let (inner, outer) = (range(subnet, argument)?, range(vpc, argument)?);
    if outer.contains(&inner) {
        return None;
    }
    let path = Path::field(argument);
    let message = format!("the range `{inner}` of {} does not lie in `{outer}` of {}", subnet.address, vpc.address);
    let problem = Diagnostic::error("subnet-outside-vpc", subnet.spans.value(&path), message);
    Some(problem.label(vpc.spans.value(&path), "the VPC's range"))
}

/// A range that is known offline.
fn range(resource: &Resource, argument: &str) -> Option<IpNet> {
    resource.offline.get(argument).and_then(Planned::as_text)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn subnet(range: &str, expect: &[&str]) {
        let text = format!(
            "[resource.aws_vpc.main]\ncidr_block = \"10.1.0.0/16\"\n\
             [resource.aws_subnet.a]\nvpc_id = \"${{aws_vpc.main.id}}\"\ncidr_block = \"{range}\""
        );
        check(&text, expect);
    }

    #[test]
    fn a_subnet_lies_in_its_vpc() {
        subnet("10.1.3.0/24", &[]);
        subnet("10.1.0.0/16", &[]);
        subnet("${cidrsubnet(aws_vpc.main.cidr_block, 8, 7)}", &[]);
        subnet(
            "10.2.3.0/24",
            &["5 subnet-outside-vpc: the range `10.2.3.0/24` of aws_subnet.a \
               does not lie in `10.1.0.0/16` of aws_vpc.main"],
        );
    }
}
