//! Everything around one stack in the small cloud: manifest to state, as a command does it.

use std::path::Path;

use driver::{BoxFuture, Lease, Token};
use model::manifest;
use model::source::{NoFiles, Sources};
use model::stack::{self, Given, Stack};
use model::state::State;
use tokio_util::sync::CancellationToken;

use super::super::{Connections, ExecuteError, Outcome, Progress, Surroundings, Work, execute};
use super::cloud::{CATALOG, Cloud};
use crate::journal::{Ledger, Record, Snapshot};
use crate::machine::Limits;
use crate::observe::{Question, observe};
use crate::place::Place;
use crate::plan::{self, Planning};
use crate::schedule::{Durations, schedule};
use crate::session;
use crate::store::{
    Backup, Held, Holder, Holding, Loaded, LocalStore, LockNews, Store, StoreError, Version, Waiting, Written,
};

/// One stack.
pub struct Bed {
    pub cloud: Cloud,
    pub store: Crashing,
    pub folder: tempfile::TempDir,
    pub now: u64,
    tokens: u32,
}

/// What one command came to.
pub struct Run {
    pub result: Result<Outcome, ExecuteError>,
    pub news: Vec<Progress>,
    pub notes: Vec<String>,
    pub problems: Vec<String>,
}

impl Run {
    pub fn outcome(&self) -> &Outcome {
        self.result.as_ref().expect("the run ended well")
    }
}

impl Bed {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cloud = Cloud::default();
        cloud.world().slowness = 3;
        let store = Crashing { inner: LocalStore::new(folder.path(), None, Lease::unlimited()), cloud: cloud.clone() };
        Self { cloud, store, folder, now: 1_000_000, tokens: 0 }
    }

    pub async fn apply(&mut self, manifest: &str) -> Run {
        self.run(manifest, false, CancellationToken::new()).await
    }

    pub async fn destroy(&mut self, manifest: &str) -> Run {
        self.run(manifest, true, CancellationToken::new()).await
    }

    /// Stops everything at the n-th step.
    pub async fn crash(&mut self, manifest: &str, destroy: bool, at: u32) -> Run {
        {
            let mut world = self.cloud.world();
            world.steps = 0;
            world.crash_at = Some(at);
            world.stop = CancellationToken::new();
        }
        let run = self.run(manifest, destroy, CancellationToken::new()).await;
        let mut world = self.cloud.world();
        world.crash_at = None;
        world.stop = CancellationToken::new();
        drop(world);
        run
    }

    pub async fn run(&mut self, manifest: &str, destroy: bool, interrupt: CancellationToken) -> Run {
        let stack = stack(manifest);
        let drivers = self.cloud.drivers();
        let locked = self.store.inner.lock(&Holder::default(), Waiting::NOT).await;
        let (held, loaded) = locked.expect("the lock is free");
        let mut session = session::open(loaded);
        let recovered = session.recover(&self.store.inner, &held, &drivers, self.now).await.expect("recovered");
        let planned = self.plan(&stack, &session, destroy).await;
        let (plan, observed) = (planned.0.plan, planned.1);
        let durations = Durations { catalog: &CATALOG, learnt: &session.ledger.state.durations };
        let priorities = schedule(&plan, &durations).priorities;
        let mut news = Vec::new();
        let (stop, now) = (self.cloud.world().stop.clone(), self.now);
        let mut tokens = self.tokens;
        let mut token = || {
            tokens += 1;
            Token(format!("{tokens:08}-0000-4000-8000-000000000000"))
        };
        let fingerprints = session.fingerprints.clone();
        let connections =
            Connections { drivers: &drivers, store: &self.store, held: &held, fingerprints: &fingerprints };
        let work = Work {
            stack: &stack,
            catalog: &CATALOG,
            plan: &plan,
            objects: &planned.0.objects,
            observed: &observed,
            priorities: &priorities,
            limits: &Limits::default(),
        };
        let mut progress = |it| news.push(it);
        let surroundings = Surroundings { progress: &mut progress, token: &mut token, now: &|| now, interrupt, stop };
        let result = execute(connections, work, &mut session.ledger, surroundings).await;
        self.tokens = tokens;
        self.store.inner.release(held).await.expect("released");
        Run { result, news, notes: recovered.notes, problems: recovered.problems }
    }

    async fn plan(
        &self,
        stack: &Stack,
        session: &session::Session,
        destroy: bool,
    ) -> (Planning, crate::observed::Observed) {
        let options = plan::Options { destroy, ..plan::Options::default() };
        let place = Place { account: "1".to_owned(), region: "us-east-1".to_owned(), endpoint: None };
        let (state, fingerprints) = (&session.ledger.state, &session.fingerprints);
        let catalog = &CATALOG;
        let question = Question { stack, catalog, state, fingerprints, options: &options, everything: false };
        let observed = observe(&self.cloud.drivers(), &place, &question).await.expect("AWS is readable");
        let inputs = plan::Inputs { stack, catalog, state, observed: &observed, fingerprints, options: &options };
        (plan::plan(&inputs).expect("there is a plan"), observed)
    }

    /// What a plan without the lock would do, as lines.
    pub async fn pending(&self, manifest: &str) -> Vec<String> {
        let stack = stack(manifest);
        let mut session = session::look(&self.store.inner).await.expect("state is readable");
        session.recover_in_memory(&self.cloud.drivers(), self.now).await.expect("recovered");
        let plan = self.plan(&stack, &session, false).await.0.plan;
        plan.changes.iter().map(|it| format!("{:?} {}", it.action, it.address)).collect()
    }

    pub async fn state(&self) -> State {
        let loaded = self.store.inner.load().await.expect("state is readable");
        Ledger::open(loaded.snapshot, &loaded.records).state
    }

    /// Every byte that was written.
    pub fn bytes(&self) -> String {
        fn read(folder: &Path, all: &mut String) {
            for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
                if entry.path().is_dir() {
                    read(&entry.path(), all);
                } else {
                    all.push_str(&String::from_utf8_lossy(&std::fs::read(entry.path()).expect("a file")));
                }
            }
        }
        let mut all = String::new();
        read(self.folder.path(), &mut all);
        all
    }
}

