//! Whole runs in a small cloud, on a virtual clock.

mod bed;
mod cloud;
mod crashes;
mod faults;
mod runs;

/// The secret that must never be written.
const CANARY: &str = "canary-b7c1f0e2";
