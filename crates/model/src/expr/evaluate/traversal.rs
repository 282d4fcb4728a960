//! References and the steps after them: attributes, indexes, splats.

use std::sync::Arc;

use hcl_edit::expr::{Expression, Traversal, TraversalOperator};
use hcl_edit::{Decorated, Ident, Span as _};

use super::{Context, Evaluated, fail, gather};
use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::convert;
use crate::expr::survey::{self, Wrong};
use crate::expr::veil::Veil;
use crate::expr::{Object, Reference, Root, ScopeError};
use crate::path::Step;
use crate::source::Span;
use crate::tree::{Pending, Planned, Source, SourceSet, Tree};

/// A place in a value, and what was passed on the way there.
struct Cursor<'v> {
    value: Held<'v>,
    veil: Veil,
    /// The way so far, for messages.
    name: String,
    kind: Standing,
}

/// A value that is copied only once it is needed by itself.
enum Held<'v> {
    Borrowed(&'v Planned),
    Shared(Arc<Planned>),
    Owned(Planned),
}

impl Held<'_> {
    fn get(&self) -> &Planned {
        match self {
            Held::Borrowed(value) => value,
            Held::Shared(value) => value,
            Held::Owned(value) => value,
        }
    }

    fn into_owned(self) -> Planned {
        match self {
            Held::Borrowed(value) => value.clone(),
            Held::Shared(value) => Arc::unwrap_or_clone(value),
            Held::Owned(value) => value,
        }
    }

    /// Something in it.
    fn inner(&self, find: impl Fn(&Planned) -> Option<&Planned>) -> Option<Self> {
        match self {
            Held::Borrowed(value) => find(value).map(Held::Borrowed),
            Held::Shared(value) => find(value).cloned().map(Held::Owned),
            Held::Owned(value) => find(value).cloned().map(Held::Owned),
        }
    }
}

/// What a cursor stands on.
#[derive(Clone, Copy, PartialEq)]
enum Standing {
    Value,
    /// A declaration with `lifecycle.enabled = false`: null, and so is all below it.
    Disabled,
    /// A declaration with `for_each`, before a key is chosen.
    Members,
}

type Operator = Decorated<TraversalOperator>;

impl<'v> Cursor<'v> {
    fn on(value: Held<'v>, name: impl Into<String>) -> Self {
        Self { value, veil: Veil::default(), name: name.into(), kind: Standing::Value }
    }

    fn finish(self) -> Planned {
        self.veil.cover(self.value.into_owned())
    }
}

impl<'a> Context<'a> {
    pub(super) fn variable(self, name: &Decorated<Ident>) -> Evaluated {
        match self.bound(name) {
            Some(value) => Ok(value.clone()),
            None => self.free(name, &[]).map(|(cursor, _)| cursor.finish()),
        }
    }

    pub(super) fn traversal(self, node: &Traversal) -> Evaluated {
        let operators = node.operators.as_slice();
        let (cursor, used) = match &node.expr {
            Expression::Variable(name) => match self.bound(name) {
                Some(value) => (Cursor::on(Held::Borrowed(value), name.as_str()), 0),
                None => self.free(name, operators)?,
            },
            other => (Cursor::on(Held::Owned(self.expression(other)?), "this value"), 0),
        };
        self.walk(cursor, &operators[used..])
    }

    pub(super) fn reference(self, reference: &Reference) -> Evaluated {
        let (mut cursor, used) = self.resolve(&reference.root, &reference.steps, reference.span)?;
        for step in &reference.steps[used..] {
            cursor = self.advance(cursor, step, reference.span)?;
        }
        Ok(cursor.finish())
    }

    /// A name that nothing binds here: a reference, and how many operators belong to its root.
    fn free(self, name: &Decorated<Ident>, operators: &[Operator]) -> Result<(Cursor<'a>, usize), Vec<Diagnostic>> {
        if let Some(known) = self.surveyed(name) {
            let (cursor, more) = self.resolve(&known.root, &known.steps, known.span)?;
            return Ok((cursor, known.rooted + more));
        }
        let literal: Vec<(Step, usize)> = operators.iter().map_while(survey::literal_step).collect();
        let start = name.span().map_or(0, |it| it.start);
        let end = literal.last().map_or_else(|| name.span().map_or(0, |it| it.end), |(_, end)| *end);
        let span = self.places.span(start..end);
        let (root, used) = survey::split_root(name, &literal)
            .or_else(|Wrong { message, help }| fail(Diagnostic::error("unknown-name", span, message).help(help)))?;
        let steps: Vec<Step> = literal.into_iter().skip(used).map(|(step, _)| step).collect();
        let (cursor, more) = self.resolve(&root, &steps, span)?;
        Ok((cursor, used + more))
    }

