//! What to create and what to change of a kind.
//!
//! In: tables as the files in `samples/` write them. Out: values with their references filled.
//! It must not know any kind.

use std::collections::BTreeMap;

use model::catalog::{Kind, Life};
use model::schema::{Replace, Schema, Type};
use model::{Known, Secret, Tree};
use sandbox::differences::argument_differs;
use serde_json::Value as Json;

/// One object to try out.
#[derive(Debug)]
pub struct Sample {
    pub kind: &'static str,
    /// Tells the samples of one kind apart; may be empty.
    pub name: &'static str,
    /// What has to be there before, in order.
    pub needs: Vec<Need>,
    /// What is created. Text may refer to needs, as `${vpc.id}`, and to `${region}`, `${zone_a}`
    /// and `${zone_b}`.
    pub arguments: Json,
    /// What is changed in place.
    pub changes: Vec<Change>,
    /// What has to go before an adopted object can be deleted.
    pub occupants: Option<Occupants>,
    /// Whether it is still read after its delete, because AWS has no way to be without it.
    pub lingers: bool,
}

/// Objects that live in another.
#[derive(Debug)]
pub struct Occupants {
    pub kind: &'static str,
    /// The data source that lists them, and its filter for the object they live in.
    pub listed_by: &'static str,
    pub filter: &'static str,
}

/// An object that a sample refers to.
#[derive(Debug)]
pub struct Need {
    pub name: &'static str,
    pub kind: &'static str,
    pub arguments: Json,
}

/// The values that an argument is changed to, one after the other.
#[derive(Debug)]
pub struct Change {
    pub argument: &'static str,
    /// Each with the arguments that have to change with it.
    pub values: Vec<Json>,
}

impl Sample {
    pub fn new(kind: &'static str, arguments: Json) -> Self {
        Self { kind, name: "", needs: Vec::new(), arguments, changes: Vec::new(), occupants: None, lingers: false }
    }

    pub fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    pub fn need(mut self, name: &'static str, kind: &'static str, arguments: Json) -> Self {
        self.needs.push(Need { name, kind, arguments });
        self
    }

    /// Changes an argument by itself.
    pub fn change<const N: usize>(mut self, argument: &'static str, values: [Json; N]) -> Self {
        let values = values.into_iter().map(|value| Json::Object([(argument.to_owned(), value)].into_iter().collect()));
        self.changes.push(Change { argument, values: values.collect() });
        self
    }

    /// Changes an argument together with others.
    pub fn change_with<const N: usize>(mut self, argument: &'static str, values: [Json; N]) -> Self {
        self.changes.push(Change { argument, values: values.into() });
        self
    }

    pub fn occupied_by(self, kind: &'static str, listed_by: &'static str, filter: &'static str) -> Self {
        Self { occupants: Some(Occupants { kind, listed_by, filter }), ..self }
    }

    pub fn lingering(self) -> Self {
        Self { lingers: true, ..self }
    }

    pub fn changed_arguments(&self) -> impl Iterator<Item = &'static str> {
        self.changes.iter().map(|it| it.argument)
    }

    /// What is wrong with the sample itself.
    pub fn problems(&self, kind: &Kind) -> Vec<String> {
        let schema = (kind.inputs)();
        let names = self.arguments.as_object().into_iter().flat_map(|it| it.keys());
        let changed =
            self.changes.iter().flat_map(|it| &it.values).filter_map(Json::as_object).flat_map(|it| it.keys());
        let unknown = names.chain(changed).filter(|name| schema.field(name).is_none());
        unknown.map(|name| format!("a sample of {} sets `{name}`, which is no argument", kind.name)).collect()
    }
}

/// The arguments that a sample has to change.
pub fn changeable(kind: &'static Kind) -> impl Iterator<Item = &'static str> {
    let fields = (kind.inputs)().fields.iter();
    let in_place = fields.filter(|it| !matches!(it.replace, Replace::Always) && !it.local && !it.write_only);
    // A prefix is part of a name, which stackctl makes of it before a create.
    let prefix = kind.naming.and_then(|it| it.prefix);
    let own = in_place.filter(move |it| it.deprecated.is_none() && Some(it.name) != prefix);
    own.map(|it| it.name).filter(|name| argument_differs(kind.name, name).is_none())
}

/// Whether AWS has the kind's object before stackctl does.
pub fn is_adopted(kind: &Kind) -> bool {
    match kind.life {
        Life::Adopted => true,
        Life::Owned | Life::Revisions => false,
    }
}

/// What references in samples mean: attributes by object.
pub type Names = BTreeMap<String, BTreeMap<String, Known>>;

/// Fills the references in arguments and wraps what is secret.
pub fn fill(kind: &Kind, arguments: &Json, names: &Names) -> Known {
    secretive((kind.inputs)(), Known::from_json(&named(arguments, names)))
}

/// Arguments with the names' values in place of references.
pub fn named(arguments: &Json, names: &Names) -> Json {
    filled(arguments, &|object, attribute| names.get(object)?.get(attribute).and_then(Tree::as_text).map(str::to_owned))
}

/// Arguments with something in place of references: a function of object and attribute, where
/// the place itself is the object without a name.
pub fn filled(json: &Json, value: &dyn Fn(&str, &str) -> Option<String>) -> Json {
    match json {
        Json::String(text) => Json::String(text_filled(text, value)),
        Json::Array(items) => items.iter().map(|it| filled(it, value)).collect(),
        Json::Object(members) => members.iter().map(|(key, it)| (text_filled(key, value), filled(it, value))).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    }
}

fn text_filled(text: &str, value: &dyn Fn(&str, &str) -> Option<String>) -> String {
    let mut parts = text.split("${");
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (reference, rest) = part.split_once('}').unwrap_or_else(|| panic!("an open reference in {text:?}"));
        let (object, attribute) = reference.split_once('.').unwrap_or(("", reference));
        all += &value(object, attribute).unwrap_or_else(|| panic!("nothing is called {reference:?}"));
        all += rest;
    }
    all
}

fn secretive(schema: &Schema, value: Known) -> Known {
    let Tree::Map(members) = value else { return value };
    let member = |(name, value): (String, Known)| {
        let Some(field) = schema.field(&name) else { return (name, value) };
        let value = match field.ty {
            _ if value.is_null() => value,
            _ if field.sensitive => Tree::Secret(Secret::plain(value)),
            Type::Block(inner) => secretive(inner(), value),
            Type::List(Type::Block(inner)) | Type::Set(Type::Block(inner)) => match value {
                Tree::List(items) => Tree::List(items.into_iter().map(|it| secretive(inner(), it)).collect()),
                other => other,
            },
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_) => value,
            Type::List(_) | Type::Set(_) | Type::Map(_) => value,
        };
        (name, value)
    };
    Tree::Map(members.into_iter().map(member).collect())
}
