//! A declaration's tree evaluated twice over: what stays an expression, and what is known.
//!
//! In: a written tree and a scope. Out: the authored tree, in which everything is a value that
//! no resource can change, and the planned one. It must not know schemas.

use std::collections::BTreeSet;

use super::scope::View;
use super::written::{Reader, Written};
use crate::coerce::poison;
use crate::diagnostic::Diagnostic;
use crate::expr;
use crate::tree::{Authored, Planned, Tree};

/// What folding needs.
pub(super) struct Folder<'a> {
    pub reader: &'a Reader,
    pub view: View<'a>,
    /// Sites with problems that have been reported.
    pub broken: &'a BTreeSet<usize>,
    /// Sites whose value no resource can change.
    pub fixed: &'a BTreeSet<usize>,
    /// What evaluating found.
    pub problems: Vec<Diagnostic>,
    /// Whether every leaf had a value.
    pub sound: bool,
}

impl Folder<'_> {
    /// Folds a tree.
    pub fn fold(&mut self, tree: &Written) -> (Authored, Planned) {
        match tree {
            Tree::Null => (Tree::Null, Tree::Null),
            Tree::Bool(value) => (Tree::Bool(*value), Tree::Bool(*value)),
            Tree::Int(value) => (Tree::Int(*value), Tree::Int(*value)),
            Tree::Float(value) => (Tree::Float(*value), Tree::Float(*value)),
            Tree::Text(value) => (Tree::Text(value.clone()), Tree::Text(value.clone())),
            Tree::Secret(secret) => (Tree::Secret(secret.clone()), Tree::Secret(secret.clone())),
            Tree::List(items) => {
                let (authored, planned) = items.iter().map(|item| self.fold(item)).unzip();
                (Tree::List(authored), Tree::List(planned))
            }
            Tree::Map(members) => {
                let fold = |(key, member): (&String, &Written)| {
                    let (authored, planned) = self.fold(member);
                    ((key.clone(), authored), (key.clone(), planned))
                };
                let (authored, planned) = members.iter().map(fold).unzip();
                (Tree::Map(authored), Tree::Map(planned))
            }
            Tree::Hole(site) => self.site(*site),
        }
    }

    fn site(&mut self, site: usize) -> (Authored, Planned) {
        let expr = self.reader.expr(site).filter(|_| !self.broken.contains(&site));
        let Some(expr) = expr else {
            self.sound = false;
            return (Tree::Null, poison());
        };
        match expr::evaluate(expr, &self.view) {
            Err(problems) => {
                self.problems.extend(problems);
                self.sound = false;
                (Tree::Null, poison())
            }
            Ok(value) => {
                let known = if self.fixed.contains(&site) { value.without_holes() } else { None };
                (known.unwrap_or_else(|| Tree::Hole(expr.clone())), value)
            }
        }
    }
}
