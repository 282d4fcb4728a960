//! Values made to fit a schema: unknown and missing arguments, conversions, limits.
//!
//! In: the evaluated arguments of one resource or data source, and its schema. Out: the same
//! arguments typed by the schema, and every problem found on the way. It must not know
//! expressions, other resources or rules that span arguments.

mod document;
mod limits;
pub(crate) mod scalar;

use std::collections::{BTreeMap, BTreeSet};

use crate::address::Address;
use crate::diagnostic::{Diagnostic, nearest};
use crate::path::{Path, Step};
use crate::schema::{Field, Required, Schema, Type};
use crate::source::{Sources, Span};
use crate::stack::Spans;
use crate::tree::{Known, Pending, Planned, Secret, Stamp, Tree, holds_symbol};

pub(crate) use limits::matches_whole;
pub use scalar::convert;

/// What a resource may say beside its arguments.
pub(crate) const META_ARGUMENTS: &[&str] = &["for_each", "depends_on", "lifecycle", "timeouts"];

/// Whose arguments are typed, and where they stand.
#[derive(Clone, Copy)]
pub(crate) struct Subject<'a> {
    /// The declaration, for messages: `aws_vpc.main`, `[state]`.
    pub owner: &'a str,
    /// Its arguments.
    pub arguments: &'static Schema,
    /// Its outputs, which nobody may set.
    pub outputs: &'static Schema,
    /// Where the arguments stand.
    pub spans: &'a Spans,
    /// The texts, for line numbers in hints.
    pub sources: Option<&'a Sources>,
    /// Whether parts of texts may be symbols, which no limit can be checked on.
    pub symbolic: bool,
}

/// Types the arguments of a resource.
pub(crate) fn coerce(subject: Subject<'_>, arguments: Planned) -> (Planned, Vec<Diagnostic>) {
    let mut coercion = Coercion { subject, path: Path::default(), hidden: false, problems: Vec::new() };
    let typed = match arguments {
        Tree::Map(members) => coercion.block(subject.arguments, members),
        other => other,
    };
    (typed, coercion.problems)
}

struct Coercion<'a> {
    subject: Subject<'a>,
    path: Path,
    /// Whether the value at hand is a secret, which no message may quote.
    hidden: bool,
    problems: Vec<Diagnostic>,
}

