//! The dependency graph of a stack.
//!
//! In: a resolved stack. Out: a graph without cycles, its order and closures; or every cycle.
//! It must not know what a plan does with it.

pub(crate) mod loops;
mod print;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use petgraph::Direction;
use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use crate::address::Address;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::stack::{Dependency, Stack};

pub use print::{dot, json, mermaid, text};

/// Resources and data sources, each after what it depends on.
#[derive(Clone, Debug)]
pub struct Graph {
    graph: DiGraph<Node, Dependency>,
    nodes: BTreeMap<Address, NodeIndex>,
    order: Vec<Address>,
    layers: Vec<String>,
}

/// One resource or data source.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its address.
    pub address: Address,
    /// The layer it stands in.
    pub layer: String,
    header: Span,
}

/// Builds the graph of a stack.
///
/// # Errors
/// The shortest loop of every group of things that depend on each other, with the place of
/// every reference in it.
pub fn build(stack: &Stack) -> Result<Graph, Vec<Diagnostic>> {
    let cycles = cycles(stack);
    if !cycles.is_empty() {
        return Err(cycles);
    }
    let mut graph = DiGraph::new();
    let mut nodes = BTreeMap::new();
    for (address, layer, header, _) in things(stack) {
        let node = Node { address: address.clone(), layer: layer.to_owned(), header };
        nodes.insert(address.clone(), graph.add_node(node));
    }
    for (address, _, _, dependencies) in things(stack) {
        for (dependency, why) in dependencies {
            if let (Some(first), Some(second)) = (nodes.get(dependency), nodes.get(address)) {
                graph.add_edge(*first, *second, why.clone());
            }
        }
    }
    let order = order(&graph);
    Ok(Graph { graph, nodes, order, layers: stack.layers.clone() })
}

impl Graph {
    /// Every address after all that it depends on; among equals as the manifest has them.
    #[must_use]
    pub fn order(&self) -> &[Address] {
        &self.order
    }

    /// The layers in order.
    #[must_use]
    pub fn layers(&self) -> &[String] {
        &self.layers
    }

    /// A resource or data source.
    #[must_use]
    pub fn node(&self, address: &Address) -> Option<&Node> {
        self.nodes.get(address).and_then(|it| self.graph.node_weight(*it))
    }

    /// What an address depends on directly, and why.
    #[must_use]
    pub fn dependencies(&self, address: &Address) -> BTreeMap<&Address, &Dependency> {
        self.beside(address, Direction::Incoming)
    }

    /// What depends on an address directly, and why.
    #[must_use]
    pub fn dependents(&self, address: &Address) -> BTreeMap<&Address, &Dependency> {
        self.beside(address, Direction::Outgoing)
    }

    /// The addresses and all that they depend on: what `--target` and `--layer` include.
    pub fn with_dependencies<'a>(&self, roots: impl IntoIterator<Item = &'a Address>) -> BTreeSet<Address> {
        self.closure(roots, Direction::Incoming)
    }

    /// The addresses and all that depends on them: what a targeted destroy includes.
    pub fn with_dependents<'a>(&self, roots: impl IntoIterator<Item = &'a Address>) -> BTreeSet<Address> {
        self.closure(roots, Direction::Outgoing)
    }

    /// What each address depends on, without what follows from the rest: for drawings.
    #[must_use]
    pub fn reduced(&self) -> BTreeMap<&Address, BTreeSet<&Address>> {
        let order: Vec<NodeIndex> = self.order.iter().filter_map(|it| self.nodes.get(it)).copied().collect();
        let (sorted, _) = dag_to_toposorted_adjacency_list::<_, u32>(&self.graph, &order);
        let (reduction, _) = dag_transitive_reduction_closure(&sorted);
        let mut edges: BTreeMap<&Address, BTreeSet<&Address>> = BTreeMap::new();
        for edge in reduction.edge_references() {
            let at = |index: u32| self.order.get(index as usize);
            if let (Some(dependency), Some(dependent)) = (at(edge.source()), at(edge.target())) {
                edges.entry(dependent).or_default().insert(dependency);
            }
        }
        edges
    }

    /// The addresses that stand in a layer.
    #[must_use]
    pub fn of_layer(&self, layer: &str) -> BTreeSet<Address> {
        self.graph.node_weights().filter(|it| it.layer == layer).map(|it| it.address.clone()).collect()
    }

    fn beside(&self, address: &Address, direction: Direction) -> BTreeMap<&Address, &Dependency> {
        let Some(node) = self.nodes.get(address) else { return BTreeMap::new() };
        let other = |edge: &petgraph::graph::EdgeReference<'_, Dependency>| match direction {
            Direction::Incoming => edge.source(),
            Direction::Outgoing => edge.target(),
        };
        self.graph
            .edges_directed(*node, direction)
            .map(|edge| (&self.graph[other(&edge)].address, edge.weight()))
            .collect()
    }

    fn closure<'a>(&self, roots: impl IntoIterator<Item = &'a Address>, direction: Direction) -> BTreeSet<Address> {
        let mut pending: Vec<NodeIndex> = roots.into_iter().filter_map(|it| self.nodes.get(it)).copied().collect();
        let mut seen: BTreeSet<NodeIndex> = pending.iter().copied().collect();
        while let Some(node) = pending.pop() {
            pending.extend(self.graph.neighbors_directed(node, direction).filter(|it| seen.insert(*it)));
        }
        seen.into_iter().map(|it| self.graph[it].address.clone()).collect()
    }
}

