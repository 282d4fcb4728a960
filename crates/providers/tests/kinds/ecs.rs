//! ECS's kinds against an emulator, through their drivers.

use crate::drive::{Drive, holds, only};
use crate::support;
use driver::{FaultKind, Found, Phase};
use model::Id;
use serde_json::{Value as Json, json};

fn container(name: &str) -> Json {
    json!({
        "name": name,
        "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/wordpress:latest",
        "essential": true,
        "portMappings": [{ "containerPort": 80, "hostPort": 80, "protocol": "tcp" }],
        "environment": [{ "name": "TZ", "value": "Europe/Paris" }],
        "secrets": [{ "name": "PASSWORD", "valueFrom": "arn:aws:secretsmanager:us-east-1:123456789012:secret:a" }],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": { "awslogs-group": "dev", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs" },
        },
    })
}

fn definition(containers: Json) -> Json {
    json!({
        "family": "wordpress",
        "cpu": "256",
        "memory": "512",
        "network_mode": "awsvpc",
        "requires_compatibilities": ["FARGATE"],
        "container_definitions": containers,
        "tags": { "name": "app" },
    })
}

#[tokio::test]
async fn clusters_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let clusters = Drive::of(&aws, "aws_ecs_cluster");
    let inputs = json!({
        "name": "dev",
        "setting": [{ "name": "containerInsights", "value": "disabled" }],
        "configuration": { "execute_command_configuration": {
            "logging": "OVERRIDE",
            "log_configuration": { "cloud_watch_log_group_name": "exec", "cloud_watch_encryption_enabled": false },
        } },
        "tags": { "name": "dev" },
    });
    assert_eq!(clusters.find(&inputs, 1).await, Found::Absent);
    let made = clusters.create(&inputs, 1).await;
    let id = Id("dev".to_owned());
    assert_eq!(made.id, id);
    assert_eq!(clusters.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(clusters.find(&inputs, 2).await, Found::Foreign(id.clone()));
    let live = clusters.live(&id).await;
    holds(&live.inputs.to_json(), &inputs);
    let arn = "arn:aws:ecs:us-east-1:123456789012:cluster/dev";
    holds(&live.outputs.to_json(), &json!({ "id": arn, "arn": arn, "tags_all": { "name": "dev" } }));
    assert_eq!(live.phase, Phase::Ready);
    assert_eq!(clusters.locate(arn).await.expect("an ARN imports"), id);

    let changes = json!({
        "setting": [{ "name": "containerInsights", "value": "enabled" }],
        "tags": { "name": "dev", "team": "web" },
    });
    holds(&clusters.update(&id, &changes).await, &changes);
    let two = clusters.read_all(&[id.clone(), Id("gone".to_owned())], &only(&["arn"])).await;
    assert_eq!(two.len(), 1, "a missing cluster does not fail the others");
    assert!(clusters.obstacles(&id).await.is_empty());
    clusters.delete(&id).await;
}

#[tokio::test]
async fn task_definitions_are_revisions() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let definitions = Drive::of(&aws, "aws_ecs_task_definition");
    let inputs = definition(json!([container("wordpress")]));
    assert_eq!(definitions.find(&inputs, 1).await, Found::Absent);
    let made = definitions.create(&inputs, 1).await;
    let arn = "arn:aws:ecs:us-east-1:123456789012:task-definition/wordpress";
    let first = Id(format!("{arn}:1"));
    assert_eq!(made.id, first);
    let second = definitions.create(&inputs, 2).await.id;
    assert_eq!(definitions.find(&inputs, 1).await, Found::Ours(first.clone()));
    assert_eq!(definitions.find(&inputs, 2).await, Found::Ours(second.clone()));
    assert_eq!(definitions.find(&inputs, 3).await, Found::Absent);

    let live = definitions.live(&first).await;
    let outputs = json!({ "id": "wordpress", "arn": first.0, "arn_without_revision": arn, "revision": 1 });
    holds(&live.outputs.to_json(), &outputs);
    let mut expected = inputs.clone();
    expected.as_object_mut().expect("a map").remove("container_definitions");
    holds(&live.inputs.to_json(), &expected);
    holds(&without_nulls(&live.inputs.to_json()["container_definitions"][0]), &container("wordpress"));

    holds(&definitions.update(&first, &json!({ "tags": { "x": "y" } })).await, &json!({ "tags": { "x": "y" } }));
    definitions.delete(&first).await;
    assert!(definitions.read(&second).await.is_some(), "another revision is untouched");
    assert!(definitions.read(&Id(format!("{arn}:77"))).await.is_none());
    assert_eq!(definitions.locate(&second.0).await.expect("an ARN imports"), second);
    assert!(definitions.locate(arn).await.is_err(), "an import names a revision");
}

