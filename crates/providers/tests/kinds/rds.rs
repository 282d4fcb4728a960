//! RDS's kinds against an emulator, through their drivers.

use crate::drive::{Drive, holds, only};
use crate::support;
use driver::{FaultKind, Found, Phase};
use model::{Id, Known};
use serde_json::{Value as Json, json};

fn server(name: &str) -> Json {
    json!({
        "identifier": name,
        "engine": "mariadb",
        "engine_version": "10.5.13",
        "instance_class": "db.t3.micro",
        "allocated_storage": 20,
        "storage_type": "gp2",
        "db_name": "wordpress",
        "username": "wordpress",
        "password": "a-long-enough-one",
        "availability_zone": "us-east-1a",
        "skip_final_snapshot": true,
        "publicly_accessible": false,
        "tags": { "project": "wordpress" },
    })
}

/// What AWS tells back of what was asked for.
fn told(inputs: &Json) -> Json {
    let mut told = inputs.clone();
    for unsaid in ["password", "skip_final_snapshot", "apply_immediately"] {
        told.as_object_mut().expect("a map").remove(unsaid);
    }
    told
}

#[tokio::test]
async fn instances_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let instances = Drive::of(&aws, "aws_db_instance");
    let inputs = server("Dev-Wordpress");
    let id = Id("dev-wordpress".to_owned());

    assert_eq!(instances.find(&inputs, 1).await, Found::Absent);
    let made = instances.create(&inputs, 1).await;
    assert_eq!(made.id, id);
    assert!(!made.unfinished);
    assert!(made.live.is_some());
    assert_eq!(instances.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(instances.find(&inputs, 2).await, Found::Foreign(id.clone()));
    assert_eq!(instances.try_create(&inputs, 2).await.expect_err("the name is taken").kind, FaultKind::Conflict);

    let live = instances.live(&id).await;
    assert_eq!(live.phase, Phase::Ready);
    let mut expected = told(&inputs);
    expected["identifier"] = json!("dev-wordpress");
    expected["port"] = json!(3306);
    expected["multi_az"] = json!(false);
    expected["storage_encrypted"] = json!(false);
    expected["manage_master_user_password"] = json!(false);
    expected["deletion_protection"] = json!(false);
    expected["max_allocated_storage"] = json!(0);
    holds(&live.inputs.to_json(), &expected);
    assert_eq!(live.inputs.get("password"), Some(&Known::Null));
    let outputs = live.outputs.to_json();
    holds(
        &outputs,
        &json!({
            "arn": "arn:aws:rds:us-east-1:123456789012:db:dev-wordpress",
            "engine_version_actual": "10.5.13",
            "status": "available",
            "tags_all": { "project": "wordpress" },
        }),
    );
    assert_eq!(outputs["id"], outputs["resource_id"]);
    assert_eq!(outputs["endpoint"], json!(format!("{}:3306", outputs["address"].as_str().expect("an address"))));

    let changes = json!({
        "apply_immediately": true,
        "instance_class": "db.t3.small",
        "allocated_storage": 30,
        "backup_retention_period": 7,
        "deletion_protection": true,
        "copy_tags_to_snapshot": true,
        "enabled_cloudwatch_logs_exports": ["error", "slowquery"],
        "tags": { "team": "web" },
    });
    holds(&instances.update(&id, &changes).await, &told(&changes));
    holds(
        &instances.update(&id, &json!({ "max_allocated_storage": 100 })).await,
        &json!({ "max_allocated_storage": 100 }),
    );
    assert_eq!(instances.obstacles(&id).await.len(), 2, "protected, and no name for the final snapshot");
    let open = json!({ "deletion_protection": false, "enabled_cloudwatch_logs_exports": ["error"] });
    holds(&instances.update(&id, &open).await, &open);

    let mut before = told(&inputs);
    before["skip_final_snapshot"] = json!(true);
    instances.try_delete(&id, &before).await.expect("deletes");
    assert!(instances.read(&id).await.is_none());
    instances.try_delete(&id, &before).await.expect("a second delete succeeds");
}

#[tokio::test]
async fn many_are_read_in_one_call_and_missing_ones_are_absent() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let instances = Drive::of(&aws, "aws_db_instance");
    for (at, name) in ["one", "two", "three"].into_iter().enumerate() {
        instances.create(&server(name), u8::try_from(at).expect("few")).await;
    }
    let before = aws.calls().all().len();
    let ids: Vec<Id> = ["one", "three", "four"].into_iter().map(|it| Id(it.to_owned())).collect();
    let read = instances.read_all(&ids, &only(&["instance_class", "tags"])).await;
    assert_eq!(read.into_keys().collect::<Vec<Id>>(), [Id("one".to_owned()), Id("three".to_owned())]);
    assert_eq!(aws.calls().all().len(), before + 1);
}

