//! Runs the whole pipeline on a simulated cloud: parse, resolve, observe, plan, schedule,
//! execute, under the lock of the shared store. Every command is a process of its own.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cloudsim::kinds::{BEHAVIORS, CATALOG};
use cloudsim::{Call, Caller, Cloud, Process, Setup, Trouble};
use driver::{Drivers, Lease, Token};
use engine::execute::{self, Connections, Outcome, Surroundings, Work};
use engine::journal::Ledger;
use engine::machine::Limits;
use engine::observe::{self, Question};
use engine::observed::Observed;
use engine::place::Place;
use engine::plan::{self, Inputs, Options, Planning};
use engine::protocol::Terms;
use engine::schedule::{Durations, schedule};
use engine::session::{self, Session};
use engine::store::{Held, Holder, SharedStore, Store, StoreError, Waiting};
use model::diagnostic::{Diagnostic, Severity};
use model::manifest::Manifest;
use model::source::{NoFiles, Sources};
use model::stack::{Given, Stack};
use model::state::Status;
use model::{Address, Id};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::services::{BREAK, Services};

/// A cloud, the services that hold its state, and what makes time and tokens.
pub struct Stage {
    pub cloud: Cloud,
    pub services: Services,
    pub limits: Limits,
    start: Instant,
    tokens: Cell<u64>,
    processes: Cell<u32>,
}

/// What a process is to do.
#[derive(Clone, Debug)]
pub struct Command {
    /// The manifest.
    pub text: String,
    /// What is asked for.
    pub aim: Aim,
    /// Which resource alone it is about, if not all.
    pub target: Option<usize>,
    /// How long it waits for whoever holds the lock.
    pub at_most: Duration,
    /// What happens to it.
    pub troubles: Vec<Trouble>,
}

impl Command {
    /// A command that nothing happens to.
    pub fn new(text: &str, aim: Aim) -> Self {
        Self { text: text.to_owned(), aim, target: None, at_most: Duration::ZERO, troubles: Vec::new() }
    }
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    Apply,
    Destroy,
    /// Breaks the lock.
    Break,
}

/// What became of a process.
pub struct Performance {
    /// Which it was.
    pub process: u32,
    /// The plan that it had shown, if it came that far.
    pub shown: Option<Shown>,
    /// How it ended; `None`: it was killed.
    pub ended: Option<Result<Ran, Stop>>,
}

/// A plan, and what it must not touch.
#[derive(Clone)]
pub struct Shown {
    pub planning: Rc<Planning>,
    /// Kind and id of every object that must not be destroyed.
    pub protected: BTreeSet<(String, Id)>,
}

/// A run that came to its end.
pub struct Ran {
    pub planning: Rc<Planning>,
    pub outcome: Outcome,
    /// The calls that it made, in order.
    pub calls: Vec<Call>,
    /// What recovery found first.
    pub problems: Vec<String>,
}

/// Why a run did not.
#[derive(Debug)]
pub enum Stop {
    /// There is no plan.
    NoPlan(Vec<Diagnostic>),
    /// Somebody else is at work.
    Held,
    /// AWS or state stood in the way.
    Trouble(String),
    /// The lock was broken.
    Broken,
}

/// A process with all that it has in its hands.
struct Client {
    number: u32,
    process: Process,
    store: SharedStore,
    drivers: Drivers,
    interrupt: CancellationToken,
    stop: CancellationToken,
    shown: RefCell<Option<Shown>>,
}

/// The times of the lock's lease, as on AWS.
const TERMS: Terms = Terms { lease: Duration::from_secs(30) };

impl Stage {
    pub fn new(setup: Setup) -> Self {
        let services = Services::new(setup.seed);
        Self {
            cloud: Cloud::new(Setup { behaviors: BEHAVIORS.to_vec(), ..setup }),
            services,
            limits: Limits::default(),
            start: Instant::now(),
            tokens: Cell::new(0),
            processes: Cell::new(0),
        }
    }

    /// A command that nothing happens to.
    pub async fn run(&self, text: &str, aim: Aim) -> Result<Ran, Stop> {
        let performance = self.perform(&Command::new(text, aim)).await;
        performance.ended.unwrap_or_else(|| Err(Stop::Trouble("it was killed".to_owned())))
    }

