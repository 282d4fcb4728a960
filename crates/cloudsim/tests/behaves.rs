//! The cloud behaves like one: each test is one rule of it.

use std::collections::BTreeMap;
use std::time::Duration;

use cloudsim::kinds::{BEHAVIORS, BUCKET, CATALOG, DATABASE, FIREWALL, NETWORK, ROLE};
use cloudsim::{Caller, Cloud, Faults, Injection, Operation, Scripted, Setup};
use driver::{Drivers, Fault, FaultKind, Found, Phase, Token, Want};
use model::{Id, Known, Secret, Tree};
use tokio::time::sleep;

struct Bed {
    cloud: Cloud,
    drivers: Drivers,
}

fn bed(setup: Setup) -> Bed {
    let cloud = Cloud::new(Setup { behaviors: BEHAVIORS.to_vec(), ..setup });
    let drivers = cloud.drivers(&CATALOG, &Caller::unhindered());
    Bed { cloud, drivers }
}

fn token(number: u32) -> Token {
    Token(format!("{number:08}-0000-4000-8000-000000000000"))
}

fn map<const N: usize>(pairs: [(&str, Known); N]) -> Known {
    Tree::map(pairs)
}

impl Bed {
    async fn create(&self, kind: &str, inputs: Known, number: u32) -> Result<Id, Fault> {
        self.drivers.resources[kind].create(inputs, &token(number)).await.map(|made| made.id)
    }

    async fn network(&self, number: u32) -> Id {
        self.create("sim_network", map([("cidr", Tree::text("10.0.0.0/16"))]), number).await.expect("creates")
    }

    async fn firewall(&self, network: &Id, name: &str, number: u32) -> Result<Id, Fault> {
        let inputs = map([
            ("name", Tree::text(name)),
            ("network_id", Tree::text(network.0.as_str())),
            ("egress", Tree::List(vec![])),
        ]);
        self.create("sim_firewall", inputs, number).await
    }

    async fn read(&self, kind: &str, id: &Id) -> Option<driver::Live> {
        let ids = [id.clone()];
        self.drivers.resources[kind].read(&ids, &Want::Everything).await.expect("reads").remove(id)
    }

    async fn update(&self, kind: &str, id: &Id, changes: &[(&str, Known)]) -> Result<(), Fault> {
        let before = self.read(kind, id).await.expect("exists").inputs;
        let mut after = before.as_map().cloned().unwrap_or_default();
        after.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        self.drivers.resources[kind].update(id, before, Tree::Map(after)).await
    }

    async fn delete(&self, kind: &str, id: &Id) -> Result<(), Fault> {
        self.drivers.resources[kind].delete(id, Tree::Map(BTreeMap::new())).await
    }
}

