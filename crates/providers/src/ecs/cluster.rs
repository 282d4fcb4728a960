//! `aws_ecs_cluster`

use aws_sdk_ecs::types::{
    Cluster as Description, ClusterField, ClusterServiceConnectDefaultsRequest, Failure, ServiceField,
};
use driver::{Created, Fault, FaultKind, Found, Live, Obstacle, Phase, Token, Want};
use model::catalog::{Identity, Naming, Timing};
use model::typed::Blocks;
use model::{Attributes, Id, Known};

use super::wire::{Wire, wire};
use super::{name_in, retag, sdk_tags, tags_of, wired};
use crate::aws::{Answer, Aws, tags};
use crate::resource::{Lives, Made, Resource, Update, attribute};

/// A cluster: the place where tasks and services run.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/clusters.html>
#[derive(Attributes, Debug)]
pub struct Inputs {
    /// Name of the cluster.
    #[attr(replace, length = 1..=255, pattern = "[A-Za-z0-9_-]+")]
    pub name: String,
    /// Where `execute-command` logs, and with which keys storage is encrypted. Removing it from
    /// the manifest leaves it as it is.
    pub configuration: Option<Configuration>,
    /// What services use for Service Connect when they say nothing else.
    #[attr(clear)]
    pub service_connect_defaults: Option<ServiceConnectDefaults>,
    /// Settings of the cluster. Removing one from the manifest leaves it as it is.
    #[attr(computed, key = "name")]
    pub setting: Option<Blocks<Setting>>,
    /// Tags of the cluster.
    #[attr(clear)]
    pub tags: Option<tags::Tags>,
}

/// Commands in containers, and storage.
#[derive(Attributes, Debug, PartialEq)]
pub struct Configuration {
    /// How commands in containers are recorded.
    pub execute_command_configuration: Option<ExecuteCommand>,
    /// Keys that encrypt the storage of tasks.
    pub managed_storage_configuration: Option<ManagedStorage>,
}
wire!(Configuration => ClusterConfiguration {
    opt execute_command_configuration / set_execute_command_configuration,
    opt managed_storage_configuration / set_managed_storage_configuration,
});

/// How commands in containers are recorded.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html>
#[derive(Attributes, Debug, PartialEq)]
pub struct ExecuteCommand {
    /// Key that encrypts the data between client and container.
    #[attr(accepts = ["aws_kms_key.arn", "aws_kms_key.id"])]
    pub kms_key_id: Option<String>,
    /// Nowhere (`NONE`), in the container's own log (`DEFAULT`), or as in `log_configuration`
    /// (`OVERRIDE`).
    #[attr(allowed = ["NONE", "DEFAULT", "OVERRIDE"])]
    pub logging: Option<String>,
    /// Where they are recorded; needs `logging = "OVERRIDE"`.
    pub log_configuration: Option<ExecuteCommandLog>,
}
wire!(ExecuteCommand => ExecuteCommandConfiguration {
    opt kms_key_id / set_kms_key_id,
    opt logging / set_logging,
    opt log_configuration / set_log_configuration,
});

/// Where commands in containers are recorded.
#[derive(Attributes, Debug, PartialEq)]
pub struct ExecuteCommandLog {
    /// Whether the log group encrypts what is sent.
    #[attr(default = false)]
    pub cloud_watch_encryption_enabled: Option<bool>,
    /// Name of the log group.
    #[attr(accepts = ["aws_cloudwatch_log_group.name"])]
    pub cloud_watch_log_group_name: Option<String>,
    /// Whether the bucket encrypts what is sent.
    #[attr(default = false)]
    pub s3_bucket_encryption_enabled: Option<bool>,
    /// Name of the bucket.
    #[attr(accepts = ["aws_s3_bucket.id", "aws_s3_bucket.bucket"])]
    pub s3_bucket_name: Option<String>,
    /// Folder in the bucket.
    pub s3_key_prefix: Option<String>,
}
wire!(ExecuteCommandLog => ExecuteCommandLogConfiguration {
    fill cloud_watch_encryption_enabled / set_cloud_watch_encryption_enabled,
    opt cloud_watch_log_group_name / set_cloud_watch_log_group_name,
    fill s3_bucket_encryption_enabled = s3_encryption_enabled / set_s3_encryption_enabled,
    opt s3_bucket_name / set_s3_bucket_name,
    opt s3_key_prefix / set_s3_key_prefix,
});

