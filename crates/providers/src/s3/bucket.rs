//! `aws_s3_bucket`

use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration, ObjectLockEnabled, Tag, Tagging};
use driver::{Created, Fault, FaultKind, Found, Live, Obstacle, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Naming};
use model::schema::Rule;
use model::{Attributes, Id};

use super::{empty, website_zone};
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// A bucket of objects.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the bucket, unique among all accounts. When neither it nor `bucket_prefix` is set,
    /// stackctl makes one. Changing it makes another bucket.
    #[attr(replace, computed, length = 3..=63, pattern = "[a-z0-9][a-z0-9.-]*[a-z0-9]")]
    pub bucket: Option<String>,
    /// What a generated name begins with. Changing it makes another bucket.
    #[attr(replace, length = 1..=55, pattern = "[a-z0-9][a-z0-9.-]*")]
    pub bucket_prefix: Option<String>,
    /// Whether deleting the bucket deletes all objects in it, old versions included. Without it,
    /// a bucket with objects is not deleted. Only stackctl reads it.
    #[attr(local, default = false)]
    pub force_destroy: Option<bool>,
    /// Whether objects can be locked against deletion, which also turns versioning on. Changing
    /// it makes another bucket.
    #[attr(replace, computed)]
    pub object_lock_enabled: Option<bool>,
    /// Tags of the bucket.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// What S3 reports about a bucket.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the bucket.
    pub id: String,
    /// ARN of the bucket.
    pub arn: String,
    /// Host name of the bucket, as `NAME.s3.amazonaws.com`.
    pub bucket_domain_name: String,
    /// Host name of the bucket in its region, as `NAME.s3.REGION.amazonaws.com`; what CloudFront
    /// should use.
    pub bucket_regional_domain_name: String,
    /// Id of the Route 53 zone of the region's website endpoint, for alias records.
    pub hosted_zone_id: String,
    /// Region of the bucket.
    pub region: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_s3_bucket`; its id is its name.
pub struct Bucket;

impl Resource for Bucket {
    const KIND: &'static str = "aws_s3_bucket";
    const SERVICE: &'static str = "s3";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "bucket", prefix: Some("bucket_prefix"), scope: &[], shared: false });
    const READ_BATCH: usize = 20;
    const IMPORT: &'static str = "BUCKET";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["bucket", "bucket_prefix"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let read = ids.iter().map(|id| async move { Ok::<_, Fault>((id.clone(), ask(aws, &id.0, want).await?)) });
        let read = try_join_all(read).await?.into_iter();
        Ok(read.filter_map(|(id, live)| Some((id, live?))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "s3:CreateBucket";
        let name = inputs.bucket.clone().unwrap_or_default();
        if aws.region() == NAMELESS && exists(aws, &name).await? {
            let message = format!("a bucket named `{name}` exists already in this account");
            return Err(Fault::new(FaultKind::Conflict, operation, message));
        }
        let location = (aws.region() != NAMELESS).then(|| BucketLocationConstraint::from(aws.region()));
        let tags = sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))?;
        let configuration =
            CreateBucketConfiguration::builder().set_location_constraint(location).set_tags(Some(tags)).build();
        let call = aws
            .s3()
            .create_bucket()
            .bucket(&name)
            .create_bucket_configuration(configuration)
            .set_object_lock_enabled_for_bucket(inputs.object_lock_enabled.filter(|locked| *locked));
        call.send().await.fault(operation)?;
        let locked = Some(inputs.object_lock_enabled.unwrap_or(false));
        let live = live(aws, &name, locked, Some(inputs.tags.clone().unwrap_or_default()));
        Ok(Created { id: Id(name), live: Some(live), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
        if set.is_empty() && removed.is_empty() {
            return Ok(());
        }
        // The call replaces all tags, so those of AWS, of others and our token go with it.
        let mut all = tags_of(aws, &id.0).await?.unwrap_or_default();
        all.retain(|key, _| !removed.contains(key));
        all.extend(set);
        let operation = "s3:PutBucketTagging";
        let tagging = Tagging::builder().set_tag_set(Some(sdk_tags(&all)?)).build();
        let tagging = tagging.map_err(|wrong| Fault::invalid(operation, wrong.to_string()))?;
        aws.s3().put_bucket_tagging().bucket(&id.0).tagging(tagging).send().await.fault(operation).map(|_| ())
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        if before.force_destroy == Some(true) {
            empty::empty(aws, &id.0, before.object_lock_enabled == Some(true)).await?;
        }
        aws.s3().delete_bucket().bucket(&id.0).send().await.found("s3:DeleteBucket").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.bucket.clone().unwrap_or_default());
        let Some(tags) = tags_of(aws, &id.0).await? else { return Ok(Found::Absent) };
        Ok(if tags::carries(&tags, token) { Found::Ours(id) } else { Found::Foreign(id) })
    }

    async fn obstacles(aws: &Aws, id: &Id, before: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        if before.force_destroy == Some(true) || empty::is_empty(aws, &id.0).await? {
            return Ok(Vec::new());
        }
        Ok(vec![Obstacle {
            reason: format!("the bucket `{id}` still holds objects or old versions of objects"),
            help: "set `force_destroy = true` and apply, or delete the objects".to_owned(),
            by: None,
        }])
    }
}

/// The region that takes no location, and in which making a bucket of one's own again succeeds.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
const NAMELESS: &str = "us-east-1";

/// One bucket. Its tags tell that it is there too, so only without them it is asked for itself.
async fn ask(aws: &Aws, name: &str, want: &Want) -> Result<Option<Live<Inputs, Outputs>>, Fault> {
    let tags = if want.any(&["tags", "tags_all"]) {
        let Some(tags) = tags_of(aws, name).await? else { return Ok(None) };
        Some(tags)
    } else {
        if !exists(aws, name).await? {
            return Ok(None);
        }
        None
    };
    let locked = if want.any(&["object_lock_enabled"]) { Some(is_locked(aws, name).await?) } else { None };
    Ok(Some(live(aws, name, locked, tags)))
}

/// The answer to a HEAD has no body, so that only its status tells. Another's bucket and one in
/// another region are there, and not ours to read.
async fn exists(aws: &Aws, name: &str) -> Result<bool, Fault> {
    let answer = aws.s3().head_bucket().bucket(name).send().await;
    let status = answer.as_ref().err().and_then(|error| error.raw_response()).map(|it| it.status().as_u16());
    let because = |why: &str| format!("the bucket `{name}` {why}");
    match (answer.fault("s3:HeadBucket"), status) {
        (Ok(_), _) => Ok(true),
        (Err(_), Some(404)) => Ok(false),
        (Err(fault), Some(403)) => {
            Err(Fault { kind: FaultKind::Denied, message: because("may not be read with these credentials"), ..fault })
        }
        (Err(fault), Some(301)) => {
            Err(Fault { kind: FaultKind::Denied, message: because("is in another region"), ..fault })
        }
        (Err(fault), Some(_) | None) => Err(fault),
    }
}

/// All tags, or none where there is no such bucket.
async fn tags_of(aws: &Aws, name: &str) -> Result<Option<tags::Tags>, Fault> {
    let answer = match aws.s3().get_bucket_tagging().bucket(name).send().await.fault("s3:GetBucketTagging") {
        Ok(answer) => answer,
        Err(fault) if fault.code.as_deref() == Some("NoSuchTagSet") => return Ok(Some(tags::Tags::new())),
        Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
        Err(fault) if fault.code.as_deref() == Some("PermanentRedirect") => {
            let message = format!("the bucket `{name}` is in another region");
            return Err(Fault { kind: FaultKind::Denied, message, ..fault });
        }
        Err(fault) => return Err(fault),
    };
    Ok(Some(answer.tag_set().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()))
}

async fn is_locked(aws: &Aws, name: &str) -> Result<bool, Fault> {
    let call = aws.s3().get_object_lock_configuration().bucket(name);
    let answer = call.send().await.found("s3:GetObjectLockConfiguration")?;
    let configuration = answer.as_ref().and_then(|it| it.object_lock_configuration());
    Ok(configuration.and_then(|it| it.object_lock_enabled()) == Some(&ObjectLockEnabled::Enabled))
}

fn live(aws: &Aws, name: &str, locked: Option<bool>, tags: Option<tags::Tags>) -> Live<Inputs, Outputs> {
    let (partition, region) = (aws.partition(), aws.region());
    let suffix = if partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    Live {
        inputs: Inputs {
            bucket: Some(name.to_owned()),
            bucket_prefix: None,
            force_destroy: None,
            object_lock_enabled: locked,
            tags,
        },
        outputs: Outputs {
            id: name.to_owned(),
            arn: format!("arn:{partition}:s3:::{name}"),
            bucket_domain_name: format!("{name}.s3.{suffix}"),
            bucket_regional_domain_name: format!("{name}.s3.{region}.{suffix}"),
            hosted_zone_id: website_zone::of(region).to_owned(),
            region: region.to_owned(),
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}

fn sdk_tags(tags: &tags::Tags) -> Result<Vec<Tag>, Fault> {
    let built: Result<Vec<Tag>, _> =
        tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    built.map_err(|wrong| Fault::invalid("s3:PutBucketTagging", wrong.to_string()))
}
