//! Expressions of Terraform in terms of the manifest.
//!
//! In: an expression and where it stands. Out: the same with every name as the manifest has it,
//! or why there is no such expression. It must not know what is done with the result.

use std::collections::BTreeSet;

use hcl_edit::Decorate;
use hcl_edit::expr::{Expression, ForExpr, FuncCall, Object, ObjectKey, ObjectValue, Traversal, TraversalOperator};
use hcl_edit::template::{Directive, Element, Interpolation, StringTemplate, Template};

use super::at::At;
use super::syntax::{self, closed, opened};
use super::{Found, Translator, fold};

/// Why an expression cannot be carried over: a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obstacle(pub String);

pub(super) type Rewritten = Result<Expression, Obstacle>;

impl Translator<'_> {
    /// The expression in terms of the manifest.
    pub(super) fn rewrite(&self, expression: &Expression, at: &At, found: &mut Found) -> Rewritten {
        self.within(expression, at, &Bound::default(), found)
    }

    /// The same below `for` expressions that bind names.
    pub(super) fn within(&self, expression: &Expression, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        let mut inner = |it: &Expression| self.within(it, at, bound, found);
        let mut rewritten = match expression {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {
                expression.clone()
            }
            Expression::Array(items) => {
                let mut items = items.clone();
                for item in items.iter_mut() {
                    *item = with_decor(inner(item)?, item);
                }
                Expression::from(items)
            }
            Expression::Object(members) => Expression::from(self.object_members(members, at, bound, found)?),
            Expression::StringTemplate(template) => {
                let elements = self.template(template, at, bound, found)?;
                text_of(elements)
            }
            Expression::HeredocTemplate(heredoc) => {
                let mut heredoc = (**heredoc).clone();
                heredoc.template = self.template(&heredoc.template, at, bound, found)?;
                Expression::from(heredoc)
            }
            Expression::Parenthesis(it) => match inner(it.inner())? {
                it @ (Expression::Conditional(_) | Expression::BinaryOp(_) | Expression::UnaryOp(_)) => closed(it),
                other => other,
            },
            Expression::Conditional(it) => {
                let mut it = (**it).clone();
                it.cond_expr = operand(&it.cond_expr, inner(&it.cond_expr)?);
                it.true_expr = operand(&it.true_expr, inner(&it.true_expr)?);
                it.false_expr = inner(&it.false_expr)?;
                fold::conditional(it)
            }
            Expression::FuncCall(call) => self.call(call, at, bound, found)?,
            Expression::UnaryOp(it) => {
                let mut it = (**it).clone();
                it.expr = operand(&it.expr, inner(&it.expr)?);
                fold::unary(it)
            }
            Expression::BinaryOp(it) => {
                let mut it = (**it).clone();
                if let Some(known) = self.compared_workspace(&it) {
                    return Ok(known);
                }
                it.lhs_expr = operand(&it.lhs_expr, inner(&it.lhs_expr)?);
                it.rhs_expr = operand(&it.rhs_expr, inner(&it.rhs_expr)?);
                fold::binary(it)
            }
            Expression::ForExpr(it) => self.comprehension(it, at, bound, found)?,
            Expression::Variable(name) => bare_name(bound, name.as_str())?,
            Expression::Traversal(it) => self.traversal(it, at, bound, found)?,
        };
        *rewritten.decor_mut() = expression.decor().clone();
        Ok(rewritten)
    }

    /// A name and the steps after it.
    fn traversal(&self, it: &Traversal, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        let mut steps = it.operators.clone();
        for step in &mut steps {
            if let TraversalOperator::Index(index) = step.value_mut() {
                *index = syntax::bare(self.within(index, at, bound, found)?);
            }
        }
        if let Some(list) = self.module_splat(it, &steps, at, found) {
            return list;
        }
        match &it.expr {
            Expression::Variable(name) => match bound.get(name.as_str()) {
                Some(Meaning::Instance { scope, instance }) => {
                    let inside = At { instance: instance.clone(), ..At::plain(*scope) };
                    self.output_of(&inside, name.as_str(), &steps, found)
                }
                Some(renamed) => Ok(bound_name(renamed, name.as_str(), steps)),
                None => self.reference(name.as_str(), &steps, at, found),
            },
            base => Ok(select(self.within(base, at, bound, found)?, steps)),
        }
    }

    fn object_members(&self, members: &Object, at: &At, bound: &Bound, found: &mut Found) -> Result<Object, Obstacle> {
        let mut object = Object::new();
        for (key, value) in members.iter() {
            let key = match key {
                ObjectKey::Ident(_) => key.clone(),
                ObjectKey::Expression(it) => {
                    let rewritten = self.within(it, at, bound, found)?;
                    match opened(&rewritten) {
                        Expression::String(text) => {
                            let mut key = syntax::key_of(text.value());
                            *key.decor_mut() = it.decor().clone();
                            key
                        }
                        _ => ObjectKey::from(match rewritten {
                            it @ (Expression::Parenthesis(_) | Expression::StringTemplate(_)) => it,
                            other => Expression::from(hcl_edit::expr::Parenthesis::new(other)),
                        }),
                    }
                }
            };
            let before = found.literals.clone();
            let mut rewritten = ObjectValue::new(self.within(value.expr(), at, bound, found)?);
            rewritten.set_terminator(value.terminator());
            object.insert(commented(key, &before, found), rewritten);
        }
        object.set_trailing(members.trailing().clone());
        Ok(object)
    }

    pub(super) fn template(
        &self,
        template: &Template,
        at: &At,
        bound: &Bound,
        found: &mut Found,
    ) -> Result<Template, Obstacle> {
        let mut elements: Vec<Element> = Vec::new();
        for element in template.iter() {
            match element {
                Element::Literal(_) => elements.push(element.clone()),
                Element::Interpolation(it) => {
                    let rewritten = syntax::bare(self.within(&it.expr, at, bound, found)?);
                    match unconverted(opened(&rewritten)) {
                        Expression::String(text) => elements.push(Element::from(text.value().as_str())),
                        Expression::StringTemplate(inner) => elements.extend(inner.iter().cloned()),
                        Expression::Number(_) | Expression::Bool(_) => {
                            elements.push(Element::from(super::print::expression(&rewritten).as_str()));
                        }
                        _ => {
                            let mut interpolation = Interpolation::new(unconverted(opened(&rewritten)).clone());
                            interpolation.strip = it.strip;
                            elements.push(Element::from(interpolation));
                        }
                    }
                }
                Element::Directive(directive) => {
                    elements.push(Element::from(self.directive(directive, at, bound, found)?));
                }
            }
        }
        Ok(joined(elements))
    }

    fn directive(
        &self,
        directive: &Directive,
        at: &At,
        bound: &Bound,
        found: &mut Found,
    ) -> Result<Directive, Obstacle> {
        Ok(match directive {
            Directive::If(it) => {
                let mut it = it.clone();
                it.if_expr.cond_expr = syntax::bare(self.within(&it.if_expr.cond_expr, at, bound, found)?);
                it.if_expr.template = self.template(&it.if_expr.template, at, bound, found)?;
                if let Some(other) = &mut it.else_expr {
                    other.template = self.template(&other.template, at, bound, found)?;
                }
                Directive::If(it)
            }
            Directive::For(it) => {
                let mut it = it.clone();
                let head = &mut it.for_expr;
                head.collection_expr = syntax::bare(self.within(&head.collection_expr, at, bound, found)?);
                let names = head.key_var.iter().chain([&head.value_var]).map(|it| it.value().to_string());
                let bound = bound.and(names);
                head.template = self.template(&head.template, at, &bound, found)?;
                Directive::For(it)
            }
        })
    }

    fn call(&self, call: &FuncCall, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        if let Some(read) = self.file_call(call, at, bound, found) {
            return read;
        }
        let special = self.only_member(call, at, found).or_else(|| self.module_length(call, at, found));
        if let Some(rewritten) = special.or_else(|| self.tried(call, at, bound, found)) {
            return rewritten;
        }
        let mut call = call.clone();
        for argument in call.args.iter_mut() {
            *argument = self.within(argument, at, bound, found)?;
        }
        Ok(fold::call(call))
    }

    fn comprehension(&self, it: &ForExpr, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        if let Some(rewritten) = self.over_instances(it, at, bound, found) {
            return rewritten;
        }
        let mut it = it.clone();
        it.intro.collection_expr = self.within(&it.intro.collection_expr, at, bound, found)?;
        // Over the members of a map is over the map.
        if let (Expression::ForExpr(inner), None) = (opened(&it.intro.collection_expr), &it.intro.key_var)
            && let (Expression::Variable(member), None, None) = (&inner.value_expr, &inner.key_expr, &inner.cond)
            && member.as_str() == inner.intro.value_var.as_str()
        {
            it.intro.collection_expr = inner.intro.collection_expr.clone();
        }
        let names = it.intro.key_var.iter().chain([&it.intro.value_var]).map(|it| it.value().to_string());
        let bound = bound.and(names);
        self.body_of(it, at, &bound, found)
    }

    /// What a `for` makes of each member.
    pub(super) fn body_of(&self, mut it: ForExpr, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        if let Some(key) = &it.key_expr {
            it.key_expr = Some(self.within(key, at, bound, found)?);
        }
        it.value_expr = self.within(&it.value_expr, at, bound, found)?;
        if let Some(condition) = &mut it.cond {
            condition.expr = self.within(&condition.expr, at, bound, found)?;
        }
        Ok(Expression::from(it))
    }
}

