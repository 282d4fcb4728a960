//! IAM's kinds against an emulator, through their drivers.

use crate::drive::{Drive, holds};
use crate::support;
use driver::{FaultKind, Found};
use model::{Id, Known};
use serde_json::{Value as Json, json};

#[tokio::test]
async fn roles_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let roles = Drive::of(&aws, "aws_iam_role");
    let inputs = json!({
        "name": "tasks",
        "assume_role_policy": trust("ecs-tasks.amazonaws.com"),
        "description": "runs tasks",
        "path": "/app/",
        "tags": { "project": "wordpress" },
    });

    assert_eq!(roles.find(&inputs, 1).await, Found::Absent);
    let made = roles.create(&inputs, 1).await;
    let id = Id("tasks".to_owned());
    assert_eq!(made.id, id);
    holds(&made.live.expect("the answer tells all").inputs.to_json(), &inputs);
    assert_eq!(roles.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(roles.find(&inputs, 2).await, Found::Foreign(id.clone()));
    assert_eq!(roles.try_create(&inputs, 2).await.expect_err("the name is taken").kind, FaultKind::Conflict);

    let live = roles.live(&id).await;
    holds(&live.inputs.to_json(), &inputs);
    holds(
        &live.outputs.to_json(),
        &json!({
            "id": "tasks",
            "arn": "arn:aws:iam::123456789012:role/app/tasks",
            "tags_all": { "project": "wordpress" },
        }),
    );

    let changes = json!({
        "assume_role_policy": trust("ec2.amazonaws.com"),
        "description": null,
        "max_session_duration": 7200,
        "permissions_boundary": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "tags": { "team": "web" },
    });
    holds(&roles.update(&id, &changes).await, &changes);
    holds(&roles.update(&id, &json!({ "permissions_boundary": null })).await, &json!({ "permissions_boundary": null }));
    roles.delete(&id).await;
}

#[tokio::test]
async fn a_role_goes_with_what_others_gave_it_only_when_told() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let roles = Drive::of(&aws, "aws_iam_role");
    let inputs = json!({ "name": "tasks", "assume_role_policy": trust("ecs-tasks.amazonaws.com") });
    let id = roles.create(&inputs, 1).await.id;
    let policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    let attachments = Drive::of(&aws, "aws_iam_role_policy_attachment");
    attachments.create(&json!({ "role": "tasks", "policy_arn": policy_arn }), 2).await;
    let inline = Drive::of(&aws, "aws_iam_role_policy");
    inline.create(&json!({ "name": "logs", "role": "tasks", "policy": allow("logs:*") }), 3).await;

    let refused = roles.try_delete(&id, &inputs).await.expect_err("the role has policies");
    let by = vec![policy_arn.to_owned(), "inline policy logs".to_owned()];
    assert_eq!(refused.kind, FaultKind::InUse { by });

    let mut forced = inputs;
    forced["force_detach_policies"] = json!(true);
    roles.try_delete(&id, &forced).await.expect("deletes with the policies");
    assert!(roles.read(&id).await.is_none());
}

#[tokio::test]
async fn a_role_owns_the_policies_inside_it_when_it_lists_them() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let roles = Drive::of(&aws, "aws_iam_role");
    let inline = |name: &str, action: &str| json!({ "name": name, "policy": allow(action) });
    let inputs = json!({
        "name": "tasks",
        "assume_role_policy": trust("ecs-tasks.amazonaws.com"),
        "inline_policy": [inline("a", "s3:*")],
    });
    let made = roles.create(&inputs, 1).await;
    assert!(made.unfinished, "an update writes the policies");
    let id = made.id;
    let first = json!({ "inline_policy": [inline("a", "s3:*"), inline("b", "sqs:*")] });
    roles.update(&id, &first).await;
    let second = json!({ "inline_policy": [inline("b", "sns:*")] });
    holds(&roles.update(&id, &second).await, &second);
    roles.delete(&id).await;
}

#[tokio::test]
async fn policies_keep_five_versions() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let policies = Drive::of(&aws, "aws_iam_policy");
    let inputs = json!({
        "name": "pull",
        "path": "/app/",
        "description": "pulls images",
        "policy": allow("ecr:*"),
        "tags": { "a": "1", "b": "2" },
    });
    assert_eq!(policies.find(&inputs, 1).await, Found::Absent);
    let made = policies.create(&inputs, 1).await;
    let id = Id("arn:aws:iam::123456789012:policy/app/pull".to_owned());
    assert_eq!(made.id, id);
    holds(&made.live.expect("the answer tells all").inputs.to_json(), &inputs);
    holds(&policies.live(&id).await.inputs.to_json(), &inputs);
    assert_eq!(policies.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(policies.find(&inputs, 2).await, Found::Foreign(id.clone()));

    for version in 2..=12 {
        let changes = json!({ "policy": allow(&format!("s3:Version{version}")), "tags": { "b": "3" } });
        holds(&policies.update(&id, &changes).await, &changes);
    }
    let some = policies.read_all(std::slice::from_ref(&id), &crate::drive::only(&["arn"])).await;
    assert!(some[&id].inputs.get("policy").is_some_and(Known::is_null), "nobody asked for the document");
    assert!(policies.obstacles(&id).await.is_empty());
    policies.delete(&id).await;
}

