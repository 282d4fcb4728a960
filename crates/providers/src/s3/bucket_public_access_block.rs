//! `aws_s3_bucket_public_access_block`

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::Identity;
use model::{Attributes, Id};

use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update};

/// What a bucket refuses to make public. AWS makes every bucket with all four settings on;
/// destroying this removes all of them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the bucket.
    #[attr(replace, accepts = ["aws_s3_bucket.id", "aws_s3_bucket.bucket"])]
    pub bucket: String,
    /// Whether calls that would set a public ACL are refused.
    #[attr(default = false)]
    pub block_public_acls: Option<bool>,
    /// Whether a bucket policy that would allow public access is refused.
    #[attr(default = false)]
    pub block_public_policy: Option<bool>,
    /// Whether public ACLs have no effect.
    #[attr(default = false)]
    pub ignore_public_acls: Option<bool>,
    /// Whether a public bucket policy has no effect but for AWS services and the bucket's account.
    #[attr(default = false)]
    pub restrict_public_buckets: Option<bool>,
}

/// What S3 reports about the block.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the bucket.
    pub id: String,
}

/// `aws_s3_bucket_public_access_block`; its id is the bucket's name.
pub struct BucketPublicAccessBlock;

impl Resource for BucketPublicAccessBlock {
    const KIND: &'static str = "aws_s3_bucket_public_access_block";
    const SERVICE: &'static str = "s3";
    const IDENTITY: Identity = Identity::Natural(&["bucket"]);
    const READ_BATCH: usize = 20;
    const IMPORT: &'static str = "BUCKET";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let read = ids.iter().map(|id| async move { Ok::<_, Fault>((id.clone(), ask(aws, &id.0).await?)) });
        let read = try_join_all(read).await?.into_iter();
        Ok(read.filter_map(|(id, inputs)| Some((id, live(inputs?)))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        put(aws, inputs).await?;
        let made = inputs_of(&inputs.bucket, &configuration(inputs));
        Ok(Created { id: Id(inputs.bucket.clone()), live: Some(live(made)), unfinished: false })
    }

    async fn update(aws: &Aws, Update { before, after, .. }: Update<'_, Self>) -> Result<(), Fault> {
        if configuration(before) == configuration(after) {
            return Ok(());
        }
        put(aws, after).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let call = aws.s3().delete_public_access_block().bucket(&id.0);
        call.send().await.found("s3:DeletePublicAccessBlock").map(|_| ())
    }

    /// What a bucket is made with is nobody's setting.
    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.bucket.clone());
        let set = ask(aws, &id.0).await?.is_some_and(|it| configuration(&it) != initial());
        Ok(if set { Found::Unproven(id) } else { Found::Absent })
    }
}

async fn ask(aws: &Aws, bucket: &str) -> Result<Option<Inputs>, Fault> {
    let answer = aws.s3().get_public_access_block().bucket(bucket).send().await.found("s3:GetPublicAccessBlock")?;
    let block = answer.as_ref().and_then(|it| it.public_access_block_configuration());
    Ok(block.map(|it| inputs_of(bucket, it)))
}

async fn put(aws: &Aws, inputs: &Inputs) -> Result<(), Fault> {
    let call = aws.s3().put_public_access_block().bucket(&inputs.bucket);
    let call = call.public_access_block_configuration(configuration(inputs));
    call.send().await.fault("s3:PutPublicAccessBlock").map(|_| ())
}

/// The call sets all four, and leaves none as it was.
fn configuration(inputs: &Inputs) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(inputs.block_public_acls.unwrap_or(false))
        .block_public_policy(inputs.block_public_policy.unwrap_or(false))
        .ignore_public_acls(inputs.ignore_public_acls.unwrap_or(false))
        .restrict_public_buckets(inputs.restrict_public_buckets.unwrap_or(false))
        .build()
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html>
fn initial() -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(true)
        .block_public_policy(true)
        .ignore_public_acls(true)
        .restrict_public_buckets(true)
        .build()
}

fn inputs_of(bucket: &str, it: &PublicAccessBlockConfiguration) -> Inputs {
    Inputs {
        bucket: bucket.to_owned(),
        block_public_acls: Some(it.block_public_acls().unwrap_or(false)),
        block_public_policy: Some(it.block_public_policy().unwrap_or(false)),
        ignore_public_acls: Some(it.ignore_public_acls().unwrap_or(false)),
        restrict_public_buckets: Some(it.restrict_public_buckets().unwrap_or(false)),
    }
}

fn live(inputs: Inputs) -> Live<Inputs, Outputs> {
    Live { outputs: Outputs { id: inputs.bucket.clone() }, inputs, phase: Phase::Ready }
}
