//! What became of everything that Terraform had.
//!
//! In: the report's types. Out: the same as JSON and as Markdown, and what every form of it needs:
//! numbers, groups and sentences. It must not know where it is shown.

mod group;
mod json;
mod markdown;
#[cfg(test)]
mod sample;
mod summary;
pub mod words;

use serde::Serialize;

pub use group::{Alike, Changed, LeftOut, Member};
pub use json::json;
pub use markdown::markdown;
pub use summary::Summary;

use crate::terraform::configuration::Place;

/// Everything accounted for.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The stack's name.
    pub stack: String,
    /// Layer by layer.
    pub layers: Vec<Layer>,
    /// The secrets that stand in Terraform's states.
    pub secrets: Vec<SecretFound>,
    /// Where the manifest does not say what Terraform applied: the first plan shows it.
    pub unsettled: Vec<Note>,
}

/// One layer.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Its file in the manifest.
    pub file: String,
    /// The folder of its configuration.
    pub folder: Option<String>,
    /// Where its states lie.
    pub states: Vec<String>,
    /// Every object that its states or its configuration know.
    pub resources: Vec<Accounted>,
    /// What else was left out or reads differently.
    pub notes: Vec<Note>,
}

/// One instance of a resource or data source.
#[derive(Clone, Debug, Serialize)]
pub struct Accounted {
    /// What Terraform calls it.
    pub terraform: String,
    /// The workspace, where it isn't the default one.
    pub workspace: Option<String>,
    /// Where Terraform's configuration declares it.
    pub place: Option<Place>,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What became of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "kebab-case")]
pub enum Fate {
    /// Carried over under an address.
    Carried {
        /// What the manifest calls it.
        address: String,
        /// What AWS calls it.
        id: String,
        /// What reads differently from Terraform's configuration, one sentence each; empty when
        /// nothing does.
        changes: Vec<String>,
    },
    /// It needs no counterpart: what it stood for is written where it was used.
    Dissolved {
        /// What it became, as one sentence.
        into: String,
    },
    /// There is no such type here: it stays with Terraform.
    Unsupported {
        /// What AWS calls it, where the state tells.
        id: Option<String>,
        /// Why, as one sentence.
        reason: String,
        /// What to do, as one sentence.
        advice: String,
    },
}

/// A remark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about, as `variable environment` or a Terraform address.
    pub about: String,
    /// One sentence.
    pub text: String,
    /// Where Terraform's configuration says it.
    pub place: Option<Place>,
}

/// A secret that stands in plain text in Terraform's states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SecretFound {
    /// What stands for it now: `var.db_password`, or a secret's address.
    pub now: String,
    /// The variable that gives it a new value; none where its value is generated.
    pub variable: Option<String>,
    /// What the first apply does to it.
    pub first_apply: FirstApply,
    /// Where Terraform has it: `variable db_password of aws-rds`, `aws_db_instance.main.password of
    /// aws-rds`.
    pub found_in: Vec<String>,
}

/// What the first apply does to a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstApply {
    /// Nothing, as long as its variable has no value.
    Keeps,
    /// It puts the variable's value into Secrets Manager, and needs it for that.
    Needs,
    /// It generates a new value in Secrets Manager.
    Generates,
}
