//! How a migration ends: what was written, what AWS says to it, what comes next.

use std::path::Path;

use anstyle::Style;
use migrate::report::{FirstApply, Report, words};
use migrate::request::Migration;
use model::plan::Change;
use report::text::{code, prose};
use report::words::{plural, verb};

use super::migrate::lines::{hanging, headed, paragraph};
use super::style::{BOLD, CYAN, DIM, GREEN, RED, YELLOW, sign};
use super::{plan, time};
use crate::holder::now;
use crate::verification::{LeftOut, Look, Origin, Verification, origin};

/// So many changes are listed in the notes; the plan has all of them.
const LISTED: usize = 30;

/// `Wrote wordpress: 8 files, and the state of 18 resources in .stackctl.`
pub fn written(folder: &Path, made: &Migration, width: usize) -> String {
    let files = plural(made.files.len() + made.copies.len(), "file");
    let resources: usize = made.states.values().map(|it| it.resources.len()).sum();
    let resources = plural(resources, "resource");
    let what = format!("{files}, MIGRATION.md, and the state of {resources} in .stackctl.");
    headed(&format!("Wrote {}:", folder.display()), &what, BOLD, width)
}

/// What was verified, with ANSI styles.
pub fn text(verification: &Verification, folder: &Path, width: usize) -> String {
    const HEAD: &str = "Not verified:";
    let mut out = String::new();
    for look in &verification.looks {
        out += &format!("\n{}", self::look(look, folder, width));
    }
    let command = format!("`stackctl plan {}`", quoted(folder));
    if let Some(why) = &verification.left_out {
        let what = format!("{}. {command} shows whether the plan is empty.", because(why));
        out += &format!("\n{}", headed(HEAD, &what, YELLOW.bold(), width));
    }
    if verification.failure.is_some() {
        let what = format!("`{}` is written and stays; {command} asks again.", folder.display());
        out += &format!("\n{}", headed(HEAD, &what, RED.bold(), width));
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
        let row = |action: &str, address: &str, note: &str| format!("- {action} {}{note}\n", code(address));
        let mut rows: Vec<String> = Vec::new();
        rows.extend(look.unexpected().map(|it| row(verb(it.action), &it.address.to_string(), reason(it))));
        rows.extend(look.unexpected_outputs().map(|(name, _)| row("change the output", name, "")));
        rows.extend(look.accepted().map(|it| row(verb(it.action), &it.address.to_string(), ": expected")));
        out += &rows.iter().take(LISTED).map(String::as_str).collect::<String>();
        if rows.len() > LISTED {
            out += &format!("\n… and {} more: <code>stackctl plan</code> shows them.\n", rows.len() - LISTED);
        }
    }
    if let Some(why) = &verification.left_out {
        out += &format!("\nAWS was not asked: {}.\n", prose(&because(why)));
    }
    if let Some(failure) = &verification.failure {
        let message = failure.message.lines().next().unwrap_or_default();
        out += &format!("\nIt could not be verified: {}.\n", prose(message));
    }
    out
}

/// What to do now, step by step.
pub fn next(folder: &Path, made: &Migration, verification: &Verification, width: usize) -> String {
    let (shown, folder) = (folder.display(), quoted(folder));
    let options = || made.states.keys().map(|it| it.as_ref().map(|it| format!(" --env {it}")).unwrap_or_default());
    let commands = |command: &str| options().map(|it| format!("stackctl {command} {folder}{it}")).collect::<Vec<_>>();
    let needed: Vec<&str> = variables(&made.report, FirstApply::Needs);
    let mut apply: Vec<String> = needed.iter().map(|it| words::give(it)).collect();
    apply.extend(commands("apply"));
    let steps = [
        (format!("Read `{shown}/MIGRATION.md`, and look through the files as through a pull request."), Vec::new()),
        (proof(made, verification).to_owned(), commands("plan")),
        (
            format!(
                "To share the state, name a bucket under `[state]` in `{shown}/stack.toml`. This carries it there:"
            ),
            commands("init"),
        ),
        ("Apply, when nobody applies with Terraform any more:".to_owned(), apply),
    ];
    let mut out = format!("\n{BOLD}Next:{BOLD:#}\n");
    for (number, (text, commands)) in steps.iter().enumerate() {
        out += &hanging(&format!("{}. ", number + 1), text, 2, BOLD, width);
        out += &commands.iter().map(|it| format!("       {CYAN}{it}{CYAN:#}\n")).collect::<String>();
    }
    let kept = variables(&made.report, FirstApply::Keeps);
    if !kept.is_empty() {
        let (have, need) = if kept.len() == 1 { ("has", "needs") } else { ("have", "need") };
        let text = format!(
            "{} {have} no value here and {need} none: AWS keeps what it has. MIGRATION.md tells how to rotate secrets.",
            words::listed(&kept)
        );
        out += &format!("\n{}", paragraph(&text, 0, Style::new(), width));
    }
    let back = "Nothing was changed in AWS or in Terraform's states: the way back is not to use the folder. \
                docs/migrating-from-terraform.md tells how to switch over.";
    out + &format!("\n{}", paragraph(back, 0, DIM, width))
}

