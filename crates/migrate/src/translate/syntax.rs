//! Small makers and readers of syntax trees.
//!
//! In: names and expressions. Out: expressions. It must not know what names mean.

use hcl_edit::Decorate;
use hcl_edit::expr::{Expression, FuncArgs, FuncCall, Object, ObjectKey, Parenthesis, Traversal, TraversalOperator};
use hcl_edit::{Decorated, Ident};

/// One step after a name.
pub type Step = Decorated<TraversalOperator>;

/// A name.
pub fn name(name: &str) -> Expression {
    Expression::from(Ident::new_sanitized(name))
}

/// Text.
pub fn text(text: &str) -> Expression {
    Expression::from(text)
}

/// `f(arguments)`
pub fn call(function: &str, arguments: impl IntoIterator<Item = Expression>) -> Expression {
    let mut all = FuncArgs::new();
    for argument in arguments {
        all.push(argument);
    }
    Expression::from(FuncCall::new(Ident::new_sanitized(function), all))
}

/// `.name`
pub fn attribute(name: &str) -> Step {
    Decorated::new(TraversalOperator::GetAttr(Decorated::new(Ident::new_sanitized(name))))
}

/// `[index]`
pub fn index(index: Expression) -> Step {
    Decorated::new(TraversalOperator::Index(index))
}

/// `head.a.b`
pub fn path(head: &str, rest: &[&str]) -> Expression {
    follow(name(head), rest.iter().map(|it| attribute(it)))
}

/// `[*]`
pub fn splat() -> Step {
    Decorated::new(TraversalOperator::FullSplat(Decorated::new(hcl_edit::expr::Splat)))
}

/// The steps taken from an expression.
pub fn follow(base: Expression, steps: impl IntoIterator<Item = Step>) -> Expression {
    let mut steps: Vec<Step> = steps.into_iter().collect();
    if steps.is_empty() {
        return base;
    }
    match base {
        Expression::Traversal(inner) => {
            let mut operators = inner.operators;
            operators.append(&mut steps);
            Expression::from(Traversal::new(inner.expr, operators))
        }
        base @ (Expression::Variable(_)
        | Expression::FuncCall(_)
        | Expression::Parenthesis(_)
        | Expression::Array(_)
        | Expression::Object(_)) => Expression::from(Traversal::new(base, steps)),
        other => Expression::from(Traversal::new(Parenthesis::new(other), steps)),
    }
}

/// The expression in parentheses where it would bind to what stands around it.
pub fn closed(expression: Expression) -> Expression {
    match expression {
        it @ (Expression::Conditional(_) | Expression::BinaryOp(_) | Expression::UnaryOp(_)) => {
            Expression::from(Parenthesis::new(it))
        }
        other => other,
    }
}

/// The expression without parentheses around it.
pub fn opened(expression: &Expression) -> &Expression {
    match expression {
        Expression::Parenthesis(inner) => opened(inner.inner()),
        other => other,
    }
}

/// An object of named members.
pub fn object<'a>(members: impl IntoIterator<Item = (&'a str, Expression)>) -> Expression {
    let mut object = Object::new();
    for (key, value) in members {
        object.insert(key_of(key), value);
    }
    Expression::from(object)
}

/// A key as it is written best.
pub fn key_of(key: &str) -> ObjectKey {
    match Ident::try_new(key) {
        Ok(name) => ObjectKey::from(name),
        Err(_) => ObjectKey::from(Expression::from(key)),
    }
}

/// The text of a key that is no expression.
pub fn static_key(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.value().to_string()),
        ObjectKey::Expression(expression) => match opened(expression) {
            Expression::String(text) => Some(text.value().clone()),
            Expression::Number(number) => Some(number.value().to_string()),
            _ => None,
        },
    }
}

/// The name after a dot.
pub fn attribute_name(step: &Step) -> Option<&str> {
    match step.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

/// The index in brackets, `.0` included.
pub fn index_of(step: &Step) -> Option<Expression> {
    match step.value() {
        TraversalOperator::Index(index) => Some(index.clone()),
        TraversalOperator::LegacyIndex(index) => Some(Expression::from(hcl_edit::Number::from(*index.value()))),
        _ => None,
    }
}

/// Whether a step is `.*` or `[*]`.
pub fn is_splat(step: &Step) -> bool {
    matches!(step.value(), TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_))
}

/// The same expression without comments and line breaks around it.
pub fn bare(mut expression: Expression) -> Expression {
    expression.decor_mut().clear();
    expression
}
