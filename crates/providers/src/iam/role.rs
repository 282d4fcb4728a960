//! `aws_iam_role`

use aws_sdk_iam::types::Role as Description;
use aws_smithy_types::date_time::Format;
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::{Blocks, Policy};
use model::{Attributes, Id};

use super::{document, each, name_of, role_policy, role_policy_attachment, sdk_tags, soon, tags_of};
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update};

/// A role: permissions that services, people or programs take on for a while. Its policies are
/// resources of their own: `aws_iam_role_policy_attachment` and `aws_iam_role_policy`.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the role, unique in the account; made by stackctl when unset.
    #[attr(replace, computed, length = 1..=64, pattern = r"[\w+=,.@-]+")]
    pub name: Option<String>,
    /// Beginning of a name that ends in eight characters made by stackctl.
    #[attr(replace, length = 1..=56, pattern = r"[\w+=,.@-]+")]
    pub name_prefix: Option<String>,
    /// Who may assume the role.
    pub assume_role_policy: Policy,
    /// What the role is for.
    #[attr(clear, length = 0..=1000)]
    pub description: Option<String>,
    /// Folder of the role's ARN, as `/team/`.
    #[attr(replace, default = "/", length = 1..=512, pattern = "/|/[!-~]+/")]
    pub path: Option<String>,
    /// ARN of the policy that bounds what the role can be allowed.
    #[attr(clear, accepts = ["aws_iam_policy.arn"])]
    pub permissions_boundary: Option<String>,
    /// Longest time in seconds for which the role can be assumed.
    #[attr(default = 3600, range = 3600..=43_200)]
    pub max_session_duration: Option<i32>,
    /// Whether deleting the role detaches and deletes the policies that others gave it. Without
    /// it, such a role is not deleted. Only stackctl reads it.
    #[attr(local, default = false)]
    pub force_detach_policies: Option<bool>,
    /// The policies inside the role, all of them: others are deleted.
    #[attr(clear, key = "name", deprecated = "use `aws_iam_role_policy`, which leaves other policies alone")]
    pub inline_policy: Option<Blocks<Inline>>,
    /// Tags of the role.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// A policy inside the role.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Inline {
    /// Name of the policy.
    #[attr(length = 1..=128, pattern = r"[\w+=,.@-]+")]
    pub name: String,
    /// What is allowed and denied.
    pub policy: Policy,
}

