//! What operations on literals come to.
//!
//! In: an operation whose operands are in terms of the manifest. Out: its value where that is
//! known, else the operation. It must not know names.

use std::collections::BTreeMap;

use hcl_edit::expr::{
    Array, BinaryOp, BinaryOperator, Conditional, Expression, FuncArgs, FuncCall, UnaryOp, UnaryOperator,
};

use super::syntax::{self, opened};

/// The branch of a conditional whose condition is known.
pub(super) fn conditional(it: Conditional) -> Expression {
    match opened(&it.cond_expr).as_bool() {
        Some(true) => syntax::bare(it.true_expr),
        Some(false) => syntax::bare(it.false_expr),
        None => Expression::from(it),
    }
}

/// `!true`
pub(super) fn unary(it: UnaryOp) -> Expression {
    match (*it.operator.value(), opened(&it.expr)) {
        (UnaryOperator::Not, Expression::Bool(value)) => Expression::from(!*value.value()),
        _ => Expression::from(it),
    }
}

/// `(c ? 1 : 0) > 0` is `c`.
fn counts(it: &BinaryOp) -> Option<Expression> {
    let number = |it: &Expression| opened(it).as_number().and_then(|it| it.as_u64());
    let Expression::Conditional(count) = opened(&it.lhs_expr) else { return None };
    if (number(&count.true_expr), number(&count.false_expr)) != (Some(1), Some(0)) {
        return None;
    }
    let condition = opened(&count.cond_expr).clone();
    match (it.operator.value(), number(&it.rhs_expr)?) {
        (BinaryOperator::Greater, 0)
        | (BinaryOperator::GreaterEq | BinaryOperator::Eq, 1)
        | (BinaryOperator::NotEq, 0) => Some(syntax::closed(condition)),
        _ => None,
    }
}

/// Comparisons of literals, and `&&` and `||` with a known side.
pub(super) fn binary(it: BinaryOp) -> Expression {
    if let Some(condition) = counts(&it) {
        return condition;
    }
    let (left, right) = (opened(&it.lhs_expr), opened(&it.rhs_expr));
    let known = match it.operator.value() {
        BinaryOperator::Eq => same(left, right).map(Expression::from),
        BinaryOperator::NotEq => same(left, right).map(|it| Expression::from(!it)),
        BinaryOperator::And => match (left.as_bool(), right.as_bool()) {
            (Some(false), _) | (_, Some(false)) => Some(Expression::from(false)),
            (Some(true), _) => Some(right.clone()),
            (_, Some(true)) => Some(left.clone()),
            (None, None) => None,
        },
        BinaryOperator::Or => match (left.as_bool(), right.as_bool()) {
            (Some(true), _) | (_, Some(true)) => Some(Expression::from(true)),
            (Some(false), _) => Some(right.clone()),
            (_, Some(false)) => Some(left.clone()),
            (None, None) => None,
        },
        BinaryOperator::Greater => numbers(left, right).map(|(left, right)| Expression::from(left > right)),
        BinaryOperator::GreaterEq => numbers(left, right).map(|(left, right)| Expression::from(left >= right)),
        BinaryOperator::Less => numbers(left, right).map(|(left, right)| Expression::from(left < right)),
        BinaryOperator::LessEq => numbers(left, right).map(|(left, right)| Expression::from(left <= right)),
        BinaryOperator::Plus
        | BinaryOperator::Minus
        | BinaryOperator::Mul
        | BinaryOperator::Div
        | BinaryOperator::Mod => None,
    };
    known.map_or_else(|| Expression::from(it), syntax::bare)
}

