//! Random stacks under the laws. A seed decides everything; one that breaks a law prints all that
//! is needed to keep it as a test.

use cloudsim::{At, Trouble, What};

use crate::course::{Act, Chance, Course, Part, Sky};
use crate::seeds::{each, seeds};
use crate::stage::Aim;

/// A course of these acts; now and then with a snapshot after every few records.
fn course(seed: u64, most: usize, chance: &mut Chance, acts: Vec<Act>) -> Course {
    let journal_bytes = if chance.happens(0.5) { 1_500 } else { 64 * 1024 };
    Course { seed, most, journal_bytes, acts }
}

/// Some bad days in a row, one command each.
fn bad_days(chance: &mut Chance, aim: Aim) -> Vec<Act> {
    let days = 1 + chance.below(3);
    let mut acts = Vec::new();
    for _ in 0..days {
        acts.push(Act::Day { sky: Sky::Storm, strangers: Vec::new(), parts: vec![Part::mortal(chance, aim)] });
        if chance.happens(0.5) {
            acts.push(Act::Rest(chance.below(120)));
        }
    }
    acts
}

fn edits(seed: u64) -> Course {
    let mut acts = vec![Act::Clean(Aim::Apply)];
    (0..3).for_each(|_| acts.extend([Act::Edit, Act::Clean(Aim::Apply)]));
    acts.push(Act::Clean(Aim::Destroy));
    course(seed, 12, &mut Chance::new(seed), acts)
}

pub fn bad_applies(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = bad_days(&mut chance, Aim::Apply);
    acts.extend([Act::Calm, Act::Clean(Aim::Apply), Act::Rest(16 * 60), Act::Clean(Aim::Apply)]);
    course(seed, 10, &mut chance, acts)
}

pub fn bad_edits(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = vec![Act::Clean(Aim::Apply), Act::Edit];
    acts.extend(bad_days(&mut chance, Aim::Apply));
    if chance.happens(0.4) {
        acts.push(Act::Revert);
        if chance.happens(0.5) {
            acts.extend(bad_days(&mut chance, Aim::Apply));
        }
    }
    acts.extend([Act::Calm, Act::Clean(Aim::Apply)]);
    course(seed, 10, &mut chance, acts)
}

pub fn bad_destroys(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = vec![Act::Clean(Aim::Apply)];
    acts.extend(bad_days(&mut chance, Aim::Destroy));
    acts.extend([Act::Calm, Act::Clean(Aim::Destroy)]);
    course(seed, 10, &mut chance, acts)
}

fn drifts(seed: u64) -> Course {
    let acts = vec![Act::Clean(Aim::Apply), Act::Drift, Act::Clean(Aim::Apply)];
    course(seed, 10, &mut Chance::new(seed), acts)
}

/// Somebody else has names that the stack wants: before, between and in the middle of bad days.
pub fn strangers(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = Vec::new();
    if chance.happens(0.6) {
        acts.push(Act::Plant);
    }
    for mut act in bad_days(&mut chance, Aim::Apply) {
        if let Act::Day { strangers, .. } = &mut act {
            let count = chance.below(4);
            strangers.extend((0..count).map(|_| chance.magnitude(20.0, 60_000.0)));
        }
        acts.push(act);
        if chance.happens(0.3) {
            acts.push(Act::Plant);
        }
    }
    acts.extend([Act::Calm, Act::Unplant, Act::Clean(Aim::Apply)]);
    course(seed, 10, &mut chance, acts)
}

/// Two people with different manifests at once, and a third who breaks the lock now and then.
pub fn rivals(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = Vec::new();
    if chance.happens(0.7) {
        acts.push(Act::Clean(Aim::Apply));
    }
    acts.extend([Act::Edit, Act::Fork]);
    for _ in 0..1 + chance.below(2) {
        let mut parts: Vec<Part> = (0..2).map(|fork| rival(&mut chance, fork)).collect();
        if chance.happens(0.15) {
            let start = chance.magnitude(100.0, 120_000.0);
            parts.push(Part { start, ..Part::new(Aim::Break) });
        }
        let sky = [Sky::Fair, Sky::Storm, Sky::Mute][chance.below(3) as usize];
        acts.push(Act::Day { sky, strangers: Vec::new(), parts });
    }
    acts.extend([Act::Calm, Act::Clean(Aim::Apply)]);
    course(seed, 8, &mut chance, acts)
}

