//! `stackctl init`: makes what is missing and nothing else.

use sandbox::Call;
use serde_json::{Value, json};

use crate::cloud::{Cloud, elements};
use crate::kill::{Point, Which, killed};
use crate::program::{Ran, SMALL, Stack};
use crate::vault::{BUCKET, TABLE, Vault};

/// A stack whose `[state]` names what is not there.
fn declared(cloud: &Cloud) -> Stack {
    let stack = Stack::of(cloud, &SMALL);
    stack.declare_state(TABLE, 5);
    stack
}

fn changes(calls: &[Call]) -> Vec<String> {
    calls.iter().filter(|it| it.mutates()).map(Call::name).collect()
}

fn table(cloud: &Cloud, operation: &str) -> Value {
    cloud.json("dynamodb", &format!("DynamoDB_20120810.{operation}"), &json!({ "TableName": TABLE }))
}

/// Fails unless bucket and table are as the documentation promises.
fn is_made(cloud: &Cloud) {
    let about = |query: &str| cloud.ask("s3", &format!("GET /{BUCKET}?{query}"), "", "").body;
    assert_eq!(elements(&about("versioning"), "Status").next(), Some("Enabled"));
    assert!(about("encryption").contains("AES256"), "{}", about("encryption"));
    let block = about("publicAccessBlock");
    assert_eq!(block.to_lowercase().matches(">true<").count(), 4, "{block}");
    let policy: Value = serde_json::from_str(&about("policy")).expect("a policy");
    assert!(policy.to_string().contains("aws:SecureTransport"), "{policy:#}");
    assert!(about("lifecycle").contains("NoncurrentVersionExpiration"), "{}", about("lifecycle"));
    let made = table(cloud, "DescribeTable")["Table"].clone();
    assert_eq!(made["BillingModeSummary"]["BillingMode"], "PAY_PER_REQUEST", "{made:#}");
    assert_eq!(made["DeletionProtectionEnabled"], true, "{made:#}");
    let backups = table(cloud, "DescribeContinuousBackups").to_string();
    assert!(backups.contains(r#""PointInTimeRecoveryStatus":"ENABLED""#), "{backups}");
}

/// Fails if repeating it changes anything.
fn is_done(cloud: &Cloud, stack: &Stack) {
    cloud.take_calls();
    stack.run("init").exits(0).says("already so");
    assert_eq!(changes(&cloud.take_calls()), Vec::<String>::new());
}

#[test]
fn it_makes_everything_once_and_says_so() {
    let cloud = Cloud::start();
    let stack = declared(&cloud);
    for line in ["plan", "apply --yes", "destroy --yes", "state list", "state history", "lock show"] {
        stack.run(line).exits(3).complains("stackctl init");
    }
    assert_eq!(changes(&cloud.take_calls()), Vec::<String>::new(), "nothing is made by the way");
    let error = stack.run("plan --json").exits(3).json()["error"].clone();
    assert_eq!((&error["code"], &error["exit"]), (&"state-missing".into(), &3.into()), "{error:#}");

    stack.run("init").exits(0).says(BUCKET).says(TABLE).says("made").says("versioning").says("Ready");
    is_made(&cloud);
    is_done(&cloud, &stack);
    let document = stack.run("init --json").exits(0).json();
    assert_eq!((&document["bucket"], &document["lock_table"]), (&BUCKET.into(), &TABLE.into()), "{document:#}");
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    is_done(&cloud, &stack);
    Vault::of(&cloud, "small").is_tidy("init");
}

#[test]
fn it_needs_no_bucket_for_state_beside_the_manifest() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("init").exits(0).says("[state]").says("bucket");
    assert_eq!(changes(&cloud.take_calls()), Vec::<String>::new());
}

#[test]
fn it_finishes_what_is_half_made() {
    for index in 0.. {
        let cloud = Cloud::start();
        let stack = declared(&cloud);
        let was_killed = killed(&cloud, &stack, "init", Point::nth(Which::State, index));
        stack.run("init").exits(0);
        is_made(&cloud);
        is_done(&cloud, &stack);
        if !was_killed {
            assert!(index >= 2 * 7, "only {index} points");
            return;
        }
    }
}

#[test]
fn it_leaves_alone_what_was_made_for_something_else() {
    let cloud = Cloud::start();
    let stack = declared(&cloud);
    let terraforms = json!({
        "TableName": TABLE, "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": [{ "AttributeName": "LockID", "KeyType": "HASH" }],
        "AttributeDefinitions": [{ "AttributeName": "LockID", "AttributeType": "S" }],
    });
    cloud.json("dynamodb", "DynamoDB_20120810.CreateTable", &terraforms);
    let before = table(&cloud, "DescribeTable");
    stack.run("init").exits(3).complains("LockID").complains("lock_table");
    assert_eq!(table(&cloud, "DescribeTable"), before);
}

#[test]
fn a_bucket_of_another_account_is_refused_and_left_alone() {
    let cloud = Cloud::start();
    let stack = declared(&cloud);
    let other = "x-moto-account-id: 111111111111\r\n";
    assert_eq!(cloud.ask("s3", &format!("PUT /{BUCKET}"), other, "").status, 200);
    let ran = stack.run("init").exits(3);
    ran.complains("belongs to another account").complains(sandbox::ACCOUNT);
    let error = stack.run("init --json").exits(3).json()["error"].clone();
    assert!(error["message"].as_str().is_some_and(|it| it.contains(BUCKET)), "{error:#}");
    assert_eq!(changes(&cloud.take_calls()), Vec::<String>::new());
    let versioning = cloud.ask("s3", &format!("GET /{BUCKET}?versioning"), other, "").body;
    assert_eq!(elements(&versioning, "Status").next(), None, "{versioning}");
}

#[test]
fn credentials_of_another_account_do_not_read_our_state() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud).sharing(5);
    stack.run("apply --yes").exits(0);
    let vault = Vault::of(&cloud, "small");
    let before = vault.snapshot();
    let role = "RoleArn=arn%3Aaws%3Aiam%3A%3A111111111111%3Arole%2Fother&RoleSessionName=other";
    let assumed = cloud.form("sts", &format!("Action=AssumeRole&Version=2011-06-15&{role}"));
    let said = |name: &str| elements(&assumed, name).next().expect("credentials").to_owned();
    cloud.take_calls();
    for line in ["plan", "apply --yes", "destroy --yes"] {
        let mut command = stack.command(line.split_whitespace());
        command
            .env("AWS_ACCESS_KEY_ID", said("AccessKeyId"))
            .env("AWS_SECRET_ACCESS_KEY", said("SecretAccessKey"))
            .env("AWS_SESSION_TOKEN", said("SessionToken"));
        Ran::of(line, &mut command).exits(3);
    }
    assert_eq!(changes(&cloud.take_calls()), Vec::<String>::new());
    assert_eq!(vault.snapshot(), before);
}

#[test]
fn state_from_beside_the_manifest_is_carried_over() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply --yes").exits(0);
    let whole = cloud.inventory();
    let local = stack.run("state pull").exits(0).json();
    stack.declare_state(TABLE, 5);
    stack.run("init").exits(0).says("carried over").says("2 resources");
    let shared = stack.run("state pull").exits(0).json();
    assert_eq!((&shared["lineage"], &shared["resources"]), (&local["lineage"], &local["resources"]));
    stack.run("plan --detailed-exitcode").exits(0);
    is_done(&cloud, &stack);
    stack.run("apply --yes --var days=14").exits(0);
    assert_eq!(cloud.inventory(), whole);
    stack.run("destroy --yes").exits(0);
}

#[test]
fn without_it_state_beside_the_manifest_is_not_forgotten() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply --yes").exits(0);
    let other = Stack::small(&cloud).sharing(5);
    stack.declare_state(TABLE, 5);
    let error = stack.run("plan --json").exits(1).json()["error"].clone();
    assert_eq!(error["code"], "state-left-behind", "{error:#}");
    stack.run("apply --yes").exits(1).complains("stackctl init").complains("2 resources");
    drop(other);
}
