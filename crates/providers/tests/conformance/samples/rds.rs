//! Databases, their subnets and parameters.

use serde_json::{Value as Json, json};

use super::{other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![instance(), instance_with_managed_password(), replica(), parameter_group(), subnet_group()]
}

fn with_subnets(sample: Sample) -> Sample {
    sample
        .need("vpc", "aws_vpc", json!({ "cidr_block": "10.8.0.0/16" }))
        .need(
            "a",
            "aws_subnet",
            json!({ "vpc_id": "${vpc.id}", "cidr_block": "10.8.1.0/24", "availability_zone": "${zone_a}" }),
        )
        .need(
            "b",
            "aws_subnet",
            json!({ "vpc_id": "${vpc.id}", "cidr_block": "10.8.2.0/24", "availability_zone": "${zone_b}" }),
        )
}

fn instance() -> Sample {
    let group = |name: &str| json!({ "name": name, "description": name, "vpc_id": "${vpc.id}" });
    let arguments = json!({
        "identifier": "conformance",
        "engine": "mariadb",
        "engine_version": "10.5.13",
        "instance_class": "db.t3.micro",
        "allocated_storage": 20,
        "storage_type": "gp2",
        "storage_encrypted": true,
        "db_name": "conformance",
        "username": "admin",
        "password": "canary-of-the-suite",
        "db_subnet_group_name": "${subnets.name}",
        "parameter_group_name": "${parameters.name}",
        "vpc_security_group_ids": ["${first.id}"],
        "backup_retention_period": 3,
        "backup_window": "03:00-04:00",
        "maintenance_window": "mon:05:00-mon:06:00",
        "publicly_accessible": false,
        "apply_immediately": true,
        "skip_final_snapshot": true,
        "tags": tags(),
    });
    with_subnets(Sample::new("aws_db_instance", arguments))
        .need(
            "subnets",
            "aws_db_subnet_group",
            json!({ "name": "conformance-instance", "subnet_ids": ["${a.id}", "${b.id}"] }),
        )
        .need(
            "others_subnets",
            "aws_db_subnet_group",
            json!({ "name": "conformance-others", "subnet_ids": ["${b.id}", "${a.id}"] }),
        )
        .need(
            "parameters",
            "aws_db_parameter_group",
            json!({ "name": "conformance-instance", "family": "mariadb10.5" }),
        )
        .need("others", "aws_db_parameter_group", json!({ "name": "conformance-others", "family": "mariadb10.5" }))
        .need("first", "aws_security_group", group("database-first"))
        .need("second", "aws_security_group", group("database-second"))
        .change("tags", other_tags())
        .change("allocated_storage", [json!(30), json!(40)])
        .change("max_allocated_storage", [json!(100), json!(200)])
        .change("instance_class", [json!("db.t3.small"), json!("db.t3.medium")])
        .change("engine_version", [json!("10.5.15"), json!("10.5.17")])
        .change("auto_minor_version_upgrade", [json!(false), json!(true)])
        .change("backup_retention_period", [json!(7), json!(1)])
        .change("backup_window", [json!("01:00-02:00"), json!("02:30-03:30")])
        .change("maintenance_window", [json!("tue:06:00-tue:07:00"), json!("Sun:06:00-Sun:07:00")])
        .change("ca_cert_identifier", [json!("rds-ca-rsa4096-g1"), json!("rds-ca-rsa2048-g1")])
        .change("copy_tags_to_snapshot", [json!(true)])
        .change("deletion_protection", [json!(true), json!(false)])
        .change("enabled_cloudwatch_logs_exports", [json!(["error", "slowquery"]), json!(["audit"])])
        .change("iam_database_authentication_enabled", [json!(true)])
        .change("multi_az", [json!(true), json!(false)])
        .change("publicly_accessible", [json!(true), json!(false)])
        .change("parameter_group_name", [json!("${others.name}"), json!("${parameters.name}")])
        .change("vpc_security_group_ids", [json!(["${first.id}", "${second.id}"]), json!(["${second.id}"])])
        .change_with(
            "storage_type",
            [json!({ "storage_type": "io1", "iops": 1000 }), json!({ "storage_type": "gp2", "iops": null })],
        )
        .change_with(
            "iops",
            [json!({ "storage_type": "io1", "iops": 1000 }), json!({ "storage_type": "io1", "iops": 2000 })],
        )
        .change_with(
            "storage_throughput",
            [json!({ "storage_type": "gp3", "storage_throughput": 500, "iops": 12000, "allocated_storage": 400 })],
        )
        .change("license_model", [json!("general-public-license")])
        .change("db_subnet_group_name", [json!("${others_subnets.name}"), json!("${subnets.name}")])
        .change_with("domain", [json!({ "domain": "d-1234567890", "domain_iam_role_name": "directory" })])
        .change_with("domain_iam_role_name", [json!({ "domain": "d-1234567890", "domain_iam_role_name": "other" })])
        .change_with("domain_fqdn", [own_domain()])
        .change_with("domain_ou", [own_domain()])
        .change_with("domain_auth_secret_arn", [own_domain()])
        .change_with("domain_dns_ips", [own_domain()])
        .change("password", [json!("another-canary")])
}

