//! The types of variables: `string number bool any list(T) set(T) map(T) object({…})`.
//!
//! In: a type's text; values. Out: the type; the value converted as Terraform converts it. It
//! must not know where values come from.

use std::collections::BTreeMap;

use crate::coerce::scalar;
use crate::diagnostic::nearest;
use crate::expr;
use crate::source::Span;
use crate::tree::{Known, Tree};

/// The type of a variable.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum VariableType {
    Any,
    String,
    Number,
    Bool,
    List(Box<VariableType>),
    Set(Box<VariableType>),
    Map(Box<VariableType>),
    Object(BTreeMap<String, Attribute>),
}

/// One attribute of an object type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Attribute {
    ty: VariableType,
    /// Whether it may be left out, and what it is then.
    optional: Option<Known>,
}

const NAMES: &[&str] = &["string", "number", "bool", "any", "list", "set", "map", "object"];

impl VariableType {
    /// Reads a type's text.
    ///
    /// # Errors
    /// A sentence and what to do.
    pub fn parse(text: &str) -> Result<Self, (String, String)> {
        let mut parser = Parser { rest: text };
        let ty = parser.ty()?;
        parser.space();
        if parser.rest.is_empty() { Ok(ty) } else { Err(parser.unexpected()) }
    }

    /// Reads a value given as text on the command line or in the environment.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(&self, text: &str) -> Result<Known, String> {
        match self {
            Self::Any | Self::String | Self::Number | Self::Bool => self.convert(Tree::text(text)),
            Self::List(_) | Self::Set(_) | Self::Map(_) | Self::Object(_) => {
                let value = match serde_json::from_str::<serde_json::Value>(text) {
                    Ok(json) => Known::from_json(&json),
                    Err(_) => literal(text)?,
                };
                self.convert(value)
            }
        }
    }

    /// Converts a value to the type. Messages never quote the value.
    ///
    /// # Errors
    /// What is wrong, as the end of "the value …".
    pub fn convert(&self, value: Known) -> Result<Known, String> {
        if value.is_null() {
            return Ok(value);
        }
        let wrong = |expected: &str, found: &Known| format!("must be {expected}, not {}", scalar::describe(found));
        match (self, value) {
            (Self::Any, value) => Ok(value),
            (Self::String, value) => scalar::to_text(value).map_err(|it| wrong("a string", &it)),
            (Self::Number, value) => scalar::to_number(value).map_err(|it| wrong("a number", &it)),
            (Self::Bool, value) => scalar::to_bool(value).map_err(|it| wrong("`true` or `false`", &it)),
            (Self::List(inner), Tree::List(items)) => inner.items(items).map(Tree::List),
            (Self::Set(inner), Tree::List(items)) => {
                let mut distinct: Vec<Known> = Vec::new();
                for item in inner.items(items)? {
                    if !distinct.contains(&item) {
                        distinct.push(item);
                    }
                }
                Ok(Tree::List(distinct))
            }
            (Self::List(_) | Self::Set(_), other) => Err(wrong("a list", &other)),
            (Self::Map(inner), Tree::Map(members)) => {
                let convert = |(key, member): (String, Known)| {
                    let member = inner.convert(member).map_err(|it| format!("has the entry `{key}`, which {it}"))?;
                    Ok((key, member))
                };
                members.into_iter().map(convert).collect::<Result<_, String>>().map(Tree::Map)
            }
            (Self::Map(_), other) => Err(wrong("a table", &other)),
            (Self::Object(attributes), Tree::Map(members)) => object(attributes, members),
            (Self::Object(_), other) => Err(wrong("a table", &other)),
        }
    }

    fn items(&self, items: Vec<Known>) -> Result<Vec<Known>, String> {
        let convert = |(index, item)| self.convert(item).map_err(|it| format!("has the item {index}, which {it}"));
        items.into_iter().enumerate().map(convert).collect()
    }
}

fn object(attributes: &BTreeMap<String, Attribute>, mut members: BTreeMap<String, Known>) -> Result<Known, String> {
    let mut converted = BTreeMap::new();
    for (name, attribute) in attributes {
        let value = match (members.remove(name), &attribute.optional) {
            (None, None) => return Err(format!("lacks the attribute `{name}`")),
            (None | Some(Tree::Null), Some(default)) => default.clone(),
            (Some(value), _) => value,
        };
        let value = attribute.ty.convert(value).map_err(|it| format!("has the attribute `{name}`, which {it}"))?;
        converted.insert(name.clone(), value);
    }
    match members.keys().next() {
        None => Ok(Tree::Map(converted)),
        Some(unknown) => Err(match nearest(unknown, attributes.keys().map(String::as_str)) {
            Some(meant) => format!("has the unknown attribute `{unknown}` (did you mean `{meant}`?)"),
            None => format!("has the unknown attribute `{unknown}`"),
        }),
    }
}

