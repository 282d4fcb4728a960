//! The names that an expression may use, answered from what is resolved.
//!
//! In: values of variables, locals as written, objects, files. Out: a [`Scope`]. It must not
//! know where objects come from: resolving and planning each bring their own.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::address::Address;
use crate::coerce::poison;
use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::{self, Object, Root, Scope, ScopeError};
use crate::source::Files;
use crate::tree::{Authored, Planned, Tree};

/// Answers references to resources and data sources.
pub(super) trait Objects {
    /// The object declared under an address.
    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError>;
}

/// What is in scope of one expression.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// `[stack] name`.
    pub stack: &'a str,
    /// `--env`.
    pub environment: Option<&'a str>,
    /// Variables that have a value.
    pub variables: &'a BTreeMap<String, Planned>,
    /// Variables that are declared and have none, which has been reported.
    pub unset: &'a BTreeSet<String>,
    /// Locals.
    pub locals: &'a Locals<'a>,
    /// The `for_each` member.
    pub each: Option<(&'a str, &'a Planned)>,
    /// Resources and data sources.
    pub objects: &'a dyn Objects,
    /// What `file()` reads.
    pub files: &'a dyn Files,
    /// See [`Scope::symbolic`].
    pub symbolic: bool,
}

/// Locals, evaluated when first used.
pub(super) struct Locals<'a> {
    written: &'a BTreeMap<String, Authored>,
    /// Those whose values are known already.
    fixed: &'a Fixed,
    /// `None` while being evaluated, and for those that failed.
    values: RefCell<BTreeMap<String, Option<Arc<Planned>>>>,
    problems: RefCell<Vec<Diagnostic>>,
}

/// Values of locals that nothing changes.
pub(super) type Fixed = BTreeMap<String, Arc<Planned>>;

/// Where no local is known yet.
pub(super) static NONE_FIXED: Fixed = Fixed::new();

impl<'a> Locals<'a> {
    /// Locals as written.
    pub fn new(written: &'a BTreeMap<String, Authored>, fixed: &'a Fixed) -> Self {
        Self { written, fixed, values: RefCell::default(), problems: RefCell::default() }
    }

    /// Marks a local whose problems have been reported.
    pub fn fail(&self, name: &str) {
        self.values.borrow_mut().insert(name.to_owned(), None);
    }

    /// Whether a local has been found to have no value.
    pub fn failed(&self, name: &str) -> bool {
        matches!(self.values.borrow().get(name), Some(None))
    }

    /// The value of a local, where it is known already.
    fn known(&self, name: &str) -> Option<Result<Arc<Planned>, ScopeError>> {
        if let Some(value) = self.fixed.get(name) {
            return Some(Ok(Arc::clone(value)));
        }
        self.values.borrow().get(name).map(|value| value.clone().ok_or(ScopeError::Reported))
    }

    /// What has to be evaluated for a local, each after what it needs and itself last: a chain of
    /// ten thousand of them must not need as deep a stack.
    fn waiting(&self, name: &str) -> Vec<(&'a str, &'a Authored)> {
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        let mut open: Vec<_> = self.written.get_key_value(name).map(|it| (it, false)).into_iter().collect();
        while let Some(((name, written), is_ready)) = open.pop() {
            if is_ready {
                order.push((name.as_str(), written));
            } else if seen.insert(name) && self.known(name).is_none() {
                open.push(((name, written), true));
                written.any(&mut |leaf| {
                    let Tree::Hole(expr) = leaf else { return false };
                    for reference in expr.references() {
                        if let Root::Local(needed) = &reference.root {
                            open.extend(self.written.get_key_value(needed).map(|it| (it, false)));
                        }
                    }
                    false
                });
            }
        }
        order
    }

    /// What was wrong inside locals.
    pub fn take_problems(&self) -> Vec<Diagnostic> {
        self.problems.take()
    }
}

/// Evaluates a whole tree. A leaf that fails is [`poison`]; its problems go to `problems`.
/// `None` where any leaf failed.
pub(super) fn evaluate(tree: &Authored, view: &View<'_>, problems: &mut Vec<Diagnostic>) -> Option<Planned> {
    let mut sound = true;
    let value = fill(tree, view, problems, &mut sound);
    sound.then_some(value)
}