/// `merge` and its like without what adds nothing, `length` of a list that stands there, conversions of what needs
/// none.
pub(super) fn call(mut it: FuncCall) -> Expression {
    match (it.name.name.as_str(), it.args.len()) {
        ("tostring", 1) if matches!(it.args.get(0).map(opened), Some(Expression::String(_))) => it.args.remove(0),
        ("length", 1) => match it.args.get(0).map(opened) {
            Some(Expression::Array(items)) if items.iter().all(|it| !matches!(it, Expression::ForExpr(_))) => {
                Expression::from(hcl_edit::Number::from(items.len()))
            }
            Some(Expression::Object(members)) => Expression::from(hcl_edit::Number::from(members.len())),
            _ => Expression::from(it),
        },
        ("lookup", 3) if matches!(it.args.get(0).map(opened), Some(Expression::Object(members)) if members.is_empty()) => {
            syntax::bare(it.args.remove(2))
        }
        ("lookup", 2 | 3) => match (it.args.get(0).map(opened), it.args.get(1).map(opened)) {
            (Some(Expression::Object(members)), Some(Expression::String(wanted)))
                if members.iter().all(|(key, _)| syntax::static_key(key).is_some()) =>
            {
                let mut members = members.iter();
                let is_it = |key: &hcl_edit::expr::ObjectKey| syntax::static_key(key).as_ref() == Some(wanted.value());
                let found = members.find(|(key, _)| is_it(key)).map(|(_, value)| value.expr().clone());
                let value = found.or_else(|| it.args.get(2).cloned());
                value.map_or_else(|| Expression::from(it.clone()), syntax::bare)
            }
            _ => Expression::from(it),
        },
        ("keys" | "values", 1) => match it.args.get(0).and_then(|it| sorted(opened(it))) {
            Some(members) if it.name.name.as_str() == "keys" => {
                Expression::from(members.keys().map(|it| syntax::text(it)).collect::<Array>())
            }
            Some(members) => Expression::from(members.into_values().map(syntax::bare).collect::<Array>()),
            None => Expression::from(it),
        },
        ("concat", many) if many > 1 && it.args.iter().all(is_plain_list) => {
            let lists = it.args.iter().filter_map(|it| opened(it).as_array());
            Expression::from(lists.flat_map(|it| it.iter().cloned()).map(syntax::bare).collect::<Array>())
        }
        ("merge" | "concat", many) if many > 0 && !it.args.expand_final() => without(it, |it| match opened(it) {
            Expression::Object(members) => members.is_empty(),
            Expression::Array(items) => items.is_empty(),
            _ => false,
        }),
        ("coalesce", many) if many > 0 && !it.args.expand_final() => match without(it, |it| opened(it).is_null()) {
            Expression::FuncCall(it) => match it.args.get(0).map(opened) {
                Some(Expression::String(text)) if !text.is_empty() => syntax::text(text),
                _ => Expression::FuncCall(it),
            },
            only => only,
        },
        ("try", many) if many > 1 && it.args.get(0).is_some_and(is_literal) => syntax::bare(it.args.remove(0)),
        ("try", many) if many > 1 => without(it, is_of_nothing),
        _ => Expression::from(it),
    }
}

/// Lists as one.
pub(super) fn concat(lists: impl IntoIterator<Item = Expression>) -> Expression {
    match syntax::call("concat", lists) {
        Expression::FuncCall(it) => call(*it),
        other => other,
    }
}

/// The call without the arguments that add nothing; the argument where one is left.
fn without(mut it: FuncCall, is_nothing: impl Fn(&Expression) -> bool) -> Expression {
    let mut left: Vec<Expression> = it.args.iter().filter(|it| !is_nothing(it)).cloned().collect();
    if left.len() == 1 {
        return syntax::bare(left.remove(0));
    }
    if left.is_empty() || left.len() == it.args.len() {
        return Expression::from(it);
    }
    let mut arguments = FuncArgs::new();
    left.into_iter().for_each(|it| arguments.push(it));
    it.args = arguments;
    Expression::from(it)
}

/// A member of a list that has none.
fn is_of_nothing(it: &Expression) -> bool {
    let Expression::Traversal(it) = opened(it) else { return false };
    let is_empty = matches!(opened(&it.expr), Expression::Array(items) if items.is_empty());
    is_empty && it.operators.first().and_then(syntax::index_of).is_some()
}

/// The members of an object that stands there in full, in the order of their keys.
fn sorted(it: &Expression) -> Option<BTreeMap<String, Expression>> {
    let Expression::Object(members) = it else { return None };
    members.iter().map(|(key, value)| Some((syntax::static_key(key)?, value.expr().clone()))).collect()
}

/// What cannot fail.
fn is_literal(it: &Expression) -> bool {
    match opened(it) {
        Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => true,
        Expression::Array(items) => items.iter().all(is_literal),
        Expression::Object(members) => {
            members.iter().all(|(key, value)| syntax::static_key(key).is_some() && is_literal(value.expr()))
        }
        _ => false,
    }
}

/// A list of texts and numbers.
fn is_plain_list(it: &Expression) -> bool {
    let is_plain = |it: &Expression| {
        matches!(
            it,
            Expression::String(_) | Expression::StringTemplate(_) | Expression::Number(_) | Expression::Traversal(_)
        )
    };
    matches!(opened(it), Expression::Array(items) if items.iter().all(is_plain))
}

fn same(left: &Expression, right: &Expression) -> Option<bool> {
    let is_plain = |it: &Expression| {
        matches!(it, Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_))
    };
    (is_plain(left) && is_plain(right)).then(|| match (left, right) {
        (Expression::Number(left), Expression::Number(right)) => left.value() == right.value(),
        (left, right) => left == right,
    })
}

fn numbers(left: &Expression, right: &Expression) -> Option<(f64, f64)> {
    Some((left.as_number()?.as_f64()?, right.as_number()?.as_f64()?))
}
