//! `aws_db_instance`
//!
//! Its arguments and outputs stand here; how they are created, read, changed and checked, in
//! the files beside it.

mod create;
mod live;
mod modify;
mod rules;
mod same;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_rds::types::{DbInstance as Description, Filter};
use driver::{Created, Fault, FaultKind, Found, Obstacle, Token, Want};
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::Secret;
use model::{Attributes, Id, Known};

use super::{PAGE, retag, tags_from};
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update, attribute};

/// A database server that RDS runs: an engine on a class of machine with storage of its own.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.DBInstance.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// GiB of storage. AWS's minimum for general-purpose storage is 20; older instances may have
    /// less. It grows in place. AWS never shrinks it, and with `max_allocated_storage` grows it by
    /// itself, so a database that has more already counts as having enough. Not needed for
    /// replicas and restores.
    #[attr(computed, range = 1..=65_536, same = same::at_least)]
    pub allocated_storage: Option<i32>,
    /// Whether a change of `engine_version` may go to another major version. Only read with such
    /// a change.
    #[attr(local, default = false)]
    pub allow_major_version_upgrade: Option<bool>,
    /// Whether changes that interrupt the database are made at once, rather than in the next
    /// maintenance window. Only read with a change.
    #[attr(local, default = false)]
    pub apply_immediately: Option<bool>,
    /// Whether AWS upgrades to new minor versions in the maintenance window.
    #[attr(default = true)]
    pub auto_minor_version_upgrade: Option<bool>,
    /// Availability zone of an instance that has only one. Changing it makes another instance.
    #[attr(replace, computed)]
    pub availability_zone: Option<String>,
    /// Days that automated backups are kept; `0` turns them off. AWS's default is 1. An instance
    /// with replicas needs them.
    #[attr(computed, range = 0..=35)]
    pub backup_retention_period: Option<i32>,
    /// Where automated backups and snapshots are kept. Changing it makes another instance.
    #[attr(replace, computed, allowed = ["region", "outposts"])]
    pub backup_target: Option<String>,
    /// Daily time of automated backups in UTC, as `09:46-10:16`; must not overlap
    /// `maintenance_window`.
    #[attr(computed, pattern = "[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]")]
    pub backup_window: Option<String>,
    /// Identifier of the certificate authority for TLS, as `rds-ca-rsa2048-g1`.
    #[attr(computed)]
    pub ca_cert_identifier: Option<String>,
    /// Character set of an Oracle database, or collation of an SQL Server. Changing it makes
    /// another instance.
    #[attr(replace, computed)]
    pub character_set_name: Option<String>,
    /// Whether snapshots get the instance's tags.
    #[attr(default = false)]
    pub copy_tags_to_snapshot: Option<bool>,
    /// Instance profile of an RDS Custom instance. Changing it makes another instance.
    #[attr(replace, accepts = ["aws_iam_instance_profile.name"])]
    pub custom_iam_instance_profile: Option<String>,
    /// Whether an instance on Outposts has an address of the customer's own network.
    #[attr(default = false)]
    pub customer_owned_ip_enabled: Option<bool>,
    /// Mode of Database Insights.
    #[attr(computed, allowed = ["standard", "advanced"], open)]
    pub database_insights_mode: Option<String>,
    /// Name of the first database; without it most engines make none. Changing it makes another
    /// instance.
    #[attr(replace, computed, length = 1..=64)]
    pub db_name: Option<String>,
    /// Name of the subnet group, which decides the VPC; the default VPC when unset. Another group
    /// must belong to another VPC.
    #[attr(computed, accepts = ["aws_db_subnet_group.name", "aws_db_subnet_group.id"], same = super::subnet_group::same_but_case)]
    pub db_subnet_group_name: Option<String>,
    /// Whether database logs are kept on a volume of their own.
    #[attr(default = false)]
    pub dedicated_log_volume: Option<bool>,
    /// Whether automated backups go when the instance is deleted. Only stackctl reads it.
    #[attr(local, default = true)]
    pub delete_automated_backups: Option<bool>,
    /// Whether AWS refuses to delete the instance.
    #[attr(default = false)]
    pub deletion_protection: Option<bool>,
    /// Id of the AWS Managed Microsoft AD that the instance joins; removing it leaves the domain.
    #[attr(clear, accepts = ["aws_directory_service_directory.id"])]
    pub domain: Option<String>,
    /// ARN of the secret with the credentials of a self-managed AD.
    #[attr(clear, accepts = ["aws_secretsmanager_secret.arn", "aws_secretsmanager_secret.id"])]
    pub domain_auth_secret_arn: Option<String>,
    /// Addresses of the two domain controllers of a self-managed AD.
    #[attr(clear, length = 2..=2)]
    pub domain_dns_ips: Option<Vec<String>>,
    /// Domain name of a self-managed AD.
    #[attr(computed, clear)]
    pub domain_fqdn: Option<String>,
    /// Name of the role with which RDS calls the Directory Service.
    #[attr(clear, accepts = ["aws_iam_role.name"])]
    pub domain_iam_role_name: Option<String>,
    /// Organisational unit of a self-managed AD that the instance joins.
    #[attr(clear)]
    pub domain_ou: Option<String>,
    /// Log types that go to CloudWatch Logs, as `error`, `slowquery`; each engine has its own.
    #[attr(clear, allowed = [
        "agent", "alert", "audit", "diag.log", "error", "general", "iam-db-auth-error", "listener", "notify.log", "oemagent",
        "postgresql", "slowquery", "trace", "upgrade",
    ], open)]
    pub enabled_cloudwatch_logs_exports: Option<BTreeSet<String>>,
    /// Database engine, as `mariadb`. Not needed for replicas. Changing it makes another instance.
    #[attr(replace, computed, allowed = [
        "mariadb", "mysql", "postgres", "oracle-ee", "oracle-ee-cdb", "oracle-se2", "oracle-se2-cdb", "sqlserver-ee", "sqlserver-se",
        "sqlserver-ex", "sqlserver-web", "db2-ae", "db2-se", "custom-oracle-ee", "custom-oracle-ee-cdb", "custom-oracle-se2",
        "custom-oracle-se2-cdb", "custom-sqlserver-ee", "custom-sqlserver-se", "custom-sqlserver-web", "custom-sqlserver-dev",
    ], open)]
    pub engine: Option<String>,
    /// Whether a version past its standard support gets Extended Support, which costs more.
    #[attr(computed, allowed = ["open-source-rds-extended-support", "open-source-rds-extended-support-disabled"], open)]
    pub engine_lifecycle_support: Option<String>,
    /// Version of the engine. `10.5` means any version that begins so, which suits
    /// `auto_minor_version_upgrade`; `engine_version_actual` tells which one runs.
    #[attr(computed, same = same::version)]
    pub engine_version: Option<String>,
    /// Name of the snapshot that deleting the instance makes. Needed unless
    /// `skip_final_snapshot` is true. Only stackctl reads it.
    #[attr(local, length = 1..=255, pattern = "[A-Za-z](?:-?[A-Za-z0-9])*")]
    pub final_snapshot_identifier: Option<String>,
    /// Whether IAM credentials may log in to the database.
    #[attr(default = false)]
    pub iam_database_authentication_enabled: Option<bool>,
    /// Name of the instance, which AWS keeps in lower case. When neither it nor
    /// `identifier_prefix` is set, stackctl makes one. Changing it makes another instance.
    #[attr(replace, computed, length = 1..=63, pattern = "[A-Za-z](?:-?[A-Za-z0-9])*", same = super::subnet_group::same_but_case)]
    pub identifier: Option<String>,
    /// What a generated name begins with. Changing it makes another instance.
    #[attr(replace, length = 1..=55, pattern = "[A-Za-z](?:-?[A-Za-z0-9])*-?")]
    pub identifier_prefix: Option<String>,
    /// Class of the machine, as `db.t3.micro`. Changing it interrupts the database.
    #[attr(pattern = "db\\.[a-z0-9-]+(?:\\.[a-z0-9-]+)+")]
    pub instance_class: String,
    /// Provisioned input and output operations per second: needed for `io1` and `io2`, possible
    /// for large enough `gp3`.
    #[attr(computed, range = 100..=256_000)]
    pub iops: Option<i32>,
    /// ARN of the KMS key that encrypts the storage. Changing it makes another instance.
    #[attr(replace, computed, same = same::key, accepts = ["aws_kms_key.arn"])]
    pub kms_key_id: Option<String>,
    /// License of the engine.
    #[attr(computed, allowed = ["license-included", "bring-your-own-license", "general-public-license", "postgresql-license", "marketplace-license"], open)]
    pub license_model: Option<String>,
    /// Weekly time of maintenance in UTC, as `Mon:00:00-Mon:03:00`.
    #[attr(computed, pattern = "[A-Za-z]{3}:[0-2][0-9]:[0-5][0-9]-[A-Za-z]{3}:[0-2][0-9]:[0-5][0-9]", same = super::subnet_group::same_but_case)]
    pub maintenance_window: Option<String>,
    /// Whether RDS makes the master password, keeps it in Secrets Manager and rotates it; see
    /// the output `master_user_secret`.
    #[attr(default = false)]
    pub manage_master_user_password: Option<bool>,
    /// KMS key of the managed password's secret; AWS's own key for Secrets Manager when unset.
    #[attr(computed, accepts = ["aws_kms_key.key_id", "aws_kms_key.arn", "aws_kms_key.id"], same = same::key)]
    pub master_user_secret_kms_key_id: Option<String>,
    /// GiB up to which AWS grows the storage by itself; `0` turns that off.
    #[attr(default = 0, range = 0..=65_536)]
    pub max_allocated_storage: Option<i32>,
    /// Seconds between two points of enhanced monitoring; `0` turns it off.
    #[attr(default = 0, allowed = ["0", "1", "5", "10", "15", "30", "60"])]
    pub monitoring_interval: Option<i32>,
    /// ARN of the role that sends enhanced monitoring to CloudWatch Logs.
    #[attr(computed, accepts = ["aws_iam_role.arn"])]
    pub monitoring_role_arn: Option<String>,
    /// Whether a standby runs in another availability zone.
    #[attr(computed)]
    pub multi_az: Option<bool>,
    /// National character set of an Oracle database. Changing it makes another instance.
    #[attr(replace, computed, allowed = ["AL16UTF16", "UTF8"])]
    pub nchar_character_set_name: Option<String>,
    /// Whether the instance has IPv4 addresses, or IPv6 ones too.
    #[attr(computed, allowed = ["IPV4", "DUAL"])]
    pub network_type: Option<String>,
    /// Name of the option group.
    #[attr(computed, accepts = ["aws_db_option_group.name", "aws_db_option_group.id"])]
    pub option_group_name: Option<String>,
    /// Name of the parameter group. Static parameters of another group need a reboot.
    #[attr(computed, accepts = ["aws_db_parameter_group.name", "aws_db_parameter_group.id"], same = super::subnet_group::same_but_case)]
    pub parameter_group_name: Option<String>,
    /// Password of the master user: printable ASCII but `/`, `"`, `@` and the space. stackctl
    /// keeps only its fingerprint; better still, let `manage_master_user_password` make one.
    #[attr(write_only, keep, length = 8..=128, pattern = "[!#-.0-?A-~]+")]
    pub password: Option<Secret<String>>,
    /// The same as `password`, under the name that Terraform gives to values it does not keep;
    /// stackctl keeps neither.
    #[attr(write_only, keep, length = 8..=128, pattern = "[!#-.0-?A-~]+")]
    pub password_wo: Option<Secret<String>>,
    /// Counts the values of `password_wo` for Terraform. stackctl notices a new value by itself.
    #[attr(local)]
    pub password_wo_version: Option<i64>,
    /// Whether Performance Insights is on.
    #[attr(default = false)]
    pub performance_insights_enabled: Option<bool>,
    /// ARN of the KMS key for Performance Insights, fixed once it was on.
    #[attr(computed, replace_when("another key was set before", same::was_set), same = same::key, accepts = ["aws_kms_key.arn"])]
    pub performance_insights_kms_key_id: Option<String>,
    /// Days that Performance Insights are kept: 7, a multiple of 31, or 731.
    #[attr(computed, range = 7..=731)]
    pub performance_insights_retention_period: Option<i32>,
    /// Port of the database; each engine has its own default. Changing it interrupts the database.
    #[attr(computed, range = 1150..=65_535)]
    pub port: Option<i32>,
    /// Whether the address is public. Where neither this nor `db_subnet_group_name` is set, AWS
    /// would make it public in a default VPC, so stackctl always says no.
    #[attr(on_create = "false")]
    pub publicly_accessible: Option<bool>,
    /// Whether an Oracle replica is mounted or open for reading.
    #[attr(computed, allowed = ["open-read-only", "mounted"])]
    pub replica_mode: Option<String>,
    /// Identifier of the instance that this is a read replica of; its ARN where it is in another
    /// region. Removing it promotes the replica to an instance of its own; another source makes
    /// another instance.
    #[attr(clear, replace_when("it names another instance", same::other_source), same = same::source, accepts = ["aws_db_instance.identifier", "aws_db_instance.arn"])]
    pub replicate_source_db: Option<String>,
    /// Whether deleting the instance makes no final snapshot. Only stackctl reads it.
    #[attr(local, default = false)]
    pub skip_final_snapshot: Option<bool>,
    /// Identifier or ARN of the snapshot that the instance is restored from. Another one makes
    /// another instance.
    #[attr(replace, write_only, keep, accepts = ["aws_db_snapshot.id", "aws_db_snapshot.db_snapshot_arn"])]
    pub snapshot_identifier: Option<String>,
    /// Whether the storage is encrypted. Changing it makes another instance.
    #[attr(replace, default = false)]
    pub storage_encrypted: Option<bool>,
    /// MiB per second of `gp3` storage.
    #[attr(computed, range = 125..=4_000)]
    pub storage_throughput: Option<i32>,
    /// Type of storage. `io1` when `iops` is set, else `gp2`, or what the engine calls for.
    #[attr(computed, allowed = ["standard", "gp2", "gp3", "io1", "io2"], open)]
    pub storage_type: Option<String>,
    /// Time zone of an SQL Server or Db2. Changing it makes another instance.
    #[attr(replace, computed)]
    pub timezone: Option<String>,
    /// Whether a new replica gets the present storage layout, where its source has an older one.
    /// Only read when the replica is made.
    #[attr(local)]
    pub upgrade_storage_config: Option<bool>,
    /// Name of the master user. Not needed for replicas and restores. Changing it makes another
    /// instance.
    #[attr(replace, computed, length = 1..=128)]
    pub username: Option<String>,
    /// Ids of the security groups; the VPC's default group when unset.
    #[attr(computed, accepts = ["aws_security_group.id", "aws_default_security_group.id"])]
    pub vpc_security_group_ids: Option<BTreeSet<String>>,
    /// Blue/green updates, as Terraform makes them. stackctl changes the instance in place and
    /// only checks the block.
    #[attr(local)]
    pub blue_green_update: Option<BlueGreenUpdate>,
    /// Makes the instance from another's backups, as it was at some time. Another time makes
    /// another instance.
    #[attr(replace, write_only, keep)]
    pub restore_to_point_in_time: Option<RestoreToPointInTime>,
    /// Makes the instance from a MySQL backup in S3. Another backup makes another instance.
    #[attr(replace, write_only, keep)]
    pub s3_import: Option<S3Import>,
    /// Tags of the instance.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// Blue/green updates.
