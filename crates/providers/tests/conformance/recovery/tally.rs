//! How much was tried.
//!
//! In: one run after the other. Out: counts, for a person and for what must not be nothing.

use std::fmt;
use std::ops::AddAssign;

/// What was tried with one sample, or with many.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub creates: Count,
    pub updates: Count,
    pub destroys: Count,
    /// Changes of arguments that the emulator is known to get wrong.
    pub left_out: usize,
    /// Changes of arguments that make no call, because AWS has these values anyway.
    pub idle: usize,
    /// How often the call that creates is made when nothing is in the way.
    pub usual_creates: Option<usize>,
}

/// Runs of one sort.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    /// Runs that were killed.
    pub kills: usize,
    /// Mutating calls that AWS got in runs that were killed and those that followed.
    pub calls: usize,
}

impl Count {
    pub fn note(&mut self, killed: bool, calls: usize) {
        self.kills += usize::from(killed);
        self.calls += calls;
    }
}

impl Tally {
    pub fn kills(&self) -> usize {
        self.creates.kills + self.updates.kills + self.destroys.kills
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.kills += other.kills;
        self.calls += other.calls;
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.creates += other.creates;
        self.updates += other.updates;
        self.destroys += other.destroys;
        self.left_out += other.left_out;
        self.idle += other.idle;
    }
}

impl fmt::Display for Tally {
    /// `12 kills: 4 in create, 6 in update, 2 in destroy; 15 mutating calls; …`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (creates, updates, destroys) = (self.creates, self.updates, self.destroys);
        let (kills, calls) = (self.kills(), creates.calls + updates.calls + destroys.calls);
        write!(
            f,
            "{kills} kills: {} in create, {} in update, {} in destroy; {calls} mutating calls; \
             {} changes left out, {} without a call",
            creates.kills, updates.kills, destroys.kills, self.left_out, self.idle,
        )
    }
}
