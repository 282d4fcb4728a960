//! Tags of many objects in one call, for services whose own describe lacks them.

use std::collections::BTreeMap;

use driver::Fault;

use super::tags::Tags;
use super::{Answer, Aws};

/// The most ARNs that one call takes.
/// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>
const BATCH: usize = 100;

/// The tags of objects by ARN, from the Resource Groups Tagging index. The index is eventually
/// consistent and forgets what has no tags, so an ARN without an entry has to be asked for by
/// its own service.
///
/// # Errors
/// The index does not answer.
pub async fn tags_of(aws: &Aws, arns: &[String]) -> Result<BTreeMap<String, Tags>, Fault> {
    let mut found = BTreeMap::new();
    for batch in arns.chunks(BATCH) {
        let call = aws.tagging().get_resources().set_resource_arn_list(Some(batch.to_vec()));
        let mut pages = call.into_paginator().items().send();
        while let Some(mapping) = pages.next().await {
            let mapping = mapping.fault("tagging:GetResources")?;
            let pair = |tag: &aws_sdk_resourcegroupstagging::types::Tag| (tag.key().to_owned(), tag.value().to_owned());
            let tags = mapping.tags().iter().map(pair).collect();
            found.insert(mapping.resource_arn().unwrap_or_default().to_owned(), tags);
        }
    }
    found.retain(|arn, _| arns.contains(arn));
    Ok(found)
}
