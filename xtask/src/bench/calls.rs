//! API calls of the shipped manifest, beside what is committed.
//!
//! In: what the test of the program counts. Out: a table, and with `--update` the committed files.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::table::{Figure, Section, Table};
use super::{root, tests_of};

/// Counts anew, and says whether that is what is committed.
///
/// # Errors
/// Commands that do not do what they should.
pub fn measure() -> Result<Section> {
    let measured = tests_of::measured("whole", "bench::", "STACKCTL_BENCH")?;
    let note = match measured == tests_of::read(&committed())? {
        true => "As committed in docs/bench/calls.json.",
        false => "Not as committed in docs/bench/calls.json: `cargo xtask bench --update`.",
    };
    Ok(Section { tables: vec![table(&measured)], notes: vec![note.to_owned()], ..Section::default() })
}

/// Counts anew, and makes that the committed numbers.
///
/// # Errors
/// Commands that do not do what they should, or files that cannot be written.
pub fn update() -> Result<()> {
    tests_of::measured_to(&committed(), "whole", "bench::", "STACKCTL_BENCH")?;
    let grid = table(&tests_of::read(&committed())?).grid();
    std::fs::write(shown(), &grid).context("cannot write docs/bench/calls.txt")?;
    eprint!("{grid}");
    Ok(())
}

fn committed() -> PathBuf {
    root().join("docs/bench/calls.json")
}

/// The same as a table, for whoever reads the documentation.
fn shown() -> PathBuf {
    committed().with_extension("txt")
}

/// One row for an operation, one column for a command.
fn table(bench: &Value) -> Table {
    let commands: Vec<(&String, &Value)> = bench.as_object().into_iter().flatten().collect();
    let mut table = Table::new("Calls of manifests/wordpress", commands.iter().map(|(name, _)| *name));
    let counted = commands.iter().filter_map(|(_, counts)| counts["by_operation"].as_object());
    let operations: BTreeSet<&String> = counted.flat_map(Map::keys).collect();
    let mut row = |label: &str, count: &dyn Fn(&Value) -> Option<u64>| {
        let figures = commands.iter().map(|(_, counts)| count(counts).map(Figure::Count)).collect();
        table.rows.push((label.to_owned(), figures));
    };
    for operation in operations {
        row(operation, &|counts| counts["by_operation"][operation.as_str()].as_u64());
    }
    row("mutating", &|counts| counts["mutating"].as_u64());
    row("total", &|counts| counts["total"].as_u64());
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_shows_the_committed_numbers() {
        let shown = std::fs::read_to_string(shown()).expect("docs/bench/calls.txt").replace("\r\n", "\n");
        assert_eq!(shown, table(&tests_of::read(&committed()).expect("docs/bench/calls.json")).grid());
    }

    #[test]
    fn a_table_has_a_row_for_an_operation_and_a_column_for_a_command() {
        let counts =
            |count: u64| serde_json::json!({ "total": count, "mutating": 0, "by_operation": { "a:B": count } });
        let none = serde_json::json!({ "total": 0, "mutating": 0, "by_operation": {} });
        let expect = [
            "          plan  apply\n",
            "a:B         12      ·\n",
            "mutating     0      0\n",
            "total       12      0\n",
        ];
        assert_eq!(table(&serde_json::json!({ "plan": counts(12), "apply": none })).grid(), expect.concat());
    }
}
