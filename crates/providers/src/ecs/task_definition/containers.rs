//! The containers of a task: the fields of `container_definitions`, in AWS's camelCase.
//!
//! In: a document of the manifest, or what ECS describes. Out: the other of the two. It must not
//! know the task around the containers.

use std::collections::BTreeMap;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types;
use model::schema::{Document, Type};
use model::typed::{Blocks, Mismatch, Typed, document};
use model::{Attributes, Known};

use super::linux::LinuxParameters;
use crate::ecs::wire::{Wire, wire};

/// The containers of a task. Accepts an array of TOML tables or a JSON string.
#[derive(Clone, PartialEq)]
pub struct Containers(pub Vec<Container>);

impl Typed for Containers {
    const TYPE: &'static Type = &Type::Json(Document::Objects { schema: Container::schema, key: "name" });

    fn read(tree: Known) -> Result<Self, Mismatch> {
        Vec::read(Known::from_json(&document(tree)?)).map(Self)
    }

    fn write(&self) -> Known {
        self.0.write()
    }
}

/// One container of a task.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html>
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Container {
    /// Name of the container, unique within the task.
    #[attr(length = 1..=255, pattern = "[A-Za-z0-9_-]+")]
    pub name: String,
    /// Image to start, as `REPOSITORY:TAG` or `REPOSITORY@DIGEST`.
    pub image: String,
    /// Secret with the credentials of a private registry.
    #[attr(clear, rename = "repositoryCredentials")]
    pub repository_credentials: Option<RepositoryCredentials>,
    /// CPU units reserved for the container; 1024 are one vCPU. 0 shares what is left.
    #[attr(default = 0, range = 0..=196_608)]
    pub cpu: Option<i32>,
    /// Hard limit of memory in MiB: a container that wants more is stopped.
    #[attr(clear, range = 4..=33_554_432)]
    pub memory: Option<i32>,
    /// Soft limit of memory in MiB, which is reserved for the container.
    #[attr(clear, rename = "memoryReservation", range = 4..=33_554_432)]
    pub memory_reservation: Option<i32>,
    /// Containers to be reached by name without port mappings; only in network mode `bridge`.
    #[attr(clear)]
    pub links: Option<Vec<String>>,
    /// Ports that the container listens on.
    #[attr(clear, rename = "portMappings")]
    pub port_mappings: Option<Blocks<PortMapping>>,
    /// Whether the whole task stops when this container does.
    #[attr(default = true)]
    pub essential: Option<bool>,
    /// Restarting the container without replacing the task.
    #[attr(clear, rename = "restartPolicy")]
    pub restart_policy: Option<RestartPolicy>,
    /// The entry point, instead of the image's.
    #[attr(clear, rename = "entryPoint")]
    pub entry_point: Option<Vec<String>>,
    /// The command, instead of the image's.
    #[attr(clear)]
    pub command: Option<Vec<String>>,
    /// Environment variables in plain text, readable by whoever may describe the task definition.
    #[attr(clear, key = "name")]
    pub environment: Option<Blocks<Variable>>,
    /// Files in S3 that hold environment variables.
    #[attr(clear, rename = "environmentFiles")]
    pub environment_files: Option<Vec<EnvironmentFile>>,
    /// The task's volumes that the container sees.
    #[attr(clear, rename = "mountPoints", key = "containerPath")]
    pub mount_points: Option<Blocks<MountPoint>>,
    /// Other containers whose volumes this one sees too.
    #[attr(clear, rename = "volumesFrom", key = "sourceContainer")]
    pub volumes_from: Option<Blocks<VolumeFrom>>,
    /// Settings of the Linux kernel.
    #[attr(clear, rename = "linuxParameters")]
    pub linux_parameters: Option<LinuxParameters>,
    /// Environment variables that ECS fetches when the container starts.
    #[attr(clear, key = "name")]
    pub secrets: Option<Blocks<SecretReference>>,
    /// Containers that must have come so far before this one starts.
    #[attr(clear, rename = "dependsOn", key = "containerName")]
    pub depends_on: Option<Blocks<Dependency>>,
    /// Seconds to wait for what the container depends on, before giving up.
    #[attr(clear, rename = "startTimeout", range = 2..=120)]
    pub start_timeout: Option<i32>,
    /// Seconds between asking the container to stop and killing it.
    #[attr(clear, rename = "stopTimeout", range = 0..=2_147_483_647)]
    pub stop_timeout: Option<i32>,
    /// Whether all tasks of a deployment run the image that the tag meant when it began.
    #[attr(clear, rename = "versionConsistency", allowed = ["enabled", "disabled"])]
    pub version_consistency: Option<String>,
    /// Host name inside the container; not in network mode `awsvpc`.
    #[attr(clear)]
    pub hostname: Option<String>,
    /// User inside the container, as `user`, `uid:gid`.
    #[attr(clear)]
    pub user: Option<String>,
    /// Folder in which the command runs.
    #[attr(clear, rename = "workingDirectory")]
    pub working_directory: Option<String>,
    /// Whether the container has no network.
    #[attr(clear, rename = "disableNetworking")]
    pub disable_networking: Option<bool>,
    /// Whether the container has root's powers over its host; not on Fargate.
    #[attr(clear)]
    pub privileged: Option<bool>,
    /// Whether the container cannot write to its root file system.
    #[attr(clear, rename = "readonlyRootFilesystem")]
    pub readonly_root_filesystem: Option<bool>,
    /// DNS servers of the container; not in network mode `awsvpc`.
    #[attr(clear, rename = "dnsServers")]
    pub dns_servers: Option<Vec<String>>,
    /// DNS search domains of the container; not in network mode `awsvpc`.
    #[attr(clear, rename = "dnsSearchDomains")]
    pub dns_search_domains: Option<Vec<String>>,
    /// Lines for the container's `/etc/hosts`; not in network mode `awsvpc`.
    #[attr(clear, rename = "extraHosts")]
    pub extra_hosts: Option<Vec<HostEntry>>,
    /// Labels for SELinux, AppArmor or a gMSA credential; not on Fargate.
    #[attr(clear, rename = "dockerSecurityOptions")]
    pub docker_security_options: Option<Vec<String>>,
    /// Whether standard input stays open.
    #[attr(clear)]
    pub interactive: Option<bool>,
    /// Whether a terminal is allocated.
    #[attr(clear, rename = "pseudoTerminal")]
    pub pseudo_terminal: Option<bool>,
    /// Labels of the container.
    #[attr(clear, rename = "dockerLabels")]
    pub docker_labels: Option<BTreeMap<String, String>>,
    /// Limits of the operating system.
    #[attr(clear, key = "name")]
    pub ulimits: Option<Blocks<Ulimit>>,
    /// Where the container's output goes.
    #[attr(clear, rename = "logConfiguration")]
    pub log_configuration: Option<LogConfiguration>,
    /// How to tell whether the container is healthy.
    #[attr(clear, rename = "healthCheck")]
    pub health_check: Option<HealthCheck>,
    /// Kernel parameters in the container's namespace.
    #[attr(clear, rename = "systemControls", key = "namespace")]
    pub system_controls: Option<Blocks<SystemControl>>,
    /// GPUs and other devices that the container needs.
    #[attr(clear, rename = "resourceRequirements", key = "type")]
    pub resource_requirements: Option<Blocks<ResourceRequirement>>,
    /// Makes the container the task's log router.
    #[attr(clear, rename = "firelensConfiguration")]
    pub firelens_configuration: Option<Firelens>,
    /// Files that describe gMSA credentials, as ARNs.
    #[attr(clear, rename = "credentialSpecs")]
    pub credential_specs: Option<Vec<String>>,
}
wire!(Container => ContainerDefinition {
    need name / set_name,
    need image / set_image,
    opt repository_credentials / set_repository_credentials,
    fill cpu / set_cpu,
    opt memory / set_memory,
    opt memory_reservation / set_memory_reservation,
    opt links / set_links,
    opt port_mappings / set_port_mappings,
    opt essential / set_essential,
    opt restart_policy / set_restart_policy,
    opt entry_point / set_entry_point,
    opt command / set_command,
    opt environment / set_environment,
    opt environment_files / set_environment_files,
    opt mount_points / set_mount_points,
    opt volumes_from / set_volumes_from,
    opt linux_parameters / set_linux_parameters,
    opt secrets / set_secrets,
    opt depends_on / set_depends_on,
    opt start_timeout / set_start_timeout,
    opt stop_timeout / set_stop_timeout,
    opt version_consistency / set_version_consistency,
    opt hostname / set_hostname,
    opt user / set_user,
    opt working_directory / set_working_directory,
    opt disable_networking / set_disable_networking,
    opt privileged / set_privileged,
    opt readonly_root_filesystem / set_readonly_root_filesystem,
    opt dns_servers / set_dns_servers,
    opt dns_search_domains / set_dns_search_domains,
    opt extra_hosts / set_extra_hosts,
    opt docker_security_options / set_docker_security_options,
    opt interactive / set_interactive,
    opt pseudo_terminal / set_pseudo_terminal,
    opt docker_labels / set_docker_labels,
    opt ulimits / set_ulimits,
    opt log_configuration / set_log_configuration,
    opt health_check / set_health_check,
    opt system_controls / set_system_controls,
    opt resource_requirements / set_resource_requirements,
    opt firelens_configuration / set_firelens_configuration,
    opt credential_specs / set_credential_specs,
});

