//! The map with everything by number.
//!
//! In: a map. Out: the same in a form that is quick to walk, and surely without loops. It must not
//! know places.

use std::collections::{BTreeMap, BTreeSet};

use review::Map;

/// Layers, cards and edges by number.
pub(super) struct Scene<'a> {
    /// The layers that hold something.
    pub(super) layers: Vec<&'a str>,
    /// The layer of each card.
    pub(super) layer_of: Vec<usize>,
    /// The cards of each layer, as the map has them.
    pub(super) members: Vec<Vec<usize>>,
    /// All edges, as the map has them.
    pub(super) edges: Vec<(usize, usize)>,
    /// What each card depends on, without what would close a loop.
    pub(super) before: Vec<Vec<usize>>,
    /// What depends on each card, without what would close a loop.
    pub(super) after: Vec<Vec<usize>>,
    /// The cards, each after what it depends on.
    pub(super) order: Vec<usize>,
}

impl<'a> Scene<'a> {
    /// The map by number.
    pub(super) fn of(map: &'a Map) -> Self {
        let held: BTreeSet<&str> = map.nodes.iter().map(|it| it.layer.as_str()).collect();
        let mut layers: Vec<&str> = Vec::new();
        let named = map.layers.iter().map(String::as_str).filter(|it| held.contains(it));
        for name in named.chain(map.nodes.iter().map(|it| it.layer.as_str())) {
            // Layers that the map does not list come last; that there are few makes this cheap.
            if !layers.contains(&name) {
                layers.push(name);
            }
        }
        let numbers: BTreeMap<&str, usize> = layers.iter().enumerate().map(|(index, name)| (*name, index)).collect();
        let layer_of: Vec<usize> = map.nodes.iter().map(|it| numbers[it.layer.as_str()]).collect();
        let mut members = vec![Vec::new(); layers.len()];
        layer_of.iter().enumerate().for_each(|(card, layer): (usize, &usize)| members[*layer].push(card));
        let edges: Vec<(usize, usize)> =
            map.edges.iter().copied().filter(|(from, to)| from.max(to) < &map.nodes.len()).collect();
        let (order, before, after) = without_loops(map.nodes.len(), &edges);
        Self { layers, layer_of, members, edges, before, after, order }
    }

    /// The first and the last column of a layer.
    pub(super) fn span(&self, layer: usize, columns: &[usize]) -> (usize, usize) {
        let first = self.members[layer].iter().map(|it| columns[*it]).min();
        let last = self.members[layer].iter().map(|it| columns[*it]).max();
        (first.unwrap_or_default(), last.unwrap_or_default())
    }
}

type Neighbours = Vec<Vec<usize>>;

/// An order, and the edges that follow it. Manifests have no loops, but a map is only data.
fn without_loops(count: usize, edges: &[(usize, usize)]) -> (Vec<usize>, Neighbours, Neighbours) {
    let (mut next, mut missing): (Neighbours, Vec<usize>) = (vec![Vec::new(); count], vec![0; count]);
    for (from, to) in edges {
        next[*from].push(*to);
        missing[*to] += 1;
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|it| missing[*it] == 0).collect();
    let mut rest: BTreeSet<usize> = (0..count).collect();
    let mut order = Vec::new();
    while let Some(card) = ready.pop_first().or_else(|| rest.first().copied()) {
        rest.remove(&card);
        order.push(card);
        for other in &next[card] {
            missing[*other] -= 1;
            if missing[*other] == 0 && rest.contains(other) {
                ready.insert(*other);
            }
        }
    }
    let mut position = vec![0; count];
    order.iter().enumerate().for_each(|(index, card)| position[*card] = index);
    let (mut before, mut after) = (vec![Vec::new(); count], vec![Vec::new(); count]);
    for (from, to) in edges.iter().filter(|(from, to)| position[*from] < position[*to]) {
        before[*to].push(*from);
        after[*from].push(*to);
    }
    (order, before, after)
}
