//! What stackctl knows about manifests, values and plans, as plain data and pure functions.
//!
//! In: text and schemas. Out: diagnostics, a resolved stack, a graph, the types of state and
//! plan. It must not know: files, clocks, async, AWS.

// Lets the derive's output name this crate from inside and outside alike.
extern crate self as model;

pub mod address;
pub mod catalog;
pub mod coerce;
pub mod diagnostic;
pub mod expr;
pub mod fmt;
pub mod graph;
pub mod manifest;
pub mod path;
pub mod plan;
pub mod reference;
pub mod schema;
pub mod source;
pub mod stack;
pub mod state;
#[cfg(test)]
mod testing;
pub mod tree;
pub mod typed;

pub use address::{Address, Id, Mode};
pub use model_derive::Attributes;
pub use path::{Path, Step};
pub use tree::{Authored, Known, Pending, Planned, Secret, Tree};
