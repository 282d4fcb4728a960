//! `aws_s3_bucket_server_side_encryption_configuration`

use aws_sdk_s3::types::{
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::Identity;
use model::typed::Blocks;
use model::{Attributes, Id};

use super::{id_of, split};
use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update};

/// How new objects of a bucket are encrypted. Destroying it goes back to AWS's default, keys
/// that S3 manages.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the bucket.
    #[attr(replace, accepts = ["aws_s3_bucket.id", "aws_s3_bucket.bucket"])]
    pub bucket: String,
    /// Account that must own the bucket; a call fails where another does.
    #[attr(replace, pattern = "[0-9]{12}")]
    pub expected_bucket_owner: Option<String>,
    /// The rule; S3 takes one.
    #[attr(length = 1..=1)]
    pub rule: Blocks<EncryptionRule>,
}

/// How objects are encrypted that say nothing themselves.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct EncryptionRule {
    /// Encryption of objects that say nothing themselves.
    pub apply_server_side_encryption_by_default: Option<Default>,
    /// Whether one key per bucket stands in for calls to KMS, which costs less.
    #[attr(default = false)]
    pub bucket_key_enabled: Option<bool>,
}

/// Encryption of objects that say nothing themselves.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Default {
    /// KMS key; AWS's own key for S3 when unset.
    #[attr(accepts = ["aws_kms_key.arn", "aws_kms_key.key_id", "aws_kms_key.id"])]
    pub kms_master_key_id: Option<String>,
    /// `AES256` for keys that S3 manages, `aws:kms` or `aws:kms:dsse` for a key in KMS.
    #[attr(allowed = ["AES256", "aws:kms", "aws:kms:dsse"])]
    pub sse_algorithm: String,
}

/// What S3 reports about the setting.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// `BUCKET`, or `BUCKET,OWNER`.
    pub id: String,
}

/// `aws_s3_bucket_server_side_encryption_configuration`; its id is `BUCKET` or `BUCKET,OWNER`.
pub struct BucketEncryption;

impl Resource for BucketEncryption {
    const KIND: &'static str = "aws_s3_bucket_server_side_encryption_configuration";
    const SERVICE: &'static str = "s3";
    const IDENTITY: Identity = Identity::Natural(&["bucket"]);
    const READ_BATCH: usize = 20;
    const IMPORT: &'static str = "BUCKET";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let read = ids.iter().map(|id| async move { Ok::<_, Fault>((id.clone(), ask(aws, id).await?)) });
        let read = try_join_all(read).await?.into_iter();
        Ok(read.filter_map(|(id, rules)| Some((id.clone(), live(&id, rules?)))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let id = id_of(&inputs.bucket, inputs.expected_bucket_owner.as_deref());
        put(aws, &id, &inputs.rule).await?;
        let live = live(&id, inputs.rule.clone());
        Ok(Created { id, live: Some(live), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.rule == after.rule {
            return Ok(());
        }
        put(aws, id, &after.rule).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let (bucket, owner) = split(id);
        let call = aws.s3().delete_bucket_encryption().bucket(bucket).set_expected_bucket_owner(owner);
        call.send().await.found("s3:DeleteBucketEncryption").map(|_| ())
    }

    /// What a bucket is made with is nobody's setting.
    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        let id = id_of(&inputs.bucket, inputs.expected_bucket_owner.as_deref());
        let set = ask(aws, &id).await?.is_some_and(|rules| !rules.iter().all(is_initial));
        Ok(if set { Found::Unproven(id) } else { Found::Absent })
    }
}

fn is_initial(rule: &EncryptionRule) -> bool {
    rule.bucket_key_enabled != Some(true)
        && rule.apply_server_side_encryption_by_default.as_ref().is_none_or(|it| it.sse_algorithm == "AES256")
}

async fn ask(aws: &Aws, id: &Id) -> Result<Option<Blocks<EncryptionRule>>, Fault> {
    let (bucket, owner) = split(id);
    let call = aws.s3().get_bucket_encryption().bucket(bucket).set_expected_bucket_owner(owner);
    let answer = call.send().await.found("s3:GetBucketEncryption")?;
    let configuration = answer.as_ref().and_then(|it| it.server_side_encryption_configuration());
    Ok(configuration.map(|it| it.rules().iter().map(rule).collect()))
}

fn rule(it: &ServerSideEncryptionRule) -> EncryptionRule {
    let default = |it: &ServerSideEncryptionByDefault| Default {
        kms_master_key_id: it.kms_master_key_id().map(str::to_owned),
        sse_algorithm: it.sse_algorithm().as_str().to_owned(),
    };
    EncryptionRule {
        apply_server_side_encryption_by_default: it.apply_server_side_encryption_by_default().map(default),
        bucket_key_enabled: Some(it.bucket_key_enabled().unwrap_or(false)),
    }
}

async fn put(aws: &Aws, id: &Id, rules: &[EncryptionRule]) -> Result<(), Fault> {
    let operation = "s3:PutBucketEncryption";
    let wrong = |wrong: aws_smithy_types::error::operation::BuildError| Fault::invalid(operation, wrong.to_string());
    let default = |it: &Default| {
        ServerSideEncryptionByDefault::builder()
            .sse_algorithm(ServerSideEncryption::from(it.sse_algorithm.as_str()))
            .set_kms_master_key_id(it.kms_master_key_id.clone())
            .build()
    };
    let mut configuration = ServerSideEncryptionConfiguration::builder();
    for it in rules {
        let by_default = it.apply_server_side_encryption_by_default.as_ref().map(default).transpose().map_err(wrong)?;
        configuration = configuration.rules(
            ServerSideEncryptionRule::builder()
                .set_apply_server_side_encryption_by_default(by_default)
                .set_bucket_key_enabled(it.bucket_key_enabled)
                .build(),
        );
    }
    let (bucket, owner) = split(id);
    let call = aws.s3().put_bucket_encryption().bucket(bucket).set_expected_bucket_owner(owner);
    let call = call.server_side_encryption_configuration(configuration.build().map_err(wrong)?);
    call.send().await.fault(operation).map(|_| ())
}

fn live(id: &Id, rule: Blocks<EncryptionRule>) -> Live<Inputs, Outputs> {
    let (bucket, owner) = split(id);
    Live {
        inputs: Inputs { bucket: bucket.to_owned(), expected_bucket_owner: owner, rule },
        outputs: Outputs { id: id.0.clone() },
        phase: Phase::Ready,
    }
}
