//! What is written while a large stack is applied, changed and destroyed: it grows with the work,
//! and with nothing else.
//!
//! The cloud is a map and the clock is virtual; state is kept once in a folder and once in S3 and
//! DynamoDB as the simulation has them. With `STACKCTL_BENCH_WRITES=FILE` the figures of the applies
//! are written there as JSON, by store and by number of resources.

mod counting;
mod laws;
#[path = "../simulation/services/mod.rs"]
mod services;
mod shelf;
mod stage;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use counting::{APPEND, SNAPSHOT};
use engine::store::Holder;
use laws::{Kept, Life};
use serde_json::{Value as Json, json};
use services::{BREAK, Services, Weather};
use stage::{Aim, Ran, Stage, stack};

/// How many resources: growth shows between them.
const SIZES: [usize; 4] = [1_000, 2_000, 4_000, 10_000];

#[tokio::test(start_paused = true)]
async fn in_a_folder_it_grows_with_the_work() {
    let mut lives = Vec::new();
    for size in SIZES {
        let folder = folder();
        lives.push(live(&mut Stage::local(folder.path()), size).await);
    }
    check("local", &lives, Kept::InAFolder);
}

#[tokio::test(start_paused = true)]
async fn in_services_it_grows_with_the_work() {
    let mut lives = Vec::new();
    for size in SIZES {
        let services = Services::new(1);
        lives.push(live(&mut Stage::shared(&services), size).await);
        assert_eq!(services.violations(), Vec::<String>::new());
    }
    check("shared", &lives, Kept::InServices);
}

#[tokio::test(start_paused = true)]
async fn what_comes_together_is_written_together() {
    let stack = stack(1_000, "plain");
    let mut appends = Vec::new();
    for parallelism in [1, 4, 16, 64] {
        let services = Services::new(2);
        let mut stage = Stage::shared(&services);
        stage.limits.parallelism = parallelism;
        appends.push(stage.run(&stack, Aim::Apply).await.counts.of(APPEND).times);
    }
    println!("appends of 1,000 creates, 1, 4, 16 and 64 at once: {appends:?}");
    assert!(appends.windows(2).all(|pair| pair[1] < pair[0]), "{appends:?}");
    assert!(appends[3] * 8 < appends[0], "{appends:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_again_is_a_batch_and_not_everything() {
    let stack = stack(500, "plain");
    for weather in [Weather::STORM, Weather::MUTE] {
        let services = Services::new(3);
        let mut stage = Stage::shared(&services);
        let fair = stage.run(&stack, Aim::Apply).await.counts.bytes();
        stage.run(&stack, Aim::Destroy).await;
        let before: usize = services.written().iter().map(String::len).sum();
        services.set_weather(weather);
        let counts = stage.run(&stack, Aim::Apply).await.counts;
        services.set_weather(Weather::FAIR);
        // What lands late lands within ten minutes.
        tokio::time::sleep(std::time::Duration::from_secs(900)).await;
        let accepted = services.written().iter().map(String::len).sum::<usize>() - before;
        println!("{weather:?}: {} bytes sent, {accepted} accepted, {fair} in fair weather", counts.bytes());
        assert!(accepted as u64 <= counts.bytes() && counts.bytes() <= fair + fair / 2, "{counts:?}");
        assert!(!services.busy(), "everything has landed");
        assert_eq!(services.holds().len(), 6, "three commands took the lock and gave it back");
        let breaker = Holder { command: BREAK.to_owned(), ..Holder::default() };
        assert_eq!(stage.store.break_lock(&breaker).await.expect("it answers"), None, "nobody holds it");
        assert_eq!(services.violations(), Vec::<String>::new());
    }
}

/// The life of one stack, command by command.
async fn live(stage: &mut Stage, size: usize) -> Life {
    let stack_of = |label: &str| stack(size, label);
    let first = stack_of("first");
    let apply = stage.run(&first, Aim::Apply).await;
    assert_eq!((apply.outcome.created, stage.shelf.len()), (size, size));
    let nothing = stage.run(&first, Aim::Apply).await;
    let second = stack_of("second");
    let change = stage.run(&second, Aim::Apply).await;
    assert_eq!(change.outcome.updated, 1);
    let destroy = stage.run(&second, Aim::Destroy).await;
    assert_eq!((destroy.outcome.deleted, stage.shelf.len()), (size, 0));
    Life { resources: size as u64, apply, nothing, change, destroy }
}

/// Checks the lives of larger and larger stacks in one store, and writes their figures down.
#[track_caller]
fn check(store: &'static str, lives: &[Life], kept: Kept) {
    for life in lives {
        println!("{store}: {life}");
        life.holds(kept);
    }
    laws::grows_with_the_work(lives);
    let Some(file) = std::env::var_os("STACKCTL_BENCH_WRITES") else { return };
    // Each store has a test of its own, and the last one writes what both have found.
    static FIGURES: Mutex<BTreeMap<&str, Json>> = Mutex::new(BTreeMap::new());
    let mut figures = FIGURES.lock().unwrap_or_else(PoisonError::into_inner);
    figures.insert(store, lives.iter().map(|it| (it.resources.to_string(), figure(it))).collect());
    std::fs::write(file, format!("{:#}\n", json!(*figures))).expect("the file can be written");
}

/// A temporary folder, in memory where that is possible: to wait for a disk tens of thousands of times
/// would take minutes.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::tempdir_in(place).expect("a temporary folder")
}

fn figure(life: &Life) -> Json {
    let Ran { operations, counts, took, .. } = &life.apply;
    json!({
        "operations": operations,
        "appends": counts.of(APPEND).times,
        "snapshots": counts.of(SNAPSHOT).times,
        "bytes": counts.bytes(),
        "bytes_per_resource": counts.bytes() / life.resources,
        "microseconds_per_operation": took.as_micros() as u64 / operations,
    })
}
