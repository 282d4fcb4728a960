//! S3's kinds against an emulator, through their drivers.

use crate::drive::{Drive, holds, only};
use crate::support;
use driver::{FaultKind, Found, Want};
use model::Id;
use providers::aws::Aws;
use serde_json::json;

async fn bucket(aws: &Aws, name: &str) -> Id {
    Drive::of(aws, "aws_s3_bucket").create(&json!({ "bucket": name }), 9).await.id
}

#[tokio::test]
async fn buckets_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let buckets = Drive::of(&aws, "aws_s3_bucket");
    let inputs = json!({ "bucket": "media-of-wordpress", "tags": { "project": "wordpress" } });
    let id = Id("media-of-wordpress".to_owned());

    assert_eq!(buckets.find(&inputs, 1).await, Found::Absent);
    let made = buckets.create(&inputs, 1).await;
    assert_eq!(made.id, id);
    holds(&made.live.expect("the call told all").inputs.to_json(), &inputs);
    assert_eq!(buckets.try_create(&inputs, 2).await.expect_err("the name is taken").kind, FaultKind::Conflict);

    let changes = json!({ "tags": { "team": "web", "environment": "dev" } });
    holds(&buckets.update(&id, &changes).await, &changes);
    let fewer = json!({ "tags": { "team": "web" } });
    holds(&buckets.update(&id, &fewer).await, &fewer);
    let live = buckets.live(&id).await;
    holds(&live.inputs.to_json(), &json!({ "bucket": "media-of-wordpress", "object_lock_enabled": false }));
    holds(
        &live.outputs.to_json(),
        &json!({
            "id": "media-of-wordpress",
            "arn": "arn:aws:s3:::media-of-wordpress",
            "bucket_domain_name": "media-of-wordpress.s3.amazonaws.com",
            "bucket_regional_domain_name": "media-of-wordpress.s3.us-east-1.amazonaws.com",
            "hosted_zone_id": "Z3AQBSTGFYJSTF",
            "region": "us-east-1",
            "tags_all": { "team": "web" },
        }),
    );
    assert!(buckets.obstacles(&id).await.is_empty());
    buckets.delete(&id).await;
}

#[tokio::test]
async fn a_tag_that_others_set_survives_an_update() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let buckets = Drive::of(&aws, "aws_s3_bucket");
    let id = bucket(&aws, "shared-bucket").await;
    let tag = |key: &str, value: &str| aws_sdk_s3::types::Tag::builder().key(key).value(value).build().expect("a tag");
    let tagging = aws_sdk_s3::types::Tagging::builder().tag_set(tag("stackctl:token", "t")).build().expect("tags");
    aws.s3().put_bucket_tagging().bucket(&id.0).tagging(tagging).send().await.expect("tags");
    buckets.update(&id, &json!({ "tags": { "team": "web" } })).await;
    let answer = aws.s3().get_bucket_tagging().bucket(&id.0).send().await.expect("tags");
    let mut keys: Vec<&str> = answer.tag_set().iter().map(|it| it.key()).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["stackctl:token", "team"]);
}

#[tokio::test]
async fn a_bucket_with_objects_goes_only_when_told() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let buckets = Drive::of(&aws, "aws_s3_bucket");
    let id = bucket(&aws, "full-bucket").await;
    let versioning = json!({ "bucket": "full-bucket", "versioning_configuration": { "status": "Enabled" } });
    Drive::of(&aws, "aws_s3_bucket_versioning").create(&versioning, 2).await;
    for key in ["a", "a", "b"] {
        aws.s3().put_object().bucket(&id.0).key(key).send().await.expect("puts");
    }
    aws.s3().delete_object().bucket(&id.0).key("b").send().await.expect("marks as deleted");

    assert_eq!(
        buckets.obstacles(&id).await,
        ["the bucket `full-bucket` still holds objects or old versions of objects"]
    );
    let before = json!({ "bucket": "full-bucket" });
    let refused = buckets.try_delete(&id, &before).await.expect_err("it is not empty");
    assert_eq!(refused.kind, FaultKind::InUse { by: Vec::new() });
    let forced = json!({ "bucket": "full-bucket", "force_destroy": true });
    buckets.try_delete(&id, &forced).await.expect("empties and deletes");
    assert!(buckets.read(&id).await.is_none());
    buckets.try_delete(&id, &forced).await.expect("a second delete succeeds");
}

