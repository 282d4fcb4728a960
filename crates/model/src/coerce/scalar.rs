//! Terraform's conversions between text, numbers and booleans.
//!
//! In: a plain value and the shape it should have. Out: the value in that shape, or the value
//! itself where there is no conversion. It must not know where the value stands.

use crate::schema::Type;
use crate::tree::Tree;

/// Converts a scalar to a scalar type.
///
/// # Errors
/// The value, unchanged, where it is no such thing.
pub fn convert<H>(ty: &Type, tree: Tree<H>) -> Result<Tree<H>, Tree<H>> {
    match ty {
        Type::Bool => to_bool(tree),
        Type::Int => to_whole(tree),
        Type::Float => to_number(tree).map(widen),
        Type::Text => to_text(tree),
        Type::Any => Ok(tree),
        Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Block(_) | Type::Json(_) => Err(tree),
    }
}

/// `true`, `"true"` and `"1"` are true.
///
/// # Errors
/// The value, unchanged.
pub fn to_bool<H>(tree: Tree<H>) -> Result<Tree<H>, Tree<H>> {
    let value = match &tree {
        Tree::Bool(value) => Some(*value),
        Tree::Text(text) => match text.as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    };
    value.map(Tree::Bool).ok_or(tree)
}

/// A number, from a number or its text.
///
/// # Errors
/// The value, unchanged.
pub fn to_number<H>(tree: Tree<H>) -> Result<Tree<H>, Tree<H>> {
    match tree {
        Tree::Int(_) | Tree::Float(_) => Ok(tree),
        Tree::Text(text) => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Ok(Tree::Int(whole)),
            (Err(_), Ok(number)) if number.is_finite() => Ok(whole(number).map_or(Tree::Float(number), Tree::Int)),
            (Err(_), _) => Err(Tree::Text(text)),
        },
        other => Err(other),
    }
}

/// Text, from text, a number or a boolean.
///
/// # Errors
/// The value, unchanged.
pub fn to_text<H>(tree: Tree<H>) -> Result<Tree<H>, Tree<H>> {
    match tree {
        Tree::Text(_) => Ok(tree),
        Tree::Bool(value) => Ok(Tree::text(value.to_string())),
        Tree::Int(value) => Ok(Tree::text(value.to_string())),
        Tree::Float(value) => Ok(Tree::text(value.to_string())),
        other => Err(other),
    }
}

/// What a value is, for messages.
pub fn describe<H>(tree: &Tree<H>) -> &'static str {
    match tree {
        Tree::Null => "nothing",
        Tree::Bool(_) => "a boolean",
        Tree::Int(_) => "a whole number",
        Tree::Float(_) => "a number with a fraction",
        Tree::Text(_) => "a string",
        Tree::List(_) => "a list",
        Tree::Map(_) => "a table",
        Tree::Secret(_) => "a secret",
        Tree::Hole(_) => "an unknown value",
    }
}

/// What a type asks for, for messages.
pub fn expected(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "`true` or `false`",
        Type::Int => "a whole number",
        Type::Float => "a number",
        Type::Text => "a string",
        Type::Any => "a value",
        Type::List(_) | Type::Set(_) => "a list",
        Type::Map(_) | Type::Block(_) => "a table",
        Type::Json(_) => "a JSON document: a table, an array or JSON text",
    }
}

fn to_whole<H>(tree: Tree<H>) -> Result<Tree<H>, Tree<H>> {
    let original = match &tree {
        Tree::Text(text) => Some(text.clone()),
        _ => None,
    };
    match to_number(tree)? {
        Tree::Float(number) => match (whole(number), original) {
            (Some(whole), _) => Ok(Tree::Int(whole)),
            (None, Some(text)) => Err(Tree::Text(text)),
            (None, None) => Err(Tree::Float(number)),
        },
        other => Ok(other),
    }
}

fn widen<H>(tree: Tree<H>) -> Tree<H> {
    match tree {
        // AWS's fractional numbers are small; beyond 53 bits a float loses digits as JSON does.
        #[allow(clippy::cast_precision_loss)]
        Tree::Int(value) => Tree::Float(value as f64),
        other => other,
    }
}

fn whole(number: f64) -> Option<i64> {
    // 2^53: up to here every whole float is exactly one integer.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    #[allow(clippy::cast_possible_truncation)]
    let cast = (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64);
    cast
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Known;

    fn check(ty: Type, value: Known, expect: Option<Known>) {
        assert_eq!(convert(&ty, value.clone()).ok(), expect, "{value:?} to {ty:?}");
    }

    #[test]
    fn conversions_are_terraforms() {
        check(Type::Text, Known::Int(256), Some(Known::text("256")));
        check(Type::Text, Known::Float(0.5), Some(Known::text("0.5")));
        check(Type::Text, Known::Bool(true), Some(Known::text("true")));
        check(Type::Text, Known::List(vec![]), None);
        check(Type::Int, Known::text("256"), Some(Known::Int(256)));
        check(Type::Int, Known::text("1e3"), Some(Known::Int(1000)));
        check(Type::Int, Known::Float(3.0), Some(Known::Int(3)));
        check(Type::Int, Known::Float(3.5), None);
        check(Type::Int, Known::text("3.5"), None);
        check(Type::Int, Known::text("inf"), None);
        check(Type::Int, Known::Bool(true), None);
        check(Type::Float, Known::Int(3), Some(Known::Float(3.0)));
        check(Type::Float, Known::text("0.25"), Some(Known::Float(0.25)));
        check(Type::Bool, Known::text("true"), Some(Known::Bool(true)));
        check(Type::Bool, Known::text("0"), Some(Known::Bool(false)));
        check(Type::Bool, Known::text("True"), None);
        check(Type::Bool, Known::Int(1), None);
    }
}
