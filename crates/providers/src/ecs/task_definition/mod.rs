//! `aws_ecs_task_definition`

mod containers;
mod linux;
mod rules;
mod volumes;

use std::collections::BTreeSet;

use aws_sdk_ecs::types::{
    IpcMode, NetworkMode, PidMode, SortOrder, Tag, TaskDefinition as Description, TaskDefinitionField,
    TaskDefinitionStatus,
};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Life, Naming};
use model::schema::Rule;
use model::typed::Blocks;
use model::{Attributes, Id, Known};

use super::wire::Wire;
use super::{FaultWords, retag, sdk_tags, tags_of, wired};
use crate::aws::{Answer, Aws, tags};
use crate::checks::fargate;
use crate::resource::{Lives, Made, Resource, Update, attribute};

pub use containers::{Container, Containers};
pub use volumes::{EphemeralStorage, InferenceAccelerator, PlacementConstraint, Proxy, RuntimePlatform, Volume};

/// What a task runs: its containers, their CPU and memory, roles and volumes. AWS keeps task
/// definitions as revisions of a family; every change but one of tags registers a new revision.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definitions.html>
#[derive(Attributes)]
pub struct Inputs {
    /// Name that all revisions share.
    #[attr(replace, length = 1..=255, pattern = "[A-Za-z0-9_-]+")]
    pub family: String,
    /// The containers: an array of tables in AWS's camelCase, or a JSON string.
    #[attr(replace)]
    pub container_definitions: Containers,
    /// CPU units of the whole task, 1024 to the vCPU, or as `0.5 vCPU`. Required on Fargate.
    #[attr(replace, clear, same = fargate::same_cpu)]
    pub cpu: Option<String>,
    /// Memory of the whole task in MiB, or as `2 GB`. Required on Fargate.
    #[attr(replace, clear, same = fargate::same_memory)]
    pub memory: Option<String>,
    /// How containers reach the network. Fargate takes only `awsvpc`.
    #[attr(replace, computed, allowed = ["awsvpc", "bridge", "host", "none"])]
    pub network_mode: Option<String>,
    /// Where the task may run; AWS checks the definition against it.
    #[attr(replace, clear, allowed = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])]
    pub requires_compatibilities: Option<BTreeSet<String>>,
    /// ARN of the role that ECS itself assumes, to pull images, fetch secrets and write logs.
    #[attr(replace, clear, accepts = ["aws_iam_role.arn"])]
    pub execution_role_arn: Option<String>,
    /// ARN of the role that the containers assume.
    #[attr(replace, clear, accepts = ["aws_iam_role.arn"])]
    pub task_role_arn: Option<String>,
    /// Whether processes see those of the other containers (`task`) or of the host (`host`).
    #[attr(replace, clear, allowed = ["task", "host"])]
    pub pid_mode: Option<String>,
    /// With whom containers share memory between processes.
    #[attr(replace, clear, allowed = ["task", "host", "none"])]
    pub ipc_mode: Option<String>,
    /// Whether the Fault Injection Service may disturb tasks.
    #[attr(replace, computed)]
    pub enable_fault_injection: Option<bool>,
    /// Storage on Fargate beyond the usual 20 GiB.
    #[attr(replace, clear)]
    pub ephemeral_storage: Option<EphemeralStorage>,
    /// Elastic Inference accelerators of the task.
    #[attr(
        replace,
        clear,
        key = "device_name",
        deprecated = "AWS has closed Elastic Inference; use instances with accelerators"
    )]
    pub inference_accelerator: Option<Blocks<InferenceAccelerator>>,
    /// Rules about the instances that may run the task, at most ten; not on Fargate.
    #[attr(replace, clear, length = 0..=10)]
    pub placement_constraints: Option<Blocks<PlacementConstraint>>,
    /// An App Mesh proxy.
    #[attr(replace, clear)]
    pub proxy_configuration: Option<Proxy>,
    /// Processor and operating system of the task.
    #[attr(replace, clear)]
    pub runtime_platform: Option<RuntimePlatform>,
    /// Volumes that containers mount by name.
    #[attr(replace, clear, key = "name")]
    pub volume: Option<Blocks<Volume>>,
    /// Whether a revision stays registered when it is replaced or destroyed. Only stackctl reads
    /// it.
    #[attr(local, default = false)]
    pub skip_destroy: Option<bool>,
    /// Whether the family's newest active revision is compared, also where someone else
    /// registered it, instead of the revision that stackctl registered. Only stackctl reads it.
    #[attr(local, default = false)]
    pub track_latest: Option<bool>,
    /// Tags of the revision.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// What ECS reports about a revision.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// The family.
    pub id: String,
    /// ARN of the revision, its number included.
    pub arn: String,
    /// ARN of the family, for which ECS takes the newest active revision.
    pub arn_without_revision: String,
    /// Number of the revision.
    pub revision: i32,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_ecs_task_definition`; its id is its ARN with the revision.
pub struct TaskDefinition;

/// How many of a family's newest revisions are searched for one that was registered without an
/// answer.
const RECENT: i32 = 25;

impl Resource for TaskDefinition {
    const KIND: &'static str = "aws_ecs_task_definition";
    const SERVICE: &'static str = "ecs";
    const IDENTITY: Identity = Identity::Tag;
    const MARKED: bool = true;
    const NAMING: Option<Naming> = Some(Naming { argument: "family", prefix: None, scope: &[], shared: true });
    const READ_BATCH: usize = 1;
    const LIFE: Life = Life::Revisions;
    const IMPORT: &'static str = "ARN";
    const RULES: &'static [Rule] = rules::RULES;
    type Inputs = Inputs;
    type Outputs = Outputs;

    /// With [`Inputs::track_latest`] among the wanted names, the family's newest revision tells
    /// the arguments; the outputs stay those of the revision asked for.
    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let latest = matches!(want, Want::Only(names) if names.contains("track_latest"));
        let tagged = want.any(&["tags", "tags_all"]);
        let lives = ids.iter().map(|id| async move {
            let Some((it, tags)) = describe(aws, &id.0, tagged).await? else { return Ok(None) };
            let mut seen = live(&it, tagged.then(|| tags_of(&tags)));
            if latest && let Some((newest, _)) = describe(aws, &seen.outputs.id, false).await? {
                seen.inputs = Inputs { tags: seen.inputs.tags, ..live(&newest, None).inputs };
            }
            Ok::<_, Fault>(Some((id.clone(), seen)))
        });
        Ok(try_join_all(lives).await?.into_iter().flatten().collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "ecs:RegisterTaskDefinition";
        let answer = register(aws, inputs)?
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))))
            .send()
            .await
            .fault(operation)
            // A role that was just made is not everywhere yet.
            .words_mean(&["Role is not valid"], FaultKind::NotYet)?;
        let made = answer.task_definition().map(|it| live(it, Some(inputs.tags.clone().unwrap_or_default())));
        let made = made.ok_or_else(|| Fault::new(FaultKind::Unknown, operation, "AWS did not say what it made"))?;
        Ok(Created { id: Id(made.outputs.arn.clone()), live: Some(made), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        retag(aws, &id.0, before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let operation = "ecs:DeregisterTaskDefinition";
        let answer = aws.ecs().deregister_task_definition().task_definition(&id.0).send().await.fault(operation);
        match answer.words_mean(GONE, FaultKind::NotFound) {
            Err(fault) if fault.kind != FaultKind::NotFound => Err(fault),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let call = aws.ecs().list_task_definitions().family_prefix(&inputs.family).max_results(RECENT);
        let page = call.sort(SortOrder::Desc).send().await.fault("ecs:ListTaskDefinitions")?;
        for arn in page.task_definition_arns() {
            if let Some((_, tags)) = describe(aws, arn, true).await?
                && tags::carries(&tags_of(&tags), token)
            {
                return Ok(Found::Ours(Id(arn.clone())));
            }
        }
        Ok(Found::Absent)
    }

    async fn locate(_: &Aws, import: &str) -> Result<Id, Fault> {
        let revision = super::name_in(import).rsplit_once(':').and_then(|(_, revision)| revision.parse::<u32>().ok());
        if import.starts_with("arn:") && revision.is_some() {
            return Ok(Id(import.to_owned()));
        }
        Err(Fault::invalid(Self::KIND, format!("`{import}` is not the ARN of a revision")))
    }

    /// Terraform's id is the family.
    fn identify(attributes: &Known) -> Option<Id> {
        attribute(attributes, "arn").map(|arn| Id(arn.to_owned()))
    }
}

/// What ECS says about a revision that never was or is no more, all under the code
/// `ClientException`.
const GONE: &[&str] = &["Unable to describe task definition", "does not exist", "is inactive"];

async fn describe(aws: &Aws, name: &str, tagged: bool) -> Result<Option<(Description, Vec<Tag>)>, Fault> {
    let call = aws.ecs().describe_task_definition().task_definition(name);
    let call = if tagged { call.include(TaskDefinitionField::Tags) } else { call };
    let answer = call.send().await.fault("ecs:DescribeTaskDefinition");
    let answer = match answer.words_mean(GONE, FaultKind::NotFound) {
        Err(fault) if fault.kind == FaultKind::NotFound => return Ok(None),
        answer => answer?,
    };
    let tags = answer.tags().to_vec();
    let active = |it: &Description| it.status() == Some(&TaskDefinitionStatus::Active);
    Ok(answer.task_definition.filter(active).map(|it| (it, tags)))
}

type Register = aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder;

fn register(aws: &Aws, inputs: &Inputs) -> Result<Register, Fault> {
    let operation = "ecs:RegisterTaskDefinition";
    let wrong = |wrong: aws_sdk_ecs::error::BuildError| Fault::invalid(operation, wrong.to_string());
    let call = aws.ecs().register_task_definition();
    let accelerators = inputs.inference_accelerator.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?;
    // AWS has closed the service; what it says about a device is clearer than silence.
    #[allow(deprecated)]
    let call = call.set_inference_accelerators(accelerators);
    Ok(call
        .family(&inputs.family)
        .set_container_definitions(Some(wired(operation, &inputs.container_definitions.0)?))
        .set_cpu(inputs.cpu.clone())
        .set_memory(inputs.memory.clone())
        .set_network_mode(inputs.network_mode.as_deref().map(NetworkMode::from))
        .set_requires_compatibilities(
            inputs.requires_compatibilities.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?,
        )
        .set_execution_role_arn(inputs.execution_role_arn.clone())
        .set_task_role_arn(inputs.task_role_arn.clone())
        .set_pid_mode(inputs.pid_mode.as_deref().map(PidMode::from))
        .set_ipc_mode(inputs.ipc_mode.as_deref().map(IpcMode::from))
        .set_enable_fault_injection(inputs.enable_fault_injection)
        .set_ephemeral_storage(inputs.ephemeral_storage.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?)
        .set_placement_constraints(inputs.placement_constraints.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?)
        .set_proxy_configuration(inputs.proxy_configuration.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?)
        .set_runtime_platform(inputs.runtime_platform.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?)
        .set_volumes(inputs.volume.as_ref().map(Wire::to_wire).transpose().map_err(wrong)?))
}

fn live(it: &Description, tags: Option<tags::Tags>) -> Live<Inputs, Outputs> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let arn = text(it.task_definition_arn());
    Live {
        inputs: Inputs {
            family: text(it.family()),
            container_definitions: Containers(it.container_definitions().iter().map(Container::from_wire).collect()),
            cpu: it.cpu().map(str::to_owned),
            memory: it.memory().map(str::to_owned),
            network_mode: it.network_mode().map(|it| it.as_str().to_owned()),
            requires_compatibilities: it.requires_compatibilities.as_ref().map(Wire::from_wire),
            execution_role_arn: it.execution_role_arn().map(str::to_owned),
            task_role_arn: it.task_role_arn().map(str::to_owned),
            pid_mode: it.pid_mode().map(|it| it.as_str().to_owned()),
            ipc_mode: it.ipc_mode().map(|it| it.as_str().to_owned()),
            enable_fault_injection: it.enable_fault_injection(),
            ephemeral_storage: it.ephemeral_storage().map(Wire::from_wire),
            inference_accelerator: it.inference_accelerators.as_ref().map(Wire::from_wire),
            placement_constraints: it.placement_constraints.as_ref().map(Wire::from_wire),
            proxy_configuration: it.proxy_configuration().map(Wire::from_wire),
            runtime_platform: it.runtime_platform().map(Wire::from_wire),
            volume: it.volumes.as_ref().map(|it| it.iter().map(volume).collect()),
            skip_destroy: None,
            track_latest: None,
            tags,
        },
        outputs: Outputs {
            id: text(it.family()),
            arn_without_revision: arn.rsplit_once(':').map_or_else(|| arn.clone(), |(family, _)| family.to_owned()),
            arn,
            revision: it.revision(),
            tags_all: None,
        },
        phase: Phase::Ready,
    }
}

/// AWS answers an empty `host` for every volume that has none.
fn volume(it: &aws_sdk_ecs::types::Volume) -> Volume {
    let volume = Volume::from_wire(it);
    Volume { host_path: volume.host_path.filter(|path| !path.is_empty()), ..volume }
}

/// Whether a task definition as a service names it means a revision: by its ARN, as
/// `FAMILY:REVISION`, or any revision by its family alone.
pub fn means(given: &str, arn: &str) -> bool {
    let (given, it) = (super::name_in(given), super::name_in(arn));
    given == it || it.rsplit_once(':').is_some_and(|(family, _)| family == given)
}

/// [`means`] between two values, for schemas.
pub fn same_task_definition(given: &Known, live: &Known) -> bool {
    matches!((given.as_text(), live.as_text()), (Some(given), Some(live)) if means(given, live))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_may_name_a_revision_or_a_family() {
        let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:7";
        let family = "arn:aws:ecs:us-east-1:123456789012:task-definition/web";
        for given in [arn, family, "web:7", "web"] {
            assert!(means(given, arn), "{given}");
        }
        for given in ["web:8", "we", "eb", "web:", "", &arn.replace(":7", ":77")] {
            assert!(!means(given, arn), "{given}");
        }
    }
}
