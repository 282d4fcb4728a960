//! One value tree with three kinds of hole.
//!
//! In: values from manifests, plans, AWS. Out: the same values with their holes filled. It must
//! not know where a value came from or what its schema is.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

use crate::address::Address;
use crate::expr::Expr;

/// A value whose unknown places are of type `H`.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree<H> {
    /// Not set.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number with a fraction.
    Float(f64),
    /// Text.
    Text(String),
    /// An ordered list; sets are lists that the schema compares without order.
    List(Vec<Tree<H>>),
    /// Keys and values: maps, blocks and objects.
    Map(BTreeMap<String, Tree<H>>),
    /// A value that is never shown.
    Secret(Secret),
    /// A place that is filled later.
    Hole(H),
}

/// What a manifest says: holes are expressions.
pub type Authored = Tree<Expr>;
/// What a plan knows: holes name what they wait for.
pub type Planned = Tree<Pending>;
/// What state, observations and drivers hold: no holes at any depth.
pub type Known = Tree<Infallible>;

/// A value that is unknown until something has been done.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// What it waits for; never empty.
    pub sources: SourceSet,
    /// Whether the value will be a secret.
    pub secret: bool,
    /// Identifies the value without knowing it: equal stamps mean equal values. It is there where
    /// every source is a secret that AWS holds under a known version, so that nothing has to be
    /// fetched, and where a manifest is looked at without asking AWS.
    pub stamp: Option<Stamp>,
}

/// Identifies a value that is not known, or is not to be known.
pub type Stamp = Arc<str>;

/// One attribute of one resource that a pending value waits for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The resource or data source.
    pub address: Address,
    /// The attribute, as in a reference (`id`, `endpoint[0].address`).
    pub attribute: String,
}

/// Sources in order, each once. Most unknowns wait for one thing and are copied about, so clones
/// share the sources. A thin pointer: trees have many holes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceSet(Arc<Vec<Source>>);

impl Deref for SourceSet {
    type Target = [Source];

    fn deref(&self) -> &[Source] {
        &self.0
    }
}

impl<const N: usize> From<[Source; N]> for SourceSet {
    fn from(sources: [Source; N]) -> Self {
        sources.into_iter().collect()
    }
}

impl FromIterator<Source> for SourceSet {
    fn from_iter<I: IntoIterator<Item = Source>>(sources: I) -> Self {
        let mut sources: Vec<Source> = sources.into_iter().collect();
        sources.sort();
        sources.dedup();
        sources.shrink_to_fit();
        Self(Arc::new(sources))
    }
}

impl Pending {
    /// A plain unknown that waits for one attribute.
    #[must_use]
    pub fn on(address: Address, attribute: impl Into<String>) -> Self {
        let source = Source { address, attribute: attribute.into() };
        Self { sources: SourceSet::from([source]), secret: false, stamp: None }
    }

    /// One unknown that waits for everything that any of several waits for; `None` where there are
    /// none. The stamp of a single one stays; that of several is dropped: the evaluator gives the
    /// combination its own.
    #[must_use]
    pub fn all(mut several: Vec<Self>) -> Option<Self> {
        if several.len() < 2 {
            return several.pop();
        }
        let sources = several.iter().flat_map(|it| it.sources.iter()).cloned().collect();
        Some(Self { sources, secret: several.iter().any(|it| it.secret), stamp: None })
    }
}

impl fmt::Display for Pending {
    /// `id of aws_vpc.main`, or `secret of …` where the value is a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, source) in self.sources.iter().enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let attribute = if self.secret { "secret" } else { &source.attribute };
            write!(f, "{separator}{attribute} of {}", source.address)?;
        }
        Ok(())
    }
}

/// The stamp of a value that is known by its name alone, as `${aws_vpc.main.id}`: for looking at a
/// manifest without asking AWS.
#[must_use]
pub fn symbol(source: &Source) -> String {
    format!("${{{}.{}}}", source.address, source.attribute)
}

/// Whether a stamp is a [`symbol`].
#[must_use]
pub fn is_symbol(stamp: &str) -> bool {
    stamp.starts_with("${") && stamp.ends_with('}')
}

/// Whether a text stands for something that nobody knows, or holds such a part.
#[must_use]
pub fn holds_symbol(text: &str) -> bool {
    text.split_once("${").is_some_and(|(_, rest)| rest.contains('}'))
}

