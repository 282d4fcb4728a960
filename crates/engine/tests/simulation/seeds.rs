//! Tries courses, on several threads, and makes failing ones short.
//!
//! In: seeds and what comes of them. Out: nothing, or a report of what failed.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::course::Course;
use crate::trial::Trial;

/// The seeds of one test: so many, or what the environment asks for.
pub fn seeds(usual: u64) -> Range<u64> {
    let asked = std::env::var("STACKCTL_SEEDS").unwrap_or_default();
    match asked.split_once("..") {
        Some((from, to)) => from.parse().expect("a number")..to.parse().expect("a number"),
        None => 0..asked.parse().unwrap_or(usual),
    }
}

/// Lets every seed's course happen, on a paused clock of its own. All are tried: the first failure
/// is told in full and as short as can be, the others in a line each.
pub fn each(seeds: Range<u64>, course: impl Fn(u64) -> Course + Sync) {
    let next = AtomicU64::new(seeds.start);
    let failures: Mutex<Vec<(u64, String)>> = Mutex::default();
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return;
            }
            if let Err(report) = attempt(&course(seed)) {
                failures.lock().expect("nobody panics while holding it").push((seed, report));
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let mut failures = failures.into_inner().expect("nobody panicked while holding it");
    failures.sort();
    let Some(((first, report), others)) = failures.split_first() else { return };
    let (shortest, report) = shorten(course(*first), report.clone());
    let lines = others.iter().map(|(seed, it)| format!("seed {seed}: {}", headline(it)));
    let lines = lines.collect::<Vec<String>>().join("\n");
    panic!("{report}\n---- to be kept in kept.rs\n{shortest}\n---- {} more failed\n{lines}", others.len());
}

/// Lets a course that was kept happen.
pub fn replay(course: Course) {
    if let Err(report) = attempt(&course) {
        panic!("{report}");
    }
}

/// Lets a course happen, or says what broke.
pub fn attempt(course: &Course) -> Result<(), String> {
    let tried = catch_unwind(AssertUnwindSafe(|| on_a_clock(async { Trial::new(course).go().await })));
    match tried {
        Ok(held) => held.map_err(|breach| breach.0),
        Err(panic) => {
            let told = panic.downcast_ref::<String>().cloned();
            let told = told.or_else(|| panic.downcast_ref::<&str>().map(|told| (*told).to_owned()));
            Err(format!("seed {} panicked: {}", course.seed, told.unwrap_or_default()))
        }
    }
}

/// Everything that happens in a course that holds.
pub fn story(course: &Course) -> String {
    on_a_clock(async {
        let mut trial = Trial::new(course);
        trial.go().await.unwrap_or_else(|breach| panic!("{}", breach.0));
        trial.report()
    })
}

/// On a paused clock of its own.
pub fn on_a_clock<T>(future: impl Future<Output = T>) -> T {
    let clock = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    clock.expect("a runtime").block_on(future)
}

/// What stands first in a report.
fn headline(report: &str) -> String {
    report.lines().take(2).collect::<Vec<&str>>().join(" ")
}

/// Which law a report is about.
fn law(report: &str) -> &str {
    report.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, law)| law)
}

/// How many simpler courses are tried.
const TRIES: u32 = 150;

/// A course that still fails, with as little in it as can be found.
fn shorten(course: Course, report: String) -> (Course, String) {
    let (mut shortest, mut told) = (course, report);
    let mut tries = 0;
    'shorter: loop {
        for simpler in shortest.simpler() {
            tries += 1;
            if tries > TRIES {
                return (shortest, told);
            }
            if let Err(report) = attempt(&simpler)
                && law(&report) == law(&told)
            {
                (shortest, told) = (simpler, report);
                continue 'shorter;
            }
        }
        return (shortest, told);
    }
}
