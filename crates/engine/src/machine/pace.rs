//! How fast calls go to a service that throttles.
//!
//! In: answers, and ticks of a timer that the loop runs. Out: whether a call may go, and after how
//! long the next one may. Pure: the interval between two ticks is all it knows of time.
//!
//! AWS fills a bucket of tokens at a steady rate, and every call takes one:
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>. So what is learnt is a
//! rate: a throttled call cuts it, every other answer raises it a little. Whoever asks below the
//! refill rate saves tokens for the time above it, so swinging around that rate wastes nothing.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use model::plan::OperationId;

/// What goes first: the longest remaining path, and among equals the lower index.
pub(super) type Rank = (Reverse<Duration>, OperationId);

/// Between two calls once the first one was throttled.
const FIRST: Duration = Duration::from_millis(100);
/// The shortest interval; a service that takes more than that is not held back.
const SHORTEST: Duration = Duration::from_millis(10);
/// The longest interval.
const LONGEST: Duration = Duration::from_secs(15);
/// What a throttled call makes of the rate.
const SLOWER: f64 = 0.7;
/// What any other answer makes of it.
const FASTER: f64 = 1.01;

/// The pace of one service.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    /// Between two calls; none while the service takes all there are.
    interval: Option<Duration>,
    /// Whether a timer runs until the next call may go.
    ticking: bool,
    /// Calls that wait for their turn.
    queue: BTreeSet<Rank>,
    /// Counts slowdowns: what was sent before the last one says nothing new.
    number: u32,
}

impl Pace {
    /// Whether a call may go now.
    pub fn is_free(&self) -> bool {
        self.queue.is_empty() && !self.ticking
    }

    /// Lets a call wait for its turn.
    pub fn wait(&mut self, rank: Rank) {
        self.queue.insert(rank);
    }

    /// A call waits no longer.
    pub fn leave(&mut self, rank: Rank) {
        self.queue.remove(&rank);
    }

    /// How many calls wait.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// After how long the next call may go, where a timer has to be set for that.
    pub fn tick(&mut self) -> Option<Duration> {
        if self.ticking {
            return None;
        }
        let interval = self.interval.or_else(|| (!self.queue.is_empty()).then_some(Duration::ZERO))?;
        self.ticking = true;
        Some(interval)
    }

    /// The timer ran out: who may call now.
    pub fn ticked(&mut self) -> Option<OperationId> {
        self.ticking = false;
        self.queue.pop_first().map(|(_, id)| id)
    }

    /// The number that a call carries which is sent now.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// A call that carries this number was throttled.
    pub fn throttled(&mut self, number: u32) {
        if number == self.number {
            self.number += 1;
            let slower = |interval: Duration| interval.div_f64(SLOWER).min(LONGEST);
            self.interval = Some(self.interval.map_or(FIRST, slower));
        }
    }

    /// A call was answered.
    pub fn answered(&mut self) {
        let faster = self.interval.map(|interval| interval.div_f64(FASTER));
        self.interval = faster.filter(|interval| *interval >= SHORTEST);
    }
}
