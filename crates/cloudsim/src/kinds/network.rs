//! Networks, firewalls and what hangs on them.

use std::collections::{BTreeMap, BTreeSet};

use model::Attributes;
use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::typed::Blocks;

use super::schema_of;

/// A network: without a name, found by its tag.
#[derive(Attributes)]
pub struct NetworkInputs {
    /// Its addresses.
    #[attr(replace)]
    pub cidr: String,
    /// Whether names are looked up.
    #[attr(default = false)]
    pub dns: Option<bool>,
    /// How large its packets are; chosen when unset.
    #[attr(computed, range = 500..=9000)]
    pub mtu: Option<i64>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about a network.
#[derive(Attributes)]
pub struct NetworkOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// All its labels.
    #[attr(follows = ["tags"])]
    pub tags_all: BTreeMap<String, String>,
    /// Where packets go that have no other way.
    pub default_route: String,
}

/// A network.
pub static NETWORK: Kind = Kind {
    name: "sim_network",
    service: "net",
    inputs: schema_of::<NetworkInputs>(),
    outputs: schema_of::<NetworkOutputs>(),
    rules: &[],
    identity: Identity::Tag,
    marked: true,
    naming: None,
    read_batch: 20,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};

/// One rule of a firewall.
#[derive(Attributes)]
pub struct RuleBlock {
    /// Which port.
    #[attr(range = 0..=65_535)]
    pub port: i64,
    /// Which protocol.
    #[attr(default = "tcp")]
    pub protocol: Option<String>,
    /// From whom, or to whom.
    #[attr(accepts = ["sim_firewall.id", "sim_default_firewall.id"])]
    pub firewalls: Option<BTreeSet<String>>,
}

/// A firewall: named, its rules set by a second call.
#[derive(Attributes)]
pub struct FirewallInputs {
    /// Its name, unique in its network.
    #[attr(replace, computed)]
    pub name: Option<String>,
    /// What its name begins with.
    #[attr(replace)]
    pub name_prefix: Option<String>,
    /// What it is for.
    #[attr(replace, default = "made by stackctl")]
    pub description: Option<String>,
    /// Where it stands.
    #[attr(replace, accepts = ["sim_network.id"])]
    pub network_id: String,
    /// What may come in.
    #[attr(clear)]
    pub ingress: Option<Blocks<RuleBlock>>,
    /// What may go out; everything where nobody says otherwise.
    #[attr(on_create = "[]", clear)]
    pub egress: Option<Blocks<RuleBlock>>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about a firewall.
#[derive(Attributes)]
pub struct FirewallOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// All its labels.
    #[attr(follows = ["tags"])]
    pub tags_all: BTreeMap<String, String>,
}

/// A firewall.
pub static FIREWALL: Kind = Kind {
    name: "sim_firewall",
    service: "net",
    inputs: schema_of::<FirewallInputs>(),
    outputs: schema_of::<FirewallOutputs>(),
    rules: &[model::schema::Rule::Conflicts(&["name", "name_prefix"])],
    identity: Identity::Name,
    marked: true,
    naming: Some(Naming { argument: "name", prefix: Some("name_prefix"), scope: &["network_id"], shared: false }),
    read_batch: 20,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};

/// The firewall that every account has: adopted, its rules owned whole.
#[derive(Attributes)]
pub struct DefaultFirewallInputs {
    /// What may come in.
    #[attr(exclusive, clear)]
    pub ingress: Option<Blocks<RuleBlock>>,
    /// Labels.
    #[attr(clear)]
    pub tags: Option<BTreeMap<String, String>>,
}

/// What is told about the default firewall.
#[derive(Attributes)]
pub struct DefaultFirewallOutputs {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

/// The firewall that every account has.
pub static DEFAULT_FIREWALL: Kind = Kind {
    name: "sim_default_firewall",
    service: "net",
    inputs: schema_of::<DefaultFirewallInputs>(),
    outputs: schema_of::<DefaultFirewallOutputs>(),
    rules: &[],
    identity: Identity::Natural(&[]),
    marked: false,
    naming: None,
    read_batch: 20,
    life: Life::Adopted,
    timing: Timing::QUICK,
    import: "ID",
    identify: id_attribute,
    stamp: no_stamp,
};

/// A firewall on a network: nothing but its key, and a priority.
#[derive(Attributes)]
pub struct AttachmentInputs {
    /// The network.
    #[attr(replace, accepts = ["sim_network.id"])]
    pub network_id: String,
    /// The firewall.
    #[attr(replace, accepts = ["sim_firewall.id"])]
    pub firewall_id: String,
    /// The order among several.
    #[attr(default = 10, range = 1..=100)]
    pub priority: Option<i64>,
}

/// What is told about an attachment.
#[derive(Attributes)]
pub struct AttachmentOutputs {
    /// `NETWORK/FIREWALL`.
    pub id: String,
}

/// A firewall on a network.
pub static ATTACHMENT: Kind = Kind {
    name: "sim_attachment",
    service: "net",
    inputs: schema_of::<AttachmentInputs>(),
    outputs: schema_of::<AttachmentOutputs>(),
    rules: &[],
    identity: Identity::Natural(&["network_id", "firewall_id"]),
    marked: false,
    naming: None,
    read_batch: 1,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "NETWORK/FIREWALL",
    identify: id_attribute,
    stamp: no_stamp,
};
