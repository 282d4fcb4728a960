//! `[provider.aws]` and `[state]`.
//!
//! In: their nodes. Out: typed settings. It must not know resources: settings are read before
//! anything exists.

use std::collections::BTreeSet;

use super::scope::{Objects, View, evaluate};
use super::written::{Places, Reader};
use super::{AssumeRole, IgnoreTags, Provider, Spans, Store};
use crate::address::Address;
use crate::coerce::{Subject, coerce};
use crate::diagnostic::{Diagnostic, Severity};
use crate::expr::{Object, ScopeError};
use crate::manifest::{Node, Value};
use crate::path::Path;
use crate::schema::Schema;
use crate::tree::{Known, Tree};
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

/// Where state is kept.
#[derive(Attributes)]
struct StateTable {
    /// The S3 bucket.
    bucket: String,
    /// The DynamoDB table for lock and journal.
    lock_table: Option<String>,
}

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

/// Reads `[provider.aws]`.
pub(super) fn provider(node: Option<&Node>, view: &View<'_>, problems: &mut Vec<Diagnostic>) -> Provider {
    let table =
        node.and_then(|node| read::<ProviderTable>(node, "[provider.aws]", ProviderTable::schema(), view, problems));
    let Some((table, _)) = table else { return Provider::default() };
    let assume_role = table.assume_role.map(|it| AssumeRole {
        role_arn: it.role_arn,
        external_id: it.external_id,
        session_name: it.session_name,
    });
    let ignore_tags = table
        .ignore_tags
        .map(|it| IgnoreTags { keys: it.keys.unwrap_or_default(), key_prefixes: it.key_prefixes.unwrap_or_default() });
    Provider {
        region: table.region,
        profile: table.profile,
        assume_role,
        allowed_account_ids: table.allowed_account_ids.into_iter().flatten().collect(),
        ignore_tags: ignore_tags.unwrap_or_default(),
    }
}

/// Reads `[state]`.
pub(super) fn store(node: Option<&Node>, view: &View<'_>, problems: &mut Vec<Diagnostic>) -> Option<Store> {
    let (table, spans) = read::<StateTable>(node?, "[state]", StateTable::schema(), view, problems)?;
    let span = spans.value(&Path::field("bucket"));
    Some(Store { bucket: table.bucket, lock_table: table.lock_table, span })
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
    let (mut reader, mut places) = (Reader::default(), Places::new());
    let written = Tree::Map(reader.arguments(table, &[], schema, &mut places));
    let spans = Spans { header: node.span, values: places };
    let value = evaluate(&reader.authored(&written), view, problems);
    let broken = !reader.problems.is_empty();
    problems.append(&mut reader.problems);
    let subject = Subject { owner, arguments: schema, outputs: &NO_OUTPUTS, spans: &spans, sources: None };
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
            problems.push(Diagnostic::error("secret-in-setting", node.span, message));
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
