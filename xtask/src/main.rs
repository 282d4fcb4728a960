//! The project's own chores.
//!
//! ```text
//! cargo xtask demo        installs stackctl and runs the WordPress stack on the sandbox
//! cargo xtask generate    writes docs/types, docs/schema.json and docs/verdicts anew
//! cargo xtask check       formatting, clippy, invariants and generated files, without the slow tests
//! cargo xtask bench       everything that costs, as tables or JSON
//! cargo xtask test        every test
//! ```

mod bench;
mod run;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::run::{cargo, cargo_with};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match chore(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            eprintln!("error: {wrong:#}");
            ExitCode::FAILURE
        }
    }
}

fn chore(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["demo"] => demo(),
        ["generate"] => generate(),
        ["check"] => check(),
        ["bench", rest @ ..] => bench::run(rest),
        ["test"] => cargo(&["test", "--workspace", "--locked"]),
        _ => bail!("usage: cargo xtask demo | generate | check | bench [SECTION]... [--json] [--update] | test"),
    }
}

/// The main job, from nothing: plan, apply, an empty plan, destroy.
fn demo() -> Result<()> {
    // A debug build, so that the tests after it need not build the AWS SDK again.
    cargo(&["install", "--debug", "--locked", "--path", "crates/stackctl"])?;
    let stack = "manifests/wordpress";
    for command in [&["plan"][..], &["apply", "--yes"], &["plan"], &["destroy", "--yes"]] {
        let (verb, flags) = command.split_first().unwrap_or((&"plan", &[]));
        let line = [&[*verb, stack, "--sandbox"], flags].concat();
        println!("\n$ stackctl {}\n", line.join(" "));
        run::run("stackctl", &line, &[])?;
    }
    Ok(())
}

/// The tests that hold generated files to what they are made from.
const GENERATED: &[&[&str]] = &[
    &["test", "--package", "providers", "--test", "reference", "--locked"],
    &["test", "--package", "review", "--test", "rules", "--locked"],
];

/// Those tests write the files instead.
fn generate() -> Result<()> {
    for arguments in GENERATED {
        cargo_with(arguments, &[("STACKCTL_GENERATE", "1")])?;
    }
    Ok(())
}

fn check() -> Result<()> {
    cargo(&["fmt", "--all", "--", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    cargo(&["test", "--package", "xtask", "--locked"])?;
    GENERATED.iter().try_for_each(|arguments| cargo(arguments))
}
