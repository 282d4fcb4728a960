//! Plants every bug of [`engine::planted`] and shows that some law breaks.
//!
//! The same courses hold without the bug: the other tests let them happen.

use engine::planted::{Bug, plant};

use crate::course::Course;
use crate::random;
use crate::seeds::attempt;

/// Courses in which a bug is looked for, in turn.
type Plots = &'static [fn(u64) -> Course];

/// How many courses may pass before a bug is found.
const AT_MOST: u64 = 600;

/// Lets courses happen until one breaks a law; says which it was.
fn check(bug: Bug, plots: Plots) {
    let _planted = plant(bug);
    for seed in 0..AT_MOST {
        let plot = plots[(seed % plots.len() as u64) as usize];
        if let Err(report) = attempt(&plot(seed)) {
            let law = report.lines().next().unwrap_or_default();
            println!("{bug:?} was found by course {} of {AT_MOST}: {law}", seed + 1);
            return;
        }
    }
    println!("{bug:?} was not found by {AT_MOST} courses");
}

const ALL: Plots =
    &[random::bad_applies, random::bad_edits, random::bad_destroys, random::strangers, random::rivals];

#[test]
fn every_bug_is_found() {
    for bug in Bug::ALL {
        check(*bug, ALL);
    }
}
