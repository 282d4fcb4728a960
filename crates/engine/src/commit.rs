//! Writes records and snapshots, and keeps the ledger in step with what is durable.

use crate::journal::{Body, Ledger, Record};
use crate::store::{Backup, Held, Store, StoreError, Written};

/// Writes records down, then applies them.
///
/// # Errors
/// When they could not be made durable; the ledger is unchanged then.
pub async fn append(store: &dyn Store, held: &Held, ledger: &mut Ledger, bodies: Vec<Body>) -> Result<(), StoreError> {
    if bodies.is_empty() {
        return Ok(());
    }
    let records: Vec<Record> = bodies.into_iter().map(|body| ledger.number(held.epoch(), body)).collect();
    store.append(held, &records).await?;
    records.iter().for_each(|record| ledger.apply(record));
    Ok(())
}

/// Writes a snapshot if the last one is behind, and keeps that as a backup.
///
/// # Errors
/// When it could not be written; the journal still holds everything.
pub async fn save(store: &dyn Store, held: &Held, ledger: &mut Ledger) -> Result<Option<Written>, StoreError> {
    if !ledger.is_ahead() {
        return Ok(None);
    }
    let snapshot = ledger.snapshot(held.epoch());
    store.save(held, &snapshot, Backup::Keep).await.map(Some)
}