/// Credentials of a private registry.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct RepositoryCredentials {
    /// ARN of the secret that holds `username` and `password`.
    #[attr(rename = "credentialsParameter", accepts = ["aws_secretsmanager_secret.arn"])]
    pub credentials_parameter: String,
}
wire!(RepositoryCredentials => RepositoryCredentials {
    req credentials_parameter / set_credentials_parameter,
});

/// A port that the container listens on.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct PortMapping {
    /// Port inside the container.
    #[attr(clear, rename = "containerPort", range = 0..=65_535)]
    pub container_port: Option<i32>,
    /// Port on the host; the container's in network mode `awsvpc`, and any free one for 0.
    #[attr(clear, rename = "hostPort", range = 0..=65_535)]
    pub host_port: Option<i32>,
    /// Transport protocol.
    #[attr(default = "tcp", allowed = ["tcp", "udp"])]
    pub protocol: Option<String>,
    /// Name by which Service Connect refers to the port.
    #[attr(clear, length = 1..=64, pattern = "[a-z0-9_-]+")]
    pub name: Option<String>,
    /// Protocol that Service Connect speaks on it.
    #[attr(clear, rename = "appProtocol", allowed = ["http", "http2", "grpc"])]
    pub app_protocol: Option<String>,
    /// Several ports at once, as `8000-8010`, instead of `containerPort`.
    #[attr(clear, rename = "containerPortRange", pattern = "[0-9]+-[0-9]+")]
    pub container_port_range: Option<String>,
}
wire!(PortMapping => PortMapping {
    opt container_port / set_container_port,
    opt host_port / set_host_port,
    opt protocol / set_protocol,
    opt name / set_name,
    opt app_protocol / set_app_protocol,
    opt container_port_range / set_container_port_range,
});

