//! Identity and Access Management: roles, policies, and what joins them.
//!
//! In: typed arguments. Out: what IAM says. It must not know who assumes a role.
//!
//! IAM answers from many places that agree only after a while, so "not there" about a role or a
//! policy in the arguments of a call means "not yet":
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>.

pub mod data_policy;
pub mod policy;
pub mod role;
pub mod role_policy;
pub mod role_policy_attachment;

use std::future::Future;

use aws_sdk_iam::types::Tag;
use driver::{Fault, FaultKind};
use futures::{StreamExt, TryStreamExt, stream};
use model::catalog::Timing;
use model::typed::Policy;

use crate::aws::{Aws, tags};

/// How many objects are read at the same time where IAM has no call for several.
const READERS: usize = 5;

/// IAM is quick, and slow to be of one mind.
const TIMING: Timing = Timing::seconds(1, 1, 1, 300);

/// Reads things one by one, a few at a time, and leaves out what is not there.
async fn each<K, T, F>(keys: impl IntoIterator<Item = K>, read: impl Fn(K) -> F) -> Result<Vec<T>, Fault>
where
    F: Future<Output = Result<Option<T>, Fault>>,
{
    let reads = stream::iter(keys).map(read).buffer_unordered(READERS);
    reads.try_filter_map(|it| async move { Ok(it) }).try_collect().await
}

/// The ARN of something in IAM, which belongs to no region.
fn arn(aws: &Aws, resource: &str) -> String {
    format!("arn:{}:iam::{}:{resource}", aws.partition(), aws.account())
}

/// The name of something whose name may be made of a prefix and the token before it is created.
fn name_of<'a>(kind: &str, name: Option<&'a String>) -> Result<&'a str, Fault> {
    name.map(String::as_str).ok_or_else(|| Fault::invalid(kind, "`name` is not set"))
}

/// A policy document as IAM answers it: percent-encoded JSON.
fn document(operation: &str, text: &str) -> Result<Policy, Fault> {
    let wrong = |wrong: &dyn std::fmt::Display| {
        Fault::new(FaultKind::Unknown, operation, format!("AWS answered a policy that is not JSON: {wrong}"))
    };
    let text = percent_encoding::percent_decode_str(text).decode_utf8().map_err(|it| wrong(&it))?;
    Policy::from_text(&text).map_err(|it| wrong(&it))
}

fn sdk_tags(tags: &tags::Tags) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let built: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    built.map_err(|wrong| Fault::invalid("iam:TagResource", wrong.to_string()))
}

fn tags_of(tags: &[Tag]) -> tags::Tags {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// A principal or a policy that was just made is not everywhere yet.
fn soon<T>(answer: Result<T, Fault>) -> Result<T, Fault> {
    answer.map_err(|fault| {
        let missing = fault.kind == FaultKind::NotFound || fault.message.contains("Invalid principal in policy");
        if missing { Fault { kind: FaultKind::NotYet, ..fault } } else { fault }
    })
}
