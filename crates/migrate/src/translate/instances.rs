//! What is there several times, or perhaps not at all, used as a whole.
//!
//! In: a `for`, a splat, `length` or `try` over modules and resources that repeat or are switched.
//! Out: the same over what their `for_each` goes over, or over each one that there is. It must not
//! know what is in a module.

use std::collections::BTreeMap;

use hcl_edit::expr::{
    Array, BinaryOp, BinaryOperator, Conditional, Expression, ForExpr, ForIntro, FuncCall, Object, ObjectKey,
    Traversal, TraversalOperator,
};
use hcl_edit::{Decorated, Ident};
use model::Address;

use super::at::{Around, At};
use super::rewrite::{Bound, Obstacle, Rewritten};
use super::syntax::{self, Step, attribute_name, index_of, is_splat, opened};
use super::tree::{Child, Entry};
use super::{Found, Translator, fold, print};
use crate::terraform::address::Key;

impl Translator<'_> {
    /// A `for` over the instances of a module; none where it is over something else.
    pub(super) fn over_instances(&self, it: &ForExpr, at: &At, bound: &Bound, found: &mut Found) -> Option<Rewritten> {
        let name = whole_module(&it.intro.collection_expr)?;
        match self.tree.scopes[at.scope].children.get(name)? {
            Child::Every(child) => Some(self.over_every(it.clone(), *child, at, bound, found)),
            Child::Rounds(rounds) => Some(self.over_rounds(it, rounds, at, bound, found)),
            Child::One(_) => None,
        }
    }

    /// Over what the module's own `for_each` or `count` goes over.
    fn over_every(&self, mut it: ForExpr, child: usize, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        it.intro.collection_expr = self.keys_of(child, at, found)?;
        let value = it.intro.value_var.value().to_string();
        let (bound, instance) = match &self.tree.scopes[child].entry {
            Entry::Count(_) if it.intro.key_var.is_some() => {
                return Err(Obstacle("the instances of a counted module have no keys here".to_owned()));
            }
            Entry::Count(_) => (bound.clone(), syntax::call("tostring", [syntax::name(&value)])),
            _ => {
                let key =
                    it.intro.key_var.get_or_insert_with(|| Ident::new_sanitized("key").into()).value().to_string();
                (bound.and([key.clone()]), syntax::name(&key))
            }
        };
        let bound = bound.instance(value, child, Some(instance.clone()));
        Ok(shortened(self.body_of(it, at, &bound, found)?, &instance))
    }

    /// Once for each instance.
    fn over_rounds(
        &self,
        it: &ForExpr,
        rounds: &BTreeMap<Key, usize>,
        at: &At,
        bound: &Bound,
        found: &mut Found,
    ) -> Rewritten {
        let (mut list, mut map) = (Array::new(), Object::new());
        for (key, child) in rounds {
            let mut bound = bound.clone().instance(it.intro.value_var.value().to_string(), *child, None);
            if let Some(name) = &it.intro.key_var {
                bound = bound.value(name.value(), literal(key));
            }
            let condition = it.cond.as_ref().map(|it| self.within(&it.expr, at, &bound, found)).transpose()?;
            match condition.as_ref().map(|it| opened(it).as_bool()) {
                Some(Some(false)) => continue,
                Some(None) => return Err(Obstacle("which instances of a module are meant is not known".to_owned())),
                Some(Some(true)) | None => {}
            }
            let value = syntax::bare(self.within(&it.value_expr, at, &bound, found)?);
            match &it.key_expr {
                Some(key) => {
                    let key = self.within(key, at, &bound, found)?;
                    let key = opened(&key).as_str().map_or_else(|| ObjectKey::from(key.clone()), syntax::key_of);
                    map.insert(key, value);
                }
                None => list.push(value),
            }
        }
        match (&it.key_expr, it.grouping) {
            (_, true) => Err(Obstacle("instances of a module are grouped".to_owned())),
            (Some(_), false) => Ok(Expression::from(map)),
            (None, false) => Ok(Expression::from(list)),
        }
    }

    /// `module.x[*].y` and `values(module.x)[*].y`; none where it is something else.
    pub(super) fn module_splat(&self, it: &Traversal, steps: &[Step], at: &At, found: &mut Found) -> Option<Rewritten> {
        let (name, steps) = match &it.expr {
            Expression::Variable(root) if root.as_str() == "module" => (attribute_name(steps.first()?)?, &steps[1..]),
            Expression::FuncCall(call) if call.name.name.as_str() == "values" => {
                (whole_module(call.args.get(0)?)?, steps)
            }
            _ => return None,
        };
        let (splat, rest) = steps.split_first()?;
        let child = self.tree.scopes[at.scope].children.get(name).filter(|_| is_splat(splat))?;
        let output = |scope: usize, instance: Option<Expression>, found: &mut Found| {
            self.output_of(&At { scope, around: Around::Nothing, instance }, name, rest, found)
        };
        Some(match child {
            Child::One(child) => {
                let scope = &self.tree.scopes[*child];
                let (Entry::Enabled(condition), Some(parent)) = (&scope.entry, scope.parent) else { return None };
                let condition = self.rewrite(condition, &At::plain(parent), found);
                condition.and_then(|condition| {
                    let mut list = Array::new();
                    list.push(output(*child, None, found)?);
                    let none = Expression::from(Array::new());
                    Ok(fold::conditional(Conditional::new(syntax::bare(condition), Expression::from(list), none)))
                })
            }
            Child::Every(child) => self.keys_of(*child, at, found).and_then(|keys| {
                let is_counted = matches!(self.tree.scopes[*child].entry, Entry::Count(_));
                let variable = if is_counted { "index" } else { "key" };
                let key = syntax::name(variable);
                let instance = if is_counted { syntax::call("tostring", [key]) } else { key };
                let value = output(*child, Some(instance.clone()), found)?;
                let mut intro = ForIntro::new(Ident::new_sanitized(if is_counted { "index" } else { "value" }), keys);
                intro.key_var = (!is_counted).then(|| Decorated::new(Ident::new_sanitized("key")));
                Ok(shortened(Expression::from(ForExpr::new(intro, value)), &instance))
            }),
            Child::Rounds(rounds) => {
                let outputs = rounds.values().map(|it| output(*it, None, found));
                outputs.collect::<Result<Vec<_>, _>>().map(|all| Expression::from(all.into_iter().collect::<Array>()))
            }
        })
    }

    /// What the `for_each` of a module goes over; for a `count`, the numbers below it.
    fn keys_of(&self, child: usize, at: &At, found: &mut Found) -> Rewritten {
        let at = at.around(Around::Nothing);
        match &self.tree.scopes[child].entry {
            Entry::Count(number) => {
                let number = self.rewrite(number, &at, found)?;
                Ok(syntax::call("range", [syntax::bare(number)]))
            }
            Entry::Each(over) => Ok(match syntax::bare(self.rewrite(over, &at, found)?) {
                // The members of a set are its keys.
                list @ Expression::Array(_) => syntax::call("toset", [list]),
                other => other,
            }),
            Entry::Root | Entry::Once | Entry::Enabled(_) | Entry::Round(..) => {
                Err(Obstacle("there is one instance of the module".to_owned()))
            }
        }
    }

    /// `length(module.x)`; none where it is of something else.
    pub(super) fn module_length(&self, call: &FuncCall, at: &At, found: &mut Found) -> Option<Rewritten> {
        let name = whole_module(call.args.get(0).filter(|_| call.name.name.as_str() == "length")?)?;
        let number = |it: usize| Expression::from(hcl_edit::Number::from(it));
        let place = at.around(Around::Nothing);
        match self.tree.scopes[at.scope].children.get(name)? {
            Child::One(child) => match &self.tree.scopes[*child].entry {
                Entry::Enabled(condition) => Some(self.rewrite(condition, &place, found).map(|condition| {
                    fold::conditional(Conditional::new(syntax::bare(condition), number(1), number(0)))
                })),
                _ => None,
            },
            Child::Every(child) => match &self.tree.scopes[*child].entry {
                Entry::Count(count) => Some(self.rewrite(count, &place, found).map(syntax::bare)),
                _ => Some(self.keys_of(*child, at, found).map(|it| syntax::call("length", [it]))),
            },
            Child::Rounds(rounds) => Some(Ok(number(rounds.len()))),
        }
    }

    /// `try(x[0].y, z)` of something that a condition switches on, which is null here when it is
    /// off, or of a member that a module is not given; none where it is something else.
    pub(super) fn tried(&self, call: &FuncCall, at: &At, bound: &Bound, found: &mut Found) -> Option<Rewritten> {
        let (Expression::Traversal(wanted), 2) = (opened(call.args.get(0)?), call.args.len()) else { return None };
        let is_first = |it: &Step| index_of(it).is_some_and(|it| print::expression(&it) == "0");
        if call.name.name.as_str() != "try" {
            return None;
        }
        let is_first = wanted.operators.iter().any(is_first);
        let mut inside = Found::default();
        let wanted = self.within(call.args.get(0)?, at, bound, &mut inside).ok()?;
        let otherwise = call.args.get(1)?;
        if wanted.is_null() {
            return Some(self.within(otherwise, at, bound, found).map(syntax::bare));
        }
        if !is_first {
            return None;
        }
        let (declaration, base) = declaration_of(&wanted)?;
        let (scope, block) = self.declared(&declaration)?;
        let condition = self.enabled(scope, &block.body, &mut Found::default()).ok()?;
        found.extend(inside);
        if condition.is_none_or(|it| it.as_bool() == Some(true)) || opened(otherwise).is_null() {
            return Some(Ok(syntax::bare(wanted)));
        }
        Some(self.within(otherwise, at, bound, found).map(|otherwise| {
            let is_there = BinaryOp::new(base, BinaryOperator::NotEq, Expression::null());
            let (wanted, otherwise) = (syntax::bare(wanted), syntax::bare(otherwise));
            syntax::closed(Expression::from(Conditional::new(Expression::from(is_there), wanted, otherwise)))
        }))
    }

    fn declared(&self, address: &Address) -> Option<(usize, &crate::terraform::configuration::Block)> {
        let (scope, name) = self.addresses.declared(address)?;
        Some((scope, self.tree.scopes[scope].object(address.mode, &address.kind, name)?))
    }
}

