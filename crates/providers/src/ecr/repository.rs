//! `aws_ecr_repository`

use std::collections::BTreeMap;

use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability, Repository as Description,
    Tag,
};
use driver::{Created, Fault, Found, Live, Obstacle, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Naming};
use model::{Attributes, Id};

use crate::aws::{Answer, Aws, tag_index, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// A private repository of container images.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the repository; may hold namespaces, as `team/app`.
    #[attr(replace, length = 2..=256, pattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*")]
    pub name: String,
    /// Whether a tag can be moved to another image.
    #[attr(default = "MUTABLE", allowed = ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"])]
    pub image_tag_mutability: Option<String>,
    /// Whether deleting the repository deletes the images in it. Without it, a repository with
    /// images is not deleted. Only stackctl reads it.
    #[attr(local, default = false)]
    pub force_delete: Option<bool>,
    /// Scanning of images for known vulnerabilities.
    #[attr(clear)]
    pub image_scanning_configuration: Option<Scanning>,
    /// How images are encrypted at rest. Fixed when the repository is created.
    #[attr(replace)]
    pub encryption_configuration: Option<Encryption>,
    /// Tags of the repository.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// Scanning of images for known vulnerabilities.
#[derive(Attributes, Debug, PartialEq)]
pub struct Scanning {
    /// Whether every image is scanned when it is pushed.
    pub scan_on_push: bool,
}

/// How images are encrypted at rest.
#[derive(Attributes, Debug, PartialEq)]
pub struct Encryption {
    /// `AES256` for keys that S3 manages, `KMS` or `KMS_DSSE` for a key in KMS.
    #[attr(replace, default = "AES256", allowed = ["AES256", "KMS", "KMS_DSSE"])]
    pub encryption_type: Option<String>,
    /// ARN of the KMS key; AWS's own key for ECR when unset.
    #[attr(replace, computed, accepts = ["aws_kms_key.arn"])]
    pub kms_key: Option<String>,
}

/// What ECR reports about a repository.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the repository.
    pub id: String,
    /// ARN of the repository.
    pub arn: String,
    /// Account that the registry belongs to.
    pub registry_id: String,
    /// Address for `docker push`: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`.
    pub repository_url: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_ecr_repository`; its id is its name.
pub struct Repository;

impl Resource for Repository {
    const KIND: &'static str = "aws_ecr_repository";
    const SERVICE: &'static str = "ecr";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> = Some(Naming { argument: "name", prefix: None, scope: &[], shared: false });
    const READ_BATCH: usize = 100;
    const IMPORT: &'static str = "NAME";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let names = ids.iter().map(|id| id.0.clone()).collect::<Vec<String>>();
        let described = describe(aws, &names).await?;
        let arn_of = |it: &Description| it.repository_arn().unwrap_or_default().to_owned();
        let arns: Vec<String> = described.iter().map(arn_of).collect();
        let mut tags = if want.any(&["tags", "tags_all"]) {
            tag_index::tags_of(aws, &arns, |arn| async move { tags_of(aws, &arn).await }).await?
        } else {
            BTreeMap::new()
        };
        let id = |it: &Description| Id(it.repository_name().unwrap_or_default().to_owned());
        Ok(described.iter().map(|it| (id(it), live(it, tags.remove(&arn_of(it))))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let call = aws
            .ecr()
            .create_repository()
            .repository_name(&inputs.name)
            .set_image_tag_mutability(inputs.image_tag_mutability.as_deref().map(ImageTagMutability::from))
            .set_image_scanning_configuration(inputs.image_scanning_configuration.as_ref().map(scanning))
            .set_encryption_configuration(inputs.encryption_configuration.as_ref().map(encryption).transpose()?)
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))?));
        let answer = call.send().await.fault("ecr:CreateRepository")?;
        let made = answer.repository().map(|it| live(it, Some(inputs.tags.clone().unwrap_or_default())));
        Ok(Created { id: Id(inputs.name.clone()), live: made, unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.image_tag_mutability != after.image_tag_mutability {
            let mutability = after.image_tag_mutability.as_deref().unwrap_or("MUTABLE").into();
            let call = aws.ecr().put_image_tag_mutability().repository_name(&id.0).image_tag_mutability(mutability);
            call.send().await.fault("ecr:PutImageTagMutability")?;
        }
        if before.image_scanning_configuration != after.image_scanning_configuration {
            let configuration = after
                .image_scanning_configuration
                .as_ref()
                .map_or_else(|| scanning(&Scanning { scan_on_push: false }), scanning);
            let call = aws.ecr().put_image_scanning_configuration().repository_name(&id.0);
            call.image_scanning_configuration(configuration).send().await.fault("ecr:PutImageScanningConfiguration")?;
        }
        let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
        let arn = aws.arn("ecr", &format!("repository/{id}"));
        if !removed.is_empty() {
            let call = aws.ecr().untag_resource().resource_arn(&arn).set_tag_keys(Some(removed));
            call.send().await.fault("ecr:UntagResource")?;
        }
        if !set.is_empty() {
            let call = aws.ecr().tag_resource().resource_arn(&arn).set_tags(Some(sdk_tags(&set)?));
            call.send().await.fault("ecr:TagResource")?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        let call = aws.ecr().delete_repository().repository_name(&id.0).force(before.force_delete.unwrap_or(false));
        call.send().await.found("ecr:DeleteRepository").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let described = describe(aws, std::slice::from_ref(&inputs.name)).await?;
        let Some(it) = described.first() else { return Ok(Found::Absent) };
        let id = Id(inputs.name.clone());
        let tags = tags_of(aws, it.repository_arn().unwrap_or_default()).await?;
        Ok(if tags::carries(&tags, token) { Found::Ours(id) } else { Found::Foreign(id) })
    }

    async fn obstacles(aws: &Aws, id: &Id, before: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        if before.force_delete == Some(true) {
            return Ok(Vec::new());
        }
        let call = aws.ecr().list_images().repository_name(&id.0).max_results(1);
        let images = call.send().await.found("ecr:ListImages")?;
        let full = images.is_some_and(|it| !it.image_ids().is_empty());
        Ok(Vec::from_iter(full.then(|| Obstacle {
            reason: format!("the repository `{id}` still holds images"),
            help: "set `force_delete = true` and apply, or delete the images".to_owned(),
            by: None,
        })))
    }
}

/// A batch fails as a whole when one name is missing, so a failed batch is asked again one by one.
async fn describe(aws: &Aws, names: &[String]) -> Result<Vec<Description>, Fault> {
    let ask = |names: Vec<String>| async move {
        let pages = aws.ecr().describe_repositories().set_repository_names(Some(names)).into_paginator().items().send();
        let described: Result<Vec<Description>, _> = pages.collect().await;
        described.found("ecr:DescribeRepositories")
    };
    if let Some(described) = ask(names.to_vec()).await? {
        return Ok(described);
    }
    if names.len() == 1 {
        return Ok(Vec::new());
    }
    let each = try_join_all(names.iter().map(|name| ask(vec![name.clone()]))).await?;
    Ok(each.into_iter().flatten().flatten().collect())
}

async fn tags_of(aws: &Aws, arn: &str) -> Result<tags::Tags, Fault> {
    let answer = aws.ecr().list_tags_for_resource().resource_arn(arn).send().await.found("ecr:ListTagsForResource")?;
    let pair = |tag: &Tag| (tag.key().to_owned(), tag.value().to_owned());
    Ok(answer.map(|it| it.tags().iter().map(pair).collect()).unwrap_or_default())
}

fn live(it: &Description, tags: Option<tags::Tags>) -> Live<Inputs, Outputs> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let encryption = |it: &EncryptionConfiguration| Encryption {
        encryption_type: Some(it.encryption_type().as_str().to_owned()),
        kms_key: it.kms_key().map(str::to_owned),
    };
    Live {
        inputs: Inputs {
            name: text(it.repository_name()),
            image_tag_mutability: it.image_tag_mutability().map(|it| it.as_str().to_owned()),
            force_delete: None,
            image_scanning_configuration: it
                .image_scanning_configuration()
                .map(|it| Scanning { scan_on_push: it.scan_on_push() }),
            encryption_configuration: it.encryption_configuration().map(encryption),
            tags,
        },
        outputs: Outputs {
            id: text(it.repository_name()),
            arn: text(it.repository_arn()),
            registry_id: text(it.registry_id()),
            repository_url: text(it.repository_uri()),
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}

fn scanning(it: &Scanning) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(it.scan_on_push).build()
}

fn encryption(it: &Encryption) -> Result<EncryptionConfiguration, Fault> {
    let kind = EncryptionType::from(it.encryption_type.as_deref().unwrap_or("AES256"));
    let built = EncryptionConfiguration::builder().encryption_type(kind).set_kms_key(it.kms_key.clone()).build();
    built.map_err(|wrong| Fault::invalid("ecr:CreateRepository", wrong.to_string()))
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Result<Vec<Tag>, Fault> {
    let tag = |(key, value): (&String, &String)| Tag::builder().key(key).value(value).build();
    let built: Result<Vec<Tag>, _> = tags.iter().map(tag).collect();
    built.map_err(|wrong| Fault::invalid("ecr:TagResource", wrong.to_string()))
}
