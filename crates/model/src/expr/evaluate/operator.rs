//! Operators and `? :`.

use std::cmp::Ordering;

use hcl_edit::expr::{BinaryOp, BinaryOperator, Conditional, Expression, UnaryOp, UnaryOperator};

use super::{Context, Evaluated, fail};
use crate::diagnostic::Diagnostic;
use crate::expr::convert::{self, Number, OVERFLOW};
use crate::expr::veil::Veil;
use crate::source::Span;
use crate::tree::{Planned, Tree};

impl Context<'_> {
    pub(super) fn unary(self, node: &UnaryOp) -> Evaluated {
        let mut veil = Veil::default();
        match node.operator.value() {
            UnaryOperator::Not => {
                let condition = self.condition(&node.expr, &mut veil)?;
                Ok(veil.cover(Tree::Bool(condition == Some(false))))
            }
            UnaryOperator::Neg => {
                let Some(number) = self.operand(&node.expr, "-", &mut veil)? else {
                    return Ok(veil.cover(Tree::Null));
                };
                let negated = arithmetic(BinaryOperator::Minus, Number::Int(0), number);
                Ok(veil.cover(self.finished(negated, self.span(node))?.tree()))
            }
        }
    }

    pub(super) fn binary(self, node: &BinaryOp) -> Evaluated {
        let operator = *node.operator.value();
        match operator {
            BinaryOperator::And => self.lazy(node, false),
            BinaryOperator::Or => self.lazy(node, true),
            BinaryOperator::Eq => self.equality(node, true),
            BinaryOperator::NotEq => self.equality(node, false),
            BinaryOperator::Less => self.comparison(node, Ordering::is_lt),
            BinaryOperator::LessEq => self.comparison(node, Ordering::is_le),
            BinaryOperator::Greater => self.comparison(node, Ordering::is_gt),
            BinaryOperator::GreaterEq => self.comparison(node, Ordering::is_ge),
            BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Mul => self.arithmetic(node),
            BinaryOperator::Div | BinaryOperator::Mod => self.arithmetic(node),
        }
    }

    /// `&&` (decided by false) and `||` (decided by true): the right side is only evaluated
    /// where it matters.
    fn lazy(self, node: &BinaryOp, decisive: bool) -> Evaluated {
        let mut veil = Veil::default();
        let left = self.condition(&node.lhs_expr, &mut veil)?;
        if left.is_none() || left == Some(decisive) {
            return Ok(veil.cover(Tree::Bool(decisive)));
        }
        let right = self.condition(&node.rhs_expr, &mut veil)?;
        Ok(veil.cover(Tree::Bool(right == Some(true))))
    }

    fn equality(self, node: &BinaryOp, positive: bool) -> Evaluated {
        let mut sides = super::gather([&node.lhs_expr, &node.rhs_expr].map(|it| self.expression(it)))?.into_iter();
        let (left, right) = (sides.next().unwrap_or(Tree::Null), sides.next().unwrap_or(Tree::Null));
        [&left, &right].into_iter().try_for_each(|it| self.looks_inside(it, self.span(node)))?;
        let mut veil = Veil::default();
        Ok(match convert::same(&mut veil, &left, &right) {
            Some(same) => veil.settle(Tree::Bool(same == positive)),
            None => veil.cover(Tree::Null),
        })
    }

    fn comparison(self, node: &BinaryOp, holds: fn(Ordering) -> bool) -> Evaluated {
        let mut veil = Veil::default();
        let result = self.operands(node, &mut veil)?.map(|(left, right)| holds(left.order(right)));
        Ok(veil.cover(Tree::Bool(result == Some(true))))
    }

    fn arithmetic(self, node: &BinaryOp) -> Evaluated {
        let mut veil = Veil::default();
        let Some((left, right)) = self.operands(node, &mut veil)? else {
            return Ok(veil.cover(Tree::Null));
        };
        let operator = *node.operator.value();
        if matches!(operator, BinaryOperator::Div | BinaryOperator::Mod) && right.float() == 0.0 {
            let message = format!("`{operator}` by zero");
            return fail(Diagnostic::error("division-by-zero", self.span(&node.rhs_expr), message));
        }
        let result = self.finished(arithmetic(operator, left, right), self.span(node))?;
        Ok(veil.cover(result.tree()))
    }

    fn finished(self, result: Option<Number>, span: Span) -> Result<Number, Vec<Diagnostic>> {
        result.map_or_else(|| fail(Diagnostic::error("number-overflow", span, OVERFLOW)), Ok)
    }

    fn operands(self, node: &BinaryOp, veil: &mut Veil) -> Result<Option<(Number, Number)>, Vec<Diagnostic>> {
        let operator = node.operator.value().as_str();
        let left = self.operand(&node.lhs_expr, operator, veil);
        let right = self.operand(&node.rhs_expr, operator, veil);
        match (left, right) {
            (Ok(left), Ok(right)) => Ok(left.zip(right)),
            (left, right) => Err(left.err().into_iter().chain(right.err()).flatten().collect()),
        }
    }

    fn operand(
        self,
        expression: &Expression,
        operator: &str,
        veil: &mut Veil,
    ) -> Result<Option<Number>, Vec<Diagnostic>> {
        let Some(value) = self.lifted(expression, veil)? else { return Ok(None) };
        convert::number(&value).map(Some).or_else(|message| {
            let problem = Diagnostic::error("invalid-operation", self.span(expression), message)
                .note(format!("operand of `{operator}`"));
            let join = operator == "+" && matches!(value, Tree::Text(_));
            fail(if join { problem.help("texts are joined inside a template: `\"${a}${b}\"`") } else { problem })
        })
    }

    /// A boolean; `None` while it is unknown.
    pub(super) fn condition(self, expression: &Expression, veil: &mut Veil) -> Result<Option<bool>, Vec<Diagnostic>> {
        let Some(value) = self.lifted(expression, veil)? else { return Ok(None) };
        let wrong = |message| fail(Diagnostic::error("invalid-operation", self.span(expression), message));
        convert::boolean(&value).map(Some).or_else(wrong)
    }

    fn lifted(self, expression: &Expression, veil: &mut Veil) -> Result<Option<Planned>, Vec<Diagnostic>> {
        let mut here = Veil::default();
        let value = here.top(self.expression(expression)?);
        self.looks_inside(&value, self.span(expression))?;
        let opaque = here.is_opaque();
        veil.join(here);
        Ok((!opaque).then_some(value))
    }

    pub(super) fn conditional(self, node: &Conditional) -> Evaluated {
        let mut veil = Veil::default();
        let (chosen, other) = match self.condition(&node.cond_expr, &mut veil)? {
            Some(true) => (&node.true_expr, &node.false_expr),
            Some(false) => (&node.false_expr, &node.true_expr),
            None => return Ok(veil.cover(Tree::Null)),
        };
        let value = self.expression(chosen)?;
        // Both arms have one type. Only a number or a boolean beside text changes, so only then
        // is the other arm looked at, and its problems are nobody's concern.
        let scalar = matches!(value, Tree::Bool(_) | Tree::Int(_) | Tree::Float(_));
        let unified = match scalar.then(|| self.expression(other)) {
            Some(Ok(Tree::Text(_))) => convert::text(&value).map_or(value, Tree::Text),
            Some(Ok(_) | Err(_)) | None => value,
        };
        Ok(veil.cover(unified))
    }
}

/// `None` where the result does not fit. Whole numbers stay whole where that is exact.
fn arithmetic(operator: BinaryOperator, left: Number, right: Number) -> Option<Number> {
    if let (Number::Int(a), Number::Int(b)) = (left, right) {
        let whole = match operator {
            BinaryOperator::Plus => return a.checked_add(b).map(Number::Int),
            BinaryOperator::Minus => return a.checked_sub(b).map(Number::Int),
            BinaryOperator::Mul => return a.checked_mul(b).map(Number::Int),
            BinaryOperator::Mod => a.checked_rem(b),
            _ => match a.checked_rem(b) {
                Some(0) => return a.checked_div(b).map(Number::Int),
                Some(_) => None,
                None => return None,
            },
        };
        if let Some(whole) = whole {
            return Some(Number::Int(whole));
        }
    }
    let (a, b) = (left.float(), right.float());
    Number::from_float(match operator {
        BinaryOperator::Plus => a + b,
        BinaryOperator::Minus => a - b,
        BinaryOperator::Mul => a * b,
        BinaryOperator::Mod => a % b,
        _ => a / b,
    })
}
