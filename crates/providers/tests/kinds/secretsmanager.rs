//! Secrets against an emulator, through their drivers.

use serde_json::json;

use crate::drive::{Drive, only};
use crate::support;

#[tokio::test]
async fn a_secret_and_its_versions_are_told_by_one_answer_until_something_changes() {
    let moto = support::moto();
    let maker = support::aws(&moto.endpoint).await;
    let secret = Drive::of(&maker, "aws_secretsmanager_secret").create(&json!({ "name": "mail" }), 1).await.id;
    let version = json!({ "secret_id": secret.0, "secret_string": "a" });
    let version = Drive::of(&maker, "aws_secretsmanager_secret_version").create(&version, 2).await.id;

    let aws = support::aws(&moto.endpoint).await;
    let (secrets, versions) =
        (Drive::of(&aws, "aws_secretsmanager_secret"), Drive::of(&aws, "aws_secretsmanager_secret_version"));
    let described = || aws.calls().by_operation().get("secretsmanager:DescribeSecret").copied();
    let (secret, version) = ([secret], [version]);
    let want = only(&["name", "version_stages"]);
    let (told, also) = futures::join!(secrets.read_all(&secret, &want), versions.read_all(&version, &want));
    assert_eq!((told.len(), also.len(), described()), (1, 1, Some(1)));

    secrets.update(&secret[0], &json!({ "description": "for mail" })).await;
    let live = secrets.live(&secret[0]).await.inputs.to_json();
    assert_eq!(live["description"], "for mail", "what was told before the change is not told again");
}