/// Restarting a container without replacing its task.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct RestartPolicy {
    /// Whether the container is restarted.
    pub enabled: bool,
    /// Exit codes after which it is not.
    #[attr(clear, rename = "ignoredExitCodes")]
    pub ignored_exit_codes: Option<Vec<i32>>,
    /// Seconds that it must have run before it is restarted; 300 when unset.
    #[attr(clear, rename = "restartAttemptPeriod", range = 60..=1800)]
    pub restart_attempt_period: Option<i32>,
}
wire!(RestartPolicy => ContainerRestartPolicy {
    req enabled / set_enabled,
    opt ignored_exit_codes / set_ignored_exit_codes,
    opt restart_attempt_period / set_restart_attempt_period,
});

/// An environment variable in plain text.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Variable {
    /// Name of the variable.
    pub name: String,
    /// Its value.
    pub value: String,
}
wire!(Variable => KeyValuePair {
    need name / set_name,
    need value / set_value,
});

/// A file in S3 that holds environment variables.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct EnvironmentFile {
    /// ARN of the object, whose name ends in `.env`.
    pub value: String,
    /// Where the file lies.
    #[attr(rename = "type", allowed = ["s3"])]
    pub r#type: String,
}
wire!(EnvironmentFile => EnvironmentFile {
    req value / set_value,
    req r#type / set_type,
});

