//! Figures that a test of the workspace measures: it is run with a variable that names the file
//! where they go.
//!
//! In: the test and the variable. Out: the JSON that it wrote. What Cargo prints goes to stderr.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::program;

/// Runs the tests of a target whose names begin like this, and reads what they wrote.
///
/// # Errors
/// They fail, or write no JSON.
pub fn measured(target: &str, tests: &str, variable: &str) -> Result<Value> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let path = folder.path().join("measured.json");
    measured_to(&path, target, tests, variable)?;
    read(&path)
}

/// The same, and the file is where it is wanted.
///
/// # Errors
/// They fail.
pub fn measured_to(path: &Path, target: &str, tests: &str, variable: &str) -> Result<()> {
    let mut cargo = program::cargo();
    // The whole workspace's features, so that the AWS SDK is built once for this and for the tests.
    cargo.args(["test", "--workspace", "--test", target, "--locked", "--", tests]);
    let status = cargo.env(variable, path).stdout(Stdio::from(std::io::stderr())).status();
    if !status.context("cannot run Cargo")?.success() {
        bail!("what the test `{target}` measures does not do what it should");
    }
    Ok(())
}

/// A file of figures.
///
/// # Errors
/// It is not there, or no JSON.
pub fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", path.display()))
}
