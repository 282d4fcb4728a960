//! `data.aws_iam_policy_document` as the document that it makes.
//!
//! In: its block. Out: the document as an object. It must not know where it is used.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use std::collections::BTreeMap;

use hcl_edit::expr::{Array, Expression, Object};
use hcl_edit::visit_mut::{VisitMut, visit_expr_mut};
use hcl_edit::{Decorate, Spanned};

use super::at::At;
use super::blocks::{Round, called, joined};
use super::rewrite::{Bound, Obstacle, Rewritten, select};
use super::syntax::{self, opened};
use super::{Found, Translator, fold, value};
use crate::terraform::configuration::{Block, Body};

/// The type.
pub const KIND: &str = "aws_iam_policy_document";

/// Key, value and the comments above.
type Members = Vec<(String, Expression, Vec<String>)>;

impl Translator<'_> {
    /// The document of a block.
    pub(super) fn policy(&self, block: &Block, at: &At, found: &mut Found) -> Rewritten {
        let body = &block.body;
        if ["override_policy_documents", "source_json", "override_json"].iter().any(|it| body.get(it).is_some()) {
            return Err(Obstacle("the policy document overrides others".to_owned()));
        }
        let mut document: Members = Vec::new();
        let version = body.get("version").map(|it| self.rewrite(it, at, found)).transpose()?;
        document.push(("Version".to_owned(), version.unwrap_or_else(|| syntax::text("2012-10-17")), Vec::new()));
        if let Some(id) = body.get("policy_id") {
            document.push(("Id".to_owned(), self.rewrite(id, at, found)?, comments(body, "policy_id")));
        }
        let mut statements = Array::new();
        for source in self.sources_of(body, at, found)? {
            statements.push(source);
        }
        let mut parts = Vec::new();
        for block in body.blocks() {
            match self.rounds_of(&[block], at, &Bound::default(), found)? {
                Some(rounds) => {
                    for (body, comments, bound) in rounds {
                        let mut written = self.statement(body, at, &bound, found)?;
                        written.decor_mut().set_prefix(prefix(&comments.above));
                        statements.push(written);
                    }
                }
                None => {
                    if !statements.is_empty() {
                        parts.push(Expression::from(std::mem::take(&mut statements)));
                    }
                    let made = self.each_of(block, at, &Bound::default(), found, |body, bound, found| {
                        self.statement(body, at, bound, found)
                    })?;
                    parts.push(made);
                }
            }
        }
        if !statements.is_empty() || parts.is_empty() {
            parts.push(Expression::from(statements));
        }
        document.push(("Statement".to_owned(), joined(parts), Vec::new()));
        Ok(for_documents(object(document)))
    }

    /// The statements of the documents that a document begins with.
    fn sources_of(&self, body: &Body, at: &At, found: &mut Found) -> Result<Vec<Expression>, Obstacle> {
        let Some(sources) = body.get("source_policy_documents") else { return Ok(Vec::new()) };
        let unknown = || Obstacle("the policy document is merged from others that are not written there".to_owned());
        let Expression::Array(sources) = opened(sources) else { return Err(unknown()) };
        let mut statements = Vec::new();
        for source in sources.iter() {
            let source = self.rewrite(source, at, found)?;
            let document = value::decoded(&source).ok_or_else(unknown)?;
            let list = select(document, vec![syntax::attribute("Statement")]);
            let Expression::Array(list) = opened(&list) else { return Err(unknown()) };
            statements.extend(list.iter().cloned());
        }
        Ok(statements)
    }

    fn statement(&self, body: &Body, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        let mut statement: Members = Vec::new();
        if let Some(id) = body.get("sid") {
            statement.push(("Sid".to_owned(), self.within(id, at, bound, found)?, comments(body, "sid")));
        }
        let effect = body.get("effect").map(|it| self.within(it, at, bound, found)).transpose()?;
        statement.push((
            "Effect".to_owned(),
            effect.unwrap_or_else(|| syntax::text("Allow")),
            comments(body, "effect"),
        ));
        for (block, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
            if let Some(principals) = self.principals(body, block, at, bound, found)? {
                statement.push((key.to_owned(), principals, comments(body, block)));
            }
        }
        for (argument, key) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            if let Some(value) = body.get(argument) {
                statement.push((
                    key.to_owned(),
                    one_or_list(self.within(value, at, bound, found)?),
                    comments(body, argument),
                ));
            }
        }
        let conditions = self.conditions(body, at, bound, found)?;
        if !conditions.is_empty() {
            statement.push(("Condition".to_owned(), object(conditions), comments(body, "condition")));
        }
        Ok(object(statement))
    }

    /// The bodies of the blocks of a name, where it is known how many there are.
    fn fixed<'b>(
        &self,
        body: &'b Body,
        name: &str,
        at: &At,
        bound: &Bound,
        found: &mut Found,
    ) -> Result<Vec<Round<'b>>, Obstacle> {
        let blocks: Vec<&Block> = body.blocks().filter(|it| called(it) == name).collect();
        let rounds = self.rounds_of(&blocks, at, bound, found)?;
        rounds.ok_or_else(|| Obstacle(format!("a statement of the policy document has dynamic `{name}`")))
    }

    fn principals(
        &self,
        body: &Body,
        name: &str,
        at: &At,
        bound: &Bound,
        found: &mut Found,
    ) -> Result<Option<Expression>, Obstacle> {
        let mut principals: Members = Vec::new();
        for (body, _, bound) in &self.fixed(body, name, at, bound, found)? {
            let kind = self.required(body, "type", at, bound, found)?;
            let identifiers = one_or_list(self.required(body, "identifiers", at, bound, found)?);
            let Expression::String(kind) = opened(&kind) else {
                return Err(Obstacle("the type of a principal is an expression".to_owned()));
            };
            if kind.as_str() == "*" {
                return Ok(Some(syntax::text("*")));
            }
            match principals.iter_mut().find(|(it, _, _)| it == kind.as_str()) {
                Some((_, before, _)) => *before = fold::concat([listed(before.clone()), listed(identifiers)]),
                None => principals.push((kind.as_str().to_owned(), identifiers, Vec::new())),
            }
        }
        Ok((!principals.is_empty()).then(|| object(principals)))
    }

    fn conditions(&self, body: &Body, at: &At, bound: &Bound, found: &mut Found) -> Result<Members, Obstacle> {
        let mut order: Vec<String> = Vec::new();
        let mut tests: BTreeMap<String, Members> = BTreeMap::new();
        for (body, _, bound) in &self.fixed(body, "condition", at, bound, found)? {
            let test = self.required(body, "test", at, bound, found)?;
            let variable = self.required(body, "variable", at, bound, found)?;
            let values = one_or_list(self.required(body, "values", at, bound, found)?);
            let (Expression::String(test), Expression::String(variable)) = (opened(&test), opened(&variable)) else {
                return Err(Obstacle("a condition's test or variable is an expression".to_owned()));
            };
            if !order.contains(test.value()) {
                order.push(test.value().clone());
            }
            tests.entry(test.value().clone()).or_default().push((variable.value().clone(), values, Vec::new()));
        }
        Ok(order
            .into_iter()
            .filter_map(|it| tests.remove(&it).map(|members| (it, object(members), Vec::new())))
            .collect())
    }

    fn required(&self, body: &Body, name: &str, at: &At, bound: &Bound, found: &mut Found) -> Rewritten {
        let value = body.get(name).ok_or_else(|| Obstacle(format!("the policy document lacks `{name}`")))?;
        self.within(value, at, bound, found)
    }
}

