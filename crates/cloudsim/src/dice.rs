//! Chance that repeats itself.
//!
//! In: a seed and what is decided. Out: the same number for the same question, whatever else was
//! asked before; so that a run whose calls change places meets the same faults.

/// A seed that answers questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dice(pub u64);

impl Dice {
    /// A number from 0 to 1 for a question.
    #[must_use]
    pub fn roll(self, question: &str) -> f64 {
        let mixed = mixed(mixed(self.0) ^ digest(question));
        // As many bits as a number of this type holds.
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
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

/// Every bit of the number in every bit of the answer (SplitMix64).
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
