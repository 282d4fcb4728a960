//! The files of a manifest as one: what each declares put together, the environment merged over
//! it.
//!
//! In: [`Sources`]. Out: an [`Assembly`], whose sections are still untyped tables. It must not
//! know what stands in a section.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use indexmap::map::Entry as Slot;

use super::fields::{suggest, wrong_type};
use super::outline::{self, Entry};
use super::{Block, Node, Table, Unparsed, Value, node};
use crate::address::{Address, Mode};
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources, Span};

/// Everything the files declare, by section.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    pub(super) environment: Option<String>,
    pub(super) layers: Vec<String>,
    /// `stack.toml`, if it is there and its syntax is sound.
    pub(super) settings: Option<FileId>,
    pub(super) stack: Option<Node>,
    pub(super) provider: Option<Node>,
    pub(super) state: Option<Node>,
    pub(super) variables: Table,
    pub(super) values: Table,
    pub(super) locals: Table,
    pub(super) tags: Table,
    pub(super) layer_tags: IndexMap<String, Table>,
    pub(super) outputs: Table,
    pub(super) blocks: IndexMap<Address, Block>,
    pub(super) moved: Vec<Node>,
    pub(super) imports: Vec<Node>,
    pub(super) removed: Vec<Node>,
    pub(super) unparsed: Unparsed,
}

/// What a file may hold, by its place in the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Settings,
    Layer,
    Environment,
}

const SECTIONS: &[&str] = &[
    "stack",
    "provider",
    "state",
    "variables",
    "locals",
    "tags",
    "outputs",
    "resource",
    "data",
    "moved",
    "import",
    "removed",
    "values",
];

/// Arguments that any resource takes; at the top of a file they have slipped out of one.
const META_ARGUMENTS: &[&str] = &["for_each", "depends_on", "lifecycle", "timeouts"];

/// Puts the files together.
pub(super) fn assemble(sources: &Sources, environment: Option<&str>, diagnostics: &mut Vec<Diagnostic>) -> Assembly {
    let mut assembly = Assembly { environment: environment.map(str::to_owned), ..Assembly::default() };
    let (mut has_settings, mut has_environment) = (false, false);
    for (file, source) in (0..).map(FileId).zip(&sources.files) {
        let (role, name) = match source.path.strip_prefix("environments/").map(stem) {
            Some(name) if Some(name) == environment => (Role::Environment, name),
            Some(_) => continue,
            None if source.path == "stack.toml" => (Role::Settings, "stack"),
            None => (Role::Layer, stem(&source.path)),
        };
        has_settings |= role == Role::Settings;
        has_environment |= role == Role::Environment;
        if role != Role::Environment {
            assembly.layers.push(name.to_owned());
        }
        match node::read(file, &source.text, diagnostics) {
            Some(table) => {
                if role == Role::Settings {
                    assembly.settings = Some(file);
                }
                File { role, name, headers: outline::headers(&source.text), assembly: &mut assembly, diagnostics }
                    .take(table);
            }
            None => assembly.unparsed.add(&source.path, &outline::entries(&source.text)),
        }
    }
    if !has_settings {
        diagnostics.push(
            Diagnostic::nowhere("no-manifest", "there is no `stack.toml` here").help("`stackctl new NAME` writes one"),
        );
    }
    if let Some(name) = environment.filter(|_| !has_environment) {
        diagnostics.push(missing_environment(name, &sources.environments));
    }
    assembly
}

fn missing_environment(name: &str, available: &[String]) -> Diagnostic {
    let message = format!("there is no environment `{name}`: `environments/{name}.toml` does not exist");
    let names: Vec<_> = available.iter().map(|it| format!("`{it}`")).collect();
    let help = match names.as_slice() {
        [] => "this manifest has no environments".to_owned(),
        [only] => format!("there is only {only}"),
        _ => format!("there are {}", names.join(", ")),
    };
    Diagnostic::nowhere("no-environment", message).help(help)
}

fn stem(path: &str) -> &str {
    path.strip_suffix(".toml").unwrap_or(path)
}

impl Unparsed {
    fn add(&mut self, path: &str, entries: &[Entry]) {
        self.files.push(path.to_owned());
        self.addresses.extend(entries.iter().filter_map(Entry::address));
        for entry in entries {
            let [(section, _), (name, _), ..] = entry.path.as_slice() else { continue };
            match section.as_str() {
                "variables" => self.variables.insert(name.clone()),
                "locals" => self.locals.insert(name.clone()),
                _ => false,
            };
        }
    }
}

