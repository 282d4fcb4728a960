//! Made-up kinds for tests of what is read from states, and written from them.
//!
//! In: nothing. Out: kinds with every property that matters there. It must not know real ones.

use std::collections::{BTreeMap, BTreeSet};

use model::catalog::{DataKind, Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::schema::{Checked, Document, Rule, Type, Violation};
use model::typed::{Blocks, Held, Json, Mismatch, Policy, Secret, Typed};
use model::{Attributes, Id, Known, Tree};

/// A network.
#[derive(Attributes)]
pub struct NetworkInputs {
    /// Its addresses.
    #[attr(replace)]
    pub cidr: String,
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
    /// All its tags.
    pub tags_all: Option<BTreeMap<String, String>>,
    /// Its ranges.
    pub ranges: Vec<String>,
    /// A pool.
    pub pool_id: Option<String>,
}

/// A network.
pub static NETWORK: Kind = Kind { name: "aws_network", ..BASE };

/// A role.
#[derive(Attributes)]
pub struct RoleInputs {
    /// Its name.
    #[attr(replace, computed)]
    pub name: Option<String>,
    /// What its name begins with.
    #[attr(replace)]
    pub name_prefix: Option<String>,
    /// Who may be it.
    pub policy: Policy,
    /// Its folder.
    #[attr(replace, default = "/")]
    pub path: Option<String>,
    /// What is in it.
    #[attr(clear, deprecated = "say it elsewhere")]
    pub inline: Option<Blocks<Parameter>>,
}

/// What a role tells.
#[derive(Attributes)]
pub struct RoleOutputs {
    /// Its name.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// A role.
pub static ROLE: Kind = Kind {
    name: "aws_iam_role",
    inputs: RoleInputs::schema,
    outputs: RoleOutputs::schema,
    identity: Identity::Name,
    rules: &[Rule::Conflicts(&["name", "name_prefix"])],
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &[], shared: false }),
    ..BASE
};

/// A role's right.
#[derive(Attributes)]
pub struct AttachmentInputs {
    /// The role.
    #[attr(replace, accepts = ["aws_iam_role.name", "aws_iam_role.id"])]
    pub role: String,
    /// The right.
    #[attr(replace)]
    pub policy_arn: String,
}

/// What an attachment tells.
#[derive(Attributes)]
pub struct AttachmentOutputs {
    /// `ROLE/POLICY_ARN`
    pub id: String,
}

/// A role's right; Terraform's id means nothing.
pub static ATTACHMENT: Kind = Kind {
    name: "aws_attachment",
    inputs: AttachmentInputs::schema,
    outputs: AttachmentOutputs::schema,
    identity: Identity::Natural(&["role", "policy_arn"]),
    identify: role_and_policy,
    ..BASE
};

fn role_and_policy(attributes: &Known) -> Option<Id> {
    let text = |name: &str| attributes.get(name).and_then(Tree::as_text);
    Some(Id(format!("{}/{}", text("role")?, text("policy_arn")?)))
}

/// A name and a value.
#[derive(Attributes)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Option<String>,
}

/// Who may come in.
#[derive(Attributes)]
pub struct Ingress {
    /// From which port.
    #[attr(range = -1..=65_535)]
    pub from_port: Option<i32>,
    /// From where.
    pub cidr_blocks: Option<BTreeSet<String>>,
    /// From which firewalls.
    #[attr(accepts = ["aws_store.id"])]
    pub stores: Option<BTreeSet<String>>,
    /// What for.
    pub description: Option<String>,
    /// Whether itself.
    #[attr(rename = "self", default = false)]
    pub own: Option<bool>,
}

/// Logging.
#[derive(Attributes)]
pub struct Logging {
    /// Where to.
    pub bucket: String,
    /// How long.
    #[attr(default = 7)]
    pub days: Option<i64>,
    /// What lets it in.
    pub key: Option<Secret<String>>,
}

/// A container.
#[derive(Attributes)]
#[allow(non_snake_case)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its CPU units.
    #[attr(default = 0)]
    pub cpu: Option<i64>,
    /// Its variables.
    pub environment: Option<Blocks<Parameter>>,
    /// Its ports.
    pub portMappings: Option<Vec<String>>,
    /// Where it logs.
    pub logConfiguration: Option<LogConfiguration>,
}

/// Where a container logs.
#[derive(Attributes)]
pub struct LogConfiguration {
    /// Its options.
    pub options: Option<BTreeMap<String, String>>,
}

/// Containers.
pub struct Containers(Vec<Container>);

