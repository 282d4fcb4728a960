//! What comes before what, and the finished plan.
//!
//! In: operations and the parts they play. Out: a plan whose edges are typed and proven to hold
//! no loop. It must not know how long anything takes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::catalog::{Identity, Kind, Life};
use model::diagnostic::Diagnostic;
use model::plan::{
    Binding, Change, Drift, Edge, EdgeReason, Operation, OperationId, OperationStep, OutputChange, Plan,
};
use model::{Address, Id, Known, Planned, Tree};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use serde_json::Value as Json;

use super::decided::{Course, Order};
use super::lower::{Lowered, Parts};
use super::memory;
use super::walk::Walk;

/// Orders the operations and puts the plan together.
///
/// # Errors
/// The operations wait for each other in a loop.
pub(super) fn assemble(
    walk: &Walk<'_>,
    lowered: Lowered,
    outputs: BTreeMap<String, OutputChange>,
) -> Result<Plan, Vec<Diagnostic>> {
    let ordered = Ordered::of(walk, &lowered)?;
    let changes = ordered.changes(lowered.changes, &lowered.operations);
    let drift = walk.decided.iter().flat_map(|(address, decided)| {
        let row = |(path, last_applied, live): &(model::Path, model::Known, model::Known)| Drift {
            address: address.clone(),
            path: path.clone(),
            last_applied: last_applied.clone(),
            live: live.clone(),
        };
        decided.drift.iter().map(row).collect::<Vec<Drift>>()
    });
    Ok(Plan {
        binding: binding(walk),
        changes,
        unchanged: lowered.unchanged,
        drift: drift.collect(),
        outputs,
        operations: lowered.operations,
        edges: ordered.edges.into_iter().collect(),
    })
}

/// What comes before what.
pub(super) struct Ordered {
    edges: BTreeSet<Edge>,
    /// Where each operation stands in an order that keeps all edges.
    positions: Vec<usize>,
}

impl Ordered {
    /// Orders the operations.
    ///
    /// # Errors
    /// They wait for each other in a loop.
    pub fn of(walk: &Walk<'_>, lowered: &Lowered) -> Result<Self, Vec<Diagnostic>> {
        let edges = edges(walk, lowered);
        let order = order(walk, &lowered.operations, &edges)?;
        let mut positions = vec![0; order.len()];
        for (index, id) in order.iter().enumerate() {
            positions[id.0] = index;
        }
        Ok(Self { edges, positions })
    }

    /// The changes in that order, each with those that come first.
    pub fn changes(&self, mut changes: Vec<(Change, OperationId)>, operations: &[Operation]) -> Vec<Change> {
        changes.sort_by_key(|(_, operation)| self.positions[operation.0]);
        let before = before(operations, &self.edges);
        let after = |change: &Change| before.get(&change.address).cloned().unwrap_or_default();
        changes.into_iter().map(|(change, _)| Change { after: after(&change), ..change }).collect()
    }
}

fn binding(walk: &Walk<'_>) -> Binding {
    let (state, observed) = (walk.inputs.state, walk.inputs.observed);
    Binding {
        lineage: state.lineage.clone(),
        serial: state.serial,
        position: state.applied_through,
        account: observed.account.clone(),
        region: observed.region.clone(),
        digest: walk.inputs.stack.digest.clone(),
        destroy: walk.inputs.options.destroy,
    }
}

/// By address, the other addresses whose operations come right before its own.
fn before<'a>(operations: &'a [Operation], edges: &BTreeSet<Edge>) -> BTreeMap<&'a Address, BTreeSet<Address>> {
    let at = |id: OperationId| &operations[id.0].address;
    let mut all: BTreeMap<&Address, BTreeSet<Address>> = BTreeMap::new();
    for edge in edges.iter().filter(|it| at(it.first) != at(it.second)) {
        all.entry(at(edge.second)).or_default().insert(at(edge.first).clone());
    }
    all
}

fn edges(walk: &Walk<'_>, lowered: &Lowered) -> BTreeSet<Edge> {
    let mut edges = Edges::default();
    for (address, parts) in &lowered.parts {
        edges.within(walk, address, parts);
        for dependency in memory::direct(walk.inputs.stack, address) {
            edges.provided(parts, lowered.parts.get(&dependency));
        }
        edges.recorded(walk, lowered, address, parts);
    }
    edges.names(walk, lowered);
    edges.renames(walk, lowered);
    edges.hands_over(walk, lowered);
    edges.0
}

#[derive(Default)]
struct Edges(BTreeSet<Edge>);

