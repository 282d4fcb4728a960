//! A stack evaluated on what Terraform's states hold.
//!
//! In: a resolved stack, instances, values of data sources. Out: the arguments of everything, and
//! what references to it see; and where that did not work. It must not know what the arguments are
//! held against.

use std::collections::BTreeMap;

use model::diagnostic::Diagnostic;
use model::graph::Graph;
use model::stack::{Live, Stack, object_value};
use model::{Address, Mode, Planned, Tree};

use super::{Disagreement, Loaded, Rehearsal, Where, Why, place};
use crate::remember;

/// Everything that a stack declares.
pub(crate) struct Evaluated {
    /// The arguments that the manifest sets, typed.
    pub desired: BTreeMap<Address, Planned>,
    /// What references see: arguments and outputs.
    pub objects: BTreeMap<Address, Planned>,
    /// What could not be evaluated.
    pub failed: BTreeMap<Address, Vec<Diagnostic>>,
}

/// Evaluates in dependency order. What depends on something that failed sees what Terraform has in
/// its place, so that one mistake is one problem.
pub(super) fn all(rehearsal: &Rehearsal<'_>, stack: &Stack, graph: &Graph) -> Evaluated {
    let mut all = Evaluated { desired: BTreeMap::new(), objects: BTreeMap::new(), failed: BTreeMap::new() };
    for address in graph.order() {
        let desired = match stack.evaluate(address, &all.objects) {
            Ok(desired) => desired,
            Err(problems) => {
                all.failed.insert(address.clone(), problems);
                Tree::Map(BTreeMap::new())
            }
        };
        if let Some(object) = object(rehearsal, stack, address, &desired) {
            all.objects.insert(address.clone(), object);
        }
        all.desired.insert(address.clone(), desired);
    }
    all
}

fn object(rehearsal: &Rehearsal<'_>, stack: &Stack, address: &Address, desired: &Planned) -> Option<Planned> {
    match address.mode {
        Mode::Managed => {
            let kind = stack.resources.get(address)?.kind;
            let (arguments, outputs) = ((kind.inputs)(), (kind.outputs)());
            let live = rehearsal.instances.get(address).map(|it| (remember::told(kind, it), &it.outputs));
            let live = live.as_ref().map(|(inputs, outputs)| Live { inputs, outputs });
            Some(object_value(arguments, outputs, address, desired, live))
        }
        Mode::Data => {
            let kind = stack.data.get(address)?.kind;
            let live = rehearsal.data.get(address).map(|told| Live { inputs: told, outputs: told });
            Some(object_value((kind.arguments)(), (kind.outputs)(), address, desired, live))
        }
    }
}

/// What could not be evaluated, by place.
pub(super) fn failures(loaded: &Loaded, evaluated: &Evaluated) -> Vec<Disagreement> {
    let mut found = Vec::new();
    for (address, problems) in &evaluated.failed {
        for problem in problems {
            let place = match place::of(&loaded.sources, problem) {
                Where::Elsewhere(_) => Where::argument(address, &model::Path::default()),
                place => place.seen_at(address),
            };
            found.push(Disagreement { place, why: Why::Wrong(problem.message.clone()) });
        }
    }
    found
}
