//! Sets: lists in order without repetition.

use std::convert::Infallible;

use super::{Args, Fault};
use crate::expr::convert;
use crate::tree::{Known, Pending, Planned, Tree};

/// More combinations than this are a mistake, and would exhaust the memory.
const MOST_COMBINATIONS: usize = 100_000;

/// The items in order, each once, all of one type.
pub(super) fn set(items: Vec<Known>) -> Vec<Known> {
    let mut items = convert::unify(items);
    items.sort_by(convert::order);
    items.dedup_by(|a, b| convert::order(a, b).is_eq());
    items
}

pub(super) fn intersection(args: &Args<Infallible>) -> Result<Known, Fault> {
    let mut kept = set(args.list(0)?.to_vec());
    for at in 1..args.len() {
        let other = args.list(at)?;
        kept.retain(|it| holds(other, it));
    }
    Ok(Tree::List(kept))
}

pub(super) fn subtract(args: &Args<Infallible>) -> Result<Known, Fault> {
    let without = args.list(1)?;
    let mut kept = set(args.list(0)?.to_vec());
    kept.retain(|it| !holds(without, it));
    Ok(Tree::List(kept))
}

pub(super) fn union(args: &Args<Infallible>) -> Result<Known, Fault> {
    let mut items = Vec::new();
    for at in 0..args.len() {
        items.extend_from_slice(args.list(at)?);
    }
    Ok(Tree::List(set(items)))
}

fn holds(items: &[Known], wanted: &Known) -> bool {
    items.iter().any(|it| convert::order(it, wanted).is_eq())
}

pub(super) fn product(args: &Args<Pending>) -> Result<Planned, Fault> {
    let mut combinations: Vec<Vec<Planned>> = vec![Vec::new()];
    for at in 0..args.len() {
        let items = args.list(at)?;
        if combinations.len().saturating_mul(items.len()) > MOST_COMBINATIONS {
            return Err(Fault::all(format!("more than {MOST_COMBINATIONS} combinations")));
        }
        let with_each = |before: &Vec<Planned>| {
            let with = |item: &Planned| before.iter().chain([item]).cloned().collect();
            items.iter().map(with).collect::<Vec<Vec<Planned>>>()
        };
        combinations = combinations.iter().flat_map(with_each).collect();
    }
    Ok(Tree::List(combinations.into_iter().map(Tree::List).collect()))
}
