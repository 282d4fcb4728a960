//! What depends on what, for a picture: plain data.
//!
//! In: one dependency graph, or those before and after a change. Out: nodes and edges by number,
//! without the edges that follow from others. It must not know how it is drawn.

use std::collections::{BTreeMap, BTreeSet};

use model::Address;
use model::graph::Graph;

/// Resources and data sources, and what depends on what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    /// The layers in the manifest's order; empty ones too.
    pub layers: Vec<String>,
    /// Each after what it depends on, as far as possible.
    pub nodes: Vec<Node>,
    /// From what is depended on to what depends on it: indexes into [`Map::nodes`].
    pub edges: BTreeSet<(usize, usize)>,
}

/// One resource or data source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Its address.
    pub address: Address,
    /// The layer it stands in.
    pub layer: String,
}

impl Map {
    /// The map of one graph.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        Self::between(None, graph, &BTreeMap::new())
    }

    /// Everything in either of two graphs; what is in both has its layer and its edges from the
    /// one after. `renamed` holds the addresses before by those after, where something moved.
    #[must_use]
    pub fn between(before: Option<&Graph>, after: &Graph, renamed: &BTreeMap<Address, Address>) -> Self {
        let mut map = Self { layers: after.layers().to_vec(), ..Self::default() };
        let moved: BTreeMap<&Address, &Address> = renamed.iter().map(|(now, then)| (then, now)).collect();
        let gone = |it: &&Address| after.node(it).is_none() && !moved.contains_key(it);
        let both = [
            Some((after, after.order().iter().collect::<Vec<_>>())),
            before.map(|it| (it, it.order().iter().filter(gone).collect())),
        ];
        let mut numbers: BTreeMap<&Address, usize> = BTreeMap::new();
        for (graph, addresses) in both.iter().flatten() {
            for node in addresses.iter().filter_map(|it| graph.node(it)) {
                if !map.layers.contains(&node.layer) {
                    map.layers.push(node.layer.clone());
                }
                numbers.insert(&node.address, map.nodes.len());
                map.nodes.push(Node { address: node.address.clone(), layer: node.layer.clone() });
            }
        }
        for (graph, addresses) in both.iter().flatten() {
            let reduced = graph.reduced();
            for (dependent, dependency) in
                addresses.iter().flat_map(|it| reduced.get(it).into_iter().flatten().map(move |on| (it, on)))
            {
                let number = |it: &Address| numbers.get(it).or_else(|| numbers.get(*moved.get(it)?));
                if let (Some(first), Some(second)) = (number(dependency), number(dependent)) {
                    map.edges.insert((*first, *second));
                }
            }
        }
        map
    }

    /// The same map with what the manifest no longer has, in a layer of its own.
    #[must_use]
    pub fn with_gone<'a>(mut self, addresses: impl IntoIterator<Item = &'a Address>) -> Self {
        for address in addresses {
            if self.nodes.iter().all(|it| it.address != *address) {
                self.nodes.push(Node { address: address.clone(), layer: GONE.to_owned() });
            }
        }
        if self.nodes.iter().any(|it| it.layer == GONE) && !self.layers.iter().any(|it| it == GONE) {
            self.layers.push(GONE.to_owned());
        }
        self
    }
}

/// What stands where a layer's name would. No file can be called that.
const GONE: &str = "no longer declared";
