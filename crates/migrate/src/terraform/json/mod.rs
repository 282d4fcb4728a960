//! Files in Terraform's JSON syntax.
//!
//! In: the text of a `.tf.json` or `.tfvars.json` file. Out: the same blocks as its own syntax
//! would give. What tells a block from an argument is how Terraform defines its own blocks; in the
//! bodies of resources, which follow a provider's schema, everything else is an argument: a list
//! of blocks is a list of objects. It must not know schemas.
//!
//! The mapping: <https://developer.hashicorp.com/terraform/language/syntax/json>.

mod expression;
mod lines;

use std::collections::BTreeMap;

use hcl_edit::expr::Expression;
use serde_json::{Map, Value as Json};

use self::expression::Reading;
use self::lines::Lines;
use super::configuration::{Attribute, Block, Body, Comments, Place, Structure};
use super::problem::Problem;
use super::read::Content;

/// Reads a configuration file.
pub(super) fn file(path: &str, text: &str) -> Result<Content, Vec<Problem>> {
    let json = parse(path, text).map_err(|it| vec![it])?;
    let mut reader = Reader { path, lines: Lines::of(text), problems: Vec::new() };
    let mut content = Content { head: Vec::new(), blocks: Vec::new(), trailing: Vec::new() };
    for (at, object) in reader.objects(&json, &[]) {
        reader.top(object, &at, &mut content);
    }
    if reader.problems.is_empty() { Ok(content) } else { Err(reader.problems) }
}

/// Reads a file of values, in which all texts mean themselves.
pub(super) fn values(path: &str, text: &str) -> Result<BTreeMap<String, Expression>, Problem> {
    let json = parse(path, text)?;
    let Json::Object(values) = json else {
        return Err(Problem::of(path, "a file of values is one object, by variable"));
    };
    let read = |(name, value): (String, Json)| match expression::of(&value, Reading::Literal) {
        Ok(value) => Ok((name, value)),
        Err(message) => Err(Problem::of(path, format!("the value of `{name}` cannot be read: {message}"))),
    };
    values.into_iter().map(read).collect()
}

fn parse(path: &str, text: &str) -> Result<Json, Problem> {
    serde_json::from_str(text).map_err(|error| {
        let place = Place { file: path.to_owned(), line: error.line() };
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let excerpt = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
        Problem::at(place, format!("this is not JSON: {message}")).excerpt(excerpt)
    })
}

/// What a block may hold besides arguments: its nested blocks, and how many labels they have.
type Nested = &'static [(&'static str, usize)];

const ROOT: Nested = &[
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("variable", 1),
    ("output", 1),
    ("module", 1),
    ("provider", 1),
    ("check", 1),
    ("terraform", 0),
    ("locals", 0),
    ("moved", 0),
    ("import", 0),
    ("removed", 0),
];

/// The nested blocks of a block, by its type and the type of the block around it.
fn nested(block: &str, outer: Option<&str>) -> Nested {
    match (block, outer) {
        ("terraform", None) => &[("required_providers", 0), ("backend", 1), ("cloud", 0), ("provider_meta", 1)],
        ("resource" | "data" | "ephemeral", _) => {
            &[("lifecycle", 0), ("timeouts", 0), ("connection", 0), ("provisioner", 1), ("dynamic", 1)]
        }
        ("provider", None) => &[("default_tags", 0), ("ignore_tags", 0), ("assume_role", 0), ("dynamic", 1)],
        ("variable", None) => &[("validation", 0)],
        ("output", None) => &[("precondition", 0)],
        ("check", None) => &[("data", 2), ("assert", 0)],
        ("removed", None) => &[("lifecycle", 0), ("provisioner", 1)],
        ("cloud", Some(_)) => &[("workspaces", 0)],
        ("backend", Some(_)) => &[("workspaces", 0), ("assume_role", 0)],
        ("lifecycle", Some(_)) => &[("precondition", 0), ("postcondition", 0)],
        ("provisioner", Some(_)) => &[("connection", 0)],
        ("dynamic", Some(_)) => &[("content", 0)],
        ("content", Some(_)) => &[("dynamic", 1)],
        _ => &[],
    }
}

