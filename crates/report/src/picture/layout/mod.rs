//! Where everything in the picture stands.
//!
//! In: a map, and how wide each card wants to be. Out: rectangles and routes. It must not know how
//! they are drawn.
//!
//! The whole picture shares one row of columns, and every card stands in a column to the right of
//! all that it depends on: so each edge runs from left to right, whatever the layers depend on each
//! other. A layer is a frame over some of the columns. An edge that skips columns follows a lane
//! through them; edges from one card (or to one card) share theirs. Lines turn only between the
//! columns and pass a column only in a lane, so no line can cross a card.
//!
//! Why not a library: `rust-sugiyama` lays out plain graphs. It has no groups, hands back one
//! component after the other, cannot break a column of 300 into a grid, gives every edge lanes of
//! its own, and walks hash maps, so that it draws the same graph differently from run to run.

mod columns;
mod inner;
mod lanes;
mod outer;
mod scene;
mod turns;

use std::collections::{BTreeMap, BTreeSet};

use review::Map;

use inner::Inner;
use lanes::{Lanes, Stop};
use outer::{Block, Link};
use scene::Scene;
use turns::{Tracks, Turn};

/// How high a card is.
pub(super) const CARD: f64 = 46.0;
/// From a frame to what is in it.
const PADDING: f64 = 16.0;
/// From the top of a frame to its first card.
const HEADER: f64 = 38.0;
/// How often the inside of the frames and their places are fitted to each other.
const PASSES: usize = 3;

/// Everything with its place; the top left corner is 0, 0.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// One for each node of the map.
    pub(super) cards: Vec<Rectangle>,
    /// One for each layer that holds something, in the manifest's order.
    pub(super) frames: Vec<Frame>,
    /// One for each edge of the map.
    pub(super) routes: Vec<Route>,
    /// How wide all of it is.
    pub(super) width: f64,
    /// How high all of it is.
    pub(super) height: f64,
}

/// A place and a size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rectangle {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A layer.
#[derive(Debug)]
pub(super) struct Frame {
    /// Its name.
    pub(super) layer: String,
    /// Its place.
    pub(super) place: Rectangle,
}

/// The way of an edge.
#[derive(Debug)]
pub(super) struct Route {
    /// What is depended on.
    pub(super) from: usize,
    /// What depends on it.
    pub(super) to: usize,
    /// Its parts between columns; straight lines join them.
    pub(super) bends: Vec<Bend>,
}

/// The part of an edge between two columns.
#[derive(Debug)]
pub(super) struct Bend {
    /// Where it starts.
    pub(super) from: (f64, f64),
    /// Where it ends.
    pub(super) to: (f64, f64),
    /// Where it runs straight up or down, if it is not a simple curve.
    pub(super) track: Option<f64>,
}

/// Finds a place for everything; `widths` are those that the cards of the map want.
pub(super) fn layout(map: &Map, widths: &[f64]) -> Layout {
    let scene = Scene::of(map);
    if scene.layers.is_empty() {
        return Layout::default();
    }
    let columns = columns::columns(&scene);
    let lanes = lanes::lanes(&scene, &columns);
    let stops: Vec<Vec<Stop>> = (0..scene.edges.len()).map(|it| lanes.stops(&scene, &columns, it)).collect();
    let heights = heights(&scene, &columns, &lanes, &stops);
    let across = Across::of(&scene, &columns, &stops, &heights, widths);
    let cards = (0..columns.len())
        .map(|it| Rectangle {
            x: across.left[columns[it]],
            y: heights.middle(&scene, it) - CARD / 2.0,
            width: across.right[columns[it]] - across.left[columns[it]],
            height: CARD,
        })
        .collect();
    let frames = scene.layers.iter().enumerate().map(|(layer, name)| {
        let (first, last) = scene.span(layer, &columns);
        let x = across.left[first] - PADDING;
        let width = across.right[last] + PADDING - x;
        Frame {
            layer: (*name).to_owned(),
            place: Rectangle { x, y: heights.tops[layer], width, height: frame_height(&heights.inners[layer]) },
        }
    });
    let routes = scene.edges.iter().zip(&stops).map(|((from, to), stops)| Route {
        from: *from,
        to: *to,
        bends: stops.windows(2).map(|it| across.bend(&columns, &heights.turn(&scene, it))).collect(),
    });
    let (frames, routes): (Vec<Frame>, Vec<Route>) = (frames.collect(), routes.collect());
    let lane_ends = heights.tops[scene.layers.len()..].iter().map(|top| top + outer::LANE);
    let height = frames.iter().map(|it| it.place.y + it.place.height).chain(lane_ends).fold(0.0, f64::max);
    let width = across.right.last().map_or(0.0, |right| right + PADDING);
    Layout { cards, frames, routes, width, height }
}