impl Coercion<'_> {
    fn block(&mut self, schema: &'static Schema, members: BTreeMap<String, Planned>) -> Planned {
        let mut typed = BTreeMap::new();
        for field in schema.fields {
            let set = members.get(field.name).is_some_and(|value| !value.is_null());
            if !set && field.required == Required::Always {
                self.missing(field);
            }
        }
        for (name, value) in members {
            self.path.0.push(Step::Field(name.clone()));
            match schema.field(&name) {
                None => self.unknown(schema, &name),
                Some(_) if value.is_null() => {}
                Some(field) => {
                    if let Some(instead) = field.deprecated {
                        let message = format!("`{}` is deprecated", self.path);
                        let at = self.subject.spans.key(&self.path);
                        self.problems.push(Diagnostic::warning("deprecated-argument", at, message).help(instead));
                    }
                    let value = self.field(field, value);
                    if !value.is_null() {
                        typed.insert(name, value);
                    }
                }
            }
            self.path.0.pop();
        }
        Tree::Map(typed)
    }

    fn field(&mut self, field: &'static Field, value: Planned) -> Planned {
        let was_hidden = self.hidden;
        self.hidden |= field.sensitive;
        let value = self.value(field, field.ty, value, false);
        self.hidden = was_hidden;
        if field.sensitive { seal(value) } else { value }
    }

    fn value(&mut self, field: &'static Field, ty: &'static Type, value: Planned, item: bool) -> Planned {
        let value = match value {
            Tree::Null => return Tree::Null,
            Tree::Hole(pending) => return Tree::Hole(pending),
            Tree::Secret(secret) => return self.secret(field, ty, secret, item),
            plain => plain,
        };
        let typed = match ty {
            Type::Bool | Type::Int | Type::Float | Type::Text => match scalar::convert(ty, value) {
                Ok(typed) => typed,
                Err(value) => return self.wrong_type(ty, &value),
            },
            Type::Any => value,
            Type::List(inner) => self.list(field, inner, value, false),
            Type::Set(inner) => self.list(field, inner, value, true),
            Type::Map(inner) => self.map(field, inner, value),
            Type::Block(schema) => self.single_block(schema(), value),
            Type::Json(document) => self.document(field, *document, value),
        };
        let is_open = self.subject.symbolic && typed.as_text().is_some_and(holds_symbol);
        if let Some(excess) = limits::check(field, &typed, item, self.hidden).filter(|_| !is_open) {
            self.excess(excess);
        }
        typed
    }

    /// A secret scalar stays one secret; a secret list or table becomes one with secret leaves,
    /// so that only the leaves are hidden.
    fn secret(&mut self, field: &'static Field, ty: &'static Type, secret: Secret, item: bool) -> Planned {
        let (value, stamp) = match secret {
            Secret::Plain { value, stamp } => (*value, stamp),
            kept @ (Secret::Fingerprint(_) | Secret::Stamp(_) | Secret::Keep) => return Tree::Secret(kept),
        };
        let was_hidden = std::mem::replace(&mut self.hidden, true);
        let typed = match ty {
            Type::Any | Type::Json(_) => Tree::Secret(Secret::Plain { value: Box::new(value), stamp }),
            Type::List(_) | Type::Set(_) | Type::Map(_) | Type::Block(_) => {
                let leaves = secret_leaves(value, stamp.as_deref());
                match leaves {
                    Tree::Secret(_) => self.wrong_type(ty, &leaves),
                    structured => self.value(field, ty, structured, item),
                }
            }
            Type::Bool | Type::Int | Type::Float | Type::Text => {
                match self.value(field, ty, value.widen(), item).known() {
                    Ok(value) if !value.is_null() => Tree::Secret(Secret::Plain { value: Box::new(value), stamp }),
                    Ok(_) | Err(_) => poison(),
                }
            }
        };
        self.hidden = was_hidden;
        typed
    }

    fn list(&mut self, field: &'static Field, inner: &'static Type, value: Planned, set: bool) -> Planned {
        let items = match (value, inner) {
            (Tree::List(items), _) => items,
            // One block of a kind that may repeat, written as a plain table.
            (table @ Tree::Map(_), Type::Block(_)) => vec![table],
            (other, _) => {
                let problem = self.wrong_type(&Type::List(inner), &other);
                if let Some(last) = self.problems.last_mut() {
                    last.help = Some("put it into a list: `[…]`".to_owned());
                }
                return problem;
            }
        };
        let mut typed = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            self.path.0.push(Step::Index(index));
            let item = self.value(field, inner, item, true);
            self.path.0.pop();
            typed.push(item);
        }
        typed.retain(|item| !item.is_null());
        if let Some(key) = field.key {
            self.unique_keys(key, &typed);
        }
        if set { Tree::List(self.without_duplicates(typed)) } else { Tree::List(typed) }
    }

    /// Members of a list of blocks that pair by a key must differ in it.
    fn unique_keys(&mut self, key: &str, items: &[Planned]) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let Some(name) = item.get(key).and_then(Tree::as_text) else { continue };
            if let Some(first) = seen.insert(name, index) {
                let at = |index: usize| self.subject.spans.value(&self.path.join(Step::Index(index)));
                let problem = Diagnostic::error(
                    "duplicate-member",
                    at(index),
                    format!("`{}` has two members whose `{key}` is {name:?}", self.path),
                )
                .label(at(first), "the first one");
                self.problems.push(problem);
            }
        }
    }

    fn without_duplicates(&mut self, items: Vec<Planned>) -> Vec<Planned> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut kept = Vec::with_capacity(items.len());
        for (index, item) in items.into_iter().enumerate() {
            let known = !item.has_hole() && !item.has_secret();
            if known && !seen.insert(item.to_json().to_string()) {
                let at = self.subject.spans.value(&self.path.join(Step::Index(index)));
                let message = format!("`{}` is a set and holds this member twice", self.path);
                self.problems.push(Diagnostic::warning("duplicate-member", at, message).help("remove one of them"));
                continue;
            }
            kept.push(item);
        }
        kept
    }

    fn map(&mut self, field: &'static Field, inner: &'static Type, value: Planned) -> Planned {
        let Tree::Map(members) = value else { return self.wrong_type(&Type::Map(inner), &value) };
        let mut typed = BTreeMap::new();
        for (key, member) in members {
            self.path.0.push(Step::Key(key.clone()));
            let member = if self.slipped_in(&key, inner, &member) {
                self.misplaced(&key, self.subject.spans.key(&self.path));
                Tree::Null
            } else {
                self.value(field, inner, member, true)
            };
            self.path.0.pop();
            if !member.is_null() {
                typed.insert(key, member);
            }
        }
        Tree::Map(typed)
    }

    fn single_block(&mut self, schema: &'static Schema, value: Planned) -> Planned {
        match value {
            Tree::Map(members) => self.block(schema, members),
            Tree::List(mut items) if items.len() <= 1 => match items.pop() {
                None | Some(Tree::Null) => Tree::Null,
                Some(Tree::Map(members)) => self.block(schema, members),
                Some(Tree::Hole(pending)) => Tree::Hole(pending),
                Some(other) => self.wrong_type(&Type::Block(|| &EMPTY), &other),
            },
            Tree::List(items) => {
                let at = self.subject.spans.value(&self.path.join(Step::Index(1)));
                let message = format!("`{}` may stand once, not {} times", self.path, items.len());
                self.problems.push(Diagnostic::error("wrong-type", at, message).help("keep one of them"));
                poison()
            }
            other => self.wrong_type(&Type::Block(|| &EMPTY), &other),
        }
    }

    fn wrong_type(&mut self, ty: &Type, found: &Planned) -> Planned {
        let message = format!("`{}` must be {}, not {}", self.path, scalar::expected(ty), scalar::describe(found));
        self.problems.push(Diagnostic::error("wrong-type", self.subject.spans.value(&self.path), message));
        poison()
    }

    fn excess(&mut self, excess: limits::Excess) {
        let at = self.subject.spans.value(&self.path);
        let message = format!("`{}` {}", self.path, excess.message);
        let mut problem = if excess.warning {
            Diagnostic::warning(excess.code, at, message)
        } else {
            Diagnostic::error(excess.code, at, message)
        };
        problem.help = excess.help;
        if let Some(meant) = excess.suggestion.filter(|_| self.is_literal(at)) {
            problem = problem.fix(at, format!("{meant:?}"));
        }
        self.problems.push(problem);
    }

    /// Whether a span covers a TOML string without an expression, so that a fix may replace it.
    fn is_literal(&self, span: Span) -> bool {
        let text = self.subject.sources.map_or("", |sources| sources.text(span));
        text.starts_with(['"', '\'']) && !text.contains("${")
    }

    fn missing(&mut self, field: &Field) {
        let subject = self.subject;
        let message = match self.path.0.is_empty() {
            true => format!("`{}` is missing in {}", field.name, subject.owner),
            false => format!("`{}` is missing in `{}` of {}", field.name, self.path, subject.owner),
        };
        let help = field.doc.lines().next().filter(|line| !line.is_empty());
        let mut problem = Diagnostic::error("missing-argument", subject.spans.key(&self.path), message);
        problem.help = help.map(|line| format!("`{}`: {line}", field.name));
        self.problems.push(problem);
    }

    fn unknown(&mut self, schema: &Schema, name: &str) {
        let subject = self.subject;
        let at = subject.spans.key(&self.path);
        let nested = self.path.0.len() > 1;
        if nested && (META_ARGUMENTS.contains(&name) || subject.arguments.field(name).is_some()) {
            self.misplaced(name, at);
            return;
        }
        if !nested && subject.outputs.field(name).is_some() {
            let message = format!("`{name}` of {} is an output and cannot be set", subject.owner);
            self.problems.push(Diagnostic::error("output-is-set", at, message).help("remove it"));
            return;
        }
        let owner = if nested {
            let around = Path(self.path.0[..self.path.0.len() - 1].to_vec());
            format!("`{around}` of {}", subject.owner)
        } else {
            subject.owner.to_owned()
        };
        let known: Vec<&str> = schema.fields.iter().map(|field| field.name).collect();
        let mut problem = Diagnostic::error("unknown-argument", at, format!("{owner} has no argument `{name}`"));
        if name == "count" && !nested {
            problem = problem.help("there is no `count`: use `for_each` with a list of names or a map");
        } else if let Some(meant) = nearest(name, known.iter().copied()) {
            problem = problem.help(format!("did you mean `{meant}`?")).fix(at, meant);
        } else if known.len() <= 12 {
            problem = problem.help(format!("it takes {}", listed(&known)));
        }
        self.problems.push(problem);
    }

    /// Whether a member of a map of plain values is an argument or meta-argument that TOML put
    /// there because it stands below the map's header.
    fn slipped_in(&self, name: &str, inner: &Type, member: &Planned) -> bool {
        let plain = matches!(inner, Type::Bool | Type::Int | Type::Float | Type::Text);
        let structured = matches!(member, Tree::List(_) | Tree::Map(_));
        plain && structured && (META_ARGUMENTS.contains(&name) || self.subject.arguments.field(name).is_some())
    }

    /// TOML puts what follows `[[….ingress]]` into the rule.
    fn misplaced(&mut self, name: &str, at: Span) {
        let subject = self.subject;
        let around = Path(self.path.0[..self.path.0.len() - 1].to_vec());
        let table = subject.spans.value(&around);
        let place = match subject.sources.and_then(|sources| line(sources, table)) {
            Some(line) => format!("move it above line {line}"),
            None => "move it above the nested table".to_owned(),
        };
        let problem = Diagnostic::error(
            "misplaced-argument",
            at,
            format!("`{name}` stands in `{around}`, which has no such argument"),
        )
        .label(table, "everything below belongs to this table")
        .help(format!("`{name}` belongs to {}: {place}", subject.owner));
        self.problems.push(problem);
    }
}

