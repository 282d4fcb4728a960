//! What goes wrong between a process and the services.
//!
//! In: chances and dice. Out: the fate of one request. It must not know what it asks.

use std::time::Duration;

use cloudsim::Dice;
use driver::{Fault, FaultKind};

use super::TRAVEL;

/// How often what goes wrong, from 0 to 1 each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weather {
    /// Too many requests: surely not done.
    pub throttled: f64,
    /// The connection never opened.
    pub refused: f64,
    /// Not done, and no answer.
    pub lost: f64,
    /// Done, and no answer.
    pub unheard: f64,
    /// No answer, and done long after its sender gave up.
    pub late: f64,
    /// Under way for many seconds, there or back.
    pub slow: f64,
    /// For most of a minute, signs of life are refused; at other times they are answered late.
    pub mute: f64,
    /// Taking the lock: under way for many seconds.
    pub slow_claims: f64,
}

/// What a request is, as far as the weather goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Like any other.
    Plain,
    /// A sign of life of whoever holds the lock, so many seconds after the services began.
    Alive(u64),
    /// Takes the lock.
    Claim,
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub struct Fate {
    /// After how long it takes effect, if ever.
    pub lands: Option<Duration>,
    /// After how long it is answered.
    pub answers: Duration,
    /// The answer that its sender hears, where it is not the true one.
    pub fault: Option<Fault>,
}

/// How many seconds a spell of refusals lasts.
const SPELL: u64 = 50;

impl Weather {
    /// Nothing goes wrong.
    pub const FAIR: Self = Self {
        throttled: 0.0,
        refused: 0.0,
        lost: 0.0,
        unheard: 0.0,
        late: 0.0,
        slow: 0.0,
        mute: 0.0,
        slow_claims: 0.0,
    };

    /// Everything goes wrong now and then.
    pub const STORM: Self =
        Self { throttled: 0.03, refused: 0.02, lost: 0.02, unheard: 0.04, late: 0.02, slow: 0.03, ..Self::FAIR };

    /// Whoever holds the lock can do everything but tell so.
    pub const MUTE: Self = Self { slow: 0.05, mute: 0.6, slow_claims: 0.4, ..Self::FAIR };

    /// The fate of a request that changes something.
    pub fn fate(&self, dice: Dice, question: &str, manner: Manner) -> Fate {
        let leg = |leg: &str| TRAVEL + TRAVEL.mul_f64(9.0 * dice.roll(&format!("{question} {leg}")));
        let (there, back) = (leg("there"), leg("back"));
        // How long whoever waits for an answer that does not come waits.
        let patience = Duration::from_secs_f64(1.0 + 9.0 * dice.roll(&format!("{question} patience")));
        // From a second to ten minutes, each order of magnitude as often.
        let long = Duration::from_secs_f64(10.0_f64.powf(2.8 * dice.roll(&format!("{question} long"))));
        let slow = Duration::from_secs_f64(1.0 + 24.0 * dice.roll(&format!("{question} slow")));
        let plainly = Fate { lands: Some(there), answers: there + back, fault: None };
        let mut roll = dice.roll(question);
        let mut is = |chance: f64| {
            roll -= chance;
            roll < 0.0
        };
        match manner {
            Manner::Alive(second) if dice.happens(self.mute, &format!("mute {}", second / SPELL)) => {
                let fault = Fault::new(FaultKind::Unreachable, "services", "connection refused");
                return Fate { lands: None, fault: Some(fault), ..plainly };
            }
            Manner::Alive(_) if is(0.5 * self.mute) => {
                // About as long as a lease is the most dangerous.
                let slow = Duration::from_secs_f64(15.0 + 14.5 * dice.roll(&format!("{question} slow")));
                return Fate { answers: there + slow, ..plainly };
            }
            Manner::Claim if is(self.slow_claims) => {
                return Fate { lands: Some(slow), answers: slow + back, fault: None };
            }
            Manner::Plain | Manner::Alive(_) | Manner::Claim => {}
        }
        if is(self.throttled) {
            let fault = Fault::new(FaultKind::Throttled, "services", "rate exceeded");
            Fate { lands: None, fault: Some(fault), ..plainly }
        } else if is(self.refused) {
            let fault = Fault::new(FaultKind::Unreachable, "services", "connection refused");
            Fate { lands: None, fault: Some(fault), ..plainly }
        } else if is(self.lost) {
            Fate { lands: None, answers: patience, fault: Some(Self::unclear("services")) }
        } else if is(self.unheard) {
            Fate { lands: Some(there), answers: patience, fault: Some(Self::unclear("services")) }
        } else if is(self.late) {
            Fate { lands: Some(patience + long), answers: patience, fault: Some(Self::unclear("services")) }
        } else if is(self.slow / 2.0) {
            Fate { answers: there + slow, ..plainly }
        } else if is(self.slow / 2.0) {
            Fate { lands: Some(slow), answers: slow + back, fault: None }
        } else {
            plainly
        }
    }

    /// What goes wrong with a request that only reads, and how long it takes there and back.
    /// Reads are sent again by the SDK, so few are seen to fail.
    pub fn reading(&self, dice: Dice, question: &str) -> (Option<Fault>, Duration, Duration) {
        let leg = |leg: &str| TRAVEL + TRAVEL.mul_f64(9.0 * dice.roll(&format!("{question} {leg}")));
        let fails = dice.happens(0.1 * (self.throttled + self.refused + self.lost), question);
        let slow = dice.happens(self.slow, &format!("{question} slow"));
        let back = if slow { leg("back").mul_f64(500.0) } else { leg("back") };
        (fails.then(|| Self::unclear("services")), leg("there"), back)
    }

    /// Sent, and no clear answer.
    pub fn unclear(operation: &str) -> Fault {
        Fault::new(FaultKind::Unknown, operation, "connection reset by peer")
    }
}
