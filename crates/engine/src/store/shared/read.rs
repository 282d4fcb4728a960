//! Reading without the lock.

use std::time::Duration;

use model::state::State;

use super::super::{Holder, Holding, Loaded, LockNews, StoreError, encoding, new_lineage};
use super::{Rows, SharedStore};
use crate::journal::{Record, Snapshot};
use crate::protocol::{Lock, Mark};

/// How often journal and snapshot are read again that do not fit, because somebody was writing.
const TRIES: u32 = 5;

impl SharedStore {
    /// Lock, key and journal.
    pub(super) async fn rows(&self) -> Result<Rows, StoreError> {
        let mut rows = self.backend.read().await.map_err(|fault| self.aws("read the journal of", fault))?;
        rows.batches.sort_by_key(|batch| batch.first);
        Ok(rows)
    }

    /// Everything, without the lock. First the table, then the snapshot: what was trimmed in
    /// between is in the snapshot.
    pub(super) async fn look(&self) -> Result<Loaded, StoreError> {
        let mut tries = 0;
        loop {
            let rows = self.rows().await?;
            let snapshot = match self.stored().await? {
                Some(stored) => self.decode(&stored.bytes)?,
                None => self.fresh(&rows)?,
            };
            let holder = rows.lock.as_ref().filter(|lock| lock.held).map(|lock| lock.holder.clone());
            match self.loaded(snapshot, &rows) {
                Ok(loaded) => return Ok(Loaded { busy: holder, ..loaded }),
                Err(StoreError::Gap { .. } | StoreError::Foreign { .. }) if holder.is_some() && tries < TRIES => {
                    tries += 1;
                    self.nap(Duration::from_millis(300)).await;
                }
                Err(wrong) => return Err(wrong),
            }
        }
    }

    /// A new history, where there never was one.
    pub(super) fn fresh(&self, rows: &Rows) -> Result<Snapshot, StoreError> {
        let noted = rows.lineage.clone().filter(|it| !it.is_empty());
        let known = noted.or_else(|| rows.batches.first().map(|batch| batch.lineage.clone()));
        match known {
            Some(lineage) => Err(StoreError::Missing { place: self.backend.place(), lineage }),
            None => Ok(State::new(new_lineage()).into()),
        }
    }

    /// Snapshot and journal together, checked.
    pub(super) fn loaded(&self, snapshot: Snapshot, rows: &Rows) -> Result<Loaded, StoreError> {
        if let Some(noted) = rows.lineage.as_ref().filter(|it| !it.is_empty() && **it != snapshot.state.lineage) {
            let (place, found, expected) = (self.backend.place(), snapshot.state.lineage.clone(), noted.clone());
            return Err(StoreError::Foreign { place, found, expected });
        }
        let place = format!("{} of {}", self.backend.table(), self.backend.place());
        let mut records: Vec<Record> = Vec::new();
        let behind = |last: u64| last > snapshot.state.applied_through;
        for batch in rows.batches.iter().filter(|batch| behind(batch.last)) {
            if batch.lineage != snapshot.state.lineage {
                let (found, expected) = (batch.lineage.clone(), snapshot.state.lineage.clone());
                return Err(StoreError::Foreign { place, found, expected });
            }
            let damaged = |wrong: serde_json::Error| StoreError::Damaged {
                place: place.clone(),
                record: format!("record {}", batch.first),
                reason: wrong.to_string(),
            };
            records.extend(serde_json::from_str::<Vec<Record>>(&batch.text).map_err(damaged)?);
        }
        encoding::continues(&records, &snapshot.state, &place)?;
        Ok(Loaded { snapshot, records, key: rows.key.clone(), busy: None, silent: Duration::ZERO })
    }

    /// Who holds the lock now.
    pub(super) async fn who(&self) -> Result<Option<Holding>, StoreError> {
        let lock = self.rows().await?.lock.filter(|lock| lock.held);
        Ok(lock.map(|lock| Holding {
            renewals: Some(lock.counter),
            lease: Some(lock.lease),
            epoch: lock.epoch,
            holder: lock.holder,
        }))
    }

    /// Watches the lock for a sign of life; answers who is at work.
    pub(super) async fn observe(&self, news: &(dyn Fn(LockNews) + Send + Sync)) -> Result<Option<Holder>, StoreError> {
        let mut first: Option<(Mark, Duration)> = None;
        loop {
            let Some(lock) = self.rows().await?.lock.filter(|lock| lock.held) else { return Ok(None) };
            let now = self.lease.now();
            let Lock { lease, holder, .. } = lock.clone();
            match first {
                None => {
                    news(LockNews::Watching { holder, lease });
                    first = Some((lock.mark(), now));
                }
                Some((mark, _)) if mark != lock.mark() => return Ok(Some(holder)),
                Some((_, since)) if now.saturating_sub(since) >= lease => return Ok(None),
                Some(_) => {}
            }
            self.nap(lease / 12).await;
        }
    }

    /// A kept snapshot, by version id or serial.
    pub(super) async fn earlier(&self, id: &str) -> Result<Snapshot, StoreError> {
        let unknown = || StoreError::UnknownVersion { id: id.to_owned() };
        let wrong = |fault| self.aws("read a version of", fault);
        let id = match id.parse::<u64>() {
            Ok(serial) => {
                let versions = self.backend.versions(super::LISTED).await.map_err(wrong)?;
                versions.into_iter().find(|it| it.serial == serial).ok_or_else(unknown)?.id
            }
            Err(_) => id.to_owned(),
        };
        let bytes = self.backend.read_version(&id).await.map_err(wrong)?;
        let decoded = encoding::read_snapshot(&bytes.ok_or_else(unknown)?, &self.backend.place())?;
        Ok(decoded.snapshot)
    }
}
