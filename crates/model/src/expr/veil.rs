//! What lies over the operands of an operation: unknown parts and secrets.
//!
//! In: values as they come. Out: plain values to compute with, and the result under the same
//! veil. It must not know which operation it serves.

use crate::tree::{Known, Pending, Planned, Secret, Tree};

/// Collects what was in the way while operands were lifted.
#[derive(Debug, Default)]
pub(super) struct Veil {
    secret: bool,
    /// A secret whose value is not here: a variable that was not given, or what state keeps.
    kept: bool,
    pending: Vec<Pending>,
}

impl Veil {
    /// The value with its outermost secret or hole taken off; members stay as they are. Null
    /// where there is nothing to compute with, and then [`Veil::is_opaque`].
    pub(super) fn top(&mut self, value: Planned) -> Planned {
        match value {
            Tree::Hole(pending) => {
                self.wait(pending);
                Tree::Null
            }
            Tree::Secret(secret) => self.reveal(secret).map_or(Tree::Null, Known::widen),
            plain @ (Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_)) => plain,
            plain @ (Tree::List(_) | Tree::Map(_)) => plain,
        }
    }

    /// The value without any secret or hole at any depth; holes read as null.
    pub(super) fn deep(&mut self, value: Planned) -> Known {
        match value {
            Tree::Null => Tree::Null,
            Tree::Bool(it) => Tree::Bool(it),
            Tree::Int(it) => Tree::Int(it),
            Tree::Float(it) => Tree::Float(it),
            Tree::Text(it) => Tree::Text(it),
            Tree::List(items) => Tree::List(items.into_iter().map(|it| self.deep(it)).collect()),
            Tree::Map(members) => Tree::Map(members.into_iter().map(|(key, it)| (key, self.deep(it))).collect()),
            Tree::Secret(secret) => self.reveal(secret).map_or(Tree::Null, |it| self.deep(it.widen())),
            Tree::Hole(pending) => {
                self.wait(pending);
                Tree::Null
            }
        }
    }

    /// Adds a hole that was found.
    pub(super) fn wait(&mut self, pending: Pending) {
        self.pending.push(Pending { stamp: None, ..pending });
    }

    /// Whether an operand's value is missing, so that there is nothing to compute.
    pub(super) fn is_opaque(&self) -> bool {
        self.kept || !self.pending.is_empty()
    }

    /// Whether a secret was seen, so that messages must not quote values.
    pub(super) fn is_secret(&self) -> bool {
        self.secret || self.kept || self.pending.iter().any(|it| it.secret)
    }

    /// Puts the veil over a result: unknown where an operand was, secret where one was.
    pub(super) fn cover(self, result: Planned) -> Planned {
        match (self.kept, Pending::all(self.pending)) {
            (true, _) => Tree::Secret(Secret::Keep),
            (false, Some(pending)) => Tree::Hole(Pending { secret: pending.secret || self.secret, ..pending }),
            (false, None) if self.secret => taint(result),
            (false, None) => result,
        }
    }

    /// As [`Veil::cover`] for a result that holds whatever the unknown operands turn out to be.
    pub(super) fn settle(self, result: Planned) -> Planned {
        if self.is_secret() { taint(result) } else { result }
    }

    /// Adds everything that another veil has collected.
    pub(super) fn join(&mut self, other: Self) {
        self.secret |= other.secret;
        self.kept |= other.kept;
        self.pending.extend(other.pending);
    }

    fn reveal(&mut self, secret: Secret) -> Option<Known> {
        match secret {
            Secret::Plain { value, stamp: _ } => {
                self.secret = true;
                Some(*value)
            }
            Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep => {
                self.kept = true;
                None
            }
        }
    }
}

/// The value as a secret. One that is not wholly known becomes secret leaf by leaf; null stays
/// null, because it means not set.
pub(super) fn taint(value: Planned) -> Planned {
    match value {
        Tree::Null => Tree::Null,
        Tree::Hole(pending) => Tree::Hole(Pending { secret: true, stamp: None, ..pending }),
        Tree::Secret(Secret::Plain { value, stamp: _ }) => Tree::Secret(Secret::Plain { value, stamp: None }),
        Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => Tree::Secret(Secret::Keep),
        Tree::List(items) if !is_whole(&items) => Tree::List(items.into_iter().map(taint).collect()),
        Tree::Map(members) if !is_whole(members.values()) => {
            Tree::Map(members.into_iter().map(|(key, it)| (key, taint(it))).collect())
        }
        whole => Tree::Secret(Secret::plain(Veil::default().deep(whole))),
    }
}

/// The value with every secret in it laid open, for `nonsensitive`.
pub(super) fn bare(value: Planned) -> Planned {
    match value {
        Tree::Secret(Secret::Plain { value, stamp: _ }) => bare(value.widen()),
        Tree::Hole(pending) => Tree::Hole(Pending { secret: false, stamp: None, ..pending }),
        Tree::List(items) => Tree::List(items.into_iter().map(bare).collect()),
        Tree::Map(members) => Tree::Map(members.into_iter().map(|(key, it)| (key, bare(it))).collect()),
        kept @ Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => kept,
        plain @ (Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_)) => plain,
    }
}

fn is_whole<'a>(items: impl IntoIterator<Item = &'a Planned>) -> bool {
    let missing = |tree: &Planned| match tree {
        Tree::Hole(_) | Tree::Secret(Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => true,
        Tree::Secret(Secret::Plain { .. }) | Tree::List(_) | Tree::Map(_) => false,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
    };
    items.into_iter().all(|it| !it.any(&mut |tree| missing(tree)))
}
