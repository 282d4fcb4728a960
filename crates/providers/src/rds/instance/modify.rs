//! Changes an instance in place: one call with everything that differs.
//!
//! In: what is and what should be. Out: nothing, or a fault. It must not know when a change
//! takes effect: RDS decides, by `apply_immediately`.

use std::collections::BTreeSet;

use aws_sdk_rds::operation::modify_db_instance::builders::ModifyDBInstanceFluentBuilder as Modify;
use aws_sdk_rds::types::{CloudwatchLogsExportConfiguration, DatabaseInsightsMode, ReplicaMode};
use driver::Fault;
use model::Id;

use super::same::{is_key, is_version};
use super::{Inputs, describe};
use crate::aws::{Answer, Aws};

/// Makes a replica an instance of its own. Asked again, it sees that it is done.
pub(super) async fn promote(aws: &Aws, id: &Id, after: &Inputs) -> Result<(), Fault> {
    let described = describe(aws, std::slice::from_ref(id)).await?;
    if !described.iter().any(|it| it.read_replica_source_db_instance_identifier().is_some()) {
        return Ok(());
    }
    let call = aws
        .rds()
        .promote_read_replica()
        .db_instance_identifier(&id.0)
        .set_backup_retention_period(after.backup_retention_period)
        .set_preferred_backup_window(after.backup_window.clone());
    call.send().await.fault("rds:PromoteReadReplica").map(|_| ())
}

/// Sends what differs, if anything does.
pub(super) async fn modify(aws: &Aws, id: &Id, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let nothing = aws
        .rds()
        .modify_db_instance()
        .db_instance_identifier(&id.0)
        .apply_immediately(after.apply_immediately.unwrap_or(false));
    let empty = nothing.as_input().clone();
    let call = storage(nothing, before, after);
    let call = engine(call, before, after);
    let call = credentials(call, before, after);
    let call = network(call, before, after);
    let call = domain(call, before, after);
    let call = watching(call, before, after);
    let call = upkeep(call, before, after);
    if *call.as_input() == empty {
        return Ok(());
    }
    call.send().await.fault("rds:ModifyDBInstance").map(|_| ())
}

/// The new value of an argument that differs.
fn changed<T: Clone + PartialEq>(before: &Option<T>, after: &Option<T>) -> Option<T> {
    if before == after { None } else { after.clone() }
}

/// The same for names that AWS keeps in lower case.
fn renamed(before: &Option<String>, after: &Option<String>) -> Option<String> {
    let same = |before: &str| after.as_deref().is_some_and(|after| after.eq_ignore_ascii_case(before));
    if before.as_deref().is_some_and(same) { None } else { after.clone() }
}

/// RDS wants size and operations together where the type of storage provisions them.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html>
fn storage(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    let size = changed(&before.allocated_storage, &after.allocated_storage);
    let kind = changed(&before.storage_type, &after.storage_type);
    let operations = changed(&before.iops, &after.iops);
    let throughput = changed(&before.storage_throughput, &after.storage_throughput);
    let any = size.is_some() || kind.is_some() || operations.is_some() || throughput.is_some();
    let provisioned = matches!(after.storage_type.as_deref(), Some("io1" | "io2"));
    let together = any && (provisioned || after.storage_type.as_deref() == Some("gp3"));
    let with_operations = any && (provisioned || operations.is_some() || throughput.is_some());
    let largest = changed(&before.max_allocated_storage, &after.max_allocated_storage);
    call.set_storage_type(kind)
        .set_allocated_storage(if together { after.allocated_storage } else { size })
        .set_iops(after.iops.filter(|_| with_operations))
        .set_storage_throughput(throughput)
        .set_dedicated_log_volume(changed(&before.dedicated_log_volume, &after.dedicated_log_volume))
        // The size that it has already is what turns growing off.
        .set_max_allocated_storage(match largest {
            Some(0) => after.allocated_storage,
            largest => largest,
        })
}

fn engine(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    let runs = |wanted: &str| before.engine_version.as_deref().is_some_and(|live| is_version(wanted, live));
    let version = after.engine_version.clone().filter(|wanted| !runs(wanted));
    let major = version.as_ref().and(after.allow_major_version_upgrade);
    let class = (before.instance_class != after.instance_class).then(|| after.instance_class.clone());
    call.set_engine_version(version)
        .set_allow_major_version_upgrade(major)
        .set_db_instance_class(class)
        .set_auto_minor_version_upgrade(changed(&before.auto_minor_version_upgrade, &after.auto_minor_version_upgrade))
        .set_engine_lifecycle_support(changed(&before.engine_lifecycle_support, &after.engine_lifecycle_support))
        .set_license_model(changed(&before.license_model, &after.license_model))
        .set_option_group_name(changed(&before.option_group_name, &after.option_group_name))
        .set_db_parameter_group_name(renamed(&before.parameter_group_name, &after.parameter_group_name))
        .set_replica_mode(changed(&before.replica_mode, &after.replica_mode).as_deref().map(ReplicaMode::from))
}

