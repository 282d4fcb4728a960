//! Courses that broke a law once, as short as they could be made.

use crate::course::Act::*;
use crate::course::Sky::*;
use crate::course::{Course, Part};
use crate::seeds::replay;
use crate::stage::Aim::*;
use cloudsim::At::*;
use cloudsim::Trouble;
use cloudsim::What::*;

/// The same course comes to the same end, call by call.
#[test]
fn a_seed_repeats_itself() {
    let course = crate::random::rivals(7);
    let stories: Vec<String> = (0..2).map(|_| crate::seeds::story(&course)).collect();
    assert_eq!(stories[0], stories[1]);
}

#[test]
fn seed_69() {
    replay(Course {
        seed: 69,
        most: 4,
        journal_bytes: 1500,
        acts: vec![
            Day {
                sky: Storm,
                strangers: vec![],
                parts: vec![Part {
                    start: 0,
                    fork: 0,
                    aim: Apply,
                    target: None,
                    wait: 0,
                    troubles: vec![Trouble { at: Step(149), what: Kill }],
                }],
            },
            Calm,
            Clean(Apply),
        ],
    });
}
