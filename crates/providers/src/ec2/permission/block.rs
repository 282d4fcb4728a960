//! `[[….ingress]]` and `[[….egress]]`: several sources in one block.

use std::collections::{BTreeMap, BTreeSet};

use model::typed::{Blocks, Typed};
use model::{Attributes, Known};

use super::{Access, Accesses, Source, canonical, described};

/// One rule: a protocol, a range of ports, and who may use them.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct Rule {
    /// Protocol: `tcp`, `udp`, `icmp`, `icmpv6`, a number, or `-1` for all.
    pub protocol: String,
    /// First port; for ICMP the type, where -1 means all. Not needed when `protocol` is `-1`.
    #[attr(range = -1..=65_535)]
    pub from_port: Option<i32>,
    /// Last port; for ICMP the code, where -1 means all. Not needed when `protocol` is `-1`.
    #[attr(range = -1..=65_535)]
    pub to_port: Option<i32>,
    /// IPv4 ranges, as `10.0.0.0/16`.
    pub cidr_blocks: Option<BTreeSet<String>>,
    /// IPv6 ranges, as `::/0`.
    pub ipv6_cidr_blocks: Option<BTreeSet<String>>,
    /// Prefix lists, as those of gateway endpoints.
    pub prefix_list_ids: Option<BTreeSet<String>>,
    /// Security groups; those of another account as `ACCOUNT/sg-…`.
    #[attr(accepts = ["aws_security_group.id", "aws_default_security_group.id"])]
    pub security_groups: Option<BTreeSet<String>>,
    /// Whether the group itself is meant.
    #[attr(rename = "self", default = false)]
    pub own: Option<bool>,
    /// What the rule is for.
    #[attr(length = 0..=255)]
    pub description: Option<String>,
}

/// Every source of every rule by itself.
pub fn flatten(rules: &[Rule]) -> Accesses {
    let mut all = Accesses::new();
    for rule in rules {
        let each = |set: &Option<BTreeSet<String>>| set.clone().unwrap_or_default().into_iter();
        let sources = each(&rule.cidr_blocks)
            .map(|it| Source::Ipv4(canonical(&it)))
            .chain(each(&rule.ipv6_cidr_blocks).map(|it| Source::Ipv6(canonical(&it))))
            .chain(each(&rule.prefix_list_ids).map(Source::PrefixList))
            .chain(each(&rule.security_groups).map(Source::Group))
            .chain((rule.own == Some(true)).then_some(Source::Own));
        for source in sources {
            let access = Access::new(&rule.protocol, rule.from_port, rule.to_port, source);
            all.insert(access, described(rule.description.as_deref()));
        }
    }
    all
}

/// The accesses as a manifest would write them: one block for each protocol, range of ports and
/// description.
pub fn blocks(accesses: &Accesses) -> Blocks<Rule> {
    let mut grouped: BTreeMap<(&str, i32, i32, Option<&str>), Rule> = BTreeMap::new();
    for (access, description) in accesses {
        let key = (access.protocol.as_str(), access.from, access.to, description.as_deref());
        let rule = grouped.entry(key).or_insert_with(|| Rule {
            protocol: access.protocol.clone(),
            from_port: Some(access.from),
            to_port: Some(access.to),
            description: description.clone(),
            ..Rule::default()
        });
        let (set, value) = match &access.source {
            Source::Ipv4(range) => (&mut rule.cidr_blocks, range),
            Source::Ipv6(range) => (&mut rule.ipv6_cidr_blocks, range),
            Source::PrefixList(id) => (&mut rule.prefix_list_ids, id),
            Source::Group(group) => (&mut rule.security_groups, group),
            Source::Own => {
                rule.own = Some(true);
                continue;
            }
        };
        set.get_or_insert_default().insert(value.clone());
    }
    grouped.into_values().collect()
}

/// Whether two sets of rules allow the same and say the same about it. Rules that are not told
/// are like no others, not even like none.
pub fn same(desired: &Known, live: &Known) -> bool {
    let read = |tree: &Known| Blocks::<Rule>::read(tree.clone()).map(|it| flatten(&it));
    match (read(desired), read(live)) {
        (Ok(desired), Ok(live)) => desired == live,
        _ => desired == live,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, ports: (i32, i32), ranges: &[&str]) -> Rule {
        Rule {
            protocol: protocol.to_owned(),
            from_port: Some(ports.0),
            to_port: Some(ports.1),
            cidr_blocks: Some(ranges.iter().map(|it| (*it).to_owned()).collect()),
            ..Rule::default()
        }
    }

    fn check(desired: &[Rule], live: &[Rule], expect: bool) {
        let tree = |rules: &[Rule]| Blocks(rules.to_vec()).write();
        assert_eq!(same(&tree(desired), &tree(live)), expect, "{desired:?} and {live:?}");
    }

    #[test]
    fn rules_compare_flattened_as_aws_stores_them() {
        let both = rule("tcp", (80, 80), &["10.0.0.0/8", "192.168.0.0/16"]);
        let apart = [rule("tcp", (80, 80), &["192.168.0.0/16"]), rule("6", (80, 80), &["10.0.0.0/8"])];
        check(std::slice::from_ref(&both), &apart, true);
        check(&[both], &apart[..1], false);
        check(&[rule("all", (0, 0), &["0.0.0.0/0"])], &[rule("-1", (-1, -1), &["0.0.0.0/0"])], true);
        check(&[rule("tcp", (80, 80), &[])], &[], true);
        let said = |text: &str| Rule { description: Some(text.to_owned()), ..rule("tcp", (1, 1), &["10.0.0.0/8"]) };
        check(&[said("a")], &[said("b")], false);
        check(&[said("")], &[rule("tcp", (1, 1), &["10.0.0.0/8"])], true);
        assert!(!same(&Known::List(Vec::new()), &Known::Null));
    }

    #[test]
    fn blocks_flatten_back_to_what_they_were_made_of() {
        let own = Rule { own: Some(true), ..rule("udp", (53, 53), &["10.0.0.0/8"]) };
        let groups = Some(BTreeSet::from(["sg-1".to_owned(), "123456789012/sg-2".to_owned()]));
        let flat = flatten(&[own, Rule { security_groups: groups, ..rule("-1", (0, 0), &[]) }]);
        assert_eq!(flat.len(), 4);
        assert_eq!(flatten(&blocks(&flat)), flat);
    }
}
