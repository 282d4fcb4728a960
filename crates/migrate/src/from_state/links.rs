//! References between objects, recovered from equal values.
//!
//! In: the objects of a state with what they depend on. Out: by path, the template that an
//! argument was most likely written as. It must not know Terraform.

use std::collections::BTreeMap;

use model::catalog::{Identity, Kind};
use model::schema::{Schema, Type};
use model::{Address, Known, Path, Step, Tree};

use super::Object;
use crate::draft::Value;

/// What stands at the paths of one object's arguments.
pub type Links = BTreeMap<Path, Value>;

/// The references of every object: where a text is an id, an ARN, a name or an address of
/// something on which the object depends, or begins with one.
#[must_use]
pub fn links(objects: &[Object<'_>]) -> BTreeMap<Address, Links> {
    let of = |object: &Object<'_>| {
        let targets = objects.iter().filter(|it| object.dependencies.contains(&it.address.declaration()));
        let targets: Vec<&Object<'_>> = targets.filter(|it| it.address != object.address).collect();
        let found = leaves(object).into_iter().filter_map(|leaf| Some((best(&leaf, &targets)?, leaf.path)));
        (object.address.clone(), found.map(|(value, path)| (path, value)).collect())
    };
    objects.iter().map(of).collect()
}

/// One text in the arguments of an object.
struct Leaf<'a> {
    path: Path,
    /// The argument or key that it belongs to.
    name: &'a str,
    /// What its schema wants to be referred to.
    accepts: &'static [&'static str],
    text: &'a str,
}

/// How well a reference fits: less is better.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    /// Text that the reference leaves over.
    left_over: usize,
    /// How well the attribute suits the argument.
    suits: usize,
    /// What merely belongs to something else comes after it.
    is_attached: bool,
    target: Address,
}

fn best(leaf: &Leaf<'_>, targets: &[&Object<'_>]) -> Option<Value> {
    let all = targets.iter().flat_map(|target| attributes(target).into_iter().map(move |it| (*target, it)));
    let fitting = all.filter_map(|(target, (attribute, text))| {
        let rest = leaf.text.strip_prefix(text)?;
        let continues = rest.starts_with(['/', ':']) && is_distinctive(text);
        if !rest.is_empty() && !continues {
            return None;
        }
        let suits = suits(leaf, target.kind, attribute, text)?;
        let is_attached = matches!(target.kind.identity, Identity::Natural(&[_, ..]));
        let fit = Fit { left_over: rest.len(), suits, is_attached, target: target.address.clone() };
        Some((fit, attribute, rest))
    });
    let (fit, attribute, rest) = fitting.min_by(|(one, ..), (other, ..)| one.cmp(other))?;
    let reference = Value::expression(&format!("{}.{attribute}", fit.target));
    match (reference, Value::literal(rest)) {
        (Value::Text(reference), Value::Text(rest)) => Some(Value::Text(reference + &rest)),
        (reference, _) => Some(reference),
    }
}

/// How well an attribute of a kind suits an argument: what the argument's schema asks for, then
/// values that nothing else has, then names where the argument's name says so.
fn suits(leaf: &Leaf<'_>, kind: &Kind, attribute: &str, text: &str) -> Option<usize> {
    const DISTINCTIVE: usize = 100;
    const RELATED: usize = 200;
    let asked = leaf.accepts.iter().position(|it| it.split_once('.') == Some((kind.name, attribute)));
    if asked.is_some() {
        return asked;
    }
    let wanted = wanted(leaf.name, text);
    let rank = match attribute {
        _ if attribute == wanted => 0,
        "arn" if text.starts_with("arn:") => 1,
        "id" => 2,
        _ if is_naming(kind, attribute) => 3,
        _ => 4,
    };
    let is_same_range = text.contains('/') && leaf.name.trim_end_matches('s') == attribute;
    if is_same_range || (is_distinctive(text) && !is_range(text)) {
        return Some(DISTINCTIVE + rank);
    }
    // The last word of a kind is what it is: a group, a role, a cluster.
    let what = words(kind.name).pop();
    let related = what.is_some_and(|what| words(leaf.name).contains(&what));
    // A name is best said by the argument that is the name.
    let rank = if is_naming(kind, attribute) { 0 } else { rank + 1 };
    related.then_some(RELATED + rank)
}

/// The attribute that the name of an argument speaks of.
fn wanted(name: &str, text: &str) -> &'static str {
    let name = name.to_lowercase();
    let ends = |endings: &[&str]| endings.iter().any(|it| name.ends_with(it));
    if ends(&["arn", "arns"]) || text.starts_with("arn:") {
        "arn"
    } else if ends(&["_id", "_ids"]) {
        "id"
    } else {
        "name"
    }
}

