//! Which points of a change are left to be tried.
//!
//! In: what came of those before. Out: the next. It must not know what is called.

use crate::place::Point;

/// The points of one change, tried one at a time whenever the change is made.
#[derive(Clone, Copy, Debug, Default)]
pub struct Points {
    tried: usize,
    /// How many mutating calls the change makes, as far as is known. The first kill loses the
    /// first of them, so that the next run makes them all, perhaps with some that make sure.
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

    /// Whether the change ever made a call.
    pub fn were_tried(&self) -> bool {
        self.tried > 0
    }

    /// The change was made with this many calls and without coming to the point.
    pub fn missed(&mut self, made: usize) {
        self.visited = true;
        if made > 0 {
            self.calls = Some(made);
        }
    }

    /// The run was killed at the point, and the next one made this many calls.
    pub fn hit(&mut self, made_by_next: usize) {
        self.visited = true;
        self.tried += 1;
        self.calls.get_or_insert(made_by_next.max(1));
    }
}
