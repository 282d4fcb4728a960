//! A manifest typed against the catalog: every `for_each` expanded, every name resolved, every
//! value that can be known offline known.
//!
//! In: a manifest, a catalog, variable values, files. Out: a [`Stack`] and every problem found.
//! It must not know state, AWS, or what a plan will do.

mod declaration;
mod dependencies;
mod digest;
mod evaluate;
mod expand;
mod fold;
mod meta;
mod naming;
mod object;
mod outputs;
mod refactor;
mod reference;
mod resolve;
mod rules;
mod scope;
mod settings;
mod spans;
mod triggers;
mod variable_type;
mod variables;
mod written;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use crate::address::Address;
use crate::catalog::{DataKind, Kind};
use crate::expr::Root;
use crate::manifest::Moved;
use crate::path::Path;
use crate::source::Span;
use crate::tree::{Authored, Planned};

pub use evaluate::Lookup;
pub use object::{Live, object_part, object_value, unknown};
pub use resolve::{Options, resolve};
pub use rules::{check_data_rules, check_rules};
pub use settings::settings;
pub use spans::Spans;
pub use variables::{Given, variable_symbol};

/// The desired side of everything: what should exist.
#[derive(Clone, Debug)]
pub struct Stack {
    /// `[stack] name`.
    pub name: String,
    /// `--env`.
    pub environment: Option<String>,
    /// `[provider.aws]`.
    pub provider: Provider,
    /// `[state]`.
    pub store: Option<Store>,
    /// Layers in order.
    pub layers: Vec<String>,
    /// Enabled resources, `for_each` members each under its own address.
    pub resources: BTreeMap<Address, Resource>,
    /// Enabled data sources, likewise.
    pub data: BTreeMap<Address, Data>,
    /// Every declared address (without keys) and how many members it has; disabled ones too, so
    /// that a reference to them is null rather than dangling.
    pub declared: BTreeMap<Address, Declared>,
    /// Outputs.
    pub outputs: BTreeMap<String, Output>,
    /// Renames.
    pub moved: Vec<Moved>,
    /// Adoptions: address and Terraform's import id, evaluated when it is known offline.
    pub imports: Vec<(Address, Authored, Span)>,
    /// Addresses to forget.
    pub removed: Vec<(Address, Span)>,
    /// Variables and locals, for evaluating again with more known.
    pub names: Names,
    /// Whether texts may be symbols, or hold them: see [`crate::tree::symbol`].
    pub symbolic: bool,
    /// SHA-256 over everything that a plan depends on: texts, environment, variable values
    /// (sensitive ones left out).
    pub digest: String,
}

/// What `var.` and `local.` mean. Locals stay expressions, because they may wait for AWS.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Final values of variables.
    pub variables: BTreeMap<String, Planned>,
    /// Locals as written.
    pub locals: BTreeMap<String, Authored>,
    /// Values of those locals that are known whatever resources turn out to be.
    pub fixed: BTreeMap<String, Arc<Planned>>,
    /// Contents of the files that expressions read, so that evaluating again does no IO.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The `for_each` of declarations whose members' values may wait for AWS.
    pub for_each: BTreeMap<Address, Authored>,
    /// Tags of stack and layer merged, by layer: for resources whose own `tags` is one
    /// expression, with which they can only be merged once it is evaluated.
    pub tags: BTreeMap<String, Authored>,
}

/// `[provider.aws]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provider {
    /// The region; else the profile's.
    pub region: Option<String>,
    /// The profile.
    pub profile: Option<String>,
    /// The role to assume: `role_arn`, `external_id`, `session_name`.
    pub assume_role: Option<AssumeRole>,
    /// Accounts that may be touched; empty for any.
    pub allowed_account_ids: Vec<String>,
    /// Tags that are neither compared nor removed.
    pub ignore_tags: IgnoreTags,
}

/// A role to assume.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: String,
    /// External id, where the role asks for one.
    pub external_id: Option<String>,
    /// Session name; `stackctl` by default.
    pub session_name: Option<String>,
}