    /// What parsing has found at a name; nothing in template files, which are not surveyed.
    fn surveyed(self, name: &Decorated<Ident>) -> Option<&'a Reference> {
        let start = name.span()?.start;
        let at = self.references.binary_search_by_key(&start, |it| it.range.start).ok()?;
        self.references.get(at)
    }

    /// The value of a root, and how many of the steps after it were taken on the way.
    fn resolve(self, root: &Root, steps: &[Step], span: Span) -> Result<(Cursor<'a>, usize), Vec<Diagnostic>> {
        let asked = |answer: Result<Held<'a>, ScopeError>, name: String| match answer {
            Ok(value) => Ok((Cursor::on(value, name), 0)),
            Err(error) => Err(reported(error, span)),
        };
        let first = match steps.first() {
            Some(Step::Field(name)) => name.as_str(),
            Some(Step::Index(_) | Step::Key(_)) | None => "",
        };
        match root {
            Root::Variable(name) => asked(self.scope.variable(name).map(Held::Borrowed), format!("var.{name}")),
            Root::Local(name) => asked(self.scope.local(name).map(Held::Shared), format!("local.{name}")),
            Root::Each => match self.scope.each() {
                Some((key, _)) if first == "key" => Ok((Cursor::on(Held::Owned(Tree::text(key)), "each.key"), 1)),
                Some((_, value)) => Ok((Cursor::on(Held::Borrowed(value), "each.value"), 1)),
                None => fail(
                    Diagnostic::error("each-outside-for-each", span, "`each` has a value only beside `for_each`")
                        .help("give the block a `for_each`, or name the value itself"),
                ),
            },
            Root::Stack => match self.scope.stack(first) {
                Some(value) => Ok((Cursor::on(Held::Owned(value), format!("stack.{first}")), 1)),
                None => fail(
                    Diagnostic::error("unknown-name", span, format!("`stack` has no `{first}`"))
                        .help("it has `stack.name` and `stack.environment`"),
                ),
            },
            Root::Object(address) => {
                let object = self.scope.object(address).map_err(|error| reported(error, span))?;
                Ok(stand(object, address.to_string(), steps.first()))
            }
        }
    }

    fn walk(self, mut cursor: Cursor<'_>, operators: &[Operator]) -> Evaluated {
        let mut rest = operators;
        while let Some((operator, after)) = rest.split_first() {
            rest = after;
            match operator.value() {
                TraversalOperator::FullSplat(_) => return self.splat(cursor, after, operator),
                TraversalOperator::AttrSplat(_) => {
                    let plain = |it: &Operator| {
                        matches!(it.value(), TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
                    };
                    let split = after.iter().position(|it| !plain(it)).unwrap_or(after.len());
                    let name = format!("{}[*]", cursor.name);
                    let items = self.splat(cursor, &after[..split], operator)?;
                    cursor = Cursor::on(Held::Owned(items), name);
                    rest = &after[split..];
                }
                TraversalOperator::Index(index) if survey::literal_step(operator).is_none() => {
                    let mut veil = Veil::default();
                    let value = veil.top(self.expression(index)?);
                    let opaque = veil.is_opaque();
                    cursor.veil.join(veil);
                    if !opaque {
                        cursor = self.advance(cursor, &self.index_step(&value, index)?, self.span(index))?;
                    }
                }
                TraversalOperator::GetAttr(_) | TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
                    if let Some((step, _)) = survey::literal_step(operator) {
                        cursor = self.advance(cursor, &step, self.span(operator.value()))?;
                    }
                }
            }
        }
        Ok(cursor.finish())
    }

    fn index_step(self, value: &Planned, index: &Expression) -> Result<Step, Vec<Diagnostic>> {
        self.looks_inside(value, self.span(index))?;
        let wrong = |message| fail(Diagnostic::error("invalid-index", self.span(index), message));
        match value {
            Tree::Int(_) | Tree::Float(_) => match convert::number(value).map(convert::Number::whole) {
                Ok(Some(whole)) => match usize::try_from(whole) {
                    Ok(at) => Ok(Step::Index(at)),
                    Err(_) => wrong("an index counts from 0 and is never negative".to_owned()),
                },
                Ok(None) | Err(_) => wrong("an index is a whole number".to_owned()),
            },
            other => match convert::text(other) {
                Ok(key) => Ok(Step::Key(key)),
                Err(_) => wrong(format!("an index is a number or text, and this is {}", convert::noun(other))),
            },
        }
    }

    /// One literal step. Unknown and secret values let every step pass and stay what they are.
    fn advance<'v>(self, cursor: Cursor<'v>, step: &Step, span: Span) -> Result<Cursor<'v>, Vec<Diagnostic>> {
        let Cursor { value, mut veil, name, kind } = cursor;
        if veil.is_opaque() || kind == Standing::Disabled {
            return Ok(Cursor { value, veil, name, kind });
        }
        let value = match value.get() {
            Tree::Hole(pending) => {
                let below = Held::Owned(Tree::Hole(below(pending.clone(), step)));
                return Ok(Cursor { value: below, veil, name, kind });
            }
            Tree::Secret(_) => Held::Owned(veil.top(value.into_owned())),
            _ => value,
        };
        if veil.is_opaque() {
            return Ok(Cursor { value, veil, name, kind });
        }
        let found = match (value.get(), step) {
            // A block limited to one is a table; Terraform's `[0]` after it changes nothing.
            (Tree::Map(members), Step::Index(0)) if !members.contains_key("0") && kind == Standing::Value => {
                return Ok(Cursor { value, veil, name, kind });
            }
            (Tree::Map(_), step) => value.inner(|it| it.get(&key_of(step))),
            (Tree::List(_), step) => index_of(step).and_then(|at| value.inner(|it| it.as_list()?.get(at))),
            _ => None,
        };
        match found {
            Some(found) => {
                let name = format!("{name}{}", Shown(step));
                Ok(Cursor { value: found, veil, name, kind: Standing::Value })
            }
            None => {
                let secret = veil.is_secret();
                fail(missing(value.get(), step, &name, kind, secret, span))
            }
        }
    }

    fn splat(self, cursor: Cursor<'_>, rest: &[Operator], splat: &Operator) -> Evaluated {
        let Cursor { value, mut veil, name, kind } = cursor;
        if kind == Standing::Members {
            return fail(splat_on_members(&name, rest, self.span(splat.value())));
        }
        let value = veil.top(value.into_owned());
        if veil.is_opaque() {
            return Ok(veil.cover(Tree::Null));
        }
        let items = match value {
            Tree::Null => Vec::new(),
            Tree::List(items) => items,
            single => vec![single],
        };
        let walked = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| self.walk(Cursor::on(Held::Owned(item), format!("{name}[{index}]")), rest));
        Ok(veil.cover(Tree::List(gather(walked)?)))
    }
}

