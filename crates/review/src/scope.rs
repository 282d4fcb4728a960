//! What `--target` and `--layer` narrow a review to.
//!
//! In: names, and the graphs of both manifests. Out: addresses; what is in either counts.

use std::collections::BTreeSet;

use engine::plan::Options;
use model::Address;
use model::diagnostic::{Diagnostic, nearest};
use model::graph::Graph;

/// The addresses that a review is about; `None` for all.
pub(crate) struct Scope(Option<BTreeSet<Address>>);

impl Scope {
    /// What was asked for, and what it depends on.
    ///
    /// # Errors
    /// Names that are in neither manifest.
    pub fn of(options: &Options, graphs: [&Graph; 2]) -> Result<Self, Vec<Diagnostic>> {
        if options.targets.is_empty() && options.layers.is_empty() {
            return Ok(Self(None));
        }
        let all = || graphs.iter().flat_map(|it| it.order());
        let layers = || graphs.iter().flat_map(|it| it.layers());
        let lost = options
            .targets
            .iter()
            .filter(|target| !all().any(|it| is_meant(target, it)))
            .map(|target| Diagnostic::nowhere("unknown-target", format!("`{target}` is in neither manifest")));
        let missing = options.layers.iter().filter(|name| !layers().any(|it| it == *name)).map(|name| {
            let problem = Diagnostic::nowhere("unknown-layer", format!("neither manifest has a layer `{name}`"));
            match nearest(name, layers().map(String::as_str)) {
                Some(meant) => problem.help(format!("did you mean `{meant}`?")),
                None => problem,
            }
        });
        let problems: Vec<Diagnostic> = lost.chain(missing).collect();
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut selected = BTreeSet::new();
        for graph in graphs {
            let is_target =
                |it: &&Address| options.targets.is_empty() || options.targets.iter().any(|target| is_meant(target, it));
            let is_layer = |it: &&Address| {
                options.layers.is_empty() || graph.node(it).is_some_and(|it| options.layers.contains(&it.layer))
            };
            let roots: Vec<&Address> = graph.order().iter().filter(is_target).filter(is_layer).collect();
            selected.extend(graph.with_dependencies(roots));
        }
        Ok(Self(Some(selected)))
    }

    /// Whether the review is about an address.
    pub fn contains(&self, address: &Address) -> bool {
        self.0.as_ref().is_none_or(|it| it.contains(address))
    }

    /// Whether the review is about everything.
    pub fn is_everything(&self) -> bool {
        self.0.is_none()
    }
}

fn is_meant(target: &Address, address: &Address) -> bool {
    target == address || (target.key.is_none() && *target == address.declaration())
}