/// The same value with unknowns in the place of texts that hold a symbol, for whoever looks at
/// what texts say.
#[must_use]
pub fn without_symbols(value: &Planned, owner: &Address) -> Planned {
    match value {
        Tree::Text(text) if holds_symbol(text) => Tree::Hole(Pending::on(owner.clone(), "value")),
        Tree::List(items) => Tree::List(items.iter().map(|it| without_symbols(it, owner)).collect()),
        Tree::Map(members) => Tree::map(members.iter().map(|(key, it)| (key, without_symbols(it, owner)))),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => value.clone(),
        Tree::Text(_) | Tree::Secret(_) | Tree::Hole(_) => value.clone(),
    }
}

/// A secret leaf. It prints, debugs and serialises as `(secret)`.
#[derive(Clone, PartialEq)]
pub enum Secret {
    /// The value itself, in memory only. Its stamp is kept in state instead of a fingerprint
    /// where AWS holds the secret under a version.
    Plain {
        /// The secret value, without holes.
        value: Box<Known>,
        /// See [`Pending::stamp`].
        stamp: Option<Stamp>,
    },
    /// What state keeps of a secret: a keyed fingerprint.
    Fingerprint(String),
    /// What state keeps of a secret that AWS holds: ARN and version, or a digest of several.
    Stamp(Stamp),
    /// A sensitive variable that was not given: whatever state holds stays.
    Keep,
}

impl Secret {
    /// A secret in memory.
    #[must_use]
    pub fn plain(value: Known) -> Self {
        Self::Plain { value: Box::new(value), stamp: None }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<H> Tree<H> {
    /// Text.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// A map from pairs.
    pub fn map<K: Into<String>>(pairs: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    /// Whether nothing is set here.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if this is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The members, if this is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&BTreeMap<String, Self>> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// The member of a map under `key`, null members included.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    /// Whether a hole or a secret sits here or anywhere below, by the given test.
    pub fn any(&self, test: &mut impl FnMut(&Self) -> bool) -> bool {
        if test(self) {
            return true;
        }
        match self {
            Self::List(list) => list.iter().any(|item| item.any(test)),
            Self::Map(map) => map.values().any(|item| item.any(test)),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_) => false,
            Self::Secret(_) | Self::Hole(_) => false,
        }
    }

    /// Whether a secret sits here or anywhere below.
    pub fn has_secret(&self) -> bool {
        self.any(&mut |tree| matches!(tree, Self::Secret(_)))
    }

    /// Whether a hole sits here or anywhere below.
    pub fn has_hole(&self) -> bool {
        self.any(&mut |tree| matches!(tree, Self::Hole(_)))
    }

    /// Replaces every hole; the only way from one stage of a value to the next.
    ///
    /// # Errors
    /// The first error that `fill` returns.
    pub fn fill<G, E>(self, fill: &mut impl FnMut(H) -> Result<Tree<G>, E>) -> Result<Tree<G>, E> {
        Ok(match self {
            Self::Null => Tree::Null,
            Self::Bool(value) => Tree::Bool(value),
            Self::Int(value) => Tree::Int(value),
            Self::Float(value) => Tree::Float(value),
            Self::Text(value) => Tree::Text(value),
            Self::Secret(secret) => Tree::Secret(secret),
            Self::List(list) => Tree::List(list.into_iter().map(|item| item.fill(fill)).collect::<Result<_, E>>()?),
            Self::Map(map) => {
                Tree::Map(map.into_iter().map(|(key, value)| Ok((key, value.fill(fill)?))).collect::<Result<_, E>>()?)
            }
            Self::Hole(hole) => fill(hole)?,
        })
    }
}

impl<H> Tree<H> {
    /// The same value with holes of another type; `None` where there are holes.
    #[must_use]
    pub fn without_holes<G>(&self) -> Option<Tree<G>> {
        Some(match self {
            Self::Null => Tree::Null,
            Self::Bool(value) => Tree::Bool(*value),
            Self::Int(value) => Tree::Int(*value),
            Self::Float(value) => Tree::Float(*value),
            Self::Text(value) => Tree::Text(value.clone()),
            Self::Secret(secret) => Tree::Secret(secret.clone()),
            Self::List(items) => Tree::List(items.iter().map(Self::without_holes).collect::<Option<_>>()?),
            Self::Map(members) => {
                let member = |(key, value): (&String, &Self)| Some((key.clone(), value.without_holes()?));
                Tree::Map(members.iter().map(member).collect::<Option<_>>()?)
            }
            Self::Hole(_) => return None,
        })
    }
}

impl Known {
    /// The same value where holes are allowed.
    #[must_use]
    pub fn widen<H>(self) -> Tree<H> {
        match self.fill::<H, Infallible>(&mut |never| match never {}) {
            Ok(tree) => tree,
            Err(never) => match never {},
        }
    }

    /// Plain JSON of a value without secrets; a secret becomes `{"$secret": true}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        to_json(self, &|never| match *never {})
    }

    /// A value from plain JSON. Whole numbers stay whole; numbers beyond 64 bits become floats.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Float(number.as_f64().unwrap_or(f64::MAX)),
            },
            Json::String(text) => Self::text(text),
            Json::Array(items) => Self::List(items.iter().map(Self::from_json).collect()),
            Json::Object(members) => Self::map(members.iter().map(|(key, value)| (key, Self::from_json(value)))),
        }
    }
}

