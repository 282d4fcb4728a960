//! The stages from text to plan, measured one by one.
//!
//! In: a catalog and texts. Out: what each stage costs and how much it makes. It must not know
//! what the texts are about.

use std::collections::BTreeMap;

use engine::journal::Snapshot;
use engine::observed::Observed;
use engine::plan::{self, Inputs, Options, Planning};
use engine::schedule::{Durations, schedule};
use engine::store;
use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::source::{NoFiles, Sources};
use model::stack::{self, Given, Stack};
use model::state::State;
use model::{graph, manifest};
use serde::Serialize;

use crate::imagine::{self, World};
use crate::meter::{HEAP, peak_resident, processor_time};

/// What one stage costs.
#[derive(Clone, Debug, Serialize)]
pub struct Stage {
    /// Its name, as `parse`.
    pub stage: &'static str,
    /// Processor time in seconds, in user and system mode.
    pub cpu: f64,
    /// The most bytes on the heap while it ran, with what earlier stages left there.
    pub peak_heap: usize,
    /// Bytes that it left on the heap.
    pub kept_heap: i64,
    /// How many of what it makes.
    pub count: usize,
    /// Of what.
    pub unit: &'static str,
}

/// What all stages cost.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Resources of the manifest.
    pub resources: usize,
    /// Bytes of its texts.
    pub bytes: usize,
    /// From the texts to a first plan: processor time in seconds.
    pub text_to_plan_cpu: f64,
    /// The same: the most bytes on the heap.
    pub text_to_plan_heap: usize,
    /// The same: the most bytes that the process had resident.
    pub text_to_plan_resident: u64,
    /// Stage by stage, in order.
    pub stages: Vec<Stage>,
}

/// Runs every stage on a manifest, and then the second plan on the cloud that the first makes.
///
/// # Errors
/// The texts do not make a plan, or the second one changes something: what is wrong, as text.
pub fn measure(catalog: &Catalog, files: &[(String, String)]) -> Result<Report, String> {
    let mut stages = Stages::default();
    let sources = sources(files);
    let (stack, planning) = text_to_plan(catalog, &sources, &mut stages)?;
    let mut report = Report {
        resources: stack.resources.len(),
        bytes: files.iter().map(|(_, text)| text.len()).sum(),
        text_to_plan_cpu: stages.done.iter().map(|it| it.cpu).sum(),
        text_to_plan_heap: stages.done.iter().map(|it| it.peak_heap).max().unwrap_or_default(),
        text_to_plan_resident: peak_resident(),
        stages: Vec::new(),
    };
    let durations = Durations { catalog, learnt: &BTreeMap::new() };
    stages.run("schedule", "operations", |it: &usize| *it, || schedule(&planning.plan, &durations).order.len());
    drop(planning);
    let World { state, observed } = imagine::world(&stack)?;
    let state = there_and_back(state, &mut stages)?;
    second_plan(catalog, &stack, &state, &observed, &mut stages)?;
    report.stages = stages.done;
    Ok(report)
}

fn sources(files: &[(String, String)]) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in files {
        sources.add(name, text.as_str());
    }
    sources
}

fn text_to_plan(catalog: &Catalog, sources: &Sources, stages: &mut Stages) -> Result<(Stack, Planning), String> {
    let (manifest, problems) = stages.run(
        "parse",
        "blocks",
        |(it, _): &(manifest::Manifest, _)| it.blocks.len(),
        || manifest::parse(sources, None),
    );
    fine(problems)?;
    let options = stack::Options { sources, variables: &Given::default(), files: &NoFiles };
    let (stack, problems) = stages.run(
        "resolve",
        "resources",
        |(it, _): &(Stack, _)| it.resources.len(),
        || stack::resolve(&manifest, catalog, &options),
    );
    fine(problems)?;
    let nodes = |it: &Result<graph::Graph, _>| it.as_ref().map_or(0, |it| it.order().len());
    let graph = stages.run("graph", "nodes", nodes, || graph::build(&stack));
    graph.map_err(described)?;
    let (state, observed) = (imagine::empty(), Observed::default());
    let inputs = Inputs {
        stack: &stack,
        catalog,
        state: &state,
        observed: &observed,
        fingerprints: &imagine::fingerprints(),
        options: &Options::default(),
    };
    let needs = |it: &plan::Needs| it.adopt.len() + it.imports.len() + it.data.len();
    stages.run("needs", "lookups", needs, || plan::needs(&inputs));
    let operations = |it: &Result<Planning, _>| it.as_ref().map_or(0, |it| it.plan.operations.len());
    let planning = stages.run("plan", "operations", operations, || plan::plan(&inputs)).map_err(described)?;
    Ok((stack, planning))
}

/// Writes a state and reads it back.
fn there_and_back(state: State, stages: &mut Stages) -> Result<State, String> {
    let snapshot = Snapshot::from(state);
    let length = |it: &Result<Vec<u8>, _>| it.as_ref().map_or(0, Vec::len);
    let bytes = stages.run("encode", "bytes", length, || store::encode(&snapshot)).map_err(|it| it.to_string())?;
    drop(snapshot);
    let entries = |it: &Result<Snapshot, _>| it.as_ref().map_or(0, |it| it.state.resources.len());
    let snapshot = stages.run("decode", "entries", entries, || store::decode(&bytes)).map_err(|it| it.to_string())?;
    Ok(snapshot.state)
}

/// Plans once more with everything in place.
fn second_plan(
    catalog: &Catalog,
    stack: &Stack,
    state: &State,
    observed: &Observed,
    stages: &mut Stages,
) -> Result<(), String> {
    let (fingerprints, options) = (imagine::fingerprints(), Options::default());
    let inputs = Inputs { stack, catalog, state, observed, fingerprints: &fingerprints, options: &options };
    let changes = |it: &Result<Planning, _>| it.as_ref().map_or(0, |it| it.plan.changes.len());
    let planning = stages.run("no-op plan", "changes", changes, || plan::plan(&inputs)).map_err(described)?;
    match planning.plan.changes.first() {
        None => Ok(()),
        Some(change) => Err(format!("the second plan changes something: {change:?}")),
    }
}

fn fine(problems: Vec<Diagnostic>) -> Result<(), String> {
    let errors: Vec<Diagnostic> = problems.into_iter().filter(|it| it.severity == Severity::Error).collect();
    if errors.is_empty() { Ok(()) } else { Err(described(errors)) }
}

fn described(problems: Vec<Diagnostic>) -> String {
    let first = problems.iter().take(10).map(|it| format!("{}: {} {:?}", it.code, it.message, it.labels));
    first.collect::<Vec<String>>().join("\n")
}

/// The stages that have run.
#[derive(Default)]
struct Stages {
    done: Vec<Stage>,
}

impl Stages {
    fn run<T>(
        &mut self,
        stage: &'static str,
        unit: &'static str,
        count: impl Fn(&T) -> usize,
        work: impl FnOnce() -> T,
    ) -> T {
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let start = processor_time();
        let made = work();
        let cpu = (processor_time() - start).as_secs_f64();
        let peak_heap = HEAP.peak_usage();
        let signed = |bytes: usize| i64::try_from(bytes).unwrap_or(i64::MAX);
        let kept_heap = signed(HEAP.current_usage()) - signed(before);
        self.done.push(Stage { stage, cpu, peak_heap, kept_heap, count: count(&made), unit });
        made
    }
}
