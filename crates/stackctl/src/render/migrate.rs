//! What became of everything that Terraform had, at the terminal.
//!
//! In: the report of a migration. Out: text with ANSI styles: the layers, what changed shape, then
//! what there is to do, last the numbers. It must not know what was verified.

use anstyle::Style;
use migrate::report::{Accounted, Changed, Layer, Report, words};
use migrate::terraform::configuration::Place;

use super::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW};

/// The whole report as text with ANSI styles.
pub fn report(report: &Report, width: usize) -> String {
    let sections = [
        layers(report),
        changed(report, width),
        dissolved(report, width),
        unsupported(report, width),
        secrets(report, width),
        notes(report, width),
        paragraph(&words::summary(report), 0, BOLD, width),
    ];
    sections.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("\n")
}

/// `aws-vpc  3 carried over, 1 changed shape → aws-vpc.toml`, one line a layer.
fn layers(report: &Report) -> String {
    let names = column(report.layers.iter().map(|it| it.name.as_str()));
    let numbers = column(report.layers.iter().map(numbers).collect::<Vec<_>>().iter().map(String::as_str));
    let line = |layer: &Layer| {
        let (name, text) = (format!("{:names$}", layer.name), format!("{:numbers$}", self::numbers(layer)));
        let style = if layer.summary().unsupported > 0 { RED } else { GREEN };
        let file = if layer.file.is_empty() { String::new() } else { format!(" {DIM}→{DIM:#} {}", layer.file) };
        format!("{BOLD}{name}{BOLD:#}  {style}{text}{style:#}{file}\n")
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

fn changed(report: &Report, width: usize) -> String {
    let text = |group: &Changed<'_>| {
        let first = group.members.first();
        let instances = match group.members.len() {
            0 | 1 => String::new(),
            number => format!("  {number} instances"),
        };
        let place = located(first.and_then(|it| it.place.as_ref()));
        let changes: String = group.changes.iter().map(|it| hanging("~ ", it, 4, YELLOW, width)).collect();
        format!("  {CYAN}{}{CYAN:#}{instances}{place}\n{changes}", group.address)
    };
    let texts = report.layers.iter().flat_map(Layer::changed).map(|it| text(&it)).collect();
    section("Carried over in another shape", YELLOW, texts)
}

fn dissolved(report: &Report, width: usize) -> String {
    let groups = report.layers.iter().flat_map(Layer::dissolved);
    let texts = groups.map(|it| names(&it.members) + &hanging("→ ", it.into, 4, DIM, width)).collect();
    section("Dissolved: written where it was used", BOLD, texts)
}

fn names(members: &[&Accounted]) -> String {
    members.iter().map(|it| format!("  {}\n", words::terraform(it))).collect()
}

fn unsupported(report: &Report, width: usize) -> String {
    let mut texts = Vec::new();
    for group in report.left_out() {
        let members = group.members.iter().map(|(it, id)| {
            let id = id.map_or_else(String::new, |it| format!("  {it}"));
            format!("    {CYAN}{}{CYAN:#}{id}{}\n", words::terraform(it), located(it.place.as_ref()))
        });
        let members: String = members.collect();
        let reason = hanging("x ", group.reason, 2, RED, width);
        texts.push(reason + &members + &hanging("→ ", group.advice, 4, Style::new(), width));
    }
    section("Unsupported: not carried over", RED, texts)
}

fn secrets(report: &Report, width: usize) -> String {
    if report.secrets.is_empty() {
        return String::new();
    }
    let mut texts: Vec<String> = Vec::new();
    for secret in &report.secrets {
        let found = format!("found in {}", secret.found_in.join(", "));
        texts.push(format!("  {CYAN}{}{CYAN:#}\n{}", secret.now, hanging("← ", &found, 4, DIM, width)));
    }
    texts.extend(words::rotation(report).iter().map(|it| paragraph(it, 2, Style::new(), width)));
    section("Secrets to rotate", RED, texts)
}

fn notes(report: &Report, width: usize) -> String {
    let mut texts = Vec::new();
    for (layer, note) in report.layers.iter().flat_map(|layer| layer.notes.iter().map(move |it| (layer, it))) {
        let head = format!("  {BOLD}{}{BOLD:#}, {}{}\n", layer.name, note.about, located(note.place.as_ref()));
        texts.push(head + &paragraph(&note.text, 4, Style::new(), width));
    }
    section("Notes", BOLD, texts)
}

fn located(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |it| format!("  {DIM}{}:{}{DIM:#}", it.file, it.line))
}

/// A heading with what is below it, where there is something.
fn section(title: &str, style: Style, texts: Vec<String>) -> String {
    let style = style.bold();
    if texts.is_empty() { String::new() } else { format!("{style}{title}{style:#}\n{}", texts.concat()) }
}

/// A sentence behind a mark: its later lines begin where the first one's words do.
fn hanging(mark: &str, text: &str, indent: usize, style: Style, width: usize) -> String {
    let taken = mark.chars().count();
    let mut out = String::new();
    for (index, line) in wrapped(text, indent + taken, width).iter().enumerate() {
        let mark = if index == 0 { mark.to_owned() } else { " ".repeat(taken) };
        out += &format!("{:indent$}{style}{mark}{style:#}{line}\n", "");
    }
    out
}

fn paragraph(text: &str, indent: usize, style: Style, width: usize) -> String {
    wrapped(text, indent, width).iter().map(|it| format!("{:indent$}{style}{it}{style:#}\n", "")).collect()
}

/// Words stay whole: a part of an address or a command is no use to anyone.
fn wrapped(text: &str, indent: usize, width: usize) -> Vec<String> {
    let options = textwrap::Options::new(width.saturating_sub(indent).max(20))
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    textwrap::wrap(text, options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests;
