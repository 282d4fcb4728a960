//! The whole pipeline around one large stack: text to state, under the lock of a store.
//!
//! In: how many resources. Out: what was done and what was written for it.

use std::fmt::Write as _;
use std::sync::Arc;

use cloudsim::Process;
use cloudsim::kinds::CATALOG;
use driver::{Lease, Token};
use engine::execute::{Connections, Outcome, Surroundings, Work, execute};
use engine::machine::Limits;
use engine::observe::{Question, observe};
use engine::place::Place;
use engine::plan::{Inputs, Options, plan};
use engine::protocol::Terms;
use engine::schedule::{Durations, schedule};
use engine::session;
use engine::store::{Holder, LocalStore, SharedStore, Store, Waiting};
use model::source::{NoFiles, Sources};
use model::stack::{Given, Stack};
use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

use crate::counting::{Counts, Disk, Line, Tally};
use crate::services::Services;
use crate::shelf::Shelf;

/// A cloud and a store.
pub struct Stage {
    pub tally: Tally,
    pub shelf: Shelf,
    pub store: Box<dyn Store>,
    pub limits: Limits,
    tokens: u64,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    Apply,
    Destroy,
}

/// What a command did.
pub struct Ran {
    /// How many operations were carried out.
    pub operations: u64,
    pub outcome: Outcome,
    /// What was asked of the store, from taking the lock to giving it back.
    pub counts: Counts,
    /// For how long the operations were carried out, on the virtual clock.
    pub lasted: Duration,
    /// For how long this machine was at it.
    pub took: Duration,
}

impl Stage {
    /// With state in a folder.
    pub fn local(folder: &std::path::Path) -> Self {
        let tally = Tally::default();
        let inner = LocalStore::new(folder, None, Lease::unlimited());
        Self::new(tally.clone(), Box::new(Disk { inner, tally }))
    }

    /// With state in services that many can reach.
    pub fn shared(services: &Services) -> Self {
        let tally = Tally::default();
        let start = Instant::now();
        let lease = Lease::none(Arc::new(move || start.elapsed()));
        let line = Line { inner: services.line(&Process::default()), tally: tally.clone() };
        let terms = Terms { lease: Duration::from_secs(30) };
        let spawn = |task| drop(tokio::spawn(task));
        Self::new(tally, Box::new(SharedStore::new(Arc::new(line), lease, terms, spawn)))
    }

    fn new(tally: Tally, store: Box<dyn Store>) -> Self {
        Self { tally, shelf: Shelf::default(), store, limits: Limits::default(), tokens: 0 }
    }

    /// One command.
    pub async fn run(&mut self, stack: &Stack, aim: Aim) -> Ran {
        self.tally.take();
        let drivers = self.shelf.drivers(&CATALOG);
        let locked = self.store.lock(&Holder::default(), Waiting::NOT).await;
        let (held, loaded) = locked.expect("the lock is free");
        let mut session = session::open(loaded);
        session.recover(&*self.store, &held, &drivers, NOW).await.expect("nothing is open");
        let options = Options { destroy: aim == Aim::Destroy, ..Options::default() };
        let place = Place { account: "1".to_owned(), region: "here".to_owned(), endpoint: None };
        let (state, fingerprints) = (&session.ledger.state, &session.fingerprints);
        let catalog = &CATALOG;
        let question = Question { stack, catalog, state, fingerprints, options: &options, everything: false };
        let observed = observe(&drivers, &place, &question).await.expect("the cloud is readable");
        let inputs = Inputs { stack, catalog, state, observed: &observed, fingerprints, options: &options };
        let planning = plan(&inputs).expect("there is a plan");
        let schedule = schedule(&planning.plan, &Durations { catalog, learnt: &state.durations });
        let fingerprints = session.fingerprints.clone();
        let tokens = &mut self.tokens;
        let mut token = || {
            *tokens += 1;
            Token(format!("{tokens:08x}-0000-4000-8000-000000000000"))
        };
        let connections =
            Connections { drivers: &drivers, store: &*self.store, held: &held, fingerprints: &fingerprints };
        let work = Work {
            stack,
            catalog,
            plan: &planning.plan,
            objects: &planning.objects,
            observed: &observed,
            priorities: &schedule.priorities,
            limits: &self.limits,
        };
        let surroundings = Surroundings {
            progress: &mut |_| (),
            token: &mut token,
            now: &|| NOW,
            interrupt: CancellationToken::new(),
            stop: CancellationToken::new(),
        };
        let (began, really) = (Instant::now(), std::time::Instant::now());
        let outcome = execute(connections, work, &mut session.ledger, surroundings).await.expect("it is carried out");
        let (lasted, took) = (began.elapsed(), really.elapsed());
        self.store.release(held).await.expect("released");
        assert!(outcome.is_complete(), "{:?}", outcome.failed.first());
        Ran { operations: planning.plan.operations.len() as u64, outcome, counts: self.tally.take(), lasted, took }
    }
}

/// Unix time in seconds.
const NOW: u64 = 1_700_000_000;

/// A stack of so many resources, a multiple of ten: networks with firewalls, some of them attached,
/// and a bucket each. `label` is an argument of the first firewall.
pub fn stack(resources: usize, label: &str) -> Stack {
    let mut text = "[stack]\nname = \"many\"\n[provider.aws]\nregion = \"us-east-1\"\n".to_owned();
    let mut sources = Sources::default();
    for group in 0..resources / 10 {
        let label = if group == 0 { label } else { "plain" };
        write_group(&mut text, group, label);
    }
    sources.add("stack.toml", text);
    let (manifest, problems) = model::manifest::parse(&sources, None);
    assert!(problems.is_empty(), "{problems:?}");
    let options = model::stack::Options { sources: &sources, variables: &Given::default(), files: &NoFiles };
    let (stack, problems) = model::stack::resolve(&manifest, &CATALOG, &options);
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(stack.resources.len(), resources);
    stack
}

fn write_group(text: &mut String, group: usize, label: &str) {
    let (high, low) = (group / 200, group % 200);
    let _ = write!(
        text,
        r#"
[resource.sim_network.n{group}]
cidr = "10.{high}.{low}.0/24"
dns = true
mtu = 1500
[resource.sim_bucket.b{group}]
bucket = "bucket-{group}"
[outputs.network_{group}]
value = "${{sim_network.n{group}.id}}"
"#
    );
    for firewall in 0..6 {
        let label = if firewall == 0 { label } else { "plain" };
        let _ = write!(
            text,
            r#"
[resource.sim_firewall.f{group}_{firewall}]
name = "firewall-{group}-{firewall}"
description = "what goes in and out of number {group}"
network_id = "${{sim_network.n{group}.id}}"
tags = {{ label = "{label}", group = "{group}" }}
"#
        );
    }
    for attached in 0..2 {
        let _ = write!(
            text,
            r#"
[resource.sim_attachment.a{group}_{attached}]
network_id = "${{sim_network.n{group}.id}}"
firewall_id = "${{sim_firewall.f{group}_{attached}.id}}"
"#
        );
    }
}
