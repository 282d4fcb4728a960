//! What an apply writes to its store: appends to the journal, snapshots, bytes.
//!
//! In: what the engine's test of it measures. Out: its tables.

use anyhow::Result;

use super::table::{Section, Table};
use super::tests_of;

/// Measures this section.
///
/// # Errors
/// The test fails.
pub fn measure() -> Result<Section> {
    let measured = tests_of::measured("writes", "", "STACKCTL_BENCH_WRITES")?;
    Ok(Section { tables: Table::of_json("What an apply writes to its store", &measured), ..Section::default() })
}
