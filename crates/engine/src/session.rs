//! State at the beginning of a command: loaded, checked, recovered.
//!
//! In: a store, perhaps a held lock. Out: a ledger and the stack's fingerprints.

use std::time::Duration;

use driver::Drivers;

use crate::commit;
use crate::fingerprint::Fingerprints;
use crate::journal::Ledger;
use crate::recover::{self, Moment, RecoverError, Recovery};
use crate::store::{Held, Holder, Key, Loaded, LockNews, Store, StoreError};

/// State at hand.
#[derive(Debug)]
pub struct Session {
    /// State and open intents.
    pub ledger: Ledger,
    /// The stack's fingerprints.
    pub fingerprints: Fingerprints,
    /// Who is changing it right now, for a session without the lock.
    pub busy: Option<Holder>,
    /// For how long at least nobody has changed anything.
    pub silent: Duration,
}

/// Why a session could not be recovered.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// State could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What became of a call could not be found out.
    #[error(transparent)]
    Recover(#[from] RecoverError),
}

/// Reads state without the lock.
///
/// # Errors
/// When it cannot be read, or must not be.
pub async fn look(store: &dyn Store) -> Result<Session, StoreError> {
    Ok(open(store.load().await?))
}

/// Reads state without the lock, for whoever wants to know what became of open calls: where there
/// are any, whoever holds the lock is watched until they give a sign of life or must be dead.
///
/// # Errors
/// When it cannot be read, or must not be.
pub async fn survey(store: &dyn Store, news: &(dyn Fn(LockNews) + Send + Sync)) -> Result<Session, StoreError> {
    let session = look(store).await?;
    if session.busy.is_none() || session.ledger.open_intents().next().is_none() {
        return Ok(session);
    }
    match store.watch(news).await? {
        Some(holder) => Ok(Session { busy: Some(holder), ..look(store).await? }),
        None => Ok(Session { busy: None, silent: recover::PATIENCE, ..look(store).await? }),
    }
}

/// State under the lock, as taking the lock told it.
#[must_use]
pub fn open(loaded: Loaded) -> Session {
    // Without a key nothing was ever fingerprinted, so any key will do.
    let key = loaded.key.unwrap_or_else(Key::random);
    let ledger = Ledger::open(loaded.snapshot, &loaded.records);
    Session { ledger, fingerprints: Fingerprints::new(key.0), busy: loaded.busy, silent: loaded.silent }
}

impl Session {
    /// Finds out what became of open calls, in memory only. While somebody else is at work, what
    /// is open is theirs.
    ///
    /// # Errors
    /// What could not be found out.
    pub async fn recover_in_memory(&mut self, drivers: &Drivers, now: u64) -> Result<Recovery, RecoverError> {
        if let Some(holder) = &self.busy {
            let open = self.ledger.open_intents().map(|it| &it.intent);
            let notes = open.map(|it| format!("{}: {} in progress by {holder}", it.address, it.operation.word()));
            return Ok(Recovery { notes: notes.collect(), ..Recovery::default() });
        }
        let recovery = recover::recover(drivers, &self.ledger, Moment { now, silent: self.silent }).await?;
        recovery.apply(&mut self.ledger);
        Ok(recovery)
    }

    /// Finds out what became of open calls, and writes it down.
    ///
    /// # Errors
    /// What could not be found out or written.
    pub async fn recover(
        &mut self,
        store: &dyn Store,
        held: &Held,
        drivers: &Drivers,
        now: u64,
    ) -> Result<Recovery, SessionError> {
        let recovery = recover::recover(drivers, &self.ledger, Moment { now, silent: self.silent }).await?;
        commit::append(store, held, &mut self.ledger, recovery.bodies.clone()).await?;
        Ok(recovery)
    }
}
