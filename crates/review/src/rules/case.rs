//! One change with everything that rules look at.

use std::collections::BTreeSet;

use model::plan::{Action, Effect};
use model::{Address, Path, Planned, Step, Tree};

use crate::change::{Attribute, Change};
use crate::policy::joined;
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
    /// What the resource depends on, before or after, as far as the manifests tell.
    pub reads: &'a BTreeSet<Address>,
    /// All addresses whose objects go in the same review: deleted or replaced.
    pub going: &'a BTreeSet<Address>,
    /// All addresses that get new objects in the same review: made or replaced.
    pub coming: &'a BTreeSet<Address>,
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

    /// Whether another object takes the place of the one in use.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.change.action == Action::Replace
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

    /// Whether there is an object before and after, so that its arguments can be compared.
    #[must_use]
    pub fn compares(&self) -> bool {
        match self.change.action {
            Action::Update | Action::Replace | Action::Record | Action::Move => true,
            Action::Adopt => self.before.as_map().is_some_and(|it| !it.is_empty()),
            Action::Create | Action::Delete | Action::Forget | Action::Read => false,
        }
    }

    /// Whether an attribute at, above or below a dotted path is among those that change. What
    /// the manifest merely no longer sets stays as it is in AWS and is not.
    #[must_use]
    pub fn differs(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split('.').collect();
        self.change.attributes.iter().any(|attribute| {
            let fields = attribute.path.0.iter().map_while(|step| match step {
                Step::Field(name) => Some(name.as_str()),
                Step::Index(_) | Step::Key(_) => None,
            });
            fields.zip(&wanted).all(|(name, wanted)| name == *wanted)
        })
    }

    /// The changed attribute at a dotted path.
    #[must_use]
    pub fn attribute(&self, path: &str) -> Option<&'a Attribute> {
        let path = dotted(path);
        self.change.attributes.iter().find(|it| it.path == path)
    }

    /// The arguments that the object goes with: how it is deleted is told by those before a
    /// deletion, and by those after a replacement.
    #[must_use]
    pub fn last(&self) -> &'a Planned {
        if self.is_replaced() { self.after } else { self.before }
    }

    /// Why a new object takes its place: the arguments that cannot be changed in place, or else
    /// the reason in words.
    #[must_use]
    pub fn cause_of_replacement(&self) -> String {
        let replaces = |it: &&Attribute| it.effect == Effect::Replace;
        let paths: Vec<String> =
            self.change.attributes.iter().filter(replaces).map(|it| format!("`{}`", it.path)).collect();
        match (paths.as_slice(), &self.change.reason) {
            ([], Some(reason)) => format!("because {reason}"),
            ([], None) => "because it is made anew".to_owned(),
            ([path], _) => format!("because {path} changes"),
            _ => format!("because {} change", paths.join(", ")),
        }
    }

    /// Whether something of a kind that this belongs to goes as well.
    #[must_use]
    pub fn goes_with(&self, kind: &str) -> bool {
        self.going.iter().any(|it| it.kind == kind && self.belongs_to(it))
    }

    /// Whether something of a kind that this belongs to is new as well.
    #[must_use]
    pub fn comes_with(&self, kind: &str) -> bool {
        self.coming.iter().any(|it| it.kind == kind && self.belongs_to(it))
    }

    /// Whether this depends on something, or refers to it in a value. Where no manifest tells, two
    /// of one name in the manifest count as belonging together.
    fn belongs_to(&self, address: &Address) -> bool {
        let refers = |tree: &Planned| match tree {
            Tree::Hole(pending) => pending.sources.iter().any(|it| it.address == *address),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
            Tree::List(_) | Tree::Map(_) | Tree::Secret(_) => false,
        };
        self.reads.contains(address)
            || self.before.any(&mut |it| refers(it))
            || self.after.any(&mut |it| refers(it))
            || (self.reads.is_empty() && self.change.address.name == address.name)
    }

    /// The changed attributes at or below a top-level argument.
    pub fn changed(&self, argument: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.change.attributes.iter().filter(move |it| it.path.head() == Some(argument))
    }

    /// A known value on both sides of a dotted path into single blocks, where it changes; `None`
    /// where either is unknown or a secret, and where there is nothing to compare.
    #[must_use]
    pub fn both(&self, path: &str) -> Option<(&'a Planned, &'a Planned)> {
        if !self.compares() || !self.differs(path) {
            return None;
        }
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

    /// Whether this follows from the replacement of the one thing of a kind that it depends on.
    #[must_use]
    pub fn follows_replaced(&self, kind: &str) -> bool {
        let mut read = self.reads.iter().filter(|it| it.kind == kind);
        let (Some(one), None) = (read.next(), read.next()) else { return false };
        self.change.because_of.contains(one) && self.going.contains(one) && self.coming.contains(one)
    }

    /// How an argument changes, as the beginning of a reason.
    #[must_use]
    pub fn from_to(&self, path: &str, before: &Planned, after: &Planned) -> String {
        let side = |value: &Planned| match value {
            Tree::Hole(pending) if pending.sources.iter().all(|it| it.address == self.change.address) => {
                "AWS's choice".to_owned()
            }
            other => shown(other),
        };
        let (was, is) = (side(before), side(after));
        match after {
            Tree::Null => format!("`{path}` is no longer set (was {was})"),
            // Another object has the same name for people.
            Tree::Hole(pending) if was == is && !pending.secret => {
                let sources: Vec<String> = pending.sources.iter().map(|it| format!("`{}`", it.address)).collect();
                format!("`{path}` follows {}", joined(&sources))
            }
            _ if was == is => format!("`{path}` changes"),
            _ => format!("`{path}` goes from {was} to {is}"),
        }
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

/// A dotted path as steps.
#[must_use]
pub fn dotted(path: &str) -> Path {
    Path(path.split('.').map(|name| Step::Field(name.to_owned())).collect())
}

/// A value as it stands in a reason; `unset` where there is none. Of a secret nothing is told, not
/// even where it comes from.
#[must_use]
pub fn shown(value: &Planned) -> String {
    match value {
        Tree::Null => "unset".to_owned(),
        Tree::Bool(value) => value.to_string(),
        Tree::Int(value) => value.to_string(),
        Tree::Float(value) => value.to_string(),
        Tree::Text(text) => format!("`{text}`"),
        Tree::Secret(_) => "a secret".to_owned(),
        Tree::Hole(pending) if pending.secret => "a secret".to_owned(),
        Tree::Hole(pending) => format!("the {pending}"),
        Tree::List(_) | Tree::Map(_) if value.has_hole() || value.has_secret() => {
            "a value that is not known here".to_owned()
        }
        Tree::List(_) | Tree::Map(_) => format!("`{}`", value.to_json()),
    }
}

/// The value at a dotted path into single blocks; null where there is none.
#[must_use]
pub fn at<'t>(tree: &'t Planned, path: &str) -> &'t Planned {
    const NULL: &Planned = &Tree::Null;
    path.split('.').try_fold(tree, |tree, name| tree.get(name)).unwrap_or(NULL)
}
