//! The blocks of a service.
//!
//! In: blocks of the manifest, or what ECS describes. Out: the other of the two. It must not
//! know which of them a call takes.

use std::collections::{BTreeMap, BTreeSet};

use model::typed::Blocks;
use model::{Attributes, Known};

use crate::ecs::wire::wire;

/// Alarms that stop a deployment.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Alarms {
    /// Names of the CloudWatch alarms.
    #[attr(accepts = ["aws_cloudwatch_metric_alarm.alarm_name"])]
    pub alarm_names: BTreeSet<String>,
    /// Whether the alarms are watched.
    pub enable: bool,
    /// Whether a stopped deployment goes back to the last one that completed.
    pub rollback: bool,
}
wire!(Alarms => DeploymentAlarms {
    req alarm_names / set_alarm_names,
    req enable / set_enable,
    req rollback / set_rollback,
});

/// Stops a deployment whose tasks do not start.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html>
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct CircuitBreaker {
    /// Whether deployments that cannot complete are stopped.
    pub enable: bool,
    /// Whether a stopped deployment goes back to the last one that completed.
    pub rollback: bool,
}

/// Who replaces tasks when the service changes.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Controller {
    /// ECS itself, CodeDeploy, or another system.
    #[attr(replace, rename = "type", default = "ECS", allowed = ["ECS", "CODE_DEPLOY", "EXTERNAL"])]
    pub r#type: Option<String>,
}
wire!(Controller => DeploymentController {
    fill r#type / set_type,
});

/// A capacity provider's share of the tasks.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct CapacityProvider {
    /// How many tasks it gets before shares count; only one provider may have a base.
    #[attr(default = 0, range = 0..=100_000)]
    pub base: Option<i32>,
    /// Name of the capacity provider, as `FARGATE_SPOT`.
    pub capacity_provider: String,
    /// Its share of the tasks beyond the bases, relative to the others.
    #[attr(default = 0, range = 0..=1000)]
    pub weight: Option<i32>,
}
wire!(CapacityProvider => CapacityProviderStrategyItem {
    fill base / set_base,
    req capacity_provider / set_capacity_provider,
    fill weight / set_weight,
});

/// A load balancer that sends requests to the service's tasks.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct LoadBalancer {
    /// Name of the container that answers.
    pub container_name: String,
    /// Port of the container.
    #[attr(range = 0..=65_535)]
    pub container_port: i32,
    /// Name of a classic load balancer.
    pub elb_name: Option<String>,
    /// ARN of the target group of an application or network load balancer.
    #[attr(accepts = ["aws_lb_target_group.arn"])]
    pub target_group_arn: Option<String>,
}
wire!(LoadBalancer => LoadBalancer {
    need container_name / set_container_name,
    need container_port / set_container_port,
    opt elb_name = load_balancer_name / set_load_balancer_name,
    opt target_group_arn / set_target_group_arn,
});

/// The network of tasks in network mode `awsvpc`.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct Network {
    /// Whether tasks get a public address; only on Fargate.
    #[attr(default = false)]
    pub assign_public_ip: Option<bool>,
    /// Security groups of the tasks, at most five; the VPC's default group when unset.
    #[attr(computed, length = 0..=5, accepts = ["aws_security_group.id", "aws_default_security_group.id"])]
    pub security_groups: Option<BTreeSet<String>>,
    /// Subnets in which tasks run, at most 16.
    #[attr(length = 1..=16, accepts = ["aws_subnet.id", "aws_default_subnet.id"])]
    pub subnets: BTreeSet<String>,
}
wire!(Network => AwsVpcConfiguration {
    opt assign_public_ip / set_assign_public_ip,
    opt security_groups / set_security_groups,
    req subnets / set_subnets,
});

/// How instances are chosen for tasks.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct PlacementStrategy {
    /// What to spread over (`instanceId`, `attribute:ecs.availability-zone`) or to pack by
    /// (`cpu`, `memory`).
    #[attr(same = same_placement_field)]
    pub field: Option<String>,
    /// Kind of strategy.
    #[attr(rename = "type", allowed = ["binpack", "random", "spread"])]
    pub r#type: String,
}
wire!(PlacementStrategy => PlacementStrategy {
    opt field / set_field,
    need r#type / set_type,
});

/// AWS takes `host` for `instanceId`, and any case:
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html>.
fn same_placement_field(desired: &Known, live: &Known) -> bool {
    let plain = |it: &Known| it.as_text().map(|it| it.to_ascii_lowercase().replace("instanceid", "host"));
    plain(desired) == plain(live)
}

/// A rule about the instances that may run tasks.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct PlacementConstraint {
    /// A query about instances, for `memberOf`.
    pub expression: Option<String>,
    /// Kind of rule.
    #[attr(rename = "type", allowed = ["distinctInstance", "memberOf"])]
    pub r#type: String,
}
wire!(PlacementConstraint => PlacementConstraint {
    opt expression / set_expression,
    need r#type / set_type,
});

