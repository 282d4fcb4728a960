//! Log groups against an emulator, through their driver.

use model::Id;
use providers::aws::Aws;
use serde_json::json;

use crate::drive::{Drive, only};
use crate::support;

async fn make(aws: &Aws, names: impl IntoIterator<Item = String>) -> Vec<Id> {
    let groups = Drive::of(aws, "aws_cloudwatch_log_group");
    let mut ids = Vec::new();
    for name in names {
        ids.push(groups.create(&json!({ "name": name, "tags": { "a": "b" } }), 1).await.id);
    }
    ids
}

fn listings(aws: &Aws) -> usize {
    aws.calls().by_operation().get("logs:DescribeLogGroups").copied().unwrap_or_default()
}

#[tokio::test]
async fn names_with_little_in_common_are_listed_together() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let names = |from: usize| (from..from + 60).map(|it| format!("{}-{it:03}", ["audit", "batch", "cron"][it % 3]));
    let ours = make(&aws, names(0)).await;
    let groups = Drive::of(&aws, "aws_cloudwatch_log_group");
    let read = async || {
        let before = listings(&aws);
        let gone = Id("cron-0".to_owned());
        let asked = [ours.as_slice(), &[gone]].concat();
        let lives = groups.read_all(&asked, &only(&["retention_in_days"])).await;
        assert_eq!(lives.len(), 60);
        listings(&aws) - before
    };
    assert_eq!(read().await, 2, "two pages");

    // Among many others, names are listed by what they begin with.
    make(&aws, (0..250).map(|it| format!("b-{it:03}"))).await;
    let calls = read().await;
    assert!(calls <= 10, "{calls}");
}

#[tokio::test]
async fn one_name_is_one_page_however_many_begin_so() {
    let moto = support::moto();
    let aws = support::aws(&moto.endpoint).await;
    let ids = make(&aws, (0..120).map(|it| format!("/app{}", "/x".repeat(it)))).await;
    let groups = Drive::of(&aws, "aws_cloudwatch_log_group");
    let before = listings(&aws);
    assert!(groups.read(&ids[0]).await.is_some());
    assert!(groups.read(&Id("/ap".to_owned())).await.is_none());
    assert_eq!(listings(&aws) - before, 2);
}