#[tokio::test]
async fn the_latest_revision_is_tracked_when_asked() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let definitions = Drive::of(&aws, "aws_ecs_task_definition");
    let first = definitions.create(&definition(json!([container("a")])), 1).await.id;
    definitions.create(&definition(json!([container("b")])), 2).await;
    let name = |live: &driver::Live| live.inputs.to_json()["container_definitions"][0]["name"].clone();
    let ids = std::slice::from_ref(&first);
    let pinned = definitions.read_all(ids, &only(&["container_definitions"])).await;
    assert_eq!(name(&pinned[&first]), "a");
    let latest = definitions.read_all(ids, &only(&["container_definitions", "track_latest"])).await;
    assert_eq!(name(&latest[&first]), "b");
}

#[tokio::test]
async fn every_field_of_a_container_comes_back() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let definitions = Drive::of(&aws, "aws_ecs_task_definition");
    let full: Json = serde_json::from_str(include_str!("../data/container.json")).expect("JSON");
    let inputs = json!({
        "family": "full",
        // A JSON string is taken as well as an array.
        "container_definitions": json!([full, { "name": "other", "image": "busybox", "memory": 64 }]).to_string(),
        "network_mode": "bridge",
        "pid_mode": "host",
        "ipc_mode": "none",
        "volume": [
            { "name": "data", "host_path": "/mnt" },
            { "name": "shared", "efs_volume_configuration": {
                "file_system_id": "fs-1", "transit_encryption": "ENABLED", "root_directory": "/",
                "authorization_config": { "access_point_id": "fsap-1", "iam": "ENABLED" },
            } },
        ],
        "placement_constraints": [{ "type": "memberOf", "expression": "attribute:ecs.os-type == linux" }],
        "runtime_platform": { "cpu_architecture": "ARM64", "operating_system_family": "LINUX" },
        "proxy_configuration": {
            "container_name": "other", "type": "APPMESH", "properties": { "ProxyIngressPort": "15000" },
        },
        "ephemeral_storage": { "size_in_gib": 30 },
    });
    let id = definitions.create(&inputs, 1).await.id;
    let live = definitions.live(&id).await.inputs.to_json();
    holds(&without_nulls(&live["container_definitions"][0]), &full);
    let volumes = without_nulls(&live["volume"]);
    assert_eq!(volumes, inputs["volume"]);
    for name in ["pid_mode", "ipc_mode", "placement_constraints", "runtime_platform", "proxy_configuration"] {
        assert_eq!(without_nulls(&live[name]), inputs[name], "{name}");
    }
    // What was read can be registered again.
    let again = json_with(&live, "family", json!("again"));
    let again = definitions.create(&again, 2).await.live.expect("the answer tells all").inputs.to_json();
    assert_eq!(again["container_definitions"], live["container_definitions"]);
}

