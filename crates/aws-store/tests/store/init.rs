//! What `init` makes, leaves alone, and refuses.

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, PointInTimeRecoveryStatus, ScalarAttributeType,
};
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration,
    ExpirationStatus, LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use aws_store::{Outcome, Settings};
use aws_types::SdkConfig;
use sandbox::{Proxy, Verdict};
use serde_json::{Value, json};

use crate::place::{Place, config, config_as, init, settings};

/// How everything ends that is not made.
const SETTINGS: [&str; 7] = [
    "versioning of the bucket",
    "encryption of the bucket",
    "block of all public access to the bucket",
    "refusal of requests to the bucket without TLS",
    "expiry of old versions in the bucket",
    "deletion protection of the table",
    "point-in-time recovery of the table",
];

fn s3(config: &SdkConfig) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::from_conf(aws_sdk_s3::config::Builder::from(config).force_path_style(true).build())
}

fn dynamodb(config: &SdkConfig) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::new(config)
}

/// Why `init` failed.
async fn refusal(config: &SdkConfig, settings: &Settings) -> String {
    let done = aws_store::init(config, settings, &mut |_| ()).await;
    done.expect_err("it is refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_made_once() {
    let place = Place::new().await;
    let settings = settings();
    let proxy = Proxy::start(&place.endpoint(), |_| Verdict::Forward).await.expect("the proxy starts");
    let config = config(&proxy.endpoint());
    let first = init(&config, &settings).await;
    let made: Vec<_> = first.iter().filter(|it| it.outcome == Outcome::Made).map(|it| it.thing.clone()).collect();
    let (bucket, table) = (&settings.bucket, &settings.table);
    assert_eq!(made, [format!("bucket `{bucket}` in us-east-1"), format!("table `{table}` in us-east-1")]);
    for thing in SETTINGS {
        assert!(first.iter().any(|it| it.thing == thing), "{thing} is not told of");
    }
    assert_eq!(first[1].to_string(), "versioning of the bucket: switched on");
    assert_everything(&config, &settings).await;

    proxy.take_calls();
    let second = init(&config, &settings).await;
    assert!(second.iter().all(|it| it.outcome == Outcome::AlreadySo), "{second:#?}");
    assert_eq!(second.len(), first.len());
    let changes: Vec<_> = proxy.take_calls().iter().filter(|it| it.mutates()).map(sandbox::Call::name).collect();
    assert_eq!(changes, [""; 0]);
}

async fn assert_everything(config: &SdkConfig, settings: &Settings) {
    let (s3, bucket) = (s3(config), settings.bucket.as_str());
    let versioning = s3.get_bucket_versioning().bucket(bucket).send().await.expect("it is there");
    assert_eq!(versioning.status(), Some(&BucketVersioningStatus::Enabled));
    let encryption = s3.get_bucket_encryption().bucket(bucket).send().await.expect("it is there");
    assert!(format!("{encryption:?}").contains("Aes256"), "{encryption:?}");
    let block = s3.get_public_access_block().bucket(bucket).send().await.expect("it is there");
    let block = block.public_access_block_configuration().cloned().expect("it is there");
    assert_eq!([block.block_public_acls, block.ignore_public_acls], [Some(true); 2]);
    assert_eq!([block.block_public_policy, block.restrict_public_buckets], [Some(true); 2]);
    let policy = s3.get_bucket_policy().bucket(bucket).send().await.expect("it is there");
    let policy: Value = serde_json::from_str(policy.policy().expect("it is there")).expect("it is JSON");
    assert_eq!(policy["Statement"][0]["Condition"], json!({ "Bool": { "aws:SecureTransport": "false" } }));
    assert_eq!(policy["Statement"][0]["Resource"][1], format!("arn:aws:s3:::{bucket}/*"));
    let rules = s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await.expect("it is there");
    let [rule] = rules.rules() else { panic!("one rule: {rules:?}") };
    let old = rule.noncurrent_version_expiration().expect("old versions expire");
    assert_eq!(old.noncurrent_days(), Some(90));
    assert_eq!(rule.abort_incomplete_multipart_upload().and_then(|it| it.days_after_initiation()), Some(7));
    assert_eq!(rule.filter().and_then(|it| it.prefix()), Some("stackctl/"));

    let dynamodb = dynamodb(config);
    let table = dynamodb.describe_table().table_name(&settings.table).send().await.expect("it is there");
    let table = table.table().cloned().expect("it is there");
    assert_eq!(table.deletion_protection_enabled(), Some(true));
    let billing = table.billing_mode_summary().and_then(|it| it.billing_mode());
    assert_eq!(billing, Some(&BillingMode::PayPerRequest));
    let backups = dynamodb.describe_continuous_backups().table_name(&settings.table).send().await.expect("it is there");
    let recovery = backups.continuous_backups_description().and_then(|it| it.point_in_time_recovery_description());
    assert_eq!(recovery.and_then(|it| it.point_in_time_recovery_status()), Some(&PointInTimeRecoveryStatus::Enabled));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_set_stays() {
    let place = Place::new().await;
    let (settings, config) = (settings(), place.config());
    let (s3, bucket) = (s3(&config), settings.bucket.as_str());
    s3.create_bucket().bucket(bucket).send().await.expect("it is made");
    let mine = json!({ "Sid": "Mine", "Effect": "Allow", "Principal": { "AWS": "123456789012" },
                       "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*") });
    let policy = json!({ "Version": "2012-10-17", "Statement": mine }).to_string();
    s3.put_bucket_policy().bucket(bucket).policy(policy).send().await.expect("it is set");
    let logs = LifecycleRule::builder()
        .id("logs")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("logs/").build())
        .expiration(LifecycleExpiration::builder().days(3).build());
    let rules = BucketLifecycleConfiguration::builder().rules(logs.build().expect("a rule")).build().expect("rules");
    let put = s3.put_bucket_lifecycle_configuration().bucket(bucket).lifecycle_configuration(rules);
    put.send().await.expect("it is set");
    let kms = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::AwsKms);
    let kms = kms.kms_master_key_id("alias/state").build().expect("a default");
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(kms).build();
    let encryption = ServerSideEncryptionConfiguration::builder().rules(rule).build().expect("a configuration");
    let put = s3.put_bucket_encryption().bucket(bucket).server_side_encryption_configuration(encryption);
    put.send().await.expect("it is set");

    let done = init(&config, &settings).await;
    let outcome = |thing: &str| done.iter().find(|it| it.thing.starts_with(thing)).map(|it| it.outcome);
    assert_eq!(outcome("bucket"), Some(Outcome::AlreadySo));
    assert_eq!(outcome("encryption"), Some(Outcome::AlreadySo));
    assert_eq!(outcome("refusal"), Some(Outcome::SwitchedOn));
    assert_eq!(outcome("expiry"), Some(Outcome::SwitchedOn));
    let encryption = s3.get_bucket_encryption().bucket(bucket).send().await.expect("it is there");
    assert!(format!("{encryption:?}").contains("AwsKms"), "{encryption:?}");
    let policy = s3.get_bucket_policy().bucket(bucket).send().await.expect("it is there");
    let policy: Value = serde_json::from_str(policy.policy().expect("it is there")).expect("it is JSON");
    assert_eq!(policy["Statement"][0], mine);
    assert_eq!(policy["Statement"][1]["Effect"], "Deny");
    let rules = s3.get_bucket_lifecycle_configuration().bucket(bucket).send().await.expect("it is there");
    let ids: Vec<_> = rules.rules().iter().filter_map(|it| it.id()).collect();
    assert_eq!(ids, ["logs", "stackctl: old versions of stackctl/"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_of_another_account_is_refused() {
    let place = Place::new().await;
    let settings = settings();
    let sts = aws_sdk_sts::Client::new(&place.config());
    let role = sts.assume_role().role_arn("arn:aws:iam::210987654321:role/other").role_session_name("other");
    let given = role.send().await.expect("the role is assumed").credentials.expect("there are credentials");
    let session = Some(given.session_token);
    let other = Credentials::new(given.access_key_id, given.secret_access_key, session, None, "other");
    let other = s3(&config_as(&place.endpoint(), other));
    other.create_bucket().bucket(&settings.bucket).send().await.expect("it is made");
    let why = refusal(&place.config(), &settings).await;
    let says = format!("the bucket `{}` belongs to another account than 123456789012", settings.bucket);
    assert!(why.contains(&says), "{why}");
    let versioning = other.get_bucket_versioning().bucket(&settings.bucket).send().await.expect("it is there");
    assert_eq!(versioning.status(), None, "it was not changed");

    // AWS itself answers 403 to the condition on the owner.
    let head = |call: &sandbox::Call| call.method == "HEAD";
    let deny = move |call: &sandbox::Call| if head(call) { refuse(403) } else { Verdict::Forward };
    let proxy = Proxy::start(&place.endpoint(), deny).await.expect("the proxy starts");
    assert!(refusal(&config(&proxy.endpoint()), &settings).await.contains(&says));
    proxy.judge(move |call| if head(call) { refuse(403) } else { call.refuse(403, "AccessDenied", "no") });
    let why = refusal(&config(&proxy.endpoint()), &settings).await;
    assert!(why.contains("or the bucket belongs to another account"), "{why}");
}

fn refuse(status: u16) -> Verdict {
    Verdict::Refuse { status, body: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_in_another_region_is_named() {
    let place = Place::new().await;
    let settings = settings();
    let location = BucketLocationConstraint::EuWest1;
    let location = CreateBucketConfiguration::builder().location_constraint(location).build();
    let create = s3(&place.config()).create_bucket().bucket(&settings.bucket);
    create.create_bucket_configuration(location).send().await.expect("it is made");
    let why = refusal(&place.config(), &settings).await;
    assert!(why.contains("write `region = \"eu-west-1\"` under `[state]`"), "{why}");
    let settings = Settings { region: Some("eu-west-1".to_owned()), ..settings };
    let done = init(&place.config(), &settings).await;
    assert_eq!(done[0].to_string(), format!("bucket `{}` in eu-west-1: already so", settings.bucket));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_is_made_in_the_region_that_is_named() {
    let place = Place::new().await;
    let settings = Settings { region: Some("ap-southeast-2".to_owned()), ..settings() };
    init(&place.config(), &settings).await;
    let head = s3(&place.config()).head_bucket().bucket(&settings.bucket).send().await.expect("it is there");
    assert_eq!(head.bucket_region(), Some("ap-southeast-2"));
    let elsewhere = dynamodb(&place.config()).describe_table().table_name(&settings.table).send().await;
    assert!(elsewhere.is_err(), "the table is in the other region");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_for_something_else_is_refused() {
    let place = Place::new().await;
    let settings = settings();
    let dynamodb = dynamodb(&place.config());
    let attribute = AttributeDefinition::builder().attribute_name("LockID").attribute_type(ScalarAttributeType::S);
    let element = KeySchemaElement::builder().attribute_name("LockID").key_type(KeyType::Hash);
    let create = dynamodb
        .create_table()
        .table_name(&settings.table)
        .attribute_definitions(attribute.build().expect("an attribute"))
        .key_schema(element.build().expect("a key"))
        .billing_mode(BillingMode::PayPerRequest);
    create.send().await.expect("it is made");
    let why = refusal(&place.config(), &settings).await;
    assert!(why.contains("its key is `LockID`") && why.contains("Name another table as `lock_table`"), "{why}");
    let table = dynamodb.describe_table().table_name(&settings.table).send().await.expect("it is there");
    assert_ne!(table.table().and_then(|it| it.deletion_protection_enabled()), Some(true), "it was not changed");
}
