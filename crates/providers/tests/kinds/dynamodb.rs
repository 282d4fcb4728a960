//! DynamoDB's tables against an emulator, through their driver.

use crate::drive::{Drive, holds, only};
use crate::support;
use driver::{FaultKind, Found, Phase};
use model::Id;
use serde_json::{Value as Json, json};

fn locks() -> Json {
    json!({
        "name": "locks",
        "billing_mode": "PAY_PER_REQUEST",
        "hash_key": "id",
        "attribute": [{ "name": "id", "type": "S" }],
        "tags": { "project": "wordpress" },
    })
}

#[tokio::test]
async fn tables_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let tables = Drive::of(&aws, "aws_dynamodb_table");
    let inputs = locks();
    let id = Id("locks".to_owned());

    assert_eq!(tables.find(&inputs, 1).await, Found::Absent);
    let made = tables.create(&inputs, 1).await;
    assert_eq!(made.id, id);
    assert!(!made.unfinished);
    holds(&made.live.expect("the answer tells").inputs.to_json(), &inputs);
    assert_eq!(tables.find(&inputs, 1).await, Found::Ours(id.clone()));
    assert_eq!(tables.find(&inputs, 2).await, Found::Foreign(id.clone()));
    assert_eq!(tables.try_create(&inputs, 2).await.expect_err("the name is taken").kind, FaultKind::Conflict);

    let live = tables.live(&id).await;
    assert_eq!(live.phase, Phase::Ready);
    holds(&live.inputs.to_json(), &inputs);
    let off = json!({
        "deletion_protection_enabled": false,
        "stream_enabled": false,
        "read_capacity": null,
        "ttl": { "enabled": false },
        "point_in_time_recovery": { "enabled": false },
        "server_side_encryption": { "enabled": false },
        "global_secondary_index": [],
        "local_secondary_index": [],
        "replica": [],
    });
    holds(&live.inputs.to_json(), &off);
    holds(
        &live.outputs.to_json(),
        &json!({
            "id": "locks",
            "arn": "arn:aws:dynamodb:us-east-1:123456789012:table/locks",
            "stream_arn": null,
            "tags_all": { "project": "wordpress" },
        }),
    );

    let changes = json!({
        "deletion_protection_enabled": true,
        "ttl": { "attribute_name": "until", "enabled": true },
        "point_in_time_recovery": { "enabled": true },
        "stream_enabled": true,
        "stream_view_type": "NEW_IMAGE",
        "tags": { "team": "web" },
    });
    holds(&tables.update(&id, &changes).await, &changes);
    assert_eq!(tables.obstacles(&id).await, ["the table `locks` is protected against deletion"]);
    assert!(tables.live(&id).await.outputs.to_json()["stream_arn"].is_string());
    let fewer = json!({
        "deletion_protection_enabled": false,
        "ttl": { "attribute_name": null, "enabled": false },
        "point_in_time_recovery": { "enabled": false },
        "stream_enabled": false,
    });
    holds(&tables.update(&id, &fewer).await, &fewer);
    tables.delete(&id).await;
}

#[tokio::test]
async fn indexes_come_and_go_one_by_one() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let tables = Drive::of(&aws, "aws_dynamodb_table");
    let index = |name: &str, hash: &str| {
        json!({
            "name": name, "hash_key": hash, "range_key": null, "projection_type": "ALL", "non_key_attributes": null,
            "read_capacity": 2, "write_capacity": 2, "on_demand_throughput": null,
        })
    };
    let attribute = |name: &str| json!({ "name": name, "type": "S" });
    let inputs = json!({
        "name": "posts",
        "hash_key": "id",
        "range_key": "at",
        "read_capacity": 1,
        "write_capacity": 1,
        "attribute": [attribute("at"), attribute("author"), attribute("id")],
        "global_secondary_index": [index("by-author", "author")],
        "local_secondary_index": [{ "name": "by-writer", "range_key": "author", "projection_type": "KEYS_ONLY" }],
    });
    let made = tables.create(&inputs, 1).await;
    let live = tables.live(&made.id).await.inputs.to_json();
    holds(&live, &json!({ "billing_mode": "PROVISIONED", "read_capacity": 1, "hash_key": "id", "range_key": "at" }));
    assert_eq!(live["global_secondary_index"], json!([index("by-author", "author")]));
    assert_eq!(live["local_secondary_index"][0]["projection_type"], json!("KEYS_ONLY"));

    let two = json!({
        "attribute": [attribute("at"), attribute("author"), attribute("id"), attribute("topic")],
        "global_secondary_index": [index("by-author", "author"), index("by-topic", "topic")],
    });
    let live = tables.update(&made.id, &two).await;
    let names = |live: &Json| {
        let all = live["global_secondary_index"].as_array().expect("a list").iter();
        all.map(|it| it["name"].as_str().expect("a name").to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(names(&live), ["by-author", "by-topic"]);
    let one = json!({
        "attribute": [attribute("at"), attribute("author"), attribute("id"), attribute("topic")],
        "global_secondary_index": [index("by-topic", "topic")],
        "read_capacity": 5,
    });
    let live = tables.update(&made.id, &one).await;
    assert_eq!(names(&live), ["by-topic"]);
    assert_eq!(live["read_capacity"], json!(5));
    tables.delete(&made.id).await;
}

#[tokio::test]
async fn what_the_create_call_lacks_follows() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let tables = Drive::of(&aws, "aws_dynamodb_table");
    let mut inputs = locks();
    inputs["ttl"] = json!({ "attribute_name": "until", "enabled": true });
    inputs["point_in_time_recovery"] = json!({ "enabled": true });
    let made = tables.create(&inputs, 1).await;
    assert!(made.unfinished);
    let live = made.live.expect("told").inputs.to_json();
    holds(&live, &json!({ "ttl": { "enabled": false }, "point_in_time_recovery": { "enabled": false } }));
    let rest = json!({ "ttl": inputs["ttl"], "point_in_time_recovery": { "enabled": true } });
    holds(&tables.update(&made.id, &rest).await, &rest);
}

#[tokio::test]
async fn a_read_asks_only_for_what_is_wanted() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let tables = Drive::of(&aws, "aws_dynamodb_table");
    let id = tables.create(&locks(), 1).await.id;
    let ids = [id.clone(), Id("missing".to_owned())];
    let check = async |names: &[&str], calls: usize| {
        let before = aws.calls().all().len();
        let read = tables.read_all(&ids, &only(names)).await;
        assert_eq!(read.keys().collect::<Vec<&Id>>(), [&id]);
        assert_eq!(aws.calls().all().len() - before, calls, "{names:?}");
    };
    check(&["hash_key", "billing_mode"], 2).await;
    check(&["tags"], 3).await;
    check(&["tags", "ttl", "point_in_time_recovery"], 5).await;
}
