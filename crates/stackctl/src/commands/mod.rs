//! One command per file.

mod apply;
mod completions;
mod diff;
mod explain;
mod fmt;
mod graph;
mod import;
mod init;
mod lock;
mod migrate;
mod new;
mod output;
mod plan;
mod reveal;
mod sandbox;
mod schema;
mod state;
mod validate;

use std::time::Duration;

use crate::args::{Cli, Command};
use crate::failure::{Exit, Failure};
use crate::interrupt::Interrupts;

/// Runs a command.
///
/// # Errors
/// Whatever kept it from doing what it was asked.
pub fn run(cli: Cli) -> Result<Exit, Failure> {
    match &cli.command {
        Command::New { name } => new::run(name),
        Command::Validate { sarif, .. } => validate::run(&cli, *sarif),
        Command::Fmt { check, .. } => fmt::run(&cli, *check),
        Command::Graph { format, .. } => graph::run(&cli, *format),
        Command::Explain { subject } => explain::run(subject.as_deref()),
        Command::Schema { json_schema } => schema::run(*json_schema),
        Command::Sandbox(action) => sandbox::run(*action, &cli.options),
        Command::Completions { shell } => completions::run(*shell),
        Command::Diff(form) => diff::run(&cli, form),
        Command::Migrate(form) => migrate::run(&cli, form),
        Command::Plan { destroy, out, detailed_exitcode, markdown, html, .. } => {
            let form = plan::Form {
                destroy: *destroy,
                out: out.as_deref(),
                detailed_exitcode: *detailed_exitcode,
                markdown: *markdown,
                html: html.as_deref(),
            };
            plan::run(&cli, form)
        }
        Command::Apply { plan, .. } => {
            let plan = plan.clone();
            apply::run(cli, plan.as_deref(), false)
        }
        Command::Destroy { .. } => apply::run(cli, None, true),
        Command::Output { name, reveal, .. } => output::run(&cli, name.as_deref(), *reveal),
        Command::Init { .. } => init::run(&cli),
        Command::State(action) => state::run(&cli, action),
        Command::Lock(action) => lock::run(&cli, action),
        Command::Import { address, id, .. } => import::run(&cli, address, id),
    }
}

/// Runs what waits for the network, until it ends or a signal ends it; only commands that need it
/// pay for a runtime.
///
/// # Errors
/// The work's, or that it was interrupted.
pub fn block_on<T>(work: impl AsyncFnOnce(Interrupts) -> Result<T, Failure>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|wrong| Failure::environment("runtime", format!("cannot start threads: {wrong}")))?;
    let done = runtime.block_on(async {
        let interrupts = Interrupts::listen();
        tokio::select! {
            biased;
            done = work(interrupts.clone()) => done,
            () = interrupts.dropped() => Err(Failure::new(Exit::Interrupted, "interrupted", "interrupted")),
        }
    });
    // Files that are being written are waited for, names that are being looked up are not.
    runtime.shutdown_timeout(Duration::from_secs(2));
    done
}