fn fill(tree: &Authored, view: &View<'_>, problems: &mut Vec<Diagnostic>, sound: &mut bool) -> Planned {
    match tree {
        Tree::Null => Tree::Null,
        Tree::Bool(value) => Tree::Bool(*value),
        Tree::Int(value) => Tree::Int(*value),
        Tree::Float(value) => Tree::Float(*value),
        Tree::Text(value) => Tree::Text(value.clone()),
        Tree::Secret(secret) => Tree::Secret(secret.clone()),
        Tree::List(items) => Tree::List(items.iter().map(|item| fill(item, view, problems, sound)).collect()),
        Tree::Map(members) => {
            let filled = members.iter().map(|(key, member)| (key.clone(), fill(member, view, problems, sound)));
            Tree::Map(filled.collect())
        }
        Tree::Hole(expr) => match expr::evaluate(expr, view) {
            Ok(value) => value,
            Err(wrong) => {
                problems.extend(wrong);
                *sound = false;
                poison()
            }
        },
    }
}

impl Scope for View<'_> {
    fn variable(&self, name: &str) -> Result<&Planned, ScopeError> {
        match self.variables.get(name) {
            Some(value) => Ok(value),
            None if self.unset.contains(name) => Err(ScopeError::Reported),
            None => Err(unknown_variable(name, self.variables.keys().chain(self.unset).map(String::as_str))),
        }
    }

    fn local(&self, name: &str) -> Result<Arc<Planned>, ScopeError> {
        if let Some(value) = self.locals.known(name) {
            return value;
        }
        if !self.locals.written.contains_key(name) {
            return Err(unknown_local(name, self.locals.written.keys().map(String::as_str)));
        }
        for (name, written) in self.locals.waiting(name) {
            self.locals.fail(name);
            let mut problems = Vec::new();
            let value = evaluate(written, &View { each: None, ..*self }, &mut problems);
            self.locals.problems.borrow_mut().extend(problems);
            self.locals.values.borrow_mut().insert(name.to_owned(), value.map(Arc::new));
        }
        self.locals.known(name).unwrap_or(Err(ScopeError::Reported))
    }

    fn each(&self) -> Option<(&str, &Planned)> {
        self.each
    }

    fn stack(&self, name: &str) -> Option<Planned> {
        match name {
            "name" => Some(Tree::text(self.stack)),
            "environment" => Some(self.environment.map_or(Tree::Null, Tree::text)),
            _ => None,
        }
    }

    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError> {
        self.objects.object(declaration)
    }

    fn symbolic(&self) -> bool {
        self.symbolic
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        self.files.read(path)
    }
}

/// There is no such variable.
pub(super) fn unknown_variable<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> ScopeError {
    let help = match nearest(name, known) {
        Some(meant) => format!("did you mean `var.{meant}`?"),
        None => format!("declare it: `[variables.{name}]`"),
    };
    ScopeError::Here { code: "unknown-variable", message: format!("there is no variable `{name}`"), help: Some(help) }
}

/// There is no such local.
pub(super) fn unknown_local<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> ScopeError {
    let help = match nearest(name, known) {
        Some(meant) => format!("did you mean `local.{meant}`?"),
        None => format!("declare it in `[locals]`: `{name} = …`"),
    };
    ScopeError::Here { code: "unknown-local", message: format!("there is no local `{name}`"), help: Some(help) }
}

/// There is no such resource or data source.
pub(super) fn unknown_object<'a>(address: &Address, known: impl Iterator<Item = &'a Address>) -> ScopeError {
    let word = address.to_string();
    let names: Vec<String> = known.map(Address::to_string).collect();
    let same_name =
        |it: &&String| it.strip_prefix("data.").unwrap_or(it) == word.strip_prefix("data.").unwrap_or(&word);
    let meant = names.iter().find(same_name).map(String::as_str);
    let help = match meant.or_else(|| nearest(&word, names.iter().map(String::as_str))) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("declare it: `[{}.{}.{}]`", table(address), address.kind, address.name),
    };
    ScopeError::Here {
        code: "reference-to-nothing",
        message: format!("there is no `{word}` in the manifest"),
        help: Some(help),
    }
}

fn table(address: &Address) -> &'static str {
    match address.mode {
        crate::address::Mode::Managed => "resource",
        crate::address::Mode::Data => "data",
    }
}
