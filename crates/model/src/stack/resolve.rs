//! The order of resolving: variables, locals and declarations by what they refer to, then
//! outputs, then what looks at everything.
//!
//! In: a manifest, a catalog, variable values, files. Out: a [`Stack`] and every problem. It
//! must not know how one declaration is expanded.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::declaration::{self, BaseTags, Declaration};
use super::dependencies::{self, LocalTargets, Target};
use super::expand::{self, Context, Expansion};
use super::outputs::{self, Loose};
use super::reference::{Expanded, Visible};
use super::scope::{Locals, NONE_FIXED, View};
use super::variables::{self, Given, Variables};
use super::written::{Reader, Written, sites};
use super::{Data, Declared, Names, Resource, Stack, digest, naming, object, refactor, settings};
use crate::address::Address;
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostic;
use crate::expr::{Expr, Root, Scope};
use crate::graph::loops;
use crate::manifest::{Import, Manifest, Output};
use crate::path::Step;
use crate::source::{Files, Sources, Span};
use crate::tree::{Authored, Planned, Tree};

/// What resolving needs beside manifest and catalog.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// The texts the manifest was parsed from: for line numbers and the digest.
    pub sources: &'a Sources,
    /// Values of variables from outside the manifest.
    pub variables: &'a Given,
    /// What `file()` reads.
    pub files: &'a dyn Files,
}

/// Resolves a manifest. The stack is as complete as the problems allow; with an error among
/// them it must not be planned.
#[must_use]
pub fn resolve(manifest: &Manifest, catalog: &Catalog, options: &Options<'_>) -> (Stack, Vec<Diagnostic>) {
    let mut problems = Vec::new();
    let variables = variables::resolve(manifest, options.variables, &mut problems);
    let (parts, declarations) = Parts::read(manifest, catalog, &mut problems);
    let names: BTreeMap<String, Authored> =
        parts.locals.iter().map(|(name, (_, written))| (name.clone(), parts.reader.authored(written))).collect();
    let files = Recorder { files: options.files, read: RefCell::default() };
    let locals = Locals::new(&names, &NONE_FIXED);
    for name in &manifest.unparsed.locals {
        locals.fail(name);
    }
    let known = Fixed {
        manifest,
        options,
        variables: &variables,
        parts: &parts,
        locals: &locals,
        names: &names,
        files: &files,
    };
    let mut stack = known.expand(declarations, &mut problems);
    problems.extend(locals.take_problems());
    problems.extend(naming::duplicates(&stack.resources));
    let mut read = files.read.into_inner();
    stack.digest = digest::digest(options.sources, manifest, &variables.values, &read);
    stack.names.files.append(&mut read);
    stack.names.tags = tags_by_layer(&parts.tags, &parts.reader);
    stack.names.variables = variables.values;
    stack.names.locals = names;
    problems.extend(catalog.checks.iter().flat_map(|check| check(&stack)));
    (stack, ordered(problems))
}

/// The manifest read: every expression parsed, nothing evaluated.
struct Parts<'m> {
    reader: Reader,
    tags: BaseTags,
    locals: BTreeMap<String, (Span, Written)>,
    /// Declared addresses whose kind is unknown.
    strange: BTreeSet<Address>,
    outputs: BTreeMap<String, Loose<'m, Output>>,
    imports: Vec<Loose<'m, Import>>,
}

impl<'m> Parts<'m> {
    fn read(manifest: &'m Manifest, catalog: &Catalog, problems: &mut Vec<Diagnostic>) -> (Self, Vec<Declaration<'m>>) {
        let mut reader = Reader::default();
        let own = |layer: &str| manifest.layer_tags.get(layer).cloned();
        let tags = declaration::base_tags(&manifest.layers, &manifest.tags, own, &mut reader);
        let locals = manifest.locals.iter();
        let locals = locals.map(|(name, (span, node))| (name.clone(), (*span, reader.value(node)))).collect();
        let (mut declarations, mut strange) = (Vec::new(), manifest.unparsed.addresses.clone());
        for block in &manifest.blocks {
            match declaration::read(block, catalog, &tags, &mut reader, problems) {
                Some(declaration) => declarations.push(declaration),
                None => {
                    strange.insert(block.address.clone());
                }
            }
        }
        let outputs = manifest.outputs.iter();
        let outputs = outputs
            .map(|(name, declared)| (name.clone(), Loose { declared, value: reader.value(&declared.value) }))
            .collect();
        let imports = manifest.imports.iter();
        let imports = imports.map(|declared| Loose { declared, value: reader.value(&declared.id) }).collect();
        problems.append(&mut reader.problems);
        (Self { reader, tags, locals, strange, outputs, imports }, declarations)
    }

