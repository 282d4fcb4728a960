//! What EC2's calls have in common: filters, tags, and the shape of its answers.
//!
//! In: plain values. Out: the SDK's. It must not know any kind.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use driver::{Fault, Token};
use model::{Id, Known};

use crate::aws::tags::{self, Tags};
use crate::aws::{Answer, Aws};

/// How many objects one call serves: a filter takes at most 200 values.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html>
pub const BATCH: usize = 200;

/// A filter of a describe call. Reads filter instead of asking by id, because one id that is
/// gone fails a call that names it.
pub fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// The filter that keeps the objects with these ids.
pub fn by_ids(name: &str, ids: &[Id]) -> Filter {
    filter(name, ids.iter().map(|id| &id.0))
}

/// The filter that keeps what a create with this token made.
pub fn by_token(token: &Token) -> Filter {
    filter(&format!("tag:{}", Token::TAG), [&token.0])
}

/// The filters that keep what carries all of these tags.
pub fn by_tags(tags: Option<&Tags>) -> Vec<Filter> {
    tags.into_iter().flatten().map(|(key, value)| filter(&format!("tag:{key}"), [value])).collect()
}

/// The tags of a create call.
pub fn tag_specification(kind: ResourceType, tags: Option<&Tags>, token: &Token) -> TagSpecification {
    let tags = tags::with_token(tags, token);
    TagSpecification::builder().resource_type(kind).set_tags(Some(sdk_tags(&tags))).build()
}

/// The tags of an answer.
pub fn tags(tags: &[Tag]) -> Tags {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    tags.iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

/// Brings the tags of an object from `before` to `after`.
pub async fn retag(aws: &Aws, id: &Id, before: Option<&Tags>, after: Option<&Tags>) -> Result<(), Fault> {
    let (set, removed) = tags::difference(before, after);
    if !removed.is_empty() {
        let keys = removed.into_iter().map(|key| Tag::builder().key(key).build()).collect();
        let call = aws.ec2().delete_tags().resources(&id.0).set_tags(Some(keys));
        call.send().await.fault("ec2:DeleteTags")?;
    }
    if !set.is_empty() {
        let call = aws.ec2().create_tags().resources(&id.0).set_tags(Some(sdk_tags(&set)));
        call.send().await.fault("ec2:CreateTags")?;
    }
    Ok(())
}

/// A text of an answer; EC2 marks all of them optional.
pub fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// A text that may be missing; EC2 writes some missing ones as empty.
pub fn optional(value: Option<&str>) -> Option<String> {
    value.filter(|it| !it.is_empty()).map(str::to_owned)
}

/// Whether an argument that AWS does not tell back was another value before; one that nobody
/// remembers, as after an import, is taken for the same.
pub fn is_another(before: &Known, after: &Known) -> bool {
    !before.is_null() && before != after
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
