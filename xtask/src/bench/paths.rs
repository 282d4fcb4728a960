//! How long an apply takes beside its longest path, on a simulated cloud with a virtual clock.
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
    let mut measured = tests_of::measured("critical_path", "", "STACKCTL_BENCH_PATHS")?;
    // Its tests run side by side and write as they end.
    if let Some(groups) = measured.as_object_mut() {
        groups.sort_keys();
    }
    let title = "An apply beside its longest path, in seconds of a virtual clock";
    Ok(Section { tables: Table::of_json(title, &measured), ..Section::default() })
}
