//! A manifest's text as typed declarations with spans, before any name is resolved.
//!
//! In: [`Sources`]. Out: a [`Manifest`] and every problem of its form. It must not know the
//! catalog, the schemas or the values of expressions.

mod assemble;
mod declare;
mod fields;
mod node;
mod outline;
pub(crate) mod syntax;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::address::Address;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Sources, Span};

/// Reads the texts of a manifest, with the environment's merged over the rest if one is asked for.
///
/// Of `environments/*.toml` only the one asked for is looked at. A file whose syntax is broken
/// reports that alone, and what it declares ends up in [`Manifest::unparsed`].
#[must_use]
pub fn parse(sources: &Sources, environment: Option<&str>) -> (Manifest, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let assembly = assemble::assemble(sources, environment, &mut diagnostics);
    let manifest = declare::declare(assembly, &mut diagnostics);
    (manifest, diagnostics)
}

/// Reads a `--var-file`: `NAME = value`.
#[must_use]
pub fn parse_values(sources: &Sources, file: FileId) -> (Table, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let text = sources.get(file).map(|it| &*it.text).unwrap_or_default();
    let table = node::read(file, text, &mut diagnostics).unwrap_or_default();
    (table, diagnostics)
}

/// A TOML value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value's own text, or a table's header.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A finite number.
    Float(f64),
    /// Text as TOML decodes it; may hold template expressions.
    Text(Text),
    /// An array or an array of tables.
    List(Vec<Node>),
    /// A table of any form.
    Table(Table),
}

/// The members of a table in the order written, each with the place of its key.
pub type Table = IndexMap<String, (Span, Node)>;

/// A decoded TOML string that remembers where each decoded byte stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text without quotes and escapes.
    pub decoded: String,
    /// For each byte of `decoded` and one past its end, the offset in the file; empty when the
    /// text is copied verbatim from the first byte after the opening quotes, at `start`.
    pub offsets: Vec<u32>,
    /// The offset in the file of the first decoded byte.
    pub start: u32,
}

/// Everything a manifest declares.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// `[stack] name`, with its place.
    pub name: Option<(String, Span)>,
    /// The `--env` it was merged for.
    pub environment: Option<String>,
    /// `[provider.aws]`.
    pub provider: Option<Node>,
    /// `[state]`.
    pub state: Option<Node>,
    /// The layers in order: the stem of each file, `stack` for `stack.toml`; an environment's
    /// own resources form a layer of its name.
    pub layers: Vec<String>,
    /// `[variables.NAME]`.
    pub variables: IndexMap<String, Variable>,
    /// `[values]` of the environment file.
    pub values: Table,
    /// `[locals]` of every file.
    pub locals: Table,
    /// `[tags]` of `stack.toml`.
    pub tags: Table,
    /// `[tags]` of the layers, by layer.
    pub layer_tags: IndexMap<String, Table>,
    /// `[outputs.NAME]`.
    pub outputs: IndexMap<String, Output>,
    /// `[resource.KIND.NAME]` and `[data.KIND.NAME]` in the order of the files.
    pub blocks: Vec<Block>,
    /// `[[moved]]`.
    pub moved: Vec<Moved>,
    /// `[[import]]`.
    pub imports: Vec<Import>,
    /// `[[removed]]`.
    pub removed: Vec<Removed>,
    /// What the files with syntax errors seem to declare.
    pub unparsed: Unparsed,
}

/// Names found in files whose syntax is broken. They count as existing, so that one slip of the
/// pen isn't followed by an error at everything that refers to the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unparsed {
    /// The files, as `database.toml`. While there is one, whatever seems to be missing may stand
    /// in it.
    pub files: Vec<String>,
    /// Resources and data sources.
    pub addresses: BTreeSet<Address>,
    /// Variables.
    pub variables: BTreeSet<String>,
    /// Locals.
    pub locals: BTreeSet<String>,
}

/// A variable's declaration. Type, default and limits are still nodes.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// The place of its name.
    pub span: Span,
    /// `type`, as `list(string)`; absent means `any`.
    pub ty: Option<(String, Span)>,
    /// `default`.
    pub default: Option<Node>,
    /// `allowed`: a list.
    pub allowed: Option<Node>,
    /// `pattern`: a regular expression that the whole text matches.
    pub pattern: Option<(String, Span)>,
    /// `description`.
    pub description: Option<String>,
    /// `sensitive`.
    pub sensitive: bool,
}

/// An output's declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// The place of its name.
    pub span: Span,
    /// `value`.
    pub value: Node,
    /// `sensitive`.
    pub sensitive: bool,
    /// `description`.
    pub description: Option<String>,
}

/// One resource or data source as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Its address, without a key.
    pub address: Address,
    /// The layer it stands in.
    pub layer: String,
    /// The place of its header.
    pub span: Span,
    /// The place of the kind within the header.
    pub kind_span: Span,
    /// Arguments and meta-arguments.
    pub body: Table,
}

/// `[[moved]] from, to`.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// The block's place.
    pub span: Span,
    /// The address it had.
    pub from: Address,
    /// The address it has.
    pub to: Address,
}

/// `[[import]] to, id`.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// The block's place.
    pub span: Span,
    /// The address to adopt into.
    pub to: Address,
    /// What AWS calls it: as Terraform's import takes it; may be an expression.
    pub id: Node,
}

/// `[[removed]] from`: forgets without deleting.
#[derive(Clone, Debug, PartialEq)]
pub struct Removed {
    /// The block's place.
    pub span: Span,
    /// The address to forget.
    pub from: Address,
}
