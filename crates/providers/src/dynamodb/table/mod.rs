//! `aws_dynamodb_table`
//!
//! Its arguments and outputs stand here; how they are created, read, changed and checked, in
//! the files beside it.

mod create;
mod live;
mod replicas;
mod rules;
mod steps;
mod update;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use aws_sdk_dynamodb::types::TableDescription;
use driver::{Created, Fault, FaultKind, Found, Obstacle, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::Blocks;
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, FaultCodes, tag_index, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// A table of items under a primary key.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithTables.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the table. Changing it makes another table.
    #[attr(replace, length = 3..=255, pattern = "[A-Za-z0-9_.-]+")]
    pub name: String,
    /// How reads and writes are paid for: `PROVISIONED` by capacity, `PAY_PER_REQUEST` by use.
    #[attr(default = "PROVISIONED", allowed = ["PROVISIONED", "PAY_PER_REQUEST"])]
    pub billing_mode: Option<String>,
    /// Whether AWS refuses to delete the table.
    #[attr(default = false)]
    pub deletion_protection_enabled: Option<bool>,
    /// Attribute that is the partition key. Not needed for restores. Changing it makes another
    /// table.
    #[attr(replace, computed)]
    pub hash_key: Option<String>,
    /// Attribute that is the sort key. Changing it makes another table.
    #[attr(replace)]
    pub range_key: Option<String>,
    /// Reads per second; only with `PROVISIONED`.
    #[attr(computed, range = 1..=1_000_000_000)]
    pub read_capacity: Option<i64>,
    /// Writes per second; only with `PROVISIONED`.
    #[attr(computed, range = 1..=1_000_000_000)]
    pub write_capacity: Option<i64>,
    /// Time of the source that is restored, as `2024-05-01T12:00:00Z`. Another time makes another
    /// table.
    #[attr(replace, write_only, keep)]
    pub restore_date_time: Option<String>,
    /// Name of the table that this one is restored from. Another source makes another table.
    #[attr(replace, write_only, keep, accepts = ["aws_dynamodb_table.name", "aws_dynamodb_table.id"])]
    pub restore_source_name: Option<String>,
    /// ARN of the table that this one is restored from, which may be in another region. Another
    /// source makes another table.
    #[attr(replace, write_only, keep, accepts = ["aws_dynamodb_table.arn"])]
    pub restore_source_table_arn: Option<String>,
    /// Whether the latest time is restored. Changing it makes another table.
    #[attr(replace, write_only, keep)]
    pub restore_to_latest_time: Option<bool>,
    /// Whether changes of items are put into a stream.
    #[attr(default = false)]
    pub stream_enabled: Option<bool>,
    /// What of a changed item the stream tells. Changing it starts another stream.
    #[attr(computed, allowed = ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"])]
    pub stream_view_type: Option<String>,
    /// Class of the table; the second costs less to store and more to use.
    #[attr(default = "STANDARD", allowed = ["STANDARD", "STANDARD_INFREQUENT_ACCESS"])]
    pub table_class: Option<String>,
    /// The attributes that the keys of the table and of its indexes use; no others.
    #[attr(computed, key = "name")]
    pub attribute: Option<Blocks<Attribute>>,
    /// Indexes with keys of their own. AWS makes and deletes them one at a time, which takes
    /// minutes; another key or projection makes the index again.
    #[attr(clear, key = "name", length = 0..=20)]
    pub global_secondary_index: Option<Blocks<GlobalIndex>>,
    /// Fills the new table from S3. Changing it makes another table.
    #[attr(replace, write_only, keep)]
    pub import_table: Option<ImportTable>,
    /// Indexes with the table's partition key and another sort key. Changing them makes another
    /// table.
    #[attr(replace, key = "name", length = 0..=5)]
    pub local_secondary_index: Option<Blocks<LocalIndex>>,
    /// The most reads and writes per second of a `PAY_PER_REQUEST` table.
    #[attr(clear)]
    pub on_demand_throughput: Option<OnDemand>,
    /// Continuous backups.
    #[attr(clear)]
    pub point_in_time_recovery: Option<Recovery>,
    /// Copies of the table in other regions.
    #[attr(clear, key = "region_name")]
    pub replica: Option<Blocks<Replica>>,
    /// Encryption at rest with a key of one's own account, rather than one of AWS's.
    #[attr(clear)]
    pub server_side_encryption: Option<Encryption>,
    /// Deletion of items whose time is over.
    #[attr(clear)]
    pub ttl: Option<Ttl>,
    /// Tags of the table.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// An attribute of a key.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Attribute {
    /// Name of the attribute.
    #[attr(length = 1..=255)]
    pub name: String,
    /// `S` for text, `N` for numbers, `B` for bytes.
    #[attr(rename = "type", allowed = ["S", "N", "B"])]
    pub kind: String,
}

