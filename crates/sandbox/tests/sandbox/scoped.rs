//! An emulator for one test, and what is set up in it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use sandbox::Scoped;

use crate::{form, heard, json, listens, remember, remembers, tools};

async fn start() -> Scoped {
    Scoped::start(&tools(), &mut heard).await.expect("an emulator")
}

#[tokio::test]
async fn each_has_its_own_memory_and_ends_when_dropped() {
    let (mut one, other) = tokio::join!(start(), start());
    remember(&one.endpoint()).await;
    assert!(remembers(&one.endpoint()).await);
    assert!(!remembers(&other.endpoint()).await);

    let run = one.run().to_owned();
    one.reset().await.expect("it answers");
    assert_ne!(one.run(), run);
    assert!(!remembers(&one.endpoint()).await);

    let endpoint = one.endpoint();
    drop(one);
    assert!(!listens(&endpoint).await);
    assert!(listens(&other.endpoint()).await);
}

/// The part of the test below that runs in a process of its own, and does nothing in any other.
#[tokio::test]
async fn as_a_process_that_will_be_killed() {
    if std::env::var_os("SANDBOX_TEST_WAITS_TO_BE_KILLED").is_some() {
        let scoped = start().await;
        println!("\nendpoint={}", scoped.endpoint());
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn it_ends_with_a_process_that_is_killed() {
    let mut process = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "scoped::as_a_process_that_will_be_killed", "--nocapture"])
        .env("SANDBOX_TEST_WAITS_TO_BE_KILLED", "yes")
        .stdout(Stdio::piped())
        .spawn()
        .expect("this test runs again");
    let lines = BufReader::new(process.stdout.take().expect("piped")).lines();
    let endpoint = lines
        .map_while(Result::ok)
        .find_map(|line| line.strip_prefix("endpoint=").map(str::to_owned))
        .expect("it says where its emulator is");
    assert!(listens(&endpoint).await);
    process.kill().expect("it lives");
    process.wait().expect("it ends");
    // Ends by itself or hangs: how long the watchdog takes is not what is tested.
    while listens(&endpoint).await {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn services_run_as_many_tasks_as_they_want() {
    let scoped = start().await;
    let ecs = async |operation: &str, body: &str| {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let answer = json(&scoped.endpoint(), "ecs", &target, body).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str::<serde_json::Value>(body).expect("JSON")
    };
    ecs("CreateCluster", r#"{"clusterName":"c"}"#).await;
    let task = r#"{"family":"f","containerDefinitions":[{"name":"a","image":"b","memory":64}]}"#;
    ecs("RegisterTaskDefinition", task).await;
    for wanted in [0, 1, 3] {
        let service =
            format!(r#"{{"cluster":"c","serviceName":"s{wanted}","taskDefinition":"f","desiredCount":{wanted}}}"#);
        let service = &ecs("CreateService", &service).await["service"];
        assert_eq!(service["runningCount"], wanted);
        assert_eq!(service["pendingCount"], 0);
        assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    }
    // What moto drops when a service is made, and a service in a network without security groups.
    let subnets = form(&scoped.endpoint(), "ec2", "Action=DescribeSubnets&Version=2016-11-15").await;
    let (_, subnet) = subnets.split_once("<subnetId>").expect("a default subnet");
    let (subnet, _) = subnet.split_once('<').expect("an element");
    let kept = serde_json::json!({
        "deploymentConfiguration": { "maximumPercent": 150, "minimumHealthyPercent": 50 },
        "enableECSManagedTags": true,
        "enableExecuteCommand": true,
        "healthCheckGracePeriodSeconds": 30,
    });
    let mut asked = kept.clone();
    asked["cluster"] = "c".into();
    asked["serviceName"] = "kept".into();
    asked["taskDefinition"] = "f".into();
    asked["networkConfiguration"] = serde_json::json!({ "awsvpcConfiguration": { "subnets": [subnet] } });
    ecs("CreateService", &asked.to_string()).await;
    let answer = ecs("DescribeServices", r#"{"cluster":"c","services":["kept"]}"#).await;
    for (name, value) in kept.as_object().expect("an object") {
        assert_eq!(&answer["services"][0][name], value, "{name}");
    }

    let more = r#"{"cluster":"c","service":"s1","desiredCount":2}"#;
    assert_eq!(ecs("UpdateService", more).await["service"]["runningCount"], 2);
}

#[tokio::test]
async fn what_an_aws_account_has_from_the_start_is_there() {
    let scoped = start().await;
    let endpoint = scoped.endpoint();
    let policy = "Action=GetPolicy&Version=2010-05-08&PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess";
    let answer = form(&endpoint, "iam", policy).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let answer = form(&endpoint, "sts", "Action=GetCallerIdentity&Version=2011-06-15").await;
    assert!(answer.contains(&format!("<Account>{}</Account>", sandbox::ACCOUNT)), "{answer}");
    let database = "Action=CreateDBInstance&Version=2014-10-31&DBInstanceIdentifier=d&Engine=mariadb\
                    &DBInstanceClass=db.t3.micro&AllocatedStorage=20&MasterUsername=u\
                    &MasterUserPassword=password";
    let answer = form(&endpoint, "rds", database).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    for (service, body) in
        [("ec2", "Action=DescribeVpcs&Version=2016-11-15"), ("rds", "Action=DescribeDBInstances&Version=2014-10-31")]
    {
        let answer = form(&endpoint, service, body).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
    for (service, target) in [
        ("ecr", "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories"),
        ("secretsmanager", "secretsmanager.ListSecrets"),
        ("dynamodb", "DynamoDB_20120810.ListTables"),
        ("tagging", "ResourceGroupsTaggingAPI_20170126.GetResources"),
    ] {
        let answer = json(&endpoint, service, target, "{}").await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}