#[tokio::test]
async fn attachments_of_one_role_are_read_together() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let roles = Drive::of(&aws, "aws_iam_role");
    let attachments = Drive::of(&aws, "aws_iam_role_policy_attachment");
    let mut ids = Vec::new();
    for role in ["one", "two"] {
        roles.create(&json!({ "name": role, "assume_role_policy": trust("ecs.amazonaws.com") }), 1).await;
        for policy in ["ReadOnlyAccess", "job-function/ViewOnlyAccess"] {
            let inputs = json!({ "role": role, "policy_arn": format!("arn:aws:iam::aws:policy/{policy}") });
            assert_eq!(attachments.find(&inputs, 1).await, Found::Absent);
            let id = attachments.create(&inputs, 1).await.id;
            assert_eq!(attachments.find(&inputs, 1).await, Found::Unproven(id.clone()));
            assert_eq!(attachments.locate(&id.0).await.expect("an import id"), id);
            ids.push(id);
        }
    }
    ids.push(Id("gone/arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()));
    let before = aws.calls().by_operation()["iam:ListAttachedRolePolicies"];
    let lives = attachments.read_all(&ids, &driver::Want::Everything).await;
    let after = aws.calls().by_operation()["iam:ListAttachedRolePolicies"];
    assert_eq!(after - before, 3, "one call for each role");
    assert_eq!(lives.keys().collect::<Vec<_>>(), ids[..4].iter().collect::<Vec<_>>());
    for id in &ids[..4] {
        attachments.delete(id).await;
    }
    assert!(attachments.locate("role-without-policy").await.is_err());
    let missing = json!({ "role": "gone", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess" });
    assert_eq!(attachments.try_create(&missing, 1).await.expect_err("no such role").kind, FaultKind::NotYet);
}

#[tokio::test]
async fn policies_in_a_role_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    Drive::of(&aws, "aws_iam_role")
        .create(&json!({ "name": "tasks", "assume_role_policy": trust("ecs.amazonaws.com") }), 1)
        .await;
    let policies = Drive::of(&aws, "aws_iam_role_policy");
    let inputs = json!({ "name": "logs", "role": "tasks", "policy": allow("logs:PutLogEvents") });
    assert_eq!(policies.find(&inputs, 1).await, Found::Absent);
    let id = policies.create(&inputs, 1).await.id;
    assert_eq!(id, Id("tasks:logs".to_owned()));
    assert_eq!(policies.find(&inputs, 1).await, Found::Unproven(id.clone()));
    holds(&policies.live(&id).await.inputs.to_json(), &inputs);
    let changes = json!({ "policy": allow("logs:*") });
    holds(&policies.update(&id, &changes).await, &changes);
    policies.delete(&id).await;
}

#[tokio::test]
async fn policies_are_looked_up_by_arn_and_name() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let lookup = providers::drivers(&aws).data.remove("aws_iam_policy").expect("the data source exists");
    let arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    for arguments in [
        json!({ "arn": arn }),
        json!({ "name": "AmazonECSTaskExecutionRolePolicy" }),
        json!({ "name": "AmazonECSTaskExecutionRolePolicy", "path_prefix": "/service-role/" }),
    ] {
        let found = lookup.lookup(Known::from_json(&arguments)).await.expect("finds it").to_json();
        holds(&found, &json!({ "arn": arn, "id": arn, "path": "/service-role/" }));
        let document: Json = serde_json::from_str(found["policy"].as_str().expect("text")).expect("JSON");
        assert_eq!(document["Version"], "2012-10-17");
    }
    for arguments in [json!({ "name": "NoSuchPolicy" }), json!({ "arn": "arn:aws:iam::aws:policy/NoSuchPolicy" })] {
        let wrong = lookup.lookup(Known::from_json(&arguments)).await.expect_err("there is none");
        assert_eq!(wrong.kind, FaultKind::Invalid);
    }
}

/// A policy document that allows one action.
fn allow(action: &str) -> Json {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": action, "Resource": "*" }] })
}

/// A policy document that lets a service assume a role.
fn trust(service: &str) -> Json {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": service } }],
    })
}
