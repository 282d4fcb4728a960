//! From values to Rust types and back: what the derive generates calls to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::schema::{Document, Type};
use crate::tree::{Known, Secret as SecretLeaf, Tree};

/// A Rust type that a value can be read into and written from.
pub trait Typed: Sized {
    /// Its shape.
    const TYPE: &'static Type;
    /// Whether null is no value of it.
    const REQUIRED: bool = true;
    /// Whether its values are secrets.
    const SENSITIVE: bool = false;
    /// Reads a value; a missing member arrives as null.
    ///
    /// # Errors
    /// Where and what was expected instead.
    fn read(tree: Known) -> Result<Self, Mismatch>;
    /// Writes the value; what is not set becomes null.
    fn write(&self) -> Known;
}

/// A value of another shape than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// The fields and indexes that lead to it.
    pub path: Vec<String>,
    /// What was expected, as "a string".
    pub expected: &'static str,
}

impl Mismatch {
    /// A mismatch right here.
    #[must_use]
    pub fn new(expected: &'static str) -> Self {
        Self { path: Vec::new(), expected }
    }

    /// The same one level up.
    #[must_use]
    pub fn at(mut self, key: &str) -> Self {
        self.path.insert(0, key.to_owned());
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not {}", self.path.join("."), self.expected)
    }
}

impl std::error::Error for Mismatch {}

impl Typed for String {
    const TYPE: &'static Type = &Type::Text;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Text(value) => Ok(value),
            Tree::Secret(SecretLeaf::Plain { value, .. }) => Self::read(*value),
            _ => Err(Mismatch::new("a string")),
        }
    }
    fn write(&self) -> Known {
        Tree::text(self)
    }
}

impl Typed for bool {
    const TYPE: &'static Type = &Type::Bool;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Bool(value) => Ok(value),
            Tree::Secret(SecretLeaf::Plain { value, .. }) => Self::read(*value),
            _ => Err(Mismatch::new("a boolean")),
        }
    }
    fn write(&self) -> Known {
        Tree::Bool(*self)
    }
}

macro_rules! whole_numbers {
    ($($ty:ty),*) => {$(
        impl Typed for $ty {
            const TYPE: &'static Type = &Type::Int;
            fn read(tree: Known) -> Result<Self, Mismatch> {
                match tree {
                    Tree::Int(value) => value.try_into().map_err(|_| Mismatch::new("a whole number in range")),
                    Tree::Secret(SecretLeaf::Plain { value, .. }) => Self::read(*value),
                    _ => Err(Mismatch::new("a whole number")),
                }
            }
            fn write(&self) -> Known {
                Tree::Int((*self).into())
            }
        }
    )*};
}
whole_numbers!(i32, i64, u16, u32);

impl Typed for f64 {
    const TYPE: &'static Type = &Type::Float;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Float(value) => Ok(value),
            // AWS numbers that fit a float's 53 bits; larger ones lose digits as JSON does.
            #[allow(clippy::cast_precision_loss)]
            Tree::Int(value) => Ok(value as Self),
            _ => Err(Mismatch::new("a number")),
        }
    }
    fn write(&self) -> Known {
        Tree::Float(*self)
    }
}

impl<T: Typed> Typed for Option<T> {
    const TYPE: &'static Type = T::TYPE;
    const REQUIRED: bool = false;
    const SENSITIVE: bool = T::SENSITIVE;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Null => Ok(None),
            tree => T::read(tree).map(Some),
        }
    }
    fn write(&self) -> Known {
        self.as_ref().map_or(Tree::Null, T::write)
    }
}

impl<T: Typed> Typed for Box<T> {
    const TYPE: &'static Type = T::TYPE;
    const REQUIRED: bool = T::REQUIRED;
    const SENSITIVE: bool = T::SENSITIVE;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        T::read(tree).map(Self::new)
    }
    fn write(&self) -> Known {
        T::write(self)
    }
}

impl<T: Typed> Typed for Vec<T> {
    const TYPE: &'static Type = &Type::List(T::TYPE);
    const SENSITIVE: bool = T::SENSITIVE;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::List(items) => items
                .into_iter()
                .enumerate()
                .map(|(index, item)| T::read(item).map_err(|wrong| wrong.at(&index.to_string())))
                .collect(),
            _ => Err(Mismatch::new("a list")),
        }
    }
    fn write(&self) -> Known {
        Tree::List(self.iter().map(T::write).collect())
    }
}

