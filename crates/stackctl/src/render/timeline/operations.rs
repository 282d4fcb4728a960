//! Operations: each a bar with its stages and calls, arrows to what they let begin, and how many
//! were at work.
//!
//! In: what was noted of operations. Out: bars, flows and counters.

use std::collections::BTreeMap;

use engine::execute::Stage;
use model::plan::OperationId;
use serde_json::{Value, json};

use super::Clock;
use super::chain::{Because, Reasons};
use super::lanes::{Bar, Placed, Slice};
use crate::timeline::{Operation, Recording};

/// The group of their lanes.
pub const PROCESS: u32 = 6;

/// A bar for every operation, in their order.
pub fn bars(
    recording: &Recording,
    mut calls: BTreeMap<OperationId, Vec<Slice>>,
    reasons: &Reasons<'_>,
    clock: Clock,
) -> Vec<Bar> {
    let bar = |(id, operation): (&OperationId, &Operation)| {
        let mut outer = whole(operation, clock);
        reasons.why(*id).tell(&mut outer);
        let mut inner = stages(operation, clock);
        inner.extend(calls.remove(id).unwrap_or_default());
        Bar { outer, inner }
    };
    recording.operations.iter().map(bar).collect()
}

/// Arrows from each operation to those that began because of it.
pub fn flows(recording: &Recording, reasons: &Reasons<'_>, placed: &Placed<'_>, clock: Clock) -> Vec<Value> {
    let lanes: BTreeMap<OperationId, usize> = recording.operations.keys().copied().zip(placed.lanes.clone()).collect();
    let flow = |(id, operation): (&OperationId, &Operation)| {
        let (first, from, name) = match reasons.why(*id) {
            Because::Beginning => return None,
            Because::Dependency(first, before) => (first, before.ended()?, "what it depends on is done"),
            Because::Place(first, before) => (first, before.freed()?, "a place became free"),
        };
        // An arrow belongs to the slice that is open where it ends, so it leaves just before the end.
        let leaves = clock.at(from).saturating_sub(1).max(clock.until(recording.operations[&first].began()));
        let end = |phase: &str, lane: usize, at: u64| json!({ "name": name, "cat": "flow", "ph": phase, "id": id.0 + 1, "pid": PROCESS, "tid": lane, "ts": at });
        let mut arrival = end("f", lanes[id], clock.until(operation.began()));
        arrival["bp"] = "e".into();
        Some([end("s", lanes[&first], leaves), arrival])
    };
    recording.operations.iter().filter_map(flow).flatten().collect()
}

/// How many operations were at work and how many settled, over time.
pub fn counters(recording: &Recording, clock: Clock) -> Vec<Value> {
    let mut changes: BTreeMap<u64, (i64, i64)> = BTreeMap::new();
    for operation in recording.operations.values() {
        let mut was = (0, 0);
        for (at, stage) in &operation.stages {
            let is = match stage {
                Stage::Settling { .. } => (0, 1),
                Stage::Done { .. } | Stage::Failed { .. } => (0, 0),
                Stage::Preparing | Stage::Finding | Stage::Intending | Stage::Calling | Stage::Inspecting => (1, 0),
                Stage::Noting | Stage::Pausing | Stage::Recording => (1, 0),
            };
            let change = changes.entry(clock.at(*at)).or_default();
            *change = (change.0 + is.0 - was.0, change.1 + is.1 - was.1);
            was = is;
        }
    }
    let (mut working, mut settling) = (0, 0);
    let event = |(at, (work, settle)): (u64, (i64, i64))| {
        (working, settling) = (working + work, settling + settle);
        let args = json!({ "at work": working, "settling": settling });
        json!({ "name": "how many", "ph": "C", "pid": PROCESS, "tid": 0, "ts": at, "args": args })
    };
    changes.into_iter().map(event).collect()
}

/// The word for a stage.
pub fn word(stage: &Stage) -> &'static str {
    match stage {
        Stage::Preparing => "prepare",
        Stage::Finding => "look for it",
        Stage::Intending => "write the intent",
        Stage::Calling => "call",
        Stage::Inspecting => "read it",
        Stage::Noting => "write its id",
        Stage::Settling { .. } => "settle",
        Stage::Pausing => "pause",
        Stage::Recording => "write the result",
        Stage::Done { .. } => "done",
        Stage::Failed { .. } => "failed",
    }
}

fn whole(operation: &Operation, clock: Clock) -> Slice {
    let (from, to) = (clock.until(operation.began()), clock.until(operation.ended()));
    let mut slice = Slice::new(operation.name.clone(), "operation", from, to);
    slice.tell("address", operation.address.as_str());
    slice.tell("expected_ms", u64::try_from(operation.expected.as_millis()).unwrap_or(u64::MAX));
    match operation.stages.last().map(|(_, stage)| stage) {
        Some(Stage::Done { changed }) => slice.tell("ended", if *changed { "done" } else { "needed nothing" }),
        Some(Stage::Failed { code }) => {
            slice.tell("ended", "failed");
            slice.tell("code", code.clone());
            slice.colour = Some("terrible");
        }
        Some(_) | None => slice.tell("ended", "not yet"),
    }
    slice
}

fn stages(operation: &Operation, clock: Clock) -> Vec<Slice> {
    let starts = operation.stages.iter().map(|(at, stage)| (clock.at(*at), stage));
    let ends = starts.clone().skip(1).map(|(at, _)| at).chain([clock.end]);
    let slice = |((from, stage), to): ((u64, &Stage), u64)| {
        let mut slice = Slice::new(word(stage).to_owned(), "stage", from, to);
        match stage {
            Stage::Settling { seen: Some(seen) } => slice.tell("seen", seen.as_str()),
            Stage::Pausing => slice.colour = Some("bad"),
            Stage::Done { .. } | Stage::Failed { .. } => return None,
            Stage::Settling { seen: None } | Stage::Preparing | Stage::Finding | Stage::Intending => {}
            Stage::Calling | Stage::Inspecting | Stage::Noting | Stage::Recording => {}
        }
        Some(slice)
    };
    starts.zip(ends).filter_map(slice).collect()
}
