//! Copies of a table in other regions.
//!
//! In: a table and a region. Out: nothing, or that the table is still busy. It must not know
//! which replicas are desired.

use aws_sdk_dynamodb::config::{Builder, Region};
use aws_sdk_dynamodb::types::{
    CreateReplicationGroupMemberAction, DeleteReplicationGroupMemberAction, ReplicationGroupUpdate,
};
use driver::{Fault, FaultKind};
use model::Id;

use super::wire::built;
use super::{Inputs, busy, describe};
use crate::aws::{Answer, Aws};

/// The settings of a call that goes to a replica's region.
pub(super) fn in_region(region: Option<&str>) -> Builder {
    match region {
        Some(name) => Builder::new().region(Region::new(name.to_owned())),
        None => Builder::new(),
    }
}

/// The ARN of the table, or of its replica in a region.
pub(super) fn arn(aws: &Aws, id: &Id, region: Option<&str>) -> String {
    let region = region.unwrap_or(aws.region());
    format!("arn:{}:dynamodb:{region}:{}:table/{id}", aws.partition(), aws.account())
}

/// Makes a replica; its items follow while it settles.
pub(super) async fn create(aws: &Aws, id: &Id, after: &Inputs, region: &str) -> Result<(), Fault> {
    let replica = after.replica.iter().flat_map(|it| it.iter()).find(|it| it.region_name == region);
    let key = replica.and_then(|it| it.kms_key_arn.clone());
    let create = CreateReplicationGroupMemberAction::builder().region_name(region).set_kms_master_key_id(key);
    send(aws, id, ReplicationGroupUpdate::builder().create(built(create.build())?).build()).await
}

/// Takes a replica away, with its items.
pub(super) async fn delete(aws: &Aws, id: &Id, region: &str) -> Result<(), Fault> {
    let delete = DeleteReplicationGroupMemberAction::builder().region_name(region);
    send(aws, id, ReplicationGroupUpdate::builder().delete(built(delete.build())?).build()).await
}

/// Takes the replicas away, as many calls as it takes.
pub(super) async fn delete_all(aws: &Aws, id: &Id) -> Result<(), Fault> {
    let Some(it) = describe(aws, &id.0).await? else { return Ok(()) };
    let Some(region) = it.replicas().iter().find_map(|it| it.region_name()) else { return Ok(()) };
    busy(delete(aws, id, region).await)?;
    Err(Fault::new(FaultKind::NotYet, "dynamodb:UpdateTable", format!("the replica in {region} is being deleted")))
}

async fn send(aws: &Aws, id: &Id, update: ReplicationGroupUpdate) -> Result<(), Fault> {
    let call = aws.dynamodb().update_table().table_name(&id.0).replica_updates(update);
    call.send().await.fault("dynamodb:UpdateTable").map(|_| ())
}
