//! What `--target` and `--layer` narrow a plan to.
//!
//! In: names. Out: addresses. It must not know what a plan does with them.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::{Diagnostic, nearest};
use model::graph::Graph;
use model::stack::Stack;
use model::{Address, Mode};

use super::Options;
use super::moves::Tracking;

/// The addresses that a plan may touch; `None` for all.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection(Option<BTreeSet<Address>>);

impl Selection {
    /// Whether a plan may touch an address.
    pub fn contains(&self, address: &Address) -> bool {
        self.0.as_ref().is_none_or(|it| it.contains(address))
    }

    /// Whether a plan may touch everything.
    pub fn is_everything(&self) -> bool {
        self.0.is_none()
    }
}

/// Selects what was asked for and what it depends on; for a destroy, what depends on it.
pub(super) fn select(
    stack: &Stack,
    graph: &Graph,
    tracking: &Tracking<'_>,
    options: &Options,
) -> Result<Selection, Vec<Diagnostic>> {
    if options.targets.is_empty() && options.layers.is_empty() {
        return Ok(Selection(None));
    }
    let all: BTreeMap<Address, ()> = stack
        .resources
        .keys()
        .chain(stack.data.keys())
        .chain(tracking.entries.keys())
        .map(|it| (it.clone(), ()))
        .collect();
    let mut unknown: Vec<Diagnostic> =
        options.targets.iter().filter(|target| target.covered(&all).next().is_none()).map(no_target).collect();
    unknown.extend(options.layers.iter().filter(|it| !stack.layers.contains(it)).map(|it| no_layer(it, stack)));
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let targets: BTreeSet<&Address> = options.targets.iter().collect();
    let is_target = |it: &Address| {
        targets.is_empty() || targets.contains(it) || (it.key.is_some() && targets.contains(&it.declaration()))
    };
    let layer = |it: &Address| match it.mode {
        Mode::Managed => stack.resources.get(it).map(|it| &it.layer),
        Mode::Data => stack.data.get(it).map(|it| &it.layer),
    };
    let is_layer =
        |it: &Address| options.layers.is_empty() || layer(it).is_some_and(|layer| options.layers.contains(layer));
    let mut selected: BTreeSet<Address> = all.into_keys().filter(|it| is_target(it) && is_layer(it)).collect();
    if !options.destroy {
        selected.extend(graph.with_dependencies(&selected));
        return Ok(Selection(Some(selected)));
    }
    // What is only in state has its dependencies only there.
    let recorded = recorded_dependents(tracking);
    let mut open: Vec<Address> = selected.iter().cloned().collect();
    while let Some(next) = open.pop() {
        let further = graph.dependents(&next).into_keys().chain(recorded.get(&next).into_iter().flatten().copied());
        open.extend(further.filter(|it| selected.insert((*it).clone())).cloned());
    }
    Ok(Selection(Some(selected)))
}

/// By address, what depends on it as state remembers.
fn recorded_dependents<'a>(tracking: &'a Tracking<'_>) -> BTreeMap<Address, Vec<&'a Address>> {
    let mut dependents: BTreeMap<Address, Vec<&Address>> = BTreeMap::new();
    for (address, tracked) in &tracking.entries {
        let current = tracked.entry.current.iter();
        for on in current.flat_map(|it| tracking.present(&it.dependencies)) {
            dependents.entry(on).or_default().push(address);
        }
    }
    dependents
}

fn no_layer(name: &str, stack: &Stack) -> Diagnostic {
    let problem = Diagnostic::nowhere("unknown-layer", format!("the manifest has no layer `{name}`"));
    match nearest(name, stack.layers.iter().map(String::as_str)) {
        Some(meant) => problem.help(format!("did you mean `{meant}`?")),
        None => problem.help(format!("its layers are {}", stack.layers.join(", "))),
    }
}

fn no_target(target: &Address) -> Diagnostic {
    Diagnostic::nowhere("unknown-target", format!("`{target}` is neither in the manifest nor in state"))
        .help("`stackctl state list` prints the addresses in state")
}
