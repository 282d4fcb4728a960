//! A cloud in which a manifest has been applied, imagined from its text.
//!
//! In: a resolved stack. Out: what state would remember and what AWS would say, with symbols for
//! all that only AWS knows. It must not know what the next manifest says.

use std::collections::{BTreeMap, BTreeSet};

use driver::{Live, Phase};
use engine::fingerprint::Fingerprints;
use engine::observed::Observed;
use engine::plan;
use model::catalog::Kind;
use model::diagnostic::{Diagnostic, Severity};
use model::graph::Graph;
use model::schema::{Document, Schema, Type};
use model::stack::{Resource, Stack, check_rules, object_value};
use model::state::{Entry, Object, State, Status, VERSION};
use model::tree::{Source, without_symbols};
use model::{Address, Id, Known, Mode, Planned, Tree};

use crate::symbols::{Named, Symbols};

/// What a manifest comes to once it has been applied.
#[derive(Debug)]
pub(crate) struct Applied {
    /// The arguments that the manifest sets, typed.
    pub desired: BTreeMap<Address, Planned>,
    /// Everything that references see: arguments with defaults and AWS's choices, and outputs.
    pub objects: BTreeMap<Address, Planned>,
}

/// Why a stack could not be evaluated.
#[derive(Debug)]
pub(crate) struct Failed {
    /// What was wrong.
    pub problems: Vec<Diagnostic>,
    /// The symbols behind it, which it may be because they are texts.
    pub symbols: BTreeSet<Source>,
}

/// Evaluates a stack as if everything in it were there. The stack comes back with symbols in the
/// place of variables without a value.
///
/// # Errors
/// What is wrong with values that were not known when the manifest was checked.
pub(crate) fn applied(written: &Stack, graph: &Graph, symbols: Named<'_>) -> Result<(Stack, Applied), Failed> {
    let stack = symbolic(written, symbols);
    let (applied, problems) = evaluate(&stack, graph, symbols);
    if problems.is_empty() {
        return Ok((stack, applied));
    }
    let opaque = symbols.all_opaque();
    let (unknown, _) = evaluate(&symbolic(written, opaque), graph, opaque);
    let mut behind = BTreeSet::new();
    for value in problems.keys().filter_map(|it| unknown.desired.get(it)) {
        value.any(&mut |it| {
            if let Tree::Hole(pending) = it {
                behind.extend(pending.sources.iter().map(|it| symbols.first(it)));
            }
            false
        });
    }
    Err(Failed { problems: problems.into_values().flatten().collect(), symbols: behind })
}

/// The same stack whose variables without a value are symbols.
fn symbolic(stack: &Stack, symbols: Named<'_>) -> Stack {
    let mut stack = Stack { symbolic: true, ..stack.clone() };
    for value in stack.names.variables.values_mut() {
        if let Tree::Hole(pending) = value
            && let Some(source) = pending.sources.first().cloned()
        {
            *value = symbols.imagine(&source);
        }
    }
    stack
}

fn evaluate(stack: &Stack, graph: &Graph, symbols: Named<'_>) -> (Applied, BTreeMap<Address, Vec<Diagnostic>>) {
    let mut applied = Applied { desired: BTreeMap::new(), objects: BTreeMap::new() };
    let mut failed = BTreeMap::new();
    for address in graph.order() {
        let desired = match stack.evaluate(address, &applied.objects) {
            Ok(desired) => desired,
            Err(problems) => {
                failed.insert(address.clone(), problems);
                Tree::Map(BTreeMap::new())
            }
        };
        let resource = stack.resources.get(address);
        let refused = resource.map(|it| refused(it, &desired)).filter(|it| !it.is_empty());
        if let Some(problems) = refused.filter(|_| !failed.contains_key(address)) {
            failed.insert(address.clone(), problems);
        }
        if let Some((arguments, outputs)) = schemas(stack, address) {
            let object = object_value(arguments, outputs, address, &desired, None);
            applied.objects.insert(address.clone(), imagined(object, symbols));
        }
        applied.desired.insert(address.clone(), desired);
    }
    (applied, failed)
}

/// What the kind's own rules say against the arguments.
fn refused(resource: &Resource, desired: &Planned) -> Vec<Diagnostic> {
    let desired = without_symbols(desired, &resource.address);
    let found = check_rules(resource.kind, &desired, false, &resource.spans);
    found.into_iter().filter(|it| it.severity == Severity::Error).collect()
}

fn schemas(stack: &Stack, address: &Address) -> Option<(&'static Schema, &'static Schema)> {
    match address.mode {
        Mode::Managed => stack.resources.get(address).map(|it| ((it.kind.inputs)(), (it.kind.outputs)())),
        Mode::Data => stack.data.get(address).map(|it| ((it.kind.arguments)(), (it.kind.outputs)())),
    }
}

