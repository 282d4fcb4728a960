//! Runs of the whole engine in this process: parsed, resolved, recovered, observed, planned,
//! scheduled and executed, as `stackctl apply` does it, and killed where a point says so.
//!
//! In: a place, stacks, points. Out: what was sent, what a plan would still do, what state says.
//! Each run has a store and drivers of its own, so that nothing but the folder and AWS outlives
//! one. It must not know any kind.

use std::cell::{Cell, RefCell};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use driver::{Drivers, Lease, Token};
use engine::execute::{self, Connections, Outcome, Surroundings, Work};
use engine::machine::Limits;
use engine::observe::{self, Question};
use engine::observed::Observed;
use engine::place::{self, Place as Whereabouts};
use engine::plan::{self, Inputs, Options, Planning};
use engine::recover::{PATIENCE, SUSPICION};
use engine::schedule::{Durations, schedule};
use engine::session::{self, Session};
use engine::store::{Holder, LocalStore, Store, Waiting};
use model::catalog::Catalog;
use model::diagnostic::Diagnostic;
use model::plan::Change;
use model::stack::Stack;
use model::state::State;
use sandbox::differences::argument_differs;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::place::{Fate, Place, Point};
use crate::subject::Stopped;

/// A folder with state, and the AWS that it is about.
pub struct Stage<'a> {
    place: &'a Place,
    catalog: Catalog,
    folder: TempDir,
    /// How far this stage's clock is ahead.
    ahead: Cell<Duration>,
    tokens: RefCell<Vec<Token>>,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    Apply,
    Destroy,
}

/// A run that came to an end, of either sort.
#[derive(Debug)]
pub struct Ran {
    /// Whether it was killed, and not done before it came to the point.
    pub killed: bool,
    /// The mutating calls that AWS got, in order.
    pub delivered: Vec<String>,
}

impl<'a> Stage<'a> {
    pub fn new(place: &'a Place) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (ahead, tokens) = (Cell::default(), RefCell::default());
        Self { place, catalog: providers::catalog(), folder, ahead, tokens }
    }

    /// Plans and does it all, undisturbed.
    pub async fn run(&self, stack: &Stack, aim: Aim) -> Result<Ran, Stopped> {
        self.place.take_calls();
        self.whole(stack, aim).await?;
        Ok(Ran { killed: false, delivered: self.place.take_mutations() })
    }

    /// Plans and begins to do it, and is killed at a point, if it comes there.
    pub async fn run_until(&self, stack: &Stack, aim: Aim, point: Point) -> Result<Ran, Stopped> {
        self.place.take_calls();
        let kill = self.place.kill_at(point);
        let ended = tokio::select! {
            biased;
            // A process that is killed neither reads nor writes anything any more.
            () = kill.cancelled() => None,
            ended = self.whole(stack, aim) => Some(ended),
        };
        self.place.quiet().await;
        self.place.heal();
        ended.transpose()?;
        let mut delivered = self.place.take_mutations();
        if kill.is_cancelled() && point.fate == Fate::Lost {
            delivered.truncate(point.call - 1);
        }
        Ok(Ran { killed: kill.is_cancelled(), delivered })
    }

    /// What a person would call a change in a plan made now, one line for each.
    pub async fn pending(&self, stack: &Stack, aim: Aim) -> Result<Vec<String>, Stopped> {
        let (store, drivers) = self.open();
        let mut session = session::look(&store).await.map_err(stopped)?;
        let recovery = session.recover_in_memory(&drivers, self.now()).await.map_err(stopped)?;
        let (_, planning) = self.look(&drivers, stack, &session, aim).await?;
        let plan = &planning.plan;
        let changes = plan.changes.iter().filter(|it| !is_emulators(it)).map(shown);
        Ok(changes.chain(recovery.problems).collect())
    }

    /// What state and journal say together.
    pub async fn state(&self) -> Result<State, Stopped> {
        let (store, _) = self.open();
        Ok(session::look(&store).await.map_err(stopped)?.ledger.state)
    }

    /// Every token since the last time.
    pub fn take_tokens(&self) -> Vec<Token> {
        self.tokens.take()
    }

    /// Lets the time pass in which a lost create may still arrive.
    pub fn let_suspicion_pass(&self) {
        self.ahead.set(self.ahead.get() + SUSPICION + Duration::from_secs(1));
    }

