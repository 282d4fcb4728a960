//! Who may reach what through a security group, compared by effect.
//!
//! In: rules of security groups, as blocks of a group or as resources of their own. Out: what one
//! set of rules lets through and another does not, however the rules are cut. It must not know
//! which group they belong to.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>

use std::net::IpAddr;

use ipnet::IpNet;
use model::{Planned, Tree};

use crate::holes::named;
use crate::policy::joined;

/// One protocol, one range of ports, one other end.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    protocol: Protocol,
    ports: Span,
    peer: Peer,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Protocol {
    All,
    Tcp,
    Udp,
    /// For IPv4 and for IPv6. Its ports are types and codes: `type * 256 + code`.
    Icmp {
        v6: bool,
    },
    Other(String),
}

/// Both ends belong to it.
type Span = (u32, u32);

/// The other end of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Addresses.
    Range(IpNet),
    /// What is known by name only; equal to itself.
    Named {
        /// What it is, as "group".
        what: &'static str,
        /// Its id; empty for the group itself.
        text: String,
    },
}

/// What one set of rules lets through to or from one end, and another does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The other end.
    pub peer: Peer,
    /// What, as `3306/tcp`; never empty.
    pub ports: Vec<String>,
    /// Parts of the other end for which the other set has some of it.
    pub partly: Vec<Peer>,
    /// What of all traffic the other set has, as `443/tcp`.
    pub besides: Vec<String>,
}

impl Access {
    /// The accesses of one `ingress` or `egress` block; `None` where its ports are not known.
    #[must_use]
    pub fn of_block(block: &Planned) -> Option<Vec<Self>> {
        let (protocol, ports) = service(block, "protocol")?;
        let mut peers = Vec::new();
        for argument in ["cidr_blocks", "ipv6_cidr_blocks"] {
            peers.extend(texts(block, argument).into_iter().map(|it| range(it, argument)));
        }
        peers.extend(texts(block, "prefix_list_ids").into_iter().map(|it| Peer::named("prefix list", it)));
        peers.extend(texts(block, "security_groups").into_iter().map(|it| Peer::named("group", it)));
        if block.get("self") == Some(&Tree::Bool(true)) {
            peers.push(Peer::named("group itself", String::new()));
        }
        Some(peers.into_iter().map(|peer| Self { protocol: protocol.clone(), ports, peer }).collect())
    }

    /// The access of one rule that is a resource of its own; `None` where its ports are not known.
    #[must_use]
    pub fn of_rule(arguments: &Planned) -> Option<Vec<Self>> {
        let (protocol, ports) = service(arguments, "ip_protocol")?;
        let mut peers = Vec::new();
        for argument in ["cidr_ipv4", "cidr_ipv6"] {
            peers.extend(texts(arguments, argument).into_iter().map(|it| range(it, argument)));
        }
        peers.extend(texts(arguments, "prefix_list_id").into_iter().map(|it| Peer::named("prefix list", it)));
        let groups = texts(arguments, "referenced_security_group_id");
        peers.extend(groups.into_iter().map(|it| Peer::named("group", it)));
        Some(peers.into_iter().map(|peer| Self { protocol: protocol.clone(), ports, peer }).collect())
    }

    /// Everything to or from one range, or to or from the group itself.
    #[must_use]
    pub fn everything(peer: Peer) -> Self {
        Self { protocol: Protocol::All, ports: FULL, peer }
    }
}

impl Peer {
    /// Every address of IPv4.
    #[must_use]
    pub fn world() -> Self {
        Self::Range(IpNet::V4(ipnet::Ipv4Net::default()))
    }

    /// The group that the rule belongs to.
    #[must_use]
    pub fn itself() -> Self {
        Self::named("group itself", String::new())
    }

    /// Whether it is every address there is.
    #[must_use]
    pub fn is_world(&self) -> bool {
        matches!(self, Self::Range(range) if range.prefix_len() == 0)
    }

    fn named(what: &'static str, text: String) -> Self {
        Self::Named { what, text }
    }

    /// The addresses as numbers, where they compare with another's; names are all one number.
    fn span(&self, other: &Self) -> Option<(Wide, Wide)> {
        let bounds = |range: &IpNet| (number(range.network()), number(range.broadcast()));
        match (self, other) {
            (Self::Range(a), Self::Range(b)) if a.network().is_ipv4() == b.network().is_ipv4() => {
                Some((bounds(a), bounds(b)))
            }
            (Self::Named { .. }, Self::Named { .. }) if self == other => Some(((0, 0), (0, 0))),
            // Whoever is in a group or on a list comes from some address.
            (Self::Named { what, .. }, Self::Range(range))
                if other.is_world() && is_ipv6(what) != range.network().is_ipv4() =>
            {
                Some(((0, 0), (0, 0)))
            }
            _ => None,
        }
    }