/// One file on its way into the assembly.
struct File<'a> {
    role: Role,
    name: &'a str,
    headers: BTreeMap<Address, Entry>,
    assembly: &'a mut Assembly,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl File<'_> {
    fn take(&mut self, table: Table) {
        for (section, (key, node)) in table {
            match section.as_str() {
                "stack" | "provider" | "state" => self.settings(&section, key, node),
                "values" => self.values(key, node),
                "variables" => self.named("variable", &section, key, node, |it| &mut it.variables),
                "locals" => self.named("local", &section, key, node, |it| &mut it.locals),
                "outputs" => self.named("output", &section, key, node, |it| &mut it.outputs),
                "tags" => self.tags(key, node),
                "resource" => self.blocks(Mode::Managed, key, node),
                "data" => self.blocks(Mode::Data, key, node),
                "moved" => self.list(&section, node, |it| &mut it.moved),
                "import" => self.list(&section, node, |it| &mut it.imports),
                "removed" => self.list(&section, node, |it| &mut it.removed),
                _ => self.unknown(&section, key),
            }
        }
    }

    /// `[stack]`, `[provider]`, `[state]`: in `stack.toml`, or over it.
    fn settings(&mut self, section: &str, key: Span, node: Node) {
        if self.role == Role::Layer {
            let message = format!("`[{section}]` belongs in `stack.toml`");
            self.diagnostics.push(
                Diagnostic::error("misplaced-table", key, message)
                    .help("a layer holds everything but `[stack]`, `[provider]` and `[state]`"),
            );
            return;
        }
        let slot = match section {
            "stack" => &mut self.assembly.stack,
            "provider" => &mut self.assembly.provider,
            _ => &mut self.assembly.state,
        };
        match (slot.as_mut().map(|it| &mut it.value), node) {
            (Some(Value::Table(base)), Node { value: Value::Table(over), .. }) => merge(base, over),
            (_, node) => *slot = Some(node),
        }
    }

    fn values(&mut self, key: Span, node: Node) {
        if self.role != Role::Environment {
            let message = "`[values]` belongs in `environments/NAME.toml`";
            self.diagnostics.push(
                Diagnostic::error("misplaced-table", key, message)
                    .help("here a variable gets its value from `default` in `[variables.NAME]`"),
            );
            return;
        }
        self.assembly.values = self.table("values", key, node).unwrap_or_default();
    }

    /// Things with names that hold in the whole manifest.
    fn named(
        &mut self,
        noun: &str,
        section: &str,
        key: Span,
        node: Node,
        target: impl Fn(&mut Assembly) -> &mut Table,
    ) {
        let Some(table) = self.table(section, key, node) else { return };
        let target = target(self.assembly);
        if self.role == Role::Environment {
            merge(target, table);
            return;
        }
        for (name, (key, node)) in table {
            match target.entry(name) {
                Slot::Vacant(slot) => {
                    slot.insert((key, node));
                }
                Slot::Occupied(slot) => self.diagnostics.push(
                    Diagnostic::error("duplicate-name", key, format!("the {noun} `{}` is declared twice", slot.key()))
                        .note("declared again here")
                        .label(slot.get().0, "first declared here")
                        .help("names are shared by all files of a manifest"),
                ),
            }
        }
    }

    fn tags(&mut self, key: Span, node: Node) {
        let Some(table) = self.table("tags", key, node) else { return };
        match self.role {
            Role::Settings | Role::Environment => merge(&mut self.assembly.tags, table),
            Role::Layer => {
                self.assembly.layer_tags.insert(self.name.to_owned(), table);
            }
        }
    }

    /// `[resource]` or `[data]`: kinds, and in them names.
    fn blocks(&mut self, mode: Mode, key: Span, node: Node) {
        let section = section(mode);
        let Some(kinds) = self.table(section, key, node) else { return };
        for (kind, (kind_span, node)) in kinds {
            let Some(names) = self.table(&format!("{section}.{kind}"), kind_span, node) else { continue };
            let argument = names.iter().find(|(_, (_, it))| !matches!(it.value, Value::Table(_) | Value::List(_)));
            if let Some((argument, (span, _))) = argument {
                let message = format!("`[{section}.{kind}]` lacks a name: `{argument}` stands where one should");
                self.diagnostics.push(
                    Diagnostic::error("missing-name", *span, message)
                        .help(format!("write `[{section}.{kind}.NAME]` above its arguments")),
                );
                continue;
            }
            for (name, (key, node)) in names {
                self.block(Address::new(mode, kind.as_str(), name), kind_span, key, node);
            }
        }
    }

    fn block(&mut self, address: Address, kind_span: Span, key: Span, node: Node) {
        let header = format!("{}.{}.{}", section(address.mode), address.kind, address.name);
        if let Value::List(_) = node.value {
            let message = format!("`{address}` is declared as a list");
            self.diagnostics.push(
                Diagnostic::error("wrong-type", node.span, message)
                    .help(format!("write `[{header}]`; several alike are made by `for_each`")),
            );
            return;
        }
        let words = [(&address.kind, kind_span), (&address.name, key)];
        if let Some((word, span)) = words.into_iter().find(|(it, _)| !is_identifier(it)) {
            self.diagnostics.push(invalid_name(word, span));
            return;
        }
        let file = node.span.file;
        let written = self.headers.get(&address);
        let span = written.map_or(node.span, |it| super::syntax::span(file, it.span.clone()));
        let kind_span = written
            .and_then(|it| it.path.get(1))
            .map_or(kind_span, |(_, range)| super::syntax::span(file, range.clone()));
        let Some(body) = self.table(&header, key, node) else { return };
        let layer = self.name.to_owned();
        match self.assembly.blocks.entry(address) {
            Slot::Occupied(mut slot) if self.role == Role::Environment => merge(&mut slot.get_mut().body, body),
            Slot::Occupied(slot) => self.diagnostics.push(
                Diagnostic::error("duplicate-address", span, format!("`{}` is declared twice", slot.key()))
                    .note("declared again here")
                    .label(slot.get().span, "first declared here")
                    .help("layers share their names: give one of them another"),
            ),
            Slot::Vacant(slot) => {
                let address = slot.key().clone();
                slot.insert(Block { address, layer: layer.clone(), span, kind_span, body });
                if !self.assembly.layers.contains(&layer) {
                    self.assembly.layers.push(layer);
                }
            }
        }
    }

    /// `[[moved]]` and its like: the files' one after another, an environment's instead of them.
    fn list(&mut self, section: &str, node: Node, target: impl Fn(&mut Assembly) -> &mut Vec<Node>) {
        match node.value {
            Value::List(items) => {
                let target = target(self.assembly);
                if self.role == Role::Environment {
                    target.clear();
                }
                target.extend(items);
            }
            value => self.diagnostics.push(
                wrong_type(&format!("`{section}`"), node.span, "a list of tables", &value)
                    .help(format!("write `[[{section}]]`")),
            ),
        }
    }

    fn unknown(&mut self, section: &str, key: Span) {
        let (code, message) = ("unknown-table", format!("a manifest has no `{section}`"));
        let unknown = Diagnostic::error(code, key, message);
        self.diagnostics.push(if META_ARGUMENTS.contains(&section) {
            Diagnostic::error(code, key, format!("`{section}` stands outside of any resource"))
                .help("it is an argument of a resource: move it below a `[resource.TYPE.NAME]`")
        } else if section.starts_with("aws_") {
            unknown.help(format!("did you mean `[resource.{section}.NAME]`?"))
        } else {
            suggest(unknown, section, key, SECTIONS.iter().copied())
        });
    }

    fn table(&mut self, name: &str, key: Span, node: Node) -> Option<Table> {
        match node.value {
            Value::Table(table) => Some(table),
            value => {
                self.diagnostics.push(wrong_type(&format!("`{name}`"), key, "a table", &value));
                None
            }
        }
    }
}

fn section(mode: Mode) -> &'static str {
    match mode {
        Mode::Managed => "resource",
        Mode::Data => "data",
    }
}

/// Merges tables key by key; everything else, lists too, is replaced whole.
fn merge(base: &mut Table, over: Table) {
    for (name, (key, node)) in over {
        match base.entry(name) {
            Slot::Vacant(slot) => {
                slot.insert((key, node));
            }
            Slot::Occupied(mut slot) => match (&mut slot.get_mut().1.value, node) {
                (Value::Table(inner), Node { value: Value::Table(over), .. }) => merge(inner, over),
                (_, node) => {
                    slot.insert((key, node));
                }
            },
        }
    }
}

/// Whether expressions can name it.
pub(super) fn is_identifier(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|it| it.is_alphabetic() || it == '_')
        && chars.all(|it| it.is_alphanumeric() || it == '_' || it == '-')
}

/// An error about a name that no expression could refer to.
pub(super) fn invalid_name(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("invalid-name", span, format!("`{word}` is not a name"))
        .help("a name is letters, digits, `_` and `-`, and starts with a letter or `_`")
}
