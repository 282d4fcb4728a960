//! `aws_iam_role_policy_attachment`

use std::collections::BTreeMap;

use aws_sdk_iam::types::AttachedPolicy;
use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Timing};
use model::{Attributes, Id, Known};

use super::{each, soon};
use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update, attribute};

/// Gives a policy to a role.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the role.
    #[attr(replace, length = 1..=64, accepts = ["aws_iam_role.name", "aws_iam_role.id"])]
    pub role: String,
    /// ARN of the policy: one of the account's or one of AWS's.
    #[attr(replace, accepts = ["aws_iam_policy.arn"])]
    pub policy_arn: String,
}

/// What is known about an attachment beyond its arguments.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// `ROLE/POLICY_ARN`.
    pub id: String,
}

/// `aws_iam_role_policy_attachment`; its id is `ROLE/POLICY_ARN`.
pub struct RolePolicyAttachment;

impl Resource for RolePolicyAttachment {
    const KIND: &'static str = "aws_iam_role_policy_attachment";
    const SERVICE: &'static str = "iam";
    const IDENTITY: Identity = Identity::Natural(&["role", "policy_arn"]);
    const READ_BATCH: usize = 100;
    const TIMING: Timing = super::TIMING;
    const IMPORT: &'static str = "ROLE/POLICY_ARN";
    type Inputs = Inputs;
    type Outputs = Outputs;

    /// One call tells all attachments of a role.
    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let mut roles: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for id in ids {
            let (role, policy) = split(id)?;
            roles.entry(role.to_owned()).or_default().push(policy.to_owned());
        }
        let lives = each(roles, |(role, wanted)| async move {
            let attached = attached(aws, &role).await?.unwrap_or_default();
            let there = wanted.iter().filter(|policy| attached.contains(policy)).map(|policy| live(&role, policy));
            Ok(Some(there.map(|live| (Id(live.outputs.id.clone()), live)).collect::<Vec<_>>()))
        });
        Ok(lives.await?.into_iter().flatten().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let call = aws.iam().attach_role_policy().role_name(&inputs.role).policy_arn(&inputs.policy_arn);
        soon(call.send().await.fault("iam:AttachRolePolicy"))?;
        let made = live(&inputs.role, &inputs.policy_arn);
        Ok(Created { id: Id(made.outputs.id.clone()), live: Some(made), unfinished: false })
    }

    /// Both arguments make another attachment, so nothing is left to change.
    async fn update(_: &Aws, _: Update<'_, Self>) -> Result<(), Fault> {
        Ok(())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let (role, policy) = split(id)?;
        let call = aws.iam().detach_role_policy().role_name(role).policy_arn(policy);
        call.send().await.found("iam:DetachRolePolicy").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        let attached = attached(aws, &inputs.role).await?.unwrap_or_default();
        let id = Id(format!("{}/{}", inputs.role, inputs.policy_arn));
        Ok(if attached.contains(&inputs.policy_arn) { Found::Unproven(id) } else { Found::Absent })
    }

    async fn locate(_: &Aws, import: &str) -> Result<Id, Fault> {
        let id = Id(import.to_owned());
        split(&id)?;
        Ok(id)
    }

    /// Terraform makes an id up that means nothing to AWS.
    fn identify(attributes: &Known) -> Option<Id> {
        let (role, policy) = (attribute(attributes, "role")?, attribute(attributes, "policy_arn")?);
        Some(Id(format!("{role}/{policy}")))
    }
}

/// The ARNs of a role's policies; `None` when there is no such role.
///
/// # Errors
/// Whatever keeps IAM from telling.
pub async fn attached(aws: &Aws, role: &str) -> Result<Option<Vec<String>>, Fault> {
    let pages = aws.iam().list_attached_role_policies().role_name(role).into_paginator().items().send();
    let attached: Result<Vec<AttachedPolicy>, _> = pages.collect().await;
    let attached = attached.found("iam:ListAttachedRolePolicies")?;
    Ok(attached.map(|all| all.into_iter().filter_map(|it| it.policy_arn).collect()))
}

/// A role's name holds no slash, and a policy's ARN begins with `arn:`.
fn split(id: &Id) -> Result<(&str, &str), Fault> {
    let parts = id.0.split_once('/').filter(|(role, policy)| !role.is_empty() && policy.starts_with("arn:"));
    parts.ok_or_else(|| {
        let wanted = RolePolicyAttachment::IMPORT;
        Fault::invalid(RolePolicyAttachment::KIND, format!("`{id}` is not {wanted}"))
    })
}

fn live(role: &str, policy: &str) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs { role: role.to_owned(), policy_arn: policy.to_owned() },
        outputs: Outputs { id: format!("{role}/{policy}") },
        phase: Phase::Ready,
    }
}
