//! Making values secret, and showing secrets on purpose.

use super::{Args, Fault};
use crate::expr::veil;
use crate::tree::{Pending, Planned, Tree};

pub(super) fn issensitive(args: &Args<Pending>) -> Result<Planned, Fault> {
    Ok(Tree::Bool(match args.get(0) {
        Tree::Secret(_) => true,
        Tree::Hole(pending) => pending.secret,
        other => other.has_secret(),
    }))
}

pub(super) fn nonsensitive(args: &Args<Pending>) -> Result<Planned, Fault> {
    Ok(veil::bare(args.get(0).clone()))
}

pub(super) fn sensitive(args: &Args<Pending>) -> Result<Planned, Fault> {
    match args.get(0) {
        // What is secret already keeps the stamp that says which secret it is.
        secret @ Tree::Secret(_) => Ok(secret.clone()),
        Tree::Hole(pending) if pending.secret => Ok(Tree::Hole(pending.clone())),
        other => Ok(veil::taint(other.clone())),
    }
}
