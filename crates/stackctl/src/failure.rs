//! How a command ends: the exit codes, and what failed.

mod store;

use std::process::ExitCode;

use driver::{Fault, FaultKind};
use model::Address;
use model::diagnostic::Diagnostic;
use model::source::Sources;

/// The exit codes that scripts rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Done = 0,
    /// The manifest or the command is wrong.
    Wrong = 1,
    /// Changes are pending.
    Pending = 2,
    /// AWS or the environment failed.
    Environment = 3,
    /// The lock is held.
    Locked = 4,
    /// Some operations failed; what succeeded is recorded.
    Incomplete = 5,
    /// A bug in stackctl.
    Bug = 70,
    /// Interrupted; state is saved.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// A stable code in kebab case, as `lock-held`.
    pub code: String,
    /// What happened; may hold several lines.
    pub message: String,
    /// What to do next.
    pub help: Option<String>,
    /// The address it happened to.
    pub address: Option<Box<Address>>,
    /// What AWS support asks for.
    pub request_id: Option<String>,
    /// The manifest's problems, where it is the manifest that is wrong.
    pub problems: Option<Box<Problems>>,
}

/// Diagnostics and the texts they point into.
#[derive(Debug)]
pub struct Problems {
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts.
    pub sources: Sources,
    /// What stands before their paths on screen, as `manifests/wordpress/`.
    pub root: String,
}

impl Failure {
    /// A failure with an exit code.
    pub fn new(exit: Exit, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self { exit, code, message, help: None, address: None, request_id: None, problems: None }
    }

    /// The command is wrong.
    pub fn wrong(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Exit::Wrong, code, message)
    }

    /// The environment failed.
    pub fn environment(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Exit::Environment, code, message)
    }

    /// The manifest is wrong.
    pub fn manifest(diagnostics: Vec<Diagnostic>, sources: Sources, root: String) -> Self {
        let problems = Some(Box::new(Problems { diagnostics, sources, root }));
        Self { problems, ..Self::wrong("manifest", "the manifest has errors") }
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Names the address it happened to.
    #[must_use]
    pub fn at(mut self, address: Address) -> Self {
        self.address = Some(Box::new(address));
        self
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        let help = match &fault.kind {
            FaultKind::Denied => {
                Some("check the credentials and what they may do: `aws sts get-caller-identity` shows who you are")
            }
            FaultKind::Unreachable => Some("check the network, the region and AWS_ENDPOINT_URL"),
            FaultKind::Throttled => Some("AWS asks to slow down: try again, or lower `--parallelism`"),
            FaultKind::NotFound | FaultKind::Invalid | FaultKind::Conflict => None,
            FaultKind::InUse { .. } | FaultKind::NotYet | FaultKind::Unknown => None,
        };
        Self {
            help: help.map(str::to_owned),
            request_id: fault.request_id.clone(),
            ..Self::environment(fault.code.clone().unwrap_or_else(|| "aws".to_owned()), fault.to_string())
        }
    }
}
