//! Which attributes of an object anything asks for, so that nothing else has to be read.

use std::collections::{BTreeMap, BTreeSet};

use driver::Want;
use model::stack::{Dependency, Resource, Stack};
use model::{Address, Planned};

/// What references read, by the address they refer to.
#[must_use]
pub fn referenced(stack: &Stack) -> BTreeMap<Address, Want> {
    let resources = stack.resources.values().map(|it| &it.depends_on);
    let data = stack.data.values().map(|it| &it.depends_on);
    let outputs = stack.outputs.values().map(|it| &it.depends_on);
    let mut wants = BTreeMap::new();
    for (address, dependency) in resources.chain(data).chain(outputs).flatten() {
        let want = wants.entry(address.clone()).or_insert_with(none);
        *want = union(std::mem::replace(want, Want::Everything), attributes(dependency));
    }
    wants
}

/// What references read, and the switches that are on.
#[must_use]
pub fn of(stack: &Stack) -> BTreeMap<Address, Want> {
    let mut wants = referenced(stack);
    for (address, resource) in &stack.resources {
        let want = wants.entry(address.clone()).or_insert_with(none);
        *want = union(std::mem::replace(want, Want::Everything), switches(resource));
    }
    wants
}

/// Arguments that only stackctl reads and that are switched on: some say what counts as settled
/// (`wait_for_steady_state`), and a read acts on them when it finds their names.
#[must_use]
pub fn switches(resource: &Resource) -> Want {
    let is_on = |name: &str| resource.offline.get(name) == Some(&Planned::Bool(true));
    let fields = (resource.kind.inputs)().fields.iter().filter(|field| field.local && is_on(field.name));
    Want::Only(fields.map(|field| field.name.to_owned()).collect())
}

/// Nothing but what every read tells.
#[must_use]
pub fn none() -> Want {
    Want::Only(BTreeSet::new())
}

/// What either wants.
#[must_use]
pub fn union(one: Want, other: Want) -> Want {
    match (one, other) {
        (Want::Only(mut one), Want::Only(other)) => {
            one.extend(other);
            Want::Only(one)
        }
        (Want::Everything, _) | (_, Want::Everything) => Want::Everything,
    }
}

fn attributes(dependency: &Dependency) -> Want {
    let heads = dependency.attributes.iter().map(|it| it.split(['.', '[']).next().unwrap_or(it).to_owned());
    let heads: BTreeSet<String> = heads.collect();
    if heads.contains("*") { Want::Everything } else { Want::Only(heads) }
}
