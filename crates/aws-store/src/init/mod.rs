//! Makes what `[state]` names, and sets it up.
//!
//! In: an SDK configuration and the names. Out: a bucket and a table that are fit for state, and a
//! word about each thing that was made, switched on, or so already. Every setting is read first
//! and only what differs is changed, so that it can be repeated, and broken off anywhere.

mod bucket;
mod lifecycle;
mod policy;
mod table;

use std::fmt;
use std::time::Duration;

use aws_types::SdkConfig;
use driver::{Fault, FaultKind};
use engine::store::StoreError;

use crate::connection::{Connection, Patience};
use crate::settings::Settings;

/// What became of one thing that state needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Which thing, as "versioning of the bucket".
    pub thing: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there.
    Made,
    /// It was otherwise.
    SwitchedOn,
    /// Nothing had to be done.
    AlreadySo,
}

impl fmt::Display for Done {
    /// `versioning of the bucket: switched on`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.thing, self.outcome)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Made => "made",
            Self::SwitchedOn => "switched on",
            Self::AlreadySo => "already so",
        })
    }
}

/// Is told what became of each thing, in turn.
type Report<'a> = &'a mut (dyn FnMut(Done) + Send);

/// Makes the bucket and the table that the settings name, and sets them up.
///
/// # Errors
/// AWS refuses something; the bucket belongs to another account or is in another region; the
/// table is one for something else. What was done until then stays, and is found when it is run
/// again.
pub async fn init(config: &SdkConfig, settings: &Settings, report: Report<'_>) -> Result<(), StoreError> {
    let connection = Connection::new(config, settings, Patience::Configured);
    let setup = Setup { connection, settings };
    let wrong = |place: String| move |fault| StoreError::Aws { action: "set up", place, fault: Box::new(fault) };
    setup.bucket(report).await.map_err(wrong(format!("s3://{}", settings.bucket)))?;
    setup.table(report).await.map_err(wrong(format!("the table {}", settings.table)))
}

/// What both halves need.
struct Setup<'a> {
    connection: Connection,
    settings: &'a Settings,
}

/// Tells that a setting was switched on, or was on already.
fn switched(thing: &str, on_already: bool) -> Done {
    let outcome = if on_already { Outcome::AlreadySo } else { Outcome::SwitchedOn };
    Done { thing: thing.to_owned(), outcome }
}

/// The pauses before a change is sent again.
const PAUSES: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

/// Sends a change again that AWS surely has not made: a bucket or a table that is there may not be
/// known everywhere yet.
async fn patiently<T, F, Sent>(mut send: F) -> Result<T, Fault>
where
    F: FnMut() -> Sent,
    Sent: Future<Output = Result<T, Fault>>,
{
    for pause in PAUSES {
        match send().await {
            Err(fault) if fault.is_surely_undone() || fault.kind == FaultKind::NotFound => {
                tokio::time::sleep(pause).await;
            }
            answer => return answer,
        }
    }
    send().await
}

/// What a read answers, or `None` where that which it reads was never set, or the answer cannot be
/// understood: setting it once more does no harm.
fn set<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
        Err(Fault { kind: FaultKind::Invalid, code: None, .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}
