//! What stackctl costs before it does anything: to start, to carry, to build.
//!
//! In: the release build. Out: times of the commands that ask nobody, the size of the binary, and
//! how many packages are in it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::table::{Figure, Section, Table, thousands};
use super::{process, program, root};

/// So many runs of a few milliseconds have a steady median.
const RUNS: usize = 101;

/// The commands, and what they are run with.
pub const COMMANDS: [(&str, &[&str]); 2] =
    [("stackctl --version", &["--version"]), ("stackctl validate, WordPress", &["validate", "manifests/wordpress"])];

/// Measures this section.
///
/// # Errors
/// stackctl does not build, or a command fails.
pub fn measure() -> Result<Section> {
    let stackctl = program::stackctl()?;
    let title = format!("Start of the release build, {RUNS} runs");
    let mut start = Table::new(title, ["wall, median", "wall, least", "CPU, median", "memory"]);
    for (name, arguments) in COMMANDS {
        let mut command = program::command(&stackctl, &root());
        command.args(arguments);
        let runs = process::runs(RUNS, || process::measured(&mut command, 0))?;
        let (least, median) = (runs[0], runs[RUNS / 2]);
        let times = [median.wall, least.wall, median.cpu].map(Figure::Seconds);
        start.push(name, times.into_iter().chain([Figure::Bytes(median.largest)]));
    }
    let mut size = Table::new("Size of the release build", ["stackctl"]);
    let binary = std::fs::metadata(&stackctl).context("cannot look at the binary")?.len();
    size.push("binary", [Figure::Bytes(binary)]);
    packages()?.into_iter().for_each(|(name, count)| size.push(name, [Figure::Count(count)]));
    let note =
        format!("The binary has {} bytes. Packages are those that are linked, each version once.", thousands(binary));
    Ok(Section { tables: vec![start, size], notes: vec![note], ..Section::default() })
}

/// The packages that are linked into the binary, counted.
fn packages() -> Result<[(&'static str, u64); 4]> {
    let mut cargo = program::cargo();
    cargo.args([
        "tree",
        "--package",
        "stackctl",
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let output = cargo.arg("--locked").output().context("cannot run Cargo")?;
    if !output.status.success() {
        bail!("cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(counted(&String::from_utf8(output.stdout).context("names are text")?, &root().canonicalize()?))
}

fn counted(tree: &str, root: &Path) -> [(&'static str, u64); 4] {
    // What was shown before has a star behind it.
    let packages: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let count = |of: &dyn Fn(&str) -> bool| packages.iter().filter(|it| of(it)).count() as u64;
    let ours = |it: &str| it.contains(&*root.to_string_lossy());
    [
        ("packages", count(&|_| true)),
        ("of them this project's", count(&ours)),
        ("of them clients of AWS services", count(&|it| it.starts_with("aws-sdk-"))),
        (
            "of them the rest of the AWS SDK",
            count(&|it| it.starts_with("aws-") && !it.starts_with("aws-sdk-") && !ours(it)),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_of_a_package_counts_once() {
        let tree = "stackctl v0.1.0 (/at/crates/stackctl)\n\
                    aws-store v0.1.0 (/at/crates/aws-store)\n\
                    aws-sdk-s3 v1.2.0\nhttp v1.0.0\nhttp v0.2.0\naws-types v1.1.0\nhttp v1.0.0 (*)\naws-sdk-s3 v1.2.0 (*)\n";
        let counts = counted(tree, Path::new("/at")).map(|(_, count)| count);
        assert_eq!(counts, [6, 2, 1, 1]);
    }
}
