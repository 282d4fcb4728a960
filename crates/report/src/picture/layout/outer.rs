//! What is above what outside of the frames.
//!
//! In: frames and lanes with their columns and heights, and what joins them. Out: their places from
//! top to bottom. It must not know what is in a frame.

use std::collections::{BTreeMap, BTreeSet};

use super::median;

/// How high a lane is.
pub(super) const LANE: f64 = 2.0;
/// About how many steps the search for a good order of the frames may take.
const STEPS: usize = 8_000_000;
/// About how many places for a frame are tried in one go.
const PLACES: usize = 40;
/// How often frames and lanes move towards what they are joined to.
const ROUNDS: usize = 16;

/// A frame or a lane.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// Its first column.
    pub(super) first: usize,
    /// Its last column.
    pub(super) last: usize,
    /// How high it is.
    pub(super) height: f64,
    /// Whether it is a lane.
    pub(super) lane: bool,
}

/// A line between two blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    /// The blocks, and how far below their upper edge it meets them.
    pub(super) ends: [(usize, f64); 2],
}

/// What must be between two blocks, the first above the second.
fn gap(above: &Block, below: &Block) -> f64 {
    match (above.lane, below.lane) {
        (true, true) => 8.0,
        (true, false) | (false, true) => 16.0,
        (false, false) => 28.0,
    }
}

/// An order from top to bottom that keeps what is joined together: the given one or its reverse,
/// improved by moving one block at a time.
pub(super) fn ordered(blocks: &[Block], links: &[Link]) -> Vec<usize> {
    let links = merged(links);
    let columns: usize = blocks.iter().map(|it| it.last - it.first + 1).sum();
    let steps = STEPS / (columns + links.len() + 1);
    let forwards: Vec<usize> = (0..blocks.len()).collect();
    let backwards: Vec<usize> = forwards.iter().rev().copied().collect();
    let (first, second) = (improved(blocks, &links, forwards, steps), improved(blocks, &links, backwards, steps));
    if second.0 < first.0 - 1.0 { second.1 } else { first.1 }
}

/// The order with its cost after so many attempts at most to make it better.
fn improved(blocks: &[Block], links: &[Bundle], mut order: Vec<usize>, mut steps: usize) -> (f64, Vec<usize>) {
    let mut best = cost(blocks, &order, links);
    loop {
        let before = best;
        for block in 0..blocks.len() {
            let Some(from) = order.iter().position(|it| *it == block) else { continue };
            let mut to_best = from;
            // All places if there are few; else its neighbours and some that are further away.
            let stride = blocks.len().div_ceil(PLACES);
            for to in (0..blocks.len()).filter(|to| *to != from && (to % stride == 0 || to.abs_diff(from) < 3)) {
                if steps == 0 {
                    break;
                }
                steps -= 1;
                order.remove(from);
                order.insert(to, block);
                let now = cost(blocks, &order, links);
                order.remove(to);
                order.insert(from, block);
                if now < best - 1.0 {
                    (best, to_best) = (now, to);
                }
            }
            order.remove(from);
            order.insert(to_best, block);
        }
        if best >= before || steps == 0 {
            return (best, order);
        }
    }
}

/// A line that stands for several.
struct Bundle {
    ends: [(usize, f64); 2],
    weight: f64,
}

fn merged(links: &[Link]) -> Vec<Bundle> {
    let mut bundles: BTreeMap<(usize, usize), Bundle> = BTreeMap::new();
    for Link { ends } in links {
        let empty = Bundle { ends: ends.map(|it| (it.0, 0.0)), weight: 0.0 };
        let bundle = bundles.entry((ends[0].0, ends[1].0)).or_insert(empty);
        bundle.weight += 1.0;
        for (sum, end) in bundle.ends.iter_mut().zip(ends) {
            sum.1 += end.1;
        }
    }
    let mean = |it: Bundle| Bundle { ends: it.ends.map(|end| (end.0, end.1 / it.weight)), ..it };
    bundles.into_values().map(mean).collect()
}

/// How long lines are up and down, and how high all of it is.
fn cost(blocks: &[Block], order: &[usize], links: &[Bundle]) -> f64 {
    let tops = stacked(blocks, order);
    let length = |it: &Bundle| {
        let [first, second] = it.ends.map(|(block, at)| tops[block] + at);
        (first - second).abs() * it.weight
    };
    let height = blocks.iter().zip(&tops).map(|(block, top)| block.height + top).fold(0.0, f64::max);
    // Compact frames make lines short too, but only all of them together.
    let weight = 3.0 + links.iter().map(|it| it.weight).sum::<f64>() / 8.0;
    links.iter().map(length).sum::<f64>() + height * weight
}

