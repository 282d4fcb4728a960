//! What is said about a report in more than one form of it.
//!
//! In: a report. Out: plain sentences, in which backquotes mark code. It must not know markup.

use ::report::words::plural;

use super::{Accounted, FirstApply, Layer, Report, SecretFound, Summary};

/// Above what the first plan will show as a change.
pub const UNSETTLED: &str = "To settle: the manifest does not say what Terraform applied";
/// What to do about it.
pub const SETTLE: &str = "The first plan shows these as changes. Correct the manifest until the plan is empty, before \
                          anything is applied.";
/// Above what stays with Terraform.
pub const UNSUPPORTED: &str = "Unsupported: not carried over, and still Terraform's";
/// Above the secrets.
pub const SECRETS: &str = "Secrets to rotate";
/// Above what reads differently.
pub const CHANGED: &str = "Carried over in another shape";
/// Above what has no counterpart.
pub const DISSOLVED: &str = "Dissolved: needs no counterpart, and is written where it was used";
/// Above the remarks.
pub const NOTES: &str = "Notes";

/// So many names stand in a sentence.
const NAMED: usize = 5;

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
        total => format!("All {total} resources and data sources of Terraform are accounted for: {numbers}"),
    };
    let to_do = [
        (report.unsettled.len(), "place", "to settle before the first apply"),
        (report.secrets.len(), "secret", "to rotate"),
    ];
    for (number, word, what) in to_do.into_iter().filter(|it| it.0 > 0) {
        sentence += &format!("; {} {what}", plural(number, word));
    }
    sentence + "."
}

/// What Terraform calls an instance, with the workspace where it isn't the default one.
#[must_use]
pub fn terraform(resource: &Accounted) -> String {
    let workspace = resource.workspace.as_ref().map_or_else(String::new, |it| format!(" in workspace {it}"));
    format!("{}{workspace}", resource.terraform)
}

/// What becomes of a secret in the first apply.
#[must_use]
pub fn fate(secret: &SecretFound) -> String {
    match (&secret.first_apply, &secret.variable) {
        (FirstApply::Keeps, Some(variable)) if secret.now != format!("var.{variable}") => {
            format!("kept, as long as `var.{variable}` has no value")
        }
        (FirstApply::Keeps, _) => "kept, as long as the variable has no value".to_owned(),
        (FirstApply::Needs, Some(variable)) => {
            format!("put there by the first apply, which needs `var.{variable}` for it")
        }
        (FirstApply::Needs, None) => "put there by the first apply".to_owned(),
        (FirstApply::Generates, _) => "generated anew by the first apply".to_owned(),
    }
}

/// How a variable is given a secret value that no shell keeps in its history.
#[must_use]
pub fn give(variable: &str) -> String {
    format!("read -rs STACKCTL_VAR_{variable} && export STACKCTL_VAR_{variable}")
}

/// What is wrong with the secrets, and what to do: one sentence or two each.
#[must_use]
pub fn rotation(report: &Report) -> Vec<String> {
    let states = states_with_secrets(report);
    let (what, them) = match states.as_slice() {
        [] => ("Terraform's states".to_owned(), "those states"),
        [state] => (format!("Terraform's state `{state}`"), "that state"),
        many => (format!("Terraform's states {}", listed(many)), "those states"),
    };
    let mut sentences = vec![format!(
        "They stand in plain text in {what}, and in every older version: whoever could ever read {them} knows them."
    )];
    for first_apply in [FirstApply::Keeps, FirstApply::Needs, FirstApply::Generates] {
        let secrets: Vec<&SecretFound> = report.secrets.iter().filter(|it| it.first_apply == first_apply).collect();
        sentences.extend(advice(first_apply, &secrets));
    }
    sentences.push(format!(
        "When nothing needs {them} any more, delete {}.",
        match states.len() {
            1 => "it, and every older version of it",
            _ => "them, and every older version of them",
        }
    ));
    sentences
}