/// What an object can be referred to by: its outputs, and the argument that is its name.
fn attributes<'a>(object: &'a Object<'_>) -> Vec<(&'static str, &'a str)> {
    let output = |name: &'static str| Some((name, object.instance.outputs.get(name)?.as_text()?));
    let outputs = (object.kind.outputs)().fields.iter().filter_map(|field| output(field.name));
    let name = object.kind.naming.and_then(|naming| {
        let text = object.instance.inputs.get(naming.argument)?.as_text()?;
        Some((naming.argument, text))
    });
    outputs.chain(name).filter(|(_, text)| !text.is_empty()).collect()
}

fn is_naming(kind: &Kind, attribute: &str) -> bool {
    kind.naming.is_some_and(|naming| naming.argument == attribute)
}

/// Whether a text is hardly the same by chance: an ARN, an id as `vpc-0a1b2c3d`, a host name.
fn is_distinctive(text: &str) -> bool {
    let is_id = || {
        text.rsplit_once('-').is_some_and(|(kind, id)| {
            let is_kind = !kind.is_empty() && kind.chars().all(|it| it.is_ascii_lowercase() || it == '-');
            is_kind && id.len() >= 8 && id.chars().all(|it| it.is_ascii_hexdigit())
        })
    };
    let is_host = || text.len() >= 12 && text.matches('.').count() >= 2 && !text.contains(char::is_whitespace);
    text.starts_with("arn:") || is_id() || is_host()
}

/// Whether a text is a range of addresses, or an address.
fn is_range(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_hexdigit() || matches!(it, '.' | ':' | '/'))
}

/// The words of a name that say what it is about.
fn words(name: &str) -> Vec<String> {
    const SAYING_NOTHING: &[&str] = &["aws", "id", "arn", "name", "default", "type", "key", "value", "version", ""];
    let mut spaced = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_uppercase() {
            spaced.push('_');
        }
        spaced.extend(character.to_lowercase());
    }
    let words = spaced.split(['_', '-', '.', ' ']).map(|word| word.trim_end_matches('s'));
    words.filter(|word| !SAYING_NOTHING.contains(word)).map(str::to_owned).collect()
}

/// The texts in an object's arguments that may be references; never its own name, and no tags.
fn leaves<'a>(object: &'a Object<'_>) -> Vec<Leaf<'a>> {
    let mut leaves = Vec::new();
    block((object.kind.inputs)(), &object.instance.inputs, &Path::default(), &mut leaves);
    leaves.retain(|leaf| {
        let is_own_name = leaf.path.0.len() == 1 && leaf.accepts.is_empty() && is_naming(object.kind, leaf.name);
        !is_own_name && leaf.path.head() != Some("tags")
    });
    leaves
}

fn block<'a>(schema: &'static Schema, value: &'a Known, at: &Path, leaves: &mut Vec<Leaf<'a>>) {
    for field in schema.fields {
        if let Some(member) = value.get(field.name) {
            let at = at.join(Step::Field(field.name.to_owned()));
            collect(field.ty, (field.name, field.accepts), member, &at, leaves);
        }
    }
}

fn collect<'a>(
    ty: &'static Type,
    (name, accepts): (&'a str, &'static [&'static str]),
    value: &'a Known,
    at: &Path,
    leaves: &mut Vec<Leaf<'a>>,
) {
    match (value, ty) {
        (Tree::Text(text), _) => leaves.push(Leaf { path: at.clone(), name, accepts, text }),
        (Tree::Map(_), Type::Block(schema)) => block(schema(), value, at, leaves),
        (Tree::Map(members), _) => {
            let inner = if let Type::Map(inner) = ty { inner } else { &Type::Any };
            for (key, member) in members {
                collect(inner, (key, &[]), member, &at.join(Step::Key(key.clone())), leaves);
            }
        }
        (Tree::List(items), _) => {
            for (index, item) in items.iter().enumerate() {
                let at = at.join(Step::Index(index));
                match ty {
                    Type::List(inner) | Type::Set(inner) => collect(inner, (name, accepts), item, &at, leaves),
                    Type::Json(model::schema::Document::Objects { schema, .. }) => block(schema(), item, &at, leaves),
                    _ => collect(&Type::Any, (name, accepts), item, &at, leaves),
                }
            }
        }
        (Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Secret(_), _) => {}
        (Tree::Hole(never), _) => match *never {},
    }
}