#[tokio::test]
async fn services_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let clusters = Drive::of(&aws, "aws_ecs_cluster");
    let definitions = Drive::of(&aws, "aws_ecs_task_definition");
    let services = Drive::of(&aws, "aws_ecs_service");
    let cluster = clusters.create(&json!({ "name": "dev" }), 1).await.id;
    let first = definitions.create(&definition(json!([container("a")])), 2).await.id;
    let second = definitions.create(&definition(json!([container("b")])), 3).await.id;
    let subnets = aws.ec2().describe_subnets().send().await.expect("subnets");
    let subnet = subnets.subnets()[0].subnet_id().expect("an id");
    let group = aws.ec2().describe_security_groups().send().await.expect("groups");
    let group = group.security_groups()[0].group_id().expect("an id");
    let inputs = json!({
        "name": "wordpress",
        "cluster": "arn:aws:ecs:us-east-1:123456789012:cluster/dev",
        "task_definition": first.0,
        "desired_count": 1,
        "launch_type": "FARGATE",
        "network_configuration": { "subnets": [subnet], "security_groups": [group], "assign_public_ip": true },
        "tags": { "name": "app" },
    });
    assert_eq!(services.find(&inputs, 4).await, Found::Absent);
    let made = services.create(&inputs, 4).await;
    let id = Id("dev/wordpress".to_owned());
    assert_eq!(made.id, id);
    assert_eq!(services.find(&inputs, 4).await, Found::Ours(id.clone()));
    assert_eq!(services.find(&inputs, 5).await, Found::Foreign(id.clone()));
    let live = services.live(&id).await;
    holds(&live.inputs.to_json(), &inputs);
    let arn = "arn:aws:ecs:us-east-1:123456789012:service/dev/wordpress";
    holds(&live.outputs.to_json(), &json!({ "id": arn, "arn": arn }));
    assert_eq!(live.phase, Phase::Ready, "nobody waits for tasks");
    let waited = services.read_all(std::slice::from_ref(&id), &only(&["wait_for_steady_state"])).await;
    assert_eq!(waited[&id].phase, Phase::Ready, "the emulator's tasks run at once");

    let changes = json!({ "desired_count": 3, "task_definition": second.0, "tags": { "name": "app", "x": "y" } });
    holds(&services.update(&id, &changes).await, &changes);
    let calls = || aws.calls().by_operation().get("ecs:UpdateService").copied().unwrap_or_default();
    let before = calls();
    services.update(&id, &json!({ "task_definition": "wordpress" })).await;
    services.update(&id, &json!({ "task_definition": "wordpress:2" })).await;
    assert_eq!(calls(), before, "a name of the same revision changes nothing");
    services.update(&id, &json!({ "triggers": { "digest": "1" } })).await;
    assert_eq!(calls(), before + 1, "a trigger starts a deployment");

    let two = [id.clone(), Id("dev/gone".to_owned()), Id("gone/wordpress".to_owned())];
    assert_eq!(services.read_all(&two, &only(&["arn"])).await.len(), 1);
    assert_eq!(services.locate("dev/wordpress").await.expect("an import id"), id);
    assert_eq!(services.locate(arn).await.expect("an ARN"), id);
    assert_eq!(services.locate("wordpress").await.expect_err("no cluster").kind, FaultKind::Invalid);
    assert!(clusters.obstacles(&cluster).await.is_empty(), "a service of ours goes before its cluster");
    services.delete(&id).await;
    assert_eq!(services.find(&inputs, 4).await, Found::Absent);
}

#[tokio::test]
async fn a_foreign_service_keeps_its_cluster() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let clusters = Drive::of(&aws, "aws_ecs_cluster");
    let cluster = clusters.create(&json!({ "name": "dev" }), 1).await.id;
    let definition = Drive::of(&aws, "aws_ecs_task_definition").create(&definition(json!([container("a")])), 2).await;
    let call = aws.ecs().create_service().cluster("dev").service_name("foreign").task_definition(definition.id.0);
    call.desired_count(0).send().await.expect("creates");
    let obstacles = clusters.obstacles(&cluster).await;
    assert_eq!(obstacles, ["the service `foreign` still runs in the cluster `dev`"]);
}

fn json_with(of: &Json, name: &str, value: Json) -> Json {
    let mut changed = of.clone();
    changed[name] = value;
    changed
}

fn without_nulls(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let set = members.iter().filter(|(_, value)| !value.is_null());
            set.map(|(name, value)| (name.clone(), without_nulls(value))).collect()
        }
        Json::Array(items) => items.iter().map(without_nulls).collect(),
        plain => plain.clone(),
    }
}
