//! Values in Terraform's JSON syntax.
//!
//! In: JSON. Out: the expression that it stands for. It must not know where it stands.

use hcl_edit::expr::{Array, Expression, Object, ObjectKey, ObjectValue, Parenthesis};
use hcl_edit::template::{Element, StringTemplate, Template};
use hcl_edit::{Decorate, Ident, Number};
use serde_json::{Map, Value as Json};

/// What texts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Templates: `${…}` is an expression.
    Template,
    /// Expressions without marks around them, as in `depends_on`.
    Expression,
    /// Themselves.
    Literal,
}

/// The expression of a value; an error is the rest of a sentence.
pub(super) fn of(value: &Json, reading: Reading) -> Result<Expression, String> {
    Ok(match value {
        Json::Null => Expression::null(),
        Json::Bool(value) => Expression::from(*value),
        Json::Number(value) => Expression::from(number(value).ok_or_else(|| format!("{value} is too large"))?),
        Json::String(value) => text(value, reading)?,
        Json::Array(values) => {
            let values: Result<Vec<Expression>, String> = values.iter().map(|it| of(it, reading)).collect();
            Expression::Array(Array::from(values?))
        }
        Json::Object(values) => Expression::Object(object(values, reading)?),
    })
}

/// An object, which may stand for a block: there, a comment has the key `//`.
fn object(values: &Map<String, Json>, reading: Reading) -> Result<Object, String> {
    let mut object = Object::new();
    let mut comment = String::new();
    for (name, value) in values {
        match value {
            Json::String(text) if name == "//" && reading == Reading::Template => {
                comment = text.lines().map(|line| format!("# {line}\n")).collect();
            }
            _ => {
                let mut key = key(name, reading)?;
                key.decor_mut().set_prefix(std::mem::take(&mut comment));
                object.insert(key, ObjectValue::from(of(value, reading)?));
            }
        }
    }
    Ok(object)
}

fn number(value: &serde_json::Number) -> Option<Number> {
    let whole = value.as_u64().map(Number::from).or_else(|| value.as_i64().map(Number::from));
    whole.or_else(|| value.as_f64().and_then(Number::from_f64))
}

fn text(text: &str, reading: Reading) -> Result<Expression, String> {
    match reading {
        Reading::Literal => Ok(Expression::from(text)),
        Reading::Template => template(text),
        Reading::Expression if text.contains("${") => template(text),
        Reading::Expression => text.parse().map_err(|_| format!("`{text}` is no expression")),
    }
}

/// A text that is one `${…}` is that expression, whatever its type.
fn template(text: &str) -> Result<Expression, String> {
    if !text.contains("${") && !text.contains("%{") {
        return Ok(Expression::from(text));
    }
    let template: Template = text.parse().map_err(|_| format!("`{text}` is no template"))?;
    let literal: Option<String> = template.iter().map(|it| it.as_literal().map(|it| it.as_str())).collect();
    if let Some(literal) = literal {
        return Ok(Expression::from(literal));
    }
    if let Some(Element::Interpolation(only)) = template.as_single_element() {
        let mut expression = only.expr.clone();
        expression.decor_mut().clear();
        return Ok(expression);
    }
    Ok(Expression::StringTemplate(StringTemplate::from(template)))
}

fn key(name: &str, reading: Reading) -> Result<ObjectKey, String> {
    // A key is never an expression without marks.
    let reading = if reading == Reading::Expression { Reading::Template } else { reading };
    Ok(match text(name, reading)? {
        Expression::String(name) => match Ident::try_new(name.as_str()) {
            Ok(name) => ObjectKey::from(name),
            Err(_) => ObjectKey::from(Expression::String(name)),
        },
        template @ Expression::StringTemplate(_) => ObjectKey::from(template),
        computed => ObjectKey::from(Expression::from(Parenthesis::new(computed))),
    })
}
