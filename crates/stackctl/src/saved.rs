//! A saved plan: what was shown, and what it holds for. It has no secrets and no operations:
//! apply plans again and goes on only if the operations come out the same.

use std::path::Path;

use engine::fingerprint::Fingerprints;
use engine::plan;
use model::Address;
use model::plan::{Binding, Plan};
use serde::{Deserialize, Serialize};

use crate::args::Options;
use crate::failure::Failure;
use crate::load::Loaded;

/// The version of the file's format.
const FORMAT: u32 = 1;

/// What `plan --out` writes.
#[derive(Debug, Serialize, Deserialize)]
pub struct Saved {
    format: u32,
    binding: serde_json::Value,
    operations: String,
    destroy: bool,
    environment: Option<String>,
    /// Values given on the command line; sensitive variables are left out and asked for again.
    variables: Vec<(String, String)>,
    targets: Vec<Address>,
    layers: Vec<String>,
    shown: serde_json::Value,
}

impl Saved {
    /// What a plan and its command line amount to.
    pub fn new(
        plan: &Plan,
        fingerprints: &Fingerprints,
        options: &Options,
        loaded: &Loaded,
        shown: serde_json::Value,
    ) -> Self {
        Self {
            format: FORMAT,
            binding: binding(&plan.binding),
            operations: plan::digest_of_operations(plan, fingerprints),
            destroy: plan.binding.destroy,
            environment: options.env.clone(),
            variables: options.vars.iter().filter(|(name, _)| !loaded.sensitive.contains(name)).cloned().collect(),
            targets: options.targets.clone(),
            layers: options.layers.clone(),
            shown,
        }
    }

    /// Reads a saved plan.
    ///
    /// # Errors
    /// The file is not there, or no plan of this format.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::wrong("saved-plan", format!("`{}` is no saved plan: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|why| wrong(why.to_string()))?;
        let saved: Self = serde_json::from_str(&text).map_err(|why| wrong(why.to_string()))?;
        if saved.format != FORMAT {
            return Err(wrong(format!("it has format {}, and this stackctl reads format {FORMAT}", saved.format)));
        }
        Ok(saved)
    }

    /// Writes it.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let failed =
            |why: String| Failure::environment("unwritable", format!("cannot write `{}`: {why}", path.display()));
        let text = serde_json::to_string_pretty(self).map_err(|why| failed(why.to_string()))?;
        std::fs::write(path, text + "\n").map_err(|why| failed(why.to_string()))
    }

    /// The options that it was made with, under those given now.
    pub fn options(&self, now: &Options) -> Options {
        let mut options = now.clone();
        options.env = now.env.clone().or_else(|| self.environment.clone());
        options.vars = self.variables.iter().chain(&now.vars).cloned().collect();
        options.targets.clone_from(&self.targets);
        options.layers.clone_from(&self.layers);
        options
    }

    /// Whether it destroys.
    pub fn destroys(&self) -> bool {
        self.destroy
    }

    /// Whether a fresh plan is the same.
    ///
    /// # Errors
    /// What changed since.
    pub fn check(&self, plan: &Plan, fingerprints: &Fingerprints) -> Result<(), Failure> {
        let stale = |why: &str| {
            Err(Failure::wrong("stale-plan", format!("the saved plan no longer holds: {why}"))
                .help("nothing was changed: plan again and look at it"))
        };
        let fresh = binding(&plan.binding);
        for (key, what) in [
            ("digest", "the manifest changed"),
            ("account", "the account is another"),
            ("region", "the region is another"),
            ("lineage", "the state is another"),
            ("position", "something was applied since"),
        ] {
            if self.binding.get(key) != fresh.get(key) {
                return stale(what);
            }
        }
        if self.operations != plan::digest_of_operations(plan, fingerprints) {
            return stale("AWS changed since, and other operations would be done");
        }
        Ok(())
    }
}

fn binding(binding: &Binding) -> serde_json::Value {
    serde_json::to_value(binding).unwrap_or_default()
}
