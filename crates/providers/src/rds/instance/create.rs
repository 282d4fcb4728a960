//! The five calls that bring an instance into being.
//!
//! In: arguments and tags. Out: what RDS answers. What a call cannot take follows as an update.
//! It must not know what is there already.

use aws_sdk_rds::types::{DatabaseInsightsMode, DbInstance as Description, ReplicaMode, Tag};
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use driver::{Fault, FaultKind};

use super::{Inputs, RestoreToPointInTime, S3Import};
use crate::aws::{Answer, Aws};

/// Makes the instance: anew, as a replica, or from a snapshot, a point in time or a backup.
pub(super) async fn create(aws: &Aws, inputs: &Inputs, tags: Vec<Tag>) -> Result<Option<Description>, Fault> {
    let answer = match Origin::of(inputs) {
        Origin::New => new(aws, inputs, tags).await,
        Origin::Replica(source) => replica(aws, inputs, source, tags).await,
        Origin::Snapshot(snapshot) => from_snapshot(aws, inputs, snapshot, tags).await,
        Origin::Time(time) => from_time(aws, inputs, time, tags).await,
        Origin::Backup(backup) => from_backup(aws, inputs, backup, tags).await,
    };
    answer.map_err(|fault| match fault.message.contains("IAM role ARN value is invalid") {
        // A role that was just made is not known everywhere yet.
        true if fault.kind == FaultKind::Invalid => Fault { kind: FaultKind::NotYet, ..fault },
        true | false => fault,
    })
}

/// Whether an update has to follow, because the call cannot take an argument that is set.
pub(super) fn is_unfinished(inputs: &Inputs) -> bool {
    let replica = inputs.backup_retention_period.is_some()
        || inputs.backup_window.is_some()
        || inputs.engine_lifecycle_support.is_some()
        || inputs.license_model.is_some()
        || inputs.manage_master_user_password == Some(true);
    let restored = inputs.engine_version.is_some()
        || inputs.maintenance_window.is_some()
        || inputs.password.is_some()
        || inputs.password_wo.is_some();
    let unwatched = inputs.monitoring_interval.is_some_and(|it| it > 0)
        || inputs.performance_insights_enabled == Some(true)
        || inputs.database_insights_mode.is_some();
    let outside = inputs.domain.is_some()
        || inputs.domain_auth_secret_arn.is_some()
        || inputs.customer_owned_ip_enabled == Some(true);
    match Origin::of(inputs) {
        Origin::New => false,
        Origin::Replica(_) => replica || restored,
        Origin::Snapshot(_) => restored || unwatched || inputs.max_allocated_storage.is_some_and(|it| it > 0),
        Origin::Time(_) => restored || unwatched,
        Origin::Backup(_) => outside,
    }
}

