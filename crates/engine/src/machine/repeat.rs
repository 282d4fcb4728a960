//! What is tried again, after how long, and until when.
//!
//! In: what went wrong and how often. Out: a pause, or that it is enough. Pure; pauses add up to
//! the time that has passed, because a machine has no clock.

use std::time::Duration;

use driver::FaultKind;

use super::event::{Task, Work};

/// How often something was tried, and how long was waited in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tries {
    /// Repetitions so far.
    pub count: u32,
    /// All pauses so far.
    pub waited: Duration,
}

/// How often a throttled call is repeated: its service is asked less often every time.
const TURNS: u32 = 16;
/// How often a throttled read is repeated.
const THROTTLED: u32 = 12;
/// How often a call whose connection never opened is repeated.
const UNREACHABLE: u32 = 6;
/// How often a read without an answer is repeated.
const UNANSWERED: u32 = 3;
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(15);

impl Tries {
    /// The pause before a mutating call is sent again, if AWS surely did not do it.
    pub fn call(&mut self, kind: &FaultKind, task: &Task) -> Option<Duration> {
        let pause = match kind {
            FaultKind::Unreachable => self.often(UNREACHABLE),
            FaultKind::NotYet => match task.work {
                // What a create still waits for is another object that was just made.
                Work::Create { .. } => self.within(task.consistency),
                Work::Update | Work::Delete | Work::Settle { .. } | Work::Lookup | Work::Note => {
                    self.within(task.deadline)
                }
            },
            FaultKind::InUse { .. } if task.work == Work::Delete => self.within(task.consistency),
            FaultKind::Unknown if task.work == Work::Lookup => self.often(UNANSWERED),
            // What is throttled waits for its turn instead.
            FaultKind::InUse { .. } | FaultKind::Unknown | FaultKind::NotFound | FaultKind::Throttled => None,
            FaultKind::Denied | FaultKind::Invalid | FaultKind::Conflict => None,
        };
        self.count(pause)
    }

    /// Whether a throttled call is sent again, when its turn comes.
    pub fn turn(&mut self) -> bool {
        self.count += 1;
        self.count <= TURNS
    }

    /// The pause before a read is sent again.
    pub fn read(&mut self, kind: &FaultKind, task: &Task) -> Option<Duration> {
        let pause = match kind {
            FaultKind::Throttled => self.often(THROTTLED),
            FaultKind::Unreachable => self.often(UNREACHABLE),
            FaultKind::Unknown => self.often(UNANSWERED),
            FaultKind::NotYet => self.within(task.consistency),
            FaultKind::NotFound | FaultKind::Denied | FaultKind::Invalid => None,
            FaultKind::Conflict | FaultKind::InUse { .. } => None,
        };
        self.count(pause)
    }

    /// The pause before looking again for what is not there yet.
    pub fn absence(&mut self, task: &Task) -> Option<Duration> {
        let pause = self.within(task.consistency);
        self.count(pause)
    }

    /// The pause before a change of unclear fate, seen not to be done, is sent again.
    pub fn unclear(&mut self) -> Option<Duration> {
        let pause = self.often(UNANSWERED);
        self.count(pause)
    }

    fn often(self, most: u32) -> Option<Duration> {
        (self.count < most).then(|| self.growing())
    }

    fn within(self, bound: Duration) -> Option<Duration> {
        let left = bound.saturating_sub(self.waited);
        (!left.is_zero()).then(|| self.growing().min(left))
    }

    fn growing(self) -> Duration {
        Duration::from_millis(500).saturating_mul(2_u32.saturating_pow(self.count)).min(LONGEST)
    }

    fn count(&mut self, pause: Option<Duration>) -> Option<Duration> {
        let pause = pause?;
        self.count += 1;
        self.waited += pause;
        Some(pause)
    }
}