/// Stands where a value was wrong: set, but unknown, so that nobody complains a second time.
pub(crate) fn poison() -> Planned {
    Tree::Hole(Pending::on(Address::managed("", ""), ""))
}

/// Whether a value holds [`poison`], or waits for something that was made from it.
pub(crate) fn is_poisoned(value: &Planned) -> bool {
    value.any(&mut |tree| match tree {
        Tree::Hole(pending) => pending.sources.iter().any(|source| source.address.kind.is_empty()),
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::Secret(_) | Tree::List(_) | Tree::Map(_) => false,
    })
}

/// Whether a secret sits in a value, at hand or to come.
pub(crate) fn is_secret(value: &Planned) -> bool {
    value.any(&mut |tree| match tree {
        Tree::Secret(_) => true,
        Tree::Hole(pending) => pending.secret,
        Tree::Null | Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) | Tree::Text(_) => false,
        Tree::List(_) | Tree::Map(_) => false,
    })
}

static EMPTY: Schema = Schema { doc: "", fields: &[] };

/// The line of a span's first byte, from 1.
fn line(sources: &Sources, span: Span) -> Option<usize> {
    let text = &sources.get(span.file)?.text;
    Some(text.get(..span.start as usize)?.matches('\n').count() + 1)
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "no arguments".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<String>>().join(", "),
    }
}

