//! Small manifests on clouds of one or two objects.

use std::collections::BTreeSet;

use model::catalog::{Identity, Kind, Life, Naming, Timing, id_attribute, no_stamp};
use model::{Attributes, Tree};
use serde_json::{Value as Json, json};

use super::*;
use crate::attributes;
use crate::sample::{IMAGE, NETWORK, STORE};

/// A bucket.
#[derive(Attributes)]
struct BucketInputs {
    /// Its name.
    #[attr(replace)]
    pub name: String,
    /// Whether it goes with all that is in it.
    #[attr(local, default = false)]
    pub force_destroy: Option<bool>,
    /// How it is encrypted.
    pub encryption: Option<String>,
}

/// What a bucket tells.
#[derive(Attributes)]
struct BucketOutputs {
    /// Its name.
    pub id: String,
}

static BUCKET: Kind = Kind {
    name: "aws_bucket",
    service: "test",
    inputs: BucketInputs::schema,
    outputs: BucketOutputs::schema,
    rules: &[],
    identity: Identity::Name,
    marked: true,
    naming: Some(Naming { argument: "name", prefix: None, scope: &[], shared: false }),
    read_batch: 10,
    life: Life::Owned,
    timing: Timing::QUICK,
    import: "NAME",
    identify: id_attribute,
    stamp: no_stamp,
};

const CATALOG: Catalog = Catalog { kinds: &[&NETWORK, &STORE, &BUCKET], data: &[&IMAGE], checks: &[] };

/// What Terraform holds, and the values of secrets.
#[derive(Default)]
struct World {
    instances: BTreeMap<Address, Instance>,
    data: BTreeMap<Address, Known>,
    carried: BTreeSet<Address>,
    secrets: BTreeMap<String, Known>,
    copies: BTreeMap<String, Vec<u8>>,
    environment: Option<&'static str>,
}

impl World {
    fn with(objects: &[(&str, Json)]) -> Self {
        let mut world = Self::default();
        for (address, attributes) in objects {
            let address: Address = address.parse().expect("an address");
            world.carried.insert(address.declaration());
            match CATALOG.kind(&address.kind) {
                Some(kind) => {
                    let instance = attributes::read(kind, attributes, &[]).expect("an id");
                    world.instances.insert(address, instance);
                }
                None => {
                    let kind = CATALOG.data_kind(&address.kind).expect("a kind");
                    world.data.insert(address, attributes::read_data(kind, attributes, &[]));
                }
            }
        }
        world
    }

    fn secret(mut self, name: &str, value: Json) -> Self {
        self.secrets.insert(name.to_owned(), Known::from_json(&value));
        self
    }

    fn carried(mut self, address: &str) -> Self {
        self.carried.insert(address.parse().expect("an address"));
        self
    }

    fn rehearse(&self, text: &str) -> Rehearsed {
        let stack = "[stack]\nname = \"demo\"\n".to_owned();
        let prod = "[values]\nrange = \"10.1.0.0/16\"\n".to_owned();
        let files = [("stack.toml", stack), ("main.toml", text.to_owned()), ("environments/prod.toml", prod)];
        let files = files.into_iter().filter(|(path, _)| self.environment.is_some() || !path.contains('/'));
        let files: BTreeMap<String, String> = files.map(|(path, text)| (path.to_owned(), text)).collect();
        let carried = |it: &Address| Carried {
            declaration: it.clone(),
            layer: "main".to_owned(),
            place: None,
            members: Vec::new(),
            changes: Vec::new(),
        };
        let carried: Vec<Carried> = self.carried.iter().map(carried).collect();
        rehearse(&Rehearsal {
            files: &files,
            copies: &self.copies,
            environment: self.environment,
            catalog: &CATALOG,
            carried: &carried,
            instances: &self.instances,
            data: &self.data,
            secrets: &self.secrets,
            fingerprints: &Fingerprints::new([7; 32]),
        })
    }

    /// Rehearses a manifest that says what Terraform applied.
    fn agrees(&self, text: &str) -> State {
        let rehearsed = self.rehearse(text);
        assert_eq!(shown(&rehearsed), "", "{text}");
        assert!(rehearsed.changes.is_empty(), "{:#?}", rehearsed.changes);
        let state = State { lineage: "lineage".to_owned(), ..rehearsed.state.expect("a state") };
        assert_eq!(state.check(), Ok(()));
        state
    }

