//! The blocks of a task around its containers: volumes, storage, placement, platform, proxy.
//!
//! In: blocks of the manifest, or what ECS describes. Out: the other of the two. It must not
//! know when they are sent.

use std::collections::BTreeMap;

use aws_sdk_ecs::error::BuildError;
use aws_sdk_ecs::types;
use model::Attributes;

use crate::ecs::wire::{Wire, wire};

/// A volume of the task, which containers mount by its name.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct Volume {
    /// Name of the volume, unique within the task.
    #[attr(replace, length = 1..=255, pattern = "[A-Za-z0-9_-]+")]
    pub name: String,
    /// Path on the host that the volume shows; not on Fargate.
    #[attr(replace)]
    pub host_path: Option<String>,
    /// Whether the service configures the volume (`volume_configuration`) when it starts a task.
    #[attr(replace, computed)]
    pub configure_at_launch: Option<bool>,
    /// A Docker volume on the host; not on Fargate.
    #[attr(replace)]
    pub docker_volume_configuration: Option<DockerVolume>,
    /// A file system in EFS.
    #[attr(replace)]
    pub efs_volume_configuration: Option<EfsVolume>,
    /// A file system in FSx for Windows File Server; not on Fargate.
    #[attr(replace)]
    pub fsx_windows_file_server_volume_configuration: Option<FsxVolume>,
}
wire!(Volume => Volume {
    need name / set_name,
    opt host_path = host / set_host,
    opt configure_at_launch = configured_at_launch / set_configured_at_launch,
    opt docker_volume_configuration / set_docker_volume_configuration,
    opt efs_volume_configuration / set_efs_volume_configuration,
    opt fsx_windows_file_server_volume_configuration / set_fsx_windows_file_server_volume_configuration,
});

/// A Docker volume on the host.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct DockerVolume {
    /// Whether a missing volume is made; only in the scope `shared`.
    #[attr(replace)]
    pub autoprovision: Option<bool>,
    /// The volume driver; `local` when unset.
    #[attr(replace, computed)]
    pub driver: Option<String>,
    /// Options of the driver.
    #[attr(replace)]
    pub driver_opts: Option<BTreeMap<String, String>>,
    /// Labels of the volume.
    #[attr(replace)]
    pub labels: Option<BTreeMap<String, String>>,
    /// Whether the volume lives as long as the task, or stays on the host.
    #[attr(replace, computed, allowed = ["task", "shared"])]
    pub scope: Option<String>,
}
wire!(DockerVolume => DockerVolumeConfiguration {
    opt autoprovision / set_autoprovision,
    opt driver / set_driver,
    opt driver_opts / set_driver_opts,
    opt labels / set_labels,
    opt scope / set_scope,
});

/// A file system in EFS.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html>
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct EfsVolume {
    /// ID of the file system.
    #[attr(replace, accepts = ["aws_efs_file_system.id"])]
    pub file_system_id: String,
    /// The folder to mount; `/` when unset. Leave it unset with an access point.
    #[attr(replace)]
    pub root_directory: Option<String>,
    /// Whether data is encrypted on its way. Needed for access points and IAM.
    #[attr(replace, allowed = ["ENABLED", "DISABLED"])]
    pub transit_encryption: Option<String>,
    /// Port for encrypted data; chosen when unset.
    #[attr(replace, range = 0..=65_535)]
    pub transit_encryption_port: Option<i32>,
    /// How the task is let in.
    #[attr(replace)]
    pub authorization_config: Option<EfsAuthorization>,
}
wire!(EfsVolume => EfsVolumeConfiguration {
    req file_system_id / set_file_system_id,
    opt root_directory / set_root_directory,
    opt transit_encryption / set_transit_encryption,
    opt transit_encryption_port / set_transit_encryption_port,
    opt authorization_config / set_authorization_config,
});

/// How a task is let into a file system in EFS.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct EfsAuthorization {
    /// ID of the access point.
    #[attr(replace, accepts = ["aws_efs_access_point.id"])]
    pub access_point_id: Option<String>,
    /// Whether the task role decides.
    #[attr(replace, allowed = ["ENABLED", "DISABLED"])]
    pub iam: Option<String>,
}
wire!(EfsAuthorization => EfsAuthorizationConfig {
    opt access_point_id / set_access_point_id,
    opt iam / set_iam,
});

