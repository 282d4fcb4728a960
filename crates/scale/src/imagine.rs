//! A cloud in which a stack has been applied.
//!
//! In: a resolved stack. Out: what state would remember and what AWS would say. It must not know
//! kinds other than by their schemas.

use std::collections::BTreeMap;

use driver::{Live, Phase};
use engine::fingerprint::Fingerprints;
use engine::observed::Observed;
use engine::plan;
use model::diagnostic::Diagnostic;
use model::graph;
use model::schema::{Field, Schema, Type};
use model::stack::{Resource, Stack, object_value};
use model::state::{Entry, Object, State, Status, VERSION};
use model::{Address, Id, Known, Planned, Tree};

/// What state remembers, and what AWS says.
pub struct World {
    pub state: State,
    pub observed: Observed,
}

/// The world after an apply.
pub fn world(stack: &Stack) -> Result<World, String> {
    let problem = |problems: Vec<Diagnostic>| problems.first().map_or_else(String::new, |it| it.message.clone());
    let order = graph::build(stack).map_err(problem)?;
    let mut world = World { state: empty(), observed: Observed::default() };
    let mut objects: BTreeMap<Address, Planned> = BTreeMap::new();
    for address in order.order() {
        let Some(resource) = stack.resources.get(address) else { continue };
        let desired = stack.evaluate(address, &objects).map_err(problem)?;
        let desired = desired.known().map_err(|waits| format!("{address} waits for {waits}"))?;
        let live = live(resource, &desired);
        let told = model::stack::Live { inputs: &live.inputs, outputs: &live.outputs };
        let (arguments, outputs) = ((resource.kind.inputs)(), (resource.kind.outputs)());
        let value = object_value(arguments, outputs, address, &desired.clone().widen(), Some(told));
        let id = Id(format!("id-of-{address}"));
        let token = format!("{:032x}", objects.len());
        let current = remembered(stack, resource, (&id, token), desired, &live, &objects);
        let entry =
            Entry { kind: resource.kind.name.to_owned(), current: Some(current), deposed: vec![], suspects: vec![] };
        world.state.resources.insert(address.clone(), entry);
        world.observed.objects.insert((address.clone(), id), Some(live));
        objects.insert(address.clone(), value);
    }
    for name in stack.outputs.keys() {
        let value = stack.evaluate_output(name, &objects).map_err(problem)?;
        if let Some(value) = plan::remembered_output(stack.outputs[name].sensitive, value) {
            world.state.outputs.insert(name.clone(), fingerprints().seal_output(name, value));
        }
    }
    Ok(world)
}

/// The fingerprints of the imagined stack.
pub fn fingerprints() -> Fingerprints {
    Fingerprints::new([7; 32])
}

/// A state in which nothing is.
pub fn empty() -> State {
    State {
        version: VERSION,
        lineage: "scale".to_owned(),
        serial: 0,
        epoch: 0,
        applied_through: 0,
        account: None,
        region: None,
        endpoint: None,
        resources: BTreeMap::new(),
        outputs: BTreeMap::new(),
        durations: BTreeMap::new(),
    }
}

fn remembered(
    stack: &Stack,
    resource: &Resource,
    (id, token): (&Id, String),
    desired: Known,
    live: &Live,
    objects: &BTreeMap<Address, Planned>,
) -> Object {
    let local = plan::local(stack, resource, &desired.clone().widen(), objects);
    Object {
        id: id.clone(),
        status: Status::Ready,
        inputs: fingerprints().seal(&resource.address, desired),
        outputs: live.outputs.clone(),
        dependencies: plan::dependencies(stack, &resource.address),
        token,
        local,
    }
}

/// What AWS says about an object.
fn live(resource: &Resource, desired: &Known) -> Live {
    let about = resource.address.to_string();
    let inputs = Tree::Map(completed((resource.kind.inputs)(), desired, &about));
    let output = |field: &Field| {
        let followed = field.follows.first().and_then(|it| inputs.get(it));
        (field.name, followed.cloned().unwrap_or_else(|| sample(field, &about)))
    };
    let outputs = Known::map((resource.kind.outputs)().fields.iter().map(output));
    Live { inputs, outputs, phase: Phase::Ready }
}

/// A block's members with what AWS adds.
fn completed(schema: &Schema, given: &Known, about: &str) -> BTreeMap<String, Known> {
    let member = |field: &Field| {
        let value = match given.get(field.name).filter(|it| !it.is_null()) {
            Some(value) => within(field.ty, value, about),
            None => chosen(field, about),
        };
        (field.name.to_owned(), value)
    };
    schema.fields.iter().map(member).collect()
}

fn within(ty: &Type, value: &Known, about: &str) -> Known {
    match (ty, value) {
        (Type::Block(schema), Tree::Map(_)) => Tree::Map(completed(schema(), value, about)),
        (Type::List(inner) | Type::Set(inner), Tree::List(items)) => {
            Tree::List(items.iter().map(|item| within(inner, item, about)).collect())
        }
        (_, value) => value.clone(),
    }
}

/// What AWS takes when an argument is not set.
fn chosen(field: &Field, about: &str) -> Known {
    match (field.default, field.on_create.and_then(|it| serde_json::from_str(it).ok())) {
        (Some(default), _) => default.to_known(),
        (None, Some(json)) => Known::from_json(&json),
        (None, None) if field.computed => sample(field, about),
        (None, None) => Tree::Null,
    }
}

/// Some value of a field's type.
fn sample(field: &Field, about: &str) -> Known {
    match field.ty {
        Type::Bool => Tree::Bool(false),
        Type::Int => Tree::Int(1),
        Type::Float => Tree::Float(0.5),
        Type::Text => match field.allowed.first() {
            Some(first) => Known::text(*first),
            None => Known::text(format!("{}-of-{about}", field.name)),
        },
        Type::List(_) | Type::Set(_) => Tree::List(Vec::new()),
        Type::Map(_) => Tree::Map(BTreeMap::new()),
        Type::Any | Type::Block(_) | Type::Json(_) => Tree::Null,
    }
}
