//! What a plan of a migrated folder says about the migration.
//!
//! In: plans and what they were expected to show. Out: whether that is all they show. It must not
//! print, or know how AWS was asked.

use std::collections::BTreeSet;

use engine::plan;
use model::Address;
use model::catalog::Life;
use model::plan::{Action, Cause, Change, OutputChange, Plan};
use serde_json::{Value, json};

use crate::failure::{Exit, Failure};
use crate::render;

/// What was found out, environment by environment.
#[derive(Default)]
pub struct Verification {
    /// Why AWS was not asked.
    pub left_out: Option<LeftOut>,
    /// What AWS said.
    pub looks: Vec<Look>,
    /// What kept us from finding out.
    pub failure: Option<Failure>,
}

/// Why AWS was not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// `--no-verify`.
    Asked,
    /// There are no credentials, for this reason.
    NoCredentials(String),
}

/// A plan in one environment.
pub struct Look {
    /// The environment.
    pub environment: Option<String>,
    /// The plan.
    pub plan: &'static Plan,
    /// What may be created or updated.
    pub expected: BTreeSet<Address>,
    /// How many resources state has.
    pub resources: usize,
    /// How many calls it took.
    pub calls: usize,
}

/// Where a change comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// AWS is not as Terraform left it.
    Aws,
    /// The manifest says something else than what Terraform applied.
    Manifest,
}

impl Verification {
    /// Whether every plan shows what it should, and nothing else.
    pub fn is_verified(&self) -> bool {
        self.left_out.is_none() && self.failure.is_none() && self.looks.iter().all(Look::is_as_expected)
    }

    /// How the command ends.
    pub fn exit(&self) -> Exit {
        match &self.failure {
            Some(failure) => failure.exit,
            None if self.looks.iter().all(Look::is_as_expected) => Exit::Done,
            None => Exit::Pending,
        }
    }

    /// For scripts.
    pub fn to_json(&self) -> Value {
        json!({
            "verified": self.is_verified(),
            "left_out": self.left_out.as_ref().map(|why| match why {
                LeftOut::Asked => "not-asked-for",
                LeftOut::NoCredentials(_) => "no-credentials",
            }),
            "resources": self.looks.iter().map(|it| it.resources).sum::<usize>(),
            "calls": self.looks.iter().map(|it| it.calls).sum::<usize>(),
            "changes": self.looks.iter().flat_map(Look::changes_to_json).collect::<Vec<_>>(),
            "outputs": self.looks.iter().flat_map(Look::outputs_to_json).collect::<Vec<_>>(),
            "error": self.failure.as_ref().map(|it| render::failure::document(it)["error"].clone()),
        })
    }
}

impl Look {
    /// Whether the plan shows what it should, and nothing else.
    pub fn is_as_expected(&self) -> bool {
        self.unexpected().next().is_none() && self.unexpected_outputs().next().is_none()
    }

    /// The changes that were meant to be there.
    pub fn accepted(&self) -> impl Iterator<Item = &Change> {
        self.changes().filter(|it| self.is_expected(it))
    }

    /// The changes that should not be there.
    pub fn unexpected(&self) -> impl Iterator<Item = &Change> {
        self.changes().filter(|it| !self.is_expected(it))
    }

    /// The outputs that should not change.
    pub fn unexpected_outputs(&self) -> impl Iterator<Item = (&String, &OutputChange)> {
        self.plan.outputs.iter().filter(|(_, it)| !self.waits(it))
    }

    /// Looking something up is no change.
    fn changes(&self) -> impl Iterator<Item = &Change> {
        self.plan.changes.iter().filter(|it| it.action != Action::Read)
    }

    /// What is replaced or deleted was never meant to be. A new revision replaces nothing but its
    /// number.
    fn is_expected(&self, change: &Change) -> bool {
        let has_revisions = || providers::catalog().kind(&change.kind).is_some_and(|it| it.life == Life::Revisions);
        let mild = match change.action {
            Action::Create | Action::Update | Action::Record => true,
            Action::Replace => has_revisions(),
            Action::Delete | Action::Adopt | Action::Forget | Action::Move | Action::Read => false,
        };
        mild && self.expected.contains(&change.address)
    }

    /// Whether an output is not known before what was expected has been done.
    fn waits(&self, output: &OutputChange) -> bool {
        self.accepted().next().is_some() && output.after.clone().known().is_err()
    }

    fn changes_to_json(&self) -> Vec<Value> {
        let told = plan::to_json(self.plan, &plan::Report::default());
        let rows = told["changes"].as_array().cloned().unwrap_or_default();
        let rows = rows.into_iter().zip(&self.plan.changes).filter(|(_, change)| change.action != Action::Read);
        rows.map(|(mut row, change)| {
            row["environment"] = json!(self.environment);
            row["expected"] = json!(self.is_expected(change));
            row
        })
        .collect()
    }

    fn outputs_to_json(&self) -> Vec<Value> {
        let told = plan::to_json(self.plan, &plan::Report::default());
        let row = |(name, output): (&String, &OutputChange)| {
            let mut row = told["outputs"][name].clone();
            row["name"] = json!(name);
            row["environment"] = json!(self.environment);
            row["expected"] = json!(self.waits(output));
            row
        };
        self.plan.outputs.iter().map(row).collect()
    }
}

/// Where a change comes from. Terraform's configuration and the manifest say the same, so what was
/// changed elsewhere shows as drift.
pub fn origin(change: &Change) -> Origin {
    let drifted = change.attributes.iter().all(|it| it.cause == Cause::Drift);
    match change.action {
        // What state has and AWS has not.
        Action::Create => Origin::Aws,
        Action::Update | Action::Replace if drifted && !change.attributes.is_empty() => Origin::Aws,
        Action::Update | Action::Replace | Action::Delete | Action::Adopt => Origin::Manifest,
        Action::Forget | Action::Move | Action::Record | Action::Read => Origin::Manifest,
    }
}
