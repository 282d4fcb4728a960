//! Calls: arguments, laziness of `try` and `can`, files, template files.

use std::sync::Arc;

use hcl_edit::expr::FuncCall;

use super::{Context, Evaluated, Frame, fail, gather};
use crate::address::Address;
use crate::diagnostic::Diagnostic;
use crate::expr::function::{Args, Call, Fault, Function};
use crate::expr::places::Places;
use crate::expr::veil::Veil;
use crate::expr::{Object, Scope, ScopeError, convert, parse, survey};
use crate::source::Span;
use crate::tree::{Planned, Tree};

/// Evaluated arguments with their places.
struct Given {
    values: Vec<Planned>,
    spans: Vec<Span>,
    /// Over an expanded last argument.
    veil: Veil,
}

impl Context<'_> {
    pub(super) fn call(self, node: &FuncCall) -> Evaluated {
        let function = survey::check_call(node, self.places).map_err(|problem| vec![*problem])?;
        match function.call {
            Call::Try => self.attempt(node),
            Call::Can => self.can(node),
            Call::Values(compute) => {
                let mut given = self.arguments(node, function)?;
                self.looks_inside_all(function, &given)?;
                let values = given.values.drain(..).map(|it| given.veil.deep(it)).collect();
                if given.veil.is_opaque() {
                    return Ok(given.veil.cover(Tree::Null));
                }
                let result = compute(&Args(values)).map(crate::tree::Known::widen);
                self.result(result, given, node, function)
            }
            Call::Members(compute) => {
                let mut given = self.arguments(node, function)?;
                self.looks_inside_all(function, &given)?;
                let values = given.values.drain(..).map(|it| given.veil.top(it)).collect();
                if given.veil.is_opaque() {
                    return Ok(given.veil.cover(Tree::Null));
                }
                self.result(compute(&Args(values)), given, node, function)
            }
            Call::Open(compute) => {
                let mut given = self.arguments(node, function)?;
                self.looks_inside_all(function, &given)?;
                if given.veil.is_opaque() {
                    return Ok(given.veil.cover(Tree::Null));
                }
                let values = std::mem::take(&mut given.values);
                self.result(compute(&Args(values)), given, node, function)
            }
            Call::File(read) => {
                let mut given = self.arguments(node, function)?;
                let Some(path) = self.path(&mut given)? else { return Ok(given.veil.cover(Tree::Null)) };
                let result = read(&path, self.scope.file(&path)).map(crate::tree::Known::widen);
                self.result(result, given, node, function)
            }
            Call::Template => self.template_file(node, function),
            Call::Refused(_) => Ok(Tree::Null),
        }
    }

    /// What a function does with symbols: some put texts together without looking at them, some
    /// look at lists and maps but not at what is in them.
    fn looks_inside_all(self, function: &Function, given: &Given) -> Result<(), Vec<Diagnostic>> {
        let looked_at = |value: &Planned| match function.call {
            Call::Values(_) => !BLIND.contains(&function.name),
            Call::Members(_) => function.name == "contains" || matches!(value, Tree::Text(_)),
            Call::Open(_) => !BLIND.contains(&function.name) && matches!(value, Tree::Text(_)),
            Call::File(_) | Call::Template | Call::Try | Call::Can | Call::Refused(_) => false,
        };
        let all = given.values.iter().zip(&given.spans).filter(|(value, _)| looked_at(value));
        all.into_iter().try_for_each(|(value, span)| self.looks_inside(value, *span))
    }

    fn arguments(self, node: &FuncCall, function: &Function) -> Result<Given, Vec<Diagnostic>> {
        let values = gather(node.args.iter().map(|it| self.expression(it)))?;
        let spans = node.args.iter().map(|it| self.span(it)).collect();
        let mut given = Given { values, spans, veil: Veil::default() };
        if node.args.expand_final()
            && let Some(last) = given.values.pop()
        {
            let span = given.spans.pop().unwrap_or_default();
            match given.veil.top(last) {
                _ if given.veil.is_opaque() => return Ok(given),
                Tree::List(items) => {
                    given.spans.extend(items.iter().map(|_| span));
                    given.values.extend(items);
                }
                other => {
                    let message = format!("`...` spreads a list, and this is {}", convert::noun(&other));
                    return fail(Diagnostic::error("invalid-argument", span, message));
                }
            }
            let (least, most) = function.arity();
            let count = given.values.len();
            if count < least || most.is_some_and(|most| count > most) {
                let message = format!("`{}` cannot take {count} arguments", function.name);
                return fail(
                    Diagnostic::error("wrong-argument-count", self.span(node), message)
                        .help(format!("its form is `{}({})`", function.name, function.params)),
                );
            }
        }
        Ok(given)
    }

    fn result(self, result: Result<Planned, Fault>, given: Given, node: &FuncCall, function: &Function) -> Evaluated {
        let fault = match result {
            Ok(value) => return Ok(given.veil.cover(value)),
            Err(fault) => fault,
        };
        let span = fault.argument.and_then(|at| given.spans.get(at).copied());
        let message = if given.veil.is_secret() {
            format!("`{}` cannot work with this secret value", function.name)
        } else {
            fault.message
        };
        let problem = Diagnostic::error(fault.code, span.unwrap_or_else(|| self.span(node)), message);
        fail(problem.note(format!("argument of `{}`", function.name)))
    }

    /// The first argument as the name of a file; `None` while it is unknown.
    fn path(self, given: &mut Given) -> Result<Option<String>, Vec<Diagnostic>> {
        if given.values.is_empty() {
            return Ok(None);
        }
        let value = given.veil.top(given.values.remove(0));
        if given.veil.is_opaque() {
            return Ok(None);
        }
        convert::text(&value).map(Some).or_else(|message| {
            let span = given.spans.first().copied().unwrap_or_default();
            fail(Diagnostic::error("invalid-argument", span, message))
        })
    }

    fn attempt(self, node: &FuncCall) -> Evaluated {
        let mut problems = Vec::new();
        for argument in node.args.iter() {
            match self.expression(argument) {
                Ok(value) => return Ok(value),
                Err(more) if self.is_open(&more) => return Err(more),
                Err(more) => problems.extend(more),
            }
        }
        let problem = Diagnostic::error("try-failed", self.span(node), "no argument of `try` has a value");
        let with_reasons = problems.into_iter().fold(problem, |problem, reason| match reason.labels.first() {
            Some(label) => problem.label(label.span, reason.message),
            None => problem,
        });
        fail(with_reasons)
    }

    fn can(self, node: &FuncCall) -> Evaluated {
        match node.args.iter().next().map(|it| self.expression(it)) {
            Some(Ok(Tree::Hole(pending))) => {
                let mut veil = Veil::default();
                veil.wait(pending);
                Ok(veil.cover(Tree::Null))
            }
            Some(Ok(_)) => Ok(Tree::Bool(true)),
            Some(Err(problems)) if self.is_open(&problems) => Err(problems),
            Some(Err(_)) | None => Ok(Tree::Bool(false)),
        }
    }

    fn template_file(self, node: &FuncCall, function: &Function) -> Evaluated {
        let mut given = self.arguments(node, function)?;
        let span = self.span(node);
        if self.frame.is_some_and(|it| it.is_file) {
            let message = "a template file cannot render another one";
            return fail(Diagnostic::error("invalid-argument", span, message));
        }
        let Some(path) = self.path(&mut given)? else { return Ok(given.veil.cover(Tree::Null)) };
        let variables = given.values.pop().map_or(Tree::Null, |it| given.veil.top(it));
        if given.veil.is_opaque() {
            return Ok(given.veil.cover(Tree::Null));
        }
        let Tree::Map(variables) = variables else {
            let message = format!("the variables are a map, and this is {}", convert::noun(&variables));
            return fail(Diagnostic::error("invalid-argument", given.spans.get(1).copied().unwrap_or(span), message));
        };
        let hidden = given.veil.is_secret();
        let unreadable = |why: String| {
            let message = if hidden { "a file whose name is secret cannot be read".to_owned() } else { why };
            vec![Diagnostic::error("unreadable-file", given.spans.first().copied().unwrap_or(span), message)]
        };
        let bytes = self.scope.file(&path).map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable(format!("`{path}` is not UTF-8 text")))?;
        let places = Places::Call(span);
        let within = |problems: Vec<Diagnostic>| -> Vec<Diagnostic> {
            let shown = if hidden { "a file" } else { path.as_str() };
            let named = |it: Diagnostic| Diagnostic { message: format!("in `{shown}`: {}", it.message), ..it };
            problems.into_iter().map(named).collect()
        };
        let template = parse::parse_template(&text, &places).map_err(within)?;
        let names = variables.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let frame = Frame { names, outer: None, is_file: true };
        let scope = FileScope(self.scope);
        let context = Context { scope: &scope, places: &places, references: &[], frame: Some(&frame) };
        context.lines(&template).map(|value| given.veil.cover(value)).map_err(within)
    }
}

