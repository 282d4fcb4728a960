//! Every module instance of every layer.
//!
//! In: configurations and states. Out: scopes that know what they were called with, and which
//! objects of a state stand in them. It must not know what expressions become.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::Expression;
use model::Mode;

use super::repetition::{Repetition, repetition};
use crate::request::{Disk, Source};
use crate::terraform::Problem;
use crate::terraform::address::{Key, ModulePath, TerraformAddress};
use crate::terraform::configuration::{Attribute, Block, Module, Place};
use crate::terraform::state::TerraformObject;
use crate::terraform::{modules, read};

/// One instance of a module, or all of them where they can be written as one.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The layer, by its number.
    pub layer: usize,
    /// The scope that calls it.
    pub parent: Option<usize>,
    /// How it is called.
    pub entry: Entry,
    /// The `module` block that calls it; none for a root module.
    pub call: Option<Block>,
    /// What is in it.
    pub module: Module,
    /// What its `module` blocks lead to.
    pub children: BTreeMap<String, Child>,
    /// Its place among Terraform's module instances.
    pub path: Vec<(String, Instance)>,
    /// What its resources are called after.
    pub names: Vec<String>,
}

/// Which instances of a call a scope stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instance {
    /// The only one.
    Only,
    /// The one with a key.
    Key(Key),
    /// Every one: its resources have the call's `for_each`.
    Every,
}

/// How a scope is entered.
#[derive(Clone, Debug)]
pub enum Entry {
    /// It is a root module.
    Root,
    /// By a call without `count` and `for_each`.
    Once,
    /// By a call that a condition switches on.
    Enabled(Expression),
    /// By a call for each member of this, all at once.
    Each(Expression),
    /// By a call for each number below this, all at once.
    Count(Expression),
    /// By one round of a call for each member of this.
    Round(Key, Expression),
}

/// What a `module` block leads to.
#[derive(Clone, Debug)]
pub enum Child {
    /// One scope.
    One(usize),
    /// One scope for all its instances.
    Every(usize),
    /// A scope for each instance.
    Rounds(BTreeMap<Key, usize>),
}

/// All scopes; the first ones of each layer come before what they call.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// Them.
    pub scopes: Vec<Scope>,
}

impl Tree {
    /// Reads the configurations of all layers.
    ///
    /// # Errors
    /// Everything that cannot be read.
    pub fn load(disk: &dyn Disk, sources: &[Source]) -> Result<Self, Vec<Problem>> {
        let mut tree = Self::default();
        let mut problems = Vec::new();
        for (layer, source) in sources.iter().enumerate() {
            let Some(folder) = &source.folder else { continue };
            let keys = Keys::of(source);
            let loading = Loading { disk, layer, root: folder, keys: &keys };
            if let Err(more) = loading.root(&mut tree) {
                problems.extend(more);
            }
        }
        if problems.is_empty() { Ok(tree) } else { Err(problems) }
    }

    /// The root scope of a layer.
    #[must_use]
    pub fn root(&self, layer: usize) -> Option<usize> {
        self.scopes.iter().position(|it| it.layer == layer && it.parent.is_none())
    }

    /// The scopes from a root to this one.
    #[must_use]
    pub fn ancestry(&self, scope: usize) -> Vec<usize> {
        let mut chain = vec![scope];
        while let Some(parent) = chain.last().and_then(|it| self.scopes[*it].parent) {
            chain.push(parent);
        }
        chain.reverse();
        chain
    }

    /// The scope around or at this one whose instances are written as one.
    #[must_use]
    pub fn lifted(&self, scope: usize) -> Option<usize> {
        self.ancestry(scope).into_iter().find(|it| matches!(self.scopes[*it].entry, Entry::Each(_) | Entry::Count(_)))
    }
}

impl Scope {
    /// The block of a type with these labels.
    #[must_use]
    pub fn block(&self, name: &str, labels: &[&str]) -> Option<&Block> {
        self.module.blocks.iter().find(|it| it.name == name && it.labels.iter().eq(labels.iter()))
    }

