//! Everything that a person reads: text from data, nothing else.

pub mod attribute;
pub mod explain;
pub mod failure;
pub mod history;
pub mod lock;
pub mod migrate;
pub mod outputs;
pub mod plan;
pub mod progress;
pub mod review;
pub mod state;
pub mod style;
pub mod time;
pub mod timeline;
pub mod verification;