#[tokio::test]
async fn a_read_asks_only_for_what_is_wanted() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let buckets = Drive::of(&aws, "aws_s3_bucket");
    let id = bucket(&aws, "one-bucket").await;
    let count = || aws.calls().all().len();
    let check = async |want: &Want, calls: usize| {
        let before = count();
        let read = buckets.read_all(&[id.clone(), Id("no-such-bucket".to_owned())], want).await;
        assert_eq!(read.keys().collect::<Vec<&Id>>(), [&id]);
        assert_eq!(count() - before, calls, "{want:?}");
    };
    check(&only(&["bucket"]), 2).await;
    check(&only(&["tags"]), 2).await;
    check(&Want::Everything, 3).await;
}

#[tokio::test]
async fn versioning_is_suspended_in_the_end() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    bucket(&aws, "one-bucket").await;
    let settings = Drive::of(&aws, "aws_s3_bucket_versioning");
    let with = |status: &str| json!({ "versioning_configuration": { "status": status } });
    let inputs = json!({ "bucket": "one-bucket", "versioning_configuration": { "status": "Enabled" } });
    assert_eq!(settings.find(&inputs, 1).await, Found::Absent);
    let id = settings.create(&inputs, 1).await.id;
    assert_eq!(id, Id("one-bucket".to_owned()));
    assert_eq!(settings.find(&inputs, 1).await, Found::Unproven(id.clone()));
    holds(&settings.live(&id).await.inputs.to_json(), &inputs);
    holds(&settings.update(&id, &with("Suspended")).await, &with("Suspended"));
    holds(&settings.update(&id, &with("Enabled")).await, &with("Enabled"));
    settings.try_delete(&id, &inputs).await.expect("suspends");
    holds(&settings.live(&id).await.inputs.to_json(), &with("Suspended"));
    settings.try_delete(&id, &inputs).await.expect("a second time too");
    assert_eq!(settings.find(&inputs, 1).await, Found::Absent, "what a delete leaves is nobody's");
    let missing = Id("no-such-bucket".to_owned());
    assert!(settings.read(&missing).await.is_none());
    settings.try_delete(&missing, &inputs).await.expect("gone with its bucket");
}

#[tokio::test]
async fn public_access_blocks_live_and_die() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    bucket(&aws, "one-bucket").await;
    let blocks = Drive::of(&aws, "aws_s3_bucket_public_access_block");
    let inputs = json!({ "bucket": "one-bucket", "block_public_acls": true, "block_public_policy": true });
    assert_eq!(blocks.find(&inputs, 1).await, Found::Absent);
    let id = blocks.create(&inputs, 1).await.id;
    assert_eq!(blocks.find(&inputs, 1).await, Found::Unproven(id.clone()));
    let live = json!({ "block_public_acls": true, "ignore_public_acls": false, "restrict_public_buckets": false });
    holds(&blocks.live(&id).await.inputs.to_json(), &live);
    let all = json!({ "ignore_public_acls": true, "restrict_public_buckets": true });
    holds(&blocks.update(&id, &all).await, &all);
    assert_eq!(blocks.find(&inputs, 1).await, Found::Absent, "AWS makes every bucket so");
    blocks.delete(&id).await;
}

#[tokio::test]
async fn encryption_lives_and_goes_back_to_the_default() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    bucket(&aws, "one-bucket").await;
    let settings = Drive::of(&aws, "aws_s3_bucket_server_side_encryption_configuration");
    let key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    let kms = json!([{
        "apply_server_side_encryption_by_default": { "sse_algorithm": "aws:kms", "kms_master_key_id": key },
        "bucket_key_enabled": true,
    }]);
    let plain = json!([{
        "apply_server_side_encryption_by_default": { "sse_algorithm": "AES256", "kms_master_key_id": null },
        "bucket_key_enabled": false,
    }]);
    let inputs = json!({ "bucket": "one-bucket", "rule": kms });
    assert_eq!(settings.find(&inputs, 1).await, Found::Absent);
    let id = settings.create(&inputs, 1).await.id;
    assert_eq!(settings.find(&inputs, 1).await, Found::Unproven(id.clone()));
    holds(&settings.live(&id).await.inputs.to_json(), &inputs);
    let changes = json!({ "rule": plain });
    holds(&settings.update(&id, &changes).await, &changes);
    assert_eq!(settings.find(&inputs, 1).await, Found::Absent, "AWS makes every bucket so");
    settings.try_delete(&id, &inputs).await.expect("deletes");
    settings.try_delete(&id, &inputs).await.expect("a second time too");
}