/// A Cloud Map service in which tasks are registered.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct Registry {
    /// Name of the container to register, in network modes `bridge` and `host`.
    pub container_name: Option<String>,
    /// Port of the container to register, in network modes `bridge` and `host`.
    #[attr(range = 0..=65_535)]
    pub container_port: Option<i32>,
    /// Port for SRV records.
    #[attr(range = 0..=65_535)]
    pub port: Option<i32>,
    /// ARN of the Cloud Map service.
    #[attr(accepts = ["aws_service_discovery_service.arn"])]
    pub registry_arn: String,
}
wire!(Registry => ServiceRegistry {
    opt container_name / set_container_name,
    opt container_port / set_container_port,
    opt port / set_port,
    need registry_arn / set_registry_arn,
});

/// Service Connect: calls between services by name.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-connect.html>
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ServiceConnect {
    /// Whether the service uses Service Connect.
    pub enabled: bool,
    /// Where the proxy's log goes.
    pub log_configuration: Option<ConnectLog>,
    /// ARN or name of the Cloud Map namespace; the cluster's default when unset.
    #[attr(computed, accepts = ["aws_service_discovery_private_dns_namespace.arn"])]
    pub namespace: Option<String>,
    /// Ports that others can call.
    pub service: Option<Vec<ConnectService>>,
}
wire!(ServiceConnect => ServiceConnectConfiguration {
    req enabled / set_enabled,
    opt log_configuration / set_log_configuration,
    opt namespace / set_namespace,
    opt service = services / set_services,
});

/// Where the log of Service Connect's proxy goes.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ConnectLog {
    /// The log driver.
    #[attr(allowed = ["awslogs", "awsfirelens", "splunk", "fluentd", "gelf", "journald", "json-file", "syslog"])]
    pub log_driver: String,
    /// Its options, as `awslogs-group`.
    #[attr(computed)]
    pub options: Option<BTreeMap<String, String>>,
    /// Options that ECS fetches.
    pub secret_option: Option<Vec<ConnectSecret>>,
}
wire!(ConnectLog => LogConfiguration {
    req log_driver / set_log_driver,
    opt options / set_options,
    opt secret_option = secret_options / set_secret_options,
});

/// An option of a log driver that ECS fetches.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ConnectSecret {
    /// Name of the option.
    pub name: String,
    /// ARN of the secret or parameter.
    #[attr(accepts = ["aws_secretsmanager_secret.arn"])]
    pub value_from: String,
}
wire!(ConnectSecret => Secret {
    req name / set_name,
    req value_from / set_value_from,
});

/// A port that other services can call.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ConnectService {
    /// Under which name and port others call it.
    pub client_alias: Option<ClientAlias>,
    /// Name in Cloud Map; `port_name` when unset.
    #[attr(computed)]
    pub discovery_name: Option<String>,
    /// Port of the proxy; any free one when unset.
    #[attr(range = 0..=65_535)]
    pub ingress_port_override: Option<i32>,
    /// Name of a port mapping in the task definition.
    pub port_name: String,
    /// When calls are given up.
    pub timeout: Option<ConnectTimeout>,
    /// Encryption of calls.
    pub tls: Option<ConnectTls>,
}
wire!(ConnectService => ServiceConnectService {
    one client_alias = client_aliases / set_client_aliases,
    opt discovery_name / set_discovery_name,
    opt ingress_port_override / set_ingress_port_override,
    req port_name / set_port_name,
    opt timeout / set_timeout,
    opt tls / set_tls,
});

/// Under which name and port others call a service.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ClientAlias {
    /// The name; `DISCOVERY_NAME.NAMESPACE` when unset.
    #[attr(computed)]
    pub dns_name: Option<String>,
    /// The port.
    #[attr(range = 1..=65_535)]
    pub port: i32,
}
wire!(ClientAlias => ServiceConnectClientAlias {
    opt dns_name / set_dns_name,
    req port / set_port,
});

/// When calls through Service Connect are given up.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ConnectTimeout {
    /// Seconds after which an idle connection is closed; 0 for never.
    #[attr(range = 0..=2_147_483_647)]
    pub idle_timeout_seconds: Option<i32>,
    /// Seconds after which a request without an answer fails; 0 for never.
    #[attr(range = 0..=2_147_483_647)]
    pub per_request_timeout_seconds: Option<i32>,
}
wire!(ConnectTimeout => TimeoutConfiguration {
    opt idle_timeout_seconds / set_idle_timeout_seconds,
    opt per_request_timeout_seconds / set_per_request_timeout_seconds,
});

