//! JSON documents: syntax, known field names, and the sanity of IAM policies.
//!
//! In: a document as a table, an array or JSON text. Out: the document as a value. It must not
//! know which argument of which kind it belongs to.

use std::collections::BTreeMap;

use super::Coercion;
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::Step;
use crate::schema::{Document, Field, Schema, Type};
use crate::tree::{Known, Planned, Tree};

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>
const POLICY: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
const VERSIONS: &[&str] = &["2012-10-17", "2008-10-17"];
const EFFECTS: &[&str] = &["Allow", "Deny"];

impl Coercion<'_> {
    /// Reads and checks a document; what is null in a table is not set, what is null in JSON
    /// text is null.
    pub(super) fn document(&mut self, field: &'static Field, document: Document, value: Planned) -> Planned {
        let written = !matches!(value, Tree::Text(_));
        let value = match value {
            Tree::Text(text) => match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(json) => Known::from_json(&json).widen(),
                Err(wrong) => return self.invalid_json(&wrong),
            },
            Tree::List(_) | Tree::Map(_) => without_nulls(value),
            scalar => return self.wrong_type(field.ty, &scalar),
        };
        match document {
            Document::Value if written => {
                self.meta_arguments(&value);
                value
            }
            Document::Value => value,
            Document::Policy => {
                self.policy(&value);
                value
            }
            Document::Objects { schema, key } => self.objects(schema, key, value),
        }
    }

    /// A document may have any key, but one that is a meta-argument stands below the wrong header.
    fn meta_arguments(&mut self, value: &Planned) {
        let names = value.as_map().into_iter().flat_map(BTreeMap::keys);
        for name in names.filter(|name| super::META_ARGUMENTS.contains(&name.as_str())) {
            self.path.0.push(Step::Field(name.clone()));
            self.misplaced(name, self.subject.spans.key(&self.path));
            self.path.0.pop();
        }
    }

    fn invalid_json(&mut self, wrong: &serde_json::Error) -> Planned {
        // The parser's own message ends in the place within the text; a secret is not quoted.
        let message = if self.hidden {
            format!("`{}` is not valid JSON at line {} column {}", self.path, wrong.line(), wrong.column())
        } else {
            format!("`{}` is not valid JSON: {wrong}", self.path)
        };
        let problem = Diagnostic::error("invalid-json", self.subject.spans.value(&self.path), message)
            .help("write the document as TOML tables, or correct the JSON text");
        self.problems.push(problem);
        super::poison()
    }

    fn objects(&mut self, schema: fn() -> &'static Schema, key: &'static str, value: Planned) -> Planned {
        let items = match value {
            Tree::List(items) => items,
            single => vec![single],
        };
        let mut typed = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            self.path.0.push(Step::Index(index));
            typed.push(match item {
                Tree::Map(members) => {
                    let object = self.block(schema(), members);
                    self.plain_environment(schema(), &object);
                    object
                }
                Tree::Hole(pending) => Tree::Hole(pending),
                other => self.wrong_type(&Type::Block(schema), &other),
            });
            self.path.0.pop();
        }
        self.unique_keys(key, &typed);
        Tree::List(typed)
    }

    /// A secret in a container's plain environment is readable by whoever may describe the task
    /// definition; ECS can fetch it itself:
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html>
    fn plain_environment(&mut self, schema: &Schema, object: &Planned) {
        if schema.field("secrets").is_none() {
            return;
        }
        let Some(entries) = object.get("environment").and_then(Tree::as_list) else { return };
        for (index, entry) in entries.iter().enumerate() {
            let Some(value) = entry.get("value") else { continue };
            if !super::is_secret(value) {
                continue;
            }
            let name = entry.get("name").and_then(Tree::as_text).unwrap_or("NAME");
            let path = self.path.join(Step::Field("environment".to_owned())).join(Step::Index(index));
            let at = self.subject.spans.value(&path.join(Step::Field("value".to_owned())));
            let problem = Diagnostic::warning(
                "secret-in-environment",
                at,
                format!("the secret in `{name}` is readable in the task definition"),
            )
            .help(format!(
                "let ECS fetch it: `secrets = [{{ name = \"{name}\", valueFrom = \"${{aws_secretsmanager_secret.….arn}}\" }}]`"
            ));
            self.problems.push(problem);
        }
    }

    fn policy(&mut self, value: &Planned) {
        let Tree::Map(policy) = value else {
            let message = format!("`{}` must be a policy: a table with `Statement`", self.path);
            self.policy_problem(None, message, "");
            return;
        };
        self.elements(policy, POLICY, true);
        match policy.get("Version") {
            None => {
                let at = self.subject.spans.key(&self.path);
                let message = format!("`{}` has no `Version`, so AWS assumes 2008-10-17", self.path);
                self.problems
                    .push(Diagnostic::warning("invalid-policy", at, message).help("add `Version = \"2012-10-17\"`"));
            }
            Some(version) => self.one_of("Version", version, VERSIONS),
        }
        self.path.0.push(Step::Field("Statement".to_owned()));
        match policy.get("Statement") {
            None => {
                self.path.0.pop();
                self.policy_problem(None, format!("`{}` has no `Statement`", self.path), "add at least one statement");
                return;
            }
            Some(Tree::List(statements)) => {
                for (index, statement) in statements.iter().enumerate() {
                    self.path.0.push(Step::Index(index));
                    self.statement(statement);
                    self.path.0.pop();
                }
            }
            Some(statement) => self.statement(statement),
        }
        self.path.0.pop();
    }

    fn statement(&mut self, statement: &Planned) {
        let statement = match statement {
            Tree::Map(statement) => statement,
            Tree::Hole(_) | Tree::Secret(_) => return,
            _ => {
                self.policy_problem(None, format!("`{}` must be a table", self.path), "");
                return;
            }
        };
        self.elements(statement, STATEMENT, false);
        match statement.get("Effect") {
            None => self.policy_problem(
                None,
                format!("`{}` has no `Effect`", self.path),
                "add `Effect = \"Allow\"` or `Effect = \"Deny\"`",
            ),
            Some(effect) => self.one_of("Effect", effect, EFFECTS),
        }
        if !statement.contains_key("Action") && !statement.contains_key("NotAction") {
            self.policy_problem(None, format!("`{}` has no `Action`", self.path), "say what it allows or denies");
        }
    }

    fn elements(&mut self, members: &BTreeMap<String, Planned>, known: &[&str], top: bool) {
        for name in members.keys().filter(|name| !known.contains(&name.as_str())) {
            self.path.0.push(Step::Field(name.clone()));
            let at = self.subject.spans.key(&self.path);
            let ours = super::META_ARGUMENTS.contains(&name.as_str()) || self.subject.arguments.field(name).is_some();
            if ours && top {
                self.misplaced(name, at);
            } else {
                let message = format!("a policy has no element `{name}` here");
                let mut problem = Diagnostic::error("unknown-field", at, message);
                let meant = nearest(name, known.iter().copied())
                    .or_else(|| known.iter().find(|it| it.eq_ignore_ascii_case(name)).copied());
                if let Some(meant) = meant {
                    problem = problem.help(format!("did you mean `{meant}`?")).fix(at, meant);
                }
                self.problems.push(problem);
            }
            self.path.0.pop();
        }
    }

    fn one_of(&mut self, name: &str, value: &Planned, allowed: &[&str]) {
        let wrong = match value {
            Tree::Hole(_) | Tree::Secret(_) => return,
            Tree::Text(text) if allowed.contains(&text.as_str()) => return,
            Tree::Text(text) => format!("{text:?}"),
            other => super::scalar::describe(other).to_owned(),
        };
        let listed = allowed.iter().map(|it| format!("`{it}`")).collect::<Vec<String>>().join(" or ");
        self.policy_problem(Some(name), format!("`{name}` cannot be {wrong}"), &format!("it is {listed}"));
    }

    fn policy_problem(&mut self, element: Option<&str>, message: String, help: &str) {
        let at = match element {
            Some(name) => self.subject.spans.value(&self.path.join(Step::Field(name.to_owned()))),
            None => self.subject.spans.key(&self.path),
        };
        let problem = Diagnostic::error("invalid-policy", at, message);
        self.problems.push(if help.is_empty() { problem } else { problem.help(help) });
    }
}

fn without_nulls(value: Planned) -> Planned {
    match value {
        Tree::List(items) => Tree::List(items.into_iter().filter(|item| !item.is_null()).map(without_nulls).collect()),
        Tree::Map(members) => {
            let set = members.into_iter().filter(|(_, member)| !member.is_null());
            Tree::map(set.map(|(key, member)| (key, without_nulls(member))))
        }
        leaf => leaf,
    }
}
