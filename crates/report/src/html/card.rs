//! One change as a card.
//!
//! In: a change. Out: an `article` that opens. It must not know how it is found or filtered:
//! it only carries the words for that.

use maud::{Markup, html};
use model::Address;
use model::plan::Action;
use review::{Change, Finding, Move, Verdict};

use super::context::{Context, badge, name, sign};
use super::value::prose;
use super::{attribute, words};
use crate::words::verb;

/// A short list of changes is shown open.
const SHORT_LIST: usize = 8;
/// So many risky changes are shown open in a long one.
const OPEN_RISKS: usize = 12;
/// So many links stand in a row before the others hide.
const FEW_LINKS: usize = 6;

/// The card of a change. `index` is its place in the review, `rank` its place by risk.
pub(super) fn render(context: &Context<'_>, index: usize, rank: usize, change: &Change) -> Markup {
    let mut verdicts: Vec<Verdict> = change.findings.iter().map(|it| it.verdict).collect();
    verdicts.sort_by_key(|it| std::cmp::Reverse(*it));
    verdicts.dedup();
    let names: Vec<&str> = verdicts.iter().map(|it| it.name()).collect();
    let risky = change.verdict() > Verdict::Cost;
    let open = context.review.changes.len() <= SHORT_LIST || (risky && rank < OPEN_RISKS);
    html! {
        article #{ "c" (index) } data-order=(index) data-address=(change.address) data-action=(verb(change.action))
            data-layer=(change.layer) data-verdicts=(names.join(" ")) {
            details open[open] {
                summary {
                    (sign(change.action))
                    h3 {
                        (name(&change.address))
                        @if let Some(id) = &change.deposed { " " span.old { "replaced object " (id) } }
                    }
                    span.badges { @for verdict in verdicts { (badge(verdict)) } }
                    span.brief { (prose(&brief(change))) }
                }
                div.body {
                    (findings(&change.findings))
                    (reasons(context, change))
                    @if let Some(suggested) = &change.suggested_move { (rename(suggested)) }
                    (attribute::list(context, change))
                    (end(context, change))
                }
            }
        }
    }
}

/// What a closed card says: the worst reason, or why it happens, or what changes.
fn brief(change: &Change) -> String {
    match change.findings.iter().max_by_key(|it| it.verdict).filter(|it| it.verdict != Verdict::Safe) {
        Some(finding) => finding.reason.clone(),
        None => change.reason.clone().unwrap_or_else(|| {
            let paths: Vec<String> = change.attributes.iter().map(|it| it.path.to_string()).collect();
            paths.join(", ")
        }),
    }
}

fn findings(findings: &[Finding]) -> Markup {
    html! {
        ul.findings {
            @for finding in findings {
                li {
                    span class={ "dot " (finding.verdict.name()) } {}
                    p {
                        strong { (finding.verdict.name()) } ": " (prose(&finding.reason))
                        @if let Some(path) = &finding.path { " " code { (path) } }
                        " " span.rule title="The rule that says so" { (finding.rule) }
                    }
                }
            }
        }
    }
}

/// Why it happens, and what else happens because of it.
fn reasons(context: &Context<'_>, change: &Change) -> Markup {
    let mut followers: Vec<&Address> = Vec::new();
    if change.deposed.is_none() {
        let direct = context.followers.direct(&change.address).iter();
        followers.extend(direct.filter_map(|index| context.review.changes.get(*index)).map(|it| &it.address));
    }
    let sentence = context.followers.sentence(&change.address).filter(|_| change.deposed.is_none());
    html! {
        dl.reasons {
            @if let Some(reason) = &change.reason { div { dt { "Why" } dd { (prose(reason)) } } }
            @if change.action == Action::Replace {
                div { dt { "Order" } dd {
                    @if change.delete_first { "the old one is deleted before the new one is made" }
                    @else { "the new one is made before the old one is deleted" }
                } }
            }
            @if let Some(from) = &change.moved_from { div { dt { "Was" } dd { span.ref { (name(from)) } } } }
            @if !change.because_of.is_empty() {
                div { dt { "Because of" } dd { (links(context, &change.because_of.iter().collect::<Vec<_>>())) } }
            }
            @if let Some(sentence) = sentence {
                div { dt { "Leads to" } dd { p { (sentence) } (links(context, &followers)) } }
            }
        }
    }
}

/// Links in a row; where there are many, the others open.
fn links(context: &Context<'_>, addresses: &[&Address]) -> Markup {
    let few = if addresses.len() > FEW_LINKS + 1 { FEW_LINKS } else { addresses.len() };
    let (first, rest) = addresses.split_at(few);
    html! {
        span.links { @for address in first { (context.link(address)) " " } }
        @if !rest.is_empty() {
            details.more {
                summary { (rest.len()) " more" }
                span.links { @for address in rest { (context.link(address)) " " } }
            }
        }
    }
}

/// The block that would make this a rename.
fn rename(suggested: &Move) -> Markup {
    html! {
        div.rename {
            p {
                b { "This looks like a rename. " }
                "To keep the object and only change its address, from " span.ref { (name(&suggested.from)) }
                " to " span.ref { (name(&suggested.to)) } ", add this to the manifest:"
            }
            div.copied {
                pre { code { (suggested.block()) } }
                button.needs-script type="button" data-copy { "Copy" }
            }
        }
    }
}

/// Where it stands in the files and in the graph.
fn end(context: &Context<'_>, change: &Change) -> Markup {
    let node = context.nodes.get(&change.address);
    html! {
        p.end {
            span { (verb(change.action)) } " " span { "layer " b { (change.layer) } }
            @if let Some(places) = words::places(&change.places) { " " code { (places) } }
            @if let Some(node) = node {
                " " a.show.needs-script href={ "#r" (node) } data-show=(node) { "Show in graph" }
            }
        }
    }
}
