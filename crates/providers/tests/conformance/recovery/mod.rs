//! Killed at every call: each sample is created, changed and destroyed by the engine as a whole,
//! which is dropped at one mutating call after the other, with the call lost and with the call
//! done and its answer lost. The next run has to find out by itself: then there is one object,
//! and a plan is empty.
//!
//! In: the samples. Out: breaches, one line each, and counts of what was tried. What the emulator
//! is known to get wrong is left out by argument, and counted. A sample's needs are a stack of
//! their own, made once, and its arguments hold what references to them would be: needs are
//! killed where they are samples themselves.

mod manifest;
mod points;
mod stage;
mod tally;
mod trial;

use std::collections::BTreeMap;

use futures::StreamExt;
use model::catalog::Kind;
use model::stack::Stack;
use sandbox::differences::{self, Difference};
use tokio::runtime::Handle;

use self::stage::{Aim, Stage};
use self::tally::Tally;
use self::trial::{Trial, Way};
use crate::life::{attributes, zones};
use crate::place::{self, Place};
use crate::sample::{Names, Sample, fill, is_adopted, named};
use crate::samples;
use crate::subject::{Stopped, Subject};

/// How many samples are tried together.
const TOGETHER: usize = 12;

/// What came of one sample.
struct Tried {
    kind: &'static Kind,
    name: String,
    tally: Tally,
    wrong: Vec<String>,
    took: std::time::Duration,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_is_killed_at_every_call() {
    let moto = place::emulator().await;
    let endpoint = moto.endpoint();
    let only = crate::only();
    // A region of its own for each; samples so far apart that they share one are of other services.
    let samples = samples::all().into_iter().enumerate().map(|(index, sample)| (place::region(index), sample));
    let mut samples: Vec<(String, Sample)> = samples.filter(|(_, it)| it.kind.starts_with(&only)).collect();
    // The longest first, so that nothing is waited for alone in the end.
    samples.sort_by_key(|(_, sample)| std::cmp::Reverse(sample.changes.len()));
    let trials = samples.into_iter().map(|(region, sample)| {
        let endpoint = endpoint.clone();
        // The engine's futures stay on one thread.
        tokio::task::spawn_blocking(move || Handle::current().block_on(tried(sample, endpoint, region)))
    });
    let mut trials = futures::stream::iter(trials).buffer_unordered(TOGETHER);
    let mut all: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut wrong = Vec::new();
    while let Some(done) = trials.next().await {
        let Tried { kind, name, tally, wrong: found, took } = done.expect("a trial does not panic");
        eprintln!("{name}: {tally}; {} s", took.as_secs());
        *all.entry(kind.name).or_default() += tally;
        wrong.extend(found.into_iter().map(|it| format!("{name}: {it}")));
    }
    wrong.extend(providers::catalog().kinds.iter().filter_map(|kind| untried(kind, all.get(kind.name)?)));
    let mut total = Tally::default();
    all.values().for_each(|it| total += *it);
    eprintln!("{} kinds, {total}", all.len());
    wrong.sort();
    assert!(wrong.is_empty(), "{} breaches:\n{}", wrong.len(), wrong.join("\n"));
}

/// What was not tried of a kind and should have been.
fn untried(kind: &Kind, tally: &Tally) -> Option<String> {
    // What is adopted stays, and so does what AWS has no way to be without.
    let stays = is_adopted(kind) || samples::all().iter().any(|it| it.kind == kind.name && it.lingers);
    let missing = match (tally.creates.kills >= 2, tally.destroys.kills >= 2 || stays) {
        (false, _) => "create",
        (true, false) => "delete",
        (true, true) => return None,
    };
    Some(format!("{}: never killed at both sides of a {missing} call", kind.name))
}

async fn tried(sample: Sample, endpoint: String, region: String) -> Tried {
    let started = std::time::Instant::now();
    let kind = providers::catalog().kind(sample.kind).expect("every sample is of a kind");
    let name = if sample.name.is_empty() { kind.name.to_owned() } else { format!("{} ({})", kind.name, sample.name) };
    let place = Place::new(&endpoint, &region).await;
    let (tally, wrong) = match with_needs(kind, &sample, &place).await {
        Ok((tally, wrong)) => (tally, wrong),
        Err(stopped) => (Tally::default(), vec![stopped]),
    };
    Tried { kind, name, tally, wrong, took: started.elapsed() }
}

/// Tries a sample in all the ways it has.
async fn with_needs(kind: &'static Kind, sample: &Sample, place: &Place) -> Result<(Tally, Vec<String>), Stopped> {
    let needs = Needs::make(place, sample).await.map_err(|it| format!("its needs: {it}"))?;
    let arguments = named(&sample.arguments, &needs.names);
    let (mut tally, mut wrong) = (Tally::default(), Vec::new());
    for way in ways(kind) {
        let arguments = arguments.clone();
        let desired = fill(kind, &arguments, &needs.names);
        let subject = Subject { kind, sample, place, desired, wrong: Vec::new() };
        let mut trial = Trial::new(subject, Stage::new(place), way, arguments, &needs.names);
        let stopped = trial.run().await;
        tally += trial.tally;
        wrong.append(&mut trial.subject.wrong);
        wrong.extend(stopped.err());
    }
    wrong.extend(needs.end().await.err().map(|it| format!("its needs: {it}")));
    Ok((tally, wrong))
}

/// The ways in which a kind's objects come and go. Where the emulator gets wrong how a missing one
/// is made, there is one that is not tried.
fn ways(kind: &Kind) -> Vec<Way> {
    if !is_adopted(kind) {
        return vec![Way::Owned];
    }
    let makes = |it: &&Difference| match it.subject {
        differences::Subject::Operation(name) => name.contains(":CreateDefault"),
        differences::Subject::Argument(_) => false,
    };
    let missed =
        (kind.inputs)().field("force_destroy").is_some() && differences::of_kind(kind.name).find(makes).is_none();
    [Some(Way::Adopted), missed.then_some(Way::Missed)].into_iter().flatten().collect()
}

/// What a sample needs: a stack of its own.
struct Needs<'a> {
    stage: Stage<'a>,
    stack: Stack,
    /// What references in the sample mean.
    names: Names,
}

impl<'a> Needs<'a> {
    async fn make(place: &'a Place, sample: &Sample) -> Result<Self, Stopped> {
        let mut names = Names::from([(String::new(), zones(place).await?)]);
        let (stage, stack) = (Stage::new(place), manifest::of_needs(sample, &names)?);
        stage.run(&stack, Aim::Apply).await?;
        for (address, entry) in stage.state().await?.resources {
            let id = entry.current.ok_or_else(|| format!("{address} was not made"))?.id;
            let kind = place.driver(&address.kind).kind();
            let desired = model::Tree::Null;
            let mut subject = Subject { kind, sample, place, desired, wrong: Vec::new() };
            let live = subject.ready(&id).await?;
            names.insert(address.name.clone(), attributes(&live));
        }
        Ok(Self { stage, stack, names })
    }

    async fn end(self) -> Result<(), Stopped> {
        self.stage.run(&self.stack, Aim::Destroy).await?;
        let left = self.stage.state().await?.resources;
        if left.is_empty() { Ok(()) } else { Err(format!("{:?} are left", left.keys())) }
    }
}