/// `&{aws:username}` is how Terraform writes what a policy has as `${aws:username}`.
/// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>
fn for_documents(mut document: Expression) -> Expression {
    struct Variables;
    impl VisitMut for Variables {
        fn visit_expr_mut(&mut self, node: &mut Expression) {
            if let Expression::String(text) = node {
                *text.value_mut() = text.value().replace("&{", "${");
            }
            visit_expr_mut(self, node);
        }

        fn visit_literal_mut(&mut self, node: &mut Spanned<String>) {
            let replaced = node.value().replace("&{", "${");
            *node.value_mut() = replaced;
        }
    }
    Variables.visit_expr_mut(&mut document);
    document
}

fn object(members: Members) -> Expression {
    let mut object = Object::new();
    for (key, value, comments) in members {
        let mut key = syntax::key_of(&key);
        key.decor_mut().set_prefix(prefix(&comments));
        object.insert(key, syntax::bare(value));
    }
    Expression::from(object)
}

/// The comments above the first block or the argument of a name.
fn comments(body: &Body, name: &str) -> Vec<String> {
    let block = body.block(name).map(|it| it.comments.above.clone());
    let attribute = || body.attributes().find(|it| it.name == name).map(|it| it.comments.above.clone());
    block.or_else(attribute).unwrap_or_default()
}

/// Comments as they stand before what they are about.
fn prefix(comments: &[String]) -> String {
    let lines: String = comments.iter().map(|it| format!("# {it}\n")).collect();
    if lines.is_empty() { lines } else { format!("\n{lines}") }
}

/// A list of one as its member.
fn one_or_list(value: Expression) -> Expression {
    match opened(&value) {
        Expression::Array(items) if items.len() == 1 => match items.get(0) {
            Some(only) if !matches!(only, Expression::ForExpr(_)) => syntax::bare(only.clone()),
            _ => value,
        },
        _ => value,
    }
}

fn listed(value: Expression) -> Expression {
    match value {
        it @ (Expression::Array(_) | Expression::ForExpr(_) | Expression::FuncCall(_)) => it,
        other => {
            let mut list = Array::new();
            list.push(other);
            Expression::from(list)
        }
    }
}
