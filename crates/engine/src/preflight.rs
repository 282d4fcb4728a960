//! What would stop a destroy halfway is found before its first delete.
//!
//! In: a plan, drivers. Out: nothing, or everything that stands in the way. It only reads.

use std::collections::BTreeSet;

use driver::{Drivers, Fault, Obstacle};
use futures::StreamExt as _;
use model::plan::{Operation, OperationStep, Plan};
use model::{Address, Id, Known};

/// How many objects are asked about at the same time.
const PARALLEL: usize = 16;

/// Everything that stands in the way. Nothing was deleted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing was deleted, because the destroy would stop halfway:{}", self.list())]
pub struct Blocked {
    /// What AWS would refuse, by address.
    pub obstacles: Vec<(Address, Obstacle)>,
    /// What could not be found out.
    pub faults: Vec<(Address, Fault)>,
}

impl Blocked {
    fn list(&self) -> String {
        let obstacles = self.obstacles.iter().map(|(address, it)| format!("\n  {address}: {}; {}", it.reason, it.help));
        let faults = self.faults.iter().map(|(address, it)| format!("\n  {address}: {it}"));
        obstacles.chain(faults).collect()
    }
}

/// Asks about every object that a plan deletes, all at once. What the same plan deletes too does
/// not stand in the way.
///
/// # Errors
/// What stands in the way.
pub async fn check(drivers: &Drivers, plan: &Plan) -> Result<(), Blocked> {
    let asked = plan.operations.iter().filter_map(|operation| delete(operation).map(|it| (operation, it)));
    let asked = asked.map(|(operation, (id, before))| async move {
        let obstacles = match drivers.resources.get(operation.kind.as_str()) {
            Some(driver) => driver.obstacles(id, before.clone()).await,
            None => Ok(Vec::new()),
        };
        (operation.address.clone(), id, obstacles)
    });
    let mut answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(PARALLEL).collect().await;
    answers.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let mut blocked = Blocked { obstacles: Vec::new(), faults: Vec::new() };
    let goes: BTreeSet<&Id> = plan.operations.iter().filter_map(delete).map(|(id, _)| id).collect();
    for (address, id, answer) in answers {
        match answer {
            Ok(found) => {
                let stays = found.into_iter().filter(|it| !is_going(it, id, &goes));
                blocked.obstacles.extend(stays.map(|it| (address.clone(), it)));
            }
            Err(fault) => blocked.faults.push((address, fault)),
        }
    }
    if blocked.obstacles.is_empty() && blocked.faults.is_empty() { Ok(()) } else { Err(blocked) }
}

/// Whether the same plan deletes what stands in the way of deleting `own`.
fn is_going(obstacle: &Obstacle, own: &Id, goes: &BTreeSet<&Id>) -> bool {
    match &obstacle.by {
        Some(by) => goes.contains(by),
        None => goes.iter().any(|id| *id != own && obstacle.reason.contains(&format!("`{id}`"))),
    }
}

fn delete(operation: &Operation) -> Option<(&Id, &Known)> {
    match &operation.step {
        OperationStep::Delete { id, before, .. } => Some((id, before)),
        OperationStep::Create { .. } | OperationStep::Update { .. } | OperationStep::Settle { .. } => None,
        OperationStep::Adopt { .. } | OperationStep::Forget => None,
        OperationStep::Record { .. } | OperationStep::Read { .. } => None,
    }
}
