//! One change as a section of a comment, in more or less detail.
//!
//! In: a change and its review. Out: Markdown that ends with a blank line. It must not know how
//! much room there is.

use std::collections::BTreeSet;

use model::Address;
use review::{Attribute, Change, Verdict};

use super::text::{code, fence, prose, size};
use crate::attribute::{self, Form, Room, Shown};
use crate::knock_on::Followers;
use crate::lines::{Row, Tag, clipped};
use crate::value;
use crate::words::{self, Spot};

/// How much is told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything.
    Full,
    /// What and why, and the names of the attributes.
    Short,
    /// Its name.
    Name,
    /// Nothing.
    Nothing,
}

/// The most characters of a sentence that is cut short.
const SENTENCE: usize = 300;
/// The most characters of an address.
const ADDRESS: usize = 160;
/// The most characters of one section's block of values.
const BLOCK: usize = 14_000;
/// The most lines of one attribute.
const LINES: usize = 120;
/// The most attributes that are named where their values are not shown.
const NAMES: usize = 8;

/// An address as code, cut short where it is absurdly long.
pub fn address(address: &Address) -> String {
    code(&clipped(&address.to_string(), ADDRESS))
}

/// A sentence of a comment's outer part, cut short where it is absurdly long.
pub fn sentence(text: &str) -> String {
    prose(&clipped(text, SENTENCE))
}

/// What the section of a change needs of the whole review.
pub struct Context<'a> {
    /// See [`attribute::remade`].
    pub remade: &'a BTreeSet<Address>,
    /// Who follows from whom.
    pub followers: &'a Followers<'a>,
}

/// The section of a change.
pub fn section(context: &Context<'_>, change: &Change, detail: Detail) -> String {
    let title = title(change);
    match detail {
        Detail::Full => {
            let mut body = bullets(context, change, true);
            let block = block(change, context.remade);
            if !block.is_empty() {
                body += &format!("\n{block}");
            }
            folded(&title, &body)
        }
        Detail::Short => folded(&title, &(bullets(context, change, false) + &names(change))),
        Detail::Name => format!("{title}\n\n"),
        Detail::Nothing => String::new(),
    }
}

/// Something to unfold. Hosts want blank lines between HTML and the Markdown in it.
pub fn folded(title: &str, body: &str) -> String {
    format!("<details>\n<summary>{title}</summary>\n\n{}\n\n</details>\n\n", body.trim_end())
}

fn title(change: &Change) -> String {
    let sign = words::sign(change.verdict());
    let mut out = format!("{sign} <b>{}</b> {}", words::verb(change.action), address(&change.address));
    if change.verdict() > Verdict::Safe {
        out += &format!(" · {}", change.verdict());
    }
    if let Some(id) = &change.deposed {
        out += &format!(" (replaced object {})", code(&clipped(&id.to_string(), ADDRESS)));
    }
    if let Some(from) = &change.moved_from {
        out += &format!(" (was {})", address(from));
    }
    out
}

/// Verdicts and reasons, one a line.
fn bullets(context: &Context<'_>, change: &Change, whole: bool) -> String {
    let text = |text: &str| if whole { prose(text) } else { sentence(text) };
    let mut out = String::new();
    for finding in change.findings.iter().filter(|it| it.verdict > Verdict::Safe) {
        let place = words::spot(change, finding).map_or_else(String::new, |it| format!(" · {}", spot(it)));
        out += &format!(
            "- {} **{}**: {} ({}){place}\n",
            words::sign(finding.verdict),
            finding.verdict,
            text(&finding.reason),
            code(finding.rule)
        );
    }
    if let Some(reason) = &change.reason {
        out += &format!("- Why: {}\n", text(reason));
    }
    if change.action == model::plan::Action::Replace {
        let order = if change.delete_first {
            "the old object goes before the new one comes"
        } else {
            "the new object comes before the old one goes"
        };
        out += &format!("- Order: {order}\n");
    }
    if whole && !change.because_of.is_empty() {
        let from: Vec<String> = change.because_of.iter().map(address).collect();
        out += &format!("- Follows from {}\n", from.join(", "));
    }
    if let Some(sentence) = context.followers.sentence(&change.address).filter(|_| whole) {
        out += &format!("- Knock-on: {}\n", kinds_as_code(&sentence));
    }
    if let Some(suggested) = &change.suggested_move {
        let (from, to) = (address(&suggested.from), address(&suggested.to));
        out += &format!("- Looks like {from} renamed to {to}: see the {} block above\n", code("[[moved]]"));
    }
    out + &places(change)
}

