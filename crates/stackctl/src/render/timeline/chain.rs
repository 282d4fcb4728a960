//! The longest chain: which operations the end of an apply waited for, one after the other.
//!
//! In: operations and what waits for what. Out: the chain from the beginning to the operation that
//! ended last; each link began because the one before had ended, or had given back its place among
//! those that are at work.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use engine::execute::Stage;
use model::plan::OperationId;

use super::Clock;
use super::lanes::{Bar, Slice};
use super::operations::word;
use crate::timeline::{Operation, Recording};

/// A dependency that ended this much (in µs) before the last place became free is still the reason.
const AT_ONCE: u64 = 1000;

/// One operation of the chain, until the next one begins.
struct Link<'a> {
    operation: &'a Operation,
    until: u64,
    because: Because<'a>,
}

/// Why an operation began when it did.
#[derive(Clone, Copy, Debug)]
pub enum Because<'a> {
    /// Nothing was in its way.
    Beginning,
    /// It depends on this one, which had just ended.
    Dependency(OperationId, &'a Operation),
    /// As many as may be were at work, until this one gave its place back.
    Place(OperationId, &'a Operation),
}

/// The chain as one bar.
pub fn bars(recording: &Recording, reasons: &Reasons<'_>, clock: Clock) -> Vec<Bar> {
    let links = chain(recording, reasons, clock);
    let (Some(first), Some(last)) = (links.first(), links.last()) else { return Vec::new() };
    let mut outer = Slice::new("longest chain".to_owned(), "chain", began(first.operation, clock), last.until);
    for (word, micros) in spent(&links, clock) {
        outer.tell(&format!("{}_ms", word.replace(' ', "_")), micros / 1000);
    }
    outer.tell("operations", links.len());
    let inner = links.iter().map(|link| {
        let from = began(link.operation, clock);
        let mut slice = Slice::new(link.operation.name.clone(), "chain", from, link.until);
        link.because.tell(&mut slice);
        slice
    });
    vec![Bar { inner: inner.collect(), outer }]
}

/// Why each operation began when it did.
pub struct Reasons<'a>(BTreeMap<OperationId, Because<'a>>);

impl<'a> Reasons<'a> {
    /// Finds them all out.
    pub fn of(recording: &'a Recording, clock: Clock) -> Self {
        let ends = |id: OperationId| Some((recording.operations.get(&id)?.ended()?, id));
        let mut dependencies: BTreeMap<OperationId, (Instant, OperationId)> = BTreeMap::new();
        for edge in &recording.edges {
            if let Some(ended) = ends(edge.first) {
                let latest = dependencies.entry(edge.second).or_insert(ended);
                *latest = ended.max(*latest);
            }
        }
        let freed = recording.operations.iter().filter_map(|(id, it)| Some((it.freed()?, *id)));
        let mut freed: Vec<(Instant, OperationId)> = freed.collect();
        freed.sort_unstable();
        let because = |(id, operation): (&OperationId, &'a Operation)| {
            let began = operation.began()?;
            let timely = &freed[..freed.partition_point(|(at, _)| *at <= began)];
            let place = timely.iter().rev().find(|(_, other)| other != id).copied();
            let because = match (dependencies.get(id).copied(), place) {
                (Some((ended, first)), Some((freed, _))) if clock.at(freed) <= clock.at(ended) + AT_ONCE => {
                    Because::Dependency(first, recording.operations.get(&first)?)
                }
                (_, Some((_, other))) => Because::Place(other, recording.operations.get(&other)?),
                (Some((_, first)), None) => Because::Dependency(first, recording.operations.get(&first)?),
                (None, None) => Because::Beginning,
            };
            Some((*id, because))
        };
        Self(recording.operations.iter().filter_map(because).collect())
    }

    /// Why one began.
    pub fn why(&self, id: OperationId) -> Because<'a> {
        self.0.get(&id).copied().unwrap_or(Because::Beginning)
    }
}

impl Because<'_> {
    /// Says so in a viewer.
    pub fn tell(self, slice: &mut Slice) {
        match self {
            Self::Beginning => {}
            Self::Dependency(_, before) => slice.tell("waited_for", before.name.as_str()),
            Self::Place(_, before) => slice.tell("waited_for_the_place_of", before.name.as_str()),
        }
    }
}

fn chain<'a>(recording: &'a Recording, reasons: &Reasons<'a>, clock: Clock) -> Vec<Link<'a>> {
    let last = recording.operations.iter().max_by_key(|(id, it)| (clock.until(it.ended()), **id));
    let mut next = last.map(|(id, it)| (*id, it, clock.until(it.ended())));
    let mut seen = BTreeSet::new();
    let mut links = Vec::new();
    while let Some((id, operation, until)) = next.filter(|(id, ..)| seen.insert(*id)) {
        let because = reasons.why(id);
        links.push(Link { operation, until, because });
        next = match because {
            Because::Beginning => None,
            Because::Dependency(id, before) | Because::Place(id, before) => Some((id, before, began(operation, clock))),
        };
    }
    links.reverse();
    links
}

/// How long the chain was at what, in µs.
fn spent(links: &[Link<'_>], clock: Clock) -> BTreeMap<&'static str, u64> {
    let mut spent = BTreeMap::new();
    for Link { operation, until, .. } in links {
        let starts = operation.stages.iter().map(|(at, stage)| (clock.at(*at), stage));
        let ends = starts.clone().skip(1).map(|(at, _)| at).chain([clock.end]);
        for ((from, stage), to) in starts.zip(ends).filter(|((_, stage), _)| !is_over(stage)) {
            *spent.entry(word(stage)).or_default() += to.min(*until).saturating_sub(from);
        }
    }
    spent
}

fn is_over(stage: &Stage) -> bool {
    matches!(stage, Stage::Done { .. } | Stage::Failed { .. })
}

fn began(operation: &Operation, clock: Clock) -> u64 {
    clock.until(operation.began())
}
