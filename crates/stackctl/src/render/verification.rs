//! How a migration ends: what was written, what AWS says to it, what comes next.

use std::collections::BTreeSet;
use std::path::Path;

use migrate::request::Migration;
use model::plan::Change;
use report::words::{plural, verb};

use super::style::{BOLD, DIM, GREEN, RED, YELLOW, sign};
use super::{plan, time};
use crate::holder::now;
use crate::verification::{LeftOut, Look, Origin, Verification, origin};

/// `Wrote wordpress: 8 files, and the state of 18 resources in .stackctl.`
pub fn written(folder: &Path, made: &Migration) -> String {
    let files = plural(made.files.len() + made.copies.len(), "file");
    let resources: usize = made.states.values().map(|it| it.resources.len()).sum();
    let resources = plural(resources, "resource");
    format!("{BOLD}Wrote {}:{BOLD:#} {files}, and the state of {resources} in .stackctl.", folder.display())
}

/// What was verified, with ANSI styles.
pub fn text(verification: &Verification, folder: &Path, width: usize) -> String {
    let mut out = String::new();
    for look in &verification.looks {
        out += &format!("\n{}", self::look(look, folder, width));
    }
    if let Some(why) = &verification.left_out {
        let folder = folder.display();
        out += &format!(
            "\n{YELLOW}{BOLD}Not verified:{BOLD:#}{YELLOW:#} {}. `stackctl plan {folder}` shows whether the plan is empty.\n",
            because(why)
        );
    }
    if verification.failure.is_some() {
        out += &format!(
            "\n{RED}{BOLD}Not verified:{BOLD:#}{RED:#} `{}` is written and stays; `stackctl plan {0}` asks again.\n",
            folder.display()
        );
    }
    out
}

/// The same for the notes beside the manifest.
pub fn markdown(verification: &Verification) -> String {
    let mut out = format!("## Verification\n\n{}, stackctl {}.\n", time::utc(now()), env!("CARGO_PKG_VERSION"));
    for look in &verification.looks {
        let place = place(look);
        let (accepted, unexpected) = (look.accepted().count(), look.unexpected().count());
        out += &match (look.is_as_expected(), accepted) {
            (true, 0) => format!("\nThe plan{place} was empty ({}).\n", effort(look)),
            (true, _) => format!("\nThe plan{place} showed only what was expected ({}):\n\n", effort(look)),
            (false, _) => {
                let outputs = look.unexpected_outputs().count();
                let changes = [(unexpected, "change"), (outputs, "output")];
                let changes: Vec<String> =
                    changes.into_iter().filter(|it| it.0 > 0).map(|(number, word)| plural(number, word)).collect();
                format!("\n**The plan{place} was not empty**: {} not expected.\n\n", changes.join(" and "))
            }
        };
        let row = |action: &str, address: &str, note: &str| format!("- {action} `{address}`{note}\n");
        look.accepted().for_each(|it| out += &row(verb(it.action), &it.address.to_string(), ": expected"));
        look.unexpected().for_each(|it| out += &row(verb(it.action), &it.address.to_string(), reason(it)));
        look.unexpected_outputs().for_each(|(name, _)| out += &row("output", name, ""));
    }
    if let Some(why) = &verification.left_out {
        out += &format!("\nAWS was not asked: {}.\n", because(why));
    }
    if let Some(failure) = &verification.failure {
        out += &format!("\nIt could not be verified: {}.\n", failure.message.lines().next().unwrap_or_default());
    }
    out
}

/// What to do now.
pub fn next(folder: &Path, made: &Migration, width: usize) -> String {
    let folder = folder.display();
    let mut out = format!("\n{BOLD}Next:{BOLD:#} read `{folder}/MIGRATION.md`, look through the files, and\n\n");
    for environment in made.states.keys() {
        let option = environment.as_ref().map(|it| format!(" --env {it}")).unwrap_or_default();
        out += &format!("  stackctl plan {folder}{option}\n");
    }
    let variables: BTreeSet<&str> = made.report.secrets.iter().filter_map(|it| it.now.strip_prefix("var.")).collect();
    if let Some(first) = variables.first() {
        let named: Vec<String> = variables.iter().map(|it| format!("`{it}`")).collect();
        let text = format!(
            "Without a value, and needing none until it changes: {}. `--var {first}=…` or STACKCTL_VAR_{first} gives one.",
            named.join(", ")
        );
        out += &format!("\n{}\n", textwrap::fill(&text, width));
    }
    out + &format!("\n{DIM}docs/migrating-from-terraform.md tells how to switch over, and how to go back.{DIM:#}\n")
}

fn look(look: &Look, folder: &Path, width: usize) -> String {
    let (place, effort) = (place(look), effort(look));
    if !look.is_as_expected() {
        return format!(
            "{RED}{BOLD}Not as it should be:{BOLD:#}{RED:#} the plan{place} is not empty ({effort}).\n\n{}\n{}",
            plan::render(&look.plan, width),
            why(look, folder, width)
        );
    }
    if look.accepted().next().is_none() {
        return format!("{GREEN}{BOLD}Verified:{BOLD:#}{GREEN:#} the plan{place} is empty ({effort}).\n");
    }
    let mut out =
        format!("{GREEN}{BOLD}Verified:{BOLD:#}{GREEN:#} the plan{place} shows what was expected ({effort}):\n");
    for change in look.accepted() {
        let (sign, style) = sign(change.action);
        out += &format!("{style}{sign:>3}{style:#} {}\n", change.address);
    }
    out + "The first apply does this.\n"
}

/// Why a plan is not empty, as far as it tells.
fn why(look: &Look, folder: &Path, width: usize) -> String {
    let of = |wanted: Origin| look.unexpected().filter(move |it| origin(it) == wanted).count();
    let (elsewhere, here) = (of(Origin::Aws), of(Origin::Manifest) + look.unexpected_outputs().count());
    let mut sentences = Vec::new();
    if elsewhere > 0 {
        sentences.push(format!(
            "In {} AWS is not as Terraform left it: `terraform plan` shows the same. Put it right there and migrate again, \
             or let the first apply do it.",
            plural(elsewhere, "place")
        ));
    }
    if here > 0 {
        sentences.push(format!(
            "In {} the manifest says something else than what Terraform applied. Compare it with `terraform state show`, \
             and correct `{}` before anything is applied.",
            plural(here, "place"),
            folder.display()
        ));
    }
    sentences.push("Nothing was changed in AWS. What was written stays.".to_owned());
    sentences.iter().map(|it| textwrap::fill(it, width) + "\n").collect()
}

fn reason(change: &Change) -> &'static str {
    match origin(change) {
        Origin::Aws => ": AWS is not as Terraform left it",
        Origin::Manifest => ": the manifest says something else than what Terraform applied",
    }
}

fn because(why: &LeftOut) -> String {
    match why {
        LeftOut::Asked => "`--no-verify` was given".to_owned(),
        LeftOut::NoCredentials(why) => format!("there are no AWS credentials ({why})"),
    }
}

fn place(look: &Look) -> String {
    look.environment.as_ref().map(|it| format!(" of the environment {it}")).unwrap_or_default()
}

fn effort(look: &Look) -> String {
    format!("{} read, {}", plural(look.resources, "resource"), plural(look.calls, "call"))
}
