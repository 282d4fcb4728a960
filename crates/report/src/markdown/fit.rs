//! How much detail fits: the mildest changes are told shorter first, then left out.
//!
//! In: the sections of a comment, what matters most first, and how much room there is. Out: the
//! text of each. It must not know what the sections say.

use super::change::Detail;
use super::text::size;

/// A section that can be told in more or less detail.
pub struct Section {
    /// Whether something is at risk.
    pub is_risky: bool,
    /// How much is told.
    pub detail: Detail,
    /// Its text.
    pub text: String,
}

/// What gives way, in this order, each time from the last section to the first.
const STEPS: [(bool, Detail); 6] = [
    (false, Detail::Short),
    (false, Detail::Name),
    (true, Detail::Short),
    (false, Detail::Nothing),
    (true, Detail::Name),
    (true, Detail::Nothing),
];

/// Shortens sections, which come in full detail, until all together take no more than `room`.
/// `tell` writes the section of a number anew.
pub fn fit(sections: &mut [Section], room: usize, tell: impl Fn(usize, Detail) -> String) {
    let mut used: usize = sections.iter().map(|it| size(&it.text)).sum();
    for (is_risky, detail) in STEPS {
        for (index, section) in sections.iter_mut().enumerate().rev().filter(|(_, it)| it.is_risky == is_risky) {
            if used <= room {
                return;
            }
            used -= size(&section.text);
            section.text = tell(index, detail);
            section.detail = detail;
            used += size(&section.text);
        }
    }
}
