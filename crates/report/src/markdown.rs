//! A review as a comment on a pull request: Markdown of GitHub and of GitLab.
//!
//! In: a review. Out: text that fits a comment: the verdict and every risk first, then each change
//! to unfold, the worst first. It must not know where the comment is posted.

mod change;
mod fit;
pub mod text;

use std::collections::BTreeSet;

use model::Address;
use review::{Change, Move, Review, Sides, Verdict};

use crate::knock_on::Followers;
use crate::words::Spot;
use crate::{attribute, lines, words};
use change::{Context, Detail, address, assigned, brief, folded, section, sentence, spot};
use fit::Section;
use text::{code, fence, size};

/// The most characters of a comment. GitHub takes 65,536, GitLab a million.
const LIMIT: usize = 65_000;
/// How many risks the table holds.
const RISKS: usize = 100;
/// How many characters the table of risks takes at most.
const TABLE: usize = 24_000;
/// How many entries each list outside of the changes holds.
const LISTED: usize = 20;
/// From how many on safe changes stand together in one section.
const MANY: usize = 4;
/// Kept free for the sentences about what was left out, and what groups the safe changes.
const RESERVE: usize = 800;

/// The whole comment, no longer than a comment may be.
#[must_use]
pub fn markdown(review: &Review) -> String {
    let mut out = header(review) + &risks(review) + &refusals(review) + &moves(review);
    let remade = attribute::remade(review);
    let rest = outputs(review, &remade) + &released(review) + &drift(review);
    let mut changes: Vec<&Change> = review.changes.iter().collect();
    changes.sort_by_key(|it| words::gravity(it.verdict(), it.action));
    let context = Context { remade: &remade, followers: &Followers::of(review) };
    let tell = |index: usize, detail| section(&context, changes[index], detail);
    let mut sections: Vec<Section> = changes
        .iter()
        .enumerate()
        .map(|(index, it)| Section {
            is_risky: it.verdict() > Verdict::Safe,
            detail: Detail::Full,
            text: tell(index, Detail::Full),
        })
        .collect();
    let room = LIMIT.saturating_sub(size(&out) + size(&rest) + RESERVE);
    fit::fit(&mut sections, room, tell);
    if !sections.is_empty() {
        out += "#### Changes\n\n";
        out += &grouped(&sections);
        out += &left_out(review, &sections);
    }
    out += &rest;
    format!("{}\n", out.trim_end())
}

/// A line that is not shown, by which a job finds its own comment again, then the verdict.
fn header(review: &Review) -> String {
    let (form, environment, sides) = match &review.sides {
        Sides::Diff { before, after, environment } => ("", environment, format!("{} → {}", side(before), side(after))),
        Sides::Plan { environment } => {
            let sides = environment.as_deref().map_or_else(|| "Plan".to_owned(), |it| format!("Plan for {}", side(it)));
            (" plan", environment, sides)
        }
    };
    let environment = environment.as_deref().map_or_else(String::new, |it| format!(" {it}"));
    let marker = format!("{}{form}{environment}", review.stack);
    // Whatever a name holds, it does not end the comment that nobody sees.
    let marker: String = marker.chars().filter(|it| it.is_alphanumeric() || " ._-".contains(*it)).collect();
    let verdict = review.verdict();
    let word = if review.has_changes() { verdict.name() } else { "no changes" };
    let stack = sentence(&review.stack);
    format!(
        "<!-- stackctl: {marker} -->\n### {} {word}: {stack}\n\n**{}** · {sides}\n\n",
        words::sign(verdict),
        words::summary(review)
    )
}

fn side(name: &str) -> String {
    code(&lines::clipped(name, 120))
}

/// Everything that is not safe, worst first.
fn risks(review: &Review) -> String {
    let risks = words::risks(review);
    if risks.is_empty() {
        return String::new();
    }
    let mut out = "#### What is at risk\n\n| Verdict | Resource | Why | Where |\n|:--|:--|:--|:--|\n".to_owned();
    let mut shown = 0;
    for (change, finding) in risks.iter().take(RISKS) {
        let place = words::spot(change, finding).map_or_else(String::new, spot);
        let row = format!(
            "| {}&nbsp;{} | {} | {} | {place} |\n",
            words::sign(finding.verdict),
            finding.verdict,
            address(&change.address),
            sentence(&finding.reason),
        );
        if size(&out) + size(&row) > TABLE {
            break;
        }
        out += &row;
        shown += 1;
    }
    let more = risks.len() - shown;
    if more > 0 {
        let command = code(words::command(&review.sides));
        out += &format!("\n… and {}: {command} shows all of them.\n", words::plural(more, "milder risk"));
    }
    out + "\n"
}

/// Why apply would not do it.
fn refusals(review: &Review) -> String {
    let entries: Vec<String> = review
        .refusals
        .iter()
        .map(|it| {
            let place = words::refused(review, it).and_then(|it| Spot::of(&it.places));
            let place = place.map_or_else(String::new, |it| format!(" · {}", spot(it)));
            let help = it.help.as_ref().map_or_else(String::new, |help| format!("<br>{}", sentence(help)));
            format!("{} ({}){place}{help}", sentence(&it.message), code(it.code))
        })
        .collect();
    list("#### 🛑 Apply would refuse this\n\n", &entries)
}

