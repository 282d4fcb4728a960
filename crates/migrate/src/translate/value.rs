//! Expressions as values of a manifest: tables, lists, texts.
//!
//! In: an expression in terms of the manifest. Out: a value, with the comments inside it. It must
//! not know which argument it is for.

use hcl_edit::expr::{Array, Expression, Object};
use hcl_edit::template::{Element, Template};
use serde_json::Value as Json;

use super::print;
use super::syntax::{opened, static_key};
use crate::draft::{Entry, Item, Table, Value};
use crate::terraform::comments;

/// The value that an expression writes; none for null.
#[must_use]
pub fn value(expression: &Expression) -> Option<Value> {
    match opened(expression) {
        Expression::Null(_) => None,
        Expression::Bool(value) => Some(Value::Bool(*value.value())),
        Expression::Number(number) => Some(match (number.value().as_i64(), number.value().as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::expression(&print::expression(expression)),
        }),
        Expression::String(text) => Some(Value::literal(text.value())),
        Expression::StringTemplate(template) => Some(Value::Text(print::template(template))),
        Expression::HeredocTemplate(heredoc) => Some(Value::Text(print::template(&heredoc.template))),
        Expression::Array(items) => Some(list(items)),
        Expression::Object(members) => {
            let table = table(members);
            Some(table.map_or_else(|| Value::expression(&print::expression(expression)), Value::Table))
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "toset" => match call.args.get(0).map(opened) {
            Some(Expression::Array(items)) if items.iter().all(|it| matches!(opened(it), Expression::String(_))) => {
                Some(list(items))
            }
            _ => Some(Value::expression(&print::expression(expression))),
        },
        Expression::Parenthesis(_)
        | Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => Some(Value::expression(&print::expression(opened(expression)))),
    }
}

/// The value of a JSON document: of `jsonencode(…)`, or of a text that is JSON. None where it is
/// neither.
#[must_use]
pub fn document(expression: &Expression) -> Option<Value> {
    match opened(expression) {
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => {
            let inner = opened(call.args.get(0)?);
            let is_open = matches!(inner, Expression::Object(_) | Expression::Array(_));
            is_open.then(|| value(inner)).flatten().map(blocks).filter(|it| !matches!(it, Value::Text(_)))
        }
        Expression::String(text) => json(&Template::from(vec![Element::from(text.value().as_str())])),
        Expression::StringTemplate(template) => json(template),
        Expression::HeredocTemplate(heredoc) => json(&heredoc.template),
        _ => None,
    }
}

/// What `jsonencode` encodes.
#[must_use]
pub fn decoded(expression: &Expression) -> Option<Expression> {
    match opened(expression) {
        Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => call.args.get(0).cloned(),
        _ => None,
    }
}

/// A member that may not be absent: null is written as an expression.
fn member(expression: &Expression) -> Value {
    value(expression).unwrap_or_else(|| Value::expression("null"))
}

fn list(items: &Array) -> Value {
    let comments = comments::of_array(items);
    let item = |(expression, comments): (&Expression, crate::terraform::configuration::Comments)| Item {
        above: comments.above,
        value: member(expression),
        beside: comments.beside,
    };
    Value::List(items.iter().zip(comments).map(item).collect())
}

/// The table of an object whose keys are all known.
#[must_use]
pub fn table(members: &Object) -> Option<Table> {
    let comments = comments::of_object(members);
    let mut entries = Vec::new();
    for ((key, value), comments) in members.iter().zip(comments) {
        entries.push(Entry {
            key: static_key(key)?,
            above: comments.above,
            value: member(value.expr()),
            beside: comments.beside,
            is_block: false,
        });
    }
    Some(Table { entries, after: comments::after_object(members) })
}

/// A document whose lists of tables stand as blocks.
fn blocks(value: Value) -> Value {
    match value {
        Value::Table(mut table) => {
            for entry in &mut table.entries {
                entry.is_block = is_tables(&entry.value);
            }
            Value::Table(table)
        }
        other => other,
    }
}

fn is_tables(value: &Value) -> bool {
    match value {
        Value::List(items) => !items.is_empty() && items.iter().all(|it| matches!(it.value, Value::Table(_))),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Table(_) => false,
    }
}

/// Stands around the number of an expression in a text that is read as JSON.
const MARK: char = '\u{1}';

/// The document of a template that is JSON once its expressions are put aside.
fn json(template: &Template) -> Option<Value> {
    let mut expressions = Vec::new();
    let mut text = String::new();
    let mut is_inside = false;
    for element in template.iter() {
        match element {
            Element::Literal(literal) => {
                text.push_str(literal.value());
                is_inside = ends_inside(literal.value(), is_inside);
            }
            Element::Interpolation(it) => {
                let number = expressions.len();
                let mark = format!("\\u0001{number}\\u0001");
                text.push_str(&if is_inside { mark } else { format!("\"{mark}\"") });
                expressions.push((it.expr.clone(), is_inside));
            }
            Element::Directive(_) => return None,
        }
    }
    let document: Json = serde_json::from_str(&text).ok()?;
    let is_document = matches!(document, Json::Array(_) | Json::Object(_));
    is_document.then(|| blocks(filled(&document, &expressions)))
}

/// Whether a JSON text ends within a string.
fn ends_inside(text: &str, mut is_inside: bool) -> bool {
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if is_inside => drop(characters.next()),
            '"' => is_inside = !is_inside,
            _ => {}
        }
    }
    is_inside
}

