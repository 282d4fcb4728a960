//! Nested blocks: static and dynamic ones.
//!
//! In: blocks of one type in a body. Out: one entry of a table. It must not know top-level blocks.

use std::collections::BTreeSet;

use hcl_edit::expr::{Array, Conditional, Expression, ForExpr, ForIntro};
use hcl_edit::{Decorated, Ident};
use model::schema::{Field, Schema, Type};

use super::argument::{Made, written_as};
use super::at::At;
use super::rewrite::{Bound, Obstacle, Rewritten};
use super::syntax::{self, opened};
use super::{Found, Translator, literal, print};
use crate::draft::{Entry, Item, Table, Value};
use crate::report::Note;
use crate::terraform::configuration::{Block, Body, Comments, Structure};

/// Blocks of one type, in the order written.
pub(super) struct Group<'a> {
    /// What they are called: the label of a `dynamic` block.
    pub name: String,
    /// Them.
    pub blocks: Vec<&'a Block>,
}

/// The blocks of a body by what they are called, in the order of the first of each.
pub(super) fn groups(body: &Body) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for block in body.blocks() {
        let name = called(block);
        match groups.iter_mut().find(|it| it.name == name) {
            Some(group) => group.blocks.push(block),
            None => groups.push(Group { name: name.to_owned(), blocks: vec![block] }),
        }
    }
    groups
}

pub(super) fn called(block: &Block) -> &str {
    let label = block.labels.first().filter(|_| block.name == "dynamic");
    label.map_or(block.name.as_str(), String::as_str)
}

/// The schema of a block's field.
pub(super) fn schema_of(field: &Field) -> Option<&'static Schema> {
    match field.ty {
        Type::Block(inner) | Type::List(Type::Block(inner)) | Type::Set(Type::Block(inner)) => Some(inner()),
        Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any | Type::Json(_) => None,
        Type::List(_) | Type::Set(_) | Type::Map(_) => None,
    }
}

fn is_single(field: &Field) -> bool {
    matches!(field.ty, Type::Block(_))
}

