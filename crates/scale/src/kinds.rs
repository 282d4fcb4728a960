//! The kinds that the generated manifests use, with their arguments as in `providers`: for
//! measuring without building the AWS SDK.
//!
//! In: nothing. Out: a catalog. It must not know drivers.

use std::collections::{BTreeMap, BTreeSet};

use model::Attributes;
use model::catalog::{Catalog, Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::schema::{Document, Rule, Schema, Type};
use model::typed::{Blocks, Json, Mismatch, Policy, Typed};
use model::{Known, Tree};

/// Every kind that a generated manifest uses.
pub const CATALOG: Catalog =
    Catalog { kinds: &[&VPC, &SUBNET, &GROUP, &LOG_GROUP, &ROLE, &ROLE_POLICY, &TASK], data: &[], checks: &[] };

type Tags = BTreeMap<String, String>;

/// Arguments of `aws_vpc`.
#[derive(Attributes)]
pub struct VpcInputs {
    /// IPv4 range.
    #[attr(replace, computed)]
    pub cidr_block: Option<String>,
    /// Pool of the IPv4 range.
    #[attr(write_only, pattern = "ipam-pool-[0-9a-f]+")]
    pub ipv4_ipam_pool_id: Option<String>,
    /// Size of the IPv4 range.
    #[attr(replace, range = 16..=28)]
    pub ipv4_netmask_length: Option<i32>,
    /// Hardware.
    #[attr(default = "default", allowed = ["default", "dedicated"])]
    pub instance_tenancy: Option<String>,
    /// DNS.
    #[attr(default = true)]
    pub enable_dns_support: Option<bool>,
    /// DNS names.
    #[attr(default = false, computed)]
    pub enable_dns_hostnames: Option<bool>,
    /// Metrics.
    #[attr(default = false, computed)]
    pub enable_network_address_usage_metrics: Option<bool>,
    /// Whether there is an IPv6 range.
    #[attr(default = false)]
    pub assign_generated_ipv6_cidr_block: Option<bool>,
    /// IPv6 range.
    #[attr(computed, follows = ["assign_generated_ipv6_cidr_block"])]
    pub ipv6_cidr_block: Option<String>,
    /// Tags.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// Outputs of `aws_vpc`.
#[derive(Attributes)]
pub struct VpcOutputs {
    /// Id.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account.
    pub owner_id: String,
    /// Network ACL.
    pub default_network_acl_id: Option<String>,
    /// Security group.
    pub default_security_group_id: Option<String>,
    /// Route table.
    #[attr(volatile)]
    pub default_route_table_id: Option<String>,
    /// All tags.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_vpc`
pub static VPC: Kind = Kind {
    name: "aws_vpc",
    inputs: schema_of::<VpcInputs>(),
    outputs: schema_of::<VpcOutputs>(),
    rules: &[
        Rule::AtLeastOne(&["cidr_block", "ipv4_ipam_pool_id"]),
        Rule::Conflicts(&["cidr_block", "ipv4_netmask_length"]),
        Rule::RequiredWith("ipv4_netmask_length", &["ipv4_ipam_pool_id"]),
    ],
    ..BASE
};

/// Arguments of `aws_subnet`.
#[derive(Attributes)]
pub struct SubnetInputs {
    /// VPC.
    #[attr(replace, accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: String,
    /// IPv4 range.
    #[attr(replace, computed)]
    pub cidr_block: Option<String>,
    /// Zone.
    #[attr(replace, computed)]
    pub availability_zone: Option<String>,
    /// Id of the zone.
    #[attr(replace, computed)]
    pub availability_zone_id: Option<String>,
    /// Public addresses.
    #[attr(default = false)]
    pub map_public_ip_on_launch: Option<bool>,
    /// IPv6 range.
    #[attr(clear)]
    pub ipv6_cidr_block: Option<String>,
    /// IPv6 addresses.
    #[attr(default = false)]
    pub assign_ipv6_address_on_creation: Option<bool>,
    /// IPv6 only.
    #[attr(replace, default = false)]
    pub ipv6_native: Option<bool>,
    /// DNS for IPv6.
    #[attr(default = false)]
    pub enable_dns64: Option<bool>,
    /// DNS names.
    #[attr(default = false)]
    pub enable_resource_name_dns_a_record_on_launch: Option<bool>,
    /// What host names are made of.
    #[attr(computed, allowed = ["ip-name", "resource-name"])]
    pub private_dns_hostname_type_on_launch: Option<String>,
    /// Outpost.
    #[attr(replace)]
    pub outpost_arn: Option<String>,
    /// Tags.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// Outputs of `aws_subnet`.
#[derive(Attributes)]
pub struct SubnetOutputs {
    /// Id.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account.
    pub owner_id: String,
    /// Association of the IPv6 range.
    #[attr(follows = ["ipv6_cidr_block"])]
    pub ipv6_cidr_block_association_id: Option<String>,
    /// All tags.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_subnet`
pub static SUBNET: Kind = Kind {
    name: "aws_subnet",
    inputs: schema_of::<SubnetInputs>(),
    outputs: schema_of::<SubnetOutputs>(),
    rules: &[
        Rule::AtLeastOne(&["cidr_block", "ipv6_cidr_block"]),
        Rule::Conflicts(&["availability_zone", "availability_zone_id"]),
    ],
    ..BASE
};

/// A rule of `aws_security_group`.
#[derive(Attributes)]
pub struct Access {
    /// Protocol.
    pub protocol: String,
    /// First port.
    #[attr(range = -1..=65_535)]
    pub from_port: Option<i32>,
    /// Last port.
    #[attr(range = -1..=65_535)]
    pub to_port: Option<i32>,
    /// IPv4 ranges.
    pub cidr_blocks: Option<BTreeSet<String>>,
    /// IPv6 ranges.
    pub ipv6_cidr_blocks: Option<BTreeSet<String>>,
    /// Prefix lists.
    pub prefix_list_ids: Option<BTreeSet<String>>,
    /// Security groups.
    #[attr(accepts = ["aws_security_group.id", "aws_default_security_group.id"])]
    pub security_groups: Option<BTreeSet<String>>,
    /// Itself.
    #[attr(rename = "self", default = false)]
    pub own: Option<bool>,
    /// What for.
    #[attr(length = 0..=255)]
    pub description: Option<String>,
}

/// Arguments of `aws_security_group`.
#[derive(Attributes)]
pub struct GroupInputs {
    /// Name.
    #[attr(replace, computed, length = 1..=255, pattern = "[A-Za-z0-9 ._:/()#,@\\[\\]+=&;{}!$*-]+")]
    pub name: Option<String>,
    /// Prefix.
    #[attr(length = 1..=247)]
    pub name_prefix: Option<String>,
    /// What for.
    #[attr(replace, on_create = "\"Managed by stackctl\"", length = 1..=255)]
    pub description: Option<String>,
    /// VPC.
    #[attr(replace, computed, accepts = ["aws_vpc.id", "aws_default_vpc.id"])]
    pub vpc_id: Option<String>,
    /// What may come in.
    pub ingress: Option<Blocks<Access>>,
    /// What may go out.
    #[attr(on_create = "[]")]
    pub egress: Option<Blocks<Access>>,
    /// Revocation before deletion.
    #[attr(local, default = false)]
    pub revoke_rules_on_delete: Option<bool>,
    /// Tags.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// Outputs of `aws_security_group`.
#[derive(Attributes)]
pub struct GroupOutputs {
    /// Id.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Account.
    pub owner_id: String,
    /// All tags.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_security_group`
pub static GROUP: Kind = Kind {
    name: "aws_security_group",
    inputs: schema_of::<GroupInputs>(),
    outputs: schema_of::<GroupOutputs>(),
    rules: &[Rule::Conflicts(&["name", "name_prefix"])],
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["vpc_id"], shared: false }),
    ..BASE
};

/// Arguments of `aws_cloudwatch_log_group`.
#[derive(Attributes)]
pub struct LogGroupInputs {
    /// Name.
    #[attr(replace, computed, length = 1..=512, pattern = "[-._/#A-Za-z0-9]+")]
    pub name: Option<String>,
    /// Prefix.
    #[attr(replace, length = 1..=504, pattern = "[-._/#A-Za-z0-9]+")]
    pub name_prefix: Option<String>,
    /// Days.
    #[attr(clear, allowed = ["0", "1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365"])]
    pub retention_in_days: Option<i32>,
    /// Key.
    #[attr(clear, accepts = ["aws_kms_key.arn"])]
    pub kms_key_id: Option<String>,
    /// Class.
    #[attr(replace, computed, allowed = ["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"])]
    pub log_group_class: Option<String>,
    /// Whether destroying forgets.
    #[attr(local, default = false)]
    pub skip_destroy: Option<bool>,
    /// Tags.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// Outputs of kinds that tell little.
#[derive(Attributes)]
pub struct PlainOutputs {
    /// Id.
    pub id: String,
    /// ARN.
    pub arn: String,
    /// All tags.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<Tags>,
}

/// `aws_cloudwatch_log_group`
pub static LOG_GROUP: Kind = Kind {
    name: "aws_cloudwatch_log_group",
    inputs: schema_of::<LogGroupInputs>(),
    outputs: schema_of::<PlainOutputs>(),
    rules: &[Rule::Conflicts(&["name", "name_prefix"])],
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false }),
    identity: Identity::Name,
    ..BASE
};

/// Arguments of `aws_iam_role`.
#[derive(Attributes)]
pub struct RoleInputs {
    /// Name.
    #[attr(replace, computed, length = 1..=64, pattern = r"[\w+=,.@-]+")]
    pub name: Option<String>,
    /// Prefix.
    #[attr(replace, length = 1..=56, pattern = r"[\w+=,.@-]+")]
    pub name_prefix: Option<String>,
    /// Who may be it.
    pub assume_role_policy: Policy,
    /// What for.
    #[attr(clear, length = 0..=1000)]
    pub description: Option<String>,
    /// Folder.
    #[attr(replace, default = "/", length = 1..=512, pattern = "/|/[!-~]+/")]
    pub path: Option<String>,
    /// Boundary.
    #[attr(clear, accepts = ["aws_iam_policy.arn"])]
    pub permissions_boundary: Option<String>,
    /// Seconds.
    #[attr(default = 3600, range = 3600..=43_200)]
    pub max_session_duration: Option<i32>,
    /// Detachment.
    #[attr(local, default = false)]
    pub force_detach_policies: Option<bool>,
    /// Tags.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// `aws_iam_role`
pub static ROLE: Kind = Kind {
    name: "aws_iam_role",
    inputs: schema_of::<RoleInputs>(),
    outputs: schema_of::<PlainOutputs>(),
    rules: &[Rule::Conflicts(&["name", "name_prefix"])],
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false }),
    identity: Identity::Name,
    ..BASE
};

/// Arguments of `aws_iam_role_policy`.
#[derive(Attributes)]
pub struct RolePolicyInputs {
    /// Name.
    #[attr(replace, computed, length = 1..=128, pattern = r"[\w+=,.@-]+")]
    pub name: Option<String>,
    /// Prefix.
    #[attr(replace, length = 1..=120, pattern = r"[\w+=,.@-]+")]
    pub name_prefix: Option<String>,
    /// Role.
    #[attr(replace, length = 1..=64, accepts = ["aws_iam_role.name", "aws_iam_role.id"])]
    pub role: String,
    /// What is allowed.
    pub policy: Policy,
}

/// Outputs of `aws_iam_role_policy`.
#[derive(Attributes)]
pub struct RolePolicyOutputs {
    /// `ROLE:NAME`.
    pub id: String,
}

/// `aws_iam_role_policy`
pub static ROLE_POLICY: Kind = Kind {
    name: "aws_iam_role_policy",
    inputs: schema_of::<RolePolicyInputs>(),
    outputs: schema_of::<RolePolicyOutputs>(),
    rules: &[Rule::Conflicts(&["name", "name_prefix"])],
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["role"], shared: false }),
    identity: Identity::Natural(&["role", "name"]),
    ..BASE
};

/// A container.
#[derive(Attributes)]
#[expect(non_snake_case, reason = "AWS's names")]
pub struct Container {
    /// Name.
    pub name: String,
    /// Image.
    pub image: Option<String>,
    /// CPU units.
    #[attr(default = 0)]
    pub cpu: Option<i64>,
    /// Whether the task needs it.
    #[attr(default = true)]
    pub essential: Option<bool>,
    /// Variables.
    pub environment: Option<Blocks<Variable>>,
    /// Where it logs.
    pub logConfiguration: Option<Json>,
}

/// A variable of a container.
#[derive(Attributes)]
pub struct Variable {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Option<String>,
}

/// Containers.
pub struct Containers(Vec<Container>);

impl Typed for Containers {
    const TYPE: &'static Type = &Type::Json(Document::Objects { schema: Container::schema, key: "name" });
    fn read(tree: Known) -> Result<Self, Mismatch> {
        let json = match &tree {
            Tree::Text(text) => serde_json::from_str(text).map(|it| Known::from_json(&it)).ok(),
            _ => None,
        };
        Vec::read(json.unwrap_or(tree)).map(Self)
    }
    fn write(&self) -> Known {
        self.0.write()
    }
}

/// Arguments of `aws_ecs_task_definition`.
#[derive(Attributes)]
pub struct TaskInputs {
    /// Family.
    #[attr(replace, length = 1..=255, pattern = "[A-Za-z0-9_-]+")]
    pub family: String,
    /// Containers.
    #[attr(replace)]
    pub container_definitions: Containers,
    /// CPU units.
    #[attr(replace, clear)]
    pub cpu: Option<String>,
    /// MiB.
    #[attr(replace, clear)]
    pub memory: Option<String>,
    /// Network.
    #[attr(replace, computed, allowed = ["awsvpc", "bridge", "host", "none"])]
    pub network_mode: Option<String>,
    /// Where it may run.
    #[attr(replace, clear, allowed = ["EC2", "FARGATE", "EXTERNAL", "MANAGED_INSTANCES"])]
    pub requires_compatibilities: Option<BTreeSet<String>>,
    /// Role of ECS.
    #[attr(replace, clear, accepts = ["aws_iam_role.arn"])]
    pub execution_role_arn: Option<String>,
    /// Role of the containers.
    #[attr(replace, clear, accepts = ["aws_iam_role.arn"])]
    pub task_role_arn: Option<String>,
    /// Whether a revision stays.
    #[attr(local, default = false)]
    pub skip_destroy: Option<bool>,
    /// Tags.
    #[attr(clear)]
    pub tags: Option<Tags>,
}

/// `aws_ecs_task_definition`
pub static TASK: Kind = Kind {
    name: "aws_ecs_task_definition",
    inputs: schema_of::<TaskInputs>(),
    outputs: schema_of::<PlainOutputs>(),
    naming: Some(Naming { argument: "family", prefix: None, scope: &[], shared: true }),
    life: Life::Revisions,
    ..BASE
};

const BASE: Kind = Kind {
    name: "",
    service: "aws",
    inputs: schema_of::<VpcInputs>(),
    outputs: schema_of::<VpcOutputs>(),
    rules: &[],
    identity: Identity::Tag,
    marked: true,
    naming: None,
    read_batch: 100,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};

/// The schema of a derived struct, taken from its type.
const fn schema_of<T: Typed>() -> fn() -> &'static Schema {
    match T::TYPE {
        Type::Block(schema) => *schema,
        _ => panic!("arguments and outputs are structs"),
    }
}
