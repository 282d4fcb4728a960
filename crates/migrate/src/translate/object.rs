//! References to resources and data sources.
//!
//! In: what a reference names and the steps after it. Out: the same in the manifest; for what has
//! no counterpart, what Terraform's state says of it. It must not know what is around it.

use hcl_edit::expr::{Expression, TraversalOperator};
use model::{Address, Mode};
use serde_json::Value as Json;

use super::at::{Around, At, Round};
use super::reference::as_key;
use super::repetition::{Repetition, repetition};
use super::rewrite::{Obstacle, Rewritten, select};
use super::syntax::{self, Step, attribute_name, index_of, is_splat, opened};
use super::{Found, Generated, SecretUse, Translator, names, policy, print};
use crate::terraform::address::Key;
use crate::terraform::configuration::Block;
use crate::terraform::state::TerraformObject;

impl Translator<'_> {
    /// What a reference to a resource or data source is.
    pub(super) fn object(
        &self,
        mode: Mode,
        kind: &str,
        name: &str,
        steps: &[Step],
        at: &At,
        found: &mut Found,
    ) -> Rewritten {
        let scope = &self.tree.scopes[at.scope];
        let absent = || Obstacle(format!("nothing declares `{kind}.{name}`"));
        let block = scope.object(mode, kind, name).ok_or_else(absent)?;
        match (mode, kind) {
            (Mode::Data, "terraform_remote_state") => return self.remote_state(block, steps, at, found),
            (Mode::Data, policy::KIND) => {
                let (at, steps) = self.round(block, steps, at);
                return self.policy(block, &at, found).map(|document| follow_document(document, steps));
            }
            _ => {}
        }
        let address = match self.addresses.get(at.scope, mode, kind, name) {
            Some(address) if self.support(at.scope, block).is_ok() => address,
            _ => return self.foreign(mode, kind, name, steps, at, found),
        };
        found.objects.insert(address.clone());
        if self.is_off(at.scope, block) {
            let is_list = steps.first().is_none_or(is_splat);
            return Ok(if is_list { Expression::from(hcl_edit::expr::Array::new()) } else { Expression::null() });
        }
        let base = named(address);
        if self.tree.lifted(at.scope).is_some() {
            let key = at.instance.clone().unwrap_or_else(|| syntax::path("each", &["key"]));
            return Ok(syntax::follow(base, std::iter::once(syntax::index(key)).chain(steps.iter().cloned())));
        }
        match repetition(&block.body) {
            Repetition::Once if block.body.get("count").is_none() => Ok(syntax::follow(base, steps.to_vec())),
            Repetition::Once | Repetition::Enabled(_) => Ok(switched(base, steps)),
            Repetition::Count(_) => Ok(counted(base, steps)),
            Repetition::Each(_) => Ok(syntax::follow(base, steps.to_vec())),
        }
    }

    /// `one(x[*].id)` of something that a condition switches on is `x.id`: null when it is off.
    pub(super) fn only_member(&self, call: &hcl_edit::expr::FuncCall, at: &At, found: &mut Found) -> Option<Rewritten> {
        let (true, Some(Expression::Traversal(inner))) =
            (call.name.name.as_str() == "one", call.args.get(0).map(opened))
        else {
            return None;
        };
        let Expression::Variable(root) = &inner.expr else { return None };
        let scope = &self.tree.scopes[at.scope];
        let name = inner.operators.first().and_then(attribute_name)?;
        let is_switched = match root.as_str() {
            "module" => match scope.children.get(name)? {
                super::tree::Child::One(child) => {
                    matches!(self.tree.scopes[*child].entry, super::tree::Entry::Enabled(_))
                }
                _ => false,
            },
            kind => {
                let block = scope.object(Mode::Managed, kind, name)?;
                let is_one = matches!(repetition(&block.body), Repetition::Once) && block.body.get("count").is_some();
                is_one || matches!(repetition(&block.body), Repetition::Enabled(_))
            }
        };
        let splat = inner.operators.get(1).filter(|it| is_splat(it) && is_switched);
        splat?;
        let mut steps = inner.operators.clone();
        steps.remove(1);
        Some(self.reference(root.as_str(), &steps, at, found))
    }

    /// One round of a data source that is written out where it is used.
    fn round<'s>(&self, block: &Block, steps: &'s [Step], at: &At) -> (At, &'s [Step]) {
        let index = steps.first().and_then(index_of);
        match (repetition(&block.body), index) {
            (Repetition::Each(over), Some(key)) => {
                (at.around(Around::Round(Box::new(Round::at(&as_key(key), Some(&over))))), &steps[1..])
            }
            (Repetition::Count(_), Some(key)) => {
                (at.around(Around::Round(Box::new(Round::at(&as_key(key), None)))), &steps[1..])
            }
            (Repetition::Enabled(_), Some(_)) => (at.around(Around::Once), &steps[1..]),
            (Repetition::Once, _) => (at.around(Around::Nothing), steps),
            (Repetition::Each(_) | Repetition::Count(_) | Repetition::Enabled(_), None) => {
                (at.around(Around::Nothing), steps)
            }
        }
    }

    /// What Terraform's state says of an object that has no counterpart.
    fn foreign(&self, mode: Mode, kind: &str, name: &str, steps: &[Step], at: &At, found: &mut Found) -> Rewritten {
        let scope = &self.tree.scopes[at.scope];
        let modules: String = scope.path.iter().map(|it| format!("module.{}.", names::call(it))).collect();
        let title = |steps: &[Step]| {
            format!("{modules}{}", print::expression(&syntax::follow(prefixed(mode, kind, name), steps.to_vec())))
        };
        let unknown = || Obstacle(format!("`{}` has no counterpart, and no state tells its value", title(steps)));
        let objects = scope.objects(self.objects_of(scope.layer), mode, kind, name);
        let (object, steps) = match steps.first().and_then(index_of) {
            Some(index) => {
                let wanted = static_text(&index).ok_or_else(unknown)?;
                let is_it =
                    |(key, _): &&(Option<Key>, &TerraformObject)| key.as_ref().is_some_and(|it| it.text() == wanted);
                (objects.iter().find(is_it).map(|(_, it)| *it), &steps[1..])
            }
            None => (objects.first().filter(|(key, _)| key.is_none()).map(|(_, it)| *it), steps),
        };
        let object = object.ok_or_else(unknown)?;
        let attribute = steps.first().and_then(attribute_name).ok_or_else(unknown)?;
        let value = walk(&object.attributes, steps).ok_or_else(unknown)?;
        if object.sensitive.iter().any(|it| it == attribute || it.starts_with(&format!("{attribute}[")))
            || is_secret(kind, attribute)
        {
            let key = object.address.key.as_ref().map_or_else(String::new, |it| format!("_{}", it.text()));
            let unique = self.addresses.get(at.scope, mode, kind, name).map_or(name, |it| &it.name);
            let called = self.free_variable(secret_name(kind, &format!("{unique}{key}"), attribute), attribute);
            let source = format!("{}.{attribute}", object.address);
            let generated = generated(kind, &object.attributes);
            found.secrets.insert(called.clone(), SecretUse { value: Some(value.clone()), source, generated });
            return Ok(syntax::path("var", &[&called]));
        }
        found.literals.insert(title(steps));
        Ok(literal(value))
    }

    /// A name for a variable that Terraform has not; one with more to it where a layer has it.
    fn free_variable(&self, name: String, more: &str) -> String {
        let is_declared = self.variables.values().any(|it| it.called == name);
        if is_declared { format!("{name}_{}", names::identifier(more)) } else { name }
    }

    fn remote_state(&self, block: &Block, steps: &[Step], at: &At, found: &mut Found) -> Rewritten {
        let name = block.labels.get(1).map_or("", String::as_str);
        let output = match steps {
            [outputs, output, ..] if attribute_name(outputs) == Some("outputs") => {
                attribute_name(output).map(str::to_owned).or_else(|| index_of(output).as_ref().and_then(static_text))
            }
            _ => None,
        };
        let output = output.ok_or_else(|| Obstacle(format!("the remote state `{name}` is used as a whole")))?;
        let rest = steps.get(2..).unwrap_or_default().to_vec();
        let layer = self.layer_of(block, at);
        let target = layer.and_then(|layer| {
            let root = self.tree.root(layer)?;
            Some((root, self.tree.scopes[root].block("output", &[&output])?.body.get("value")?))
        });
        if let Some((root, value)) = target {
            let value = self.rewrite(value, &At::plain(root), found)?;
            return Ok(select(syntax::bare(value), rest));
        }
        let told = layer.and_then(|layer| self.outputs_of(layer)?.get(&output));
        let told = told.map(|it| (it.value.clone(), it.sensitive)).or_else(|| {
            let scope = &self.tree.scopes[at.scope];
            let objects = scope.objects(self.objects_of(scope.layer), Mode::Data, "terraform_remote_state", name);
            let value = objects.first()?.1.attributes.get("outputs")?.get("value")?.get(&output)?.clone();
            Some((value, false))
        });
        let unknown = || Obstacle(format!("nothing tells the output `{output}` of the remote state `{name}`"));
        let (value, is_sensitive) = told.ok_or_else(unknown)?;
        if is_sensitive {
            let source = format!("output {output} of {name}");
            let called = self.free_variable(output, name);
            found.secrets.insert(called.clone(), SecretUse { value: Some(value), source, generated: None });
            return Ok(syntax::path("var", &[&called]));
        }
        found.literals.insert(format!("data.terraform_remote_state.{name}.outputs.{output}"));
        Ok(select(literal(&value), rest))
    }
}