/// The names that `for` and `dynamic` bind at a place, and what stands for them.
#[derive(Clone, Debug, Default)]
pub(super) struct Bound(Vec<(String, Meaning)>);

/// What a bound name is.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    /// Itself.
    Itself,
    /// The iterator of a `dynamic` block: `x.key` and `x.value` are these names.
    Iterator {
        /// What `x.key` is.
        key: String,
        /// What `x.value` is.
        value: String,
    },
    /// The iterator of one round of a `dynamic` block: what `x.key` and `x.value` are.
    Round {
        /// What `x.key` is, in terms of the manifest.
        key: Expression,
        /// What `x.value` is, in terms of the manifest.
        value: Expression,
    },
    /// An instance of a module, whose outputs follow.
    Instance {
        /// Its scope, or the one that stands for all instances.
        scope: usize,
        /// Which one it is, where the scope stands for all.
        instance: Option<Expression>,
    },
    /// This, in terms of the manifest.
    Value(Expression),
}

impl Bound {
    /// These names too.
    pub(super) fn and(&self, names: impl IntoIterator<Item = String>) -> Self {
        let mut all = self.0.clone();
        all.extend(names.into_iter().map(|it| (it, Meaning::Itself)));
        Self(all)
    }

    /// The iterator of a `dynamic` block too.
    pub(super) fn iterator(&self, name: &str, key: String, value: String) -> Self {
        let mut all = self.0.clone();
        all.push((name.to_owned(), Meaning::Iterator { key, value }));
        Self(all)
    }