#[derive(Attributes, Debug)]
pub struct BlueGreenUpdate {
    /// Whether Terraform would update through a copy. stackctl changes the instance in place.
    #[attr(local, default = false)]
    pub enabled: Option<bool>,
}

/// Which backups, and of what time.
#[derive(Attributes, Debug)]
pub struct RestoreToPointInTime {
    /// The time, as `2024-05-01T12:00:00Z`. Not together with `use_latest_restorable_time`.
    pub restore_time: Option<String>,
    /// ARN of automated backups, where the source is gone or in another region.
    pub source_db_instance_automated_backups_arn: Option<String>,
    /// Identifier of the source.
    #[attr(accepts = ["aws_db_instance.identifier"])]
    pub source_db_instance_identifier: Option<String>,
    /// Resource id of the source, where it is gone.
    #[attr(accepts = ["aws_db_instance.resource_id", "aws_db_instance.id"])]
    pub source_dbi_resource_id: Option<String>,
    /// Whether the latest time is meant.
    pub use_latest_restorable_time: Option<bool>,
}

/// A backup in S3, made by Percona XtraBackup.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/MySQL.Procedural.Importing.html>
#[derive(Attributes, Debug)]
pub struct S3Import {
    /// Name of the bucket.
    #[attr(accepts = ["aws_s3_bucket.id", "aws_s3_bucket.bucket"])]
    pub bucket_name: String,
    /// What the keys of the backup begin with.
    pub bucket_prefix: Option<String>,
    /// ARN of the role that may read the bucket.
    #[attr(accepts = ["aws_iam_role.arn"])]
    pub ingestion_role: String,
    /// Engine of the backed-up database.
    #[attr(allowed = ["mysql"], open)]
    pub source_engine: String,
    /// Version of the backed-up database.
    pub source_engine_version: String,
}

