//! `[provider.aws]` and `[state]`.
//!
//! In: their nodes. Out: typed settings. It must not know resources: settings are read before
//! anything exists.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::resolve::Options;
use super::scope::{Locals, NONE_FIXED, Objects, View, evaluate};
use super::written::Reader;
use super::{AssumeRole, IgnoreTags, Provider, Spans, Store, variables};
use crate::address::Address;
use crate::coerce::{Subject, coerce};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Object, ScopeError};
use crate::manifest::{Manifest, Node, Value};
use crate::path::Path;
use crate::schema::Schema;
use crate::tree::{Authored, Known, Tree};
use crate::typed::Typed;
use crate::{Attributes, Planned};

/// How AWS is reached.
#[derive(Attributes)]
struct ProviderTable {
    /// The region; else the profile's.
    #[attr(pattern = "[a-z]{2}(-[a-z]+)+-[0-9]")]
    region: Option<String>,
    /// The profile in AWS's configuration files.
    profile: Option<String>,
    /// The role to assume.
    assume_role: Option<AssumeRoleTable>,
    /// Accounts that may be touched.
    allowed_account_ids: Option<BTreeSet<String>>,
    /// Tags that are neither compared nor removed.
    ignore_tags: Option<IgnoreTagsTable>,
}

/// A role to assume.
#[derive(Attributes)]
struct AssumeRoleTable {
    /// ARN of the role.
    #[attr(pattern = "arn:.+")]
    role_arn: String,
    /// External id, where the role asks for one.
    external_id: Option<String>,
    /// Session name; `stackctl` by default.
    session_name: Option<String>,
}

/// Tags of others.
#[derive(Attributes)]
struct IgnoreTagsTable {
    /// Whole keys.
    keys: Option<BTreeSet<String>>,
    /// Beginnings of keys.
    key_prefixes: Option<BTreeSet<String>>,
}

/// Where a team's shared state is kept. `stackctl init` makes what is named here. Without `[state]`
/// it is kept in `.stackctl/` beside the manifest.
#[derive(Attributes)]
struct StateTable {
    /// The S3 bucket that holds the snapshots. One bucket may hold any number of stacks. Naming
    /// another one starts anew there: state is not moved.
    #[attr(pattern = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")]
    bucket: String,
    /// The DynamoDB table that holds the lock and the journal. One table may serve any number of
    /// buckets.
    #[attr(default = "stackctl-locks", pattern = "[A-Za-z0-9_.-]{3,255}")]
    lock_table: Option<String>,
    /// Where bucket and table are; the provider's region by default.
    #[attr(pattern = "[a-z]{2}(-[a-z]+)+-[0-9]")]
    region: Option<String>,
    /// Seconds for which a holder of the lock may be silent; after that the next command takes the
    /// lock over and carries on. A holder gives a sign of life six times in this while. Shorter
    /// finds a run that died sooner; longer forgives a longer break of the network. An AWS call
    /// that changes something may take two thirds of it.
    #[attr(default = 30, range = 5..=300)]
    lease_seconds: Option<i64>,
}

/// The lock table, where none is named.
const LOCK_TABLE: &str = "stackctl-locks";
/// The lease, where none is given.
const LEASE: Duration = Duration::from_secs(30);

/// Nothing is an output of a setting.
static NO_OUTPUTS: Schema = Schema { doc: "", fields: &[] };

/// Settings are read before anything exists.
pub(super) struct NoObjects;

impl Objects for NoObjects {
    fn object(&self, declaration: &Address) -> Result<Object<'_>, ScopeError> {
        Err(ScopeError::Here {
            code: "unknown-setting",
            message: format!("settings cannot wait for {declaration}"),
            help: Some("decide it by a variable".to_owned()),
        })
    }
}

/// Reads the settings alone. What is wrong with the rest of a manifest does not keep anybody from
/// looking at its state, so nothing else is resolved. `None` where a setting cannot be read, for
/// which [`resolve`](super::resolve()) tells the reasons.
#[must_use]
pub fn settings(manifest: &Manifest, options: &Options<'_>) -> Option<(Provider, Option<Store>)> {
    let mut reader = Reader::default();
    // A variable without a value matters only where a setting reads it.
    let variables = variables::resolve(manifest, options.variables, &mut Vec::new());
    let names: BTreeMap<String, Authored> = manifest
        .locals
        .iter()
        .map(|(name, (_, node))| {
            let written = reader.value(node);
            (name.clone(), reader.authored(&written))
        })
        .collect();
    let locals = Locals::new(&names, &NONE_FIXED);
    for name in &manifest.unparsed.locals {
        locals.fail(name);
    }
    let view = View {
        stack: manifest.name.as_ref().map_or("", |(name, _)| name),
        environment: manifest.environment.as_deref(),
        variables: &variables.values,
        unset: &variables.unset,
        locals: &locals,
        each: None,
        objects: &NoObjects,
        files: options.files,
        symbolic: false,
    };
    let mut problems = Vec::new();
    let provider = provider(manifest.provider.as_ref(), &view, &mut problems)?;
    let store = store(manifest.state.as_ref(), &view, &mut problems);
    if store.is_none() && manifest.state.is_some() {
        return None;
    }
    Some((provider, store))
}

