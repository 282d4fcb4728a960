//! The binary: reads the command line, runs one command, exits with its code.
//!
//! Only this crate prints, reads the environment or exits.

#[macro_use]
mod stream;

mod args;
mod commands;
mod connect;
mod document;
mod failure;
mod folder;
mod holder;
mod home;
mod interrupt;
mod load;
mod log;
mod origin;
mod render;
mod revision;
mod saved;
mod terminal;
mod timeline;
mod verification;
mod watched;
mod world;

use std::process::ExitCode;
use std::time::Instant;

use clap::{CommandFactory, Parser};

use crate::args::Cli;
use crate::failure::{Exit, Failure};

// A large manifest is a great many small values: with glibc's allocator its plan takes a quarter
// longer. Huge pages are left alone, because to find one can take the kernel longer than all the rest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let began = Instant::now();
    clap_complete::CompleteEnv::with_factory(Cli::command).complete();
    std::panic::set_hook(Box::new(report_bug));
    match std::panic::catch_unwind(|| run(began)) {
        Ok(exit) => exit.into(),
        Err(_) => Exit::Bug.into(),
    }
}

fn run(began: Instant) -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(wrong) => return usage(&wrong),
    };
    terminal::colour(cli.options.color);
    log::start(&cli.options);
    let json = cli.command.json();
    let name = cli.command.name();
    let started = timeline::start(cli.options.timeline.as_deref(), began);
    let exit = match started.and_then(|()| timeline::finish(name, commands::run(cli))) {
        Ok(exit) => exit,
        Err(failure) => {
            render::failure::report(&failure, json);
            failure.exit
        }
    };
    match (stream::finish(), exit) {
        (Err(why), Exit::Done | Exit::Pending) => {
            errln!("error: what was to be printed could not be written: {why}");
            Exit::Environment
        }
        (Ok(()) | Err(_), exit) => exit,
    }
}

/// Help and version go to stdout and succeed; a wrong command line exits with 1, as the
/// contract has it, not with clap's 2.
fn usage(wrong: &clap::Error) -> Exit {
    if !wrong.use_stderr() {
        let _ = wrong.print();
        return Exit::Done;
    }
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json {
        let first = wrong.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        render::failure::report(&Failure::wrong("usage", first), true);
    } else {
        let _ = wrong.print();
    }
    Exit::Wrong
}

fn report_bug(panic: &std::panic::PanicHookInfo<'_>) {
    let version = env!("CARGO_PKG_VERSION");
    errln!("error: this is a bug in stackctl {version}: {panic}");
    errln!("What was done is in the journal; the next run carries on from there.");
    errln!("Please report it with the lines above.");
}
