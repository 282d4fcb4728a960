//! A review at the terminal: the verdict first and last, between them each change with what is at
//! risk, in dependency order.
//!
//! In: a review. Out: text with ANSI styles. It must not know which command shows it.

use std::collections::BTreeSet;

use anstyle::Style;
use model::Address;
use model::plan::Action;
use report::knock_on::Followers;
use report::words::{self, Spot};
use report::{attribute, lines, value};
use review::{Change, Finding, Move, Review, Sides, Verdict};

use super::attribute::{Output, attributes, outputs};
use super::style::{self, BOLD, DIM, GREEN, RED, YELLOW, sign};

/// The whole review as text with ANSI styles.
pub fn render(review: &Review, width: usize) -> String {
    let rest = refusals(review, width) + &moves(review) + &released(review, width) + &super::plan::drift(&review.drift);
    let sides = format!("{DIM}{}{DIM:#}\n", sides(review));
    if !review.has_changes() {
        let stay = match review.unchanged {
            0 => String::new(),
            1 => " 1 resource stays as it is.".to_owned(),
            number => format!(" {number} resources stay as they are."),
        };
        let end = if rest.is_empty() { "" } else { "\n" };
        return format!(
            "{BOLD}No changes.{BOLD:#}{stay}\n{sides}{end}{}",
            rest.trim_end_matches('\n').to_owned() + end
        );
    }
    let summary = summary(review);
    let remade = attribute::remade(review);
    let page = Page { remade: &remade, followers: &Followers::of(review), width };
    let mut out = format!("{summary}{sides}\n{}", risks(review, width));
    // Changes with something below them stand apart; a row of bare ones stays a row.
    let mut after_bare = true;
    for change in &review.changes {
        let text = page.change(change);
        let is_bare = text.lines().count() == 1;
        if !(after_bare && is_bare || out.ends_with("\n\n")) {
            out.push('\n');
        }
        out += &text;
        after_bare = is_bare;
    }
    out.push('\n');
    out + &all_outputs(review, &remade, width) + &rest + &summary
}

/// The verdict, and how many changes of which sort there are.
fn summary(review: &Review) -> String {
    let coloured = |(action, words): (Action, String)| {
        let (_, style) = sign(action);
        format!("{style}{words}{style:#}")
    };
    let parts: Vec<String> = words::counts(review).into_iter().map(coloured).chain(words::outputs(review)).collect();
    let unchanged = if review.unchanged > 0 { format!("; {} unchanged", review.unchanged) } else { String::new() };
    format!("{}  {}{unchanged}.\n", badge(review.verdict(), 0), parts.join(", "))
}

/// Where to look first, when there is much to look at: what is not safe, worst first.
fn risks(review: &Review, width: usize) -> String {
    let risks = words::risks(review);
    if risks.is_empty() || review.changes.len() < MANY {
        return String::new();
    }
    let column = risks.iter().map(|(_, it)| it.verdict.name().len()).max().unwrap_or(0);
    let mut out = format!("{BOLD}At risk, worst first{BOLD:#}\n");
    for (change, finding) in risks.iter().take(TOLD) {
        let badge = badge(finding.verdict, column);
        let room = width.saturating_sub(column + 6);
        let text = lines::clipped(&format!("{}: {}", change.address, finding.reason), room);
        out += &format!("  {badge}  {text}\n");
    }
    if let more @ 1.. = risks.len().saturating_sub(TOLD) {
        out += &format!("  {DIM}… and {more} more below{DIM:#}\n");
    }
    out + "\n"
}

/// From how many changes on the risks are listed before them.
const MANY: usize = 5;

/// How many risks are listed.
const TOLD: usize = 10;

fn sides(review: &Review) -> String {
    let stack = &review.stack;
    match &review.sides {
        Sides::Diff { before, after, .. } => format!("{stack}: {before} → {after}"),
        Sides::Plan { environment: Some(environment) } => format!("{stack} in {environment}"),
        Sides::Plan { environment: None } => stack.clone(),
    }
}

/// A verdict's name in its colour, as wide as the longest of those below each other.
fn badge(verdict: Verdict, column: usize) -> String {
    let style = style::verdict(verdict);
    let name = verdict.name();
    format!("{style} {name} {style:#}{}", " ".repeat(column.saturating_sub(name.len())))
}

