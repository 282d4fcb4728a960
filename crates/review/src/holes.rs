//! What is unknown, as a name that can be compared.
//!
//! In: a value with holes, and the same value on the other side of a change. Out: the value with a
//! text in the place of each hole, equal to the other side's text where both wait for the same. It
//! must not know what the value means.

use std::collections::BTreeSet;

use model::{Mode, Pending, Planned, Tree};

/// Puts texts in the place of holes. A hole becomes the other side's text that speaks of the same
/// sources, so that a resource that is made anew counts as the same one; all such texts as a list
/// where there are several; its symbol where there is none.
#[must_use]
pub fn settled(value: &Planned, other: &Planned) -> Planned {
    if !value.has_hole() {
        return value.clone();
    }
    let mut known = BTreeSet::new();
    texts(other, &mut known);
    fill(value, &known)
}

/// The attributes that stand for a resource as a whole.
const ENDINGS: &[&str] = &[".id", ".arn", ".name"];

/// The texts in a list on both sides of a change, holes settled; `None` where a side is no list.
#[must_use]
pub fn sets(before: &Planned, after: &Planned) -> Option<(BTreeSet<String>, BTreeSet<String>)> {
    fn collect(value: &Planned, found: &mut BTreeSet<String>) {
        match value {
            Tree::Text(text) => {
                found.insert(text.clone());
            }
            Tree::List(items) => items.iter().for_each(|it| collect(it, found)),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => {}
            Tree::Map(_) | Tree::Secret(_) | Tree::Hole(_) => {}
        }
    }
    let side = |value: &Planned, other: &Planned| {
        let mut found = BTreeSet::new();
        collect(&Tree::List(value.as_list()?.iter().map(|it| settled(it, other)).collect()), &mut found);
        Some(found)
    };
    Some((side(before, after)?, side(after, before)?))
}

/// One text on both sides of a change, holes settled; `None` where a side is not set.
#[must_use]
pub fn texts_of(before: &Planned, after: &Planned) -> Option<(String, String)> {
    let text = |value: &Planned, other: &Planned| match settled(value, other) {
        Tree::Text(text) => Some(text),
        _ => None,
    };
    Some((text(before, after)?, text(after, before)?))
}

/// A name for people: `aws_vpc.main` for `${aws_vpc.main.id}`, every other text as it is.
#[must_use]
pub fn named(text: &str) -> String {
    let alone = text.strip_prefix("${").and_then(|it| it.strip_suffix('}')).filter(|it| !it.contains("${"));
    let resource = alone.filter(|it| it.starts_with("aws_") || it.starts_with("data."));
    let address = resource.and_then(|it| ENDINGS.iter().find_map(|end| it.strip_suffix(end)));
    format!("`{}`", address.unwrap_or(text))
}

fn fill(value: &Planned, known: &BTreeSet<String>) -> Planned {
    match value {
        Tree::Hole(pending) => {
            let symbols = symbols(pending);
            let mut same: Vec<Planned> = known
                .iter()
                .filter(|text| symbols.iter().all(|symbol| text.contains(symbol)))
                .map(Tree::text)
                .collect();
            match same.len() {
                0 => Tree::Text(symbols.concat()),
                1 => same.remove(0),
                _ => Tree::List(same),
            }
        }
        Tree::List(items) => Tree::List(items.iter().map(|it| fill(it, known)).collect()),
        Tree::Map(members) => Tree::map(members.iter().map(|(name, it)| (name, fill(it, known)))),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) | Tree::Secret(_) => value.clone(),
    }
}

fn texts(value: &Planned, found: &mut BTreeSet<String>) {
    match value {
        Tree::Text(text) if text.contains("${") => {
            found.insert(text.clone());
        }
        Tree::Hole(pending) => {
            found.insert(symbols(pending).concat());
        }
        Tree::List(items) => items.iter().for_each(|it| texts(it, found)),
        Tree::Map(members) => members.values().for_each(|it| texts(it, found)),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) | Tree::Secret(_) => {}
    }
}

fn symbols(pending: &Pending) -> Vec<String> {
    let symbol = |it: &model::tree::Source| {
        if it.address.mode == Mode::Managed && it.address.kind == "var" {
            format!("${{{}}}", it.address)
        } else {
            format!("${{{}.{}}}", it.address, it.attribute)
        }
    };
    pending.sources.iter().map(symbol).collect()
}

#[cfg(test)]
mod tests {
    use model::Address;

    use super::*;

    fn hole(name: &str) -> Planned {
        Tree::Hole(Pending::on(Address::managed("aws_s3_bucket", name), "arn"))
    }

    fn check(value: Planned, other: &[&str], expect: &[&str]) {
        let other = Tree::List(other.iter().map(|it| Tree::text(*it)).collect());
        let texts: Vec<Planned> = expect.iter().map(|it| Tree::text(*it)).collect();
        let expect = if let [one] = texts.as_slice() { one.clone() } else { Tree::List(texts) };
        assert_eq!(settled(&value, &other), expect);
    }

    #[test]
    fn a_hole_becomes_what_the_other_side_says_of_the_same() {
        let (arn, objects) = ("${aws_s3_bucket.a.arn}", "${aws_s3_bucket.a.arn}/*");
        check(hole("a"), &[objects, "${aws_s3_bucket.b.arn}"], &[objects]);
        check(hole("a"), &["plain"], &[arn]);
        check(hole("a"), &[arn, objects], &[arn, objects]);
        check(Tree::text("x"), &[arn], &["x"]);
        let variable = Tree::Hole(Pending::on(Address::managed("var", "region"), "value"));
        check(variable, &["in ${var.region}"], &["in ${var.region}"]);
    }

    #[test]
    fn names_for_people_are_addresses_where_they_can_be() {
        assert_eq!(named("${aws_security_group.web.id}"), "`aws_security_group.web`");
        assert_eq!(named("${data.aws_iam_policy.x.arn}"), "`data.aws_iam_policy.x`");
        assert_eq!(named("${aws_s3_bucket.a.arn}/*"), "`${aws_s3_bucket.a.arn}/*`");
        assert_eq!(named("${var.peer}"), "`${var.peer}`");
        assert_eq!(named("sg-1"), "`sg-1`");
    }
}