type Thing<'a> = (&'a Address, &'a str, Span, &'a BTreeMap<Address, Dependency>);

fn things(stack: &Stack) -> impl Iterator<Item = Thing<'_>> {
    let data = stack.data.values().map(|it| (&it.address, it.layer.as_str(), it.spans.header, &it.depends_on));
    let managed = stack.resources.values().map(|it| (&it.address, it.layer.as_str(), it.spans.header, &it.depends_on));
    data.chain(managed)
}

/// Of all that is free to go next, what stands first in the manifest.
fn order(graph: &DiGraph<Node, Dependency>) -> Vec<Address> {
    let mut waits: Vec<usize> =
        graph.node_indices().map(|it| graph.edges_directed(it, Direction::Incoming).count()).collect();
    let key = |node: NodeIndex| (graph[node].header, &graph[node].address, node);
    let free = graph.node_indices().filter(|it| waits[it.index()] == 0);
    let mut free: BinaryHeap<_> = free.map(|it| Reverse(key(it))).collect();
    let mut order = Vec::with_capacity(graph.node_count());
    while let Some(Reverse((_, address, node))) = free.pop() {
        order.push(address.clone());
        for next in graph.neighbors_directed(node, Direction::Outgoing) {
            waits[next.index()] -= 1;
            if waits[next.index()] == 0 {
                free.push(Reverse(key(next)));
            }
        }
    }
    order
}

/// Cycles are between declarations, as in Terraform: one member cannot need a member of what
/// needs another of its own.
fn cycles(stack: &Stack) -> Vec<Diagnostic> {
    let mut edges: BTreeMap<Address, BTreeMap<Address, Span>> = BTreeMap::new();
    for (address, _, _, dependencies) in things(stack) {
        let from = edges.entry(address.declaration()).or_default();
        for (dependency, why) in dependencies {
            from.entry(dependency.declaration()).or_insert(why.span);
        }
    }
    let mut graph: DiGraph<&Address, ()> = DiGraph::new();
    let nodes: BTreeMap<&Address, NodeIndex> = edges.keys().map(|it| (it, graph.add_node(it))).collect();
    for (from, to) in edges.iter().flat_map(|(from, to)| to.keys().map(move |to| (from, to))) {
        if let (Some(from), Some(to)) = (nodes.get(from), nodes.get(to)) {
            graph.add_edge(*from, *to, ());
        }
    }
    let groups = petgraph::algo::kosaraju_scc(&graph);
    let looped = |group: &&Vec<NodeIndex>| group.len() > 1 || group.iter().any(|it| graph.contains_edge(*it, *it));
    let mut problems: Vec<Diagnostic> = groups
        .iter()
        .filter(looped)
        .filter_map(|group| {
            let mut members: Vec<&Address> = group.iter().map(|it| graph[*it]).collect();
            members.sort_unstable();
            let inside = |address: &&Address| members.binary_search(address).is_ok();
            let round = loops::shortest(&members, |from| {
                edges.get(*from).into_iter().flat_map(BTreeMap::keys).filter(inside).collect()
            });
            let places = round.iter().zip(round.iter().cycle().skip(1));
            let places =
                places.filter_map(|(from, to)| Some((from.to_string(), to.to_string(), *edges.get(*from)?.get(*to)?)));
            loops::report(places.collect())
        })
        .collect();
    problems.sort_by_key(|it| it.labels.first().map(|label| label.span));
    problems
}