/// What all changes are shown with.
struct Page<'a> {
    remade: &'a BTreeSet<Address>,
    followers: &'a Followers<'a>,
    width: usize,
}

/// Where what belongs to a change begins.
const INDENT: usize = 6;

impl Page<'_> {
    fn change(&self, change: &Change) -> String {
        let mut out = self.header(change);
        let risks: Vec<&Finding> = change.findings.iter().filter(|it| it.verdict > Verdict::Safe).collect();
        let column = risks.iter().map(|it| it.verdict.name().len()).max().unwrap_or(0);
        for finding in risks {
            out += &self.finding(change, finding, column);
        }
        out += &attributes(&change.attributes, change.action, self.remade, self.width);
        if !change.because_of.is_empty() {
            let from: Vec<String> = change.because_of.iter().map(ToString::to_string).collect();
            out += &hanging("← ", &format!("follows from {}", from.join(", ")), DIM, self.width);
        }
        if let Some(sentence) = self.followers.sentence(&change.address) {
            out += &hanging("→ ", &sentence, Style::new(), self.width);
        }
        match &change.suggested_move {
            Some(it) if it.from == change.address => {
                out += &hanging("= ", &format!("looks renamed to {}: see below", it.to), YELLOW, self.width);
            }
            Some(it) => {
                out += &hanging("= ", &format!("looks renamed from {}: see below", it.from), YELLOW, self.width)
            }
            None => {}
        }
        out
    }

    /// Sign, address, where it stands and why, on one line if there is room.
    fn header(&self, change: &Change) -> String {
        let (sign, style) = sign(change.action);
        let mut plain = format!("{sign:>3} {}", change.address);
        let mut out = format!("{style}{sign:>3}{style:#} {BOLD}{}{BOLD:#}", change.address);
        let mut add = |text: String, style: Style| {
            plain += &text;
            out += &format!("{style}{text}{style:#}");
        };
        if let Some(id) = &change.deposed {
            add(format!(" (replaced object {id})"), DIM);
        }
        if let Some(from) = &change.moved_from {
            add(format!(" was {from}"), DIM);
        }
        if change.verdict() == Verdict::Safe {
            add("  safe".to_owned(), GREEN);
        }
        if let Some(place) = Spot::of(&change.places) {
            add(format!("  {}", located(place)), DIM);
        }
        let order = (change.action == Action::Replace && change.delete_first).then_some("the old object goes first");
        let why: Vec<&str> = change.reason.as_deref().into_iter().chain(order).collect();
        let why = why.join("; ");
        if why.is_empty() {
            out + "\n"
        } else if plain.chars().count() + why.chars().count() + 4 <= self.width {
            format!("{out}  {DIM}# {why}{DIM:#}\n")
        } else {
            format!("{out}\n{}", hanging("# ", &why, DIM, self.width))
        }
    }

    /// The verdict, then the reason beside it; last the place, where it is not the resource's.
    fn finding(&self, change: &Change, finding: &Finding, column: usize) -> String {
        let indent = INDENT - 1 + column + 4;
        let room = self.width.saturating_sub(indent).max(20);
        let mut lines: Vec<String> =
            textwrap::wrap(&finding.reason, room).into_iter().map(std::borrow::Cow::into_owned).collect();
        let spot = words::spot(change, finding);
        let place = spot.filter(|it| Some(*it) != Spot::of(&change.places)).map(located);
        if let Some(place) = place {
            let fits = |line: &String| line.chars().count() + place.chars().count() + 2 <= room;
            let styled = format!("{DIM}{place}{DIM:#}");
            match lines.last_mut().filter(|line| fits(line)) {
                Some(last) => *last += &format!("  {styled}"),
                None => lines.push(styled),
            }
        }
        let below = format!("\n{}", " ".repeat(indent));
        format!("{}{}  {}\n", " ".repeat(INDENT - 1), badge(finding.verdict, column), lines.join(&below))
    }
}

fn located(spot: Spot<'_>) -> String {
    let (place, side) = spot.parts();
    place + side
}

