//! Which arguments of an object are worth writing.
//!
//! In: a kind and the arguments of an object. Out: names. It must not know how values are written.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::Kind;
use model::schema::{Checked, Field, Removal, Replace, Required, Rule, Schema, Type, Violation};
use model::{Known, Planned, Tree};

/// The arguments that a careful person would write.
pub fn arguments(kind: &Kind, inputs: &Known) -> BTreeSet<&'static str> {
    let schema = (kind.inputs)();
    let set = |field: &&'static Field| inputs.get(field.name).is_some_and(|it| !it.is_null());
    let set: BTreeMap<&'static str, &'static Field> =
        schema.fields.iter().filter(set).map(|field| (field.name, field)).collect();
    let worth = |(name, field): (&&'static str, &&'static Field)| {
        let value = inputs.get(name)?;
        (is_name(kind, name) || is_worth_at_the_top(kind, field, value)).then_some(*name)
    };
    let mut chosen: BTreeSet<&'static str> = set.iter().filter_map(worth).collect();
    let mut dropped = BTreeSet::new();
    for rule in kind.rules {
        if let Rule::Conflicts(names) | Rule::ExactlyOne(names) = rule {
            dropped.extend(keep_one(kind, &set, names, &mut chosen));
        }
    }
    for rule in kind.rules {
        dropped.extend(refused(rule, inputs, &mut chosen, &set));
    }
    // What is missing for the rules' taste is added, as far as the state knows it.
    while let Some(missing) = kind.rules.iter().find_map(|rule| {
        let missing = missing(rule, inputs, &chosen);
        missing.into_iter().find_map(|name| {
            let (name, _) = set.get_key_value(name.as_str())?;
            (!chosen.contains(name) && !dropped.contains(name)).then_some(*name)
        })
    }) {
        chosen.insert(missing);
    }
    chosen
}

/// Whether a field of a block says anything.
pub fn is_worth_writing(field: &Field, value: &Known) -> bool {
    field.required != Required::No || !(field.computed || field.deprecated.is_some() || says_nothing(field, value))
}

/// What AWS would choose is written where another choice would make another object, where it is a
/// reference, and where it is likely that someone has chosen it.
fn is_worth_at_the_top(kind: &Kind, field: &Field, value: &Known) -> bool {
    let matters = matches!(field.replace, Replace::Always) || !field.accepts.is_empty();
    let is_moved = MOVED_BY_AWS.contains(&(kind.name, field.name));
    let is_ours = !field.computed || (matters && !is_of_aws(value) && !is_moved) || is_a_choice(field, value);
    field.required != Required::No || (is_ours && field.deprecated.is_none() && !says_nothing(field, value))
}

/// What AWS changes by itself, so that it must not be pinned: a failover moves a database.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html>
const MOVED_BY_AWS: &[(&str, &str)] = &[("aws_db_instance", "availability_zone")];

/// Whether a value that AWS would choose says how much, that something is on, or which version or
/// type: what people decide.
fn is_a_choice(field: &Field, value: &Known) -> bool {
    match value {
        Tree::Int(number) => *number != 0,
        Tree::Bool(value) => *value,
        Tree::Text(text) => {
            let is_version = field.name.ends_with("_version") && text.starts_with(|it: char| it.is_ascii_digit());
            let is_type = field.name.ends_with("_type") && field.allowed.first() != Some(&text.as_str());
            is_version || is_type
        }
        Tree::Null | Tree::Float(_) | Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => false,
        Tree::Hole(never) => match *never {},
    }
}

fn is_name(kind: &Kind, name: &str) -> bool {
    kind.naming.is_some_and(|naming| naming.argument == name)
}

/// Whether a value is what unset means.
fn says_nothing(field: &Field, value: &Known) -> bool {
    let is_assumed = |it: &Known| *value == *it;
    if field.default.is_some_and(|default| is_assumed(&default.to_known())) {
        return true;
    }
    let created = field.on_create.and_then(|text| serde_json::from_str(text).ok());
    if created.is_some_and(|json| is_assumed(&Known::from_json(&json))) {
        return true;
    }
    match value {
        Tree::Null => true,
        Tree::Bool(value) => !value && field.default.is_none(),
        Tree::Int(value) => *value == 0 && field.default.is_none() && field.removal == Removal::Clear,
        Tree::List(items) => items.is_empty(),
        Tree::Map(members) => match field.ty {
            Type::Block(schema) => members.iter().all(|(name, member)| is_nothing_in(schema(), name, member)),
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_) => members.is_empty(),
            Type::List(_) | Type::Set(_) | Type::Map(_) => members.is_empty(),
        },
        Tree::Text(_) | Tree::Float(_) | Tree::Secret(_) => false,
        Tree::Hole(never) => match *never {},
    }
}

