//! The words and signs of the page that other documents do not have.
//!
//! In: actions, verdicts, places, counts. Out: short texts. It must not know HTML.

use model::plan::Action;
use review::{Places, Review, Sides, Verdict};

use crate::words::{COUNTED, counts, outputs, place};

/// Every action, in the order in which a summary names them.
pub(super) fn actions() -> impl Iterator<Item = Action> {
    COUNTED.into_iter().map(|(action, _)| action).chain([Action::Read])
}

/// The sign of an action, as at the terminal.
pub(super) fn sign(action: Action) -> &'static str {
    match action {
        Action::Create => "+",
        Action::Update => "~",
        Action::Replace => "-/+",
        Action::Delete => "-",
        Action::Adopt => ">",
        Action::Forget => "x",
        Action::Move => "=",
        Action::Record => "·",
        Action::Read => "?",
    }
}

/// What a verdict means, as a short sentence for a tooltip.
pub(super) fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Safe => "Nothing stops, is exposed or gets lost.",
        Verdict::Cost => "The bill grows.",
        Verdict::BriefInterruption => "Something is away for seconds to minutes and comes back by itself.",
        Verdict::WiderExposure => "More can be reached, read or done than before, or a protection is gone.",
        Verdict::Outage => "Something stops serving, or access is taken away, until someone acts.",
        Verdict::DataLoss => "Data is deleted, or can no longer be read.",
    }
}

/// `3 to update, 1 to replace and 1 to delete`.
pub(super) fn summary(review: &Review) -> String {
    let parts: Vec<String> = counts(review).into_iter().map(|(_, words)| words).chain(outputs(review)).collect();
    match parts.as_slice() {
        [] => "Nothing changes".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// What is held against what, as one line for the title.
pub(super) fn sides(sides: &Sides) -> String {
    match sides {
        Sides::Diff { before, after, .. } => format!("{before} → {after}"),
        Sides::Plan { environment: Some(environment) } => format!("plan for {environment}"),
        Sides::Plan { environment: None } => "plan".to_owned(),
    }
}

/// `data.toml:14`, or `data.toml:14 → data.toml:20` where the sides differ.
pub(super) fn places(places: &Places) -> Option<String> {
    match (&places.before, &places.after) {
        (Some(before), Some(after)) if before == after => Some(place(after)),
        (Some(before), Some(after)) => Some(format!("{} → {}", place(before), place(after))),
        (Some(one), None) | (None, Some(one)) => Some(place(one)),
        (None, None) => None,
    }
}
