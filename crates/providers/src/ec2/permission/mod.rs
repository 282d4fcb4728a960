//! The rules of a security group, as a manifest writes them and as AWS stores them.
//!
//! In: blocks of rules, permissions of an answer. Out: one access per protocol, ports and
//! source, the calls from one set of them to another. It must not know which kind asks.

mod block;
mod calls;
mod check;

use std::collections::BTreeMap;

use aws_sdk_ec2::types::builders::IpPermissionBuilder;
use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

pub use block::{Rule, blocks, flatten, same};
pub use calls::{Direction, change, revoke_all};
pub use check::{canonical, check_rules, ports, same_cidr, same_protocol};

/// Accesses and what is said about them; the unit in which AWS stores and compares rules.
pub type Accesses = BTreeMap<Access, Option<String>>;

/// One protocol, range of ports and source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// As AWS writes it: `tcp`, `udp`, `icmp`, `icmpv6`, a number, `-1` for all.
    pub protocol: String,
    /// First port, or the ICMP type; 0 where the protocol has none.
    pub from: i32,
    /// Last port, or the ICMP code; 0 where the protocol has none.
    pub to: i32,
    /// Who.
    pub source: Source,
}

/// Where traffic comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An IPv4 range.
    Ipv4(String),
    /// An IPv6 range.
    Ipv6(String),
    /// A prefix list.
    PrefixList(String),
    /// Another group, `sg-…`, or `ACCOUNT/sg-…` of a peered VPC.
    Group(String),
    /// The group itself.
    Own,
}

impl Access {
    /// Brings protocol and ports into AWS's form: names instead of their numbers, no ports where
    /// AWS ignores them.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html>
    pub fn new(protocol: &str, from: Option<i32>, to: Option<i32>, source: Source) -> Self {
        let protocol = protocol_name(protocol);
        let (from, to) = if has_ports(&protocol) { (from.unwrap_or(0), to.unwrap_or(0)) } else { (0, 0) };
        Self { protocol, from, to, source }
    }
}

/// A protocol as AWS answers it.
pub fn protocol_name(protocol: &str) -> String {
    match protocol.to_ascii_lowercase().as_str() {
        "all" | "-1" => "-1".to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" => "icmpv6".to_owned(),
        other => other.to_owned(),
    }
}

/// Whether AWS heeds ports (or ICMP types) of a protocol, given in AWS's form.
pub fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "tcp" | "udp" | "icmp" | "icmpv6")
}

/// The accesses of an answer about the group `own` of the account `owner`.
pub fn accesses(permissions: &[IpPermission], own: &str, owner: &str) -> Accesses {
    let mut all = Accesses::new();
    for it in permissions {
        let mut add = |source, description: Option<&str>| {
            let access = Access::new(it.ip_protocol().unwrap_or("-1"), it.from_port(), it.to_port(), source);
            all.insert(access, described(description));
        };
        for range in it.ip_ranges() {
            add(Source::Ipv4(canonical(range.cidr_ip().unwrap_or_default())), range.description());
        }
        for range in it.ipv6_ranges() {
            add(Source::Ipv6(canonical(range.cidr_ipv6().unwrap_or_default())), range.description());
        }
        for list in it.prefix_list_ids() {
            add(Source::PrefixList(list.prefix_list_id().unwrap_or_default().to_owned()), list.description());
        }
        for pair in it.user_id_group_pairs() {
            add(group_of(pair, own, owner), pair.description());
        }
    }
    all
}

/// The permissions of a call, one for each protocol and range of ports.
pub fn permissions<'a>(
    own: &str,
    accesses: impl Iterator<Item = (&'a Access, &'a Option<String>)>,
) -> Vec<IpPermission> {
    let mut grouped: BTreeMap<(&str, i32, i32), IpPermissionBuilder> = BTreeMap::new();
    for (access, description) in accesses {
        let (protocol, from, to) = (access.protocol.as_str(), access.from, access.to);
        let permission = grouped.remove(&(protocol, from, to)).unwrap_or_else(|| {
            let ports = has_ports(protocol);
            let it = IpPermission::builder().ip_protocol(protocol);
            it.set_from_port(ports.then_some(from)).set_to_port(ports.then_some(to))
        });
        grouped.insert((protocol, from, to), with_source(permission, own, &access.source, description.clone()));
    }
    grouped.into_values().map(IpPermissionBuilder::build).collect()
}

fn with_source(
    it: IpPermissionBuilder,
    own: &str,
    source: &Source,
    description: Option<String>,
) -> IpPermissionBuilder {
    let pair = |id: &str| UserIdGroupPair::builder().group_id(id);
    match source {
        Source::Ipv4(range) => it.ip_ranges(IpRange::builder().cidr_ip(range).set_description(description).build()),
        Source::Ipv6(range) => {
            it.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(range).set_description(description).build())
        }
        Source::PrefixList(id) => {
            it.prefix_list_ids(PrefixListId::builder().prefix_list_id(id).set_description(description).build())
        }
        Source::Own => it.user_id_group_pairs(pair(own).set_description(description).build()),
        Source::Group(group) => {
            let pair = match group.split_once('/') {
                Some((account, id)) => pair(id).user_id(account),
                None => pair(group),
            };
            it.user_id_group_pairs(pair.set_description(description).build())
        }
    }
}

/// A description; AWS writes a missing one as empty.
pub fn described(text: Option<&str>) -> Option<String> {
    text.filter(|it| !it.is_empty()).map(str::to_owned)
}

fn group_of(pair: &UserIdGroupPair, own: &str, owner: &str) -> Source {
    let id = pair.group_id().unwrap_or_default();
    if id == own {
        return Source::Own;
    }
    match pair.user_id().filter(|account| *account != owner && !account.is_empty()) {
        Some(account) => Source::Group(format!("{account}/{id}")),
        None => Source::Group(id.to_owned()),
    }
}