/// How secrets of one kind are rotated.
fn advice(first_apply: FirstApply, secrets: &[&SecretFound]) -> Option<String> {
    let first = secrets.first()?;
    let now: Vec<&str> = secrets.iter().map(|it| it.now.as_str()).collect();
    let variables: Vec<&str> = secrets.iter().filter_map(|it| it.variable.as_deref()).collect();
    let give = give(first.variable.as_deref().unwrap_or("NAME"));
    let is_one = secrets.len() == 1;
    Some(match first_apply {
        FirstApply::Keeps => format!(
            "To rotate one, give its variable a new value and apply: `{give}` asks for it without leaving it in the \
             shell's history, then `stackctl apply`. Without a value everything stays as it is in AWS."
        ),
        FirstApply::Needs => format!(
            "The first apply needs {} of {}, to put {} into Secrets Manager: `{give}` asks for {} without leaving it in the \
             shell's history. The old value keeps the secret as it is; a new one rotates it at once.",
            if is_one { "the value" } else { "the values" },
            listed(&variables),
            if is_one { "it" } else { "them" },
            if is_one { "it" } else { "the first" },
        ),
        FirstApply::Generates => format!(
            "The first apply generates a new value for {} and hands it to what uses it, which rotates {}: whatever else \
             still uses the old value stops working then.",
            listed(&now),
            if is_one { "it" } else { "them" },
        ),
    })
}

/// `a`, `b` and `c` as code; of many, the first.
#[must_use]
pub fn listed(names: &[&str]) -> String {
    let code = |names: &[&str]| names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ");
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        many if many.len() > NAMED => format!("{} and {} more", code(&many[..NAMED]), many.len() - NAMED),
        [first @ .., last] => format!("{} and `{last}`", code(first)),
    }
}

/// Where the states lie in which the secrets were found; all of them, should none tell.
fn states_with_secrets(report: &Report) -> Vec<&str> {
    let found: Vec<&str> = report.secrets.iter().flat_map(|it| &it.found_in).map(String::as_str).collect();
    let names = |place: &str, address: &str| {
        place.strip_prefix(address).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let is_in = |layer: &Layer, place: &str| match place.rsplit_once(" of ") {
        Some((_, name)) => name == layer.name,
        None => layer.resources.iter().any(|it| names(place, &it.terraform)),
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

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn many_names_are_few() {
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(listed(&["a", "b", "c", "d", "e", "f", "g"]), "`a`, `b`, `c`, `d`, `e` and 2 more");
    }

    #[test]
    fn no_advice_leaves_a_secret_in_the_history() {
        let text = rotation(&sample::wordpress()).join("\n");
        assert!(!text.contains("--var "), "{text}");
        assert!(!text.contains("STACKCTL_VAR_db_password="), "{text}");
        assert!(text.contains("`read -rs STACKCTL_VAR_db_password && export STACKCTL_VAR_db_password`"), "{text}");
    }

    #[test]
    fn only_states_with_secrets_are_named() {
        assert_eq!(states_with_secrets(&sample::wordpress()), ["s3://states/aws-rds.tfstate"]);
        let mut report = sample::wordpress();
        report.secrets.iter_mut().for_each(|it| it.found_in = vec!["aws_vpc.main.tags".to_owned()]);
        assert_eq!(states_with_secrets(&report), ["s3://states/aws-vpc.tfstate"]);
        report.secrets.iter_mut().for_each(|it| it.found_in.clear());
        assert_eq!(states_with_secrets(&report), ["s3://states/aws-vpc.tfstate", "s3://states/aws-rds.tfstate"]);
    }

    #[test]
    fn what_is_to_be_settled_is_in_the_summary() {
        let sentence = summary(&sample::wordpress());
        assert!(sentence.ends_with("3 unsupported; 1 place to settle before the first apply; 3 secrets to rotate."));
        let report = Report { unsettled: Vec::new(), ..sample::wordpress() };
        assert!(!summary(&report).contains("settle"));
    }
}
