//! Plants every bug of [`engine::planted`] and shows that some law breaks.
//!
//! The same courses hold without the bug: the tests of [`crate::random`] let them happen.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::planted::{Bug, plant};

use crate::course::Course;
use crate::random::{bad_applies, bad_destroys, bad_edits, lapses, late_writers, strangers};
use crate::seeds::attempt;

/// How many courses may pass before a bug is found.
const AT_MOST: u64 = 1_000;

/// Courses in which a bug is looked for, in turn: what they are about is where it lies.
fn plots(bug: Bug) -> &'static [fn(u64) -> Course] {
    match bug {
        Bug::NoIntent | Bug::ForgottenToken | Bug::CreateAgain | Bug::NoSuspects => &[bad_applies],
        Bug::StateBeforeResult | Bug::DeleteBelieved => &[bad_destroys],
        Bug::NotDeposed | Bug::UpdateUndone => &[bad_edits],
        Bug::OpenLeftOut | Bug::TrimFirst => &[bad_applies],
        Bug::ForeignAdopted => &[strangers],
        Bug::TakeoverAtOnce => &[late_writers],
        Bug::LeaseFromAnswer | Bug::StaleJournal => &[lapses],
        Bug::NoFence | Bug::EpochKept => &[late_writers],
        Bug::NewerFenced => &[lapses, late_writers],
        // Chance comes to these too seldom: they are the model checker's.
        Bug::LeaseFromLastClaim | Bug::RefusedAppend | Bug::RefusedSave => &[],
    }
}

/// Lets courses happen until one breaks a law that holds without the bug; says which it was.
fn check(bug: Bug) -> Result<String, String> {
    let plots = plots(bug);
    for seed in 0..AT_MOST {
        let course = plots[(seed % plots.len() as u64) as usize](seed);
        let planted = plant(bug);
        let tried = attempt(&course);
        drop(planted);
        if let Err(report) = tried
            && attempt(&course).is_ok()
        {
            let law = report.lines().next().unwrap_or_default();
            return Ok(format!("{bug:?} was found by course {} of {AT_MOST}: {law}", seed + 1));
        }
    }
    Err(format!("{bug:?} was not found by {AT_MOST} courses"))
}

#[test]
fn every_bug_is_found() {
    let next = AtomicUsize::new(0);
    let told: Mutex<Vec<Result<String, String>>> = Mutex::default();
    let work = || {
        while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            let found = check(*bug);
            println!("{}", found.as_ref().unwrap_or_else(|missed| missed));
            told.lock().expect("nobody panics while holding it").push(found);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| (0..threads).for_each(|_| drop(scope.spawn(work))));
    let told = told.into_inner().expect("nobody panicked while holding it");
    let missed: Vec<String> = told.into_iter().filter_map(Result::err).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
