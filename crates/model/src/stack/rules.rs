//! Rules over the arguments of one resource.
//!
//! In: a kind and typed arguments. Out: what is wrong with them together. It must not know
//! other resources.

use crate::catalog::{DataKind, Kind};
use crate::diagnostic::Diagnostic;
use crate::path::{Path, Step};
use crate::schema::{Checked, Required, Rule, Schema, Type, Violation};
use crate::source::Span;
use crate::stack::Spans;
use crate::tree::{Planned, Tree};

/// Checks a resource's arguments against its kind's rules; `creating` adds what only a create
/// needs. A value that is still unknown counts as set.
#[must_use]
pub fn check_rules(kind: &Kind, inputs: &Planned, creating: bool, spans: &Spans) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    if creating {
        required_on_create((kind.inputs)(), inputs, &Path::default(), kind.name, spans, &mut problems);
    }
    check(kind.rules, inputs, creating, spans, &mut problems);
    problems
}

/// Checks what a data source is looked up by.
#[must_use]
pub fn check_data_rules(kind: &DataKind, arguments: &Planned, spans: &Spans) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    check(kind.rules, arguments, false, spans, &mut problems);
    problems
}

fn check(rules: &[Rule], inputs: &Planned, creating: bool, spans: &Spans, problems: &mut Vec<Diagnostic>) {
    let is_set = |name: &str| get(inputs, name).is_some_and(|value| !value.is_null());
    let at = |name: &str| spans.key(&path(name));
    for rule in rules {
        match rule {
            Rule::Conflicts(names) => problems.extend(conflict(names, is_set, at)),
            Rule::ExactlyOne(names) => {
                problems.extend(conflict(names, is_set, at));
                if !names.iter().any(|name| is_set(name)) {
                    problems.push(absent(names, "exactly one", spans.header));
                }
            }
            Rule::AtLeastOne(names) => {
                if !names.iter().any(|name| is_set(name)) {
                    problems.push(absent(names, "at least one", spans.header));
                }
            }
            Rule::RequiredWith(first, others) => {
                for missing in others.iter().filter(|other| is_set(first) && !is_set(other)) {
                    let message = format!("`{first}` needs `{missing}`, which is not set");
                    problems.push(Diagnostic::error("missing-argument", at(first), message));
                }
            }
            Rule::Check(test) => {
                let found = test(&Checked { inputs, creating });
                problems.extend(found.into_iter().map(|violation| report(violation, spans)));
            }
        }
    }
}

fn conflict(names: &[&str], is_set: impl Fn(&str) -> bool, at: impl Fn(&str) -> Span) -> Option<Diagnostic> {
    let mut set = names.iter().filter(|name| is_set(name));
    let (first, second) = (set.next()?, set.next()?);
    let message = format!("`{second}` conflicts with `{first}`");
    let problem = Diagnostic::error("conflicting-arguments", at(second), message);
    Some(problem.label(at(first), format!("`{first}` is set here")).help("keep one of them"))
}

fn absent(names: &[&str], how_many: &str, header: Span) -> Diagnostic {
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<String>>().join(", ");
    Diagnostic::error("missing-argument", header, format!("{how_many} of {listed} must be set"))
}

fn report(violation: Violation, spans: &Spans) -> Diagnostic {
    let place = match violation.argument {
        "" => spans.header,
        name => spans.value(&path(name)),
    };
    let mut problem = match violation.warning {
        true => Diagnostic::warning(violation.code, place, violation.message),
        false => Diagnostic::error(violation.code, place, violation.message),
    };
    problem.help = violation.help;
    problem
}

fn required_on_create(
    schema: &Schema,
    inputs: &Planned,
    around: &Path,
    owner: &str,
    spans: &Spans,
    problems: &mut Vec<Diagnostic>,
) {
    // What is still unknown may have everything.
    if inputs.as_map().is_none() {
        return;
    }
    for field in schema.fields {
        let path = || around.join(Step::Field(field.name.to_owned()));
        let value = inputs.get(field.name).filter(|value| !value.is_null());
        match (value, field.required) {
            (None, Required::Create) => {
                let message = format!("`{}` must be set to create an {owner}", path());
                problems.push(Diagnostic::error("missing-argument", spans.key(around), message));
            }
            (Some(value), _) => match field.ty {
                Type::Block(schema) => required_on_create(schema(), value, &path(), owner, spans, problems),
                Type::List(Type::Block(schema)) | Type::Set(Type::Block(schema)) => {
                    let path = path();
                    for (index, item) in value.as_list().unwrap_or_default().iter().enumerate() {
                        required_on_create(schema(), item, &path.join(Step::Index(index)), owner, spans, problems);
                    }
                }
                Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => {}
                Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Json(_) => {}
            },
            (None, Required::No | Required::Always) => {}
        }
    }
}

fn get<'a>(inputs: &'a Planned, name: &str) -> Option<&'a Planned> {
    name.split('.').try_fold(inputs, |value, step| match value {
        Tree::Hole(_) | Tree::Secret(_) => Some(value),
        other => other.get(step),
    })
}

fn path(name: &str) -> Path {
    Path(name.split('.').map(|step| Step::Field(step.to_owned())).collect())
}
