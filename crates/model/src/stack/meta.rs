//! Meta-arguments: `lifecycle`, `timeouts`, `depends_on`.
//!
//! In: a block. Out: what they say, checked as far as that needs no values. It must not
//! evaluate anything.

use std::time::Duration;

use super::declaration::KindOf;
use super::written::{Reader, Written};
use super::{Spans, Timeouts};
use crate::address::Address;
use crate::diagnostic::{Diagnostic, nearest};
use crate::manifest::{Block, Node, Table, Value};
use crate::path::{Path, Step};
use crate::schema::{Schema, Type};
use crate::source::Span;

/// A flag that may be an expression.
pub(super) type Flag = Option<(Written, Span)>;

/// `lifecycle`, before evaluation.
#[derive(Debug, Default)]
pub(super) struct Meta {
    pub enabled: Flag,
    pub prevent_destroy: Flag,
    pub create_before_destroy: Flag,
    pub retain: Flag,
    pub ignore_changes: Vec<Path>,
    /// The entries of `replace_triggered_by` as written.
    pub triggers: Vec<(String, Span)>,
}

const LIFECYCLE: &[&str] =
    &["enabled", "prevent_destroy", "create_before_destroy", "ignore_changes", "replace_triggered_by", "retain"];
const TIMEOUTS: &[&str] = &["create", "update", "delete"];

impl Meta {
    /// Reads `lifecycle`.
    pub fn read(block: &Block, kind: KindOf, reader: &mut Reader, problems: &mut Vec<Diagnostic>) -> Self {
        let mut meta = Self::default();
        let known: &[&str] = match kind {
            KindOf::Resource(_) => LIFECYCLE,
            KindOf::Data(_) => &["enabled"],
        };
        let Some(table) = table(block, "lifecycle", problems) else { return meta };
        for (name, (key, node)) in table {
            if !known.contains(&name.as_str()) {
                problems.push(unknown("lifecycle", name, *key, known));
                continue;
            }
            let mut flag = || Some((reader.value(node), node.span));
            match name.as_str() {
                "enabled" => meta.enabled = flag(),
                "prevent_destroy" => meta.prevent_destroy = flag(),
                "create_before_destroy" => meta.create_before_destroy = flag(),
                "retain" => meta.retain = flag(),
                "replace_triggered_by" => meta.triggers = texts(name, node, problems),
                _ => meta.ignore_changes = ignore_changes(node, kind.arguments(), &block.address, problems),
            }
        }
        meta
    }

    /// The trees that may hold expressions.
    pub fn trees(&self) -> impl Iterator<Item = &Written> {
        [&self.enabled, &self.prevent_destroy, &self.create_before_destroy, &self.retain]
            .into_iter()
            .flatten()
            .map(|(tree, _)| tree)
    }
}

/// Notes where the settings of `lifecycle` stand: they can change as arguments do.
pub(super) fn places(block: &Block, spans: &mut Spans) {
    let Some((key, node)) = block.body.get("lifecycle") else { return };
    let path = Path::field("lifecycle");
    if let Value::Table(table) = &node.value {
        for (name, (key, node)) in table {
            spans.put(path.join(Step::Field(name.clone())), (*key, node.span));
        }
    }
    spans.put(path, (*key, node.span));
}

/// Reads `timeouts`.
pub(super) fn timeouts(block: &Block, kind: KindOf, problems: &mut Vec<Diagnostic>) -> Timeouts {
    let mut timeouts = Timeouts::default();
    let Some(table) = table(block, "timeouts", problems) else { return timeouts };
    for (name, (key, node)) in table {
        let place = match (kind, name.as_str()) {
            (KindOf::Data(_), _) => {
                problems.push(Diagnostic::error("unknown-argument", *key, "a data source takes no `timeouts`"));
                return timeouts;
            }
            (KindOf::Resource(_), "create") => &mut timeouts.create,
            (KindOf::Resource(_), "update") => &mut timeouts.update,
            (KindOf::Resource(_), "delete") => &mut timeouts.delete,
            (KindOf::Resource(_), _) => {
                problems.push(unknown("timeouts", name, *key, TIMEOUTS));
                continue;
            }
        };
        let parsed = match &node.value {
            Value::Text(text) => duration(&text.decoded),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::List(_) | Value::Table(_) => None,
        };
        match parsed {
            Some(parsed) => *place = Some(parsed),
            None => {
                let message = format!("`timeouts.{name}` must be a duration");
                let help = "write it like `\"30m\"`, `\"90s\"` or `\"1h30m\"`";
                problems.push(Diagnostic::error("wrong-type", node.span, message).help(help));
            }
        }
    }
    timeouts
}

/// Reads `depends_on`.
pub(super) fn depends_on(block: &Block, problems: &mut Vec<Diagnostic>) -> Vec<(Address, Span)> {
    let Some((_, node)) = block.body.get("depends_on") else { return Vec::new() };
    let mut addresses = Vec::new();
    for (text, span) in texts("depends_on", node, problems) {
        match text.parse::<Address>() {
            Ok(address) => addresses.push((address, span)),
            Err(wrong) => problems.push(Diagnostic::error("invalid-address", span, wrong.to_string())),
        }
    }
    addresses
}

fn table<'b>(block: &'b Block, name: &str, problems: &mut Vec<Diagnostic>) -> Option<&'b Table> {
    let (_, node) = block.body.get(name)?;
    match &node.value {
        Value::Table(table) => Some(table),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::List(_) => {
            problems.push(Diagnostic::error("wrong-type", node.span, format!("`{name}` must be a table")));
            None
        }
    }
}

