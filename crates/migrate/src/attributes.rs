//! Attributes of Terraform's states in our types.
//!
//! In: a kind and the JSON of one object. Out: id, arguments and outputs as AWS would have told
//! them. It must not know configurations.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use model::catalog::{DataKind, Identity, Kind};
use model::coerce::convert;
use model::schema::{Document, Field, Required, Schema, Type};
use model::{Id, Known, Path, Secret, Step, Tree};
use serde_json::{Map, Value as Json};

/// One object in our terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// What AWS calls it.
    pub id: Id,
    /// Its arguments, typed by the kind's schema; what is sensitive is a plain secret. A map.
    pub inputs: Known,
    /// Its outputs, likewise.
    pub outputs: Known,
}

/// Reads one object. What Terraform writes for "not set" (an empty text, no blocks, a number that
/// AWS does not accept) is not set, and attributes that the kind does not have are left out.
///
/// Secrets are plain ones; those that AWS holds carry the stamp that stands for them. `None`
/// where the attributes do not tell what AWS calls the object.
#[must_use]
pub fn read(kind: &Kind, attributes: &Json, sensitive: &[String]) -> Option<Instance> {
    let attributes = &in_our_words(kind.name, attributes);
    let raw = Known::from_json(attributes);
    let id = (kind.identify)(&raw)?;
    let reading = Reading { sensitive };
    let inputs = reading.top((kind.inputs)(), attributes);
    let mut outputs = reading.outputs((kind.outputs)(), attributes, (kind.stamp)(&raw).as_deref());
    // The id of what has no name of its own is made of its arguments, in our way and in Terraform's.
    if matches!(kind.identity, Identity::Natural(_)) && (kind.outputs)().field("id").is_some() {
        outputs.insert("id".to_owned(), Tree::text(id.0.clone()));
    }
    Some(Instance { id, inputs: Tree::Map(inputs), outputs: Tree::Map(outputs) })
}

/// Reads what a data source was asked and told: a map of arguments and outputs.
#[must_use]
pub fn read_data(kind: &DataKind, attributes: &Json, sensitive: &[String]) -> Known {
    let attributes = &in_our_words(kind.name, attributes);
    let reading = Reading { sensitive };
    let mut told = reading.top((kind.arguments)(), attributes);
    let stamp = (kind.stamp)(&Known::from_json(attributes));
    told.extend(reading.outputs((kind.outputs)(), attributes, stamp.as_deref()));
    Tree::Map(told)
}

/// What Terraform's provider calls otherwise, or did in older versions: the kind, our name, and
/// its own.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-4-upgrade>
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-6-upgrade>
const OTHERWISE: &[(&str, &str, &str)] =
    &[("aws_db_instance", "db_name", "name"), ("aws_ecs_service", "arn", "id"), ("aws_region", "region", "name")];

/// The attributes with ours in the place of those that have another name.
fn in_our_words(kind: &str, attributes: &Json) -> Json {
    let mut attributes = attributes.clone();
    for (_, ours, theirs) in OTHERWISE.iter().filter(|(of, ..)| *of == kind) {
        if attributes.get(ours).is_none_or(Json::is_null)
            && let Some(value) = attributes.get(theirs).cloned()
            && let Some(members) = attributes.as_object_mut()
        {
            members.insert((*ours).to_owned(), value);
        }
    }
    attributes
}

/// A value with every leaf in it a secret.
#[must_use]
pub fn seal(value: Known) -> Known {
    match value {
        Tree::Null => Tree::Null,
        Tree::Secret(secret) => Tree::Secret(secret),
        Tree::List(items) => Tree::List(items.into_iter().map(seal).collect()),
        Tree::Map(members) => Tree::map(members.into_iter().map(|(key, member)| (key, seal(member)))),
        leaf @ (Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_)) => Tree::Secret(Secret::plain(leaf)),
        Tree::Hole(never) => match never {},
    }
}