/// Every block as high as those before it allow.
fn stacked(blocks: &[Block], order: &[usize]) -> Vec<f64> {
    let count = blocks.iter().map(|it| it.last + 1).max().unwrap_or(0);
    let mut above: Vec<Option<usize>> = vec![None; count];
    let mut tops = vec![0.0_f64; blocks.len()];
    for it in order {
        let block = &blocks[*it];
        let mut top = 0.0_f64;
        for above in &mut above[block.first..=block.last] {
            if let Some(above) = above.replace(*it) {
                top = top.max(tops[above] + blocks[above].height + gap(&blocks[above], block));
            }
        }
        tops[*it] = top;
    }
    tops
}

/// The upper edges of all blocks: in the given order, without overlap, and as near to what they are
/// joined to as that allows.
pub(super) fn placed(blocks: &[Block], order: &[usize], links: &[Link]) -> Vec<f64> {
    let mut tops = stacked(blocks, order);
    let height = blocks.iter().zip(&tops).map(|(block, top)| block.height + top).fold(0.0, f64::max);
    let (above, below) = neighbours(blocks, order);
    let mut joined: Vec<Vec<(f64, usize, f64)>> = vec![Vec::new(); blocks.len()];
    for [first, second] in links.iter().map(|it| it.ends) {
        joined[first.0].push((first.1, second.0, second.1));
        joined[second.0].push((second.1, first.0, first.1));
    }
    for round in 0..ROUNDS {
        let mut step = |it: &usize| {
            let mut wishes: Vec<f64> = joined[*it].iter().map(|(at, other, on)| tops[*other] + on - at).collect();
            let Some(wish) = median(&mut wishes) else { return };
            let block = &blocks[*it];
            let low = above[*it].iter().map(|on| tops[*on] + blocks[*on].height + gap(&blocks[*on], block));
            let high = below[*it].iter().map(|on| tops[*on] - gap(block, &blocks[*on]));
            let (low, high) = (low.fold(0.0, f64::max), high.fold(height, f64::min) - block.height);
            tops[*it] = wish.min(high).max(low);
        };
        match round % 2 {
            0 => order.iter().rev().for_each(&mut step),
            _ => order.iter().for_each(&mut step),
        }
    }
    let highest = tops.iter().copied().fold(f64::INFINITY, f64::min);
    tops.iter().map(|it| (it - highest).round()).collect()
}

/// The nearest blocks above and below each.
fn neighbours(blocks: &[Block], order: &[usize]) -> (Vec<BTreeSet<usize>>, Vec<BTreeSet<usize>>) {
    let count = blocks.iter().map(|it| it.last + 1).max().unwrap_or(0);
    let (mut above, mut below) = (vec![BTreeSet::new(); blocks.len()], vec![BTreeSet::new(); blocks.len()]);
    let mut lowest: Vec<Option<usize>> = vec![None; count];
    for it in order {
        for lowest in &mut lowest[blocks[*it].first..=blocks[*it].last] {
            if let Some(other) = lowest.replace(*it) {
                above[*it].insert(other);
                below[other].insert(*it);
            }
        }
    }
    (above, below)
}

/// Puts the lanes into the order of the frames, each into the gap nearest to its ends.
pub(super) fn threaded(blocks: &[Block], order: &[usize], tops: &[f64], links: &[Link]) -> Vec<usize> {
    let mut wishes: Vec<Vec<f64>> = vec![Vec::new(); blocks.len()];
    for [first, second] in links.iter().map(|it| it.ends) {
        for (end, other) in [(first, second), (second, first)] {
            if let (true, Some(top)) = (blocks[end.0].lane, tops.get(other.0)) {
                wishes[end.0].push(top + other.1);
            }
        }
    }
    // By height, so that what is above a gap comes before it whichever columns it is in.
    let mut order = order.to_vec();
    order.sort_by(|a, b| tops[*a].total_cmp(&tops[*b]));
    let mut slots: Vec<Vec<(f64, usize)>> = vec![Vec::new(); order.len() + 1];
    for (lane, block) in blocks.iter().enumerate().filter(|(_, it)| it.lane) {
        let wish = median(&mut wishes[lane]).unwrap_or_default();
        let mut best = (f64::INFINITY, 0);
        let (mut slot, mut bottom) = (0, f64::NEG_INFINITY);
        for (index, frame) in order.iter().enumerate() {
            let other = &blocks[*frame];
            if other.first <= block.last && block.first <= other.last {
                let distance = (wish - tops[*frame]).max(bottom - wish).max(0.0);
                best = if distance < best.0 { (distance, slot) } else { best };
                (slot, bottom) = (index + 1, tops[*frame] + other.height);
            }
        }
        if (bottom - wish).max(0.0) < best.0 {
            best.1 = slot;
        }
        slots[best.1].push((wish, lane));
    }
    let mut threaded = Vec::with_capacity(blocks.len());
    for (slot, lanes) in slots.iter_mut().enumerate() {
        lanes.sort_by(|a, b| a.0.total_cmp(&b.0));
        threaded.extend(lanes.iter().map(|it| it.1));
        threaded.extend(order.get(slot));
    }
    threaded
}