fn reported(error: ScopeError, span: Span) -> Vec<Diagnostic> {
    match error {
        ScopeError::Reported => Vec::new(),
        ScopeError::Here { code, message, help } => {
            vec![Diagnostic { help, ..Diagnostic::error(code, span, message) }]
        }
    }
}

/// Where a reference to an object starts. The member that the next step names is borrowed alone,
/// so that the others need not be copied.
fn stand<'a>(object: Object<'a>, name: String, next: Option<&Step>) -> (Cursor<'a>, usize) {
    let at = |value, name, kind| Cursor { value, veil: Veil::default(), name, kind };
    match object {
        Object::Disabled | Object::Single(Tree::Null) => (at(Held::Owned(Tree::Null), name, Standing::Disabled), 0),
        Object::Single(value) => (at(Held::Borrowed(value), name, Standing::Value), 0),
        Object::Members(members) => {
            if let Some(step) = next
                && let Some(member) = members.get(key_of(step).as_str())
            {
                let name = format!("{name}{}", Shown(step));
                let kind = if member.is_null() { Standing::Disabled } else { Standing::Value };
                return (at(Held::Borrowed(member), name, kind), 1);
            }
            let all = Tree::map(members.into_iter().map(|(key, member)| (key, member.clone())));
            (at(Held::Owned(all), name, Standing::Members), 0)
        }
    }
}