pub fn stack(text: &str) -> Stack {
    let mut sources = Sources::default();
    sources.add("stack.toml", format!("[stack]\nname = \"test\"\n[provider.aws]\nregion = \"us-east-1\"\n{text}"));
    let (manifest, problems) = manifest::parse(&sources, None);
    assert!(problems.is_empty(), "{problems:?}");
    let given = Given::default();
    let options = stack::Options { sources: &sources, variables: &given, files: &NoFiles };
    let (stack, problems) = stack::resolve(&manifest, &CATALOG, &options);
    assert!(problems.is_empty(), "{problems:?}");
    stack
}

/// A store that can stop before and after every write.
pub struct Crashing {
    pub inner: LocalStore,
    cloud: Cloud,
}

impl Store for Crashing {
    fn load(&self) -> BoxFuture<'_, Result<Loaded, StoreError>> {
        self.inner.load()
    }

    fn lock<'a>(
        &'a self,
        holder: &'a Holder,
        waiting: Waiting<'a>,
    ) -> BoxFuture<'a, Result<(Held, Loaded), StoreError>> {
        self.inner.lock(holder, waiting)
    }

    fn release(&self, held: Held) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.release(held)
    }

    fn append<'a>(&'a self, held: &'a Held, records: &'a [Record]) -> BoxFuture<'a, Result<Written, StoreError>> {
        Box::pin(async move {
            self.cloud.step().await;
            let written = self.inner.append(held, records).await?;
            self.cloud.step().await;
            Ok(written)
        })
    }

    fn save<'a>(
        &'a self,
        held: &'a Held,
        snapshot: &'a Snapshot,
        backup: Backup,
    ) -> BoxFuture<'a, Result<Written, StoreError>> {
        self.inner.save(held, snapshot, backup)
    }

    fn holding(&self) -> BoxFuture<'_, Result<Option<Holding>, StoreError>> {
        self.inner.holding()
    }

    fn watch<'a>(
        &'a self,
        news: &'a (dyn Fn(LockNews) + Send + Sync),
    ) -> BoxFuture<'a, Result<Option<Holder>, StoreError>> {
        self.inner.watch(news)
    }

    fn break_lock<'a>(&'a self, breaker: &'a Holder) -> BoxFuture<'a, Result<Option<Holding>, StoreError>> {
        self.inner.break_lock(breaker)
    }

    fn history(&self) -> BoxFuture<'_, Result<Vec<Version>, StoreError>> {
        self.inner.history()
    }

    fn version<'a>(&'a self, id: &'a str) -> BoxFuture<'a, Result<Snapshot, StoreError>> {
        self.inner.version(id)
    }
}
