//! The variables of root modules, with the values that Terraform gives them.
//!
//! In: `variable` blocks and files of values. Out: what each is called in the manifest, and its
//! value. It must not know who reads them.

use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::expr::Expression;

use super::syntax::opened;
use super::{Fallbacks, Ground, names, print};
use crate::terraform::configuration::Block;
use crate::terraform::{Problem, path, values};

/// One variable.
#[derive(Clone, Debug)]
pub struct Variable {
    /// What it is called in the manifest.
    pub called: String,
    /// Its declaration.
    pub block: Block,
    /// Its value: from a file, else its default.
    pub value: Option<Expression>,
    /// Values of other workspaces.
    pub elsewhere: BTreeMap<String, Expression>,
    /// Whether it holds a secret.
    pub is_sensitive: bool,
}

impl Variable {
    /// Everything that makes two variables the same.
    fn likeness(&self) -> String {
        let text = |it: Option<&Expression>| it.map(print::expression);
        let elsewhere: Vec<_> = self.elsewhere.iter().map(|(name, it)| (name, print::expression(it))).collect();
        let of_block = |name: &str| text(self.block.body.get(name));
        format!("{:?} {:?} {elsewhere:?} {}", of_block("type"), text(self.value.as_ref()), self.is_sensitive)
    }
}

/// Every variable of every root module.
///
/// # Errors
/// Files of values that cannot be read.
pub fn of(ground: &Ground<'_>, fallbacks: &Fallbacks) -> Result<BTreeMap<(usize, String), Variable>, Vec<Problem>> {
    let mut variables = BTreeMap::new();
    for layer in 0..ground.sources.len() {
        let Some(root) = ground.tree.root(layer) else { continue };
        let given = given(ground, layer)?;
        for block in ground.tree.scopes[root].module.blocks.iter().filter(|it| it.name == "variable") {
            let Some(name) = block.labels.first() else { continue };
            let value_of = |workspace: &str| {
                let value = given.get(workspace).and_then(|it| it.get(name));
                value.or_else(|| given.get("")?.get(name)).or_else(|| block.body.get("default")).cloned()
            };
            let value = value_of(&ground.base);
            let text = value.as_ref().map(print::expression);
            let elsewhere = ground.environments.iter().filter(|it| ground.sources[layer].states.contains_key(*it));
            let elsewhere = elsewhere.filter_map(|it| Some((it.clone(), value_of(it)?)));
            let elsewhere = elsewhere.filter(|(_, it)| Some(print::expression(it)) != text).collect();
            let is_marked = block.body.get("sensitive").is_some_and(|it| opened(it).as_bool() == Some(true));
            let variable =
                Variable { called: name.clone(), block: block.clone(), value, elsewhere, is_sensitive: is_marked };
            variables.insert((layer, name.clone()), variable);
        }
    }
    call(ground, fallbacks, &mut variables);
    for variable in variables.values_mut() {
        variable.is_sensitive |= fallbacks.sensitive.contains(&variable.called);
    }
    Ok(variables)
}

/// Names that several layers use for different things get the layer's name before them.
fn call(ground: &Ground<'_>, fallbacks: &Fallbacks, variables: &mut BTreeMap<(usize, String), Variable>) {
    let names: BTreeSet<String> = variables.keys().map(|(_, name)| name.clone()).collect();
    for name in names {
        let in_use = |layer: usize| {
            let key = super::settings::use_key("var", layer, &name);
            fallbacks.in_use.is_empty() || fallbacks.in_use.contains(&key)
        };
        let alike: BTreeSet<String> = variables
            .iter()
            .filter(|((layer, it), _)| *it == name && in_use(*layer))
            .map(|(_, it)| it.likeness())
            .collect();
        if alike.len() < 2 {
            continue;
        }
        for ((layer, _), variable) in variables.iter_mut().filter(|((_, it), _)| *it == name) {
            variable.called = format!("{}_{name}", names::of_layer(&ground.sources[*layer].name));
        }
    }
}

type Given = BTreeMap<String, BTreeMap<String, Expression>>;

/// Values from files: those of every workspace under an empty name.
fn given(ground: &Ground<'_>, layer: usize) -> Result<Given, Vec<Problem>> {
    let source = &ground.sources[layer];
    let Some(folder) = &source.folder else { return Ok(Given::new()) };
    let mut given = Given::new();
    for file in values::automatic(ground.disk, folder)? {
        given.entry(String::new()).or_default().extend(values::read(ground.disk, &file)?);
    }
    for file in &source.values {
        let stem = path::name(file).split('.').next().unwrap_or_default();
        let workspace = if source.states.contains_key(stem) { stem } else { "" };
        given.entry(workspace.to_owned()).or_default().extend(values::read(ground.disk, file)?);
    }
    Ok(given)
}