impl Planned {
    /// The value if nothing in it is unknown, else everything it waits for.
    ///
    /// # Errors
    /// The union of all holes.
    pub fn known(self) -> Result<Known, Pending> {
        let mut waits = Vec::new();
        let filled = self.fill::<Infallible, Infallible>(&mut |pending| {
            waits.push(pending);
            Ok(Tree::Null)
        });
        match (Pending::all(waits), filled) {
            (Some(pending), _) => Err(pending),
            (None, Ok(known)) => Ok(known),
            (None, Err(never)) => match never {},
        }
    }

    /// JSON as the command line shows it: unknowns as `{"$unknown": "id of …"}`, secrets as
    /// `{"$secret": true}`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        to_json(self, &|pending| {
            if pending.secret { secret_json() } else { serde_json::json!({ "$unknown": pending.to_string() }) }
        })
    }
}

fn to_json<H>(tree: &Tree<H>, hole: &impl Fn(&H) -> Json) -> Json {
    match tree {
        Tree::Null => Json::Null,
        Tree::Bool(value) => Json::Bool(*value),
        Tree::Int(value) => Json::from(*value),
        Tree::Float(value) => Json::from(*value),
        Tree::Text(value) => Json::String(value.clone()),
        Tree::List(list) => Json::Array(list.iter().map(|item| to_json(item, hole)).collect()),
        Tree::Map(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), to_json(value, hole))).collect()),
        Tree::Secret(_) => secret_json(),
        Tree::Hole(it) => hole(it),
    }
}

/// State keeps values as JSON in which a secret is its fingerprint or stamp
/// (`{"$fingerprint": "…"}`, `{"$stamp": "…"}`). A plain secret never serialises as its value:
/// it becomes `{"$secret": true}`, which does not read back.
impl Serialize for Known {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(members) => serializer.collect_map(members),
            Self::Secret(Secret::Fingerprint(text)) => serializer.collect_map([(FINGERPRINT, text)]),
            Self::Secret(Secret::Stamp(text)) => serializer.collect_map([(STAMP, text)]),
            Self::Secret(Secret::Plain { .. } | Secret::Keep) => serializer.collect_map([(SECRET, true)]),
            Self::Hole(never) => match *never {},
        }
    }
}

impl<'de> Deserialize<'de> for Known {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Stored)
    }
}

const FINGERPRINT: &str = "$fingerprint";
const STAMP: &str = "$stamp";
const SECRET: &str = "$secret";

/// Reads a value back, without a copy of it as JSON in between.
struct Stored;

impl<'de> Visitor<'de> for Stored {
    type Value = Known;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Known, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Known, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Known, E> {
        Ok(Tree::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Known, E> {
        Ok(Known::from_json(&Json::from(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Known, E> {
        Ok(Tree::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Known, E> {
        Ok(Tree::text(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Known, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Known, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Known, A::Error> {
        let mut members: BTreeMap<String, Known> = BTreeMap::new();
        while let Some((key, value)) = entries.next_entry()? {
            members.insert(key, value);
        }
        let only = if members.len() == 1 { members.first_key_value() } else { None };
        match only.map(|(key, value)| (key.as_str(), value)) {
            Some((FINGERPRINT, Tree::Text(text))) => Ok(Tree::Secret(Secret::Fingerprint(text.clone()))),
            Some((STAMP, Tree::Text(text))) => Ok(Tree::Secret(Secret::Stamp(text.as_str().into()))),
            Some((SECRET, _)) => Err(serde::de::Error::custom("a secret without a fingerprint")),
            Some(_) | None => Ok(Tree::Map(members)),
        }
    }
}

fn secret_json() -> Json {
    serde_json::json!({ SECRET: true })
}
