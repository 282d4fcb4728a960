//! The inside of a frame: what is above what in each column.
//!
//! In: cards in columns, and the heights that they would like for the sake of what is outside. Out:
//! the height of each card and lane. It must not know where the frame stands.
//!
//! Columns are walked to and fro. Each orders its cards and lanes by the middle of what they are
//! joined to, and gives them the heights nearest to that which keep them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::lanes::Stop;
use super::scene::Scene;
use super::{CARD, median};

/// Between two cards.
const GAP: f64 = 14.0;
/// How high a lane is.
const LANE: f64 = 2.0;
/// Walks that may change the order.
const ORDERING: usize = 10;
/// Walks that only straighten lines.
const STRAIGHTENING: usize = 16;

/// The middles of what is in a frame, from its first card's upper edge.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// By card.
    pub(super) cards: BTreeMap<usize, f64>,
    /// By lane and column.
    pub(super) lanes: BTreeMap<(usize, usize), f64>,
    /// From the upper edge of the first to the lower edge of the last.
    pub(super) height: f64,
}

/// The inside of every frame.
pub(super) fn inners(scene: &Scene<'_>, columns: &[usize], stops: &[Vec<Stop>], hints: &[Option<f64>]) -> Vec<Inner> {
    let mut links: Vec<BTreeSet<(Stop, Stop)>> = vec![BTreeSet::new(); scene.layers.len()];
    for (stops, (from, to)) in stops.iter().zip(&scene.edges) {
        let layer = scene.layer_of[*from];
        if layer == scene.layer_of[*to] && columns[*from] < columns[*to] {
            links[layer].extend(stops.windows(2).map(|it| (it[0], it[1])));
        }
    }
    let one = |(layer, links): (usize, BTreeSet<(Stop, Stop)>)| {
        let mut rows = Rows::of(scene, columns, layer, &links, hints);
        rows.arrange();
        rows.done()
    };
    links.into_iter().enumerate().map(one).collect()
}

struct Item {
    stop: Stop,
    left: Vec<usize>,
    right: Vec<usize>,
    hint: Option<f64>,
    middle: f64,
}

impl Item {
    fn height(&self) -> f64 {
        match self.stop {
            Stop::Card(_) => CARD,
            Stop::Inside { .. } | Stop::Outside { .. } => LANE,
        }
    }

    /// Whether nothing pulls it anywhere.
    fn alone(&self) -> bool {
        self.left.is_empty() && self.right.is_empty() && self.hint.is_none()
    }

    /// How much it insists on its wish: lanes should be straight, and what is joined to nothing
    /// gives way.
    fn weight(&self) -> f64 {
        match self.stop {
            Stop::Card(_) if self.alone() => 0.01,
            Stop::Card(_) => 1.0,
            Stop::Inside { .. } | Stop::Outside { .. } => 3.0,
        }
    }
}

/// The value with the least distance.
fn nearest(values: &[f64], to: f64) -> Option<f64> {
    values.iter().copied().min_by(|a, b| (a - to).abs().total_cmp(&(b - to).abs()))
}

struct Rows {
    items: Vec<Item>,
    columns: Vec<Vec<usize>>,
}

impl Rows {
    fn of(
        scene: &Scene<'_>,
        columns: &[usize],
        layer: usize,
        links: &BTreeSet<(Stop, Stop)>,
        hints: &[Option<f64>],
    ) -> Self {
        let cards = scene.members[layer].iter().map(|it| Stop::Card(*it));
        let lanes: BTreeSet<Stop> = links.iter().flat_map(|(first, second)| [*first, *second]).collect();
        let lanes = lanes.into_iter().filter(|it| !matches!(it, Stop::Card(_)));
        let mut rows = Self { items: Vec::new(), columns: Vec::new() };
        let mut numbers: BTreeMap<Stop, usize> = BTreeMap::new();
        let mut by_column: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for stop in cards.chain(lanes) {
            let hint = match stop {
                Stop::Card(card) => hints[card],
                Stop::Inside { .. } | Stop::Outside { .. } => None,
            };
            numbers.insert(stop, rows.items.len());
            by_column.entry(stop.column(columns)).or_default().push(rows.items.len());
            rows.items.push(Item { stop, left: Vec::new(), right: Vec::new(), hint, middle: 0.0 });
        }
        for (first, second) in links {
            let (first, second) = (numbers[first], numbers[second]);
            rows.items[first].right.push(second);
            rows.items[second].left.push(first);
        }
        rows.columns = by_column.into_values().collect();
        for column in &mut rows.columns {
            column.sort_by_key(|it| rows.items[*it].alone());
        }
        rows.stack();
        rows
    }

