//! API calls of the shipped manifest and of those made for the benchmark, beside what is
//! committed: one file of counts a stack, and the same as a table for whoever reads.
//!
//! In: what the test of the program counts. Out: a table for each stack, and with `--update` the
//! committed files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::table::{Figure, Section, Table};
use super::{root, tests_of};

/// The counts of every command, by stack.
type Calls = BTreeMap<String, Map<String, Value>>;

/// Counts anew, and says whether that is what is committed.
///
/// # Errors
/// Commands that do not do what they should.
pub fn measure() -> Result<Section> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    tests_of::measured_to(folder.path(), "whole", "bench::", "STACKCTL_BENCH")?;
    let measured = read(folder.path())?;
    let note = match measured == read(&committed())? {
        true => "As committed in docs/bench/calls.",
        false => "Not as committed in docs/bench/calls: `cargo xtask bench --update`.",
    };
    let tables = measured.iter().map(|(stack, commands)| table(stack, commands)).collect();
    Ok(Section { tables, notes: vec![note.to_owned()], ..Section::default() })
}

/// Counts anew, and makes that the committed numbers.
///
/// # Errors
/// Commands that do not do what they should, or files that cannot be written.
pub fn update() -> Result<()> {
    tests_of::measured_to(&committed(), "whole", "bench::", "STACKCTL_BENCH")?;
    for (stack, commands) in read(&committed())? {
        let path = committed().join(format!("{stack}.txt"));
        std::fs::write(&path, table(&stack, &commands).grid())
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// The folder of the committed counts.
fn committed() -> PathBuf {
    root().join("docs/bench/calls")
}

fn read(folder: &Path) -> Result<Calls> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut calls = Calls::new();
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_stem().filter(|_| path.extension().is_some_and(|it| it == "json")) else { continue };
        let commands = tests_of::read(&path)?.as_object().cloned().unwrap_or_default();
        calls.insert(name.to_string_lossy().into_owned(), commands);
    }
    Ok(calls)
}

/// One row for an operation, one column for a command. What is asked as often as it takes is shown
/// as `poll`, beside the calls that are counted.
fn table(stack: &str, commands: &Map<String, Value>) -> Table {
    let counted = commands.values().filter_map(|counts| counts["by_operation"].as_object());
    let waited = commands.values().flat_map(waits);
    let operations: BTreeSet<String> = counted.flat_map(Map::keys).cloned().chain(waited).collect();
    let mut table = Table::new(format!("Calls of {stack}"), commands.keys());
    for operation in operations {
        let figure = |counts: &Value| {
            let count = counts["by_operation"][operation.as_str()].as_u64();
            if waits(counts).contains(&operation) {
                Some(Figure::Polled(count.unwrap_or_default()))
            } else {
                count.map(Figure::Count)
            }
        };
        let figures = commands.values().map(figure).collect();
        table.rows.push((operation, figures));
    }
    for sum in ["records", "mutating", "total"] {
        let figures: Vec<_> = commands.values().map(|counts| counts[sum].as_u64().map(Figure::Count)).collect();
        if figures.iter().any(Option::is_some) {
            table.rows.push((sum.to_owned(), figures));
        }
    }
    table
}

/// The operations with which a command waits.
fn waits(counts: &Value) -> BTreeSet<String> {
    let named = counts["waits_with"].as_array().into_iter().flatten();
    named.filter_map(|it| it.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_committed_tables_show_the_committed_counts() {
        let calls = read(&committed()).expect("docs/bench/calls");
        assert!(!calls.is_empty());
        for (stack, commands) in &calls {
            let path = committed().join(format!("{stack}.txt"));
            let shown = std::fs::read_to_string(&path).expect(stack).replace("\r\n", "\n");
            assert_eq!(shown, table(stack, commands).grid(), "{stack}");
        }
    }

    #[test]
    fn a_table_has_a_row_for_an_operation_and_a_column_for_a_command() {
        let commands = json!({
            "plan": { "total": 12, "mutating": 0, "by_operation": { "a:B": 12 } },
            "apply": { "total": 1, "mutating": 0, "by_operation": { "a:B": 1 }, "waits_with": ["a:B", "a:C"] },
        });
        let expect = [
            "          plan   apply\n",
            "a:B         12  1+poll\n",
            "a:C          ·    poll\n",
            "mutating     0       0\n",
            "total       12       1\n",
        ];
        assert_eq!(table("", commands.as_object().expect("commands")).grid(), expect.concat());
    }
}
