//! Where Terraform keeps the state of a configuration.
//!
//! In: the `backend` block of a module, what `terraform init` noted about it, or what a
//! `terraform_remote_state` says. Out: a location, of every workspace. It must not know how a
//! state is fetched, nor what is in it.
//!
//! Backends: <https://developer.hashicorp.com/terraform/language/backend>.

use std::collections::BTreeMap;
use std::fmt;

use hcl_edit::expr::Expression;
use serde_json::Value as Json;

use super::configuration::{Attribute, Block, Body, Module, Structure};
use super::problem::Problem;
use super::{path, read};
use crate::request::Disk;

/// The workspace that everyone has.
pub const DEFAULT_WORKSPACE: &str = "default";

/// Where a state lies: the one of the default workspace, unless another was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file.
    Local {
        /// Its path.
        path: String,
        /// The folder with a folder for each other workspace.
        workspaces: String,
    },
    /// An object in S3.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// The bucket's region; else the environment's.
        region: Option<String>,
        /// What the keys of other workspaces start with: `PREFIX/WORKSPACE/KEY`.
        workspace_key_prefix: String,
        /// The profile to use; else the environment's.
        profile: Option<String>,
        /// The role to assume.
        role: Option<Role>,
        /// Where S3 answers, if not where it usually does.
        endpoint: Option<String>,
        /// Whether the bucket stands in the path rather than in the host's name.
        is_path_style: bool,
    },
    /// Somewhere that only Terraform gets at.
    Other {
        /// The backend's type, as `gcs`; `remote` also for a `cloud` block.
        kind: String,
        /// Its settings; those of nested blocks are dotted, as `workspaces.name`.
        settings: BTreeMap<String, String>,
    },
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The external id that it asks for.
    pub external_id: Option<String>,
}

/// Where the configuration of a root module keeps its state. What `terraform init` was given with
/// `-backend-config` completes the block
/// (<https://developer.hashicorp.com/terraform/language/backend#partial-configuration>).
///
/// # Errors
/// The block alone does not say it, or what `terraform init` noted cannot be read.
pub fn of_module(disk: &dyn Disk, module: &Module) -> Result<Location, Problem> {
    let settings_blocks = module.blocks.iter().filter(|it| it.name == "terraform");
    let mut blocks = settings_blocks.flat_map(|it| it.body.blocks());
    let Some(block) = blocks.find(|it| it.name == "backend" || it.name == "cloud") else {
        return Ok(local(&BTreeMap::new(), &module.folder));
    };
    let kind = match (block.name.as_str(), block.labels.first()) {
        ("backend", Some(label)) => label.as_str(),
        _ => "remote",
    };
    let mut settings = initialised(disk, &module.folder, kind)?;
    let advice = format!(
        "run `terraform init` in `{}`: it notes the settings given with `-backend-config`; \
         or pass the state itself, as a file or `s3://BUCKET/KEY`",
        module.folder
    );
    written(&block.body, "", &mut settings).map_err(|it| it.help(advice.as_str()))?;
    of_settings(kind, settings, &module.folder).map_err(|missing| {
        let message = format!("the backend does not say which `{missing}`");
        Problem::at(block.place.clone(), message).help(advice)
    })
}

/// Where the state lies that a `terraform_remote_state` reads, by its `backend` and the texts in
/// its `config`; those of nested objects are dotted, as `workspaces.name`. Paths start at the
/// folder of the root module.
#[must_use]
pub fn of_remote_state(backend: &str, config: &BTreeMap<String, String>, folder: &str) -> Location {
    let kind = backend.to_owned();
    of_settings(backend, config.clone(), folder).unwrap_or(Location::Other { kind, settings: config.clone() })
}

