//! What RDS reports about an instance, as arguments and outputs.
//!
//! In: a description. Out: the live object. Changes that wait for the maintenance window count
//! as made, so that a second plan is empty. It must not know what is desired.

use std::collections::BTreeSet;

use aws_sdk_rds::types::{DbInstance as Description, PendingModifiedValues, VpcSecurityGroupMembership};
use aws_smithy_types::date_time::Format;
use driver::{Live, Phase};
use model::Id;

use super::{Endpoint, Inputs, MasterUserSecret, Outputs, tags_from};

/// The identifier, which AWS keeps in lower case.
pub(super) fn id(it: &Description) -> Id {
    Id(it.db_instance_identifier().unwrap_or_default().to_lowercase())
}

/// The live object of a description.
pub(super) fn live(it: &Description) -> Live<Inputs, Outputs> {
    let phase = phase(it.db_instance_status().unwrap_or_default());
    Live { inputs: inputs(it), outputs: outputs(it), phase }
}

/// What a status means.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status>
fn phase(status: &str) -> Phase {
    match status {
        // What is full or stopped is at rest, and a change can mend it.
        "available" | "storage-optimization" | "storage-full" | "stopped" => Phase::Ready,
        "failed" | "restore-error" | "insufficient-capacity" => Phase::Failed(status.to_owned()),
        _ if status.starts_with("incompatible-") || status.starts_with("inaccessible-") => {
            Phase::Failed(status.to_owned())
        }
        _ => Phase::Settling(status.to_owned()),
    }
}

fn inputs(it: &Description) -> Inputs {
    let none = PendingModifiedValues::builder().build();
    let pending = it.pending_modified_values().unwrap_or(&none);
    let text = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    let domain = it.domain_memberships().iter().find(|it| it.status() != Some("removed"));
    let secret = it.master_user_secret();
    let group = it.db_parameter_groups().first();
    let options = it.option_group_memberships().iter().find(|it| !it.status().is_some_and(|it| it.contains("removal")));
    Inputs {
        allocated_storage: pending.allocated_storage().or(it.allocated_storage()).filter(|size| *size > 0),
        allow_major_version_upgrade: None,
        apply_immediately: None,
        auto_minor_version_upgrade: it.auto_minor_version_upgrade(),
        availability_zone: text(it.availability_zone()),
        backup_retention_period: pending.backup_retention_period().or(it.backup_retention_period()),
        backup_target: text(it.backup_target()),
        backup_window: text(it.preferred_backup_window()),
        ca_cert_identifier: text(pending.ca_certificate_identifier().or(it.ca_certificate_identifier())),
        character_set_name: text(it.character_set_name()),
        copy_tags_to_snapshot: it.copy_tags_to_snapshot(),
        custom_iam_instance_profile: text(it.custom_iam_instance_profile()),
        customer_owned_ip_enabled: Some(it.customer_owned_ip_enabled().unwrap_or(false)),
        database_insights_mode: it.database_insights_mode().map(|it| it.as_str().to_owned()),
        db_name: text(it.db_name()),
        db_subnet_group_name: text(
            pending.db_subnet_group_name().or(it.db_subnet_group().and_then(|it| it.db_subnet_group_name())),
        ),
        dedicated_log_volume: Some(pending.dedicated_log_volume().or(it.dedicated_log_volume()).unwrap_or(false)),
        delete_automated_backups: None,
        deletion_protection: Some(it.deletion_protection().unwrap_or(false)),
        domain: text(domain.and_then(|it| it.domain())),
        domain_auth_secret_arn: text(domain.and_then(|it| it.auth_secret_arn())),
        domain_dns_ips: domain.map(|it| it.dns_ips().to_vec()).filter(|it| !it.is_empty()),
        domain_fqdn: text(domain.and_then(|it| it.fqdn())),
        domain_iam_role_name: text(domain.and_then(|it| it.iam_role_name())),
        domain_ou: text(domain.and_then(|it| it.ou())),
        enabled_cloudwatch_logs_exports: Some(exports(it, pending)),
        engine: text(it.engine()),
        engine_lifecycle_support: text(it.engine_lifecycle_support()),
        engine_version: text(pending.engine_version().or(it.engine_version())),
        final_snapshot_identifier: None,
        iam_database_authentication_enabled: Some(
            pending.iam_database_authentication_enabled().or(it.iam_database_authentication_enabled()).unwrap_or(false),
        ),
        identifier: text(pending.db_instance_identifier().or(it.db_instance_identifier())),
        identifier_prefix: None,
        instance_class: pending.db_instance_class().or(it.db_instance_class()).unwrap_or_default().to_owned(),
        iops: pending.iops().or(it.iops()).filter(|iops| *iops > 0),
        kms_key_id: text(it.kms_key_id()),
        license_model: text(pending.license_model().or(it.license_model())),
        maintenance_window: text(it.preferred_maintenance_window()),
        manage_master_user_password: Some(secret.is_some()),
        master_user_secret_kms_key_id: text(secret.and_then(|it| it.kms_key_id())),
        max_allocated_storage: Some(it.max_allocated_storage().unwrap_or(0)),
        monitoring_interval: Some(it.monitoring_interval().unwrap_or(0)),
        monitoring_role_arn: text(it.monitoring_role_arn()),
        multi_az: pending.multi_az().or(it.multi_az()),
        nchar_character_set_name: text(it.nchar_character_set_name()),
        network_type: text(it.network_type()),
        option_group_name: text(options.and_then(|it| it.option_group_name())),
        parameter_group_name: text(group.and_then(|it| it.db_parameter_group_name())),
        password: None,
        password_wo: None,
        password_wo_version: None,
        performance_insights_enabled: Some(it.performance_insights_enabled().unwrap_or(false)),
        performance_insights_kms_key_id: text(it.performance_insights_kms_key_id()),
        performance_insights_retention_period: it.performance_insights_retention_period().filter(|days| *days > 0),
        port: pending.port().or_else(|| port(it)),
        publicly_accessible: it.publicly_accessible(),
        replica_mode: it.replica_mode().map(|it| it.as_str().to_owned()),
        replicate_source_db: text(it.read_replica_source_db_instance_identifier()),
        skip_final_snapshot: None,
        snapshot_identifier: None,
        storage_encrypted: it.storage_encrypted(),
        storage_throughput: pending.storage_throughput().or(it.storage_throughput()).filter(|it| *it > 0),
        storage_type: text(pending.storage_type().or(it.storage_type())),
        timezone: text(it.timezone()),
        upgrade_storage_config: None,
        username: text(it.master_username()),
        vpc_security_group_ids: Some(security_groups(it.vpc_security_groups())),
        blue_green_update: None,
        restore_to_point_in_time: None,
        s3_import: None,
        tags: Some(tags_from(it.tag_list())),
    }
}