/// A directory of one's own.
fn own_domain() -> Json {
    json!({
        "domain_fqdn": "example.com",
        "domain_ou": "OU=databases,DC=example,DC=com",
        "domain_auth_secret_arn": "arn:aws:secretsmanager:${region}:${account}:secret:directory",
        "domain_dns_ips": ["10.8.1.10", "10.8.2.10"],
    })
}

fn replica() -> Sample {
    let source = json!({
        "identifier": "source",
        "engine": "mysql",
        "engine_version": "8.0.36",
        "instance_class": "db.t3.micro",
        "allocated_storage": 20,
        "username": "admin",
        "password": "canary-of-the-suite",
        "backup_retention_period": 1,
        "skip_final_snapshot": true,
    });
    let arguments = json!({
        "identifier": "replica",
        "replicate_source_db": "${source.identifier}",
        "instance_class": "db.t3.micro",
        "apply_immediately": true,
        "skip_final_snapshot": true,
        "tags": tags(),
    });
    Sample::new("aws_db_instance", arguments)
        .named("replica")
        .need("source", "aws_db_instance", source)
        .change("tags", other_tags())
        .change("instance_class", [json!("db.t3.small")])
        .change("replica_mode", [json!("mounted")])
        .change("replicate_source_db", [json!("${source.identifier}")])
}

fn instance_with_managed_password() -> Sample {
    let arguments = json!({
        "identifier": "managed",
        "engine": "mysql",
        "engine_version": "8.0.36",
        "instance_class": "db.t3.micro",
        "allocated_storage": 20,
        "username": "admin",
        "manage_master_user_password": true,
        "apply_immediately": true,
        "skip_final_snapshot": true,
    });
    Sample::new("aws_db_instance", arguments).named("managed password").change_with(
        "manage_master_user_password",
        [
            json!({ "manage_master_user_password": false, "password": "canary-of-the-suite" }),
            json!({ "manage_master_user_password": true }),
        ],
    )
}

fn parameter_group() -> Sample {
    let parameters = |value: &str| -> Json { json!([{ "name": "max_connections", "value": value }]) };
    let arguments = json!({
        "name": "conformance",
        "family": "mariadb10.5",
        "description": "what the suite makes",
        "parameter": parameters("100"),
        "tags": tags(),
    });
    Sample::new("aws_db_parameter_group", arguments)
        .change("tags", other_tags())
        .change("parameter", [parameters("200"), parameters("300")])
}

fn subnet_group() -> Sample {
    let arguments = json!({
        "name": "Conformance",
        "description": "what the suite makes",
        "subnet_ids": ["${a.id}", "${b.id}"],
        "tags": tags(),
    });
    with_subnets(Sample::new("aws_db_subnet_group", arguments))
        .change("tags", other_tags())
        .change("description", [json!("other words"), json!("no words")])
        .change("subnet_ids", [json!(["${a.id}"]), json!(["${b.id}", "${a.id}"])])
}
