//! A course of events as data: what a seed comes to, and what can be kept as a test.
//!
//! In: chance. Out: acts. It must not know what comes of them.

use cloudsim::{At, Dice, Trouble, What};

use crate::stage::Aim;

/// Everything that happens in one trial. What it does not say, its seed decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Decides the stack, its edits, and what goes wrong with which call.
    pub seed: u64,
    /// About how many resources the stack has.
    pub most: usize,
    /// After how many bytes of journal a snapshot is written in the middle of a run.
    pub journal_bytes: u64,
    /// What happens, one after the other.
    pub acts: Vec<Act>,
}

/// Something that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The stack is edited.
    Edit,
    /// The last edit is taken back.
    Revert,
    /// Somebody else edits a copy of it.
    Fork,
    /// Commands run, perhaps at once, and things happen to them.
    Day {
        /// What goes wrong by chance.
        sky: Sky,
        /// When somebody else makes something of a name that the stack wants: milliseconds.
        strangers: Vec<u64>,
        /// The commands.
        parts: Vec<Part>,
    },
    /// A run to which nothing happens: the laws hold after it, and the next plan is empty.
    Clean(Aim),
    /// Nothing happens for so many seconds.
    Rest(u64),
    /// What is on its way arrives, and what settles has settled.
    Calm,
    /// Somebody else makes things of names that the stack wants.
    Plant,
    /// They take them away again. Until then they must not have been touched.
    Unplant,
    /// An object changes or vanishes behind everybody's back.
    Drift,
}

/// What goes wrong by chance on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sky {
    /// Nothing.
    Fair,
    /// Everything, now and then.
    Storm,
    /// Signs of life of whoever holds the lock.
    Mute,
}

/// One command of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// When it begins: milliseconds.
    pub start: u64,
    /// Whose manifest it has: 0 for the stack itself, more for forks.
    pub fork: usize,
    /// What it is to do.
    pub aim: Aim,
    /// Which resource alone it is about, if not all.
    pub target: Option<usize>,
    /// How many seconds it waits for whoever holds the lock.
    pub wait: u64,
    /// What happens to it.
    pub troubles: Vec<Trouble>,
}

/// Chance that goes from one question to the next.
pub struct Chance {
    dice: Dice,
    asked: u64,
}

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice(seed ^ 0x5eed_c0de), asked: 0 }
    }

    pub fn roll(&mut self) -> f64 {
        self.asked += 1;
        self.dice.roll(&format!("course {}", self.asked))
    }

    pub fn happens(&mut self, probability: f64) -> bool {
        self.roll() < probability
    }

    pub fn below(&mut self, most: u64) -> u64 {
        ((self.roll() * most as f64) as u64).min(most.saturating_sub(1))
    }

    /// A number between two, each order of magnitude as often.
    pub fn magnitude(&mut self, least: f64, most: f64) -> u64 {
        (least * (most / least).powf(self.roll())) as u64
    }
}

impl Part {
    /// A plain command.
    pub fn new(aim: Aim) -> Self {
        Self { start: 0, fork: 0, aim, target: None, wait: 0, troubles: Vec::new() }
    }

    /// A command that ends by chance before it is done, most of the time.
    pub fn mortal(chance: &mut Chance, aim: Aim) -> Self {
        let mut troubles = Vec::new();
        if chance.happens(0.2) {
            troubles.push(Trouble { at: moment(chance), what: What::Pause(chance.magnitude(100.0, 1_800_000.0)) });
        }
        if chance.happens(0.25) {
            let at = moment(chance);
            troubles.push(Trouble { at, what: What::Signal });
            if chance.happens(0.5) {
                troubles.push(Trouble { at: later(chance, at), what: What::Signal });
            }
        }
        if chance.happens(0.7) {
            troubles.push(Trouble { at: moment(chance), what: What::Kill });
        }
        let target = chance.happens(0.1).then(|| chance.below(20) as usize);
        Self { troubles, target, ..Self::new(aim) }
    }

    /// A command that is denied time again and again, most of all when it has just signed
    /// something, and that ends before it is done now and then.
    pub fn hindered(chance: &mut Chance, aim: Aim) -> Self {
        let pauses = chance.below(4);
        let pause = |chance: &mut Chance| {
            let at = moment(chance);
            // Lengths about that of a lease are the most dangerous.
            let length = match chance.happens(0.5) {
                true => chance.magnitude(5_000.0, 90_000.0),
                false => chance.magnitude(100.0, 1_800_000.0),
            };
            Trouble { at, what: What::Pause(length) }
        };
        let mut troubles: Vec<Trouble> = (0..pauses).map(|_| pause(chance)).collect();
        if chance.happens(0.15) {
            troubles.push(Trouble { at: moment(chance), what: What::Signal });
        }
        if chance.happens(0.3) {
            troubles.push(Trouble { at: moment(chance), what: What::Kill });
        }
        Self { troubles, ..Self::new(aim) }
    }
}

/// Some moment of a run: between any two things it does, or at any time.
fn moment(chance: &mut Chance) -> At {
    match chance.happens(0.75) {
        true => At::Step(1 + chance.magnitude(1.0, 300.0)),
        false => At::Millisecond(chance.magnitude(1.0, 900_000.0)),
    }
}

fn later(chance: &mut Chance, at: At) -> At {
    match at {
        At::Step(step) => At::Step(step + 1 + chance.below(20)),
        At::Millisecond(after) => At::Millisecond(after + chance.below(20_000)),
    }
}

impl Course {
    /// Courses that differ from this one by something that is left out, the shortest first.
    pub fn simpler(&self) -> Vec<Self> {
        let mut simpler = Vec::new();
        if self.most > 1 {
            simpler.push(Self { most: self.most / 2, ..self.clone() });
            simpler.push(Self { most: self.most - 1, ..self.clone() });
        }
        for (at, act) in self.acts.iter().enumerate() {
            let with = |act: Option<Act>| {
                let mut acts = self.acts.clone();
                acts.splice(at..=at, act);
                Self { acts, ..self.clone() }
            };
            // A course without a last act says nothing any more, and bad weather has to end.
            if at + 1 < self.acts.len() && *act != Act::Calm {
                simpler.push(with(None));
            }
            let Act::Day { sky, strangers, parts } = act else { continue };
            let day = |sky: Sky, strangers: &[u64], parts: &[Part]| {
                with(Some(Act::Day { sky, strangers: strangers.to_vec(), parts: parts.to_vec() }))
            };
            if *sky != Sky::Fair {
                simpler.push(day(Sky::Fair, strangers, parts));
            }
            if !strangers.is_empty() {
                simpler.push(day(*sky, &[], parts));
            }
            simpler.extend(fewer(parts).iter().map(|parts| day(*sky, strangers, parts)));
        }
        simpler
    }
}

/// The parts without one of them, or without one of the troubles.
fn fewer(parts: &[Part]) -> Vec<Vec<Part>> {
    let mut fewer = Vec::new();
    for at in 0..parts.len() {
        if parts.len() > 1 {
            let mut parts = parts.to_vec();
            parts.remove(at);
            fewer.push(parts);
        }
        for trouble in 0..parts[at].troubles.len() {
            let mut parts = parts.to_vec();
            parts[at].troubles.remove(trouble);
            fewer.push(parts);
        }
    }
    fewer
}

impl std::fmt::Display for Course {
    /// As a test for `scenarios/kept.rs`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{self:?}").replace('[', "vec![");
        write!(f, "#[test]\nfn seed_{}() {{\n    replay({text});\n}}", self.seed)
    }
}
