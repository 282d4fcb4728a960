//! TOML nodes read into trees whose holes are numbered expressions, with the place of every
//! value.
//!
//! In: a node and the schema it is written for. Out: a tree in the schema's shape (a lone
//! `[[block]]` is the block, a lone table in a list of blocks is a list of one), spans by path,
//! and the expressions. It must not know what names mean.

use std::collections::BTreeMap;

use super::spans::Place;
use crate::diagnostic::Diagnostic;
use crate::expr::{self, Expr, Parsed};
use crate::manifest::{Node, Table, Value};
use crate::path::Step;
use crate::schema::{Document, Field, Schema, Type};
use crate::source::Span;
use crate::tree::{Authored, Tree};

/// A tree whose holes are numbers of [`Site`]s.
pub(super) type Written = Tree<usize>;

/// One place where an expression stands.
#[derive(Debug)]
pub(super) struct Site {
    /// The expression; `None` where it could not be parsed, which has been reported.
    pub expr: Option<Expr>,
    /// Outputs that a reference here should come from.
    pub accepts: &'static [&'static str],
}

/// Everything read so far.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The expressions.
    pub sites: Vec<Site>,
    /// What was wrong with them.
    pub problems: Vec<Diagnostic>,
}

impl Reader {
    /// Reads the arguments of a resource, those in `skip` left out, and where they stand.
    pub fn arguments(
        &mut self,
        table: &Table,
        skip: &[&str],
        schema: &'static Schema,
    ) -> (BTreeMap<String, Written>, Vec<Place>) {
        let mut walk = Walk { reader: self, places: Vec::new() };
        let arguments = walk.block(table.iter().filter(|(name, _)| !skip.contains(&name.as_str())), schema);
        (arguments, walk.places)
    }

    /// Reads a value of which no schema knows anything.
    pub fn value(&mut self, node: &Node) -> Written {
        Walk { reader: self, places: Vec::new() }.node(node, Shape::Free)
    }

    /// The same tree with the expressions in it; one that could not be parsed is null.
    pub fn authored(&self, written: &Written) -> Authored {
        match written {
            Tree::Null => Tree::Null,
            Tree::Bool(value) => Tree::Bool(*value),
            Tree::Int(value) => Tree::Int(*value),
            Tree::Float(value) => Tree::Float(*value),
            Tree::Text(value) => Tree::Text(value.clone()),
            Tree::Secret(secret) => Tree::Secret(secret.clone()),
            Tree::List(items) => Tree::List(items.iter().map(|item| self.authored(item)).collect()),
            Tree::Map(members) => Tree::map(members.iter().map(|(key, member)| (key.clone(), self.authored(member)))),
            Tree::Hole(site) => self.expr(*site).map_or(Tree::Null, |expr| Tree::Hole(expr.clone())),
        }
    }

    /// The expression of a site, if it could be parsed.
    pub fn expr(&self, site: usize) -> Option<&Expr> {
        self.sites.get(site)?.expr.as_ref()
    }
}

/// The numbers of all expressions in a tree.
pub(super) fn sites(written: &Written, found: &mut Vec<usize>) {
    written.any(&mut |tree| {
        if let Tree::Hole(site) = tree {
            found.push(*site);
        }
        false
    });
}

#[derive(Clone, Copy)]
enum Shape {
    Typed(&'static Field, &'static Type),
    Member(&'static Schema),
    Free,
}

struct Walk<'a> {
    reader: &'a mut Reader,
    /// What has been read of the table or list at hand.
    places: Vec<Place>,
}