fn credentials(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    let password = after.password.as_ref().or(after.password_wo.as_ref()).map(|it| it.expose().clone());
    let (was, is) = (before.manage_master_user_password == Some(true), after.manage_master_user_password == Some(true));
    let unchanged = match (&before.master_user_secret_kms_key_id, &after.master_user_secret_kms_key_id) {
        (Some(before), Some(after)) => is_key(after, before),
        (before, after) => before == after || after.is_none(),
    };
    let manage = (was != is || (is && !unchanged)).then_some(is);
    let key = after.master_user_secret_kms_key_id.clone().filter(|_| is && manage.is_some());
    call.set_manage_master_user_password(manage)
        .set_master_user_secret_kms_key_id(key)
        .set_master_user_password(password.filter(|_| !is))
        .set_enable_iam_database_authentication(changed(
            &before.iam_database_authentication_enabled,
            &after.iam_database_authentication_enabled,
        ))
}

fn network(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    let groups = changed(&before.vpc_security_group_ids, &after.vpc_security_group_ids);
    call.set_vpc_security_group_ids(groups.map(|it| it.into_iter().collect()))
        .set_db_port_number(changed(&before.port, &after.port))
        .set_publicly_accessible(changed(&before.publicly_accessible, &after.publicly_accessible))
        .set_db_subnet_group_name(renamed(&before.db_subnet_group_name, &after.db_subnet_group_name))
        .set_network_type(changed(&before.network_type, &after.network_type))
        .set_enable_customer_owned_ip(changed(&before.customer_owned_ip_enabled, &after.customer_owned_ip_enabled))
        .set_multi_az(changed(&before.multi_az, &after.multi_az))
        .set_ca_certificate_identifier(changed(&before.ca_cert_identifier, &after.ca_cert_identifier))
}

/// An instance joins a domain as a whole, and leaves it by a switch of its own.
fn domain(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    let joined = |it: &Inputs| it.domain.is_some() || it.domain_ou.is_some() || it.domain_auth_secret_arn.is_some();
    let same = before.domain == after.domain
        && before.domain_iam_role_name == after.domain_iam_role_name
        && before.domain_auth_secret_arn == after.domain_auth_secret_arn
        && before.domain_dns_ips == after.domain_dns_ips
        && before.domain_fqdn == after.domain_fqdn
        && before.domain_ou == after.domain_ou;
    match (joined(before), joined(after)) {
        (true, false) => call.disable_domain(true),
        (_, true) if !same => {
            let managed = after.domain.is_some();
            call.set_domain(after.domain.clone())
                .set_domain_iam_role_name(after.domain_iam_role_name.clone())
                .set_domain_auth_secret_arn(after.domain_auth_secret_arn.clone())
                .set_domain_dns_ips(after.domain_dns_ips.clone())
                .set_domain_fqdn(after.domain_fqdn.clone().filter(|_| !managed))
                .set_domain_ou(after.domain_ou.clone())
        }
        (true | false, true | false) => call,
    }
}

fn watching(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    let monitored = before.monitoring_interval != after.monitoring_interval
        || before.monitoring_role_arn != after.monitoring_role_arn;
    let role = after.monitoring_role_arn.clone().filter(|_| after.monitoring_interval.is_some_and(|it| it > 0));
    let insights = before.performance_insights_enabled != after.performance_insights_enabled
        || before.performance_insights_kms_key_id != after.performance_insights_kms_key_id
        || before.performance_insights_retention_period != after.performance_insights_retention_period
        || before.database_insights_mode != after.database_insights_mode;
    let on = after.performance_insights_enabled == Some(true);
    let mode = changed(&before.database_insights_mode, &after.database_insights_mode);
    call.set_monitoring_interval(after.monitoring_interval.filter(|_| monitored))
        .set_monitoring_role_arn(role.filter(|_| monitored))
        .set_database_insights_mode(mode.as_deref().map(DatabaseInsightsMode::from))
        .set_enable_performance_insights(after.performance_insights_enabled.filter(|_| insights))
        .set_performance_insights_kms_key_id(after.performance_insights_kms_key_id.clone().filter(|_| insights && on))
        .set_performance_insights_retention_period(
            after.performance_insights_retention_period.filter(|_| insights && on),
        )
        .set_cloudwatch_logs_export_configuration(exports(before, after))
}

fn exports(before: &Inputs, after: &Inputs) -> Option<CloudwatchLogsExportConfiguration> {
    let none = BTreeSet::new();
    let old = before.enabled_cloudwatch_logs_exports.as_ref().unwrap_or(&none);
    let new = after.enabled_cloudwatch_logs_exports.as_ref().unwrap_or(&none);
    (old != new).then(|| {
        CloudwatchLogsExportConfiguration::builder()
            .set_enable_log_types(Some(new.difference(old).cloned().collect()))
            .set_disable_log_types(Some(old.difference(new).cloned().collect()))
            .build()
    })
}

fn upkeep(call: Modify, before: &Inputs, after: &Inputs) -> Modify {
    call.set_backup_retention_period(changed(&before.backup_retention_period, &after.backup_retention_period))
        .set_preferred_backup_window(changed(&before.backup_window, &after.backup_window))
        .set_preferred_maintenance_window(renamed(&before.maintenance_window, &after.maintenance_window))
        .set_copy_tags_to_snapshot(changed(&before.copy_tags_to_snapshot, &after.copy_tags_to_snapshot))
        .set_deletion_protection(changed(&before.deletion_protection, &after.deletion_protection))
}
