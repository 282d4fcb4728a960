//! Search, filters and order: counts for every reader, controls with JavaScript.
//!
//! In: a review. Out: the toolbar. It must not know how a filter is done.

use std::collections::BTreeSet;

use maud::{Markup, html};
use review::Verdict;

use super::context::{Context, sign};
use super::words;
use crate::words::{plural, verb};

/// The toolbar; nothing where no resource changes.
pub(super) fn render(context: &Context<'_>) -> Markup {
    let changes = &context.review.changes;
    if changes.is_empty() {
        return html! {};
    }
    let layers: BTreeSet<&str> = changes.iter().map(|it| it.layer.as_str()).collect();
    html! {
        div.tools role="search" aria-label="Find and filter changes" {
            div.row.chips { (verdicts(context)) (actions(context)) }
            div.row.find.needs-script {
                div.search {
                    svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" {
                        path d="M9 3a6 6 0 1 0 0 12A6 6 0 0 0 9 3zM13.5 13.5L17.5 17.5" fill="none"
                            stroke="currentColor" stroke-width="1.7" stroke-linecap="round" {}
                    }
                    input #search type="search" placeholder="Address, kind, attribute, reason …"
                        aria-label="Search changes" autocomplete="off" spellcheck="false" aria-keyshortcuts="/";
                    kbd aria-hidden="true" { "/" }
                }
                span.hits {
                    span #hits role="status" aria-live="polite" { (plural(changes.len(), "change")) }
                    button.link #clear type="button" hidden { "Clear" }
                }
                select #layer aria-label="Layer" {
                    option value="" { "All layers" }
                    @for layer in layers { option value=(layer) { (layer) } }
                }
                select #order aria-label="Order" {
                    option value="risk" { "Risk first" }
                    option value="dependency" { "Dependency order" }
                }
                button #toggle type="button" { "Open all" }
            }
        }
    }
}

fn verdicts(context: &Context<'_>) -> Markup {
    let changes = &context.review.changes;
    let number = |verdict| changes.iter().filter(|it| it.findings.iter().any(|it| it.verdict == verdict)).count();
    html! {
        span.group role="group" aria-label="Verdicts" {
            @for (verdict, number) in Verdict::ALL.into_iter().rev().map(|it| (it, number(it))).filter(|it| it.1 > 0) {
                button.chip type="button" disabled aria-pressed="false" data-verdict=(verdict.name())
                    title=(words::meaning(verdict)) {
                    span class={ "dot " (verdict.name()) } {} (verdict.name()) " " span.number { (number) }
                }
            }
        }
    }
}

fn actions(context: &Context<'_>) -> Markup {
    let number = |action| context.review.changes.iter().filter(|it| it.action == action).count();
    html! {
        span.group role="group" aria-label="Actions" {
            @for (action, number) in words::actions().map(|it| (it, number(it))).filter(|it| it.1 > 0) {
                button.chip type="button" disabled aria-pressed="false" data-action=(verb(action)) {
                    span aria-hidden="true" { (sign(action)) } (verb(action)) " " span.number { (number) }
                }
            }
        }
    }
}
