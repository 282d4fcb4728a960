//! `aws_secretsmanager_secret`

use aws_sdk_secretsmanager::operation::describe_secret::DescribeSecretOutput;
use aws_sdk_secretsmanager::types::{ReplicaRegionType, Tag};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::{Blocks, Policy};
use model::{Attributes, Id};

use super::describe;
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// A secret: its name, key and policy. Its value is an `aws_secretsmanager_secret_version`.
/// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the secret. When neither it nor `name_prefix` is set, stackctl makes one.
    #[attr(replace, computed, length = 1..=512, pattern = "[-A-Za-z0-9/_+=.@!]+")]
    pub name: Option<String>,
    /// What a generated name begins with.
    #[attr(replace, length = 1..=504, pattern = "[-A-Za-z0-9/_+=.@!]+")]
    pub name_prefix: Option<String>,
    /// What the secret is for.
    #[attr(clear, length = 0..=2048)]
    pub description: Option<String>,
    /// ARN, id or alias of the KMS key that encrypts the secret; AWS's own key for Secrets
    /// Manager when unset.
    #[attr(keep, accepts = ["aws_kms_key.arn", "aws_kms_key.id"])]
    pub kms_key_id: Option<String>,
    /// Policy of the secret: who else may use it.
    #[attr(clear, computed)]
    pub policy: Option<Policy>,
    /// Days that a deleted secret can be restored, 7 to 30, or 0 to delete it at once. Only
    /// stackctl reads it.
    #[attr(local, default = 30, range = 0..=30)]
    pub recovery_window_in_days: Option<i64>,
    /// Whether a replica may overwrite a secret of the same name in its region. Only stackctl
    /// reads it.
    #[attr(local, default = false)]
    pub force_overwrite_replica_secret: Option<bool>,
    /// Regions that the secret is replicated to.
    #[attr(key = "region", clear)]
    pub replica: Option<Blocks<Replica>>,
    /// Tags of the secret.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// A copy in another region.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Replica {
    /// The region.
    pub region: String,
    /// The KMS key there; AWS's own key when unset.
    #[attr(computed)]
    pub kms_key_id: Option<String>,
}

/// What Secrets Manager reports about a secret.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// ARN of the secret.
    pub id: String,
    /// ARN of the secret. It ends in six random characters.
    pub arn: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

fn window(it: &model::schema::Checked<'_>) -> Vec<model::schema::Violation> {
    match it.int("recovery_window_in_days") {
        Some(days @ 1..=6) => vec![model::schema::Violation {
            code: "out-of-range",
            warning: false,
            argument: "recovery_window_in_days",
            message: format!("a recovery window of {days} days is not possible"),
            help: Some("write 7 to 30, or 0 to delete at once".to_owned()),
        }],
        Some(_) | None => Vec::new(),
    }
}

/// `aws_secretsmanager_secret`; its id is its ARN.
pub struct Secret;