/// A block in which nothing but `false` is said is as good as none.
fn is_nothing_in(schema: &Schema, name: &str, member: &Known) -> bool {
    let Some(field) = schema.field(name) else { return true };
    matches!(member, Tree::Bool(false)) || field.computed || says_nothing(field, member)
}

/// Whether a value names something of AWS's own: a default group, a service-linked role.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/parameter-groups-overview.html>
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
fn is_of_aws(value: &Known) -> bool {
    let is_default = |text: &str| text == "default" || text.starts_with("default.") || text.starts_with("default:");
    value.as_text().is_some_and(|text| is_default(text) || text.contains("/aws-service-role/"))
}

/// Of arguments that exclude each other, the name rather than its prefix, then what someone has
/// set rather than what AWS chose, then the first. Returns the others.
fn keep_one(
    kind: &Kind,
    set: &BTreeMap<&'static str, &'static Field>,
    names: &'static [&'static str],
    chosen: &mut BTreeSet<&'static str>,
) -> Vec<&'static str> {
    let given: Vec<&'static str> = names.iter().copied().filter(|name| chosen.contains(name)).collect();
    let order = |name: &&&'static str| {
        let is_chosen_by_aws = set.get(**name).is_none_or(|field| field.computed);
        (!is_name(kind, name), is_chosen_by_aws)
    };
    let Some(kept) = given.iter().min_by_key(order).copied() else { return Vec::new() };
    let dropped: Vec<&'static str> = given.into_iter().filter(|name| *name != kept).collect();
    chosen.retain(|name| !dropped.contains(name));
    // The others are not to come back either.
    names.iter().copied().filter(|name| *name != kept).collect()
}

/// The arguments that a rule misses, likely ones first.
fn missing(rule: &Rule, inputs: &Known, chosen: &BTreeSet<&'static str>) -> Vec<String> {
    match rule {
        Rule::Conflicts(_) => Vec::new(),
        Rule::ExactlyOne(names) | Rule::AtLeastOne(names) => {
            let is_there = names.iter().any(|name| chosen.contains(name));
            if is_there { Vec::new() } else { names.iter().map(|name| (*name).to_owned()).collect() }
        }
        Rule::RequiredWith(first, others) => match chosen.contains(first) {
            true => others.iter().map(|name| (*name).to_owned()).collect(),
            false => Vec::new(),
        },
        Rule::Check(check) => violated(*check, inputs, chosen, true),
    }
}

/// Takes away what AWS has chosen and a rule does not accept; the object has it all the same.
fn refused(
    rule: &Rule,
    inputs: &Known,
    chosen: &mut BTreeSet<&'static str>,
    set: &BTreeMap<&'static str, &'static Field>,
) -> Vec<&'static str> {
    let Rule::Check(check) = rule else { return Vec::new() };
    let violated = violated(*check, inputs, chosen, false);
    let of_aws = |name: &String| set.get_key_value(name.as_str()).filter(|(_, field)| field.computed);
    let refused: Vec<&'static str> = violated.iter().filter_map(of_aws).map(|(name, _)| *name).collect();
    chosen.retain(|name| !refused.contains(name));
    refused
}

/// The arguments at fault when only what is chosen is written.
fn violated(
    check: fn(&Checked<'_>) -> Vec<Violation>,
    inputs: &Known,
    chosen: &BTreeSet<&'static str>,
    creating: bool,
) -> Vec<String> {
    let members = inputs.as_map().into_iter().flatten();
    let members = members.filter(|(name, _)| chosen.contains(name.as_str()));
    let written: Planned = Tree::map(members.map(|(name, value)| (name, value.clone().widen())));
    let errors = check(&Checked { inputs: &written, creating }).into_iter().filter(|it| !it.warning);
    errors.map(|it| it.argument.split('.').next().unwrap_or_default().to_owned()).collect()
}
