//! Arguments as the SDK's types, and back.
//!
//! In: one block. Out: what the API takes for it. It must not know any call.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, LocalSecondaryIndex, OnDemandThroughput,
    Projection, ProjectionType, ProvisionedThroughput, ScalarAttributeType, SseSpecification, SseType,
    StreamSpecification, StreamViewType, Tag,
};
use aws_smithy_types::error::operation::BuildError;
use driver::Fault;

use super::{Attribute, Encryption, GlobalIndex, Inputs, LocalIndex, OnDemand};
use crate::aws::tags;

/// A block that lacks what the API demands.
pub(super) fn built<T>(block: Result<T, BuildError>) -> Result<T, Fault> {
    block.map_err(|wrong| Fault::invalid("aws_dynamodb_table", wrong.to_string()))
}

pub(super) fn is_provisioned(inputs: &Inputs) -> bool {
    inputs.billing_mode.as_deref().unwrap_or("PROVISIONED") == "PROVISIONED"
}

pub(super) fn attributes(inputs: &Inputs) -> Result<Vec<AttributeDefinition>, Fault> {
    let definition = |it: &Attribute| {
        let kind = ScalarAttributeType::from(it.kind.as_str());
        built(AttributeDefinition::builder().attribute_name(&it.name).attribute_type(kind).build())
    };
    inputs.attribute.iter().flat_map(|it| it.iter()).map(definition).collect()
}

pub(super) fn key(hash: &str, range: Option<&str>) -> Result<Vec<KeySchemaElement>, Fault> {
    let element = |name: &str, kind| built(KeySchemaElement::builder().attribute_name(name).key_type(kind).build());
    let hash = element(hash, KeyType::Hash)?;
    let range = range.map(|name| element(name, KeyType::Range)).transpose()?;
    Ok(std::iter::once(hash).chain(range).collect())
}

pub(super) fn table_key(inputs: &Inputs) -> Result<Vec<KeySchemaElement>, Fault> {
    key(inputs.hash_key.as_deref().unwrap_or_default(), inputs.range_key.as_deref())
}

pub(super) fn projection(kind: &str, attributes: Option<&std::collections::BTreeSet<String>>) -> Projection {
    let attributes = attributes.filter(|it| !it.is_empty()).map(|it| it.iter().cloned().collect());
    Projection::builder().projection_type(ProjectionType::from(kind)).set_non_key_attributes(attributes).build()
}

pub(super) fn throughput(read: Option<i64>, write: Option<i64>) -> Result<ProvisionedThroughput, Fault> {
    let builder = ProvisionedThroughput::builder();
    built(builder.read_capacity_units(read.unwrap_or(1)).write_capacity_units(write.unwrap_or(1)).build())
}

/// `-1` lifts a limit.
pub(super) fn on_demand(it: Option<&OnDemand>) -> OnDemandThroughput {
    OnDemandThroughput::builder()
        .max_read_request_units(it.and_then(|it| it.max_read_request_units).unwrap_or(-1))
        .max_write_request_units(it.and_then(|it| it.max_write_request_units).unwrap_or(-1))
        .build()
}

pub(super) fn global_index(it: &GlobalIndex, provisioned: bool) -> Result<GlobalSecondaryIndex, Fault> {
    let capacity = provisioned.then(|| throughput(it.read_capacity, it.write_capacity)).transpose()?;
    built(
        GlobalSecondaryIndex::builder()
            .index_name(&it.name)
            .set_key_schema(Some(key(&it.hash_key, it.range_key.as_deref())?))
            .projection(projection(&it.projection_type, it.non_key_attributes.as_ref()))
            .set_provisioned_throughput(capacity)
            .set_on_demand_throughput(it.on_demand_throughput.as_ref().map(|it| on_demand(Some(it))))
            .build(),
    )
}

pub(super) fn global_indexes(inputs: &Inputs) -> Result<Option<Vec<GlobalSecondaryIndex>>, Fault> {
    let provisioned = is_provisioned(inputs);
    let indexes = inputs.global_secondary_index.iter().flat_map(|it| it.iter());
    let indexes: Vec<_> = indexes.map(|it| global_index(it, provisioned)).collect::<Result<_, Fault>>()?;
    Ok(Some(indexes).filter(|it| !it.is_empty()))
}

pub(super) fn local_indexes(inputs: &Inputs) -> Result<Option<Vec<LocalSecondaryIndex>>, Fault> {
    let hash = inputs.hash_key.as_deref().unwrap_or_default();
    let index = |it: &LocalIndex| {
        let builder = LocalSecondaryIndex::builder().index_name(&it.name);
        let builder = builder.set_key_schema(Some(key(hash, Some(&it.range_key))?));
        built(builder.projection(projection(&it.projection_type, it.non_key_attributes.as_ref())).build())
    };
    let indexes = inputs.local_secondary_index.iter().flat_map(|it| it.iter()).map(index);
    let indexes: Vec<_> = indexes.collect::<Result<_, Fault>>()?;
    Ok(Some(indexes).filter(|it| !it.is_empty()))
}

pub(super) fn stream(enabled: bool, view: Option<&str>) -> Result<StreamSpecification, Fault> {
    let view = view.filter(|_| enabled).map(StreamViewType::from);
    built(StreamSpecification::builder().stream_enabled(enabled).set_stream_view_type(view).build())
}

pub(super) fn encryption(it: Option<&Encryption>) -> SseSpecification {
    let enabled = it.is_some_and(|it| it.enabled);
    let key = it.and_then(|it| it.kms_key_arn.clone()).filter(|_| enabled);
    SseSpecification::builder()
        .enabled(enabled)
        .set_sse_type(enabled.then_some(SseType::Kms))
        .set_kms_master_key_id(key)
        .build()
}

pub(super) fn sdk_tags(tags: &tags::Tags) -> Result<Vec<Tag>, Fault> {
    tags.iter().map(|(key, value)| built(Tag::builder().key(key).value(value).build())).collect()
}
