//! Observe, plan, schedule, execute, recover, remember.
//!
//! In: a resolved stack, drivers, a store. Out: a plan, or an applied one. It must not know the
//! AWS SDK, the terminal or the environment. What decides is pure; IO stays in `observe`,
//! `execute`, `recover` and `store`.

pub mod observed;
