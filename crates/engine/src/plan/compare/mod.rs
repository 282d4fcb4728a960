//! The three-way comparison: desired, last applied, live.
//!
//! In: three values of one resource and its schema. Out: the attributes that have to change and
//! why, and where AWS differs from what was applied last. It must not know what a change leads
//! to, nor any other resource.

mod documents;
mod equal;
mod members;
mod place;
mod policy;
mod veil;

use std::borrow::Cow;

use model::plan::{AttributeChange, Cause, Effect};
use model::schema::{Document, Field, Removal, Replace, Schema, Type};
use model::stack::IgnoreTags;
use model::{Known, Path, Planned, Secret, Tree};

pub(super) use equal::{Equality, is_nothing};
pub(super) use members::{by_key, is_foreign, is_tags};
pub(super) use place::Place;
pub(super) use veil::veil;

use equal::Shape;
use equal::Side;

/// Nothing, to point at.
pub(super) const NULL: &Known = &Tree::Null;

/// How the values of one resource are compared.
#[derive(Clone, Copy)]
pub(super) struct Comparer<'a> {
    /// When two values mean the same.
    pub equality: Equality<'a>,
    /// Whether a create is being completed, so that what it would have sent counts as desired.
    pub completing: bool,
    /// Whether nothing was ever applied, because the object is being taken over.
    pub adopting: bool,
    /// Whether every change registers a new revision, which has only what is set.
    pub revisions: bool,
    /// What is never compared.
    pub ignore: &'a [Path],
    /// Tags of others.
    pub ignore_tags: &'a IgnoreTags,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Comparison {
    /// What has to change, in the schema's order.
    pub attributes: Vec<AttributeChange>,
    /// Where AWS differs from what was applied last: the place, last applied, live.
    pub drift: Vec<(Path, Known, Known)>,
}

/// The three sides of one value.
#[derive(Clone, Copy)]
struct Three<'a> {
    desired: &'a Planned,
    last: &'a Known,
    /// `None` where AWS did not tell.
    live: Option<&'a Known>,
    /// Whether it is compared only because the manifest no longer sets it.
    removing: bool,
}

