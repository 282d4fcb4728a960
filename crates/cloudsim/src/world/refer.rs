//! Who refers to whom.
//!
//! In: objects. Out: references, found by ids and ARNs anywhere in an object's arguments, and by
//! the outputs that an argument accepts.

use model::Known;
use model::catalog::Life;
use model::schema::{Schema, Type};
use model::tree::Tree;
use tokio::time::Instant;

use super::{Thing, World, fill};

impl World {
    /// The objects that refer to one. A revision is a piece of writing: what it names may go.
    pub fn referrers<'a>(&'a self, target: &Thing, now: Instant) -> Vec<&'a Thing> {
        let others = self.things.values().filter(|it| (it.kind.name, &it.id) != (target.kind.name, &target.id));
        others.filter(|it| it.kind.life != Life::Revisions).filter(|it| self.refers(it, target, now)).collect()
    }

    fn refers(&self, from: &Thing, target: &Thing, now: Instant) -> bool {
        let arn = fill::arn(target);
        // A serial id is like no other text; a name might be.
        let serial = target.id.0.contains("-0") && target.id.0.len() >= 10;
        let mut found = false;
        for value in from.inputs.values() {
            value.any(&mut |leaf| {
                let text = leaf.as_text().unwrap_or("");
                found |= mentions(text, &arn) || (serial && mentions(text, &target.id.0));
                found
            });
        }
        let mut accepted = Vec::new();
        accepts((from.kind.inputs)(), &from.inputs, &mut accepted);
        found
            || accepted
                .iter()
                .any(|(places, text)| places.iter().any(|place| told(target, place, now).as_deref() == Some(*text)))
    }

    /// The references in some arguments that lead to nothing, and those that lead to objects: the
    /// text, and the object.
    pub fn referents<'a>(
        &'a self,
        schema: &'static Schema,
        inputs: &std::collections::BTreeMap<String, Known>,
        now: Instant,
    ) -> (Vec<String>, Vec<&'a Thing>) {
        let mut accepted = Vec::new();
        accepts(schema, inputs, &mut accepted);
        let (mut dangling, mut found) = (Vec::new(), Vec::new());
        for (places, text) in accepted {
            let target = places.iter().find_map(|place| {
                let (kind, _) = place.split_once('.')?;
                self.things.values().find(|it| it.kind.name == kind && told(it, place, now).as_deref() == Some(text))
            });
            match target {
                Some(thing) => found.push(thing),
                None => dangling.push(text.to_owned()),
            }
        }
        (dangling, found)
    }
}

/// What an object's output or argument tells, by `kind.name`.
fn told(thing: &Thing, place: &str, now: Instant) -> Option<String> {
    let (kind, name) = place.split_once('.')?;
    if kind != thing.kind.name {
        return None;
    }
    let output = (thing.kind.outputs)().field(name).map(|field| fill::output(thing, field, now));
    let value = output.or_else(|| thing.inputs.get(name).cloned())?;
    value.as_text().map(str::to_owned)
}

type Accepted<'a> = (&'static [&'static str], &'a str);

/// Every text that stands where a schema says which outputs belong there.
fn accepts<'a>(
    schema: &'static Schema,
    inputs: &'a std::collections::BTreeMap<String, Known>,
    found: &mut Vec<Accepted<'a>>,
) {
    for field in schema.fields {
        if let Some(value) = inputs.get(field.name) {
            within(field.ty, value, field.accepts, found);
        }
    }
}

fn within<'a>(ty: &'static Type, value: &'a Known, places: &'static [&'static str], found: &mut Vec<Accepted<'a>>) {
    match (ty, value) {
        (Type::Block(schema), Tree::Map(members)) => accepts(schema(), members, found),
        (Type::List(inner) | Type::Set(inner), Tree::List(items)) => {
            items.iter().for_each(|item| within(inner, item, places, found));
        }
        (Type::Map(inner), Tree::Map(members)) => members.values().for_each(|item| within(inner, item, places, found)),
        (_, Tree::Text(text)) if !places.is_empty() => found.push((places, text)),
        (_, _) => {}
    }
}

/// Whether a text holds a word that no letter continues.
fn mentions(text: &str, word: &str) -> bool {
    let continues = |next: char| next.is_alphanumeric() || next == '-' || next == '_';
    text.match_indices(word).any(|(at, _)| !text[at + word.len()..].starts_with(continues))
}