/// A name as an expression.
pub(super) fn named(address: &Address) -> Expression {
    prefixed(address.mode, &address.kind, &address.name)
}

fn prefixed(mode: Mode, kind: &str, name: &str) -> Expression {
    match mode {
        Mode::Managed => syntax::path(kind, &[name]),
        Mode::Data => syntax::path("data", &[kind, name]),
    }
}

/// A step into something that a condition switches on: as a list it has one member or none.
fn switched(base: Expression, steps: &[Step]) -> Expression {
    match steps.split_first() {
        Some((first, rest)) if index_of(first).is_some() => syntax::follow(base, rest.to_vec()),
        // `.*` is `[*]` where only names come after it.
        Some((first, rest)) if is_splat(first) && rest.iter().all(|it| attribute_name(it).is_some()) => {
            syntax::follow(base, std::iter::once(syntax::splat()).chain(rest.iter().cloned()))
        }
        Some(_) => syntax::follow(base, steps.to_vec()),
        None => syntax::follow(base, [syntax::splat()]),
    }
}

/// A step into something that was counted: its keys are numbers as text.
fn counted(base: Expression, steps: &[Step]) -> Expression {
    let item = |rest: &[Step]| syntax::follow(syntax::name("item"), rest.to_vec());
    let all = |value: Expression| {
        let intro = hcl_edit::expr::ForIntro::new(hcl_edit::Ident::new_sanitized("item"), base.clone());
        Expression::from(hcl_edit::expr::ForExpr::new(intro, value))
    };
    let Some((first, rest)) = steps.split_first() else { return all(item(&[])) };
    match first.value() {
        TraversalOperator::FullSplat(_) => all(item(rest)),
        TraversalOperator::AttrSplat(_) => {
            let named = rest.iter().take_while(|it| attribute_name(it).is_some()).count();
            select_item(all(item(&rest[..named])), &rest[named..])
        }
        TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
            let key = index_of(first).map(as_key);
            let steps = key.map(syntax::index).into_iter().chain(rest.iter().cloned());
            syntax::follow(base, steps)
        }
        TraversalOperator::GetAttr(_) => syntax::follow(base, steps.to_vec()),
    }
}