impl Location {
    /// A state that a person named: a path, or `s3://BUCKET/KEY`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_text(text: &str) -> Result<Self, String> {
        let Some(rest) = text.strip_prefix("s3://") else {
            let path = path::normal(text);
            let workspaces = path::join(path::parent(&path), WORKSPACES);
            return Ok(Self::Local { path, workspaces });
        };
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() || key.is_empty() || key.ends_with('/') {
            return Err("a state in S3 is named by bucket and key: `s3://BUCKET/KEY`".to_owned());
        }
        let settings = [("bucket", bucket), ("key", key)].map(|(name, value)| (name.to_owned(), value.to_owned()));
        s3(&BTreeMap::from(settings)).map_err(|missing| format!("`{missing}` is missing"))
    }

    /// Whether both are the same file or object. Of a backend that only Terraform gets at, whether
    /// all settings are the same that say which state is meant.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Local { path, .. }, Self::Local { path: other, .. }) => path == other,
            (Self::S3 { bucket, key, .. }, Self::S3 { bucket: other_bucket, key: other_key, .. }) => {
                (bucket, key) == (other_bucket, other_key)
            }
            (Self::Other { kind, settings }, Self::Other { kind: other_kind, settings: other }) => {
                kind == other_kind && identity(settings) == identity(other)
            }
            (Self::Local { .. } | Self::S3 { .. } | Self::Other { .. }, _) => false,
        }
    }

    /// Where the state of another workspace lies
    /// (<https://developer.hashicorp.com/terraform/language/backend/s3#workspace_key_prefix>).
    #[must_use]
    pub fn of_workspace(&self, workspace: &str) -> Self {
        let mut location = self.clone();
        if workspace == DEFAULT_WORKSPACE {
            return location;
        }
        match &mut location {
            Self::Local { path, workspaces } => *path = path::normal(&format!("{workspaces}/{workspace}/{STATE}")),
            Self::S3 { key, workspace_key_prefix: prefix, .. } if prefix.is_empty() => {
                *key = format!("{workspace}/{key}");
            }
            Self::S3 { key, workspace_key_prefix: prefix, .. } => *key = format!("{prefix}/{workspace}/{key}"),
            Self::Other { settings, .. } => {
                settings.insert("workspace".to_owned(), workspace.to_owned());
            }
        }
        location
    }

    /// The workspace whose state lies at another location; `None` when that is a state of
    /// something else.
    #[must_use]
    pub fn workspace_at(&self, other: &Self) -> Option<String> {
        if self.same_place(other) {
            return Some(DEFAULT_WORKSPACE.to_owned());
        }
        let workspace = match (self, other) {
            (Self::Local { workspaces, .. }, Self::Local { path, .. }) => {
                let inside = path.strip_prefix(workspaces.as_str())?.strip_prefix('/')?;
                inside.strip_suffix(STATE)?.strip_suffix('/')?
            }
            (Self::S3 { bucket, .. }, Self::S3 { bucket: other, key, .. }) if bucket == other => {
                self.workspace_of_key(key)?
            }
            (Self::Local { .. } | Self::S3 { .. } | Self::Other { .. }, _) => return None,
        };
        (!workspace.is_empty() && !workspace.contains('/')).then(|| workspace.to_owned())
    }

    /// What the keys of all other workspaces' states start with; `None` outside of S3.
    #[must_use]
    pub fn workspaces_prefix(&self) -> Option<String> {
        match self {
            Self::S3 { workspace_key_prefix: prefix, .. } if prefix.is_empty() => Some(String::new()),
            Self::S3 { workspace_key_prefix: prefix, .. } => Some(format!("{prefix}/")),
            Self::Local { .. } | Self::Other { .. } => None,
        }
    }

    /// The workspace, other than the default one, whose state has a key in this bucket.
    #[must_use]
    pub fn workspace_of_key<'a>(&self, key: &'a str) -> Option<&'a str> {
        let Self::S3 { key: own, .. } = self else { return None };
        let inside = key.strip_prefix(self.workspaces_prefix()?.as_str())?;
        let workspace = inside.strip_suffix(own.as_str())?.strip_suffix('/')?;
        (!workspace.is_empty() && !workspace.contains('/')).then_some(workspace)
    }

    /// What a location would be of the default workspace, and the workspace that it is of, as far
    /// as Terraform's defaults tell.
    #[must_use]
    pub fn apart(&self) -> (Self, String) {
        let base = match self {
            Self::Local { path, .. } => {
                let found = path.split_once(&format!("{WORKSPACES}/"));
                found.filter(|(folder, _)| folder.is_empty() || folder.ends_with('/')).map(|(folder, _)| Self::Local {
                    path: format!("{folder}{STATE}"),
                    workspaces: format!("{folder}{WORKSPACES}"),
                })
            }
            Self::S3 { key, .. } => {
                let inside = key.strip_prefix(KEY_PREFIX).and_then(|it| it.strip_prefix('/'));
                inside.and_then(|it| it.split_once('/')).map(|(_, rest)| {
                    let mut base = self.clone();
                    if let Self::S3 { key, .. } = &mut base {
                        rest.clone_into(key);
                    }
                    base
                })
            }
            Self::Other { .. } => None,
        };
        let found = base.and_then(|base| base.workspace_at(self).map(|workspace| (base, workspace)));
        found.unwrap_or_else(|| (self.clone(), DEFAULT_WORKSPACE.to_owned()))
    }
}

impl fmt::Display for Location {
    /// `s3://bucket/key`, or the path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { path, .. } => f.write_str(path),
            Self::S3 { bucket, key, .. } => write!(f, "s3://{bucket}/{key}"),
            Self::Other { kind, .. } => write!(f, "the backend `{kind}`"),
        }
    }
}

const STATE: &str = "terraform.tfstate";
const WORKSPACES: &str = "terraform.tfstate.d";
const KEY_PREFIX: &str = "env:";

/// The location that a backend's settings name; an error is the setting that is missing.
fn of_settings(kind: &str, settings: BTreeMap<String, String>, folder: &str) -> Result<Location, &'static str> {
    match kind {
        "local" => Ok(local(&settings, folder)),
        "s3" => s3(&settings),
        "cloud" => Ok(Location::Other { kind: "remote".to_owned(), settings }),
        _ => Ok(Location::Other { kind: kind.to_owned(), settings }),
    }
}

