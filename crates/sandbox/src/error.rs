//! What can go wrong with the sandbox, in words that end with what to do.

use std::io;
use std::path::PathBuf;

/// Why the sandbox could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Something that the machine's package manager brings is missing.
    #[error(
        "the sandbox needs {package}, which is missing on this machine ({detail}); \
         install it with: {command}"
    )]
    Missing {
        /// The package to install.
        package: String,
        /// How its absence showed.
        detail: String,
        /// The one command that installs it.
        command: String,
    },
    /// pip could not install moto into our virtual environment.
    #[error(
        "{package} could not be installed into the sandbox's virtual environment; \
         once pip can reach a package index, run the command again, or install it yourself \
         where `moto_server` is then on PATH: {command}\npip said:\n{said}"
    )]
    Pip {
        /// The requirement given to pip.
        package: String,
        /// The command that installs it by hand.
        command: String,
        /// The end of pip's output.
        said: String,
    },
    /// A tool could not be run or ended with a failure that we have no better words for.
    #[error("`{command}` failed: {said}")]
    Tool {
        /// What was run.
        command: String,
        /// The end of its output, or why it could not be run.
        said: String,
    },
    /// The emulator ended, or did not answer in time, while it was being started.
    #[error(
        "the AWS emulator did not start: {reason}; the end of its log ({}):\n{said}",
        .log.display()
    )]
    NotStarted {
        /// What was seen.
        reason: String,
        /// Its log file.
        log: PathBuf,
        /// The last lines of that file.
        said: String,
    },
    /// The emulator lives but does not answer.
    #[error(
        "the AWS emulator (process {pid}) is running but does not answer: {reason}; \
         `stackctl sandbox stop` ends it"
    )]
    Silent {
        /// Its process.
        pid: u32,
        /// What was tried and seen.
        reason: String,
    },
    /// The emulator could not be ended.
    #[error("the AWS emulator (process {pid}) could not be stopped: {reason}")]
    NotStopped {
        /// Its process.
        pid: u32,
        /// What was tried and seen.
        reason: String,
    },
    /// Another process has held one of the sandbox's locks for too long.
    #[error(
        "another stackctl has been busy with the sandbox for {waited_seconds} s \
         (it holds {}); end it or try again later",
        .path.display()
    )]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long was waited.
        waited_seconds: u64,
    },
    /// A file or folder of the sandbox could not be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    Io {
        /// What was tried: `create`, `read`, …
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl Error {
    /// Turns a system error into one that names the file it happened to.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Error {
        let path = path.into();
        move |source| Error::Io { action, path, source }
    }
}

/// The last lines of a tool's output or log: enough to see the cause, short enough to read.
pub(crate) fn tail(text: &str) -> String {
    const LINES: usize = 15;
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
