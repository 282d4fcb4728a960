//! Somebody else takes the name that we were about to use, in the middle of a crash: what is not
//! provably ours is never adopted, changed or deleted.

use serde_json::json;

use super::{everywhere, killed_at};
use crate::cloud::{Cloud, elements};
use crate::program::Stack;
use crate::vault::Vault;

/// One kind of thing that has a name which only one can have.
struct Case {
    kind: &'static str,
    /// What the manifest declares, at the address `KIND.taken`.
    declared: &'static str,
    /// The call that would make it, with something of what it carries.
    create: (&'static str, &'static str),
    /// Makes one that looks the same, as somebody else does.
    make: fn(&Cloud),
    /// All there is to see of it.
    look: fn(&Cloud) -> String,
}

const CASES: [Case; 7] = [
    Case {
        kind: "aws_cloudwatch_log_group",
        declared: "name = \"/taken\"",
        create: ("CreateLogGroup", "/taken"),
        make: |cloud| drop(cloud.json("logs", "Logs_20140328.CreateLogGroup", &json!({ "logGroupName": "/taken" }))),
        look: |cloud| {
            let groups = cloud.json("logs", "Logs_20140328.DescribeLogGroups", &json!({}));
            let tags = cloud.json("logs", "Logs_20140328.ListTagsLogGroup", &json!({ "logGroupName": "/taken" }));
            format!("{groups:#}\n{tags:#}")
        },
    },
    Case {
        kind: "aws_security_group",
        declared: "name = \"taken\"\ndescription = \"the same\"\nvpc_id = \"${aws_default_vpc.default.id}\"\n\
                   [resource.aws_default_vpc.default]",
        create: ("CreateSecurityGroup", "taken"),
        make: |cloud| {
            let vpcs = cloud.form("ec2", "Action=DescribeVpcs&Version=2016-11-15");
            let vpc = elements(&vpcs, "vpcId").next().expect("the default VPC");
            let rest = format!("GroupName=taken&GroupDescription=the+same&VpcId={vpc}");
            cloud.form("ec2", &format!("Action=CreateSecurityGroup&Version=2016-11-15&{rest}"));
        },
        look: |cloud| {
            let ask = |action: &str| cloud.form("ec2", &format!("Action={action}&Version=2016-11-15"));
            let groups = ask("DescribeSecurityGroups");
            let ours = groups.split("<ownerId>").filter(|it| it.contains("<groupName>taken</groupName>"));
            let ours: Vec<&str> = ours.collect();
            let tags = ask("DescribeTags");
            let rules = ask("DescribeSecurityGroupRules");
            let tags: Vec<&str> = elements(&tags, "key").collect();
            let rules: Vec<&str> = elements(&rules, "securityGroupRuleId").collect();
            format!("{ours:#?}\n{tags:#?}\n{rules:#?}")
        },
    },
    Case {
        kind: "aws_iam_role",
        declared: "name = \"taken\"\nassume_role_policy = '{\"Version\":\"2012-10-17\",\"Statement\":[]}'",
        create: ("CreateRole", "taken"),
        make: |cloud| {
            let policy = "%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%5D%7D";
            let rest = format!("RoleName=taken&AssumeRolePolicyDocument={policy}");
            cloud.form("iam", &format!("Action=CreateRole&Version=2010-05-08&{rest}"));
        },
        look: |cloud| {
            let role = cloud.form("iam", "Action=GetRole&Version=2010-05-08&RoleName=taken");
            let tags = cloud.form("iam", "Action=ListRoleTags&Version=2010-05-08&RoleName=taken");
            let parts = |text: &str| elements(text, "Role").chain(elements(text, "Tags")).map(str::to_owned).collect();
            let parts: Vec<Vec<String>> = [role, tags].iter().map(|text| parts(text)).collect();
            format!("{parts:#?}")
        },
    },
    Case {
        kind: "aws_ecr_repository",
        declared: "name = \"taken\"",
        create: ("CreateRepository", "taken"),
        make: |cloud| drop(ecr(cloud, "CreateRepository", &json!({ "repositoryName": "taken" }))),
        look: |cloud| {
            let repositories = ecr(cloud, "DescribeRepositories", &json!({}));
            let arn = &repositories["repositories"][0]["repositoryArn"];
            let tags = ecr(cloud, "ListTagsForResource", &json!({ "resourceArn": arn }));
            format!("{repositories:#}\n{tags:#}")
        },
    },
    Case {
        kind: "aws_s3_bucket",
        declared: "bucket = \"taken-bucket\"\nforce_destroy = true",
        create: ("PUT /{bucket}", "taken-bucket"),
        make: |cloud| {
            assert_eq!(cloud.ask("s3", "PUT /taken-bucket", "", "").status, 200);
            let headers = "x-amz-content-sha256: UNSIGNED-PAYLOAD\r\n";
            assert_eq!(cloud.ask("s3", "PUT /taken-bucket/theirs", headers, "precious").status, 200);
        },
        look: |cloud| {
            let ask = |line: &str| cloud.ask("s3", line, "", "").body;
            let buckets = ask("GET /");
            let buckets: Vec<&str> = elements(&buckets, "Bucket").filter(|it| it.contains("taken")).collect();
            let tags = ask("GET /taken-bucket?tagging");
            let tags: Vec<&str> = elements(&tags, "Key").collect();
            format!("{buckets:?}\n{tags:?}\n{}", ask("GET /taken-bucket/theirs"))
        },
    },
    Case {
        kind: "aws_db_instance",
        declared: "identifier = \"taken\"\nengine = \"mariadb\"\ninstance_class = \"db.t3.micro\"\n\
                   allocated_storage = 20\nusername = \"admin\"\nskip_final_snapshot = true\n\
                   password = \"${aws_secretsmanager_secret_version.password.secret_string}\"\n\
                   [resource.aws_secretsmanager_secret.password]\nname = \"password\"\nrecovery_window_in_days = 0\n\
                   [resource.aws_secretsmanager_secret_version.password]\n\
                   secret_id = \"${aws_secretsmanager_secret.password.id}\"\ngenerate = { length = 16 }",
        create: ("CreateDBInstance", "taken"),
        make: |cloud| {
            let rest = "DBInstanceIdentifier=taken&Engine=mariadb&DBInstanceClass=db.t3.micro&AllocatedStorage=20\
                        &MasterUsername=admin&MasterUserPassword=anothersecret";
            cloud.form("rds", &format!("Action=CreateDBInstance&Version=2014-10-31&{rest}"));
        },
        look: |cloud| {
            let instances = cloud.form("rds", "Action=DescribeDBInstances&Version=2014-10-31");
            let instances: Vec<&str> = elements(&instances, "DBInstance").collect();
            // The emulator restores to this very moment.
            let now = elements(&instances.concat(), "LatestRestorableTime").next().unwrap_or_default().to_owned();
            format!("{instances:#?}").replace(&now, "now")
        },
    },
    Case {
        kind: "aws_dynamodb_table",
        declared: "name = \"taken\"\nbilling_mode = \"PAY_PER_REQUEST\"\nhash_key = \"id\"\n\
                   attribute = [{ name = \"id\", type = \"S\" }]",
        create: ("CreateTable", "taken"),
        make: |cloud| {
            let table = json!({
                "TableName": "taken", "BillingMode": "PAY_PER_REQUEST",
                "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }],
                "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }],
            });
            cloud.json("dynamodb", "DynamoDB_20120810.CreateTable", &table);
        },
        look: |cloud| {
            let table = cloud.json("dynamodb", "DynamoDB_20120810.DescribeTable", &json!({ "TableName": "taken" }));
            let arn = &table["Table"]["TableArn"];
            let tags = cloud.json("dynamodb", "DynamoDB_20120810.ListTagsOfResource", &json!({ "ResourceArn": arn }));
            format!("{table:#}\n{tags:#}")
        },
    },
];

