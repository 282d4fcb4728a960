//! A review as one HTML page.
//!
//! In: a review, and who made the page and when. Out: one file that needs no network and is
//! readable without JavaScript; `page.js` only adds filters, search and the moving graph.
//! It must not read a clock, and must not judge: whatever it says about risk stands in the
//! review.
//!
//! - `header`: what was compared, the verdict, the summary, refusals.
//! - `toolbar`: search and filters.
//! - `card`, `attribute`: one change.
//! - `sections`: outputs, released arguments and drift.
//! - `graph`: the picture, and every resource with its neighbours.

mod attribute;
mod card;
mod context;
mod diff;
mod graph;
mod header;
mod sections;
mod toolbar;
mod value;
mod words;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use review::{Change, Review};

use crate::picture;
use crate::words::{gravity, plural};
use context::Context;

/// Who made the page, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct About<'a> {
    /// stackctl's version, as `0.1.0`.
    pub version: &'a str,
    /// The time of making, as a person reads it.
    pub made: &'a str,
}

/// Forbids everything but what stands in the file itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// The page of a review.
#[must_use]
pub fn page(review: &Review, about: &About<'_>) -> String {
    let context = Context::of(review);
    let title = format!("{} · {} · {}", review.stack, review.verdict(), words::sides(&review.sides));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(include_str!("page.css"))) (PreEscaped(picture::STYLE)) }
                script { (PreEscaped(include_str!("page.js"))) }
            }
            body {
                a.skip href="#changes" { "Skip to the changes" }
                (header::render(&context))
                (toolbar::render(&context))
                main {
                    (changes(&context))
                    (sections::outputs(&context))
                    (sections::released(&context))
                    (sections::drift(&context))
                    (graph::render(&context))
                }
                (footer(about))
            }
        }
    };
    page.into_string()
}

/// The cards, risk first; what is equally grave stays in dependency order.
fn changes(context: &Context<'_>) -> Markup {
    let mut order: Vec<(usize, &Change)> = context.review.changes.iter().enumerate().collect();
    order.sort_by_key(|(_, change)| gravity(change.verdict(), change.action));
    html! {
        section #changes tabindex="-1" aria-labelledby="changes-title" {
            h2 #changes-title { "Changes" @if !order.is_empty() { " " span.number { (order.len()) } } }
            @if order.is_empty() {
                (empty(context.review))
            } @else {
                div #cards {
                    @for (rank, (index, change)) in order.iter().enumerate() {
                        (card::render(context, *index, rank, change))
                    }
                }
                p.none #none hidden { "No change matches the search and the filters." }
            }
        }
    }
}

/// What stands where there is nothing to show.
fn empty(review: &Review) -> Markup {
    let resources = plural(review.unchanged, "resource");
    let stay = if review.unchanged == 1 { "stays as it is" } else { "stay as they are" };
    html! {
        div.empty {
            svg viewBox="0 0 48 48" width="48" height="48" aria-hidden="true" {
                circle cx="24" cy="24" r="21" {}
                path d="M15 25l6 6 12-13" {}
            }
            p.lead { @if review.has_changes() { "No resource changes" } @else { "Nothing changes" } }
            p { (resources) " " (stay) "." }
        }
    }
}

fn footer(about: &About<'_>) -> Markup {
    html! {
        footer.foot {
            p {
                "Made by stackctl " (about.version) ", " (about.made) ". "
                "This page is complete in itself and loads nothing."
            }
            p.needs-script {
                kbd { "/" } " search " kbd { "Esc" } " clear or close "
                kbd { "+" } " " kbd { "−" } " " kbd { "0" } " zoom the graph "
                kbd { "←" } " " kbd { "→" } " " kbd { "↑" } " " kbd { "↓" } " move it"
            }
        }
    }
}