impl Translator<'_> {
    /// Blocks of one type as an entry.
    pub(super) fn group(
        &self,
        field: &Field,
        group: &Group<'_>,
        at: &At,
        bound: &Bound,
        made: &mut Made,
    ) -> Result<Option<Entry>, Obstacle> {
        let absent = || Obstacle(format!("`{}` is no block here", group.name));
        let schema = schema_of(field).ok_or_else(absent)?;
        let first = group.blocks.first().map(|it| it.comments.clone()).unwrap_or_default();
        let Some(rounds) = self.rounds_of(&group.blocks, at, bound, &mut made.found)? else {
            let mut found = Found::default();
            let list = self.listed(schema, &group.blocks, at, bound, &mut found)?;
            made.found.extend(found);
            let expression = if is_single(field) { only(list) } else { list };
            let value = Value::expression(&print::expression(&expression));
            return Ok(Some(Entry { above: first.above, ..Entry::new(field.name, value) }));
        };
        let mut tables = Vec::new();
        for (body, comments, bound) in &rounds {
            tables.push((self.table(schema, body, at, bound, made)?, *comments));
        }
        if tables.is_empty() {
            return Ok(None);
        }
        let value = match (is_single(field), tables.len()) {
            (true, 1) => Value::Table(tables.remove(0).0),
            (true, _) => return Err(Obstacle(format!("`{}` stands more than once", field.name))),
            (false, _) => {
                let item = |(index, (table, comments)): (usize, (Table, &Comments))| {
                    // The first one's comments stand above the whole entry where it is one block.
                    let above = if index == 0 { Vec::new() } else { comments.above.clone() };
                    Item { above, value: Value::Table(table), beside: None }
                };
                Value::List(tables.into_iter().enumerate().map(item).collect())
            }
        };
        Ok(Some(Entry { above: first.above, is_block: true, ..Entry::new(field.name, value) }))
    }

    /// The body of a static block as a table.
    pub(super) fn table(
        &self,
        schema: &Schema,
        body: &Body,
        at: &At,
        bound: &Bound,
        made: &mut Made,
    ) -> Result<Table, Obstacle> {
        let mut entries = Vec::new();
        let mut done = BTreeSet::new();
        let groups = groups(body);
        for structure in &body.structures {
            match structure {
                Structure::Attribute(attribute) => {
                    let Some(field) = schema.field(&attribute.name) else {
                        made.notes.push(unknown(&attribute.name, &attribute.place));
                        continue;
                    };
                    let mut found = Found::default();
                    let expression = self.within(&attribute.expression, at, bound, &mut found)?;
                    if field.sensitive {
                        made.sensitive.extend(found.variables.iter().cloned());
                        if matches!(opened(&expression), Expression::String(text) if !text.is_empty()) {
                            return Err(Obstacle("a secret stands in it".to_owned()));
                        }
                    }
                    let mut above = attribute.comments.above.clone();
                    if !found.literals.is_empty() {
                        let literals: Vec<&str> = found.literals.iter().map(String::as_str).collect();
                        above.push(format!("literal: was {}", literals.join(", ")));
                        made.changes.push(literal::taken(field.name, &literals));
                    }
                    made.found.extend(found);
                    if let Some(value) = written_as(field, &expression) {
                        let beside = attribute.comments.beside.clone();
                        entries.push(Entry { above, beside, ..Entry::new(field.name, value) });
                    }
                }
                Structure::Block(block) => {
                    let name = called(block);
                    if !done.insert(name.to_owned()) {
                        continue;
                    }
                    match schema.field(name) {
                        Some(field) => {
                            let group = groups.iter().find(|it| it.name == name);
                            if let Some(group) = group {
                                entries.extend(self.group(field, group, at, bound, made)?);
                            }
                        }
                        None => made.notes.push(unknown(name, &block.place)),
                    }
                }
            }
        }
        Ok(Table { entries, after: body.trailing.clone() })
    }

    /// What each block of a group is made of, where it is known how many there are.
    pub(super) fn rounds_of<'b>(
        &self,
        blocks: &[&'b Block],
        at: &At,
        bound: &Bound,
        found: &mut Found,
    ) -> Result<Option<Vec<Round<'b>>>, Obstacle> {
        let mut rounds = Vec::new();
        let mut inside = Found::default();
        for block in blocks {
            if block.name != "dynamic" {
                rounds.push((&block.body, &block.comments, bound.clone()));
                continue;
            }
            let dynamic = Dynamic::of(block)?;
            let over = self.within(dynamic.over, at, bound, &mut inside)?;
            let Some(members) = members(opened(&over)) else { return Ok(None) };
            for (key, value) in members {
                rounds.push((&dynamic.content.body, &block.comments, bound.round(&dynamic.iterator, key, value)));
            }
        }
        found.extend(inside);
        Ok(Some(rounds))
    }

    /// Blocks of one type as a list that is an expression.
    fn listed(&self, schema: &Schema, blocks: &[&Block], at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        let mut parts = Vec::new();
        let mut fixed = Array::new();
        for block in blocks {
            if block.name == "dynamic" {
                if !fixed.is_empty() {
                    parts.push(Expression::from(std::mem::take(&mut fixed)));
                }
                parts.push(self.dynamic(schema, block, at, bound, found)?);
            } else {
                fixed.push(self.object_of(schema, &block.body, at, bound, found)?);
            }
        }
        if !fixed.is_empty() {
            parts.push(Expression::from(fixed));
        }
        Ok(joined(parts))
    }

    fn dynamic(&self, schema: &Schema, block: &Block, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        self.each_of(block, at, bound, found, |body, bound, found| self.object_of(schema, body, at, bound, found))
    }

    /// A `dynamic` block as a list of what its content comes to.
    pub(super) fn each_of(
        &self,
        block: &Block,
        at: &At,
        bound: &Bound,
        found: &mut Found,
        make: impl FnOnce(&Body, &Bound, &mut Found) -> Rewritten,
    ) -> Rewritten {
        let Dynamic { iterator, over, content } = Dynamic::of(block)?;
        let mut over = syntax::bare(opened(&self.within(over, at, bound, found)?).clone());
        // `c ? [1] : []` is one block or none.
        if let Expression::Conditional(it) = &mut over
            && let Some((branch, (key, value))) = one_or_none(it)
        {
            let mut only = Array::new();
            only.push(make(&content.body, &bound.round(&iterator, key, value), found)?);
            *branch = Expression::from(only);
            return Ok(over);
        }
        let key = if iterator == "key" { "name" } else { "key" }.to_owned();
        let reads_key = super::uses::of_attribute(&content.body, &iterator, "key") > 0;
        let value = make(&content.body, &bound.iterator(&iterator, key.clone(), iterator.clone()), found)?;
        let mut intro = ForIntro::new(Ident::new_sanitized(&iterator), over);
        if reads_key {
            intro.key_var = Some(Decorated::new(Ident::new_sanitized(&key)));
        }
        Ok(Expression::from(ForExpr::new(intro, value)))
    }

    /// The body of a block as an object.
    fn object_of(&self, schema: &Schema, body: &Body, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        let mut members: Vec<(String, Expression)> = Vec::new();
        for attribute in body.attributes().filter(|it| schema.field(&it.name).is_some()) {
            let value = syntax::bare(self.within(&attribute.expression, at, bound, found)?);
            members.push((attribute.name.clone(), value));
        }
        for group in groups(body) {
            let Some((field, inner)) = schema.field(&group.name).and_then(|it| Some((it, schema_of(it)?))) else {
                continue;
            };
            let list = self.listed(inner, &group.blocks, at, bound, found)?;
            let value = match (&list, is_single(field)) {
                (Expression::Array(items), true) if items.len() == 1 => items.get(0).cloned().unwrap_or(list),
                (_, true) => only(list),
                (_, false) => list,
            };
            members.push((group.name, value));
        }
        Ok(syntax::object(members.iter().map(|(key, value)| (key.as_str(), value.clone()))))
    }
}

