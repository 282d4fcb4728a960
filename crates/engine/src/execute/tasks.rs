//! What the machine has to know of a plan's operations.

use std::time::Duration;

use model::catalog::{Catalog, Identity, Kind, Life, Timing};
use model::plan::{Operation, OperationStep};
use model::stack::{Stack, Timeouts};
use model::state::{State, Status};
use model::{Address, Id};

use super::ExecuteError;
use crate::machine::{Task, Work};

/// The kinds of one plan's operations, data sources included.
#[derive(Clone, Copy)]
pub(super) enum KindOf {
    Resource(&'static Kind),
    Data(&'static model::catalog::DataKind),
}

pub(super) fn kind_of(catalog: &Catalog, operation: &Operation) -> Result<KindOf, ExecuteError> {
    let unknown = || ExecuteError::UnknownKind { address: operation.address.clone(), kind: operation.kind.clone() };
    match operation.address.mode {
        model::Mode::Managed => catalog.kind(&operation.kind).map(KindOf::Resource).ok_or_else(unknown),
        model::Mode::Data => catalog.data_kind(&operation.kind).map(KindOf::Data).ok_or_else(unknown),
    }
}

/// One task for the machine.
pub(super) fn task(operation: &Operation, kind: KindOf, stack: &Stack, state: &State, priority: Duration) -> Task {
    let timeouts = stack.resources.get(&operation.address).map(|it| it.timeouts).unwrap_or_default();
    match kind {
        KindOf::Data(kind) => {
            let consistency = Timing::QUICK.consistency;
            Task { work: Work::Lookup, service: kind.service, deadline: Timing::QUICK.create, consistency, priority }
        }
        KindOf::Resource(kind) => {
            let work = work(operation, kind, state);
            let deadline = deadline(operation, kind.timing, timeouts, state);
            Task { work, service: kind.service, deadline, consistency: kind.timing.consistency, priority }
        }
    }
}

fn work(operation: &Operation, kind: &Kind, state: &State) -> Work {
    match &operation.step {
        // Where a token is neither written into the object nor part of the call, only a name
        // that was free just before proves that what stands there now is ours.
        OperationStep::Create { .. } => Work::Create {
            prove_absence: !kind.marked
                // What is there already is what an adopted kind looks for.
                && kind.life != Life::Adopted
                && match kind.identity {
                    Identity::Name | Identity::Natural(_) => true,
                    Identity::Token | Identity::Tag => false,
                },
        },
        OperationStep::Update { .. } => Work::Update,
        OperationStep::Delete { .. } => Work::Delete,
        OperationStep::Settle { id } => {
            Work::Settle { gone: status(state, &operation.address, id) == Some(Status::Deleting) }
        }
        OperationStep::Adopt { .. } | OperationStep::Forget | OperationStep::Record { .. } => Work::Note,
        OperationStep::Read { .. } => Work::Lookup,
    }
}

fn deadline(operation: &Operation, timing: Timing, timeouts: Timeouts, state: &State) -> Duration {
    let create = timeouts.create.unwrap_or(timing.create);
    let update = timeouts.update.unwrap_or(timing.update);
    let delete = timeouts.delete.unwrap_or(timing.delete);
    match &operation.step {
        OperationStep::Create { .. } | OperationStep::Adopt { .. } | OperationStep::Read { .. } => create,
        OperationStep::Update { .. } | OperationStep::Forget | OperationStep::Record { .. } => update,
        OperationStep::Delete { .. } => delete,
        OperationStep::Settle { id } => match status(state, &operation.address, id) {
            Some(Status::Creating | Status::Failed) | None => create,
            Some(Status::Updating | Status::Ready) => update,
            Some(Status::Deleting) => delete,
        },
    }
}

fn status(state: &State, address: &Address, id: &Id) -> Option<Status> {
    state.resources.get(address)?.objects().find(|object| object.id == *id).map(|object| object.status)
}