/// A set, in a stable order: text and number sets. Sets of blocks are [`Blocks`].
impl<T: Typed + Ord> Typed for BTreeSet<T> {
    const TYPE: &'static Type = &Type::Set(T::TYPE);
    const SENSITIVE: bool = T::SENSITIVE;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        Vec::read(tree).map(|items: Vec<T>| items.into_iter().collect())
    }
    fn write(&self) -> Known {
        Tree::List(self.iter().map(T::write).collect())
    }
}

/// A set of blocks (`[[…]]` whose order means nothing), in the order given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Blocks<T>(pub Vec<T>);

impl<T: Typed> Typed for Blocks<T> {
    const TYPE: &'static Type = &Type::Set(T::TYPE);
    const SENSITIVE: bool = T::SENSITIVE;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        Vec::read(tree).map(Self)
    }
    fn write(&self) -> Known {
        self.0.write()
    }
}

impl<T> std::ops::Deref for Blocks<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> FromIterator<T> for Blocks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T: Typed> Typed for BTreeMap<String, T> {
    const TYPE: &'static Type = &Type::Map(T::TYPE);
    const SENSITIVE: bool = T::SENSITIVE;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Map(map) => {
                let read = |(key, value): (String, Known)| match T::read(value) {
                    Ok(value) => Ok((key, value)),
                    Err(wrong) => Err(wrong.at(&key)),
                };
                map.into_iter().map(read).collect()
            }
            _ => Err(Mismatch::new("a map")),
        }
    }
    fn write(&self) -> Known {
        Tree::map(self.iter().map(|(key, value)| (key, value.write())))
    }
}

/// Anything at all; for outputs and data sources whose shape varies.
impl Typed for Known {
    const TYPE: &'static Type = &Type::Any;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        Ok(tree)
    }
    fn write(&self) -> Known {
        self.clone()
    }
}

/// A value that is never printed. It reads from plain values and secrets and writes secrets.
#[derive(Clone, PartialEq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// The value, to be sent to AWS and nowhere else.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<T: Typed> Typed for Secret<T> {
    const TYPE: &'static Type = T::TYPE;
    const REQUIRED: bool = T::REQUIRED;
    const SENSITIVE: bool = true;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Secret(SecretLeaf::Plain { value, .. }) => T::read(*value).map(Self),
            Tree::Secret(_) => Err(Mismatch::new("a secret whose value is at hand")),
            tree => T::read(tree).map(Self),
        }
    }
    fn write(&self) -> Known {
        Tree::Secret(SecretLeaf::plain(self.0.write()))
    }
}

/// A secret output that AWS holds: never its value, only a stamp (ARN and version id) that
/// changes when the value may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// See [`crate::tree::Pending::stamp`].
    pub stamp: String,
}

impl Typed for Held {
    const TYPE: &'static Type = &Type::Text;
    const SENSITIVE: bool = true;
    fn read(tree: Known) -> Result<Self, Mismatch> {
        match tree {
            Tree::Secret(SecretLeaf::Stamp(stamp)) => Ok(Self { stamp: stamp.to_string() }),
            _ => Err(Mismatch::new("a stamp of a secret")),
        }
    }
    fn write(&self) -> Known {
        Tree::Secret(SecretLeaf::Stamp(self.stamp.as_str().into()))
    }
}

/// An IAM policy document. Accepts a TOML table or a JSON string; compares by meaning.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy(pub serde_json::Value);

/// A JSON document that compares as a JSON value. Accepts a TOML value or a JSON string.
#[derive(Clone, Debug, PartialEq)]
pub struct Json(pub serde_json::Value);

macro_rules! documents {
    ($($name:ident => $document:expr),*) => {$(
        impl $name {
            /// Compact JSON text, as AWS takes it.
            #[must_use]
            pub fn to_text(&self) -> String {
                self.0.to_string()
            }

            /// Reads the text that AWS answers.
            ///
            /// # Errors
            /// The text is not JSON.
            pub fn from_text(text: &str) -> Result<Self, serde_json::Error> {
                serde_json::from_str(text).map(Self)
            }
        }

        impl Typed for $name {
            const TYPE: &'static Type = &Type::Json($document);
            fn read(tree: Known) -> Result<Self, Mismatch> {
                document(tree).map(Self)
            }
            fn write(&self) -> Known {
                Known::from_json(&self.0)
            }
        }
    )*};
}
documents!(Policy => Document::Policy, Json => Document::Value);

