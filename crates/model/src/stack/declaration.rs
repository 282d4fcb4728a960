//! One `[resource.KIND.NAME]` or `[data.KIND.NAME]` read against its kind, before any name in
//! it is resolved.
//!
//! In: a block of the manifest and the catalog. Out: its arguments in the schema's shape, its
//! meta-arguments, and the numbers of its expressions. It must not evaluate anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::meta::{self, Meta};
use super::written::{Reader, Written, sites};
use super::{Spans, Timeouts, triggers};
use crate::address::{Address, Mode};
use crate::catalog::{Catalog, DataKind, Kind};
use crate::coerce::META_ARGUMENTS;
use crate::diagnostic::{Diagnostic, nearest};
use crate::expr::Root;
use crate::manifest::{Block, Table};
use crate::path::{Path, Step};
use crate::schema::{Schema, Type};
use crate::source::Span;
use crate::tree::Tree;

/// The kind of a resource or data source.
#[derive(Clone, Copy, Debug)]
pub(super) enum KindOf {
    Resource(&'static Kind),
    Data(&'static DataKind),
}

impl KindOf {
    /// What it takes.
    pub fn arguments(self) -> &'static Schema {
        match self {
            Self::Resource(kind) => (kind.inputs)(),
            Self::Data(kind) => (kind.arguments)(),
        }
    }

    /// What it tells.
    pub fn outputs(self) -> &'static Schema {
        match self {
            Self::Resource(kind) => (kind.outputs)(),
            Self::Data(kind) => (kind.outputs)(),
        }
    }

    /// The kind that an address names.
    pub fn of(address: &Address, catalog: &Catalog) -> Option<Self> {
        match address.mode {
            Mode::Managed => catalog.kind(&address.kind).map(Self::Resource),
            Mode::Data => catalog.data_kind(&address.kind).map(Self::Data),
        }
    }

    /// Whether stack and layer tags go into its `tags`.
    fn carries_tags(self) -> bool {
        match self {
            Self::Resource(kind) => (kind.inputs)().field("tags").is_some_and(|it| matches!(it.ty, Type::Map(_))),
            Self::Data(_) => false,
        }
    }
}

/// A block, read.
#[derive(Debug)]
pub(super) struct Declaration<'m> {
    pub block: &'m Block,
    pub kind: KindOf,
    /// Its address, for messages.
    pub owner: String,
    /// The arguments, stack and layer tags merged in: a map.
    pub body: Written,
    /// Tags of stack and layer, where its own `tags` is one expression.
    pub base_tags: Option<Written>,
    pub spans: Arc<Spans>,
    pub for_each: Option<(Written, Span)>,
    pub meta: Meta,
    pub timeouts: Timeouts,
    /// Places of its explicit `depends_on`.
    pub depends_on: Vec<(Address, Span)>,
    /// What `depends_on` and `replace_triggered_by` name: expanded before it, like what its
    /// expressions refer to.
    pub after: Vec<Root>,
    /// All its expressions.
    pub sites: Vec<usize>,
}

/// Tags of stack and layer, by layer: key, place of the key, place of the value, value.
pub(super) type BaseTags = BTreeMap<String, BTreeMap<String, (Span, Span, Written)>>;

/// Reads the tags of the stack, and of each layer on top of them.
pub(super) fn base_tags(
    layers: &[String],
    stack: &Table,
    own: impl Fn(&str) -> Option<Table>,
    reader: &mut Reader,
) -> BaseTags {
    let read = |table: &Table, reader: &mut Reader| -> BTreeMap<String, (Span, Span, Written)> {
        table.iter().map(|(key, (span, node))| (key.clone(), (*span, node.span, reader.value(node)))).collect()
    };
    let shared = read(stack, reader);
    let mut tags = BaseTags::new();
    for layer in layers {
        let mut merged = shared.clone();
        if let Some(own) = own(layer) {
            merged.extend(read(&own, reader));
        }
        tags.insert(layer.clone(), merged);
    }
    tags
}