    /// For people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Range(range) if self.is_world() => format!("the world ({range})"),
            Self::Range(range) => range.to_string(),
            Self::Named { what, text } if text.is_empty() => format!("the {what}"),
            Self::Named { what, text } => format!("the {what} {}", named(text)),
        }
    }
}

impl Gap {
    /// What it is about, as "port 3306/tcp", and whether that is one thing.
    #[must_use]
    pub fn subject(&self) -> (String, bool) {
        let digits = |it: &String| it.starts_with(|first: char| first.is_ascii_digit());
        let one = self.ports.len() == 1;
        let single = one && !self.ports[0].contains('-');
        let prefix = match (self.ports.iter().all(digits), single) {
            (true, true) => "port ",
            (true, false) => "ports ",
            (false, _) => "",
        };
        (format!("{prefix}{}", joined(&self.ports)), single || (one && prefix.is_empty()))
    }
}

/// What `these` let through and `others` do not: one gap for each other end and set of ports.
#[must_use]
pub fn beyond(these: &[Access], others: &[Access]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = Vec::new();
    for access in these {
        let left = left_over(access, others);
        if left.is_empty() {
            continue;
        }
        let (partly, besides) = (parts(access, others), besides(access, others));
        let ports = left.into_iter().map(|span| label(&access.protocol, span));
        match gaps.iter_mut().find(|it| it.peer == access.peer) {
            Some(gap) => {
                gap.ports.extend(ports);
                gap.partly.extend(partly);
                gap.besides.extend(besides);
            }
            None => gaps.push(Gap { peer: access.peer.clone(), ports: ports.collect(), partly, besides }),
        }
    }
    for gap in &mut gaps {
        gap.partly.sort();
        gap.partly.dedup();
        for list in [&mut gap.ports, &mut gap.besides] {
            list.sort();
            list.dedup();
        }
        if gap.ports.iter().any(|it| it == EVERYTHING) {
            gap.ports.retain(|it| it == EVERYTHING);
        }
    }
    gaps
}

type Wide = (u128, u128);

/// Ports and addresses of an access that none of the others has: the ports that are left.
fn left_over(access: &Access, others: &[Access]) -> Vec<Span> {
    let own = access.peer.span(&access.peer).map_or((0, 0), |it| it.0);
    let mut left: Vec<(Span, Wide)> = vec![(access.ports, own)];
    for other in others.iter().filter(|it| it.protocol == Protocol::All || it.protocol == access.protocol) {
        let Some((_, addresses)) = access.peer.span(&other.peer) else { continue };
        let ports = if other.protocol == Protocol::All { FULL } else { other.ports };
        left = left.into_iter().flat_map(|it| without(it, (ports, addresses))).collect();
    }
    let mut spans: Vec<Span> = left.into_iter().map(|it| it.0).collect();
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.0 <= last.1.saturating_add(1) => last.1 = last.1.max(span.1),
            _ => merged.push(span),
        }
    }
    merged
}

/// A rectangle of ports and addresses without what another takes from it.
fn without((ports, addresses): (Span, Wide), (cut, range): (Span, Wide)) -> Vec<(Span, Wide)> {
    let inner = (ports.0.max(cut.0), ports.1.min(cut.1));
    let common = (addresses.0.max(range.0), addresses.1.min(range.1));
    if inner.0 > inner.1 || common.0 > common.1 {
        return vec![(ports, addresses)];
    }
    let mut left = Vec::new();
    if ports.0 < inner.0 {
        left.push(((ports.0, inner.0 - 1), addresses));
    }
    if inner.1 < ports.1 {
        left.push(((inner.1 + 1, ports.1), addresses));
    }
    if addresses.0 < common.0 {
        left.push((inner, (addresses.0, common.0 - 1)));
    }
    if common.1 < addresses.1 {
        left.push((inner, (common.1 + 1, addresses.1)));
    }
    left
}

/// The narrower ranges that others have for some of the same ports.
fn parts(access: &Access, others: &[Access]) -> Vec<Peer> {
    let same = |it: &&Access| it.protocol == Protocol::All || it.protocol == access.protocol;
    let ports = |it: &&Access| it.ports.0 <= access.ports.1 && access.ports.0 <= it.ports.1;
    let narrower = |it: &&Access| match (&access.peer, &it.peer) {
        (Peer::Range(wide), Peer::Range(narrow)) => wide != narrow && wide.contains(narrow),
        _ => false,
    };
    others.iter().filter(same).filter(ports).filter(narrower).map(|it| it.peer.clone()).collect()
}