impl Edges {
    fn add(&mut self, first: OperationId, second: OperationId, reason: EdgeReason) {
        if first != second {
            self.0.insert(Edge { first, second, reason });
        }
    }

    /// The operations of one address among themselves.
    fn within(&mut self, walk: &Walk<'_>, address: &Address, parts: &Parts) {
        let first_provided = parts.provides.first().copied();
        for pair in parts.provides.windows(2) {
            self.add(pair[0], pair[1], EdgeReason::MustExist);
        }
        for start in [parts.renames, parts.detaches].into_iter().flatten() {
            let all = parts.provides.iter().chain(&parts.deletes).chain(&parts.forgets).chain(&parts.deposed);
            for next in all.copied() {
                self.add(start, next, EdgeReason::MustExist);
            }
        }
        if let (Some(renames), Some(detaches)) = (parts.renames, parts.detaches) {
            self.add(renames, detaches, EdgeReason::MustExist);
        }
        for deposed in &parts.deposed {
            if let Some(forgets) = parts.forgets {
                self.add(*deposed, forgets, EdgeReason::BlocksDelete);
            }
        }
        if let (Some(forgets), Some(creates)) = (parts.forgets, first_provided) {
            self.add(forgets, creates, EdgeReason::NameIsExclusive);
        }
        let order = match walk.decided.get(address).map(|it| &it.course) {
            Some(Course::Replace { order, .. }) => *order,
            Some(_) | None => return,
        };
        if let (Some(deletes), Some(creates)) = (parts.deletes, first_provided) {
            match order {
                Order::CreateFirst => self.add(creates, deletes, EdgeReason::BlocksDelete),
                Order::DeleteFirst => self.add(deletes, creates, EdgeReason::NameIsExclusive),
            }
        }
    }

    /// What something refers to is there first.
    fn provided(&mut self, parts: &Parts, dependency: Option<&Parts>) {
        let Some(dependency) = dependency else { return };
        let last = dependency.provides.last().or(dependency.renames.as_ref());
        if let (Some(first), Some(second)) = (last, parts.provides.first()) {
            self.add(*first, *second, EdgeReason::MustExist);
        }
    }

    /// What used something, by what state remembers, has gone or points elsewhere before that
    /// goes.
    fn recorded(&mut self, walk: &Walk<'_>, lowered: &Lowered, address: &Address, parts: &Parts) {
        let Some(tracked) = walk.ground.tracking.entries.get(address) else { return };
        if let Some(current) = &tracked.entry.current {
            let mut used = walk.ground.tracking.present(&current.dependencies);
            used.extend(memory::dependencies(walk.inputs.stack, address));
            for used in &used {
                let Some(going) = lowered.parts.get(used).filter(|_| used != address) else { continue };
                if let Some(deletes) = parts.deletes.or(parts.forgets) {
                    self.delete_first(walk, address, used, deletes, going);
                }
                self.repoint_first(walk, address, used, parts, going);
            }
        }
        for (object, operation) in tracked.entry.deposed.iter().zip(&parts.deposed) {
            for used in walk.ground.tracking.present(&object.dependencies) {
                if let Some(going) = lowered.parts.get(&used).filter(|_| used != *address) {
                    self.delete_first(walk, address, &used, *operation, going);
                }
            }
        }
    }

    fn delete_first(&mut self, walk: &Walk<'_>, user: &Address, used: &Address, delete: OperationId, going: &Parts) {
        // A revision is a piece of writing: what it names may go before it is retired, and has
        // to, where that comes again and the next revision names it.
        let returns = walk.decided.get(used).is_some_and(super::decided::Decided::is_delete_first);
        let stays = walk.decided.get(user).is_some_and(|it| !matches!(it.course, Course::Delete { .. }));
        if returns && stays && kind(walk, user).is_some_and(|it| it.life == Life::Revisions) {
            return;
        }
        for second in going.deletes.iter().chain(&going.deposed) {
            self.add(delete, *second, EdgeReason::BlocksDelete);
        }
    }

