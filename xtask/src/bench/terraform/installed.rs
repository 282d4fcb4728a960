//! The Terraform of this machine.
//!
//! In: the search path, and where people keep folders of providers. Out: how to run it, or why it
//! cannot be run. Nothing is downloaded.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What AWS's provider is called under a folder of providers.
/// <https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories>
const PROVIDER: &str = "registry.terraform.io/hashicorp/aws";

/// A Terraform that can be run.
#[derive(Debug)]
pub struct Terraform {
    /// The folder that has its AWS provider.
    pub plugins: PathBuf,
    /// Its version and the provider's, for people.
    pub version: String,
}

impl Terraform {
    /// The one in the search path, with a provider that somebody put where such are usual, or where
    /// `STACKCTL_TERRAFORM_PLUGINS` says; or why there is none.
    pub fn at_hand() -> Result<Self, String> {
        let mut version = Command::new("terraform");
        version.args(["version", "-json"]).env("CHECKPOINT_DISABLE", "1").stdin(Stdio::null());
        let asked = version.output().ok().filter(|it| it.status.success());
        let said = asked.ok_or("terraform is not installed")?.stdout;
        let said: Value = serde_json::from_slice(&said).map_err(|wrong| format!("terraform version: {wrong}"))?;
        let named = std::env::var_os("STACKCTL_TERRAFORM_PLUGINS").map(PathBuf::from);
        let plugins = named.or_else(usual).ok_or("Terraform's AWS provider is not installed")?;
        let versions = folders(&plugins.join(PROVIDER));
        let newest = versions.last().and_then(|it| it.file_name());
        let Some(provider) = newest else {
            return Err(format!("{} has no {PROVIDER}", plugins.display()));
        };
        let terraform = said["terraform_version"].as_str().unwrap_or("of no version");
        let version = format!("Terraform {terraform}, AWS provider {}", provider.to_string_lossy());
        Ok(Self { plugins, version })
    }
}

fn usual() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").map(|it| Path::new(&it).join(".terraform.d"));
    let places = ["/opt", "/usr/local/share/terraform"].into_iter().map(PathBuf::from).chain(home);
    places.flat_map(|it| folders(&it)).find(|it| it.join(PROVIDER).is_dir())
}

/// The folders in a folder, in order; none where it cannot be read.
fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|it| it.path()).filter(|it| it.is_dir()).collect();
    folders.sort();
    folders
}