/// A sentence whose kinds, the only words with a `_` in them, are code.
fn kinds_as_code(sentence: &str) -> String {
    let word = |word: &str| {
        let kind = word.trim_end_matches(',');
        if kind.contains('_') { code(kind) + &word[kind.len()..] } else { prose(word) }
    };
    sentence.split(' ').map(word).collect::<Vec<String>>().join(" ")
}

/// A place as code.
pub fn spot(spot: Spot<'_>) -> String {
    let (place, side) = spot.parts();
    code(&clipped(&place, ADDRESS)) + side
}

/// Where it stands, where no finding has said so.
fn places(change: &Change) -> String {
    let is_told = change.verdict() > Verdict::Safe;
    match Spot::of(&change.places) {
        Some(place) if !is_told => format!("- At {}\n", spot(place)),
        Some(_) | None => String::new(),
    }
}

fn names(change: &Change) -> String {
    if change.attributes.is_empty() {
        return String::new();
    }
    let named = change.attributes.iter().take(NAMES).map(|it| code(&clipped(&it.path.to_string(), ADDRESS)));
    let mut names: Vec<String> = named.collect();
    if let Some(more) = change.attributes.len().checked_sub(NAMES).filter(|more| *more > 0) {
        names.push(format!("{more} more"));
    }
    format!("- Changes {}\n", names.join(", "))
}

/// What changes, as a block that hosts colour: first what takes a line, then what is compared line
/// by line, so that nothing seems to belong to the comparison above it.
fn block(change: &Change, remade: &BTreeSet<Address>) -> String {
    let shown = |attribute| (attribute, attribute::shown(attribute, change.action, remade, ROOM));
    let (compared, plain): (Vec<_>, Vec<_>) =
        change.attributes.iter().map(shown).partition(|(_, it)| matches!(it.form, Form::Lines(_)));
    let mut lines = Vec::new();
    let mut used = 0;
    for (index, (attribute, shown)) in plain.into_iter().chain(compared).enumerate() {
        let added = attribute_lines(attribute, shown);
        used += added.iter().map(|line| size(line) + 1).sum::<usize>();
        if used > BLOCK {
            lines.push(format!("# … and {}", words::plural(change.attributes.len() - index, "more attribute")));
            break;
        }
        lines.extend(added);
    }
    if lines.is_empty() { String::new() } else { fence("diff", lines.iter().map(String::as_str)) }
}

/// How wide a value should be before it is laid out on lines of its own.
const ROOM: Room = Room { beside: 130, below: 100 };

fn attribute_lines(attribute: &Attribute, Shown { name, form, notes }: Shown) -> Vec<String> {
    let note = if notes.is_empty() { String::new() } else { format!("   # {}", notes.join("; ")) };
    match form {
        Form::Set(lines) => assigned('+', &name, &lines, &note),
        Form::Line { before, after } => match (attribute.before.is_null(), attribute.after.is_null()) {
            (true, _) => vec![format!("+ {name} = {after}{note}")],
            (false, true) => vec![format!("- {name} = {before}{note}")],
            (false, false) => vec![format!("- {name} = {before}"), format!("+ {name} = {after}{note}")],
        },
        Form::Lines(rows) => {
            let more = rows.len().saturating_sub(LINES);
            let shown = rows.iter().take(LINES).map(row);
            let rest = (more > 0).then(|| format!("# … and {}", words::plural(more, "more line")));
            std::iter::once(format!("@@ {name} @@{note}")).chain(shown).chain(rest).collect()
        }
    }
}

/// `+ name = first line` and the others below.
pub fn assigned(sign: char, name: &str, lines: &[String], note: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for (index, line) in lines.iter().take(LINES).enumerate() {
        let line = clipped(line, 500);
        out.push(if index == 0 { format!("{sign} {name} = {line}{note}") } else { format!("{sign} {line}") });
    }
    if let Some(more) = lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        out.push(format!("# … and {}", words::plural(more, "more line")));
    }
    out
}

fn row(row: &Row) -> String {
    match row.tag {
        Tag::Same => format!("  {}", row.text),
        Tag::Gone => format!("- {}", row.text),
        Tag::New => format!("+ {}", row.text),
        Tag::Skipped => format!("  {}", row.text),
    }
}

/// A value on one line, cut short: for what stands outside of the changes.
pub fn brief(value: &model::Planned) -> String {
    clipped(&value::inline(value), 160)
}
