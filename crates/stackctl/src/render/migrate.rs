//! What became of everything that Terraform had, at the terminal.
//!
//! In: the report of a migration. Out: text with ANSI styles that is no wider than the terminal:
//! the layers, what is to be settled, what changed shape, then what there is to do, last the
//! numbers. It must not know what was verified.

pub mod lines;

use anstyle::Style;
use migrate::report::{Layer, Member, Report, words};
use migrate::terraform::configuration::Place;
use report::lines::clipped;

use super::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW};
use lines::{hanging, paragraph, parts};

/// So many entries of a list that only informs are shown.
const SHOWN: usize = 40;
/// So many places of one secret are shown.
const PLACES: usize = 12;
/// The numbers of a layer need so many columns at least.
const NUMBERS: usize = 24;
/// The most characters of one sentence: documents that differ would fill screens.
const SENTENCE: usize = 500;

const PLAIN: Style = Style::new();

/// The whole report as text with ANSI styles.
pub fn report(report: &Report, width: usize) -> String {
    let sections = [
        layers(report, width),
        unsettled(report, width),
        changed(report, width),
        dissolved(report, width),
        notes(report, width),
        unsupported(report, width),
        secrets(report, width),
        paragraph(&words::summary(report), 0, BOLD, width),
    ];
    sections.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

/// `aws-vpc  3 carried over, 1 changed shape → aws-vpc.toml`, one line a layer; without the files,
/// which have the layers' names, where the terminal is narrow.
fn layers(report: &Report, width: usize) -> String {
    let names = column(report.layers.iter().map(|it| it.name.as_str()));
    let numbers = column(report.layers.iter().map(numbers).collect::<Vec<_>>().iter().map(String::as_str));
    let files = column(report.layers.iter().map(|it| it.file.as_str()));
    let has_room = names + 2 + numbers + 3 + files <= width;
    let line = |layer: &Layer| {
        let style = if layer.summary().unsupported > 0 { RED } else { GREEN };
        let name = format!("{:names$}", layer.name);
        let counts = self::numbers(layer);
        if !has_room {
            // A long name has a line of its own.
            let (indent, between) = if names + 2 + NUMBERS <= width { (names + 2, "  ") } else { (4, "\n    ") };
            let lines = lines::wrapped(&counts, indent, width);
            let counts = lines.join(&format!("{style:#}\n{:indent$}{style}", ""));
            return format!("{BOLD}{name}{BOLD:#}{between}{style}{counts}{style:#}\n");
        }
        let file = if layer.file.is_empty() { String::new() } else { format!(" {DIM}→{DIM:#} {}", layer.file) };
        format!("{BOLD}{name}{BOLD:#}  {style}{counts:numbers$}{style:#}{file}\n")
    };
    report.layers.iter().map(line).collect()
}

fn numbers(layer: &Layer) -> String {
    let counts = words::counts(&layer.summary());
    if counts.is_empty() { "no resources".to_owned() } else { counts.join(", ") }
}

/// How wide a column has to be.
fn column<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|it| it.chars().count()).max().unwrap_or(0)
}

fn unsettled(report: &Report, width: usize) -> String {
    if report.unsettled.is_empty() {
        return String::new();
    }
    let mut texts: Vec<String> = Vec::new();
    for note in &report.unsettled {
        let place = located(note.place.as_ref());
        texts.push(parts(&[(CYAN, note.about.as_str()), (DIM, place.as_str())], 2, width));
        texts.push(hanging("! ", &clipped(&note.text, SENTENCE), 4, RED, width));
    }
    texts.push(paragraph(words::SETTLE, 2, PLAIN, width));
    section(words::UNSETTLED, RED, &texts, width)
}