fn frame_height(inner: &Inner) -> f64 {
    HEADER + inner.height + PADDING
}

/// The places from top to bottom.
struct Heights {
    inners: Vec<Inner>,
    /// The upper edge of each layer, then of each lane between the frames.
    tops: Vec<f64>,
    /// The number of a lane between the frames among `tops`.
    outside: BTreeMap<usize, usize>,
}

impl Heights {
    /// The middle of a card.
    fn middle(&self, scene: &Scene<'_>, card: usize) -> f64 {
        let layer = scene.layer_of[card];
        self.tops[layer] + HEADER + self.inners[layer].cards.get(&card).copied().unwrap_or_default()
    }

    /// The height of a stop.
    fn stop(&self, scene: &Scene<'_>, stop: &Stop) -> f64 {
        match stop {
            Stop::Card(card) => self.middle(scene, *card),
            Stop::Inside { layer, lane, column } => {
                let inside = self.inners[*layer].lanes.get(&(*lane, *column)).copied().unwrap_or_default();
                self.tops[*layer] + HEADER + inside
            }
            Stop::Outside { lane, .. } => self.tops[self.outside[lane]] + outer::LANE / 2.0,
        }
    }

    /// The line between two stops that follow each other.
    fn turn(&self, scene: &Scene<'_>, pair: &[Stop]) -> Turn {
        Turn { from: (pair[0], self.stop(scene, &pair[0])), to: (pair[1], self.stop(scene, &pair[1])) }
    }
}

/// Fits the inside of the frames to where the frames stand, and the frames to their inside.
fn heights(scene: &Scene<'_>, columns: &[usize], lanes: &Lanes, stops: &[Vec<Stop>]) -> Heights {
    let mut hints: Vec<Option<f64>> = vec![None; columns.len()];
    let mut order: Option<Vec<usize>> = None;
    let mut pass = 0;
    loop {
        let inners = inner::inners(scene, columns, stops, &hints);
        let frames = scene.layers.iter().enumerate().map(|(layer, _)| {
            let (first, last) = scene.span(layer, columns);
            Block { first, last, height: frame_height(&inners[layer]), lane: false }
        });
        let mut blocks: Vec<Block> = frames.collect();
        let direct = direct(scene, &inners);
        let order = order.get_or_insert_with(|| outer::ordered(&blocks, &direct));
        let tops = outer::placed(&blocks, order, &direct);
        let mut outside = BTreeMap::new();
        for (number, lane) in lanes.all.iter().enumerate().filter(|(_, lane)| lane.layer.is_none()) {
            outside.insert(number, blocks.len());
            blocks.push(Block { first: lane.first, last: lane.last, height: outer::LANE, lane: true });
        }
        let links = links(scene, &inners, stops, &outside);
        let order = outer::threaded(&blocks, order, &tops, &links);
        let heights = Heights { tops: outer::placed(&blocks, &order, &links), inners, outside };
        pass += 1;
        if pass == PASSES {
            return heights;
        }
        hints = hints_of(scene, stops, &heights);
    }
}

/// Edges between layers, as if they were straight.
fn direct(scene: &Scene<'_>, inners: &[Inner]) -> Vec<Link> {
    let end = |card: usize| {
        let layer = scene.layer_of[card];
        (layer, HEADER + inners[layer].cards.get(&card).copied().unwrap_or_default())
    };
    let crossing = scene.edges.iter().filter(|(from, to)| scene.layer_of[*from] != scene.layer_of[*to]);
    crossing.map(|(from, to)| Link { ends: [end(*from), end(*to)] }).collect()
}

