//! Observe, plan, schedule, execute, recover, remember.
//!
//! In: a resolved stack, drivers, a store. Out: a plan, or an applied one. It must not know the
//! AWS SDK, the terminal or the environment. What decides is pure; IO stays in `observe`,
//! `execute`, `recover` and `store`.

pub mod commit;
pub mod conflict;
pub mod edit;
pub mod execute;
pub mod fingerprint;
pub mod journal;
pub mod machine;
pub mod observe;
pub mod observed;
mod patience;
pub mod place;
pub mod plan;
pub mod planted;
pub mod preflight;
pub mod protocol;
pub mod recover;
pub mod schedule;
pub mod session;
pub mod store;
pub mod wants;
