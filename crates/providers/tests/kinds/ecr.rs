//! ECR's kinds against an emulator, through their drivers.

use crate::drive::{Drive, holds};
use crate::support;
use driver::{FaultKind, Found};
use model::Id;
use serde_json::{Value as Json, json};

fn keep(images: u32) -> Json {
    json!({
        "rules": [{
            "rulePriority": 1,
            "description": "the last few",
            "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": images },
            "action": { "type": "expire" },
        }],
    })
}

#[tokio::test]
async fn repositories_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let repositories = Drive::of(&aws, "aws_ecr_repository");
    let inputs = json!({ "name": "wordpress", "tags": { "project": "wordpress" } });
    let id = Id("wordpress".to_owned());

    assert_eq!(repositories.find(&inputs, 1).await, Found::Absent);
    assert_eq!(repositories.create(&inputs, 1).await.id, id);
    assert_eq!(repositories.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(repositories.find(&inputs, 2).await, Found::Foreign(id.clone()));
    assert_eq!(repositories.try_create(&inputs, 2).await.expect_err("the name is taken").kind, FaultKind::Conflict);
    holds(&repositories.live(&id).await.inputs.to_json(), &inputs);
    let changes = json!({
        "image_tag_mutability": "IMMUTABLE",
        "image_scanning_configuration": { "scan_on_push": true },
        "tags": { "team": "web" },
    });
    holds(&repositories.update(&id, &changes).await, &changes);
    assert!(repositories.obstacles(&id).await.is_empty());
    repositories.delete(&id).await;
}

#[tokio::test]
async fn lifecycle_policies_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    Drive::of(&aws, "aws_ecr_repository").create(&json!({ "name": "wordpress" }), 1).await;
    let policies = Drive::of(&aws, "aws_ecr_lifecycle_policy");
    let inputs = json!({ "repository": "wordpress", "policy": keep(10) });
    let id = Id("wordpress".to_owned());

    assert_eq!(policies.find(&inputs, 2).await, Found::Absent);
    assert_eq!(policies.create(&inputs, 2).await.id, id);
    assert_eq!(policies.find(&inputs, 2).await, Found::Unproven(id.clone()));
    let live = policies.live(&id).await;
    holds(&live.inputs.to_json(), &inputs);
    holds(&live.outputs.to_json(), &json!({ "id": "wordpress", "registry_id": "123456789012" }));
    let changes = json!({ "policy": keep(20) });
    holds(&policies.update(&id, &changes).await, &changes);
    policies.delete(&id).await;
}