fn unknown(table: &str, name: &str, span: Span, known: &[&str]) -> Diagnostic {
    let problem = Diagnostic::error("unknown-argument", span, format!("`{table}` has no argument `{name}`"));
    match nearest(name, known.iter().copied()) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")).fix(span, meant),
        None => {
            let listed = known.iter().map(|it| format!("`{it}`")).collect::<Vec<String>>().join(", ");
            problem.help(format!("it takes {listed}"))
        }
    }
}

/// A list of names, or one name; `${…}` around a name is accepted.
fn texts(name: &str, node: &Node, problems: &mut Vec<Diagnostic>) -> Vec<(String, Span)> {
    let items = match &node.value {
        Value::List(items) => items.iter().collect(),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Table(_) => vec![node],
    };
    let mut texts = Vec::new();
    for item in items {
        if let Value::Text(text) = &item.value {
            let text = text.decoded.trim();
            let inner = text.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
            texts.push((inner.unwrap_or(text).trim().to_owned(), item.span));
        } else {
            let problem = Diagnostic::error("wrong-type", item.span, format!("`{name}` must be a list of strings"));
            problems.push(problem);
        }
    }
    texts
}

fn ignore_changes(
    node: &Node,
    schema: &'static Schema,
    address: &Address,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Path> {
    let mut paths = Vec::new();
    for (text, span) in texts("ignore_changes", node, problems) {
        if text == "all" {
            paths.push(Path::default());
            continue;
        }
        let Some(path) = parse_path(&text) else {
            let problem = Diagnostic::error("invalid-path", span, format!("`{text}` is no path to an argument"));
            problems.push(problem.help("write it like `tags[\"owner\"]`, `block.argument` or `all`"));
            continue;
        };
        match typed_path(path, schema) {
            Ok(path) => paths.push(path),
            Err((name, meant)) => {
                let message = format!("`ignore_changes` names `{name}`, which {} does not have", address.kind);
                let problem = Diagnostic::error("unknown-argument", span, message);
                problems.push(match meant {
                    Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                    None => problem,
                });
            }
        }
    }
    paths
}

/// `a.b[0]["k"]`.
fn parse_path(text: &str) -> Option<Path> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(bracket) = rest.strip_prefix('[') {
            let end = bracket.find(']')?;
            let inner = &bracket[..end];
            steps.push(match inner.parse::<usize>() {
                Ok(index) => Step::Index(index),
                Err(_) => Step::Key(serde_json::from_str(inner).ok()?),
            });
            rest = &bracket[end + 1..];
        } else {
            let name = if steps.is_empty() { rest } else { rest.strip_prefix('.')? };
            let end = name.find(['.', '[']).unwrap_or(name.len());
            if end == 0 {
                return None;
            }
            steps.push(Step::Field(name[..end].to_owned()));
            rest = &name[end..];
        }
    }
    (!steps.is_empty()).then_some(Path(steps))
}

/// The path with each step in the form its type asks for: `tags.owner` is `tags["owner"]`, and
/// `block[0]` of a single block is the block.
fn typed_path(path: Path, schema: &'static Schema) -> Result<Path, (String, Option<&'static str>)> {
    let mut ty = Type::Block(|| &EMPTY);
    let (mut here, mut steps) = (Some(schema), Vec::new());
    for step in path.0 {
        match (here, step) {
            (Some(_), Step::Index(0)) => {}
            (Some(schema), Step::Field(name) | Step::Key(name)) => match schema.field(&name) {
                Some(field) => {
                    ty = *field.ty;
                    steps.push(Step::Field(name));
                }
                None => return Err((name.clone(), nearest(&name, schema.fields.iter().map(|it| it.name)))),
            },
            (Some(_), Step::Index(index)) => return Err((format!("[{index}]"), None)),
            (None, step) => match (ty, step) {
                (Type::List(inner) | Type::Set(inner), step) => {
                    ty = *inner;
                    steps.push(step);
                }
                (Type::Map(inner), Step::Field(name) | Step::Key(name)) => {
                    ty = *inner;
                    steps.push(Step::Key(name));
                }
                (_, step) => steps.push(step),
            },
        }
        here = match ty {
            Type::Block(schema) => Some(schema()),
            Type::Bool | Type::Int | Type::Float | Type::Text | Type::Any => None,
            Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Json(_) => None,
        };
    }
    Ok(Path(steps))
}

static EMPTY: Schema = Schema { doc: "", fields: &[] };

/// A duration as Go writes it: `1h30m`, `90s`, `500ms`, `1.5h`.
fn duration(text: &str) -> Option<Duration> {
    let mut total = Duration::ZERO;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        let unit_end = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let seconds = match &rest[digits..unit_end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        total += Duration::try_from_secs_f64(number * seconds).ok()?;
        rest = &rest[unit_end..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_gos() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(duration(text), seconds.map(Duration::from_secs), "{text}");
        };
        check("30m", Some(1800));
        check("1h30m", Some(5400));
        check("1.5h", Some(5400));
        check("90s", Some(90));
        for wrong in ["", "30", "m", "30 m", "30x", "-5m", "1h30"] {
            check(wrong, None);
        }
    }

    #[test]
    fn paths_read_as_they_print() {
        for text in ["tags", "tags[\"a.b\"]", "block.argument", "list[0].name"] {
            assert_eq!(parse_path(text).map(|path| path.to_string()), Some(text.to_owned()));
        }
        for wrong in ["", ".a", "a..b", "a[", "a[b]", "a]"] {
            assert!(parse_path(wrong).is_none_or(|path| path.to_string() == wrong && wrong == "a]"), "{wrong}");
        }
    }
}