/// A sentence below a change: its later lines begin where the first one's words do.
fn hanging(mark: &str, text: &str, style: Style, width: usize) -> String {
    let room = width.saturating_sub(INDENT + mark.chars().count()).max(20);
    let mut out = String::new();
    for (index, line) in textwrap::wrap(text, room).iter().enumerate() {
        let blank = " ".repeat(mark.chars().count());
        let mark = if index == 0 { mark } else { &blank };
        out += &format!("{}{style}{mark}{line}{style:#}\n", " ".repeat(INDENT));
    }
    out
}

fn all_outputs(review: &Review, remade: &BTreeSet<Address>, width: usize) -> String {
    let all: Vec<Output<'_>> = review
        .outputs
        .iter()
        .map(|(name, it)| Output { name, before: it.before.clone(), after: &it.after, sensitive: it.sensitive })
        .collect();
    match all.as_slice() {
        [] => String::new(),
        all => format!("{BOLD}Outputs{BOLD:#}\n{}\n", outputs(all, remade, width)),
    }
}

/// Why apply would not do it.
fn refusals(review: &Review, width: usize) -> String {
    if review.refusals.is_empty() {
        return String::new();
    }
    let style = RED.bold();
    let mut out = format!("{style}Apply would refuse this{style:#}\n");
    for refusal in &review.refusals {
        let place = words::refused(review, refusal).and_then(|it| Spot::of(&it.places)).map(located);
        out += &hanging("x ", &refusal.message, RED, width);
        if let Some(help) = &refusal.help {
            out += &hanging("  ", help, Style::new(), width);
        }
        let whence: Vec<String> = std::iter::once(refusal.code.to_owned()).chain(place).collect();
        out += &hanging("  ", &whence.join("  "), DIM, width);
    }
    out + "\n"
}

/// `[[moved]]` blocks, without indentation, to be copied as they are.
fn moves(review: &Review) -> String {
    let moves: BTreeSet<&Move> = review.changes.iter().filter_map(|it| it.suggested_move.as_ref()).collect();
    let blocks: Vec<String> = moves.iter().map(|it| it.block()).collect();
    let what = match blocks.len() {
        0 => return String::new(),
        1 => "This looks like a rename: with this in the manifest it keeps its object",
        _ => "These look like renames: with this in the manifest they keep their objects",
    };
    format!("{BOLD}{what}{BOLD:#}\n\n{}\n\n", blocks.join("\n\n"))
}

/// What AWS keeps although the manifest no longer says so.
fn released(review: &Review, width: usize) -> String {
    if review.released.is_empty() {
        return String::new();
    }
    let mut out = format!("{BOLD}No longer set, and kept by AWS{BOLD:#}\n");
    for it in &review.released {
        let place = it.place.as_ref().map_or_else(String::new, |it| format!("  {}", located(Spot::Before(it))));
        let value = lines::clipped(&value::inline(&it.value), width.saturating_sub(40).max(20));
        out += &format!("    {} {} stays {value}{DIM}{place}{DIM:#}\n", it.address, it.path);
    }
    out + "\n"
}

#[cfg(test)]
#[path = "../../../report/tests/shared/mod.rs"]
mod shared;

#[cfg(test)]
mod tests {
    use super::shared::{unchanged, wordpress};
    use super::*;

    fn plain(review: &Review, width: usize) -> String {
        anstream::adapter::strip_str(&render(review, width)).to_string()
    }

    #[test]
    fn everything_at_once() {
        insta::assert_snapshot!("narrow", plain(&wordpress(), 80));
        insta::assert_snapshot!("wide", plain(&wordpress(), 160));
        insta::assert_snapshot!("styled", render(&wordpress(), 100).replace('\u{1b}', "␛"));
    }

    #[test]
    fn no_changes() {
        let expect = "No changes. 31 resources stay as they are.\n\
                      wordpress: origin/main:manifests/wordpress → manifests/wordpress\n";
        assert_eq!(plain(&unchanged(), 80), expect);
    }

    #[test]
    fn lines_fit_where_values_do_not_need_more() {
        // The summary stays one line, which a terminal wraps.
        let text = plain(&wordpress(), 80);
        for line in text.lines().filter(|it| !it.contains("22 unchanged.")) {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
