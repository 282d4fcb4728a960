//! Carries a plan out: the one loop around the step machine.
//!
//! In: a plan, drivers, a held lock. Out: how it went, and news on the way. It decides nothing:
//! what is done when is the machine's business, what a record means the journal's. It prints
//! nothing, and its only clock is tokio's.

mod calls;
mod jobs;
mod prepare;
mod progress;
mod records;
mod reveal;
mod run;
mod secrets;
mod tasks;
mod values;
mod watch;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::Duration;

use driver::{Drivers, Fault, Token};
use model::catalog::Catalog;
use model::plan::Plan;
use model::stack::Stack;
use model::{Address, Planned};
use tokio_util::sync::CancellationToken;

use crate::fingerprint::Fingerprints;
use crate::journal::Ledger;
use crate::machine::Limits;
use crate::observed::Observed;
use crate::preflight::{self, Blocked};
use crate::recover::RecoverError;
use crate::store::{Held, Store, StoreError};

pub use progress::{Outcome, Progress, Stage};
pub use reveal::reveal_output;

/// Where a run reads and writes.
#[derive(Clone, Copy)]
pub struct Connections<'a> {
    /// AWS.
    pub drivers: &'a Drivers,
    /// Where state lives.
    pub store: &'a dyn Store,
    /// The proof that nobody else changes it.
    pub held: &'a Held,
    /// Seals secrets before they are written down.
    pub fingerprints: &'a Fingerprints,
}

/// What is carried out.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// What should exist.
    pub stack: &'a Stack,
    /// The kinds.
    pub catalog: &'a Catalog,
    /// The plan.
    pub plan: &'a Plan,
    /// What references see, from planning.
    pub objects: &'a BTreeMap<Address, Planned>,
    /// What was read of AWS.
    pub observed: &'a Observed,
    /// For every operation the time that it and what waits for it takes.
    pub priorities: &'a [Duration],
    /// How much is done at the same time.
    pub limits: &'a Limits,
}

/// What a run cannot make itself.
pub struct Surroundings<'a> {
    /// Takes the news.
    pub progress: &'a mut dyn FnMut(Progress),
    /// Makes tokens.
    pub token: &'a mut dyn FnMut() -> Token,
    /// Tells Unix time in seconds; only for how long a lost create is looked for.
    pub now: &'a dyn Fn() -> u64,
    /// The first interrupt: nothing new is begun, answers are waited for.
    pub interrupt: CancellationToken,
    /// The second: everything stops at once.
    pub stop: CancellationToken,
}

/// Why a run ended early. What was done until then is in the journal.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// State could not be written, so nothing more may be done.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something would stop the destroy halfway; nothing was deleted.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// A lost create could not be looked for.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// An operation is of a kind that this stackctl does not have.
    #[error("{address} is of kind `{kind}`, which this stackctl does not know")]
    UnknownKind {
        /// Where.
        address: Address,
        /// The kind.
        kind: String,
    },
}

/// Carries a plan out. The ledger holds the state before, and afterwards the state after, which
/// is also written.
///
/// # Errors
/// What keeps the run as a whole from going on. Operations that fail are in the [`Outcome`].
pub async fn execute<'a>(
    connections: Connections<'a>,
    work: Work<'a>,
    ledger: &'a mut Ledger,
    surroundings: Surroundings<'a>,
) -> Result<Outcome, ExecuteError> {
    if work.plan.binding.destroy {
        preflight::check(connections.drivers, work.plan).await?;
    }
    let started = tokio::time::Instant::now();
    let stop = surroundings.stop.clone();
    let mut run = run::Run::new(connections, work, ledger, surroundings)?;
    let stopped = tokio::select! {
        biased;
        // Who is stopped writes nothing more: the journal has it all.
        () = stop.cancelled() => true,
        () = connections.held.lost().cancelled() => return Err(StoreError::Lost.into()),
        done = run.carry_out() => {
            done?;
            false
        }
    };
    let outcome = run.outcome(stopped);
    (run.out.progress)(Progress::Summary { outcome: outcome.clone(), elapsed: started.elapsed() });
    Ok(outcome)
}

/// A random token: an RFC 4122 version 4 UUID.
#[must_use]
pub fn random_token() -> Token {
    let mut bytes: [u8; 16] = rand::random();
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = crate::fingerprint::hex(&bytes);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Token(parts.join("-"))
}

/// A fault with a sentence of ours.
fn refuse(message: impl Into<String>) -> Fault {
    Fault::invalid("stackctl", message)
}
