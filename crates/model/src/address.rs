//! Identity: [`Address`] is ours, [`Id`] is AWS's.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Whether an address names something managed or something looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// `[resource.KIND.NAME]`
    Managed,
    /// `[data.KIND.NAME]`
    Data,
}

/// Where the manifest declares something: `aws_subnet.public["a"]`, `data.aws_vpc.main`. Addresses
/// are all over stacks, graphs and plans, so clones share their text.
#[derive(Clone)]
pub struct Address(Arc<Ranked>);

/// The parts behind a beginning of their text that sorts as they do. Maps by address are what large
/// stacks spend most comparisons on, and this settles nearly all of them in one place in memory.
struct Ranked {
    rank: [u8; RANK],
    parts: Parts,
}

/// Room for most kinds and names.
const RANK: usize = 48;

/// What an address consists of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parts {
    /// Managed or looked up.
    pub mode: Mode,
    /// The kind, as `aws_subnet`.
    pub kind: String,
    /// The name in the manifest.
    pub name: String,
    /// The member of a `for_each`.
    pub key: Option<String>,
}

impl Deref for Address {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0.parts
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Address").field(&self.0.parts).finish()
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Address {}

impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.parts.hash(state);
    }
}

impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) {
            return Ordering::Equal;
        }
        self.0.rank.cmp(&other.0.rank).then_with(|| self.0.parts.cmp(&other.0.parts))
    }
}

impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<Parts> for Address {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(Ranked { rank: rank(&parts), parts }))
    }
}

/// Mode, kind, name and key, each ended by what comes before every letter, as far as there is room.
fn rank(parts: &Parts) -> [u8; RANK] {
    let mode = match parts.mode {
        Mode::Managed => 0,
        Mode::Data => 1,
    };
    let words = [parts.kind.as_str(), "\0", &parts.name, "\0"];
    let key = parts.key.iter().flat_map(|key| ["\u{1}", key.as_str()]);
    let bytes = words.into_iter().chain(key).flat_map(str::bytes);
    let mut rank = [0; RANK];
    rank.iter_mut().zip(std::iter::once(mode).chain(bytes)).for_each(|(at, byte)| *at = byte);
    rank
}

impl Address {
    /// The address of a resource or data source without `for_each`.
    pub fn new(mode: Mode, kind: impl Into<String>, name: impl Into<String>) -> Self {
        Parts { mode, kind: kind.into(), name: name.into(), key: None }.into()
    }

    /// The address of a managed resource without `for_each`.
    pub fn managed(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(Mode::Managed, kind, name)
    }

    /// The address of a data source without `for_each`.
    pub fn data(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self::new(Mode::Data, kind, name)
    }

    /// The same address with a `for_each` key.
    #[must_use]
    pub fn member(&self, key: impl Into<String>) -> Self {
        self.keyed(Some(key.into()))
    }

    /// The address without its `for_each` key: what the manifest's table declares.
    #[must_use]
    pub fn declaration(&self) -> Self {
        if self.key.is_none() { self.clone() } else { self.keyed(None) }
    }

    /// The same address with another key, or none.
    #[must_use]
    pub fn keyed(&self, key: Option<String>) -> Self {
        Parts { mode: self.mode, kind: self.kind.clone(), name: self.name.clone(), key }.into()
    }

    /// Whether `other` is this address or, where this one has no key, a member of what it declares.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let is_meant = self.key.is_none() || self.key == other.key;
        is_meant && self.mode == other.mode && self.kind == other.kind && self.name == other.name
    }

    /// Everything in a map that this address covers, without looking at the rest of it.
    pub fn covered<'a, V>(&'a self, map: &'a BTreeMap<Self, V>) -> impl Iterator<Item = (&'a Self, &'a V)> {
        map.range(self..).take_while(|(it, _)| self.covers(it))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}", self.kind, self.name)?;
        match &self.key {
            Some(key) => write!(f, "[{key:?}]"),
            None => Ok(()),
        }
    }
}

/// Why a text is no address.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address: expected `TYPE.NAME`, `TYPE.NAME[\"KEY\"]` or `data.TYPE.NAME`")]
pub struct InvalidAddress(String);

