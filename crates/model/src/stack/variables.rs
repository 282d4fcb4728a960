//! The values of variables: `--var`, `--var-file`, `STACKCTL_VAR_…`, environment, default, in
//! that order.
//!
//! In: declarations and what was given. Out: one value each, secrets sealed. It must not know
//! how options and environment variables are read.

use std::collections::{BTreeMap, BTreeSet};

use super::scope::{Locals, NONE_FIXED, Objects, View, unknown_object};
use super::variable_type::VariableType;
use super::written::Reader;
use crate::address::Address;
use crate::coerce::{matches_whole, scalar};
use crate::diagnostic::{Diagnostic, Severity, nearest};
use crate::expr::{self, Expr, Object, ScopeError};
use crate::manifest::{Manifest, Node, Table, Variable};
use crate::source::{NoFiles, Span};
use crate::tree::{Authored, Known, Pending, Planned, Secret, Tree};

/// Values that were given from outside the manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// `--var NAME=VALUE`.
    pub options: BTreeMap<String, String>,
    /// `--var-file`: what [`crate::manifest::parse_values`] reads; later files win.
    pub files: Table,
    /// `STACKCTL_VAR_NAME`.
    pub environment: BTreeMap<String, String>,
    /// Whether a variable without a value stands for itself, as an unknown that equals itself:
    /// for looking at a manifest that nobody is about to apply.
    pub symbols: bool,
}

/// The text that stands for the value of a variable: `${var.NAME}`.
#[must_use]
pub fn variable_symbol(name: &str) -> String {
    format!("${{var.{name}}}")
}

/// Every variable's value.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Those that have one.
    pub values: BTreeMap<String, Planned>,
    /// Those that have none, which has been reported.
    pub unset: BTreeSet<String>,
}

/// Chooses, converts and checks the value of every variable.
pub(super) fn resolve(manifest: &Manifest, given: &Given, problems: &mut Vec<Diagnostic>) -> Variables {
    undeclared(manifest, given, problems);
    let mut variables = Variables { values: BTreeMap::new(), unset: manifest.unparsed.variables.clone() };
    for (name, variable) in &manifest.variables {
        match value(name, variable, manifest, given, problems) {
            Some(value) => {
                variables.values.insert(name.clone(), value);
            }
            None => {
                variables.unset.insert(name.clone());
            }
        }
    }
    variables
}

/// The value of an expression that uses no names.
pub(super) fn evaluate_alone(expr: &Expr) -> Option<Known> {
    let (variables, unset, written) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let locals = Locals::new(&written, &NONE_FIXED);
    let view = View {
        stack: "",
        environment: None,
        variables: &variables,
        unset: &unset,
        locals: &locals,
        each: None,
        objects: &Nothing,
        files: &NoFiles,
        symbolic: false,
    };
    expr::evaluate(expr, &view).ok()?.known().ok()
}

/// Where no resource can be referred to.
pub(super) struct Nothing;

impl Objects for Nothing {
    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError> {
        Err(unknown_object(declaration, std::iter::empty()))
    }
}

fn undeclared(manifest: &Manifest, given: &Given, problems: &mut Vec<Diagnostic>) {
    let known = || manifest.variables.keys().map(String::as_str);
    let unknown = |name: &str| !manifest.variables.contains_key(name) && !manifest.unparsed.variables.contains(name);
    let complete = |mut problem: Diagnostic, name: &str| {
        problem.help = Some(match nearest(name, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("declare it: `[variables.{name}]`"),
        });
        problem
    };
    for (name, (span, _)) in manifest.values.iter().chain(&given.files).filter(|(name, _)| unknown(name)) {
        let problem = Diagnostic::error("unknown-variable", *span, format!("there is no variable `{name}`"));
        problems.push(complete(problem, name));
    }
    for name in given.options.keys().filter(|name| unknown(name)) {
        let message = format!("--var gives `{name}`, but there is no such variable");
        problems.push(complete(Diagnostic::nowhere("unknown-variable", message), name));
    }
    for name in given.environment.keys().filter(|name| unknown(name)) {
        // The environment may be shared with other stacks.
        let message = format!("STACKCTL_VAR_{name} is set, but there is no such variable");
        let mut problem = complete(Diagnostic::nowhere("unknown-variable", message), name);
        problem.severity = Severity::Warning;
        problems.push(problem);
    }
}

