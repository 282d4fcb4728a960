//! `aws_ecs_service`

mod blocks;
mod change;
mod rules;

use std::collections::BTreeMap;

use aws_sdk_ecs::types::{
    Deployment, DeploymentRolloutState, Failure, LaunchType, SchedulingStrategy, Service as Description, ServiceField,
    Tag,
};
use driver::{Created, Fault, FaultKind, Found, Live, Phase, Token, Want};
use futures::future::try_join_all;
use model::catalog::{Identity, Naming, Timing};
use model::schema::Rule;
use model::typed::Blocks;
use model::{Attributes, Id, Known};

use super::task_definition::same_task_definition;
use super::wire::Wire;
use super::{FaultWords, name_in, tags_of};
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update, attribute};

pub use blocks::{
    Alarms, CapacityProvider, CircuitBreaker, Controller, Lattice, LoadBalancer, Network, PlacementConstraint,
    PlacementStrategy, Registry, ServiceConnect, VolumeConfiguration,
};

/// A service: keeps a number of tasks running, and replaces them when its task definition changes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the service, unique in its cluster.
    #[attr(replace, length = 1..=255, pattern = "[A-Za-z0-9_-]+")]
    pub name: String,
    /// Name or ARN of the cluster; the cluster `default` when unset.
    #[attr(
        replace,
        computed,
        same = same_name,
        accepts = ["aws_ecs_cluster.id", "aws_ecs_cluster.arn", "aws_ecs_cluster.name"]
    )]
    pub cluster: Option<String>,
    /// What tasks run: the ARN of a revision, `FAMILY:REVISION`, or a family, for which AWS takes
    /// the newest revision when the service is created. Another one starts a deployment.
    #[attr(same = same_task_definition, accepts = ["aws_ecs_task_definition.arn"])]
    pub task_definition: Option<String>,
    /// How many tasks run; 0 when unset at creation. Leave it unset where autoscaling decides, and
    /// with the scheduling strategy `DAEMON`.
    #[attr(on_create = "0", range = 0..=2_147_483_647)]
    pub desired_count: Option<i32>,
    /// Where tasks run; the cluster's default capacity providers when unset.
    #[attr(replace, computed, allowed = ["EC2", "FARGATE", "EXTERNAL"])]
    pub launch_type: Option<String>,
    /// Shares of capacity providers, instead of a launch type. A change starts a deployment.
    #[attr(clear, key = "capacity_provider")]
    pub capacity_provider_strategy: Option<Blocks<CapacityProvider>>,
    /// Version of the Fargate platform, as `1.4.0`; `LATEST` when unset.
    #[attr(computed)]
    pub platform_version: Option<String>,
    /// A number of tasks (`REPLICA`), or one on every instance (`DAEMON`).
    #[attr(replace, default = "REPLICA", allowed = ["REPLICA", "DAEMON"])]
    pub scheduling_strategy: Option<String>,
    /// The network of tasks; needed in network mode `awsvpc`.
    pub network_configuration: Option<Network>,
    /// Load balancers that send requests to tasks. A change starts a deployment.
    #[attr(clear)]
    pub load_balancer: Option<Blocks<LoadBalancer>>,
    /// Seconds after a task's start in which load balancers' health checks do not count.
    #[attr(default = 0, range = 0..=2_147_483_647)]
    pub health_check_grace_period_seconds: Option<i32>,
    /// Name or ARN of the role that lets ECS call the load balancer; only without `awsvpc`, where
    /// the service-linked role is not used.
    #[attr(replace, computed, same = same_name, accepts = ["aws_iam_role.arn", "aws_iam_role.name"])]
    pub iam_role: Option<String>,
    /// Who replaces tasks when the service changes.
    #[attr(replace)]
    pub deployment_controller: Option<Controller>,
    /// Stops a deployment whose tasks do not start.
    #[attr(clear)]
    pub deployment_circuit_breaker: Option<CircuitBreaker>,
    /// Most tasks during a deployment, in percent of `desired_count`; 200, or 100 for `DAEMON`,
    /// when unset.
    #[attr(computed, range = 0..=2_147_483_647)]
    pub deployment_maximum_percent: Option<i32>,
    /// Fewest tasks during a deployment, in percent of `desired_count`; 100, or 0 for `DAEMON`,
    /// when unset.
    #[attr(computed, range = 0..=2_147_483_647)]
    pub deployment_minimum_healthy_percent: Option<i32>,
    /// Alarms that stop a deployment.
    #[attr(clear)]
    pub alarms: Option<Alarms>,
    /// Whether tasks move when they are spread unevenly over availability zones.
    #[attr(computed, allowed = ["ENABLED", "DISABLED"])]
    pub availability_zone_rebalancing: Option<String>,
    /// Whether commands can be run in the tasks' containers.
    #[attr(default = false)]
    pub enable_execute_command: Option<bool>,
    /// Whether AWS tags tasks with their cluster and service.
    #[attr(default = false)]
    pub enable_ecs_managed_tags: Option<bool>,
    /// Whose tags tasks take over.
    #[attr(default = "NONE", allowed = ["SERVICE", "TASK_DEFINITION", "NONE"])]
    pub propagate_tags: Option<String>,
    /// How instances are chosen for tasks, in order, at most five; not on Fargate.
    #[attr(clear, length = 0..=5)]
    pub ordered_placement_strategy: Option<Vec<PlacementStrategy>>,
    /// Rules about the instances that may run tasks, at most ten; not on Fargate.
    #[attr(clear, length = 0..=10)]
    pub placement_constraints: Option<Blocks<PlacementConstraint>>,
    /// A Cloud Map service in which tasks are registered. A change starts a deployment.
    #[attr(clear)]
    pub service_registries: Option<Registry>,
    /// Calls between services by name. A change starts a deployment.
    #[attr(clear)]
    pub service_connect_configuration: Option<ServiceConnect>,
    /// A volume that ECS makes for each task. A change starts a deployment.
    #[attr(clear)]
    pub volume_configuration: Option<VolumeConfiguration>,
    /// VPC Lattice target groups in which tasks are registered. A change starts a deployment.
    #[attr(clear)]
    pub vpc_lattice_configurations: Option<Blocks<Lattice>>,
    /// Any values, as a digest; when they change, a deployment starts.
    #[attr(write_only)]
    pub triggers: Option<BTreeMap<String, String>>,
    /// Starts a deployment when it becomes `true`. Changes of what tasks run start one by
    /// themselves, and so does a change of `triggers`.
    #[attr(write_only)]
    pub force_new_deployment: Option<bool>,
    /// Whether a create or an update is done only when all tasks run and the deployment has
    /// completed. Only stackctl reads it.
    #[attr(local, default = false)]
    pub wait_for_steady_state: Option<bool>,
    /// Kept for manifests that come from Terraform: a service is always deleted with its running
    /// tasks, in one call. Only stackctl reads it.
    #[attr(local, default = false)]
    pub force_delete: Option<bool>,
    /// Tags of the service.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// What ECS reports about a service.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// ARN of the service.
    pub id: String,
    /// ARN of the service.
    pub arn: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_ecs_service`; its id is `CLUSTER/SERVICE`.
pub struct Service;

impl Resource for Service {
    const KIND: &'static str = "aws_ecs_service";
    const SERVICE: &'static str = "ecs";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> = Some(Naming { argument: "name", prefix: None, scope: &["cluster"], shared: false });
    const READ_BATCH: usize = 100;
    const TIMING: Timing = Timing::seconds(5, 5, 90, 1200);
    const IMPORT: &'static str = "CLUSTER/SERVICE";
    const RULES: &'static [Rule] = rules::RULES;
    type Inputs = Inputs;
    type Outputs = Outputs;

    /// With [`Inputs::wait_for_steady_state`] among the wanted names, a service is ready when all
    /// its tasks run; else as soon as AWS has accepted it.
    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let steady = matches!(want, Want::Only(names) if names.contains("wait_for_steady_state"));
        let tagged = want.any(&["tags", "tags_all"]);
        let mut clusters: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for id in ids {
            let (cluster, name) = split(id)?;
            clusters.entry(cluster).or_default().push(name.to_owned());
        }
        let calls = clusters.iter().flat_map(|(cluster, names)| names.chunks(BATCH).map(move |some| (*cluster, some)));
        let described = calls.map(|(cluster, names)| describe(aws, cluster, names.to_vec(), tagged));
        let described = try_join_all(described).await?;
        let live = |it: &Description| (id_of(it), live(it, tagged.then(|| tags_of(it.tags())), steady));
        Ok(described.iter().flatten().map(live).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "ecs:CreateService";
        let answer = change::create(aws, inputs, token)?.send().await.fault(operation);
        let answer = answer.words_mean(EXISTS, FaultKind::Conflict).words_mean(SOON, FaultKind::NotYet)?;
        let made = answer.service().map(|it| {
            let tags = Some(inputs.tags.clone().unwrap_or_default());
            (id_of(it), live(it, tags, inputs.wait_for_steady_state == Some(true)))
        });
        let (id, live) =
            made.ok_or_else(|| Fault::new(FaultKind::Unknown, operation, "AWS did not say what it made"))?;
        Ok(Created { id, live: Some(live), unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let (cluster, name) = split(id)?;
        if let Some(call) = change::update(aws, before, after)? {
            let answer = call.cluster(cluster).service(name).send().await.fault("ecs:UpdateService");
            answer.words_mean(SOON, FaultKind::NotYet)?;
        }
        let arn = aws.arn("ecs", &format!("service/{id}"));
        super::retag(aws, &arn, before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        let (cluster, name) = split(id)?;
        // `force` scales the service to 0 and deletes it in one call:
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
        let call = aws.ecs().delete_service().cluster(cluster).service(name).force(true);
        match call.send().await.found("ecs:DeleteService") {
            Err(fault) if fault.code.as_deref() == Some("ServiceNotActiveException") => Ok(()),
            answer => answer.map(|_| ()),
        }
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let cluster = name_in(inputs.cluster.as_deref().unwrap_or(DEFAULT_CLUSTER));
        let described = describe(aws, cluster, vec![inputs.name.clone()], true).await?;
        Ok(match described.first() {
            None => Found::Absent,
            Some(it) if tags::carries(&tags_of(it.tags()), token) => Found::Ours(id_of(it)),
            Some(it) => Found::Foreign(id_of(it)),
        })
    }

    async fn locate(_: &Aws, import: &str) -> Result<Id, Fault> {
        let mut parts = import.rsplit('/');
        match (parts.next(), parts.next()) {
            (Some(name), Some(cluster)) if !name.is_empty() && !cluster.is_empty() => {
                Ok(Id(format!("{cluster}/{name}")))
            }
            _ => Err(Fault::invalid(Self::KIND, format!("`{import}` is not {}", Self::IMPORT))),
        }
    }

    /// Terraform's id is the ARN, which holds the cluster only where the account has opted in to
    /// long ARNs, so the cluster is taken from its argument.
    /// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids>
    fn identify(attributes: &Known) -> Option<Id> {
        let name = attribute(attributes, "name").or_else(|| attribute(attributes, "id").map(name_in))?;
        let cluster = name_in(attribute(attributes, "cluster").unwrap_or(DEFAULT_CLUSTER));
        Some(Id(format!("{cluster}/{name}")))
    }
}

/// The most services, of one cluster, that one call describes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html>
const BATCH: usize = 10;

/// The cluster that AWS takes when none is named.
const DEFAULT_CLUSTER: &str = "default";

/// What ECS says, under a common code, when the name is taken.
const EXISTS: &[&str] = &["Creation of service was not idempotent"];

/// What ECS says, under a common code, while it has not caught up: a deleted service of that name
/// still drains, a role or a target group was just made.
const SOON: &[&str] = &[
    "still Draining",
    "Unable to assume",
    "verify that the ECS service role being passed has the proper permissions",
    "does not have an associated load balancer",
];

fn split(id: &Id) -> Result<(&str, &str), Fault> {
    let wrong = || Fault::invalid(Service::KIND, format!("`{id}` is not {}", Service::IMPORT));
    id.0.split_once('/').ok_or_else(wrong)
}

fn id_of(it: &Description) -> Id {
    let cluster = name_in(it.cluster_arn().unwrap_or_default());
    Id(format!("{cluster}/{}", it.service_name().unwrap_or_default()))
}

/// Services of one cluster, without those that AWS only remembers. A cluster that is gone has none.
async fn describe(aws: &Aws, cluster: &str, names: Vec<String>, tagged: bool) -> Result<Vec<Description>, Fault> {
    let operation = "ecs:DescribeServices";
    let call = aws.ecs().describe_services().cluster(cluster).set_services(Some(names));
    let call = if tagged { call.include(ServiceField::Tags) } else { call };
    let Some(answer) = call.send().await.found(operation)? else { return Ok(Vec::new()) };
    super::only_missing(operation, answer.failures().iter().map(Failure::reason))?;
    Ok(answer.services.unwrap_or_default().into_iter().filter(|it| it.status() != Some("INACTIVE")).collect())
}

fn live(it: &Description, tags: Option<tags::Tags>, steady: bool) -> Live<Inputs, Outputs> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let primary = it.deployments().iter().find(|it| it.status() == Some("PRIMARY"));
    let daemon = it.scheduling_strategy() == Some(&SchedulingStrategy::Daemon);
    let deployment = it.deployment_configuration();
    let circuit = deployment.and_then(|it| it.deployment_circuit_breaker());
    Live {
        inputs: Inputs {
            name: text(it.service_name()),
            cluster: it.cluster_arn().map(str::to_owned),
            task_definition: it.task_definition().map(str::to_owned),
            desired_count: (!daemon).then(|| it.desired_count()),
            launch_type: it.launch_type().map(|it: &LaunchType| it.as_str().to_owned()),
            capacity_provider_strategy: it.capacity_provider_strategy.as_ref().map(Wire::from_wire),
            platform_version: it.platform_version().map(str::to_owned),
            scheduling_strategy: it.scheduling_strategy().map(|it| it.as_str().to_owned()),
            network_configuration: it
                .network_configuration()
                .and_then(|it| it.awsvpc_configuration())
                .map(Wire::from_wire),
            load_balancer: it.load_balancers.as_ref().map(Wire::from_wire),
            health_check_grace_period_seconds: it.health_check_grace_period_seconds(),
            iam_role: it.role_arn().map(str::to_owned),
            deployment_controller: it.deployment_controller().map(Wire::from_wire),
            deployment_circuit_breaker: circuit
                .map(|it| CircuitBreaker { enable: it.enable(), rollback: it.rollback() }),
            deployment_maximum_percent: deployment.and_then(|it| it.maximum_percent()),
            deployment_minimum_healthy_percent: deployment.and_then(|it| it.minimum_healthy_percent()),
            alarms: deployment.and_then(|it| it.alarms()).map(Wire::from_wire),
            availability_zone_rebalancing: it.availability_zone_rebalancing().map(|it| it.as_str().to_owned()),
            enable_execute_command: Some(it.enable_execute_command()),
            enable_ecs_managed_tags: Some(it.enable_ecs_managed_tags()),
            propagate_tags: it.propagate_tags().map(|it| it.as_str().to_owned()),
            ordered_placement_strategy: it.placement_strategy.as_ref().map(Wire::from_wire),
            placement_constraints: it.placement_constraints.as_ref().map(Wire::from_wire),
            service_registries: it.service_registries().first().map(Wire::from_wire),
            service_connect_configuration: primary.and_then(connect),
            volume_configuration: primary.and_then(|it| it.volume_configurations().first()).map(Wire::from_wire),
            vpc_lattice_configurations: primary
                .and_then(|it| it.vpc_lattice_configurations.as_ref())
                .map(Wire::from_wire),
            triggers: None,
            force_new_deployment: None,
            wait_for_steady_state: None,
            force_delete: None,
            tags,
        },
        outputs: Outputs { id: text(it.service_arn()), arn: text(it.service_arn()), tags_all: None },
        phase: phase(it, primary, steady),
    }
}

/// Service Connect that is off is no Service Connect.
fn connect(it: &Deployment) -> Option<ServiceConnect> {
    it.service_connect_configuration().filter(|it| it.enabled()).map(Wire::from_wire)
}

/// A service is steady when its one deployment runs as many tasks as it should.
fn phase(it: &Description, primary: Option<&Deployment>, steady: bool) -> Phase {
    let (running, desired) = (it.running_count(), it.desired_count());
    if it.status() == Some("DRAINING") {
        return Phase::Settling(format!("draining, {running} tasks still running"));
    }
    if !steady {
        return Phase::Ready;
    }
    if let Some(primary) = primary.filter(|it| it.rollout_state() == Some(&DeploymentRolloutState::Failed)) {
        return Phase::Failed(primary.rollout_state_reason().unwrap_or("the deployment failed").to_owned());
    }
    if running == desired && it.deployments().len() <= 1 {
        return Phase::Ready;
    }
    Phase::Settling(format!("{running} of {desired} tasks running"))
}

/// AWS answers ARNs where it takes names too.
fn same_name(desired: &Known, live: &Known) -> bool {
    matches!((desired.as_text(), live.as_text()), (Some(desired), Some(live)) if name_in(desired) == name_in(live))
}

fn service_tags(inputs: &Inputs, token: &Token) -> Vec<Tag> {
    super::sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))
}
