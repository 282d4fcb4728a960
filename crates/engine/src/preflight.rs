//! What would stop a destroy halfway is found before its first delete.
//!
//! In: a plan, drivers. Out: nothing, or everything that stands in the way. It only reads.

use std::collections::{BTreeMap, BTreeSet};

use driver::{Driver, Drivers, Fault, Obstacle};
use futures::StreamExt as _;
use model::plan::{Operation, OperationStep, Plan};
use model::{Address, Id, Known};

use crate::patience::patiently;

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
    let asked = batches(drivers, plan).into_iter().map(|(driver, addresses, objects)| async move {
        let answer = patiently(async || driver.all_obstacles(&objects).await).await;
        (addresses, objects, answer)
    });
    let answers: Vec<_> = futures::stream::iter(asked).buffer_unordered(PARALLEL).collect().await;
    let mut blocked = Blocked { obstacles: Vec::new(), faults: Vec::new() };
    let goes: BTreeSet<&Id> = plan.operations.iter().filter_map(delete).map(|(id, _)| id).collect();
    for (addresses, objects, answer) in answers {
        match answer {
            Ok(mut found) => {
                for (address, (id, _)) in addresses.into_iter().zip(objects) {
                    let stays = found.remove(&id).unwrap_or_default().into_iter();
                    let stays = stays.filter(|it| !is_going(it, &id, &goes));
                    blocked.obstacles.extend(stays.map(|it| (address.clone(), it)));
                }
            }
            Err(fault) => blocked.faults.extend(addresses.into_iter().next().map(|address| (address.clone(), fault))),
        }
    }
    blocked.obstacles.sort_by(|(one, _), (other, _)| one.cmp(other));
    blocked.faults.sort_by(|(one, _), (other, _)| one.cmp(other));
    if blocked.obstacles.is_empty() && blocked.faults.is_empty() { Ok(()) } else { Err(blocked) }
}

/// What one question is about.
type Batch<'a> = (&'a dyn Driver, Vec<&'a Address>, Vec<(Id, Known)>);

/// The objects that a plan deletes, kind by kind, as many together as one question serves.
fn batches<'a>(drivers: &'a Drivers, plan: &'a Plan) -> Vec<Batch<'a>> {
    let mut kinds: BTreeMap<&str, Vec<Batch<'a>>> = BTreeMap::new();
    for operation in &plan.operations {
        let driver = drivers.resources.get(operation.kind.as_str()).map(AsRef::as_ref);
        let (Some((id, before)), Some(driver)) = (delete(operation), driver) else { continue };
        let batches = kinds.entry(&operation.kind).or_default();
        if batches.last().is_none_or(|(_, addresses, _)| addresses.len() >= driver.obstacle_batch()) {
            batches.push((driver, Vec::new(), Vec::new()));
        }
        if let Some((_, addresses, objects)) = batches.last_mut() {
            addresses.push(&operation.address);
            objects.push((id.clone(), before.clone()));
        }
    }
    kinds.into_values().flatten().collect()
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