/// Functions that make texts and sets of others without looking at them.
const BLIND: &[&str] = &[
    "format",
    "formatlist",
    "issensitive",
    "join",
    "jsonencode",
    "nonsensitive",
    "sensitive",
    "toset",
    "tostring",
    "yamlencode",
];

/// What a template file sees: its variables, and files.
struct FileScope<'a>(&'a dyn Scope);

impl FileScope<'_> {
    fn closed() -> ScopeError {
        ScopeError::Here {
            code: "unknown-name",
            message: "a template file sees only the variables that it is given".to_owned(),
            help: Some("pass the value in the second argument of `templatefile`".to_owned()),
        }
    }
}

impl Scope for FileScope<'_> {
    fn variable(&self, _: &str) -> Result<&Planned, ScopeError> {
        Err(Self::closed())
    }

    fn local(&self, _: &str) -> Result<Arc<Planned>, ScopeError> {
        Err(Self::closed())
    }

    fn each(&self) -> Option<(&str, &Planned)> {
        None
    }

    fn stack(&self, _: &str) -> Option<Planned> {
        None
    }

    fn object(&self, _: &Address) -> Result<Object<'_>, ScopeError> {
        Err(Self::closed())
    }

    fn symbolic(&self) -> bool {
        self.0.symbolic()
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.file(path)
    }
}
