//! One change with everything that rules look at.

use std::collections::BTreeSet;

use model::plan::Action;
use model::{Address, Path, Planned, Tree};

use crate::change::{Attribute, Change};
use crate::verdict::{Finding, Verdict};

/// One change, and all arguments of the resource on both sides.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    /// The change, without findings yet.
    pub change: &'a Change,
    /// All arguments before: a map, defaults filled in; empty where there was nothing.
    pub before: &'a Planned,
    /// All arguments after, likewise; empty where nothing is left.
    pub after: &'a Planned,
    /// Addresses that are made anew or deleted together with it.
    pub going: &'a BTreeSet<Address>,
}

impl<'a> Case<'a> {
    /// The kind.
    #[must_use]
    pub fn kind(&self) -> &'a str {
        &self.change.kind
    }

    /// Whether the object in use goes: deleted, or replaced by another.
    #[must_use]
    pub fn goes(&self) -> bool {
        matches!(self.change.action, Action::Delete | Action::Replace)
    }

    /// Whether an object stays and is changed in place.
    #[must_use]
    pub fn stays(&self) -> bool {
        matches!(self.change.action, Action::Update | Action::Adopt | Action::Record)
    }

    /// Whether a new object is made where none was.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.change.action == Action::Create
    }

    /// The changed attributes at or below a top-level argument.
    pub fn changed(&self, argument: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.change.attributes.iter().filter(move |it| it.path.head() == Some(argument))
    }

    /// A known value on both sides of a dotted path into single blocks; `None` where either is
    /// unknown or a secret.
    #[must_use]
    pub fn both(&self, path: &str) -> Option<(&'a Planned, &'a Planned)> {
        let known = |tree: &'a Planned| Some(at(tree, path)).filter(|it| !it.has_hole() && !it.has_secret());
        Some((known(self.before)?, known(self.after)?))
    }

    /// Whole numbers on both sides.
    #[must_use]
    pub fn ints(&self, path: &str) -> Option<(i64, i64)> {
        match self.both(path)? {
            (Tree::Int(before), Tree::Int(after)) => Some((*before, *after)),
            _ => None,
        }
    }

    /// Texts on both sides.
    #[must_use]
    pub fn texts(&self, path: &str) -> Option<(&'a str, &'a str)> {
        let (before, after) = self.both(path)?;
        Some((before.as_text()?, after.as_text()?))
    }

    /// Whether a switch was on and is off now.
    #[must_use]
    pub fn turned_off(&self, path: &str) -> bool {
        self.is_switched(path, true)
    }

    /// Whether a switch was off, or not set, and is on now.
    #[must_use]
    pub fn turned_on(&self, path: &str) -> bool {
        self.is_switched(path, false)
    }

    fn is_switched(&self, path: &str, before: bool) -> bool {
        let on = |tree: &Planned| matches!(tree, Tree::Bool(true));
        self.both(path).is_some_and(|(was, is)| on(was) == before && on(is) != before)
    }

    /// A finding of this case. `reason` is one sentence without a full stop at its end.
    #[must_use]
    pub fn finding(
        &self,
        rule: &'static str,
        verdict: Verdict,
        path: Option<Path>,
        reason: impl Into<String>,
    ) -> Finding {
        Finding { verdict, rule, reason: reason.into(), path }
    }
}

/// The value at a dotted path into single blocks; null where there is none.
#[must_use]
pub fn at<'t>(tree: &'t Planned, path: &str) -> &'t Planned {
    const NULL: &Planned = &Tree::Null;
    path.split('.').try_fold(tree, |tree, name| tree.get(name)).unwrap_or(NULL)
}