/// A file system in FSx for Windows File Server.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct FsxVolume {
    /// ID of the file system.
    #[attr(replace)]
    pub file_system_id: String,
    /// The folder to mount.
    #[attr(replace)]
    pub root_directory: String,
    /// How the task is let in.
    #[attr(replace)]
    pub authorization_config: FsxAuthorization,
}
wire!(FsxVolume => FSxWindowsFileServerVolumeConfiguration {
    req file_system_id / set_file_system_id,
    req root_directory / set_root_directory,
    need authorization_config / set_authorization_config,
});

/// How a task is let into a file system in FSx.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct FsxAuthorization {
    /// ARN of the secret or parameter with the credentials.
    #[attr(replace, accepts = ["aws_secretsmanager_secret.arn"])]
    pub credentials_parameter: String,
    /// The Active Directory domain, fully qualified.
    #[attr(replace)]
    pub domain: String,
}
wire!(FsxAuthorization => FSxWindowsFileServerAuthorizationConfig {
    req credentials_parameter / set_credentials_parameter,
    req domain / set_domain,
});

/// Storage on Fargate beyond the usual 20 GiB.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct EphemeralStorage {
    /// Its size in GiB.
    #[attr(replace, range = 21..=200)]
    pub size_in_gib: i32,
}
wire!(EphemeralStorage => EphemeralStorage {
    req size_in_gib / set_size_in_gib,
});

/// An Elastic Inference accelerator.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct InferenceAccelerator {
    /// Its name, to which containers refer.
    #[attr(replace)]
    pub device_name: String,
    /// Its type.
    #[attr(replace)]
    pub device_type: String,
}

// AWS has closed the service, and old revisions still name its devices.
#[allow(deprecated)]
impl Wire<types::InferenceAccelerator> for InferenceAccelerator {
    fn to_wire(&self) -> Result<types::InferenceAccelerator, BuildError> {
        types::InferenceAccelerator::builder().device_name(&self.device_name).device_type(&self.device_type).build()
    }
    fn from_wire(wire: &types::InferenceAccelerator) -> Self {
        Self { device_name: wire.device_name().to_owned(), device_type: wire.device_type().to_owned() }
    }
}

/// A rule about the instances that may run the task; not on Fargate.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct PlacementConstraint {
    /// A query about instances, as `attribute:ecs.os-type == linux`.
    #[attr(replace)]
    pub expression: Option<String>,
    /// Kind of rule.
    #[attr(replace, rename = "type", allowed = ["memberOf"])]
    pub r#type: String,
}
wire!(PlacementConstraint => TaskDefinitionPlacementConstraint {
    opt expression / set_expression,
    need r#type / set_type,
});

/// An App Mesh proxy.
#[derive(Attributes, Clone, Debug, Default, PartialEq)]
pub struct Proxy {
    /// Name of the container that is the proxy.
    #[attr(replace)]
    pub container_name: String,
    /// Its settings, as `ProxyIngressPort`.
    #[attr(replace)]
    pub properties: Option<BTreeMap<String, String>>,
    /// Kind of proxy.
    #[attr(replace, rename = "type", default = "APPMESH", allowed = ["APPMESH"])]
    pub r#type: Option<String>,
}
wire!(Proxy => ProxyConfiguration {
    req container_name / set_container_name,
    opt properties / set_properties,
    opt r#type / set_type,
});

/// Processor and operating system of the task.
#[derive(Attributes, Clone, Debug, PartialEq)]
pub struct RuntimePlatform {
    /// Processor architecture; `X86_64` when unset.
    #[attr(replace, allowed = ["X86_64", "ARM64"])]
    pub cpu_architecture: Option<String>,
    /// Operating system; `LINUX` when unset.
    #[attr(
        replace,
        open,
        allowed = [
            "LINUX", "WINDOWS_SERVER_2019_FULL", "WINDOWS_SERVER_2019_CORE", "WINDOWS_SERVER_2022_FULL",
            "WINDOWS_SERVER_2022_CORE", "WINDOWS_SERVER_2025_FULL", "WINDOWS_SERVER_2025_CORE",
        ]
    )]
    pub operating_system_family: Option<String>,
}
wire!(RuntimePlatform => RuntimePlatform {
    opt cpu_architecture / set_cpu_architecture,
    opt operating_system_family / set_operating_system_family,
});
