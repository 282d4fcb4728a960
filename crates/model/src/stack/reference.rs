//! References checked before they are evaluated: does the thing exist, does it have that
//! attribute, is the `for_each` key there.
//!
//! In: a reference and what has been expanded so far. Out: what is wrong with it. It must not
//! evaluate anything.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::declaration::KindOf;
use super::dependencies::members_read;
use super::scope::{Locals, Objects, unknown_local, unknown_object, unknown_variable};
use super::variables::Variables;
use super::written::Site;
use super::{Declared, Dependency};
use crate::address::Address;
use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::{Object, Reference, Root, ScopeError};
use crate::path::Step;
use crate::schema::{Schema, Type};
use crate::source::Span;
use crate::tree::{Authored, Planned};

/// What is known of the manifest's resources and data sources while it is being resolved.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// Every declared address and its kind; `None` for an unknown kind.
    pub kinds: BTreeMap<Address, Option<KindOf>>,
    /// How those already expanded expanded; `None` where that failed, which has been reported.
    pub declared: BTreeMap<Address, Option<Declared>>,
    /// The values of members that something refers to.
    pub values: BTreeMap<Address, Planned>,
    /// What was said about addresses that nothing declares: a name that ten thousand places have
    /// wrong is looked for once.
    absent: RefCell<BTreeMap<Address, ScopeError>>,
}

impl Expanded {
    /// There is no such resource or data source.
    pub fn nothing(&self, address: &Address) -> ScopeError {
        let mut absent = self.absent.borrow_mut();
        let said = absent.entry(address.clone()).or_insert_with(|| unknown_object(address, self.kinds.keys()));
        said.clone()
    }
}

/// The part of it that one place depends on.
pub(super) struct Visible<'a> {
    pub expanded: &'a Expanded,
    pub read: &'a BTreeMap<Address, Dependency>,
}

impl Objects for Visible<'_> {
    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError> {
        let Expanded { kinds, declared, values, .. } = self.expanded;
        match declared.get(declaration) {
            Some(Some(Declared::Disabled)) => Ok(Object::Disabled),
            Some(Some(Declared::Single)) => values.get(declaration).map(Object::Single).ok_or(ScopeError::Reported),
            Some(Some(Declared::Members(_))) => {
                let read = members_read(self.read, declaration);
                Ok(Object::Members(read.filter_map(|(key, address)| Some((key, values.get(address)?))).collect()))
            }
            // In a cycle, which the graph reports.
            None if kinds.contains_key(declaration) => Err(ScopeError::Reported),
            Some(None) => Err(ScopeError::Reported),
            None => Err(self.expanded.nothing(declaration)),
        }
    }
}

/// Why a reference cannot be evaluated.
pub(super) enum Wrong {
    /// To be reported.
    New(Box<Diagnostic>),
    /// Reported elsewhere.
    Old,
}

/// What references are checked against.
#[derive(Clone, Copy)]
pub(super) struct Checker<'a> {
    pub expanded: &'a Expanded,
    pub variables: &'a Variables,
    pub locals: &'a Locals<'a>,
    pub local_names: &'a BTreeMap<String, Authored>,
    /// The declaration that the reference stands in.
    pub own: Option<&'a Address>,
}

