//! The evaluator: a parsed expression and a scope to a value that may hold unknowns and secrets.
//!
//! In: an [`Expr`] and a [`Scope`]. Out: a [`Planned`] value, or every problem on the way to it.
//! It must not know where the scope's answers come from.

mod call;
mod collection;
mod operator;
mod template;
mod traversal;

use hcl_edit::expr::Expression;

use super::convert::Number;
use super::places::Places;
use super::{Body, Expr, Reference, Scope, stamp};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::tree::{Planned, Tree, holds_symbol};

/// Evaluates an expression.
///
/// # Errors
/// Every problem found; none at all where all of them were reported elsewhere before
/// ([`super::ScopeError::Reported`]).
pub fn evaluate(expr: &Expr, scope: &dyn Scope) -> Result<Planned, Vec<Diagnostic>> {
    let context = Context { scope, places: &expr.syntax.places, references: expr.references(), frame: None };
    let value = match &expr.syntax.body {
        Body::Template(template) => context.lines(template)?,
        Body::Bare(expression) => context.expression(expression)?,
    };
    Ok(stamp::apply(expr, context, value))
}

/// The code of a problem that is none where symbols are unknowns.
const SYMBOL: &str = "symbol";

/// A value, or what is wrong.
pub(super) type Evaluated = Result<Planned, Vec<Diagnostic>>;

/// What an expression is evaluated in.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    scope: &'a dyn Scope,
    places: &'a Places,
    /// What parsing has found, in the order written.
    references: &'a [Reference],
    frame: Option<&'a Frame<'a>>,
}

/// Names that a `for` or a template file binds.
struct Frame<'a> {
    names: Vec<(&'a str, Planned)>,
    outer: Option<&'a Frame<'a>>,
    /// Whether this or a frame around it is a template file's.
    is_file: bool,
}

impl<'a> Context<'a> {
    /// The value of a reference that parsing has found.
    pub(super) fn read(self, reference: &Reference) -> Evaluated {
        self.reference(reference)
    }

    /// Refuses to work with what is in a symbol: only its name is known.
    fn looks_inside(self, value: &Planned, span: Span) -> Result<(), Vec<Diagnostic>> {
        let is_open = |it: &Planned| it.as_text().is_some_and(holds_symbol);
        if self.scope.symbolic() && value.any(&mut |it| is_open(it)) {
            return fail(Diagnostic::error(SYMBOL, span, "this is known by its name only"));
        }
        Ok(())
    }

    /// Whether something has no value because nobody knows what is in a symbol.
    fn is_open(self, problems: &[Diagnostic]) -> bool {
        self.scope.symbolic() && (problems.is_empty() || problems.iter().any(|it| it.code == SYMBOL))
    }

    /// The bytes of a file.
    pub(super) fn file(self, path: &str) -> Result<Vec<u8>, String> {
        self.scope.file(path)
    }

    pub(super) fn expression(self, expression: &Expression) -> Evaluated {
        match expression {
            Expression::Null(_) => Ok(Tree::Null),
            Expression::Bool(value) => Ok(Tree::Bool(*value.value())),
            Expression::Number(value) => match literal_number(value) {
                Some(number) => Ok(number.tree()),
                None => {
                    let span = self.places.node(value);
                    fail(Diagnostic::error("number-overflow", span, "this number does not fit 64 bits"))
                }
            },
            Expression::String(text) => Ok(Tree::text(text.as_str())),
            Expression::Array(items) => self.list(items),
            Expression::Object(object) => self.object(object),
            Expression::StringTemplate(template) => self.quoted(template),
            Expression::HeredocTemplate(heredoc) => self.lines(&heredoc.template),
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::Variable(name) => self.variable(name),
            Expression::Conditional(conditional) => self.conditional(conditional),
            Expression::FuncCall(call) => self.call(call),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(operation) => self.unary(operation),
            Expression::BinaryOp(operation) => self.binary(operation),
            Expression::ForExpr(comprehension) => self.comprehension(comprehension),
        }
    }

    /// Names of one round of a `for`, on top of the names here.
    fn round<'b>(self, names: Vec<(&'b str, Planned)>) -> Frame<'b>
    where
        'a: 'b,
    {
        Frame { names, outer: self.frame, is_file: self.frame.is_some_and(|it| it.is_file) }
    }

    /// The same with further names.
    fn within<'b>(self, frame: &'b Frame<'b>) -> Context<'b>
    where
        'a: 'b,
    {
        Context { frame: Some(frame), ..self }
    }

    /// The value of a name that a `for` or a template file has bound.
    fn bound(self, name: &str) -> Option<&'a Planned> {
        let mut frame = self.frame;
        while let Some(here) = frame {
            if let Some((_, value)) = here.names.iter().find(|(bound, _)| *bound == name) {
                return Some(value);
            }
            frame = here.outer;
        }
        None
    }

    fn span(self, node: &impl hcl_edit::Span) -> Span {
        self.places.node(node)
    }
}

fn literal_number(number: &hcl_edit::Number) -> Option<Number> {
    match number.as_i64() {
        Some(whole) => Some(Number::Int(whole)),
        // Digits beyond 64 bits would be rounded without a word.
        None if number.is_u64() => None,
        None => Number::from_float(number.as_f64()?),
    }
}

/// Reports one problem.
fn fail<T>(problem: Diagnostic) -> Result<T, Vec<Diagnostic>> {
    Err(vec![problem])
}

/// Collects values until the end, and with them every problem rather than the first.
fn gather<T>(results: impl IntoIterator<Item = Result<T, Vec<Diagnostic>>>) -> Result<Vec<T>, Vec<Diagnostic>> {
    let (mut values, mut problems, mut failed) = (Vec::new(), Vec::new(), false);
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(more) => {
                failed = true;
                problems.extend(more);
            }
        }
    }
    if failed { Err(problems) } else { Ok(values) }
}
