//! Everything stackctl knows about kinds, as plain data: what can be known without AWS.

use std::time::Duration;

use crate::address::Id;
use crate::diagnostic::Diagnostic;
use crate::schema::{Rule, Schema};
use crate::stack::Stack;
use crate::tree::Known;

/// All kinds and checks of one build, in reading order.
#[derive(Clone, Copy, Debug)]
pub struct Catalog {
    /// Resource types.
    pub kinds: &'static [&'static Kind],
    /// Data sources.
    pub data: &'static [&'static DataKind],
    /// Checks across resources.
    pub checks: &'static [StackCheck],
}

/// A check across resources: a pure function of the resolved stack.
pub type StackCheck = fn(&Stack) -> Vec<Diagnostic>;

impl Catalog {
    /// The resource type with a name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<&'static Kind> {
        self.kinds.iter().find(|kind| kind.name == name).copied()
    }

    /// The data source with a name.
    #[must_use]
    pub fn data_kind(&self, name: &str) -> Option<&'static DataKind> {
        self.data.iter().find(|kind| kind.name == name).copied()
    }
}

/// One resource type.
#[derive(Debug)]
pub struct Kind {
    /// Terraform's name, as `aws_ecs_service`.
    pub name: &'static str,
    /// AWS's service as in its API's endpoint, as `ecs`; limits parallel calls.
    pub service: &'static str,
    /// The arguments.
    pub inputs: fn() -> &'static Schema,
    /// The outputs; a name that is also an argument is not repeated here.
    pub outputs: fn() -> &'static Schema,
    /// Rules over the arguments.
    pub rules: &'static [Rule],
    /// How a lost create is found again.
    pub identity: Identity,
    /// Whether its create call can carry the `stackctl:token` tag, which proves ownership.
    pub marked: bool,
    /// The argument that is the AWS name, and the argument that is its prefix.
    pub naming: Option<Naming>,
    /// How many objects one read call serves.
    pub read_batch: usize,
    /// How it comes to be and goes.
    pub life: Life,
    /// Usual and longest times.
    pub timing: Timing,
    /// What `import` takes, as `NAME` or `CLUSTER/SERVICE`.
    pub import: &'static str,
    /// The id of an object from the attributes that Terraform's state holds of it: a map, read as
    /// it is. `None` where they do not tell; see [`id_attribute`].
    pub identify: fn(&Known) -> Option<Id>,
    /// What stands for the secrets that AWS holds for an object, from the same attributes: what
    /// its [`crate::typed::Held`] outputs would say. `None` where there are none.
    pub stamp: fn(&Known) -> Option<String>,
}

/// [`Kind::identify`] of kinds whose objects Terraform calls what we call them: the attribute `id`.
#[must_use]
pub fn id_attribute(attributes: &Known) -> Option<Id> {
    let id = attributes.get("id")?.as_text()?;
    (!id.is_empty()).then(|| Id(id.to_owned()))
}

/// [`Kind::stamp`] of kinds for which AWS holds no secrets.
#[must_use]
pub fn no_stamp(_: &Known) -> Option<String> {
    None
}

/// How a lost create is found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// By the name the client chose, which AWS keeps unique.
    Name,
    /// By the idempotency token of the create call.
    Token,
    /// By the `stackctl:token` tag, written in the create call.
    Tag,
    /// By arguments that are its key, as a route's table and destination.
    Natural(&'static [&'static str]),
}

/// How a kind is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The argument that is the name.
    pub argument: &'static str,
    /// The argument that is a prefix of it, where there is one. Absent or prefixed names end
    /// in eight characters of the create token.
    pub prefix: Option<&'static str>,
    /// Within what the name is unique: arguments, as `["cluster"]`; empty for account and region.
    pub scope: &'static [&'static str],
    /// Whether two objects can carry one name at the same time.
    pub shared: bool,
}

/// How objects of a kind come to be and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Created and deleted.
    Owned,
    /// Exists in every account (a default VPC): adopted instead of created, forgotten instead
    /// of deleted.
    Adopted,
    /// Changes register a new revision; users are repointed and the old one retired last.
    Revisions,
}

/// Usual and longest times of a kind's operations; a resource's `timeouts` override the latter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long creating and settling usually takes.
    pub expected_create: Duration,
    /// How long updating and settling usually takes.
    pub expected_update: Duration,
    /// How long deleting until it is gone usually takes.
    pub expected_delete: Duration,
    /// After how long create gives up.
    pub create: Duration,
    /// After how long update gives up.
    pub update: Duration,
    /// After how long delete gives up.
    pub delete: Duration,
    /// How long AWS may still say "not there" about something it just made, or "in use" about
    /// something just released.
    pub consistency: Duration,
}

impl Timing {
    /// For kinds that are done when the call answers.
    pub const QUICK: Self = Self::seconds(1, 1, 1, 300);

    /// Expected create, update and delete, and one deadline for all, in seconds.
    #[must_use]
    pub const fn seconds(create: u64, update: u64, delete: u64, deadline: u64) -> Self {
        Self {
            expected_create: Duration::from_secs(create),
            expected_update: Duration::from_secs(update),
            expected_delete: Duration::from_secs(delete),
            create: Duration::from_secs(deadline),
            update: Duration::from_secs(deadline),
            delete: Duration::from_secs(deadline),
            consistency: Duration::from_secs(60),
        }
    }
}

/// One data source.
#[derive(Debug)]
pub struct DataKind {
    /// Terraform's name.
    pub name: &'static str,
    /// AWS's service, as `ec2`.
    pub service: &'static str,
    /// What it is looked up by.
    pub arguments: fn() -> &'static Schema,
    /// What it tells; arguments can be read too.
    pub outputs: fn() -> &'static Schema,
    /// Rules over the arguments.
    pub rules: &'static [Rule],
    /// See [`Kind::stamp`].
    pub stamp: fn(&Known) -> Option<String>,
}