#[tokio::test]
async fn an_update_without_a_difference_sends_nothing() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let instances = Drive::of(&aws, "aws_db_instance");
    let id = instances.create(&server("quiet"), 1).await.id;
    // Another spelling of the same version, and arguments that only stackctl reads.
    instances.update(&id, &json!({ "engine_version": "10.5", "skip_final_snapshot": true })).await;
    assert!(!aws.calls().by_operation().contains_key("rds:ModifyDBInstance"));
    instances.update(&id, &json!({ "password": "another-long-one" })).await;
    assert_eq!(aws.calls().by_operation().get("rds:ModifyDBInstance"), Some(&1));
}

#[tokio::test]
async fn a_managed_password_is_a_secret_of_aws() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let instances = Drive::of(&aws, "aws_db_instance");
    let mut inputs = server("managed");
    inputs.as_object_mut().expect("a map").remove("password");
    inputs["manage_master_user_password"] = json!(true);
    let id = instances.create(&inputs, 1).await.id;
    let live = instances.live(&id).await;
    holds(&live.inputs.to_json(), &json!({ "manage_master_user_password": true }));
    let outputs = live.outputs.to_json();
    let secret = outputs["master_user_secret"][0]["secret_arn"].as_str().expect("an ARN");
    assert!(secret.starts_with("arn:aws:secretsmanager:"), "{secret}");
    let own = json!({ "manage_master_user_password": false, "password": "a-long-enough-one" });
    holds(&instances.update(&id, &own).await, &json!({ "manage_master_user_password": false }));
}

#[tokio::test]
async fn an_instance_is_deleted_with_a_final_snapshot_and_comes_back_from_it() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let instances = Drive::of(&aws, "aws_db_instance");
    let id = instances.create(&server("kept"), 1).await.id;
    let last =
        json!({ "identifier": "kept", "instance_class": "db.t3.micro", "final_snapshot_identifier": "kept-final" });
    instances.try_delete(&id, &last).await.expect("deletes with a snapshot");

    let restored = json!({
        "identifier": "restored",
        "instance_class": "db.t3.micro",
        "snapshot_identifier": "kept-final",
        "password": "another-long-one",
        "tags": { "project": "wordpress" },
    });
    let made = instances.create(&restored, 2).await;
    assert!(made.unfinished, "the password follows");
    let live = instances.live(&made.id).await;
    holds(&live.inputs.to_json(), &json!({ "engine": "mariadb", "allocated_storage": 20, "username": "wordpress" }));
    assert_eq!(instances.find(&restored, 2).await, Found::Ours(made.id));

    let again = instances.create(&server("kept"), 3).await.id;
    let taken = obstacles(&aws, &again, &last).await;
    assert_eq!(taken, ["the final snapshot `kept-final` of the database instance `kept` exists already"]);
}

async fn obstacles(aws: &providers::aws::Aws, id: &Id, before: &Json) -> Vec<String> {
    let driver = providers::drivers(aws).resources.remove("aws_db_instance").expect("the kind exists");
    let found = driver.obstacles(id, Known::from_json(before)).await.expect("looks for obstacles");
    found.into_iter().map(|it| it.reason).collect()
}

#[tokio::test]
async fn a_replica_is_promoted_when_its_source_is_removed() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let instances = Drive::of(&aws, "aws_db_instance");
    instances.create(&server("main"), 1).await;
    let inputs = json!({
        "identifier": "copy", "instance_class": "db.t3.micro", "replicate_source_db": "main", "skip_final_snapshot": true,
    });
    let made = instances.create(&inputs, 2).await;
    assert!(!made.unfinished);
    let live = instances.live(&made.id).await;
    holds(&live.inputs.to_json(), &json!({ "replicate_source_db": "main", "engine": "mariadb" }));
    let main = instances.live(&Id("main".to_owned())).await.outputs.to_json();
    assert_eq!(main["replicas"], json!(["copy"]));
    let before = json!({ "identifier": "copy", "instance_class": "db.t3.micro", "replicate_source_db": "main" });
    assert!(obstacles(&aws, &made.id, &before).await.is_empty(), "a replica has no final snapshot");

    // The emulator keeps the source of a promoted replica.
    let promoted =
        instances.update(&made.id, &json!({ "replicate_source_db": null, "backup_retention_period": 3 })).await;
    holds(&promoted, &json!({ "backup_retention_period": 3 }));
    assert_eq!(aws.calls().by_operation().get("rds:PromoteReadReplica"), Some(&1));
}

