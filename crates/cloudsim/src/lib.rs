//! A cloud that exists only in memory: drivers made from schemas alone, on tokio's clock, with
//! seeded faults. The engine's test bed.
//!
//! In: a catalog's data, calls through `driver`'s traits. Out: answers as AWS would give them,
//! a log of every call, and what the caller did wrong. It is stricter than any emulator, and it
//! must not know the engine, nor any kind by its name: what it does follows from the schemas and
//! from [`Behavior`].

mod cloud;
mod dice;
mod drivers;
mod faults;
pub mod kinds;
mod log;
mod process;
pub mod stacks;
mod world;

pub use cloud::{Cloud, Sighting};
pub use dice::Dice;
pub use drivers::Caller;
pub use faults::{Faults, Injection, Scripted};
pub use log::{Call, Operation, Outcome};
pub use process::{At, Process, Trouble, What};
pub use world::{Behavior, Owner, Setup, Throttle};
