//! What refers to what: found in expressions without evaluating them, through locals.
//!
//! In: expressions. Out: targets, and from them the dependencies of one member. It must not
//! know values.

use std::collections::{BTreeMap, BTreeSet};

use super::written::{Reader, Written};
use super::{Declared, Dependency};
use crate::address::Address;
use crate::expr::{Expr, Reference, Root};
use crate::path::Step;
use crate::source::{Sources, Span};
use crate::tree::Tree;

/// One thing that is referred to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    /// The declaration.
    pub declaration: Address,
    /// Which of its members.
    pub member: Member,
    /// The attribute that is read; `*` for all of it, `None` for none.
    pub attribute: Option<String>,
}

/// Which members of a declaration a reference means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Member {
    /// All of them, or the only one.
    All,
    /// The one with a key.
    Key(String),
    /// The one with the key of the member that refers.
    EachKey,
}

/// Targets with a place of each.
pub(super) type Targets = BTreeMap<Target, Span>;

/// What locals refer to, through other locals.
pub(super) type LocalTargets = BTreeMap<String, BTreeSet<Target>>;

/// Adds what an expression refers to.
pub(super) fn collect(
    expr: &Expr,
    declared: &BTreeMap<Address, Option<Declared>>,
    locals: &LocalTargets,
    sources: &Sources,
    targets: &mut Targets,
) {
    for reference in expr.references() {
        match &reference.root {
            Root::Object(address) => {
                let target = target(address, reference, declared, sources);
                targets.entry(target).or_insert(reference.span);
            }
            Root::Local(name) => {
                for target in locals.get(name).into_iter().flatten() {
                    targets.entry(target.clone()).or_insert(reference.span);
                }
            }
            Root::Variable(_) | Root::Each | Root::Stack => {}
        }
    }
}

/// The dependencies of one member: every target under its member's address.
pub(super) fn expand(
    targets: &Targets,
    own: &Address,
    declared: &BTreeMap<Address, Option<Declared>>,
) -> BTreeMap<Address, Dependency> {
    let mut dependencies: BTreeMap<Address, Dependency> = BTreeMap::new();
    let declaration = own.declaration();
    for (target, span) in targets {
        let mut depend = |address: Address| {
            let attributes = BTreeSet::new();
            let dependency = dependencies.entry(address).or_insert(Dependency { attributes, span: *span });
            dependency.attributes.extend(target.attribute.clone());
        };
        if target.declaration == declaration {
            continue;
        }
        match (declared.get(&target.declaration), &target.member) {
            (Some(Some(Declared::Single)), _) => depend(target.declaration.clone()),
            (Some(Some(Declared::Members(keys))), member) => {
                let named = match member {
                    Member::All => None,
                    Member::Key(key) => Some(key.as_str()),
                    Member::EachKey => own.key.as_deref(),
                };
                match named.filter(|key| keys.contains(*key)) {
                    Some(key) => depend(target.declaration.member(key)),
                    None => keys.iter().for_each(|key| depend(target.declaration.member(key.as_str()))),
                }
            }
            // Not expanded yet: part of a cycle. The declaration stands for its members, so
            // that the graph can show the loop.
            (None, _) => depend(target.declaration.clone()),
            (Some(Some(Declared::Disabled) | None), _) => {}
        }
    }
    dependencies
}

/// A `for_each` that is another declaration as a whole (`"${aws_subnet.public}"`) makes each
/// member depend on the member of the same key, not on all of them.
pub(super) fn chain(reader: &Reader, for_each: &Written, targets: &mut Targets) {
    let Tree::Hole(site) = for_each else { return };
    let Some(expr) = reader.expr(*site) else { return };
    let [Reference { root: Root::Object(declaration), steps, .. }] = expr.references() else { return };
    let inner = expr.text().strip_prefix("${").and_then(|it| it.strip_suffix('}'));
    if !steps.is_empty() || inner.map(str::trim) != Some(declaration.to_string().as_str()) {
        return;
    }
    let attribute = Some("*".to_owned());
    let whole = Target { declaration: declaration.clone(), member: Member::All, attribute };
    if let Some(span) = targets.remove(&whole) {
        targets.insert(Target { member: Member::EachKey, ..whole }, span);
    }
}

/// Those members of a declaration that are depended on. Only they can be read, and going over
/// them instead of over all keeps a thousand members that each read one of another thousand fast.
pub(super) fn members_read<'a>(
    read: &'a BTreeMap<Address, Dependency>,
    declaration: &Address,
) -> impl Iterator<Item = (&'a str, &'a Address)> {
    // Members stand right behind their declaration: no key comes before any key.
    let from = declaration.clone();
    let same = move |it: &Address| it.mode == from.mode && it.kind == from.kind && it.name == from.name;
    let members = read.range(declaration.clone()..).map(|(address, _)| address).take_while(move |it| same(it));
    members.filter_map(|address| Some((address.key.as_deref()?, address)))
}

fn target(
    address: &Address,
    reference: &Reference,
    declared: &BTreeMap<Address, Option<Declared>>,
    sources: &Sources,
) -> Target {
    let members = matches!(declared.get(address), Some(Some(Declared::Members(_))));
    let (member, attribute) = match (members, reference.steps.as_slice()) {
        (true, [Step::Key(key), rest @ ..]) => (Member::Key(key.clone()), first_field(rest)),
        (true, []) => each_key(reference.span, sources),
        (_, steps) => (Member::All, first_field(steps)),
    };
    let attribute = Some(attribute.unwrap_or_else(|| "*".to_owned()));
    Target { declaration: address.clone(), member, attribute }
}

fn first_field(steps: &[Step]) -> Option<String> {
    match steps.first()? {
        Step::Field(name) | Step::Key(name) => Some(name.clone()),
        Step::Index(_) => None,
    }
}

/// `aws_subnet.public[each.key].id` is so common that it is worth its own look at the text: it
/// means one member instead of all of them.
fn each_key(span: Span, sources: &Sources) -> (Member, Option<String>) {
    let after = sources.get(span.file).and_then(|file| file.text.get(span.end as usize..)).unwrap_or_default();
    let Some(rest) = after.strip_prefix("[each.key]") else { return (Member::All, None) };
    let name = rest.strip_prefix('.').unwrap_or_default();
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    (Member::EachKey, (end > 0).then(|| name[..end].to_owned()))
}