/// What IAM reports about a role.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the role.
    pub id: String,
    /// ARN of the role.
    pub arn: String,
    /// When the role was created.
    pub create_date: String,
    /// Identifier that no other role ever has, also none of the same name.
    pub unique_id: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_iam_role`; its id is its name.
pub struct Role;

impl Resource for Role {
    const KIND: &'static str = "aws_iam_role";
    const SERVICE: &'static str = "iam";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false });
    const READ_BATCH: usize = 20;
    const TIMING: Timing = super::TIMING;
    const IMPORT: &'static str = "NAME";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["name", "name_prefix"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let lives = each(ids.to_vec(), |id| async move {
            let Some(it) = describe(aws, &id.0).await? else { return Ok(None) };
            let mut live = live(&it)?;
            if want.any(&["inline_policy"]) {
                live.inputs.inline_policy = Some(inline(aws, &id.0).await?);
            }
            Ok(Some((id, live)))
        });
        Ok(lives.await?.into_iter().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "iam:CreateRole";
        let name = name_of(Self::KIND, inputs.name.as_ref())?;
        let call = aws
            .iam()
            .create_role()
            .role_name(name)
            .assume_role_policy_document(inputs.assume_role_policy.to_text())
            .set_description(inputs.description.clone())
            .set_path(inputs.path.clone())
            .set_permissions_boundary(inputs.permissions_boundary.clone())
            .set_max_session_duration(inputs.max_session_duration)
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))?));
        let answer = soon(call.send().await.fault(operation))?;
        let made = answer.role().map(live).transpose()?.map(|mut made| {
            // The answer leaves out the policy in some partitions; what was sent is what is there.
            made.inputs.assume_role_policy = inputs.assume_role_policy.clone();
            made.inputs.inline_policy = Some(Blocks(Vec::new()));
            made.inputs.tags = Some(inputs.tags.clone().unwrap_or_default());
            made
        });
        let unfinished = inputs.inline_policy.as_ref().is_some_and(|it| !it.is_empty());
        Ok(Created { id: Id(name.to_owned()), live: made, unfinished })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.assume_role_policy != after.assume_role_policy {
            let policy = after.assume_role_policy.to_text();
            let call = aws.iam().update_assume_role_policy().role_name(&id.0).policy_document(policy);
            soon(call.send().await.fault("iam:UpdateAssumeRolePolicy"))?;
        }
        if before.description != after.description || before.max_session_duration != after.max_session_duration {
            let call = aws.iam().update_role().role_name(&id.0);
            let call = call.description(after.description.as_deref().unwrap_or_default());
            let call = call.max_session_duration(after.max_session_duration.unwrap_or(3600));
            call.send().await.fault("iam:UpdateRole")?;
        }
        if before.permissions_boundary != after.permissions_boundary {
            bound(aws, id, after.permissions_boundary.as_deref()).await?;
        }
        rewrite(aws, id, before.inline_policy.as_ref(), after.inline_policy.as_ref()).await?;
        let (set, removed) = tags::difference(before.tags.as_ref(), after.tags.as_ref());
        if !removed.is_empty() {
            let call = aws.iam().untag_role().role_name(&id.0).set_tag_keys(Some(removed));
            call.send().await.fault("iam:UntagRole")?;
        }
        if !set.is_empty() {
            let call = aws.iam().tag_role().role_name(&id.0).set_tags(Some(sdk_tags(&set)?));
            call.send().await.fault("iam:TagRole")?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, before: &Inputs) -> Result<(), Fault> {
        if before.force_detach_policies == Some(true) {
            release(aws, id).await?;
        } else {
            rewrite(aws, id, before.inline_policy.as_ref(), None).await?;
        }
        match aws.iam().delete_role().role_name(&id.0).send().await.found("iam:DeleteRole") {
            Err(fault) if matches!(fault.kind, FaultKind::InUse { .. }) => {
                let by = holders(aws, id).await?;
                Err(Fault { kind: FaultKind::InUse { by }, ..fault })
            }
            answer => answer.map(|_| ()),
        }
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let name = name_of(Self::KIND, inputs.name.as_ref())?;
        Ok(match describe(aws, name).await? {
            None => Found::Absent,
            Some(it) if tags::carries(&tags_of(it.tags()), token) => Found::Ours(Id(name.to_owned())),
            Some(_) => Found::Foreign(Id(name.to_owned())),
        })
    }
}

async fn describe(aws: &Aws, name: &str) -> Result<Option<Description>, Fault> {
    let answer = aws.iam().get_role().role_name(name).send().await.found("iam:GetRole")?;
    Ok(answer.and_then(|it| it.role))
}

async fn inline(aws: &Aws, role: &str) -> Result<Blocks<Inline>, Fault> {
    let names = role_policy::names(aws, role).await?;
    let policies = each(names, |name| async move {
        let policy = role_policy::policy(aws, role, &name).await?;
        Ok(policy.map(|policy| Inline { name, policy }))
    });
    Ok(Blocks(policies.await?))
}

/// Brings the policies inside a role from `before` to `after`.
async fn rewrite(
    aws: &Aws,
    id: &Id,
    before: Option<&Blocks<Inline>>,
    after: Option<&Blocks<Inline>>,
) -> Result<(), Fault> {
    let (before, after) = (before.map_or(&[][..], |it| &it.0), after.map_or(&[][..], |it| &it.0));
    for gone in before.iter().filter(|old| after.iter().all(|new| new.name != old.name)) {
        role_policy::remove(aws, &id.0, &gone.name).await?;
    }
    for new in after.iter().filter(|new| !before.contains(new)) {
        role_policy::put(aws, &id.0, &new.name, &new.policy).await?;
    }
    Ok(())
}

async fn bound(aws: &Aws, id: &Id, boundary: Option<&str>) -> Result<(), Fault> {
    if let Some(arn) = boundary {
        let call = aws.iam().put_role_permissions_boundary().role_name(&id.0).permissions_boundary(arn);
        soon(call.send().await.fault("iam:PutRolePermissionsBoundary"))?;
    } else {
        let call = aws.iam().delete_role_permissions_boundary().role_name(&id.0);
        call.send().await.found("iam:DeleteRolePermissionsBoundary")?;
    }
    Ok(())
}

/// Takes from a role what stops its deletion: attached policies, policies in it, and instance
/// profiles that hold it.
async fn release(aws: &Aws, id: &Id) -> Result<(), Fault> {
    for arn in role_policy_attachment::attached(aws, &id.0).await?.unwrap_or_default() {
        let call = aws.iam().detach_role_policy().role_name(&id.0).policy_arn(arn);
        call.send().await.found("iam:DetachRolePolicy")?;
    }
    for name in role_policy::names(aws, &id.0).await? {
        role_policy::remove(aws, &id.0, &name).await?;
    }
    for profile in profiles(aws, id).await? {
        let call = aws.iam().remove_role_from_instance_profile().role_name(&id.0).instance_profile_name(profile);
        call.send().await.found("iam:RemoveRoleFromInstanceProfile")?;
    }
    Ok(())
}

/// Who keeps a role from being deleted, which IAM's refusal does not tell.
async fn holders(aws: &Aws, id: &Id) -> Result<Vec<String>, Fault> {
    let mut by = role_policy_attachment::attached(aws, &id.0).await?.unwrap_or_default();
    by.extend(role_policy::names(aws, &id.0).await?.into_iter().map(|it| format!("inline policy {it}")));
    by.extend(profiles(aws, id).await?.into_iter().map(|it| format!("instance profile {it}")));
    Ok(by)
}

async fn profiles(aws: &Aws, id: &Id) -> Result<Vec<String>, Fault> {
    let pages = aws.iam().list_instance_profiles_for_role().role_name(&id.0).into_paginator().items().send();
    let profiles: Result<Vec<_>, _> = pages.collect().await;
    let profiles = profiles.found("iam:ListInstanceProfilesForRole")?.unwrap_or_default();
    Ok(profiles.into_iter().map(|it| it.instance_profile_name).collect())
}

fn live(it: &Description) -> Result<Live<Inputs, Outputs>, Fault> {
    let operation = "iam:GetRole";
    let date = it.create_date().fmt(Format::DateTime);
    let text = it.assume_role_policy_document().unwrap_or("{}");
    Ok(Live {
        inputs: Inputs {
            name: Some(it.role_name().to_owned()),
            name_prefix: None,
            assume_role_policy: document(operation, text)?,
            description: it.description().filter(|it| !it.is_empty()).map(str::to_owned),
            path: Some(it.path().to_owned()),
            permissions_boundary: it
                .permissions_boundary()
                .and_then(|it| it.permissions_boundary_arn())
                .map(str::to_owned),
            max_session_duration: it.max_session_duration(),
            force_detach_policies: None,
            inline_policy: None,
            tags: Some(tags_of(it.tags())),
        },
        outputs: Outputs {
            id: it.role_name().to_owned(),
            arn: it.arn().to_owned(),
            create_date: date.map_err(|wrong| Fault::new(FaultKind::Unknown, operation, wrong.to_string()))?,
            unique_id: it.role_id().to_owned(),
            tags_all: None,
        },
        phase: Phase::Ready,
    })
}