    /// A command in a process of its own.
    pub async fn perform(&self, command: &Command) -> Performance {
        let client = self.client(command.troubles.clone());
        let ended = client.process.run(self.act(&client, command)).await;
        Performance { process: client.number, shown: client.shown.take(), ended }
    }

    /// Only plans, without the lock.
    pub async fn plan(&self, text: &str, aim: Aim) -> Result<Planning, Stop> {
        let client = self.client(Vec::new());
        let stack = resolve(text);
        let mut session = session::survey(&client.store, &|_| ()).await.map_err(trouble)?;
        session.recover_in_memory(&client.drivers, self.now()).await.map_err(trouble)?;
        Ok(look(&client, &stack, &session, &options(aim)).await?.1)
    }

    /// What state and journal say together, whatever the weather.
    pub async fn ledger(&self) -> Ledger {
        let lease = Lease::none(Arc::new(|| Duration::ZERO));
        let store = SharedStore::new(self.services.line(&Process::default()), lease, TERMS, drop);
        let loaded = store.load().await.expect("loads");
        Ledger::open(loaded.snapshot, &loaded.records)
    }

    /// Whether something is on its way whose sender may be gone.
    pub fn busy(&self) -> bool {
        self.cloud.busy() || self.services.busy()
    }

    fn client(&self, troubles: Vec<Trouble>) -> Client {
        let number = self.processes.get() + 1;
        self.processes.set(number);
        let (interrupt, stop) = (CancellationToken::new(), CancellationToken::new());
        let (first, second) = (interrupt.clone(), stop.clone());
        let process = Process::new(number, troubles, move || match first.is_cancelled() {
            false => first.cancel(),
            true => second.cancel(),
        });
        // Clocks of machines have nothing in common but their pace.
        let (start, ahead) = (self.start, Duration::from_nanos(u64::from(number) * 7_919_104_729));
        let lease = Lease::none(Arc::new(move || start.elapsed() + ahead));
        let spawn = |task| drop(tokio::task::spawn_local(task));
        let store = SharedStore::new(self.services.line(&process), lease.clone(), TERMS, spawn);
        let drivers = self.cloud.drivers(&CATALOG, &Caller { process: process.clone(), lease });
        Client { number, process, store, drivers, interrupt, stop, shown: RefCell::default() }
    }

    async fn act(&self, client: &Client, command: &Command) -> Result<Ran, Stop> {
        let holder = |word: &str| Holder { command: word.to_owned(), pid: client.number, ..Holder::default() };
        if command.aim == Aim::Break {
            client.store.break_lock(&holder(BREAK)).await.map_err(trouble)?;
            return Err(Stop::Broken);
        }
        let first = self.cloud.calls().len();
        let waiting = Waiting { at_most: command.at_most, news: &|_| () };
        let locked = client.store.lock(&holder("apply"), waiting).await;
        let (held, loaded) = locked.map_err(|error| match error {
            StoreError::Held { .. } => Stop::Held,
            other => trouble(other),
        })?;
        let done = self.under_lock(client, command, &held, session::open(loaded)).await;
        // Who is stopped leaves everything as it is.
        if !client.stop.is_cancelled() {
            client.store.release(held).await.map_err(trouble)?;
        }
        let (planning, outcome, problems) = done?;
        let calls = self.cloud.calls().split_off(first);
        let calls = calls.into_iter().filter(|call| call.by == client.number).collect();
        Ok(Ran { planning, outcome, calls, problems })
    }

