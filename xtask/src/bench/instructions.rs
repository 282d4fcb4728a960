//! Instructions, which do not depend on how fast or how busy a machine is.
//!
//! In: the release build, and valgrind where it is installed. Out: how many instructions commands
//! take, and how they grow with the manifest.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::program::Cloud;
use super::start::COMMANDS;
use super::table::{Figure, Section, Table, thousands};
use super::{process, program, root, scale};

/// Valgrind makes a program tens of times slower, so these are small.
const SIZES: [u64; 2] = [1_000, 4_000];

/// Measures this section.
///
/// # Errors
/// Something does not build, or a command fails.
pub fn measure() -> Result<Section> {
    if !process::is_installed("valgrind") {
        return Ok(Section::left_out("valgrind is not installed"));
    }
    let stackctl = program::stackctl()?;
    let mut table = Table::new("Instructions of the release build", ["instructions", "growth"]);
    for (name, arguments) in COMMANDS {
        let mut command = program::command(Path::new("valgrind"), &root());
        let count = Figure::Count(instructions(&mut command, &stackctl, arguments)?);
        table.rows.push((name.to_owned(), vec![Some(count), None]));
    }
    let cloud = Cloud::start()?;
    let manifests = SIZES.iter().map(|size| scale::generated(*size)).collect::<Result<Vec<_>>>()?;
    for (name, arguments) in scale::COMMANDS {
        let mut before = None;
        for (size, folder) in SIZES.iter().zip(&manifests) {
            let mut command = program::command(Path::new("valgrind"), folder.path());
            let count = Figure::Count(instructions(cloud.serve(&mut command), &stackctl, arguments)?);
            let growth = before.replace(count).and_then(|before| count.over(before));
            table.rows.push((format!("{name}, {} resources", thousands(*size)), vec![Some(count), growth]));
        }
    }
    let notes = vec![
        "Counted by valgrind's cachegrind, all threads together; hash seeds move them by less than a hundredth."
            .to_owned(),
        format!("Growth is from {} to {} resources: {} is linear.", SIZES[0], SIZES[1], SIZES[1] / SIZES[0]),
    ];
    Ok(Section { tables: vec![table], notes, ..Section::default() })
}

/// How many instructions a program executes under a valgrind that was made ready.
/// <https://valgrind.org/docs/manual/cg-manual.html>
fn instructions(valgrind: &mut Command, program: &Path, arguments: &[&str]) -> Result<u64> {
    let log = tempfile::NamedTempFile::new().context("cannot make a temporary file")?;
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    valgrind.arg(format!("--log-file={}", log.path().display())).arg(program).args(arguments);
    process::measured(valgrind, 0)?;
    let said = std::fs::read_to_string(log.path()).context("cannot read what valgrind said")?;
    match total(&said) {
        Some(total) => Ok(total),
        None => bail!("valgrind does not say how many instructions:\n{said}"),
    }
}

/// The number in `==42== I refs: 1,234,567`.
fn total(said: &str) -> Option<u64> {
    let (_, number) = said.lines().find_map(|line| line.split_once("refs:"))?;
    number.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_is_found_in_what_valgrind_says() {
        let said = "==42== Cachegrind, a high-precision tracing profiler\n==42== \n==42== I refs:        14,123,456\n";
        assert_eq!(total(said), Some(14_123_456));
        assert_eq!(total("==42== Command: stackctl\n"), None);
    }
}
