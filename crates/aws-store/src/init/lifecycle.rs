//! The bucket's lifecycle: old versions of state go at some time.
//!
//! In: the rules that are there. Out: the same with one rule more, which is about stackctl's own
//! objects alone: the bucket may hold others'.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, TransitionDefaultMinimumObjectSize,
};
use driver::Fault;

use super::{Setup, patiently, set};
use crate::fault;
use crate::settings::Settings;

/// Days after which a snapshot that was replaced goes.
const DAYS: i32 = 90;
/// Days after which an upload that was never finished goes.
const UNFINISHED: i32 = 7;

impl Setup<'_> {
    pub(super) async fn lifecycle(&self) -> Result<bool, Fault> {
        let operation = "s3:PutBucketLifecycleConfiguration";
        let read = self.connection.s3.get_bucket_lifecycle_configuration().bucket(self.name());
        let read = read.expected_bucket_owner(self.account()).send().await;
        let read = set(fault::bucket("s3:GetBucketLifecycleConfiguration", read))?;
        let there = read.as_ref().map(|it| it.rules()).unwrap_or_default();
        let wrong =
            |wrong: aws_smithy_types::error::operation::BuildError| Fault::invalid(operation, wrong.to_string());
        let ours = rule(&self.settings.key).map_err(wrong)?;
        let Some(rules) = merge(there, ours) else { return Ok(true) };
        // A setting of the whole configuration, which a write without it would reset.
        let smallest = read.as_ref().and_then(|it| it.transition_default_minimum_object_size());
        let smallest: Option<TransitionDefaultMinimumObjectSize> = smallest.cloned();
        let all = BucketLifecycleConfiguration::builder().set_rules(Some(rules)).build().map_err(wrong)?;
        patiently(|| async {
            let call = self.connection.s3.put_bucket_lifecycle_configuration().bucket(self.name());
            let call = call
                .lifecycle_configuration(all.clone())
                .set_transition_default_minimum_object_size(smallest.clone())
                .expected_bucket_owner(self.account());
            fault::bucket(operation, call.send().await)
        })
        .await
        .map(|_| false)
    }
}

/// The rule for the snapshot with this key, and all others that lie where stackctl puts them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>
fn rule(key: &str) -> Result<LifecycleRule, aws_smithy_types::error::operation::BuildError> {
    let prefix = if key.starts_with(Settings::FOLDER) { Settings::FOLDER } else { key };
    LifecycleRule::builder()
        .id(format!("stackctl: old versions of {prefix}"))
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
        .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(DAYS).build())
        .abort_incomplete_multipart_upload(
            AbortIncompleteMultipartUpload::builder().days_after_initiation(UNFINISHED).build(),
        )
        .build()
}

/// The rules with ours; `None` where it is there.
fn merge(there: &[LifecycleRule], ours: LifecycleRule) -> Option<Vec<LifecycleRule>> {
    if there.contains(&ours) {
        return None;
    }
    let others = there.iter().filter(|rule| rule.id() != ours.id()).cloned();
    Some(others.chain([ours.clone()]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_rules_stay() {
        let ours = rule("stackctl/shop/state.json").expect("a rule");
        assert_eq!(merge(&[], ours.clone()), Some(vec![ours.clone()]));
        let logs = LifecycleRule::builder().id("logs").status(ExpirationStatus::Disabled).build().expect("a rule");
        assert_eq!(merge(std::slice::from_ref(&logs), ours.clone()), Some(vec![logs.clone(), ours.clone()]));
        assert_eq!(merge(&[ours.clone(), logs.clone()], ours.clone()), None);
        let mut former = ours.clone();
        former.status = ExpirationStatus::Disabled;
        assert_eq!(merge(&[former, logs.clone()], ours.clone()), Some(vec![logs, ours]));
    }

    #[test]
    fn the_rule_is_about_our_own_objects() {
        let prefix = |key: &str| rule(key).expect("a rule").filter.and_then(|it| it.prefix);
        assert_eq!(prefix("stackctl/shop/state.json").as_deref(), Some("stackctl/"));
        assert_eq!(prefix("elsewhere/state.json").as_deref(), Some("elsewhere/state.json"));
    }
}