impl Resource for Secret {
    const KIND: &'static str = "aws_secretsmanager_secret";
    const SERVICE: &'static str = "secretsmanager";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false });
    const READ_BATCH: usize = 20;
    const TIMING: Timing = Timing::QUICK;
    const IMPORT: &'static str = "ARN";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["name", "name_prefix"]), Rule::Check(window)];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let read = ids.iter().map(|id| async move {
            let Some(it) = describe(aws, &id.0).await?.filter(|it| it.deleted_date().is_none()) else {
                return Ok(None);
            };
            let policy = if want.any(&["policy"]) { policy_of(aws, id).await? } else { None };
            Ok::<_, Fault>(Some((id.clone(), live(&it, policy))))
        });
        Ok(try_join_all(read).await?.into_iter().flatten().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let name = inputs.name.clone().unwrap_or_default();
        let call = aws
            .secretsmanager()
            .create_secret()
            .name(&name)
            .client_request_token(&token.0)
            .set_description(inputs.description.clone())
            .set_kms_key_id(inputs.kms_key_id.clone())
            .set_add_replica_regions(inputs.replica.as_ref().map(|it| it.iter().map(replica).collect()))
            .set_force_overwrite_replica_secret(inputs.force_overwrite_replica_secret)
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))));
        let answer = match call.send().await.fault("secretsmanager:CreateSecret") {
            Err(fault) if fault.message.contains("scheduled for deletion") => {
                return restore(aws, &name, token, fault).await;
            }
            answer => answer?,
        };
        let arn = answer.arn().unwrap_or_default().to_owned();
        let live = Live {
            inputs: Inputs {
                name: Some(name),
                name_prefix: None,
                description: inputs.description.clone(),
                kms_key_id: inputs.kms_key_id.clone(),
                policy: None,
                recovery_window_in_days: None,
                force_overwrite_replica_secret: None,
                replica: inputs.replica.clone(),
                tags: Some(inputs.tags.clone().unwrap_or_default()),
            },
            outputs: Outputs { id: arn.clone(), arn: arn.clone(), tags_all: None },
            phase: Phase::Ready,
        };
        Ok(Created { id: Id(arn), live: Some(live), unfinished: inputs.policy.is_some() })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.description != after.description || before.kms_key_id != after.kms_key_id {
            let call = aws.secretsmanager().update_secret().secret_id(&id.0);
            let call = call
                .description(after.description.clone().unwrap_or_default())
                .set_kms_key_id(after.kms_key_id.clone());
            call.send().await.fault("secretsmanager:UpdateSecret")?;
        }
        if before.policy != after.policy {
            write_policy(aws, id, after.policy.as_ref()).await?;
        }
        replicate(aws, id, before, after).await?;
        let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
        if !removed.is_empty() {
            let call = aws.secretsmanager().untag_resource().secret_id(&id.0).set_tag_keys(Some(removed));
            call.send().await.fault("secretsmanager:UntagResource")?;
        }
        if !set.is_empty() {
            let call = aws.secretsmanager().tag_resource().secret_id(&id.0).set_tags(Some(sdk_tags(&set)));
            call.send().await.fault("secretsmanager:TagResource")?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        let call = aws.secretsmanager().delete_secret().secret_id(&id.0);
        let call = match before.recovery_window_in_days {
            Some(0) => call.force_delete_without_recovery(true),
            Some(days) => call.recovery_window_in_days(days),
            None => call.recovery_window_in_days(30),
        };
        call.send().await.found("secretsmanager:DeleteSecret").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let found = describe(aws, inputs.name.as_deref().unwrap_or_default()).await?;
        let Some(it) = found.filter(|it| it.deleted_date().is_none()) else { return Ok(Found::Absent) };
        let id = Id(it.arn().unwrap_or_default().to_owned());
        Ok(if tags::carries(&tags_of(&it), token) { Found::Ours(id) } else { Found::Foreign(id) })
    }

    async fn locate(aws: &Aws, import: &str) -> Result<Id, Fault> {
        let found = describe(aws, import).await?;
        Ok(Id(found.and_then(|it| it.arn().map(str::to_owned)).unwrap_or_else(|| import.to_owned())))
    }
}

/// A deleted secret keeps its name until its recovery window is over. One that stackctl made is
/// restored; another's is not touched, and the fault says when the name is free.
async fn restore(aws: &Aws, name: &str, token: &Token, fault: Fault) -> Result<Made<Secret>, Fault> {
    let Some(it) = describe(aws, name).await? else { return Err(fault) };
    if !tags_of(&it).contains_key(Token::TAG) {
        let free = it.deleted_date().map_or_else(String::new, |date| format!(" (its deletion date is {date})"));
        let message =
            format!("a deleted secret of another keeps the name `{name}` until its recovery window is over{free}");
        return Err(Fault { kind: FaultKind::Conflict, message, ..fault });
    }
    let id = it.arn().unwrap_or_default();
    aws.secretsmanager().restore_secret().secret_id(id).send().await.fault("secretsmanager:RestoreSecret")?;
    let mark = Tag::builder().key(Token::TAG).value(&token.0).build();
    aws.secretsmanager().tag_resource().secret_id(id).tags(mark).send().await.fault("secretsmanager:TagResource")?;
    Ok(Created { id: Id(id.to_owned()), live: Some(live(&it, None)), unfinished: true })
}

