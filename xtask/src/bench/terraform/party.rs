//! One of the two, with a stack in folders of its own.
//!
//! In: the program, how its commands are written, and its folders. Out: what every step took. What
//! prepares a folder (`terraform init`, `stackctl init`) is not counted.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, ensure};
use sandbox::Call;
use tempfile::TempDir;

use crate::bench::process::{self, Usage};
use crate::bench::program::{self, Cloud};

/// A plan is measured as often as this.
const RUNS: usize = 3;

/// What both are asked to do, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Everything is made.
    Apply,
    /// A plan that finds nothing to do.
    Nothing,
    /// A plan after one attribute of one resource was changed.
    One,
    /// Everything is deleted.
    Destroy,
}

/// What a step took.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    /// Calls of AWS, those to the state store among them.
    pub calls: u64,
    /// Calls that read or write state, or its lock.
    pub calls_for_state: u64,
    /// Time and memory.
    pub usage: Usage,
}

/// Which of the two, for how commands are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `terraform apply -auto-approve`.
    Terraform,
    /// `stackctl apply --yes`.
    Stackctl,
}

/// A program and its stack.
#[derive(Debug)]
pub struct Party {
    /// How its commands are written.
    pub language: Language,
    /// The program.
    pub program: PathBuf,
    /// Where its folders are; removed when it is done.
    pub place: TempDir,
    /// The folders, in the order in which they are applied.
    pub folders: Vec<Folder>,
}

/// A root module, or a manifest.
#[derive(Debug)]
pub struct Folder {
    /// Its name in the party's place.
    pub name: &'static str,
    /// What is run in it first, and not counted.
    pub prepare: Option<Vec<OsString>>,
    /// The variable that changes one attribute, as `NAME=VALUE`, where it is in this folder.
    pub change: Option<&'static str>,
}

impl Step {
    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Nothing => "plan, nothing to do",
            Self::One => "plan, one attribute",
            Self::Destroy => "destroy",
        }
    }
}

impl Party {
    /// Does the steps, and says what each took.
    ///
    /// # Errors
    /// A command that does not do what it should.
    pub fn measure(&self, cloud: &Cloud, steps: &[Step]) -> Result<Vec<Taken>> {
        steps.iter().map(|step| self.step(cloud, *step)).collect()
    }

    fn step(&self, cloud: &Cloud, step: Step) -> Result<Taken> {
        let runs = match step {
            Step::Apply | Step::Destroy => 1,
            Step::Nothing | Step::One => RUNS,
        };
        let mut counted = Vec::new();
        let usage = process::median(runs, || {
            let (usage, calls) = self.once(cloud, step)?;
            counted.push((calls.len() as u64, calls.iter().filter(|it| is_for_state(it)).count() as u64));
            Ok(usage)
        })?;
        let (calls, calls_for_state) = counted[0];
        let same = counted.iter().all(|it| *it == counted[0]);
        ensure!(same, "{:?}: {}: calls differ from run to run: {counted:?}", self.language, step.name());
        Ok(Taken { calls, calls_for_state, usage })
    }

    /// One command in every folder.
    fn once(&self, cloud: &Cloud, step: Step) -> Result<(Usage, Vec<Call>)> {
        let mut folders: Vec<&Folder> = self.folders.iter().collect();
        if step == Step::Destroy {
            folders.reverse();
        }
        let (mut usage, mut calls) = (Usage::default(), Vec::new());
        for folder in folders {
            if let (Step::Apply, Some(prepare)) = (step, &folder.prepare) {
                process::measured(self.command(cloud, folder).args(prepare), 0)?;
            }
            cloud.take_calls();
            let (line, code) = self.language.line(step, folder.change);
            usage = usage.then(process::measured(self.command(cloud, folder).args(&line), code)?);
            calls.extend(cloud.take_calls());
        }
        eprintln!("{:?}: {}: {:.2} s, {} calls", self.language, step.name(), usage.wall, calls.len());
        Ok((usage, calls))
    }

    fn command(&self, cloud: &Cloud, folder: &Folder) -> Command {
        let mut command = program::command(&self.program, &self.place.path().join(folder.name));
        cloud.serve(&mut command);
        // Without these Terraform looks for its successor and tells what to type next.
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
        command
    }
}

impl Language {
    /// The command line of a step, and the code with which it ends.
    fn line(self, step: Step, change: Option<&str>) -> (Vec<String>, i32) {
        let plan: &[&str] = match self {
            Self::Terraform => &["plan", "-input=false", "-no-color", "-detailed-exitcode"],
            Self::Stackctl => &["plan", "--detailed-exitcode"],
        };
        let (words, code): (&[&str], i32) = match (step, self) {
            (Step::Apply, Self::Terraform) => (&["apply", "-input=false", "-no-color", "-auto-approve"], 0),
            (Step::Apply, Self::Stackctl) => (&["apply", "--yes"], 0),
            (Step::Destroy, Self::Terraform) => (&["destroy", "-input=false", "-no-color", "-auto-approve"], 0),
            (Step::Destroy, Self::Stackctl) => (&["destroy", "--yes"], 0),
            (Step::Nothing, _) => (plan, 0),
            (Step::One, _) => (plan, if change.is_some() { 2 } else { 0 }),
        };
        let mut line: Vec<String> = words.iter().map(|it| (*it).to_owned()).collect();
        if let (Step::One, Some(change)) = (step, change) {
            let option = if self == Self::Terraform { "-var" } else { "--var" };
            line.extend([option.to_owned(), change.to_owned()]);
        }
        (line, code)
    }
}

/// States are objects in S3, locks and journals are items in DynamoDB; no stack here has resources
/// whose calls look like these.
fn is_for_state(call: &Call) -> bool {
    let of_objects = call.operation.contains("{key}") || call.path.contains("list-type=2");
    call.service == "dynamodb" || (call.service == "s3" && of_objects)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_asked_in_its_own_words() {
        fn check(language: Language, step: Step, change: Option<&str>, expect: &str, code: i32) {
            let (line, found) = language.line(step, change);
            assert_eq!((line.join(" ").as_str(), found), (expect, code));
        }
        let change = Some("count=2");
        check(Language::Terraform, Step::Apply, change, "apply -input=false -no-color -auto-approve", 0);
        check(Language::Terraform, Step::Nothing, change, "plan -input=false -no-color -detailed-exitcode", 0);
        check(Language::Terraform, Step::One, change, "plan -input=false -no-color -detailed-exitcode -var count=2", 2);
        check(Language::Terraform, Step::One, None, "plan -input=false -no-color -detailed-exitcode", 0);
        check(Language::Stackctl, Step::One, change, "plan --detailed-exitcode --var count=2", 2);
        check(Language::Stackctl, Step::Destroy, change, "destroy --yes", 0);
    }
}
