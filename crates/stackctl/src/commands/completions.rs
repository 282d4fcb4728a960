//! `stackctl completions SHELL`

use clap::CommandFactory;

use crate::args::Cli;
use crate::failure::{Exit, Failure};

/// Prints the script that a shell sources.
pub fn run(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    clap_complete::generate(shell, &mut Cli::command(), "stackctl", &mut std::io::stdout());
    Ok(Exit::Done)
}
