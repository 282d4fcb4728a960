//! Whether two values of one shape mean the same.
//!
//! In: a desired value, which may hold unknowns and secrets, and a known one. Out: yes or no.
//! It must not know who wants which.

use model::schema::{Document, Field, Same, Schema, Type};
use model::{Address, Known, Planned, Secret, Tree};
use serde_json::Value as Json;

use super::{Place, policy};
use crate::fingerprint::{Fingerprints, reveal};

/// The shape of a compared value.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Shape {
    /// Its type.
    pub ty: Type,
    /// The field by which members of a set or list of blocks pair.
    pub key: Option<&'static str>,
    /// The kind's own comparison.
    pub same: Option<Same>,
    /// Whether AWS never tells it.
    pub write_only: bool,
    /// Whether it sits in a JSON document, where what is not set counts as empty.
    pub document: bool,
}

impl Shape {
    /// Anything at all, inside a document.
    pub const LOOSE: Self = Self { ty: Type::Any, key: None, same: None, write_only: false, document: true };

    /// The shape of a field.
    pub fn of(field: &Field, document: bool) -> Self {
        Self { ty: *field.ty, key: field.key, same: field.same, write_only: field.write_only, document }
    }

    /// The shape of a member of a list, set or map.
    pub fn inner(self, ty: &Type) -> Self {
        Self { ty: *ty, key: None, same: None, ..self }
    }
}

/// What a desired value is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Side {
    /// What AWS has: a secret that is not at hand cannot be compared and counts as the same.
    Live,
    /// What was applied last, with secrets as fingerprints and stamps.
    Last,
}

/// Compares the values of one resource.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Equality<'a> {
    /// The stack's fingerprints.
    pub fingerprints: &'a Fingerprints,
    /// The address under which state sealed its secrets.
    pub address: &'a Address,
    /// Whether an open or failed update makes every fingerprint doubtful.
    pub uncertain: bool,
}