    /// The `resource` or `data` block behind a reference.
    #[must_use]
    pub fn object(&self, mode: Mode, kind: &str, name: &str) -> Option<&Block> {
        self.block(block_name(mode), &[kind, name])
    }

    /// The declaration of a local.
    #[must_use]
    pub fn local(&self, name: &str) -> Option<&Attribute> {
        let blocks = self.module.blocks.iter().filter(|it| it.name == "locals");
        blocks.flat_map(|it| it.body.attributes()).find(|it| it.name == name)
    }

    /// The key that a state's object has in a manifest, where the object stands in this scope:
    /// its own, or that of the module instance.
    #[must_use]
    pub fn key_of(&self, address: &TerraformAddress) -> Option<Option<Key>> {
        let ModulePath(calls) = &address.module;
        if calls.len() != self.path.len() {
            return None;
        }
        let mut of_module = None;
        for (call, (name, instance)) in calls.iter().zip(&self.path) {
            let fits = match instance {
                Instance::Only => true,
                Instance::Key(key) => call.key.as_ref() == Some(key),
                Instance::Every => {
                    of_module = call.key.clone();
                    true
                }
            };
            if call.name != *name || !fits {
                return None;
            }
        }
        Some(address.key.clone().or(of_module))
    }

    /// The objects of a state that a block stands for, with their keys.
    #[must_use]
    pub fn objects<'o>(
        &self,
        objects: &'o [TerraformObject],
        mode: Mode,
        kind: &str,
        name: &str,
    ) -> Vec<(Option<Key>, &'o TerraformObject)> {
        let is_it = |it: &&TerraformObject| {
            it.address.mode == mode && it.address.kind == kind && it.address.name == name && !it.is_deposed
        };
        objects.iter().filter(is_it).filter_map(|it| Some((self.key_of(&it.address)?, it))).collect()
    }
}

/// What a block of this mode is called.
#[must_use]
pub fn block_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Managed => "resource",
        Mode::Data => "data",
    }
}

/// The keys of module instances that states know.
struct Keys(BTreeSet<Vec<(String, Option<Key>)>>);

impl Keys {
    fn of(source: &Source) -> Self {
        let mut keys = BTreeSet::new();
        for object in source.states.values().flat_map(|it| &it.state.objects) {
            let ModulePath(calls) = &object.address.module;
            for length in 1..=calls.len() {
                keys.insert(calls[..length].iter().map(|it| (it.name.clone(), it.key.clone())).collect());
            }
        }
        Self(keys)
    }

    fn under(&self, path: &[(String, Instance)], name: &str) -> BTreeSet<Key> {
        let fits = |calls: &&Vec<(String, Option<Key>)>| {
            calls.len() == path.len() + 1
                && calls.last().is_some_and(|(last, _)| last == name)
                && calls.iter().zip(path).all(|((called, key), (wanted, instance))| {
                    called == wanted
                        && match instance {
                            Instance::Only | Instance::Every => true,
                            Instance::Key(wanted) => key.as_ref() == Some(wanted),
                        }
                })
        };
        self.0.iter().filter(fits).filter_map(|it| it.last()?.1.clone()).collect()
    }
}

struct Loading<'a> {
    disk: &'a dyn Disk,
    layer: usize,
    root: &'a str,
    keys: &'a Keys,
}

