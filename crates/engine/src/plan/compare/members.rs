//! Values with members: maps, and lists and sets of blocks.
//!
//! In: the three sides. Out: changes and drift, one per member that differs. Maps and sets are
//! owned whole: a member that only AWS has goes.

use std::collections::BTreeMap;

use model::plan::{AttributeChange, Cause, Effect};
use model::schema::Type;
use model::{Known, Path, Step, Tree};

use super::equal::{Shape, Side};
use super::{Comparer, Comparison, NULL, Place, Three, is_nothing, veil};

impl Comparer<'_> {
    /// A map, key by key. Tags of AWS, of stackctl and of those that the provider ignores are
    /// others' business.
    pub(super) fn map(&self, inner: Shape, three: Three<'_>, place: &Place<'_>, found: &mut Comparison) {
        let Some(desired) = three.desired.as_map() else { return };
        let none = BTreeMap::new();
        let last = three.last.as_map().unwrap_or(&none);
        let live = three.live.map(|it| it.as_map().unwrap_or(&none));
        let ours = |key: &String| !(place.is_field(TAGS) && self.is_foreign(key));
        for (key, value) in desired.iter().filter(|(key, value)| ours(key) && !value.is_null()) {
            let live = live.map(|it| it.get(key).unwrap_or(NULL));
            let three = Three { desired: value, last: last.get(key).unwrap_or(NULL), live, ..three };
            self.value(inner, three, &place.key(key), found);
        }
        let others = live.unwrap_or(last);
        let is_gone = |key: &String| desired.get(key).is_none_or(Tree::is_null);
        for (key, value) in others.iter().filter(|(key, value)| ours(key) && is_gone(key) && !value.is_null()) {
            let before = last.get(key).unwrap_or(NULL);
            self.superfluous(inner, three, before, value, &place.key(key), found);
        }
        let lost = last.iter().filter(|(key, value)| ours(key) && is_gone(key) && !value.is_null());
        for (key, value) in lost.filter(|(key, _)| live.is_some_and(|it| it.get(*key).is_none_or(Tree::is_null))) {
            found.drift.push((place.key(key).path(), veil(value.clone(), &Tree::Null, value), Tree::Null));
        }
    }

    /// Blocks that pair by the value of one field.
    pub(super) fn paired(
        &self,
        whole: Shape,
        inner: Shape,
        key: &str,
        three: Three<'_>,
        place: &Place<'_>,
        found: &mut Comparison,
    ) {
        let (Some(desired), Some(last), Some(live)) =
            (by_key(three.desired, key), by_key(three.last, key), by_key(three.live.unwrap_or(NULL), key))
        else {
            return self.leaf(whole, three, place, found);
        };
        let find = |members: &[(String, &Known)], name: &str| -> Option<Known> {
            members.iter().find(|(it, _)| it == name).map(|(_, value)| (*value).clone())
        };
        let before = found.attributes.len();
        for (name, value) in &desired {
            let (last, live) = (find(&last, name).unwrap_or(Tree::Null), find(&live, name).unwrap_or(Tree::Null));
            let three = Three { desired: value, last: &last, live: three.live.map(|_| &live), ..three };
            self.value(inner, three, &place.paired(name), found);
        }
        let others = if three.live.is_some() { &live } else { &last };
        for (name, value) in others.iter().filter(|(name, _)| !desired.iter().any(|(it, _)| it == name)) {
            let last = find(&last, name).unwrap_or(Tree::Null);
            self.superfluous(inner, three, &last, value, &place.paired(name), found);
        }
        let is_list = matches!(whole.ty, Type::List(_)) && !whole.document;
        let names = |it: &[(String, &Known)]| it.iter().map(|(name, _)| name.clone()).collect::<Vec<String>>();
        let wanted: Vec<String> = desired.iter().map(|(name, _)| name.clone()).collect();
        let is_reordered = three.live.is_some() && wanted.len() == live.len() && wanted != names(&live);
        if is_list && is_reordered && found.attributes.len() == before {
            self.changed(three, Cause::Manifest, place, found);
        }
    }

    /// Blocks in order: member by member while there are as many as before, else as a whole.
    pub(super) fn indexed(
        &self,
        shape: Shape,
        inner: &Type,
        three: Three<'_>,
        place: &Place<'_>,
        found: &mut Comparison,
    ) {
        let items = |it: &Known| it.as_list().map(<[Known]>::to_vec).unwrap_or_default();
        let Some(desired) = three.desired.as_list() else { return };
        let (last, live) = (items(three.last), three.live.map(items));
        if live.as_ref().unwrap_or(&last).len() != desired.len() {
            return self.leaf(shape, three, place, found);
        }
        for (index, value) in desired.iter().enumerate() {
            let last = if last.len() == desired.len() { &last[index] } else { NULL };
            let three = Three { desired: value, last, live: live.as_ref().map(|it| &it[index]), ..three };
            self.value(shape.inner(inner), three, &place.index(index), found);
        }
    }

    /// A member that the manifest does not have.
    fn superfluous(
        &self,
        inner: Shape,
        around: Three<'_>,
        last: &Known,
        member: &Known,
        place: &Place<'_>,
        found: &mut Comparison,
    ) {
        if self.is_ignored(place) {
            return;
        }
        let told = around.live.is_some();
        let was_applied = !around.last.is_null() && !self.adopting;
        let equal = |a: &Known| self.equality.equal(inner, &a.clone().widen(), member, place, Side::Live);
        if told && was_applied && (last.is_null() || !equal(last)) {
            found.drift.push((place.path(), last.clone(), veil(member.clone(), &Tree::Null, last)));
        }
        let cause = if last.is_null() && was_applied { Cause::Drift } else { Cause::Manifest };
        let three = Three { desired: &Tree::Null, last, live: Some(member), removing: false };
        self.changed(three, cause, place, found);
    }

    fn changed(&self, three: Three<'_>, cause: Cause, place: &Place<'_>, found: &mut Comparison) {
        let before = three.live.unwrap_or(three.last).clone();
        found.attributes.push(AttributeChange {
            path: place.path(),
            before: veil(before, three.desired, three.last),
            after: three.desired.clone(),
            cause,
            effect: Effect::InPlace,
        });
    }

    fn is_foreign(&self, tag: &str) -> bool {
        is_foreign(tag, self.ignore_tags)
    }
}

