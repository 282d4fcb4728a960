//! What a change would do: effects, knock-on effects and verdicts.
//!
//! In: two resolved manifests, or one and a plan. Out: a [`Review`], plain data. It must not know
//! AWS, git, or how a review is shown.

mod change;
mod map;
pub mod rules;
mod verdict;

pub use change::{Attribute, Change, Move, OutputChange, Place, Places, Released, Review, Sides};
pub use map::{Map, Node};
pub use rules::{Case, Rule};
pub use verdict::{Finding, Verdict};