/// What the texts in an argument are.
fn reading(block: &str, argument: &str) -> Reading {
    match (block, argument) {
        ("resource" | "data" | "ephemeral" | "module" | "output", "depends_on" | "provider" | "providers")
        | ("lifecycle", "ignore_changes" | "replace_triggered_by")
        | ("variable", "type")
        | ("moved", "from" | "to")
        | ("import", "to" | "provider")
        | ("removed", "from")
        | ("dynamic", "iterator") => Reading::Expression,
        ("variable" | "terraform" | "backend" | "cloud" | "workspaces" | "required_providers", _)
        | ("module", "source" | "version")
        | ("provider", "alias" | "version") => Reading::Literal,
        _ => Reading::Template,
    }
}

struct Reader<'a> {
    path: &'a str,
    lines: Lines,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn top(&mut self, object: &Map<String, Json>, at: &[String], content: &mut Content) {
        for (name, value) in object {
            let at = step(at, name);
            if name == "//" {
                content.head.extend(comment(value));
            } else if let Some((name, labels)) = ROOT.iter().find(|(it, _)| it == name) {
                self.blocks(&Header { name, outer: None, missing: *labels }, &[], value, &at, &mut content.blocks);
            } else {
                let problem = Problem::at(self.place(&at), format!("`{name}` is no block of Terraform"));
                self.problems.push(problem.help("a comment stands under the key `//`"));
            }
        }
    }

    /// The blocks of one type: nested objects by label, and at every level lists of them.
    fn blocks(&mut self, header: &Header, labels: &[String], value: &Json, at: &[String], blocks: &mut Vec<Block>) {
        for (at, object) in self.objects(value, at) {
            if header.missing == labels.len() {
                let block = Block {
                    name: header.name.to_owned(),
                    labels: labels.to_vec(),
                    body: self.body(header, object, &at),
                    comments: comments(object),
                    place: self.place(&at),
                };
                blocks.push(block);
                continue;
            }
            for (label, value) in object.iter().filter(|(label, _)| *label != "//") {
                self.blocks(header, &step(labels, label), value, &step(&at, label), blocks);
            }
        }
    }

    fn body(&mut self, header: &Header, object: &Map<String, Json>, at: &[String]) -> Body {
        let mut structures = Vec::new();
        for (name, value) in object.iter().filter(|(name, _)| *name != "//") {
            let at = step(at, name);
            if let Some((name, labels)) = nested(header.name, header.outer).iter().find(|(it, _)| it == name) {
                let mut blocks = Vec::new();
                let header = Header { name, outer: Some(header.name), missing: *labels };
                self.blocks(&header, &[], value, &at, &mut blocks);
                structures.extend(blocks.into_iter().map(Structure::Block));
                continue;
            }
            let (name, place) = (name.clone(), self.place(&at));
            match expression::of(value, reading(header.name, &name)) {
                Ok(expression) => {
                    let comments = Comments::default();
                    structures.push(Structure::Attribute(Attribute { name, expression, comments, place }));
                }
                Err(message) => {
                    self.problems.push(Problem::at(place, format!("`{name}` cannot be read: {message}")));
                }
            }
        }
        Body { structures, trailing: Vec::new() }
    }

    /// An object, or each of a list of objects, with its place; `null` is none.
    fn objects<'a>(&mut self, value: &'a Json, at: &[String]) -> Vec<(Vec<String>, &'a Map<String, Json>)> {
        match value {
            Json::Null => Vec::new(),
            Json::Object(object) => vec![(at.to_vec(), object)],
            Json::Array(values) => {
                let steps = values.iter().enumerate();
                steps.flat_map(|(index, value)| self.objects(value, &step(at, &index.to_string()))).collect()
            }
            Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                let problem = Problem::at(self.place(at), "an object is expected here, or a list of objects");
                self.problems.push(problem);
                Vec::new()
            }
        }
    }

    fn place(&self, at: &[String]) -> Place {
        Place { file: self.path.to_owned(), line: self.lines.at(at) }
    }
}

/// The type of a block, of the block around it, and how many labels it has.
struct Header {
    name: &'static str,
    outer: Option<&'static str>,
    missing: usize,
}

fn step(at: &[String], next: &str) -> Vec<String> {
    at.iter().cloned().chain([next.to_owned()]).collect()
}

fn comments(object: &Map<String, Json>) -> Comments {
    Comments { above: object.get("//").map(comment).unwrap_or_default(), beside: None }
}

/// A comment; tools leave other values than text there for themselves.
fn comment(value: &Json) -> Vec<String> {
    value.as_str().map(|it| it.lines().map(|it| it.trim().to_owned()).collect()).unwrap_or_default()
}
