//! The picture of the graph, and every resource with its neighbours as a list.
//!
//! In: a review. Out: a section whose list says all that the picture shows, and from which the
//! panel beside the picture is filled. It must not know how the picture is drawn or moved.

use std::collections::BTreeMap;

use maud::{Markup, PreEscaped, html};
use model::Address;
use review::Node;

use super::context::{Context, badge, name, sign};
use super::words;
use crate::picture::{self, Mark};
use crate::words::{plural, verb};

/// The section; nothing where there is no resource.
pub(super) fn render(context: &Context<'_>) -> Markup {
    let map = &context.review.map;
    if map.nodes.is_empty() {
        return html! {};
    }
    let mut neighbours: Vec<(Vec<usize>, Vec<usize>)> = vec![Default::default(); map.nodes.len()];
    for (first, second) in &map.edges {
        if let Some((needs, _)) = neighbours.get_mut(*second) {
            needs.push(*first);
        }
        if let Some((_, users)) = neighbours.get_mut(*first) {
            users.push(*second);
        }
    }
    html! {
        section #graph tabindex="-1" aria-labelledby="graph-title" {
            h2 #graph-title { "Graph" " " span.number { (map.nodes.len()) } }
            a.skip href="#resources" { "Skip the picture" }
            div.stage #stage {
                (controls(context))
                div.canvas #canvas tabindex="0" role="group"
                    aria-label="Picture of the dependency graph. Plus and minus zoom, arrow keys move, 0 fits." {
                    (PreEscaped(picture::inline(map, &marks(context))))
                }
                aside.inspector #inspector aria-label="Selected resource" tabindex="-1" hidden {}
            }
            (legend(context))
            details.resources #resources {
                summary { "All " (plural(map.nodes.len(), "resource")) " as a list" }
                div.list {
                    @for (index, (node, (needs, users))) in map.nodes.iter().zip(&neighbours).enumerate() {
                        (resource(context, index, node, needs, users))
                    }
                }
            }
        }
    }
}

fn marks(context: &Context<'_>) -> BTreeMap<Address, Mark> {
    let current = context.review.changes.iter().filter(|it| it.deposed.is_none());
    current.map(|it| (it.address.clone(), Mark { action: it.action, verdict: it.verdict() })).collect()
}

fn controls(context: &Context<'_>) -> Markup {
    html! {
        div.controls.needs-script role="toolbar" aria-label="Graph" {
            button type="button" data-graph="in" aria-label="Zoom in" title="Zoom in (+)" { "+" }
            button type="button" data-graph="out" aria-label="Zoom out" title="Zoom out (−)" { "−" }
            button type="button" data-graph="fit" title="Show all of it (0)" { "Fit" }
            @if !context.review.changes.is_empty() {
                button type="button" data-graph="changed" aria-pressed="false" { "Changed only" }
            }
            button type="button" data-graph="large" aria-pressed="false" { "Large" }
        }
    }
}

fn legend(context: &Context<'_>) -> Markup {
    let there = |action| context.review.changes.iter().any(|it| it.action == action);
    html! {
        p.legend {
            @for action in words::actions().filter(|it| there(*it)) {
                span { span aria-hidden="true" { (sign(action)) } (verb(action)) }
            }
            span.muted { "Arrows lead from what is needed to what needs it." }
        }
    }
}

/// One resource: what it is, what changes, what it depends on, what depends on it.
fn resource(context: &Context<'_>, index: usize, node: &Node, needs: &[usize], users: &[usize]) -> Markup {
    let change = context.changes.get(&node.address).and_then(|at| Some((at, context.review.changes.get(*at)?)));
    html! {
        section.resource #{ "r" (index) } data-layer=(node.layer) data-changed[change.is_some()] {
            h3 { (name(&node.address)) }
            p.what { code { (node.address.kind) } " in layer " b { (node.layer) } }
            @if let Some((at, change)) = change {
                p.change {
                    (sign(change.action)) " "
                    a.card-link href={ "#c" (at) } { (verb(change.action)) ": see the change" } " "
                    (badge(change.verdict()))
                }
            }
            (neighbours(context, "Depends on", needs))
            (neighbours(context, "Needed by", users))
        }
    }
}

fn neighbours(context: &Context<'_>, title: &str, indexes: &[usize]) -> Markup {
    html! {
        @if !indexes.is_empty() {
            p.label { (title) }
            ul {
                @for (index, node) in indexes.iter().filter_map(|it| Some((it, context.review.map.nodes.get(*it)?))) {
                    li { a href={ "#r" (index) } { (node.address) } }
                }
            }
        }
    }
}
