//! A world in which applies are perfect: manifests go in, state and observations come out.

use std::collections::{BTreeMap, BTreeSet};

use driver::{Live, Phase};
use engine::fingerprint::{self, Fingerprints};
use engine::observed::Observed;
use engine::plan::{self, Inputs, Needs, Options, Planning, Survey};
use model::diagnostic::{Diagnostic, Severity};
use model::plan::{Action, Operation, OperationStep, Plan};
use model::source::{NoFiles, Sources};
use model::stack::{self, Given, Stack, object_value};
use model::state::{Entry, Object, State, Status};
use model::{Address, Id, Known, Mode, Planned, Secret, Tree};

use crate::catalog::CATALOG;

/// State, AWS, and what can be found there.
pub struct World {
    pub state: State,
    pub observed: Observed,
    /// What is found by those who look for an adoptable default or an import.
    pub adoptable: BTreeMap<Address, (Id, Live)>,
    /// What data sources find, by address.
    pub data: BTreeMap<Address, Known>,
    pub options: Options,
    pub given: Given,
    /// What `stack.toml` says besides the name.
    pub settings: String,
    made: usize,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    pub fn new() -> Self {
        let state = State {
            version: 1,
            lineage: "lineage".into(),
            serial: 3,
            epoch: 1,
            applied_through: 9,
            account: None,
            region: None,
            endpoint: None,
            resources: BTreeMap::new(),
            outputs: BTreeMap::new(),
            durations: BTreeMap::new(),
        };
        Self {
            state,
            observed: Observed::default(),
            adoptable: BTreeMap::new(),
            data: BTreeMap::new(),
            options: Options::default(),
            given: Given::default(),
            settings: String::new(),
            made: 0,
        }
    }

    /// A world to which a manifest has been applied.
    pub fn with(text: &str) -> Self {
        let mut world = Self::new();
        world.apply(text);
        world
    }

    pub fn fingerprints() -> Fingerprints {
        Fingerprints::new([5; 32])
    }