/// What RDS reports about an instance.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Resource id of the instance, as `db-ABCDEFGH`, which never changes.
    pub id: String,
    /// Host name of the database.
    pub address: String,
    /// ARN of the instance.
    pub arn: String,
    /// Host name and port, as `HOST:PORT`.
    #[attr(follows = ["port"])]
    pub endpoint: String,
    /// The version that runs.
    #[attr(follows = ["engine_version"])]
    pub engine_version_actual: String,
    /// Id of the Route 53 zone of the host name, for alias records.
    pub hosted_zone_id: String,
    /// Latest time to which the instance can be restored.
    #[attr(volatile)]
    pub latest_restorable_time: Option<String>,
    /// The listener of an SQL Server Always On cluster.
    #[attr(follows = ["port", "multi_az"])]
    pub listener_endpoint: Vec<Endpoint>,
    /// The secret with the managed master password, where there is one.
    #[attr(follows = ["manage_master_user_password", "master_user_secret_kms_key_id"])]
    pub master_user_secret: Vec<MasterUserSecret>,
    /// Identifiers of the instance's read replicas.
    #[attr(volatile)]
    pub replicas: Vec<String>,
    /// Resource id of the instance, as `id`.
    pub resource_id: String,
    /// What the instance is doing, as `available`.
    #[attr(volatile)]
    pub status: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// Where something listens.
