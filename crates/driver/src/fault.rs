//! What went wrong with a call, in terms that the engine acts on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A failed call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Fault {
    /// What the engine acts on.
    pub kind: FaultKind,
    /// Service and operation, as `ecs:CreateService`.
    pub operation: String,
    /// AWS's error code.
    pub code: Option<String>,
    /// AWS's words, or ours.
    pub message: String,
    /// What AWS support asks for.
    pub request_id: Option<String>,
}

/// What a fault means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The object is not there.
    NotFound,
    /// Too many calls: surely not done, repeat later.
    Throttled,
    /// The connection never opened: surely not done.
    Unreachable,
    /// The caller may not do this.
    Denied,
    /// AWS refuses the arguments.
    Invalid,
    /// Something of that name exists already.
    Conflict,
    /// Something still uses the object.
    InUse {
        /// Who, where AWS tells.
        by: Vec<String>,
    },
    /// AWS has not caught up with an earlier change, or is in the middle of one: repeat for a
    /// bounded time.
    NotYet,
    /// Sent, and no clear answer: it may or may not have been done.
    Unknown,
}

impl Fault {
    /// A fault that stackctl itself finds, without an AWS code.
    pub fn new(kind: FaultKind, operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, operation: operation.into(), code: None, message: message.into(), request_id: None }
    }

    /// Arguments that cannot work.
    pub fn invalid(operation: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Invalid, operation, message)
    }

    /// Whether AWS surely did not do what was asked, so that the same call may be sent again.
    #[must_use]
    pub fn is_surely_undone(&self) -> bool {
        match self.kind {
            FaultKind::Throttled | FaultKind::Unreachable | FaultKind::NotYet => true,
            FaultKind::NotFound | FaultKind::Denied | FaultKind::Invalid | FaultKind::Conflict => false,
            FaultKind::InUse { .. } | FaultKind::Unknown => false,
        }
    }
}

impl fmt::Display for Fault {
    /// `ecs:CreateService: InvalidParameterException: …` without the request id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}
