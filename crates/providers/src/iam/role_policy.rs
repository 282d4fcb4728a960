//! `aws_iam_role_policy`

use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::Policy;
use model::{Attributes, Id};

use super::{document, each, name_of, soon};
use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update};

/// A policy inside a role, which goes with it.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html#inline-policies>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the policy, unique in its role; made by stackctl when unset.
    #[attr(replace, computed, length = 1..=128, pattern = r"[\w+=,.@-]+")]
    pub name: Option<String>,
    /// Beginning of a name that ends in eight characters made by stackctl.
    #[attr(replace, length = 1..=120, pattern = r"[\w+=,.@-]+")]
    pub name_prefix: Option<String>,
    /// Name of the role.
    #[attr(replace, length = 1..=64, accepts = ["aws_iam_role.name", "aws_iam_role.id"])]
    pub role: String,
    /// What is allowed and denied.
    pub policy: Policy,
}

/// What is known about a policy in a role beyond its arguments.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// `ROLE:NAME`.
    pub id: String,
}

/// `aws_iam_role_policy`; its id is `ROLE:NAME`.
pub struct RolePolicy;

impl Resource for RolePolicy {
    const KIND: &'static str = "aws_iam_role_policy";
    const SERVICE: &'static str = "iam";
    const IDENTITY: Identity = Identity::Name;
    const NAMING: Option<Naming> =
        Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["role"], shared: false });
    const READ_BATCH: usize = 20;
    const TIMING: Timing = super::TIMING;
    const IMPORT: &'static str = "ROLE:NAME";
    const RULES: &'static [Rule] = &[Rule::Conflicts(&["name", "name_prefix"])];
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let lives = each(ids.to_vec(), |id| async move {
            let (role, name) = split(&id)?;
            Ok(policy(aws, role, name).await?.map(|policy| (id.clone(), live(role, name, policy))))
        });
        Ok(lives.await?.into_iter().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let name = name_of(Self::KIND, inputs.name.as_ref())?;
        put(aws, &inputs.role, name, &inputs.policy).await?;
        let made = live(&inputs.role, name, inputs.policy.clone());
        Ok(Created { id: Id(made.outputs.id.clone()), live: Some(made), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.policy == after.policy {
            return Ok(());
        }
        let (role, name) = split(id)?;
        put(aws, role, name, &after.policy).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let (role, name) = split(id)?;
        remove(aws, role, name).await
    }

    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        let name = name_of(Self::KIND, inputs.name.as_ref())?;
        let id = Id(format!("{}:{name}", inputs.role));
        Ok(match policy(aws, &inputs.role, name).await? {
            Some(_) => Found::Unproven(id),
            None => Found::Absent,
        })
    }

    async fn locate(_: &Aws, import: &str) -> Result<Id, Fault> {
        let id = Id(import.to_owned());
        split(&id)?;
        Ok(id)
    }
}

/// The names of the policies in a role; none when there is no such role.
///
/// # Errors
/// Whatever keeps IAM from telling.
pub async fn names(aws: &Aws, role: &str) -> Result<Vec<String>, Fault> {
    let pages = aws.iam().list_role_policies().role_name(role).into_paginator().items().send();
    let names: Result<Vec<String>, _> = pages.collect().await;
    Ok(names.found("iam:ListRolePolicies")?.unwrap_or_default())
}

/// The document of a policy in a role.
///
/// # Errors
/// Whatever keeps IAM from telling; one that is not there is `None`.
pub async fn policy(aws: &Aws, role: &str, name: &str) -> Result<Option<Policy>, Fault> {
    let operation = "iam:GetRolePolicy";
    let answer = aws.iam().get_role_policy().role_name(role).policy_name(name).send().await.found(operation)?;
    answer.map(|it| document(operation, it.policy_document())).transpose()
}

/// Writes a policy into a role.
///
/// # Errors
/// What IAM refuses.
pub async fn put(aws: &Aws, role: &str, name: &str, policy: &Policy) -> Result<(), Fault> {
    let call = aws.iam().put_role_policy().role_name(role).policy_name(name).policy_document(policy.to_text());
    soon(call.send().await.fault("iam:PutRolePolicy")).map(|_| ())
}

/// Deletes a policy from a role; one that is not there is fine.
///
/// # Errors
/// What IAM refuses.
pub async fn remove(aws: &Aws, role: &str, name: &str) -> Result<(), Fault> {
    let call = aws.iam().delete_role_policy().role_name(role).policy_name(name);
    call.send().await.found("iam:DeleteRolePolicy").map(|_| ())
}

/// Neither name holds a colon.
fn split(id: &Id) -> Result<(&str, &str), Fault> {
    let parts = id.0.split_once(':').filter(|(role, name)| !role.is_empty() && !name.is_empty());
    parts.ok_or_else(|| Fault::invalid(RolePolicy::KIND, format!("`{id}` is not {}", RolePolicy::IMPORT)))
}

fn live(role: &str, name: &str, policy: Policy) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs { name: Some(name.to_owned()), name_prefix: None, role: role.to_owned(), policy },
        outputs: Outputs { id: format!("{role}:{name}") },
        phase: Phase::Ready,
    }
}
