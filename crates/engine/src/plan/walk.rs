//! The walk through a stack in dependency order.
//!
//! In: the planner's inputs. Out: a decision for everything that the manifest declares, the
//! values that references see, and what could still be looked up. It must not know how decisions
//! become operations.

use std::collections::BTreeMap;

use model::diagnostic::{Diagnostic, Severity};
use model::graph::{self, Graph};
use model::schema::Schema;
use model::stack::{Data, Live, Resource, Stack, object_value, unknown};
use model::state::State;
use model::tree::is_symbol;
use model::{Address, Id, Known, Mode, Pending, Planned, Secret, Tree};

use super::compare::NULL;
use super::decided::{Course, Decided};
use super::moves::{self, Tracking};
use super::selection::{self, Selection};
use super::{Inputs, Needs, Options, decide};

/// What a walk needs to know before it starts, whatever was read of AWS.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    /// The stack's graph.
    pub graph: Graph,
    /// State under present addresses.
    pub tracking: Tracking<'a>,
    /// What may be touched.
    pub selection: Selection,
    /// What came up already.
    pub warnings: Vec<Diagnostic>,
}

impl<'a> Ground<'a> {
    /// Orders a stack, follows its moves and narrows it down to what was asked for.
    pub fn of(stack: &Stack, state: &'a State, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        let graph = graph::build(stack)?;
        let (tracking, warnings) = moves::follow(stack, state);
        let selection = selection::select(stack, &graph, &tracking, options)?;
        Ok(Self { graph, tracking, selection, warnings })
    }
}

/// A walk in progress, and what it found.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    /// What the plan is a function of.
    pub inputs: &'a Inputs<'a>,
    /// The stack's graph.
    pub graph: &'a Graph,
    /// State under present addresses.
    pub tracking: &'a Tracking<'a>,
    /// What may be touched.
    pub selection: &'a Selection,
    /// What references see.
    pub objects: BTreeMap<Address, Planned>,
    /// What is to become of each address.
    pub decided: BTreeMap<Address, Decided>,
    /// What could still be looked up.
    pub needs: Needs,
    /// Errors and warnings.
    pub problems: Vec<Diagnostic>,
}

/// Walks. For a destroy nothing is desired, so nothing is decided here.
pub(super) fn walk<'a>(inputs: &'a Inputs<'a>, ground: &'a Ground<'a>) -> Walk<'a> {
    let mut walk = Walk::start(inputs, ground);
    if !inputs.options.destroy {
        ground.graph.order().iter().for_each(|it| walk.visit(it));
    }
    walk
}

impl<'a> Walk<'a> {
    /// A walk that has been nowhere yet.
    pub fn start(inputs: &'a Inputs<'a>, ground: &'a Ground<'a>) -> Self {
        Self {
            inputs,
            graph: &ground.graph,
            tracking: &ground.tracking,
            selection: &ground.selection,
            objects: BTreeMap::new(),
            decided: BTreeMap::new(),
            needs: Needs::default(),
            problems: ground.warnings.clone(),
        }
    }

    /// Decides for one address, once everything that it depends on has been visited.
    pub fn visit(&mut self, address: &Address) {
        let stack = self.inputs.stack;
        match address.mode {
            Mode::Data => stack.data.get(address).into_iter().for_each(|it| data_source(self, it)),
            Mode::Managed => stack.resources.get(address).into_iter().for_each(|it| managed(self, it)),
        }
    }

    /// Ends the plan if anything is wrong.
    pub fn stop_on_errors(&self) -> Result<(), Vec<Diagnostic>> {
        if self.problems.iter().any(|it| it.severity == Severity::Error) {
            return Err(model::diagnostic::sort(self.problems.clone()));
        }
        Ok(())
    }

    /// What AWS says about an object that state has at an address: `None` where nobody looked,
    /// `Some(None)` where it is gone.
    pub fn live(&self, address: &Address, id: &Id) -> Option<Option<&'a driver::Live>> {
        let observed = self.inputs.observed;
        let recorded_as = &self.tracking.entries.get(address)?.recorded_as;
        observed.objects.get(&(recorded_as.clone(), id.clone())).map(Option::as_ref)
    }

    /// Arguments evaluated with what is known by now; problems are collected and leave a map
    /// without members.
    fn evaluate(&mut self, address: &Address) -> Option<Planned> {
        match self.inputs.stack.evaluate(address, &self.objects) {
            Ok(value) => Some(value),
            Err(problems) => {
                self.problems.extend(problems);
                None
            }
        }
    }
}

fn data_source(walk: &mut Walk<'_>, data: &Data) {
    let address = &data.address;
    let empty = || Tree::Map(BTreeMap::new());
    let arguments = walk.evaluate(address);
    let broken = arguments.is_none();
    let arguments = arguments.unwrap_or_else(empty);
    // What was looked up stands as long as nothing that it is looked up by is open.
    let open = broken || waits(walk, data) || arguments.any(&mut |it| is_open(it));
    let told = walk.inputs.observed.data.get(address).filter(|_| !open);
    let live = told.map(|told| Live { inputs: told, outputs: told });
    let value = object_value((data.kind.arguments)(), (data.kind.outputs)(), address, &arguments, live);
    let found = told.is_some();
    let schemas = [(data.kind.outputs)(), (data.kind.arguments)()];
    walk.objects.insert(address.clone(), Held { address, schemas }.object(value));
    if found || broken || !walk.selection.contains(address) {
        return;
    }
    if let Ok(known) = arguments.clone().known()
        && !open
    {
        walk.needs.data.push((address.clone(), known));
    }
    let decided = Decided { course: Course::Read, ..Decided::keep(data.kind.name, arguments) };
    walk.decided.insert(address.clone(), decided);
}

