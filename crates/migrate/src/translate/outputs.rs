//! Outputs and the sections of variables.
//!
//! In: `output` and `variable` blocks of root modules. Out: sections. It must not know who reads
//! them.

use hcl_edit::expr::Expression;
use model::Tree;

use super::argument::Made;
use super::at::At;
use super::rewrite::Obstacle;
use super::syntax::{self, opened};
use super::variables::Variable;
use super::{Draft, Found, SecretUse, Translator, literal, names, object, print, value};
use crate::draft::{Entry, Section, Table, Value};
use crate::from_state;
use crate::report::Note;
use crate::terraform::configuration::Block;

impl Translator<'_> {
    /// An output of a root module.
    pub(super) fn output(&self, layer: usize, block: &Block, at: &At, made: &mut Made) -> Option<Section> {
        let name = block.labels.first()?;
        let written = block.body.get("value")?;
        let called = self.output_name(layer, name);
        let above = block.comments.above.clone();
        let mut comment = Vec::new();
        let mut found = Found::default();
        let rewritten = match self.fallbacks.outputs.contains(&called) {
            true => Err(Obstacle("it comes to something else".to_owned())),
            false => self.rewrite(written, at, &mut found),
        };
        let told = self.outputs_of(layer).and_then(|it| it.get(name));
        let is_sensitive = block.body.get("sensitive").is_some_and(|it| opened(it).as_bool() == Some(true))
            || told.is_some_and(|it| it.sensitive);
        let value = match rewritten {
            Ok(expression) => {
                if !found.literals.is_empty() {
                    let literals: Vec<&str> = found.literals.iter().map(String::as_str).collect();
                    comment.push(format!("literal: was {}", literals.join(", ")));
                }
                made.found.extend(found);
                value::value(&expression)?
            }
            Err(Obstacle(_)) if told.is_none() => return None,
            Err(Obstacle(why)) => {
                let told = told?;
                let was = print::expression(written);
                comment.push(format!("literal: was {}", literal::one_line(&was)));
                made.notes.push(Note {
                    about: format!("output {name}"),
                    text: format!("it is what Terraform's state has, as a literal: {why}"),
                    place: Some(block.place.clone()),
                });
                match told.sensitive {
                    true => {
                        let source = format!("output {name} of {}", self.sources[layer].name);
                        let secret = SecretUse { value: Some(told.value.clone()), source, generated: None };
                        made.found.secrets.insert(called.clone(), secret);
                        Value::expression(&format!("var.{called}"))
                    }
                    false => value::value(&object::literal(&told.value))?,
                }
            }
        };
        let mut entries = Vec::new();
        let description = block.body.get("description").and_then(value::value);
        let mut ordered: Vec<(&str, Option<Value>)> = block
            .body
            .attributes()
            .filter_map(|it| match it.name.as_str() {
                "description" => Some(("description", description.clone())),
                "value" => Some(("value", Some(value.clone()))),
                "sensitive" if is_sensitive => Some(("sensitive", Some(Value::Bool(true)))),
                _ => None,
            })
            .collect();
        if is_sensitive && !ordered.iter().any(|(key, _)| *key == "sensitive") {
            ordered.push(("sensitive", Some(Value::Bool(true))));
        }
        for (key, value) in ordered {
            let above = if key == "value" { std::mem::take(&mut comment) } else { Vec::new() };
            entries.extend(value.map(|it| Entry { above, ..Entry::new(key, it) }));
        }
        let path = vec!["outputs".to_owned(), called];
        Some(Section { path, is_item: false, above, table: Table { entries, ..Table::default() } })
    }

    /// What an output is called, and what the state has for it.
    pub(super) fn told_output(&self, layer: usize, block: &Block) -> Option<(String, serde_json::Value)> {
        let name = block.labels.first()?;
        let told = self.outputs_of(layer)?.get(name).filter(|it| !it.sensitive)?;
        Some((self.output_name(layer, name), told.value.clone()))
    }

    /// What an output is called: names that several layers have get the layer's name before them.
    pub(super) fn output_name(&self, layer: usize, name: &str) -> String {
        let has = |it: usize| {
            let root = self.tree.root(it);
            let declared = root.is_some_and(|it| self.tree.scopes[it].block("output", &[name]).is_some());
            declared || (root.is_none() && self.outputs_of(it).is_some_and(|it| it.contains_key(name)))
        };
        // What is written alike and reads alike everywhere is one output.
        let text = |it: usize| {
            let root = self.tree.root(it)?;
            let value = self.tree.scopes[root].block("output", &[name])?.body.get("value")?;
            Some(print::expression(&self.rewrite(value, &At::plain(root), &mut Found::default()).ok()?))
        };
        let layers: Vec<usize> = (0..self.sources.len()).filter(|it| has(*it)).collect();
        let first = layers.first().and_then(|it| text(*it));
        let is_alike = first.is_some() && layers.iter().all(|it| text(*it) == first);
        match layers.len() {
            0 | 1 => name.to_owned(),
            _ if is_alike => name.to_owned(),
            _ => format!("{}_{name}", names::of_layer(&self.sources[layer].name)),
        }
    }

    /// The section of a variable.
    pub(super) fn variable_section(&self, name: &str, variable: &Variable, notes: &mut Vec<Note>) -> Section {
        let body = &variable.block.body;
        let mut entries = Vec::new();
        let mut has_default = false;
        for attribute in body.attributes() {
            let value = match attribute.name.as_str() {
                "description" => value::value(&attribute.expression),
                "type" if self.fallbacks.types.contains(&variable.called) => None,
                "type" => Some(Value::literal(&type_text(&attribute.expression))),
                "default" => {
                    has_default = true;
                    self.default_of(variable)
                }
                "sensitive" => variable.is_sensitive.then_some(Value::Bool(true)),
                _ => None,
            };
            let comments = attribute.comments.clone();
            entries.extend(value.map(|value| Entry {
                above: comments.above,
                beside: comments.beside,
                ..Entry::new(&*attribute.name, value)
            }));
        }
        if !has_default {
            entries.extend(self.default_of(variable).map(|it| Entry::new("default", it)));
        }
        if variable.is_sensitive && !entries.iter().any(|it| it.key == "sensitive") {
            entries.push(Entry::new("sensitive", Value::Bool(true)));
        }
        for validation in body.blocks().filter(|it| it.name == "validation") {
            match allowed(&validation.body.get("condition").cloned(), name) {
                Some(allowed) => entries.push(Entry::new("allowed", allowed)),
                None => notes.push(Note {
                    about: format!("variable {name}"),
                    text:
                        "a `validation` is left out: here a variable can have a list of `allowed` values or a `pattern`"
                            .to_owned(),
                    place: Some(validation.place.clone()),
                }),
            }
        }
        let path = vec!["variables".to_owned(), variable.called.clone()];
        Section {
            path,
            is_item: false,
            above: variable.block.comments.above.clone(),
            table: Table { entries, ..Table::default() },
        }
    }

    fn default_of(&self, variable: &Variable) -> Option<Value> {
        if variable.is_sensitive {
            return None;
        }
        match &variable.value {
            Some(value) => Some(value::value(value).unwrap_or_else(|| Value::expression("null"))),
            None => {
                let known = self.fallbacks.values.get(&variable.called)?;
                from_state::literal(&model::schema::Type::Any, known).filter(|_| !matches!(known, Tree::Null))
            }
        }
    }

    /// Adds the declared variables that hold secrets.
    pub(super) fn sensitive_variables(&self, draft: &mut Draft, used: &std::collections::BTreeSet<String>) {
        for ((layer, name), variable) in self.variables.iter().filter(|(_, it)| it.is_sensitive) {
            if !used.contains(&variable.called) {
                continue;
            }
            let value = variable.value.as_ref().and_then(json);
            let source = format!("variable {name} of {}", self.sources[*layer].name);
            draft.secrets.entry(variable.called.clone()).or_insert(SecretUse { value, source, generated: None });
        }
    }
}

