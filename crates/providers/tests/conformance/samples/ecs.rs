//! Clusters, task definitions and services.

use serde_json::{Value as Json, json};

use super::{other_tags, tags, trust};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![cluster(), service(), service_on_instances(), task_definition(), task_definition_on_instances()]
}

fn cluster() -> Sample {
    let setting = |value: &str| json!([{ "name": "containerInsights", "value": value }]);
    let logging = |how: &str| json!({ "execute_command_configuration": { "logging": how } });
    let arguments = json!({
        "name": "conformance",
        "setting": setting("enabled"),
        "configuration": logging("DEFAULT"),
        "tags": tags(),
    });
    Sample::new("aws_ecs_cluster", arguments)
        .change("tags", other_tags())
        .change("setting", [setting("disabled"), setting("enabled")])
        .change(
            "configuration",
            [
                logging("NONE"),
                json!({ "execute_command_configuration": {
                    "logging": "OVERRIDE",
                    "log_configuration": { "cloud_watch_log_group_name": "conformance", "s3_key_prefix": "commands" },
                } }),
            ],
        )
        .change(
            "service_connect_defaults",
            [
                json!({ "namespace": "arn:aws:servicediscovery:${region}:${account}:namespace/ns-1" }),
                json!({ "namespace": "arn:aws:servicediscovery:${region}:${account}:namespace/ns-2" }),
            ],
        )
}

fn container(image: &str) -> Json {
    json!({
        "name": "web",
        "image": image,
        "essential": true,
        "portMappings": [{ "containerPort": 80, "hostPort": 80, "protocol": "tcp" }],
        "environment": [{ "name": "B", "value": "2" }, { "name": "A", "value": "1" }],
    })
}

fn placed(sample: Sample) -> Sample {
    let definition = |image: &str, family: &str| {
        json!({
            "family": family,
            "container_definitions": [container(image)],
            "requires_compatibilities": ["FARGATE"],
            "network_mode": "awsvpc",
            "cpu": "256",
            "memory": "512",
        })
    };
    sample
        .need("vpc", "aws_vpc", json!({ "cidr_block": "10.9.0.0/16" }))
        .need(
            "a",
            "aws_subnet",
            json!({ "vpc_id": "${vpc.id}", "cidr_block": "10.9.1.0/24", "availability_zone": "${zone_a}" }),
        )
        .need(
            "b",
            "aws_subnet",
            json!({ "vpc_id": "${vpc.id}", "cidr_block": "10.9.2.0/24", "availability_zone": "${zone_b}" }),
        )
        .need("group", "aws_security_group", json!({ "name": "tasks", "description": "tasks", "vpc_id": "${vpc.id}" }))
        .need("cluster", "aws_ecs_cluster", json!({ "name": "conformance-${vpc.id}" }))
        .need("first", "aws_ecs_task_definition", definition("nginx:1", "conformance-first"))
        .need("second", "aws_ecs_task_definition", definition("nginx:2", "conformance-second"))
}

fn service() -> Sample {
    let network = |subnets: &[&str], public: bool| json!({ "subnets": subnets, "security_groups": ["${group.id}"], "assign_public_ip": public });
    let circuit = |rollback: bool| json!({ "enable": true, "rollback": rollback });
    let arguments = json!({
        "name": "conformance",
        "cluster": "${cluster.arn}",
        "task_definition": "${first.arn}",
        "desired_count": 1,
        "launch_type": "FARGATE",
        "network_configuration": network(&["${a.id}"], true),
        "enable_execute_command": true,
        "propagate_tags": "SERVICE",
        "tags": tags(),
    });
    placed(Sample::new("aws_ecs_service", arguments))
        .change("tags", other_tags())
        .change("desired_count", [json!(2), json!(0)])
        .change("task_definition", [json!("${second.arn}"), json!("${first.arn}")])
        .change("network_configuration", [network(&["${a.id}", "${b.id}"], true), network(&["${b.id}"], false)])
        .change("platform_version", [json!("1.4.0"), json!("LATEST")])
        .change("enable_execute_command", [json!(false), json!(true)])
        .change("enable_ecs_managed_tags", [json!(true)])
        .change("propagate_tags", [json!("TASK_DEFINITION"), json!("SERVICE")])
        .change("deployment_maximum_percent", [json!(150), json!(200)])
        .change("deployment_minimum_healthy_percent", [json!(50), json!(100)])
        .change("deployment_circuit_breaker", [circuit(true), circuit(false)])
        .change("alarms", [json!({ "alarm_names": ["errors"], "enable": true, "rollback": true })])
        .change("health_check_grace_period_seconds", [json!(30), json!(60)])
        .change("service_registries", [
            json!({ "registry_arn": "arn:aws:servicediscovery:${region}:${account}:service/srv-1" }),
        ])
        .change("load_balancer", [json!([{
            "container_name": "web",
            "container_port": 80,
            "target_group_arn": "arn:aws:elasticloadbalancing:${region}:${account}:targetgroup/web/1234567890123456",
        }])])
        .change("availability_zone_rebalancing", [json!("DISABLED"), json!("ENABLED")])
}

