//! The settle loop: everything that settles is looked at together, kind by kind, in batches, the
//! less often the longer it takes.
//!
//! In: what is to be watched, how long it should take, and the time. Out: which reads are due. It
//! must not know what an operation is for; it reads nothing itself.
//!
//! An object is looked at again after a fixed part of the time that it has taken so far, so a look
//! comes late by at most that part of the whole, and their number grows with the logarithm of the
//! time: however wrong the expectation is, little time is lost. The expectation only says when it
//! is worth while to begin.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use driver::Want;
use model::Id;
use model::catalog::Kind;
use model::plan::OperationId;
use tokio::time::Instant;

use crate::wants;

/// The shortest pause.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);
/// Which part of the time so far passes before the next look.
const PART: u32 = 12;
/// Which part of the expected time passes before the first look.
const BEGINNING: u32 = 20;
/// Which part of the expected time passes between two looks at least.
const FINEST: u32 = 100;
/// How far looks are slowed down at most.
const SLOWEST: u32 = 64;

/// Everything that is watched.
#[derive(Default)]
pub(super) struct Watches {
    kinds: BTreeMap<&'static str, Round>,
}

/// The objects of one kind.
struct Round {
    targets: BTreeMap<OperationId, Watched>,
    batch: usize,
    /// Reads that are not answered yet.
    reading: usize,
    /// How many times longer pauses are, because reads were throttled.
    slowness: u32,
}

/// One object that is to be watched.
pub(super) struct Target {
    pub id: Id,
    pub want: Want,
    /// Whether it is known not to have settled yet.
    pub unsettled: bool,
    /// How long it should take.
    pub expected: Duration,
}

/// One object that is watched.
struct Watched {
    target: Target,
    since: Instant,
    due: Instant,
    pause: Duration,
    /// Whether it is part of a read that is not answered yet.
    asked: bool,
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
        let batch = kind.read_batch.max(1);
        let none = || Round { targets: BTreeMap::new(), batch, reading: 0, slowness: 1 };
        let round = self.kinds.entry(kind.name).or_insert_with(none);
        let since = Instant::now();
        let pause = match target.unsettled {
            true => (target.expected / BEGINNING).clamp(SHORTEST, LONGEST),
            false => Duration::ZERO,
        };
        round.targets.insert(operation, Watched { target, since, due: since + pause, pause, asked: false });
    }

    /// No longer watches it.
    pub fn remove(&mut self, operation: OperationId) {
        for round in self.kinds.values_mut() {
            round.targets.remove(&operation);
        }
    }

    /// When the next look is due.
    pub fn due(&self) -> Option<Instant> {
        let idle = self.kinds.values().filter(|it| it.reading == 0);
        idle.flat_map(|it| it.targets.values()).map(|it| it.due).min()
    }

    /// The reads that are due now.
    pub fn looks(&mut self) -> Vec<Look> {
        let now = Instant::now();
        let mut looks = Vec::new();
        for (kind, round) in &mut self.kinds {
            if round.reading > 0 || round.targets.values().all(|it| it.due > now) {
                continue;
            }
            // Who has waited for half a pause comes along, so that those who joined at different
            // times come to be looked at together.
            let mut chosen: Vec<&mut Watched> =
                round.targets.values_mut().filter(|it| it.due - it.pause / 2 <= now).collect();
            chosen.iter_mut().for_each(|it| it.asked = true);
            let want = chosen.iter().map(|it| it.target.want.clone()).fold(wants::none(), wants::union);
            let ids: BTreeSet<&Id> = chosen.iter().map(|it| &it.target.id).collect();
            let ids: Vec<Id> = ids.into_iter().cloned().collect();
            for ids in ids.chunks(round.batch) {
                looks.push(Look { kind, ids: ids.to_vec(), want: want.clone() });
                round.reading += 1;
            }
        }
        looks
    }

    /// One of the reads was answered, or throttled; returns the operations that it was for.
    pub fn looked(&mut self, kind: &str, ids: &[Id], throttled: bool) -> Vec<(OperationId, Id)> {
        let Some(round) = self.kinds.get_mut(kind) else { return Vec::new() };
        round.reading = round.reading.saturating_sub(1);
        round.slowness = if throttled { (round.slowness * 2).min(SLOWEST) } else { (round.slowness - 1).max(1) };
        let (now, slowness) = (Instant::now(), round.slowness);
        let ids: BTreeSet<&Id> = ids.iter().collect();
        let asked = round.targets.iter_mut().filter(|(_, it)| it.asked && ids.contains(&it.target.id));
        let answered = asked.map(|(operation, it)| {
            it.asked = false;
            it.pause = (it.next_pause(now) * slowness).min(LONGEST);
            it.due = now + it.pause;
            (*operation, it.target.id.clone())
        });
        answered.collect()
    }
}

impl Watched {
    fn next_pause(&self, now: Instant) -> Duration {
        let finest = self.target.expected / FINEST;
        ((now - self.since) / PART).max(finest).clamp(SHORTEST, LONGEST)
    }
}
