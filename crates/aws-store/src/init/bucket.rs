//! The bucket: ours, in the right region, versioned, encrypted, private, reached by TLS only.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
    VersioningConfiguration,
};
use driver::{Fault, FaultKind};

use super::{Done, Outcome, Report, Setup, patiently, set, switched};
use crate::fault;

/// The region that takes no location.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
const NAMELESS: &str = "us-east-1";

impl Setup<'_> {
    /// Makes the bucket and sets it up.
    pub async fn bucket(&self, report: Report<'_>) -> Result<(), Fault> {
        let outcome = self.make_bucket().await?;
        let thing = format!("bucket `{}` in {}", self.settings.bucket, self.connection.region);
        report(Done { thing, outcome });
        report(switched("versioning of the bucket", self.versioning().await?));
        report(switched("encryption of the bucket", self.encryption().await?));
        report(switched("block of all public access to the bucket", self.public_access().await?));
        report(switched("refusal of requests to the bucket without TLS", self.policy().await?));
        report(switched("expiry of old versions in the bucket", self.lifecycle().await?));
        Ok(())
    }

    async fn make_bucket(&self) -> Result<Outcome, Fault> {
        let operation = "s3:HeadBucket";
        let head = self.connection.s3.head_bucket().bucket(self.name()).expected_bucket_owner(self.account());
        match fault::bucket(operation, head.send().await) {
            Ok(head) => {
                if self.is_listed().await? == Some(false) {
                    return Err(self.anothers(operation));
                }
                match head.bucket_region().filter(|region| *region != self.connection.region) {
                    Some(region) => Err(fault::elsewhere(operation, region)),
                    None => Ok(Outcome::AlreadySo),
                }
            }
            Err(fault) if fault.kind == FaultKind::NotFound => self.create_bucket().await,
            Err(fault) if fault.kind == FaultKind::Denied => match self.is_listed().await? {
                Some(true) => Err(fault),
                Some(false) => Err(self.anothers(operation)),
                None => {
                    let message = format!("{}, or the bucket belongs to another account", fault.message);
                    Err(Fault { message, ..fault })
                }
            },
            Err(fault) => Err(fault),
        }
    }

    /// Whether the bucket is among the account's own; `None` where these credentials may not list
    /// them. The condition on the owner says it already, but only AWS's own S3 is sure to heed it.
    async fn is_listed(&self) -> Result<Option<bool>, Fault> {
        let mut pages = self.connection.s3.list_buckets().prefix(self.name()).into_paginator().send();
        while let Some(page) = pages.next().await {
            match fault::bucket("s3:ListBuckets", page) {
                Ok(page) if page.buckets().iter().any(|it| it.name() == Some(self.name())) => return Ok(Some(true)),
                Ok(_) => {}
                Err(fault) if fault.kind == FaultKind::Denied => return Ok(None),
                Err(fault) => return Err(fault),
            }
        }
        Ok(Some(false))
    }

    async fn create_bucket(&self) -> Result<Outcome, Fault> {
        let operation = "s3:CreateBucket";
        let region = self.connection.region.as_str();
        let location = (region != NAMELESS).then(|| {
            CreateBucketConfiguration::builder().location_constraint(BucketLocationConstraint::from(region)).build()
        });
        let call = self.connection.s3.create_bucket().bucket(self.name()).set_create_bucket_configuration(location);
        match fault::bucket(operation, call.send().await) {
            Ok(_) => Ok(Outcome::Made),
            Err(fault) if fault.code.as_deref() == Some("BucketAlreadyOwnedByYou") => Ok(Outcome::AlreadySo),
            Err(fault) if fault.code.as_deref() == Some("BucketAlreadyExists") => Err(self.anothers(operation)),
            Err(fault) => Err(fault),
        }
    }

    fn anothers(&self, operation: &str) -> Fault {
        let message = format!(
            "the bucket `{}` belongs to another account than {}: names of buckets are taken worldwide, so name another \
             one under `[state]`",
            self.name(),
            self.account()
        );
        Fault::new(FaultKind::Denied, operation, message)
    }

    async fn versioning(&self) -> Result<bool, Fault> {
        let read = self.connection.s3.get_bucket_versioning().bucket(self.name());
        let read = read.expected_bucket_owner(self.account()).send().await;
        let read = set(fault::bucket("s3:GetBucketVersioning", read))?;
        if read.and_then(|it| it.status) == Some(BucketVersioningStatus::Enabled) {
            return Ok(true);
        }
        patiently(|| async {
            let on = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
            let call = self.connection.s3.put_bucket_versioning().bucket(self.name()).versioning_configuration(on);
            fault::bucket("s3:PutBucketVersioning", call.expected_bucket_owner(self.account()).send().await)
        })
        .await
        .map(|_| false)
    }

    /// Whatever encryption is there stays: AWS encrypts every bucket, and who chose a key of KMS
    /// meant it.
    async fn encryption(&self) -> Result<bool, Fault> {
        let read = self.connection.s3.get_bucket_encryption().bucket(self.name());
        let read = read.expected_bucket_owner(self.account()).send().await;
        let read = set(fault::bucket("s3:GetBucketEncryption", read))?;
        let rules = read.as_ref().and_then(|it| it.server_side_encryption_configuration()).map(|it| it.rules());
        if rules.unwrap_or_default().iter().any(|rule| rule.apply_server_side_encryption_by_default().is_some()) {
            return Ok(true);
        }
        let operation = "s3:PutBucketEncryption";
        let wrong =
            |wrong: aws_smithy_types::error::operation::BuildError| Fault::invalid(operation, wrong.to_string());
        let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build();
        let rule = ServerSideEncryptionRule::builder()
            .apply_server_side_encryption_by_default(default.map_err(wrong)?)
            .build();
        let on = ServerSideEncryptionConfiguration::builder().rules(rule).build().map_err(wrong)?;
        patiently(|| async {
            let call = self.connection.s3.put_bucket_encryption().bucket(self.name());
            let call = call.server_side_encryption_configuration(on.clone()).expected_bucket_owner(self.account());
            fault::bucket(operation, call.send().await)
        })
        .await
        .map(|_| false)
    }

    async fn public_access(&self) -> Result<bool, Fault> {
        let read = self.connection.s3.get_public_access_block().bucket(self.name());
        let read = read.expected_bucket_owner(self.account()).send().await;
        let read = set(fault::bucket("s3:GetPublicAccessBlock", read))?;
        let all = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .ignore_public_acls(true)
            .block_public_policy(true)
            .restrict_public_buckets(true)
            .build();
        if read.as_ref().and_then(|it| it.public_access_block_configuration()) == Some(&all) {
            return Ok(true);
        }
        patiently(|| async {
            let call = self.connection.s3.put_public_access_block().bucket(self.name());
            let call = call.public_access_block_configuration(all.clone()).expected_bucket_owner(self.account());
            fault::bucket("s3:PutPublicAccessBlock", call.send().await)
        })
        .await
        .map(|_| false)
    }

    pub(super) fn name(&self) -> &str {
        &self.settings.bucket
    }

    pub(super) fn account(&self) -> &str {
        &self.settings.account
    }
}
