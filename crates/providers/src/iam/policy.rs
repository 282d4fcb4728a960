//! `aws_iam_policy`

use aws_sdk_iam::types::{Policy as Description, PolicyVersion};
use driver::{Created, Fault, FaultKind, Found, Live, Obstacle, Phase, Token, Want};
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::Policy as Document;
use model::{Attributes, Id};

use super::{arn, document, each, name_of, sdk_tags, tags_of};
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// A policy of the account, which roles, users and groups can be given. AWS keeps the last five
/// versions of its document.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the policy, unique in the account; made by stackctl when unset.
    #[attr(replace, computed, length = 1..=128, pattern = r"[\w+=,.@-]+")]
    pub name: Option<String>,
    /// Beginning of a name that ends in eight characters made by stackctl.
    #[attr(replace, length = 1..=120, pattern = r"[\w+=,.@-]+")]
    pub name_prefix: Option<String>,
    /// What is allowed and denied. Another document becomes a new version, in effect at once;
    /// the oldest of five versions is deleted for it.
    pub policy: Document,
    /// What the policy is for.
    #[attr(replace, length = 0..=1000)]
    pub description: Option<String>,
    /// Folder of the policy's ARN, as `/team/`.
    #[attr(replace, default = "/", length = 1..=512, pattern = "/|/[!-~]+/")]
    pub path: Option<String>,
    /// Tags of the policy.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// What IAM reports about a policy.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// ARN of the policy.
    pub id: String,
    /// ARN of the policy.
    pub arn: String,
    /// Identifier that no other policy ever has, also none of the same name.
    pub policy_id: String,
    /// How many roles, users and groups have the policy.
    #[attr(volatile)]
    pub attachment_count: i32,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_iam_policy`; its id is its ARN.
pub struct Policy;

/// How many versions of a policy IAM keeps:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const VERSIONS: usize = 5;

impl Resource for Policy {
    const KIND: &'static str = "aws_iam_policy";
    const SERVICE: &'static str = "iam";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false });
    const READ_BATCH: usize = 20;
    const TIMING: Timing = super::TIMING;
    const IMPORT: &'static str = "ARN";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["name", "name_prefix"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let lives = each(ids.to_vec(), |id| async move {
            let Some(it) = describe(aws, &id.0).await? else { return Ok(None) };
            let document = if want.any(&["policy"]) { default_document(aws, &it).await? } else { nothing() };
            Ok(Some((id, live(&it, document))))
        });
        Ok(lives.await?.into_iter().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "iam:CreatePolicy";
        let call = aws
            .iam()
            .create_policy()
            .policy_name(name_of(Self::KIND, inputs.name.as_ref())?)
            .policy_document(inputs.policy.to_text())
            .set_description(inputs.description.clone())
            .set_path(inputs.path.clone())
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))?));
        let answer = call.send().await.fault(operation)?;
        let made = answer.policy().map(|it| live(it, inputs.policy.clone()));
        let mut made = made.ok_or_else(|| Fault::new(FaultKind::Unknown, operation, "AWS did not say what it made"))?;
        // The answer has neither, and both are as they were sent.
        made.inputs.description.clone_from(&inputs.description);
        made.inputs.tags = Some(inputs.tags.clone().unwrap_or_default());
        Ok(Created { id: Id(made.outputs.arn.clone()), live: Some(made), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.policy != after.policy {
            make_room(aws, id).await?;
            let call = aws.iam().create_policy_version().policy_arn(&id.0).policy_document(after.policy.to_text());
            call.set_as_default(true).send().await.fault("iam:CreatePolicyVersion")?;
        }
        let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
        if !removed.is_empty() {
            let call = aws.iam().untag_policy().policy_arn(&id.0).set_tag_keys(Some(removed));
            call.send().await.fault("iam:UntagPolicy")?;
        }
        if !set.is_empty() {
            let call = aws.iam().tag_policy().policy_arn(&id.0).set_tags(Some(sdk_tags(&set)?));
            call.send().await.fault("iam:TagPolicy")?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        for version in old_versions(aws, id).await? {
            delete_version(aws, id, &version).await?;
        }
        aws.iam().delete_policy().policy_arn(&id.0).send().await.found("iam:DeletePolicy").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let name = name_of(Self::KIND, inputs.name.as_ref())?;
        let arn = arn(aws, &format!("policy{}{name}", inputs.path.as_deref().unwrap_or("/")));
        Ok(match describe(aws, &arn).await? {
            None => Found::Absent,
            Some(it) if tags::carries(&tags_of(it.tags()), token) => Found::Ours(Id(arn)),
            Some(_) => Found::Foreign(Id(arn)),
        })
    }

    /// Users and groups get policies from no stack, so whoever has the policy is an outsider.
    async fn obstacles(aws: &Aws, id: &Id, _: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        let call = aws.iam().list_entities_for_policy().policy_arn(&id.0);
        let Some(answer) = call.send().await.found("iam:ListEntitiesForPolicy")? else { return Ok(Vec::new()) };
        let users = answer.policy_users().iter().filter_map(|it| Some(format!("user `{}`", it.user_name()?)));
        let groups = answer.policy_groups().iter().filter_map(|it| Some(format!("group `{}`", it.group_name()?)));
        let obstacle = |who| Obstacle {
            reason: format!("the {who} has the policy `{id}`"),
            help: "detach the policy from it".to_owned(),
            by: None,
        };
        Ok(users.chain(groups).map(obstacle).collect())
    }
}

/// A policy of any account, by its ARN.
///
/// # Errors
/// Whatever keeps IAM from telling; a policy that is not there is `None`.
pub async fn describe(aws: &Aws, arn: &str) -> Result<Option<Description>, Fault> {
    let answer = aws.iam().get_policy().policy_arn(arn).send().await.found("iam:GetPolicy")?;
    Ok(answer.and_then(|it| it.policy))
}

/// The document in effect.
///
/// # Errors
/// Whatever keeps IAM from telling.
pub async fn default_document(aws: &Aws, it: &Description) -> Result<Document, Fault> {
    let operation = "iam:GetPolicyVersion";
    let call = aws.iam().get_policy_version().set_policy_arn(it.arn.clone());
    let answer = call.set_version_id(it.default_version_id.clone()).send().await.fault(operation)?;
    document(operation, answer.policy_version().and_then(|it| it.document()).unwrap_or("{}"))
}

/// The document where nobody asked for it.
fn nothing() -> Document {
    Document(serde_json::Value::Null)
}

/// Deletes the oldest version when there are as many as IAM keeps.
async fn make_room(aws: &Aws, id: &Id) -> Result<(), Fault> {
    let old = old_versions(aws, id).await?;
    match old.first() {
        Some(oldest) if old.len() + 1 >= VERSIONS => delete_version(aws, id, oldest).await,
        Some(_) | None => Ok(()),
    }
}

/// The versions that are not in effect, oldest first.
async fn old_versions(aws: &Aws, id: &Id) -> Result<Vec<String>, Fault> {
    let pages = aws.iam().list_policy_versions().policy_arn(&id.0).into_paginator().items().send();
    let versions: Result<Vec<PolicyVersion>, _> = pages.collect().await;
    let mut versions = versions.found("iam:ListPolicyVersions")?.unwrap_or_default();
    versions.retain(|it| !it.is_default_version());
    // `v10` is younger than `v9`.
    let number = |it: &PolicyVersion| it.version_id().and_then(|it| it.strip_prefix('v')?.parse::<u64>().ok());
    versions.sort_by_key(number);
    Ok(versions.into_iter().filter_map(|it| it.version_id).collect())
}

async fn delete_version(aws: &Aws, id: &Id, version: &str) -> Result<(), Fault> {
    let call = aws.iam().delete_policy_version().policy_arn(&id.0).version_id(version);
    call.send().await.found("iam:DeletePolicyVersion").map(|_| ())
}

fn live(it: &Description, policy: Document) -> Live<Inputs, Outputs> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    Live {
        inputs: Inputs {
            name: it.policy_name().map(str::to_owned),
            name_prefix: None,
            policy,
            description: it.description().filter(|it| !it.is_empty()).map(str::to_owned),
            path: it.path().map(str::to_owned),
            tags: Some(tags_of(it.tags())),
        },
        outputs: Outputs {
            id: text(it.arn()),
            arn: text(it.arn()),
            policy_id: text(it.policy_id()),
            attachment_count: it.attachment_count().unwrap_or_default(),
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}
