//! How long an apply takes on a simulated cloud with a virtual clock, against the least that it
//! could take.
//!
//! Every call takes 100 ms and things settle in realistic times, often far from what their kinds
//! expect. With `STACKCTL_BENCH_PATHS=FILE` the figures are written there as JSON.

mod bed;
mod figures;
mod graphs;
mod history;
mod kinds;
mod memory;
mod path;
mod random;
mod shipped;
mod throttled;
mod waiting;
