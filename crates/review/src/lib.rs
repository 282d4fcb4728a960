//! What a change would do: effects, knock-on effects and verdicts.
//!
//! In: two resolved manifests, or one and a plan. Out: a [`Review`], plain data. It must not know
//! AWS, git, or how a review is shown.

mod assemble;
mod change;
mod diff;
mod holes;
mod imagine;
mod json;
mod map;
mod of_plan;
mod policy;
mod rename;
pub mod rules;
mod scope;
mod symbols;
mod traffic;
mod verdict;

pub use change::{Attribute, Change, Move, OutputChange, Place, Places, Released, Review, Sides};
pub use diff::{Side, Which, Wrong, diff, unset};
pub use json::to_json;
pub use map::{Map, Node};
pub use of_plan::{Ground, of_plan};
pub use rules::{Case, Rule};
pub use verdict::{Finding, Verdict};