    /// Rehearses a manifest that does not; a line for each disagreement.
    fn check(&self, text: &str, expect: &[&str]) {
        assert_eq!(shown(&self.rehearse(text)), expect.join("\n"), "{text}");
    }
}

fn shown(rehearsed: &Rehearsed) -> String {
    let line = |it: &Disagreement| {
        let place = match &it.place {
            Where::Argument { declaration, argument, path, member } => {
                let member = member.as_ref().map(|it| format!(" at {it}")).unwrap_or_default();
                let path = if path == argument { String::new() } else { format!(" ({path})") };
                format!("{declaration} {argument}{path}{member}")
            }
            Where::Local(name) => format!("local.{name}"),
            Where::Variable(name) => format!("var.{name}"),
            Where::Output(name) => format!("output {name}"),
            Where::Elsewhere(text) => format!("elsewhere {text}"),
        };
        match &it.why {
            Why::Differs { manifest, terraform } => format!("{place}: {manifest}, not {terraform}"),
            Why::Wrong(text) => format!("{place}: {text}"),
            Why::Members { manifest, terraform } => format!("{place}: members {manifest:?}, not {terraform:?}"),
        }
    };
    rehearsed.disagreements.iter().map(line).collect::<Vec<String>>().join("\n")
}

fn network() -> Json {
    json!({
        "id": "vpc-1",
        "arn": "arn:aws:ec2:eu-central-1:123456789012:vpc/vpc-1",
        "cidr": "10.0.0.0/16",
        "tags": { "Name": "main" },
        "ranges": ["10.0.0.0/24", "10.0.1.0/24"],
    })
}

/// A store with some attributes more.
fn store(more: &Json) -> Json {
    let mut all = json!({
        "id": "shop",
        "name": "shop",
        "arn": "arn:aws:store:eu-central-1:123456789012:store/shop",
        "network_id": "vpc-1",
        "endpoint": "shop.example.org",
        "speed": 3,
        "public": false,
    });
    let more = more.as_object().expect("an object").clone();
    all.as_object_mut().expect("an object").extend(more);
    all
}

const NETWORK_TEXT: &str = "[resource.aws_network.main]\ncidr = \"10.0.0.0/16\"\ntags = { Name = \"main\" }\n\n";

/// The network, and a store with some arguments more.
fn shop(more: &str) -> String {
    format!(
        "{NETWORK_TEXT}[resource.aws_store.shop]\nname = \"shop\"\nnetwork_id = \"${{aws_network.main.id}}\"\n{more}\n"
    )
}

fn world(more: &Json) -> World {
    World::with(&[("aws_network.main", network()), ("aws_store.shop", store(more))])
}

#[test]
fn what_agrees_is_remembered() {
    let outputs = "[outputs.endpoint]\nvalue = \"http://${aws_store.shop.endpoint}\"\n";
    let state = world(&json!({ "size": 20 })).agrees(&(shop("size = \"${4 * 5}\"\n") + outputs));
    assert_eq!((state.account.as_deref(), state.region.as_deref()), (Some("123456789012"), Some("eu-central-1")));
    assert_eq!(state.outputs["endpoint"], Tree::text("http://shop.example.org"));
    let shop = state.resources[&Address::managed("aws_store", "shop")].current.as_ref().expect("an object");
    assert_eq!(shop.id.0, "shop");
    let inputs = [("name", Tree::text("shop")), ("network_id", Tree::text("vpc-1")), ("size", Tree::Int(20))];
    assert_eq!(shop.inputs, Tree::map(inputs));
    assert_eq!(shop.outputs.get("endpoint"), Some(&Tree::text("shop.example.org")));
    assert_eq!(shop.dependencies, BTreeSet::from([Address::managed("aws_network", "main")]));
}