/// Keys that encrypt the storage of tasks.
#[derive(Attributes, Debug, PartialEq)]
pub struct ManagedStorage {
    /// ARN of the key for ephemeral storage on Fargate.
    #[attr(accepts = ["aws_kms_key.arn"])]
    pub fargate_ephemeral_storage_kms_key_id: Option<String>,
    /// ARN of the key for volumes that ECS makes.
    #[attr(accepts = ["aws_kms_key.arn"])]
    pub kms_key_id: Option<String>,
}
wire!(ManagedStorage => ManagedStorageConfiguration {
    opt fargate_ephemeral_storage_kms_key_id / set_fargate_ephemeral_storage_kms_key_id,
    opt kms_key_id / set_kms_key_id,
});

/// What services use for Service Connect when they say nothing else.
#[derive(Attributes, Debug, PartialEq)]
pub struct ServiceConnectDefaults {
    /// ARN of the Cloud Map namespace.
    #[attr(accepts = ["aws_service_discovery_private_dns_namespace.arn"])]
    pub namespace: String,
}

/// A setting of the cluster.
#[derive(Attributes, Debug, Default, PartialEq)]
pub struct Setting {
    /// Which setting.
    #[attr(open, allowed = ["containerInsights"])]
    pub name: String,
    /// Its value; for `containerInsights` that is `enhanced`, `enabled` or `disabled`.
    pub value: String,
}
wire!(Setting => ClusterSetting {
    need name / set_name,
    need value / set_value,
});

/// What ECS reports about a cluster.
#[derive(Attributes, Debug)]
pub struct Outputs {
    /// ARN of the cluster.
    pub id: String,
    /// ARN of the cluster.
    pub arn: String,
    /// All tags, those of the stack included.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<tags::Tags>,
}

/// `aws_ecs_cluster`; its id is its name.
pub struct Cluster;

impl Resource for Cluster {
    const KIND: &'static str = "aws_ecs_cluster";
    const SERVICE: &'static str = "ecs";
    const IDENTITY: Identity = Identity::Name;
    const MARKED: bool = true;
    const NAMING: Option<Naming> = Some(Naming { argument: "name", prefix: None, scope: &[], shared: false });
    const READ_BATCH: usize = 100;
    const TIMING: Timing = Timing::seconds(2, 2, 3, 600);
    const IMPORT: &'static str = "NAME";
    type Inputs = Inputs;
    type Outputs = Outputs;

    async fn read(aws: &Aws, ids: &[Id], want: &Want) -> Result<Lives<Self>, Fault> {
        let fields = [
            (ClusterField::Tags, want.any(&["tags", "tags_all"])),
            (ClusterField::Settings, want.any(&["setting"])),
            (ClusterField::Configurations, want.any(&["configuration"])),
        ];
        let fields = fields.into_iter().filter_map(|(field, wanted)| wanted.then_some(field)).collect();
        let described = describe(aws, ids, fields).await?;
        Ok(described.iter().filter_map(|it| Some((Id(it.cluster_name()?.to_owned()), live(it)))).collect())
    }

