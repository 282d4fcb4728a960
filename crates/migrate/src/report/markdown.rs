//! A report as Markdown: for the folder that was written, and for a pull request.
//!
//! In: a report. Out: Markdown of GitHub and of GitLab that fits a comment: every object of
//! Terraform, and of long lists the beginning. It must not know where it is shown.

mod limits;

use ::report::lines::clipped;
use ::report::text::{code, prose, size};

use super::{Accounted, Fate, Layer, Member, Note, Report, words};
use limits::{LIMIT, Limits, STEPS};

/// The whole report: first what there is to do, last the list of everything.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let mut text = String::new();
    for limits in STEPS {
        text = within(report, limits);
        if size(&text) <= LIMIT {
            break;
        }
    }
    text
}

fn within(report: &Report, limits: &Limits) -> String {
    let stack = prose(&report.stack);
    let mut out = format!("## {stack}: taken over from Terraform\n\n{}\n\n", prose(&words::summary(report)));
    out += &layers(report, limits);
    out += &unsettled(report, limits);
    out += &unsupported(report, limits);
    out += &secrets(report, limits);
    out += &changed(report, limits);
    out += &dissolved(report, limits);
    out += &notes(report, limits);
    out += &everything(report, limits);
    format!("{}\n", out.trim_end())
}

/// The numbers, layer by layer.
fn layers(report: &Report, limits: &Limits) -> String {
    if report.layers.is_empty() {
        return String::new();
    }
    let mut out = "| Layer | File | Carried over | Changed shape | Dissolved | Unsupported | From |\n\
                   |:--|:--|--:|--:|--:|--:|:--|\n"
        .to_owned();
    for layer in report.layers.iter().take(limits.urgent) {
        let numbers = layer.summary();
        let sources = layer.folder.iter().chain(&layer.states).map(|it| code(it));
        out += &format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            prose(&layer.name),
            code(&layer.file),
            numbers.carried,
            numbers.changed,
            numbers.dissolved,
            numbers.unsupported,
            joined(sources, limits.urgent, "<br>"),
        );
    }
    out + "\n" + &more(report.layers.len(), limits.urgent)
}

fn unsettled(report: &Report, limits: &Limits) -> String {
    if report.unsettled.is_empty() {
        return String::new();
    }
    let entry = |it: &Note| format!("{}: {}{}", code(&it.about), sentence(&it.text), located(it));
    let entries = list(report.unsettled.iter().map(entry), limits.urgent);
    section(&format!("⚠️ {}", words::UNSETTLED), &format!("{}\n\n{entries}", prose(words::SETTLE)))
}

fn unsupported(report: &Report, limits: &Limits) -> String {
    let mut out = String::new();
    let groups = report.left_out();
    for group in groups.iter().take(limits.urgent) {
        out += &format!("**{}**: {}\n\n", sentence(group.reason), sentence(group.advice));
        let members = group.members.iter().map(|(it, id)| {
            let id = id.map_or_else(String::new, |id| format!(" · {}", code(id)));
            format!("{}{id}{}", name(it.resource), place(it))
        });
        out += &list(members, (limits.urgent / groups.len()).max(1));
    }
    section(&format!("🛑 {}", words::UNSUPPORTED), &(out + &more(groups.len(), limits.urgent)))
}

fn secrets(report: &Report, limits: &Limits) -> String {
    if report.secrets.is_empty() {
        return String::new();
    }
    let entries = report.secrets.iter().map(|it| {
        let found = joined(it.found_in.iter().map(|it| code(it)), limits.places, ", ");
        format!("{}: {}; found in {found}", code(&it.now), prose(&words::fate(it)))
    });
    let entries = list(entries, limits.urgent);
    let sentences: Vec<String> = words::rotation(report).iter().map(|it| prose(it)).collect();
    section(&format!("🔑 {}", words::SECRETS), &format!("{entries}{}\n\n", sentences.join("\n\n")))
}

fn changed(report: &Report, limits: &Limits) -> String {
    let groups = report.changed();
    let entries = groups.iter().map(|it| {
        let number = match it.members.len() {
            0 | 1 => String::new(),
            number => format!(" · {number} instances"),
        };
        let place = it.members.first().map(place).unwrap_or_default();
        let changes = it.changes.iter().map(|it| format!("\n  - {}", sentence(it)));
        format!("{}{number}{place}{}", code(it.address), joined(changes, limits.places, ""))
    });
    section(words::CHANGED, &list(entries, limits.entries))
}

