//! Runs the whole pipeline on a simulated cloud: parse, resolve, observe, plan, schedule,
//! execute, under the store's lock.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use cloudsim::kinds::{BEHAVIORS, CATALOG};
use cloudsim::{Call, Cloud, Setup};
use driver::{Drivers, Token};
use engine::execute::{self, Connections, Outcome, Surroundings, Work};
use engine::journal::Ledger;
use engine::machine::Limits;
use engine::observe::{self, Question};
use engine::place::Place;
use engine::plan::{self, Inputs, Options, Planning};
use engine::schedule::{Durations, schedule};
use engine::session::{self, Session};
use engine::store::{Holder, Store};
use model::diagnostic::{Diagnostic, Severity};
use model::source::{NoFiles, Sources};
use model::stack::{Given, Stack};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::memory::MemoryStore;

/// A cloud, a store, and what makes time and tokens.
pub struct Stage {
    pub cloud: Cloud,
    pub store: MemoryStore,
    drivers: Drivers,
    start: Instant,
    tokens: Cell<u64>,
}

/// A run that came to its end.
pub struct Ran {
    pub planning: Planning,
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
    /// AWS or state stood in the way.
    Trouble(String),
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    Apply,
    Destroy,
}

impl Stage {
    pub fn new(setup: Setup) -> Self {
        let cloud = Cloud::new(Setup { behaviors: BEHAVIORS.to_vec(), ..setup });
        let drivers = cloud.drivers(&CATALOG);
        Self { cloud, store: MemoryStore::default(), drivers, start: Instant::now(), tokens: Cell::new(0) }
    }

    /// Plans and does what the plan says.
    pub async fn run(&self, text: &str, aim: Aim) -> Result<Ran, Stop> {
        let stack = resolve(text);
        let options = Options { destroy: aim == Aim::Destroy, ..Options::default() };
        let first = self.cloud.calls().len();
        let held = self.store.lock(&Holder::default(), Duration::ZERO).await.map_err(trouble)?;
        let mut session = session::begin(&self.store, &held).await.map_err(trouble)?;
        let recovery = session.recover(&self.store, &held, &self.drivers, self.now()).await.map_err(trouble)?;
        let (observed, planning) = self.look(&stack, &session, &options).await?;
        let learnt = session.ledger.state.durations.clone();
        let schedule = schedule(&planning.plan, &Durations { catalog: &CATALOG, learnt: &learnt });
        let Session { mut ledger, fingerprints, .. } = session;
        let connections =
            Connections { drivers: &self.drivers, store: &self.store, held: &held, fingerprints: &fingerprints };
        let limits = Limits::default();
        let work = Work {
            stack: &stack,
            catalog: &CATALOG,
            plan: &planning.plan,
            objects: &planning.objects,
            observed: &observed,
            priorities: &schedule.priorities,
            limits: &limits,
        };
        let surroundings = Surroundings {
            progress: &mut |_| (),
            token: &mut || self.token(),
            now: &|| self.now(),
            interrupt: CancellationToken::new(),
            stop: CancellationToken::new(),
        };
        let outcome = execute::execute(connections, work, &mut ledger, surroundings).await.map_err(trouble)?;
        self.store.release(held).await.map_err(trouble)?;
        let calls = self.cloud.calls().split_off(first);
        Ok(Ran { planning, outcome, calls, problems: recovery.problems })
    }

    /// Only plans, without the lock.
    pub async fn plan(&self, text: &str, aim: Aim) -> Result<Planning, Stop> {
        let stack = resolve(text);
        let mut session = session::look(&self.store).await.map_err(trouble)?;
        session.recover_in_memory(&self.drivers, self.now()).await.map_err(trouble)?;
        let options = Options { destroy: aim == Aim::Destroy, ..Options::default() };
        Ok(self.look(&stack, &session, &options).await?.1)
    }

    async fn look(
        &self,
        stack: &Stack,
        session: &Session,
        options: &Options,
    ) -> Result<(engine::observed::Observed, Planning), Stop> {
        let place = Place { account: "1".to_owned(), region: "here".to_owned(), endpoint: None };
        let state = &session.ledger.state;
        let fingerprints = &session.fingerprints;
        let question = Question { stack, catalog: &CATALOG, state, fingerprints, options, everything: false };
        let observed = observe::observe(&self.drivers, &place, &question).await.map_err(trouble)?;
        let inputs = Inputs { stack, catalog: &CATALOG, state, observed: &observed, fingerprints, options };
        let planning = plan::plan(&inputs).map_err(Stop::NoPlan)?;
        let again = plan::plan(&inputs).map_err(Stop::NoPlan)?;
        assert_eq!(planning.plan, again.plan, "a plan is a function of what was read");
        Ok((observed, planning))
    }

    /// What state and journal say together.
    pub async fn ledger(&self) -> Ledger {
        let loaded = self.store.load().await.expect("loads");
        Ledger::open(loaded.state, &loaded.records)
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

fn trouble(error: impl std::fmt::Display) -> Stop {
    Stop::Trouble(error.to_string())
}

/// A manifest that has no errors.
pub fn resolve(text: &str) -> Stack {
    let mut sources = Sources::default();
    sources.add("stack.toml", text);
    let (manifest, mut problems) = model::manifest::parse(&sources, None);
    let options = model::stack::Options { sources: &sources, variables: &Given::default(), files: &NoFiles };
    let (stack, more) = model::stack::resolve(&manifest, &CATALOG, &options);
    problems.extend(more);
    problems.retain(|problem| problem.severity == Severity::Error);
    assert!(problems.is_empty(), "{problems:#?}\n{text}");
    stack
}

/// Runs a future until it is done, or until the process dies at that time.
pub async fn until_killed<T>(after: Option<Duration>, future: impl Future<Output = T>) -> Option<T> {
    match after {
        Some(after) => tokio::time::timeout(after, future).await.ok(),
        None => Some(future.await),
    }
}
