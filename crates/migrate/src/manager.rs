//! Secrets moved into AWS Secrets Manager.
//!
//! In: a draft whose secrets are variables. Out: the same with a secret and its version for each,
//! and every use of the variable replaced. It must not know how the draft came about.
//!
//! What Terraform generated is generated anew: it has been in plain text, and has to be rotated
//! anyway. What somebody chose stays a variable that the first apply asks for.

use std::collections::BTreeMap;

use crate::draft::{Entry, File, Item, Section, Table, Value};
use crate::report::FirstApply;
use crate::translate::{Generated, SecretUse};

/// The kind of a secret.
const SECRET: &str = "aws_secretsmanager_secret";
/// The kind of a secret's value.
const VERSION: &str = "aws_secretsmanager_secret_version";

/// What a secret's name begins with where there are environments.
const STACK_AND_ENVIRONMENT: &str = "${stack.name}/${coalesce(stack.environment, \"default\")}";

/// What stands for each secret once it is managed, and what the first apply does to it.
#[must_use]
pub fn holders(files: &[File], secrets: &BTreeMap<String, SecretUse>) -> BTreeMap<String, (String, FirstApply)> {
    let entry = |(name, secret): (&String, &SecretUse)| {
        let (now, first_apply) = match (holder(files, &format!("${{var.{name}}}")), &secret.generated) {
            (Some(version), _) => (format!("{VERSION}.{version}"), FirstApply::Keeps),
            (None, Some(_)) => (format!("{SECRET}.{name}"), FirstApply::Generates),
            (None, None) => (format!("{SECRET}.{name}"), FirstApply::Needs),
        };
        (name.clone(), (now, first_apply))
    };
    secrets.iter().map(entry).collect()
}

/// Moves every secret of a draft into Secrets Manager.
pub fn manage(files: &mut [File], secrets: &BTreeMap<String, SecretUse>) {
    for (name, secret) in secrets {
        let reference = format!("${{var.{name}}}");
        let known = holder(files, &reference);
        let version = known.clone().unwrap_or_else(|| name.clone());
        let target = format!("{VERSION}.{version}.secret_string");
        for section in files.iter_mut().flat_map(|it| &mut it.sections) {
            let holds_value = section.path == ["resource", VERSION, version.as_str()];
            if !holds_value {
                in_table(&mut section.table, name, &target);
            }
        }
        if known.is_none() {
            declare(files, name, secret.generated.as_ref());
        }
    }
}

/// The version that has the secret's value already.
fn holder(files: &[File], reference: &str) -> Option<String> {
    let sections = files.iter().flat_map(|it| &it.sections);
    let mut versions = sections.filter(|it| it.path.get(1).is_some_and(|it| it == VERSION));
    let is_it = |it: &&Section| matches!(it.table.get("secret_string"), Some(Value::Text(text)) if text == reference);
    versions.find(is_it).and_then(|it| it.path.get(2).cloned())
}

/// Adds the secret and its version where its variable stands.
fn declare(files: &mut [File], name: &str, generated: Option<&Generated>) {
    let variable = ["variables", name];
    let home = |it: &File| it.sections.iter().any(|it| it.path == variable);
    let number = files.iter().position(home).unwrap_or_default();
    // Environments share an account, and a secret's name is one of a kind there.
    let has_environments = files.iter().any(|it| it.path.starts_with("environments/"));
    let stack = if has_environments { STACK_AND_ENVIRONMENT } else { "${stack.name}" };
    let title = Value::Text(format!("{stack}/{name}"));
    let Some(file) = files.get_mut(number) else { return };
    let value = match generated {
        Some(Generated { length, special }) => {
            file.sections.retain(|it| it.path != variable);
            let entries = vec![Entry::new("length", Value::Int(*length)), Entry::new("special", Value::Bool(*special))];
            Entry::new("generate", Value::Table(Table { entries, ..Table::default() }))
        }
        None => Entry::new("secret_string", Value::expression(&format!("var.{name}"))),
    };
    let id = Entry::new("secret_id", Value::expression(&format!("{SECRET}.{name}.id")));
    let section = |kind: &str, entries: Vec<Entry>| Section {
        path: vec!["resource".to_owned(), kind.to_owned(), name.to_owned()],
        is_item: false,
        above: Vec::new(),
        table: Table { entries, ..Table::default() },
    };
    let first = file.sections.iter().position(|it| it.path.first().is_some_and(|it| it == "outputs"));
    let at = first.unwrap_or(file.sections.len());
    let sections = [section(SECRET, vec![Entry::new("name", title)]), section(VERSION, vec![id, value])];
    file.sections.splice(at..at, sections);
}

fn in_table(table: &mut Table, name: &str, target: &str) {
    table.entries.iter_mut().for_each(|it| in_value(&mut it.value, name, target));
}

fn in_value(value: &mut Value, name: &str, target: &str) {
    match value {
        Value::Text(text) => *text = replaced(text, &format!("var.{name}"), target),
        Value::List(items) => items.iter_mut().for_each(|Item { value, .. }| in_value(value, name, target)),
        Value::Table(table) => in_table(table, name, target),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

/// A text with one name instead of another, where it stands as a whole name.
fn replaced(text: &str, name: &str, target: &str) -> String {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-' | '.');
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(name) {
        let (before, after) = (&rest[..at], &rest[at + name.len()..]);
        let is_whole = !before.ends_with(is_part) && !after.starts_with(|it| is_part(it) && it != '.');
        result.push_str(before);
        result.push_str(if is_whole { target } else { name });
        rest = after;
    }
    result + rest
}

#[cfg(test)]
mod tests {
    use super::replaced;

    fn check(text: &str, expected: &str) {
        assert_eq!(replaced(text, "var.db", "aws_x.db.secret"), expected);
    }

    #[test]
    fn whole_names_are_replaced() {
        check("${var.db}", "${aws_x.db.secret}");
        check("a ${upper(var.db)} b ${var.db}", "a ${upper(aws_x.db.secret)} b ${aws_x.db.secret}");
        check("${var.db_name} ${myvar.db} ${var.db.name}", "${var.db_name} ${myvar.db} ${aws_x.db.secret.name}");
    }
}
