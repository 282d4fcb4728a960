//! The space between two columns, where lines turn.
//!
//! In: the lines there, by where they start and end. Out: who turns where, and how wide the space
//! must be. It must not know the columns' places.
//!
//! A gentle turn is a curve from column to column. Steep ones would be a thicket of near-vertical
//! curves, so they run up or down on a track, and those with a common end share theirs. Tracks are
//! ordered such that lines in the same direction do not cross.

use std::collections::{BTreeMap, BTreeSet};

use super::lanes::Stop;

/// From this difference in height on, a turn is steep.
const STEEP: f64 = 120.0;
/// Between two tracks.
const SPACING: f64 = 9.0;
/// What all tracks together may take.
const MOST: f64 = 180.0;

/// A line from one column to the next: where it starts and ends, and how high that is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// In the column on the left.
    pub(super) from: (Stop, f64),
    /// In the column on the right.
    pub(super) to: (Stop, f64),
}

impl Turn {
    /// Whether it goes up or down.
    pub(super) fn bends(&self) -> bool {
        (self.from.1 - self.to.1).abs() >= 0.5
    }

    fn steep(&self) -> bool {
        (self.from.1 - self.to.1).abs() > STEEP
    }
}

/// The tracks between two columns.
#[derive(Debug, Default)]
pub(super) struct Tracks {
    /// Of each steep turn, as from the middle of the space.
    at: BTreeMap<(Stop, Stop), f64>,
    /// How wide all of them are.
    pub(super) width: f64,
}

impl Tracks {
    /// Where a turn goes up or down, as from the middle of the space; a gentle turn has no such place.
    pub(super) fn of(&self, turn: &Turn) -> Option<f64> {
        self.at.get(&(turn.from.0, turn.to.0)).copied()
    }
}

/// The end that turns on one track have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hub {
    From(Stop),
    To(Stop),
}

struct Track {
    turns: Vec<Turn>,
    top: f64,
    bottom: f64,
    /// The height of the common end.
    hub: f64,
    down: bool,
}

/// Gives each steep turn a track.
pub(super) fn tracks(turns: &[Turn]) -> Tracks {
    let mut seen = BTreeSet::new();
    let steep: Vec<Turn> = turns.iter().filter(|it| it.steep() && seen.insert((it.from.0, it.to.0))).copied().collect();
    let mut counts: BTreeMap<Hub, usize> = BTreeMap::new();
    for turn in &steep {
        *counts.entry(Hub::From(turn.from.0)).or_insert(0) += 1;
        *counts.entry(Hub::To(turn.to.0)).or_insert(0) += 1;
    }
    let mut shared: BTreeMap<Hub, Vec<Turn>> = BTreeMap::new();
    for turn in steep {
        let (from, to) = (Hub::From(turn.from.0), Hub::To(turn.to.0));
        shared.entry(if counts[&from] >= counts[&to] { from } else { to }).or_default().push(turn);
    }
    let mut all: Vec<Track> = shared.into_iter().map(|(hub, turns)| track(hub, turns)).collect();
    // Going down, what is higher turns further right; going up, what is lower.
    all.sort_by(|a, b| {
        b.down.cmp(&a.down).then(if a.down { b.hub.total_cmp(&a.hub) } else { a.hub.total_cmp(&b.hub) })
    });
    let mut numbers: Vec<usize> = Vec::new();
    for (index, track) in all.iter().enumerate() {
        let touches = |other: &&(usize, &Track)| other.1.top <= track.bottom && track.top <= other.1.bottom;
        let placed: Vec<(usize, &Track)> = numbers.iter().copied().zip(&all[..index]).collect();
        numbers.push(placed.iter().filter(touches).map(|it| it.0 + 1).max().unwrap_or(0));
    }
    let last = numbers.iter().max().copied().unwrap_or(0) as f64;
    let spacing = SPACING.min(MOST / last.max(1.0));
    let mut tracks = Tracks { at: BTreeMap::new(), width: last * spacing };
    for (number, track) in numbers.into_iter().zip(all) {
        for turn in track.turns {
            tracks.at.insert((turn.from.0, turn.to.0), (number as f64 - last / 2.0) * spacing);
        }
    }
    tracks
}

fn track(hub: Hub, turns: Vec<Turn>) -> Track {
    let heights = || turns.iter().flat_map(|it| [it.from.1, it.to.1]);
    let hub = match hub {
        Hub::From(_) => turns.first().map(|it| it.from.1),
        Hub::To(_) => turns.first().map(|it| it.to.1),
    };
    Track {
        // A little distance, so that no two tracks seem to be one.
        top: heights().fold(f64::INFINITY, f64::min) - SPACING,
        bottom: heights().fold(f64::NEG_INFINITY, f64::max) + SPACING,
        hub: hub.unwrap_or_default(),
        down: turns.iter().map(|it| it.to.1 - it.from.1).sum::<f64>() > 0.0,
        turns,
    }
}