fn service_on_instances() -> Sample {
    let arguments = json!({
        "name": "instances",
        "cluster": "${cluster.name}",
        "task_definition": "conformance-first",
        "scheduling_strategy": "REPLICA",
        "launch_type": "EC2",
        "network_configuration": { "subnets": ["${a.id}"], "security_groups": ["${group.id}"] },
        "deployment_controller": { "type": "ECS" },
    });
    placed(Sample::new("aws_ecs_service", arguments).named("on instances"))
        .change("ordered_placement_strategy", [
            json!([{ "type": "spread", "field": "attribute:ecs.availability-zone" }, { "type": "binpack", "field": "memory" }]),
            json!([{ "type": "random" }]),
        ])
        .change("placement_constraints", [json!([{ "type": "distinctInstance" }])])
}

fn with_roles(sample: Sample, name: &str) -> Sample {
    let role = json!({ "name": name, "assume_role_policy": trust("ecs-tasks.amazonaws.com") });
    sample.need("role", "aws_iam_role", role)
}

fn task_definition() -> Sample {
    let arguments = json!({
        "family": "conformance",
        "container_definitions": [
            container("nginx:1"),
            {
                "name": "sidecar",
                "image": "busybox",
                "essential": false,
                "command": ["sleep", "60"],
                "cpu": 10,
                "memoryReservation": 64,
                "dependsOn": [{ "containerName": "web", "condition": "START" }],
                "mountPoints": [{ "sourceVolume": "data", "containerPath": "/data", "readOnly": true }],
                "secrets": [{ "name": "KEY", "valueFrom": "arn:aws:secretsmanager:${region}:${account}:secret:key" }],
                "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": "conformance" } },
                "healthCheck": { "command": ["CMD", "true"], "interval": 10 },
                "ulimits": [{ "name": "nofile", "softLimit": 1024, "hardLimit": 2048 }],
                "linuxParameters": { "initProcessEnabled": true },
                "dockerLabels": { "a": "b" },
            },
        ],
        "requires_compatibilities": ["FARGATE"],
        "network_mode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "execution_role_arn": "${role.arn}",
        "task_role_arn": "${role.arn}",
        "runtime_platform": { "operating_system_family": "LINUX", "cpu_architecture": "ARM64" },
        "ephemeral_storage": { "size_in_gib": 30 },
        "volume": [{
            "name": "data",
            "efs_volume_configuration": { "file_system_id": "fs-1", "root_directory": "/data", "transit_encryption": "ENABLED" },
        }],
        "tags": tags(),
    });
    with_roles(Sample::new("aws_ecs_task_definition", arguments), "conformance-tasks").change("tags", other_tags())
}

fn task_definition_on_instances() -> Sample {
    let arguments = json!({
        "family": "conformance-instances",
        "container_definitions": [{ "name": "web", "image": "nginx", "memory": 128 }],
        "network_mode": "bridge",
        "pid_mode": "host",
        "ipc_mode": "task",
        "placement_constraints": [{ "type": "memberOf", "expression": "attribute:ecs.os-type == linux" }],
        "volume": [
            { "name": "host", "host_path": "/var/data" },
            { "name": "docker", "docker_volume_configuration": { "scope": "shared", "autoprovision": true, "driver": "local" } },
        ],
    });
    Sample::new("aws_ecs_task_definition", arguments).named("on instances").change("tags", other_tags())
}