impl Equality<'_> {
    /// Whether `a`, which is desired, means the same as `b`. What `a` leaves unset may have been
    /// filled in by AWS.
    pub fn equal(&self, shape: Shape, a: &Planned, b: &Known, place: &Place<'_>, side: Side) -> bool {
        if is_nothing(a) && is_nothing(b) {
            return true;
        }
        match (a, b) {
            (Tree::Hole(pending), _) => match side {
                Side::Live => pending.stamp.is_some(),
                Side::Last => self.is_remembered(a, b, place),
            },
            (Tree::Secret(secret), _) => self.secret(shape, secret, b, place, side),
            (_, Tree::Secret(Secret::Plain { value, .. })) => self.equal(shape, a, value, place, side),
            (_, Tree::Secret(_)) => self.is_remembered(a, b, place),
            _ => self.plain(shape, a, b, place, side),
        }
    }

    fn secret(&self, shape: Shape, secret: &Secret, b: &Known, place: &Place<'_>, side: Side) -> bool {
        match (secret, side) {
            (Secret::Keep, Side::Last) => !b.is_null(),
            (Secret::Keep, Side::Live) => true,
            (Secret::Plain { value, stamp }, _) => match b {
                Tree::Secret(Secret::Plain { value: b, .. }) => {
                    self.equal(shape, &value.as_ref().clone().widen(), b, place, side)
                }
                Tree::Secret(Secret::Stamp(b)) if side == Side::Live => stamp.as_ref() == Some(b),
                Tree::Secret(_) => self.is_remembered(&Tree::Secret(secret.clone()), b, place),
                plain => self.equal(shape, &value.as_ref().clone().widen(), plain, place, side),
            },
            (Secret::Stamp(_), Side::Live) => true,
            // What was applied last, held against what AWS has.
            (Secret::Fingerprint(_), Side::Live) => match reveal(b) {
                Some(Tree::Null) | None => true,
                Some(live) => self.fingerprints.same(self.address, &place.sealed(), secret, &live.widen()),
            },
            (Secret::Stamp(_) | Secret::Fingerprint(_), Side::Last) => {
                self.is_remembered(&Tree::Secret(secret.clone()), b, place)
            }
        }
    }

    fn is_remembered(&self, a: &Planned, b: &Known, place: &Place<'_>) -> bool {
        match b {
            Tree::Secret(stored @ Secret::Fingerprint(_)) if self.uncertain => {
                matches!(a, Tree::Secret(Secret::Keep))
                    && self.fingerprints.same(self.address, &place.sealed(), stored, a)
            }
            Tree::Secret(stored) => self.fingerprints.same(self.address, &place.sealed(), stored, a),
            Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
            Tree::List(_) | Tree::Map(_) => false,
            Tree::Hole(never) => match *never {},
        }
    }

    fn plain(&self, shape: Shape, a: &Planned, b: &Known, place: &Place<'_>, side: Side) -> bool {
        if let Some(same) = shape.same
            && let Some(a) = a.clone().known().ok().as_ref().and_then(reveal)
            && let Some(b) = reveal(b)
        {
            return same(&a, &b);
        }
        match shape.ty {
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => self.loose(a, b, place, side),
            Type::List(inner) => match (a, b) {
                (Tree::List(a), Tree::List(b)) => {
                    let place = place.item();
                    let pairs = || a.iter().zip(b);
                    a.len() == b.len() && pairs().all(|(a, b)| self.equal(shape.inner(inner), a, b, &place, side))
                }
                _ => false,
            },
            Type::Set(inner) => match (a, b) {
                (Tree::List(a), Tree::List(b)) => self.set(shape.inner(inner), a, b, &place.item(), side),
                _ => false,
            },
            Type::Map(inner) => match (a, b) {
                (Tree::Map(a), Tree::Map(b)) => {
                    let set = |it: &&String| !b[*it].is_null();
                    b.keys().filter(set).all(|key| a.contains_key(key))
                        && a.iter().all(|(key, a)| {
                            let place = place.key(key);
                            self.equal(shape.inner(inner), a, b.get(key).unwrap_or(&Tree::Null), &place, side)
                        })
                }
                _ => false,
            },
            Type::Block(schema) => self.block(schema(), shape.document, a, b, place, side),
            Type::Json(Document::Policy) => match (json(a), json_of_known(b)) {
                (Some(a), Some(b)) => policy::same(&a, &b),
                _ => self.loose(a, b, place, side),
            },
            Type::Json(Document::Value) => self.loose(&parsed(a), &parsed(b), place, side),
            Type::Json(Document::Objects { schema, .. }) => match (parsed(a), parsed(b)) {
                (Tree::List(a), Tree::List(b)) => {
                    let place = place.item();
                    let equal = |a: &Planned, b: &Known| self.block(schema(), true, a, b, &place, side);
                    covers(&a, &b, equal)
                }
                _ => false,
            },
        }
    }

    /// Members without order; duplicates count once.
    fn set(&self, shape: Shape, a: &[Planned], b: &[Known], place: &Place<'_>, side: Side) -> bool {
        covers(a, b, |a, b| self.equal(shape, a, b, place, side))
    }

    /// A block by its set fields; what is unset is empty, its default, or AWS's choice.
    fn block(&self, schema: &Schema, document: bool, a: &Planned, b: &Known, place: &Place<'_>, side: Side) -> bool {
        let (Tree::Map(a), Tree::Map(b)) = (a, b) else { return false };
        let known = schema.fields.iter().all(|field| {
            let (a, b) = (a.get(field.name), b.get(field.name).unwrap_or(&Tree::Null));
            let place = place.field(field.name);
            match a.filter(|it| !it.is_null()) {
                Some(a) => self.equal(Shape::of(field, document), a, b, &place, side),
                None if is_nothing(b) => true,
                None => match side {
                    Side::Live => {
                        let is_default = |default| loosely(&default, b);
                        field.computed || document || field.default.is_some_and(|it| is_default(it.to_known()))
                    }
                    Side::Last => false,
                },
            }
        });
        let beyond = a.iter().filter(|(name, _)| schema.field(name).is_none());
        known
            && beyond.into_iter().all(|(name, a)| {
                let place = place.key(name);
                self.loose(a, b.get(name).unwrap_or(&Tree::Null), &place, side)
            })
    }

    /// Values without a schema: as JSON, with null members absent and `1` equal to `1.0`.
    fn loose(&self, a: &Planned, b: &Known, place: &Place<'_>, side: Side) -> bool {
        match (a, b) {
            (Tree::Bool(a), Tree::Bool(b)) => a == b,
            (Tree::Int(a), Tree::Int(b)) => a == b,
            (Tree::Float(a), Tree::Float(b)) => a.to_bits() == b.to_bits(),
            (Tree::Int(whole), Tree::Float(number)) | (Tree::Float(number), Tree::Int(whole)) => {
                number.fract() == 0.0 && number.to_string() == whole.to_string()
            }
            (Tree::Text(a), Tree::Text(b)) => a == b,
            (Tree::List(a), Tree::List(b)) => {
                let place = place.item();
                let shape = Shape { document: false, ..Shape::LOOSE };
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.equal(shape, a, b, &place, side))
            }
            (Tree::Map(a), Tree::Map(b)) => {
                let keys = a.keys().chain(b.keys());
                let shape = Shape { document: false, ..Shape::LOOSE };
                keys.into_iter().all(|key| {
                    let (a, b) = (a.get(key).unwrap_or(&Tree::Null), b.get(key).unwrap_or(&Tree::Null));
                    match (a.is_null(), b.is_null()) {
                        (true, true) => true,
                        (false, false) => self.equal(shape, a, b, &place.key(key), side),
                        (true, false) | (false, true) => false,
                    }
                })
            }
            (Tree::Null, Tree::Null) => true,
            (Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_), _) => false,
            (Tree::List(_) | Tree::Map(_) | Tree::Secret(_) | Tree::Hole(_), _) => false,
        }
    }
}

/// Nothing set: null, or a list or map without members.
pub(in crate::plan) fn is_nothing<H>(value: &Tree<H>) -> bool {
    match value {
        Tree::Null => true,
        Tree::List(items) => items.is_empty(),
        Tree::Map(members) => members.values().all(Tree::is_null),
        Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::Secret(_) | Tree::Hole(_) => false,
    }
}

/// A document that may be written as JSON text, as the value it stands for.
pub(in crate::plan) fn parsed<H: Clone>(value: &Tree<H>) -> Tree<H> {
    let Tree::Text(text) = value else { return value.clone() };
    match serde_json::from_str::<Json>(text) {
        Ok(json @ (Json::Object(_) | Json::Array(_))) => Known::from_json(&json).widen(),
        Ok(_) | Err(_) => value.clone(),
    }
}

fn loosely(a: &Known, b: &Known) -> bool {
    match (a, b) {
        (Tree::Int(whole), Tree::Float(number)) | (Tree::Float(number), Tree::Int(whole)) => {
            number.to_string() == whole.to_string()
        }
        _ => a == b,
    }
}

fn covers(a: &[Planned], b: &[Known], equal: impl Fn(&Planned, &Known) -> bool) -> bool {
    a.iter().all(|a| b.iter().any(|b| equal(a, b))) && b.iter().all(|b| a.iter().any(|a| equal(a, b)))
}

fn json(value: &Planned) -> Option<Json> {
    json_of_known(&value.clone().known().ok()?)
}

fn json_of_known(value: &Known) -> Option<Json> {
    Some(parsed(&reveal(value)?).to_json())
}
