//! What goes wrong on purpose.
//!
//! In: probabilities, a script. Out: the fate of one call. It must not know what the call does.

use std::time::Duration;

use driver::{Fault, FaultKind};

use crate::dice::Dice;
use crate::log::Operation;

/// How often what goes wrong, from 0 to 1 each. The seed decides when.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Faults {
    /// Any call: too many calls, surely not done.
    pub throttle: f64,
    /// Any call: the connection never opened.
    pub unreachable: f64,
    /// A mutating call: not done, and no answer.
    pub fail_before: f64,
    /// A mutating call: done, and no answer.
    pub fail_after: f64,
    /// A mutating call: done minutes after its caller gave up on it.
    pub late: f64,
    /// A mutating call: refused for good.
    pub denied: f64,
    /// A mutating call: AWS has not caught up with an earlier change, or says "in use" about
    /// something just released.
    pub not_yet: f64,
    /// A new object: reads and lists miss it for a while, within its consistency bound.
    pub stale: f64,
    /// A settling object: it takes four times as long.
    pub slow: f64,
    /// A settling new object: it ends as failed.
    pub spoil: f64,
    /// A read leaves out what is not wanted.
    pub stingy: f64,
}

impl Faults {
    /// Nothing goes wrong.
    pub const NONE: Self = Self {
        throttle: 0.0,
        unreachable: 0.0,
        fail_before: 0.0,
        fail_after: 0.0,
        late: 0.0,
        denied: 0.0,
        not_yet: 0.0,
        stale: 0.0,
        slow: 0.0,
        spoil: 0.0,
        stingy: 0.0,
    };

    /// A bad day: everything goes wrong now and then.
    pub const STORM: Self = Self {
        throttle: 0.05,
        unreachable: 0.03,
        fail_before: 0.05,
        fail_after: 0.08,
        late: 0.03,
        denied: 0.02,
        not_yet: 0.05,
        stale: 0.3,
        slow: 0.1,
        spoil: 0.03,
        stingy: 0.5,
    };

    /// The fate of a call by chance alone.
    pub(crate) fn fate(&self, dice: Dice, question: &str, operation: Operation) -> Option<Injection> {
        let mut left = dice.roll(question);
        // Reads that fail are sent again by the SDK, so few are seen to fail.
        let seen = if operation.mutates() { 1.0 } else { 0.1 };
        let mut table =
            vec![(seen * self.throttle, Injection::Throttled), (seen * self.unreachable, Injection::Unreachable)];
        if operation.mutates() {
            // From a second to a quarter of an hour, each order of magnitude as often.
            let delay = Duration::from_secs_f64(10.0_f64.powf(dice.roll(&format!("{question} delay")) * 2.9));
            table.push((self.fail_before, Injection::Lost));
            table.push((self.fail_after, Injection::AnswerLost));
            table.push((self.late, Injection::Late(delay)));
            table.push((self.denied, Injection::Denied));
            table.push((self.not_yet, Injection::NotYet));
        }
        table.into_iter().find_map(|(probability, injection)| {
            left -= probability;
            (left < 0.0).then_some(injection)
        })
    }
}

/// The fate of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Injection {
    /// Refused, surely not done.
    Throttled,
    /// Never sent.
    Unreachable,
    /// Not done, and no answer.
    Lost,
    /// Done, and no answer.
    AnswerLost,
    /// No answer, and done so much later.
    Late(Duration),
    /// Refused for good.
    Denied,
    /// Refused because of an earlier change.
    NotYet,
}

impl Injection {
    /// The fault that the caller sees.
    pub(crate) fn fault(self, operation: &str) -> Fault {
        let (kind, message) = match self {
            Self::Throttled => (FaultKind::Throttled, "rate exceeded"),
            Self::Unreachable => (FaultKind::Unreachable, "connection refused"),
            Self::Lost | Self::AnswerLost | Self::Late(_) => (FaultKind::Unknown, "connection reset by peer"),
            Self::Denied => (FaultKind::Denied, "not authorized"),
            Self::NotYet => (FaultKind::NotYet, "an earlier change is still going on"),
        };
        Fault::new(kind, operation, message)
    }

    /// Whether the call reaches the cloud, and how much later than usual.
    pub(crate) fn lands(self) -> Option<Duration> {
        match self {
            Self::AnswerLost => Some(Duration::ZERO),
            Self::Late(delay) => Some(delay),
            Self::Throttled | Self::Unreachable | Self::Lost | Self::Denied | Self::NotYet => None,
        }
    }
}

/// A fault at an exact place: "the third create of `sim_network`: done, answer lost".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scripted {
    /// The kind.
    pub kind: &'static str,
    /// The call.
    pub operation: Operation,
    /// Which of them, from 1.
    pub nth: u64,
    /// What happens to it.
    pub injection: Injection,
}