/// An index with a key of its own.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct GlobalIndex {
    /// Name of the index.
    #[attr(length = 3..=255, pattern = "[A-Za-z0-9_.-]+")]
    pub name: String,
    /// Attribute that is the partition key.
    pub hash_key: String,
    /// Attribute that is the sort key.
    pub range_key: Option<String>,
    /// Attributes that the index holds too, with `INCLUDE`.
    pub non_key_attributes: Option<BTreeSet<String>>,
    /// What the index holds beside its keys and the table's.
    #[attr(allowed = ["ALL", "INCLUDE", "KEYS_ONLY"])]
    pub projection_type: String,
    /// Reads per second; only with `PROVISIONED`.
    #[attr(computed, range = 1..=1_000_000_000)]
    pub read_capacity: Option<i64>,
    /// Writes per second; only with `PROVISIONED`.
    #[attr(computed, range = 1..=1_000_000_000)]
    pub write_capacity: Option<i64>,
    /// The most reads and writes per second of a `PAY_PER_REQUEST` table's index.
    #[attr(computed)]
    pub on_demand_throughput: Option<OnDemand>,
}

/// An index with the table's partition key.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct LocalIndex {
    /// Name of the index.
    #[attr(length = 3..=255, pattern = "[A-Za-z0-9_.-]+")]
    pub name: String,
    /// Attributes that the index holds too, with `INCLUDE`.
    pub non_key_attributes: Option<BTreeSet<String>>,
    /// What the index holds beside its keys and the table's.
    #[attr(allowed = ["ALL", "INCLUDE", "KEYS_ONLY"])]
    pub projection_type: String,
    /// Attribute that is the sort key.
    pub range_key: String,
}

/// The most reads and writes per second.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct OnDemand {
    /// The most reads; `-1` for no limit.
    #[attr(computed, range = -1..=1_000_000_000)]
    pub max_read_request_units: Option<i64>,
    /// The most writes; `-1` for no limit.
    #[attr(computed, range = -1..=1_000_000_000)]
    pub max_write_request_units: Option<i64>,
}

/// Continuous backups.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Recovery {
    /// Whether the table can be restored to any second of the recovery period.
    pub enabled: bool,
    /// Days of the recovery period; 35 when unset.
    #[attr(computed, range = 1..=35)]
    pub recovery_period_in_days: Option<i32>,
}

/// A copy of the table in another region.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Replica {
    /// ARN of the KMS key in the replica's region.
    #[attr(computed, accepts = ["aws_kms_key.arn"])]
    pub kms_key_arn: Option<String>,
    /// Whether the replica has continuous backups.
    #[attr(default = false)]
    pub point_in_time_recovery: Option<bool>,
    /// Whether the replica gets the table's tags. Read with every change of tags or replicas.
    #[attr(default = false, same = however)]
    pub propagate_tags: Option<bool>,
    /// Region of the replica.
    pub region_name: String,
}

/// Encryption at rest.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Encryption {
    /// Whether a key of the account is used. AWS's own key is used otherwise.
    pub enabled: bool,
    /// ARN of the KMS key; the account's default key for DynamoDB when unset.
    #[attr(computed, accepts = ["aws_kms_key.arn"])]
    pub kms_key_arn: Option<String>,
}

/// Deletion of items whose time is over.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Ttl {
    /// Attribute that holds the time, in seconds since 1970.
    pub attribute_name: Option<String>,
    /// Whether items are deleted.
    #[attr(default = false)]
    pub enabled: Option<bool>,
}

/// Data in S3.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataImport.HowItWorks.html>
#[derive(Attributes, Clone, Debug)]
pub struct ImportTable {
    /// How the data is compressed.
    #[attr(default = "NONE", allowed = ["GZIP", "ZSTD", "NONE"])]
    pub input_compression_type: Option<String>,
    /// Format of the data.
    #[attr(allowed = ["CSV", "DYNAMODB_JSON", "ION"])]
    pub input_format: String,
    /// More about the format.
    pub input_format_options: Option<ImportOptions>,
    /// Where the data is.
    pub s3_bucket_source: ImportSource,
}

/// More about the format of data.
#[derive(Attributes, Clone, Debug)]
pub struct ImportOptions {
    /// More about CSV.
    pub csv: Option<ImportCsv>,
}

/// More about CSV.
#[derive(Attributes, Clone, Debug)]
pub struct ImportCsv {
    /// What separates two values; a comma when unset.
    #[attr(allowed = [",", ";", ":", "|", "\t", " "])]
    pub delimiter: Option<String>,
    /// Names of the columns, where the data does not begin with them.
    pub header_list: Option<Vec<String>>,
}