#[tokio::test(start_paused = true)]
async fn unset_arguments_are_filled_in() {
    let bed = bed(Setup::default());
    let id = bed.network(1).await;
    let live = bed.read("sim_network", &id).await.expect("exists");
    assert_eq!(live.inputs.get("dns"), Some(&Known::Bool(false)));
    assert!(matches!(live.inputs.get("mtu"), Some(Known::Int(500..=9000))));
    assert_eq!(live.inputs.get("tags"), Some(&Known::Null));
    assert_eq!(live.outputs.get("id"), Some(&Known::text(id.0.as_str())));
    assert!(live.outputs.get("default_route").and_then(Known::as_text).is_some());
    assert_eq!(bed.cloud.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn what_is_referred_to_cannot_be_deleted() {
    let bed = bed(Setup::default());
    let network = bed.network(1).await;
    let firewall = bed.firewall(&network, "web", 2).await.expect("creates");
    let fault = bed.delete("sim_network", &network).await.expect_err("in use");
    assert_eq!(fault.kind, FaultKind::InUse { by: vec![format!("sim_firewall {firewall}")] });
    let obstacles = bed.drivers.resources["sim_network"].obstacles(&network, Known::Null).await.expect("asks");
    assert_eq!(obstacles[0].by.as_ref(), Some(&firewall));
    bed.delete("sim_firewall", &firewall).await.expect("deletes");
    bed.delete("sim_network", &network).await.expect("deletes");
    bed.delete("sim_network", &network).await.expect("deletes twice");
    assert_eq!(bed.cloud.snapshot().iter().filter(|it| it.kind == NETWORK.name).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_in_their_scope() {
    let bed = bed(Setup::default());
    let (one, other) = (bed.network(1).await, bed.network(2).await);
    bed.firewall(&one, "web", 3).await.expect("creates");
    bed.firewall(&other, "web", 4).await.expect("creates in another network");
    assert_eq!(bed.firewall(&one, "web", 5).await.expect_err("taken").kind, FaultKind::Conflict);
}

#[tokio::test(start_paused = true)]
async fn slow_kinds_settle() {
    let bed = bed(Setup::default());
    let inputs = map([
        ("identifier", Tree::text("db")),
        ("engine", Tree::text("mariadb")),
        ("storage", Tree::Int(20)),
        ("password", Tree::Secret(Secret::plain(Tree::text("hidden")))),
    ]);
    let id = bed.create("sim_database", inputs, 1).await.expect("creates");
    let live = bed.read("sim_database", &id).await.expect("exists");
    assert!(matches!(live.phase, Phase::Settling(_)));
    assert_eq!(live.inputs.get("password"), Some(&Known::Null));
    assert_eq!(
        bed.update("sim_database", &id, &[("backup_days", Tree::Int(3))]).await.expect_err("busy").kind,
        FaultKind::NotYet
    );
    sleep(DATABASE.timing.expected_create * 2).await;
    assert_eq!(bed.read("sim_database", &id).await.expect("exists").phase, Phase::Ready);
    bed.update("sim_database", &id, &[("backup_days", Tree::Int(3))]).await.expect("updates");
    assert!(matches!(bed.read("sim_database", &id).await.expect("exists").phase, Phase::Settling(_)));
    sleep(DATABASE.timing.expected_update * 2).await;
    assert!(matches!(bed.delete("sim_database", &id).await.expect_err("no last copy").kind, FaultKind::Invalid));
    let before = map([("skip_final_copy", Tree::Bool(true))]);
    bed.drivers.resources["sim_database"].delete(&id, before).await.expect("deletes");
    assert!(bed.read("sim_database", &id).await.is_some());
    sleep(DATABASE.timing.expected_delete * 2).await;
    assert!(bed.read("sim_database", &id).await.is_none());
    assert_eq!(bed.cloud.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn follow_ups_are_left_to_an_update() {
    let bed = bed(Setup::default());
    let inputs = map([("bucket", Tree::text("b")), ("versioning", Tree::Bool(true))]);
    let made = bed.drivers.resources["sim_bucket"].create(inputs, &token(1)).await.expect("creates");
    assert!(made.unfinished);
    let live = made.live.expect("an unfinished create tells what it made");
    assert_eq!(live.inputs.get("versioning"), Some(&Known::Bool(false)));
    let network = bed.network(2).await;
    let firewall = bed.firewall(&network, "web", 3).await.expect("creates");
    let egress = bed.read("sim_firewall", &firewall).await.expect("exists").inputs;
    assert_eq!(egress.get("egress").and_then(Known::as_list).map(<[Known]>::len), Some(1));
}

#[tokio::test(start_paused = true)]
async fn ownership_is_proven_only_by_a_mark() {
    let bed = bed(Setup::default());
    let network = bed.network(1).await;
    let mark = bed.drivers.resources["sim_network"].find(Known::Null, &token(1)).await;
    assert_eq!(mark, Ok(Found::Ours(network.clone())));
    let foreign = bed
        .cloud
        .plant(&FIREWALL, map([("name", Tree::text("web")), ("network_id", Tree::text(network.0.as_str()))]))
        .expect("free");
    let named = map([("name", Tree::text("web")), ("network_id", Tree::text(network.0.as_str()))]);
    assert_eq!(bed.drivers.resources["sim_firewall"].find(named, &token(2)).await, Ok(Found::Foreign(foreign)));
    let role = bed.cloud.plant(&ROLE, map([("name", Tree::text("r"))])).expect("free");
    let named = map([("name", Tree::text("r"))]);
    assert_eq!(bed.drivers.resources["sim_role"].find(named, &token(3)).await, Ok(Found::Unproven(role)));
    let absent = map([("bucket", Tree::text("none"))]);
    assert_eq!(bed.drivers.resources[BUCKET.name].find(absent, &token(4)).await, Ok(Found::Absent));
}

#[tokio::test(start_paused = true)]
async fn faults_follow_the_script() {
    let scripted = |nth, injection| Scripted { kind: "sim_network", operation: Operation::Create, nth, injection };
    let script = vec![
        scripted(1, Injection::Lost),
        scripted(2, Injection::AnswerLost),
        scripted(3, Injection::Late(Duration::from_secs(60))),
        scripted(4, Injection::Throttled),
    ];
    let bed = bed(Setup { script, ..Setup::default() });
    let inputs = map([("cidr", Tree::text("10.0.0.0/16"))]);
    let mut kinds = Vec::new();
    let mut there = Vec::new();
    for number in 1..=4 {
        kinds.push(bed.create("sim_network", inputs.clone(), number).await.expect_err("fails").kind);
        there.push(bed.cloud.snapshot().iter().filter(|it| it.kind == "sim_network").count());
    }
    assert_eq!(kinds, [FaultKind::Unknown, FaultKind::Unknown, FaultKind::Unknown, FaultKind::Throttled]);
    assert_eq!(there, [0, 1, 1, 1]);
    sleep(Duration::from_secs(61)).await;
    assert_eq!(bed.cloud.snapshot().iter().filter(|it| it.kind == "sim_network").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn misuse_is_a_violation() {
    let bed = bed(Setup::default());
    let id = bed.network(1).await;
    let _ = bed.update("sim_network", &id, &[]).await;
    let _ = bed.update("sim_network", &id, &[("cidr", Tree::text("10.1.0.0/16"))]).await;
    let _ = bed.update("sim_network", &id, &[("dns", Tree::Null)]).await;
    let _ = bed.firewall(&Id("network-none".to_owned()), "web", 2).await;
    let sealed = map([("cidr", Tree::Secret(Secret::Fingerprint("f".to_owned())))]);
    let _ = bed.create("sim_network", sealed, 3).await;
    let told = bed.cloud.violations();
    let expect = ["with nothing", "only a new object", "has a default", "does not exist", "without its value"];
    for (expect, told) in expect.iter().zip(&told) {
        assert!(told.contains(expect), "{told}");
    }
    assert_eq!(told.len(), expect.len(), "{told:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_new_object_may_hide_for_a_while() {
    let bed = bed(Setup { faults: Faults { stale: 1.0, ..Faults::NONE }, ..Setup::default() });
    for number in 1..=20 {
        let inputs = map([("cidr", Tree::text("10.0.0.0/16"))]);
        let made = bed.drivers.resources["sim_network"].create(inputs, &token(number)).await.expect("creates");
        // Only what the answer did not tell can hide.
        assert_eq!(bed.read("sim_network", &made.id).await.is_some(), made.live.is_some());
        sleep(NETWORK.timing.consistency).await;
        assert!(bed.read("sim_network", &made.id).await.is_some());
    }
}

#[tokio::test(start_paused = true)]
async fn an_abandoned_call_arrives_or_does_not() {
    let mut arrived = 0;
    for seed in 0..16 {
        let bed = bed(Setup { seed, ..Setup::default() });
        let inputs = map([("cidr", Tree::text("10.0.0.0/16"))]);
        let create = bed.create("sim_network", inputs, 1);
        assert!(tokio::time::timeout(Duration::from_millis(10), create).await.is_err());
        sleep(Duration::from_secs(1)).await;
        arrived += bed.cloud.snapshot().iter().filter(|it| it.kind == "sim_network").count();
    }
    assert!((1..16).contains(&arrived), "{arrived} of 16");
}
