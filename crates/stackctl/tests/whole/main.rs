//! The whole program: the binary on manifests, each test against an emulator of its own.
//!
//! In: the binary under test and the shipped manifests. Out: pass or fail. These tests know the
//! command line and AWS's wire protocols, and nothing of the crates behind the binary.

mod bench;
mod changes;
mod cloud;
mod command_line;
mod diff;
mod example;
mod faults;
mod golden;
mod json;
mod kill;
mod migrate;
mod migrate_terraform;
mod program;
mod repository;
mod reviews;
mod sandbox_option;
mod saved;
mod secrets;
mod shared;
mod state;
mod terraform;
mod timeline;
mod vault;
mod wordpress;
