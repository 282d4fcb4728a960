//! Arguments written from what Terraform's state holds, where no configuration tells them.
//!
//! In: objects of a state, read by a kind's schema. Out: the values and entries that a careful
//! person would write for them. It must not know configurations.

mod choose;
mod links;

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::Kind;
use model::schema::{Document, Field, Schema, Type};
use model::{Address, Known, Path, Step, Tree};

use crate::attributes::Instance;
use crate::draft::{Entry, Item, Table, Value};

pub use links::{Links, links};

/// One object of a state.
#[derive(Clone, Debug)]
pub struct Object<'a> {
    /// What the manifest calls it.
    pub address: Address,
    /// Its kind.
    pub kind: &'static Kind,
    /// What it is.
    pub instance: &'a Instance,
    /// The declarations that the state says it depends on.
    pub dependencies: BTreeSet<Address>,
}

/// What stands at a path instead of the value itself: a reference, or the variable of a secret.
/// It is asked about every text, number, truth value and secret.
pub type Instead<'a> = dyn FnMut(&Path, &Known) -> Option<Value> + 'a;

/// A value as it would be written. `None` where there is nothing to write: it is null, or there
/// is a secret in it, which is never written.
#[must_use]
pub fn literal(ty: &Type, value: &Known) -> Option<Value> {
    literal_with(ty, value, &mut |_, _| None)
}

/// The same with something else at some of its places; their paths begin at the value.
pub fn literal_with(ty: &Type, value: &Known, instead: &mut Instead<'_>) -> Option<Value> {
    let document = matches!(ty, Type::Json(_)).then_some(0);
    Writer { sparing: false, path: Path::default(), document, instead }.value(ty, value)
}

/// The arguments that a careful person would write for an object: the required ones, and those
/// that say something else than AWS would assume. One with a secret in it is left out.
#[must_use]
pub fn arguments(kind: &Kind, inputs: &Known) -> Vec<Entry> {
    arguments_with(kind, inputs, &mut |_, _| None)
}

/// The same with something else at some of their places.
pub fn arguments_with(kind: &Kind, inputs: &Known, instead: &mut Instead<'_>) -> Vec<Entry> {
    let chosen = choose::arguments(kind, inputs);
    let mut writer = Writer { sparing: true, path: Path::default(), document: None, instead };
    let fields = (kind.inputs)().fields.iter().filter(|field| chosen.contains(field.name));
    fields.filter_map(|field| writer.entry(field, inputs.get(field.name)?)).collect()
}

/// The arguments of all objects of a state with references between them. What would stand for a
/// secret is asked for by its address and path; without an answer its argument is left out.
///
/// A security group's own lists of rules are left out where rules stand by themselves, which
/// Terraform's state repeats in them.
pub fn written(
    objects: &[Object<'_>],
    secret: &mut dyn FnMut(&Address, &Path, &Known) -> Option<Value>,
) -> BTreeMap<Address, Vec<Entry>> {
    let links = links(objects);
    let separate = separate_rules(objects);
    let none = Links::new();
    let write = |object: &Object<'_>| {
        let links = links.get(&object.address).unwrap_or(&none);
        let mut instead = |path: &Path, value: &Known| match value {
            Tree::Secret(_) => secret(&object.address, path, value),
            _ => links.get(path).cloned(),
        };
        let mut entries = arguments_with(object.kind, &object.instance.inputs, &mut instead);
        entries.retain(|entry| !separate.contains(&(object.instance.id.0.as_str(), entry.key.as_str())));
        (object.address.clone(), entries)
    };
    objects.iter().map(write).collect()
}

/// The groups, by id, and the directions in which rules stand by themselves.
fn separate_rules<'a>(objects: &'a [Object<'_>]) -> BTreeSet<(&'a str, &'static str)> {
    let rule = |object: &'a Object<'_>| {
        let direction = match object.kind.name {
            "aws_vpc_security_group_ingress_rule" => "ingress",
            "aws_vpc_security_group_egress_rule" => "egress",
            _ => return None,
        };
        Some((object.instance.inputs.get("security_group_id")?.as_text()?, direction))
    };
    objects.iter().filter_map(rule).collect()
}

/// The order in which AWS documents the members of its JSON documents; others follow by name.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html>
const DOCUMENTED: &[&str] = &[
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
    "rulePriority",
    "description",
    "selection",
    "tagStatus",
    "tagPatternList",
    "tagPrefixList",
    "countType",
    "countUnit",
    "countNumber",
    "action",
];

struct Writer<'a, 'i> {
    /// Whether what says nothing is left out.
    sparing: bool,
    /// Where the value stands.
    path: Path,
    /// How deep it stands in a document, if it does.
    document: Option<usize>,
    instead: &'a mut Instead<'i>,
}

