//! Ranges, lengths, patterns and allowed values of one argument.
//!
//! In: a field and a value of its type. Out: what is wrong with the value. It must not know
//! where the value stands, and never quotes a secret.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;

use crate::diagnostic::nearest;
use crate::schema::{Field, Type};
use crate::tree::Tree;

/// A value outside its field's limits.
pub struct Excess {
    /// The diagnostic's code.
    pub code: &'static str,
    /// What the value must be, as the end of "`name` …".
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The value that was meant, where one is near.
    pub suggestion: Option<String>,
    /// Whether AWS may accept it all the same.
    pub warning: bool,
}

/// Checks one value; items of lists and maps are checked one by one by the caller.
pub fn check<H>(field: &Field, value: &Tree<H>, item: bool, hidden: bool) -> Option<Excess> {
    match value {
        Tree::Int(number) => {
            // A limit far below 2^53 is compared, so the lost digits cannot matter.
            #[allow(clippy::cast_precision_loss)]
            let float = *number as f64;
            range(field, float, hidden).or_else(|| allowed(field, &number.to_string(), hidden))
        }
        Tree::Float(number) => range(field, *number, hidden),
        Tree::Text(text) => {
            let of_items = matches!(field.ty, Type::List(_) | Type::Set(_) | Type::Map(_));
            let counted =
                if item && of_items { None } else { length(field, text.chars().count(), "character", hidden) };
            counted.or_else(|| allowed(field, text, hidden)).or_else(|| pattern(field, text, hidden))
        }
        Tree::List(items) if !item => length(field, items.len(), "item", hidden),
        Tree::Map(members) if !item && matches!(field.ty, Type::Map(_)) => {
            length(field, members.len(), "entry", hidden)
        }
        Tree::Null | Tree::Bool(_) | Tree::List(_) | Tree::Map(_) | Tree::Secret(_) | Tree::Hole(_) => None,
    }
}

/// Whether a whole text matches a pattern; `None` where the pattern itself is invalid.
pub fn matches_whole(pattern: &str, text: &str) -> Option<bool> {
    compiled(pattern).map(|regex| regex.is_match(text))
}

fn range(field: &Field, number: f64, hidden: bool) -> Option<Excess> {
    let (low, high) = field.range?;
    if (low..=high).contains(&number) {
        return None;
    }
    let bounds = match (low.is_finite() && low > i64::MIN as f64, high.is_finite() && high < i64::MAX as f64) {
        (true, false) => format!("must be at least {low}"),
        (false, true) => format!("must be at most {high}"),
        (true, true) | (false, false) => format!("must be between {low} and {high}"),
    };
    Some(excess("out-of-range", bounds, &number.to_string(), hidden))
}

fn length(field: &Field, count: usize, unit: &str, hidden: bool) -> Option<Excess> {
    let (low, high) = field.length?;
    if (low..=high).contains(&count) {
        return None;
    }
    let many = |count: usize| match (count, unit) {
        (1, _) => format!("1 {unit}"),
        (_, "entry") => format!("{count} entries"),
        (_, _) => format!("{count} {unit}s"),
    };
    let bounds = match (low, high) {
        (low, high) if low == high => format!("must have {}", many(low)),
        (0, high) => format!("must have at most {}", many(high)),
        (low, usize::MAX) => format!("must have at least {}", many(low)),
        (low, high) => format!("must have {low} to {}", many(high)),
    };
    Some(excess("wrong-length", bounds, &count.to_string(), hidden))
}

fn pattern(field: &Field, text: &str, hidden: bool) -> Option<Excess> {
    let pattern = field.pattern?;
    if matches_whole(pattern, text).unwrap_or(true) {
        return None;
    }
    Some(excess("wrong-format", format!("must match `{pattern}`"), &format!("{text:?}"), hidden))
}

fn allowed(field: &Field, text: &str, hidden: bool) -> Option<Excess> {
    if field.allowed.is_empty() || field.allowed.contains(&text) {
        return None;
    }
    let other_case = field.allowed.iter().find(|it| it.eq_ignore_ascii_case(text)).copied();
    let suggestion = other_case.or_else(|| nearest(text, field.allowed.iter().copied())).filter(|_| !hidden);
    let listed = field.allowed.iter().map(|it| format!("`{it}`")).collect::<Vec<String>>().join(", ");
    let quoted = if hidden { "this value".to_owned() } else { format!("{text:?}") };
    let (message, help) = if field.open {
        (format!("is {quoted}, which is not among the values known here"), format!("known values: {listed}"))
    } else {
        (format!("cannot be {quoted}"), format!("allowed values: {listed}"))
    };
    Some(Excess {
        code: "not-allowed",
        message,
        help: Some(suggestion.map_or(help, |it| format!("did you mean `{it}`?"))),
        suggestion: suggestion.map(str::to_owned),
        warning: field.open,
    })
}

fn excess(code: &'static str, bounds: String, found: &str, hidden: bool) -> Excess {
    let message = if hidden { bounds } else { format!("{bounds}, not {found}") };
    Excess { code, message, help: None, suggestion: None, warning: false }
}

/// Patterns are compiled once per process: ten thousand resources of one kind share theirs.
fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    static COMPILED: Mutex<BTreeMap<String, Option<Arc<Regex>>>> = Mutex::new(BTreeMap::new());
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.clone();
    }
    let regex = Regex::new(&format!("^(?:{pattern})$")).ok().map(Arc::new);
    compiled.insert(pattern.to_owned(), regex.clone());
    regex
}
