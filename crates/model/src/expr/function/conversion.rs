//! Conversions by name. Null stays null.

use std::convert::Infallible;

use super::set::set;
use super::{Args, Fault};
use crate::expr::convert::{self, Number};
use crate::tree::{Known, Pending, Planned, Tree};

pub(super) fn tobool(args: &Args<Infallible>) -> Result<Known, Fault> {
    scalar(args, |it| convert::boolean(it).map(Tree::Bool))
}

pub(super) fn tonumber(args: &Args<Infallible>) -> Result<Known, Fault> {
    scalar(args, |it| convert::number(it).map(Number::tree))
}

pub(super) fn tostring(args: &Args<Infallible>) -> Result<Known, Fault> {
    scalar(args, |it| convert::text(it).map(Tree::Text))
}

fn scalar(args: &Args<Infallible>, convert: fn(&Known) -> Result<Known, String>) -> Result<Known, Fault> {
    match args.get(0) {
        Tree::Null => Ok(Tree::Null),
        value => convert(value).map_err(|why| Fault::at(0, why)),
    }
}

pub(super) fn tolist(args: &Args<Pending>) -> Result<Planned, Fault> {
    match args.get(0) {
        Tree::Null => Ok(Tree::Null),
        _ => Ok(Tree::List(convert::unify(args.list(0)?.to_vec()))),
    }
}

pub(super) fn tomap(args: &Args<Pending>) -> Result<Planned, Fault> {
    match args.get(0) {
        Tree::Null => Ok(Tree::Null),
        _ => {
            let map = args.map(0)?;
            let values = convert::unify(map.values().cloned().collect());
            Ok(Tree::map(map.keys().cloned().zip(values)))
        }
    }
}

pub(super) fn toset(args: &Args<Infallible>) -> Result<Known, Fault> {
    match args.get(0) {
        Tree::Null => Ok(Tree::Null),
        _ => Ok(Tree::List(set(args.list(0)?.to_vec()))),
    }
}
