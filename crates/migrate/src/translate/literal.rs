//! Arguments as literals of what a state says.
//!
//! In: an argument whose expression cannot be carried over. Out: its value as Terraform applied
//! it, with a comment that says what stood there. It must not know expressions.

use std::collections::BTreeMap;

use model::schema::Field;
use model::{Address, Known, Tree};

use super::argument::{Made, is_document, secret_of};
use super::{SecretUse, Translator};
use crate::draft::{Entry, Table, Value};
use crate::from_state;

impl Translator<'_> {
    /// The argument as a literal; none where the state says nothing of it.
    pub(super) fn literal(
        &self,
        owner: &Address,
        field: &Field,
        was: &str,
        why: &str,
        made: &mut Made,
    ) -> Option<Entry> {
        let values = self.values_of(owner, field.name);
        made.changes.push(format!("`{}` is what Terraform's state has, as a literal: {why}", field.name));
        let value = match values.iter().next() {
            Some((None, value)) => self.plain_value(owner, field, value, made)?,
            Some((Some(_), first)) if values.values().all(|it| it == first) => {
                self.plain_value(owner, field, first, made)?
            }
            Some((Some(_), _)) => {
                let member = |(key, value): (&Option<String>, &Known)| {
                    let value =
                        self.plain_value(owner, field, value, made).unwrap_or_else(|| Value::expression("null"));
                    Some(format!("{} = {}", quoted(key.as_ref()?), inline(&value)))
                };
                let members: Vec<String> = values.iter().filter_map(member).collect();
                Value::expression(&format!("{{ {} }}[each.key]", members.join(", ")))
            }
            None => return None,
        };
        let above = vec![format!("literal: was {}", one_line(was))];
        Some(Entry { above, is_block: is_document(field), ..Entry::new(field.name, value) })
    }

    /// What the state of the workspace in the layers says of an argument, by key.
    fn values_of(&self, owner: &Address, argument: &str) -> BTreeMap<Option<String>, Known> {
        let members = self.instances.get(self.base).into_iter().flatten();
        let mine = members.filter(|(address, _)| address.declaration() == *owner);
        let value = |(address, instance): (&Address, &crate::attributes::Instance)| {
            let value = instance.inputs.get(argument).filter(|it| !it.is_null())?;
            Some((address.key.clone(), value.clone()))
        };
        mine.filter_map(value).collect()
    }

    fn plain_value(&self, owner: &Address, field: &Field, value: &Known, made: &mut Made) -> Option<Value> {
        match value {
            Tree::Null => None,
            value => Some(self.open_value(owner, field, value).unwrap_or_else(|| {
                let called = secret_of(owner, field.name);
                let source = format!("{owner}.{}", field.name);
                let revealed = engine::fingerprint::reveal(value).map(|it| it.to_json());
                made.found.secrets.insert(called.clone(), SecretUse { value: revealed, source, generated: None });
                Value::expression(&format!("var.{called}"))
            })),
        }
    }
}

impl Translator<'_> {
    /// The value, where no part of it is secret.
    fn open_value(&self, owner: &Address, field: &Field, value: &Known) -> Option<Value> {
        let holds_secret =
            is_document(field) && self.sensitive_documents.contains(&(owner.clone(), field.name.to_owned()));
        if holds_secret { None } else { from_state::literal(field.ty, value) }
    }
}

/// Where an expression was cut off in a comment.
const LONGEST: usize = 90;

/// An expression as a comment: one line, not a long one.
pub(super) fn one_line(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// A value within an expression.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Text(text) => {
            let expression =
                text.strip_prefix("${").and_then(|it| it.strip_suffix('}')).filter(|it| !it.contains("${"));
            expression.map_or_else(|| quoted(text), str::to_owned)
        }
        Value::List(items) => {
            format!("[{}]", items.iter().map(|it| inline(&it.value)).collect::<Vec<_>>().join(", "))
        }
        Value::Table(Table { entries, .. }) => {
            let entry = |it: &Entry| format!("{} = {}", quoted(&it.key), inline(&it.value));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// That an argument has the values of references that are not carried over.
pub(super) fn taken(argument: &str, references: &[&str]) -> String {
    let (value, literal) = if references.len() == 1 { ("value", "a literal") } else { ("values", "literals") };
    format!("`{argument}` has the {value} of `{}` as {literal}: it follows no changes", references.join("`, `"))
}

/// Text in quotes; markers in it stay what they are.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "\\r");
    format!("\"{}\"", escaped.replace('\t', "\\t"))
}
