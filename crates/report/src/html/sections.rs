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
    let rows = context.review.outputs.iter().map(|(name, it)| output(context, name, it)).collect();
    section("outputs", "Outputs", None, rows)
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
    let lead = "The manifest no longer sets these arguments. AWS keeps the values they have.";
    let rows = context.review.released.iter().map(|it| argument(context, it)).collect();
    section("released", "No longer set", Some(lead), rows)
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
    let lead = "Here AWS is not what was applied last. What the plan mends of it stands among the changes.";
    let rows = context.review.drift.iter().map(|it| drifted(context, it)).collect();
    section("drift", "Changed outside stackctl", Some(lead), rows)
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

/// Rows under a heading that counts them; nothing where there are none.
fn section(id: &str, title: &str, lead: Option<&str>, rows: Vec<Markup>) -> Markup {
    html! {
        @if !rows.is_empty() {
            section id=(id) tabindex="-1" aria-labelledby={ (id) "-title" } {
                h2 id={ (id) "-title" } { (title) " " span.number { (rows.len()) } }
                @if let Some(lead) = lead { p.lead { (lead) } }
                dl.attributes.panel { @for row in rows { (row) } }
            }
        }
    }
}