fn changed(report: &Report, width: usize) -> String {
    let groups = report.changed();
    let texts = groups.iter().map(|group| {
        let instances = match group.members.len() {
            0 | 1 => String::new(),
            number => format!("{number} instances"),
        };
        let place = group.members.first().map(Member::place).unwrap_or_default();
        let changes = group.changes.iter().map(|it| hanging("~ ", &clipped(it, SENTENCE), 4, YELLOW, width));
        parts(&[(CYAN, group.address), (PLAIN, instances.as_str()), (DIM, place.as_str())], 2, width)
            + &changes.collect::<String>()
    });
    section(words::CHANGED, YELLOW, &first(texts, width), width)
}

fn dissolved(report: &Report, width: usize) -> String {
    let mut texts = Vec::new();
    for group in report.dissolved() {
        let members = group.members.iter().map(|it| {
            let (name, place) = (words::terraform(it.resource), it.place());
            parts(&[(PLAIN, name.as_str()), (DIM, place.as_str())], 2, width)
        });
        texts.extend(first(members, width));
        texts.push(hanging("→ ", &clipped(group.into, SENTENCE), 4, DIM, width));
    }
    section(words::DISSOLVED, BOLD, &texts, width)
}

fn unsupported(report: &Report, width: usize) -> String {
    let mut texts = Vec::new();
    for group in report.left_out() {
        texts.push(hanging("x ", group.reason, 2, RED, width));
        texts.extend(group.members.iter().map(|(it, id)| {
            let (name, place) = (words::terraform(it.resource), it.place());
            parts(&[(CYAN, name.as_str()), (PLAIN, id.unwrap_or_default()), (DIM, place.as_str())], 4, width)
        }));
        texts.push(hanging("→ ", group.advice, 4, PLAIN, width));
    }
    section(words::UNSUPPORTED, RED, &texts, width)
}

fn secrets(report: &Report, width: usize) -> String {
    if report.secrets.is_empty() {
        return String::new();
    }
    let mut texts: Vec<String> = Vec::new();
    for secret in &report.secrets {
        texts.push(parts(&[(CYAN, secret.now.as_str())], 2, width));
        texts.push(hanging("→ ", &words::fate(secret), 4, DIM, width));
        texts.extend(secret.found_in.iter().take(PLACES).map(|it| hanging("← ", it, 4, DIM, width)));
        texts.extend(more(secret.found_in.len(), PLACES, 6, width));
    }
    texts.extend(words::rotation(report).iter().map(|it| hanging("· ", it, 2, PLAIN, width)));
    section(words::SECRETS, RED, &texts, width)
}

fn notes(report: &Report, width: usize) -> String {
    let notes = report.layers.iter().flat_map(|layer| layer.notes.iter().map(move |it| (layer, it)));
    let notes: Vec<_> = notes.collect();
    let texts = notes.iter().map(|(layer, note)| {
        let (about, place) = (format!("{}, {}", layer.name, note.about), located(note.place.as_ref()));
        parts(&[(BOLD, about.as_str()), (DIM, place.as_str())], 2, width)
            + &paragraph(&clipped(&note.text, SENTENCE), 4, PLAIN, width)
    });
    section(words::NOTES, BOLD, &first(texts, width), width)
}

fn located(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |it| format!("{}:{}", it.file, it.line))
}

/// The first of many.
fn first(texts: impl ExactSizeIterator<Item = String>, width: usize) -> Vec<String> {
    let number = texts.len();
    texts.take(SHOWN).chain(more(number, SHOWN, 2, width)).collect()
}

/// What stands below a list that goes on.
fn more(number: usize, most: usize, indent: usize, width: usize) -> Option<String> {
    let left = number.checked_sub(most).filter(|it| *it > 0)?;
    Some(paragraph(&format!("… and {left} more: MIGRATION.md and --json have them"), indent, DIM, width))
}

/// A heading with what is below it, where there is something.
fn section(title: &str, style: Style, texts: &[String], width: usize) -> String {
    if texts.is_empty() { String::new() } else { paragraph(title, 0, style.bold(), width) + &texts.concat() }
}

#[cfg(test)]
mod tests;
