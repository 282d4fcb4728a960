//! AWS names: no secrets in them or in tags, and no two resources that claim one.
//!
//! In: typed resources. Out: problems. It must not know what a name may look like: the schema
//! does.

use std::collections::BTreeMap;

use super::{Resource, Spans};
use crate::address::Address;
use crate::catalog::Kind;
use crate::coerce::is_secret;
use crate::diagnostic::Diagnostic;
use crate::path::{Path, Step};
use crate::tree::{Planned, Tree};

/// Finds secrets where everybody would see them.
pub(super) fn exposed(kind: &Kind, inputs: &Planned, spans: &Spans) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let names = kind.naming.iter().flat_map(|naming| std::iter::once(naming.argument).chain(naming.prefix));
    for argument in names {
        if inputs.get(argument).is_some_and(is_secret) {
            let message = format!("`{argument}` would show a secret: names are public");
            let problem = Diagnostic::error("secret-in-name", spans.value(&Path::field(argument)), message);
            problems.push(problem.help("name it after something that is no secret"));
        }
    }
    let tags = inputs.get("tags");
    if tags.is_some_and(|tags| tags.as_map().is_none() && is_secret(tags)) {
        let message = "`tags` would show a secret: tags are public";
        let problem = Diagnostic::error("secret-in-tag", spans.value(&Path::field("tags")), message);
        problems.push(problem.help("tag it with something that is no secret"));
    }
    let tags = tags.and_then(Tree::as_map);
    for (key, _) in tags.into_iter().flatten().filter(|(_, value)| is_secret(value)) {
        let path = Path::field("tags").join(Step::Key(key.clone()));
        let message = format!("the tag `{key}` would show a secret: tags are public");
        let problem = Diagnostic::error("secret-in-tag", spans.value(&path), message);
        problems.push(problem.help("remove the tag, or tag it with something that is no secret"));
    }
    problems
}

/// Finds resources of one kind that claim one name.
pub(super) fn duplicates(resources: &BTreeMap<Address, Resource>) -> Vec<Diagnostic> {
    let mut owners: BTreeMap<Claim<'_>, &Resource> = BTreeMap::new();
    let mut problems = Vec::new();
    for resource in resources.values() {
        let Some(claim) = claim(resource) else { continue };
        let place = |resource: &Resource| resource.spans.value(&Path::field(claim.argument));
        let Some(first) = owners.get(&claim) else {
            owners.insert(claim, resource);
            continue;
        };
        // The one that stands later in the manifest is the one to report.
        let (first, second) = match (place(first), place(resource)) {
            (a, b) if a <= b => (*first, resource),
            _ => (resource, *first),
        };
        let message = format!("{} and {} both claim the name {:?}", first.address, second.address, claim.name);
        let problem = Diagnostic::error("duplicate-name", place(second), message)
            .label(place(first), "claimed here first")
            .help(format!("AWS allows one {} of a name: give one of them another", resource.kind.name));
        problems.push(problem);
    }
    problems
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Claim<'a> {
    kind: &'a str,
    argument: &'static str,
    name: &'a str,
    scope: Vec<String>,
}

/// The name that a resource claims, where name and scope are known.
fn claim(resource: &Resource) -> Option<Claim<'_>> {
    let naming = resource.kind.naming.filter(|naming| !naming.shared)?;
    let name = resource.offline.get(naming.argument)?.as_text()?;
    let scope = naming.scope.iter().map(|argument| scope_value(resource, argument)).collect::<Option<Vec<String>>>()?;
    Some(Claim { kind: resource.kind.name, argument: naming.argument, name, scope })
}

/// A scope that waits for one attribute of one resource is the same scope wherever it waits for
/// the same.
fn scope_value(resource: &Resource, argument: &str) -> Option<String> {
    match resource.offline.get(argument) {
        None => Some(String::new()),
        Some(Tree::Hole(pending)) if pending.sources.iter().all(|it| !it.address.kind.is_empty()) => {
            let expr = match resource.inputs.get(argument) {
                Some(Tree::Hole(expr)) => expr.text().to_owned(),
                _ => return None,
            };
            let key = resource.each.as_ref().map_or("", |(key, _)| key.as_str());
            let key = if expr.contains("each.") { key } else { "" };
            Some(format!("{pending} {expr} {key}"))
        }
        Some(value) if value.has_hole() || value.has_secret() => None,
        Some(value) => Some(value.to_json().to_string()),
    }
}