    async fn create(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Made<Self>, Fault> {
        let operation = "ecs:CreateCluster";
        // Where a cluster of that name exists, the call succeeds and answers with it, so whose it
        // is has to be seen by the token:
        // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html
        let answer = aws
            .ecs()
            .create_cluster()
            .cluster_name(&inputs.name)
            .set_configuration(inputs.configuration.as_ref().map(|it| wired(operation, it)).transpose()?)
            .set_settings(inputs.setting.as_ref().map(|it| wired(operation, it)).transpose()?)
            .set_service_connect_defaults(inputs.service_connect_defaults.as_ref().map(defaults).transpose()?)
            .set_tags(Some(sdk_tags(&tags::with_token(inputs.tags.as_ref(), token))))
            .send()
            .await
            .fault(operation)?;
        if !answer.cluster().is_some_and(|it| tags::carries(&tags_of(it.tags()), token))
            && !matches!(Self::find(aws, inputs, token).await?, Found::Ours(_))
        {
            let message = format!("a cluster named `{}` exists already", inputs.name);
            return Err(Fault::new(FaultKind::Conflict, operation, message));
        }
        let made = answer.cluster().map(|it| {
            let mut made = live(it);
            made.inputs.tags = Some(inputs.tags.clone().unwrap_or_default());
            made
        });
        Ok(Created { id: Id(inputs.name.clone()), live: made, unfinished: false })
    }

    async fn update(aws: &Aws, Update { id, before, after }: Update<'_, Self>) -> Result<(), Fault> {
        let operation = "ecs:UpdateCluster";
        let mut call = aws.ecs().update_cluster().cluster(&id.0);
        let mut changed = false;
        if before.configuration != after.configuration
            && let Some(configuration) = &after.configuration
        {
            (call, changed) = (call.configuration(wired(operation, configuration)?), true);
        }
        if before.setting != after.setting
            && let Some(setting) = &after.setting
        {
            (call, changed) = (call.set_settings(Some(wired(operation, setting)?)), true);
        }
        if before.service_connect_defaults != after.service_connect_defaults {
            // An empty namespace takes the defaults away.
            let none = ServiceConnectDefaults { namespace: String::new() };
            let wanted = after.service_connect_defaults.as_ref().unwrap_or(&none);
            (call, changed) = (call.service_connect_defaults(defaults(wanted)?), true);
        }
        if changed {
            call.send().await.fault(operation)?;
        }
        retag(aws, &arn(aws, id), before.tags.as_ref(), after.tags.as_ref()).await
    }

    async fn delete(aws: &Aws, id: &Id, _: &Inputs) -> Result<(), Fault> {
        aws.ecs().delete_cluster().cluster(&id.0).send().await.found("ecs:DeleteCluster").map(|_| ())
    }

    async fn find(aws: &Aws, inputs: &Inputs, token: &Token) -> Result<Found, Fault> {
        let id = Id(inputs.name.clone());
        let described = describe(aws, std::slice::from_ref(&id), vec![ClusterField::Tags]).await?;
        Ok(match described.first() {
            None => Found::Absent,
            Some(it) if tags::carries(&tags_of(it.tags()), token) => Found::Ours(id),
            Some(_) => Found::Foreign(id),
        })
    }

    async fn locate(_: &Aws, import: &str) -> Result<Id, Fault> {
        Ok(Id(name_in(import).to_owned()))
    }

    /// Terraform's id is the ARN.
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_cluster#attribute-reference>
    fn identify(attributes: &Known) -> Option<Id> {
        let name = attribute(attributes, "name").or_else(|| attribute(attributes, "id").map(name_in))?;
        Some(Id(name.to_owned()))
    }

    async fn obstacles(aws: &Aws, id: &Id, _: &Inputs) -> Result<Vec<Obstacle>, Fault> {
        let described = describe(aws, std::slice::from_ref(id), Vec::new()).await?;
        let Some(it) = described.first() else { return Ok(Vec::new()) };
        let mut obstacles = Vec::new();
        if it.registered_container_instances_count() > 0 {
            obstacles.push(Obstacle {
                reason: format!(
                    "the cluster `{id}` still has {} container instances",
                    it.registered_container_instances_count()
                ),
                help: "deregister them, or scale their group to 0".to_owned(),
                by: None,
            });
        }
        obstacles.extend(foreign_services(aws, id).await?);
        if it.running_tasks_count() + it.pending_tasks_count() > 0 {
            obstacles.extend(lone_tasks(aws, id).await?);
        }
        Ok(obstacles)
    }
}

/// Services that no stackctl made: those of ours go before their cluster does.
async fn foreign_services(aws: &Aws, id: &Id) -> Result<Vec<Obstacle>, Fault> {
    // As many as one describe call takes; one of them is enough to stop.
    let page = aws.ecs().list_services().cluster(&id.0).max_results(10).send().await.fault("ecs:ListServices")?;
    if page.service_arns().is_empty() {
        return Ok(Vec::new());
    }
    let call = aws.ecs().describe_services().cluster(&id.0).set_services(Some(page.service_arns().to_vec()));
    let described = call.include(ServiceField::Tags).send().await.fault("ecs:DescribeServices")?;
    let foreign = described.services().iter().filter(|it| !tags_of(it.tags()).contains_key(Token::TAG));
    Ok(foreign
        .map(|it| Obstacle {
            reason: format!("the service `{}` still runs in the cluster `{id}`", it.service_name().unwrap_or_default()),
            help: "delete the service, or import it".to_owned(),
            by: None,
        })
        .collect())
}

/// Tasks that were started by hand or by a schedule; those of a service go with it.
async fn lone_tasks(aws: &Aws, id: &Id) -> Result<Option<Obstacle>, Fault> {
    let page = aws.ecs().list_tasks().cluster(&id.0).send().await.fault("ecs:ListTasks")?;
    if page.task_arns().is_empty() {
        return Ok(None);
    }
    let call = aws.ecs().describe_tasks().cluster(&id.0).set_tasks(Some(page.task_arns().to_vec()));
    let described = call.send().await.fault("ecs:DescribeTasks")?;
    let lone = |group: Option<&str>| !group.is_some_and(|it| it.starts_with("service:"));
    let count = described.tasks().iter().filter(|it| lone(it.group())).count();
    Ok((count > 0).then(|| Obstacle {
        reason: format!("{count} tasks that belong to no service run in the cluster `{id}`"),
        help: "stop them".to_owned(),
        by: None,
    }))
}

/// Clusters that AWS has not only in memory: inactive ones are left out.
async fn describe(aws: &Aws, ids: &[Id], fields: Vec<ClusterField>) -> Result<Vec<Description>, Fault> {
    let operation = "ecs:DescribeClusters";
    let names = ids.iter().map(|id| id.0.clone()).collect();
    let call = aws.ecs().describe_clusters().set_clusters(Some(names)).set_include(Some(fields));
    let answer = call.send().await.fault(operation)?;
    super::only_missing(operation, answer.failures().iter().map(Failure::reason))?;
    Ok(answer.clusters.unwrap_or_default().into_iter().filter(|it| it.status() != Some("INACTIVE")).collect())
}

fn arn(aws: &Aws, id: &Id) -> String {
    aws.arn("ecs", &format!("cluster/{id}"))
}

fn defaults(it: &ServiceConnectDefaults) -> Result<ClusterServiceConnectDefaultsRequest, Fault> {
    let built = ClusterServiceConnectDefaultsRequest::builder().namespace(&it.namespace).build();
    built.map_err(|wrong| Fault::invalid("ecs:UpdateCluster", wrong.to_string()))
}

fn live(it: &Description) -> Live<Inputs, Outputs> {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let namespace = it.service_connect_defaults().and_then(|it| it.namespace()).filter(|it| !it.is_empty());
    Live {
        inputs: Inputs {
            name: text(it.cluster_name()),
            configuration: it.configuration().map(Wire::from_wire),
            service_connect_defaults: namespace.map(|it| ServiceConnectDefaults { namespace: it.to_owned() }),
            setting: it.settings.as_ref().map(Wire::from_wire),
            tags: it.tags.as_deref().map(tags_of),
        },
        outputs: Outputs { id: text(it.cluster_arn()), arn: text(it.cluster_arn()), tags_all: None },
        phase: match it.status() {
            Some("FAILED") => Phase::Failed("AWS could not make what the cluster's capacity providers need".to_owned()),
            Some("PROVISIONING") => Phase::Settling("provisioning".to_owned()),
            Some("DEPROVISIONING") => Phase::Settling("deprovisioning".to_owned()),
            _ => Phase::Ready,
        },
    }
}
