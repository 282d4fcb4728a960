//! Who may write, and what follows from every answer of a store that many can reach.
//!
//! In: answers, and the time on the asker's own clock. Out: what to ask next, how long to wait,
//! or how it ended. No clock, no async, no randomness, and no content: it knows epochs, counters
//! and etags, never what a snapshot or a record says. The stores, the simulation and the model
//! checker drive this same code.
//!
//! - [`Take`] gets the lock: it watches whoever holds it and takes over from the dead.
//! - [`Fence`] then shuts every earlier writer out of the snapshot.
//! - [`Keep`] renews it and says how long the lease lasts.
//! - [`Append`] writes journal records, [`Save`] a snapshot, behind which it trims the journal.
//! - [`Release`] gives the lock back.

mod append;
mod fence;
mod keep;
mod lock;
mod release;
mod save;
mod take;
#[cfg(test)]
mod tests;

pub use append::Append;
pub use fence::{Fence, Unfenced};
pub use keep::Keep;
pub(crate) use lock::TRIES;
pub use lock::{Answer, Etag, Lock, Lost, Mark, Owner, SnapshotAsk, Standing, Step, Terms, Unsettled};
pub use release::Release;
pub use save::{Save, SaveAsk};
pub use take::{Take, TakeAsk, TakeEnd};