fn value(
    name: &str,
    variable: &Variable,
    manifest: &Manifest,
    given: &Given,
    problems: &mut Vec<Diagnostic>,
) -> Option<Planned> {
    let ty = match &variable.ty {
        None => VariableType::Any,
        Some((text, span)) => match VariableType::parse(text) {
            Ok(ty) => ty,
            Err((message, help)) => {
                problems.push(Diagnostic::error("unknown-variable-type", *span, message).help(help));
                return None;
            }
        },
    };
    let (read, place, source) = match chosen(name, variable, manifest, given, &ty, problems) {
        Choice::Value { value, span, source } => (value, span, source),
        Choice::Invalid => return None,
        Choice::None if given.symbols => return Some(symbol(name, variable.sensitive)),
        Choice::None if variable.sensitive => return Some(Tree::Secret(Secret::Keep)),
        Choice::None => {
            let problem =
                Diagnostic::error("missing-variable", variable.span, format!("the variable `{name}` has no value"))
                    .help(format!("give it with `--var {name}=…` or STACKCTL_VAR_{name}, or add a `default`"));
            problems.push(problem);
            return None;
        }
    };
    let value = match read {
        Ok(value) => value,
        Err(wrong) => {
            let message = format!("the value of `{name}` from {source} {wrong}");
            problems.push(Diagnostic::error("wrong-type", place, message));
            return None;
        }
    };
    if !limits(name, variable, &value, place, source, problems) {
        return None;
    }
    Some(if variable.sensitive { seal(value) } else { value.widen() })
}

/// An unknown that equals itself.
fn symbol(name: &str, sensitive: bool) -> Planned {
    let mut pending = Pending::on(Address::managed("var", name), "value");
    pending.secret = sensitive;
    pending.stamp = Some(variable_symbol(name).into());
    Tree::Hole(pending)
}

enum Choice {
    Value { value: Result<Known, String>, span: Span, source: &'static str },
    Invalid,
    None,
}

fn chosen(
    name: &str,
    variable: &Variable,
    manifest: &Manifest,
    given: &Given,
    ty: &VariableType,
    problems: &mut Vec<Diagnostic>,
) -> Choice {
    let outside = |value, source| Choice::Value { value, span: variable.span, source };
    if let Some(text) = given.options.get(name) {
        return outside(ty.read(text), "--var");
    }
    let environment = given.environment.get(name);
    let (node, source) = match (given.files.get(name), environment, manifest.values.get(name), &variable.default) {
        (Some((_, node)), _, _, _) => (node, "--var-file"),
        (None, Some(text), _, _) => return outside(ty.read(text), "its environment variable"),
        (None, None, Some((_, node)), _) => (node, "`[values]`"),
        (None, None, None, Some(node)) => (node, "`default`"),
        (None, None, None, None) => return Choice::None,
    };
    match literal(node, problems) {
        Some(value) => Choice::Value { value: ty.convert(value), span: node.span, source },
        None => Choice::Invalid,
    }
}

/// `allowed` and `pattern`. A message quotes the value unless it is sensitive.
fn limits(
    name: &str,
    variable: &Variable,
    value: &Known,
    place: Span,
    source: &str,
    problems: &mut Vec<Diagnostic>,
) -> bool {
    let quoted = if variable.sensitive { "its value".to_owned() } else { value.to_json().to_string() };
    if let Some(node) = &variable.allowed {
        let Some(allowed) = literal(node, problems) else { return false };
        let same = |it: &Known| it == value || scalar::to_text(it.clone()).ok() == scalar::to_text(value.clone()).ok();
        let items = allowed.as_list().unwrap_or_default();
        if !value.is_null() && !items.iter().any(same) {
            let listed = items.iter().map(|it| it.to_json().to_string()).collect::<Vec<String>>().join(", ");
            let problem =
                Diagnostic::error("not-allowed", place, format!("the variable `{name}` cannot be {quoted} ({source})"));
            problems.push(problem.help(format!("allowed values: {listed}")));
            return false;
        }
    }
    if let (Some((pattern, span)), Tree::Text(text)) = (&variable.pattern, value) {
        match matches_whole(pattern, text) {
            Some(true) => {}
            Some(false) => {
                let message = format!("the variable `{name}` must match `{pattern}`, which {quoted} does not");
                problems.push(Diagnostic::error("wrong-format", place, message));
                return false;
            }
            None => {
                let message = format!("the pattern of `{name}` is not a regular expression");
                problems.push(Diagnostic::error("invalid-pattern", *span, message));
                return false;
            }
        }
    }
    true
}

/// A node that holds no expression.
fn literal(node: &Node, problems: &mut Vec<Diagnostic>) -> Option<Known> {
    let mut reader = Reader::default();
    let written = reader.value(node);
    problems.append(&mut reader.problems);
    let value: Authored = reader.authored(&written);
    let literal = value.fill(&mut |expr: Expr| match expr.references() {
        [] => evaluate_alone(&expr).ok_or(expr.span),
        [reference, ..] => Err(reference.span),
    });
    match literal {
        Ok(value) => Some(value),
        Err(span) => {
            let message = "a variable's value is fixed before anything is evaluated";
            let problem = Diagnostic::error("not-a-literal", span, message);
            problems.push(problem.help("compute it in `[locals]` and use `local.…`"));
            None
        }
    }
}

fn seal(value: Known) -> Planned {
    match value {
        Tree::Null => Tree::Null,
        Tree::List(items) => Tree::List(items.into_iter().map(seal).collect()),
        Tree::Map(members) => Tree::map(members.into_iter().map(|(key, member)| (key, seal(member)))),
        Tree::Secret(secret) => Tree::Secret(secret),
        leaf => Tree::Secret(Secret::plain(leaf)),
    }
}