/// A literal as JSON.
fn json(expression: &Expression) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    Some(match opened(expression) {
        Expression::Bool(value) => Json::Bool(*value.value()),
        Expression::Number(number) => serde_json::from_str(&number.value().to_string()).ok()?,
        Expression::String(text) => Json::String(text.value().clone()),
        Expression::Array(items) => Json::Array(items.iter().map(json).collect::<Option<_>>()?),
        Expression::Object(members) => {
            let member = |(key, value): (&hcl_edit::expr::ObjectKey, &hcl_edit::expr::ObjectValue)| {
                Some((syntax::static_key(key)?, json(value.expr())?))
            };
            Json::Object(members.iter().map(member).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

/// A type as text; the quotes of old days are gone.
fn type_text(expression: &Expression) -> String {
    match opened(expression) {
        Expression::String(text) => text.value().clone(),
        other => print::expression(other),
    }
}

/// The list of `contains([…], var.NAME)`.
fn allowed(condition: &Option<Expression>, name: &str) -> Option<Value> {
    let Expression::FuncCall(call) = opened(condition.as_ref()?) else { return None };
    let is_it = call.name.name.as_str() == "contains"
        && call.args.get(1).map(|it| print::expression(opened(it))) == Some(format!("var.{name}"));
    let list = call.args.get(0).filter(|it| is_it && matches!(opened(it), Expression::Array(_)))?;
    value::value(list)
}