#[test]
fn an_argument_that_differs_is_named_with_its_path() {
    let world = world(&json!({ "size": 20, "logging": [{ "bucket": "logs", "days": 3 }] }));
    world.check(&shop("size = 21"), &["aws_store.shop size: 21, not 20"]);
    let logging = "logging = { bucket = \"logs\", days = 4 }";
    world.check(&shop(logging), &["aws_store.shop logging (logging.days): 4, not 3"]);
    world.check(
        &NETWORK_TEXT.replace("main\" }", "other\" }"),
        &[
            "aws_network.main tags (tags[\"Name\"]): \"other\", not \"main\"",
            "aws_store.shop lifecycle.enabled: members [], not [\"\"]",
        ],
    );
}

#[test]
fn what_follows_from_a_difference_is_not_reported() {
    let world = world(&json!({ "cpu": "10.0.0.0/16" }));
    let text = shop("cpu = \"${local.range}\"\n[locals]\nrange = \"${aws_network.main.cidr}\"\n");
    world.agrees(&text);
    let text = text.replace("10.0.0.0/16", "10.9.0.0/16");
    world.check(&text, &["aws_network.main cidr: \"10.9.0.0/16\", not \"10.0.0.0/16\""]);
    assert_eq!(world.rehearse(&text).changes.len(), 2, "the store is replaced with its network");
}

#[test]
fn what_cannot_be_evaluated_is_named_by_place() {
    let world = world(&json!({ "cpu": "1" }));
    world.check(&shop("cpu = \"${frobnicate(1)}\""), &["aws_store.shop cpu: there is no function `frobnicate`"]);
    world.check(
        &shop("cpu = \"${local.a}\"\n[locals]\na = \"${frobnicate(1)}\""),
        &["local.a: there is no function `frobnicate`"],
    );
    world.check(&shop("[outputs.a]\nvalue = \"${frobnicate(1)}\""), &["output a: there is no function `frobnicate`"]);
    world.check(&shop("\n[variables.a]\ntype = \"string\""), &["var.a: the variable `a` has no value"]);
    // This is known only with what Terraform's state holds.
    let text = shop("size = \"${tonumber(aws_network.main.id)}\"");
    let found = shown(&world.rehearse(&text));
    assert!(found.starts_with("aws_store.shop size: "), "{found}");
    assert!(world.rehearse(&text).state.is_none());
}

#[test]
fn members_are_compared_by_their_keys() {
    let member = |key: &str| {
        let attributes = json!({ "id": format!("vpc-{key}"), "cidr": format!("10.{key}.0.0/16"), "ranges": [] });
        (format!("aws_network.main[\"{key}\"]"), attributes)
    };
    let objects = [member("1"), member("2")];
    let objects: Vec<(&str, Json)> = objects.iter().map(|(key, it)| (key.as_str(), it.clone())).collect();
    let world = World::with(&objects);
    let text =
        |keys: &str| format!("[resource.aws_network.main]\nfor_each = {keys}\ncidr = \"10.${{each.key}}.0.0/16\"\n");
    let state = world.agrees(&text("[\"1\", \"2\"]"));
    assert_eq!(state.resources.len(), 2);
    world.check(&text("[\"1\", \"3\"]"), &["aws_network.main for_each: members [\"1\", \"3\"], not [\"1\", \"2\"]"]);
    world.check(
        &text("[\"1\", \"2\"]").replace("10.$", "9.$"),
        &[
            "aws_network.main cidr at aws_network.main[\"1\"]: \"9.1.0.0/16\", not \"10.1.0.0/16\"",
            "aws_network.main cidr at aws_network.main[\"2\"]: \"9.2.0.0/16\", not \"10.2.0.0/16\"",
        ],
    );
    let disabled = "[resource.aws_network.main]\ncidr = \"10.0.0.0/16\"\nlifecycle.enabled = false\n";
    World::with(&[("aws_network.main", network())])
        .check(disabled, &["aws_network.main lifecycle.enabled: members [], not [\"\"]"]);
    World::default().carried("aws_network.main").agrees(disabled);
}

#[test]
fn what_was_never_applied_is_left_to_the_plan() {
    let world = World::with(&[("aws_store.shop", store(&json!({})))]).carried("aws_network.main");
    let rehearsed = world.rehearse(&shop(""));
    assert_eq!(shown(&rehearsed), "aws_network.main lifecycle.enabled: members [\"\"], not []");
    assert_eq!(rehearsed.changes.len(), 2);
    assert_eq!(rehearsed.state.expect("a state").resources.len(), 1);
}

