//! Elastic Container Service: clusters, task definitions, services.
//!
//! In: typed arguments. Out: what ECS says. It must not know IAM or load balancers, whose ARNs
//! it only passes on.

pub mod cluster;
pub mod service;
pub mod task_definition;

mod wire;

use aws_sdk_ecs::types::Tag;
use driver::{Fault, FaultKind};

use crate::aws::{Answer, Aws, tags};
use wire::Wire;

/// Brings the tags of the object with an ARN from `before` to `after`.
async fn retag(aws: &Aws, arn: &str, before: Option<&tags::Tags>, after: Option<&tags::Tags>) -> Result<(), Fault> {
    let (set, removed) = tags::difference(before, after);
    if !removed.is_empty() {
        let call = aws.ecs().untag_resource().resource_arn(arn).set_tag_keys(Some(removed));
        call.send().await.fault("ecs:UntagResource")?;
    }
    if !set.is_empty() {
        let call = aws.ecs().tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(&set)));
        call.send().await.fault("ecs:TagResource")?;
    }
    Ok(())
}

fn sdk_tags(tags: &tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

fn tags_of(tags: &[Tag]) -> tags::Tags {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    tags.iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

/// Blocks as the SDK takes them; what it misses is an argument that AWS would refuse.
fn wired<S, T: Wire<S>>(operation: &str, it: &T) -> Result<S, Fault> {
    it.to_wire().map_err(|wrong| Fault::invalid(operation, wrong.to_string()))
}

/// ECS answers most mistakes with one of two codes, and only the words tell them apart.
trait FaultWords<T> {
    /// Gives the fault another kind when its message holds one of these.
    fn words_mean(self, words: &[&str], kind: FaultKind) -> Result<T, Fault>;
}

impl<T> FaultWords<T> for Result<T, Fault> {
    fn words_mean(self, words: &[&str], kind: FaultKind) -> Self {
        self.map_err(|fault| match words.iter().any(|it| fault.message.contains(it)) {
            true => Fault { kind, ..fault },
            false => fault,
        })
    }
}

/// The last part of an ARN, or a name as it is.
fn name_in(arn_or_name: &str) -> &str {
    arn_or_name.rsplit('/').next().unwrap_or(arn_or_name)
}

/// A describe call lists what it did not find beside what it found. Anything but "missing" must
/// not be taken for absence.
fn only_missing<'a>(operation: &str, reasons: impl Iterator<Item = Option<&'a str>>) -> Result<(), Fault> {
    match reasons.flatten().find(|reason| *reason != "MISSING") {
        None => Ok(()),
        Some(reason) => Err(Fault::new(FaultKind::Unknown, operation, format!("AWS answered `{reason}`"))),
    }
}
