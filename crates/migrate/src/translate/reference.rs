//! Names of Terraform: variables, locals, modules, `each`, and whatever else stands before a dot.
//!
//! In: a name and the steps after it. Out: what it is in the manifest. It must not know what is
//! around it.

use hcl_edit::expr::{BinaryOp, BinaryOperator, Expression};
use model::Mode;

use super::at::{Around, At, Round};
use super::rewrite::{Obstacle, Rewritten, select};
use super::syntax::{self, Step, attribute_name, index_of, is_splat, opened};
use super::tree::{Child, Entry};
use super::{Found, Translator, print, settings};

impl Translator<'_> {
    /// What a name and the steps after it are.
    pub(super) fn reference(&self, name: &str, steps: &[Step], at: &At, found: &mut Found) -> Rewritten {
        let second = || steps.first().and_then(attribute_name).map(str::to_owned);
        let rest = || steps.get(1..).unwrap_or_default().to_vec();
        let nameless = || Obstacle(format!("`{name}` stands alone"));
        match name {
            "var" => Ok(select(self.variable(&second().ok_or_else(nameless)?, at, found)?, rest())),
            "local" if let Some((root, alias)) = self.alias(&second().ok_or_else(nameless)?, at) => {
                let steps: Vec<Step> = alias.into_iter().chain(rest()).collect();
                self.reference(&root, &steps, at, found)
            }
            "local" => Ok(select(self.local(&second().ok_or_else(nameless)?, at, found)?, rest())),
            "each" => Ok(select(self.each(&second().ok_or_else(nameless)?, at, found)?, rest())),
            "count" => Ok(select(count(at)?, rest())),
            "terraform" => Ok(self.workspace()),
            "module" => self.module(&second().ok_or_else(nameless)?, &rest(), at, found),
            "path" => self.folder(&second().ok_or_else(nameless)?, at),
            "self" => Err(Obstacle("`self` belongs to provisioners".to_owned())),
            "data" => {
                let kind = second().ok_or_else(nameless)?;
                let name = steps.get(1).and_then(attribute_name).ok_or_else(nameless)?.to_owned();
                let rest = steps.get(2..).unwrap_or_default();
                self.object(Mode::Data, &kind, &name, rest, at, found)
            }
            kind => {
                let name = second().ok_or_else(nameless)?;
                self.object(Mode::Managed, kind, &name, &rest(), at, found)
            }
        }
    }

    fn variable(&self, name: &str, at: &At, found: &mut Found) -> Rewritten {
        let scope = &self.tree.scopes[at.scope];
        let Some(block) = scope.block("variable", &[name]) else {
            return Err(Obstacle(format!("there is no variable `{name}`")));
        };
        let (Some(caller), Some(call)) = (at.caller(self.tree), &scope.call) else {
            return self.root_variable(scope.layer, name, found);
        };
        let argument = call.body.get(name).filter(|it| !it.is_null());
        let Some((value, place)) = argument
            .map(|it| (it, caller.clone()))
            .or_else(|| block.body.get("default").map(|it| (it, At::plain(at.scope))))
        else {
            return Err(Obstacle(format!("the module's variable `{name}` has no value")));
        };
        let value = syntax::bare(super::optional::filled(block.body.get("type"), value));
        if self.tree.lifted(at.scope).is_some() || is_short(&value) || self.is_used_once(at.scope, "var", name) {
            return self.rewrite(&value, &place, found).map(syntax::bare);
        }
        let local = &self.inner[&(at.scope, format!("var.{name}"))];
        self.own_local(at.scope, local, &value, &place, found)
    }

    fn root_variable(&self, layer: usize, name: &str, found: &mut Found) -> Rewritten {
        let variable = &self.variables[&(layer, name.to_owned())];
        if self.fallbacks.variables.contains(&variable.called) {
            return Err(Obstacle(format!("the value of `var.{name}` is not known")));
        }
        found.uses.insert(settings::use_key("var", layer, name));
        found.variables.insert(variable.called.clone());
        Ok(syntax::path("var", &[&variable.called]))
    }

    /// A local that is nothing but another name for a module or a remote state: its root and steps.
    fn alias(&self, name: &str, at: &At) -> Option<(String, Vec<Step>)> {
        let local = self.tree.scopes[at.scope].local(name)?;
        let Expression::Traversal(it) = opened(&local.expression) else { return None };
        let Expression::Variable(root) = &it.expr else { return None };
        let names: Vec<&str> = it.operators.iter().map_while(attribute_name).collect();
        let is_whole = matches!(
            (root.as_str(), names.as_slice()),
            ("module", [_]) | ("data", ["terraform_remote_state", _] | ["terraform_remote_state", _, "outputs"])
        );
        (is_whole && names.len() == it.operators.len()).then(|| (root.value().to_string(), it.operators.clone()))
    }

    fn local(&self, name: &str, at: &At, found: &mut Found) -> Rewritten {
        let scope = &self.tree.scopes[at.scope];
        let Some(local) = scope.local(name) else {
            return Err(Obstacle(format!("there is no local `{name}`")));
        };
        let place = At::plain(at.scope);
        let is_only = || scope.parent.is_some() && self.is_used_once(at.scope, "local", name);
        if self.tree.lifted(at.scope).is_some() || is_only() && !is_long(&local.expression) {
            let inside = At { instance: at.instance.clone(), ..place };
            return self.rewrite(&local.expression, &inside, found).map(syntax::bare);
        }
        let called = match scope.parent {
            None => {
                found.uses.insert(settings::use_key("local", scope.layer, name));
                self.locals.get(&(scope.layer, name.to_owned())).cloned().unwrap_or_else(|| name.to_owned())
            }
            Some(_) => self.inner[&(at.scope, format!("local.{name}"))].clone(),
        };
        // A name for what is no longer than a name says nothing.
        if scope.parent.is_some() {
            let mut inside = Found::default();
            let rewritten = self.rewrite(&local.expression, &place, &mut inside).map(syntax::bare);
            if let Ok(
                it @ (Expression::Bool(_) | Expression::Number(_) | Expression::Null(_) | Expression::Traversal(_)),
            ) = rewritten
            {
                found.extend(inside);
                return Ok(it);
            }
        }
        self.own_local(at.scope, &called, &local.expression, &place, found)
    }

    /// A local of the manifest; what it comes to is told along with it.
    fn own_local(&self, scope: usize, name: &str, value: &Expression, at: &At, found: &mut Found) -> Rewritten {
        if self.fallbacks.locals.contains(name) {
            return Err(Obstacle(format!("`local.{name}` cannot be carried over")));
        }
        if !found.locals.contains_key(name) && found.opened.insert(name.to_owned()) {
            let mut inside = Found { opened: found.opened.clone(), ..Found::default() };
            let rewritten = self.rewrite(value, at, &mut inside)?;
            found.extend(inside);
            found.locals.insert(name.to_owned(), super::Local { scope, value: rewritten });
        }
        Ok(syntax::path("local", &[name]))
    }

    fn each(&self, name: &str, at: &At, found: &mut Found) -> Rewritten {
        match (&at.around, name) {
            (Around::Each, _) => Ok(syntax::path("each", &[name])),
            (Around::Round(round), "key") => Ok(round.key.clone()),
            (Around::Round(round), _) if round.over.is_some() => {
                let Round { key, over, .. } = round.as_ref();
                let Some(over) = over else { return Ok(key.clone()) };
                if is_set(over) {
                    return Ok(key.clone());
                }
                let over = self.rewrite(over, &at.around(Around::Nothing), found)?;
                Ok(select(syntax::bare(opened(&over).clone()), vec![syntax::index(key.clone())]))
            }
            (Around::Round(_) | Around::Nothing | Around::Count | Around::Once, _) => {
                Err(Obstacle("`each` means nothing here".to_owned()))
            }
        }
    }

    /// The workspace: an environment, none for the one called `default`.
    fn workspace(&self) -> Expression {
        let environment = syntax::path("stack", &["environment"]);
        if self.has_default_workspace {
            syntax::call("coalesce", [environment, syntax::text("default")])
        } else {
            environment
        }
    }

    fn module(&self, name: &str, steps: &[Step], at: &At, found: &mut Found) -> Rewritten {
        let scope = &self.tree.scopes[at.scope];
        let Some(child) = scope.children.get(name) else {
            return Err(Obstacle(format!("there is no module `{name}`")));
        };
        let index = steps.first().and_then(index_of);
        let (inside, rest) = match child {
            Child::One(child) => {
                let is_switched = matches!(self.tree.scopes[*child].entry, Entry::Enabled(_));
                let skipped = usize::from(is_switched && index.is_some());
                (At { scope: *child, around: Around::Nothing, instance: at.instance.clone() }, &steps[skipped..])
            }
            Child::Every(child) => {
                let key = index.ok_or_else(|| Obstacle(format!("`module.{name}` is used as a whole")))?;
                let instance = Some(as_key(key));
                (At { scope: *child, around: Around::Nothing, instance }, &steps[1..])
            }
            Child::Rounds(rounds) => {
                let key = index.ok_or_else(|| Obstacle(format!("`module.{name}` is used as a whole")))?;
                let wanted = print::expression(opened(&key)).trim_matches('"').to_owned();
                let child = rounds.iter().find(|(key, _)| key.text() == wanted).map(|(_, child)| *child);
                let child = child.ok_or_else(|| Obstacle(format!("`module.{name}` has no instance `{wanted}`")))?;
                (At { scope: child, around: Around::Nothing, instance: at.instance.clone() }, &steps[1..])
            }
        };
        self.output_of(&inside, &format!("module.{name}"), rest, found)
    }

    /// An output of a module instance, and the steps after it.
    pub(super) fn output_of(&self, inside: &At, name: &str, steps: &[Step], found: &mut Found) -> Rewritten {
        let output = steps.first().and_then(attribute_name);
        let output = output.ok_or_else(|| Obstacle(format!("`{name}` is used as a whole")))?;
        let block = self.tree.scopes[inside.scope].block("output", &[output]);
        let value = block.and_then(|it| it.body.get("value"));
        let value = value.ok_or_else(|| Obstacle(format!("`{name}` has no output `{output}`")))?;
        let value = self.rewrite(value, inside, found)?;
        Ok(select(syntax::bare(value), steps[1..].to_vec()))
    }

    /// `terraform.workspace == "prod"`, without a name for the default one.
    pub(super) fn compared_workspace(&self, it: &BinaryOp) -> Option<Expression> {
        let is_equality = matches!(it.operator.value(), BinaryOperator::Eq | BinaryOperator::NotEq);
        let is_workspace = |it: &Expression| print::expression(opened(it)) == "terraform.workspace";
        let other = match (is_workspace(&it.lhs_expr), is_workspace(&it.rhs_expr)) {
            (true, false) => &it.rhs_expr,
            (false, true) => &it.lhs_expr,
            _ => return None,
        };
        let Expression::String(name) = opened(other) else { return None };
        let environment = syntax::path("stack", &["environment"]);
        let compared = if name.as_str() == super::DEFAULT { Expression::null() } else { syntax::text(name) };
        is_equality.then(|| Expression::from(BinaryOp::new(environment, *it.operator.value(), compared)))
    }

    /// Whether a variable or local of a module is read just once in it.
    fn is_used_once(&self, scope: usize, root: &str, name: &str) -> bool {
        let blocks = &self.tree.scopes[scope].module.blocks;
        let uses =
            blocks.iter().filter(|it| it.name != "variable").map(|it| super::uses::of_attribute(&it.body, root, name));
        uses.sum::<usize>() == 1
    }
}