/// The single protocols that others have where this access has all.
fn besides(access: &Access, others: &[Access]) -> Vec<String> {
    let single = |it: &&Access| access.protocol == Protocol::All && it.protocol != Protocol::All;
    let same = |it: &&Access| it.peer == access.peer;
    others.iter().filter(single).filter(same).map(|it| label(&it.protocol, it.ports)).collect()
}

const EVERYTHING: &str = "every port of every protocol";

/// All ports, of protocols that have none too.
const FULL: Span = (0, 65_535);

fn service(block: &Planned, protocol: &str) -> Option<(Protocol, Span)> {
    let port = |name: &str| match block.get(name) {
        None | Some(Tree::Null) => Some(None),
        Some(Tree::Int(port)) => Some(Some(*port)),
        Some(_) => None,
    };
    let (from, to) = (port("from_port")?, port("to_port")?);
    let protocol = match block.get(protocol)?.as_text()?.to_ascii_lowercase().as_str() {
        "-1" | "all" => Protocol::All,
        "tcp" | "6" => Protocol::Tcp,
        "udp" | "17" => Protocol::Udp,
        "icmp" | "1" => Protocol::Icmp { v6: false },
        "icmpv6" | "58" => Protocol::Icmp { v6: true },
        symbol if symbol.contains("${") => return None,
        other => Protocol::Other(other.to_owned()),
    };
    let number = |port: i64| u32::try_from(port).ok();
    let ports = match (&protocol, from.and_then(number), to.and_then(number)) {
        (Protocol::Tcp | Protocol::Udp, Some(from), Some(to)) => (from, to),
        (Protocol::Icmp { .. }, Some(kind), Some(code)) => (kind * 256 + code, kind * 256 + code),
        (Protocol::Icmp { .. }, Some(kind), None) => (kind * 256, kind * 256 + 255),
        (Protocol::All | Protocol::Tcp | Protocol::Udp | Protocol::Icmp { .. } | Protocol::Other(_), _, _) => FULL,
    };
    Some((protocol, ports))
}

fn label(protocol: &Protocol, (from, to): Span) -> String {
    let ports = |name: &str| match (from, to) {
        FULL => format!("every port of {name}"),
        _ if from == to => format!("{from}/{name}"),
        _ => format!("{from}-{to}/{name}"),
    };
    match protocol {
        Protocol::All => EVERYTHING.to_owned(),
        Protocol::Tcp => ports("tcp"),
        Protocol::Udp => ports("udp"),
        Protocol::Icmp { v6 } => {
            let name = if *v6 { "ICMPv6" } else { "ICMP" };
            match (from / 256, to / 256) {
                (0, 255) => name.to_owned(),
                (first, last) if first == last => format!("{name} of type {first}"),
                (first, last) => format!("{name} of types {first} to {last}"),
            }
        }
        Protocol::Other(number) => format!("IP protocol {number}"),
    }
}

/// Texts of an argument; what could be several stands in a list.
fn texts(block: &Planned, argument: &str) -> Vec<String> {
    fn collect(value: &Planned, found: &mut Vec<String>) {
        match value {
            Tree::Text(text) => found.push(text.clone()),
            Tree::List(items) => items.iter().for_each(|it| collect(it, found)),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => {}
            Tree::Map(_) | Tree::Secret(_) | Tree::Hole(_) => {}
        }
    }
    let mut found = Vec::new();
    if let Some(value) = block.get(argument) {
        collect(value, &mut found);
    }
    found
}

/// A range of IPv6 whose addresses are not known.
const IPV6_RANGE: &str = "IPv6 range";

fn is_ipv6(what: &str) -> bool {
    what == IPV6_RANGE
}

