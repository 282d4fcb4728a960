//! A report as Markdown: for the folder that was written, and for a pull request.
//!
//! In: a report. Out: Markdown of GitHub and of GitLab that holds every object of Terraform. It
//! must not know where it is shown.

use ::report::text::{code, prose};

use super::{Accounted, Fate, Layer, Note, Report, words};
use crate::terraform::configuration::Place;

/// The whole report: first what there is to do, last the list of everything.
#[must_use]
pub fn markdown(report: &Report) -> String {
    let stack = prose(&report.stack);
    let mut out = format!("## {stack}: taken over from Terraform\n\n{}\n\n", prose(&words::summary(report)));
    out += &layers(report);
    out += &unsupported(report);
    out += &secrets(report);
    out += &changed(report);
    out += &dissolved(report);
    out += &notes(report);
    out += &everything(report);
    format!("{}\n", out.trim_end())
}

/// The numbers, layer by layer.
fn layers(report: &Report) -> String {
    if report.layers.is_empty() {
        return String::new();
    }
    let mut out = "| Layer | File | Carried over | Changed shape | Dissolved | Unsupported | From |\n\
                   |:--|:--|--:|--:|--:|--:|:--|\n"
        .to_owned();
    for layer in &report.layers {
        let numbers = layer.summary();
        let sources: Vec<String> = layer.folder.iter().chain(&layer.states).map(|it| code(it)).collect();
        out += &format!(
            "| {} | {} | {} | {} | {} | {} | {} |\n",
            prose(&layer.name),
            code(&layer.file),
            numbers.carried,
            numbers.changed,
            numbers.dissolved,
            numbers.unsupported,
            sources.join("<br>"),
        );
    }
    out + "\n"
}

fn unsupported(report: &Report) -> String {
    let mut out = String::new();
    for group in report.left_out() {
        out += &format!("**{}**: {}\n\n", prose(group.reason), prose(group.advice));
        let members = group.members.iter().map(|(it, id)| {
            let id = id.map_or_else(String::new, |id| format!(" · {}", code(id)));
            format!("{}{id}{}", name(it), located(it.place.as_ref()))
        });
        out += &list(members);
    }
    section("🛑 Unsupported: not carried over", &out)
}

fn secrets(report: &Report) -> String {
    if report.secrets.is_empty() {
        return String::new();
    }
    let entries = report.secrets.iter().map(|it| {
        let found: Vec<String> = it.found_in.iter().map(|it| code(it)).collect();
        format!("{} · found in {}", code(&it.now), found.join(", "))
    });
    let sentences: Vec<String> = words::rotation(report).iter().map(|it| prose(it)).collect();
    section("🔑 Secrets to rotate", &format!("{}{}\n\n", list(entries), sentences.join(" ")))
}

fn changed(report: &Report) -> String {
    let groups = report.layers.iter().flat_map(Layer::changed);
    let entries = groups.map(|it| {
        let first = it.members.first();
        let number = match it.members.len() {
            0 | 1 => String::new(),
            number => format!(" · {number} instances"),
        };
        let place = located(first.and_then(|it| it.place.as_ref()));
        let changes: String = it.changes.iter().map(|it| format!("\n  - {}", prose(it))).collect();
        format!("{}{number}{place}{changes}", code(it.address))
    });
    section("Carried over in another shape", &list(entries))
}

fn dissolved(report: &Report) -> String {
    let groups = report.layers.iter().flat_map(Layer::dissolved);
    let entries = groups.map(|it| {
        let names: Vec<String> = it.members.iter().map(|it| name(it)).collect();
        format!("{}: {}", names.join(", "), prose(it.into))
    });
    section("Dissolved: written where it was used", &list(entries))
}

fn notes(report: &Report) -> String {
    let entry = |layer: &Layer, it: &Note| {
        let (layer, about) = (prose(&layer.name), prose(&it.about));
        format!("{layer}, {about}: {}{}", prose(&it.text), located(it.place.as_ref()))
    };
    let entries = report.layers.iter().flat_map(|layer| layer.notes.iter().map(move |it| entry(layer, it)));
    section("Notes", &list(entries))
}

/// Every object, layer by layer, to unfold.
fn everything(report: &Report) -> String {
    let mut out = String::new();
    for layer in report.layers.iter().filter(|it| !it.resources.is_empty()) {
        let counts = words::counts(&layer.summary()).join(", ");
        out += &format!("<details><summary>{}: {}</summary>\n\n", prose(&layer.name), prose(&counts));
        out += "| Terraform | Manifest | Id |\n|:--|:--|:--|\n";
        for resource in &layer.resources {
            out += &row(resource);
        }
        out += "\n</details>\n\n";
    }
    section("Everything that Terraform had", &out)
}

fn row(resource: &Accounted) -> String {
    let (fate, id) = match &resource.fate {
        Fate::Carried { address, id, changes } if changes.is_empty() => (code(address), Some(id)),
        Fate::Carried { address, id, .. } => (format!("{}, in another shape", code(address)), Some(id)),
        Fate::Dissolved { into } => (format!("dissolved: {}", prose(into)), None),
        Fate::Unsupported { id, .. } => ("unsupported".to_owned(), id.as_ref()),
    };
    let id = id.map_or_else(String::new, |it| code(it));
    format!("| {} | {fate} | {id} |\n", name(resource))
}

fn name(resource: &Accounted) -> String {
    let workspace = resource.workspace.as_ref().map_or_else(String::new, |it| format!(" in workspace {}", code(it)));
    format!("{}{workspace}", code(&resource.terraform))
}

fn located(place: Option<&Place>) -> String {
    place.map_or_else(String::new, |it| format!(" · {}", code(&format!("{}:{}", it.file, it.line))))
}

fn list(entries: impl Iterator<Item = String>) -> String {
    let entries: String = entries.map(|it| format!("- {it}\n")).collect();
    if entries.is_empty() { entries } else { entries + "\n" }
}

/// A heading with what is below it, where there is something.
fn section(title: &str, text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("### {title}\n\n{text}") }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn everything_at_once() {
        let expect = include_str!("testdata/wordpress.md");
        assert_eq!(markdown(&sample::wordpress()), expect);
    }

    #[test]
    fn nothing() {
        let report = Report { stack: "a_b".to_owned(), ..Report::default() };
        assert_eq!(markdown(&report), "## a_b: taken over from Terraform\n\nTerraform has no resources here.\n");
    }

    #[test]
    fn nothing_is_dropped() {
        let report = sample::wordpress();
        let text = markdown(&report);
        for resource in report.layers.iter().flat_map(|it| &it.resources) {
            assert!(text.contains(&format!("| {} |", name(resource))), "{}", resource.terraform);
        }
    }
}
