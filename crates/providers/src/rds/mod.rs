//! Relational Database Service.
//!
//! What its kinds share: tags, and the paged lists that AWS cannot filter.

pub mod instance;
pub mod parameter_group;
pub mod subnet_group;

use std::collections::BTreeMap;

use aws_sdk_rds::types::Tag;
use driver::Fault;

use crate::aws::{Answer, Aws, tag_index, tags};

/// The most records that one page of a list holds.
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html>
const PAGE: i32 = 100;

fn sdk_tags(tags: &tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn tags_from(list: &[Tag]) -> tags::Tags {
    let pair = |tag: &Tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned());
    list.iter().map(pair).collect()
}

/// The tags of one object.
async fn direct_tags(aws: &Aws, arn: &str) -> Result<tags::Tags, Fault> {
    let answer = aws.rds().list_tags_for_resource().resource_name(arn).send().await.found("rds:ListTagsForResource")?;
    Ok(answer.map(|it| tags_from(it.tag_list())).unwrap_or_default())
}

/// One object is asked directly; many through the tag index.
async fn tags_of(aws: &Aws, arns: &[String]) -> Result<BTreeMap<String, tags::Tags>, Fault> {
    tag_index::tags_of(aws, arns, |arn| async move { direct_tags(aws, &arn).await }).await
}

/// Brings the tags of an object from `before` to `after`.
async fn retag(aws: &Aws, arn: &str, before: Option<&tags::Tags>, after: Option<&tags::Tags>) -> Result<(), Fault> {
    let (set, removed) = tags::difference(before, after);
    if !removed.is_empty() {
        let call = aws.rds().remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(removed));
        call.send().await.fault("rds:RemoveTagsFromResource")?;
    }
    if !set.is_empty() {
        let call = aws.rds().add_tags_to_resource().resource_name(arn).set_tags(Some(sdk_tags(&set)));
        call.send().await.fault("rds:AddTagsToResource")?;
    }
    Ok(())
}