    /// Locals and declarations in an order in which each comes after what it refers to.
    fn order<'p>(&'p self, declarations: &[Declaration<'_>]) -> Order<'p> {
        let mut graph: DiGraph<Node<'p>, ()> = DiGraph::new();
        let mut objects: BTreeMap<&Address, NodeIndex> = BTreeMap::new();
        let mut names: BTreeMap<&str, NodeIndex> = BTreeMap::new();
        let mut uses: Vec<(NodeIndex, Vec<usize>)> = Vec::new();
        for (name, (_, written)) in &self.locals {
            let node = graph.add_node(Node::Local(name));
            names.insert(name, node);
            let mut used = Vec::new();
            sites(written, &mut used);
            uses.push((node, used));
        }
        for (index, declaration) in declarations.iter().enumerate() {
            let node = graph.add_node(Node::Declaration(index));
            objects.insert(&declaration.block.address, node);
            uses.push((node, declaration.sites.clone()));
        }
        let meant = |root: &Root| match root {
            Root::Local(name) => names.get(name.as_str()).copied(),
            Root::Object(address) => objects.get(address).copied(),
            Root::Variable(_) | Root::Each | Root::Stack => None,
        };
        for declaration in declarations {
            let Some(from) = objects.get(&declaration.block.address) else { continue };
            for to in declaration.after.iter().filter_map(meant) {
                graph.add_edge(*from, to, ());
            }
        }
        for (node, used) in &uses {
            let references = used.iter().filter_map(|site| self.reader.expr(*site)).flat_map(Expr::references);
            for to in references.filter_map(|it| meant(&it.root)) {
                graph.add_edge(*node, to, ());
            }
        }
        // Kosaraju's algorithm is iterative here, and lists what is referred to first.
        let groups = kosaraju_scc(&graph);
        let looped = |group: &[NodeIndex]| group.len() > 1 || group.iter().any(|it| graph.contains_edge(*it, *it));
        let cycles = groups.iter().filter(|group| looped(group)).cloned().collect();
        let order = groups.iter().flatten().map(|node| graph[*node]).collect();
        Order { order, cycles, graph }
    }

    /// The attributes that something refers to, `None` for all of an object: only they need a
    /// value while the manifest is resolved.
    fn referenced(&self) -> Referenced<'_> {
        let all = self.reader.sites.iter().filter_map(|site| site.expr.as_ref());
        let mut found = Referenced::new();
        for reference in all.flat_map(Expr::references) {
            let Root::Object(address) = &reference.root else { continue };
            let read = found.entry(address).or_insert_with(|| Some(BTreeSet::new()));
            let steps = match reference.steps.as_slice() {
                [Step::Key(_), rest @ ..] => rest,
                all => all,
            };
            match (steps.first(), read.as_mut()) {
                (Some(Step::Field(name) | Step::Key(name)), Some(names)) => {
                    names.insert(name);
                }
                (Some(Step::Index(_)) | None, _) => *read = None,
                (Some(Step::Field(_) | Step::Key(_)), None) => {}
            }
        }
        found
    }
}

/// Attributes by declaration; `None` for all of them.
type Referenced<'a> = BTreeMap<&'a Address, Option<BTreeSet<&'a str>>>;

#[derive(Clone, Copy)]
enum Node<'a> {
    Local(&'a str),
    Declaration(usize),
}

struct Order<'a> {
    order: Vec<Node<'a>>,
    cycles: Vec<Vec<NodeIndex>>,
    graph: DiGraph<Node<'a>, ()>,
}

/// Everything that does not change while declarations are expanded.
struct Fixed<'a> {
    manifest: &'a Manifest,
    options: &'a Options<'a>,
    variables: &'a Variables,
    parts: &'a Parts<'a>,
    locals: &'a Locals<'a>,
    names: &'a BTreeMap<String, Authored>,
    files: &'a Recorder<'a>,
}