/// One of the task's volumes inside a container.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct MountPoint {
    /// Name of the volume.
    #[attr(clear, rename = "sourceVolume")]
    pub source_volume: Option<String>,
    /// Path inside the container.
    #[attr(clear, rename = "containerPath")]
    pub container_path: Option<String>,
    /// Whether the container cannot write to it.
    #[attr(default = false, rename = "readOnly")]
    pub read_only: Option<bool>,
}
wire!(MountPoint => MountPoint {
    opt source_volume / set_source_volume,
    opt container_path / set_container_path,
    opt read_only / set_read_only,
});

/// Another container's volumes.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct VolumeFrom {
    /// Name of the other container.
    #[attr(clear, rename = "sourceContainer")]
    pub source_container: Option<String>,
    /// Whether the container cannot write to them.
    #[attr(default = false, rename = "readOnly")]
    pub read_only: Option<bool>,
}
wire!(VolumeFrom => VolumeFrom {
    opt source_container / set_source_container,
    opt read_only / set_read_only,
});

/// An environment variable that ECS fetches, or a secret option of a log driver.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct SecretReference {
    /// Name of the variable or option.
    pub name: String,
    /// ARN of a secret in Secrets Manager (`:KEY::` after it picks one JSON key) or of a
    /// parameter in Systems Manager.
    #[attr(rename = "valueFrom", accepts = ["aws_secretsmanager_secret.arn"])]
    pub value_from: String,
}
wire!(SecretReference => Secret {
    req name / set_name,
    req value_from / set_value_from,
});

/// How far another container must have come.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Dependency {
    /// Name of the other container.
    #[attr(rename = "containerName")]
    pub container_name: String,
    /// Whether it must have started, ended, ended well, or be healthy.
    #[attr(allowed = ["START", "COMPLETE", "SUCCESS", "HEALTHY"])]
    pub condition: String,
}
wire!(Dependency => ContainerDependency {
    req container_name / set_container_name,
    req condition / set_condition,
});

/// A line of `/etc/hosts`.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct HostEntry {
    /// The host's name.
    pub hostname: String,
    /// Its address.
    #[attr(rename = "ipAddress")]
    pub ip_address: String,
}
wire!(HostEntry => HostEntry {
    req hostname / set_hostname,
    req ip_address / set_ip_address,
});

/// A limit of the operating system.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Ulimit {
    /// Which limit.
    #[attr(allowed = [
        "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
        "rttime", "sigpending", "stack",
    ])]
    pub name: String,
    /// The limit that the container starts with.
    #[attr(rename = "softLimit")]
    pub soft_limit: i32,
    /// The limit that the container may raise it to.
    #[attr(rename = "hardLimit")]
    pub hard_limit: i32,
}
wire!(Ulimit => Ulimit {
    req name / set_name,
    req soft_limit / set_soft_limit,
    req hard_limit / set_hard_limit,
});

/// Where a container's output goes.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct LogConfiguration {
    /// The log driver. Fargate knows `awslogs`, `splunk` and `awsfirelens`.
    #[attr(
        rename = "logDriver",
        allowed = ["awslogs", "awsfirelens", "splunk", "fluentd", "gelf", "journald", "json-file", "syslog"]
    )]
    pub log_driver: String,
    /// Its options, as `awslogs-group`, `awslogs-region`, `awslogs-stream-prefix`.
    #[attr(clear)]
    pub options: Option<BTreeMap<String, String>>,
    /// Options that ECS fetches.
    #[attr(clear, rename = "secretOptions", key = "name")]
    pub secret_options: Option<Blocks<SecretReference>>,
}
wire!(LogConfiguration => LogConfiguration {
    req log_driver / set_log_driver,
    opt options / set_options,
    opt secret_options / set_secret_options,
});

