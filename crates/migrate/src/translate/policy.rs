//! `data.aws_iam_policy_document` as the document that it makes.
//!
//! In: its block. Out: the document as an object. It must not know where it is used.
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>

use std::collections::BTreeMap;

use hcl_edit::expr::{Array, Expression};

use super::at::At;
use super::rewrite::{Obstacle, Rewritten};
use super::syntax::{self, opened};
use super::{Found, Translator};
use crate::terraform::configuration::{Block, Body};

/// The type.
pub const KIND: &str = "aws_iam_policy_document";

type Members = Vec<(String, Expression)>;

impl Translator<'_> {
    /// The document of a block.
    pub(super) fn policy(&self, block: &Block, at: &At, found: &mut Found) -> Rewritten {
        let body = &block.body;
        if ["source_policy_documents", "override_policy_documents", "source_json", "override_json"]
            .iter()
            .any(|it| body.get(it).is_some())
        {
            return Err(Obstacle("the policy document is merged from others".to_owned()));
        }
        let mut document: Members = Vec::new();
        let version = body.get("version").map(|it| self.rewrite(it, at, found)).transpose()?;
        document.push(("Version".to_owned(), version.unwrap_or_else(|| syntax::text("2012-10-17"))));
        if let Some(id) = body.get("policy_id") {
            document.push(("Id".to_owned(), self.rewrite(id, at, found)?));
        }
        let mut statements = Array::new();
        for statement in body.blocks() {
            if statement.name != "statement" {
                return Err(Obstacle("the policy document has dynamic statements".to_owned()));
            }
            statements.push(self.statement(&statement.body, at, found)?);
        }
        document.push(("Statement".to_owned(), Expression::from(statements)));
        Ok(object(document))
    }

    fn statement(&self, body: &Body, at: &At, found: &mut Found) -> Rewritten {
        if body.blocks().any(|it| it.name == "dynamic") {
            return Err(Obstacle("a statement of the policy document has dynamic blocks".to_owned()));
        }
        let mut statement: Members = Vec::new();
        if let Some(id) = body.get("sid") {
            statement.push(("Sid".to_owned(), self.rewrite(id, at, found)?));
        }
        let effect = body.get("effect").map(|it| self.rewrite(it, at, found)).transpose()?;
        statement.push(("Effect".to_owned(), effect.unwrap_or_else(|| syntax::text("Allow"))));
        for (block, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
            if let Some(principals) = self.principals(body, block, at, found)? {
                statement.push((key.to_owned(), principals));
            }
        }
        for (argument, key) in
            [("actions", "Action"), ("not_actions", "NotAction"), ("resources", "Resource"), ("not_resources", "NotResource")]
        {
            if let Some(value) = body.get(argument) {
                statement.push((key.to_owned(), one_or_list(self.rewrite(value, at, found)?)));
            }
        }
        let conditions = self.conditions(body, at, found)?;
        if !conditions.is_empty() {
            statement.push(("Condition".to_owned(), object(conditions)));
        }
        Ok(object(statement))
    }

    fn principals(&self, body: &Body, name: &str, at: &At, found: &mut Found) -> Result<Option<Expression>, Obstacle> {
        let mut principals: Members = Vec::new();
        for block in body.blocks().filter(|it| it.name == name) {
            let kind = self.required(&block.body, "type", at, found)?;
            let identifiers = one_or_list(self.required(&block.body, "identifiers", at, found)?);
            let Expression::String(kind) = opened(&kind) else {
                return Err(Obstacle("the type of a principal is an expression".to_owned()));
            };
            if kind.as_str() == "*" {
                return Ok(Some(syntax::text("*")));
            }
            match principals.iter_mut().find(|(it, _)| it == kind.as_str()) {
                Some((_, before)) => *before = syntax::call("concat", [listed(before.clone()), listed(identifiers)]),
                None => principals.push((kind.as_str().to_owned(), identifiers)),
            }
        }
        Ok((!principals.is_empty()).then(|| object(principals)))
    }

    fn conditions(&self, body: &Body, at: &At, found: &mut Found) -> Result<Members, Obstacle> {
        let mut order: Vec<String> = Vec::new();
        let mut tests: BTreeMap<String, Members> = BTreeMap::new();
        for block in body.blocks().filter(|it| it.name == "condition") {
            let (test, variable) =
                (self.required(&block.body, "test", at, found)?, self.required(&block.body, "variable", at, found)?);
            let values = one_or_list(self.required(&block.body, "values", at, found)?);
            let (Expression::String(test), Expression::String(variable)) = (opened(&test), opened(&variable)) else {
                return Err(Obstacle("a condition's test or variable is an expression".to_owned()));
            };
            if !order.contains(test.value()) {
                order.push(test.value().clone());
            }
            tests.entry(test.value().clone()).or_default().push((variable.value().clone(), values));
        }
        Ok(order.into_iter().filter_map(|it| tests.remove(&it).map(|members| (it, object(members)))).collect())
    }

    fn required(&self, body: &Body, name: &str, at: &At, found: &mut Found) -> Rewritten {
        let value = body.get(name).ok_or_else(|| Obstacle(format!("the policy document lacks `{name}`")))?;
        self.rewrite(value, at, found)
    }
}

fn object(members: Members) -> Expression {
    syntax::object(members.iter().map(|(key, value)| (key.as_str(), syntax::bare(value.clone()))))
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
