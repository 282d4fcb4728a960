//! Arguments by chance.
//!
//! In: a sketch, a place in it, an argument. Out: TOML, or nothing where it stays unset.

use super::{Declaration, Sketch};

/// The kinds without which a kind cannot be declared.
pub(super) fn needs(kind: &str) -> &'static [&'static str] {
    match kind {
        "sim_firewall" => &["sim_network"],
        "sim_attachment" => &["sim_network", "sim_firewall"],
        "sim_secret_version" => &["sim_secret"],
        "sim_service" => &["sim_network", "sim_task"],
        "data.sim_network" => &["sim_network"],
        _ => &[],
    }
}

/// The arguments of a kind that chance decides.
pub(super) fn arguments(kind: &str) -> &'static [&'static str] {
    match kind {
        "data.sim_network" => &["id"],
        "sim_network" => &["cidr", "dns", "mtu", "tags", "lifecycle"],
        "sim_firewall" => {
            &["name", "name_prefix", "description", "network_id", "ingress", "egress", "tags", "lifecycle"]
        }
        "sim_default_firewall" => &["ingress", "tags"],
        "sim_attachment" => &["network_id", "firewall_id", "priority"],
        "sim_role" => &["name", "name_prefix", "description", "policy"],
        "sim_bucket" => &["bucket", "versioning", "policy", "force_destroy", "lifecycle"],
        "sim_secret" => &["name", "name_prefix", "description", "tags", "lifecycle"],
        "sim_secret_version" => &["secret_id", "generate"],
        "sim_database" => &[
            "identifier",
            "engine",
            "engine_version",
            "storage",
            "port",
            "password",
            "firewall_ids",
            "backup_days",
            "skip_final_copy",
            "final_copy",
            "tags",
            "lifecycle",
        ],
        "sim_task" => &["family", "containers", "role_arn", "tags"],
        "sim_service" => &[
            "name",
            "network_id",
            "task_arn",
            "firewall_ids",
            "desired_count",
            "database",
            "database_password",
            "rollout",
            "ports",
            "tags",
        ],
        _ => &[],
    }
}

/// Whether the object has an ARN that never changes while it lives.
pub(super) fn tells_arn(declaration: &Declaration) -> bool {
    let tells = matches!(declaration.kind, "sim_network" | "sim_role" | "sim_secret" | "sim_task" | "data.sim_network");
    tells && declaration.keys.is_empty()
}

/// A value.
pub(super) fn value(sketch: &mut Sketch, at: usize, argument: &str) -> Option<String> {
    let kind = sketch.resources[at].kind;
    match argument {
        "cidr" => Some(format!("\"10.{}.0.0/16\"", sketch.below(4))),
        "dns" | "versioning" | "force_destroy" => sketch.maybe(|it| (it.below(2) == 0).to_string()),
        "mtu" => sketch.maybe(|it| (1500 + it.below(2)).to_string()),
        "tags" => sketch.maybe(|it| tags(it, at)),
        "id" => reference(sketch, at, "sim_network", "id"),
        "description" => sketch.maybe(|it| format!("\"text {}\"", it.below(3))),
        "name" if kind == "sim_service" => Some(fixed_name(sketch, at)),
        "name" if prefixed(&sketch.resources[at]) => None,
        "name" => named(sketch, at),
        "name_prefix" => (!sketch.resources[at].arguments.contains_key("name")).then(|| prefix(sketch, at)),
        "identifier" | "family" | "bucket" => Some(fixed_name(sketch, at)),
        "network_id" => reference(sketch, at, "sim_network", "id"),
        "firewall_id" => reference(sketch, at, "sim_firewall", "id"),
        "secret_id" => reference(sketch, at, "sim_secret", "id"),
        "task_arn" => reference(sketch, at, "sim_task", "arn"),
        "role_arn" => sketch.maybe(|_| ()).and_then(|()| reference(sketch, at, "sim_role", "arn")),
        "database" => sketch.maybe(|_| ()).and_then(|()| reference(sketch, at, "sim_database", "endpoint")),
        "password" | "database_password" => {
            sketch.maybe(|_| ()).and_then(|()| reference(sketch, at, "sim_secret_version", "secret_string"))
        }
        "firewall_ids" => sketch.maybe(|_| ()).and_then(|()| references(sketch, at)),
        "ingress" | "egress" => sketch.maybe(|it| rules(it, at)),
        "priority" => sketch.maybe(|it| (1 + it.below(20)).to_string()),
        "policy" if kind == "sim_role" => Some(policy(sketch, at)),
        "policy" => sketch.maybe(|it| policy(it, at)),
        "generate" => Some(format!("{{ length = {} }}", 16 + sketch.below(2))),
        "engine" => Some(if sketch.below(8) == 0 { "\"postgres\"" } else { "\"mariadb\"" }.to_owned()),
        "engine_version" => sketch.maybe(|it| format!("\"10.{}\"", it.below(3))),
        "storage" => Some((20 + sketch.below(3) * 10).to_string()),
        "port" => sketch.maybe(|it| (3306 + it.below(2)).to_string()),
        "backup_days" => sketch.maybe(|it| it.below(5).to_string()),
        "skip_final_copy" => Some("true".to_owned()),
        "final_copy" => sketch.maybe(|it| format!("\"copy-{}\"", it.below(3))),
        "containers" => Some(containers(sketch, at)),
        "desired_count" => sketch.maybe(|it| it.below(4).to_string()),
        "rollout" => sketch.maybe(|it| match it.below(4) {
            0 => "{ mode = \"both\" }".to_owned(),
            seconds => format!("{{ grace_seconds = {seconds} }}"),
        }),
        "ports" => sketch.maybe(ports),
        "lifecycle" if kind == "sim_firewall" => {
            (sketch.below(6) == 0).then(|| "{ create_before_destroy = true }".to_owned())
        }
        "lifecycle" => (sketch.below(25) == 0).then(|| "{ prevent_destroy = true }".to_owned()),
        _ => None,
    }
}

