//! What the holder of the lock has to know, and the task that renews it.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::{CancellationToken, DropGuard};

use super::super::{Holder, Loaded, StoreError};
use super::drive::answer;
use super::{Rows, SharedStore, Taken, key};
use crate::protocol::{Answer, Append, Etag, Fence, Keep, Lock, Lost, Owner, SnapshotAsk, Step, Unfenced, Unsettled};

/// A holding of the lock.
#[derive(Clone, Debug)]
pub(super) struct Grip {
    /// The condition of every write.
    pub owner: Owner,
    /// The lineage that is written.
    pub lineage: String,
    /// The content of the snapshot, which only we replace.
    pub etag: Etag,
    /// The size of the snapshot that the fence wrote.
    pub fenced_bytes: u64,
    /// The journal's batches: their first and last sequences.
    pub batches: Vec<(u64, u64)>,
}

/// A snapshot that carries our epoch.
struct Fenced {
    etag: Etag,
    bytes: u64,
    loaded: Loaded,
}

/// Why a lock that was taken is of no use.
pub(super) enum Refused {
    /// The snapshot carries this epoch, which is not lower.
    Behind(u64),
    /// The state cannot be read or written.
    Wrong(StoreError),
}

impl From<StoreError> for Refused {
    fn from(wrong: StoreError) -> Self {
        Self::Wrong(wrong)
    }
}

impl SharedStore {
    /// The lock item that this process would put there.
    pub(super) fn claim(&self, holder: &Holder) -> Lock {
        let token: [u8; 16] = rand::random();
        Lock {
            epoch: 0,
            counter: 0,
            owner: crate::fingerprint::hex(&token),
            held: true,
            lease: self.terms.lease,
            holder: holder.clone(),
        }
    }

    /// Makes what was taken ours: reads it, checks it, and shuts earlier writers out.
    pub(super) async fn enter(&self, taken: &Taken) -> Result<(Grip, Loaded), Refused> {
        let rows = &taken.rows;
        let Fenced { etag, bytes, loaded } = self.fence(rows, taken.owner.epoch).await?;
        let key = key(self, rows).await?;
        let lineage = loaded.snapshot.state.lineage.clone();
        if rows.lineage.as_ref() != Some(&lineage) {
            self.note(&taken.owner, &lineage).await?;
        }
        let grip = Grip {
            owner: taken.owner.clone(),
            lineage,
            etag,
            fenced_bytes: bytes,
            batches: rows.batches.iter().map(|batch| (batch.first, batch.last)).collect(),
        };
        Ok((grip, Loaded { key: Some(key), silent: taken.silent, ..loaded }))
    }

    /// Notes the lineage beside the lock: should the snapshot ever be lost, the table still knows
    /// that there was one. Every renewal notes it too, but a short run makes none.
    async fn note(&self, owner: &Owner, lineage: &str) -> Result<(), StoreError> {
        let mut append = Append::default();
        let mut step = append.start();
        loop {
            step = match step {
                Step::Ask(()) => {
                    let answered = answer(self.backend.renew(owner, lineage).await);
                    append.answered(answered.map_err(|fault| self.aws("write the lineage of", fault))?)
                }
                Step::Wait(pause) => {
                    self.nap(pause).await;
                    append.waited()
                }
                Step::End(Ok(())) => return Ok(()),
                Step::End(Err(Unsettled::Lost)) => return Err(StoreError::Lost),
                Step::End(Err(Unsettled::GaveUp)) => return Err(self.gave_up("write the lineage of")),
            }
        }
    }

    /// Rewrites the snapshot with our epoch; answers what is there now.
    async fn fence(&self, rows: &Rows, epoch: u64) -> Result<Fenced, Refused> {
        let mut fence = Fence::new(epoch);
        let mut loaded = None;
        let mut bytes = 0;
        let mut step = fence.start();
        loop {
            step = match step {
                Step::Ask(SnapshotAsk::Read) => {
                    let (standing, snapshot) = match self.standing().await? {
                        Some((standing, snapshot)) => (Some(standing), snapshot),
                        None => (None, self.fresh(rows)?),
                    };
                    // What cannot be read on is refused before anything is written.
                    loaded = Some(self.loaded(snapshot, rows)?);
                    fence.read(standing)
                }
                Step::Ask(SnapshotAsk::Put { there }) => {
                    let fenced = loaded.as_mut().map(|it| &mut it.snapshot);
                    let fenced = fenced.ok_or_else(|| self.gave_up("read the state"))?;
                    fenced.state.epoch = epoch;
                    let upload = self.upload(fenced)?;
                    bytes = upload.bytes.len() as u64;
                    fence.put(self.put(&upload, there.as_ref()).await?)
                }
                Step::Wait(pause) => {
                    self.nap(pause).await;
                    fence.waited()
                }
                Step::End(Ok(etag)) => {
                    let loaded = loaded.ok_or_else(|| self.gave_up("read the state"))?;
                    return Ok(Fenced { etag, bytes, loaded });
                }
                Step::End(Err(Unfenced::Behind(epoch))) => return Err(Refused::Behind(epoch)),
                Step::End(Err(Unfenced::GaveUp)) => return Err(self.gave_up("write the state").into()),
            }
        }
    }

    /// Renews the lock until the guard is dropped or the lock is lost.
    pub(super) fn keep(&self, grip: &Grip, sent: Duration, lost: CancellationToken) -> DropGuard {
        let stop = CancellationToken::new();
        let (backend, lease, terms) = (Arc::clone(&self.backend), self.lease.clone(), self.terms);
        let (owner, lineage) = (grip.owner.clone(), grip.lineage.clone());
        let (stopped, given_back) = (stop.clone(), stop.clone());
        let renewing = async move {
            let mut keep = Keep::new(terms, sent);
            let mut step = keep.start(lease.now());
            loop {
                step = match step {
                    Step::Ask(()) => {
                        // A final refusal (credentials that have expired) may be none the next
                        // time; while there is no renewal, the lease runs out.
                        let answered = answer(backend.renew(&owner, &lineage).await).unwrap_or(Answer::Again);
                        let next = keep.answered(lease.now(), answered);
                        lease.extend(keep.end(), terms.call());
                        // Whoever has ended the lease meanwhile has the last word.
                        if lost.is_cancelled() || given_back.is_cancelled() {
                            lease.end();
                            return;
                        }
                        next
                    }
                    Step::Wait(pause) => {
                        tokio::time::sleep(pause).await;
                        keep.waited(lease.now())
                    }
                    Step::End(Lost) => {
                        lease.end();
                        lost.cancel();
                        return;
                    }
                }
            }
        };
        (self.spawn)(Box::pin(async move {
            tokio::select! {
                biased;
                () = stopped.cancelled() => {}
                () = renewing => {}
            }
        }));
        stop.drop_guard()
    }
}
