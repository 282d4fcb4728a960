//! Numbers.

use std::cmp::Ordering;
use std::convert::Infallible;

use super::{Args, Fault};
use crate::expr::convert::{self, Number, OVERFLOW};
use crate::tree::{Known, Tree};

type Result = std::result::Result<Known, Fault>;

fn finite(value: f64) -> Result {
    Number::from_float(value).map(Number::tree).ok_or_else(|| Fault::all(OVERFLOW))
}

pub(super) fn abs(args: &Args<Infallible>) -> Result {
    match args.number(0)? {
        Number::Int(value) => value.checked_abs().map(Tree::Int).ok_or_else(|| Fault::all(OVERFLOW)),
        Number::Float(value) => Ok(Tree::Float(value.abs())),
    }
}

pub(super) fn ceil(args: &Args<Infallible>) -> Result {
    match args.number(0)? {
        whole @ Number::Int(_) => Ok(whole.tree()),
        Number::Float(value) => finite(value.ceil()),
    }
}

pub(super) fn floor(args: &Args<Infallible>) -> Result {
    match args.number(0)? {
        whole @ Number::Int(_) => Ok(whole.tree()),
        Number::Float(value) => finite(value.floor()),
    }
}

pub(super) fn log(args: &Args<Infallible>) -> Result {
    finite(args.number(0)?.float().ln() / args.number(1)?.float().ln())
}

pub(super) fn max(args: &Args<Infallible>) -> Result {
    extreme(args, Ordering::Greater)
}

pub(super) fn min(args: &Args<Infallible>) -> Result {
    extreme(args, Ordering::Less)
}

fn extreme(args: &Args<Infallible>, wanted: Ordering) -> Result {
    let mut best = args.number(0)?;
    for at in 1..args.len() {
        let next = args.number(at)?;
        if next.order(best) == wanted {
            best = next;
        }
    }
    Ok(best.tree())
}

pub(super) fn parseint(args: &Args<Infallible>) -> Result {
    let base = u32::try_from(args.whole(1)?).ok().filter(|base| (2..=36).contains(base));
    let base = base.ok_or_else(|| Fault::at(1, "the base is a number from 2 to 36"))?;
    let parsed = i64::from_str_radix(&args.text(0)?, base);
    parsed.map(Tree::Int).map_err(|_| Fault::at(0, format!("this text is no whole number in base {base}")))
}

pub(super) fn pow(args: &Args<Infallible>) -> Result {
    let (base, power) = (args.number(0)?, args.number(1)?);
    if let (Number::Int(base), Number::Int(power)) = (base, power)
        && let Ok(power) = u32::try_from(power)
        && let Some(exact) = base.checked_pow(power)
    {
        return Ok(Tree::Int(exact));
    }
    finite(base.float().powf(power.float()))
}

pub(super) fn signum(args: &Args<Infallible>) -> Result {
    Ok(match args.number(0)?.order(Number::Int(0)) {
        Ordering::Less => Tree::Int(-1),
        Ordering::Equal => Tree::Int(0),
        Ordering::Greater => Tree::Int(1),
    })
}

pub(super) fn sum(args: &Args<Infallible>) -> Result {
    let numbers = args.list(0)?.iter().map(|it| convert::number(it).map_err(|why| Fault::at(0, why)));
    let mut total: Option<Number> = None;
    for number in numbers {
        let number = number?;
        total = Some(match (total, number) {
            (None, first) => first,
            (Some(Number::Int(a)), Number::Int(b)) => {
                Number::Int(a.checked_add(b).ok_or_else(|| Fault::all(OVERFLOW))?)
            }
            (Some(a), b) => Number::from_float(a.float() + b.float()).ok_or_else(|| Fault::all(OVERFLOW))?,
        });
    }
    total.map(Number::tree).ok_or_else(|| Fault::at(0, "an empty list has no sum"))
}
