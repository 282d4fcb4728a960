//! `stackctl completions SHELL`

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::{Exit, Failure};

/// Prints the script that a shell sources.
pub fn run(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    // Made first, for the generator takes a reader that goes away for a bug.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "stackctl", &mut script);
    out!("{}", String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
