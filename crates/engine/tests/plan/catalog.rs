//! Made-up kinds that show every rule of the planner.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::{Catalog, DataKind, Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::schema::{Document, Type};
use model::typed::{Blocks, Held, Json, Mismatch, Policy, Secret, Typed};
use model::{Attributes, Known};

/// A network.
#[derive(Attributes)]
pub struct NetworkInputs {
    /// Its addresses.
    #[attr(replace)]
    pub cidr: String,
    /// Whether names resolve.
    #[attr(default = true)]
    pub dns: Option<bool>,
    /// Its tags.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a network tells.
#[derive(Attributes)]
pub struct NetworkOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// A rule.
#[derive(Attributes)]
pub struct RuleBlock {
    /// The port.
    pub port: i64,
    /// Who may.
    pub from: Option<BTreeSet<String>>,
    /// What for.
    pub description: Option<String>,
}

/// A group.
#[derive(Attributes)]
pub struct GroupInputs {
    /// Its name.
    #[attr(replace, computed)]
    pub name: Option<String>,
    /// The beginning of its name.
    #[attr(replace)]
    pub name_prefix: Option<String>,
    /// Its network.
    #[attr(replace, computed)]
    pub network_id: Option<String>,
    /// What it is for.
    #[attr(replace, default = "managed")]
    pub description: Option<String>,
    /// Who may reach it.
    pub rules: Option<Blocks<RuleBlock>>,
    /// What it may reach.
    #[attr(on_create = "[]")]
    pub outgoing: Option<Blocks<RuleBlock>>,
    /// Its tags.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a group tells.
#[derive(Attributes)]
pub struct GroupOutputs {
    /// Its id.
    pub id: String,
    /// All tags.
    #[attr(follows = ["tags"])]
    pub tags_all: Option<BTreeMap<String, String>>,
}

/// A default group.
#[derive(Attributes)]
pub struct DefaultGroupInputs {
    /// Its network.
    #[attr(replace, computed)]
    pub network_id: Option<String>,
    /// Who may reach it.
    #[attr(exclusive)]
    pub rules: Option<Blocks<RuleBlock>>,
    /// Its tags.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// A setting.
#[derive(Attributes)]
pub struct SettingBlock {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: Option<String>,
    /// How it is applied.
    #[attr(computed)]
    pub method: Option<String>,
}

/// Where a service runs.
#[derive(Attributes)]
pub struct PlaceBlock {
    /// The subnets.
    pub subnets: BTreeSet<String>,
    /// Its zone.
    #[attr(replace)]
    pub zone: Option<String>,
    /// Whether it is public.
    #[attr(default = false)]
    pub public: Option<bool>,
}

/// A service.
#[derive(Attributes)]
pub struct ServiceInputs {
    /// Its name.
    #[attr(replace)]
    pub name: String,
    /// Its cluster.
    #[attr(replace)]
    pub cluster: Option<String>,
    /// What it runs.
    pub task: Option<String>,
    /// How many.
    #[attr(default = 1)]
    pub desired_count: Option<i64>,
    /// GiB.
    #[attr(replace_when("it shrinks", shrinks))]
    pub size: Option<i64>,
    /// Its groups.
    #[attr(clear)]
    pub group_ids: Option<BTreeSet<String>>,
    /// Addresses in order.
    pub addresses: Option<Vec<String>>,
    /// Where it runs.
    pub place: Option<PlaceBlock>,
    /// Its settings.
    #[attr(key = "name")]
    pub settings: Option<Blocks<SettingBlock>>,
    /// Its engine's version.
    #[attr(computed, same = minor)]
    pub version: Option<String>,
    /// Its password.
    #[attr(write_only)]
    pub password: Option<Secret<String>>,
    /// Its key.
    #[attr(clear)]
    pub key_id: Option<String>,
    /// Free JSON.
    pub document: Option<Json>,
    /// A ratio.
    pub ratio: Option<f64>,
    /// Whether it is deleted with all it holds.
    #[attr(local, default = false)]
    pub force: Option<bool>,
    /// Who pays.
    #[attr(required_on_create)]
    pub payer: Option<String>,
    /// Its tags.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

fn shrinks(before: &Known, after: &Known) -> bool {
    matches!((before, after), (Known::Int(before), Known::Int(after)) if after < before)
}

fn minor(desired: &Known, live: &Known) -> bool {
    matches!((desired.as_text(), live.as_text()), (Some(desired), Some(live)) if live.starts_with(desired))
}

/// What a service tells.
#[derive(Attributes)]
pub struct ServiceOutputs {
    /// Its id.
    pub id: String,
    /// Where it is reached.
    #[attr(follows = ["desired_count"])]
    pub endpoint: String,
}

/// One container.
#[derive(Attributes)]
#[allow(non_snake_case)]
pub struct ContainerBlock {
    /// Its name.
    pub name: String,
    /// Its image.
    pub image: Option<String>,
    /// Its CPU units.
    pub cpu: Option<i64>,
    /// Plain variables.
    #[attr(key = "name")]
    pub environment: Option<Vec<SettingBlock>>,
    /// Ports.
    pub portMappings: Option<Vec<PortBlock>>,
}

/// One port.
#[derive(Attributes)]
#[allow(non_snake_case)]
pub struct PortBlock {
    /// Inside.
    pub containerPort: Option<i64>,
    /// Outside.
    pub hostPort: Option<i64>,
}

/// Containers.
pub struct Containers(Vec<ContainerBlock>);

impl Typed for Containers {
    const TYPE: &'static Type = &Type::Json(Document::Objects { schema: ContainerBlock::schema, key: "name" });
    fn read(tree: Known) -> Result<Self, Mismatch> {
        Vec::read(tree).map(Self)
    }
    fn write(&self) -> Known {
        self.0.write()
    }
}

/// A task definition.
#[derive(Attributes)]
pub struct TaskInputs {
    /// Its family.
    #[attr(replace)]
    pub family: String,
    /// Its containers.
    #[attr(replace)]
    pub containers: Option<Containers>,
    /// Its role.
    #[attr(replace, clear)]
    pub role: Option<String>,
}

/// What a task definition tells.
#[derive(Attributes)]
pub struct TaskOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// A role.
#[derive(Attributes)]
pub struct RoleInputs {
    /// Its name.
    #[attr(replace, computed)]
    pub name: Option<String>,
    /// The beginning of its name.
    #[attr(replace)]
    pub name_prefix: Option<String>,
    /// Its path.
    #[attr(replace, default = "/")]
    pub path: Option<String>,
    /// Who may assume it.
    pub policy: Option<Policy>,
}

/// What a role tells.
#[derive(Attributes)]
pub struct RoleOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// An attachment.
#[derive(Attributes)]
pub struct AttachmentInputs {
    /// The role.
    #[attr(replace)]
    pub role: String,
    /// The policy.
    #[attr(replace)]
    pub policy: String,
}

/// What has only an id.
#[derive(Attributes)]
pub struct IdOutputs {
    /// Its id.
    pub id: String,
}

/// A secret.
#[derive(Attributes)]
pub struct SecretInputs {
    /// How long it is.
    pub length: Option<i64>,
}

/// What a secret tells.
#[derive(Attributes)]
pub struct SecretOutputs {
    /// Its id.
    pub id: String,
    /// The secret itself, which AWS keeps.
    #[attr(follows = ["length"])]
    pub text: Held,
}

/// What images are looked up by.
#[derive(Attributes)]
pub struct ImageInputs {
    /// Its name.
    pub name: String,
}

const BASE: Kind = Kind {
    name: "",
    service: "test",
    inputs: NetworkInputs::schema,
    outputs: IdOutputs::schema,
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

static NETWORK: Kind = Kind { name: "aws_network", outputs: NetworkOutputs::schema, ..BASE };
static GROUP: Kind = Kind {
    name: "aws_group",
    inputs: GroupInputs::schema,
    outputs: GroupOutputs::schema,
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["network_id"], shared: false }),
    ..BASE
};
static DEFAULT_GROUP: Kind =
    Kind { name: "aws_default_group", inputs: DefaultGroupInputs::schema, life: Life::Adopted, ..BASE };
static SERVICE: Kind = Kind {
    name: "aws_service",
    inputs: ServiceInputs::schema,
    outputs: ServiceOutputs::schema,
    identity: Identity::Name,
    naming: Some(Naming { argument: "name", prefix: None, scope: &["cluster"], shared: false }),
    timing: Timing::seconds(120, 60, 30, 600),
    ..BASE
};
static TASK: Kind =
    Kind { name: "aws_task", inputs: TaskInputs::schema, outputs: TaskOutputs::schema, life: Life::Revisions, ..BASE };
static ROLE: Kind = Kind {
    name: "aws_role",
    inputs: RoleInputs::schema,
    outputs: RoleOutputs::schema,
    identity: Identity::Name,
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false }),
    ..BASE
};
static ATTACHMENT: Kind = Kind {
    name: "aws_attachment",
    inputs: AttachmentInputs::schema,
    identity: Identity::Natural(&["role", "policy"]),
    ..BASE
};
static SECRET: Kind = Kind { name: "aws_secret", inputs: SecretInputs::schema, outputs: SecretOutputs::schema, ..BASE };
static IMAGE: DataKind = DataKind {
    name: "aws_image",
    service: "test",
    arguments: ImageInputs::schema,
    outputs: IdOutputs::schema,
    rules: &[],
    stamp: no_stamp,
};

/// The made-up kinds.
pub const CATALOG: Catalog = Catalog {
    kinds: &[&NETWORK, &GROUP, &DEFAULT_GROUP, &SERVICE, &TASK, &ROLE, &ATTACHMENT, &SECRET],
    data: &[&IMAGE],
    checks: &[],
};
