//! The stacks on which the two are compared, for each of them in its own language.
//!
//! In: the repository's manifests and Terraform roots. Out: copies of them, ready for a
//! [`Party`].

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context, Result};

use super::installed::Terraform;
use super::party::{Folder, Language, Party, Step};
use crate::bench::{program, root};

/// A stack in both languages.
pub struct Stack {
    /// What it is.
    pub title: &'static str,
    /// What is done with it.
    pub steps: &'static [Step],
    /// The folder that has its root modules; these are all that is copied.
    terraform: &'static str,
    /// The root modules in the order in which they are applied.
    roots: &'static [&'static str],
    /// Its manifest.
    manifest: &'static str,
    /// The variable that changes one attribute of the last root module, and of the manifest.
    change: &'static str,
    /// Whether states are kept in S3.
    remote: bool,
}

const ALL: &[Step] = &[Step::Apply, Step::Nothing, Step::One, Step::Destroy];

/// The stacks.
pub const STACKS: [Stack; 3] = [
    Stack {
        title: "WordPress: 18 resources, for Terraform in one root, state in a file",
        steps: ALL,
        terraform: "docs/bench/terraform",
        roots: &["wordpress"],
        manifest: "manifests/wordpress",
        change: "desired_count=2",
        remote: false,
    },
    Stack {
        title: "WordPress: for Terraform in six layers of 21 resources, states in S3",
        // The layer of the bucket that holds the states refuses to be destroyed.
        steps: &[Step::Apply, Step::Nothing, Step::One],
        terraform: "crates/migrate/tests/layers",
        roots: &["aws-s3-bucket", "aws-ecr", "aws-vpc", "aws-ecs", "aws-rds", "aws-ecs-wordpress"],
        manifest: "manifests/wordpress",
        change: "desired_count=2",
        remote: true,
    },
    Stack {
        title: "Groups: 1 VPC, 150 log groups and 150 security groups, state in a file",
        steps: ALL,
        terraform: "docs/bench/terraform",
        roots: &["groups"],
        manifest: "docs/bench/stacks/groups",
        change: "first_retention=30",
        remote: false,
    },
];

/// The one layer whose state cannot lie in the bucket that it makes.
const MAKES_THE_BUCKET: &str = "aws-s3-bucket";

/// The setting of a backend that looks for its bucket in the path, as an emulator needs it.
/// <https://developer.hashicorp.com/terraform/language/backend/s3#configuration>
const PATH_STYLE: &str = "use_path_style";

impl Stack {
    /// Its root modules, copied.
    ///
    /// # Errors
    /// A file that cannot be copied or written.
    pub fn terraform(&self, terraform: &Terraform) -> Result<Party> {
        let place = tempfile::tempdir().context("cannot make a temporary folder")?;
        let from = root().join(self.terraform);
        let modules = from.join("modules");
        if modules.is_dir() {
            program::copy(&modules, &place.path().join("modules"))?;
        }
        let plugins = format!("-plugin-dir={}", terraform.plugins.display());
        let mut folders = Vec::new();
        for name in self.roots {
            let folder = place.path().join(name);
            program::copy(&from.join(name), &folder)?;
            let mut prepare: Vec<OsString> = ["init", "-input=false", "-no-color", &plugins].map(OsString::from).into();
            if self.remote {
                write_overrides(name, &folder)?;
                prepare
                    .extend((*name != MAKES_THE_BUCKET).then(|| format!("-backend-config={PATH_STYLE}=true").into()));
            }
            let change = (Some(name) == self.roots.last()).then_some(self.change);
            folders.push(Folder { name, prepare: Some(prepare), change });
        }
        Ok(Party { language: Language::Terraform, program: "terraform".into(), place, folders })
    }

    /// Its manifest, copied.
    ///
    /// # Errors
    /// A file that cannot be copied or written.
    pub fn stackctl(&self, stackctl: &Path) -> Result<Party> {
        let place = tempfile::tempdir().context("cannot make a temporary folder")?;
        let name = "manifest";
        let folder = place.path().join(name);
        program::copy(&root().join(self.manifest), &folder)?;
        if self.remote {
            let stack = folder.join("stack.toml");
            let text = std::fs::read_to_string(&stack).context("cannot read a stack.toml")?;
            write(&stack, &(text + "\n[state]\nbucket = \"acme-stackctl\"\n"))?;
        }
        let prepare = self.remote.then(|| ["init", "--yes"].map(OsString::from).into());
        let folders = vec![Folder { name, prepare, change: Some(self.change) }];
        Ok(Party { language: Language::Stackctl, program: stackctl.to_owned(), place, folders })
    }
}

/// What a layer needs on an emulator, and the one of the bucket because it has no bucket yet.
/// <https://developer.hashicorp.com/terraform/language/files/override>
fn write_overrides(name: &str, folder: &Path) -> Result<()> {
    write(&folder.join("emulator_override.tf"), "provider \"aws\" {\n  s3_use_path_style = true\n}\n")?;
    if name == MAKES_THE_BUCKET {
        write(&folder.join("backend_override.tf"), "terraform {\n  backend \"local\" {}\n}\n")?;
    }
    let others = folder.join("remote_state.tf");
    if others.is_file() {
        let text = std::fs::read_to_string(&others).context("cannot read a remote_state.tf")?;
        let region = "    region = \"us-east-1\"\n";
        let text = text.replace(region, &format!("{region}    {PATH_STYLE} = true\n"));
        write(&folder.join("remote_state_override.tf"), &text)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}
