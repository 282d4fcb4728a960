//! The attributes of a change, before and after.
//!
//! In: a change. Out: a list: short values beside each other on one line, documents side by
//! side. It must not know whether a change is good or bad.

use maud::{Markup, html};
use model::plan::{Action, Cause, Effect};
use model::{Planned, Tree};
use review::{Attribute, Change};

use super::context::Context;
use super::diff::{self, Piece, Row};
use super::value::{inline, is_document, symbols};
use super::words;
use crate::attribute::{hidden_difference, told_apart};
use crate::words::plural;
use crate::{lines, value};

/// How many characters both values together may have on one line.
const LINE: usize = 96;
/// How many characters one side of a comparison, or a new document, should take.
const COLUMN: usize = 56;
/// How many lines of a new document are shown before the others hide.
const NEW_LINES: usize = 24;

/// All attributes of a change.
pub(super) fn list(context: &Context<'_>, change: &Change) -> Markup {
    if change.attributes.is_empty() {
        return html! {};
    }
    let is_new = change.action == Action::Create;
    html! {
        dl.attributes {
            @for attribute in &change.attributes {
                @let shown = Shown::of(context, &attribute.before, &attribute.after, is_new);
                div class=[shown.wide.then_some("wide")] {
                    dt {
                        code { (attribute.path) }
                        @for note in notes(change, attribute).into_iter().chain(shown.note) {
                            " " span class={ "note" @if note == FORCES { " forces" } } { (note) }
                        }
                        @if let Some(places) = words::places(&attribute.places) { " " span.place { (places) } }
                    }
                    dd { (shown.values) }
                }
            }
        }
    }
}

/// Two values as they stand in a list.
pub(super) struct Shown {
    /// The markup.
    pub values: Markup,
    /// Whether it needs the full width.
    pub wide: bool,
    /// What is to be said where the two read the same.
    pub note: Option<&'static str>,
}

impl Shown {
    /// A value before and after; where `is_new`, one that was not set needs no "not set".
    pub fn of(context: &Context<'_>, before: &Planned, after: &Planned, is_new: bool) -> Self {
        let after = &told_apart(before, after, &context.remade);
        let (old, new) = (value::inline(before), value::inline(after));
        let length = old.chars().count() + new.chars().count();
        let document = is_document(before) || is_document(after);
        let note = hidden_difference(before, after, old == new);
        let short = |values: Markup| Self { values, wide: false, note };
        let wide = |values: Markup| Self { values, wide: true, note };
        if old == new {
            return short(one(context, after));
        }
        if before.is_null() && is_new {
            let lines = || value::laid_out(after, 2 * COLUMN);
            return if length <= LINE && !document { short(one(context, after)) } else { wide(block(&lines(), "new")) };
        }
        let tiny = length <= LINE / 2 && !old.contains("\\n") && !new.contains("\\n");
        if tiny || (length <= LINE && !document) {
            return short(beside(context, before, after));
        }
        wide(match (before.is_null(), after.is_null()) {
            (true, _) => block(&value::laid_out(after, 2 * COLUMN), "come"),
            (_, true) => block(&value::laid_out(before, 2 * COLUMN), "gone"),
            (false, false) => side_by_side(before, after),
        })
    }
}

/// `before → after` on one line.
fn beside(context: &Context<'_>, before: &Planned, after: &Planned) -> Markup {
    html! {
        span.before { (inline(before)) }
        span.arrow aria-hidden="true" { " → " } span.spoken { " becomes " }
        span.after { (one(context, after)) }
    }
}

/// One value, with what is to be said about an unknown one.
fn one(context: &Context<'_>, after: &Planned) -> Markup {
    html! {
        (inline(after))
        @if let Tree::Hole(pending) = after && context.is_known_after(pending) { span.later { ", known after apply" } }
    }
}

const FORCES: &str = "forces replacement";

fn notes(change: &Change, attribute: &Attribute) -> Vec<&'static str> {
    let mut notes = Vec::new();
    if attribute.effect == Effect::Replace && change.action == Action::Replace {
        notes.push(FORCES);
    }
    match attribute.cause {
        Cause::Manifest | Cause::Dependency => {}
        Cause::Drift => notes.push("changed outside stackctl"),
        Cause::Default => notes.push("no longer set: back to its default"),
    }
    if attribute.effect == Effect::Record {
        notes.push("in state only");
    }
    notes
}

/// A document that has nothing beside it.
fn block(lines: &[String], class: &str) -> Markup {
    let shown = if lines.len() > NEW_LINES + 4 { NEW_LINES } else { lines.len() };
    let (first, rest) = lines.split_at(shown);
    html! {
        div class={ "block " (class) } {
            (symbols(&first.join("\n")))
            @if !rest.is_empty() {
                details.fold { summary { (plural(rest.len(), "more line")) } (symbols(&rest.join("\n"))) }
            }
        }
    }
}

/// Two documents in two columns.
fn side_by_side(before: &Planned, after: &Planned) -> Markup {
    let (old, new) = lines::laid_out(before, after, COLUMN);
    html! {
        div.diff {
            div.columns aria-hidden="true" { span { "before" } span { "after" } }
            @for row in diff::rows(&old, &new) {
                @match row {
                    // Lines that stay are read out once.
                    Row::Same(lines) => div {
                        @let text = symbols(&lines.join("\n"));
                        span { (text) } span aria-hidden="true" { (text) }
                    },
                    Row::Changed { left, right } => div {
                        @match left { Some(pieces) => del { (marked(&pieces)) }, None => span.nothing {} }
                        @match right { Some(pieces) => ins { (marked(&pieces)) }, None => span.nothing {} }
                    },
                    Row::Folded(lines) => details.fold {
                        summary { (plural(lines.len(), "unchanged line")) }
                        p { (symbols(&lines.join("\n"))) }
                    },
                }
            }
        }
    }
}

fn marked(pieces: &[Piece]) -> Markup {
    html! { @for piece in pieces { @if piece.marked { b { (piece.text) } } @else { (piece.text) } } }
}