impl Checker<'_> {
    /// Checks one reference.
    pub fn check(&self, reference: &Reference) -> Result<(), Wrong> {
        match &reference.root {
            Root::Each | Root::Stack => Ok(()),
            Root::Variable(name) => {
                let (set, unset) = (&self.variables.values, &self.variables.unset);
                match (set.contains_key(name), unset.contains(name)) {
                    (true, _) => Ok(()),
                    (false, true) => Err(Wrong::Old),
                    (false, false) => {
                        let known = set.keys().chain(unset).map(String::as_str);
                        Err(here(unknown_variable(name, known), reference.span))
                    }
                }
            }
            Root::Local(name) => match self.local_names.contains_key(name) {
                true if self.locals.failed(name) => Err(Wrong::Old),
                true => Ok(()),
                false => {
                    let known = self.local_names.keys().map(String::as_str);
                    Err(here(unknown_local(name, known), reference.span))
                }
            },
            Root::Object(address) => self.object(address, reference),
        }
    }

    /// Warns where an argument takes another output of the kind that is referred to.
    pub fn unexpected(&self, site: &Site) -> Option<Diagnostic> {
        let expr = site.expr.as_ref()?;
        let [reference] = expr.references() else { return None };
        let Root::Object(address) = &reference.root else { return None };
        let inner = expr.text().strip_prefix("${")?.strip_suffix('}')?.trim();
        let plain = |c: char| c.is_alphanumeric() || "_-.[]\"".contains(c);
        if !inner.chars().all(plain) {
            return None;
        }
        let (before, attribute) = match reference.steps.as_slice() {
            [Step::Field(name)] => (address.to_string(), name),
            [Step::Key(key), Step::Field(name)] => (address.member(key).to_string(), name),
            _ => return None,
        };
        let of_kind = |accepted: &&&str| accepted.rsplit_once('.').is_some_and(|(kind, _)| kind == address.kind);
        let outputs: Vec<&str> =
            site.accepts.iter().filter(of_kind).filter_map(|it| Some(it.rsplit_once('.')?.1)).collect();
        let (first, _) = outputs.split_first()?;
        if outputs.contains(&attribute.as_str()) {
            return None;
        }
        let span = reference.span;
        let message = format!("`{attribute}` is probably not what belongs here: expected `{}.{first}`", address.kind);
        let meant = format!("{before}.{first}");
        let problem = Diagnostic::warning("unexpected-reference", span, message);
        Some(problem.help(format!("did you mean `${{{meant}}}`?")).fix(span, meant))
    }

    fn object(&self, address: &Address, reference: &Reference) -> Result<(), Wrong> {
        if self.own == Some(address) {
            return Err(Wrong::New(Box::new(self_reference(address, reference.span))));
        }
        let kind = match self.expanded.kinds.get(address) {
            None => return Err(here(self.expanded.nothing(address), reference.span)),
            Some(None) => return Err(Wrong::Old),
            Some(Some(kind)) => *kind,
        };
        let steps = match self.expanded.declared.get(address) {
            None | Some(None) => return Err(Wrong::Old),
            Some(Some(Declared::Disabled)) => return Ok(()),
            Some(Some(Declared::Single)) => match reference.steps.first() {
                Some(Step::Index(_) | Step::Key(_)) => {
                    let message = format!("{address} has no `for_each`, so it takes no key");
                    let problem = Diagnostic::error("unexpected-key", reference.span, message);
                    return Err(new(problem.help(format!("write `{address}` without brackets"))));
                }
                Some(Step::Field(_)) | None => reference.steps.as_slice(),
            },
            Some(Some(Declared::Members(keys))) => match reference.steps.split_first() {
                None => return Ok(()),
                Some((Step::Key(key), _)) if !keys.contains(key) => {
                    let message = format!("{address} has no member {key:?}");
                    let problem = Diagnostic::error("unknown-key", reference.span, message);
                    return Err(new(problem.help(suggest_key(key, keys.iter().map(String::as_str)))));
                }
                Some((Step::Key(_), rest)) => rest,
                Some((Step::Field(_) | Step::Index(_), _)) => {
                    return Err(new(without_key(address, keys.iter().next(), reference)));
                }
            },
        };
        attribute(address, kind, steps, reference.span)
    }
}

/// A resource that refers to itself.
pub(super) fn self_reference(address: &Address, span: Span) -> Diagnostic {
    Diagnostic::error("self-reference", span, format!("{address} refers to itself"))
        .help("write the value itself, or put it into a local that both places use")
}

fn new(problem: Diagnostic) -> Wrong {
    Wrong::New(Box::new(problem))
}

fn here(error: ScopeError, span: Span) -> Wrong {
    match error {
        ScopeError::Reported => Wrong::Old,
        ScopeError::Here { code, message, help } => {
            let mut problem = Diagnostic::error(code, span, message);
            problem.help = help;
            new(problem)
        }
    }
}

