//! Arguments that are ranges of addresses and do not hold one.
//!
//! In: the stack. Out: a problem for each text that AWS would refuse or silently read as
//! another range. It must not know what the ranges are for.

use std::net::IpAddr;

use ipnet::IpNet;
use model::diagnostic::Diagnostic;
use model::stack::{Spans, Stack};
use model::{Path, Planned, Step, Tree};

/// Every argument of the catalog that is a range, and whether of IPv6.
const ARGUMENTS: &[(&str, bool)] = &[
    ("cidr_block", false),
    ("cidr_blocks", false),
    ("cidr_ipv4", false),
    ("destination_cidr_block", false),
    ("cidr_ipv6", true),
    ("destination_ipv6_cidr_block", true),
    ("ipv6_cidr_block", true),
    ("ipv6_cidr_blocks", true),
];

/// Checks all resources and data sources.
pub fn check(stack: &Stack) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for resource in stack.resources.values() {
        walk(&resource.offline, &Path::default(), &resource.spans, &mut problems);
    }
    for data in stack.data.values() {
        walk(&data.offline, &Path::default(), &data.spans, &mut problems);
    }
    problems
}

fn walk(tree: &Planned, path: &Path, spans: &Spans, problems: &mut Vec<Diagnostic>) {
    match tree {
        Tree::Map(map) => {
            for (name, value) in map {
                let path = path.join(Step::Field(name.clone()));
                match ARGUMENTS.iter().find(|(argument, _)| argument == name) {
                    Some((_, ipv6)) => ranges(value, *ipv6, &path, spans, problems),
                    None => walk(value, &path, spans, problems),
                }
            }
        }
        Tree::List(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &path.join(Step::Index(index)), spans, problems);
            }
        }
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => {}
        Tree::Secret(_) | Tree::Hole(_) => {}
    }
}

fn ranges(value: &Planned, ipv6: bool, path: &Path, spans: &Spans, problems: &mut Vec<Diagnostic>) {
    if let Some(text) = value.as_text() {
        problems.extend(wrong(text, ipv6).map(|(message, help)| {
            let problem = Diagnostic::error("invalid-cidr", spans.value(path), message);
            match help {
                Some(help) => problem.help(help),
                None => problem,
            }
        }));
    }
    for (index, item) in value.as_list().unwrap_or_default().iter().enumerate() {
        ranges(item, ipv6, &path.join(Step::Index(index)), spans, problems);
    }
}

/// What is wrong with a text, and what is likely meant.
fn wrong(text: &str, ipv6: bool) -> Option<(String, Option<String>)> {
    let family = if ipv6 { "IPv6" } else { "IPv4" };
    let Ok(net) = text.parse::<IpNet>() else {
        let single = text.parse::<IpAddr>().ok().map(IpNet::from);
        let help = single.map(|single| format!("the range that holds only this address is `{single}`"));
        return Some((format!("`{text}` is no range of {family} addresses"), help));
    };
    if matches!(net, IpNet::V6(_)) != ipv6 {
        let help = match net {
            IpNet::V4(_) => "it is one of IPv4 addresses, which has an argument of its own",
            IpNet::V6(_) => "it is one of IPv6 addresses, which has an argument of its own",
        };
        return Some((format!("`{text}` is no range of {family} addresses"), Some(help.to_owned())));
    }
    let network = net.trunc();
    (network != net).then(|| {
        let single = IpNet::from(net.addr());
        let help = format!("the range is `{network}`; the address alone is `{single}`");
        (format!("`{text}` begins in the middle of its range"), Some(help))
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::check;

    fn vpc(range: &str, expect: &[&str]) {
        check(&format!("[resource.aws_vpc.a]\ncidr_block = \"{range}\""), expect);
    }

    #[test]
    fn ranges_have_to_be_networks() {
        vpc("10.0.0.0/16", &[]);
        vpc(
            "10.0.3.1/16",
            &["2 invalid-cidr: `10.0.3.1/16` begins in the middle of its range; \
               the range is `10.0.0.0/16`; the address alone is `10.0.3.1/32`"],
        );
        vpc(
            "10.0.0.1",
            &["2 invalid-cidr: `10.0.0.1` is no range of IPv4 addresses; \
               the range that holds only this address is `10.0.0.1/32`"],
        );
        vpc("10.0.0.0/33", &["2 invalid-cidr: `10.0.0.0/33` is no range of IPv4 addresses"]);
        vpc(
            "2001:db8::/32",
            &["2 invalid-cidr: `2001:db8::/32` is no range of IPv4 addresses; \
               it is one of IPv6 addresses, which has an argument of its own"],
        );
    }

    #[test]
    fn ranges_inside_blocks_are_found() {
        check(
            "[resource.aws_security_group.a]\nname = \"a\"\n[[resource.aws_security_group.a.ingress]]\n\
             protocol = \"-1\"\ncidr_blocks = [\n\"0.0.0.0/0\",\n\"10.0.0.0/40\",\n]\nipv6_cidr_blocks = [\"::/0\"]",
            &["7 invalid-cidr: `10.0.0.0/40` is no range of IPv4 addresses"],
        );
    }
}