    async fn under_lock(
        &self,
        client: &Client,
        command: &Command,
        held: &Held,
        mut session: Session,
    ) -> Result<(Rc<Planning>, Outcome, Vec<String>), Stop> {
        let Client { store, drivers, .. } = client;
        let stack = resolve(&command.text);
        let recovery = session.recover(store, held, drivers, self.now()).await.map_err(trouble)?;
        let addresses: Vec<&Address> = stack.resources.keys().collect();
        let target = command.target.filter(|_| !addresses.is_empty());
        let targets = target.map(|target| addresses[target % addresses.len()].clone()).into_iter().collect();
        let options = Options { targets, ..options(command.aim) };
        let (observed, planning) = look(client, &stack, &session, &options).await?;
        let planning = Rc::new(planning);
        let protected = protected(&stack, &session);
        *client.shown.borrow_mut() = Some(Shown { planning: Rc::clone(&planning), protected });
        let learnt = session.ledger.state.durations.clone();
        let schedule = schedule(&planning.plan, &Durations { catalog: &CATALOG, learnt: &learnt });
        let Session { mut ledger, fingerprints, .. } = session;
        let connections = Connections { drivers, store, held, fingerprints: &fingerprints };
        let work = Work {
            stack: &stack,
            catalog: &CATALOG,
            plan: &planning.plan,
            objects: &planning.objects,
            observed: &observed,
            priorities: &schedule.priorities,
            limits: &self.limits,
        };
        let surroundings = Surroundings {
            progress: &mut |_| (),
            token: &mut || self.token(),
            now: &|| self.now(),
            interrupt: client.interrupt.clone(),
            stop: client.stop.clone(),
        };
        let outcome = execute::execute(connections, work, &mut ledger, surroundings).await.map_err(trouble)?;
        Ok((planning, outcome, recovery.problems))
    }

    fn token(&self) -> Token {
        let number = self.tokens.get() + 1;
        self.tokens.set(number);
        Token(format!("{number:08x}-0000-4000-8000-000000000000"))
    }

    /// Unix time, as far as anybody here knows.
    fn now(&self) -> u64 {
        1_700_000_000 + self.start.elapsed().as_secs()
    }
}

async fn look(
    client: &Client,
    stack: &Stack,
    session: &Session,
    options: &Options,
) -> Result<(Observed, Planning), Stop> {
    let place = Place { account: "1".to_owned(), region: "here".to_owned(), endpoint: None };
    let state = &session.ledger.state;
    let fingerprints = &session.fingerprints;
    let question = Question { stack, catalog: &CATALOG, state, fingerprints, options, everything: false };
    let observed = observe::observe(&client.drivers, &place, &question).await.map_err(trouble)?;
    let inputs = Inputs { stack, catalog: &CATALOG, state, observed: &observed, fingerprints, options };
    let planning = plan::plan(&inputs).map_err(Stop::NoPlan)?;
    if client.number.is_multiple_of(4) {
        let again = plan::plan(&inputs).map_err(Stop::NoPlan)?;
        assert_eq!(planning.plan, again.plan, "a plan is a function of what was read");
    }
    Ok((observed, planning))
}

fn options(aim: Aim) -> Options {
    Options { destroy: aim == Aim::Destroy, ..Options::default() }
}

/// The objects that the manifest forbids to destroy. What never was usable holds nothing to protect.
fn protected(stack: &Stack, session: &Session) -> BTreeSet<(String, Id)> {
    let kept = stack.resources.iter().filter(|(_, resource)| resource.lifecycle.prevent_destroy);
    let entries = kept.filter_map(|(address, _)| session.ledger.state.resources.get(address));
    let used = entries.filter_map(|entry| Some((entry, entry.current.as_ref()?)));
    let used = used.filter(|(_, object)| !matches!(object.status, Status::Creating | Status::Failed));
    used.map(|(entry, object)| (entry.kind.clone(), object.id.clone())).collect()
}

fn trouble(error: impl std::fmt::Display) -> Stop {
    Stop::Trouble(error.to_string())
}

/// A manifest that has no errors.
pub fn resolve(text: &str) -> Stack {
    parsed(text).stack
}

/// A manifest that has no errors, in all its forms.
pub struct Parsed {
    pub sources: Sources,
    pub manifest: Manifest,
    pub stack: Stack,
}

/// Parses and resolves a manifest.
pub fn parsed(text: &str) -> Parsed {
    let mut sources = Sources::default();
    sources.add("stack.toml", text);
    let (manifest, mut problems) = model::manifest::parse(&sources, None);
    let options = model::stack::Options { sources: &sources, variables: &Given::default(), files: &NoFiles };
    let (stack, more) = model::stack::resolve(&manifest, &CATALOG, &options);
    problems.extend(more);
    problems.retain(|problem| problem.severity == Severity::Error);
    assert!(problems.is_empty(), "{problems:#?}\n{text}");
    Parsed { sources, manifest, stack }
}
