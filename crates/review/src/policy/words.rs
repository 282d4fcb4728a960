//! Grants in words.
//!
//! In: grants that come or go. Out: one subject for each group of them that differ in one element
//! only, as "`s3:GetObject` and `s3:PutObject` on `arn:…` for `arn:…`". It must not know whether
//! they come or go.

use std::collections::{BTreeMap, BTreeSet};

use super::{Element, Grant, Scope, Shift};
use crate::holes::named;

/// The most names that are listed one by one.
const LISTED: usize = 5;

/// Sentences from subjects: `one` is the verb for one name, `many` for several, and `end` follows
/// the verb, before what is said of conditions.
#[must_use]
pub fn sentences(shifts: &[Shift], one: &str, many: &str, end: &str) -> Vec<String> {
    let sentence = |group: Group| {
        let verb = if group.actions.len() == 1 { one } else { many };
        let subject = group.subject();
        let when = group.when();
        format!("{subject} {verb} {end}{when}")
    };
    groups(shifts).into_iter().map(sentence).collect()
}

/// Grants that are alike but for one element.
struct Group {
    principals: BTreeSet<Scope>,
    actions: BTreeSet<Scope>,
    resources: BTreeSet<Scope>,
    grant: Grant,
    without: BTreeSet<String>,
}

impl Group {
    fn subject(&self) -> String {
        let mut subject = listed(&self.actions, Element::Action);
        let resources = listed(&self.resources, Element::Resource);
        if !resources.is_empty() {
            subject.push_str(&format!(" on {resources}"));
        }
        let principals = listed(&self.principals, Element::Principal);
        if !principals.is_empty() {
            subject.push_str(&format!(" for {principals}"));
        }
        subject
    }

    fn when(&self) -> String {
        let keys: Vec<String> = self.without.iter().map(|it| format!("`{it}`")).collect();
        let words = self.grant.condition.words();
        match (keys.is_empty(), words.is_empty()) {
            (false, _) => format!(" without a condition on {}", joined(&keys)),
            (true, false) => format!(" where {words}"),
            (true, true) => String::new(),
        }
    }
}

fn groups(shifts: &[Shift]) -> Vec<Group> {
    // Actions are joined first, then resources, then principals, so that each list is as long as
    // it can be and nothing is said that is not so.
    let mut actions: BTreeMap<_, (BTreeSet<Scope>, &Shift)> = BTreeMap::new();
    for shift in shifts {
        let Grant { principal, resource, condition, action } = &shift.grant;
        let key = (principal, resource, condition, &shift.without);
        actions.entry(key).or_insert_with(|| (BTreeSet::new(), shift)).0.insert(action.clone());
    }
    let mut resources: BTreeMap<_, (BTreeSet<Scope>, &Shift)> = BTreeMap::new();
    for ((principal, resource, condition, without), (actions, shift)) in actions {
        let key = (principal, actions, condition, without);
        resources.entry(key).or_insert_with(|| (BTreeSet::new(), shift)).0.insert(resource.clone());
    }
    let mut groups: BTreeMap<_, Group> = BTreeMap::new();
    for ((principal, actions, condition, without), (resources, shift)) in resources {
        let key = (actions.clone(), resources.clone(), condition, without);
        let group = groups.entry(key).or_insert_with(|| Group {
            principals: BTreeSet::new(),
            actions,
            resources,
            grant: shift.grant.clone(),
            without: without.clone(),
        });
        group.principals.insert(principal.clone());
    }
    groups.into_values().collect()
}

/// The names of one element; empty where the document does not write it.
fn listed(scopes: &BTreeSet<Scope>, element: Element) -> String {
    let mut names: Vec<String> = scopes.iter().filter_map(|it| scope_words(it, element)).collect();
    if names.len() > LISTED {
        let more = names.len() - LISTED;
        names.truncate(LISTED);
        names.push(format!("{more} more"));
    }
    joined(&names)
}

fn scope_words(scope: &Scope, element: Element) -> Option<String> {
    match scope {
        Scope::Is(name) if name.text == "*" => Some(everything(element).to_owned()),
        Scope::Is(name) => Some(named(&name.text)),
        Scope::Except(names) if names.is_empty() => None,
        Scope::Except(names) => {
            let names: Vec<String> = names.iter().map(|it| named(&it.text)).collect();
            Some(format!("{} but {}", everything(element).trim_end_matches(" (`*`)"), joined(&names)))
        }
    }
}

fn everything(element: Element) -> &'static str {
    match element {
        Element::Principal => "everyone (`*`)",
        Element::Action => "every action (`*`)",
        Element::Resource => "every resource (`*`)",
    }
}

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn joined(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
