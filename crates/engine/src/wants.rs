//! Which attributes of an object anything asks for, so that nothing else has to be read.

use std::collections::{BTreeMap, BTreeSet};

use driver::Want;
use model::stack::{Dependency, Resource, Stack};
use model::{Address, Planned};

/// Everything that references in a stack read.
#[derive(Clone, Debug)]
pub struct Referenced<'a> {
    /// Objects with the arguments and outputs that are read of them, `*` for all.
    attributes: BTreeSet<(Address, &'a str)>,
}

impl<'a> Referenced<'a> {
    /// Goes over a stack's dependencies, and over what is no part of them: ids of imports.
    #[must_use]
    pub fn of(stack: &'a Stack) -> Self {
        let resources = stack.resources.values().map(|it| &it.depends_on);
        let data = stack.data.values().map(|it| &it.depends_on);
        let outputs = stack.outputs.values().map(|it| &it.depends_on);
        let heads = |dependency: &'a Dependency| dependency.attributes.iter().map(|it| head(it));
        let written = resources.chain(data).chain(outputs).flatten();
        let mut attributes: BTreeSet<(Address, &str)> =
            written.flat_map(|(address, it)| heads(it).map(|head| (address.clone(), head))).collect();
        let imports = stack.imports.iter().flat_map(|(_, id, _)| stack.reads(id).into_keys());
        attributes.extend(imports.map(|address| (address, ALL)));
        Self { attributes }
    }

    /// What is read of an object; nothing where nothing refers to it.
    #[must_use]
    pub fn of_object(&self, address: &Address) -> Heads<'a> {
        let from = self.attributes.range((address.clone(), "")..);
        Heads(from.take_while(|(it, _)| it == address).map(|(_, head)| *head).collect())
    }
}

/// Arguments and outputs of one object.
#[derive(Clone, Debug)]
pub struct Heads<'a>(Vec<&'a str>);

impl Heads<'_> {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an argument or output is among them.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.0.iter().any(|it| *it == name || *it == ALL)
    }

    /// What a read of the object has to tell.
    #[must_use]
    pub fn want(&self) -> Want {
        match self.0.contains(&ALL) {
            true => Want::Everything,
            false => Want::Only(self.0.iter().map(|it| (*it).to_owned()).collect()),
        }
    }
}

/// All of an object.
const ALL: &str = "*";

/// The first step of an attribute such as `endpoint[0].address`.
fn head(attribute: &str) -> &str {
    attribute.split(['.', '[']).next().unwrap_or(attribute)
}

/// What references read of every resource, and the switches that are on.
#[must_use]
pub fn of(stack: &Stack) -> BTreeMap<Address, Want> {
    let referenced = Referenced::of(stack);
    let of = |(address, resource): (&Address, &Resource)| {
        (address.clone(), union(referenced.of_object(address).want(), switches(resource)))
    };
    stack.resources.iter().map(of).collect()
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