impl Typed for Containers {
    const TYPE: &'static Type = &Type::Json(Document::Objects { schema: Container::schema, key: "name" });
    fn read(tree: Known) -> Result<Self, Mismatch> {
        Vec::read(tree).map(Self)
    }
    fn write(&self) -> Known {
        self.0.write()
    }
}

/// A store: everything else.
#[derive(Attributes)]
pub struct StoreInputs {
    /// Its name.
    #[attr(replace)]
    pub name: String,
    /// Its network.
    #[attr(computed, replace, accepts = ["aws_network.id"])]
    pub network_id: Option<String>,
    /// Its size.
    #[attr(range = 5..=100)]
    pub size: Option<i64>,
    /// Its speed.
    #[attr(computed)]
    pub speed: Option<i64>,
    /// What it runs.
    #[attr(computed)]
    pub engine_version: Option<String>,
    /// Where it is.
    #[attr(computed)]
    pub zone: Option<String>,
    /// Whether it can be fast for a while; AWS's business with `turbo`.
    #[attr(computed)]
    pub burst: Option<bool>,
    /// Whether it is fast.
    #[attr(computed)]
    pub turbo: Option<bool>,
    /// Its CPU.
    pub cpu: Option<String>,
    /// Its share.
    pub share: Option<f64>,
    /// Whether it can be seen.
    #[attr(default = false)]
    pub public: Option<bool>,
    /// Its groups.
    pub groups: Option<BTreeSet<String>>,
    /// Its password.
    #[attr(write_only)]
    pub password: Option<Secret<String>>,
    /// Who may come in.
    pub ingress: Option<Blocks<Ingress>>,
    /// Where it logs.
    pub logging: Option<Logging>,
    /// Its policy.
    pub policy: Option<Policy>,
    /// Its rules.
    pub rules: Option<Json>,
    /// What runs.
    pub containers: Option<Containers>,
    /// Who it is.
    pub role_arn: Option<String>,
    /// Its parts.
    #[attr(computed, key = "name")]
    pub part: Option<Blocks<Parameter>>,
    /// Its tags.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What a store tells.
#[derive(Attributes)]
pub struct StoreOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Where it is reached.
    pub endpoint: String,
    /// Its secret.
    pub secret: Option<Held>,
    /// Another one.
    pub other_secret: Option<Held>,
}

/// A store.
pub static STORE: Kind = Kind {
    name: "aws_store",
    inputs: StoreInputs::schema,
    outputs: StoreOutputs::schema,
    identity: Identity::Name,
    rules: &[Rule::Check(parts), Rule::Check(burst)],
    naming: Some(Naming { argument: "name", prefix: None, scope: &[], shared: false }),
    stamp: store_stamp,
    ..BASE
};

fn store_stamp(attributes: &Known) -> Option<String> {
    Some(format!("{}#1", attributes.get("arn")?.as_text()?))
}

/// A store with a size is in parts.
fn parts(checked: &Checked<'_>) -> Vec<Violation> {
    let missing = checked.creating && checked.int("size").is_some() && checked.known("part").is_none();
    let violation = || Violation {
        code: "missing-argument",
        warning: false,
        argument: "part",
        message: "`part` is missing".to_owned(),
        help: None,
    };
    missing.then(violation).into_iter().collect()
}

/// A store is fast always, or for a while.
fn burst(checked: &Checked<'_>) -> Vec<Violation> {
    let both = checked.bool("burst") == Some(true) && checked.bool("turbo") == Some(true);
    let message = "`burst` makes no difference".to_owned();
    let code = "conflicting-arguments";
    let violation = Violation { code, warning: false, argument: "burst", message, help: None };
    both.then_some(violation).into_iter().collect()
}

/// What an image is looked up by.
#[derive(Attributes)]
pub struct ImageArguments {
    /// Its name.
    pub name: Option<String>,
}

/// What an image tells.
#[derive(Attributes)]
pub struct ImageOutputs {
    /// Its name.
    pub name: String,
    /// How old it is.
    pub age: i64,
}

/// An image.
pub static IMAGE: DataKind = DataKind {
    name: "aws_image",
    service: "test",
    arguments: ImageArguments::schema,
    outputs: ImageOutputs::schema,
    rules: &[],
    stamp: no_stamp,
};

/// What the other kinds have in common.
const BASE: Kind = Kind {
    name: "",
    service: "test",
    inputs: NetworkInputs::schema,
    outputs: NetworkOutputs::schema,
    rules: &[],
    identity: Identity::Tag,
    marked: true,
    naming: None,
    read_batch: 10,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};
