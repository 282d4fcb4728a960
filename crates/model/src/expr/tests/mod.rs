//! One world of values, and one `check(input, expect)` over it.
//!
//! Expectations of functions and operators are what `terraform console` 1.11 prints for the same
//! input, written as JSON.

mod collection;
mod encoding;
mod environment;
mod format;
mod language;
mod network;
mod numeric;
mod parse;
mod secret;
mod span;
mod string;
mod template;
mod unknown;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Expr, Object, Parsed, Scope, ScopeError};
use crate::address::Address;
use crate::diagnostic::Diagnostic;
use crate::manifest::Text;
use crate::source::{FileId, Span};
use crate::tree::{Known, Pending, Planned, Secret, Source, SourceSet, Tree};

/// A scope whose answers are written out in [`World::default`].
struct World {
    variables: BTreeMap<String, Planned>,
    locals: BTreeMap<String, Planned>,
    objects: BTreeMap<Address, Planned>,
    members: BTreeMap<Address, BTreeMap<String, Planned>>,
    each: Option<(String, Planned)>,
    files: BTreeMap<String, Vec<u8>>,
}

impl World {
    fn variable(mut self, name: &str, value: Planned) -> Self {
        self.variables.insert(name.to_owned(), value);
        self
    }

    fn object(mut self, address: &str, value: Planned) -> Self {
        self.objects.insert(address.parse().expect("an address"), value);
        self
    }

    fn file(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.as_bytes().to_vec());
        self
    }
}