impl Sketch {
    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(3) > 0).then(|| make(self))
    }
}

/// A name that no other declaration takes, and that changes now and then.
fn fixed_name(sketch: &mut Sketch, at: usize) -> String {
    let turn = if sketch.below(4) == 0 { sketch.below(3) } else { 0 };
    format!("\"{}-v{turn}{}\"", sketch.resources[at].name, each(sketch, at))
}

/// What keeps the names of one `for_each` apart.
fn each(sketch: &Sketch, at: usize) -> &'static str {
    if sketch.resources[at].keys.is_empty() { "" } else { "-${each.key}" }
}

fn tags(sketch: &mut Sketch, at: usize) -> String {
    let stage = sketch.below(3);
    let route = match sketch.below(4) {
        0 => reference(sketch, at, "data.sim_network", "default_route"),
        _ => None,
    };
    let route = route.map_or_else(String::new, |it| format!(", route = {it}"));
    format!("{{ stage = \"s{stage}\"{route} }}")
}

fn prefixed(declaration: &Declaration) -> bool {
    declaration.arguments.contains_key("name_prefix")
}

fn named(sketch: &mut Sketch, at: usize) -> Option<String> {
    let old = sketch.resources[at].arguments.contains_key("name");
    (old || sketch.below(3) > 0).then(|| fixed_name(sketch, at))
}

fn prefix(sketch: &mut Sketch, at: usize) -> String {
    let turn = sketch.below(2);
    format!("\"{}-p{turn}{}-\"", sketch.resources[at].name, each(sketch, at))
}

fn reference(sketch: &mut Sketch, at: usize, kind: &str, attribute: &str) -> Option<String> {
    let address = sketch.some(kind, at)?;
    Some(format!("'${{{address}.{attribute}}}'"))
}

fn references(sketch: &mut Sketch, at: usize) -> Option<String> {
    let count = 1 + sketch.below(2);
    let mut found: Vec<String> = (0..count).filter_map(|_| reference(sketch, at, "sim_firewall", "id")).collect();
    found.sort();
    found.dedup();
    (!found.is_empty()).then(|| format!("[{}]", found.join(", ")))
}

fn rules(sketch: &mut Sketch, at: usize) -> String {
    let count = sketch.below(3);
    let rule = |index: usize| {
        let port = 80 + index * 10 + sketch.below(3);
        // A default firewall is forgotten with its rules in place: what they name could not go.
        let names = sketch.resources[at].kind == "sim_firewall";
        let from = match sketch.below(2) {
            0 if names => reference(sketch, at, "sim_firewall", "id"),
            _ => None,
        };
        let from = from.map_or_else(String::new, |it| format!(", firewalls = [{it}]"));
        format!("{{ port = {port}{from} }}")
    };
    let rules: Vec<String> = (0..count).map(rule).collect();
    format!("[{}]", rules.join(", "))
}

fn policy(sketch: &mut Sketch, at: usize) -> String {
    let action = ["read", "write", "list"][sketch.below(3)];
    let resource = match sketch.below(2) {
        0 => reference(sketch, at, "sim_secret", "arn"),
        _ => None,
    };
    let resource = resource.unwrap_or_else(|| "\"*\"".to_owned());
    format!("{{ Statement = [{{ Effect = \"Allow\", Action = \"sim:{action}\", Resource = {resource} }}] }}")
}

fn containers(sketch: &mut Sketch, at: usize) -> String {
    let image = sketch.below(3);
    let database = match sketch.below(3) {
        0 => reference(sketch, at, "sim_bucket", "id"),
        _ => None,
    };
    let bucket = database.map_or_else(String::new, |it| format!(", bucket = {it}"));
    format!("[{{ name = \"main\", image = \"image:{image}\"{bucket} }}]")
}

fn ports(sketch: &mut Sketch) -> String {
    let number = 8000 + sketch.below(3);
    match sketch.below(2) {
        0 => format!("[{{ name = \"http\", number = {number} }}]"),
        _ => format!("[{{ name = \"http\", number = 8000 }}, {{ name = \"admin\", number = {number} }}]"),
    }
}
