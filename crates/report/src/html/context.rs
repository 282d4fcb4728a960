//! What every part of the page needs to know about the review as a whole.
//!
//! In: a review. Out: who is where, made once. It must not know markup beyond links.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use model::plan::Action;
use model::{Address, Mode, Pending};
use review::{Review, Sides, Verdict};

use super::words;
use crate::attribute::remade;
use crate::knock_on::Followers;
use crate::words::verb;

/// A review with its indexes.
pub(super) struct Context<'a> {
    /// The review.
    pub review: &'a Review,
    /// Who follows from whom.
    pub followers: Followers<'a>,
    /// The change of each address, by its index in the review; not those of deposed objects.
    pub changes: BTreeMap<&'a Address, usize>,
    /// The node of each address, by its index in the map.
    pub nodes: BTreeMap<&'a Address, usize>,
    /// What is not the same object before and after: its attributes are known only afterwards.
    pub remade: BTreeSet<Address>,
}

impl<'a> Context<'a> {
    /// That of a review.
    pub fn of(review: &'a Review) -> Self {
        let current = || review.changes.iter().enumerate().filter(|(_, it)| it.deposed.is_none());
        Self {
            review,
            followers: Followers::of(review),
            changes: current().map(|(index, change)| (&change.address, index)).collect(),
            nodes: review.map.nodes.iter().enumerate().map(|(index, node)| (&node.address, index)).collect(),
            remade: remade(review),
        }
    }

    /// Whether a value is unknown only until this change has been made. Between two manifests
    /// also what AWS chose long ago is unknown: nobody asks it.
    pub fn is_known_after(&self, pending: &Pending) -> bool {
        match &self.review.sides {
            Sides::Plan { .. } => true,
            Sides::Diff { .. } => pending.sources.iter().any(|it| self.remade.contains(&it.address)),
        }
    }

    /// An address, as a link to its change where it has one.
    pub fn link(&self, address: &Address) -> Markup {
        match self.changes.get(address) {
            Some(index) => html! { a.ref href={ "#c" (index) } { (name(address)) } },
            None => html! { span.ref { (name(address)) } },
        }
    }
}

/// An address with its kind standing back.
pub(super) fn name(address: &Address) -> Markup {
    let whole = address.to_string();
    let prefix = match address.mode {
        Mode::Managed => "",
        Mode::Data => "data.",
    };
    let (kind, own) = whole.split_at(prefix.len() + address.kind.len());
    html! { span.kind { (kind) } wbr; (own) }
}

/// A verdict as a badge.
pub(super) fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (verdict.name()) } title=(words::meaning(verdict)) { (verdict.name()) } }
}

/// An action's sign, with its name for those who do not see it.
pub(super) fn sign(action: Action) -> Markup {
    html! {
        span class={ "sign " (verb(action)) } title=(verb(action)) {
            span aria-hidden="true" { (words::sign(action)) }
            span.spoken { (verb(action)) }
        }
    }
}