/// The same structure with every leaf secret under one stamp.
fn secret_leaves(value: Known, stamp: Option<&str>) -> Planned {
    match value {
        Tree::List(items) => Tree::List(items.into_iter().map(|item| secret_leaves(item, stamp)).collect()),
        Tree::Map(members) => Tree::map(members.into_iter().map(|(key, item)| (key, secret_leaves(item, stamp)))),
        Tree::Null => Tree::Null,
        Tree::Secret(secret) => Tree::Secret(secret),
        leaf => Tree::Secret(Secret::Plain { value: Box::new(leaf), stamp: stamp.map(Stamp::from) }),
    }
}

/// A sensitive argument's value: one secret where all of it is known, else secret leaves.
fn seal(value: Planned) -> Planned {
    match value {
        Tree::Null => Tree::Null,
        Tree::Secret(secret) => Tree::Secret(secret),
        Tree::Hole(mut pending) => {
            pending.secret = true;
            Tree::Hole(pending)
        }
        Tree::List(items) => Tree::List(items.into_iter().map(seal).collect()),
        Tree::Map(members) => Tree::map(members.into_iter().map(|(key, item)| (key, seal(item)))),
        Tree::Bool(value) => Tree::Secret(Secret::plain(Tree::Bool(value))),
        Tree::Int(value) => Tree::Secret(Secret::plain(Tree::Int(value))),
        Tree::Float(value) => Tree::Secret(Secret::plain(Tree::Float(value))),
        Tree::Text(value) => Tree::Secret(Secret::plain(Tree::Text(value))),
    }
}
