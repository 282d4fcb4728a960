//! A cloud, a store, and commands on them.
//!
//! In: a stack. Out: the plan, how long carrying it out took, and every call.

use std::time::Duration;

use cloudsim::{Behavior, Call, Caller, Cloud, Dice, Operation, Setup, Throttle};
use driver::Token;
use engine::execute::{Connections, Outcome, Progress, Surroundings, Work, execute};
use engine::machine::Limits;
use engine::observe::{Question, observe};
use engine::place::Place;
use engine::plan::{Inputs, Options, plan};
use engine::schedule::{Durations, schedule};
use engine::session;
use engine::store::{Holder, Store as _, Waiting};
use model::plan::Plan;
use model::stack::Stack;
use model::state::State;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::kinds::CATALOG;
use crate::memory::Memory;

/// How long every call takes.
pub const CALL: Duration = Duration::from_millis(100);

/// A cloud and a store.
pub struct Bed {
    pub cloud: Cloud,
    pub store: Memory,
    pub limits: Limits,
    tokens: u32,
}

/// What a bed is like.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Decides everything that chance decides.
    pub seed: u64,
    /// How long a request of the store takes.
    pub store: Duration,
    /// How many times longer than expected kinds take to settle; by chance where nothing is said.
    pub paces: Vec<(&'static str, f64)>,
    /// Services that throttle.
    pub throttles: Vec<Throttle>,
}

/// What a command came to.
pub struct Run {
    pub plan: Plan,
    pub outcome: Outcome,
    /// From the first operation's beginning until everything is written.
    pub total: Duration,
    /// The calls of the operations.
    pub calls: Vec<Call>,
    /// The requests of the store meanwhile.
    pub requests: usize,
    /// What is remembered afterwards.
    pub state: State,
}

impl Run {
    /// How often the cloud was asked how things are.
    pub fn polls(&self) -> usize {
        self.calls.iter().filter(|call| call.operation == Operation::Read).count()
    }
}

impl Bed {
    pub fn new(terms: &Terms) -> Self {
        let dice = Dice(terms.seed);
        let behavior = |kind: &&'static model::catalog::Kind| {
            let told = terms.paces.iter().find(|(name, _)| *name == kind.name).map(|(_, pace)| *pace);
            // From a fifth of what is expected to five times that.
            let chance = || 5.0_f64.powf(dice.roll(&format!("pace {}", kind.name)) * 2.0 - 1.0);
            Behavior { pace: told.unwrap_or_else(chance), ..Behavior::of(kind.name) }
        };
        let setup = Setup {
            seed: terms.seed,
            behaviors: CATALOG.kinds.iter().map(behavior).collect(),
            latency: Some(CALL),
            throttles: terms.throttles.clone(),
            ..Setup::default()
        };
        let limits = Limits::default();
        Self { cloud: Cloud::new(setup), store: Memory::new(terms.store), limits, tokens: 0 }
    }

    pub async fn apply(&mut self, stack: &Stack) -> Run {
        self.run(stack, false).await
    }

    pub async fn destroy(&mut self, stack: &Stack) -> Run {
        self.run(stack, true).await
    }

    async fn run(&mut self, stack: &Stack, destroy: bool) -> Run {
        let Self { cloud, store, limits, tokens } = self;
        let drivers = cloud.drivers(&CATALOG, &Caller::unhindered());
        let (held, loaded) = store.lock(&Holder::default(), Waiting::NOT).await.expect("the lock is free");
        let mut session = session::open(loaded);
        let options = Options { destroy, ..Options::default() };
        let place = Place { account: "1".to_owned(), region: "here".to_owned(), endpoint: None };
        let (state, fingerprints) = (&session.ledger.state, &session.fingerprints);
        let (catalog, everything) = (&CATALOG, false);
        let question = Question { stack, catalog, state, fingerprints, options: &options, everything };
        let observed = observe(&drivers, &place, &question).await.expect("the cloud can be read");
        let inputs = Inputs { stack, catalog, state, observed: &observed, fingerprints, options: &options };
        let planning = plan(&inputs).expect("there is a plan");
        let learnt = state.durations.clone();
        let priorities = schedule(&planning.plan, &Durations { catalog, learnt: &learnt }).priorities;
        let fingerprints = session.fingerprints.clone();
        let connections = Connections { drivers: &drivers, store: &*store, held: &held, fingerprints: &fingerprints };
        let work = Work {
            stack,
            catalog,
            plan: &planning.plan,
            objects: &planning.objects,
            observed: &observed,
            priorities: &priorities,
            limits,
        };
        let surroundings = Surroundings {
            progress: &mut |_: Progress| (),
            token: &mut || {
                *tokens += 1;
                Token(format!("{tokens:08}-0000-4000-8000-000000000000"))
            },
            now: &|| 0,
            interrupt: CancellationToken::new(),
            stop: CancellationToken::new(),
        };
        let (began, asked, requests) = (Instant::now(), cloud.calls().len(), store.requests());
        let outcome = execute(connections, work, &mut session.ledger, surroundings).await.expect("it is carried out");
        let (total, requests) = (began.elapsed(), store.requests() - requests);
        let calls = cloud.calls().split_off(asked);
        let violations = cloud.violations();
        assert!(violations.is_empty(), "{violations:#?}");
        store.release(held).await.expect("the lock is given back");
        Run { plan: planning.plan, outcome, total, calls, requests, state: session.ledger.state }
    }
}

/// Runs on a paused clock of its own.
pub fn on_a_clock<T>(future: impl Future<Output = T>) -> T {
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    clock.expect("a runtime").block_on(future)
}
