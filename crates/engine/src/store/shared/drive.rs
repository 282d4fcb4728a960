//! From a backend's answers to the protocol's, and the other way round.

use std::time::Duration;

use driver::{Fault, FaultKind};

use super::super::{Held, StoreError, encoding};
use super::{SharedStore, Stored, Upload};
use crate::journal::Snapshot;
use crate::protocol::{Answer, Etag, Standing, Unsettled};

/// What an answer means to the protocol; an error is final.
pub(super) fn answer<T>(result: Result<T, Fault>) -> Result<Answer<T>, Fault> {
    let fault = match result {
        Ok(value) => return Ok(Answer::Done(value)),
        Err(fault) => fault,
    };
    match fault.kind {
        FaultKind::Conflict => Ok(Answer::Refused),
        FaultKind::Throttled | FaultKind::Unreachable | FaultKind::NotYet => Ok(Answer::Again),
        FaultKind::Unknown => Ok(Answer::Unclear),
        FaultKind::NotFound | FaultKind::Denied | FaultKind::Invalid | FaultKind::InUse { .. } => Err(fault),
    }
}

impl SharedStore {
    /// A pause, longer or shorter by up to a fifth, so that those who wait together don't ask
    /// together. The last digits of the own clock are chance enough, and a simulated clock makes
    /// them repeat themselves.
    pub(super) async fn nap(&self, pause: Duration) {
        let digits = self.lease.now().subsec_nanos().wrapping_mul(2_654_435_761);
        let chance = f64::from(digits) / f64::from(u32::MAX);
        tokio::time::sleep(pause.mul_f64(0.8 + 0.4 * chance)).await;
    }

    /// Writes the snapshot, on condition of what is there.
    pub(super) async fn put(&self, upload: &Upload, there: Option<&Etag>) -> Result<Answer<Etag>, StoreError> {
        let put = answer(self.backend.put_snapshot(upload, there).await);
        put.map_err(|fault| self.aws("write the state", fault))
    }

    /// Reads the snapshot, and how it stands.
    pub(super) async fn standing(&self) -> Result<Option<(Standing, Snapshot)>, StoreError> {
        let Some(Stored { etag, bytes }) = self.stored().await? else { return Ok(None) };
        let snapshot = self.decode(&bytes)?;
        let standing = Standing { etag, epoch: snapshot.state.epoch, serial: snapshot.state.serial };
        Ok(Some((standing, snapshot)))
    }

    /// The snapshot as it lies there.
    pub(super) async fn stored(&self) -> Result<Option<Stored>, StoreError> {
        self.backend.read_snapshot().await.map_err(|fault| self.aws("read the state", fault))
    }

    /// Reads a snapshot's text.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<Snapshot, StoreError> {
        let place = self.backend.place();
        let decoded = encoding::read_snapshot(bytes, &place)?;
        match decoded.lock_table {
            Some(found) if found != self.backend.table() => {
                Err(StoreError::OtherTable { place, found, expected: self.backend.table() })
            }
            Some(_) | None => Ok(decoded.snapshot),
        }
    }

    /// A snapshot's text.
    pub(super) fn upload(&self, snapshot: &Snapshot) -> Result<Upload, StoreError> {
        let bytes = encoding::snapshot(snapshot, Some(&self.backend.table()), &self.backend.place())?;
        Ok(Upload { bytes, serial: snapshot.state.serial, epoch: snapshot.state.epoch })
    }

    /// What became of a write, as whoever asked for it has to know.
    pub(super) fn settled<T>(
        &self,
        held: &Held,
        end: Result<T, Unsettled>,
        action: &'static str,
    ) -> Result<T, StoreError> {
        end.map_err(|unsettled| match unsettled {
            Unsettled::Lost => {
                held.lost().cancel();
                self.lease.end();
                StoreError::Lost
            }
            Unsettled::GaveUp => self.gave_up(action),
        })
    }

    pub(super) fn gave_up(&self, action: &'static str) -> StoreError {
        let message = "there was no clear answer, however often it was asked";
        self.aws(action, Fault::new(FaultKind::Unknown, "state", message))
    }

    /// Turns a fault into an error of this store.
    pub(super) fn aws(&self, action: &'static str, fault: Fault) -> StoreError {
        let place = self.backend.place();
        match fault.kind {
            FaultKind::NotFound if fault.operation.starts_with("dynamodb") => {
                StoreError::NotSetUp { place: self.backend.table() }
            }
            FaultKind::NotFound => {
                let bucket = place.trim_start_matches("s3://").split('/').next().unwrap_or_default().to_owned();
                StoreError::NotSetUp { place: bucket }
            }
            FaultKind::Throttled | FaultKind::Unreachable | FaultKind::NotYet | FaultKind::Unknown => {
                StoreError::Aws { action, place, fault: Box::new(fault) }
            }
            FaultKind::Denied | FaultKind::Invalid | FaultKind::Conflict | FaultKind::InUse { .. } => {
                StoreError::Aws { action, place, fault: Box::new(fault) }
            }
        }
    }
}
