//! A report with one of everything, for the tests of its forms.

use super::{Accounted, Fate, FirstApply, Layer, Note, Place, Report, SecretFound};

fn place(file: &str, line: usize) -> Option<Place> {
    Some(Place { file: file.to_owned(), line })
}

fn carried(terraform: &str, address: &str, id: &str, changes: &[&str]) -> Accounted {
    let changes = changes.iter().map(|&it| it.to_owned()).collect();
    let fate = Fate::Carried { address: address.to_owned(), id: id.to_owned(), changes };
    Accounted { terraform: terraform.to_owned(), workspace: None, place: None, fate }
}

fn dissolved(terraform: &str, into: &str) -> Accounted {
    let fate = Fate::Dissolved { into: into.to_owned() };
    Accounted { terraform: terraform.to_owned(), workspace: None, place: None, fate }
}

fn unsupported(terraform: &str, id: Option<&str>, kind: &str) -> Accounted {
    let fate = Fate::Unsupported {
        id: id.map(str::to_owned),
        reason: format!("there is no type `{kind}` here yet"),
        advice: "keep it in a Terraform configuration of its own, with what it refers to as plain ids".to_owned(),
    };
    Accounted { terraform: terraform.to_owned(), workspace: None, place: None, fate }
}

fn secret(now: &str, variable: Option<&str>, first_apply: FirstApply, found_in: &[&str]) -> SecretFound {
    let found_in = found_in.iter().map(|&it| it.to_owned()).collect();
    SecretFound { now: now.to_owned(), variable: variable.map(str::to_owned), first_apply, found_in }
}

/// One of each kind; a real report has those of `--secrets variables` or those of `manager`.
fn secrets() -> Vec<SecretFound> {
    let password = ["variable db_password of aws-rds", "aws_db_instance.main.password of aws-rds"];
    vec![
        secret("var.db_password", Some("db_password"), FirstApply::Keeps, &password),
        secret(
            "aws_secretsmanager_secret.admin_password",
            Some("admin_password"),
            FirstApply::Needs,
            &["variable admin_password of aws-rds"],
        ),
        secret(
            "aws_secretsmanager_secret.replication_password",
            None,
            FirstApply::Generates,
            &["random_password.replication.result of aws-rds"],
        ),
    ]
}

/// Two layers of the WordPress stack.
pub(super) fn wordpress() -> Report {
    let counted = |index: usize| {
        let (was, is) =
            (format!("module.network.aws_subnet.public[{index}]"), format!("aws_subnet.network_public[\"{index}\"]"));
        Accounted {
            place: place("modules/network/main.tf", 9),
            ..carried(
                &was,
                &is,
                &format!("subnet-{index}"),
                &["`count` became `for_each`: index 0 is the key `\"0\"` now"],
            )
        }
    };
    let vpc = Layer {
        name: "aws-vpc".to_owned(),
        file: "aws-vpc.toml".to_owned(),
        folder: Some("aws-vpc".to_owned()),
        states: vec!["s3://states/aws-vpc.tfstate".to_owned()],
        resources: vec![
            carried("aws_vpc.main", "aws_vpc.main", "vpc-1", &[]),
            counted(0),
            counted(1),
            counted(2),
            unsupported("aws_flow_log.main", Some("fl-1"), "aws_flow_log"),
            unsupported("aws_flow_log.other", None, "aws_flow_log"),
            dissolved("data.aws_iam_policy_document.flow", "the document stands where it was used"),
        ],
        notes: vec![Note {
            about: "variable environment".to_owned(),
            text: "its `validation` is no list of allowed values: it is left out".to_owned(),
            place: place("aws-vpc/variables.tf", 4),
        }],
    };
    let password = "`password` is `${var.db_password}`: the value stays in AWS alone";
    let rds = Layer {
        name: "aws-rds".to_owned(),
        file: "aws-rds.toml".to_owned(),
        folder: Some("aws-rds".to_owned()),
        states: vec!["s3://states/aws-rds.tfstate".to_owned()],
        resources: vec![
            Accounted {
                place: place("aws-rds/main.tf", 3),
                ..carried("aws_db_instance.main", "aws_db_instance.main", "wordpress", &[password])
            },
            Accounted {
                workspace: Some("prod".to_owned()),
                ..carried("aws_security_group.db", "aws_security_group.db", "sg-1", &[])
            },
            dissolved("data.terraform_remote_state.vpc", "what its outputs stand for is referred to directly"),
            unsupported("aws_db_proxy.main", Some("proxy|1"), "aws_db_proxy"),
        ],
        notes: vec![Note {
            about: "backend".to_owned(),
            text: "`stackctl init` makes the store".to_owned(),
            place: None,
        }],
    };
    let unsettled = Note {
        about: "aws_db_instance.main backup_window".to_owned(),
        text: "the manifest says \"03:00-04:00\", Terraform applied \"05:00-06:00\"".to_owned(),
        place: None,
    };
    Report { stack: "wordpress".to_owned(), layers: vec![vpc, rds], secrets: secrets(), unsettled: vec![unsettled] }
}
