//! What a container may do to the Linux it runs on, in AWS's camelCase.
//!
//! In: a document of the manifest, or what ECS describes. Out: the other of the two. It must not
//! know the container around it.

use model::Attributes;
use model::typed::Blocks;

use crate::ecs::wire::wire;

/// Settings of the Linux kernel for a container.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct LinuxParameters {
    /// Capabilities added to and taken from the default ones.
    #[attr(clear)]
    pub capabilities: Option<Capabilities>,
    /// Devices of the host; not on Fargate.
    #[attr(clear, key = "hostPath")]
    pub devices: Option<Blocks<Device>>,
    /// Whether an init process reaps zombies and forwards signals.
    #[attr(clear, rename = "initProcessEnabled")]
    pub init_process_enabled: Option<bool>,
    /// Size of `/dev/shm` in MiB; not on Fargate.
    #[attr(clear, rename = "sharedMemorySize")]
    pub shared_memory_size: Option<i32>,
    /// File systems in memory.
    #[attr(clear, key = "containerPath")]
    pub tmpfs: Option<Blocks<Tmpfs>>,
    /// Swap in MiB; not on Fargate.
    #[attr(clear, rename = "maxSwap")]
    pub max_swap: Option<i32>,
    /// How eagerly memory is swapped out, 60 when unset; not on Fargate.
    #[attr(clear, range = 0..=100)]
    pub swappiness: Option<i32>,
}
wire!(LinuxParameters => LinuxParameters {
    opt capabilities / set_capabilities,
    opt devices / set_devices,
    opt init_process_enabled / set_init_process_enabled,
    opt shared_memory_size / set_shared_memory_size,
    opt tmpfs / set_tmpfs,
    opt max_swap / set_max_swap,
    opt swappiness / set_swappiness,
});

/// Linux capabilities.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Capabilities {
    /// Capabilities to add, as `SYS_PTRACE`.
    #[attr(clear)]
    pub add: Option<Vec<String>>,
    /// Capabilities to take away, as `NET_RAW` or `ALL`.
    #[attr(clear)]
    pub drop: Option<Vec<String>>,
}
wire!(Capabilities => KernelCapabilities {
    opt add / set_add,
    opt drop / set_drop,
});

/// A device of the host.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Device {
    /// Its path on the host.
    #[attr(rename = "hostPath")]
    pub host_path: String,
    /// Its path inside the container.
    #[attr(clear, rename = "containerPath")]
    pub container_path: Option<String>,
    /// What the container may do with it: `read`, `write`, `mknod`.
    #[attr(clear)]
    pub permissions: Option<Vec<String>>,
}
wire!(Device => Device {
    req host_path / set_host_path,
    opt container_path / set_container_path,
    opt permissions / set_permissions,
});

/// A file system in memory.
#[derive(Attributes, Clone, Default, PartialEq)]
pub struct Tmpfs {
    /// Path inside the container.
    #[attr(rename = "containerPath")]
    pub container_path: String,
    /// Its largest size in MiB.
    pub size: i32,
    /// Mount options, as `noexec`.
    #[attr(clear, rename = "mountOptions")]
    pub mount_options: Option<Vec<String>>,
}
wire!(Tmpfs => Tmpfs {
    req container_path / set_container_path,
    req size / set_size,
    opt mount_options / set_mount_options,
});