    /// One round of the iterator of a `dynamic` block too.
    pub(super) fn round(&self, name: &str, key: Expression, value: Expression) -> Self {
        let mut all = self.0.clone();
        all.push((name.to_owned(), Meaning::Round { key, value }));
        Self(all)
    }

    /// A name for an instance of a module too.
    pub(super) fn instance(mut self, name: String, scope: usize, instance: Option<Expression>) -> Self {
        self.0.push((name, Meaning::Instance { scope, instance }));
        self
    }

    /// A name for a value too.
    pub(super) fn value(mut self, name: &str, value: Expression) -> Self {
        self.0.push((name.to_owned(), Meaning::Value(value)));
        self
    }

    fn get(&self, name: &str) -> Option<&Meaning> {
        self.0.iter().rev().find(|(bound, _)| bound == name).map(|(_, meaning)| meaning)
    }
}

/// A name that stands alone.
fn bare_name(bound: &Bound, name: &str) -> Rewritten {
    match bound.get(name) {
        Some(Meaning::Value(value)) => Ok(value.clone()),
        Some(Meaning::Instance { .. }) => Err(Obstacle(format!("`{name}`, a whole module, is used as a value"))),
        Some(Meaning::Itself | Meaning::Iterator { .. } | Meaning::Round { .. }) => Ok(syntax::name(name)),
        None => Err(Obstacle(format!("`{name}` names nothing"))),
    }
}

fn bound_name(meaning: &Meaning, name: &str, mut steps: Vec<syntax::Step>) -> Expression {
    match meaning {
        Meaning::Value(value) => select(value.clone(), steps),
        Meaning::Itself | Meaning::Instance { .. } => syntax::follow(syntax::name(name), steps),
        Meaning::Iterator { key, value } => {
            let first = if steps.is_empty() { None } else { Some(steps.remove(0)) };
            let is_key = first.as_ref().and_then(syntax::attribute_name) == Some("key");
            syntax::follow(syntax::name(if is_key { key } else { value }), steps)
        }
        Meaning::Round { key, value } => {
            let first = if steps.is_empty() { None } else { Some(steps.remove(0)) };
            let is_key = first.as_ref().and_then(syntax::attribute_name) == Some("key");
            select(if is_key { key.clone() } else { value.clone() }, steps)
        }
    }
}

/// What a step leads to in a value that stands there in full, else the step.
pub(super) fn select(base: Expression, steps: Vec<syntax::Step>) -> Expression {
    let mut base = base;
    let mut steps = steps.into_iter();
    loop {
        let Some(step) = steps.next() else { return base };
        match member(opened(&base), &step) {
            Some(member) => base = member,
            None => return syntax::follow(base, std::iter::once(step).chain(steps)),
        }
    }
}

