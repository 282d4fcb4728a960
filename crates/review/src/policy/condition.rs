//! When a statement counts.
//!
//! In: the `Condition` of a statement. Out: whether one condition is met whenever another is. It
//! must not know what a statement allows.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;
use model::{Planned, Tree};

use super::pattern;

/// Tests that must all be met; none for what always counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition(BTreeMap<Test, BTreeSet<String>>);

/// What is compared, and how. Keys compare without case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Test {
    operator: String,
    key: String,
}

impl Condition {
    /// Reads it; `None` where it is not built as a condition is.
    #[must_use]
    pub fn read(value: &Planned) -> Option<Self> {
        let mut tests = BTreeMap::new();
        for (operator, keys) in value.as_map()? {
            for (key, values) in keys.as_map()? {
                let mut found = BTreeSet::new();
                read_values(values, &mut found)?;
                tests.insert(Test { operator: operator.clone(), key: key.clone() }, found);
            }
        }
        Some(Self(tests))
    }

    /// Whether it is met whenever `narrow` is. Never says so wrongly.
    #[must_use]
    pub fn covers(&self, narrow: &Self) -> bool {
        self.0.iter().all(|(test, values)| narrow.values(test).is_some_and(|others| is_wider(test, values, others)))
    }

    /// The tests that another condition does not have, as `aws:SourceIp`.
    pub fn beyond(&self, other: &Self) -> BTreeSet<String> {
        self.0.keys().filter(|test| other.values(test).is_none()).map(|test| test.key.clone()).collect()
    }

    /// In words, as "`aws:SourceIp` is `10.0.0.0/8`"; empty where it always holds.
    #[must_use]
    pub fn words(&self) -> String {
        let test = |(test, values): (&Test, &BTreeSet<String>)| {
            let values: Vec<String> = values.iter().map(|it| format!("`{it}`")).collect();
            format!("`{}` {} {}", test.key, verb(&test.operator), values.join(" or "))
        };
        self.0.iter().map(test).collect::<Vec<String>>().join(" and ")
    }

    fn values(&self, test: &Test) -> Option<&BTreeSet<String>> {
        let same = |it: &Test| it.operator == test.operator && it.key.eq_ignore_ascii_case(&test.key);
        self.0.iter().find(|(it, _)| same(it)).map(|(_, values)| values)
    }
}

fn read_values(value: &Planned, found: &mut BTreeSet<String>) -> Option<()> {
    let text = match value {
        Tree::List(items) => return items.iter().try_for_each(|it| read_values(it, found)),
        Tree::Text(text) => text.clone(),
        Tree::Bool(value) => value.to_string(),
        Tree::Int(value) => value.to_string(),
        Tree::Float(value) => value.to_string(),
        Tree::Null | Tree::Map(_) | Tree::Secret(_) | Tree::Hole(_) => return None,
    };
    found.insert(text);
    Some(())
}

/// Whether `values` let through all that `others` let through, by the same test.
fn is_wider(test: &Test, values: &BTreeSet<String>, others: &BTreeSet<String>) -> bool {
    if values == others {
        return true;
    }
    let each_of = |small: &BTreeSet<String>, large: &BTreeSet<String>, same: fn(&str, &str) -> bool| {
        small.iter().all(|narrow| large.iter().any(|wide| same(wide, narrow)))
    };
    match test.operator.as_str() {
        "StringEquals" | "NumericEquals" | "DateEquals" | "BinaryEquals" => each_of(others, values, |a, b| a == b),
        "StringEqualsIgnoreCase" | "Bool" => each_of(others, values, str::eq_ignore_ascii_case),
        "StringLike" | "ArnLike" | "ArnEquals" => each_of(others, values, pattern::covers),
        "IpAddress" => each_of(others, values, contains),
        "StringNotEquals" | "NumericNotEquals" | "DateNotEquals" => each_of(values, others, |a, b| a == b),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => each_of(values, others, pattern::covers),
        "NotIpAddress" => each_of(values, others, contains),
        // Sizes, `Null`, operators for sets and with `IfExists`: only equal ones compare.
        _ => false,
    }
}

fn contains(wide: &str, narrow: &str) -> bool {
    let range = |text: &str| text.parse::<IpNet>().or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from));
    match (range(wide), range(narrow)) {
        (Ok(wide), Ok(narrow)) => wide.contains(&narrow),
        _ => wide == narrow,
    }
}

fn verb(operator: &str) -> String {
    let known = match operator {
        "StringEquals" | "StringLike" | "ArnEquals" | "ArnLike" | "Bool" | "NumericEquals" | "DateEquals" => "is",
        "StringEqualsIgnoreCase" | "BinaryEquals" => "is",
        "StringNotEquals" | "StringNotLike" | "ArnNotEquals" | "ArnNotLike" | "NumericNotEquals" => "is not",
        "IpAddress" => "is in",
        "NotIpAddress" => "is not in",
        other => return format!("fits `{other}`"),
    };
    known.to_owned()
}