impl Comparer<'_> {
    /// Compares all arguments of a resource but those that only stackctl reads.
    pub fn compare(&self, schema: &Schema, desired: &Planned, last: &Known, live: &Known) -> Comparison {
        let mut found = Comparison::default();
        let three = Three { desired, last, live: Some(live), removing: false };
        for field in schema.fields.iter().filter(|field| !field.local) {
            self.field(field, three, &Place::default(), false, &mut found);
        }
        found
    }

    fn block(&self, schema: &Schema, three: Three<'_>, place: &Place<'_>, document: bool, found: &mut Comparison) {
        for field in schema.fields {
            self.field(field, three, place, document, found);
        }
        if document {
            self.beyond(schema, three, place, found);
        }
    }

    fn field(&self, field: &Field, around: Three<'_>, place: &Place<'_>, document: bool, found: &mut Comparison) {
        let set = around.desired.get(field.name).filter(|it| !it.is_null());
        let mut last = around.last.get(field.name).unwrap_or(NULL);
        let none = empty(field.ty);
        if field.exclusive && last.is_null() && !self.adopting {
            last = &none;
        }
        let Some((wanted, removing)) = wanted(field, set, last, self.completing, document) else { return };
        let place = place.field(field.name);
        if self.is_ignored(&place) {
            return;
        }
        let told = around.live.and_then(|it| it.get(field.name));
        let told = told.filter(|it| !it.is_null() || (!document && tells_absence(field, &wanted)));
        let live = if field.write_only { None } else { told };
        let mut inside = Comparison::default();
        let three = Three { desired: &wanted, last, live, removing };
        self.value(Shape::of(field, document), three, &place, &mut inside);
        self.apply_replacement(field, &wanted, live.unwrap_or(last), &mut inside.attributes);
        found.attributes.extend(inside.attributes);
        found.drift.extend(inside.drift);
    }

    fn value(&self, shape: Shape, three: Three<'_>, place: &Place<'_>, found: &mut Comparison) {
        if self.is_ignored(place) {
            return;
        }
        let is_leaf = shape.same.is_some() || matches!(three.desired, Tree::Hole(_) | Tree::Secret(_) | Tree::Null);
        if is_leaf {
            return self.leaf(shape, three, place, found);
        }
        match shape.ty {
            Type::Block(schema) => match three.live {
                Some(Tree::Null) => self.new_block(schema(), shape, three, place, found),
                None if three.last.is_null() => self.new_block(schema(), shape, three, place, found),
                _ => self.block(schema(), three, place, shape.document, found),
            },
            Type::Map(inner) => self.map(shape.inner(inner), three, place, found),
            Type::Set(inner @ Type::Block(_)) => match shape.key {
                Some(key) => self.paired(shape, shape.inner(inner), key, three, place, found),
                None => self.leaf(shape, three, place, found),
            },
            Type::List(inner @ Type::Block(_)) => match shape.key {
                Some(key) => self.paired(shape, shape.inner(inner), key, three, place, found),
                None => self.indexed(shape, inner, three, place, found),
            },
            Type::Json(Document::Objects { schema, key }) => {
                self.objects(shape, schema, key, three, place, found);
            }
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => {
                self.leaf(shape, three, place, found);
            }
            Type::List(_) | Type::Set(_) | Type::Json(Document::Policy | Document::Value) => {
                self.leaf(shape, three, place, found);
            }
        }
    }

    /// A block that AWS does not have yet changes as a whole.
    fn new_block(&self, schema: &Schema, shape: Shape, three: Three<'_>, place: &Place<'_>, found: &mut Comparison) {
        let before = found.attributes.len();
        self.leaf(shape, three, place, found);
        if sets_replacing(schema, three.desired) {
            found.attributes.iter_mut().skip(before).for_each(|it| it.effect = Effect::Replace);
        }
    }

    /// A value that is compared and changes as a whole.
    fn leaf(&self, shape: Shape, three: Three<'_>, place: &Place<'_>, found: &mut Comparison) {
        let Three { desired, last, live, removing } = three;
        let equal = |a: &Planned, b: &Known, side| self.equality.equal(shape, a, b, place, side);
        if let Some(live) = live
            && !last.is_null()
            && last != live
            && !equal(&last.clone().widen(), live, Side::Live)
        {
            let (shown, veiled) = (veil(last.clone(), desired, last), veil(live.clone(), desired, last));
            found.drift.push((place.path(), shown, veiled));
        }
        let as_last = match (desired.is_null(), last.is_null()) {
            (true, _) => last.is_null(),
            (false, true) => is_nothing(desired) && live.is_none(),
            (false, false) => equal(desired, last, Side::Last),
        };
        let changed = match live {
            // What AWS does not tell and nobody wants is taken to be gone, unless it never tells.
            None => !as_last && (shape.write_only || !desired.is_null()),
            Some(live) => !equal(desired, live, Side::Live) || (is_blind(desired) && !as_last),
        };
        if !changed {
            return;
        }
        let cause = if desired.has_hole() {
            Cause::Dependency
        } else if removing {
            Cause::Default
        } else if as_last {
            Cause::Drift
        } else {
            Cause::Manifest
        };
        found.attributes.push(AttributeChange {
            path: place.path(),
            before: veil(live.unwrap_or(last).clone(), desired, last),
            after: desired.clone(),
            cause,
            effect: Effect::InPlace,
        });
    }

    /// Marks what needs a new object. Removal alone never does, but for a revision: where AWS could
    /// only honour it with a new object, the live value stays.
    fn apply_replacement(&self, field: &Field, wanted: &Planned, before: &Known, found: &mut Vec<AttributeChange>) {
        let replaces = match field.replace {
            Replace::Never => false,
            Replace::Always => true,
            Replace::When { test, .. } => match wanted.clone().known() {
                Ok(after) => !found.is_empty() && test(before, &crate::fingerprint::reveal(&after).unwrap_or(after)),
                Err(_) => true,
            },
        };
        if replaces {
            found.retain(|it| self.revisions || it.cause != Cause::Default);
            found.iter_mut().for_each(|it| it.effect = Effect::Replace);
        }
    }

    fn is_ignored(&self, place: &Place<'_>) -> bool {
        !self.ignore.is_empty() && {
            let path = place.path();
            self.ignore.iter().any(|ignored| ignored.covers(&path))
        }
    }
}