fn ecr(cloud: &Cloud, operation: &str, body: &serde_json::Value) -> serde_json::Value {
    cloud.json("ecr", &format!("AmazonEC2ContainerRegistry_V20150921.{operation}"), body)
}

#[test]
fn what_has_the_name_we_were_about_to_use_is_left_alone() {
    let tried = everywhere(CASES.len(), || (), |(), index| CASES.get(index).map(leaves_alone).is_some());
    assert_eq!(tried, CASES.len());
}

fn leaves_alone(case: &Case) {
    let Case { kind, declared, create: (operation, name), make, look } = case;
    let cloud = Cloud::start();
    let head = "[stack]\nname = \"foreign\"\n\n[provider.aws]\nregion = \"us-east-1\"\n";
    let resource = format!("[resource.{kind}.taken]\n{declared}\n");
    let stack = Stack::of(&cloud, &[("stack.toml", head), ("taken.toml", &resource)]).sharing(5);
    let (operation, name) = (*operation, *name);
    let was_killed = killed_at(&cloud, &stack, "apply --yes", false, move |call| {
        let said = format!("{} {}", call.path, String::from_utf8_lossy(&call.body));
        call.operation == operation && said.contains(name)
    });
    assert!(was_killed, "{kind}: nothing was about to be made");
    make(&cloud);
    let before = look(&cloud);

    for line in ["apply --yes", "apply --yes", "plan"] {
        let ran = stack.run(line);
        assert!(
            line == "plan" || matches!(ran.code, Some(3 | 5)),
            "{kind}: {line}: {:?}\n{}\n{}",
            ran.code,
            ran.out,
            ran.err
        );
        if line.starts_with("apply") {
            ran.complains("[[import]]").complains(&format!("to = \"{kind}.taken\""));
        }
        assert_eq!(look(&cloud), before, "{kind}: after {line}");
    }
    stack.run("destroy --yes").exits(0);
    assert_eq!(look(&cloud), before, "{kind}: after destroy");
    assert_eq!(stack.run("state list").exits(0).out, "", "{kind}");
    Vault::of(&cloud, "foreign").is_tidy(kind);
}
