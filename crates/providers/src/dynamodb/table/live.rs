//! What DynamoDB reports about a table, as arguments and outputs.
//!
//! In: a description, and what has to be asked for beside it. Out: the live object. It must not
//! know what is desired.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::{
    GlobalSecondaryIndexDescription, IndexStatus, KeySchemaElement, KeyType, LocalSecondaryIndexDescription,
    OnDemandThroughput, PointInTimeRecoveryStatus, Projection, ProvisionedThroughputDescription, ReplicaDescription,
    ReplicaStatus, SseStatus, TableDescription, TableStatus, TimeToLiveStatus,
};
use driver::{Fault, Live, Phase, Want};
use futures::future::try_join_all;

use super::{
    Attribute, Encryption, GlobalIndex, Inputs, LocalIndex, OnDemand, Outputs, Recovery, Replica, Ttl, replicas,
};
use crate::aws::{Answer, Aws, tags};

/// What a description does not tell.
pub(super) struct Extras {
    tags: Option<tags::Tags>,
    ttl: Option<Ttl>,
    recovery: Option<Recovery>,
    recovered_replicas: BTreeSet<String>,
}

impl Extras {
    /// What a table that was just made has.
    pub(super) fn fresh(tags: tags::Tags) -> Self {
        Self {
            tags: Some(tags),
            ttl: Some(ttl_off()),
            recovery: Some(recovery_off()),
            recovered_replicas: BTreeSet::new(),
        }
    }
}

/// Asks for what is wanted and not in the description, nor in the tags.
pub(super) async fn extras(
    aws: &Aws,
    it: &TableDescription,
    tags: Option<tags::Tags>,
    want: &Want,
) -> Result<Extras, Fault> {
    let name = it.table_name().unwrap_or_default();
    // A table that is being made or deleted does not answer these.
    let asked = it.table_status() != Some(&TableStatus::Creating) && it.table_status() != Some(&TableStatus::Deleting);
    let backups = async {
        if asked && want.any(&["point_in_time_recovery"]) { recovery(aws, name, None).await } else { Ok(None) }
    };
    let expiry = async { if asked && want.any(&["ttl"]) { ttl(aws, name).await } else { Ok(None) } };
    let replicas = async {
        let regions =
            it.replicas().iter().filter(|_| asked && want.any(&["replica"])).filter_map(|it| it.region_name());
        let each = regions.map(|region| async move {
            let on = recovery(aws, name, Some(region)).await?.is_some_and(|it| it.enabled);
            Ok::<_, Fault>(on.then(|| region.to_owned()))
        });
        Ok(try_join_all(each).await?.into_iter().flatten().collect())
    };
    let (ttl, recovery, recovered_replicas) = futures::try_join!(expiry, backups, replicas)?;
    Ok(Extras { tags, ttl, recovery, recovered_replicas })
}

/// All tags of a table.
pub(super) async fn tags_of(aws: &Aws, arn: &str) -> Result<tags::Tags, Fault> {
    let (mut tags, mut next) = (tags::Tags::new(), None);
    loop {
        let call = aws.dynamodb().list_tags_of_resource().resource_arn(arn).set_next_token(next);
        let Some(answer) = call.send().await.found("dynamodb:ListTagsOfResource")? else { return Ok(tags) };
        tags.extend(answer.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())));
        next = answer.next_token;
        if next.is_none() {
            return Ok(tags);
        }
    }
}

async fn ttl(aws: &Aws, name: &str) -> Result<Option<Ttl>, Fault> {
    let answer =
        aws.dynamodb().describe_time_to_live().table_name(name).send().await.found("dynamodb:DescribeTimeToLive")?;
    let Some(it) = answer.and_then(|it| it.time_to_live_description) else { return Ok(Some(ttl_off())) };
    let on = matches!(it.time_to_live_status(), Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling));
    let name = it.attribute_name().filter(|_| on).map(str::to_owned);
    Ok(Some(Ttl { attribute_name: name, enabled: Some(on) }))
}