impl FromStr for Address {
    type Err = InvalidAddress;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAddress(text.to_owned());
        let (mode, rest) = match text.strip_prefix("data.") {
            Some(rest) => (Mode::Data, rest),
            None => (Mode::Managed, text),
        };
        let (plain, key) = match rest.split_once('[') {
            None => (rest, None),
            Some((plain, bracket)) => {
                let quoted = bracket.strip_suffix(']').ok_or_else(invalid)?;
                let key: String = serde_json::from_str(quoted).map_err(|_| invalid())?;
                (plain, Some(key))
            }
        };
        let (kind, name) = plain.split_once('.').ok_or_else(invalid)?;
        let word = |it: &str| !it.is_empty() && it.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
        if !word(kind) || !word(name) {
            return Err(invalid());
        }
        Ok(Parts { mode, kind: kind.to_owned(), name: name.to_owned(), key }.into())
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What AWS calls one object of a kind: an ARN, a name, `vpc-…`. The kind decides which.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id(pub String);

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<Address>) {
        let parsed = text.parse::<Address>().ok();
        assert_eq!(parsed, expect, "{text}");
        if let Some(address) = expect {
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn addresses_read_and_print_the_same() {
        check("aws_vpc.main", Some(Address::managed("aws_vpc", "main")));
        check("data.aws_vpc.main", Some(Address::data("aws_vpc", "main")));
        check(r#"aws_subnet.public["a"]"#, Some(Address::managed("aws_subnet", "public").member("a")));
        check(r#"aws_subnet.public["a\"b].c"]"#, Some(Address::managed("aws_subnet", "public").member("a\"b].c")));
        for wrong in ["", "aws_vpc", "aws_vpc.", ".main", "aws_vpc.main[a]", "aws_vpc.main[\"a\"", "a.b.c"] {
            check(wrong, None);
        }
    }

    #[test]
    fn addresses_sort_by_their_parts() {
        let kinds = ["aws_vpc", "aws_vpc_peering", &"k".repeat(RANK)];
        let names = ["a", "a-b", "ab", "A", "é", &"n".repeat(RANK), &format!("{}x", "n".repeat(RANK))];
        let keys =
            [None, Some(""), Some("a"), Some("b"), Some("a\u{1}"), Some("ä"), Some("a very long key of a member")];
        let mut all = Vec::new();
        for (mode, kind) in [Mode::Managed, Mode::Data].into_iter().flat_map(|mode| kinds.map(|kind| (mode, kind))) {
            for (name, key) in names.iter().flat_map(|name| keys.map(|key| (name, key))) {
                all.push(Address::new(mode, kind, *name).keyed(key.map(str::to_owned)));
            }
        }
        for (one, other) in all.iter().flat_map(|one| all.iter().map(move |other| (one, other))) {
            assert_eq!(one.cmp(other), (**one).cmp(other), "{one} and {other}");
            assert_eq!(one == other, **one == **other, "{one} and {other}");
        }
    }

    fn check_covered(name: &str, expect: &[&str]) {
        let all = ["aws_subnet.a", "aws_subnet.b", r#"aws_subnet.b["x"]"#, r#"aws_subnet.b["y"]"#, "aws_subnet.c"];
        let all: BTreeMap<Address, ()> = all.iter().map(|it| (it.parse().expect("an address"), ())).collect();
        let name: Address = name.parse().expect("an address");
        let found: Vec<String> = name.covered(&all).map(|(it, ())| it.to_string()).collect();
        assert_eq!(found, expect, "{name}");
    }

    #[test]
    fn a_declaration_covers_its_members() {
        check_covered("aws_subnet.b", &["aws_subnet.b", r#"aws_subnet.b["x"]"#, r#"aws_subnet.b["y"]"#]);
        check_covered(r#"aws_subnet.b["x"]"#, &[r#"aws_subnet.b["x"]"#]);
        check_covered("aws_subnet.a", &["aws_subnet.a"]);
        check_covered("aws_subnet.d", &[]);
        check_covered("aws_vpc.a", &[]);
    }
}
