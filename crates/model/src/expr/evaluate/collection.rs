//! List and map literals, and `for`.

use std::collections::BTreeMap;

use hcl_edit::expr::{Array, Expression, ForExpr, Object, ObjectKey};

use super::{Context, Evaluated, fail, gather};
use crate::diagnostic::Diagnostic;
use crate::expr::convert;
use crate::expr::veil::Veil;
use crate::tree::{Planned, Tree};

/// Keys and values in the order of iteration.
pub(super) type Entries = Vec<(Planned, Planned)>;

impl Context<'_> {
    pub(super) fn list(self, items: &Array) -> Evaluated {
        gather(items.iter().map(|it| self.expression(it))).map(Tree::List)
    }

    pub(super) fn object(self, object: &Object) -> Evaluated {
        let mut veil = Veil::default();
        let members = gather(object.iter().map(|(key, value)| {
            let key = self.object_key(key, &mut veil);
            let value = self.expression(value.expr());
            match (key, value) {
                (Ok(key), Ok(value)) => Ok((key, value)),
                (key, value) => Err(key.err().into_iter().chain(value.err()).flatten().collect()),
            }
        }))?;
        Ok(veil.cover(Tree::Map(members.into_iter().filter_map(|(key, value)| Some((key?, value))).collect())))
    }

    fn object_key(self, key: &ObjectKey, veil: &mut Veil) -> Result<Option<String>, Vec<Diagnostic>> {
        match key {
            ObjectKey::Ident(name) => Ok(Some(name.to_string())),
            // A keyword before `=` is a name like any other.
            ObjectKey::Expression(Expression::Null(_)) => Ok(Some("null".to_owned())),
            ObjectKey::Expression(expression) => self.key(expression, veil),
        }
    }

    /// A computed key; `None` while it is unknown.
    fn key(self, expression: &Expression, veil: &mut Veil) -> Result<Option<String>, Vec<Diagnostic>> {
        let mut here = Veil::default();
        let value = here.top(self.expression(expression)?);
        let opaque = here.is_opaque();
        veil.join(here);
        if opaque {
            return Ok(None);
        }
        match convert::text(&value) {
            Ok(key) => Ok(Some(key)),
            Err(_) => {
                let message = format!("a key must be text, and this is {}", convert::noun(&value));
                fail(Diagnostic::error("invalid-key", self.span(expression), message))
            }
        }
    }

    pub(super) fn comprehension(self, node: &ForExpr) -> Evaluated {
        let mut veil = Veil::default();
        let Some(entries) = self.entries(&node.intro.collection_expr, &mut veil)? else {
            return Ok(veil.cover(Tree::Null));
        };
        let members = gather(entries.into_iter().map(|(key, value)| {
            let mut names = vec![(node.intro.value_var.as_str(), value)];
            names.extend(node.intro.key_var.as_ref().map(|it| (it.as_str(), key)));
            let frame = self.round(names);
            self.within(&frame).member(node, &mut veil)
        }))?;
        let members = members.into_iter().flatten();
        match &node.key_expr {
            None => Ok(veil.cover(Tree::List(members.map(|(_, value)| value).collect()))),
            Some(_) if node.grouping => Ok(veil.cover(grouped(members))),
            Some(key) => self.keyed(members, key, veil),
        }
    }

    /// One round of a `for`: nothing where the condition leaves it out.
    fn member(self, node: &ForExpr, veil: &mut Veil) -> Result<Option<(String, Planned)>, Vec<Diagnostic>> {
        if let Some(condition) = &node.cond
            && self.condition(&condition.expr, veil)? != Some(true)
        {
            return Ok(None);
        }
        let key = match &node.key_expr {
            None => Some(String::new()),
            Some(key) => self.key(key, veil)?,
        };
        let value = self.expression(&node.value_expr)?;
        Ok(key.map(|key| (key, value)))
    }

    fn keyed(self, members: impl Iterator<Item = (String, Planned)>, key_expr: &Expression, veil: Veil) -> Evaluated {
        let mut map = BTreeMap::new();
        for (key, value) in members {
            let shown = if veil.is_secret() { "a key".to_owned() } else { format!("the key `{key}`") };
            if map.insert(key, value).is_some() {
                let message = format!("{shown} comes up twice");
                return fail(
                    Diagnostic::error("duplicate-key", self.span(key_expr), message)
                        .help("`...` after the value collects the values of equal keys into lists"),
                );
            }
        }
        Ok(veil.cover(Tree::Map(map)))
    }

    /// What a `for` goes through; `None` while it is unknown.
    pub(super) fn entries(self, collection: &Expression, veil: &mut Veil) -> Result<Option<Entries>, Vec<Diagnostic>> {
        let mut here = Veil::default();
        let value = here.top(self.expression(collection)?);
        let opaque = here.is_opaque();
        veil.join(here);
        if opaque {
            return Ok(None);
        }
        match value {
            Tree::List(items) => {
                let indexed = items.into_iter().zip(0_i64..).map(|(item, index)| (Tree::Int(index), item));
                Ok(Some(indexed.collect()))
            }
            Tree::Map(members) => Ok(Some(members.into_iter().map(|(key, it)| (Tree::Text(key), it)).collect())),
            other => {
                let message = format!("`for` goes through a list or a map, and this is {}", convert::noun(&other));
                fail(Diagnostic::error("not-iterable", self.span(collection), message))
            }
        }
    }
}

fn grouped(members: impl Iterator<Item = (String, Planned)>) -> Planned {
    let mut groups: BTreeMap<String, Vec<Planned>> = BTreeMap::new();
    for (key, value) in members {
        groups.entry(key).or_default().push(value);
    }
    Tree::Map(groups.into_iter().map(|(key, values)| (key, Tree::List(values))).collect())
}