/// `[[moved]]` blocks that would keep what looks renamed.
fn moves(review: &Review) -> String {
    let moves: BTreeSet<&Move> = review.changes.iter().filter_map(|it| it.suggested_move.as_ref()).collect();
    if moves.is_empty() {
        return String::new();
    }
    let mut blocks: Vec<String> = moves.iter().take(LISTED).map(|it| lines::clipped(&it.block(), 400)).collect();
    if let Some(more) = moves.len().checked_sub(LISTED).filter(|more| *more > 0) {
        blocks.push(format!("# … and {more} more"));
    }
    let text = blocks.join("\n\n");
    let (heading, what) = match moves.len() {
        1 => ("This looks like a rename", "it keeps its object"),
        _ => ("These look like renames", "they keep their objects"),
    };
    format!("#### 💡 {heading}\n\nWith this in the manifest {what}:\n\n{}\n", fence("toml", text.lines()))
}

/// The sections; safe ones together when there are many.
fn grouped(sections: &[Section]) -> String {
    let text = |risky: bool| {
        let texts = sections.iter().filter(|it| it.is_risky == risky).map(|it| it.text.as_str());
        texts.collect::<String>()
    };
    let (risky, safe) = (text(true), text(false));
    let number = sections.iter().filter(|it| !it.is_risky).count();
    if number < MANY || safe.is_empty() {
        return risky + &safe;
    }
    let title = format!("{} {}", words::sign(Verdict::Safe), words::plural(number, "safe change"));
    risky + &folded(&title, &safe)
}

/// What the sections do not tell.
fn left_out(review: &Review, sections: &[Section]) -> String {
    let count = |details: &[Detail]| sections.iter().filter(|it| details.contains(&it.detail)).count();
    let (shortened, gone) = (count(&[Detail::Short, Detail::Name]), count(&[Detail::Nothing]));
    let mut parts = Vec::new();
    if gone > 0 {
        parts.push(format!("{} left out", words::plural(gone, "change")));
    }
    if shortened > 0 {
        parts.push(format!("{} shortened", words::plural(shortened, "change")));
    }
    if parts.is_empty() {
        return String::new();
    }
    let command = code(words::command(&review.sides));
    format!(
        "✂️ **{}**, the mildest, because a comment holds no more. {command} shows the full review.\n\n",
        parts.join(" and ")
    )
}

fn outputs(review: &Review, remade: &BTreeSet<Address>) -> String {
    if review.outputs.is_empty() {
        return String::new();
    }
    let mut block = Vec::new();
    for (name, change) in review.outputs.iter().take(LISTED) {
        let name = lines::clipped(name, 80);
        let shown = |value| if change.sensitive { "(secret)".to_owned() } else { brief(value) };
        let after = attribute::told_apart(&change.before, &change.after, remade);
        let (before, after) = (shown(&change.before), shown(&after));
        let hidden = attribute::hidden_difference(&change.before, &change.after, before == after);
        let note = hidden.map_or_else(String::new, |it| format!("   # {it}"));
        if !change.before.is_null() {
            block.extend(assigned('-', &name, &[before], ""));
        }
        if !change.after.is_null() {
            block.extend(assigned('+', &name, &[after], &note));
        }
    }
    if let Some(more) = review.outputs.len().checked_sub(LISTED).filter(|more| *more > 0) {
        block.push(format!("# … and {}", words::plural(more, "more output")));
    }
    let title = match review.outputs.len() {
        1 => "1 output changes".to_owned(),
        number => format!("{number} outputs change"),
    };
    folded(&title, &fence("diff", block.iter().map(String::as_str)))
}

/// What AWS keeps although the manifest no longer says so.
fn released(review: &Review) -> String {
    let entry = |it: &review::Released| {
        let place = it.place.as_ref().map_or_else(String::new, |it| format!(" · {}", spot(Spot::Before(it))));
        let path = code(&lines::clipped(&it.path.to_string(), 80));
        format!("{path} of {} stays {}{}", address(&it.address), code(&brief(&it.value)), place)
    };
    let title = format!("{} no longer set, kept by AWS", words::plural(review.released.len(), "argument"));
    let entries: Vec<String> = review.released.iter().map(entry).collect();
    if entries.is_empty() { String::new() } else { folded(&title, &list("", &entries)) }
}

/// Where AWS is not what was applied last.
fn drift(review: &Review) -> String {
    let entry = |it: &model::plan::Drift| {
        if it.path.0.is_empty() {
            return format!("{} is gone", address(&it.address));
        }
        let path = code(&lines::clipped(&it.path.to_string(), 80));
        let shown = |value: &model::Known| code(&brief(&value.clone().widen()));
        format!("{path} of {}: {} → {}", address(&it.address), shown(&it.last_applied), shown(&it.live))
    };
    let entries: Vec<String> = review.drift.iter().map(entry).collect();
    let title = format!("{} outside stackctl since the last apply", words::plural(entries.len(), "change"));
    if entries.is_empty() { String::new() } else { folded(&title, &list("", &entries)) }
}

/// Entries one below the other, a bounded number of them; nothing where there are none.
fn list(title: &str, entries: &[String]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let mut out = title.to_owned();
    for entry in entries.iter().take(LISTED) {
        out += &format!("- {entry}\n");
    }
    if let Some(more) = entries.len().checked_sub(LISTED).filter(|more| *more > 0) {
        out += &format!("- … and {more} more\n");
    }
    out + "\n"
}
