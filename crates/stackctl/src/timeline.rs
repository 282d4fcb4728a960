//! Takes note of where a command's time goes, for `--timeline`.
//!
//! In: phases, work on state, news of operations, the calls of connections. Out: a file, written
//! when the command ends, however it ends. Without the option nothing is kept. It must not know how
//! a trace is drawn: that is [`crate::render::timeline`]'s.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use engine::execute::{Progress, Stage};
use engine::schedule::Schedule;
use model::plan::{Edge, OperationId, Plan};
use providers::aws::Calls;
use serde_json::Value;

use crate::failure::Failure;
use crate::render;

static RECORDER: OnceLock<Recorder> = OnceLock::new();

struct Recorder {
    path: PathBuf,
    recording: Mutex<Recording>,
}

/// What was noted.
#[derive(Debug)]
pub struct Recording {
    /// When the process began.
    pub began: Instant,
    /// What the command was at.
    pub phases: Vec<Span>,
    /// What was done to the state, the lock and the journal.
    pub state: Vec<Span>,
    /// The operations that have begun.
    pub operations: BTreeMap<OperationId, Operation>,
    /// What waits for what.
    pub edges: Vec<Edge>,
    /// The calls for resources.
    pub calls: Vec<Calls>,
    /// The calls for state.
    pub state_calls: Vec<Calls>,
    planned: Vec<Planned>,
}

/// Something that takes time.
#[derive(Clone, Debug)]
pub struct Span {
    /// What it is.
    pub name: &'static str,
    /// When it began.
    pub began: Instant,
    /// When it ended; nothing while it goes on.
    pub ended: Option<Instant>,
    /// Figures about it.
    pub figures: BTreeMap<&'static str, u64>,
}

/// An operation of the plan.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `create aws_vpc.main`.
    pub name: String,
    /// The address alone.
    pub address: String,
    /// How long it was expected to take.
    pub expected: Duration,
    /// Its stages, each until the next.
    pub stages: Vec<(Instant, Stage)>,
}

#[derive(Clone, Debug)]
struct Planned {
    name: String,
    address: String,
    expected: Duration,
}

/// While it lives, something goes on that takes time.
#[derive(Debug)]
pub struct Going {
    list: List,
    index: Option<usize>,
}

#[derive(Clone, Copy, Debug)]
enum List {
    Phases,
    State,
}

/// Begins to take notes, where a file is named.
///
/// # Errors
/// The file cannot be written, which is better known before anything is changed than after.
pub fn start(path: Option<&Path>, began: Instant) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    std::fs::write(path, "{\"traceEvents\":[]}").map_err(|wrong| unwritable(path, &wrong))?;
    let recording = Recording {
        began,
        phases: Vec::new(),
        state: Vec::new(),
        operations: BTreeMap::new(),
        edges: Vec::new(),
        calls: Vec::new(),
        state_calls: Vec::new(),
        planned: Vec::new(),
    };
    let recorder = Recorder { path: path.to_owned(), recording: Mutex::new(recording) };
    RECORDER.set(recorder).map_err(|_| Failure::wrong("timeline", "a timeline is recorded already"))
}

/// Writes down what was noted, after success, failure and interrupt alike.
///
/// # Errors
/// What the command refused, or else that the file cannot be written.
pub fn finish<T>(command: &str, done: Result<T, Failure>) -> Result<T, Failure> {
    let Some(recorder) = RECORDER.get() else { return done };
    let document = render::timeline::document(command, &recorder.recording(), Instant::now());
    let written = std::fs::write(&recorder.path, document.to_string());
    done.and_then(|done| written.map(|()| done).map_err(|wrong| unwritable(&recorder.path, &wrong)))
}

/// The command is at something else, until what is returned is dropped.
pub fn phase(name: &'static str) -> Going {
    Going::begin(List::Phases, name)
}

/// Something is done to the state, until what is returned is dropped.
pub fn state(name: &'static str) -> Going {
    Going::begin(List::State, name)
}

/// A connection for resources.
pub fn calls(calls: &Calls) {
    note(|recording| recording.calls.push(calls.clone()));
}

/// A connection for state.
pub fn state_calls(calls: &Calls) {
    note(|recording| recording.state_calls.push(calls.clone()));
}

/// A plan is about to be carried out.
pub fn planned(plan: &Plan, schedule: &Schedule) {
    note(|recording| {
        let named = plan.operations.iter().zip(&schedule.expected).map(|(operation, expected)| Planned {
            name: format!("{} {}", render::progress::word(&operation.step), operation.address),
            address: operation.address.to_string(),
            expected: *expected,
        });
        recording.planned = named.collect();
        recording.edges.clone_from(&plan.edges);
    });
}

/// News of an operation.
pub fn news(news: &Progress) {
    let Progress::Stage { operation, stage } = news else { return };
    note(|recording| {
        let now = Instant::now();
        let Some(planned) = recording.planned.get(operation.0) else { return };
        let Planned { name, address, expected } = planned.clone();
        let new = || Operation { name, address, expected, stages: Vec::new() };
        recording.operations.entry(*operation).or_insert_with(new).stages.push((now, stage.clone()));
    });
}

fn note(what: impl FnOnce(&mut Recording)) {
    if let Some(recorder) = RECORDER.get() {
        what(&mut recorder.recording());
    }
}

fn unwritable(path: &Path, wrong: &std::io::Error) -> Failure {
    Failure::environment("unwritable", format!("cannot write `{}`: {wrong}", path.display()))
}

impl Recorder {
    fn recording(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recording {
    fn list(&mut self, list: List) -> &mut Vec<Span> {
        match list {
            List::Phases => &mut self.phases,
            List::State => &mut self.state,
        }
    }
}

impl Going {
    fn begin(list: List, name: &'static str) -> Self {
        let mut index = None;
        note(|recording| {
            let spans = recording.list(list);
            index = Some(spans.len());
            spans.push(Span { name, began: Instant::now(), ended: None, figures: BTreeMap::new() });
        });
        Self { list, index }
    }

    /// Adds a figure.
    pub fn figure(&self, name: &'static str, value: u64) {
        self.change(|span| {
            span.figures.insert(name, value);
        });
    }

    fn change(&self, how: impl FnOnce(&mut Span)) {
        note(|recording| {
            if let Some(span) = self.index.and_then(|index| recording.list(self.list).get_mut(index)) {
                how(span);
            }
        });
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.change(|span| span.ended = Some(Instant::now()));
    }
}

impl Operation {
    /// When it began.
    pub fn began(&self) -> Option<Instant> {
        self.stages.first().map(|(began, _)| *began)
    }

    /// When it was done or had failed.
    pub fn ended(&self) -> Option<Instant> {
        let is_end = |stage: &Stage| matches!(stage, Stage::Done { .. } | Stage::Failed { .. });
        self.stages.last().filter(|(_, stage)| is_end(stage)).map(|(ended, _)| *ended)
    }

    /// When it gave back its place among those that are at work: what settles has none.
    pub fn freed(&self) -> Option<Instant> {
        let settling = |stage: &Stage| matches!(stage, Stage::Settling { .. });
        self.stages.iter().find(|(_, stage)| settling(stage)).map(|(at, _)| *at).or_else(|| self.ended())
    }
}

/// Figures as JSON.
pub fn figures(span: &Span) -> serde_json::Map<String, Value> {
    span.figures.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}