    async fn whole(&self, stack: &Stack, aim: Aim) -> Result<Outcome, Stopped> {
        let (store, drivers) = self.open();
        let (held, loaded) = store.lock(&Holder::default(), Waiting::NOT).await.map_err(stopped)?;
        let mut session = session::open(loaded);
        // As where the run before was waited for: the emulator shows at once what was made.
        session.silent = PATIENCE;
        place::check(&session.ledger.state, &self.whereabouts()).map_err(stopped)?;
        let recovery = session.recover(&store, &held, &drivers, self.now()).await.map_err(stopped)?;
        let (observed, planning) = self.look(&drivers, stack, &session, aim).await?;
        let learnt = session.ledger.state.durations.clone();
        let schedule = schedule(&planning.plan, &Durations { catalog: &self.catalog, learnt: &learnt });
        let Session { mut ledger, fingerprints, .. } = session;
        let connections = Connections { drivers: &drivers, store: &store, held: &held, fingerprints: &fingerprints };
        let limits = Limits::default();
        let work = Work {
            stack,
            catalog: &self.catalog,
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
        let outcome = execute::execute(connections, work, &mut ledger, surroundings).await.map_err(stopped)?;
        store.release(held).await.map_err(stopped)?;
        match (outcome.is_complete(), recovery.problems.is_empty()) {
            (true, true) => Ok(outcome),
            (false, _) => Err(failure(&outcome)),
            (true, false) => Err(recovery.problems.join("; ")),
        }
    }

    async fn look(
        &self,
        drivers: &Drivers,
        stack: &Stack,
        session: &Session,
        aim: Aim,
    ) -> Result<(Observed, Planning), Stopped> {
        let options = Options { destroy: aim == Aim::Destroy, ..Options::default() };
        let (catalog, options) = (&self.catalog, &options);
        let (state, fingerprints) = (&session.ledger.state, &session.fingerprints);
        let question = Question { stack, catalog, state, fingerprints, options, everything: false };
        let observed = observe::observe(drivers, &self.whereabouts(), &question).await.map_err(stopped)?;
        let inputs = Inputs { stack, catalog, state, observed: &observed, fingerprints, options };
        let planning = plan::plan(&inputs).map_err(|problems| format!("no plan: {}", told(&problems)))?;
        Ok((observed, planning))
    }

    fn open(&self) -> (LocalStore, Drivers) {
        let store = LocalStore::new(self.folder.path(), None, Lease::unlimited());
        (store, providers::drivers(&self.place.aws))
    }

    fn whereabouts(&self) -> Whereabouts {
        let aws = &self.place.aws;
        Whereabouts { account: aws.account().to_owned(), region: aws.region().to_owned(), endpoint: None }
    }

    fn token(&self) -> Token {
        let token = execute::random_token();
        self.tokens.borrow_mut().push(token.clone());
        token
    }

    /// Unix time in seconds.
    fn now(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        (since + self.ahead.get()).as_secs()
    }
}

/// Problems of a manifest, in a line.
pub fn told(problems: &[Diagnostic]) -> String {
    problems.iter().map(|it| it.message.clone()).collect::<Vec<String>>().join("; ")
}

fn stopped(error: impl std::fmt::Display) -> Stopped {
    error.to_string()
}

fn failure(outcome: &Outcome) -> Stopped {
    let failed = outcome.failed.iter().map(|(address, fault)| format!("{address}: {fault}"));
    let skipped = (outcome.skipped > 0).then(|| format!("{} skipped", outcome.skipped));
    failed.chain(skipped).collect::<Vec<String>>().join("; ")
}

/// Whether a change is only there because the emulator does not keep what it was given.
fn is_emulators(change: &Change) -> bool {
    let known = |path: &str| argument_differs(&change.kind, path).is_some();
    !change.attributes.is_empty() && change.attributes.iter().all(|it| known(&it.path.to_string()))
}

fn shown(change: &Change) -> String {
    let attribute = |it: &model::plan::AttributeChange| {
        format!("{} from {:?} to {:?} ({:?})", it.path, it.before, it.after, it.effect)
    };
    let attributes: Vec<String> = change.attributes.iter().map(attribute).collect();
    let reason = change.reason.clone().unwrap_or_default();
    let deposed = change.deposed.as_ref().map(|it| format!(" of deposed {it}")).unwrap_or_default();
    format!("{:?}{deposed} of {} {reason} {}", change.action, change.address, attributes.join(", "))
}