/// Whoever holds the lock can hardly tell so: it is taken over again and again while they are at
/// work.
pub fn lapses(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = Vec::new();
    if chance.happens(0.5) {
        acts.push(Act::Clean(Aim::Apply));
    }
    acts.extend([Act::Edit, Act::Fork]);
    let parts = (0..3).map(|at| {
        let start = chance.magnitude(10.0, 60_000.0);
        let troubles = match chance.happens(0.5) {
            true => Part::hindered(&mut chance, Aim::Apply).troubles,
            false => Vec::new(),
        };
        Part { start, fork: at % 2, wait: 3_600, troubles, ..Part::new(Aim::Apply) }
    });
    let parts = parts.collect();
    acts.push(Act::Day { sky: Sky::Mute, strangers: Vec::new(), parts });
    acts.extend([Act::Calm, Act::Clean(Aim::Apply)]);
    course(seed, 8, &mut chance, acts)
}

/// Somebody gets no time for about a lease, in the middle of writing, and another who waits takes
/// over and is slow.
pub fn late_writers(seed: u64) -> Course {
    let mut chance = Chance::new(seed);
    let mut acts = Vec::new();
    if chance.happens(0.5) {
        acts.push(Act::Clean(Aim::Apply));
    }
    acts.extend([Act::Edit, Act::Fork]);
    let length = 33_000 + chance.below(50_000);
    let late = Trouble { at: At::Step(10 + chance.below(160)), what: What::Pause(length) };
    let pauses = (0..2).map(|_| {
        let length = chance.magnitude(1_000.0, 40_000.0);
        Trouble { at: At::Step(10 + chance.below(60)), what: What::Pause(length) }
    });
    let slow = Part { fork: 1, wait: 3_600, troubles: pauses.collect(), ..Part::new(Aim::Apply) };
    let slow = Part { start: 100 + chance.below(10_000), ..slow };
    let parts = vec![Part { troubles: vec![late], ..Part::new(Aim::Apply) }, slow];
    acts.push(Act::Day { sky: Sky::Fair, strangers: Vec::new(), parts });
    acts.extend([Act::Calm, Act::Clean(Aim::Apply)]);
    Course { seed, most: 8, journal_bytes: 1_000, acts }
}

fn rival(chance: &mut Chance, fork: usize) -> Part {
    let aim = if chance.happens(0.1) { Aim::Destroy } else { Aim::Apply };
    let start = if chance.happens(0.3) { 0 } else { chance.magnitude(10.0, 120_000.0) };
    let wait = if chance.happens(0.6) { chance.magnitude(1.0, 3_600.0) } else { 0 };
    Part { start, fork, wait, ..Part::hindered(chance, aim) }
}

#[test]
fn apply_edit_apply_destroy() {
    each(seeds(200), edits);
}

#[test]
fn a_bad_day_leaves_nothing_behind() {
    each(seeds(800), bad_applies);
}

#[test]
fn an_edit_on_a_bad_day() {
    each(seeds(900), bad_edits);
}

#[test]
fn a_destroy_on_a_bad_day() {
    each(seeds(500), bad_destroys);
}

#[test]
fn drift_is_seen_and_mended() {
    each(seeds(200), drifts);
}

#[test]
fn what_belongs_to_others_is_left_alone() {
    each(seeds(800), strangers);
}

#[test]
fn two_at_once() {
    each(seeds(900), rivals);
}

#[test]
fn leases_that_run_out() {
    each(seeds(400), lapses);
}

#[test]
fn writers_that_come_late() {
    each(seeds(400), late_writers);
}