fn member(base: &Expression, step: &syntax::Step) -> Option<Expression> {
    let index = syntax::index_of(step);
    match base {
        Expression::Object(members) => {
            let text = index.as_ref().and_then(|it| match opened(it) {
                Expression::String(text) => Some(text.value().clone()),
                _ => None,
            });
            let wanted = syntax::attribute_name(step).map(str::to_owned).or(text)?;
            // What is not among members that are all known is an optional one that is not given.
            let is_known = members.iter().all(|(key, _)| syntax::static_key(key).is_some());
            let mut found = members.iter().filter(|(key, _)| syntax::static_key(key).is_some_and(|it| it == wanted));
            let found = found.next().map(|(_, value)| syntax::bare(value.expr().clone()));
            found.or_else(|| is_known.then(Expression::null))
        }
        Expression::Array(items) => match opened(&index?) {
            Expression::Number(number) => {
                let position = usize::try_from(number.value().as_u64()?).ok()?;
                items.get(position).map(|it| syntax::bare(it.clone()))
            }
            _ => None,
        },
        Expression::ForExpr(it) => of_each(it, step),
        _ => None,
    }
}

/// `{ for k, v in x : k => v.y }["a"]` is `x["a"].y`.
fn of_each(it: &ForExpr, step: &syntax::Step) -> Option<Expression> {
    let (Some(key), Some(kept), None, false) = (&it.intro.key_var, &it.key_expr, &it.cond, it.grouping) else {
        return None;
    };
    let Expression::Traversal(value) = opened(&it.value_expr) else { return None };
    let is_named = |expression: &Expression, name: &str| matches!(opened(expression), Expression::Variable(it) if it.as_str() == name);
    let is_plain = is_named(kept, key.as_str())
        && is_named(&value.expr, it.intro.value_var.as_str())
        && value.operators.iter().all(|it| syntax::attribute_name(it).is_some());
    let wanted = syntax::attribute_name(step).map(syntax::text).or_else(|| syntax::index_of(step))?;
    let steps = std::iter::once(syntax::index(wanted)).chain(value.operators.iter().cloned());
    is_plain.then(|| syntax::follow(syntax::bare(it.intro.collection_expr.clone()), steps))
}

/// An operand that was a name and became an operation stands in parentheses.
fn operand(before: &Expression, after: Expression) -> Expression {
    match before {
        Expression::Variable(_) | Expression::Traversal(_) => closed(after),
        _ => after,
    }
}

/// A key with a comment that says which references in its value became literals.
fn commented(mut key: ObjectKey, before: &BTreeSet<String>, found: &mut Found) -> ObjectKey {
    let fresh: Vec<String> = found.literals.difference(before).cloned().collect();
    if fresh.is_empty() {
        return key;
    }
    let prefix = key.decor().prefix().map_or_else(String::new, |it| it.to_string());
    let indent = if prefix.contains('\n') { "" } else { "\n" };
    key.decor_mut().set_prefix(format!("{prefix}{indent}# literal: was {}\n", fresh.join(", ")));
    found.noted.extend(fresh.iter().cloned());
    found.literals.retain(|it| before.contains(it));
    key
}

/// Within text a number needs no conversion.
fn unconverted(expression: &Expression) -> &Expression {
    match expression {
        Expression::FuncCall(call) if matches!(call.name.name.as_str(), "tonumber" | "tostring") => {
            call.args.get(0).filter(|_| call.args.len() == 1).map_or(expression, opened)
        }
        _ => expression,
    }
}

fn with_decor(mut expression: Expression, from: &Expression) -> Expression {
    *expression.decor_mut() = from.decor().clone();
    expression
}

/// Text of elements: plain where nothing in it is an expression, the expression itself where it
/// is all there is.
fn text_of(elements: Template) -> Expression {
    let literal: Option<String> = elements.iter().map(|it| it.as_literal().map(|it| it.value().as_str())).collect();
    match (literal, elements.as_single_element()) {
        (Some(literal), _) => Expression::from(literal),
        (None, Some(Element::Interpolation(only))) => only.expr.clone(),
        (None, _) => {
            let mut template = StringTemplate::new();
            for element in elements.iter() {
                template.push(element.clone());
            }
            Expression::from(template)
        }
    }
}

/// Neighbouring literals as one.
fn joined(elements: Vec<Element>) -> Template {
    let mut all: Vec<Element> = Vec::new();
    for element in elements {
        match (all.last_mut(), &element) {
            (Some(Element::Literal(before)), Element::Literal(more)) => before.value_mut().push_str(more.value()),
            _ => all.push(element),
        }
    }
    Template::from(all)
}
