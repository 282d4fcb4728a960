//! Arguments as functions ask for them.

use std::collections::BTreeMap;

use crate::expr::convert::{self, Number};
use crate::tree::Tree;

/// The arguments of one call.
pub(in crate::expr) struct Args<H>(pub Vec<Tree<H>>);

/// Why a function has no result.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::expr) struct Fault {
    /// The argument at fault, where one is.
    pub argument: Option<usize>,
    /// The diagnostic's code.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
}

impl Fault {
    /// One argument is wrong.
    pub(super) fn at(argument: usize, message: impl Into<String>) -> Self {
        Self { argument: Some(argument), code: "invalid-argument", message: message.into() }
    }

    /// The arguments do not fit together.
    pub(super) fn all(message: impl Into<String>) -> Self {
        Self { argument: None, code: "invalid-argument", message: message.into() }
    }
}

impl<H> Args<H> {
    pub(super) fn get(&self, at: usize) -> &Tree<H> {
        self.0.get(at).unwrap_or(const { &Tree::Null })
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The arguments from one on.
    pub(super) fn rest(&self, from: usize) -> &[Tree<H>] {
        self.0.get(from..).unwrap_or_default()
    }

    pub(super) fn text(&self, at: usize) -> Result<String, Fault> {
        convert::text(self.get(at)).map_err(|why| Fault::at(at, why))
    }

    pub(super) fn number(&self, at: usize) -> Result<Number, Fault> {
        convert::number(self.get(at)).map_err(|why| Fault::at(at, why))
    }

    pub(super) fn whole(&self, at: usize) -> Result<i64, Fault> {
        self.number(at)?.whole().ok_or_else(|| Fault::at(at, "a whole number is needed"))
    }

    /// A whole number that is not negative.
    pub(super) fn count(&self, at: usize) -> Result<usize, Fault> {
        usize::try_from(self.whole(at)?).map_err(|_| Fault::at(at, "a number that is not negative is needed"))
    }

    pub(super) fn list(&self, at: usize) -> Result<&[Tree<H>], Fault> {
        match self.get(at) {
            Tree::List(items) => Ok(items),
            other => Err(Fault::at(at, format!("a list is needed, and this is {}", convert::noun(other)))),
        }
    }

    pub(super) fn map(&self, at: usize) -> Result<&BTreeMap<String, Tree<H>>, Fault> {
        match self.get(at) {
            Tree::Map(members) => Ok(members),
            other => Err(Fault::at(at, format!("a map is needed, and this is {}", convert::noun(other)))),
        }
    }

    /// The items of a list, each as text.
    pub(super) fn texts(&self, at: usize) -> Result<Vec<String>, Fault> {
        self.list(at)?.iter().map(|it| convert::text(it).map_err(|why| Fault::at(at, why))).collect()
    }
}
