//! Which column each card stands in.
//!
//! In: the scene. Out: a column for each card, to the right of all that it depends on. It must not
//! know what is above what.
//!
//! Cards come as far left as they can, but a layer fills no column beyond its capacity, so that wide
//! fans become grids. Then cards move right to what depends on them where that makes edges shorter.
//! If the picture got too high, whole layers start further right.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::scene::Scene;

/// Roughly the width of a column with what is between it and the next.
const WIDTH: f64 = 270.0;
/// Roughly the height of a card with what is between it and the next.
const HEIGHT: f64 = 60.0;
/// Roughly what a frame needs above and below its cards.
const FRAME: f64 = 82.0;
/// How many times as wide as high a picture is best.
const ASPECT: f64 = 1.7;
/// How many times as high as wide a picture may be.
const TOO_HIGH: f64 = 1.6;
/// A picture up to this high is fine, however narrow.
const LOW: f64 = 1_000.0;
/// A column of up to so many cards is fine, however few there are beside it.
const FEW: f64 = 7.0;
/// How often cards and layers get the chance to move.
const ROUNDS: usize = 4;

/// The column of each card.
pub(super) fn columns(scene: &Scene<'_>) -> Vec<usize> {
    let mut floors = vec![0; scene.layers.len()];
    let mut columns = fitted(scene, &floors);
    for _ in 0..ROUNDS {
        let higher = shelves(scene, &columns, &floors);
        if higher == floors {
            break;
        }
        floors = higher;
        columns = fitted(scene, &floors);
    }
    squeezed(&columns)
}

fn fitted(scene: &Scene<'_>, floors: &[usize]) -> Vec<usize> {
    let capacities: Vec<usize> = scene.members.iter().map(|it| capacity(it.len())).collect();
    let mut grid = Grid { fill: vec![BTreeMap::new(); floors.len()] };
    let mut columns = scheduled(scene, floors, &capacities, &mut grid);
    for round in 0..ROUNDS {
        let mut moved = false;
        let mut step = |card: &usize| moved |= shift(scene, *card, floors, &capacities, &mut columns, &mut grid);
        match round % 2 {
            0 => scene.order.iter().rev().for_each(&mut step),
            _ => scene.order.iter().for_each(&mut step),
        }
        // Layers that stand beside each other for want of room below must not come closer again.
        let free = if floors.iter().all(|it| *it == 0) { scene.layers.len() } else { 0 };
        for layer in (0..free).rev() {
            moved |= slide(scene, layer, &mut columns, &mut grid);
        }
        if !moved {
            break;
        }
    }
    columns
}

/// How many cards of a layer may stand in one column: as many as make it a well-shaped grid.
fn capacity(cards: usize) -> usize {
    let rows = (cards as f64 * WIDTH / HEIGHT / ASPECT).sqrt().max(FEW).ceil() as usize;
    // Twelve cards in a grid of up to seven rows are two columns of six.
    cards.div_ceil(cards.div_ceil(rows).max(1)).max(FEW as usize - 1)
}

/// How many cards each layer has in each column.
struct Grid {
    fill: Vec<BTreeMap<usize, usize>>,
}

impl Grid {
    fn count(&self, layer: usize, column: usize) -> usize {
        self.fill[layer].get(&column).copied().unwrap_or_default()
    }

    fn put(&mut self, layer: usize, column: usize) {
        *self.fill[layer].entry(column).or_insert(0) += 1;
    }

    fn take(&mut self, layer: usize, column: usize) {
        let left = self.count(layer, column).saturating_sub(1);
        match left {
            0 => self.fill[layer].remove(&column),
            _ => self.fill[layer].insert(column, left),
        };
    }

    fn span(&self, layer: usize) -> Option<(usize, usize)> {
        Some((*self.fill[layer].first_key_value()?.0, *self.fill[layer].last_key_value()?.0))
    }
}

/// Every card as far left as what it depends on and its layer's capacity allow; the longest chains
/// choose first.
fn scheduled(scene: &Scene<'_>, floors: &[usize], capacities: &[usize], grid: &mut Grid) -> Vec<usize> {
    let count = scene.layer_of.len();
    let mut chain = vec![0; count];
    for card in scene.order.iter().rev() {
        chain[*card] = scene.after[*card].iter().map(|it| chain[*it] + 1).max().unwrap_or(0);
    }
    let mut columns: Vec<usize> = scene.layer_of.iter().map(|it| floors[*it]).collect();
    let mut missing: Vec<usize> = scene.before.iter().map(Vec::len).collect();
    let entry = |columns: &[usize], card: usize| Reverse((columns[card], Reverse(chain[card]), card));
    let ready = (0..count).filter(|it| missing[*it] == 0).map(|it| entry(&columns, it));
    let mut ready: BinaryHeap<_> = ready.collect();
    while let Some(Reverse((_, _, card))) = ready.pop() {
        let layer = scene.layer_of[card];
        while grid.count(layer, columns[card]) >= capacities[layer] {
            columns[card] += 1;
        }
        grid.put(layer, columns[card]);
        for other in &scene.after[card] {
            columns[*other] = columns[*other].max(columns[card] + 1);
            missing[*other] -= 1;
            if missing[*other] == 0 {
                ready.push(entry(&columns, *other));
            }
        }
    }
    columns
}