fn filled(value: &Json, expressions: &[(Expression, bool)]) -> Value {
    match value {
        Json::Null => Value::expression("null"),
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Value::Int(whole),
            (None, float) => Value::Float(float.unwrap_or_default()),
        },
        Json::String(text) => filled_text(text, expressions),
        Json::Array(items) => Value::List(items.iter().map(|it| filled(it, expressions).into()).collect()),
        Json::Object(members) => {
            let entry =
                |(key, value): (&String, &Json)| Entry::new(plain(key, expressions), filled(value, expressions));
            Value::Table(Table { entries: members.iter().map(entry).collect(), ..Table::default() })
        }
    }
}

fn filled_text(text: &str, expressions: &[(Expression, bool)]) -> Value {
    let of = |number: &str| number.parse::<usize>().ok().and_then(|it| expressions.get(it));
    let parts: Vec<&str> = text.split(MARK).collect();
    if let ["", only, ""] = parts.as_slice()
        && let Some((expression, false)) = of(only)
    {
        return match opened(expression) {
            Expression::FuncCall(call) if call.name.name.as_str() == "jsonencode" => {
                call.args.get(0).map_or_else(|| Value::expression("null"), member)
            }
            other => member(other),
        };
    }
    Value::Text(plain(text, expressions))
}

/// A text with its expressions back in it.
fn plain(text: &str, expressions: &[(Expression, bool)]) -> String {
    let part = |(index, part): (usize, &str)| {
        let expression =
            (index % 2 == 1).then(|| part.parse::<usize>().ok().and_then(|it| expressions.get(it))).flatten();
        expression.map_or_else(|| print::markers(part), |(it, _)| format!("${{{}}}", print::expression(it)))
    };
    text.split(MARK).enumerate().map(part).collect()
}

#[cfg(test)]
mod tests {
    use hcl_edit::structure::Body;

    use super::document;
    use crate::draft::{Table, Value};

    /// The members of the document that an attribute's value is.
    fn check(value: &str, expected: &[&str]) {
        let body: Body = format!("x = {value}\n").parse().expect("a body");
        let expression = body.get_attribute("x").expect("an attribute").value.clone();
        let Some(Value::Table(Table { entries, .. })) = document(&expression) else { panic!("no document: {value}") };
        let keys: Vec<&str> = entries.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, expected);
    }

    #[test]
    fn texts_that_are_json_are_documents() {
        check("jsonencode({ A = 1, B = [x.y] })", &["A", "B"]);
        check("<<EOF\n{ \"A\": \"${x.y}:${x.z}:*\", \"B\": 1 }\nEOF", &["A", "B"]);
        check(
            "<<-EOF\n    {\n      \"A\": \"${x.y}\",\n      \"B\": [\"a:${x.y}:${x.z}:*\"]\n    }\n  EOF",
            &["A", "B"],
        );
        check("\"{ \\\"A\\\": ${jsonencode(x.y)}, \\\"B\\\": \\\"\\\\\\\"${x.y}\\\" }\"", &["A", "B"]);
    }
}