/// The code of a setting whose value cannot be shown.
pub(super) const HIDDEN: &str = "secret-in-setting";

/// Reads `[provider.aws]`; `None` where it is there and cannot be read.
pub(super) fn provider(node: Option<&Node>, view: &View<'_>, problems: &mut Vec<Diagnostic>) -> Option<Provider> {
    let Some(node) = node else { return Some(Provider::default()) };
    let (table, _) = read::<ProviderTable>(node, "[provider.aws]", ProviderTable::schema(), view, problems)?;
    let assume_role = table.assume_role.map(|it| AssumeRole {
        role_arn: it.role_arn,
        external_id: it.external_id,
        session_name: it.session_name,
    });
    let ignore_tags = table
        .ignore_tags
        .map(|it| IgnoreTags { keys: it.keys.unwrap_or_default(), key_prefixes: it.key_prefixes.unwrap_or_default() });
    Some(Provider {
        region: table.region,
        profile: table.profile,
        assume_role,
        allowed_account_ids: table.allowed_account_ids.into_iter().flatten().collect(),
        ignore_tags: ignore_tags.unwrap_or_default(),
    })
}

/// Reads `[state]`.
pub(super) fn store(node: Option<&Node>, view: &View<'_>, problems: &mut Vec<Diagnostic>) -> Option<Store> {
    let (table, spans) = read::<StateTable>(node?, "[state]", StateTable::schema(), view, problems)?;
    Some(Store {
        bucket: table.bucket,
        lock_table: table.lock_table.unwrap_or_else(|| LOCK_TABLE.to_owned()),
        region: table.region,
        lease: table.lease_seconds.and_then(|it| u64::try_from(it).ok()).map_or(LEASE, Duration::from_secs),
        span: spans.value(&Path::field("bucket")),
    })
}

fn read<T: Typed>(
    node: &Node,
    owner: &str,
    schema: &'static Schema,
    view: &View<'_>,
    problems: &mut Vec<Diagnostic>,
) -> Option<(T, Spans)> {
    let Value::Table(table) = &node.value else {
        problems.push(Diagnostic::error("wrong-type", node.span, format!("`{owner}` must be a table")));
        return None;
    };
    let mut reader = Reader::default();
    let (written, places) = reader.arguments(table, &[], schema);
    let (written, spans) = (Tree::Map(written), Spans::new(node.span, places));
    let value = evaluate(&reader.authored(&written), view, problems);
    let broken = !reader.problems.is_empty();
    problems.append(&mut reader.problems);
    let subject =
        Subject { owner, arguments: schema, outputs: &NO_OUTPUTS, spans: &spans, sources: None, symbolic: false };
    let (typed, found) = coerce(subject, value?);
    let refused = broken || found.iter().any(|it| it.severity == Severity::Error);
    problems.extend(found.into_iter().filter(|problem| !of_form(problem, &reader)));
    if refused {
        return None;
    }
    match plain(typed).map(T::read) {
        Some(Ok(settings)) => Some((settings, spans)),
        Some(Err(_)) | None => {
            let message = format!("`{owner}` would show a secret");
            problems.push(Diagnostic::error(HIDDEN, node.span, message));
            None
        }
    }
}

/// Whether reading the manifest has reported a problem: it looks at names and at what is written
/// literally, but knows no values.
fn of_form(problem: &Diagnostic, reader: &Reader) -> bool {
    let evaluated = |span| reader.sites.iter().any(|site| site.expr.as_ref().is_some_and(|it| it.span == span));
    match problem.code {
        "unknown-argument" | "missing-argument" => true,
        "wrong-type" => !problem.labels.iter().any(|label| evaluated(label.span)),
        _ => false,
    }
}

fn plain(typed: Planned) -> Option<Known> {
    if typed.has_secret() { None } else { typed.known().ok() }
}