impl Fixed<'_> {
    fn context<'c>(&'c self, expanded: &'c Expanded, local_targets: &'c LocalTargets) -> Context<'c> {
        Context {
            stack: self.manifest.name.as_ref().map_or("", |(name, _)| name),
            environment: self.manifest.environment.as_deref(),
            sources: self.options.sources,
            files: self.files,
            reader: &self.parts.reader,
            variables: self.variables,
            locals: self.locals,
            local_names: self.names,
            local_targets,
            expanded,
        }
    }

    fn expand(&self, declarations: Vec<Declaration<'_>>, problems: &mut Vec<Diagnostic>) -> Stack {
        let (manifest, parts) = (self.manifest, self.parts);
        let mut expanded = Expanded::default();
        for address in &parts.strange {
            expanded.kinds.insert(address.clone(), None);
            expanded.declared.insert(address.clone(), None);
        }
        for declaration in &declarations {
            expanded.kinds.insert(declaration.block.address.clone(), Some(declaration.kind));
        }
        let mut targets = LocalTargets::new();
        for name in manifest.unparsed.locals.iter().filter(|name| !parts.locals.contains_key(*name)) {
            targets.insert(name.clone(), BTreeSet::new());
        }
        let order = parts.order(&declarations);
        self.local_cycles(&order, problems);
        let referenced = parts.referenced();
        let mut stack = self.empty();
        // Each is dropped once it is expanded.
        let mut waiting: Vec<Option<Declaration<'_>>> = declarations.into_iter().map(Some).collect();
        for node in &order.order {
            match node {
                Node::Local(name) => self.local(name, &expanded, &mut targets, problems),
                Node::Declaration(index) => {
                    let Some(declaration) = waiting.get_mut(*index).and_then(Option::take) else { continue };
                    let context = self.context(&expanded, &targets);
                    let expansion = expand::expand(&context, &declaration, problems);
                    let read = referenced.get(&declaration.block.address);
                    adopt(&declaration, expansion, read, &mut expanded, &mut stack);
                }
            }
        }
        let context = self.context(&expanded, &targets);
        // A local that waits for resources has a value everywhere but in the settings.
        let locals = Locals::new(self.names, &NONE_FIXED);
        let view = View { locals: &locals, ..context.view(None, &settings::NoObjects) };
        let mut found = Vec::new();
        stack.provider = settings::provider(manifest.provider.as_ref(), &view, &mut found).unwrap_or_default();
        stack.store = settings::store(manifest.state.as_ref(), &view, &mut found);
        // Where variables stand for themselves, nobody is about to connect by these settings.
        found.retain(|it| !(self.options.variables.symbols && it.code == settings::HIDDEN));
        problems.append(&mut found);
        problems.extend(locals.take_problems());
        stack.names.fixed = self.fixed_locals(&context);
        for (name, loose) in &parts.outputs {
            stack.outputs.insert(name.clone(), outputs::output(&context, name, loose, problems));
        }
        refactor::imports(manifest, &expanded, problems);
        for loose in &parts.imports {
            let id = outputs::import_id(&context, loose, problems);
            stack.imports.push((loose.declared.to.clone(), id, loose.declared.span));
        }
        stack.moved = refactor::moved(manifest, &expanded, problems);
        stack.removed = refactor::removed(manifest, &expanded, problems);
        stack.imports.sort_by(|a, b| a.0.cmp(&b.0));
        stack.declared = expanded.declared.into_iter().map(|(at, it)| (at, it.unwrap_or(Declared::Single))).collect();
        stack
    }

    fn empty(&self) -> Stack {
        let manifest = self.manifest;
        Stack {
            name: manifest.name.as_ref().map(|(name, _)| name.clone()).unwrap_or_default(),
            environment: manifest.environment.clone(),
            provider: Default::default(),
            store: None,
            layers: manifest.layers.clone(),
            resources: BTreeMap::new(),
            data: BTreeMap::new(),
            declared: BTreeMap::new(),
            outputs: BTreeMap::new(),
            moved: Vec::new(),
            imports: Vec::new(),
            removed: Vec::new(),
            names: Names::default(),
            symbolic: false,
            digest: String::new(),
        }
    }

    /// Checks a local's references and notes what it refers to.
    fn local(&self, name: &str, expanded: &Expanded, targets: &mut LocalTargets, problems: &mut Vec<Diagnostic>) {
        let Some((_, written)) = self.parts.locals.get(name) else { return };
        let mut used = Vec::new();
        sites(written, &mut used);
        let context = self.context(expanded, targets);
        let broken = context.check(&used, None, problems);
        let unparsed = used.iter().any(|site| self.parts.reader.expr(*site).is_none());
        if unparsed || !broken.is_empty() {
            self.locals.fail(name);
        }
        let found = context.targets(&used);
        let read = dependencies::expand(&found, &Address::managed("", ""), &expanded.declared);
        let objects = Visible { expanded, read: &read };
        // Even a local that nobody uses says what is wrong with it; the value stays in `locals`,
        // and so does the problem.
        drop(context.view(None, &objects).local(name));
        let found: BTreeSet<Target> = found.into_keys().collect();
        targets.insert(name.to_owned(), found);
    }

    /// Values of locals that no resource can change, nor a variable that has none yet.
    fn fixed_locals(&self, context: &Context<'_>) -> BTreeMap<String, Arc<Planned>> {
        let view = context.view(None, &settings::NoObjects);
        let none_waits = |name: &str| context.local_targets.get(name).is_some_and(BTreeSet::is_empty);
        let value = |name: &String| Some((name.clone(), view.local(name).ok().filter(|it| !it.has_hole())?));
        self.names.keys().filter(|it| none_waits(it)).filter_map(value).collect()
    }

    /// Reports locals that need each other. A loop through a resource is the graph's to report.
    fn local_cycles(&self, order: &Order<'_>, problems: &mut Vec<Diagnostic>) {
        for group in &order.cycles {
            let names: Vec<&str> = group
                .iter()
                .filter_map(|node| match order.graph[*node] {
                    Node::Local(name) => Some(name),
                    Node::Declaration(_) => None,
                })
                .collect();
            names.iter().for_each(|name| self.locals.fail(name));
            if names.len() < group.len() {
                continue;
            }
            let uses = |name: &str| -> BTreeMap<&str, Span> {
                let mut used = Vec::new();
                self.parts.locals.get(name).iter().for_each(|(_, written)| sites(written, &mut used));
                let references =
                    used.iter().filter_map(|site| self.parts.reader.expr(*site)).flat_map(Expr::references);
                let local = references.filter_map(|reference| match &reference.root {
                    Root::Local(name) => Some((name.as_str(), reference.span)),
                    Root::Variable(_) | Root::Each | Root::Stack | Root::Object(_) => None,
                });
                local.filter_map(|(name, span)| Some((*names.iter().find(|it| **it == name)?, span))).collect()
            };
            let round = loops::shortest(&names, |name| uses(name).into_keys().collect());
            let places = round
                .iter()
                .zip(round.iter().cycle().skip(1))
                .filter_map(|(from, to)| Some((format!("local.{from}"), format!("local.{to}"), *uses(from).get(to)?)));
            problems.extend(loops::report(places.collect()));
        }
    }
}

