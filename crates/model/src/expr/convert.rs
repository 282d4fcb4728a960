//! Terraform's conversions between text, numbers and booleans, equality and order.
//!
//! In: plain values. Out: other plain values, or a sentence why not; no sentence quotes a value,
//! which may be secret. It must not know operators or functions.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>

use std::cmp::Ordering;

use super::veil::Veil;
use crate::tree::{Known, Planned, Tree};

/// A number; whole where it can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Float(f64),
}

/// Beyond this, neighbouring floats are more than one apart, so "whole" means nothing.
const EXACT: f64 = 9_007_199_254_740_992.0;

pub(super) const OVERFLOW: &str = "the result does not fit a 64-bit number";

impl Number {
    /// A float as the simplest number; `None` for infinities and NaN.
    #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
    pub(super) fn from_float(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        Some(if value.fract() == 0.0 && value.abs() < EXACT { Self::Int(value as i64) } else { Self::Float(value) })
    }

    #[allow(clippy::cast_precision_loss, reason = "a float is asked for")]
    pub(super) fn float(self) -> f64 {
        match self {
            Self::Int(value) => value as f64,
            Self::Float(value) => value,
        }
    }

    /// The whole number, if it is one.
    pub(super) fn whole(self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(value),
            Self::Float(value) => match Self::from_float(value) {
                Some(Self::Int(value)) => Some(value),
                Some(Self::Float(_)) | None => None,
            },
        }
    }

    /// Reads a decimal number as Terraform does.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let allowed = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
        if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !digits.chars().all(allowed) {
            return Err("this text is no number".to_owned());
        }
        if let Ok(whole) = text.parse() {
            return Ok(Self::Int(whole));
        }
        let float: f64 = text.parse().map_err(|_| "this text is no number".to_owned())?;
        let number = Self::from_float(float).ok_or_else(|| OVERFLOW.to_owned())?;
        match number {
            // Only digits, yet too large: rounding it silently would change it.
            Self::Float(_) if digits.chars().all(|c| c.is_ascii_digit()) => Err(OVERFLOW.to_owned()),
            Self::Int(_) | Self::Float(_) => Ok(number),
        }
    }

    pub(super) fn tree<H>(self) -> Tree<H> {
        match self {
            Self::Int(value) => Tree::Int(value),
            Self::Float(value) => Tree::Float(value),
        }
    }

    pub(super) fn order(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(&b),
            (a, b) => a.float().total_cmp(&b.float()),
        }
    }
}

/// What kind of value this is, as a noun for messages.
pub(super) fn noun<H>(value: &Tree<H>) -> &'static str {
    match value {
        Tree::Null => "null",
        Tree::Bool(_) => "a boolean",
        Tree::Int(_) | Tree::Float(_) => "a number",
        Tree::Text(_) => "text",
        Tree::List(_) => "a list",
        Tree::Map(_) => "a map",
        Tree::Secret(_) => "a secret",
        Tree::Hole(_) => "an unknown value",
    }
}

/// A number, or text that is one.
pub(super) fn number<H>(value: &Tree<H>) -> Result<Number, String> {
    match value {
        Tree::Int(whole) => Ok(Number::Int(*whole)),
        Tree::Float(float) => Number::from_float(*float).ok_or_else(|| OVERFLOW.to_owned()),
        Tree::Text(text) => Number::parse(text),
        other => Err(format!("a number is needed, and this is {}", noun(other))),
    }
}

/// A boolean, or text that is one.
pub(super) fn boolean<H>(value: &Tree<H>) -> Result<bool, String> {
    match value {
        Tree::Bool(value) => Ok(*value),
        Tree::Text(text) => match text.as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err("a boolean is needed, and this text is neither \"true\" nor \"false\"".to_owned()),
        },
        other => Err(format!("a boolean is needed, and this is {}", noun(other))),
    }
}

