//! The rules that judge changes: one file each.
//!
//! In: a change with all arguments before and after it. Out: findings. A rule must not know how
//! the change came about, and looks at known values only: what is unknown is not guessed.

mod case;

pub use case::Case;

use crate::verdict::{Finding, Verdict};

/// One rule, with the text of its documentation page.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its name in kebab case, as `database-replaced`; also its page's.
    pub name: &'static str,
    /// The verdicts that it gives, mildest first.
    pub verdicts: &'static [Verdict],
    /// What it finds, as a short sentence without a full stop.
    pub title: &'static str,
    /// Why that is a risk, in Markdown, with links to AWS's documentation.
    pub why: &'static str,
    /// What to do instead, or to make it safe, in Markdown.
    pub instead: &'static str,
    /// Finds it.
    pub check: fn(&Case<'_>) -> Vec<Finding>,
}

/// Every rule, in reading order.
pub const RULES: &[&Rule] = &[];

/// What all rules say about a change, worst first; where none has anything to say, that it is
/// safe.
#[must_use]
pub fn judge(case: &Case<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| (rule.check)(case)).collect();
    findings.sort_by_key(|it| std::cmp::Reverse(it.verdict));
    if findings.is_empty() {
        findings.push(case.finding(SAFE, Verdict::Safe, None, "nothing here stops, is exposed or gets lost"));
    }
    findings
}

/// The rule's name of what no rule minds.
const SAFE: &str = "no-risk-known";