/// The same value with every text a secret that is, or holds, one of these: where Terraform lost
/// sight of a secret (in a document, or on its way through another state), its text remains.
///
/// A text of fewer than four characters is nobody's secret, and one of fewer than eight is looked
/// for only as a whole.
#[must_use]
pub fn conceal(value: Known, secrets: &[&str]) -> Known {
    match value {
        Tree::Text(text) if secrets.iter().any(|secret| tells(&text, secret)) => {
            Tree::Secret(Secret::plain(Tree::Text(text)))
        }
        Tree::List(items) => Tree::List(items.into_iter().map(|item| conceal(item, secrets)).collect()),
        Tree::Map(members) => Tree::map(members.into_iter().map(|(key, member)| (key, conceal(member, secrets)))),
        Tree::Hole(never) => match never {},
        other @ (Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) | Tree::Secret(_)) => other,
    }
}

fn tells(text: &str, secret: &str) -> bool {
    const WHOLE: usize = 4;
    const PART: usize = 8;
    match secret.len() {
        ..WHOLE => false,
        WHOLE..PART => text == secret,
        PART.. => text.contains(secret),
    }
}

/// Where a block stands; in a nested one, nobody can tell what is empty from what is not set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Nested,
}

struct Reading<'a> {
    /// The paths of what is sensitive, as [`Path`] prints them, in the shape of Terraform's state.
    sensitive: &'a [String],
}

impl Reading<'_> {
    fn top(&self, schema: &Schema, attributes: &Json) -> BTreeMap<String, Known> {
        match attributes {
            Json::Object(members) => self.block(schema, members, &Path::default(), Depth::Top),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => BTreeMap::new(),
        }
    }

    fn outputs(&self, schema: &Schema, attributes: &Json, stamp: Option<&str>) -> BTreeMap<String, Known> {
        let mut outputs = self.top(schema, attributes);
        let Some(stamp) = stamp else { return outputs };
        for field in schema.fields.iter().filter(|field| field.sensitive) {
            let held = match outputs.remove(field.name) {
                Some(Tree::Secret(Secret::Plain { value, .. })) => Secret::Plain { value, stamp: Some(stamp.into()) },
                Some(_) | None => Secret::Stamp(stamp.into()),
            };
            outputs.insert(field.name.to_owned(), Tree::Secret(held));
        }
        outputs
    }

    fn block(&self, schema: &Schema, members: &Map<String, Json>, at: &Path, depth: Depth) -> BTreeMap<String, Known> {
        let member = |field: &'static Field| {
            let json = members.get(field.name)?;
            let value = self.value(field.ty, json, &at.join(Step::Field(field.name.to_owned())));
            let value = if field.sensitive { seal(value) } else { value };
            (!is_unset(field, &value, depth)).then(|| (field.name.to_owned(), value))
        };
        schema.fields.iter().filter_map(member).collect()
    }

    fn value(&self, ty: &Type, json: &Json, at: &Path) -> Known {
        match (ty, json) {
            (_, Json::Null) => Tree::Null,
            (Type::Bool | Type::Int | Type::Float | Type::Text, scalar) => {
                let typed = convert(ty, Known::from_json(scalar)).unwrap_or(Tree::Null);
                if self.covers(at) { seal(typed) } else { typed }
            }
            (Type::Any, any) => self.whole(Known::from_json(any), at),
            (Type::Json(document), json) => self.whole(self.document(*document, json), at),
            (Type::List(inner), json) => Tree::List(self.items(inner, json, at)),
            (Type::Set(inner), json) => {
                let mut items = self.items(inner, json, at);
                // Blocks stay in the order of the state; a stable sort takes them for equal.
                items.sort_by(order);
                items.dedup();
                Tree::List(items)
            }
            (Type::Map(inner), Json::Object(members)) => {
                let member = |(key, json): (&String, &Json)| {
                    let value = self.value(inner, json, &at.join(Step::Key(key.clone())));
                    (!value.is_null()).then(|| (key.clone(), value))
                };
                Tree::Map(members.iter().filter_map(member).collect())
            }
            (Type::Block(schema), Json::Object(members)) => Tree::Map(self.block(schema(), members, at, Depth::Nested)),
            // Terraform keeps a block that may stand once as a list.
            (Type::Block(_), Json::Array(items)) => match items.first() {
                Some(only) => self.value(ty, only, &at.join(Step::Index(0))),
                None => Tree::Null,
            },
            (Type::Map(_) | Type::Block(_), _) => Tree::Null,
        }
    }

    fn items(&self, inner: &Type, json: &Json, at: &Path) -> Vec<Known> {
        let items = match json {
            Json::Array(items) => items.as_slice(),
            Json::Object(_) if matches!(inner, Type::Block(_)) => std::slice::from_ref(json),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => &[],
        };
        let each = items.iter().enumerate();
        let items = each.map(|(index, item)| self.value(inner, item, &at.join(Step::Index(index))));
        items.filter(|item| !item.is_null()).collect()
    }

    /// A document stands in the state as text. Text that is no document stays what it is.
    fn document(&self, document: Document, json: &Json) -> Known {
        let parsed = match json {
            Json::String(text) if text.trim().is_empty() => return Tree::Null,
            Json::String(text) => match serde_json::from_str::<Json>(text) {
                Ok(parsed) => parsed,
                Err(_) => return Tree::text(text),
            },
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => json.clone(),
        };
        match document {
            Document::Policy | Document::Value => Known::from_json(&parsed),
            Document::Objects { schema, .. } => {
                // No path leads into a text, so nothing below is sensitive by itself.
                let plain = Reading { sensitive: &[] };
                Tree::List(plain.items(&Type::Block(schema), &parsed, &Path::default()))
            }
        }
    }

    /// A value that is one secret where any of it is sensitive.
    fn whole(&self, value: Known, at: &Path) -> Known {
        let within = |it: &String| is_within(it, &at.to_string());
        if value.is_null() || !(self.covers(at) || self.sensitive.iter().any(within)) {
            return value;
        }
        Tree::Secret(Secret::plain(value))
    }

    /// Whether a path is sensitive, by itself or by what it lies in.
    fn covers(&self, path: &Path) -> bool {
        let path = path.to_string();
        self.sensitive.iter().any(|it| is_within(&path, it))
    }
}