fn select_item(list: Expression, rest: &[Step]) -> Expression {
    if rest.is_empty() { list } else { syntax::follow(list, rest.to_vec()) }
}

/// `.json` of a document that is written out is its text.
fn follow_document(document: Expression, steps: &[Step]) -> Expression {
    match steps.first().and_then(attribute_name) {
        Some("json" | "minified_json") => syntax::call("jsonencode", [document]),
        _ => document,
    }
}

/// Attributes of other providers' types that are secrets, whatever a state says.
fn is_secret(kind: &str, attribute: &str) -> bool {
    matches!(
        (kind, attribute),
        ("random_password", "result" | "bcrypt_hash") | ("tls_private_key", "private_key_pem" | "private_key_openssh")
    )
}

/// How a random password was made.
fn generated(kind: &str, attributes: &Json) -> Option<Generated> {
    let length = attributes.get("length").and_then(Json::as_i64).filter(|_| kind == "random_password")?;
    Some(Generated { length, special: attributes.get("special").and_then(Json::as_bool).unwrap_or(true) })
}

fn secret_name(kind: &str, name: &str, attribute: &str) -> String {
    let name = names::identifier(name);
    match kind {
        "random_password" if name.contains("password") => name,
        "random_password" => format!("{name}_password"),
        _ => format!("{name}_{attribute}"),
    }
}

fn static_text(index: &Expression) -> Option<String> {
    match opened(index) {
        Expression::String(text) => Some(text.value().clone()),
        Expression::Number(number) => Some(number.value().to_string()),
        _ => None,
    }
}

fn walk<'j>(value: &'j Json, steps: &[Step]) -> Option<&'j Json> {
    let mut value = value;
    for step in steps {
        value = match (attribute_name(step), index_of(step).as_ref().and_then(static_text)) {
            (Some(name), _) => value.get(name)?,
            (None, Some(index)) => match value {
                Json::Array(items) => items.get(index.parse::<usize>().ok()?)?,
                other => other.get(&index)?,
            },
            (None, None) => return None,
        };
    }
    Some(value)
}

/// A value as an expression.
pub(super) fn literal(value: &Json) -> Expression {
    match value {
        Json::Null => Expression::null(),
        Json::Bool(value) => Expression::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Expression::from(hcl_edit::Number::from(whole)),
            (None, Some(float)) => Expression::from(float),
            (None, None) => Expression::null(),
        },
        Json::String(text) => syntax::text(text),
        Json::Array(items) => {
            let mut array = hcl_edit::expr::Array::new();
            for item in items {
                array.push(literal(item));
            }
            Expression::from(array)
        }
        Json::Object(members) => syntax::object(members.iter().map(|(key, value)| (key.as_str(), literal(value)))),
    }
}
