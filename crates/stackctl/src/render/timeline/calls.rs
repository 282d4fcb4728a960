//! Calls: within the operation that they are for, or in lanes of their own.
//!
//! In: the calls of the connections. Out: slices for operations, bars for the rest. Each call is
//! drawn once.

use std::collections::BTreeMap;

use driver::Errand;
use model::plan::OperationId;
use providers::aws::Call;

use super::lanes::{Bar, Slice};
use super::{Clock, some};
use crate::timeline::{Operation, Recording};

/// The calls of each operation that lie within its stages one after the other, and the rest.
pub fn shared_out(recording: &Recording, clock: Clock) -> (BTreeMap<OperationId, Vec<Slice>>, Vec<Bar>) {
    let mut own: BTreeMap<OperationId, Vec<Slice>> = BTreeMap::new();
    let mut others = Vec::new();
    for call in recording.calls.iter().flat_map(providers::aws::Calls::all) {
        let mut slice = slice(&call, "call", clock);
        let whose = call.errand.and_then(|errand| match errand {
            Errand::Operation(id) => Some((id, recording.operations.get(&id)?)),
            Errand::Settling => None,
        });
        if let Some((id, operation)) = whose {
            slice.tell("for", operation.name.as_str());
            let before = own.get(&id).and_then(|it| it.last());
            let follows = before.is_none_or(|it| it.to <= slice.from);
            if follows && is_within_a_stage(&slice, operation, clock) {
                own.entry(id).or_default().push(slice);
                continue;
            }
        }
        others.push(Bar::alone(slice));
    }
    (own, others)
}

/// The calls for state.
pub fn of_state(recording: &Recording, clock: Clock) -> Vec<Bar> {
    let calls = recording.state_calls.iter().flat_map(providers::aws::Calls::all);
    calls.map(|call| Bar::alone(slice(&call, "state call", clock))).collect()
}

fn is_within_a_stage(slice: &Slice, operation: &Operation, clock: Clock) -> bool {
    let starts = operation.stages.iter().map(|(at, _)| clock.at(*at));
    let ends = starts.clone().skip(1).chain([clock.end]);
    starts.zip(ends).any(|(from, to)| from <= slice.from && slice.to <= to)
}

fn slice(call: &Call, category: &'static str, clock: Clock) -> Slice {
    let answered = !call.elapsed.is_zero();
    let ended = answered.then(|| call.started + call.elapsed);
    let mut slice = Slice::new(call.operation.clone(), category, clock.at(call.started), clock.until(ended));
    let (service, operation) = call.operation.split_once(':').unwrap_or_default();
    let response = call.response.as_ref();
    slice.told = some([
        ("service", Some(service.into())),
        ("operation", Some(operation.into())),
        ("attempt", (call.attempt > 1).then(|| call.attempt.into())),
        ("bytes_sent", call.sent.map(Into::into)),
        ("bytes_received", response.and_then(|it| it.received).map(Into::into)),
        ("status", response.map(|it| it.status.into())),
        ("code", response.and_then(|it| it.code.clone()).map(Into::into)),
        ("request_id", response.and_then(|it| it.request_id.clone()).map(Into::into)),
        ("unanswered", response.is_none().then(|| true.into())),
    ]);
    slice.colour = response.is_none_or(|it| it.status >= 400).then_some("terrible");
    slice
}
