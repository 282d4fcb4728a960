//! A store in memory that forgets nothing when its user is dropped: what was durable stays.
//!
//! Writing takes virtual time before and after it is durable, so that a crash can come between.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use driver::BoxFuture;
use engine::journal::{Record, Snapshot};
use engine::store::{Backup, Held, Holder, Key, Loaded, Store, StoreError, Written};
use model::state::State;
use tokio::time::sleep;

const LINEAGE: &str = "simulated";
const WRITE: Duration = Duration::from_millis(3);

/// What is durable, as text: what does not survive serialising is lost here too.
#[derive(Default)]
struct Disk {
    snapshot: Option<String>,
    journal: Vec<String>,
    epoch: u64,
    locked: bool,
}

/// A store in memory; clones are the same store.
#[derive(Clone, Default)]
pub struct MemoryStore {
    disk: Arc<Mutex<Disk>>,
}

/// Unlocks when it is dropped, as the end of a process does.
struct Guard(MemoryStore);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.disk().locked = false;
    }
}

impl MemoryStore {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().expect("nobody panics while holding it")
    }

    fn read(&self) -> Loaded {
        let disk = self.disk();
        let state = match &disk.snapshot {
            Some(text) => serde_json::from_str(text).expect("a snapshot reads back"),
            None => State::new(LINEAGE),
        };
        let records =
            disk.journal.iter().map(|line| serde_json::from_str(line).expect("a record reads back")).collect();
        Loaded { state, records, key: Some(Key([7; 32])) }
    }
}

fn lines(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| serde_json::to_string(record).expect("a record serialises")).collect()
}

impl Store for MemoryStore {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        Box::pin(async { Ok(self.read()) })
    }

    fn lock<'a>(&'a self, _: &'a Holder, _: Duration) -> BoxFuture<'a, Result<Held, StoreError>> {
        Box::pin(async {
            let mut disk = self.disk();
            assert!(!std::mem::replace(&mut disk.locked, true), "one run at a time");
            disk.epoch += 1;
            Ok(Held::new(disk.epoch, LINEAGE.to_owned(), Box::new(Guard(self.clone()))))
        })
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        drop(held);
        Box::pin(async { Ok(()) })
    }

    fn key<'a>(&'a self, _: &'a Held) -> BoxFuture<'a, Result<Key, StoreError>> {
        Box::pin(async { Ok(Key([7; 32])) })
    }

    fn append<'a>(&'a self, _: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async {
            sleep(WRITE).await;
            let lines = lines(records);
            let bytes = lines.iter().map(|line| line.len() as u64).sum();
            self.disk().journal.extend(lines);
            sleep(WRITE).await;
            Ok(Written { bytes })
        })
    }

    fn save<'a>(
        &'a self,
        _: &'a Held,
        snapshot: &'a Snapshot,
        _: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async {
            snapshot.state.check().expect("a state that is written keeps its invariants");
            sleep(WRITE).await;
            let text = serde_json::to_string(&snapshot.state).expect("a snapshot serialises");
            let bytes = text.len() as u64;
            self.disk().snapshot = Some(text);
            sleep(WRITE).await;
            self.disk().journal = lines(&snapshot.open);
            Ok(Written { bytes })
        })
    }

    fn holder(&self) -> BoxFuture<'_, Result<Option<Holder>, StoreError>> {
        Box::pin(async { Ok(None) })
    }
}
