//! How edges get past the columns between their ends.
//!
//! In: cards in columns. Out: lanes, and the stops of each edge. It must not know what is above
//! what.

use std::collections::BTreeMap;

use super::scene::Scene;

/// All lanes, and the one that each edge takes.
pub(super) struct Lanes {
    /// By number.
    pub(super) all: Vec<Lane>,
    /// The lane of each edge; none between neighbouring columns.
    of: Vec<Option<usize>>,
}

/// A way through some columns, shared by edges with a common end.
pub(super) struct Lane {
    /// Inside this layer; without it, between the frames.
    pub(super) layer: Option<usize>,
    /// The first column that it passes.
    pub(super) first: usize,
    /// The last column that it passes.
    pub(super) last: usize,
}

/// A place that an edge passes in one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stop {
    /// One of its ends.
    Card(usize),
    /// A lane in a frame.
    Inside {
        /// The frame's layer.
        layer: usize,
        /// The lane.
        lane: usize,
        /// The column.
        column: usize,
    },
    /// A lane between the frames.
    Outside {
        /// The lane.
        lane: usize,
        /// The column.
        column: usize,
    },
}

impl Stop {
    /// Its column.
    pub(super) fn column(&self, columns: &[usize]) -> usize {
        match self {
            Self::Card(card) => columns[*card],
            Self::Inside { column, .. } | Self::Outside { column, .. } => *column,
        }
    }
}

/// The end that edges in a lane have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hub {
    From(usize),
    To(usize),
}

/// Gives each edge that skips columns a lane: together with the others of that of its two ends which
/// has more of them.
pub(super) fn lanes(scene: &Scene<'_>, columns: &[usize]) -> Lanes {
    let inside = |(from, to): (usize, usize)| {
        let layer = scene.layer_of[from];
        (layer == scene.layer_of[to]).then_some(layer)
    };
    let long = |(from, to): (usize, usize)| columns[to] > columns[from] + 1;
    let mut counts: BTreeMap<(Hub, Option<usize>), usize> = BTreeMap::new();
    for edge in scene.edges.iter().copied().filter(|it| long(*it)) {
        for hub in [Hub::From(edge.0), Hub::To(edge.1)] {
            *counts.entry((hub, inside(edge))).or_insert(0) += 1;
        }
    }
    let mut numbers: BTreeMap<(Hub, Option<usize>), usize> = BTreeMap::new();
    let mut lanes = Lanes { all: Vec::new(), of: Vec::new() };
    for edge in scene.edges.iter().copied() {
        if !long(edge) {
            lanes.of.push(None);
            continue;
        }
        let layer = inside(edge);
        let (from, to) = ((Hub::From(edge.0), layer), (Hub::To(edge.1), layer));
        let hub = if counts[&from] >= counts[&to] { from } else { to };
        let (first, last) = (columns[edge.0] + 1, columns[edge.1] - 1);
        let number = *numbers.entry(hub).or_insert_with(|| {
            lanes.all.push(Lane { layer, first, last });
            lanes.all.len() - 1
        });
        let lane = &mut lanes.all[number];
        (lane.first, lane.last) = (lane.first.min(first), lane.last.max(last));
        lanes.of.push(Some(number));
    }
    lanes
}

impl Lanes {
    /// Where an edge passes: its ends, and a stop in every column between them.
    pub(super) fn stops(&self, scene: &Scene<'_>, columns: &[usize], edge: usize) -> Vec<Stop> {
        let (from, to) = scene.edges[edge];
        let between = self.of[edge].into_iter().flat_map(|lane| {
            let layer = self.all[lane].layer;
            (columns[from] + 1..columns[to]).map(move |column| match layer {
                Some(layer) => Stop::Inside { layer, lane, column },
                None => Stop::Outside { lane, column },
            })
        });
        [Stop::Card(from)].into_iter().chain(between).chain([Stop::Card(to)]).collect()
    }
}
