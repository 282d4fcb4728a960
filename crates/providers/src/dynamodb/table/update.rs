//! Changes a table in place, one step after the other.
//!
//! In: what is and what should be. Out: nothing, or that the table is still busy with a step.
//! DynamoDB takes one change at a time, so an update that is asked again looks what is left. It
//! must not wait.

use aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder as Call;
use aws_sdk_dynamodb::types::{
    BillingMode, CreateGlobalSecondaryIndexAction, DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate,
    PointInTimeRecoverySpecification, TableClass, TimeToLiveSpecification, UpdateGlobalSecondaryIndexAction,
};
use driver::{Fault, FaultKind, Phase, Want};
use model::Id;

use super::steps::{Step, steps};
use super::wire::{self, built, is_provisioned};
use super::{GlobalIndex, Inputs, busy, describe, live, replicas};
use crate::aws::{Answer, Aws, FaultCodes, tags};

/// Does what is left to do.
pub(super) async fn update(aws: &Aws, id: &Id, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    if !steps(before, after).is_empty() {
        advance(aws, id, after).await?;
    }
    // Last, because everything above may be asked again and again.
    retag(aws, id, before, after).await
}

async fn advance(aws: &Aws, id: &Id, after: &Inputs) -> Result<(), Fault> {
    let operation = "dynamodb:UpdateTable";
    let Some(it) = describe(aws, &id.0).await? else {
        return Err(Fault::new(FaultKind::NotFound, operation, format!("there is no table `{id}`")));
    };
    let wanted = ["ttl", "point_in_time_recovery", "replica"].into_iter().map(str::to_owned).collect();
    let extras = live::extras(aws, &it, None, &Want::Only(wanted)).await?;
    let now = live::live(&it, extras);
    match now.phase {
        Phase::Settling(progress) => return Err(Fault::new(FaultKind::NotYet, operation, progress)),
        Phase::Ready | Phase::Failed(_) => {}
    }
    for step in steps(&now.inputs, after) {
        busy(take(aws, id, after, &step).await)?;
    }
    Ok(())
}

async fn take(aws: &Aws, id: &Id, after: &Inputs, step: &Step) -> Result<(), Fault> {
    let call = aws.dynamodb().update_table().table_name(&id.0);
    let call = match step {
        Step::DeleteIndex(name) => {
            let delete = built(DeleteGlobalSecondaryIndexAction::builder().index_name(name).build())?;
            call.global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().delete(delete).build())
        }
        Step::Capacity(indexes) => capacity(call, after, indexes)?,
        Step::StopStream => call.stream_specification(wire::stream(false, None)?),
        Step::StartStream => call.stream_specification(wire::stream(true, after.stream_view_type.as_deref())?),
        Step::Class => call.table_class(TableClass::from(after.table_class.as_deref().unwrap_or("STANDARD"))),
        Step::Protection => call.deletion_protection_enabled(after.deletion_protection_enabled.unwrap_or(false)),
        Step::Encryption => call.sse_specification(wire::encryption(after.server_side_encryption.as_ref())),
        Step::CreateIndex(name) => create_index(call, after, name)?,
        Step::DeleteReplica(region) => return replicas::delete(aws, id, region).await,
        Step::CreateReplica(region) => return replicas::create(aws, id, after, region).await,
        Step::RecoverReplica(region, on) => return recover(aws, id, *on, None, Some(region)).await,
        Step::Expiry => return expire(aws, id, after).await,
        Step::Recovery => {
            let it = after.point_in_time_recovery.as_ref();
            let days = it.and_then(|it| it.recovery_period_in_days);
            return recover(aws, id, it.is_some_and(|it| it.enabled), days, None).await;
        }
    };
    call.send().await.fault("dynamodb:UpdateTable").map(|_| ())
}

fn index<'a>(after: &'a Inputs, name: &str) -> Option<&'a GlobalIndex> {
    after.global_secondary_index.as_ref()?.iter().find(|it| it.name == name)
}

fn capacity(call: Call, after: &Inputs, indexes: &[String]) -> Result<Call, Fault> {
    let provisioned = is_provisioned(after);
    let mode = BillingMode::from(after.billing_mode.as_deref().unwrap_or("PROVISIONED"));
    let mut call = call.billing_mode(mode);
    call = if provisioned {
        call.provisioned_throughput(wire::throughput(after.read_capacity, after.write_capacity)?)
    } else {
        call.set_on_demand_throughput(after.on_demand_throughput.as_ref().map(|it| wire::on_demand(Some(it))))
    };
    for it in indexes.iter().filter_map(|name| index(after, name)) {
        let sized = provisioned.then(|| wire::throughput(it.read_capacity, it.write_capacity)).transpose()?;
        let update = UpdateGlobalSecondaryIndexAction::builder()
            .index_name(&it.name)
            .set_provisioned_throughput(sized)
            .set_on_demand_throughput((!provisioned).then(|| wire::on_demand(it.on_demand_throughput.as_ref())));
        let update = GlobalSecondaryIndexUpdate::builder().update(built(update.build())?);
        call = call.global_secondary_index_updates(update.build());
    }
    Ok(call)
}

