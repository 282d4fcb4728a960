//! The least that carrying a plan out can take.
//!
//! In: a run. Out: bounds that no order and no number of looks can beat.
//!
//! An operation takes its calls, 100 ms each, and then the time until what it did has settled, or
//! one more call where the answer does not tell that it has. Looking while it settles costs
//! nothing here. The *longest path* is the longest chain of operations that wait for each other.
//!
//! Not everything can be done at the same time, though: while it calls, an operation holds one of
//! the slots, of which there are [`Limits::parallelism`] in all and fewer for some services. So
//! the *work*, all calls of a service or of all of them by the number of their slots, bounds the
//! total too. Before a destroy every object is asked whether it can go, as many of them at a time
//! as there are slots; that comes first. The *least* is the larger of path and work, after that.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudsim::{Call, Operation};
use engine::machine::Limits;
use model::Id;
use model::plan::{OperationId, OperationStep, Plan};

use crate::bed::{CALL, Run};

/// Bounds of a run.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The longest chain of operations.
    pub path: Duration,
    /// All calls by the number of slots.
    pub work: Duration,
    /// What has to be asked before anything is done.
    pub first: Duration,
}

impl Bounds {
    /// What no run can beat.
    pub fn least(self) -> Duration {
        self.first + self.path.max(self.work)
    }
}

/// The bounds of a run, where every operation waits for so much besides its calls.
pub fn bounds(run: &Run, limits: &Limits, each: Duration) -> Bounds {
    let mut calls: BTreeMap<&Id, Vec<&Call>> = BTreeMap::new();
    for call in run.calls.iter().filter(|call| call.committed) {
        calls.entry(call.id.as_ref().expect("what changes something tells of what")).or_default().push(call);
    }
    let none = Vec::new();
    let of = |index: usize| object(run, index).and_then(|id| calls.get(id)).unwrap_or(&none);
    let takes = |index: usize| {
        let after = |call: &&Call| CALL + call.settles.map_or(Duration::ZERO, |settles| settles.max(CALL));
        of(index).iter().map(after).sum::<Duration>() + each
    };
    let takes: Vec<Duration> = (0..run.plan.operations.len()).map(takes).collect();
    let mut services: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, operation) in run.plan.operations.iter().enumerate() {
        let kind = crate::kinds::CATALOG.kind(&operation.kind).expect("a kind of the catalog");
        *services.entry(kind.service).or_default() += of(index).len();
    }
    let slots = |service: &str| limits.services.get(service).map_or(limits.parallelism, |it| *it);
    let by_service = services.iter().map(|(service, calls)| calls.div_ceil(slots(service)));
    let all = services.values().sum::<usize>().div_ceil(limits.parallelism);
    let rounds = by_service.max().unwrap_or_default().max(all);
    let asked = run.calls.iter().filter(|call| call.operation == Operation::Obstacles).count();
    Bounds { path: longest(&run.plan, &takes), work: calls_of(rounds), first: calls_of(asked.div_ceil(16)) }
}

/// So many calls, one after the other.
fn calls_of(count: usize) -> Duration {
    CALL * u32::try_from(count).expect("not that many calls")
}

fn object(run: &Run, index: usize) -> Option<&Id> {
    let operation = &run.plan.operations[index];
    match &operation.step {
        OperationStep::Create { .. } => {
            run.state.resources.get(&operation.address)?.current.as_ref().map(|object| &object.id)
        }
        OperationStep::Update { id, .. } | OperationStep::Delete { id, .. } => Some(id),
        OperationStep::Settle { id } | OperationStep::Adopt { id, .. } => Some(id),
        OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => None,
    }
}

fn longest(plan: &Plan, takes: &[Duration]) -> Duration {
    let mut after: Vec<Vec<OperationId>> = vec![Vec::new(); takes.len()];
    let mut waits = vec![0; takes.len()];
    for edge in &plan.edges {
        after[edge.first.0].push(edge.second);
        waits[edge.second.0] += 1;
    }
    let mut ends = takes.to_vec();
    let mut ready: Vec<usize> = (0..takes.len()).filter(|it| waits[*it] == 0).collect();
    while let Some(first) = ready.pop() {
        for second in &after[first] {
            ends[second.0] = ends[second.0].max(ends[first] + takes[second.0]);
            waits[second.0] -= 1;
            if waits[second.0] == 0 {
                ready.push(second.0);
            }
        }
    }
    ends.into_iter().max().unwrap_or_default()
}
