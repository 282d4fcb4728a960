//! A Chrome trace of every operation and AWS call: open it in a trace viewer.
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>

use std::path::Path;
use std::time::{Duration, Instant};

use engine::execute::Progress;
use providers::aws::Call;
use serde_json::{Value, json};

use crate::failure::Failure;

/// One operation from its start to its end.
#[derive(Clone, Debug)]
pub struct Span {
    name: String,
    category: &'static str,
    started: Instant,
    elapsed: Duration,
}

/// The requests of a run.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    /// For resources.
    pub resources: Vec<Call>,
    /// For state.
    pub state: Vec<Call>,
}

/// Takes note of an operation's end; its start follows from how long it took.
pub fn note(spans: &mut Vec<Span>, news: &Progress) {
    if let Progress::Finished { address, operation, elapsed, .. }
    | Progress::Failed { address, operation, elapsed, .. } = news
    {
        let now = Instant::now();
        let started = now.checked_sub(*elapsed).unwrap_or(now);
        spans.push(Span { name: format!("{operation} {address}"), category: "operation", started, elapsed: *elapsed });
    }
}

/// Writes the trace, if a file is named.
///
/// # Errors
/// The file cannot be written.
pub fn write(path: Option<&Path>, began: Instant, operations: &[Span], calls: Calls) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let spans = |calls: Vec<Call>| -> Vec<Span> {
        let span = |Call { operation, started, elapsed }| Span { name: operation, category: "call", started, elapsed };
        calls.into_iter().map(span).collect()
    };
    let (resources, state) = (spans(calls.resources), spans(calls.state));
    let events: Vec<Value> = [(1, operations), (2, &resources), (3, &state)]
        .into_iter()
        .flat_map(|(process, spans)| lanes(process, began, spans))
        .collect();
    let names = [(1, "operations"), (2, "AWS calls"), (3, "calls for state")]
        .map(|(process, name)| json!({ "name": "process_name", "ph": "M", "pid": process, "args": { "name": name } }));
    let document =
        json!({ "displayTimeUnit": "ms", "traceEvents": names.into_iter().chain(events).collect::<Vec<Value>>() });
    let failed = |wrong: std::io::Error| {
        Failure::environment("unwritable", format!("cannot write `{}`: {wrong}", path.display()))
    };
    std::fs::write(path, document.to_string()).map_err(failed)
}

/// Puts each span into the first lane that is free when it starts, so that none overlap.
fn lanes(process: u32, began: Instant, spans: &[Span]) -> Vec<Value> {
    let mut sorted: Vec<&Span> = spans.iter().collect();
    sorted.sort_by_key(|span| span.started);
    let mut free: Vec<Instant> = Vec::new();
    let place = |span: &Span, free: &mut Vec<Instant>| {
        let end = span.started + span.elapsed;
        match free.iter().position(|until| *until <= span.started) {
            Some(lane) => {
                free[lane] = end;
                lane
            }
            None => {
                free.push(end);
                free.len() - 1
            }
        }
    };
    let event = |span: &Span, lane: usize| {
        let micros = |it: Duration| u64::try_from(it.as_micros()).unwrap_or(u64::MAX);
        json!({
            "name": span.name, "cat": span.category, "ph": "X", "pid": process, "tid": lane + 1,
            "ts": micros(span.started.saturating_duration_since(began)), "dur": micros(span.elapsed),
        })
    };
    sorted.into_iter().map(|span| event(span, place(span, &mut free))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlapping_spans_get_lanes_of_their_own() {
        let began = Instant::now();
        let at = |start: u64, length: u64| Span {
            name: "x".to_owned(),
            category: "call",
            started: began + Duration::from_millis(start),
            elapsed: Duration::from_millis(length),
        };
        let events = lanes(2, began, &[at(0, 10), at(5, 10), at(10, 5)]);
        let lane = |index: usize| events[index]["tid"].as_u64();
        assert_eq!((lane(0), lane(1), lane(2)), (Some(1), Some(2), Some(1)));
        assert_eq!(events[1]["ts"].as_u64(), Some(5000));
    }
}
