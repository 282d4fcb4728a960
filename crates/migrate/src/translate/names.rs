//! What everything is called in the manifest, where all names are global.
//!
//! In: the tree of modules. Out: one address for each block, one name for each value. It must not
//! know expressions.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Mode};

use super::tree::{Instance, Tree};
use crate::request::Source;

/// The address of every block by scope, mode, kind and name.
#[derive(Clone, Debug, Default)]
pub struct Addresses(BTreeMap<(usize, Mode, String, String), Address>);

impl Addresses {
    /// Names every resource and data source.
    #[must_use]
    pub fn of(tree: &Tree, sources: &[Source]) -> Self {
        let mut addresses = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (number, scope) in tree.scopes.iter().enumerate() {
            for block in &scope.module.blocks {
                let mode = match block.name.as_str() {
                    "resource" => Mode::Managed,
                    "data" => Mode::Data,
                    _ => continue,
                };
                let [kind, name] = block.labels.as_slice() else { continue };
                let free = |name: &String| !taken.contains(&(mode, kind.clone(), name.clone()));
                let short = readable(tree, number, block.name.as_str(), kind, name);
                let wanted = if free(&short) { short } else { prefixed(&scope.names, name) };
                let name_here = unique(&wanted, &of_layer(&sources[scope.layer].name), &free);
                taken.insert((mode, kind.clone(), name_here.clone()));
                let address = Address::new(mode, kind.as_str(), name_here);
                addresses.insert((number, mode, kind.clone(), name.clone()), address);
            }
        }
        Self(addresses)
    }

    /// Whether something has this address.
    #[must_use]
    pub fn contains(&self, address: &Address) -> bool {
        self.0.values().any(|it| it == address)
    }

    /// The scope that declares an address, and the name that it has there.
    #[must_use]
    pub fn declared(&self, address: &Address) -> Option<(usize, &str)> {
        let (key, _) = self.0.iter().find(|(_, it)| *it == address)?;
        Some((key.0, &key.3))
    }

    /// The address of a block.
    #[must_use]
    pub fn get(&self, scope: usize, mode: Mode, kind: &str, name: &str) -> Option<&Address> {
        self.0.get(&(scope, mode, kind.to_owned(), name.to_owned()))
    }
}

/// What the locals and the variables of child modules are called, where they become locals: by scope
/// and by `var.NAME` or `local.NAME`.
pub type Inner = BTreeMap<(usize, String), String>;

/// Names the locals and variables of child modules, apart from the locals of root modules.
#[must_use]
pub fn inner(tree: &Tree, sources: &[Source], of_roots: &BTreeSet<&String>) -> Inner {
    let mut inner = Inner::new();
    let mut taken: BTreeSet<String> = of_roots.iter().map(|it| (*it).clone()).collect();
    for (number, scope) in tree.scopes.iter().enumerate().filter(|(_, it)| it.parent.is_some()) {
        let blocks = &scope.module.blocks;
        let variables = blocks.iter().filter(|it| it.name == "variable").filter_map(|it| it.labels.first());
        let locals = blocks.iter().filter(|it| it.name == "locals").flat_map(|it| it.body.attributes());
        let all = variables.map(|it| ("var", it)).chain(locals.map(|it| ("local", &it.name)));
        for (what, name) in all {
            let layer = of_layer(&sources[scope.layer].name);
            let called = unique(&prefixed(&scope.names, name), &layer, &|it| !taken.contains(it));
            taken.insert(called.clone());
            inner.insert((number, format!("{what}.{name}")), called);
        }
    }
    inner
}

/// The name, else one that says its layer, else one with a number.
#[must_use]
pub fn unique(wanted: &str, layer: &str, is_free: &dyn Fn(&String) -> bool) -> String {
    let wanted = wanted.to_owned();
    if is_free(&wanted) {
        return wanted;
    }
    let of_layer = format!("{layer}_{wanted}");
    if is_free(&of_layer) {
        return of_layer;
    }
    let numbered = (2..).map(|number| format!("{of_layer}_{number}")).find(is_free);
    numbered.unwrap_or(of_layer)
}

/// A layer's name as the beginning of others.
#[must_use]
pub fn of_layer(layer: &str) -> String {
    identifier(layer.strip_suffix("-layer").filter(|it| *it == "stack").unwrap_or(layer))
}

/// A text as part of a name: letters, digits, `_`.
#[must_use]
pub fn identifier(text: &str) -> String {
    let mut name: String =
        text.chars().map(|it| if it.is_ascii_alphanumeric() || it == '_' { it } else { '_' }).collect();
    if name.starts_with(|it: char| it.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// A name after the modules that something stands in.
#[must_use]
pub fn prefixed(names: &[String], name: &str) -> String {
    if names.is_empty() {
        return name.to_owned();
    }
    let prefix = identifier(&names.join("_"));
    if name == prefix || name.starts_with(&format!("{prefix}_")) { name.to_owned() } else { format!("{prefix}_{name}") }
}

/// A module instance as Terraform's addresses have it: `network["a"]`.
#[must_use]
pub fn call((name, instance): &(String, Instance)) -> String {
    match instance {
        Instance::Only | Instance::Every => name.clone(),
        Instance::Key(key) => format!("{name}{key}"),
    }
}

/// Names that say nothing beside the module's.
const GENERIC: &[&str] = &["this", "main", "default", "self"];

fn readable(tree: &Tree, scope: usize, block: &str, kind: &str, name: &str) -> String {
    let scope = &tree.scopes[scope];
    if scope.names.is_empty() {
        return name.to_owned();
    }
    let alike =
        scope.module.blocks.iter().filter(|it| it.name == block && it.labels.first().is_some_and(|it| it == kind));
    let generic = alike.filter(|it| it.labels.get(1).is_some_and(|it| GENERIC.contains(&it.as_str()))).count();
    if GENERIC.contains(&name) && generic == 1 {
        identifier(&scope.names.join("_"))
    } else {
        prefixed(&scope.names, name)
    }
}