/// Text, or a number or boolean as text; numbers in decimal digits without an exponent.
pub(super) fn text<H>(value: &Tree<H>) -> Result<String, String> {
    match value {
        Tree::Text(text) => Ok(text.clone()),
        Tree::Bool(value) => Ok(value.to_string()),
        Tree::Int(whole) => Ok(whole.to_string()),
        Tree::Float(float) => Ok(float.to_string()),
        other => Err(format!("text is needed, and this is {}", noun(other))),
    }
}

/// Items of one type: where texts stand among numbers and booleans, all become text.
pub(super) fn unify<H>(items: Vec<Tree<H>>) -> Vec<Tree<H>> {
    let scalar = |it: &Tree<H>| matches!(it, Tree::Bool(_) | Tree::Int(_) | Tree::Float(_));
    if !items.iter().any(|it| matches!(it, Tree::Text(_))) || !items.iter().any(scalar) {
        return items;
    }
    items.into_iter().map(|it| text(&it).map_or(it, Tree::Text)).collect()
}

/// Whether two values are equal; `None` where that hangs on what the veil has collected. Text
/// never equals a number.
pub(super) fn same(veil: &mut Veil, a: &Planned, b: &Planned) -> Option<bool> {
    match (a, b) {
        (Tree::Secret(_) | Tree::Hole(_), _) | (_, Tree::Secret(_) | Tree::Hole(_)) => {
            let mut here = Veil::default();
            let (plain_a, plain_b) = (here.top(a.clone()), here.top(b.clone()));
            let opaque = here.is_opaque();
            veil.join(here);
            if opaque { None } else { same(veil, &plain_a, &plain_b) }
        }
        (Tree::Null, Tree::Null) => Some(true),
        (Tree::Bool(a), Tree::Bool(b)) => Some(a == b),
        (Tree::Text(a), Tree::Text(b)) => Some(a == b),
        (Tree::List(a), Tree::List(b)) if a.len() == b.len() => all(a.iter().zip(b).map(|(a, b)| same(veil, a, b))),
        (Tree::Map(a), Tree::Map(b)) if a.keys().eq(b.keys()) => {
            all(a.values().zip(b.values()).map(|(a, b)| same(veil, a, b)))
        }
        (Tree::Int(_) | Tree::Float(_), Tree::Int(_) | Tree::Float(_)) => match (number(a), number(b)) {
            (Ok(a), Ok(b)) => Some(a.order(b) == Ordering::Equal),
            _ => Some(false),
        },
        _ => Some(false),
    }
}

/// Whether all of several are true: one false decides, whatever the unknown ones are.
pub(super) fn all(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(true);
    for answer in answers {
        match answer {
            Some(false) => return Some(false),
            None => result = None,
            Some(true) => {}
        }
    }
    result
}

/// The order of a set: null, booleans, numbers, texts, then lists and maps by their members.
pub(super) fn order(a: &Known, b: &Known) -> Ordering {
    let rank = |it: &Known| match it {
        Tree::Null => 0,
        Tree::Bool(_) => 1,
        Tree::Int(_) | Tree::Float(_) => 2,
        Tree::Text(_) => 3,
        Tree::List(_) => 4,
        Tree::Map(_) => 5,
        Tree::Secret(_) => 6,
        Tree::Hole(never) => match *never {},
    };
    match (a, b) {
        (Tree::Bool(a), Tree::Bool(b)) => a.cmp(b),
        (Tree::Text(a), Tree::Text(b)) => a.cmp(b),
        (Tree::List(a), Tree::List(b)) => sequence(a.iter().zip(b).map(|(a, b)| order(a, b)), a.len().cmp(&b.len())),
        (Tree::Map(a), Tree::Map(b)) => {
            let members = a.iter().zip(b).map(|((ka, a), (kb, b))| ka.cmp(kb).then_with(|| order(a, b)));
            sequence(members, a.len().cmp(&b.len()))
        }
        _ => match (number(a), number(b), rank(a) == 2 && rank(b) == 2) {
            (Ok(a), Ok(b), true) => a.order(b),
            _ => rank(a).cmp(&rank(b)),
        },
    }
}

fn sequence(mut steps: impl Iterator<Item = Ordering>, last: Ordering) -> Ordering {
    steps.find(|it| it.is_ne()).unwrap_or(last)
}