/// Tags of others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoreTags {
    /// Whole keys.
    pub keys: BTreeSet<String>,
    /// Beginnings of keys.
    pub key_prefixes: BTreeSet<String>,
}

/// `[state]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The S3 bucket.
    pub bucket: String,
    /// The DynamoDB table.
    pub lock_table: String,
    /// Where both are; `None` for the provider's region.
    pub region: Option<String>,
    /// How long a silent holder keeps the lock.
    pub lease: Duration,
    /// The place of `bucket`.
    pub span: Span,
}

/// How a declaration expands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// One object without a key.
    Single,
    /// `for_each`: its keys.
    Members(BTreeSet<String>),
    /// `lifecycle.enabled = false`.
    Disabled,
}

/// One resource that should exist.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its address.
    pub address: Address,
    /// Its kind.
    pub kind: &'static Kind,
    /// The layer it stands in.
    pub layer: String,
    /// What the manifest says: stack, layer and own tags merged; known parts already values.
    pub inputs: Authored,
    /// The same evaluated offline: what waits for AWS is a hole. Typed by the schema.
    pub offline: Planned,
    /// Where each argument stands; members of one `for_each` share it.
    pub spans: Arc<Spans>,
    /// Key and value of its `for_each` member.
    pub each: Option<(String, Planned)>,
    /// What it refers to and depends on, found in its expressions (through locals) and in
    /// `depends_on`; members expanded.
    pub depends_on: BTreeMap<Address, Dependency>,
    /// The meta-arguments.
    pub lifecycle: Lifecycle,
    /// `timeouts`.
    pub timeouts: Timeouts,
}

/// One data source to look up.
#[derive(Clone, Debug)]
pub struct Data {
    /// Its address.
    pub address: Address,
    /// Its kind.
    pub kind: &'static DataKind,
    /// The layer it stands in.
    pub layer: String,
    /// What it is looked up by.
    pub arguments: Authored,
    /// The same evaluated offline.
    pub offline: Planned,
    /// Where each argument stands; members of one `for_each` share it.
    pub spans: Arc<Spans>,
    /// Key and value of its `for_each` member.
    pub each: Option<(String, Planned)>,
    /// What it refers to and depends on.
    pub depends_on: BTreeMap<Address, Dependency>,
}

/// Why one thing depends on another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependency {
    /// The outputs and arguments that are read, `*` for the whole object; empty for a plain
    /// `depends_on`.
    pub attributes: BTreeSet<String>,
    /// A place of the reference.
    pub span: Span,
}

/// `lifecycle`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Refuses a plan that deletes it.
    pub prevent_destroy: bool,
    /// `None`: chosen by itself where the name does not collide.
    pub create_before_destroy: Option<bool>,
    /// Argument paths that are never compared; `all` is the empty path.
    pub ignore_changes: Vec<Path>,
    /// What replaces it when it is replaced or changes: addresses with an optional attribute.
    pub replace_triggered_by: Vec<Trigger>,
    /// Forgotten instead of deleted.
    pub retain: bool,
}

/// One entry of `replace_triggered_by`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// The root: an object, or a local or variable whose value counts.
    pub root: Root,
    /// The object's address with its key, where it names one.
    pub address: Option<Address>,
    /// The attribute; `None` for any change.
    pub attribute: Option<String>,
}

/// `timeouts`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Overrides the kind's deadline for create.
    pub create: Option<Duration>,
    /// … for update.
    pub update: Option<Duration>,
    /// … for delete.
    pub delete: Option<Duration>,
}

/// One output.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its value.
    pub value: Authored,
    /// The same evaluated offline.
    pub offline: Planned,
    /// Whether it may be a secret.
    pub sensitive: bool,
    /// What it is.
    pub description: Option<String>,
    /// What it refers to.
    pub depends_on: BTreeMap<Address, Dependency>,
    /// Where it stands.
    pub span: Span,
}
