//! What is said about a report in more than one form of it.
//!
//! In: a report. Out: plain sentences, in which backquotes mark code. It must not know markup.

use super::{Accounted, Layer, Report, Summary};

/// `3 carried over`, `1 changed shape`, …: what there is of it.
#[must_use]
pub fn counts(summary: &Summary) -> Vec<String> {
    let Summary { carried, changed, dissolved, unsupported } = *summary;
    let parts =
        [(carried, "carried over"), (changed, "changed shape"), (dissolved, "dissolved"), (unsupported, "unsupported")];
    parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect()
}

/// Whether everything is accounted for, with the numbers.
#[must_use]
pub fn summary(report: &Report) -> String {
    let summary = report.summary();
    let numbers = counts(&summary).join(", ");
    let mut sentence = match summary.total() {
        0 => "Terraform has no resources here".to_owned(),
        1 => format!("The one resource of Terraform is accounted for: {numbers}"),
        total => format!("All {total} resources of Terraform are accounted for: {numbers}"),
    };
    match report.secrets.len() {
        0 => {}
        1 => sentence += "; 1 secret to rotate",
        number => sentence += &format!("; {number} secrets to rotate"),
    }
    sentence + "."
}

/// What Terraform calls an instance, with the workspace where it isn't the default one.
#[must_use]
pub fn terraform(resource: &Accounted) -> String {
    let workspace = resource.workspace.as_ref().map_or_else(String::new, |it| format!(" in workspace {it}"));
    format!("{}{workspace}", resource.terraform)
}

/// What is wrong with the secrets, and what to do: one sentence each.
#[must_use]
pub fn rotation(report: &Report) -> Vec<String> {
    let states = states_with_secrets(report);
    let (what, them) = match states.as_slice() {
        [] => ("Terraform's states".to_owned(), "the states"),
        [state] => (format!("Terraform's state `{state}`"), "the state"),
        [states @ .., last] => (format!("Terraform's states `{}` and `{last}`", states.join("`, `")), "the states"),
    };
    let mut sentences = vec![format!(
        "They have been in plain text in {what}, and are in every older version: whoever could read {them} knows them."
    )];
    if let Some(name) = report.secrets.iter().find_map(|it| it.now.strip_prefix("var.")) {
        sentences.push(format!(
            "Rotate them once the stack is stackctl's: `STACKCTL_VAR_{name}=NEW stackctl apply` sets a new value, and \
             without the variable the value that AWS has stays."
        ));
    }
    if let Some(secret) = report.secrets.iter().find(|it| !it.now.starts_with("var.")) {
        sentences.push(format!(
            "What is in AWS Secrets Manager, as `{}`, is rotated there: give the secret a new version, then apply.",
            secret.now
        ));
    }
    sentences.push(format!("Then delete {them} with all older versions."));
    sentences
}

/// Where the states lie in which the secrets were found; all of them, should none tell.
fn states_with_secrets(report: &Report) -> Vec<&str> {
    let found: Vec<&str> = report.secrets.iter().flat_map(|it| &it.found_in).map(String::as_str).collect();
    let names = |place: &str, address: &str| {
        place.strip_prefix(address).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let is_in = |layer: &Layer, place: &str| {
        place.ends_with(&format!(" of {}", layer.name)) || layer.resources.iter().any(|it| names(place, &it.terraform))
    };
    let with_secrets: Vec<&Layer> =
        report.layers.iter().filter(|layer| found.iter().any(|place| is_in(layer, place))).collect();
    let layers = if with_secrets.is_empty() { report.layers.iter().collect() } else { with_secrets };
    let mut states: Vec<&str> = Vec::new();
    for state in layers.into_iter().flat_map(|it| &it.states) {
        if !states.contains(&state.as_str()) {
            states.push(state);
        }
    }
    states
}