/// What pulls the frames and the lanes between them up and down.
fn links(scene: &Scene<'_>, inners: &[Inner], stops: &[Vec<Stop>], outside: &BTreeMap<usize, usize>) -> Vec<Link> {
    let end = |stop: &Stop| match stop {
        Stop::Card(card) => {
            let layer = scene.layer_of[*card];
            (layer, HEADER + inners[layer].cards.get(card).copied().unwrap_or_default())
        }
        Stop::Inside { layer, lane, column } => {
            (*layer, HEADER + inners[*layer].lanes.get(&(*lane, *column)).copied().unwrap_or_default())
        }
        Stop::Outside { lane, .. } => (outside[lane], outer::LANE / 2.0),
    };
    // Edges that share a lane share its way to their common end, which must count once.
    let pairs: BTreeSet<(&Stop, &Stop)> =
        stops.iter().flat_map(|it| it.windows(2).map(|pair| (&pair[0], &pair[1]))).collect();
    let links = pairs.into_iter().map(|(first, second)| Link { ends: [end(first), end(second)] });
    links.filter(|it| it.ends[0].0 != it.ends[1].0).collect()
}

/// Where each card would like to stand in its frame, for the sake of what is outside of it.
fn hints_of(scene: &Scene<'_>, stops: &[Vec<Stop>], heights: &Heights) -> Vec<Option<f64>> {
    let mut wishes: Vec<Vec<f64>> = vec![Vec::new(); scene.layer_of.len()];
    for pair in stops.iter().flat_map(|it| it.windows(2)) {
        for (end, other) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
            let Stop::Card(card) = end else { continue };
            let layer = scene.layer_of[*card];
            let foreign = match other {
                Stop::Card(other) => scene.layer_of[*other] != layer,
                Stop::Inside { .. } => false,
                Stop::Outside { .. } => true,
            };
            if foreign {
                let wish = heights.stop(scene, other) - heights.tops[layer] - HEADER;
                // However far away the other end is, no card can stand outside of its frame.
                wishes[*card].push(wish.clamp(-CARD, heights.inners[layer].height + CARD));
            }
        }
    }
    wishes.into_iter().map(|mut it| median(&mut it)).collect()
}

/// The middle one of some values, or between the two middle ones.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let upper = values.get(values.len() / 2)?;
    let lower = values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(*lower, *upper))
}

/// The places from left to right.
struct Across {
    left: Vec<f64>,
    right: Vec<f64>,
    /// What is before each column.
    tracks: Vec<Tracks>,
}

impl Across {
    /// Columns as wide as their widest card, and between them as much as the lines there need.
    fn of(scene: &Scene<'_>, columns: &[usize], stops: &[Vec<Stop>], heights: &Heights, widths: &[f64]) -> Self {
        let count = columns.iter().max().map_or(0, |it| it + 1);
        let mut wide = vec![0.0_f64; count];
        for (column, width) in columns.iter().zip(widths) {
            wide[*column] = wide[*column].max(*width);
        }
        let mut turns: Vec<Vec<Turn>> = vec![Vec::new(); count];
        for pair in stops.iter().flat_map(|it| it.windows(2)) {
            turns[pair[1].column(columns)].push(heights.turn(scene, pair));
        }
        let spans = || (0..scene.layers.len()).map(|layer| scene.span(layer, columns));
        let starts: BTreeSet<usize> = spans().map(|it| it.0).collect();
        let ends: BTreeSet<usize> = spans().map(|it| it.1 + 1).collect();
        let mut across = Self { left: Vec::new(), right: Vec::new(), tracks: Vec::new() };
        let mut x = 0.0;
        for column in 0..count {
            let tracks = turns::tracks(&turns[column]);
            let frames = [&starts, &ends].into_iter().filter(|it| it.contains(&column)).count() as f64;
            x += match (column, turns[column].iter().any(Turn::bends)) {
                (0, _) => PADDING,
                (_, false) => 16.0 + 20.0 * frames,
                (_, true) => 64.0 + 12.0 * frames + tracks.width,
            };
            across.left.push(x);
            x += wide[column];
            across.right.push(x);
            across.tracks.push(tracks);
        }
        across
    }

    fn bend(&self, columns: &[usize], turn: &Turn) -> Bend {
        let (column, before) = (turn.to.0.column(columns), turn.from.0.column(columns));
        let (from, to) = (self.right[before], self.left[column]);
        let track = self.tracks[column].of(turn).filter(|_| before < column);
        Bend { from: (from, turn.from.1), to: (to, turn.to.1), track: track.map(|it| f64::midpoint(from, to) + it) }
    }
}