impl Loading<'_> {
    fn root(&self, tree: &mut Tree) -> Result<(), Vec<Problem>> {
        let module = read::module(self.disk, self.root)?;
        let scope = Scope {
            layer: self.layer,
            parent: None,
            entry: Entry::Root,
            call: None,
            module,
            children: BTreeMap::new(),
            path: Vec::new(),
            names: Vec::new(),
        };
        self.scope(tree, scope).map(|_| ())
    }

    /// Adds a scope and all that it calls.
    fn scope(&self, tree: &mut Tree, scope: Scope) -> Result<usize, Vec<Problem>> {
        let number = tree.scopes.len();
        let calls: Vec<Block> = scope.module.blocks.iter().filter(|it| it.name == "module").cloned().collect();
        tree.scopes.push(scope);
        let mut problems = Vec::new();
        for call in calls {
            let Some(name) = call.labels.first().cloned() else { continue };
            match self.call(tree, number, &call, &name) {
                Ok(child) => {
                    tree.scopes[number].children.insert(name, child);
                }
                Err(more) => problems.extend(more),
            }
        }
        if problems.is_empty() { Ok(number) } else { Err(problems) }
    }

    fn call(&self, tree: &mut Tree, parent: usize, call: &Block, name: &str) -> Result<Child, Vec<Problem>> {
        let caller = tree.scopes[parent].clone();
        let source = match call.body.get("source") {
            Some(Expression::String(source)) => source.value().clone(),
            _ => return Err(vec![unreadable(call, "its `source` is no plain text")]),
        };
        let mut nested: Vec<String> = caller.path.iter().map(|(name, _)| name.clone()).collect();
        nested.push(name.to_owned());
        if nested.len() > MOST_NESTED {
            return Err(vec![unreadable(call, "it is called within itself")]);
        }
        let folder = modules::folder_of(self.disk, self.root, &caller.module.folder, &nested, &source)
            .map_err(|problem| vec![Problem { place: call.place.clone(), ..problem }])?;
        let module = read::module(self.disk, &folder)?;
        let entered = |entry: Entry, instance: Instance, suffix: Option<&Key>| {
            let mut path = caller.path.clone();
            path.push((name.to_owned(), instance));
            let mut names = caller.names.clone();
            names.push(suffix.map_or_else(|| name.to_owned(), |key| format!("{name}_{}", key.text())));
            let call = Some(call.clone());
            let (parent, module, children) = (Some(parent), module.clone(), BTreeMap::new());
            Scope { layer: self.layer, parent, entry, call, module, children, path, names }
        };
        match repetition(&call.body) {
            Repetition::Once => self.scope(tree, entered(Entry::Once, Instance::Only, None)).map(Child::One),
            Repetition::Enabled(condition) => {
                self.scope(tree, entered(Entry::Enabled(condition), Instance::Only, None)).map(Child::One)
            }
            Repetition::Count(it) if self.is_plain(&caller, &module) => {
                self.scope(tree, entered(Entry::Count(it), Instance::Every, None)).map(Child::Every)
            }
            Repetition::Each(it) if self.is_plain(&caller, &module) => {
                self.scope(tree, entered(Entry::Each(it), Instance::Every, None)).map(Child::Every)
            }
            Repetition::Count(over) | Repetition::Each(over) => {
                let mut rounds = BTreeMap::new();
                for key in self.keys.under(&caller.path, name) {
                    let round = Entry::Round(key.clone(), over.clone());
                    let scope = entered(round, Instance::Key(key.clone()), Some(&key));
                    rounds.insert(key, self.scope(tree, scope)?);
                }
                Ok(Child::Rounds(rounds))
            }
        }
    }

    /// Whether the `for_each` of a call can become that of everything in the module: nothing in
    /// it repeats by itself, and nothing around it repeats.
    fn is_plain(&self, caller: &Scope, module: &Module) -> bool {
        let around = caller.path.iter().any(|(_, instance)| *instance == Instance::Every);
        let mut blocks = module.blocks.iter().filter(|it| matches!(it.name.as_str(), "resource" | "data" | "module"));
        !around && blocks.all(|it| it.name != "module" && matches!(repetition(&it.body), Repetition::Once))
    }
}

/// Modules that call themselves would never end.
const MOST_NESTED: usize = 16;

fn unreadable(call: &Block, why: &str) -> Problem {
    let name = call.labels.first().map_or("", String::as_str);
    Problem {
        message: format!("module `{name}` cannot be read: {why}"),
        place: Place::clone(&call.place),
        help: None,
        excerpt: None,
    }
}
