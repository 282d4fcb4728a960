//! API calls of the shipped manifest: measured anew, beside what is committed.
//!
//! In: `--json`, `--update`. Out: a table or the counts as JSON on stdout, everything else on
//! stderr. The measuring is a test of the program; this only runs it and shows what it found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

type Bench = Map<String, Value>;

/// Measures, and prints what was measured.
///
/// # Errors
/// A wrong command line, or commands that do not do what they should.
pub fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] => {
            let (measured, committed) = (measure()?, read(&committed())?);
            print!("{}", table(&measured));
            match measured == committed {
                true => eprintln!("\nAs committed in docs/bench/calls.json."),
                false => eprintln!("\nNot as committed in docs/bench/calls.json: `cargo xtask bench --update`."),
            }
        }
        ["--json"] => println!("{:#}", Value::Object(measure()?)),
        ["--update"] => {
            write_to(&committed())?;
            let table = table(&read(&committed())?);
            std::fs::write(shown(), &table).context("cannot write docs/bench/calls.txt")?;
            print!("{table}");
        }
        _ => bail!("usage: cargo xtask bench [--json | --update]"),
    }
    Ok(())
}

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/bench/calls.json")
}

/// The same as a table, for whoever reads the documentation.
fn shown() -> PathBuf {
    committed().with_extension("txt")
}

fn measure() -> Result<Bench> {
    let path = std::env::temp_dir().join(format!("stackctl-bench-{}.json", std::process::id()));
    write_to(&path)?;
    let measured = read(&path);
    std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
    measured
}

/// Runs the benchmark with its result going to a file, and Cargo's talk to stderr.
fn write_to(path: &Path) -> Result<()> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["test", "--package", "stackctl", "--test", "whole", "--locked", "bench::"]);
    let status = command.env("STACKCTL_BENCH", path).stdout(Stdio::from(std::io::stderr())).status();
    if !status.context("cannot run Cargo")?.success() {
        bail!("the benchmark's commands do not do what they should");
    }
    Ok(())
}

fn read(path: &Path) -> Result<Bench> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no benchmark", path.display()))
}

/// One row for an operation, one column for a command.
fn table(bench: &Bench) -> String {
    let operations: BTreeSet<&String> =
        bench.values().filter_map(|counts| counts["by_operation"].as_object()).flat_map(Map::keys).collect();
    let wide = operations.iter().map(|it| it.len()).max().unwrap_or_default().max("mutating".len());
    let row = |name: &str, count: &dyn Fn(&Value) -> Option<u64>| {
        let cells = bench.iter().map(|(command, counts)| {
            let text = count(counts).map_or_else(|| "·".to_owned(), |it| it.to_string());
            format!("  {text:>width$}", width = command.len())
        });
        format!("{name:wide$}{}\n", cells.collect::<String>())
    };
    let head: String = bench.keys().map(|command| format!("  {command}")).collect();
    let mut text = format!("{:wide$}{head}\n", "");
    for operation in operations {
        text += &row(operation, &|counts| counts["by_operation"][operation.as_str()].as_u64());
    }
    text += &row("mutating", &|counts| counts["mutating"].as_u64());
    text += &row("total", &|counts| counts["total"].as_u64());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_table_shows_the_committed_numbers() {
        let shown = std::fs::read_to_string(shown()).expect("docs/bench/calls.txt").replace("\r\n", "\n");
        assert_eq!(shown, table(&read(&committed()).expect("docs/bench/calls.json")));
    }

    #[test]
    fn a_table_has_a_row_for_an_operation_and_a_column_for_a_command() {
        let counts =
            |count: u64| serde_json::json!({ "total": count, "mutating": 0, "by_operation": { "a:B": count } });
        let none = serde_json::json!({ "total": 0, "mutating": 0, "by_operation": {} });
        let bench = Bench::from_iter([("plan".to_owned(), counts(12)), ("apply".to_owned(), none)]);
        let expect = [
            "          plan  apply\n",
            "a:B         12      ·\n",
            "mutating     0      0\n",
            "total       12      0\n",
        ];
        assert_eq!(table(&bench), expect.concat());
    }
}
