//! What there is besides changes of resources: outputs, arguments that are no longer set, drift.
//!
//! In: a review. Out: a section each, where there is anything in it. It must not know cards.

use maud::{Markup, html};
use model::plan::Drift;
use model::{Planned, Tree};
use review::{OutputChange, Released};

use super::attribute::Shown;
use super::context::{Context, name};
use super::value::inline;
use super::words;
use crate::attribute::hidden_difference;
use crate::words::place;

/// The outputs that change.
pub(super) fn outputs(context: &Context<'_>) -> Markup {
    let outputs = &context.review.outputs;
    html! {
        @if !outputs.is_empty() {
            section #outputs tabindex="-1" aria-labelledby="outputs-title" {
                h2 #outputs-title { "Outputs" " " span.number { (outputs.len()) } }
                dl.attributes.panel { @for (name, output) in outputs { (self::output(context, name, output)) } }
            }
        }
    }
}

fn output(context: &Context<'_>, name: &str, output: &OutputChange) -> Markup {
    let note = match (output.before.is_null(), output.after.is_null()) {
        (true, false) => Some("new"),
        (false, true) => Some("gone"),
        (true, true) | (false, false) => None,
    };
    let shown = if output.sensitive {
        let hidden =
            |value: &Planned| html! { @if value.is_null() { (inline(value)) } @else { span.secret { "(secret)" } } };
        let arrow = html! { span.arrow aria-hidden="true" { " → " } span.spoken { " becomes " } };
        let values = html! { (hidden(&output.before)) (arrow) (hidden(&output.after)) };
        let both = !output.before.is_null() && !output.after.is_null();
        Shown { values, wide: false, note: hidden_difference(&output.before, &output.after, both) }
    } else {
        Shown::of(context, &output.before, &output.after, true)
    };
    html! {
        div class=[shown.wide.then_some("wide")] {
            dt {
                code { (name) }
                @for note in note.into_iter().chain(shown.note) { " " span.note { (note) } }
                @if let Some(places) = words::places(&output.places) { " " span.place { (places) } }
            }
            dd { (shown.values) }
        }
    }
}

/// The arguments that the manifest no longer sets and that keep their values.
pub(super) fn released(context: &Context<'_>) -> Markup {
    let released = &context.review.released;
    html! {
        @if !released.is_empty() {
            section #released tabindex="-1" aria-labelledby="released-title" {
                h2 #released-title { "No longer set" " " span.number { (released.len()) } }
                p.lead { "The manifest no longer sets these arguments. AWS keeps the values they have." }
                dl.attributes.panel { @for it in released { (argument(context, it)) } }
            }
        }
    }
}

fn argument(context: &Context<'_>, released: &Released) -> Markup {
    let shown = Shown::of(context, &Tree::Null, &released.value, true);
    html! {
        div class=[shown.wide.then_some("wide")] {
            dt {
                span.ref { (name(&released.address)) } " " code { (released.path) }
                @if let Some(it) = &released.place { " " span.place { (place(it)) } }
            }
            dd { (shown.values) }
        }
    }
}

/// Where AWS is not what was applied last.
pub(super) fn drift(context: &Context<'_>) -> Markup {
    let drift = &context.review.drift;
    html! {
        @if !drift.is_empty() {
            section #drift tabindex="-1" aria-labelledby="drift-title" {
                h2 #drift-title { "Changed outside stackctl" " " span.number { (drift.len()) } }
                p.lead { "Here AWS is not what was applied last. What the plan mends of it stands among the changes." }
                dl.attributes.panel { @for it in drift { (drifted(context, it)) } }
            }
        }
    }
}

fn drifted(context: &Context<'_>, drift: &Drift) -> Markup {
    let is_gone = drift.path.0.is_empty();
    let shown = Shown::of(context, &drift.last_applied.clone().widen(), &drift.live.clone().widen(), false);
    html! {
        div class=[(shown.wide && !is_gone).then_some("wide")] {
            dt {
                (context.link(&drift.address)) " " code { (drift.path) }
                @if let Some(note) = shown.note { " " span.note { (note) } }
            }
            dd { @if is_gone { "is gone" } @else { (shown.values) } }
        }
    }
}
