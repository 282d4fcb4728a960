//! A plan, reviewed like a change of manifests.
//!
//! In: a plan, the values that references see, the manifest. Out: the same changes with their
//! places, what they follow from, and what the rules say.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::Catalog;
use model::graph::Graph;
use model::plan::{Action, OperationStep, Plan};
use model::source::Sources;
use model::stack::Stack;
use model::{Address, Id, Planned};

use crate::assemble::{Evidence, Text, assemble};
use crate::change::{OutputChange, Place, Places, Review, Sides};
use crate::map::Map;

/// What a plan stands on, besides AWS.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The manifest.
    pub stack: &'a Stack,
    /// Its texts.
    pub sources: &'a Sources,
    /// Its graph.
    pub graph: &'a Graph,
    /// Every kind.
    pub catalog: &'a Catalog,
    /// The value of every resource and data source as references see it.
    pub objects: &'a BTreeMap<Address, Planned>,
}

/// Reviews a plan.
#[must_use]
pub fn of_plan(plan: &Plan, ground: &Ground<'_>) -> Review {
    let shown = |value| value;
    let evidence = Evidence {
        changes: &plan.changes,
        delete_first: &delete_first(plan),
        before: &before(plan),
        after: ground.objects,
        old: None,
        new: Text { stack: ground.stack, sources: ground.sources, sets: &BTreeMap::new() },
        catalog: ground.catalog,
        shown: &shown,
    };
    let place = |name: &String| Place::of(ground.sources, ground.stack.outputs.get(name)?.span);
    let outputs = plan.outputs.iter().map(|(name, it)| {
        let places = Places { before: None, after: place(name) };
        let before = it.before.clone().widen();
        (name.clone(), OutputChange { before, after: it.after.clone(), sensitive: it.sensitive, places })
    });
    let gone = plan.changes.iter().filter(|it| it.action == Action::Delete).map(|it| &it.address);
    Review {
        stack: ground.stack.name.clone(),
        sides: Sides::Plan { environment: ground.stack.environment.clone() },
        changes: assemble(&evidence),
        outputs: outputs.collect(),
        unchanged: plan.unchanged.len(),
        drift: plan.drift.clone(),
        released: Vec::new(),
        refusals: Vec::new(),
        map: Map::of(ground.graph).with_gone(gone),
    }
}

/// Addresses whose old object goes before the new one comes.
fn delete_first(plan: &Plan) -> BTreeSet<Address> {
    let goes_first =
        plan.operations.iter().filter(|it| matches!(it.step, OperationStep::Delete { deposed: false, .. }));
    let replaced =
        |address: &Address| plan.changes.iter().any(|it| it.address == *address && it.action == Action::Replace);
    goes_first.map(|it| it.address.clone()).filter(replaced).collect()
}

/// The live arguments of everything that changes or goes, under the addresses that state has.
fn before(plan: &Plan) -> BTreeMap<Address, Planned> {
    let is_older = |id: &Id| plan.changes.iter().any(|it| it.deposed.as_ref() == Some(id));
    let moved = |address: &Address| {
        let change = plan.changes.iter().find(|it| it.address == *address && it.deposed.is_none());
        change.and_then(|it| it.moved_from.clone()).unwrap_or_else(|| address.clone())
    };
    let told = plan.operations.iter().filter_map(|operation| match &operation.step {
        OperationStep::Update { before, .. } => Some((operation, before)),
        OperationStep::Delete { id, before, .. } if !is_older(id) => Some((operation, before)),
        OperationStep::Delete { .. } | OperationStep::Create { .. } | OperationStep::Settle { .. } => None,
        OperationStep::Adopt { .. } | OperationStep::Forget | OperationStep::Record { .. } => None,
        OperationStep::Read { .. } => None,
    });
    told.map(|(operation, before)| (moved(&operation.address), before.clone().widen())).collect()
}
