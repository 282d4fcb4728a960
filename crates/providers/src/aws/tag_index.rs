//! Tags of many objects in one call, for services whose own describe lacks them.

use std::collections::{BTreeMap, BTreeSet};

use driver::Fault;
use futures::future::try_join_all;

use super::tags::Tags;
use super::{Answer, Aws};

/// The most ARNs that one call takes.
/// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>
const BATCH: usize = 100;

/// The tags of objects by ARN. One is asked for directly; many through the index, and directly
/// where that knows nothing: it is eventually consistent, and forgets what has no tags.
///
/// # Errors
/// The index or the service does not answer.
pub async fn tags_of<F: Future<Output = Result<Tags, Fault>>>(
    aws: &Aws,
    arns: &[String],
    direct: impl Fn(String) -> F,
) -> Result<BTreeMap<String, Tags>, Fault> {
    let mut tags = if arns.len() > 1 { indexed(aws, arns).await? } else { BTreeMap::new() };
    let unknown: Vec<&String> = arns.iter().filter(|arn| !tags.contains_key(*arn)).collect();
    let direct = unknown.into_iter().map(|arn| async { Ok::<_, Fault>((arn.clone(), direct(arn.clone()).await?)) });
    tags.extend(try_join_all(direct).await?);
    Ok(tags)
}

/// What the Resource Groups Tagging index knows. The services are named too, and an answer that
/// tells more than it was asked for is made use of, so an index that does not heed the ARNs is
/// searched once.
async fn indexed(aws: &Aws, arns: &[String]) -> Result<BTreeMap<String, Tags>, Fault> {
    let mut found: BTreeMap<String, Tags> = BTreeMap::new();
    for batch in arns.chunks(BATCH) {
        let asked: Vec<String> = batch.iter().filter(|arn| !found.contains_key(*arn)).cloned().collect();
        if asked.is_empty() {
            continue;
        }
        let services: BTreeSet<String> =
            asked.iter().filter_map(|arn| Some(arn.split(':').nth(2)?.to_owned())).collect();
        let call = aws.tagging().get_resources().set_resource_type_filters(Some(services.into_iter().collect()));
        let mut pages = call.set_resource_arn_list(Some(asked)).into_paginator().items().send();
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
