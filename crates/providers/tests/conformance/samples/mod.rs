//! The samples, one file for each service. Text may hold references, as [`crate::sample::Sample`]
//! says.

mod dynamodb;
mod ec2;
mod ecr;
mod ecs;
mod iam;
mod logs;
mod rds;
mod s3;
mod secretsmanager;

use serde_json::{Value as Json, json};

use crate::sample::Sample;

/// Every sample.
pub fn all() -> Vec<Sample> {
    let services = [
        ec2::samples(),
        ecr::samples(),
        ecs::samples(),
        iam::samples(),
        logs::samples(),
        rds::samples(),
        s3::samples(),
        dynamodb::samples(),
        secretsmanager::samples(),
    ];
    services.into_iter().flatten().collect()
}

/// Tags to begin with.
fn tags() -> Json {
    json!({ "project": "conformance", "kept": "as it is" })
}

/// Tags to change to: one is new, one has another value, one is gone.
fn other_tags() -> [Json; 2] {
    [json!({ "project": "other", "new": "tag with spaces", "kept": "as it is" }), json!({ "only": "one" })]
}

/// A policy that allows one action.
fn allow(action: &str) -> Json {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] })
}

/// A policy that lets a service assume a role.
fn trust(service: &str) -> Json {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": service } }],
    })
}