impl Default for World {
    fn default() -> Self {
        let empty = Self {
            variables: BTreeMap::new(),
            locals: BTreeMap::new(),
            objects: BTreeMap::new(),
            members: BTreeMap::new(),
            each: Some(("a".to_owned(), Tree::map([("zone", Tree::text("eu-1a"))]))),
            files: BTreeMap::new(),
        };
        let subnet = |key: &str| {
            let id = Pending::on(Address::managed("aws_subnet", "public").member(key), "id");
            (key.to_owned(), Tree::map([("id", Tree::Hole(id)), ("az", Tree::text(format!("eu-1{key}")))]))
        };
        let mut world = empty
            .variable("name", Tree::text("web"))
            .variable("count", Tree::Int(3))
            .variable("list", Tree::List(vec![Tree::text("a"), Tree::text("b")]))
            .variable("password", secret("hunter2"))
            .variable("kept", Tree::Secret(Secret::Keep))
            .object(
                "aws_vpc.main",
                Tree::map([
                    ("id", Tree::Hole(Pending::on(Address::managed("aws_vpc", "main"), "id"))),
                    ("arn", Tree::Hole(Pending::on(Address::managed("aws_vpc", "main"), "arn"))),
                    ("cidr_block", Tree::text("10.0.0.0/16")),
                    ("tags", Tree::map([("Name", Tree::text("main"))])),
                    ("ipv6_cidr_block", Tree::Null),
                ]),
            )
            .object(
                "aws_db.main",
                Tree::map([
                    ("endpoint", Tree::map([("port", Tree::Int(5432))])),
                    ("nodes", Tree::List(vec![Tree::map([("ip", Tree::text("::1"))])])),
                    ("address", Tree::Hole(Pending::on(Address::managed("aws_db", "main"), "address"))),
                ]),
            )
            .object("aws_sm.plan", Tree::map([("text", stamped_hole("arn:db|v1"))]))
            .object("aws_sm.apply", Tree::map([("text", stamped("arn:db|v1", r#"{"user":"u","pass":"p"}"#))]))
            .object("aws_off.x", Tree::Null)
            .file("greet.tpl", "Hello ${name}!\n%{ for p in ports ~}\n- ${p}\n%{ endfor ~}\n")
            .file("policy.json", r#"{"a":1}"#);
        world.members.insert(Address::managed("aws_subnet", "public"), ["a", "b"].into_iter().map(subnet).collect());
        world.locals.insert("port".to_owned(), Tree::Int(8080));
        world
    }
}

impl Scope for World {
    fn variable(&self, name: &str) -> Result<&Planned, ScopeError> {
        self.variables.get(name).ok_or_else(|| unknown(format!("there is no variable `{name}`")))
    }

    fn local(&self, name: &str) -> Result<Arc<Planned>, ScopeError> {
        self.locals.get(name).cloned().map(Arc::new).ok_or(ScopeError::Reported)
    }

    fn each(&self) -> Option<(&str, &Planned)> {
        self.each.as_ref().map(|(key, value)| (key.as_str(), value))
    }

    fn stack(&self, name: &str) -> Option<Planned> {
        (name == "name").then(|| Tree::text("shop"))
    }

    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError> {
        if let Some(members) = self.members.get(declaration) {
            return Ok(Object::Members(members.iter().map(|(key, value)| (key.as_str(), value)).collect()));
        }
        match self.objects.get(declaration) {
            Some(Tree::Null) => Ok(Object::Disabled),
            Some(value) => Ok(Object::Single(value)),
            None => Err(unknown(format!("there is no `{declaration}`"))),
        }
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        self.files.get(path).cloned().ok_or_else(|| format!("there is no file `{path}`"))
    }
}

fn unknown(message: String) -> ScopeError {
    ScopeError::Here { code: "unknown-reference", message, help: None }
}

fn secret(text: &str) -> Planned {
    Tree::Secret(Secret::plain(Tree::text(text)))
}

fn stamped(stamp: &str, text: &str) -> Planned {
    Tree::Secret(Secret::Plain { value: Box::new(Tree::text(text)), stamp: Some(stamp.into()) })
}

fn stamped_hole(stamp: &str) -> Planned {
    let source = Source { address: Address::managed("aws_sm", "plan"), attribute: "text".to_owned() };
    Tree::Hole(Pending { sources: SourceSet::from([source]), secret: true, stamp: Some(stamp.into()) })
}

/// Parses text that stands between quotes at the start of a file.
fn parse(template: &str) -> Result<Parsed, Vec<Diagnostic>> {
    let text = Text { decoded: template.to_owned(), offsets: Vec::new(), start: 1 };
    let end = u32::try_from(template.len()).expect("a short text") + 2;
    super::parse(&text, Span { file: FileId(0), start: 0, end })
}

fn expression(template: &str) -> Expr {
    match parse(template) {
        Ok(Parsed::Expr(expr)) => expr,
        other => panic!("`{template}` parses as {other:?}"),
    }
}

fn evaluate(world: &World, template: &str) -> Result<Planned, Vec<Diagnostic>> {
    match parse(template)? {
        Parsed::Literal(text) => Ok(Tree::Text(text)),
        Parsed::Expr(expr) => super::evaluate(&expr, world),
    }
}

/// The value as JSON with `unknown(sources)` and `secret(value)` in it, or the first problem.
fn show(result: &Result<Planned, Vec<Diagnostic>>) -> String {
    match result {
        Ok(value) => show_value(value),
        Err(problems) => match problems.first() {
            Some(problem) => format!("{}: {}", problem.code, problem.message),
            None => "reported".to_owned(),
        },
    }
}

fn show_value(value: &Planned) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Tree::List(items) => format!("[{}]", joined(items.iter().map(show_value).collect())),
        Tree::Map(members) => {
            let member = |(key, it): (&String, &Planned)| format!("{key:?}:{}", show_value(it));
            format!("{{{}}}", joined(members.iter().map(member).collect()))
        }
        Tree::Secret(Secret::Plain { value, stamp: _ }) => format!("secret({})", show_known(value)),
        Tree::Secret(Secret::Keep) => "keep".to_owned(),
        Tree::Secret(Secret::Stamp(_) | Secret::Fingerprint(_)) => "kept".to_owned(),
        Tree::Hole(pending) => {
            let sources = pending.sources.iter().map(|it| format!("{}.{}", it.address, it.attribute)).collect();
            format!("{}({})", if pending.secret { "secret" } else { "unknown" }, joined(sources))
        }
        plain => plain.to_json().to_string(),
    }
}

fn show_known(value: &Known) -> String {
    show_value(&value.clone().widen())
}

/// What `${input}` evaluates to in the default world.
#[track_caller]
fn check(input: &str, expect: &str) {
    check_template(&format!("${{{input}}}"), expect);
}

/// What a whole text evaluates to in the default world.
#[track_caller]
fn check_template(template: &str, expect: &str) {
    assert_eq!(show(&evaluate(&World::default(), template)), expect, "{template}");
}
