//! What the locals of root modules are called.
//!
//! In: locals in terms of the manifest. Out: their names. It must not know who reads them.

use std::collections::{BTreeMap, BTreeSet};

use super::at::At;
use super::settings::use_key;
use super::{Found, Translator, names, print};

/// The names of locals by layer and the name that Terraform knows. Those that several layers use
/// for different things get the layer's name before them.
pub(super) fn names(translator: &Translator<'_>) -> BTreeMap<(usize, String), String> {
    let texts = texts(translator);
    let in_use = &translator.fallbacks.in_use;
    let is_used = |layer: usize, name: &str| in_use.is_empty() || in_use.contains(&use_key("local", layer, name));
    let mut different: BTreeSet<&String> = BTreeSet::new();
    loop {
        let before = different.len();
        for (name, of_layers) in &texts {
            let used: Vec<_> = of_layers.iter().filter(|(layer, _)| is_used(*layer, name)).collect();
            let alike: BTreeSet<&String> = used.iter().map(|(_, text)| text).collect();
            let leans = different
                .iter()
                .any(|other| used.len() > 1 && used.iter().any(|(_, text)| text.contains(&format!("local.{other}"))));
            if alike.len() > 1 || leans {
                different.insert(name);
            }
        }
        if different.len() == before {
            break;
        }
    }
    let mut names = BTreeMap::new();
    for (name, of_layers) in &texts {
        for (layer, _) in of_layers {
            let called = match different.contains(name) {
                true => format!("{}_{name}", names::of_layer(&translator.sources[*layer].name)),
                false => name.clone(),
            };
            names.insert((*layer, name.clone()), called);
        }
    }
    names
}

/// What the locals of each name are in each layer that has one, in terms of the manifest; other
/// locals in them have the names that Terraform knows.
fn texts(translator: &Translator<'_>) -> BTreeMap<String, Vec<(usize, String)>> {
    let mut texts: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for layer in 0..translator.sources.len() {
        let Some(root) = translator.tree.root(layer) else { continue };
        let blocks = translator.tree.scopes[root].module.blocks.iter().filter(|it| it.name == "locals");
        for local in blocks.flat_map(|it| it.body.attributes()) {
            let rewritten = translator.rewrite(&local.expression, &At::plain(root), &mut Found::default());
            let text = print::expression(rewritten.as_ref().unwrap_or(&local.expression));
            texts.entry(local.name.clone()).or_default().push((layer, text));
        }
    }
    texts
}
