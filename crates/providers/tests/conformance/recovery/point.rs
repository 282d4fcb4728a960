//! Where a run is killed, and which points are left to be tried.
//!
//! In: how many mutating calls a run makes. Out: points. It must not know what is called.

/// Where a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// At which mutating call, from 1.
    pub call: usize,
    /// What becomes of that call.
    pub fate: Fate,
}

/// What becomes of the call at which a run is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// AWS never gets it.
    Lost,
    /// AWS does it, and nobody hears the answer.
    Delivered,
}

impl Point {
    /// All points in order: each call is lost, then delivered.
    pub fn nth(index: usize) -> Self {
        let fate = if index.is_multiple_of(2) { Fate::Lost } else { Fate::Delivered };
        Self { call: index / 2 + 1, fate }
    }
}

impl std::fmt::Display for Point {
    /// `killed at call 2, which is lost`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fate = match self.fate {
            Fate::Lost => "lost",
            Fate::Delivered => "delivered",
        };
        write!(f, "killed at call {}, which is {fate}", self.call)
    }
}

/// The points of one change, tried one at a time whenever the change is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Points {
    tried: usize,
    /// How many mutating calls the change makes; known after the first kill, which loses the
    /// first of them, so that the next run makes them all.
    calls: Option<usize>,
    visited: bool,
}

impl Points {
    /// The next point; `None` when all were tried.
    pub fn next(&self) -> Option<Point> {
        let left = self.calls.is_none_or(|calls| self.tried < 2 * calls);
        left.then(|| Point::nth(self.tried))
    }

    /// Whether there still is something to try. A change that never made a call has nothing.
    pub fn is_open(&self) -> bool {
        match self.calls {
            Some(calls) => self.tried < 2 * calls,
            None => !self.visited,
        }
    }

    /// The change was made without coming to the point.
    pub fn missed(&mut self) {
        self.visited = true;
    }

    /// The run was killed at the point, and the next one made this many calls.
    pub fn hit(&mut self, made_by_next: usize) {
        self.visited = true;
        self.tried += 1;
        self.calls.get_or_insert(made_by_next.max(1));
    }
}
