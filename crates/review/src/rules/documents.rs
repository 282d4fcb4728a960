//! The policy documents in a change.
//!
//! In: a change. Out: what each document says before and after it. It must not judge.

use std::collections::BTreeSet;

use model::plan::Action;
use model::{Path, Planned, Tree};

use super::Case;
use super::case::at;
use crate::holes::settled;
use crate::policy::{Difference, Document, compare};

/// One argument that holds a document, or several that count together.
#[derive(Debug)]
pub(super) struct Changed {
    /// What differs in meaning.
    pub difference: Difference,
    /// Whether one side is not known as a whole.
    pub is_unknown: bool,
    /// The argument that findings are about; `None` where the policy as a whole goes.
    pub path: Option<Path>,
}

/// Every document that differs, in whichever argument it stands. A document is a table with
/// `Statement`, or JSON text that is one.
pub(super) fn changed(case: &Case<'_>) -> Vec<Changed> {
    let is_gone = case.change.action == Action::Delete && case.change.deposed.is_none();
    let is_policy = case.kind().ends_with("_policy") && case.kind() != "aws_iam_policy";
    if !(case.compares() || case.is_new() || (is_gone && is_policy)) {
        return Vec::new();
    }
    let names =
        |side: &'_ Planned| -> Vec<String> { side.as_map().into_iter().flat_map(|it| it.keys().cloned()).collect() };
    let arguments: BTreeSet<String> = names(case.before).into_iter().chain(names(case.after)).collect();
    let path = |argument: &str| (!is_gone).then(|| Path::field(argument));
    let touched = arguments.iter().filter(|it| !case.compares() || case.differs(it));
    touched.filter_map(|it| between(at(case.before, it), at(case.after, it), path(it))).collect()
}

fn between(before: &Planned, after: &Planned, path: Option<Path>) -> Option<Changed> {
    let is_hole = |side: &Planned| matches!(side, Tree::Hole(_) | Tree::Secret(_));
    let read = |side: &Planned, other: &Planned| match side {
        Tree::Null => Some(None),
        Tree::List(items) => inline(items, other).map(Some),
        _ => Document::read(&settled(side, other)).map(Some),
    };
    match (read(before, after), read(after, before)) {
        (Some(None), Some(None)) => None,
        (Some(before), Some(after)) => {
            let difference = compare(&before.unwrap_or_default(), &after.unwrap_or_default());
            Some(Changed { difference, is_unknown: false, path })
        }
        (None, Some(Some(_))) if is_hole(before) => Some(unknown(path)),
        (Some(Some(_)), None) if is_hole(after) => Some(unknown(path)),
        _ => None,
    }
}

fn unknown(path: Option<Path>) -> Changed {
    Changed { difference: Difference::default(), is_unknown: true, path }
}

/// All inline policies of a role count together: it does not matter which of them says it.
fn inline(policies: &[Planned], other: &Planned) -> Option<Document> {
    let mut document = Document::default();
    for policy in policies {
        let policy = policy.get("policy")?;
        document.merge(Document::read(&settled(policy, other))?);
    }
    Some(document)
}