/// The range in an argument of IPv4 or of IPv6, as the argument's name says.
fn range(text: String, argument: &str) -> Peer {
    let what = if argument.contains("ipv6") { IPV6_RANGE } else { "range" };
    text.parse().map_or_else(|_| Peer::named(what, text.clone()), |range: IpNet| Peer::Range(range.trunc()))
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use model::Known;
    use serde_json::{Value as Json, json};

    use super::*;

    fn rules(blocks: &Json) -> Vec<Access> {
        let blocks = blocks.as_array().expect("a list of blocks");
        blocks.iter().flat_map(|it| Access::of_block(&Known::from_json(it).widen()).expect("known ports")).collect()
    }

    /// What the second set lets through beyond the first, as "SUBJECT PEER".
    #[track_caller]
    fn check(before: &Json, after: &Json, expect: &[&str]) {
        let gaps = beyond(&rules(after), &rules(before));
        let found: Vec<String> = gaps.iter().map(|it| format!("{} {}", it.subject().0, it.peer.words())).collect();
        assert_eq!(found, expect);
    }

    fn tcp(from: i64, to: i64, ranges: &[&str]) -> Json {
        json!({ "protocol": "tcp", "from_port": from, "to_port": to, "cidr_blocks": ranges })
    }

    #[test]
    fn rules_that_are_cut_otherwise_are_the_same() {
        let one = json!([tcp(80, 443, &["10.0.0.0/8"])]);
        let ports = json!([tcp(201, 443, &["10.0.0.0/8"]), tcp(80, 200, &["10.0.0.0/8"])]);
        let ranges = json!([tcp(80, 443, &["10.128.0.0/9", "10.0.0.0/9"])]);
        let number = json!([{ "protocol": "6", "from_port": 80, "to_port": 443, "cidr_blocks": ["10.1.2.3/8"] }]);
        for other in [&ports, &ranges, &number] {
            check(&one, other, &[]);
            check(other, &one, &[]);
        }
        check(&json!([{ "protocol": "-1", "cidr_blocks": ["0.0.0.0/0"] }]), &one, &[]);
    }

    #[test]
    fn what_is_wider_is_told_by_its_ports_and_its_other_end() {
        let one = json!([tcp(22, 22, &["10.1.0.0/16"])]);
        check(&one, &json!([tcp(22, 22, &["10.0.0.0/8"])]), &["port 22/tcp 10.0.0.0/8"]);
        check(&one, &json!([tcp(20, 25, &["10.1.0.0/16"])]), &["ports 20-21/tcp and 23-25/tcp 10.1.0.0/16"]);
        check(&one, &json!([tcp(22, 22, &["0.0.0.0/0"])]), &["port 22/tcp the world (0.0.0.0/0)"]);
        let ipv6 = json!([{ "protocol": "tcp", "from_port": 22, "to_port": 22, "ipv6_cidr_blocks": ["::/0"] }]);
        check(&one, &ipv6, &["port 22/tcp the world (::/0)"]);
        let all = json!([{ "protocol": "-1", "cidr_blocks": ["10.1.0.0/16"] }]);
        check(&one, &all, &["every port of every protocol 10.1.0.0/16"]);
        check(&all, &one, &[]);
        let ping = json!([{ "protocol": "icmp", "from_port": 8, "to_port": -1, "cidr_blocks": ["10.1.0.0/16"] }]);
        check(&one, &ping, &["ICMP of type 8 10.1.0.0/16"]);
        check(&all, &ping, &[]);
        let every = json!([{ "protocol": "icmp", "from_port": -1, "to_port": -1, "cidr_blocks": ["10.1.0.0/16"] }]);
        check(&every, &ping, &[]);
        check(&ping, &every, &["ICMP of types 0 to 7 and ICMP of types 9 to 255 10.1.0.0/16"]);
        check(&one, &every, &["ICMP 10.1.0.0/16"]);
    }

    #[test]
    fn names_are_equal_to_themselves() {
        let group = |id: &str| json!([{ "protocol": "tcp", "from_port": 1, "to_port": 1, "security_groups": [id] }]);
        let symbol = "${aws_security_group.web.id}";
        check(&group(symbol), &group(symbol), &[]);
        check(&group("sg-1"), &group(symbol), &["port 1/tcp the group `aws_security_group.web`"]);
        let own = json!([{ "protocol": "tcp", "from_port": 1, "to_port": 1, "self": true }]);
        // The world takes in everybody, by IPv4 as a rule.
        let world = |argument: &str, range: &str| json!([{ "protocol": "tcp", "from_port": 1, "to_port": 1, argument: [range] }]);
        check(&world("cidr_blocks", "0.0.0.0/0"), &group("sg-1"), &[]);
        check(&world("cidr_blocks", "0.0.0.0/0"), &own, &[]);
        check(&world("ipv6_cidr_blocks", "::/0"), &group("sg-1"), &["port 1/tcp the group `sg-1`"]);
        check(&world("ipv6_cidr_blocks", "::/0"), &world("ipv6_cidr_blocks", "${var.range}"), &[]);
        check(&group("sg-1"), &own, &["port 1/tcp the group itself"]);
    }

    #[test]
    fn unknown_ports_are_not_guessed() {
        let block = json!({ "protocol": "tcp", "from_port": "${var.port}", "to_port": 1, "self": true });
        assert_eq!(Access::of_block(&Known::from_json(&block).widen()), None);
    }
}