const PASSWORD: &str = "[variables.password]\nsensitive = true\n\n";

#[test]
fn a_secret_that_aws_never_tells_is_remembered_as_a_fingerprint() {
    let text = PASSWORD.to_owned() + &shop("password = \"${var.password}\"");
    let world = world(&json!({ "password": "hunter22" })).secret("password", json!("hunter22"));
    let state = serde_json::to_string(&world.agrees(&text)).expect("serialises");
    assert!(state.contains("$fingerprint") && !state.contains("hunter22"));
    let other = world.secret("password", json!("another1"));
    other.check(&text, &["aws_store.shop password: (secret), not (secret)"]);
    assert!(!format!("{:?}", other.rehearse(&text)).contains("hunter22"));
    // Without a value there is Terraform's word.
    let unknown = World { secrets: BTreeMap::new(), ..other };
    assert_eq!(serde_json::to_string(&unknown.agrees(&text)).expect("serialises"), state);
}

#[test]
fn secrets_inside_documents_are_remembered_leaf_by_leaf() {
    let held = json!([{
        "name": "web",
        "cpu": 0,
        "environment": [{ "name": "P", "value": "hunter22" }, { "name": "Q", "value": "q" }],
        "portMappings": [],
    }]);
    let world = world(&json!({ "containers": held.to_string() })).secret("password", json!("hunter22"));
    let environment = "[{ name = \"P\", value = \"${var.password}\" }, { name = \"Q\", value = \"q\" }]";
    let tables = shop(&format!("[[resource.aws_store.shop.containers]]\nname = \"web\"\nenvironment = {environment}"));
    let state = world.agrees(&(PASSWORD.to_owned() + &tables));
    assert!(!serde_json::to_string(&state).expect("serialises").contains("hunter22"));
    let terms = "[{ name = \"P\", value = var.password }, { name = \"Q\", value = \"q\" }]";
    let encoded = shop(&format!("containers = '${{jsonencode([{{ name = \"web\", environment = {terms} }}])}}'"));
    let state = world.agrees(&(PASSWORD.to_owned() + &encoded));
    assert!(!serde_json::to_string(&state).expect("serialises").contains("hunter22"));
    world.secret("password", json!("another1")).check(
        &(PASSWORD.to_owned() + &tables),
        &["aws_store.shop containers (containers[\"web\"].environment): \
           [{\"name\":\"P\",\"value\":\"(secret)\"},{\"name\":\"Q\",\"value\":\"q\"}], not \
           [{\"name\":\"(secret)\",\"value\":\"(secret)\"},{\"name\":\"(secret)\",\"value\":\"(secret)\"}]"],
    );
}

#[test]
fn secrets_may_have_any_type() {
    let world = world(&json!({ "size": 20, "groups": ["x${y}"] }))
        .secret("numbers", json!([10, 20]))
        .secret("groups", json!(["x${y}"]));
    let variables =
        "[variables.numbers]\nsensitive = true\n[variables.groups]\nsensitive = true\ntype = \"set(string)\"\n\n";
    world.agrees(&(variables.to_owned() + &shop("size = \"${var.numbers[1]}\"\ngroups = \"${var.groups}\"")));
}

#[test]
fn sensitive_outputs_are_remembered_as_fingerprints() {
    let outputs = "[outputs.password]\nvalue = \"${var.password}\"\nsensitive = true\n\
                   [outputs.both]\nvalue = { user = \"u\", password = \"${var.password}\" }\nsensitive = true\n";
    let world = World::default().secret("password", json!("hunter22"));
    let state = world.agrees(&(PASSWORD.to_owned() + outputs));
    let text = serde_json::to_string(&state).expect("serialises");
    assert_eq!(text.matches("$fingerprint").count(), 2, "{text}");
    assert!(!text.contains("hunter22"));
}

#[test]
fn secrets_that_aws_holds_are_remembered_by_their_stamp() {
    let other = json!({ "id": "b", "name": "b", "arn": "arn:b", "endpoint": "", "password": "hunter22" });
    let world = World::with(&[
        ("aws_network.main", network()),
        ("aws_store.shop", store(&json!({ "secret": "{\"p\": \"hunter22\"}" }))),
        ("aws_store.b", other),
    ]);
    let text = shop("[resource.aws_store.b]\nname = \"b\"\npassword = '${jsondecode(aws_store.shop.secret).p}'");
    let state = serde_json::to_string(&world.agrees(&text)).expect("serialises");
    assert!(state.contains("$stamp") && !state.contains("$fingerprint") && !state.contains("hunter22"), "{state}");
}

