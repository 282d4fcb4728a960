//! Image repositories and what they keep.

use serde_json::{Value as Json, json};

use super::{other_tags, tags};
use crate::sample::Sample;

pub fn samples() -> Vec<Sample> {
    vec![repository(), lifecycle_policy()]
}

fn repository() -> Sample {
    let arguments = json!({
        "name": "conformance/repository",
        "image_tag_mutability": "IMMUTABLE",
        "image_scanning_configuration": { "scan_on_push": true },
        "encryption_configuration": { "encryption_type": "AES256" },
        "force_delete": true,
        "tags": tags(),
    });
    Sample::new("aws_ecr_repository", arguments)
        .change("tags", other_tags())
        .change("image_tag_mutability", [json!("MUTABLE"), json!("IMMUTABLE")])
        .change("image_scanning_configuration", [json!({ "scan_on_push": false }), json!({ "scan_on_push": true })])
}

fn keep(count: u32) -> Json {
    json!({
        "rules": [{
            "rulePriority": 1,
            "description": "the newest images",
            "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": count },
            "action": { "type": "expire" },
        }],
    })
}

fn lifecycle_policy() -> Sample {
    Sample::new("aws_ecr_lifecycle_policy", json!({ "repository": "${repository.name}", "policy": keep(10) }))
        .need("repository", "aws_ecr_repository", json!({ "name": "conformance/lifecycle" }))
        .change("policy", [keep(20), keep(30)])
}
