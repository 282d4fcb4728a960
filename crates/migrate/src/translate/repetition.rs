//! `count` and `for_each`.
//!
//! In: the body of a block. Out: how often it stands for something. It must not know values.

use hcl_edit::Number;
use hcl_edit::expr::{Conditional, Expression, UnaryOp, UnaryOperator};

use super::syntax::{closed, opened};
use crate::terraform::configuration::Body;

/// How often a block stands for something.
#[derive(Clone, Debug)]
pub enum Repetition {
    /// Once.
    Once,
    /// Once or not at all.
    Enabled(Expression),
    /// For each number below this.
    Count(Expression),
    /// For each member of this.
    Each(Expression),
}

/// Reads `count` and `for_each`.
#[must_use]
pub fn repetition(body: &Body) -> Repetition {
    if let Some(over) = body.get("for_each") {
        return Repetition::Each(over.clone());
    }
    let Some(count) = body.get("count") else { return Repetition::Once };
    match opened(count) {
        Expression::Number(number) => match number.value().as_u64() {
            Some(1) => Repetition::Once,
            Some(0) => Repetition::Enabled(Expression::from(false)),
            _ => Repetition::Count(count.clone()),
        },
        Expression::Conditional(it) => switch(it).map_or_else(|| Repetition::Count(count.clone()), Repetition::Enabled),
        _ => Repetition::Count(count.clone()),
    }
}

/// The condition of `c ? 1 : 0` and `c ? 0 : 1`.
fn switch(conditional: &Conditional) -> Option<Expression> {
    let number = |it: &Expression| match opened(it) {
        Expression::Number(number) => Number::as_u64(number.value()),
        _ => None,
    };
    let condition = opened(&conditional.cond_expr).clone();
    match (number(&conditional.true_expr), number(&conditional.false_expr)) {
        (Some(1), Some(0)) => Some(condition),
        (Some(0), Some(1)) => {
            let not = hcl_edit::Spanned::new(UnaryOperator::Not);
            Some(match condition {
                Expression::UnaryOp(it) if *it.operator.value() == UnaryOperator::Not => opened(&it.expr).clone(),
                condition => Expression::from(UnaryOp::new(not, closed(condition))),
            })
        }
        _ => None,
    }
}