/// Encryption of calls through Service Connect.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct ConnectTls {
    /// Who signs the certificates.
    pub issuer_cert_authority: CertificateAuthority,
    /// Key that encrypts the private keys.
    #[attr(accepts = ["aws_kms_key.arn"])]
    pub kms_key: Option<String>,
    /// ARN of the role that ECS assumes for it.
    #[attr(accepts = ["aws_iam_role.arn"])]
    pub role_arn: Option<String>,
}
wire!(ConnectTls => ServiceConnectTlsConfiguration {
    need issuer_cert_authority = issuer_certificate_authority / set_issuer_certificate_authority,
    opt kms_key / set_kms_key,
    opt role_arn / set_role_arn,
});

/// Who signs the certificates of Service Connect.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct CertificateAuthority {
    /// ARN of the private certificate authority.
    pub aws_pca_authority_arn: String,
}
wire!(CertificateAuthority => ServiceConnectTlsCertificateAuthority {
    need aws_pca_authority_arn / set_aws_pca_authority_arn,
});

/// A volume that ECS makes for each task.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct VolumeConfiguration {
    /// Name of a volume of the task definition with `configure_at_launch`.
    pub name: String,
    /// The volume.
    pub managed_ebs_volume: ManagedVolume,
}
wire!(VolumeConfiguration => ServiceVolumeConfiguration {
    req name / set_name,
    need managed_ebs_volume / set_managed_ebs_volume,
});

/// An EBS volume that ECS makes for each task.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct ManagedVolume {
    /// Whether the volume is encrypted; the region's setting decides when unset.
    pub encrypted: Option<bool>,
    /// Its file system.
    #[attr(default = "xfs", allowed = ["ext3", "ext4", "xfs", "ntfs"])]
    pub file_system_type: Option<String>,
    /// I/O operations per second, for the types that let one choose.
    pub iops: Option<i32>,
    /// ARN of the key.
    #[attr(accepts = ["aws_kms_key.arn"])]
    pub kms_key_id: Option<String>,
    /// ARN of the role that ECS assumes to make it.
    #[attr(accepts = ["aws_iam_role.arn"])]
    pub role_arn: String,
    /// Size in GiB; the snapshot's when unset.
    #[attr(range = 1..=65_536)]
    pub size_in_gb: Option<i32>,
    /// ID of the snapshot that it starts from.
    pub snapshot_id: Option<String>,
    /// MiB per second, for `gp3`.
    #[attr(range = 125..=2000)]
    pub throughput: Option<i32>,
    /// MiB per second at which the snapshot is loaded.
    #[attr(range = 100..=300)]
    pub volume_initialization_rate: Option<i32>,
    /// Type of volume; `gp3` when unset.
    #[attr(allowed = ["gp2", "gp3", "io1", "io2", "sc1", "st1", "standard"])]
    pub volume_type: Option<String>,
    /// Tags of the volumes.
    pub tag_specifications: Option<Vec<VolumeTags>>,
}
wire!(ManagedVolume => ServiceManagedEbsVolumeConfiguration {
    opt encrypted / set_encrypted,
    opt file_system_type = filesystem_type / set_filesystem_type,
    opt iops / set_iops,
    opt kms_key_id / set_kms_key_id,
    req role_arn / set_role_arn,
    opt size_in_gb = size_in_gib / set_size_in_gib,
    opt snapshot_id / set_snapshot_id,
    opt throughput / set_throughput,
    opt volume_initialization_rate / set_volume_initialization_rate,
    opt volume_type / set_volume_type,
    opt tag_specifications / set_tag_specifications,
});

/// Tags of the volumes that ECS makes.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct VolumeTags {
    /// From where more tags are taken over.
    #[attr(allowed = ["SERVICE", "TASK_DEFINITION", "NONE"])]
    pub propagate_tags: Option<String>,
    /// What is tagged.
    #[attr(allowed = ["volume"])]
    pub resource_type: String,
    /// The tags.
    pub tags: Option<BTreeMap<String, String>>,
}
wire!(VolumeTags => EbsTagSpecification {
    opt propagate_tags / set_propagate_tags,
    req resource_type / set_resource_type,
    opt tags / set_tags,
});

/// A VPC Lattice target group in which tasks are registered.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct Lattice {
    /// Name of a port mapping in the task definition.
    pub port_name: String,
    /// ARN of the role that ECS assumes for it.
    #[attr(accepts = ["aws_iam_role.arn"])]
    pub role_arn: String,
    /// ARN of the target group.
    pub target_group_arn: String,
}
wire!(Lattice => VpcLatticeConfiguration {
    req port_name / set_port_name,
    req role_arn / set_role_arn,
    req target_group_arn / set_target_group_arn,
});

/// The members of a set of blocks, in any order.
pub fn same_members<T: PartialEq>(before: Option<&Blocks<T>>, after: Option<&Blocks<T>>) -> bool {
    let (before, after) = (before.map_or(&[][..], |it| &it.0), after.map_or(&[][..], |it| &it.0));
    before.len() == after.len() && before.iter().all(|it| after.contains(it))
}