async fn policy_of(aws: &Aws, id: &Id) -> Result<Option<Policy>, Fault> {
    let operation = "secretsmanager:GetResourcePolicy";
    let answer = aws.secretsmanager().get_resource_policy().secret_id(&id.0).send().await.found(operation)?;
    let parse = |text: &str| Policy::from_text(text).map_err(|wrong| Fault::invalid(operation, wrong.to_string()));
    answer.as_ref().and_then(|it| it.resource_policy()).map(parse).transpose()
}

async fn write_policy(aws: &Aws, id: &Id, policy: Option<&Policy>) -> Result<(), Fault> {
    match policy {
        Some(policy) => {
            let call = aws.secretsmanager().put_resource_policy().secret_id(&id.0).resource_policy(policy.to_text());
            call.send().await.fault("secretsmanager:PutResourcePolicy").map(|_| ())
        }
        None => aws
            .secretsmanager()
            .delete_resource_policy()
            .secret_id(&id.0)
            .send()
            .await
            .fault("secretsmanager:DeleteResourcePolicy")
            .map(|_| ()),
    }
}

async fn replicate(aws: &Aws, id: &Id, before: &Inputs, after: &Inputs) -> Result<(), Fault> {
    let none = Blocks(Vec::new());
    let (old, new) = (before.replica.as_ref().unwrap_or(&none), after.replica.as_ref().unwrap_or(&none));
    let removed: Vec<String> = old.iter().filter(|it| !new.contains(it)).map(|it| it.region.clone()).collect();
    let added: Vec<ReplicaRegionType> = new.iter().filter(|it| !old.contains(it)).map(replica).collect();
    if !removed.is_empty() {
        let call = aws
            .secretsmanager()
            .remove_regions_from_replication()
            .secret_id(&id.0)
            .set_remove_replica_regions(Some(removed));
        call.send().await.fault("secretsmanager:RemoveRegionsFromReplication")?;
    }
    if !added.is_empty() {
        let call =
            aws.secretsmanager().replicate_secret_to_regions().secret_id(&id.0).set_add_replica_regions(Some(added));
        let call = call.set_force_overwrite_replica_secret(after.force_overwrite_replica_secret);
        call.send().await.fault("secretsmanager:ReplicateSecretToRegions")?;
    }
    Ok(())
}

fn live(it: &DescribeSecretOutput, policy: Option<Policy>) -> Live<Inputs, Outputs> {
    let copies = it.replication_status().iter().map(|copy| Replica {
        region: copy.region().unwrap_or_default().to_owned(),
        kms_key_id: copy.kms_key_id().map(str::to_owned),
    });
    let arn = it.arn().unwrap_or_default().to_owned();
    Live {
        inputs: Inputs {
            name: it.name().map(str::to_owned),
            name_prefix: None,
            description: it.description().filter(|text| !text.is_empty()).map(str::to_owned),
            kms_key_id: it.kms_key_id().map(str::to_owned),
            policy,
            recovery_window_in_days: None,
            force_overwrite_replica_secret: None,
            replica: Some(copies.collect()),
            tags: Some(tags_of(it)),
        },
        outputs: Outputs { id: arn.clone(), arn, tags_all: None },
        phase: Phase::Ready,
    }
}

fn tags_of(it: &DescribeSecretOutput) -> tags::Tags {
    let pair = |tag: &Tag| (tag.key().unwrap_or_default().to_owned(), tag.value().unwrap_or_default().to_owned());
    it.tags().iter().map(pair).collect()
}

fn replica(it: &Replica) -> ReplicaRegionType {
    ReplicaRegionType::builder().region(&it.region).set_kms_key_id(it.kms_key_id.clone()).build()
}

fn sdk_tags(tags: &tags::Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