fn dissolved(report: &Report, limits: &Limits) -> String {
    let groups = report.dissolved();
    let mut out = String::new();
    for group in groups.iter().take(limits.entries) {
        out += &format!("{}:\n\n", capitalized(&sentence(group.into)));
        let members = group.members.iter().map(|it| format!("{}{}", name(it.resource), place(it)));
        out += &list(members, limits.entries);
    }
    section(words::DISSOLVED, &(out + &more(groups.len(), limits.entries)))
}

fn notes(report: &Report, limits: &Limits) -> String {
    let entry = |layer: &Layer, it: &Note| {
        let (layer, about) = (prose(&layer.name), sentence(&it.about));
        format!("{layer}, {about}: {}{}", sentence(&it.text), located(it))
    };
    let entries = report.layers.iter().flat_map(|layer| layer.notes.iter().map(move |it| entry(layer, it)));
    section(words::NOTES, &list(entries, limits.entries))
}

/// Every object, layer by layer, to unfold.
fn everything(report: &Report, limits: &Limits) -> String {
    const TITLE: &str = "Everything that Terraform had";
    let filled = || report.layers.iter().filter(|it| !it.resources.is_empty());
    if limits.rows == 0 {
        let command = code("stackctl migrate --json");
        return section(TITLE, &format!("These are too many for one page: {command} lists them all.\n"));
    }
    let mut out = String::new();
    for layer in filled().take(limits.entries) {
        let counts = words::counts(&layer.summary()).join(", ");
        out += &format!("<details><summary>{}: {}</summary>\n\n", prose(&layer.name), prose(&counts));
        out += "| Terraform | Manifest | Id |\n|:--|:--|:--|\n";
        for resource in layer.resources.iter().take(limits.rows) {
            out += &row(resource);
        }
        out += &format!("\n{}</details>\n\n", more(layer.resources.len(), limits.rows));
    }
    section(TITLE, &(out + &more(filled().count(), limits.entries)))
}

fn row(resource: &Accounted) -> String {
    let (fate, id) = match &resource.fate {
        Fate::Carried { address, id, changes } if changes.is_empty() => (code(address), Some(id)),
        Fate::Carried { address, id, .. } => (format!("{}, in another shape", code(address)), Some(id)),
        Fate::Dissolved { into } => (format!("dissolved: {}", sentence(into)), None),
        Fate::Unsupported { id, .. } => ("unsupported".to_owned(), id.as_ref()),
    };
    let id = id.filter(|it| !it.is_empty()).map_or_else(String::new, |it| code(it));
    format!("| {} | {fate} | {id} |\n", name(resource))
}

fn name(resource: &Accounted) -> String {
    let workspace = resource.workspace.as_ref().map_or_else(String::new, |it| format!(" in workspace {}", code(it)));
    format!("{}{workspace}", code(&resource.terraform))
}

fn place(member: &Member<'_>) -> String {
    format!(" · {}", code(&member.place()))
}

fn located(note: &Note) -> String {
    note.place.as_ref().map_or_else(String::new, |it| format!(" · {}", code(&format!("{}:{}", it.file, it.line))))
}

/// Prose, but not a whole document that differs from another.
fn sentence(text: &str) -> String {
    prose(&clipped(text, limits::SENTENCE))
}

fn capitalized(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |it| it.to_uppercase().chain(rest).collect())
}

fn list(entries: impl Iterator<Item = String>, most: usize) -> String {
    let entries: Vec<String> = entries.map(|it| format!("- {it}\n")).collect();
    match entries.len() {
        0 => String::new(),
        number => entries.iter().take(most).map(String::as_str).collect::<String>() + "\n" + &more(number, most),
    }
}

/// The first of them in one line, and how many more there are.
fn joined(parts: impl Iterator<Item = String>, most: usize, between: &str) -> String {
    let parts: Vec<String> = parts.collect();
    let rest = match parts.len().saturating_sub(most) {
        0 => String::new(),
        number => format!(" … and {number} more"),
    };
    parts[..parts.len().min(most)].join(between) + &rest
}

/// What stands below a list that goes on.
fn more(number: usize, most: usize) -> String {
    match number.saturating_sub(most) {
        0 => String::new(),
        left => format!("… and {left} more: {} lists them all.\n\n", code("stackctl migrate --json")),
    }
}

/// A heading with what is below it, where there is something.
fn section(title: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("### {title}\n\n{text}") }
}

#[cfg(test)]
mod tests;