    fn repoint_first(&mut self, walk: &Walk<'_>, user: &Address, used: &Address, parts: &Parts, going: &Parts) {
        let stays = match walk.decided.get(user).map(|it| &it.course) {
            Some(Course::Update { .. } | Course::Settle { .. }) => true,
            Some(Course::Keep | Course::Refresh | Course::Record | Course::Create | Course::Replace { .. }) => false,
            Some(Course::Adopt { .. } | Course::Find | Course::Delete { .. } | Course::Forget | Course::Read) => false,
            None => false,
        };
        let Some(last) = parts.provides.last().filter(|_| stays) else { return };
        for second in &going.deposed {
            self.add(*last, *second, EdgeReason::BlocksDelete);
        }
        let Some(deletes) = going.deletes else { return };
        if !walk.decided.get(used).is_some_and(super::decided::Decided::is_delete_first) {
            self.add(*last, deletes, EdgeReason::BlocksDelete);
        } else if let Some(detaches) = parts.detaches {
            self.add(detaches, deletes, EdgeReason::BlocksDelete);
        }
    }

    /// An object that one address lets go of and another takes: no two have it at once.
    fn hands_over(&mut self, walk: &Walk<'_>, lowered: &Lowered) {
        // By kind and id; without an id where it is known only when the arguments are.
        let mut takers: BTreeMap<(&str, Option<&Id>), Vec<OperationId>> = BTreeMap::new();
        for (index, operation) in lowered.operations.iter().enumerate() {
            let id = match &operation.step {
                OperationStep::Adopt { id, .. } => Some(id),
                OperationStep::Create { .. } if is_adopted(walk, &operation.address) => None,
                OperationStep::Create { .. } | OperationStep::Update { .. } | OperationStep::Delete { .. } => continue,
                OperationStep::Settle { .. } | OperationStep::Forget => continue,
                OperationStep::Record { .. } | OperationStep::Read { .. } => continue,
            };
            takers.entry((&operation.kind, id)).or_default().push(OperationId(index));
        }
        for (address, parts) in &lowered.parts {
            let (Some(forgets), Some(id)) = (parts.forgets, walk.ground.tracking.id(address)) else { continue };
            let kind = address.kind.as_str();
            for taker in [Some(id), None].into_iter().filter_map(|it| takers.get(&(kind, it))).flatten() {
                self.add(forgets, *taker, EdgeReason::NameIsExclusive);
            }
        }
    }

    /// A name that one object gives up and another takes.
    fn names(&mut self, walk: &Walk<'_>, lowered: &Lowered) {
        let mut freed: BTreeMap<String, Vec<OperationId>> = BTreeMap::new();
        let ids = || (0..lowered.operations.len()).map(OperationId);
        for id in ids() {
            let operation = &lowered.operations[id.0];
            if let OperationStep::Delete { before, .. } = &operation.step {
                for claim in claims(walk, &operation.kind, before, Known::to_json) {
                    freed.entry(claim).or_default().push(id);
                }
            }
        }
        for id in ids() {
            let operation = &lowered.operations[id.0];
            let OperationStep::Create { desired } = &operation.step else { continue };
            let is_own =
                |delete: &OperationId| lowered.parts.get(&operation.address).and_then(|it| it.deletes) == Some(*delete);
            for claim in claims(walk, &operation.kind, desired, Planned::to_json) {
                for delete in freed.get(&claim).into_iter().flatten().filter(|it| !is_own(it)) {
                    self.add(*delete, id, EdgeReason::NameIsExclusive);
                }
            }
        }
    }

    /// Where one entry takes the address that another leaves.
    fn renames(&mut self, walk: &Walk<'_>, lowered: &Lowered) {
        let leaves = |address: &Address| walk.decided.get(address).and_then(|it| it.moved_from.as_ref());
        for (address, parts) in &lowered.parts {
            let Some(vacated) = leaves(address).and_then(|from| lowered.parts.get(from)) else { continue };
            let next = vacated.renames.or(vacated.provides.first().copied());
            if let (Some(first), Some(second)) = (parts.renames, next) {
                self.add(first, second, EdgeReason::NameIsExclusive);
            }
        }
    }
}

