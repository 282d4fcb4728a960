//! Scenarios worth keeping: each is a manifest, what goes wrong, and what must come of it.

use std::time::Duration;

use cloudsim::{Injection, Operation, Scripted, Setup};
use model::Known;
use model::plan::{Action, OperationStep};
use tokio::time::sleep;

use crate::laws;
use crate::stage::{Aim, Ran, Stage, Stop};

const HEAD: &str = "[stack]\nname = \"scenario\"\n";

/// A manifest from its resources.
fn manifest(resources: &str) -> String {
    format!("{HEAD}{resources}")
}

fn stage(script: Vec<Scripted>) -> Stage {
    Stage::new(Setup { script, ..Setup::default() })
}

fn fault(kind: &'static str, operation: Operation, nth: u64, injection: Injection) -> Scripted {
    Scripted { kind, operation, nth, injection }
}

/// A run that must succeed and obey the laws.
async fn check(stage: &Stage, text: &str) -> Ran {
    let ran = stage.run(text, Aim::Apply).await.expect("a run that ends");
    assert_eq!(ran.outcome.failed, Vec::new());
    let laws = [laws::contract(&stage.cloud), laws::faithful(&ran.planning.plan, &ran.calls), laws::order(&ran.calls)];
    assert_eq!(laws.concat(), Vec::<String>::new());
    assert_eq!(laws::agreement(&stage.cloud, &stage.ledger().await.state), Vec::<String>::new());
    let next = stage.plan(text, Aim::Apply).await.expect("a plan");
    assert_eq!(next.plan.operations, Vec::new(), "the next plan is empty");
    ran
}

fn ids(stage: &Stage, kind: &str) -> Vec<model::Id> {
    stage.cloud.snapshot().into_iter().filter(|it| it.kind == kind).map(|it| it.id).collect()
}

const NETWORK: &str = r#"
[resource.sim_network.main]
cidr = "10.0.0.0/16"
"#;

const EVERYTHING: &str = r#"
[resource.sim_network.main]
cidr = "10.0.0.0/16"
[resource.sim_firewall.web]
name = "web"
network_id = "${sim_network.main.id}"
ingress = [{ port = 80 }, { port = 443 }]
[resource.sim_attachment.web]
network_id = "${sim_network.main.id}"
firewall_id = "${sim_firewall.web.id}"
[resource.sim_role.task]
name = "task"
policy = { Statement = [{ Effect = "Allow", Action = "sim:read", Resource = "*" }] }
[resource.sim_bucket.files]
bucket = "files"
versioning = true
[resource.sim_secret.password]
name_prefix = "password-"
[resource.sim_secret_version.password]
secret_id = "${sim_secret.password.id}"
generate = { length = 16 }
[resource.sim_database.main]
identifier = "main"
engine = "mariadb"
storage = 20
password = "${sim_secret_version.password.secret_string}"
firewall_ids = ["${sim_firewall.web.id}"]
skip_final_copy = true
[resource.sim_task.web]
family = "web"
role_arn = "${sim_role.task.arn}"
containers = [{ name = "web", image = "image:1", bucket = "${sim_bucket.files.id}" }]
[resource.sim_service.web]
name = "web"
network_id = "${sim_network.main.id}"
task_arn = "${sim_task.web.arn}"
database = "${sim_database.main.endpoint}"
firewall_ids = ["${sim_firewall.web.id}"]
"#;

/// Every kind's create, done and not heard of: found again, once.
#[tokio::test(start_paused = true)]
async fn a_create_whose_answer_is_lost_is_found_again() {
    for kind in cloudsim::kinds::CATALOG.kinds {
        let stage = stage(vec![fault(kind.name, Operation::Create, 1, Injection::AnswerLost)]);
        check(&stage, &manifest(EVERYTHING)).await;
    }
}