enum Origin<'a> {
    New,
    Replica(&'a str),
    Snapshot(&'a str),
    Time(&'a RestoreToPointInTime),
    Backup(&'a S3Import),
}

impl<'a> Origin<'a> {
    fn of(inputs: &'a Inputs) -> Self {
        if let Some(source) = &inputs.replicate_source_db {
            return Self::Replica(source);
        }
        if let Some(snapshot) = &inputs.snapshot_identifier {
            return Self::Snapshot(snapshot);
        }
        if let Some(time) = &inputs.restore_to_point_in_time {
            return Self::Time(time);
        }
        inputs.s3_import.as_ref().map_or(Self::New, Self::Backup)
    }
}

/// What all five calls take.
macro_rules! common {
    ($call:expr, $inputs:expr, $tags:expr) => {
        $call
            .db_instance_class(&$inputs.instance_class)
            .set_allocated_storage($inputs.allocated_storage)
            .set_auto_minor_version_upgrade($inputs.auto_minor_version_upgrade)
            .set_availability_zone($inputs.availability_zone.clone())
            .set_ca_certificate_identifier($inputs.ca_cert_identifier.clone())
            .set_copy_tags_to_snapshot($inputs.copy_tags_to_snapshot)
            .set_db_parameter_group_name($inputs.parameter_group_name.clone())
            .set_db_subnet_group_name($inputs.db_subnet_group_name.clone())
            .set_dedicated_log_volume($inputs.dedicated_log_volume)
            .set_deletion_protection($inputs.deletion_protection)
            .set_enable_cloudwatch_logs_exports(list($inputs.enabled_cloudwatch_logs_exports.as_ref()))
            .set_enable_iam_database_authentication($inputs.iam_database_authentication_enabled)
            .set_iops($inputs.iops)
            .set_multi_az($inputs.multi_az)
            .set_network_type($inputs.network_type.clone())
            .set_option_group_name($inputs.option_group_name.clone())
            .set_port($inputs.port)
            .set_publicly_accessible($inputs.publicly_accessible)
            .set_storage_throughput($inputs.storage_throughput)
            .set_storage_type($inputs.storage_type.clone())
            .set_vpc_security_group_ids(list($inputs.vpc_security_group_ids.as_ref()))
            .set_tags(Some($tags))
    };
}

/// What all but a restore from S3 take.
macro_rules! joined {
    ($call:expr, $inputs:expr) => {
        $call
            .set_backup_target($inputs.backup_target.clone())
            .set_custom_iam_instance_profile($inputs.custom_iam_instance_profile.clone())
            .set_domain($inputs.domain.clone())
            .set_domain_auth_secret_arn($inputs.domain_auth_secret_arn.clone())
            .set_domain_dns_ips($inputs.domain_dns_ips.clone())
            .set_domain_fqdn($inputs.domain_fqdn.clone())
            .set_domain_iam_role_name($inputs.domain_iam_role_name.clone())
            .set_domain_ou($inputs.domain_ou.clone())
            .set_enable_customer_owned_ip($inputs.customer_owned_ip_enabled)
    };
}

/// What all but a replica, which has it from its source, take.
macro_rules! independent {
    ($call:expr, $inputs:expr) => {
        $call
            .set_backup_retention_period($inputs.backup_retention_period)
            .set_db_name($inputs.db_name.clone())
            .set_engine($inputs.engine.clone())
            .set_engine_lifecycle_support($inputs.engine_lifecycle_support.clone())
            .set_license_model($inputs.license_model.clone())
            .set_manage_master_user_password($inputs.manage_master_user_password.filter(|managed| *managed))
            .set_master_user_secret_kms_key_id($inputs.master_user_secret_kms_key_id.clone())
            .set_preferred_backup_window($inputs.backup_window.clone())
    };
}

/// What all but restores inside RDS take.
macro_rules! watched {
    ($call:expr, $inputs:expr) => {
        $call
            .set_database_insights_mode($inputs.database_insights_mode.as_deref().map(DatabaseInsightsMode::from))
            .set_enable_performance_insights($inputs.performance_insights_enabled)
            .set_kms_key_id($inputs.kms_key_id.clone())
            .set_max_allocated_storage($inputs.max_allocated_storage.filter(|size| *size > 0))
            .set_monitoring_interval($inputs.monitoring_interval)
            .set_monitoring_role_arn($inputs.monitoring_role_arn.clone())
            .set_performance_insights_kms_key_id($inputs.performance_insights_kms_key_id.clone())
            .set_performance_insights_retention_period($inputs.performance_insights_retention_period)
    };
}

/// What a new server takes, empty or with a backup from elsewhere.
macro_rules! fresh {
    ($call:expr, $inputs:expr) => {
        $call
            .set_engine_version($inputs.engine_version.clone())
            .set_master_username($inputs.username.clone())
            .set_master_user_password(password($inputs))
            .set_preferred_maintenance_window($inputs.maintenance_window.clone())
            .set_storage_encrypted($inputs.storage_encrypted)
    };
}

async fn new(aws: &Aws, inputs: &Inputs, tags: Vec<Tag>) -> Result<Option<Description>, Fault> {
    let call = aws.rds().create_db_instance().db_instance_identifier(identifier(inputs));
    let call = fresh!(watched!(independent!(joined!(common!(call, inputs, tags), inputs), inputs), inputs), inputs)
        .set_character_set_name(inputs.character_set_name.clone())
        .set_nchar_character_set_name(inputs.nchar_character_set_name.clone())
        .set_timezone(inputs.timezone.clone());
    Ok(call.send().await.fault("rds:CreateDBInstance")?.db_instance)
}

async fn replica(aws: &Aws, inputs: &Inputs, source: &str, tags: Vec<Tag>) -> Result<Option<Description>, Fault> {
    let call = aws.rds().create_db_instance_read_replica().db_instance_identifier(identifier(inputs));
    let call = watched!(joined!(common!(call, inputs, tags), inputs), inputs)
        .source_db_instance_identifier(source)
        .set_replica_mode(inputs.replica_mode.as_deref().map(ReplicaMode::from))
        .set_upgrade_storage_config(inputs.upgrade_storage_config);
    Ok(call.send().await.fault("rds:CreateDBInstanceReadReplica")?.db_instance)
}

async fn from_snapshot(
    aws: &Aws,
    inputs: &Inputs,
    snapshot: &str,
    tags: Vec<Tag>,
) -> Result<Option<Description>, Fault> {
    let call = aws.rds().restore_db_instance_from_db_snapshot().db_instance_identifier(identifier(inputs));
    let call = independent!(joined!(common!(call, inputs, tags), inputs), inputs).db_snapshot_identifier(snapshot);
    Ok(call.send().await.fault("rds:RestoreDBInstanceFromDBSnapshot")?.db_instance)
}

async fn from_time(
    aws: &Aws,
    inputs: &Inputs,
    time: &RestoreToPointInTime,
    tags: Vec<Tag>,
) -> Result<Option<Description>, Fault> {
    let operation = "rds:RestoreDBInstanceToPointInTime";
    let parse = |text: &String| DateTime::from_str(text, Format::DateTime);
    let at = time.restore_time.as_ref().map(parse).transpose();
    let at = at.map_err(|wrong| Fault::invalid(operation, format!("`restore_time`: {wrong}")))?;
    let call = aws.rds().restore_db_instance_to_point_in_time().target_db_instance_identifier(identifier(inputs));
    let call = independent!(joined!(common!(call, inputs, tags), inputs), inputs)
        .set_max_allocated_storage(inputs.max_allocated_storage.filter(|size| *size > 0))
        .set_restore_time(at)
        .set_use_latest_restorable_time(time.use_latest_restorable_time)
        .set_source_db_instance_automated_backups_arn(time.source_db_instance_automated_backups_arn.clone())
        .set_source_db_instance_identifier(time.source_db_instance_identifier.clone())
        .set_source_dbi_resource_id(time.source_dbi_resource_id.clone());
    Ok(call.send().await.fault(operation)?.db_instance)
}

async fn from_backup(
    aws: &Aws,
    inputs: &Inputs,
    backup: &S3Import,
    tags: Vec<Tag>,
) -> Result<Option<Description>, Fault> {
    let call = aws.rds().restore_db_instance_from_s3().db_instance_identifier(identifier(inputs));
    let call = fresh!(watched!(independent!(common!(call, inputs, tags), inputs), inputs), inputs)
        .s3_bucket_name(&backup.bucket_name)
        .set_s3_prefix(backup.bucket_prefix.clone())
        .s3_ingestion_role_arn(&backup.ingestion_role)
        .source_engine(&backup.source_engine)
        .source_engine_version(&backup.source_engine_version);
    Ok(call.send().await.fault("rds:RestoreDBInstanceFromS3")?.db_instance)
}

fn identifier(inputs: &Inputs) -> String {
    inputs.identifier.clone().unwrap_or_default()
}

fn password(inputs: &Inputs) -> Option<String> {
    let given = inputs.password.as_ref().or(inputs.password_wo.as_ref());
    given.filter(|_| inputs.manage_master_user_password != Some(true)).map(|it| it.expose().clone())
}

fn list(set: Option<&std::collections::BTreeSet<String>>) -> Option<Vec<String>> {
    set.map(|it| it.iter().cloned().collect())
}