/// The continuous backups of a table, or of its replica in a region.
pub(super) async fn recovery(aws: &Aws, name: &str, region: Option<&str>) -> Result<Option<Recovery>, Fault> {
    let call = aws.dynamodb().describe_continuous_backups().table_name(name).customize();
    let call = call.config_override(replicas::in_region(region));
    let answer = call.send().await.found("dynamodb:DescribeContinuousBackups")?;
    let described = answer.and_then(|it| it.continuous_backups_description);
    let Some(it) = described.and_then(|it| it.point_in_time_recovery_description) else {
        return Ok(Some(recovery_off()));
    };
    let enabled = it.point_in_time_recovery_status() == Some(&PointInTimeRecoveryStatus::Enabled);
    Ok(Some(Recovery { enabled, recovery_period_in_days: it.recovery_period_in_days().filter(|_| enabled) }))
}

fn ttl_off() -> Ttl {
    Ttl { attribute_name: None, enabled: Some(false) }
}

fn recovery_off() -> Recovery {
    Recovery { enabled: false, recovery_period_in_days: None }
}

/// The live object of a description.
pub(super) fn live(it: &TableDescription, extras: Extras) -> Live<Inputs, Outputs> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let outputs = Outputs {
        id: text(it.table_name()),
        arn: text(it.table_arn()),
        stream_arn: it.latest_stream_arn().map(str::to_owned),
        stream_label: it.latest_stream_label().map(str::to_owned),
        tags_all: None,
    };
    Live { inputs: inputs(it, extras), outputs, phase: phase(it) }
}

/// A table is ready when its indexes and replicas are, too.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>
fn phase(it: &TableDescription) -> Phase {
    match it.table_status() {
        Some(TableStatus::Active) | None => {}
        Some(status @ (TableStatus::InaccessibleEncryptionCredentials | TableStatus::Archived)) => {
            return Phase::Failed(status.as_str().to_owned());
        }
        Some(status) => return Phase::Settling(status.as_str().to_lowercase()),
    }
    for index in it.global_secondary_indexes() {
        match index.index_status() {
            Some(IndexStatus::Active) | None => {}
            Some(status) => {
                let (name, status) = (index.index_name().unwrap_or_default(), status.as_str().to_lowercase());
                return Phase::Settling(format!("index `{name}` is {status}"));
            }
        }
    }
    for replica in it.replicas() {
        let region = replica.region_name().unwrap_or_default();
        match replica.replica_status() {
            Some(ReplicaStatus::Active) | None => {}
            Some(ReplicaStatus::CreationFailed) => {
                let why = replica.replica_status_description().unwrap_or("no reason was given");
                return Phase::Failed(format!("the replica in {region} could not be made: {why}"));
            }
            Some(status) => {
                return Phase::Settling(format!("replica in {region} is {}", status.as_str().to_lowercase()));
            }
        }
    }
    Phase::Ready
}

fn inputs(it: &TableDescription, extras: Extras) -> Inputs {
    let (hash, range) = keys(it.key_schema());
    let capacity = it.provisioned_throughput();
    let mode = it.billing_mode_summary().and_then(|it| it.billing_mode());
    let stream = it.stream_specification();
    let attribute = |it: &aws_sdk_dynamodb::types::AttributeDefinition| Attribute {
        name: it.attribute_name().to_owned(),
        kind: it.attribute_type().as_str().to_owned(),
    };
    let locals = it.local_secondary_indexes();
    let class = it.table_class_summary().and_then(|it| it.table_class());
    Inputs {
        name: it.table_name().unwrap_or_default().to_owned(),
        billing_mode: Some(mode.map_or("PROVISIONED", |mode| mode.as_str()).to_owned()),
        deletion_protection_enabled: Some(it.deletion_protection_enabled().unwrap_or(false)),
        hash_key: hash,
        range_key: range,
        read_capacity: units(capacity.and_then(ProvisionedThroughputDescription::read_capacity_units)),
        write_capacity: units(capacity.and_then(ProvisionedThroughputDescription::write_capacity_units)),
        restore_date_time: None,
        restore_source_name: None,
        restore_source_table_arn: None,
        restore_to_latest_time: None,
        stream_enabled: Some(stream.is_some_and(|it| it.stream_enabled())),
        stream_view_type: stream
            .filter(|it| it.stream_enabled())
            .and_then(|it| it.stream_view_type())
            .map(|it| it.as_str().to_owned()),
        table_class: Some(class.map_or("STANDARD", |class| class.as_str()).to_owned()),
        attribute: Some(it.attribute_definitions().iter().map(attribute).collect()),
        global_secondary_index: Some(it.global_secondary_indexes().iter().map(global_index).collect()),
        import_table: None,
        local_secondary_index: Some(locals.iter().map(local_index).collect()),
        on_demand_throughput: it.on_demand_throughput().map(on_demand),
        point_in_time_recovery: extras.recovery,
        replica: Some(it.replicas().iter().map(|it| replica(it, &extras.recovered_replicas)).collect()),
        server_side_encryption: Some(encryption(it)),
        ttl: extras.ttl,
        tags: extras.tags,
    }
}