/// Where data is.
#[derive(Attributes, Clone, Debug)]
pub struct ImportSource {
    /// Name of the bucket.
    #[attr(accepts = ["aws_s3_bucket.id", "aws_s3_bucket.bucket"])]
    pub bucket: String,
    /// Account that owns the bucket.
    pub bucket_owner: Option<String>,
    /// What the keys of the data begin with.
    pub key_prefix: Option<String>,
}

/// What DynamoDB reports about a table.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the table.
    pub id: String,
    /// ARN of the table.
    pub arn: String,
    /// ARN of the latest stream.
    #[attr(follows = ["stream_enabled", "stream_view_type"])]
    pub stream_arn: Option<String>,
    /// Time at which the latest stream was enabled, which names it.
    #[attr(follows = ["stream_enabled", "stream_view_type"])]
    pub stream_label: Option<String>,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_dynamodb_table`; its id is its name.
pub struct Table;

impl Resource for Table {
    const KIND: &'static str = "aws_dynamodb_table";
    const SERVICE: &'static str = "dynamodb";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> = Some(Naming { argument: "name", prefix: None, scope: &[], shared: false });
    const READ_BATCH: usize = 20;
    const TIMING: Timing = Timing {
        create: Duration::from_secs(30 * 60),
        update: Duration::from_secs(60 * 60),
        delete: Duration::from_secs(10 * 60),
        ..Timing::seconds(15, 30, 10, 0)
    };
    const IMPORT: &'static str = "NAME";
    const RULES: &'static [Rule] = rules::RULES;
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let described = try_join_all(ids.iter().map(|id| describe(aws, &id.0))).await?;
        let described: Vec<TableDescription> = described.into_iter().flatten().collect();
        let arn_of = |it: &TableDescription| it.table_arn().unwrap_or_default().to_owned();
        let mut tags = BTreeMap::new();
        if want.any(&["tags", "tags_all"]) {
            let arns: Vec<String> = described.iter().map(arn_of).collect();
            tags = tag_index::tags_of(aws, &arns, |arn| async move { live::tags_of(aws, &arn).await }).await?;
        }
        let read = described.iter().map(|it| (it, tags.remove(&arn_of(it)))).map(|(it, tags)| async move {
            let extras = live::extras(aws, it, tags, want).await?;
            Ok::<_, Fault>((Id(it.table_name().unwrap_or_default().to_owned()), live::live(it, extras)))
        });
        let read: Vec<_> = read.collect();
        Ok(try_join_all(read).await?.into_iter().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let description = create::create(aws, inputs, token).await?;
        let marked = !create::is_copy(inputs);
        let tags = inputs.tags.clone().filter(|_| marked).unwrap_or_default();
        let live = description.as_ref().map(|it| live::live(it, live::Extras::fresh(tags)));
        Ok(Created { id: Id(inputs.name.clone()), live, unfinished: create::is_unfinished(inputs) })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        update::update(aws, id, before, after).await
    }

    /// Deleting a table with replicas would leave them, so they go first, one at a time.
    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        if before.replica.as_ref().is_some_and(|it| !it.is_empty()) {
            replicas::delete_all(aws, id).await?;
        }
        let call = aws.dynamodb().delete_table().table_name(&id.0);
        busy(call.send().await.found("dynamodb:DeleteTable").map(|_| ()))
    }

    /// A table that was restored or imported could carry no tags, so none proves nothing there.
    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.name.clone());
        let Some(it) = describe(aws, &id.0).await? else { return Ok(Found::Absent) };
        let tags = live::tags_of(aws, it.table_arn().unwrap_or_default()).await?;
        Ok(match (tags::carries(&tags, token), create::is_copy(inputs) && !tags.contains_key(Token::TAG)) {
            (true, _) => Found::Ours(id),
            (false, true) => Found::Unproven(id),
            (false, false) => Found::Foreign(id),
        })
    }

    async fn obstacles(_: &Aws, id: &Id, before: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        let protected = before.deletion_protection_enabled == Some(true);
        Ok(Vec::from_iter(protected.then(|| Obstacle {
            reason: format!("the table `{id}` is protected against deletion"),
            help: "set `deletion_protection_enabled = false` and apply".to_owned(),
            by: None,
        })))
    }
}

/// What only decides what else is done is no state that could differ.
fn however(_: &model::Known, _: &model::Known) -> bool {
    true
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<TableDescription>, Fault> {
    let answer = aws.dynamodb().describe_table().table_name(name).send().await.found("dynamodb:DescribeTable")?;
    Ok(answer.and_then(|it| it.table))
}

/// A table takes one change at a time, and an account makes so many indexes at once.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTable.html>
fn busy<T>(answer: Result<T, Fault>) -> Result<T, Fault> {
    answer.code_means(&["ResourceInUseException", "LimitExceededException"], FaultKind::NotYet)
}