/// An unknown that nothing identifies.
fn is_open(value: &Planned) -> bool {
    matches!(value, Tree::Hole(pending) if pending.stamp.is_none())
}

/// Whether a data source has to wait for what this plan does: something that it names in
/// `depends_on` changes, or something that it reads is made or changes there.
fn waits(walk: &Walk<'_>, data: &Data) -> bool {
    data.depends_on.iter().any(|(address, dependency)| {
        let Some(decided) = walk.decided.get(address) else { return false };
        if decided.course == Course::Read || decided.is_new() {
            return true;
        }
        if dependency.attributes.is_empty() || dependency.attributes.contains("*") {
            return decided.changes_aws();
        }
        let is_read = |head: &str| dependency.attributes.iter().any(|it| it == head);
        decided.attributes.iter().any(|it| it.path.head().is_some_and(is_read))
    })
}

fn managed(walk: &mut Walk<'_>, resource: &Resource) {
    let address = &resource.address;
    let desired = walk.evaluate(address);
    let Some(desired) = desired else {
        let unknown = object_value(
            (resource.kind.inputs)(),
            (resource.kind.outputs)(),
            address,
            &Tree::Map(BTreeMap::new()),
            None,
        );
        walk.objects.insert(address.clone(), unknown);
        return;
    };
    let decided = if walk.selection.contains(address) {
        decide::resource(walk, resource, desired)
    } else {
        Decided::keep(resource.kind.name, desired)
    };
    let object = object(walk, resource, &decided);
    walk.objects.insert(address.clone(), object);
    if walk.selection.contains(address) {
        walk.decided.insert(address.clone(), decided);
    }
}

/// What references to a resource see once the plan is carried out.
fn object(walk: &Walk<'_>, resource: &Resource, decided: &Decided) -> Planned {
    let (kind, address) = (resource.kind, &resource.address);
    let (inputs, outputs) = ((kind.inputs)(), (kind.outputs)());
    let live = present(walk, address, decided);
    let mut value = object_value(inputs, outputs, address, &decided.desired, live);
    if let Tree::Map(members) = &mut value
        && live.is_some()
    {
        let changed = |argument: &&str| decided.attributes.iter().any(|it| it.path.head() == Some(argument));
        for output in outputs.fields.iter().filter(|it| it.follows.iter().any(changed)) {
            members.insert(output.name.to_owned(), unknown(output, address, output.name));
        }
    }
    if let (Tree::Map(members), Some(naming)) = (&mut value, kind.naming) {
        let unset = decided.desired.get(naming.argument).is_none_or(Tree::is_null);
        // A generated name is not known yet. And whoever refers by name to what goes before it
        // comes again holds on to the old object, however equal the name.
        if (unset && live.is_none()) || decided.is_delete_first() {
            let pending = Pending::on(address.clone(), naming.argument);
            members.insert(naming.argument.to_owned(), Tree::Hole(pending));
        }
    }
    Held { address, schemas: [outputs, inputs] }.object(value)
}

/// Arguments and outputs of the object that stays in use, if one does.
fn present<'a>(walk: &Walk<'a>, address: &Address, decided: &Decided) -> Option<Live<'a>> {
    let of = |it: &'a driver::Live| Live { inputs: &it.inputs, outputs: &it.outputs };
    if decided.is_new() {
        return None;
    }
    if let Course::Adopt { .. } = decided.course {
        let (_, live) = walk.inputs.observed.adoptable.get(address)?.as_ref()?;
        return Some(of(live));
    }
    let current = walk.tracking.entries.get(address)?.entry.current.as_ref()?;
    match walk.live(address, &current.id) {
        Some(live) => live.map(of),
        // Nobody looked, because it is outside of what was asked for.
        None => Some(Live { inputs: NULL, outputs: &current.outputs }),
    }
}

/// Turns the stamps of one object into holes: secrets that AWS holds say where they are fetched.
struct Held<'a> {
    address: &'a Address,
    schemas: [&'static Schema; 2],
}

impl Held<'_> {
    fn object(&self, value: Planned) -> Planned {
        let is_stamp = |it: &Planned| matches!(it, Tree::Secret(Secret::Stamp(_)));
        if value.any(&mut |it| is_stamp(it)) { self.value(value, "") } else { value }
    }

    fn value(&self, value: Planned, attribute: &str) -> Planned {
        match value {
            Tree::Secret(Secret::Stamp(stamp)) => {
                let mut pending = Pending::on(self.address.clone(), attribute);
                pending.secret = !(is_symbol(&stamp) && self.is_public(attribute));
                pending.stamp = Some(stamp);
                Tree::Hole(pending)
            }
            Tree::List(items) => {
                let item = |(index, it)| self.value(it, &format!("{attribute}[{index}]"));
                Tree::List(items.into_iter().enumerate().map(item).collect())
            }
            Tree::Map(members) => {
                let member = |(key, it): (String, Planned)| {
                    let attribute = if attribute.is_empty() { key.clone() } else { format!("{attribute}.{key}") };
                    let held = self.value(it, &attribute);
                    (key, held)
                };
                Tree::Map(members.into_iter().map(member).collect())
            }
            other => other,
        }
    }

    fn is_public(&self, attribute: &str) -> bool {
        self.schemas.iter().find_map(|it| it.field_at(attribute)).is_some_and(|it| !it.sensitive)
    }
}

/// The live value of an argument, else the last applied one.
pub(super) fn present_argument<'v>(live: &'v Known, last: &'v Known, name: &str) -> &'v Known {
    let set = |it: &'v Known| it.get(name).filter(|it| !it.is_null());
    set(live).or_else(|| set(last)).unwrap_or(NULL)
}