fn local(settings: &BTreeMap<String, String>, folder: &str) -> Location {
    let below = |name: &str, default: &str| {
        let path = settings.get(name).map_or(default, String::as_str);
        path::normal(&path::join(folder, path))
    };
    Location::Local { path: below("path", STATE), workspaces: below("workspace_dir", WORKSPACES) }
}

fn s3(settings: &BTreeMap<String, String>) -> Result<Location, &'static str> {
    let get = |name: &str| settings.get(name).filter(|it| !it.is_empty()).cloned();
    let is_set = |name: &str| settings.get(name).is_some_and(|it| it == "true");
    let role = get("assume_role.role_arn").or_else(|| get("role_arn"));
    let external_id = get("assume_role.external_id").or_else(|| get("external_id"));
    Ok(Location::S3 {
        bucket: get("bucket").ok_or("bucket")?,
        key: get("key").ok_or("key")?,
        region: get("region"),
        workspace_key_prefix: settings.get("workspace_key_prefix").map_or(KEY_PREFIX, String::as_str).to_owned(),
        profile: get("profile"),
        role: role.map(|arn| Role { arn, external_id }),
        endpoint: get("endpoints.s3").or_else(|| get("endpoint")),
        is_path_style: is_set("use_path_style") || is_set("force_path_style"),
    })
}

/// The settings that say which state is meant; the others say how to get at it.
fn identity(settings: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    const SAYING: [&str; 16] = [
        "address",
        "bucket",
        "conn_str",
        "container_name",
        "hostname",
        "key",
        "namespace",
        "organization",
        "path",
        "prefix",
        "schema_name",
        "secret_suffix",
        "storage_account_name",
        "workspace",
        "workspaces.name",
        "workspaces.prefix",
    ];
    let settings = settings.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    settings.filter(|(name, _)| SAYING.contains(name)).collect()
}

/// Adds the settings that a block writes, unless they are known. Terraform allows literals only.
fn written(body: &Body, prefix: &str, settings: &mut BTreeMap<String, String>) -> Result<(), Problem> {
    for structure in &body.structures {
        match structure {
            Structure::Block(Block { name, body, .. }) => written(body, &format!("{prefix}{name}."), settings)?,
            Structure::Attribute(Attribute { name, expression, place, .. }) => {
                let name = format!("{prefix}{name}");
                if !literal(&name, expression, settings) {
                    let message = format!("the backend's `{name}` is no literal, so it cannot be known here");
                    return Err(Problem::at(place.clone(), message));
                }
            }
        }
    }
    Ok(())
}

/// Adds a setting unless it is known; false when it is neither known nor a literal.
fn literal(name: &str, expression: &Expression, settings: &mut BTreeMap<String, String>) -> bool {
    let text = match expression {
        _ if settings.contains_key(name) => return true,
        Expression::Null(_) => return true,
        Expression::String(text) => text.to_string(),
        Expression::Bool(value) => value.value().to_string(),
        Expression::Number(value) => value.value().to_string(),
        Expression::Array(values) => {
            let mut members = values.iter().enumerate();
            return members.all(|(index, value)| literal(&format!("{name}.{index}"), value, settings));
        }
        Expression::Object(object) => {
            return object.iter().all(|(key, value)| {
                let key = key.as_ident().map(|it| it.as_str()).or_else(|| key.as_expr().and_then(Expression::as_str));
                key.is_some_and(|key| literal(&format!("{name}.{key}"), value.expr(), settings))
            });
        }
        _ => return false,
    };
    settings.insert(name.to_owned(), text);
    true
}

/// The settings that `terraform init` noted, if it was for the same type of backend.
fn initialised(disk: &dyn Disk, folder: &str, kind: &str) -> Result<BTreeMap<String, String>, Problem> {
    let file = path::join(folder, ".terraform/terraform.tfstate");
    let mut settings = BTreeMap::new();
    if matches!(disk.read(&file), Ok(None)) {
        return Ok(settings);
    }
    let text = read::text(disk, &file)?;
    let noted: Json = serde_json::from_str(&text).map_err(|error| {
        Problem::of(&file, format!("this is not what `terraform init` writes: {error}"))
            .help(format!("run `terraform init` in `{folder}` to have it written again"))
    })?;
    let backend = &noted["backend"];
    let noted_kind = backend["type"].as_str().map(|it| if it == "cloud" { "remote" } else { it });
    if noted_kind == Some(kind) {
        flatten("", &backend["config"], &mut settings);
    }
    Ok(settings)
}

fn flatten(name: &str, value: &Json, settings: &mut BTreeMap<String, String>) {
    let below = |step: &str| if name.is_empty() { step.to_owned() } else { format!("{name}.{step}") };
    match value {
        Json::Null => {}
        Json::Bool(value) => {
            settings.insert(name.to_owned(), value.to_string());
        }
        Json::Number(value) => {
            settings.insert(name.to_owned(), value.to_string());
        }
        Json::String(value) => {
            settings.insert(name.to_owned(), value.clone());
        }
        Json::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| flatten(&below(&index.to_string()), value, settings));
        }
        Json::Object(values) => values.iter().for_each(|(step, value)| flatten(&below(step), value, settings)),
    }
}
