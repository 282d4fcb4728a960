//! What could be looked up before planning.
//!
//! In: the planner's inputs, and what was read of AWS by now. Out: what else could be read to know
//! more. It walks only what lookups hang on, and that once: when answers come in, it goes on from
//! what they change. It must not know what a plan does.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::{Catalog, Life};
use model::stack::{Resource, Stack};
use model::state::State;
use model::{Address, Planned};

use super::decided::Decided;
use super::walk::{Ground, Walk};
use super::{Inputs, Needs, Options, decide};
use crate::fingerprint::Fingerprints;
use crate::observed::Observed;

/// A walk that goes on as more is known.
#[derive(Debug)]
pub struct Survey<'a> {
    stack: &'a Stack,
    catalog: &'a Catalog,
    state: &'a State,
    fingerprints: &'a Fingerprints,
    options: &'a Options,
    /// `None` where there is nothing to look up, or no order to look in.
    ground: Option<Ground<'a>>,
    /// What lookups hang on, in dependency order; and where each stands in it.
    order: Vec<Address>,
    positions: BTreeMap<Address, usize>,
    /// What has to be visited next.
    open: BTreeSet<usize>,
    objects: BTreeMap<Address, Planned>,
    decided: BTreeMap<Address, Decided>,
}

impl<'a> Survey<'a> {
    /// A survey for a plan with these inputs.
    ///
    /// Problems of the manifest are left to [`super::plan`], which finds them again.
    #[must_use]
    pub fn new(
        stack: &'a Stack,
        catalog: &'a Catalog,
        state: &'a State,
        fingerprints: &'a Fingerprints,
        options: &'a Options,
    ) -> Self {
        let is_idle = options.destroy || !has_lookups(stack, state);
        let ground = if is_idle { None } else { Ground::of(stack, state, options).ok() };
        let order = ground.as_ref().map(|it| relevant(stack, it)).unwrap_or_default();
        let positions = order.iter().enumerate().map(|(index, it)| (it.clone(), index)).collect();
        let open = (0..order.len()).collect();
        let (objects, decided) = (BTreeMap::new(), BTreeMap::new());
        Self { stack, catalog, state, fingerprints, options, ground, order, positions, open, objects, decided }
    }

    /// What else could be looked up: adopted kinds and imports that state does not know, and data
    /// sources whose arguments are known and that wait for nothing that this plan changes. The
    /// observer looks, adds what it found, and asks again until nothing is left. What was needed
    /// before is taken to have been answered.
    #[must_use]
    pub fn needs(&mut self, observed: &Observed) -> Needs {
        let Some(ground) = &self.ground else { return Needs::default() };
        let Self { stack, catalog, state, fingerprints, options, .. } = *self;
        let inputs = Inputs { stack, catalog, state, observed, fingerprints, options };
        let mut walk = Walk::start(&inputs, ground);
        walk.objects = std::mem::take(&mut self.objects);
        walk.decided = std::mem::take(&mut self.decided);
        while let Some(next) = self.open.pop_first() {
            let address = &self.order[next];
            let before = (walk.objects.remove(address), walk.decided.remove(address));
            walk.visit(address);
            if (walk.objects.get(address), walk.decided.get(address)) != (before.0.as_ref(), before.1.as_ref()) {
                let dependents = walk.ground.graph.dependents(address).into_keys();
                self.open.extend(dependents.filter_map(|it| self.positions.get(it)));
            }
        }
        (self.objects, self.decided) = (walk.objects, walk.decided);
        let asked = walk.needs.addresses().filter_map(|it| self.positions.get(it)).copied();
        self.open = asked.collect();
        walk.needs
    }
}

/// Whether anything could have to be looked up.
fn has_lookups(stack: &Stack, state: &State) -> bool {
    let is_new = |it: &Address| state.resources.get(it).is_none_or(|it| it.current.is_none());
    let mut adopted = stack.resources.values().filter(|it| it.kind.life == Life::Adopted);
    !stack.data.is_empty() || !stack.imports.is_empty() || adopted.any(|it| is_new(&it.address))
}

/// Everything that may be looked up and all that it hangs on, in dependency order.
fn relevant(stack: &Stack, ground: &Ground<'_>) -> Vec<Address> {
    let is_looked_for = |it: &&Resource| {
        let is_new = ground.tracking.id(&it.address).is_none();
        is_new && (it.kind.life == Life::Adopted || decide::import(stack, &it.address).is_some())
    };
    let managed = stack.resources.values().filter(is_looked_for).map(|it| &it.address);
    let lookups = stack.data.keys().chain(managed).filter(|it| ground.selection.contains(it));
    let named: Vec<Address> = stack.imports.iter().flat_map(|(_, id, _)| stack.reads(id).into_keys()).collect();
    let all = ground.graph.with_dependencies(lookups.chain(&named));
    ground.graph.order().iter().filter(|it| all.contains(it)).cloned().collect()
}