/// How to tell whether a container is healthy.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct HealthCheck {
    /// A command after `CMD` or `CMD-SHELL`; it ends in 0 when the container is healthy.
    pub command: Vec<String>,
    /// Seconds between two checks.
    #[attr(default = 30, range = 5..=300)]
    pub interval: Option<i32>,
    /// Seconds after which a check has failed.
    #[attr(default = 5, range = 2..=120)]
    pub timeout: Option<i32>,
    /// How many checks may fail in a row.
    #[attr(default = 3, range = 1..=10)]
    pub retries: Option<i32>,
    /// Seconds after the start in which a failed check does not count.
    #[attr(clear, rename = "startPeriod", range = 0..=300)]
    pub start_period: Option<i32>,
}
wire!(HealthCheck => HealthCheck {
    req command / set_command,
    opt interval / set_interval,
    opt timeout / set_timeout,
    opt retries / set_retries,
    opt start_period / set_start_period,
});

/// A kernel parameter.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct SystemControl {
    /// Its name, as `net.ipv4.tcp_keepalive_time`.
    #[attr(clear)]
    pub namespace: Option<String>,
    /// Its value.
    #[attr(clear)]
    pub value: Option<String>,
}
wire!(SystemControl => SystemControl {
    opt namespace / set_namespace,
    opt value / set_value,
});

/// Devices that a container needs.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct ResourceRequirement {
    /// How many GPUs or Neuron devices, or the name of an inference accelerator.
    pub value: String,
    /// Kind of device.
    #[attr(rename = "type", allowed = ["GPU", "InferenceAccelerator", "NeuronDevice"])]
    pub r#type: String,
    /// How containers share one GPU, instead of each having its own; not on Fargate.
    #[attr(clear, rename = "sharingStrategy")]
    pub sharing_strategy: Option<Sharing>,
}
wire!(ResourceRequirement => ResourceRequirement {
    req value / set_value,
    req r#type / set_type,
    opt sharing_strategy / set_sharing_strategy,
});

/// How containers share one GPU.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Sharing {
    /// By NVIDIA's Multi-Process Service.
    #[attr(clear, rename = "nvidiaMps")]
    pub nvidia_mps: Option<NvidiaMps>,
}

impl Wire<types::SharingStrategy> for Sharing {
    fn to_wire(&self) -> Result<types::SharingStrategy, BuildError> {
        let unset = || BuildError::missing_field("nvidiaMps", "a sharing strategy names one way of sharing");
        self.nvidia_mps.as_ref().ok_or_else(unset)?.to_wire().map(types::SharingStrategy::NvidiaMps)
    }
    fn from_wire(wire: &types::SharingStrategy) -> Self {
        Self { nvidia_mps: wire.as_nvidia_mps().ok().map(Wire::from_wire) }
    }
}

/// A container's share of a GPU.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct NvidiaMps {
    /// GPU memory in MiB.
    pub memory: i32,
    /// Most of the GPU's computing time, in percent.
    #[attr(clear, rename = "maxComputePercent", range = 1..=100)]
    pub max_compute_percent: Option<i32>,
}
wire!(NvidiaMps => NvidiaMpsAllocation {
    req memory / set_memory,
    opt max_compute_percent / set_max_compute_percent,
});

/// Makes a container the task's log router.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Firelens {
    /// The router.
    #[attr(rename = "type", allowed = ["fluentd", "fluentbit"])]
    pub r#type: String,
    /// Its options, as `enable-ecs-log-metadata`.
    #[attr(clear)]
    pub options: Option<BTreeMap<String, String>>,
}
wire!(Firelens => FirelensConfiguration {
    req r#type / set_type,
    opt options / set_options,
});