/// A document's JSON with its secrets in clear, from a tree or from JSON text.
///
/// # Errors
/// Text that is not JSON, or a secret whose value is not at hand.
pub fn document(tree: Known) -> Result<serde_json::Value, Mismatch> {
    match tree {
        Tree::Text(text) => serde_json::from_str(&text).map_err(|_| Mismatch::new("a JSON document")),
        Tree::Secret(SecretLeaf::Plain { value, .. }) => document(*value),
        tree => clear_json(tree),
    }
}

fn clear_json(tree: Known) -> Result<serde_json::Value, Mismatch> {
    Ok(match tree {
        Tree::Secret(SecretLeaf::Plain { value, .. }) => clear_json(*value)?,
        Tree::Secret(_) => return Err(Mismatch::new("a secret whose value is at hand")),
        Tree::List(items) => items.into_iter().map(clear_json).collect::<Result<_, _>>()?,
        Tree::Map(map) => {
            let member = |(key, value)| clear_json(value).map(|value| (key, value));
            serde_json::Value::Object(map.into_iter().map(member).collect::<Result<_, _>>()?)
        }
        plain => plain.to_json(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Attributes;
    use crate::schema::{Literal, Removal, Replace, Required};

    /// A rule.
    #[derive(Attributes, Debug, PartialEq)]
    struct RuleBlock {
        /// Its type.
        #[attr(rename = "type", allowed = ["a", "b"], open)]
        kind: String,
        /// Rules below it.
        rules: Option<Vec<RuleBlock>>,
    }

    /// A queue of messages.
    #[derive(Attributes, Debug, PartialEq)]
    struct Inputs {
        /// Name of the queue.
        #[attr(replace, length = 1..=80, pattern = "[a-z]+")]
        name: String,
        /// Seconds that a message stays hidden.
        #[attr(default = 30, range = 0..=43_200)]
        visibility_timeout_seconds: Option<u32>,
        /// Whether it shrank.
        #[attr(replace_when("it shrinks", shrinks))]
        size: Option<i64>,
        /// A password.
        #[attr(write_only, clear)]
        password: Option<Secret<String>>,
        /// Rules.
        #[attr(key = "type", on_create = "[]", exclusive, same = always)]
        rules: Option<Blocks<RuleBlock>>,
        /// Who may.
        #[attr(required_on_create, accepts = ["aws_kms_key.arn"])]
        policy: Option<Policy>,
    }

    fn shrinks(before: &Known, after: &Known) -> bool {
        matches!((before, after), (Tree::Int(before), Tree::Int(after)) if after < before)
    }

    fn always(_: &Known, _: &Known) -> bool {
        true
    }

    #[test]
    fn the_derive_turns_attributes_into_data() {
        let schema = Inputs::schema();
        let field = |name| schema.field(name).expect(name);
        assert_eq!(schema.doc, "A queue of messages.");
        assert_eq!(field("name").required, Required::Always);
        assert!(matches!(field("name").replace, Replace::Always));
        assert_eq!(field("name").length, Some((1, 80)));
        assert_eq!(field("visibility_timeout_seconds").default, Some(Literal::Int(30)));
        assert_eq!(field("visibility_timeout_seconds").removal, Removal::Default);
        assert_eq!(field("visibility_timeout_seconds").range, Some((0.0, 43_200.0)));
        assert!(matches!(field("size").replace, Replace::When { condition: "it shrinks", .. }));
        assert!(field("password").sensitive && field("password").write_only);
        assert_eq!(field("password").removal, Removal::Clear);
        assert_eq!(field("rules").key, Some("type"));
        assert_eq!(field("policy").required, Required::Create);
        let Type::Set(Type::Block(block)) = field("rules").ty else { panic!("a set of blocks") };
        assert!(block().field("type").expect("type").open);
    }

    #[test]
    fn values_read_and_write_the_same() {
        let value = Inputs {
            name: "q".into(),
            visibility_timeout_seconds: Some(5),
            size: None,
            password: Some(Secret::new("hidden".into())),
            rules: Some(Blocks(vec![RuleBlock { kind: "a".into(), rules: Some(vec![]) }])),
            policy: Some(Policy(serde_json::json!({ "Version": "2012-10-17" }))),
        };
        let tree = value.write();
        assert!(!format!("{tree:?}").contains("hidden"));
        assert_eq!(Inputs::read(tree).expect("reads"), value);
    }

    #[test]
    fn a_mismatch_says_where() {
        let tree =
            Known::map([("name", Tree::text("q")), ("rules", Tree::List(vec![Tree::map([("type", Tree::Int(1))])]))]);
        let wrong = Inputs::read(tree).expect_err("a number is no string");
        assert_eq!(wrong.to_string(), "`rules.0.type` is not a string");
    }
}