/// What the plan is for, by what is known of it.
fn proof(made: &Migration, verification: &Verification) -> &'static str {
    match (verification.is_verified(), made.expected.is_empty(), verification.looks.is_empty()) {
        (true, true, _) => "The plan is empty. See that it stays so, whatever you tidy up:",
        (true, false, _) => "The plan shows what is listed above. See that nothing joins it, whatever you tidy up:",
        (false, true, true) => "See that the plan is empty, and correct the manifest until it is:",
        (false, false, true) => "See that the plan shows only what becomes of secrets:",
        (false, _, false) => "Correct the manifest until the plan shows nothing else than it should:",
    }
}

/// The variables of secrets that the first apply treats in one way.
fn variables(report: &Report, first_apply: FirstApply) -> Vec<&str> {
    let mine = report.secrets.iter().filter(|it| it.first_apply == first_apply);
    mine.filter_map(|it| it.variable.as_deref()).collect()
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |it: char| it.is_alphanumeric() || "/._-+,:@%=~".contains(it);
    if text.chars().all(is_plain) { text } else { format!("'{}'", text.replace('\'', "'\\''")) }
}

fn look(look: &Look, folder: &Path, width: usize) -> String {
    const HEAD: &str = "Verified:";
    let (place, effort) = (place(look), effort(look));
    if !look.is_as_expected() {
        let unmet = format!("the plan{place} is not empty ({effort}).");
        return format!(
            "{}\n{}\n{}",
            headed("Not as it should be:", &unmet, RED.bold(), width),
            plan::render(look.plan, width),
            why(look, folder, width)
        );
    }
    if look.accepted().next().is_none() {
        return headed(HEAD, &format!("the plan{place} is empty ({effort})."), GREEN.bold(), width);
    }
    let met = format!("the plan{place} shows what was expected ({effort}):");
    let mut out = headed(HEAD, &met, GREEN.bold(), width);
    for change in look.accepted() {
        let (sign, style) = sign(change.action);
        out += &hanging(&format!("{sign:>3} "), &change.address.to_string(), 0, style, width);
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
    sentences.iter().map(|it| paragraph(it, 0, Style::new(), width)).collect()
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

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use migrate::report::SecretFound;
    use model::state::State;

    use super::*;

    fn made(environments: &[Option<&str>], secrets: &[(&str, FirstApply)]) -> Migration {
        let secret = |(name, first_apply): &(&str, FirstApply)| SecretFound {
            now: format!("var.{name}"),
            variable: Some((*name).to_owned()),
            first_apply: *first_apply,
            found_in: Vec::new(),
        };
        Migration {
            files: BTreeMap::new(),
            copies: BTreeMap::new(),
            states: environments.iter().map(|it| (it.map(str::to_owned), State::new("lineage"))).collect(),
            report: Report { secrets: secrets.iter().map(secret).collect(), ..Report::default() },
            expected: BTreeSet::new(),
            secrets: BTreeMap::new(),
        }
    }

    fn steps(folder: &str, made: &Migration, left_out: Option<LeftOut>) -> String {
        let verification = Verification { left_out, ..Verification::default() };
        anstream::adapter::strip_str(&next(Path::new(folder), made, &verification, 80)).to_string()
    }

    #[test]
    fn every_environment_has_its_commands() {
        let made = made(&[None, Some("prod")], &[("db_password", FirstApply::Keeps)]);
        insta::assert_snapshot!("environments", steps("wordpress", &made, Some(LeftOut::Asked)));
    }

    #[test]
    fn a_secret_that_is_needed_is_asked_for_before_the_first_apply() {
        let made = made(&[None], &[("db_password", FirstApply::Needs)]);
        insta::assert_snapshot!("needed", steps("my stacks/wordpress", &made, None));
    }

    #[test]
    fn a_path_is_one_word_of_a_shell() {
        assert_eq!(quoted(Path::new("../stacks/word-press_2")), "../stacks/word-press_2");
        assert_eq!(quoted(Path::new("it's $HOME")), r"'it'\''s $HOME'");
    }
}
