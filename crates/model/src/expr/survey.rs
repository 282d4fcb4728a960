//! What can be said about an expression without evaluating it.
//!
//! In: a parsed template or expression. Out: its references, the files it reads, and problems
//! of names and calls. It must not know a scope.

use hcl_edit::expr::{Expression, ForExpr, FuncCall, Traversal, TraversalOperator};
use hcl_edit::template::ForDirective;
use hcl_edit::visit::{self, Visit};
use hcl_edit::{Decorated, Ident, Span as _};

use super::function::{self, Call, Function};
use super::places::Places;
use super::{Body, Reference, Root};
use crate::address::Address;
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::Step;

/// The files that an expression reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FileReads {
    /// Those named by a literal.
    pub literal: Vec<String>,
    /// Whether others are named by something computed.
    pub computed: bool,
}

/// Everything found.
pub(super) struct Survey<'a> {
    places: &'a Places,
    /// Names bound by the `for`s around.
    bound: Vec<String>,
    /// Whether free names are problems; in a template file they are its variables.
    closed: bool,
    pub references: Vec<Reference>,
    pub files: FileReads,
    pub problems: Vec<Diagnostic>,
}

impl<'a> Survey<'a> {
    pub(super) fn of(body: &Body, places: &'a Places) -> Self {
        let mut survey = Self::new(places, true);
        match body {
            Body::Template(template) => survey.visit_template(template),
            Body::Bare(expression) => survey.visit_expr(expression),
        }
        survey
    }

    /// Of a template file, whose names are checked when it is rendered.
    pub(super) fn of_file(template: &hcl_edit::template::Template, places: &'a Places) -> Self {
        let mut survey = Self::new(places, false);
        survey.visit_template(template);
        survey
    }

    fn new(places: &'a Places, closed: bool) -> Self {
        let (bound, references, problems) = (Vec::new(), Vec::new(), Vec::new());
        Self { places, bound, closed, references, files: FileReads::default(), problems }
    }

    fn is_bound(&self, name: &str) -> bool {
        self.bound.iter().any(|it| it == name)
    }

    fn reference(&mut self, name: &Decorated<Ident>, operators: &[Decorated<TraversalOperator>]) {
        let steps: Vec<(Step, usize)> = operators.iter().map_while(literal_step).collect();
        let start = name.span().map_or(0, |it| it.start);
        match split_root(name, &steps) {
            Ok((root, used)) => {
                let end = steps.last().map_or(start, |(_, end)| *end);
                let span = self.places.span(start..end);
                let steps = steps.into_iter().skip(used).map(|(step, _)| step).collect();
                self.references.push(Reference { root, steps, span, range: start..end, rooted: used });
            }
            Err(wrong) => {
                let end = steps.last().map_or(start + name.len(), |(_, end)| *end);
                let problem = Diagnostic::error("unknown-name", self.places.span(start..end), wrong.message);
                self.problems.push(problem.help(wrong.help));
            }
        }
    }

    fn within(&mut self, names: [Option<&Decorated<Ident>>; 2], visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names.into_iter().flatten().map(|it| it.to_string()));
        visit(self);
        self.bound.truncate(before);
    }
}

impl Visit for Survey<'_> {
    fn visit_expr(&mut self, node: &Expression) {
        match node {
            Expression::Variable(name) if self.closed && !self.is_bound(name) => self.reference(name, &[]),
            other => visit::visit_expr(self, other),
        }
    }

    fn visit_traversal(&mut self, node: &Traversal) {
        match &node.expr {
            Expression::Variable(name) if self.closed && !self.is_bound(name) => {
                self.reference(name, &node.operators);
                node.operators.iter().for_each(|it| self.visit_traversal_operator(it));
            }
            _ => visit::visit_traversal(self, node),
        }
    }

    fn visit_func_call(&mut self, node: &FuncCall) {
        match check_call(node, self.places) {
            Err(problem) => self.problems.push(*problem),
            Ok(function) if matches!(function.call, Call::File(_) | Call::Template) => match node.args.iter().next() {
                Some(Expression::String(path)) => self.files.literal.push(path.to_string()),
                _ => self.files.computed = true,
            },
            Ok(_) => {}
        }
        visit::visit_func_args(self, &node.args);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        self.visit_expr(&node.intro.collection_expr);
        self.within([node.intro.key_var.as_ref(), Some(&node.intro.value_var)], |survey| {
            node.key_expr.iter().for_each(|it| survey.visit_expr(it));
            survey.visit_expr(&node.value_expr);
            node.cond.iter().for_each(|it| survey.visit_expr(&it.expr));
        });
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        let intro = &node.for_expr;
        self.visit_expr(&intro.collection_expr);
        self.within([intro.key_var.as_ref(), Some(&intro.value_var)], |survey| {
            survey.visit_template(&intro.template);
        });
    }
}

