//! `aws_s3_bucket_versioning`

use aws_sdk_s3::types::{BucketVersioningStatus, MfaDelete, VersioningConfiguration};
use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::Identity;
use model::{Attributes, Id};

use super::{id_of, split};
use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update};

/// Whether a bucket keeps old versions of its objects. Destroying it suspends versioning, for a
/// bucket never loses its versions.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the bucket.
    #[attr(replace, accepts = ["aws_s3_bucket.id", "aws_s3_bucket.bucket"])]
    pub bucket: String,
    /// Account that must own the bucket; a call fails where another does.
    #[attr(replace, pattern = "[0-9]{12}")]
    pub expected_bucket_owner: Option<String>,
    /// Serial number of an MFA device, a space and its code; needed for every change while
    /// `mfa_delete` is on. Only read with a change.
    #[attr(local)]
    pub mfa: Option<String>,
    /// The setting.
    pub versioning_configuration: Versioning,
}

/// What happens to old versions.
#[derive(Attributes, Clone, Debug)]
pub struct Versioning {
    /// Whether deleting versions needs an MFA code.
    #[attr(computed, allowed = ["Enabled", "Disabled"])]
    pub mfa_delete: Option<String>,
    /// `Enabled` keeps old versions, `Suspended` keeps no new ones. `Disabled` is only for
    /// buckets that were never versioned.
    #[attr(allowed = ["Enabled", "Suspended", "Disabled"])]
    pub status: String,
}

/// What S3 reports about the setting.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// `BUCKET`, or `BUCKET,OWNER`.
    pub id: String,
}

/// `aws_s3_bucket_versioning`; its id is `BUCKET` or `BUCKET,OWNER`.
pub struct BucketVersioning;

const NEVER: &str = "Disabled";

impl Resource for BucketVersioning {
    const KIND: &'static str = "aws_s3_bucket_versioning";
    const SERVICE: &'static str = "s3";
    const IDENTITY: Identity = Identity::Natural(&["bucket"]);
    const READ_BATCH: usize = 20;
    const IMPORT: &'static str = "BUCKET";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let read = ids.iter().map(|id| async move { Ok::<_, Fault>((id.clone(), ask(aws, id).await?)) });
        let read = try_join_all(read).await?.into_iter();
        Ok(read.filter_map(|(id, setting)| Some((id.clone(), live(&id, setting?)))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let id = id_of(&inputs.bucket, inputs.expected_bucket_owner.as_deref());
        put(aws, &id, &inputs.versioning_configuration, inputs.mfa.as_deref()).await?;
        let live = live(&id, inputs.versioning_configuration.clone());
        Ok(Created { id, live: Some(live), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let (old, new) = (&before.versioning_configuration, &after.versioning_configuration);
        if old.status == new.status && old.mfa_delete == new.mfa_delete {
            return Ok(());
        }
        if new.status == NEVER {
            let message = "versioning that was once enabled can only be suspended: write `status = \"Suspended\"`";
            return Err(Fault::invalid("s3:PutBucketVersioning", message));
        }
        put(aws, id, new, after.mfa.as_deref()).await
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        let Some(now) = ask(aws, id).await? else { return Ok(()) };
        if now.status != "Enabled" {
            return Ok(());
        }
        let suspended = Versioning { mfa_delete: None, status: "Suspended".to_owned() };
        put(aws, id, &suspended, before.mfa.as_deref()).await
    }

    /// What a bucket is made with, and what a delete leaves, is nobody's setting.
    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        let id = id_of(&inputs.bucket, inputs.expected_bucket_owner.as_deref());
        let set = ask(aws, &id).await?.is_some_and(|it| it.status == "Enabled");
        Ok(if set { Found::Unproven(id) } else { Found::Absent })
    }
}

async fn ask(aws: &Aws, id: &Id) -> Result<Option<Versioning>, Fault> {
    let (bucket, owner) = split(id);
    let call = aws.s3().get_bucket_versioning().bucket(bucket).set_expected_bucket_owner(owner);
    let Some(it) = call.send().await.found("s3:GetBucketVersioning")? else { return Ok(None) };
    Ok(Some(Versioning {
        mfa_delete: it.mfa_delete().map(|it| it.as_str().to_owned()),
        status: it.status().map_or(NEVER, |it| it.as_str()).to_owned(),
    }))
}

async fn put(aws: &Aws, id: &Id, setting: &Versioning, mfa: Option<&str>) -> Result<(), Fault> {
    if setting.status == NEVER {
        return Ok(());
    }
    let (bucket, owner) = split(id);
    let configuration = VersioningConfiguration::builder()
        .status(BucketVersioningStatus::from(setting.status.as_str()))
        .set_mfa_delete(setting.mfa_delete.as_deref().map(MfaDelete::from));
    let call = aws
        .s3()
        .put_bucket_versioning()
        .bucket(bucket)
        .set_expected_bucket_owner(owner)
        .set_mfa(mfa.map(str::to_owned))
        .versioning_configuration(configuration.build());
    call.send().await.fault("s3:PutBucketVersioning").map(|_| ())
}

fn live(id: &Id, setting: Versioning) -> Live<Inputs, Outputs> {
    let (bucket, owner) = split(id);
    Live {
        inputs: Inputs {
            bucket: bucket.to_owned(),
            expected_bucket_owner: owner,
            mfa: None,
            versioning_configuration: setting,
        },
        outputs: Outputs { id: id.0.clone() },
        phase: Phase::Ready,
    }
}
