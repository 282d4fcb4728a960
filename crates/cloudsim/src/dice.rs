//! Chance that repeats itself.
//!
//! In: a seed and what is decided. Out: the same number for the same question, whatever else was
//! asked before; so that a run whose calls change places meets the same faults.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// A seed that answers questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice(pub u64);

impl Dice {
    /// A number from 0 to 1 for a question.
    #[must_use]
    pub fn roll(self, question: &str) -> f64 {
        StdRng::seed_from_u64(self.0 ^ digest(question)).random::<f64>()
    }

    /// Whether something of this probability happens.
    #[must_use]
    pub fn happens(self, probability: f64, question: &str) -> bool {
        probability > 0.0 && self.roll(question) < probability
    }
}

/// A number that stands for a text (FNV-1a): stable across builds and machines.
#[must_use]
pub(crate) fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