/// Every kind's first mutating calls fail in every way that surely did nothing.
#[tokio::test(start_paused = true)]
async fn what_was_surely_not_done_is_repeated() {
    for kind in cloudsim::kinds::CATALOG.kinds {
        let script = [Injection::Throttled, Injection::Unreachable, Injection::NotYet].into_iter().zip(1..);
        let script = script.map(|(injection, nth)| fault(kind.name, Operation::Create, nth, injection)).collect();
        check(&stage(script), &manifest(EVERYTHING)).await;
    }
}

/// A create lands long after its caller gave up: a later run finds it, and one object stays.
#[tokio::test(start_paused = true)]
async fn a_create_that_arrives_late_becomes_ours() {
    let late = Injection::Late(Duration::from_secs(200));
    let stage = stage(vec![fault("sim_network", Operation::Create, 1, late)]);
    let text = manifest(NETWORK);
    let first = stage.run(&text, Aim::Apply).await.expect("a run that ends");
    assert_eq!(first.outcome.failed.len(), 1);
    sleep(Duration::from_secs(300)).await;
    let ran = check(&stage, &text).await;
    assert!(ran.calls.iter().all(|call| call.operation != Operation::Create));
    assert_eq!(ids(&stage, "sim_network").len(), 1);
}

/// What was replaced meanwhile is deleted when it arrives.
#[tokio::test(start_paused = true)]
async fn a_create_that_arrives_after_its_successor_goes() {
    let late = Injection::Late(Duration::from_secs(200));
    let stage = stage(vec![fault("sim_network", Operation::Create, 1, late)]);
    let text = manifest(NETWORK);
    assert_eq!(stage.run(&text, Aim::Apply).await.expect("a run that ends").outcome.failed.len(), 1);
    assert_eq!(stage.run(&text, Aim::Apply).await.expect("a run that ends").outcome.created, 1);
    sleep(Duration::from_secs(300)).await;
    assert_eq!(ids(&stage, "sim_network").len(), 2);
    let ran = check(&stage, &text).await;
    assert_eq!(ran.outcome.deleted, 1);
    assert_eq!(ids(&stage, "sim_network").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_vanished_is_made_again_with_all_that_needs_it() {
    let stage = stage(Vec::new());
    let text = manifest(EVERYTHING);
    check(&stage, &text).await;
    let network = ids(&stage, "sim_network").remove(0);
    stage.cloud.vanish("sim_network", &network);
    let ran = check(&stage, &text).await;
    assert_eq!((ran.outcome.created, ran.outcome.replaced), (1, 3));
}

/// A member of a set without a key keeps nothing of the member that stood in its place.
#[tokio::test(start_paused = true)]
async fn members_of_a_set_do_not_mix() {
    let rules = |rules: &str| {
        manifest(&format!(
            "{NETWORK}
[resource.sim_firewall.other]
name = \"other\"
network_id = \"${{sim_network.main.id}}\"
[resource.sim_firewall.web]
name = \"web\"
network_id = \"${{sim_network.main.id}}\"
ingress = [{rules}]
"
        ))
    };
    let stage = stage(Vec::new());
    check(&stage, &rules("{ port = 81 }, { port = 91, firewalls = [\"${sim_firewall.other.id}\"] }")).await;
    check(&stage, &rules("{ port = 81 }, { port = 91 }")).await;
    check(&stage, &rules("{ port = 91 }, { port = 82, firewalls = [\"${sim_firewall.other.id}\"] }")).await;
}

/// Removing an argument that cannot change leaves it as it is, inside blocks too.
#[tokio::test(start_paused = true)]
async fn removal_alone_never_replaces() {
    let service = |rollout: &str| {
        manifest(&format!(
            "{NETWORK}
[resource.sim_task.web]
family = \"web\"
containers = [{{ name = \"web\", image = \"image:1\" }}]
[resource.sim_service.web]
name = \"web\"
network_id = \"${{sim_network.main.id}}\"
task_arn = \"${{sim_task.web.arn}}\"
rollout = {{ {rollout} }}
"
        ))
    };
    let stage = stage(Vec::new());
    check(&stage, &service("mode = \"both\"")).await;
    let ran = check(&stage, &service("grace_seconds = 3")).await;
    assert_eq!((ran.outcome.updated, ran.outcome.replaced), (1, 0));
    let service = stage.cloud.snapshot().into_iter().find(|it| it.kind == "sim_service").expect("exists");
    let mode = service.inputs.get("rollout").and_then(|it| it.get("mode")).cloned();
    assert_eq!(mode, Some(Known::text("both")));
}

/// A new revision, its users repointed, the old one retired, in that order.
#[tokio::test(start_paused = true)]
async fn a_revision_is_retired_last() {
    let stage = stage(Vec::new());
    check(&stage, &manifest(EVERYTHING)).await;
    let ran = check(&stage, &manifest(&EVERYTHING.replace("image:1", "image:2"))).await;
    let mutating = ran.calls.iter().filter(|call| call.operation.mutates());
    let done: Vec<String> = mutating.map(|call| format!("{} {}", call.operation.word(), call.kind)).collect();
    assert_eq!(done, ["create sim_task", "update sim_service", "delete sim_task"]);
}

#[tokio::test(start_paused = true)]
async fn what_must_not_be_destroyed_is_not() {
    let stage = stage(Vec::new());
    let text = manifest(&format!("{NETWORK}lifecycle.prevent_destroy = true\n"));
    check(&stage, &text).await;
    let refused = |stop: Result<Ran, Stop>| match stop {
        Err(Stop::NoPlan(problems)) => problems.iter().map(|it| it.code).collect::<Vec<&str>>(),
        Err(stop) => panic!("{stop:?}"),
        Ok(_) => Vec::new(),
    };
    assert_eq!(refused(stage.run(&text, Aim::Destroy).await), ["prevent-destroy"]);
    let other = text.replace("10.0.0.0/16", "10.1.0.0/16");
    assert_eq!(refused(stage.run(&other, Aim::Apply).await), ["prevent-destroy"]);
    assert_eq!(ids(&stage, "sim_network").len(), 1);
}

/// A destroy that would stop halfway does not begin.
#[tokio::test(start_paused = true)]
async fn a_protected_database_stops_a_destroy_before_it_begins() {
    let stage = stage(Vec::new());
    let text = manifest(&EVERYTHING.replace("storage = 20", "storage = 20\ndeletion_protection = true"));
    check(&stage, &text).await;
    let before = stage.cloud.calls().len();
    let stopped = stage.run(&text, Aim::Destroy).await.err();
    assert!(matches!(&stopped, Some(Stop::Trouble(why)) if why.contains("protected")), "{stopped:?}");
    assert!(stage.cloud.calls()[before..].iter().all(|call| !call.operation.mutates()));
}

/// Only stackctl reads it, so a change of it is no call, and a later delete knows it.
#[tokio::test(start_paused = true)]
async fn what_only_stackctl_reads_is_recorded() {
    let stage = stage(Vec::new());
    let text = manifest(&EVERYTHING.replace("skip_final_copy = true", "skip_final_copy = false"));
    check(&stage, &text).await;
    let ran = check(&stage, &manifest(EVERYTHING)).await;
    let changes: Vec<Action> = ran.planning.plan.changes.iter().map(|it| it.action).collect();
    assert_eq!(changes, [Action::Record]);
    assert!(ran.calls.iter().all(|call| !call.operation.mutates()));
    let emptied = stage.run(&manifest(""), Aim::Apply).await.expect("a run that ends");
    assert_eq!(emptied.outcome.failed, Vec::new());
    let deletes = emptied.planning.plan.operations.iter();
    assert!(deletes.clone().all(|it| matches!(it.step, OperationStep::Delete { .. })));
    assert_eq!(deletes.count(), 10);
}

/// One address lets go of what every account has, another takes it.
#[tokio::test(start_paused = true)]
async fn what_every_account_has_changes_hands() {
    let stage = stage(Vec::new());
    let firewall = |name: &str| manifest(&format!("[resource.sim_default_firewall.{name}]\ningress = []\n"));
    check(&stage, &firewall("one")).await;
    check(&stage, &firewall("other")).await;
}
