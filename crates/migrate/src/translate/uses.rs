//! How often a name is read.
//!
//! In: a body. Out: a number. It must not know values.

use hcl_edit::expr::{Expression, Traversal};
use hcl_edit::visit::{Visit, visit_traversal};

use super::syntax::attribute_name;
use crate::terraform::configuration::{Body, Structure};

/// How often `ROOT.NAME` stands in a body.
#[must_use]
pub fn of_attribute(body: &Body, root: &str, name: &str) -> usize {
    let mut counter = Counter { root, name, count: 0 };
    visit(body, &mut counter);
    counter.count
}

struct Counter<'a> {
    root: &'a str,
    name: &'a str,
    count: usize,
}

impl Visit for Counter<'_> {
    fn visit_traversal(&mut self, node: &Traversal) {
        let is_root = matches!(&node.expr, Expression::Variable(it) if it.as_str() == self.root);
        if is_root && node.operators.first().and_then(attribute_name) == Some(self.name) {
            self.count += 1;
        }
        visit_traversal(self, node);
    }
}

fn visit(body: &Body, counter: &mut Counter<'_>) {
    for structure in &body.structures {
        match structure {
            Structure::Attribute(attribute) => counter.visit_expr(&attribute.expression),
            Structure::Block(block) => visit(&block.body, counter),
        }
    }
}