/// Whether a path is another or lies below it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Whether a value is what Terraform writes for an argument that nobody has set.
fn is_unset(field: &Field, value: &Known, depth: Depth) -> bool {
    match value {
        Tree::Null => true,
        Tree::Secret(Secret::Plain { value, .. }) => is_unset(field, value, depth),
        _ if field.required == Required::Always => false,
        Tree::Text(text) => text.is_empty() && !field.allowed.contains(&""),
        Tree::Int(0) => {
            let out_of_range = field.range.is_some_and(|(low, high)| !(low..=high).contains(&0.0));
            out_of_range || !(field.allowed.is_empty() || field.allowed.contains(&"0"))
        }
        Tree::List(items) => items.is_empty() && (depth == Depth::Nested || holds_blocks(field.ty)),
        Tree::Map(members) => members.is_empty() && depth == Depth::Nested && !holds_blocks(field.ty),
        Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Secret(_) => false,
        Tree::Hole(never) => match *never {},
    }
}

fn holds_blocks(ty: &Type) -> bool {
    match ty {
        Type::Block(_) => true,
        Type::List(inner) | Type::Set(inner) => holds_blocks(inner),
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Map(_) | Type::Json(_) => false,
    }
}

/// The order of a set's members: only texts and whole numbers have one.
fn order(one: &Known, other: &Known) -> Ordering {
    match (one, other) {
        (Tree::Text(one), Tree::Text(other)) => one.cmp(other),
        (Tree::Int(one), Tree::Int(other)) => one.cmp(other),
        _ => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests;
