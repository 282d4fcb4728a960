//! The walk through a stack in dependency order.
//!
//! In: the planner's inputs. Out: a decision for everything that the manifest declares, the
//! values that references see, and what could still be looked up. It must not know how decisions
//! become operations.

use std::collections::BTreeMap;

use model::diagnostic::{Diagnostic, Severity};
use model::graph::{self, Graph};
use model::schema::Schema;
use model::stack::{Data, Live, Resource, Stack, object_part, unknown};
use model::state::State;
use model::tree::is_symbol;
use model::{Address, Id, Known, Mode, Pending, Planned, Secret, Tree};

use super::compare::NULL;
use super::decided::{Course, Decided};
use super::moves::{self, Tracking};
use super::selection::{self, Selection};
use super::{Inputs, Needs, Options, decide};
use crate::wants::{Heads, Referenced};

/// What a walk needs to know before it starts, whatever was read of AWS.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    /// The stack's graph.
    pub graph: Graph,
    /// State under present addresses.
    pub tracking: Tracking<'a>,
    /// What may be touched.
    pub selection: Selection,
    /// What references read: no more than that is kept of an object. `None` keeps everything.
    pub referenced: Option<Referenced<'a>>,
    /// What came up already.
    pub warnings: Vec<Diagnostic>,
}

impl<'a> Ground<'a> {
    /// Orders a stack, follows its moves and narrows it down to what was asked for.
    pub fn of(stack: &'a Stack, state: &'a State, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        Ok(Self { referenced: Some(Referenced::of(stack)), ..Self::whole(stack, state, options)? })
    }

    /// The same for a walk that keeps every object as a whole.
    pub fn whole(stack: &'a Stack, state: &'a State, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        let graph = graph::build(stack)?;
        let (tracking, warnings) = moves::follow(stack, state);
        let selection = selection::select(stack, &graph, &tracking, options)?;
        Ok(Self { graph, tracking, selection, referenced: None, warnings })
    }
}

/// A walk in progress, and what it found.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    /// What the plan is a function of.
    pub inputs: &'a Inputs<'a>,
    /// What was known before.
    pub ground: &'a Ground<'a>,
    /// What references see, as far as there are any.
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
            ground,
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
        let recorded_as = &self.ground.tracking.entries.get(address)?.recorded_as;
        observed.objects.get(&(recorded_as.clone(), id.clone())).map(Option::as_ref)
    }

    /// Shows references what they see of an object, where there are any: its value, with some
    /// changes.
    fn show(
        &mut self,
        address: &Address,
        [arguments, outputs]: [&'static Schema; 2],
        inputs: &Planned,
        live: Option<Live<'_>>,
        change: impl FnOnce(&mut BTreeMap<String, Planned>),
    ) {
        let read = self.ground.referenced.as_ref().map(|it| it.of_object(address));
        if read.as_ref().is_some_and(Heads::is_empty) {
            return;
        }
        let wanted = |name: &str| read.as_ref().is_none_or(|it| it.contains(name));
        let mut value = object_part(arguments, outputs, address, inputs, live, &wanted);
        if let Tree::Map(members) = &mut value {
            change(members);
        }
        let held = Held { address, schemas: [outputs, arguments] };
        self.objects.insert(address.clone(), held.object(value));
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
    let schemas = [(data.kind.arguments)(), (data.kind.outputs)()];
    walk.show(address, schemas, &arguments, told.map(|told| Live { inputs: told, outputs: told }), |_| {});
    if told.is_some() || broken || !walk.ground.selection.contains(address) {
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
        let schemas = [(resource.kind.inputs)(), (resource.kind.outputs)()];
        walk.show(address, schemas, &Tree::Map(BTreeMap::new()), None, |_| {});
        return;
    };
    let decided = if walk.ground.selection.contains(address) {
        decide::resource(walk, resource, desired)
    } else {
        Decided::keep(resource.kind.name, desired)
    };
    show(walk, resource, &decided);
    if walk.ground.selection.contains(address) {
        walk.decided.insert(address.clone(), decided);
    }
}

/// Shows references to a resource what they see once the plan is carried out.
fn show(walk: &mut Walk<'_>, resource: &Resource, decided: &Decided) {
    let (kind, address) = (resource.kind, &resource.address);
    let (inputs, outputs) = ((kind.inputs)(), (kind.outputs)());
    let live = present(walk, address, decided);
    walk.show(address, [inputs, outputs], &decided.desired, live, |members| {
        if live.is_some() {
            let changed = |argument: &&str| decided.attributes.iter().any(|it| it.path.head() == Some(argument));
            for output in outputs.fields.iter().filter(|it| it.follows.iter().any(changed)) {
                if let Some(value) = members.get_mut(output.name) {
                    *value = unknown(output, address, output.name);
                }
            }
        }
        if let Some(naming) = kind.naming
            && let Some(name) = members.get_mut(naming.argument)
        {
            let unset = decided.desired.get(naming.argument).is_none_or(Tree::is_null);
            // A generated name is not known yet. And whoever refers by name to what goes before it
            // comes again holds on to the old object, however equal the name.
            if (unset && live.is_none()) || decided.is_delete_first() {
                *name = Tree::Hole(Pending::on(address.clone(), naming.argument));
            }
        }
    });
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
    let current = walk.ground.tracking.entries.get(address)?.entry.current.as_ref()?;
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