/// Puts what a declaration became where others find it.
fn adopt(
    declaration: &Declaration<'_>,
    expansion: Expansion,
    read: Option<&Option<BTreeSet<&str>>>,
    expanded: &mut Expanded,
    stack: &mut Stack,
) {
    let (arguments, outputs) = (declaration.kind.arguments(), declaration.kind.outputs());
    let mut show = |address: &Address, inputs: &Planned| {
        if let Some(read) = read {
            let wanted = |name: &str| read.as_ref().is_none_or(|it| it.contains(name));
            let value = object::object_part(arguments, outputs, address, inputs, None, &wanted);
            expanded.values.insert(address.clone(), value);
        }
    };
    expansion.resources.iter().for_each(|it: &Resource| show(&it.address, &it.offline));
    expansion.data.iter().for_each(|it: &Data| show(&it.address, &it.offline));
    let address = &declaration.block.address;
    expanded.declared.insert(address.clone(), expansion.declared);
    stack.names.for_each.extend(expansion.for_each.map(|tree| (address.clone(), tree)));
    stack.resources.extend(expansion.resources.into_iter().map(|it| (it.address.clone(), it)));
    stack.data.extend(expansion.data.into_iter().map(|it| (it.address.clone(), it)));
}

fn tags_by_layer(tags: &BaseTags, reader: &Reader) -> BTreeMap<String, Authored> {
    let of_layer = |tags: &BTreeMap<String, (Span, Span, Written)>| {
        Tree::map(tags.iter().map(|(key, (_, _, value))| (key.clone(), reader.authored(value))))
    };
    tags.iter().map(|(layer, tags)| (layer.clone(), of_layer(tags))).collect()
}

/// Problems by place, each once: members of one `for_each` share theirs.
fn ordered(problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut seen = BTreeSet::new();
    let mut problems: Vec<Diagnostic> = problems
        .into_iter()
        .filter(|it| seen.insert((it.labels.first().map(|label| label.span), it.code, it.message.clone())))
        .collect();
    problems.sort_by_key(|it| (it.labels.first().map(|label| label.span), it.severity));
    problems
}

/// Reads files and remembers them, so that evaluating again does no IO.
struct Recorder<'a> {
    files: &'a dyn Files,
    read: RefCell<BTreeMap<String, Vec<u8>>>,
}

impl Files for Recorder<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if let Some(bytes) = self.read.borrow().get(path) {
            return Ok(bytes.clone());
        }
        let bytes = self.files.read(path)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }
}