    pub fn stack(&self, text: &str) -> (Stack, Sources) {
        let mut sources = Sources::default();
        sources.add("stack.toml", format!("[stack]\nname = \"demo\"\n{}", self.settings));
        sources.add("main.toml", text);
        let (manifest, mut problems) = model::manifest::parse(&sources, None);
        let options = stack::Options { sources: &sources, variables: &self.given, files: &NoFiles };
        let (stack, found) = stack::resolve(&manifest, &CATALOG, &options);
        problems.extend(found);
        let errors: Vec<&Diagnostic> = problems.iter().filter(|it| it.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{errors:#?}\n{text}");
        (stack, sources)
    }

    /// Looks up what can be, until nothing is left, and plans.
    pub fn try_plan(&mut self, text: &str) -> Result<(Stack, Planning), Vec<Diagnostic>> {
        let (stack, _) = self.stack(text);
        let (state, options, fingerprints) = (self.state.clone(), self.options.clone(), Self::fingerprints());
        let mut survey = Survey::new(&stack, &CATALOG, &state, &fingerprints, &options);
        for _ in 0..10 {
            let needs = survey.needs(&self.observed);
            assert_eq!(needs, self.needs(&stack), "a survey that goes on finds what a new one finds");
            if needs.is_empty() {
                break;
            }
            let looked_for = needs.adopt.iter().map(|(it, _)| it).chain(needs.imports.iter().map(|(it, _)| it));
            for address in looked_for {
                self.observed.adoptable.insert(address.clone(), self.adoptable.get(address).cloned());
            }
            for (address, arguments) in &needs.data {
                let name = arguments.get("name").and_then(Known::as_text).unwrap_or("none");
                let found = Known::map([("id", Known::text(format!("image-{name}")))]);
                self.observed.data.insert(address.clone(), self.data.get(address).cloned().unwrap_or(found));
            }
        }
        let planning = plan::plan(&Inputs {
            stack: &stack,
            catalog: &CATALOG,
            state: &self.state,
            observed: &self.observed,
            fingerprints: &fingerprints,
            options: &self.options,
        })?;
        Ok((stack, planning))
    }

    pub fn needs(&self, stack: &Stack) -> Needs {
        let fingerprints = Self::fingerprints();
        plan::needs(&Inputs {
            stack,
            catalog: &CATALOG,
            state: &self.state,
            observed: &self.observed,
            fingerprints: &fingerprints,
            options: &self.options,
        })
    }

    pub fn plan(&mut self, text: &str) -> Plan {
        match self.try_plan(text) {
            Ok((_, planning)) => planning.plan,
            Err(problems) => panic!("{problems:#?}\n{text}"),
        }
    }

    /// What keeps a plan from being made, a line each.
    pub fn refused(&mut self, text: &str) -> String {
        let problems = self.try_plan(text).expect_err("a plan that is refused");
        let line = |it: &Diagnostic| {
            let notes: Vec<&str> = it.labels.iter().map(|it| it.text.as_str()).filter(|it| !it.is_empty()).collect();
            let notes = notes.iter().map(|it| format!("\n  {it}")).collect::<String>();
            format!("{}: {}{notes}\n  help: {}", it.code, it.message, it.help.as_deref().unwrap_or_default())
        };
        problems.iter().map(line).collect::<Vec<String>>().join("\n")
    }

    /// Carries a plan out as if nothing ever failed.
    pub fn apply(&mut self, text: &str) -> Plan {
        let (stack, planning) = match self.try_plan(text) {
            Ok(it) => it,
            Err(problems) => panic!("{problems:#?}\n{text}"),
        };
        let plan = planning.plan;
        for operation in &plan.operations {
            self.take_away(operation);
        }
        if !self.options.destroy {
            let fresh: BTreeMap<Address, Option<(Id, Live)>> =
                plan.operations.iter().filter_map(|it| self.fresh(it)).collect();
            self.rebuild(&stack, &fresh);
        } else {
            self.state.outputs.clear();
        }
        self.observed.adoptable.clear();
        self.observed.data.clear();
        plan
    }

    fn take_away(&mut self, operation: &Operation) {
        let address = &operation.address;
        match &operation.step {
            OperationStep::Record { moved_from: Some(from), .. } => {
                if let Some(entry) = self.state.resources.remove(from) {
                    self.state.resources.insert(address.clone(), entry);
                }
                let moved: Vec<(Address, Id)> =
                    self.observed.objects.keys().filter(|it| it.0 == *from).cloned().collect();
                for key in moved {
                    let live = self.observed.objects.remove(&key).expect("a key");
                    self.observed.objects.insert((address.clone(), key.1), live);
                }
            }
            OperationStep::Delete { id, .. } => {
                self.observed.objects.remove(&(address.clone(), id.clone()));
                if let Some(entry) = self.state.resources.get_mut(address) {
                    entry.deposed.retain(|it| it.id != *id);
                    if entry.current.as_ref().is_some_and(|it| it.id == *id) {
                        self.state.resources.remove(address);
                    }
                }
            }
            OperationStep::Forget => {
                self.state.resources.remove(address);
                self.observed.objects.retain(|it, _| it.0 != *address);
            }
            _ => {}
        }
    }

    fn fresh(&mut self, operation: &Operation) -> Option<(Address, Option<(Id, Live)>)> {
        match &operation.step {
            OperationStep::Create { .. } => {
                Some((operation.address.clone(), self.adoptable.get(&operation.address).cloned()))
            }
            OperationStep::Adopt { .. } => {
                Some((operation.address.clone(), self.adoptable.get(&operation.address).cloned()))
            }
            _ => None,
        }
    }

    fn rebuild(&mut self, stack: &Stack, fresh: &BTreeMap<Address, Option<(Id, Live)>>) {
        let mut objects: BTreeMap<Address, Planned> = BTreeMap::new();
        let graph = model::graph::build(stack).expect("a graph");
        for address in graph.order() {
            let desired = filled(stack.evaluate(address, &objects).expect("arguments"));
            if address.mode == Mode::Data {
                let data = &stack.data[address];
                let name = desired.get("name").and_then(Known::as_text).unwrap_or("none");
                let found = Known::map([("id", Known::text(format!("image-{name}")))]);
                let live = stack::Live { inputs: &found, outputs: &found };
                let value =
                    object_value((data.kind.arguments)(), (data.kind.outputs)(), address, &desired.widen(), Some(live));
                objects.insert(address.clone(), value);
                continue;
            }
            if !fresh.contains_key(address) && !self.state.resources.contains_key(address) {
                continue;
            }
            let object = self.object(stack, address, desired, fresh.get(address), &objects);
            objects.insert(address.clone(), object);
        }
        let fingerprints = Self::fingerprints();
        self.state.outputs = stack
            .outputs
            .keys()
            .filter_map(|name| {
                let value = stack.evaluate_output(name, &objects).ok()?;
                let value = plan::remembered_output(stack.outputs[name].sensitive, value)?;
                Some((name.clone(), fingerprints.seal_output(name, value)))
            })
            .collect();
    }

    fn object(
        &mut self,
        stack: &Stack,
        address: &Address,
        desired: Known,
        fresh: Option<&Option<(Id, Live)>>,
        objects: &BTreeMap<Address, Planned>,
    ) -> Planned {
        let resource = &stack.resources[address];
        let kind = resource.kind;
        let before = self.state.resources.get(address).and_then(|it| it.current.clone());
        let none = Known::Map(BTreeMap::new());
        let last = before.as_ref().map_or(&none, |it| &it.inputs);
        let (id, inputs) = match (fresh, &before) {
            (Some(Some((id, live))), _) => (id.clone(), self.updated(kind, resource, &desired, &none, &live.inputs)),
            (Some(None), _) => {
                self.made += 1;
                let sent = plan::sent(kind, &desired.clone().widen()).known().expect("known");
                let mut all = sent.as_map().cloned().expect("a map");
                all.retain(|_, it| !it.is_null());
                if let Some(naming) = kind.naming {
                    all.entry(naming.argument.to_owned()).or_insert(Known::text(format!("generated-{}", self.made)));
                }
                (Id(format!("{}-{}", address.name, self.made)), Tree::Map(all))
            }
            (None, Some(object)) => {
                let live = self.observed.objects[&(address.clone(), object.id.clone())].clone().expect("live");
                (object.id.clone(), self.updated(kind, resource, &desired, last, &live.inputs))
            }
            (None, None) => unreachable!("neither made nor there"),
        };
        let outputs = outputs(kind.name, &id, &inputs);
        let inputs = without_write_only(kind, inputs);
        let fingerprints = Self::fingerprints();
        let object = Object {
            id: id.clone(),
            status: Status::Ready,
            inputs: fingerprints.seal(address, fingerprint::keep(remembered(kind, desired.clone()), last)),
            outputs: outputs.clone(),
            dependencies: plan::dependencies(stack, address),
            token: "token".into(),
            local: plan::local(stack, resource, &desired.clone().widen(), objects),
        };
        let entry = self.state.resources.entry(address.clone()).or_insert(Entry {
            kind: kind.name.to_owned(),
            current: None,
            deposed: Vec::new(),
            suspects: Vec::new(),
        });
        entry.current = Some(object);
        let live = Live { inputs: inputs.clone(), outputs: outputs.clone(), phase: Phase::Ready };
        self.observed.objects.insert((address.clone(), id), Some(live));
        let live = stack::Live { inputs: &inputs, outputs: &outputs };
        let value = object_value((kind.inputs)(), (kind.outputs)(), address, &desired.widen(), Some(live));
        stamped(value, address)
    }

    fn updated(
        &self,
        kind: &'static model::catalog::Kind,
        resource: &stack::Resource,
        desired: &Known,
        last: &Known,
        live: &Known,
    ) -> Known {
        let arguments: BTreeSet<String> = (kind.inputs)().fields.iter().map(|it| it.name.to_owned()).collect();
        let update = plan::Update {
            last,
            live,
            arguments: &arguments,
            ignore: &resource.lifecycle.ignore_changes,
            ignore_tags: &Default::default(),
            completing: false,
        };
        let after = plan::overlaid(kind, &desired.clone().widen(), &update).known().expect("known");
        let mut all = after.as_map().cloned().expect("a map");
        all.retain(|_, it| !it.is_null());
        Tree::Map(all)
    }

    /// Changes a live argument behind stackctl's back.
    pub fn meddle(&mut self, address: &str, argument: &str, value: Known) {
        let live = self.live(address);
        let mut all = live.inputs.as_map().cloned().expect("a map");
        all.insert(argument.to_owned(), value);
        live.inputs = Tree::Map(all);
    }

    pub fn live(&mut self, address: &str) -> &mut Live {
        let address: Address = address.parse().expect("an address");
        let id = self.state.resources[&address].current.as_ref().expect("a current object").id.clone();
        self.observed.objects.get_mut(&(address, id)).expect("observed").as_mut().expect("there")
    }

    pub fn current(&mut self, address: &str) -> &mut Object {
        let address: Address = address.parse().expect("an address");
        self.state.resources.get_mut(&address).expect("an entry").current.as_mut().expect("an object")
    }

    /// Makes an object disappear behind stackctl's back.
    pub fn lose(&mut self, address: &str) {
        let address: Address = address.parse().expect("an address");
        let id = self.state.resources[&address].current.as_ref().expect("a current object").id.clone();
        self.observed.objects.insert((address, id), None);
    }
}

/// Local arguments live in `local`, all others in `inputs`.
fn remembered(kind: &model::catalog::Kind, desired: Known) -> Known {
    let mut all = desired.as_map().cloned().expect("a map");
    all.retain(|name, _| !(kind.inputs)().field(name).is_some_and(|it| it.local));
    Tree::Map(all)
}

fn without_write_only(kind: &model::catalog::Kind, inputs: Known) -> Known {
    let mut all = inputs.as_map().cloned().expect("a map");
    all.retain(|name, _| !(kind.inputs)().field(name).is_some_and(|it| it.write_only || it.local));
    Tree::Map(all)
}

fn filled(value: Planned) -> Known {
    let fill = &mut |pending: model::Pending| {
        assert!(pending.stamp.is_some(), "unknown after everything is made: {pending}");
        Ok::<Known, String>(Tree::Secret(Secret::Plain {
            value: Box::new(Tree::text("revealed")),
            stamp: pending.stamp,
        }))
    };
    value.fill(fill).expect("filled")
}

fn stamped(value: Planned, address: &Address) -> Planned {
    let Tree::Map(members) = value else { return value };
    let member = |(name, it): (String, Planned)| match it {
        Tree::Secret(Secret::Stamp(stamp)) => {
            let mut pending = model::Pending::on(address.clone(), name.clone());
            pending.secret = true;
            pending.stamp = Some(stamp);
            (name, Tree::Hole(pending))
        }
        other => (name, other),
    };
    Tree::Map(members.into_iter().map(member).collect())
}

/// What AWS says about an object of a kind.
fn outputs(kind: &str, id: &Id, inputs: &Known) -> Known {
    let text = |it: String| Known::text(it);
    let number = |name: &str| inputs.get(name).map_or("none".to_owned(), |it| it.to_json().to_string());
    let mut all = vec![("id", text(id.0.clone()))];
    match kind {
        "aws_network" | "aws_task" | "aws_role" => all.push(("arn", text(format!("arn:{id}")))),
        "aws_service" => all.push(("endpoint", text(format!("{id}:{}", number("desired_count"))))),
        "aws_group" => all.push(("tags_all", inputs.get("tags").cloned().unwrap_or(Tree::Null))),
        "aws_secret" => all.push(("text", Tree::Secret(Secret::Stamp(format!("{id}|{}", number("length")).into())))),
        _ => {}
    }
    Known::map(all)
}

/// A plan's changes, drift and outputs, a line each.
pub fn shown(plan: &Plan) -> String {
    let word = |it: &dyn Word| it.text();
    let mut lines = Vec::new();
    for change in &plan.changes {
        let deposed = change.deposed.as_ref().map(|it| format!(" (deposed {it})")).unwrap_or_default();
        let moved = change.moved_from.as_ref().map(|it| format!(" <- {it}")).unwrap_or_default();
        let reason = change.reason.as_ref().map(|it| format!(": {it}")).unwrap_or_default();
        lines.push(format!("{} {}{deposed}{moved}{reason}", word(&change.action), change.address));
        // A new object's attributes are all that it is given.
        let listed = if change.action == Action::Create { &[][..] } else { &change.attributes[..] };
        for it in listed {
            let (before, after) = (it.before.to_json(), it.after.to_json());
            lines.push(format!("  {}: {before} -> {after} ({}, {})", it.path, word(&it.cause), word(&it.effect)));
        }
    }
    for it in &plan.drift {
        lines.push(format!("drift {} {}: {} -> {}", it.address, it.path, it.last_applied.to_json(), it.live.to_json()));
    }
    for (name, it) in &plan.outputs {
        lines.push(format!("output {name}: {} -> {}", it.before.to_json(), it.after.to_json()));
    }
    lines.join("\n")
}

/// Anything that serialises as one word.
trait Word {
    fn text(&self) -> String;
}

impl<T: serde::Serialize> Word for T {
    fn text(&self) -> String {
        serde_json::to_value(self).expect("serialises").as_str().unwrap_or_default().to_owned()
    }
}

/// A plan's operations in an order that keeps the edges, each with what it waits for.
pub fn operations(plan: &Plan) -> String {
    let durations = engine::schedule::Durations { catalog: &CATALOG, learnt: &BTreeMap::new() };
    let order = engine::schedule::schedule(plan, &durations).order;
    let name = |it: &Operation| {
        let (verb, more) = match &it.step {
            OperationStep::Create { .. } => ("create", String::new()),
            OperationStep::Update { arguments, .. } => {
                ("update", format!(" [{}]", arguments.iter().cloned().collect::<Vec<String>>().join(" ")))
            }
            OperationStep::Delete { id, deposed, .. } => {
                ("delete", format!(" {id}{}", if *deposed { "*" } else { "" }))
            }
            OperationStep::Settle { id } => ("settle", format!(" {id}")),
            OperationStep::Adopt { id, .. } => ("adopt", format!(" {id}")),
            OperationStep::Forget => ("forget", String::new()),
            OperationStep::Record { moved_from, .. } => {
                ("record", moved_from.as_ref().map(|it| format!(" <- {it}")).unwrap_or_default())
            }
            OperationStep::Read { .. } => ("read", String::new()),
        };
        format!("{verb} {}{more}", it.address)
    };
    let line = |id: &model::plan::OperationId| {
        let before = plan.edges.iter().filter(|it| it.second == *id);
        let before: Vec<String> =
            before.map(|it| format!("{} ({})", name(&plan.operations[it.first.0]), it.reason.text())).collect();
        let after = if before.is_empty() { String::new() } else { format!(" after {}", before.join(", ")) };
        format!("{}{after}", name(&plan.operations[id.0]))
    };
    order.iter().map(line).collect::<Vec<String>>().join("\n")
}