/// A step that is known without evaluating, and where it ends.
pub(super) fn literal_step(operator: &Decorated<TraversalOperator>) -> Option<(Step, usize)> {
    let step = match operator.value() {
        TraversalOperator::GetAttr(name) => Step::Field(name.to_string()),
        TraversalOperator::LegacyIndex(index) => Step::Index(usize::try_from(*index.value()).ok()?),
        TraversalOperator::Index(Expression::String(key)) => Step::Key(key.to_string()),
        TraversalOperator::Index(Expression::Number(index)) => Step::Index(usize::try_from(index.as_u64()?).ok()?),
        TraversalOperator::Index(_) | TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => return None,
    };
    Some((step, operator.span().map_or(0, |it| it.end)))
}

/// Why a name can be no reference.
pub(super) struct Wrong {
    pub message: String,
    pub help: String,
}

/// The root that a name and the steps after it mean, and how many steps belong to it.
pub(super) fn split_root(name: &str, steps: &[(Step, usize)]) -> Result<(Root, usize), Wrong> {
    let field = |at: usize| match steps.get(at) {
        Some((Step::Field(name), _)) => Ok(name.clone()),
        Some((Step::Index(_) | Step::Key(_), _)) | None => Err(incomplete(name)),
    };
    Ok(match name {
        "var" => (Root::Variable(field(0)?), 1),
        "local" => (Root::Local(field(0)?), 1),
        "each" => {
            let member = field(0)?;
            match member.as_str() {
                "key" | "value" => (Root::Each, 0),
                _ => return Err(wrong(format!("`each` has no `{member}`"), "it has `each.key` and `each.value`")),
            }
        }
        "stack" => field(0).map(|_| (Root::Stack, 0))?,
        "data" => (Root::Object(Address::data(field(0)?, field(1)?)), 2),
        "path" | "terraform" | "module" | "count" | "self" => return Err(foreign_root(name)),
        kind => (Root::Object(Address::managed(kind, field(0)?)), 1),
    })
}

fn incomplete(name: &str) -> Wrong {
    let help = match name {
        "var" => "name a variable: `var.NAME`".to_owned(),
        "local" => "name a local: `local.NAME`".to_owned(),
        "each" => "it has `each.key` and `each.value`".to_owned(),
        "stack" => "it has `stack.name` and `stack.environment`".to_owned(),
        "data" => "name a data source: `data.TYPE.NAME`".to_owned(),
        _ => format!("write `\"{name}\"` for text, `var.{name}` for a variable, `$${{{name}}}` to keep `${{{name}}}`"),
    };
    wrong(format!("`{name}` alone names nothing"), help)
}

fn foreign_root(name: &str) -> Wrong {
    let help = match name {
        "path" => "file names are relative to the manifest's folder: `file(\"x.json\")`",
        "terraform" => "`stack.name` and `stack.environment` say what is being applied",
        "count" => "use `for_each` with `each.key`",
        "module" => "there are no modules: a layer's resources are named directly",
        _ => "name the resource by its address",
    };
    wrong(format!("there is no `{name}` in expressions"), help)
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> Wrong {
    Wrong { message: message.into(), help: help.into() }
}

/// The function that a call means, if it exists and takes that many arguments.
pub(super) fn check_call(node: &FuncCall, places: &Places) -> Result<&'static Function, Box<Diagnostic>> {
    let name = node.name.name.as_str();
    let span = places.node(&node.name.name);
    let Some(function) = function::find(name).filter(|_| node.name.namespace.is_empty()) else {
        let problem = Diagnostic::error("unknown-function", span, format!("there is no function `{name}`"));
        return Err(Box::new(match nearest(name, function::FUNCTIONS.iter().map(|it| it.name)) {
            Some(near) => problem.help(format!("did you mean `{near}`?")).fix(span, near),
            None => problem,
        }));
    };
    if let Call::Refused(reason) = function.call {
        let message = format!("`{name}()` cannot be used in a manifest");
        return Err(Box::new(Diagnostic::error("impure-function", span, message).help(reason)));
    }
    let (least, most) = function.arity();
    let given = node.args.len();
    let expanded = node.args.expand_final();
    if (given < least && !expanded) || most.is_some_and(|most| given > most) {
        let message = format!("`{name}` takes {}, not {given}", count(least, most));
        let span = places.node(node);
        let problem = Diagnostic::error("wrong-argument-count", span, message);
        return Err(Box::new(problem.help(format!("its form is `{name}({})`", function.params))));
    }
    Ok(function)
}

fn count(least: usize, most: Option<usize>) -> String {
    let plural = |n: usize| if n == 1 { "argument" } else { "arguments" };
    match most {
        None => format!("at least {least} {}", plural(least)),
        Some(most) if most == least => format!("{least} {}", plural(least)),
        Some(most) => format!("{least} to {most} arguments"),
    }
}