impl Writer<'_, '_> {
    /// `None` for null and for secrets.
    fn value(&mut self, ty: &Type, value: &Known) -> Option<Value> {
        match (value, ty) {
            (Tree::Map(members), Type::Block(schema)) => self.block(schema(), members),
            (Tree::Map(members), Type::Map(inner)) => self.map(inner, members),
            (Tree::Map(members), _) => self.map(&Type::Any, members),
            (Tree::List(items), Type::List(inner) | Type::Set(inner)) => self.list(inner, items),
            (Tree::List(items), Type::Json(Document::Objects { schema, .. })) => {
                self.list(&Type::Block(*schema), items)
            }
            (Tree::List(items), _) => self.list(&Type::Any, items),
            (leaf, _) => (self.instead)(&self.path, leaf).or_else(|| plain(leaf)),
        }
    }

    fn block(&mut self, schema: &'static Schema, members: &BTreeMap<String, Known>) -> Option<Value> {
        let mut entries = Vec::new();
        for field in schema.fields {
            let Some(member) = members.get(field.name).filter(|it| !it.is_null()) else { continue };
            if !self.sparing || choose::is_worth_writing(field, member) {
                entries.push(self.entry(field, member)?);
            }
        }
        Some(Value::Table(Table { entries, ..Table::default() }))
    }

    fn entry(&mut self, field: &Field, member: &Known) -> Option<Entry> {
        let outside = self.document;
        if matches!(field.ty, Type::Json(_)) {
            self.document = Some(0);
        }
        let value = self.at(Step::Field(field.name.to_owned()), |it| it.value(field.ty, member));
        self.document = outside;
        let value = value?;
        let is_block = self.is_block(field.ty, &value);
        Some(Entry { is_block, ..Entry::new(field.name, value) })
    }

    fn map(&mut self, inner: &Type, members: &BTreeMap<String, Known>) -> Option<Value> {
        let mut members: Vec<(&String, &Known)> = members.iter().filter(|(_, it)| !it.is_null()).collect();
        if self.document.is_some() {
            let rank = |key: &str| DOCUMENTED.iter().position(|it| *it == key).unwrap_or(DOCUMENTED.len());
            members.sort_by_key(|(key, _)| rank(key));
        }
        let mut entries = Vec::with_capacity(members.len());
        for (key, member) in members {
            let is_top = self.document == Some(0);
            let value = self.deeper(Step::Key(key.clone()), |it| it.value(inner, member))?;
            entries.push(Entry { is_block: is_top && is_tables(&value), ..Entry::new(key.clone(), value) });
        }
        Some(Value::Table(Table { entries, ..Table::default() }))
    }

    fn list(&mut self, inner: &Type, items: &[Known]) -> Option<Value> {
        let items = items.iter().enumerate().filter(|(_, item)| !item.is_null());
        let items =
            items.map(|(index, item)| self.deeper(Step::Index(index), |it| it.value(inner, item)).map(Item::from));
        items.collect::<Option<Vec<Item>>>().map(Value::List)
    }

    /// Terraform's blocks stand as tables, and so do documents and the blocks in them; lists in
    /// documents stand inline.
    fn is_block(&self, ty: &Type, value: &Value) -> bool {
        match ty {
            Type::Block(_) => matches!(value, Value::Table(_)),
            Type::List(Type::Block(_)) | Type::Set(Type::Block(_)) => self.document.is_none() && is_tables(value),
            Type::Json(_) => matches!(value, Value::Table(_)) || is_tables(value),
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => false,
            Type::List(_) | Type::Set(_) | Type::Map(_) => false,
        }
    }

    fn deeper<T>(&mut self, step: Step, work: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.document;
        self.document = outside.map(|depth| depth + 1);
        let done = self.at(step, work);
        self.document = outside;
        done
    }

    fn at<T>(&mut self, step: Step, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.0.push(step);
        let done = work(self);
        self.path.0.pop();
        done
    }
}

fn plain(leaf: &Known) -> Option<Value> {
    match leaf {
        Tree::Bool(value) => Some(Value::Bool(*value)),
        Tree::Int(value) => Some(Value::Int(*value)),
        Tree::Float(value) => Some(Value::Float(*value)),
        Tree::Text(text) => Some(Value::literal(text)),
        Tree::Null | Tree::Secret(_) | Tree::List(_) | Tree::Map(_) => None,
        Tree::Hole(never) => match *never {},
    }
}

/// Whether a value is a list of tables and nothing else.
fn is_tables(value: &Value) -> bool {
    match value {
        Value::List(items) => !items.is_empty() && items.iter().all(|it| matches!(it.value, Value::Table(_))),
        Value::Table(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) => false,
    }
}

#[cfg(test)]
mod tests;
