//! The settle loop: everything that settles is looked at together, kind by kind, in batches, at
//! growing intervals.
//!
//! In: what is to be watched, and the time. Out: which reads are due. It must not know what an
//! operation is for; it reads nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use driver::Want;
use model::Id;
use model::catalog::Kind;
use model::plan::OperationId;
use tokio::time::Instant;

use crate::wants;

/// The pause after the first look.
const FIRST: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);

/// Everything that is watched.
#[derive(Default)]
pub(super) struct Watches {
    kinds: BTreeMap<&'static str, Round>,
}

/// The objects of one kind.
struct Round {
    targets: BTreeMap<OperationId, Target>,
    batch: usize,
    due: Instant,
    pause: Duration,
    /// Reads that are not answered yet.
    reading: usize,
}

/// One object that is watched.
pub(super) struct Target {
    pub id: Id,
    pub want: Want,
    /// Whether it is known not to have settled yet.
    pub unsettled: bool,
    /// Whether it was part of a read already.
    pub asked: bool,
}

/// One read that is due.
#[derive(Debug)]
pub(super) struct Look {
    pub kind: &'static str,
    pub ids: Vec<Id>,
    pub want: Want,
}

impl Watches {
    /// Watches an object. It is looked at at once, unless it is known not to have settled yet.
    pub fn add(&mut self, kind: &'static Kind, operation: OperationId, target: Target) {
        let due = Instant::now() + if target.unsettled { FIRST } else { Duration::ZERO };
        let batch = kind.read_batch.max(1);
        let none = || Round { targets: BTreeMap::new(), batch, due, pause: FIRST, reading: 0 };
        let round = self.kinds.entry(kind.name).or_insert_with(none);
        round.due = if round.targets.is_empty() { due } else { round.due.min(due) };
        round.pause = FIRST;
        round.targets.insert(operation, target);
    }

    /// No longer watches it.
    pub fn remove(&mut self, operation: OperationId) {
        for round in self.kinds.values_mut() {
            round.targets.remove(&operation);
        }
    }

    /// When the next look is due.
    pub fn due(&self) -> Option<Instant> {
        self.kinds.values().filter(|it| it.reading == 0 && !it.targets.is_empty()).map(|it| it.due).min()
    }

    /// The reads that are due now.
    pub fn looks(&mut self) -> Vec<Look> {
        let now = Instant::now();
        let mut looks = Vec::new();
        for (kind, round) in &mut self.kinds {
            if round.reading > 0 || round.targets.is_empty() || round.due > now {
                continue;
            }
            let want = round.targets.values().map(|it| it.want.clone()).fold(wants::none(), wants::union);
            let ids: BTreeSet<&Id> = round.targets.values().map(|it| &it.id).collect();
            let ids: Vec<Id> = ids.into_iter().cloned().collect();
            for target in round.targets.values_mut() {
                target.asked = true;
            }
            for ids in ids.chunks(round.batch) {
                looks.push(Look { kind, ids: ids.to_vec(), want: want.clone() });
                round.reading += 1;
            }
        }
        looks
    }

    /// One of the reads was answered; returns the operations that it was for.
    pub fn looked(&mut self, kind: &str, ids: &[Id]) -> Vec<(OperationId, Id)> {
        let Some(round) = self.kinds.get_mut(kind) else { return Vec::new() };
        round.reading = round.reading.saturating_sub(1);
        if round.reading == 0 {
            // What came in meanwhile is looked at at once.
            let fresh = round.targets.values().any(|it| !it.asked && !it.unsettled);
            round.due = Instant::now() + if fresh { Duration::ZERO } else { round.pause };
            round.pause = round.pause.mul_f64(1.5).min(LONGEST);
        }
        let asked = round.targets.iter().filter(|(_, it)| it.asked && ids.contains(&it.id));
        asked.map(|(operation, it)| (*operation, it.id.clone())).collect()
    }
}