/// Whether a live null means that AWS has no value, rather than that it does not tell one. What
/// cannot be changed cannot have been cleared either, and a default or an empty value may be
/// told as nothing.
fn tells_absence(field: &Field, wanted: &Planned) -> bool {
    let is_default = field.default.is_some_and(|it| it.to_known().widen() == *wanted);
    let changes_in_place = matches!(field.replace, Replace::Never);
    changes_in_place && !field.sensitive && !is_default && !is_nothing(wanted)
}

/// What counts as desired, and whether that is because the manifest no longer sets it. `None`
/// where the argument is not managed.
fn wanted<'a>(
    field: &Field,
    set: Option<&'a Planned>,
    last: &Known,
    completing: bool,
    document: bool,
) -> Option<(Cow<'a, Planned>, bool)> {
    if let Some(set) = set {
        return Some((Cow::Borrowed(set), false));
    }
    let (implied, removing) = if field.exclusive {
        (empty(field.ty).widen(), !is_nothing(last))
    } else if completing && let Some(sent) = on_create(field) {
        (sent.widen(), false)
    } else if last.is_null() {
        return None;
    } else {
        match (field.removal, document) {
            (Removal::Keep, false) => return None,
            (Removal::Default, _) => (field.default.map_or(Tree::Null, |it| it.to_known().widen()), true),
            (Removal::Clear, false) => (Tree::Null, true),
            // A document is owned whole, so that what it loses is a change like any other.
            (Removal::Clear | Removal::Keep, true) => (Tree::Null, false),
        }
    };
    Some((Cow::Owned(implied), removing))
}

/// The value that a create sends for an argument that is not set.
pub(super) fn on_create(field: &Field) -> Option<Known> {
    let json = serde_json::from_str(field.on_create?).ok()?;
    Some(Known::from_json(&json))
}

/// The empty value of a type.
pub(super) fn empty(ty: &Type) -> Known {
    match ty {
        Type::List(_) | Type::Set(_) => Tree::List(Vec::new()),
        Type::Json(Document::Objects { .. }) => Tree::List(Vec::new()),
        Type::Map(_) => Tree::Map(std::collections::BTreeMap::new()),
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Block(_) => Tree::Null,
        Type::Json(Document::Policy | Document::Value) => Tree::Null,
    }
}

/// Whether a block sets anything that AWS fixes when the object is made.
fn sets_replacing(schema: &Schema, value: &Planned) -> bool {
    schema.fields.iter().any(|field| {
        let set = value.get(field.name).filter(|it| !it.is_null());
        let within = |set: &Planned| match field.ty {
            Type::Block(schema) => sets_replacing(schema(), set),
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => false,
            Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Json(_) => false,
        };
        set.is_some_and(|set| !matches!(field.replace, Replace::Never) || within(set))
    })
}

/// Whether a value holds secrets that are not at hand, so that what AWS has says nothing.
fn is_blind(value: &Planned) -> bool {
    value.any(&mut |it| match it {
        Tree::Secret(Secret::Keep | Secret::Stamp(_) | Secret::Fingerprint(_)) => true,
        Tree::Hole(pending) => pending.stamp.is_some(),
        Tree::Secret(Secret::Plain { .. }) | Tree::List(_) | Tree::Map(_) => false,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
    })
}