/// Symbols in the place of what only AWS knows.
fn imagined(object: Planned, symbols: Named<'_>) -> Planned {
    let filled = object.fill::<model::Pending, std::convert::Infallible>(&mut |pending| {
        Ok(match (&pending.stamp, pending.sources.first()) {
            (None, Some(source)) if pending.sources.len() == 1 => symbols.imagine(source),
            _ => Tree::Hole(pending),
        })
    });
    match filled {
        Ok(object) => object,
        Err(never) => match never {},
    }
}

/// What state would remember, and what AWS would say.
#[derive(Debug)]
pub(crate) struct World {
    pub state: State,
    pub observed: Observed,
}

/// Imagines the world after an apply.
pub(crate) fn world(stack: &Stack, applied: &Applied, symbols: &Symbols<'_>, fingerprints: &Fingerprints) -> World {
    let mut state = empty();
    let mut observed = Observed::default();
    for (address, resource) in &stack.resources {
        let (Some(desired), Some(object)) = (applied.desired.get(address), applied.objects.get(address)) else {
            continue;
        };
        let sealed = |value: Planned| fingerprints.seal(address, symbols.stored(value));
        let id = Id(format!("${{{address}}}"));
        let (inputs, outputs) = halves(resource.kind, object);
        let remembered = Object {
            id: id.clone(),
            status: Status::Ready,
            inputs: sealed(desired.clone()),
            outputs: symbols.stored(outputs.clone()),
            dependencies: plan::dependencies(stack, address),
            token: String::new(),
            local: sealed(plan::local(stack, resource, desired, &applied.objects).widen()),
        };
        let inputs = with_defaults((resource.kind.inputs)(), inputs);
        let live = Live { inputs: sealed(inputs), outputs: symbols.stored(outputs), phase: Phase::Ready };
        let kind = resource.kind.name.to_owned();
        let entry = Entry { kind, current: Some(remembered), deposed: Vec::new(), suspects: Vec::new() };
        state.resources.insert(address.clone(), entry);
        observed.objects.insert((address.clone(), id), Some(live));
    }
    for address in stack.data.keys() {
        if let Some(object) = applied.objects.get(address) {
            observed.data.insert(address.clone(), symbols.stored(object.clone()));
        }
    }
    World { state, observed }
}

/// The same arguments with the defaults inside their JSON documents, which AWS tells back.
fn with_defaults(schema: &Schema, arguments: Planned) -> Planned {
    let Tree::Map(mut members) = arguments else { return arguments };
    for field in schema.fields {
        let Type::Json(Document::Objects { schema, .. }) = field.ty else { continue };
        if let Some(document) = members.get_mut(field.name) {
            let items = match &*document {
                Tree::Text(text) => serde_json::from_str(text).map(|it| Known::from_json(&it).widen()).ok(),
                other => Some(other.clone()),
            };
            if let Some(Tree::List(items)) = items {
                *document = Tree::List(items.into_iter().map(|it| filled(schema(), it)).collect());
            }
        }
    }
    Tree::Map(members)
}

fn filled(schema: &Schema, value: Planned) -> Planned {
    let Tree::Map(mut members) = value else { return value };
    for field in schema.fields {
        let set = members.remove(field.name).filter(|it| !it.is_null());
        let value = match (set, field.ty) {
            (Some(set), Type::Block(inner)) => Some(filled(inner(), set)),
            (Some(Tree::List(items)), Type::List(Type::Block(inner)) | Type::Set(Type::Block(inner))) => {
                Some(Tree::List(items.into_iter().map(|it| filled(inner(), it)).collect()))
            }
            (Some(set), _) => Some(set),
            (None, _) => field.default.map(|it| it.to_known().widen()),
        };
        members.extend(value.map(|it| (field.name.to_owned(), it)));
    }
    Tree::Map(members)
}

/// Arguments and outputs of an object.
fn halves(kind: &Kind, object: &Planned) -> (Planned, Planned) {
    let part = |schema: &Schema| {
        let member = |name: &'static str| Some((name, object.get(name)?.clone()));
        Planned::map(schema.fields.iter().filter_map(|it| member(it.name)))
    };
    (part((kind.inputs)()), part((kind.outputs)()))
}

/// First names by present ones, where a `[[moved]]` block gives something another name.
pub(crate) fn renamed(old: &Stack, new: &Stack) -> BTreeMap<Address, Address> {
    let mut state = empty();
    for (address, resource) in &old.resources {
        let kind = resource.kind.name.to_owned();
        let entry = Entry { kind, current: None, deposed: Vec::new(), suspects: Vec::new() };
        state.resources.insert(address.clone(), entry);
    }
    plan::moved(new, &state)
}

fn empty() -> State {
    State {
        version: VERSION,
        lineage: String::new(),
        serial: 0,
        epoch: 0,
        applied_through: 0,
        account: None,
        region: None,
        endpoint: None,
        resources: BTreeMap::new(),
        outputs: BTreeMap::<String, Known>::new(),
        durations: BTreeMap::new(),
    }
}