fn outputs(it: &Description) -> Outputs {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let address = text(it.endpoint().and_then(|it| it.address()));
    let endpoint = |it: &aws_sdk_rds::types::Endpoint| Endpoint {
        address: text(it.address()),
        hosted_zone_id: text(it.hosted_zone_id()),
        port: it.port().unwrap_or_default(),
    };
    let secret = |it: &aws_sdk_rds::types::MasterUserSecret| MasterUserSecret {
        kms_key_id: text(it.kms_key_id()),
        secret_arn: text(it.secret_arn()),
        secret_status: text(it.secret_status()),
    };
    let endpoint_text = match port(it) {
        Some(port) if !address.is_empty() => format!("{address}:{port}"),
        Some(_) | None => String::new(),
    };
    Outputs {
        id: text(it.dbi_resource_id()),
        arn: text(it.db_instance_arn()),
        endpoint: endpoint_text,
        engine_version_actual: text(it.engine_version()),
        hosted_zone_id: text(it.endpoint().and_then(|it| it.hosted_zone_id())),
        latest_restorable_time: it.latest_restorable_time().and_then(|time| time.fmt(Format::DateTime).ok()),
        listener_endpoint: it.listener_endpoint().map(endpoint).into_iter().collect(),
        master_user_secret: it.master_user_secret().map(secret).into_iter().collect(),
        replicas: it.read_replica_db_instance_identifiers().to_vec(),
        resource_id: text(it.dbi_resource_id()),
        status: text(it.db_instance_status()),
        tags_all: None,
        address,
    }
}

/// Some engines report the port beside the endpoint, where the endpoint is not there yet.
fn port(it: &Description) -> Option<i32> {
    it.endpoint().and_then(|it| it.port()).or(it.db_instance_port()).filter(|port| *port > 0)
}

fn exports(it: &Description, pending: &PendingModifiedValues) -> BTreeSet<String> {
    let mut exports: BTreeSet<String> = it.enabled_cloudwatch_logs_exports().iter().cloned().collect();
    if let Some(change) = pending.pending_cloudwatch_logs_exports() {
        // AWS names the lists by what is still pending in them.
        exports.extend(change.log_types_to_enable().iter().cloned());
        exports.retain(|it| !change.log_types_to_disable().contains(it));
    }
    exports
}

fn security_groups(groups: &[VpcSecurityGroupMembership]) -> BTreeSet<String> {
    let stays = |it: &&VpcSecurityGroupMembership| it.status() != Some("removing");
    groups.iter().filter(stays).filter_map(|it| it.vpc_security_group_id().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_a_phase() {
        let check = |status: &str, expect: Phase| assert_eq!(phase(status), expect, "{status}");
        check("available", Phase::Ready);
        check("storage-optimization", Phase::Ready);
        check("creating", Phase::Settling("creating".into()));
        check("backing-up", Phase::Settling("backing-up".into()));
        check("deleting", Phase::Settling("deleting".into()));
        check("incompatible-parameters", Phase::Failed("incompatible-parameters".into()));
        check("failed", Phase::Failed("failed".into()));
    }

    #[test]
    fn what_waits_for_the_maintenance_window_counts_as_made() {
        let pending = PendingModifiedValues::builder().db_instance_class("db.t3.small").engine_version("10.6.4");
        let it = Description::builder()
            .db_instance_class("db.t3.micro")
            .engine_version("10.5.13")
            .pending_modified_values(pending.build())
            .build();
        let live = live(&it);
        assert_eq!(live.inputs.instance_class, "db.t3.small");
        assert_eq!(live.inputs.engine_version.as_deref(), Some("10.6.4"));
        assert_eq!(live.outputs.engine_version_actual, "10.5.13");
    }
}
