//! What must hold of everything that the services accept, looked at as it is accepted.
//!
//! In: accepted requests. Out: what they break. It replays every record itself, so that a snapshot
//! that says anything but what its records say is seen when it is written.

use std::collections::BTreeMap;
use std::time::Duration;

use engine::journal::{Ledger, OpenIntent, Record, Snapshot};
use engine::protocol::Lock;
use engine::store::shared::{Batch, Upload};
use model::state::State;
use serde_json::Value as Json;

/// The lock changed hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// When, since the services began.
    pub at: Duration,
    /// Which process holds it from then on; `None`: nobody.
    pub by: Option<u32>,
    /// Whether it was taken without watching whoever held it.
    pub forced: bool,
}

#[derive(Default)]
pub struct Witness {
    pub violations: Vec<String>,
    pub holds: Vec<Hold>,
    /// Every text that was accepted.
    pub written: Vec<String>,
    /// Who holds the lock in which epoch.
    owners: BTreeMap<u64, String>,
    /// Every batch that was accepted.
    batches: BTreeMap<u64, Batch>,
    /// All their records, in order.
    records: Vec<Record>,
    /// The epoch of the last record: from its first one on, earlier ones must be shut out.
    at_work: Option<u64>,
    /// The snapshot that is there.
    saved: Option<State>,
    /// What the records up to there say.
    shadow: Option<Ledger>,
}

impl Witness {
    pub fn locked(&mut self, at: Duration, by: u32, lock: &Lock) {
        if self.owners.keys().next_back().is_some_and(|last| lock.epoch <= *last) {
            self.broken(format!("epoch {} begins again", lock.epoch));
        }
        if self.owners.insert(lock.epoch, lock.owner.clone()).is_some_and(|other| other != lock.owner) {
            self.broken(format!("epoch {} has two owners", lock.epoch));
        }
        self.holds.push(Hold { at, by: Some(by), forced: lock.holder.command == BREAK });
    }

    pub fn released(&mut self, at: Duration) {
        self.holds.push(Hold { at, by: None, forced: false });
    }

    pub fn appended(&mut self, epoch: u64, batch: &Batch) {
        self.written.push(batch.text.clone());
        let Ok(records) = serde_json::from_str::<Vec<Record>>(&batch.text) else {
            return self.broken(format!("batch {} does not read back", batch.first));
        };
        if records.iter().any(|record| record.epoch != epoch) {
            self.broken(format!("batch {} of another epoch was accepted in epoch {epoch}", batch.first));
        }
        match self.batches.get(&batch.first) {
            // The same request twice.
            Some(earlier) if earlier == batch => return,
            Some(_) => return self.broken(format!("batch {} was accepted with two contents", batch.first)),
            None => {}
        }
        let next = self.records.last().map_or(0, |record| record.sequence) + 1;
        if batch.first != next {
            self.broken(format!("batch {} follows record {}", batch.first, next - 1));
        }
        self.at_work = Some(epoch);
        self.batches.insert(batch.first, batch.clone());
        self.records.extend(records);
    }

    pub fn trimmed(&mut self, batch: &Batch) {
        let contained = self.saved.as_ref().map_or(0, |state| state.applied_through);
        if batch.last > contained {
            let (first, last) = (batch.first, batch.last);
            self.broken(format!("records {first} to {last} were trimmed, and the snapshot ends with {contained}"));
        }
    }

    pub fn saved(&mut self, upload: &Upload) {
        self.written.push(String::from_utf8_lossy(&upload.bytes).into_owned());
        let Some(Snapshot { state, open }) = decode(&upload.bytes) else {
            return self.broken("a snapshot does not read back".to_owned());
        };
        if let Some(before) = &self.saved {
            self.violations.extend(backwards(before, &state));
        }
        if let Some(at_work) = self.at_work.filter(|at_work| state.epoch < *at_work) {
            let epoch = state.epoch;
            self.broken(format!("epoch {epoch} wrote a snapshot when epoch {at_work} was at work"));
        }
        let last = self.records.last().map_or(0, |record| record.sequence);
        if state.applied_through > last {
            let through = state.applied_through;
            self.broken(format!("the snapshot counts record {through}, and the journal ends with {last}"));
        } else {
            self.compare(&state, &open);
        }
        self.saved = Some(state);
    }

    /// A snapshot says what its records say.
    fn compare(&mut self, state: &State, open: &[OpenIntent]) {
        let mut shadow =
            self.shadow.take().unwrap_or_else(|| Ledger::open(State::new(state.lineage.clone()).into(), &[]));
        let contained = self.records.partition_point(|record| record.sequence <= state.applied_through);
        let known = self.records.partition_point(|record| record.sequence <= shadow.state.applied_through);
        self.records[known.min(contained)..contained].iter().for_each(|record| shadow.apply(record));
        let plain = |state: &State| State { serial: 0, epoch: 0, durations: BTreeMap::new(), ..state.clone() };
        if plain(&shadow.state) != plain(state) {
            self.broken(format!("the snapshot at record {} is not what the records say", state.applied_through));
        }
        if !shadow.open_intents().eq(open) {
            self.broken(format!("the snapshot at record {} has other open intents", state.applied_through));
        }
        self.shadow = Some(shadow);
    }

    fn broken(&mut self, what: String) {
        self.violations.push(what);
    }
}

/// What went back from one snapshot to the next.
fn backwards(before: &State, after: &State) -> Vec<String> {
    let went = [
        ("epoch", before.epoch, after.epoch),
        ("serial", before.serial, after.serial),
        ("last record", before.applied_through, after.applied_through),
    ];
    let back = went.into_iter().filter(|(_, before, after)| after < before);
    back.map(|(what, before, after)| format!("the snapshot's {what} went from {before} back to {after}")).collect()
}

/// The command of whoever takes the lock by force.
pub const BREAK: &str = "lock break";

fn decode(bytes: &[u8]) -> Option<Snapshot> {
    let mut json: Json = serde_json::from_slice(bytes).ok()?;
    let members = json.as_object_mut()?;
    members.remove("lock_table");
    let open = members.remove("open").map(serde_json::from_value).transpose().ok()?.unwrap_or_default();
    Some(Snapshot { state: serde_json::from_value(json).ok()?, open })
}
