//! Policy documents, compared by what they mean.
//!
//! In: two documents as values, without holes (see [`crate::holes`]). Out: what is allowed or
//! denied now and was not, and what no longer is. Order, `Sid`, and whether one statement says it
//! or several make no difference. It must not know which resource has the document.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>

mod compare;
mod condition;
mod grant;
mod pattern;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use model::{Known, Planned, Tree};

pub use compare::{Difference, Shift, compare};
pub use condition::Condition;
pub use grant::{Element, Grant, Name, Scope};
pub(crate) use words::joined;
pub use words::sentences;

/// What a document says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// What it allows.
    pub allowed: BTreeSet<Grant>,
    /// What it denies.
    pub denied: BTreeSet<Grant>,
    /// Statements that are not understood, because something in them is not known.
    pub unknown: BTreeSet<String>,
}

impl Document {
    /// Reads a document: a table, or JSON text. `None` where it is none.
    #[must_use]
    pub fn read(value: &Planned) -> Option<Self> {
        let parsed;
        let value = match value {
            Tree::Text(text) => {
                parsed = Known::from_json(&serde_json::from_str(text).ok()?).widen();
                &parsed
            }
            other => other,
        };
        let mut document = Self::default();
        match value.get("Statement")? {
            Tree::List(statements) => statements.iter().for_each(|it| document.add(it)),
            single => document.add(single),
        }
        Some(document)
    }

    /// Takes over what another says too.
    pub fn merge(&mut self, other: Self) {
        self.allowed.extend(other.allowed);
        self.denied.extend(other.denied);
        self.unknown.extend(other.unknown);
    }

    fn add(&mut self, statement: &Planned) {
        let grants = statement.as_map().and_then(grants);
        let effect = statement.get("Effect").and_then(Tree::as_text);
        match (grants, effect) {
            (Some(grants), Some("Allow")) => self.allowed.extend(grants),
            (Some(grants), Some("Deny")) => self.denied.extend(grants),
            _ => {
                self.unknown.insert(statement.to_json().to_string());
            }
        }
    }
}

/// Everything that a statement speaks of, one by one.
fn grants(statement: &BTreeMap<String, Planned>) -> Option<Vec<Grant>> {
    let principals = scopes(statement, "Principal", "NotPrincipal", Element::Principal)?;
    let actions = scopes(statement, "Action", "NotAction", Element::Action)?;
    let resources = scopes(statement, "Resource", "NotResource", Element::Resource)?;
    let condition = match statement.get("Condition") {
        None | Some(Tree::Null) => Condition::default(),
        Some(condition) => Condition::read(condition)?,
    };
    let mut grants = Vec::new();
    for principal in &principals {
        for action in &actions {
            for resource in &resources {
                grants.push(Grant {
                    principal: principal.clone(),
                    action: action.clone(),
                    resource: resource.clone(),
                    condition: condition.clone(),
                });
            }
        }
    }
    Some(grants)
}

fn scopes(
    statement: &BTreeMap<String, Planned>,
    positive: &str,
    negative: &str,
    element: Element,
) -> Option<Vec<Scope>> {
    let mut names = BTreeSet::new();
    if let Some(value) = statement.get(positive).filter(|it| !it.is_null()) {
        read_names(value, element, "AWS", &mut names)?;
        return Some(names.into_iter().map(Scope::Is).collect());
    }
    if let Some(value) = statement.get(negative).filter(|it| !it.is_null()) {
        read_names(value, element, "AWS", &mut names)?;
    }
    Some(vec![Scope::Except(names)])
}

/// Names as a text, a list, or (principals) by what they are: `{ Service = … }`.
fn read_names(value: &Planned, element: Element, sort: &str, names: &mut BTreeSet<Name>) -> Option<()> {
    match value {
        Tree::Text(text) => {
            let text = if element == Element::Principal && sort == "AWS" { account(text) } else { text.clone() };
            names.insert(Name::new(element, text));
            Some(())
        }
        Tree::List(items) => items.iter().try_for_each(|it| read_names(it, element, sort, names)),
        Tree::Map(sorts) if element == Element::Principal => {
            sorts.iter().try_for_each(|(sort, it)| read_names(it, element, sort, names))
        }
        Tree::Map(_) | Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => None,
        Tree::Secret(_) | Tree::Hole(_) => None,
    }
}

/// AWS takes an account's number for its ARN:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn account(text: &str) -> String {
    let is_number = text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit());
    if is_number { format!("arn:aws:iam::{text}:root") } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