fn kind(walk: &Walk<'_>, address: &Address) -> Option<&'static Kind> {
    walk.inputs.catalog.kind(&address.kind)
}

fn is_adopted(walk: &Walk<'_>, address: &Address) -> bool {
    kind(walk, address).is_some_and(|it| it.life == Life::Adopted)
}

/// What only one object at a time can have, as texts that are equal when the claims are.
fn claims<H>(walk: &Walk<'_>, kind: &str, arguments: &Tree<H>, json: fn(&Tree<H>) -> Json) -> Vec<String> {
    let Some(kind) = walk.inputs.catalog.kind(kind) else { return Vec::new() };
    let known = |names: &[&str]| -> Option<Vec<String>> {
        let value = |name: &&str| match arguments.get(name) {
            None => Some(format!("{name}=null")),
            Some(value) if value.has_hole() => None,
            Some(value) => Some(format!("{name}={}", json(value))),
        };
        names.iter().map(value).collect()
    };
    let naming = kind.naming.filter(|it| !it.shared);
    let named = naming.and_then(|naming| {
        arguments.get(naming.argument)?.as_text()?;
        Some([known(&[naming.argument])?, known(naming.scope)?].concat())
    });
    let natural = match kind.identity {
        Identity::Natural(keys) => known(keys),
        Identity::Name | Identity::Token | Identity::Tag => None,
    };
    named.into_iter().chain(natural).map(|it| format!("{}: {}", kind.name, it.join(", "))).collect()
}

/// The operations in an order that keeps all edges; of what is free, what comes first in the
/// list.
fn order(
    walk: &Walk<'_>,
    operations: &[Operation],
    edges: &BTreeSet<Edge>,
) -> Result<Vec<OperationId>, Vec<Diagnostic>> {
    let mut graph: DiGraph<(), EdgeReason> = DiGraph::new();
    let nodes: Vec<NodeIndex> = operations.iter().map(|_| graph.add_node(())).collect();
    for edge in edges {
        graph.add_edge(nodes[edge.first.0], nodes[edge.second.0], edge.reason);
    }
    let mut waits: Vec<usize> =
        nodes.iter().map(|it| graph.neighbors_directed(*it, petgraph::Direction::Incoming).count()).collect();
    let mut free: BTreeSet<usize> = (0..operations.len()).filter(|it| waits[*it] == 0).collect();
    let mut order = Vec::with_capacity(operations.len());
    while let Some(next) = free.pop_first() {
        order.push(OperationId(next));
        for follower in graph.neighbors(nodes[next]) {
            waits[follower.index()] -= 1;
            if waits[follower.index()] == 0 {
                free.insert(follower.index());
            }
        }
    }
    if order.len() == operations.len() {
        return Ok(order);
    }
    let loops = kosaraju_scc(&graph).into_iter().filter(|it| it.len() > 1);
    Err(loops.map(|it| circular(walk, operations, &graph, &it)).collect())
}

/// The shortest loop among operations that all wait for each other.
fn circular(
    walk: &Walk<'_>,
    operations: &[Operation],
    graph: &DiGraph<(), EdgeReason>,
    group: &[NodeIndex],
) -> Diagnostic {
    let members: BTreeSet<NodeIndex> = group.iter().copied().collect();
    let shortest = members.iter().filter_map(|start| round(graph, &members, *start)).min_by_key(Vec::len);
    let round = shortest.unwrap_or_default();
    let describe = |it: &NodeIndex| {
        let operation = &operations[it.index()];
        format!("{} `{}`", verb(&operation.step), operation.address)
    };
    let path: Vec<String> = round.iter().chain(round.first()).map(describe).collect();
    let message = format!("the plan would go in a circle: {}", path.join(", before that "));
    let mut problem = Diagnostic::nowhere("plan-cycle", message);
    let addresses: BTreeSet<&Address> = round.iter().map(|it| &operations[it.index()].address).collect();
    for address in addresses {
        if let Some(resource) = walk.inputs.stack.resources.get(address) {
            problem = problem.label(resource.spans.header, "part of the circle");
        }
    }
    problem.help("give what is replaced a new name; for an address that was renamed, add a `[[moved]]` block")
}

/// The shortest way from a node back to itself, backwards: each waits for the next.
fn round(graph: &DiGraph<(), EdgeReason>, members: &BTreeSet<NodeIndex>, start: NodeIndex) -> Option<Vec<NodeIndex>> {
    let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(node) = open.pop_front() {
        for next in graph.neighbors_directed(node, petgraph::Direction::Incoming).filter(|it| members.contains(it)) {
            if next == start {
                let mut path = vec![node];
                while let Some(previous) = came_from.get(path.last()?) {
                    path.push(*previous);
                }
                path.reverse();
                return Some(path);
            }
            if next != start && !came_from.contains_key(&next) {
                came_from.insert(next, node);
                open.push_back(next);
            }
        }
    }
    None
}

fn verb(step: &OperationStep) -> &'static str {
    match step {
        OperationStep::Create { .. } => "create",
        OperationStep::Update { .. } => "update",
        OperationStep::Delete { .. } => "delete",
        OperationStep::Settle { .. } => "wait for",
        OperationStep::Adopt { .. } => "adopt",
        OperationStep::Forget => "forget",
        OperationStep::Record { .. } => "record",
        OperationStep::Read { .. } => "look up",
    }
}