const TAGS: &str = "tags";

/// Whether a map is one of tags.
pub(in crate::plan) fn is_tags(path: &Path) -> bool {
    matches!(path.0.last(), Some(Step::Field(name)) if name == TAGS)
}

/// Whether a tag is AWS's, stackctl's, or one that the provider ignores.
pub(in crate::plan) fn is_foreign(tag: &str, ignore: &model::stack::IgnoreTags) -> bool {
    tag.starts_with("aws:")
        || tag.starts_with("stackctl:")
        || ignore.keys.contains(tag)
        || ignore.key_prefixes.iter().any(|prefix| tag.starts_with(prefix.as_str()))
}

/// Members by the value of one field, in order; `None` where one has no known or no value of
/// its own, so that nothing pairs.
pub(in crate::plan) fn by_key<'a, H>(value: &'a Tree<H>, key: &str) -> Option<Vec<(String, &'a Tree<H>)>> {
    if is_nothing(value) {
        return Some(Vec::new());
    }
    let mut members: Vec<(String, &Tree<H>)> = Vec::new();
    for item in value.as_list()? {
        let name = match item.get(key)? {
            Tree::Text(text) => text.clone(),
            Tree::Int(number) => number.to_string(),
            Tree::Bool(value) => value.to_string(),
            Tree::Null | Tree::Float(_) | Tree::List(_) | Tree::Map(_) => return None,
            Tree::Secret(_) | Tree::Hole(_) => return None,
        };
        if members.iter().any(|(it, _)| *it == name) {
            return None;
        }
        members.push((name, item));
    }
    Some(members)
}
