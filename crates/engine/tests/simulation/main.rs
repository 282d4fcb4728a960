//! The whole engine on a simulated cloud with a virtual clock: random stacks, random edits,
//! random faults, and death at any moment.
//!
//! `STACKCTL_SEEDS` says how many seeds each test takes (a number), or which (`FROM..TO`).

mod course;
mod kept;
mod laws;
mod mutants;
mod random;
mod reviews;
mod scenarios;
mod seeds;
mod services;
mod stage;
mod trial;
