//! Where an expression stands.
//!
//! In: a tree of scopes. Out: what `each` and `count` mean at a place, and where the argument of a
//! module stands. It must not know values.

use hcl_edit::expr::Expression;

use super::syntax;
use super::tree::{Entry, Tree};
use crate::terraform::address::Key;

/// The place of an expression.
#[derive(Clone, Debug)]
pub struct At {
    /// The module instance.
    pub scope: usize,
    /// What `each` and `count` mean.
    pub around: Around,
    /// Which instance of a scope that stands for all of them; none for the one being written,
    /// whose key is `each.key`.
    pub instance: Option<Expression>,
}

/// What `each` and `count` mean.
#[derive(Clone, Debug)]
pub enum Around {
    /// Nothing.
    Nothing,
    /// `each` is `each`.
    Each,
    /// `count.index` is the number in `each.key`.
    Count,
    /// `count.index` is 0.
    Once,
    /// One round is meant.
    Round(Box<Round>),
}

/// One round of a `for_each` or `count`.
#[derive(Clone, Debug)]
pub struct Round {
    /// What `each.key` is, in terms of the manifest.
    pub key: Expression,
    /// What `count.index` is, in terms of the manifest.
    pub number: Expression,
    /// What the `for_each` goes over, as Terraform has it at this place.
    pub over: Option<Expression>,
}

impl Round {
    /// The round with a key that is known.
    #[must_use]
    pub fn of(key: &Key, over: &Expression) -> Self {
        match key {
            Key::Number(number) => Self {
                key: syntax::text(&number.to_string()),
                number: Expression::from(hcl_edit::Number::from(*number)),
                over: None,
            },
            Key::Text(text) => Self { key: syntax::text(text), number: syntax::text(text), over: Some(over.clone()) },
        }
    }

    /// The round with a key that is an expression of the manifest.
    #[must_use]
    pub fn at(key: &Expression, over: Option<&Expression>) -> Self {
        let number = syntax::call("tonumber", [key.clone()]);
        Self { key: key.clone(), number, over: over.cloned() }
    }
}

impl At {
    /// A place where nothing repeats.
    #[must_use]
    pub fn plain(scope: usize) -> Self {
        Self { scope, around: Around::Nothing, instance: None }
    }

    /// The same scope, other rounds.
    #[must_use]
    pub fn around(&self, around: Around) -> Self {
        Self { around, ..self.clone() }
    }

    /// The place of the `module` block that calls this scope.
    #[must_use]
    pub fn caller(&self, tree: &Tree) -> Option<Self> {
        let scope = &tree.scopes[self.scope];
        let parent = scope.parent?;
        let of_parent = |around: Around| Self { scope: parent, around, instance: self.instance.clone() };
        let of_all = |native: Around, over: Option<&Expression>| {
            let round = self.instance.as_ref().map(|key| Around::Round(Box::new(Round::at(key, over))));
            Self { scope: parent, around: round.unwrap_or(native), instance: None }
        };
        Some(match &scope.entry {
            Entry::Root => return None,
            Entry::Once => of_parent(Around::Nothing),
            Entry::Enabled(_) => of_parent(Around::Once),
            Entry::Each(over) => of_all(Around::Each, Some(over)),
            Entry::Count(_) => of_all(Around::Count, None),
            Entry::Round(key, over) => of_parent(Around::Round(Box::new(Round::of(key, over)))),
        })
    }
}