    /// Everything as high as it can be.
    fn stack(&mut self) {
        for column in &self.columns {
            let mut top = 0.0;
            for item in column {
                let item = &mut self.items[*item];
                item.middle = top + item.height() / 2.0;
                top += item.height() + GAP;
            }
        }
    }

    fn arrange(&mut self) {
        let mut best = (f64::INFINITY, self.columns.clone());
        for round in 0..ORDERING {
            self.walk(round % 2 == 0, true);
            let length = self.length();
            if length < best.0 - 1.0 {
                best = (length, self.columns.clone());
            }
        }
        self.columns = best.1;
        // What is outside had its say about the order; it shall not pull the frame apart.
        self.items.iter_mut().for_each(|it| it.hint = None);
        self.stack();
        for round in 0..STRAIGHTENING {
            self.walk(round % 2 == 1, false);
        }
    }

    /// How long all lines are, up and down.
    fn length(&self) -> f64 {
        let one = |it: &Item| -> f64 {
            let hint = it.hint.map_or(0.0, |hint| (hint - it.middle).abs());
            hint + it.right.iter().map(|other| (self.items[*other].middle - it.middle).abs()).sum::<f64>()
        };
        self.items.iter().map(one).sum()
    }

    fn walk(&mut self, rightwards: bool, ordering: bool) {
        let mut numbers: Vec<usize> = (0..self.columns.len()).collect();
        if !rightwards {
            numbers.reverse();
        }
        for number in numbers {
            let mut column = std::mem::take(&mut self.columns[number]);
            let wish = |it: &usize| {
                let item = &self.items[*it];
                let sides: [&[usize]; 2] = match (ordering, rightwards) {
                    (true, true) => [&item.left, &[]],
                    (true, false) => [&item.right, &[]],
                    (false, _) => [&item.left, &item.right],
                };
                let joined = sides.into_iter().flatten().map(|it| self.items[*it].middle);
                let mut wishes: Vec<f64> = joined.chain(item.hint).collect();
                let wish = median(&mut wishes).unwrap_or(item.middle);
                match item.stop {
                    Stop::Card(_) => wish,
                    // Halfway between its ends a lane would climb stairs: it keeps to one of them.
                    Stop::Inside { .. } | Stop::Outside { .. } => nearest(&wishes, item.middle).unwrap_or(wish),
                }
            };
            let mut wishes: Vec<(usize, f64)> = column.iter().map(|it| (*it, wish(it))).collect();
            if ordering {
                wishes.sort_by(|a, b| a.1.total_cmp(&b.1));
            }
            self.settle(&wishes);
            column.clear();
            column.extend(wishes.iter().map(|it| it.0));
            self.columns[number] = column;
        }
    }

    /// Gives the items of a column the heights nearest to what they wish that keep their order and
    /// distance: the pool-adjacent-violators method.
    fn settle(&mut self, wishes: &[(usize, f64)]) {
        struct Pool {
            middle: f64,
            weight: f64,
            count: usize,
        }
        let mut offsets = Vec::with_capacity(wishes.len());
        let mut offset = 0.0;
        for (index, (item, _)) in wishes.iter().enumerate() {
            if let Some((above, _)) = index.checked_sub(1).and_then(|it| wishes.get(it)) {
                offset += f64::midpoint(self.items[*above].height(), self.items[*item].height()) + GAP;
            }
            offsets.push(offset);
        }
        let mut pools: Vec<Pool> = Vec::new();
        for ((item, wish), offset) in wishes.iter().zip(&offsets) {
            let mut pool = Pool { middle: wish - offset, weight: self.items[*item].weight(), count: 1 };
            while let Some(last) = pools.pop_if(|last| last.middle > pool.middle) {
                let weight = last.weight + pool.weight;
                let middle = (last.middle * last.weight + pool.middle * pool.weight) / weight;
                pool = Pool { middle, weight, count: last.count + pool.count };
            }
            pools.push(pool);
        }
        let settled = pools.iter().flat_map(|pool| std::iter::repeat_n(pool.middle, pool.count));
        for (((item, _), offset), middle) in wishes.iter().zip(&offsets).zip(settled) {
            self.items[*item].middle = middle + offset;
        }
    }

    fn done(self) -> Inner {
        let top = self.items.iter().map(|it| it.middle - it.height() / 2.0).fold(f64::INFINITY, f64::min);
        let mut inner = Inner::default();
        for item in &self.items {
            let middle = (item.middle - top).round();
            inner.height = inner.height.max(middle + item.height() / 2.0);
            match item.stop {
                Stop::Card(card) => inner.cards.insert(card, middle),
                Stop::Inside { lane, column, .. } | Stop::Outside { lane, column } => {
                    inner.lanes.insert((lane, column), middle)
                }
            };
        }
        inner
    }
}