impl Walk<'_> {
    fn block<'n>(
        &mut self,
        members: impl Iterator<Item = (&'n String, &'n (Span, Node))>,
        schema: &'static Schema,
    ) -> BTreeMap<String, Written> {
        let mut read = BTreeMap::new();
        for (name, (key, node)) in members {
            let shape = schema.field(name).map_or(Shape::Free, |field| Shape::Typed(field, field.ty));
            let value = self.step(Step::Field(name.clone()), *key, node, shape);
            read.insert(name.clone(), value);
        }
        read
    }

    fn step(&mut self, step: Step, key: Span, node: &Node, shape: Shape) -> Written {
        self.within(step, (key, node.span), |walk| walk.node(node, shape))
    }

    /// Reads what stands below a step.
    fn within(&mut self, step: Step, own: (Span, Span), read: impl FnOnce(&mut Self) -> Written) -> Written {
        let around = std::mem::take(&mut self.places);
        let value = read(self);
        let below = std::mem::replace(&mut self.places, around);
        self.places.push(Place { step, own: Some(own), below });
        value
    }

    fn node(&mut self, node: &Node, shape: Shape) -> Written {
        match &node.value {
            Value::Bool(value) => Tree::Bool(*value),
            Value::Int(value) => Tree::Int(*value),
            Value::Float(value) => Tree::Float(*value),
            Value::Text(text) => {
                let accepts = match shape {
                    Shape::Typed(field, _) => field.accepts,
                    Shape::Member(_) | Shape::Free => &[],
                };
                let expr = match expr::parse(text, node.span) {
                    Ok(Parsed::Literal(text)) => return Tree::Text(text),
                    Ok(Parsed::Expr(expr)) => Some(expr),
                    Err(problems) => {
                        self.reader.problems.extend(problems);
                        None
                    }
                };
                self.reader.sites.push(Site { expr, accepts });
                Tree::Hole(self.reader.sites.len() - 1)
            }
            Value::List(items) => self.list(items, shape),
            Value::Table(table) => self.table(table, node.span, shape),
        }
    }

    fn list(&mut self, items: &[Node], shape: Shape) -> Written {
        let inner = match (shape, items) {
            (Shape::Typed(field, ty @ Type::Block(_)), [only]) => return self.node(only, Shape::Typed(field, ty)),
            (Shape::Typed(field, Type::List(inner) | Type::Set(inner)), _) => Shape::Typed(field, inner),
            (Shape::Typed(_, Type::Json(Document::Objects { schema, .. })), _) => Shape::Member(schema()),
            (Shape::Typed(..) | Shape::Member(_) | Shape::Free, _) => Shape::Free,
        };
        let read = |(index, item): (usize, &Node)| self.step(Step::Index(index), item.span, item, inner);
        Tree::List(items.iter().enumerate().map(read).collect())
    }

    fn table(&mut self, table: &Table, span: Span, shape: Shape) -> Written {
        let one = |walk: &mut Self, schema: &'static Schema| {
            let only = walk.within(Step::Index(0), (span, span), |it| Tree::Map(it.block(table.iter(), schema)));
            Tree::List(vec![only])
        };
        match shape {
            Shape::Member(schema) => Tree::Map(self.block(table.iter(), schema)),
            Shape::Typed(_, Type::Block(schema)) => Tree::Map(self.block(table.iter(), schema())),
            Shape::Typed(_, Type::List(Type::Block(schema)) | Type::Set(Type::Block(schema))) => one(self, schema()),
            Shape::Typed(_, Type::Json(Document::Objects { schema, .. })) => one(self, schema()),
            Shape::Typed(field, Type::Map(inner)) => {
                let shape = Shape::Typed(field, inner);
                let read = |(name, (key, node)): (&String, &(Span, Node))| {
                    (name.clone(), self.step(Step::Key(name.clone()), *key, node, shape))
                };
                Tree::Map(table.iter().map(read).collect())
            }
            Shape::Typed(..) | Shape::Free => {
                let read = |(name, (key, node)): (&String, &(Span, Node))| {
                    (name.clone(), self.step(Step::Field(name.clone()), *key, node, Shape::Free))
                };
                Tree::Map(table.iter().map(read).collect())
            }
        }
    }
}