/// Reads a block; `None` for an unknown kind.
pub(super) fn read<'m>(
    block: &'m Block,
    catalog: &Catalog,
    tags: &BaseTags,
    reader: &mut Reader,
    problems: &mut Vec<Diagnostic>,
) -> Option<Declaration<'m>> {
    let Some(kind) = KindOf::of(&block.address, catalog) else {
        problems.push(unknown_type(block, catalog));
        return None;
    };
    let (mut body, places) = reader.arguments(&block.body, META_ARGUMENTS, kind.arguments());
    let mut spans = Spans::new(block.span, places);
    let for_each = block.body.get("for_each").map(|(_, node)| (reader.value(node), node.span));
    meta::places(block, &mut spans);
    let meta = Meta::read(block, kind, reader, problems);
    let timeouts = meta::timeouts(block, kind, problems);
    let depends_on = meta::depends_on(block, problems);
    let base_tags = merge_tags(kind, tags.get(&block.layer), &mut body, &mut spans);
    let body = Tree::Map(body);
    let mut all = Vec::new();
    sites(&body, &mut all);
    for tree in for_each.iter().map(|it| &it.0).chain(&base_tags).chain(meta.trees()) {
        sites(tree, &mut all);
    }
    let owner = block.address.to_string();
    let mut after: Vec<Root> = depends_on.iter().map(|(address, _)| Root::Object(address.declaration())).collect();
    after.extend(triggers::roots(&meta.triggers));
    Some(Declaration {
        block,
        kind,
        owner,
        body,
        base_tags,
        spans: Arc::new(spans),
        for_each,
        meta,
        timeouts,
        depends_on,
        after,
        sites: all,
    })
}

/// Puts the tags of stack and layer under the resource's own. Own tags that are one expression
/// can only be merged when it is evaluated.
fn merge_tags(
    kind: KindOf,
    base: Option<&BTreeMap<String, (Span, Span, Written)>>,
    body: &mut BTreeMap<String, Written>,
    spans: &mut Spans,
) -> Option<Written> {
    let base = base.filter(|base| !base.is_empty() && kind.carries_tags())?;
    let values = || base.iter().map(|(key, (_, _, value))| (key.clone(), value.clone()));
    let own = match body.remove("tags") {
        None | Some(Tree::Null) => BTreeMap::new(),
        Some(Tree::Map(own)) => own,
        Some(other) => {
            let deferred = matches!(other, Tree::Hole(_));
            body.insert("tags".to_owned(), other);
            return deferred.then(|| Tree::map(values()));
        }
    };
    let path = Path::field("tags");
    for (key, (key_span, value_span, _)) in base.iter().filter(|(key, _)| !own.contains_key(*key)) {
        spans.put(path.join(Step::Key(key.clone())), (*key_span, *value_span));
    }
    let mut merged: BTreeMap<String, Written> = values().collect();
    merged.extend(own);
    body.insert("tags".to_owned(), Tree::Map(merged));
    None
}

fn unknown_type(block: &Block, catalog: &Catalog) -> Diagnostic {
    let kind = block.address.kind.as_str();
    let kinds: Vec<&str> = catalog.kinds.iter().map(|it| it.name).collect();
    let data: Vec<&str> = catalog.data.iter().map(|it| it.name).collect();
    let (what, known, others, table) = match block.address.mode {
        Mode::Managed => ("resource type", kinds, data, "data"),
        Mode::Data => ("data source", data, kinds, "resource"),
    };
    let problem = Diagnostic::error("unknown-type", block.kind_span, format!("there is no {what} `{kind}`"));
    if let Some(meant) = nearest(kind, known.iter().copied()) {
        return problem.help(format!("did you mean `{meant}`?")).fix(block.kind_span, meant);
    }
    if others.contains(&kind) {
        return problem.help(format!("did you mean `[{table}.{kind}.{}]`?", block.address.name));
    }
    problem.help("`stackctl schema` lists what there is")
}