/// The part of an unknown value that a step leads to.
fn below(mut pending: Pending, step: &Step) -> Pending {
    pending.stamp = None;
    if let [source] = &*pending.sources {
        let attribute = format!("{}{}", source.attribute, Shown(step));
        pending.sources = SourceSet::from([Source { address: source.address.clone(), attribute }]);
    }
    pending
}

fn key_of(step: &Step) -> String {
    match step {
        Step::Field(name) | Step::Key(name) => name.clone(),
        Step::Index(at) => at.to_string(),
    }
}

fn index_of(step: &Step) -> Option<usize> {
    match step {
        Step::Index(at) => Some(*at),
        Step::Key(key) => key.parse().ok(),
        Step::Field(_) => None,
    }
}

/// A step as it is written.
struct Shown<'a>(&'a Step);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(at) => write!(f, "[{at}]"),
            Step::Key(key) => write!(f, "[{key:?}]"),
        }
    }
}

/// Why a step leads nowhere.
fn missing(value: &Planned, step: &Step, name: &str, kind: Standing, secret: bool, span: Span) -> Diagnostic {
    if secret {
        return Diagnostic::error("unknown-attribute", span, format!("the secret `{name}` has no such member"));
    }
    match (value, step) {
        (Tree::Map(members), Step::Field(_) | Step::Index(_)) if kind == Standing::Members => {
            let key = members.keys().next().map_or("key", String::as_str);
            let attribute = match step {
                Step::Field(name) => name.as_str(),
                Step::Index(_) | Step::Key(_) => "id",
            };
            Diagnostic::error("unknown-attribute", span, format!("`{name}` has `for_each`, so it is a map of members"))
                .help(format!("`{name}[{key:?}].{attribute}` for one, `{}` for all", for_all(name, attribute)))
        }
        (Tree::Map(members), _) => {
            let (key, what) = (key_of(step), if kind == Standing::Members { "member" } else { "attribute" });
            let problem = Diagnostic::error("unknown-attribute", span, format!("`{name}` has no {what} `{key}`"));
            match nearest(&key, members.keys().map(String::as_str)) {
                Some(near) => problem.help(format!("did you mean `{near}`?")),
                None if members.is_empty() || members.len() > 12 => problem,
                None => problem.help(format!("it has `{}`", members.keys().cloned().collect::<Vec<_>>().join("`, `"))),
            }
        }
        (Tree::List(_), Step::Field(field)) => Diagnostic::error(
            "unknown-attribute",
            span,
            format!("`{name}` is a list, which has no attribute `{field}`"),
        )
        .help(format!("`{name}[0].{field}` for one item, `{name}[*].{field}` for all")),
        (Tree::List(items), _) => {
            let message = format!("`{name}` has {} items, counted from 0; none is at {}", items.len(), Shown(step));
            Diagnostic::error("index-out-of-range", span, message)
        }
        (Tree::Null, _) => Diagnostic::error("null-value", span, format!("`{name}` is null, so nothing is below it"))
            .help("`try(…, default)` gives a value in its place"),
        (other, _) => {
            let message = format!("`{name}` is {}, so `{}` leads nowhere", convert::noun(other), Shown(step));
            Diagnostic::error("unknown-attribute", span, message)
        }
    }
}

fn splat_on_members(name: &str, rest: &[Operator], span: Span) -> Diagnostic {
    let steps: String = rest.iter().map_while(survey::literal_step).map(|(step, _)| Shown(&step).to_string()).collect();
    let attribute = steps.strip_prefix('.').unwrap_or("id");
    Diagnostic::error("splat-on-map", span, format!("`{name}` has `for_each`, so it is a map and no list"))
        .help(format!("write `{}`", for_all(name, attribute)))
}

/// `[for s in aws_subnet.public : s.id]`
fn for_all(name: &str, attribute: &str) -> String {
    let kind = name.trim_start_matches("data.").split('.').next().unwrap_or_default();
    let letter = kind.rsplit('_').next().and_then(|word| word.chars().next()).unwrap_or('x');
    format!("[for {letter} in {name} : {letter}.{attribute}]")
}