fn count(at: &At) -> Rewritten {
    match &at.around {
        Around::Count => Ok(syntax::call("tonumber", [syntax::path("each", &["key"])])),
        Around::Once => Ok(Expression::from(hcl_edit::Number::from(0u64))),
        Around::Round(round) => Ok(round.number.clone()),
        Around::Nothing | Around::Each => Err(Obstacle("`count` means nothing here".to_owned())),
    }
}

/// An index as the key of a `for_each`: text.
pub(super) fn as_key(index: Expression) -> Expression {
    match opened(&index) {
        Expression::Number(number) => syntax::text(&number.value().to_string()),
        Expression::String(_) | Expression::StringTemplate(_) => opened(&index).clone(),
        Expression::FuncCall(call) if call.name.name.as_str() == "tonumber" => match call.args.get(0) {
            Some(inner) => syntax::bare(inner.clone()),
            None => index,
        },
        other => {
            let text = print::expression(other);
            if text == "each.key" { other.clone() } else { syntax::call("tostring", [other.clone()]) }
        }
    }
}

fn is_set(over: &Expression) -> bool {
    matches!(opened(over), Expression::FuncCall(call) if call.name.name.as_str() == "toset")
}

/// Whether a value is short enough to stand wherever it is used: a scalar, a reference, a short
/// text.
fn is_short(value: &Expression) -> bool {
    match value {
        Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => true,
        Expression::Variable(_) => true,
        Expression::Traversal(it) => !it.operators.iter().any(is_splat),
        Expression::StringTemplate(_) => print::expression(value).len() <= SHORT,
        Expression::Array(items) => items.is_empty(),
        Expression::Object(members) => members.is_empty(),
        Expression::HeredocTemplate(_)
        | Expression::Parenthesis(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => false,
    }
}

/// Characters of a text that is short.
const SHORT: usize = 40;

/// Whether a value is better told apart, under a name.
fn is_long(value: &Expression) -> bool {
    print::expression(value).len() > LONG
}

/// Characters of a value that stands better under a name of its own.
const LONG: usize = 100;
