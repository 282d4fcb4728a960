//! Arguments: what stands to the left and the right of an `=`.
//!
//! In: an attribute of a block and the schema's field for it. Out: an entry of a table. It must
//! not know blocks.

use hcl_edit::expr::{Expression, Object};
use model::Address;
use model::schema::{Field, Type};

use super::at::At;
use super::rewrite::Obstacle;
use super::syntax::opened;
use super::{Found, SecretUse, Translator, literal, member, print, syntax, value};
use crate::draft::{Entry, Value};
use crate::report::Note;
use crate::terraform::configuration::Attribute;

/// What comes up while a block is carried over.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// What its expressions made use of.
    pub found: Found,
    /// What reads differently, one sentence each.
    pub changes: Vec<String>,
    /// Remarks.
    pub notes: Vec<Note>,
    /// Variables that feed sensitive arguments.
    pub sensitive: std::collections::BTreeSet<String>,
}

impl Translator<'_> {
    /// An argument as an entry; none where it is null.
    pub(super) fn argument(
        &self,
        owner: &Address,
        field: &Field,
        attribute: &Attribute,
        at: &At,
        made: &mut Made,
    ) -> Option<Entry> {
        let key = (owner.clone(), attribute.name.clone());
        if let Some(why) = self.fallbacks.dropped.get(&key) {
            made.changes.push(format!("`{}` is left out: {why}", attribute.name));
            return None;
        }
        let mut found = Found::default();
        let written = match self.fallbacks.arguments.get(&key) {
            Some(why) => Err(Obstacle(why.clone())),
            None => self.rewrite(&attribute.expression, at, &mut found).and_then(|expression| {
                let expression = self.hidden(owner, field, expression, &mut found, made);
                self.with_members(owner, field, written_as(field, &expression), made)
            }),
        };
        let mut entry = match written {
            Ok(value) => {
                let literals: Vec<&str> = found.literals.iter().map(String::as_str).collect();
                let mut above = attribute.comments.above.clone();
                if !literals.is_empty() {
                    above.push(format!("literal: was {}", literals.join(", ")));
                    made.changes.push(literal::taken(&attribute.name, &literals));
                }
                for noted in &found.noted {
                    made.changes.push(literal::taken(&attribute.name, &[noted.as_str()]));
                }
                made.found.extend(found);
                Entry { above, is_block: is_document(field), ..Entry::new(&*attribute.name, value?) }
            }
            Err(Obstacle(why)) => {
                let was = print::expression(&syntax::bare(attribute.expression.clone()));
                let apart = self.member_by_member(owner, field, &attribute.expression, at, made);
                let mut entry = apart.or_else(|| self.literal(owner, field, &was, &why, made))?;
                entry.above.splice(0..0, attribute.comments.above.iter().cloned());
                entry
            }
        };
        entry.beside.clone_from(&attribute.comments.beside);
        Some(entry)
    }

    /// A map with literals for those of its members alone that cannot be carried over.
    fn member_by_member(
        &self,
        owner: &Address,
        field: &Field,
        expression: &Expression,
        at: &At,
        made: &mut Made,
    ) -> Option<Entry> {
        let (Expression::Object(members), Type::Map(_)) = (opened(expression), field.ty) else { return None };
        let is_whole = self.fallbacks.arguments.contains_key(&(owner.clone(), field.name.to_owned()));
        let known = self.instances.get(self.base)?.get(owner)?.inputs.get(field.name).filter(|_| !is_whole)?;
        let (mut found, mut failed) = (Found::default(), Vec::new());
        let mut written = Object::new();
        for (key, value) in members.iter() {
            let (mut alone, mut inside) = (Object::new(), Found::default());
            alone.insert(key.clone(), value.clone());
            match self.rewrite(&Expression::from(alone), at, &mut inside) {
                Ok(rewritten) => {
                    found.extend(inside);
                    let Expression::Object(alone) = rewritten else { return None };
                    written.extend(alone);
                }
                Err(Obstacle(why)) => {
                    failed.push((syntax::static_key(key)?, print::expression(value.expr()), why));
                    written.insert(key.clone(), Expression::null());
                }
            }
        }
        let mut value = Value::Table(value::table(&written)?);
        for (key, was, why) in failed {
            let path = format!("{}[\"{key}\"]", field.name);
            if let Value::Table(table) = &mut value {
                table.entries.iter_mut().filter(|it| it.key == key).for_each(|it| it.value = Value::expression(&was));
            }
            member::write(&mut value, known, &path).then_some(())?;
            made.changes.push(format!("`{path}` is the literal from state: {why}"));
        }
        let value = self.with_members(owner, field, Some(value), made).ok()??;
        made.changes.extend(found.noted.iter().map(|it| format!("`{}` has what {it} was as a literal", field.name)));
        made.found.extend(found);
        Some(Entry::new(field.name, value))
    }

    /// The value with literals where its members cannot be carried over.
    fn with_members(
        &self,
        owner: &Address,
        field: &Field,
        value: Option<Value>,
        made: &mut Made,
    ) -> Result<Option<Value>, Obstacle> {
        let Some(mut value) = value else { return Ok(None) };
        let below = |path: &str| path.strip_prefix(field.name).is_some_and(|it| it.starts_with(['.', '[']));
        let mine = self.fallbacks.members.iter().filter(|((address, path), _)| address == owner && below(path));
        for ((_, path), why) in mine {
            let known = self.instances.get(self.base).and_then(|it| it.get(owner)?.inputs.get(field.name));
            if !known.is_some_and(|known| member::write(&mut value, known, path)) {
                return Err(Obstacle(why.clone()));
            }
            made.changes.push(format!("`{path}` is what Terraform's state has, as a literal: {why}"));
        }
        Ok(Some(value))
    }

    /// A sensitive argument that is written in plain text becomes a variable; variables that feed
    /// one are sensitive.
    fn hidden(
        &self,
        owner: &Address,
        field: &Field,
        expression: Expression,
        found: &mut Found,
        made: &mut Made,
    ) -> Expression {
        if !field.sensitive {
            return expression;
        }
        made.sensitive.extend(found.variables.iter().cloned());
        match opened(&expression) {
            Expression::String(text) if !text.is_empty() => {
                let called = secret_of(owner, field.name);
                let source = format!("{owner}.{}", field.name);
                let value = Some(serde_json::Value::String(text.value().clone()));
                found.secrets.insert(called.clone(), SecretUse { value, source, generated: None });
                syntax::path("var", &[&called])
            }
            _ => expression,
        }
    }
}

/// What a variable for a secret argument is called.
pub(super) fn secret_of(owner: &Address, argument: &str) -> String {
    let owner = super::names::identifier(&owner.name);
    if owner.ends_with(argument) { owner } else { format!("{owner}_{argument}") }
}

/// A value for a field: documents as tables.
pub(super) fn written_as(field: &Field, expression: &Expression) -> Option<Value> {
    if is_document(field)
        && let Some(document) = value::document(expression)
    {
        return Some(document);
    }
    value::value(expression).map(|it| typed(field.ty, it))
}

/// Numbers and truth values in quotes without them, where that is what an argument takes.
fn typed(ty: &Type, value: Value) -> Value {
    match (ty, &value) {
        (Type::Bool, Value::Text(text)) => text.parse().map_or(value, Value::Bool),
        (Type::Int, Value::Text(text)) => text.parse().map_or(value, Value::Int),
        _ => value,
    }
}

/// Whether a field takes a JSON document.
pub(super) fn is_document(field: &Field) -> bool {
    matches!(field.ty, Type::Json(_))
}