#[test]
fn a_secret_that_moves_to_aws_is_a_change_and_no_disagreement() {
    let world = world(&json!({ "password": "hunter22" })).secret("password", json!("hunter22"));
    let password = "password = \"${aws_store.vault.secret}\"\n";
    let vault = "[resource.aws_store.vault]\nname = \"vault\"\n";
    let rehearsed = world.rehearse(&shop(&(password.to_owned() + vault)));
    assert_eq!(shown(&rehearsed), "");
    let changes: Vec<String> = rehearsed.changes.iter().map(|it| format!("{:?} {}", it.action, it.address)).collect();
    assert_eq!(changes, ["Create aws_store.vault", "Update aws_store.shop"]);
    let state = serde_json::to_string(&rehearsed.state).expect("serialises");
    assert!(state.contains("$fingerprint") && !state.contains("hunter22"), "{state}");
}

#[test]
fn data_sources_tell_what_they_told_terraform() {
    let objects = [
        ("aws_network.main", network()),
        ("aws_store.shop", store(&json!({ "size": 30 }))),
        ("data.aws_image.web", json!({ "name": "web", "age": 30 })),
    ];
    let world = World::with(&objects);
    let text = shop("size = \"${data.aws_image.web.age}\"\n\n[data.aws_image.web]\nname = \"web\"");
    world.agrees(&text);
    let other = text.replace("name = \"web\"", "name = \"other\"");
    world.check(&other, &["data.aws_image.web name: \"other\", not \"web\""]);
    World::with(&objects[..2]).check(
        &text,
        &[
            "aws_store.shop size: not known: age of data.aws_image.web, not 30",
            "data.aws_image.web : Terraform's state does not hold what this data source tells",
        ],
    );
}

#[test]
fn arguments_that_never_reach_aws_are_compared_too() {
    let world = World::with(&[("aws_bucket.logs", json!({ "id": "logs", "name": "logs", "force_destroy": true }))]);
    let text = |more: &str| format!("[resource.aws_bucket.logs]\nname = \"logs\"\n{more}\n");
    world.agrees(&text("force_destroy = true"));
    world.agrees(&text(""));
    world.check(&text("force_destroy = false"), &["aws_bucket.logs force_destroy: false, not true"]);
    world.agrees(&text("force_destroy = false\nlifecycle.ignore_changes = [\"force_destroy\"]"));
}

#[test]
fn what_terraform_did_not_set_is_not_set() {
    let world = World::with(&[("aws_bucket.logs", json!({ "id": "logs", "name": "logs" }))]);
    let text = |value: &str| format!("[resource.aws_bucket.logs]\nname = \"logs\"\nencryption = \"{value}\"\n");
    world.agrees(&text(""));
    world.check(&text("kms"), &["aws_bucket.logs encryption: \"kms\", not not set"]);
}

#[test]
fn an_environment_has_values_of_its_own() {
    let mut attributes = network();
    attributes["cidr"] = json!("10.1.0.0/16");
    let text = "[variables.range]\ndefault = \"10.0.0.0/16\"\n\n".to_owned()
        + &NETWORK_TEXT.replace("10.0.0.0/16", "${var.range}");
    World { environment: Some("prod"), ..World::with(&[("aws_network.main", attributes)]) }.agrees(&text);
    World::with(&[("aws_network.main", network())]).agrees(&text);
}

#[test]
fn expressions_read_files_beside_the_manifest() {
    let mut world = world(&json!({ "cpu": "from a file" }));
    world.copies.insert("files/cpu.txt".to_owned(), b"from a file".to_vec());
    world.agrees(&shop("cpu = '${file(\"files/cpu.txt\")}'"));
    world.agrees(&shop("cpu = '${file(\"./files/cpu.txt\")}'"));
    let found = shown(&world.rehearse(&shop("cpu = '${file(\"other.txt\")}'")));
    assert!(found.starts_with("aws_store.shop cpu: "), "{found}");
}
