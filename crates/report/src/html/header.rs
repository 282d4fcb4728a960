//! The head of the page: what was compared, the verdict, the summary, what apply would refuse.
//!
//! In: a review. Out: the `header` element. It must not know single changes.

use maud::{Markup, html};
use review::Sides;

use super::context::{Context, badge};
use super::value::prose;
use super::words;
use crate::words::{refused, risks};

/// The head of the page.
pub(super) fn render(context: &Context<'_>) -> Markup {
    let review = context.review;
    html! {
        header.head {
            div.bar {
                p.brand {
                    b { "stackctl" } " "
                    @match review.sides { Sides::Diff { .. } => "review", Sides::Plan { .. } => "plan" }
                }
                nav aria-label="Parts of this page" { (parts(context)) }
                button.plain.needs-script #theme type="button" title="Light or dark"
                    aria-label="Switch between light and dark" {
                    svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" {
                        circle cx="10" cy="10" r="7.25" fill="none" stroke="currentColor" stroke-width="1.5" {}
                        path d="M10 2.75a7.25 7.25 0 0 1 0 14.5z" fill="currentColor" {}
                    }
                }
            }
            div.hero {
                h1 { (review.stack) }
                p.sides { (sides(&review.sides)) }
                @if review.has_changes() { div.outcome {
                    (badge(review.verdict()))
                    p.summary {
                        (words::summary(review))
                        @if let Some((_, worst)) = risks(review).first() {
                            "; worst: " (worst.verdict) " because " (prose(&worst.reason))
                        }
                        "."
                        @if review.unchanged > 0 { " " span.muted { (review.unchanged) " unchanged." } }
                    }
                } }
                @if !review.refusals.is_empty() { (refusals(context)) }
            }
        }
    }
}

/// Links to the parts that there are.
fn parts(context: &Context<'_>) -> Markup {
    let review = context.review;
    let parts = [
        ("#changes", "Changes", review.changes.len(), true),
        ("#outputs", "Outputs", review.outputs.len(), !review.outputs.is_empty()),
        ("#released", "No longer set", review.released.len(), !review.released.is_empty()),
        ("#drift", "Drift", review.drift.len(), !review.drift.is_empty()),
        ("#graph", "Graph", review.map.nodes.len(), !review.map.nodes.is_empty()),
    ];
    html! {
        @for (target, title, number, _) in parts.into_iter().filter(|(.., there)| *there) {
            a href=(target) { (title) @if number > 0 { " " span.number { (number) } } }
        }
    }
}

fn sides(sides: &Sides) -> Markup {
    html! {
        @match sides {
            Sides::Diff { before, after, .. } => {
                code { (before) } span.arrow aria-hidden="true" { " → " } span.spoken { " becomes " } code { (after) }
            },
            Sides::Plan { environment } => {
                "what AWS has" span.arrow aria-hidden="true" { " → " } span.spoken { " becomes " }
                "what the manifest says"
                @if let Some(environment) = environment { " for " code { (environment) } }
            },
        }
    }
}

/// Why apply would refuse.
fn refusals(context: &Context<'_>) -> Markup {
    html! {
        section.refusals aria-labelledby="refusals-title" {
            h2 #refusals-title { "Apply would refuse this" }
            ul {
                @for refusal in &context.review.refusals {
                    li {
                        p { strong { (prose(&refusal.message)) } " " code.rule { (refusal.code) } }
                        @for note in refusal.labels.iter().map(|it| &it.text).filter(|it| !it.is_empty()) {
                            p { (prose(note)) }
                        }
                        @if let Some(help) = &refusal.help { p.help { b { "What to do: " } (prose(help)) } }
                        @if let Some(change) = refused(context.review, refusal) {
                            p { (context.link(&change.address)) }
                        }
                    }
                }
            }
        }
    }
}