#[derive(Attributes, Debug)]
pub struct Endpoint {
    /// Host name.
    pub address: String,
    /// Id of the Route 53 zone of the host name.
    pub hosted_zone_id: String,
    /// Port.
    pub port: i32,
}

/// A secret that RDS keeps.
#[derive(Attributes, Debug)]
pub struct MasterUserSecret {
    /// ARN of the KMS key that encrypts it.
    pub kms_key_id: String,
    /// ARN of the secret.
    pub secret_arn: String,
    /// Whether it is `active`, being made or being rotated.
    #[attr(volatile)]
    pub secret_status: String,
}

/// `aws_db_instance`; its id is its identifier.
pub struct Instance;

impl Resource for Instance {
    const KIND: &'static str = "aws_db_instance";
    const SERVICE: &'static str = "rds";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "identifier", prefix: Some("identifier_prefix"), scope: &[], shared: false });
    const READ_BATCH: usize = 50;
    const TIMING: Timing = Timing {
        create: Duration::from_secs(40 * 60),
        update: Duration::from_secs(80 * 60),
        delete: Duration::from_secs(60 * 60),
        consistency: Duration::from_secs(5 * 60),
        ..Timing::seconds(600, 300, 300, 0)
    };
    const IMPORT: &'static str = "IDENTIFIER";
    const RULES: &'static [Rule] = rules::RULES;
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        Ok(describe(aws, ids).await?.iter().map(|it| (live::id(it), live::live(it))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let tags = tags::with_token(inputs.tags.as_ref(), token);
        let answer = create::create(aws, inputs, super::sdk_tags(&tags)).await?;
        let id = Id(inputs.identifier.as_deref().unwrap_or_default().to_lowercase());
        let unfinished = create::is_unfinished(inputs);
        Ok(Created { id, live: answer.as_ref().map(live::live), unfinished })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.replicate_source_db.is_some() && after.replicate_source_db.is_none() {
            modify::promote(aws, id, after).await?;
        }
        modify::modify(aws, id, before, after).await?;
        retag(aws, &aws.arn("rds", &format!("db:{id}")), before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        let skip = is_skipped(before);
        let call = aws
            .rds()
            .delete_db_instance()
            .db_instance_identifier(&id.0)
            .skip_final_snapshot(skip)
            .set_final_db_snapshot_identifier(before.final_snapshot_identifier.clone().filter(|_| !skip))
            .delete_automated_backups(before.delete_automated_backups.unwrap_or(true));
        match call.send().await.found("rds:DeleteDBInstance") {
            Err(fault) if fault.kind == FaultKind::NotYet && fault.message.contains("already being deleted") => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.identifier.as_deref().unwrap_or_default().to_lowercase());
        let described = describe(aws, std::slice::from_ref(&id)).await?;
        let Some(it) = described.first() else { return Ok(Found::Absent) };
        let ours = tags::carries(&tags_from(it.tag_list()), token);
        Ok(if ours { Found::Ours(id) } else { Found::Foreign(id) })
    }

    async fn locate(_: &Aws, import: &str) -> Result<Id, Fault> {
        Ok(Id(import.to_lowercase()))
    }

    /// Terraform's id is the resource id (`db-…`), and was the identifier before version 5 of its
    /// provider.
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/version-5-upgrade#resourceaws_db_instance>
    fn identify(attributes: &Known) -> Option<Id> {
        let identifier = attribute(attributes, "identifier").or_else(|| attribute(attributes, "id"))?;
        Some(Id(identifier.to_lowercase()))
    }

    async fn obstacles(aws: &Aws, id: &Id, before: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        let mut obstacles = Vec::new();
        if before.deletion_protection == Some(true) {
            obstacles.push(Obstacle {
                reason: format!("the database instance `{id}` is protected against deletion"),
                help: "set `deletion_protection = false` and apply".to_owned(),
                by: None,
            });
        }
        if is_skipped(before) {
            return Ok(obstacles);
        }
        match &before.final_snapshot_identifier {
            None => obstacles.push(Obstacle {
                reason: format!("deleting the database instance `{id}` makes a final snapshot, which has no name"),
                help: "set `final_snapshot_identifier`, or `skip_final_snapshot = true` to lose the data".to_owned(),
                by: None,
            }),
            Some(name) if snapshot_exists(aws, name).await? => obstacles.push(Obstacle {
                reason: format!("the final snapshot `{name}` of the database instance `{id}` exists already"),
                help: "set another `final_snapshot_identifier`, or delete the snapshot".to_owned(),
                by: None,
            }),
            Some(_) => {}
        }
        Ok(obstacles)
    }
}

/// A read replica has no final snapshot.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DeleteDBInstance.html>
fn is_skipped(before: &Inputs) -> bool {
    before.skip_final_snapshot == Some(true) || before.replicate_source_db.is_some()
}

/// A filter leaves out what is not there, where a describe by identifier would fail.
async fn describe(aws: &Aws, ids: &[Id]) -> Result<Vec<Description>, Fault> {
    let names = ids.iter().map(|id| id.0.clone()).collect();
    let filter = Filter::builder().name("db-instance-id").set_values(Some(names)).build();
    let call = aws.rds().describe_db_instances().filters(filter).max_records(PAGE);
    let described: Result<Vec<Description>, _> = call.into_paginator().items().send().collect().await;
    Ok(described.found("rds:DescribeDBInstances")?.unwrap_or_default())
}

async fn snapshot_exists(aws: &Aws, name: &str) -> Result<bool, Fault> {
    let call = aws.rds().describe_db_snapshots().db_snapshot_identifier(name);
    Ok(call.send().await.found("rds:DescribeDBSnapshots")?.is_some_and(|it| !it.db_snapshots().is_empty()))
}