/// Moves one card to where its lines are shortest and its layer is no wider than it must be. Lines
/// that share an end share a lane, so that only the longest to each side counts.
fn shift(
    scene: &Scene<'_>,
    card: usize,
    floors: &[usize],
    capacities: &[usize],
    columns: &mut [usize],
    grid: &mut Grid,
) -> bool {
    let (before, after) = (&scene.before[card], &scene.after[card]);
    if before.is_empty() && after.is_empty() {
        return false;
    }
    let (layer, now) = (scene.layer_of[card], columns[card]);
    grid.take(layer, now);
    let span = grid.span(layer);
    let low = before.iter().map(|it| columns[*it] + 1).max().unwrap_or(0).max(floors[layer]);
    let high = after.iter().map(|it| columns[*it].saturating_sub(1)).min().unwrap_or(now.max(low));
    let cost = |column: usize| {
        let outside = span.map_or(0, |it| it.0.saturating_sub(column) + column.saturating_sub(it.1));
        (reach(before, after, columns, column) + outside, outside, Reverse(column))
    };
    let open = (low..=high).filter(|it| *it == now || grid.count(layer, *it) < capacities[layer]);
    let best = open.min_by_key(|it| cost(*it)).unwrap_or(now);
    grid.put(layer, best);
    columns[card] = best;
    best != now
}

/// How far it is from a column to the furthest of what is on each side of it.
fn reach(before: &[usize], after: &[usize], columns: &[usize], column: usize) -> usize {
    let left = before.iter().map(|it| column.saturating_sub(columns[*it])).max().unwrap_or(0);
    left + after.iter().map(|it| columns[*it].saturating_sub(column)).max().unwrap_or(0)
}

/// Moves a whole layer right where that makes its lines to other layers shorter.
fn slide(scene: &Scene<'_>, layer: usize, columns: &mut [usize], grid: &mut Grid) -> bool {
    let foreign =
        |cards: &[usize]| -> Vec<usize> { cards.iter().copied().filter(|it| scene.layer_of[*it] != layer).collect() };
    let members: Vec<(usize, Vec<usize>, Vec<usize>)> = scene.members[layer]
        .iter()
        .map(|it| (*it, foreign(&scene.before[*it]), foreign(&scene.after[*it])))
        .filter(|(_, before, after)| !before.is_empty() || !after.is_empty())
        .collect();
    let slack = |(card, _, after): &(usize, Vec<usize>, Vec<usize>)| {
        after.iter().map(|it| columns[*it].saturating_sub(columns[*card] + 1)).min()
    };
    let Some(slack) = members.iter().filter_map(slack).min() else { return false };
    let cost = |by: usize| -> usize {
        members.iter().map(|(card, before, after)| reach(before, after, columns, columns[*card] + by)).sum()
    };
    let by = (0..=slack).min_by_key(|by| (cost(*by), *by)).unwrap_or(0);
    for card in &scene.members[layer] {
        grid.take(layer, columns[*card]);
        columns[*card] += by;
        grid.put(layer, columns[*card]);
    }
    by > 0
}

/// The first column that each layer may use, such that the layers fill an area of good shape; never
/// before the one that it has.
fn shelves(scene: &Scene<'_>, columns: &[usize], floors: &[usize]) -> Vec<usize> {
    struct Shape {
        layer: usize,
        first: usize,
        width: usize,
        height: f64,
    }
    let shape = |layer: usize| {
        let (first, last) = scene.span(layer, columns);
        let mut fill = vec![0_u32; last - first + 1];
        scene.members[layer].iter().for_each(|it| fill[columns[*it] - first] += 1);
        let rows = fill.iter().max().copied().unwrap_or_default();
        Shape { layer, first, width: fill.len(), height: f64::from(rows) * HEIGHT + FRAME }
    };
    let mut shapes: Vec<Shape> = (0..scene.layers.len()).map(shape).collect();
    let area: f64 = shapes.iter().map(|it| it.width as f64 * WIDTH * it.height).sum();
    let tallest = shapes.iter().map(|it| it.height).fold(LOW, f64::max);
    // What reaches across much of the picture anyway comes first: whatever is then put beside others
    // must not be above or below it twice.
    let mean = shapes.iter().map(|it| it.width).sum::<usize>() / shapes.len().max(1);
    shapes.sort_by_key(|it| (it.width <= 2 * mean, it.first, it.layer));
    let mut limit = f64::INFINITY;
    loop {
        let mut higher = floors.to_vec();
        let mut used: Vec<f64> = Vec::new();
        for shape in &shapes {
            let top = |first: usize| used.iter().skip(first).take(shape.width).fold(0.0, |a, b| b.max(a));
            let mut first = shape.first;
            while top(first) + shape.height > limit {
                first += 1;
            }
            let bottom = top(first) + shape.height;
            used.resize(used.len().max(first + shape.width), 0.0);
            used[first..first + shape.width].fill(bottom);
            higher[shape.layer] = first;
        }
        // Moving layers makes lines longer: a picture that is high, but not too high, may stay so.
        let height = used.iter().copied().fold(0.0, f64::max);
        if limit.is_finite() {
            return higher;
        }
        if height <= (used.len() as f64 * WIDTH * TOO_HIGH).max(tallest) {
            return floors.to_vec();
        }
        limit = (1.2 * (area / ASPECT).sqrt()).max(tallest);
    }
}

/// The same without empty columns.
fn squeezed(columns: &[usize]) -> Vec<usize> {
    let mut used: Vec<usize> = columns.to_vec();
    used.sort_unstable();
    used.dedup();
    columns.iter().map(|it| used.partition_point(|used| used < it)).collect()
}
