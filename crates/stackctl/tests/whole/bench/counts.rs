//! The calls of one command for resources, as they are committed.
//!
//! In: what a proxy saw and what the command itself says. Out: counts that are the same on every
//! machine. How often something is looked at until it has settled depends on how fast the machine
//! is, so such calls are named and not counted.

use std::collections::{BTreeMap, BTreeSet};

use sandbox::Call;
use serde::Serialize;
use serde_json::Value;

use crate::program::Ran;
use crate::vault::is_state;

/// The calls of one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All, without those that only wait.
    pub total: usize,
    /// All of this run.
    #[serde(skip)]
    pub with_waiting: usize,
    /// Those that are not known to only read.
    pub mutating: usize,
    /// By operation.
    pub by_operation: BTreeMap<String, usize>,
    /// What is asked, as often as it takes, to see whether something has settled.
    pub waits_with: BTreeSet<String>,
}

impl Counts {
    /// What a command took, by its own account, which has to agree with the proxy's.
    #[track_caller]
    pub fn of(ran: &Ran, calls: &[Call], line: &str) -> Self {
        let (all, waiting) = told(ran, line);
        let seen: Vec<&Call> = calls.iter().filter(|call| !is_state(call)).collect();
        assert_eq!(all.values().sum::<usize>(), seen.len(), "{line}");
        // S3 does not name its operations on the wire.
        let mut named = BTreeMap::new();
        for call in seen.iter().filter(|call| call.service != "s3") {
            *named.entry(call.name()).or_default() += 1;
        }
        let mut others = all.clone();
        others.retain(|operation, _| !operation.starts_with("s3:"));
        assert_eq!(others, named, "{line}");
        let mut by_operation = all;
        for (operation, count) in &waiting {
            *by_operation.entry(operation.clone()).or_default() -= count;
        }
        by_operation.retain(|_, count| *count > 0);
        Self {
            total: by_operation.values().sum(),
            with_waiting: seen.len(),
            mutating: seen.iter().filter(|call| call.mutates()).count(),
            by_operation,
            waits_with: waiting.into_keys().collect(),
        }
    }
}

/// All calls by operation, and those among them that waited.
fn told(ran: &Ran, line: &str) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let counts = |told: &Value| serde_json::from_value(told.clone()).expect("counts");
    if line.starts_with("plan") {
        return (counts(&ran.json()["aws_calls"]["by_operation"]), BTreeMap::new());
    }
    let summary = ran.summary();
    (counts(&summary["aws_calls_by_operation"]), counts(&summary["aws_calls_waiting"]))
}
