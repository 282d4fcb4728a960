//! The dependency graph as a picture.
//!
//! In: a map, and what happens to whom. Out: SVG, either a file of its own or a part of a page. It
//! must not know manifests, and holds no script: a page that wants to pan and select finds
//! `g.node[data-node]`, `path.edge[data-from][data-to]` and `g.layer[data-layer]` in it.

mod draw;
mod layout;
mod style;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use model::Address;
use model::plan::Action;
use review::{Map, Verdict};

pub use style::STYLE;

/// What happens to a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// What is done.
    pub action: Action,
    /// How bad that can be.
    pub verdict: Verdict,
}

/// A picture that needs nothing else and follows the viewer's light or dark mode.
#[must_use]
pub fn svg(map: &Map, marks: &BTreeMap<Address, Mark>, title: &str) -> String {
    draw::draw(map, marks, Some(title))
}

/// A picture for a page that includes [`STYLE`] and sets its colours; its cards can be focused.
#[must_use]
pub fn inline(map: &Map, marks: &BTreeMap<Address, Mark>) -> String {
    draw::draw(map, marks, None)
}
