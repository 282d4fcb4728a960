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
use model::state::State;
use model::tree::{Source, symbol};
use model::{Address, Id, Known, Planned, Tree};

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
    /// What stackctl remembers.
    pub state: &'a State,
}

/// Reviews a plan.
#[must_use]
pub fn of_plan(plan: &Plan, ground: &Ground<'_>) -> Review {
    let shown = |value| value;
    let evidence = Evidence {
        changes: &plan.changes,
        delete_first: &delete_first(plan),
        before: &before(plan, &remade(plan, ground.state)),
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
    let replaced: BTreeSet<&Address> =
        plan.changes.iter().filter(|it| it.action == Action::Replace).map(|it| &it.address).collect();
    goes_first.map(|it| it.address.clone()).filter(|it| replaced.contains(it)).collect()
}

/// The live arguments of everything that changes or goes, under the addresses that state has.
///
/// What AWS calls an object that gets a successor stands there under the name of its resource: who
/// refers to it refers to the successor afterwards, and nothing is lost by that.
fn before(plan: &Plan, remade: &BTreeMap<String, String>) -> BTreeMap<Address, Planned> {
    let older: BTreeSet<&Id> = plan.changes.iter().filter_map(|it| it.deposed.as_ref()).collect();
    let current = plan.changes.iter().filter(|it| it.deposed.is_none());
    let moves: BTreeMap<&Address, &Address> =
        current.filter_map(|it| Some((&it.address, it.moved_from.as_ref()?))).collect();
    let moved = |address: &Address| moves.get(address).copied().unwrap_or(address).clone();
    let told = plan.operations.iter().filter_map(|operation| match &operation.step {
        OperationStep::Update { before, .. } => Some((operation, before)),
        OperationStep::Delete { id, before, .. } if !older.contains(id) => Some((operation, before)),
        OperationStep::Delete { .. } | OperationStep::Create { .. } | OperationStep::Settle { .. } => None,
        OperationStep::Adopt { .. } | OperationStep::Forget | OperationStep::Record { .. } => None,
        OperationStep::Read { .. } => None,
    });
    told.map(|(operation, before)| (moved(&operation.address), named(before, remade))).collect()
}

/// The symbols of objects that are replaced, by what AWS calls them.
fn remade(plan: &Plan, state: &State) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for change in plan.changes.iter().filter(|it| it.action == Action::Replace) {
        let recorded_as = change.moved_from.as_ref().unwrap_or(&change.address);
        let current = state.resources.get(recorded_as).and_then(|it| it.current.as_ref());
        for attribute in ["id", "arn"] {
            let Some(value) = current.and_then(|it| it.outputs.get(attribute)?.as_text()) else { continue };
            let source = Source { address: change.address.clone(), attribute: attribute.to_owned() };
            found.entry(value.to_owned()).or_insert_with(|| symbol(&source));
        }
    }
    found
}

fn named(value: &Known, names: &BTreeMap<String, String>) -> Planned {
    match value {
        Tree::Text(text) => Tree::Text(names.get(text).unwrap_or(text).clone()),
        Tree::List(items) => Tree::List(items.iter().map(|it| named(it, names)).collect()),
        Tree::Map(members) => Tree::map(members.iter().map(|(key, it)| (key, named(it, names)))),
        other => other.clone().widen(),
    }
}