/// A table that is paid by use reports zero.
fn units(units: Option<i64>) -> Option<i64> {
    units.filter(|units| *units > 0)
}

fn keys(schema: &[KeySchemaElement]) -> (Option<String>, Option<String>) {
    let of = |kind: &KeyType| schema.iter().find(|it| it.key_type() == kind).map(|it| it.attribute_name().to_owned());
    (of(&KeyType::Hash), of(&KeyType::Range))
}

fn projected(projection: Option<&Projection>) -> (String, Option<BTreeSet<String>>) {
    let kind = projection.and_then(|it| it.projection_type()).map_or("ALL", |it| it.as_str()).to_owned();
    let attributes = projection.map(|it| it.non_key_attributes().iter().cloned().collect::<BTreeSet<String>>());
    (kind, attributes.filter(|it| !it.is_empty()))
}

fn on_demand(it: &OnDemandThroughput) -> OnDemand {
    OnDemand {
        max_read_request_units: it.max_read_request_units(),
        max_write_request_units: it.max_write_request_units(),
    }
}

fn global_index(it: &GlobalSecondaryIndexDescription) -> GlobalIndex {
    let (hash, range) = keys(it.key_schema());
    let (projection_type, non_key_attributes) = projected(it.projection());
    let capacity = it.provisioned_throughput();
    GlobalIndex {
        name: it.index_name().unwrap_or_default().to_owned(),
        hash_key: hash.unwrap_or_default(),
        range_key: range,
        non_key_attributes,
        projection_type,
        read_capacity: units(capacity.and_then(ProvisionedThroughputDescription::read_capacity_units)),
        write_capacity: units(capacity.and_then(ProvisionedThroughputDescription::write_capacity_units)),
        on_demand_throughput: it.on_demand_throughput().map(on_demand),
    }
}

fn local_index(it: &LocalSecondaryIndexDescription) -> LocalIndex {
    let (projection_type, non_key_attributes) = projected(it.projection());
    LocalIndex {
        name: it.index_name().unwrap_or_default().to_owned(),
        non_key_attributes,
        projection_type,
        range_key: keys(it.key_schema()).1.unwrap_or_default(),
    }
}

fn replica(it: &ReplicaDescription, recovered: &BTreeSet<String>) -> Replica {
    let region = it.region_name().unwrap_or_default();
    Replica {
        kms_key_arn: it.kms_master_key_id().map(str::to_owned),
        point_in_time_recovery: Some(recovered.contains(region)),
        propagate_tags: None,
        region_name: region.to_owned(),
    }
}

fn encryption(it: &TableDescription) -> Encryption {
    let described = it.sse_description();
    let on = matches!(
        described.and_then(|it| it.status()),
        Some(SseStatus::Enabled | SseStatus::Enabling | SseStatus::Updating)
    );
    let key = described.and_then(|it| it.kms_master_key_arn()).filter(|_| on);
    Encryption { enabled: on, kms_key_arn: key.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_settles_with_its_indexes_and_replicas() {
        let table = || TableDescription::builder().table_status(TableStatus::Active);
        let index =
            |status| GlobalSecondaryIndexDescription::builder().index_name("by-user").index_status(status).build();
        let replica = |status| ReplicaDescription::builder().region_name("eu-west-1").replica_status(status).build();
        let check = |it: TableDescription, expect: Phase| assert_eq!(phase(&it), expect);
        check(table().build(), Phase::Ready);
        let creating = table().table_status(TableStatus::Creating).build();
        check(creating, Phase::Settling("creating".into()));
        check(table().global_secondary_indexes(index(IndexStatus::Active)).build(), Phase::Ready);
        let building = table().global_secondary_indexes(index(IndexStatus::Creating)).build();
        check(building, Phase::Settling("index `by-user` is creating".into()));
        let copying = table().replicas(replica(ReplicaStatus::Creating)).build();
        check(copying, Phase::Settling("replica in eu-west-1 is creating".into()));
        let failed = table().replicas(replica(ReplicaStatus::CreationFailed)).build();
        assert!(matches!(phase(&failed), Phase::Failed(_)));
    }
}