#[tokio::test]
async fn subnet_groups_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let subnets = aws.ec2().describe_subnets().send().await.expect("the default subnets");
    let subnets: Vec<&str> = subnets.subnets().iter().filter_map(|it| it.subnet_id()).collect();
    let groups = Drive::of(&aws, "aws_db_subnet_group");
    let mut both = [subnets[0], subnets[1]];
    both.sort_unstable();
    let inputs = json!({
        "name": "Databases", "description": "private", "subnet_ids": both, "tags": { "project": "wordpress" },
    });
    let id = Id("databases".to_owned());

    assert_eq!(groups.find(&inputs, 1).await, Found::Absent);
    assert_eq!(groups.create(&inputs, 1).await.id, id);
    assert_eq!(groups.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(groups.find(&inputs, 2).await, Found::Foreign(id.clone()));
    let live = groups.live(&id).await;
    let mut expected = inputs;
    expected["name"] = json!("databases");
    holds(&live.inputs.to_json(), &expected);
    holds(
        &live.outputs.to_json(),
        &json!({ "id": "databases", "arn": "arn:aws:rds:us-east-1:123456789012:subgrp:databases" }),
    );

    let mut three = [subnets[0], subnets[1], subnets[2]];
    three.sort_unstable();
    let changes = json!({ "description": "still private", "subnet_ids": three, "tags": { "team": "web" } });
    holds(&groups.update(&id, &changes).await, &changes);

    let other = json!({ "name": "others", "subnet_ids": both });
    let other = groups.create(&other, 3).await.id;
    let ids = [id.clone(), other, Id("missing".to_owned())];
    assert_eq!(groups.read_all(&ids, &only(&["description"])).await.len(), 2);
    groups.delete(&id).await;
}

#[tokio::test]
async fn parameter_groups_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let groups = Drive::of(&aws, "aws_db_parameter_group");
    let inputs = json!({
        "name": "wordpress",
        "family": "mariadb10.5",
        "description": "for WordPress",
        "parameter": [
            { "name": "max_connections", "value": "100", "apply_method": "immediate" },
            { "name": "character_set_server", "value": "utf8mb4", "apply_method": "pending-reboot" },
        ],
        "tags": { "project": "wordpress" },
    });
    let id = Id("wordpress".to_owned());

    assert_eq!(groups.find(&inputs, 1).await, Found::Absent);
    let made = groups.create(&inputs, 1).await;
    assert_eq!(made.id, id);
    assert!(made.unfinished, "parameters follow");
    holds(&made.live.expect("told").inputs.to_json(), &json!({ "parameter": [] }));
    assert_eq!(groups.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(groups.find(&inputs, 2).await, Found::Foreign(id.clone()));
    assert_eq!(groups.try_create(&inputs, 2).await.expect_err("the name is taken").kind, FaultKind::Conflict);

    let set = groups.update(&id, &json!({ "parameter": inputs["parameter"] })).await;
    assert_eq!(sorted(&set["parameter"]), sorted(&inputs["parameter"]));
    let live = groups.live(&id).await;
    let rest = json!({ "family": "mariadb10.5", "description": "for WordPress", "tags": { "project": "wordpress" } });
    holds(&live.inputs.to_json(), &rest);

    // The emulator cannot reset parameters, so these are added to those that are there.
    let mut many = inputs["parameter"].as_array().expect("a list").clone();
    many.extend((0..45).map(|at| json!({ "name": format!("p{at}"), "value": "1", "apply_method": "immediate" })));
    let before = aws.calls().by_operation()["rds:ModifyDBParameterGroup"];
    let changes = json!({ "parameter": many, "tags": { "team": "web" } });
    let live = groups.update(&id, &changes).await;
    assert_eq!(sorted(&live["parameter"]), sorted(&changes["parameter"]));
    assert_eq!(aws.calls().by_operation()["rds:ModifyDBParameterGroup"], before + 3);
    groups.delete(&id).await;
}

fn sorted(parameters: &Json) -> Vec<Json> {
    let mut all = parameters.as_array().expect("a list").clone();
    all.sort_by_key(|it| it["name"].as_str().map(str::to_owned));
    all
}