fn create_index(call: Call, after: &Inputs, name: &str) -> Result<Call, Fault> {
    let Some(it) = index(after, name) else { return Ok(call) };
    let provisioned = is_provisioned(after);
    let sized = provisioned.then(|| wire::throughput(it.read_capacity, it.write_capacity)).transpose()?;
    let create = CreateGlobalSecondaryIndexAction::builder()
        .index_name(&it.name)
        .set_key_schema(Some(wire::key(&it.hash_key, it.range_key.as_deref())?))
        .projection(wire::projection(&it.projection_type, it.non_key_attributes.as_ref()))
        .set_provisioned_throughput(sized)
        .set_on_demand_throughput(it.on_demand_throughput.as_ref().map(|it| wire::on_demand(Some(it))));
    let create = GlobalSecondaryIndexUpdate::builder().create(built(create.build())?).build();
    Ok(call.set_attribute_definitions(Some(wire::attributes(after)?)).global_secondary_index_updates(create))
}

/// Turning expiry off needs the attribute that it is on for.
async fn expire(aws: &Aws, id: &Id, after: &Inputs) -> Result<(), Fault> {
    let operation = "dynamodb:UpdateTimeToLive";
    let wanted = after.ttl.as_ref().filter(|it| it.enabled == Some(true)).and_then(|it| it.attribute_name.clone());
    let described = aws.dynamodb().describe_time_to_live().table_name(&id.0).send().await;
    let described = described.fault("dynamodb:DescribeTimeToLive")?.time_to_live_description;
    let current = described.and_then(|it| it.attribute_name);
    if let Some(other) = current.filter(|current| wanted.as_ref() != Some(current)) {
        set_expiry(aws, id, &other, false).await?;
        if wanted.is_some() {
            // DynamoDB takes up to an hour before the next change.
            return Err(Fault::new(FaultKind::NotYet, operation, "expiry by another attribute is being turned off"));
        }
    }
    match wanted {
        Some(attribute) => set_expiry(aws, id, &attribute, true).await,
        None => Ok(()),
    }
}

async fn set_expiry(aws: &Aws, id: &Id, attribute: &str, enabled: bool) -> Result<(), Fault> {
    let it = built(TimeToLiveSpecification::builder().attribute_name(attribute).enabled(enabled).build())?;
    let call = aws.dynamodb().update_time_to_live().table_name(&id.0).time_to_live_specification(it);
    call.send().await.fault("dynamodb:UpdateTimeToLive").map(|_| ())
}

async fn recover(aws: &Aws, id: &Id, on: bool, days: Option<i32>, region: Option<&str>) -> Result<(), Fault> {
    let it = PointInTimeRecoverySpecification::builder()
        .point_in_time_recovery_enabled(on)
        .set_recovery_period_in_days(days.filter(|_| on));
    let call = aws.dynamodb().update_continuous_backups().table_name(&id.0);
    let call = call.point_in_time_recovery_specification(built(it.build())?).customize();
    let answer = call.config_override(replicas::in_region(region)).send().await;
    let answer = answer.fault("dynamodb:UpdateContinuousBackups").map(|_| ());
    let answer = answer.code_means(&["ContinuousBackupsUnavailableException"], FaultKind::NotYet);
    match region {
        // A replica that was just asked for is not there yet.
        Some(_) => answer.code_means(&["TableNotFoundException", "ResourceNotFoundException"], FaultKind::NotYet),
        None => answer,
    }
}

/// Brings the tags of the table, and of the replicas that should have them, to `after`.
async fn retag(aws: &Aws, id: &Id, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
    if set.is_empty() && removed.is_empty() {
        return Ok(());
    }
    let replicas = after.replica.iter().flat_map(|it| it.iter());
    let told = replicas.filter(|it| it.propagate_tags == Some(true)).map(|it| Some(it.region_name.as_str()));
    for region in std::iter::once(None).chain(told) {
        let arn = replicas::arn(aws, id, region);
        if !removed.is_empty() {
            let call = aws.dynamodb().untag_resource().resource_arn(&arn).set_tag_keys(Some(removed.clone()));
            let answer = call.customize().config_override(replicas::in_region(region)).send().await;
            busy(answer.fault("dynamodb:UntagResource"))?;
        }
        if !set.is_empty() {
            let call = aws.dynamodb().tag_resource().resource_arn(&arn).set_tags(Some(wire::sdk_tags(&set)?));
            let answer = call.customize().config_override(replicas::in_region(region)).send().await;
            busy(answer.fault("dynamodb:TagResource"))?;
        }
    }
    Ok(())
}
