//! The words that all forms of a review share: counts, names of actions, signs, places.
//!
//! In: a review or a part of it. Out: plain text. It must not know colours or markup.

use model::Address;
use model::diagnostic::Diagnostic;
use model::plan::Action;
use review::{Change, Finding, Place, Places, Review, Sides, Verdict};

/// The actions that a summary counts, in its order and words.
pub const COUNTED: [(Action, &str); 8] = [
    (Action::Create, "to create"),
    (Action::Adopt, "to adopt"),
    (Action::Update, "to update"),
    (Action::Replace, "to replace"),
    (Action::Delete, "to delete"),
    (Action::Forget, "to forget"),
    (Action::Move, "to move"),
    (Action::Record, "to record"),
];

/// How many changes there are, by action, where there are any: `2 to update`.
#[must_use]
pub fn counts(review: &Review) -> Vec<(Action, String)> {
    let count = |action: Action| review.changes.iter().filter(|it| it.action == action).count();
    let counted = COUNTED.iter().map(|(action, words)| (*action, count(*action), words));
    counted
        .filter(|(_, number, _)| *number > 0)
        .map(|(action, number, it)| (action, format!("{number} {it}")))
        .collect()
}

/// `1 output to change`, where there are any.
#[must_use]
pub fn outputs(review: &Review) -> Option<String> {
    let number = review.outputs.len();
    (number > 0).then(|| format!("{} to change", plural(number, "output")))
}

/// `2 to update, 1 output to change; 15 unchanged`, or `no changes; 15 unchanged`.
#[must_use]
pub fn summary(review: &Review) -> String {
    let mut parts: Vec<String> = counts(review).into_iter().map(|(_, words)| words).chain(outputs(review)).collect();
    if parts.is_empty() {
        parts.push("no changes".to_owned());
    }
    let unchanged = if review.unchanged > 0 { format!("; {} unchanged", review.unchanged) } else { String::new() };
    parts.join(", ") + &unchanged
}

/// `1 output`, `2 outputs`.
#[must_use]
pub fn plural(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// What is done, as `replace`.
#[must_use]
pub fn verb(action: Action) -> &'static str {
    match action {
        Action::Create => "create",
        Action::Update => "update",
        Action::Replace => "replace",
        Action::Delete => "delete",
        Action::Adopt => "adopt",
        Action::Forget => "forget",
        Action::Move => "move",
        Action::Record => "record",
        Action::Read => "read",
    }
}

/// A sign for a verdict. Each has a shape of its own, so that no eye needs its colour.
#[must_use]
pub fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "✅",
        Verdict::Cost => "💰",
        Verdict::BriefInterruption => "⏳",
        Verdict::WiderExposure => "🔓",
        Verdict::Outage => "⛔",
        Verdict::DataLoss => "🔥",
    }
}

/// The command that shows the whole review.
#[must_use]
pub fn command(sides: &Sides) -> &'static str {
    match sides {
        Sides::Diff { .. } => "stackctl diff",
        Sides::Plan { .. } => "stackctl plan",
    }
}

/// Where a finding is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot<'a> {
    /// In the text after the change.
    After(&'a Place),
    /// In the text before it; the one after has it no more.
    Before(&'a Place),
}

impl<'a> Spot<'a> {
    /// Where something stands, after the change if it still does.
    #[must_use]
    pub fn of(places: &'a Places) -> Option<Self> {
        places.after.as_ref().map(Self::After).or(places.before.as_ref().map(Self::Before))
    }

    /// The place, and ` before` where it is in the text before.
    #[must_use]
    pub fn parts(self) -> (String, &'static str) {
        match self {
            Self::After(place) => (self::place(place), ""),
            Self::Before(place) => (self::place(place), " before"),
        }
    }
}

/// `data.toml:12`
#[must_use]
pub fn place(place: &Place) -> String {
    format!("{}:{}", place.file, place.line)
}

/// Where what a finding is about is written: its attribute, else the resource; after the change
/// where it still stands there.
#[must_use]
pub fn spot<'a>(change: &'a Change, finding: &Finding) -> Option<Spot<'a>> {
    let near = finding.path.as_ref().and_then(|path| {
        let attributes = || change.attributes.iter();
        attributes()
            .find(|it| it.path == *path)
            .or_else(|| attributes().find(|it| path.covers(&it.path) || it.path.covers(path)))
    });
    let after = near.and_then(|it| it.places.after.as_ref()).or(change.places.after.as_ref()).map(Spot::After);
    let before = || near.and_then(|it| it.places.before.as_ref()).or(change.places.before.as_ref()).map(Spot::Before);
    after.or_else(before)
}

/// The change that a refusal is about: the one whose address it names.
#[must_use]
pub fn refused<'a>(review: &'a Review, refusal: &Diagnostic) -> Option<&'a Change> {
    let is_named = |address: &Address| refusal.message.contains(&format!("`{address}`"));
    review.changes.iter().find(|it| is_named(&it.address))
}

/// Where a change stands among others when the worst comes first: of two that are equally bad,
/// that which does away with an object.
#[must_use]
pub fn gravity(verdict: Verdict, action: Action) -> impl Ord {
    let goes = match action {
        Action::Delete | Action::Replace => 0,
        Action::Create | Action::Update | Action::Adopt | Action::Forget => 1,
        Action::Move | Action::Record | Action::Read => 2,
    };
    (std::cmp::Reverse(verdict), goes)
}

/// Every finding that is not safe, with its change: worst first, else in dependency order.
#[must_use]
pub fn risks(review: &Review) -> Vec<(&Change, &Finding)> {
    let findings = review.changes.iter().flat_map(|change| change.findings.iter().map(move |it| (change, it)));
    let mut risks: Vec<_> = findings.filter(|(_, it)| it.verdict > Verdict::Safe).collect();
    risks.sort_by_key(|(change, it)| gravity(it.verdict, change.action));
    risks
}
