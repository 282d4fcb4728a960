//! From the texts of a manifest to a resolved stack, as the command line does it.
//!
//! In: texts, files that expressions read, values of sensitive variables. Out: the stack and every
//! problem. It must not know what the stack is held against.

use std::collections::BTreeMap;

use engine::fingerprint::reveal;
use model::diagnostic::{Diagnostic, Severity};
use model::manifest::{self, Manifest, Node, Table, Text, Value};
use model::source::{Files, Sources, Span};
use model::stack::{self, Given, Options, Stack};
use model::{Known, Tree};

use super::Rehearsal;

const ENVIRONMENTS: &str = "environments/";

/// A manifest as far as it can be known without AWS.
pub(super) struct Loaded {
    pub sources: Sources,
    pub stack: Stack,
    problems: Vec<Diagnostic>,
}

impl Loaded {
    pub fn errors(&self) -> Vec<Diagnostic> {
        self.of(Severity::Error)
    }

    pub fn warnings(&self) -> Vec<Diagnostic> {
        self.of(Severity::Warning)
    }

    fn of(&self, severity: Severity) -> Vec<Diagnostic> {
        self.problems.iter().filter(|it| it.severity == severity).cloned().collect()
    }
}

/// Resolves a manifest, with the values of its sensitive variables or without them.
pub(super) fn load(rehearsal: &Rehearsal<'_>, with_secrets: bool) -> Loaded {
    let sources = sources(rehearsal.files, rehearsal.environment);
    let (manifest, mut problems) = manifest::parse(&sources, rehearsal.environment);
    let given = if with_secrets { given(&manifest, rehearsal.secrets) } else { Given::default() };
    let files = Copies(rehearsal.copies);
    let options = Options { sources: &sources, variables: &given, files: &files };
    let (stack, found) = stack::resolve(&manifest, rehearsal.catalog, &options);
    problems.extend(found);
    Loaded { stack, problems: model::diagnostic::sort(problems), sources }
}

/// The texts of a manifest in the order in which a command line reads them: `stack.toml`, the
/// layers by name, the environment.
#[must_use]
pub fn sources(files: &BTreeMap<String, String>, environment: Option<&str>) -> Sources {
    let mut sources = Sources::default();
    let mut layers: Vec<(&String, &String)> = files.iter().filter(|(path, _)| is_layer(path)).collect();
    layers.sort_by_key(|(path, _)| (*path != "stack.toml", *path));
    for (path, text) in layers {
        sources.add(path.as_str(), text.as_str());
    }
    let name = |path: &String| Some(path.strip_prefix(ENVIRONMENTS)?.strip_suffix(".toml")?.to_owned());
    sources.environments = files.keys().filter_map(name).collect();
    if let Some(name) = environment {
        let path = format!("{ENVIRONMENTS}{name}.toml");
        if let Some(text) = files.get(&path) {
            sources.add(path, text.as_str());
        }
    }
    sources
}

fn is_layer(path: &str) -> bool {
    path.strip_suffix(".toml").is_some_and(|stem| !stem.contains('/'))
}

/// The values of sensitive variables as if they had been given on the command line. Text is given
/// like `--var`, which takes it as it is; anything else like a file of values, which keeps its type.
fn given(manifest: &Manifest, secrets: &BTreeMap<String, Known>) -> Given {
    let mut given = Given::default();
    for (name, secret) in secrets.iter().filter(|(name, _)| manifest.variables.contains_key(*name)) {
        match reveal(secret) {
            Some(Tree::Text(text)) => {
                given.options.insert(name.clone(), text);
            }
            Some(value) => given.files.extend(node(&value).map(|node| (name.clone(), (Span::default(), node)))),
            None => {}
        }
    }
    given
}

/// A value as a file of values would hold it; nothing for null, which TOML cannot say.
fn node(value: &Known) -> Option<Node> {
    let value = match value {
        Tree::Null | Tree::Secret(_) => return None,
        Tree::Bool(value) => Value::Bool(*value),
        Tree::Int(number) => Value::Int(*number),
        Tree::Float(number) => Value::Float(*number),
        // A file of values is read as templates.
        Tree::Text(text) => {
            let decoded = text.replace("${", "$${").replace("%{", "%%{");
            Value::Text(Text { decoded, offsets: Vec::new(), start: 0 })
        }
        Tree::List(items) => Value::List(items.iter().filter_map(node).collect()),
        Tree::Map(members) => {
            let member = |(key, it): (&String, &Known)| Some((key.clone(), (Span::default(), node(it)?)));
            Value::Table(members.iter().filter_map(member).collect::<Table>())
        }
        Tree::Hole(never) => match *never {},
    };
    Some(Node { span: Span::default(), value })
}

/// Files that are written beside the manifest.
struct Copies<'a>(&'a BTreeMap<String, Vec<u8>>);

impl Files for Copies<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let plain = path.trim_start_matches("./");
        self.0.get(plain).cloned().ok_or_else(|| format!("there is no file `{path}` in the manifest's folder"))
    }
}
