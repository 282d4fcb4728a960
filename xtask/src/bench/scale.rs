//! What large manifests cost, stage by stage and in the whole program.
//!
//! In: the bench of stackctl that measures stages with the real kinds, the manifests that crate
//! `scale` generates, and the release build. Out: time and memory for each stage and size, and how
//! they grow.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tempfile::TempDir;

use super::process;
use super::program::{self, Cloud};
use super::table::{Figure, Section, Table, thousands};

/// Ten times as many resources should cost ten times as much.
const SIZES: [u64; 3] = [1_000, 10_000, 100_000];

/// How large a manifest the whole program is measured with.
const WHOLE: u64 = 10_000;

/// The commands that the whole program is measured with.
pub const COMMANDS: [(&str, &[&str]); 2] =
    [("stackctl validate", &["validate"]), ("stackctl plan, from nothing", &["plan"])];

/// The program is run as often as this.
const RUNS: usize = 5;

/// The members of a stage's figures, and what they are called in tables.
const FIGURES: [(&str, &str, Read); 2] = [("cpu", "CPU", seconds), ("peak_heap", "Peak of the heap", bytes)];

type Read = fn(&Value) -> Option<Figure>;

/// Measures this section.
///
/// # Errors
/// Something does not build, or a manifest does not make a plan.
pub fn measure() -> Result<Section> {
    let reports = reports()?;
    let mut tables: Vec<Table> =
        FIGURES.iter().map(|(member, name, read)| stages(member, name, *read, &reports)).collect();
    tables.push(together(&reports));
    tables.push(whole()?);
    let note = "Growth is from one size to the next, which is ten times as large: 10 is linear.";
    Ok(Section { tables, notes: vec![note.to_owned()], ..Section::default() })
}

/// Runs the bench, which prints what it measured as one line of JSON for a size.
fn reports() -> Result<Vec<Value>> {
    let mut cargo = program::cargo();
    // The whole workspace's features, so that the AWS SDK is built once for this and for the tests.
    cargo.args(["bench", "--workspace", "--bench", "scale", "--locked", "--"]);
    let output = cargo.args(SIZES.map(|it| it.to_string())).stderr(Stdio::inherit()).output();
    let output = output.context("cannot run Cargo")?;
    if !output.status.success() {
        bail!("the stages cannot be measured");
    }
    let text = String::from_utf8(output.stdout).context("reports are text")?;
    text.lines().map(|line| serde_json::from_str(line).with_context(|| format!("no report: {line}"))).collect()
}

/// A manifest of about as many resources of several kinds in ten layers, in a folder of its own.
///
/// # Errors
/// It cannot be generated.
pub fn generated(size: u64) -> Result<TempDir> {
    let scale = program::built(&["build", "--release", "--workspace", "--example", "scale"], "scale")?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let mut generate = program::command(&scale, folder.path());
    generate.args([&size.to_string(), "mixed", "."]);
    process::measured(&mut generate, 0)?;
    Ok(folder)
}

/// One row for a stage: the figure at every size, for one resource at the largest, and its growth.
fn stages(member: &str, name: &str, read: Read, reports: &[Value]) -> Table {
    let mut table = Table::new(format!("{name} by stage and number of resources"), columns());
    let all = |report: &Value| report["stages"].as_array().cloned().unwrap_or_default();
    for stage in reports.first().map(all).unwrap_or_default() {
        let of = |report: &Value| read(&all(report).iter().find(|it| it["stage"] == stage["stage"])?[member]);
        let figures = grown(&reports.iter().map(of).collect::<Vec<_>>(), reports);
        table.rows.push((stage["stage"].as_str().unwrap_or_default().to_owned(), figures));
    }
    table
}

/// All stages from the text to the first plan.
fn together(reports: &[Value]) -> Table {
    let rows: [(&str, &str, Read); 4] = [
        ("text", "bytes", bytes),
        ("CPU", "text_to_plan_cpu", seconds),
        ("peak of the heap", "text_to_plan_heap", bytes),
        ("peak of resident memory", "text_to_plan_resident", bytes),
    ];
    let mut table = Table::new("From text to a first plan, by number of resources", columns());
    for (name, member, read) in rows {
        let figures: Vec<_> = reports.iter().map(|it| read(&it[member])).collect();
        table.rows.push((name.to_owned(), grown(&figures, reports)));
    }
    table
}

fn columns() -> Vec<String> {
    let sizes = SIZES.iter().map(|it| thousands(*it));
    let growth = SIZES.iter().skip(1).map(|it| format!("growth to {}", thousands(*it)));
    sizes.chain(["each".to_owned()]).chain(growth).collect()
}

/// Figures, the last of them for one resource, and how each grew from the one before.
fn grown(figures: &[Option<Figure>], reports: &[Value]) -> Vec<Option<Figure>> {
    let resources = reports.last().and_then(|it| it["resources"].as_u64()).filter(|it| *it > 0);
    let each = figures.last().copied().flatten().zip(resources).map(|(figure, count)| figure.each(count));
    let growth = figures.windows(2).map(|pair| pair[1]?.over(pair[0]?));
    figures.iter().copied().chain([each]).chain(growth).collect()
}

fn seconds(value: &Value) -> Option<Figure> {
    value.as_f64().map(Figure::Seconds)
}

fn bytes(value: &Value) -> Option<Figure> {
    value.as_u64().map(Figure::Bytes)
}

/// The release build on a large manifest, from the start of the process to its end.
fn whole() -> Result<Table> {
    let (stackctl, folder, cloud) = (program::stackctl()?, generated(WHOLE)?, Cloud::start()?);
    let title = format!("The release build with {} resources: the middle of {RUNS} runs", thousands(WHOLE));
    let mut table = Table::new(title, ["wall", "CPU", "memory", "calls"]);
    for (name, arguments) in COMMANDS {
        let mut command = program::command(&stackctl, folder.path());
        cloud.serve(&mut command).args(arguments);
        let used = process::median(RUNS, || process::measured(&mut command, 0))?;
        let calls = (cloud.take_calls().len() / RUNS) as u64;
        let times = [used.wall, used.cpu].map(Figure::Seconds);
        table.push(name, times.into_iter().chain([Figure::Bytes(used.largest), Figure::Count(calls)]));
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_from_one_size_to_the_next() {
        let report = |resources: u64, cpu: f64| serde_json::json!({ "resources": resources, "stages": [{ "stage": "parse", "cpu": cpu }] });
        let reports = [report(1_000, 0.01), report(10_000, 0.1), report(100_000, 1.5)];
        let table = stages("cpu", "CPU", seconds, &reports);
        assert_eq!(table.columns, ["1,000", "10,000", "100,000", "each", "growth to 10,000", "growth to 100,000"]);
        let (stage, figures) = &table.rows[0];
        assert_eq!(stage, "parse");
        let shown: Vec<String> = figures.iter().flatten().map(ToString::to_string).collect();
        assert_eq!(shown, ["10.00 ms", "100.00 ms", "1.50 s", "15.0 µs", "10.0×", "15.0×"]);
    }
}
