//! `aws_ecr_lifecycle_policy`

use driver::{Created, Fault, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::Identity;
use model::typed::Json;
use model::{Attributes, Id};

use crate::aws::{Answer, Aws};
use crate::resource::{Lives, Made, Resource, Update};

/// Which images of a repository expire, and when.
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the repository. Changing it moves the policy to another repository.
    #[attr(replace, accepts = ["aws_ecr_repository.name", "aws_ecr_repository.id"])]
    pub repository: String,
    /// The policy: `rules`, each with `rulePriority`, `description`, `selection` and `action`.
    pub policy: Json,
}

/// What ECR reports about a lifecycle policy.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// Name of the repository.
    pub id: String,
    /// Account that the registry belongs to.
    pub registry_id: String,
}

/// `aws_ecr_lifecycle_policy`; its id is the repository's name.
pub struct LifecyclePolicy;

impl Resource for LifecyclePolicy {
    const KIND: &'static str = "aws_ecr_lifecycle_policy";
    const SERVICE: &'static str = "ecr";
    const IDENTITY: Identity = Identity::Natural(&["repository"]);
    const READ_BATCH: usize = 20;
    const IMPORT: &'static str = "REPOSITORY";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], _: &Want) -> Result<Lives<Self>, Fault> {
        let read = ids.iter().map(|id| async move { Ok::<_, Fault>((id.clone(), ask(aws, id).await?)) });
        let read = try_join_all(read).await?.into_iter();
        Ok(read.filter_map(|(id, live)| Some((id, live?))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Made<Self>, Fault> {
        let registry = put(aws, &inputs.repository, &inputs.policy).await?;
        let live = live(&inputs.repository, &registry, inputs.policy.clone());
        Ok(Created { id: Id(inputs.repository.clone()), live: Some(live), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        if before.policy == after.policy {
            return Ok(());
        }
        put(aws, &id.0, &after.policy).await.map(|_| ())
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let call = aws.ecr().delete_lifecycle_policy().repository_name(&id.0);
        call.send().await.found("ecr:DeleteLifecyclePolicy").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, _: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.repository.clone());
        Ok(if ask(aws, &id).await?.is_some() { Found::Unproven(id) } else { Found::Absent })
    }
}

async fn ask(aws: &Aws, id: &Id) -> Result<Option<Live<Inputs, Outputs>>, Fault> {
    let operation = "ecr:GetLifecyclePolicy";
    let answer = aws.ecr().get_lifecycle_policy().repository_name(&id.0).send().await.found(operation)?;
    let Some(it) = answer else { return Ok(None) };
    let policy = Json::from_text(it.lifecycle_policy_text().unwrap_or("null"));
    let policy = policy.map_err(|wrong| Fault::invalid(operation, wrong.to_string()))?;
    Ok(Some(live(&id.0, it.registry_id().unwrap_or(aws.account()), policy)))
}

async fn put(aws: &Aws, repository: &str, policy: &Json) -> Result<String, Fault> {
    let call = aws.ecr().put_lifecycle_policy().repository_name(repository).lifecycle_policy_text(policy.to_text());
    let answer = call.send().await.fault("ecr:PutLifecyclePolicy")?;
    Ok(answer.registry_id().unwrap_or(aws.account()).to_owned())
}

fn live(repository: &str, registry: &str, policy: Json) -> Live<Inputs, Outputs> {
    Live {
        inputs: Inputs { repository: repository.to_owned(), policy },
        outputs: Outputs { id: repository.to_owned(), registry_id: registry.to_owned() },
        phase: Phase::Ready,
    }
}
