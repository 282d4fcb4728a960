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
    let mut graph = DiGraph::new();
    let node = |(address, layer, header, _): Thing<'_>| {
        let node = Node { address: address.clone(), layer: layer.to_owned(), header };
        (address.clone(), graph.add_node(node))
    };
    let nodes: BTreeMap<Address, NodeIndex> = things(stack).map(node).collect();
    let mut loose = Vec::new();
    for ((_, _, _, dependencies), second) in things(stack).zip((0..).map(NodeIndex::new)) {
        for (dependency, why) in dependencies {
            match nodes.get(dependency) {
                Some(first) => {
                    graph.add_edge(*first, second, why.clone());
                }
                None => loose.push((dependency, second)),
            }
        }
    }
    let cycles = cycles(stack, &declarations(&graph, &nodes, &loose));
    if !cycles.is_empty() {
        return Err(cycles);
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
fn cycles(stack: &Stack, declarations: &DiGraph<Address, ()>) -> Vec<Diagnostic> {
    let groups = petgraph::algo::kosaraju_scc(declarations);
    let looped =
        |group: &&Vec<NodeIndex>| group.len() > 1 || group.iter().any(|it| declarations.contains_edge(*it, *it));
    let looped: Vec<&Vec<NodeIndex>> = groups.iter().filter(looped).collect();
    if looped.is_empty() {
        return Vec::new();
    }
    let places = places(stack);
    let report = |group: &Vec<NodeIndex>| {
        let mut members: Vec<&Address> = group.iter().map(|it| &declarations[*it]).collect();
        members.sort_unstable();
        let inside = |address: &&Address| members.binary_search(address).is_ok();
        let round = loops::shortest(&members, |from| {
            places.get(*from).into_iter().flat_map(BTreeMap::keys).filter(inside).collect()
        });
        let edges = round.iter().zip(round.iter().cycle().skip(1));
        let edges =
            edges.filter_map(|(from, to)| Some((from.to_string(), to.to_string(), *places.get(*from)?.get(*to)?)));
        loops::report(edges.collect())
    };
    let mut problems: Vec<Diagnostic> = looped.into_iter().filter_map(report).collect();
    problems.sort_by_key(|it| it.labels.first().map(|label| label.span));
    problems
}

/// Which declaration needs which. Of `loose` dependencies on a declaration with members, which
/// only a loop can leave behind, all members count.
fn declarations(
    graph: &DiGraph<Node, Dependency>,
    nodes: &BTreeMap<Address, NodeIndex>,
    loose: &[(&Address, NodeIndex)],
) -> DiGraph<Address, ()> {
    let mut whole: DiGraph<Address, ()> = DiGraph::new();
    let mut own: Vec<NodeIndex> = Vec::with_capacity(graph.node_count());
    for node in graph.node_weights() {
        // Members stand side by side.
        let same = own.last().copied().filter(|it| whole[*it].covers(&node.address));
        own.push(same.unwrap_or_else(|| whole.add_node(node.address.declaration())));
    }
    let edges = graph.edge_references().map(|edge| (edge.target(), edge.source()));
    let member = |address: &Address| address.covered(nodes).next().map(|(_, node)| *node);
    let loose = loose.iter().filter_map(|(dependency, second)| Some((*second, member(dependency)?)));
    for (second, first) in edges.chain(loose) {
        whole.add_edge(own[second.index()], own[first.index()], ());
    }
    whole
}

/// The place of the first reference from each declaration to each other.
fn places(stack: &Stack) -> BTreeMap<Address, BTreeMap<Address, Span>> {
    let mut places: BTreeMap<Address, BTreeMap<Address, Span>> = BTreeMap::new();
    for (address, _, _, dependencies) in things(stack) {
        let from = places.entry(address.declaration()).or_default();
        for (dependency, why) in dependencies {
            from.entry(dependency.declaration()).or_insert(why.span);
        }
    }
    places
}