fn suggest_key<'a>(key: &str, keys: impl Iterator<Item = &'a str> + Clone) -> String {
    match nearest(key, keys.clone()) {
        Some(meant) => format!("did you mean {meant:?}?"),
        None => {
            let listed: Vec<String> = keys.take(10).map(|key| format!("{key:?}")).collect();
            if listed.is_empty() { "it has no members".to_owned() } else { format!("its keys: {}", listed.join(", ")) }
        }
    }
}

fn without_key(address: &Address, key: Option<&String>, reference: &Reference) -> Diagnostic {
    let rest = match reference.steps.first() {
        Some(Step::Field(name)) => format!(".{name}"),
        Some(Step::Index(_) | Step::Key(_)) | None => String::new(),
    };
    let member = address.member(key.map_or("KEY", String::as_str));
    let message = format!("{address} has `for_each`: name a member, or go over all of them");
    Diagnostic::error("missing-key", reference.span, message)
        .help(format!("`{member}{rest}`, or `[for it in {address} : it{rest}]`"))
}

fn attribute(address: &Address, kind: KindOf, steps: &[Step], span: Span) -> Result<(), Wrong> {
    let (name, rest) = match steps.split_first() {
        Some((Step::Field(name) | Step::Key(name), rest)) => (name, rest),
        Some((Step::Index(_), _)) | None => return Ok(()),
    };
    let (arguments, outputs) = (kind.arguments(), kind.outputs());
    if let Some(field) = outputs.field(name).or_else(|| arguments.field(name)) {
        return within(address, name, field.ty, rest, span);
    }
    let known = || arguments.fields.iter().chain(outputs.fields).map(|field| field.name);
    let problem = Diagnostic::error("unknown-attribute", span, format!("{address} has no attribute `{name}`"));
    let close = close_names(name, known());
    Err(new(match (nearest(name, known()), close.as_slice()) {
        (Some(meant), _) => problem.help(format!("did you mean `{meant}`?")),
        (None, []) => problem,
        (None, close) => {
            let listed = close.iter().map(|it| format!("`{it}`")).collect::<Vec<String>>().join(", ");
            problem.help(format!("the nearest of its arguments and outputs: {listed}"))
        }
    }))
}

/// The few names most like a word that is like none.
fn close_names<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut scored: Vec<(usize, &str)> = known.map(|it| (strsim::damerau_levenshtein(word, it), it)).collect();
    scored.sort_unstable();
    scored.dedup();
    scored.into_iter().take(4).map(|(_, name)| name).collect()
}

fn within(address: &Address, around: &str, ty: &'static Type, steps: &[Step], span: Span) -> Result<(), Wrong> {
    let Some((step, rest)) = steps.split_first() else { return Ok(()) };
    match (ty, step) {
        (Type::Block(_), Step::Index(0)) => within(address, around, ty, rest, span),
        (Type::Block(schema), Step::Field(name) | Step::Key(name)) => {
            let schema: &'static Schema = schema();
            let Some(field) = schema.field(name) else {
                let message = format!("`{around}` of {address} has no `{name}`");
                let problem = Diagnostic::error("unknown-attribute", span, message);
                let meant = nearest(name, schema.fields.iter().map(|field| field.name));
                return Err(new(match meant {
                    Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                    None => problem,
                }));
            };
            within(address, &format!("{around}.{name}"), field.ty, rest, span)
        }
        (Type::List(inner) | Type::Set(inner), Step::Index(_)) => within(address, around, inner, rest, span),
        (Type::List(_) | Type::Set(_), Step::Field(name)) => {
            let message = format!("`{around}` of {address} is a list, which has no `{name}`");
            let help = format!("pick one with `{around}[0].{name}`, or all with `{around}[*].{name}`");
            Err(new(Diagnostic::error("unknown-attribute", span, message).help(help)))
        }
        (Type::Block(_) | Type::List(_) | Type::Set(_), Step::Index(_) | Step::Key(_)) => Ok(()),
        (Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Map(_) | Type::Json(_), _) => Ok(()),
    }
}