/// The resource that an expression reads an attribute of, and how it is named.
fn declaration_of(expression: &Expression) -> Option<(Address, Expression)> {
    let Expression::Traversal(it) = opened(expression) else { return None };
    let Expression::Variable(kind) = &it.expr else { return None };
    let name = it.operators.first().and_then(attribute_name)?;
    let is_plain = it.operators.iter().all(|it| attribute_name(it).is_some());
    let is_resource = is_plain && it.operators.len() > 1 && kind.as_str() != "data";
    is_resource.then(|| {
        let address = Address::managed(kind.value().to_string(), name);
        (address, syntax::path(kind.value(), &[name]))
    })
}

/// The name of a module that is all that an expression is.
fn whole_module(expression: &Expression) -> Option<&str> {
    let Expression::Traversal(it) = opened(expression) else { return None };
    let is_module = matches!(&it.expr, Expression::Variable(root) if root.as_str() == "module");
    it.operators.first().and_then(attribute_name).filter(|_| is_module && it.operators.len() == 1)
}

fn literal(key: &Key) -> Expression {
    match key {
        Key::Number(number) => Expression::from(hcl_edit::Number::from(*number)),
        Key::Text(text) => syntax::text(text),
    }
}

/// `[for k, v in keys : x[k].y]` as `[for item in x : item.y]`, and `{ for k, v in keys : k => x[k].y }`
/// as `{ for k, item in x : k => item.y }`: the keys are those of the resource.
fn shortened(list: Expression, instance: &Expression) -> Expression {
    let Expression::ForExpr(it) = &list else { return list };
    let (None, Expression::Traversal(value)) = (&it.cond, opened(&it.value_expr)) else { return list };
    let key = print::expression(instance);
    let is_key = |it: &Step| matches!(it.value(), TraversalOperator::Index(index) if print::expression(index) == key);
    let Some(position) = value.operators.iter().position(is_key) else { return list };
    let is_plain = |(index, it): (usize, &Step)| index == position || attribute_name(it).is_some();
    let is_kept = it.key_expr.as_ref().is_none_or(|it| print::expression(opened(it)) == key);
    if !is_kept || !value.operators.iter().enumerate().all(is_plain) {
        return list;
    }
    let base = syntax::follow(value.expr.clone(), value.operators[..position].iter().cloned());
    let item = syntax::follow(syntax::name("item"), value.operators[position + 1..].iter().cloned());
    let mut intro = ForIntro::new(Ident::new_sanitized("item"), base);
    intro.key_var = it.intro.key_var.clone().filter(|_| it.key_expr.is_some());
    let mut short = ForExpr::new(intro, item);
    short.key_expr.clone_from(&it.key_expr);
    Expression::from(short)
}
