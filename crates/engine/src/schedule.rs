//! An order over a plan's operations: what lies on the longest path goes first.
//!
//! In: a plan, and how long things usually take. Out: a priority for every operation, and how
//! long the whole will take. Pure: it must not know clocks, nor what is running.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::catalog::{Catalog, Timing};
use model::plan::{Edge, Operation, OperationId, OperationStep, Plan};

/// How long operations take.
#[derive(Clone, Copy, Debug)]
pub struct Durations<'a> {
    /// What the kinds say.
    pub catalog: &'a Catalog,
    /// Seconds that operations took lately, by kind and operation (`aws_db_instance.create`):
    /// they count more than what the kind says.
    pub learnt: &'a BTreeMap<String, f64>,
}

/// An order over a plan's operations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// How long each operation will take, by its index.
    pub expected: Vec<Duration>,
    /// How long each operation and the longest chain of what waits for it will take: of those
    /// that are ready, the largest goes first, and among equals the one with the lower index.
    pub priorities: Vec<Duration>,
    /// All operations, each after what it waits for, and otherwise by priority.
    pub order: Vec<OperationId>,
    /// How long the longest chain takes: the least that the whole can take.
    pub total: Duration,
}

/// Schedules a plan.
#[must_use]
pub fn schedule(plan: &Plan, durations: &Durations<'_>) -> Schedule {
    let expected: Vec<Duration> = plan.operations.iter().map(|it| durations.expected(it)).collect();
    let paths = Paths::new(&plan.edges, plan.operations.len());
    let mut priorities = expected.clone();
    for id in paths.sorted(|id| id).iter().rev() {
        let rest = paths.following[id.0].iter().map(|it| priorities[it.0]).max().unwrap_or_default();
        priorities[id.0] = expected[id.0] + rest;
    }
    let order = paths.sorted(|id| (Reverse(priorities[id.0]), id));
    let total = priorities.iter().copied().max().unwrap_or_default();
    Schedule { expected, priorities, order, total }
}

impl Durations<'_> {
    /// How long one operation usually takes, settling included.
    #[must_use]
    pub fn expected(&self, operation: &Operation) -> Duration {
        let timing = self.catalog.kind(&operation.kind).map_or(Timing::QUICK, |it| it.timing);
        let (word, usual) = match &operation.step {
            OperationStep::Create { .. } => ("create", timing.expected_create),
            OperationStep::Update { .. } => ("update", timing.expected_update),
            OperationStep::Delete { .. } => ("delete", timing.expected_delete),
            // Half of it is over, as far as anybody knows.
            OperationStep::Settle { .. } => ("settle", timing.expected_create / 2),
            OperationStep::Read { .. } => ("read", Duration::from_millis(500)),
            OperationStep::Adopt { .. } | OperationStep::Forget | OperationStep::Record { .. } => {
                return Duration::ZERO;
            }
        };
        let learnt = self.learnt.get(&format!("{}.{word}", operation.kind));
        learnt.and_then(|it| Duration::try_from_secs_f64(*it).ok()).unwrap_or(usual)
    }
}

/// What comes after what.
struct Paths {
    following: Vec<BTreeSet<OperationId>>,
    /// On how many others each operation waits.
    waits: Vec<usize>,
}

impl Paths {
    fn new(edges: &[Edge], count: usize) -> Self {
        let mut paths = Self { following: vec![BTreeSet::new(); count], waits: vec![0; count] };
        for Edge { first, second, .. } in edges {
            if paths.following[first.0].insert(*second) {
                paths.waits[second.0] += 1;
            }
        }
        paths
    }

    /// Every operation after what it waits for; among those that are ready, the least rank first.
    fn sorted<R: Ord>(&self, rank: impl Fn(OperationId) -> R) -> Vec<OperationId> {
        let mut waits = self.waits.clone();
        let first = (0..waits.len()).filter(|it| waits[*it] == 0).map(OperationId);
        let mut ready: BTreeSet<(R, OperationId)> = first.map(|id| (rank(id), id)).collect();
        let mut order = Vec::with_capacity(waits.len());
        while let Some((_, next)) = ready.pop_first() {
            order.push(next);
            for follower in &self.following[next.0] {
                waits[follower.0] -= 1;
                if waits[follower.0] == 0 {
                    ready.insert((rank(*follower), *follower));
                }
            }
        }
        order
    }
}
