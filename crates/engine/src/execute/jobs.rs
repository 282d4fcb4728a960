//! What the loop keeps of one operation while it is going on.

use std::collections::BTreeSet;

use driver::{Live, Token};
use model::plan::Operation;
use model::{Address, Id, Known, Planned};
use tokio::time::Instant;

use super::progress::{Ending, word};
use super::tasks::KindOf;
use crate::journal::empty;

/// One operation's values.
pub(super) struct Job<'a> {
    pub operation: &'a Operation,
    pub kind: KindOf,
    /// The token of the object's create call.
    pub token: Token,
    /// The object, once there is one.
    pub id: Option<Id>,
    /// All arguments that a create sends, or that are looked up by; secrets in clear. Dropped
    /// when the operation ends.
    pub sent: Known,
    /// What is desired; secrets in clear. Dropped when the operation ends.
    pub desired: Known,
    /// What references see of the arguments: secrets that AWS holds are holes.
    pub reference: Planned,
    /// What it becomes last applied, sealed.
    pub applied: Known,
    /// What only stackctl reads, sealed.
    pub local: Known,
    /// What it depends on.
    pub dependencies: BTreeSet<Address>,
    /// The sequence of its open intent.
    pub intent: Option<u64>,
    /// What AWS told last.
    pub live: Option<Live>,
    /// Whether an update has to complete what it made, for which all of it has to be read.
    pub incomplete: bool,
    /// What stands in its way.
    pub rival: Option<Id>,
    /// When it began.
    pub began: Instant,
    /// Whether its duration teaches something: it was neither repeated nor half done.
    pub typical: bool,
    /// How it ended.
    pub ending: Ending,
}

impl<'a> Job<'a> {
    pub fn new(operation: &'a Operation, kind: KindOf, token: Token) -> Self {
        Self {
            operation,
            kind,
            token,
            id: None,
            sent: empty(),
            desired: empty(),
            reference: empty().widen(),
            applied: empty(),
            local: empty(),
            dependencies: BTreeSet::new(),
            intent: None,
            live: None,
            incomplete: false,
            rival: None,
            began: Instant::now(),
            typical: true,
            ending: Ending::Open,
        }
    }

    pub fn address(&self) -> &'a Address {
        &self.operation.address
    }

    pub fn word(&self) -> &'static str {
        word(&self.operation.step)
    }

    /// Forgets what must not be kept.
    pub fn finish(&mut self, ending: Ending) {
        self.ending = ending;
        self.sent = empty();
        self.desired = empty();
    }
}