/// A value in expression syntax without names: `["a"]`, `{ a = 1 }`.
fn literal(text: &str) -> Result<Known, String> {
    let invalid = || "must be written as JSON or as an expression like `[\"a\"]` or `{ a = 1 }`".to_owned();
    let expr = expr::parse_bare(text, Span::default()).map_err(|_| invalid())?;
    if !expr.references().is_empty() {
        return Err(invalid());
    }
    super::variables::evaluate_alone(&expr).ok_or_else(invalid)
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn word(&mut self) -> String {
        self.space();
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let end = self.rest.find(|c| !word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn take(&mut self, token: char) -> bool {
        self.space();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: char) -> Result<(), (String, String)> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> (String, String) {
        let message = match self.rest.chars().next() {
            Some(found) => format!("this type is not understood from `{found}` on"),
            None => "this type ends too early".to_owned(),
        };
        (message, "a type looks like `string`, `list(string)` or `object({ name = string })`".to_owned())
    }

    fn ty(&mut self) -> Result<VariableType, (String, String)> {
        let word = self.word();
        Ok(match word.as_str() {
            "any" => VariableType::Any,
            "string" => VariableType::String,
            "number" => VariableType::Number,
            "bool" => VariableType::Bool,
            "list" => VariableType::List(self.inner()?),
            "set" => VariableType::Set(self.inner()?),
            "map" => VariableType::Map(self.inner()?),
            "object" => VariableType::Object(self.attributes()?),
            "" => return Err(self.unexpected()),
            other => {
                let help = match nearest(other, NAMES.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "types are string, number, bool, any, list(…), set(…), map(…), object({…})".to_owned(),
                };
                return Err((format!("there is no variable type `{other}`"), help));
            }
        })
    }

    /// `(T)`; without one, a collection of anything, as in Terraform.
    fn inner(&mut self) -> Result<Box<VariableType>, (String, String)> {
        if !self.take('(') {
            return Ok(Box::new(VariableType::Any));
        }
        let ty = self.ty()?;
        self.expect(')')?;
        Ok(Box::new(ty))
    }

    fn attributes(&mut self) -> Result<BTreeMap<String, Attribute>, (String, String)> {
        self.expect('(')?;
        self.expect('{')?;
        let mut attributes = BTreeMap::new();
        while !self.take('}') {
            let name = self.word();
            if name.is_empty() {
                return Err(self.unexpected());
            }
            self.expect('=')?;
            let attribute = self.attribute()?;
            attributes.insert(name, attribute);
            self.take(',');
        }
        self.expect(')')?;
        Ok(attributes)
    }

    fn attribute(&mut self) -> Result<Attribute, (String, String)> {
        self.space();
        let Some(rest) = self.rest.strip_prefix("optional") else {
            return Ok(Attribute { ty: self.ty()?, optional: None });
        };
        self.rest = rest;
        self.expect('(')?;
        let ty = self.ty()?;
        let mut default = Known::Null;
        if self.take(',') {
            let text = self.until_closing()?;
            let hint = || "the default is a literal, as `optional(number, 3)`".to_owned();
            default = literal(text.trim())
                .and_then(|value| ty.convert(value))
                .map_err(|it| (format!("the default of an optional attribute {it}"), hint()))?;
        }
        self.expect(')')?;
        Ok(Attribute { ty, optional: Some(default) })
    }

    /// The text up to the parenthesis that closes the one already open.
    fn until_closing(&mut self) -> Result<String, (String, String)> {
        let (mut depth, mut quoted) = (0_usize, false);
        for (at, c) in self.rest.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '(' | '[' | '{' if !quoted => depth += 1,
                ')' if !quoted && depth == 0 => {
                    let (text, rest) = self.rest.split_at(at);
                    self.rest = rest;
                    return Ok(text.to_owned());
                }
                ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        Err(self.unexpected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(ty: &str, text: &str, expect: Result<&str, &str>) {
        let ty = VariableType::parse(ty).expect("a type");
        let read = ty.read(text).map(|value| value.to_json().to_string());
        assert_eq!(read, expect.map(str::to_owned).map_err(str::to_owned), "{text} as {ty:?}");
    }

    #[test]
    fn texts_convert_to_the_declared_type() {
        check("string", "5", Ok(r#""5""#));
        check("any", "5", Ok(r#""5""#));
        check("number", "5", Ok("5"));
        check("number", "many", Err("must be a number, not a string"));
        check("bool", "true", Ok("true"));
        check("bool", "yes", Err("must be `true` or `false`, not a string"));
        check("list(number)", r#"["1", 2]"#, Ok("[1,2]"));
        check("set(string)", r#"["a", "b", "a"]"#, Ok(r#"["a","b"]"#));
        check("map(string)", r#"{"a": 1}"#, Ok(r#"{"a":"1"}"#));
        check("map(string)", r#"{ a = 1 }"#, Ok(r#"{"a":"1"}"#));
        check("list(string)", "a,b", Err("must be written as JSON or as an expression like `[\"a\"]` or `{ a = 1 }`"));
        check("list(number)", r#"["x"]"#, Err("has the item 0, which must be a number, not a string"));
    }

    #[test]
    fn objects_know_their_attributes() {
        let ty = "object({ name = string, size = optional(number, 3), tags = optional(map(string)) })";
        check(ty, r#"{"name": "a"}"#, Ok(r#"{"name":"a","size":3,"tags":null}"#));
        check(ty, r#"{"size": 4}"#, Err("lacks the attribute `name`"));
        check(ty, r#"{"name": "a", "sise": 4}"#, Err("has the unknown attribute `sise` (did you mean `size`?)"));
    }

    #[test]
    fn types_that_are_none() {
        for (text, message) in [
            ("strin", "there is no variable type `strin`"),
            ("list(string", "this type ends too early"),
            ("string)", "this type is not understood from `)` on"),
            ("", "this type ends too early"),
        ] {
            assert_eq!(VariableType::parse(text).map_err(|it| it.0), Err(message.to_owned()), "{text}");
        }
    }
}
