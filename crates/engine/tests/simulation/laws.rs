//! What must hold, each law as a list of what breaks it.

use std::collections::{BTreeMap, BTreeSet};

use cloudsim::kinds::CATALOG;
use cloudsim::{Call, Cloud, Operation, Outcome, Owner, Sighting};
use driver::FaultKind;
use model::catalog::Life;
use model::plan::{OperationStep, Plan};
use model::schema::{Field, Removal};
use model::state::{State, Status};
use model::{Id, Known};

use crate::services::Hold;

/// After a run without faults: state and cloud say the same, and nothing is left over.
pub fn agreement(cloud: &Cloud, state: &State) -> Vec<String> {
    let mut broken = Vec::new();
    let orphans = cloud.orphans(state);
    broken.extend(orphans.iter().map(|it| format!("{} {} exists and state does not know it", it.kind, it.id)));
    broken
        .extend(cloud.ghosts(state).iter().map(|(kind, id)| format!("state knows {kind} {id}, which does not exist")));
    let sightings: BTreeMap<(&str, Id), Sighting> =
        cloud.snapshot().into_iter().map(|it| ((it.kind, it.id.clone()), it)).collect();
    for (address, entry) in &state.resources {
        broken.extend(entry.deposed.iter().map(|object| format!("{address} still has the deposed {}", object.id)));
        let Some(object) = &entry.current else { continue };
        if object.status != Status::Ready {
            broken.push(format!("{address} is {:?}", object.status));
        }
        let Some(kind) = CATALOG.kind(&entry.kind) else { continue };
        let Some(sighting) = sightings.get(&(kind.name, object.id.clone())) else { continue };
        // An output that follows an argument nobody manages changes behind everybody's back.
        let set = |name: &&str| object.inputs.get(name).is_some_and(|it| !it.is_null());
        let fixed = |field: &&Field| !field.volatile && field.follows.iter().all(set);
        for field in (kind.outputs)().fields.iter().filter(fixed) {
            let (ours, theirs) = (object.outputs.get(field.name), sighting.outputs.get(field.name));
            let told = ours.is_some_and(|ours| !ours.is_null());
            if told && ours != theirs {
                broken.push(format!("`{}` of {address} is {theirs:?}, and state says {ours:?}", field.name));
            }
        }
        if let Some(stray) = stray_inputs(&object.inputs, &sighting.inputs) {
            broken.push(format!("last applied `{stray}` of {address} is not what exists"));
        }
    }
    broken
}

/// The first scalar argument that state says was applied and that the cloud does not have.
fn stray_inputs(applied: &Known, live: &Known) -> Option<String> {
    applied.as_map()?.iter().find_map(|(name, ours)| {
        let theirs = live.get(name)?;
        let plain = matches!(ours, Known::Bool(_) | Known::Int(_) | Known::Text(_));
        (plain && !theirs.is_null() && ours != theirs).then(|| name.clone())
    })
}

/// What no driver may be asked, and what was made twice.
pub fn contract(cloud: &Cloud) -> Vec<String> {
    let mut broken = cloud.violations();
    let mut made: BTreeMap<String, usize> = BTreeMap::new();
    for call in cloud.calls().iter().filter(|it| it.operation == Operation::Create && it.committed) {
        *made.entry(call.token.clone().unwrap_or_default()).or_default() += 1;
    }
    broken
        .extend(made.into_iter().filter(|(_, count)| *count > 1).map(|(token, _)| format!("{token} made two objects")));
    broken
}

/// Nothing was refused because something else still used it.
pub fn order(calls: &[Call]) -> Vec<String> {
    let in_use = |call: &&Call| matches!(call.outcome, Outcome::Failed(FaultKind::InUse { .. } | FaultKind::Conflict));
    calls.iter().filter(in_use).map(|call| format!("out of order: {call}")).collect()
}

/// The mutating calls of a run are a subset of its plan.
pub fn faithful(plan: &Plan, calls: &[Call]) -> Vec<String> {
    let mut creates: BTreeMap<&str, usize> = BTreeMap::new();
    // Found by arguments that were not known yet: there is one in every account.
    let mut adopted: BTreeSet<&str> = BTreeSet::new();
    let mut updates: BTreeSet<(&str, &Id)> = BTreeSet::new();
    let mut deletes: BTreeSet<(&str, &Id)> = BTreeSet::new();
    for operation in &plan.operations {
        match &operation.step {
            OperationStep::Create { .. } if is_adopted(&operation.kind) => adopted.extend([operation.kind.as_str()]),
            OperationStep::Create { .. } => *creates.entry(&operation.kind).or_default() += 1,
            OperationStep::Update { id, .. } | OperationStep::Adopt { id, .. } => {
                updates.insert((&operation.kind, id));
            }
            OperationStep::Delete { id, .. } => {
                deletes.insert((&operation.kind, id));
            }
            OperationStep::Settle { .. } | OperationStep::Forget => {}
            OperationStep::Record { .. } | OperationStep::Read { .. } => {}
        }
    }
    let mut tokens: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut made: BTreeSet<(&str, &Id)> = BTreeSet::new();
    let mut broken = Vec::new();
    for call in calls.iter().filter(|it| it.operation.mutates()) {
        let key = call.id.as_ref().map(|id| (call.kind, id));
        let planned = match call.operation {
            Operation::Create => {
                made.extend(key);
                let seen = tokens.entry(call.kind).or_default();
                seen.extend(call.token.as_deref());
                seen.len() <= creates.get(call.kind).copied().unwrap_or(0)
            }
            // An update of what this run made completes its create.
            Operation::Update if adopted.contains(call.kind) => true,
            Operation::Update => key.is_some_and(|key| updates.contains(&key) || made.contains(&key)),
            Operation::Delete => key.is_some_and(|key| deletes.contains(&key)),
            Operation::Read | Operation::Find | Operation::Adopt | Operation::Obstacles => true,
            Operation::Reveal | Operation::Lookup => true,
        };
        if !planned {
            broken.push(format!("not in the plan: {call}"));
        }
    }
    broken
}