/// The branch of a conditional that is a list of one, and its member, where the other is empty.
fn one_or_none(it: &mut Conditional) -> Option<(&mut Expression, (Expression, Expression))> {
    let (mut when, mut otherwise) = (members(opened(&it.true_expr))?, members(opened(&it.false_expr))?);
    match (when.len(), otherwise.len()) {
        (1, 0) => Some((&mut it.true_expr, when.remove(0))),
        (0, 1) => Some((&mut it.false_expr, otherwise.remove(0))),
        _ => None,
    }
}

/// The one member of a list, or null.
fn only(mut list: Expression) -> Expression {
    if let Expression::Conditional(it) = &mut list
        && one_or_none(it).is_some()
    {
        for branch in [&mut it.true_expr, &mut it.false_expr] {
            let member = members(opened(branch)).and_then(|it| it.into_iter().next());
            *branch = member.map_or_else(Expression::null, |(_, value)| value);
        }
        return list;
    }
    syntax::call("one", [list])
}

/// Lists as one.
pub(super) fn joined(mut parts: Vec<Expression>) -> Expression {
    if parts.len() == 1 { parts.remove(0) } else { syntax::call("concat", parts) }
}

/// The body of one block, its comments, and what is bound in it.
pub(super) type Round<'b> = (&'b Body, &'b Comments, Bound);

/// A `dynamic` block.
struct Dynamic<'b> {
    iterator: String,
    over: &'b Expression,
    content: &'b Block,
}

impl<'b> Dynamic<'b> {
    fn of(block: &'b Block) -> Result<Self, Obstacle> {
        let iterator = match block.body.get("iterator").map(opened) {
            Some(Expression::Variable(name)) => name.value().to_string(),
            _ => block.labels.first().cloned().unwrap_or_default(),
        };
        let over =
            block.body.get("for_each").ok_or_else(|| Obstacle("a dynamic block has no `for_each`".to_owned()))?;
        let content = block.body.block("content");
        let content = content.ok_or_else(|| Obstacle("a dynamic block has no `content`".to_owned()))?;
        Ok(Self { iterator, over, content })
    }
}

/// Keys and values of what stands there in full.
fn members(over: &Expression) -> Option<Vec<(Expression, Expression)>> {
    match over {
        Expression::Array(items) => {
            let member = |(index, it): (usize, &Expression)| {
                (Expression::from(hcl_edit::Number::from(index)), syntax::bare(it.clone()))
            };
            Some(items.iter().enumerate().map(member).collect())
        }
        Expression::Object(members) => {
            let member = |(key, value): (&hcl_edit::expr::ObjectKey, &hcl_edit::expr::ObjectValue)| {
                Some((syntax::text(&syntax::static_key(key)?), syntax::bare(value.expr().clone())))
            };
            members.iter().map(member).collect()
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "toset" => match call.args.get(0).map(opened)? {
            Expression::Array(items) => {
                Some(items.iter().map(|it| (syntax::bare(it.clone()), syntax::bare(it.clone()))).collect())
            }
            _ => None,
        },
        _ => None,
    }
}

/// The remark that an argument has no counterpart.
pub(super) fn unknown(name: &str, place: &crate::terraform::configuration::Place) -> Note {
    Note {
        about: format!("argument {name}"),
        text: "there is no such argument here: it is left out, and keeps the value it has".to_owned(),
        place: Some(place.clone()),
    }
}
