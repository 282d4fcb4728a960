//! The smallest part of a policy: who may do what on what, and when.
//!
//! In: a statement's elements. Out: grants, and which of them covers which. It must not know
//! whether they are allowed or denied.

use std::collections::BTreeSet;

use super::condition::Condition;
use super::pattern;

/// Which element of a statement a name stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Element {
    /// `Principal`: without wildcards, but for `*` alone.
    Principal,
    /// `Action`: compares without case.
    Action,
    /// `Resource`.
    Resource,
}

/// One name as a statement writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// Where it stands.
    pub element: Element,
    /// The name.
    pub text: String,
    /// What is compared of it.
    key: String,
}

/// What one element of a statement speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// One name, perhaps with wildcards.
    Is(Name),
    /// Everything but these; everything where there are none and where nothing is written.
    Except(BTreeSet<Name>),
}

/// Who may do what on what, and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Who; everything where the policy belongs to somebody.
    pub principal: Scope,
    /// What.
    pub action: Scope,
    /// On what; everything where the policy belongs to something.
    pub resource: Scope,
    /// When.
    pub condition: Condition,
}

impl Name {
    /// A name as it is written.
    #[must_use]
    pub fn new(element: Element, text: impl Into<String>) -> Self {
        let text = text.into();
        let key = if element == Element::Action { text.to_ascii_lowercase() } else { text.clone() };
        Self { element, text, key }
    }

    /// Whether it matches all that `narrow` matches. Never says so wrongly.
    #[must_use]
    pub fn covers(&self, narrow: &Self) -> bool {
        match self.element {
            Element::Action | Element::Resource => pattern::covers(&self.key, &narrow.key),
            Element::Principal => self.key == "*" || self.key == narrow.key || is_root_of(&self.key, &narrow.key),
        }
    }

    /// Whether anything may match both. Never denies it wrongly.
    fn overlaps(&self, other: &Self) -> bool {
        match self.element {
            Element::Action | Element::Resource => pattern::overlap(&self.key, &other.key),
            Element::Principal => {
                self.covers(other) || other.covers(self) || self.key.contains("${") || other.key.contains("${")
            }
        }
    }
}

impl Scope {
    /// Whether it takes in all of `narrow`. Never says so wrongly.
    #[must_use]
    pub fn covers(&self, narrow: &Self) -> bool {
        match (self, narrow) {
            (Self::Is(wide), Self::Is(narrow)) => wide.covers(narrow),
            (Self::Is(wide), Self::Except(_)) => wide.text == "*",
            (Self::Except(names), Self::Is(narrow)) => !names.iter().any(|it| it.overlaps(narrow)),
            (Self::Except(names), Self::Except(others)) => {
                names.iter().all(|it| others.iter().any(|other| other.covers(it)))
            }
        }
    }

    /// Whether it is everything.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        match self {
            Self::Is(name) => name.text == "*",
            Self::Except(names) => names.is_empty(),
        }
    }
}

impl Grant {
    /// Whether it allows (or denies) all that `narrow` does. Never says so wrongly.
    #[must_use]
    pub fn covers(&self, narrow: &Self) -> bool {
        self.resource.covers(&narrow.resource)
            && self.principal.covers(&narrow.principal)
            && self.action.covers(&narrow.action)
            && self.condition.covers(&narrow.condition)
    }
}

/// An account as principal stands for everyone in it:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn is_root_of(account: &str, arn: &str) -> bool {
    let Some(prefix) = account.strip_suffix(":root") else { return false };
    let parts = |text: &str| -> Vec<String> { text.split(':').map(str::to_owned).collect() };
    let (account, arn) = (parts(prefix), parts(arn));
    let is_arn = account.len() == 5 && arn.len() > 5 && arn[0] == "arn";
    is_arn && account[1] == arn[1] && account[4] == arn[4] && matches!(arn[2].as_str(), "iam" | "sts")
}