fn is_adopted(kind: &str) -> bool {
    CATALOG.kind(kind).is_some_and(|kind| kind.life == Life::Adopted)
}

/// Everything that belongs to somebody else, with its arguments.
pub fn foreign(cloud: &Cloud) -> BTreeMap<(&'static str, Id), Known> {
    let others = cloud.snapshot().into_iter().filter(|it| it.owner == Owner::Foreign);
    others.map(|it| ((it.kind, it.id), it.inputs)).collect()
}

/// After a destroy: nothing but what every account has.
pub fn bare(cloud: &Cloud, state: &State) -> Vec<String> {
    let left = cloud.snapshot().into_iter().filter(|it| it.owner == Owner::Ours);
    let left = left.map(|it| format!("{} {} is left", it.kind, it.id));
    left.chain(state.resources.keys().map(|address| format!("state still has {address}"))).collect()
}

/// Nothing that the manifest protects was deleted.
pub fn kept(protected: &BTreeSet<(String, Id)>, calls: &[Call]) -> Vec<String> {
    let deleted = calls.iter().filter(|call| call.operation == Operation::Delete);
    let is_protected = |call: &&Call| {
        let id = call.id.as_ref();
        id.is_some_and(|id| protected.contains(&(call.kind.to_owned(), id.clone())))
    };
    deleted.filter(is_protected).map(|call| format!("protected: {call}")).collect()
}

/// Whoever signs a mutating call holds the lock at that time, unless it was broken by force.
pub fn alone(calls: &[Call], holds: &[Hold]) -> Vec<String> {
    let alone = |call: &&Call| {
        let at = holds.partition_point(|hold| hold.at <= call.at);
        let now = at.checked_sub(1).map(|last| &holds[last]);
        // Whoever came at the same instant may have come after.
        let just_now = holds[..at].iter().rev().take_while(|hold| hold.at == call.at).count();
        let before = (at - just_now).checked_sub(1).map(|last| &holds[last]);
        let ours = |hold: Option<&Hold>| hold.is_some_and(|hold| hold.by == Some(call.by));
        let since = holds[..at].iter().rposition(|hold| hold.by == Some(call.by)).unwrap_or(0);
        ours(now) || ours(before) || holds[since..at].iter().any(|hold| hold.forced)
    };
    let mutating = calls.iter().filter(|call| call.operation.mutates());
    mutating.filter(|call| !alone(call)).map(|call| format!("without the lock: {call}")).collect()
}

/// No secret that anything held stands in what was written.
pub fn secrets(cloud: &Cloud, written: &[String]) -> Vec<String> {
    let secrets = cloud.secrets();
    let seen = secrets.iter().filter(|secret| written.iter().any(|text| text.contains(secret.as_str())));
    seen.map(|secret| format!("`{secret}` was written")).collect()
}

/// What was there before an edit is there again, as far as AWS lets go of what is no longer set.
pub fn as_before(cloud: &Cloud, things: &[Sighting]) -> Vec<String> {
    // An object made anew under an old id is another one.
    let key = |it: &Sighting| (it.kind, it.id.clone(), it.token.clone());
    let there: BTreeMap<_, Sighting> = cloud.snapshot().into_iter().map(|it| (key(&it), it)).collect();
    let gone: Vec<&Sighting> = things.iter().filter(|it| !there.contains_key(&key(it))).collect();
    // What names something that was replaced meanwhile names another object now.
    let names_gone = |value: &Known| {
        let text = value.to_json().to_string();
        gone.iter().any(|it| text.contains(&it.id.0))
    };
    let mut broken = Vec::new();
    // What every account has is let go of as it is.
    for thing in things.iter().filter(|it| it.owner == Owner::Ours) {
        let Some(now) = there.get(&key(thing)) else { continue };
        let Some(kind) = CATALOG.kind(thing.kind) else { continue };
        for field in (kind.inputs)().fields.iter().filter(|field| field.removal != Removal::Keep && !field.computed) {
            let (before, after) = (set(thing.inputs.get(field.name)), set(now.inputs.get(field.name)));
            if before != after && !before.is_some_and(names_gone) {
                broken.push(format!("`{}` of {} {} was {before:?} and is {after:?}", field.name, thing.kind, thing.id));
            }
        }
    }
    broken
}

/// A value that sets anything: a list or map without members is as good as none.
fn set(value: Option<&Known>) -> Option<&Known> {
    value.filter(|value| match value {
        Known::Null => false,
        Known::List(items) => !items.is_empty(),
        Known::Map(members) => !members.is_empty(),
        Known::Bool(_) | Known::Int(_) | Known::Float(_) | Known::Text(_) | Known::Secret(_) | Known::Hole(_) => true,
    })
}
