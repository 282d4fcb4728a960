//! What stackctl would remember had it applied the manifest itself.
//!
//! In: a stack evaluated on what Terraform's states hold. Out: a state, and what AWS would say if
//! it were asked now. It must not know how either was read, or whether the two agree.

use std::collections::{BTreeMap, BTreeSet};

use driver::{Live, Phase};
use engine::fingerprint::reveal;
use engine::observed::Observed;
use engine::plan;
use model::catalog::Kind;
use model::schema::Field;
use model::stack::{Resource, Stack};
use model::state::{Entry, Object, State, Status};
use model::{Known, Planned, Secret, Tree};

use crate::attributes::Instance;
use crate::rehearsal::{Evaluated, Rehearsal, equal};

/// The state. Its lineage is left to the store that it is written to.
pub(crate) fn state(rehearsal: &Rehearsal<'_>, stack: &Stack, evaluated: &Evaluated) -> State {
    let mut state = State::new(String::new());
    for (address, resource) in &stack.resources {
        let (Some(desired), Some(instance)) = (evaluated.desired.get(address), rehearsal.instances.get(address)) else {
            continue;
        };
        let entry = Entry {
            current: Some(object(rehearsal, stack, resource, desired, instance, evaluated)),
            ..Entry::new(resource.kind.name)
        };
        state.resources.insert(address.clone(), entry);
    }
    state.outputs = outputs(rehearsal, stack, evaluated);
    (state.account, state.region) = home(&state);
    state
}

fn object(
    rehearsal: &Rehearsal<'_>,
    stack: &Stack,
    resource: &Resource,
    desired: &Planned,
    instance: &Instance,
    evaluated: &Evaluated,
) -> Object {
    let address = &resource.address;
    let seal = |value: Known| rehearsal.fingerprints.seal(address, value);
    Object {
        id: instance.id.clone(),
        status: Status::Ready,
        inputs: seal(applied(resource.kind, desired, &instance.inputs)),
        outputs: seal(instance.outputs.clone()),
        dependencies: plan::dependencies(stack, address),
        // The token of a create call that was never ours: imports have none either.
        token: String::new(),
        local: seal(plan::local(stack, resource, desired, &evaluated.objects)),
    }
}

/// Last applied: what the manifest sets, without what only stackctl reads.
fn applied(kind: &Kind, desired: &Planned, held: &Known) -> Known {
    let fields = (kind.inputs)().fields.iter().filter(|field| !field.local);
    let member = |field: &'static Field| {
        let desired = desired.get(field.name).filter(|it| !it.is_null())?;
        let held = held.get(field.name).filter(|it| !it.is_null());
        let value = last_applied(field, desired, held).filter(|it| !it.is_null())?;
        Some((field.name, value))
    };
    Tree::map(fields.filter_map(member))
}

/// What the manifest comes to is what was applied last, wherever AWS can be asked whether that is
/// true. For an argument that AWS never tells there is only Terraform's word.
fn last_applied(field: &Field, desired: &Planned, held: Option<&Known>) -> Option<Known> {
    let held = || held.map(|it| if field.sensitive { hidden(it.clone()) } else { it.clone() });
    let known = match plan::stamped(desired.clone()).known() {
        Ok(Tree::Secret(Secret::Keep)) => return held().map(hidden),
        Ok(known) => known,
        // It waits for something that is yet to be made.
        Err(_) => return held(),
    };
    if !field.write_only {
        return Some(known);
    }
    let differs = |held: &Known| match (reveal(&known), reveal(held)) {
        (Some(desired), Some(held)) => !equal(field, &desired, &held),
        _ => false,
    };
    Some(held().filter(differs).unwrap_or(known))
}

fn hidden(value: Known) -> Known {
    match value {
        Tree::Null => Tree::Null,
        Tree::Secret(secret) => Tree::Secret(secret),
        other => Tree::Secret(Secret::plain(other)),
    }
}

fn outputs(rehearsal: &Rehearsal<'_>, stack: &Stack, evaluated: &Evaluated) -> BTreeMap<String, Known> {
    let output = |(name, output): (&String, &model::stack::Output)| {
        let value = stack.evaluate_output(name, &evaluated.objects).ok()?;
        let value = plan::remembered_output(output.sensitive, value)?;
        Some((name.clone(), rehearsal.fingerprints.seal_output(name, value)))
    };
    stack.outputs.iter().filter_map(output).collect()
}

/// What AWS would say, if all is as Terraform's states have it.
pub(crate) fn observed(rehearsal: &Rehearsal<'_>, stack: &Stack, state: &State) -> Observed {
    let mut observed = Observed {
        account: state.account.clone().unwrap_or_default(),
        region: state.region.clone().unwrap_or_default(),
        ..Observed::default()
    };
    for (address, resource) in &stack.resources {
        if let Some(instance) = rehearsal.instances.get(address) {
            let inputs = told(resource.kind, instance);
            let live = Live { inputs, outputs: kept_by_aws(instance.outputs.clone()), phase: Phase::Ready };
            observed.objects.insert((address.clone(), instance.id.clone()), Some(live));
        }
    }
    let known = rehearsal.data.iter().filter(|(address, _)| stack.data.contains_key(*address));
    observed.data = known.map(|(address, told)| (address.clone(), kept_by_aws(told.clone()))).collect();
    observed
}

/// The arguments that AWS tells: neither those that it never tells nor those that it never hears.
pub(crate) fn told(kind: &Kind, instance: &Instance) -> Known {
    let schema = (kind.inputs)();
    let is_told = |name: &str| schema.field(name).is_none_or(|field| !field.write_only && !field.local);
    let members = instance.inputs.as_map().into_iter().flatten().filter(|(name, _)| is_told(name));
    Tree::map(members.map(|(name, it)| (name.clone(), it.clone())))
}

/// A secret that AWS holds is told as the stamp of its version.
fn kept_by_aws(value: Known) -> Known {
    match value {
        Tree::Secret(Secret::Plain { stamp: Some(stamp), .. }) => Tree::Secret(Secret::Stamp(stamp)),
        Tree::List(items) => Tree::List(items.into_iter().map(kept_by_aws).collect()),
        Tree::Map(members) => Tree::Map(members.into_iter().map(|(key, it)| (key, kept_by_aws(it))).collect()),
        other => other,
    }
}

/// The account and the region that every object's own ARN names; none where they name several.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
fn home(state: &State) -> (Option<String>, Option<String>) {
    let objects = state.resources.values().filter_map(|it| it.current.as_ref());
    let arns: Vec<&str> = objects.filter_map(|it| it.outputs.get("arn")?.as_text()).collect();
    let part = |index: usize| {
        let parts = arns.iter().filter(|it| it.starts_with("arn:")).filter_map(|it| it.split(':').nth(index));
        let parts: BTreeSet<&str> = parts.filter(|it| !it.is_empty()).collect();
        let only = (parts.len() == 1).then(|| parts.first()).flatten();
        only.map(|it| (*it).to_owned())
    };
    (part(4), part(3))
}
