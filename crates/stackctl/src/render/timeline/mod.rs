//! A Chrome trace of a command: its phases, the chain of operations that took longest, every
//! operation with its stages and calls, all other calls, and the work on state.
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>
//!
//! In: what was noted. Out: JSON for a trace viewer. Within a lane slices nest or follow each other;
//! nothing in it comes from a manifest but addresses.

mod calls;
mod chain;
mod lanes;
mod operations;

use std::time::Instant;

use serde_json::{Map, Value, json};

use crate::timeline::{Recording, Span, figures};
use lanes::{Bar, Process, Slice};

/// Microseconds since the process began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    began: Instant,
    /// Now, for what goes on.
    pub end: u64,
}

impl Clock {
    fn new(began: Instant, end: Instant) -> Self {
        let clock = Self { began, end: 0 };
        Self { end: clock.at(end), ..clock }
    }

    /// Instants are rounded, never lengths: what nests stays nested.
    fn at(self, instant: Instant) -> u64 {
        u64::try_from(instant.saturating_duration_since(self.began).as_micros()).unwrap_or(u64::MAX)
    }

    fn until(self, instant: Option<Instant>) -> u64 {
        instant.map_or(self.end, |it| self.at(it))
    }
}

/// The trace of a command that ends now.
pub fn document(command: &str, recording: &Recording, end: Instant) -> Value {
    let clock = Clock::new(recording.began, end);
    let (of_operations, others) = calls::shared_out(recording, clock);
    let whole = Slice::new(format!("stackctl {command}"), "phase", 0, clock.end);
    let phases = recording.phases.iter().map(|span| slice(span, "phase", clock)).collect();
    let reasons = chain::Reasons::of(recording, clock);
    let chain = chain::bars(recording, &reasons, clock);
    let state = recording.state.iter().map(|span| Bar::alone(slice(span, "state", clock))).collect();
    let operations = operations::bars(recording, of_operations, &reasons, clock);
    let processes = [
        Process { id: 1, name: "command", lane: "phases", bars: vec![Bar { outer: whole, inner: phases }] },
        Process { id: 2, name: "longest chain", lane: "what the end waited for", bars: chain },
        Process { id: 3, name: "state", lane: "lock, journal and snapshot", bars: state },
        Process { id: 4, name: "calls for state", lane: "calls", bars: calls::of_state(recording, clock) },
        Process { id: 5, name: "other AWS calls", lane: "calls", bars: others },
        // The last, for there may be hundreds of lanes.
        Process { id: operations::PROCESS, name: "operations", lane: "operations", bars: operations },
    ];
    let mut events: Vec<Value> = Vec::new();
    for process in processes {
        let placed = process.placed();
        events.extend(placed.events());
        if process.id == operations::PROCESS {
            events.extend(operations::flows(recording, &reasons, &placed, clock));
            events.extend(operations::counters(recording, clock));
        }
    }
    let count = |calls: &[providers::aws::Calls]| calls.iter().map(|it| it.all().len()).sum::<usize>();
    json!({
        "displayTimeUnit": "ms",
        "otherData": {
            "stackctl": env!("CARGO_PKG_VERSION"), "command": command,
            "aws_calls": count(&recording.calls), "state_calls": count(&recording.state_calls),
        },
        "traceEvents": events,
    })
}

fn slice(span: &Span, category: &'static str, clock: Clock) -> Slice {
    let mut slice = Slice::new(span.name.to_owned(), category, clock.at(span.began), clock.until(span.ended));
    slice.told = figures(span);
    if span.ended.is_none() {
        slice.tell("unfinished", true);
    }
    slice
}

/// Members of an object that have a value.
fn some<const N: usize>(members: [(&str, Option<Value>); N]) -> Map<String, Value> {
    members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}
