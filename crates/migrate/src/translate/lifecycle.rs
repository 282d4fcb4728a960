//! `for_each`, `depends_on`, `lifecycle` and `timeouts`.
//!
//! In: the meta-arguments of a block. Out: entries of its table. It must not know arguments.

use std::collections::BTreeSet;

use hcl_edit::expr::Expression;
use model::schema::Schema;
use model::{Address, Mode};

use super::argument::Made;
use super::at::{Around, At};
use super::literal::{inline, one_line};
use super::repetition::{Repetition, repetition};
use super::rewrite::{Obstacle, Rewritten};
use super::syntax::{self, attribute_name, closed, opened};
use super::tree::{Child, Entry as Entered};
use super::{Found, Translator, print, value};
use crate::draft::{Entry, Item, Table, Value};
use crate::report::Note;
use crate::terraform::configuration::{Block, Body, Comments};

/// Strings as a list.
pub(super) fn texts(texts: impl IntoIterator<Item = String>) -> Value {
    Value::List(texts.into_iter().map(|it| Item::from(Value::Text(it))).collect())
}

impl Translator<'_> {
    /// Where the arguments of a block stand.
    pub(super) fn place_of(&self, scope: usize, body: &Body) -> At {
        let around = match repetition(body) {
            Repetition::Once => Around::Nothing,
            Repetition::Enabled(_) => Around::Once,
            Repetition::Count(_) => Around::Count,
            Repetition::Each(_) => Around::Each,
        };
        At::plain(scope).around(around)
    }

    /// `for_each`, where the block or the module around it repeats.
    pub(super) fn for_each(&self, owner: &Address, scope: usize, body: &Body, made: &mut Made) -> Option<Entry> {
        let lifted = self.tree.lifted(scope);
        let (repeats, at) = match lifted {
            Some(lifted) => {
                let scope = &self.tree.scopes[lifted];
                let repeats = match &scope.entry {
                    Entered::Each(over) => Repetition::Each(over.clone()),
                    Entered::Count(number) => Repetition::Count(number.clone()),
                    Entered::Root | Entered::Once | Entered::Enabled(_) | Entered::Round(..) => Repetition::Once,
                };
                (repeats, At::plain(scope.parent?))
            }
            None => (repetition(body), At::plain(scope)),
        };
        let mut found = Found::default();
        let written = match &repeats {
            Repetition::Once | Repetition::Enabled(_) => return None,
            Repetition::Each(over) => self.rewrite(over, &at, &mut found).map(|it| value::value(&it)),
            Repetition::Count(number) => self.rewrite(number, &at, &mut found).map(|it| Some(numbers(&it))),
        };
        let why = self.fallbacks.arguments.get(&(owner.clone(), "for_each".to_owned())).cloned();
        let own = body.attributes().find(|it| lifted.is_none() && matches!(it.name.as_str(), "for_each" | "count"));
        let mut comments = own.map(|it| it.comments.clone()).unwrap_or_default();
        let value = match (written, why) {
            (Ok(Some(value)), None) => {
                made.found.extend(found);
                if matches!(repeats, Repetition::Count(_)) {
                    made.changes.push("`count` became `for_each` over the numbers as text".to_owned());
                }
                self.applied(owner, value, &mut comments, made)
            }
            (written, why) => {
                let why = why.or_else(|| written.err().map(|Obstacle(why)| why)).unwrap_or_default();
                made.changes.push(format!("`for_each` has the keys that the state knows: {why}"));
                if let Repetition::Each(was) | Repetition::Count(was) = &repeats {
                    comments
                        .above
                        .push(format!("literal: was {}", one_line(&print::expression(&syntax::bare(was.clone())))));
                }
                let members = self.instances.get(self.base).into_iter().flatten();
                let mine = members.filter(|(address, _)| address.declaration() == *owner);
                texts(mine.filter_map(|(address, _)| address.key.clone()))
            }
        };
        Some(Entry { above: comments.above, beside: comments.beside, ..Entry::new("for_each", value) })
    }

    /// The keys that are written out, or none where Terraform never applied any of them.
    fn applied(&self, owner: &Address, value: Value, comments: &mut Comments, made: &mut Made) -> Value {
        let is_there = self.instances.values().flat_map(|it| it.keys()).any(|it| it.declaration() == *owner);
        match value {
            Value::List(items) if owner.mode == Mode::Managed && !is_there && !items.is_empty() => {
                made.changes.push("Terraform never applied it: it has no members".to_owned());
                let keys = inline(&Value::List(items));
                comments.above.push(format!("Terraform never applied this: write {keys} to create it."));
                Value::List(Vec::new())
            }
            other => other,
        }
    }

    /// What switches a block on: its own condition and those of the modules around it.
    pub(super) fn enabled(&self, scope: usize, body: &Body, found: &mut Found) -> Result<Option<Expression>, Obstacle> {
        let mut conditions: Vec<Expression> = Vec::new();
        for around in self.tree.ancestry(scope) {
            if let (Entered::Enabled(condition), Some(parent)) =
                (&self.tree.scopes[around].entry, self.tree.scopes[around].parent)
            {
                conditions.push(self.rewrite(condition, &At::plain(parent), found)?);
            }
        }
        if let Repetition::Enabled(condition) = repetition(body) {
            conditions.push(self.rewrite(&condition, &At::plain(scope), found)?);
        }
        let both = |one: Expression, other: Expression| {
            let and = hcl_edit::expr::BinaryOperator::And;
            Expression::from(hcl_edit::expr::BinaryOp::new(closed(one), and, closed(other)))
        };
        Ok(conditions.into_iter().map(syntax::bare).reduce(both))
    }

    /// `depends_on`: addresses; a module stands for all that is in it.
    pub(super) fn depends_on(&self, scope: usize, body: &Body) -> Option<Entry> {
        let mut addresses: Vec<String> = Vec::new();
        let mut add = |more: Vec<Address>| {
            for address in more {
                let address = address.to_string();
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
        };
        if let Some(Expression::Array(items)) = body.get("depends_on").map(opened) {
            items.iter().for_each(|it| add(self.depended_on(scope, it)));
        }
        for around in self.tree.ancestry(scope) {
            let around = &self.tree.scopes[around];
            let of_call = around.call.as_ref().and_then(|it| it.body.get("depends_on")).map(opened);
            if let (Some(parent), Some(Expression::Array(items))) = (around.parent, of_call) {
                items.iter().for_each(|it| add(self.depended_on(parent, it)));
            }
        }
        let entry_is_empty = addresses.is_empty();
        let own =
            body.attributes().find(|it| it.name == "depends_on").map(|it| it.comments.clone()).unwrap_or_default();
        let entry = || Entry { above: own.above, beside: own.beside, ..Entry::new("depends_on", texts(addresses)) };
        (!entry_is_empty).then(entry)
    }

    fn depended_on(&self, scope: usize, reference: &Expression) -> Vec<Address> {
        let Expression::Traversal(reference) = opened(reference) else { return Vec::new() };
        let Expression::Variable(root) = &reference.expr else { return Vec::new() };
        let names: Vec<&str> = reference.operators.iter().map_while(attribute_name).collect();
        let one = |mode: Mode, kind: &str, name: &str| {
            let block = self.tree.scopes[scope].object(mode, kind, name)?;
            self.support(scope, block).ok()?;
            self.addresses.get(scope, mode, kind, name).cloned()
        };
        match (root.as_str(), names.as_slice()) {
            ("module", [name, ..]) => {
                let children = match self.tree.scopes[scope].children.get(*name) {
                    Some(Child::One(child) | Child::Every(child)) => vec![*child],
                    Some(Child::Rounds(rounds)) => rounds.values().copied().collect(),
                    None => Vec::new(),
                };
                children.into_iter().flat_map(|it| self.everything_in(it)).collect()
            }
            ("data", [kind, name, ..]) => one(Mode::Data, kind, name).into_iter().collect(),
            (kind, [name, ..]) => one(Mode::Managed, kind, name).into_iter().collect(),
            (_, []) => Vec::new(),
        }
    }

    /// Every resource in a scope and in what it calls.
    fn everything_in(&self, scope: usize) -> Vec<Address> {
        let is_within = |it: usize| self.tree.ancestry(it).contains(&scope);
        let scopes = (0..self.tree.scopes.len()).filter(|it| is_within(*it));
        let resources = |number: usize| {
            let blocks = self.tree.scopes[number].module.blocks.iter().filter(|it| it.name == "resource");
            blocks.filter(move |it| self.support(number, it).is_ok()).filter_map(move |it| {
                let [kind, name] = it.labels.as_slice() else { return None };
                self.addresses.get(number, Mode::Managed, kind, name).cloned()
            })
        };
        scopes.flat_map(resources).collect()
    }

    /// `lifecycle` as a table.
    pub(super) fn lifecycle(&self, body: &Body, schema: &Schema, at: &At, made: &mut Made) -> Vec<Entry> {
        let Some(block) = body.block("lifecycle") else { return Vec::new() };
        let mut entries = Vec::new();
        for attribute in block.body.attributes() {
            let value = match attribute.name.as_str() {
                "prevent_destroy" | "create_before_destroy" => value::value(&attribute.expression),
                "ignore_changes" => self.ignored(&attribute.expression, schema, block, made),
                "replace_triggered_by" => self.triggers(&attribute.expression, at, &mut made.found),
                _ => None,
            };
            let comments = attribute.comments.clone();
            entries.extend(value.map(|value| Entry {
                above: comments.above,
                beside: comments.beside,
                ..Entry::new(&*attribute.name, value)
            }));
        }
        for check in block.body.blocks() {
            made.notes.push(Note {
                about: format!("lifecycle {}", check.name),
                text: "it is left out: there are no conditions here".to_owned(),
                place: Some(check.place.clone()),
            });
        }
        entries
    }

    fn ignored(&self, expression: &Expression, schema: &Schema, block: &Block, made: &mut Made) -> Option<Value> {
        let items = match opened(expression) {
            Expression::Variable(name) if name.as_str() == "all" => return Some(Value::Text("all".to_owned())),
            Expression::Array(items) => items,
            _ => return None,
        };
        let mut paths = BTreeSet::new();
        let mut ordered = Vec::new();
        for item in items.iter() {
            let text = match opened(item) {
                Expression::String(text) => text.value().clone(),
                other => print::expression(other),
            };
            let path = text.replace("[0]", "");
            let first = path.split(['.', '[']).next().unwrap_or_default();
            if path != "all" && schema.field(first).is_none() {
                made.notes.push(super::blocks::unknown(&path, &block.place));
            } else if paths.insert(path.clone()) {
                ordered.push(path);
            }
        }
        (!ordered.is_empty()).then(|| texts(ordered))
    }

    fn triggers(&self, expression: &Expression, at: &At, found: &mut Found) -> Option<Value> {
        let Expression::Array(items) = opened(expression) else { return None };
        let trigger = |it: &Expression| -> Rewritten { self.rewrite(it, at, found) };
        let written: Vec<String> =
            items.iter().map(trigger).filter_map(|it| it.ok().map(|it| print::expression(&it))).collect();
        (!written.is_empty()).then(|| texts(written))
    }

    /// `timeouts` as an entry.
    pub(super) fn timeouts(&self, body: &Body, at: &At, found: &mut Found) -> Option<Entry> {
        let block = body.block("timeouts")?;
        let mut entry = |name: &str, expression: &Expression| {
            let rewritten = self.rewrite(expression, at, found).ok()?;
            Some(Entry::new(name, value::value(&rewritten)?))
        };
        let known = block.body.attributes().filter(|it| matches!(it.name.as_str(), "create" | "update" | "delete"));
        let entries: Vec<Entry> = known.filter_map(|it| entry(&it.name, &it.expression)).collect();
        (!entries.is_empty()).then(|| Entry::new("timeouts", Value::Table(Table { entries, ..Table::default() })))
    }
}

/// The numbers below a count, as text.
fn numbers(count: &Expression) -> Value {
    if let Expression::Number(number) = opened(count)
        && let Some(count) = number.value().as_u64().filter(|it| *it <= MOST_NUMBERS)
    {
        return texts((0..count).map(|it| it.to_string()));
    }
    Value::expression(&format!("[for index in range({}) : tostring(index)]", print::expression(opened(count))))
}

/// Above this, numbers are not written one by one.
const MOST_NUMBERS: u64 = 20;
