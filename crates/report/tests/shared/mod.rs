//! A review made by hand: WordPress on ECS, in which a pull request changes a little of everything.

use std::collections::BTreeMap;

use model::diagnostic::Diagnostic;
use model::plan::{Action, Cause, Drift, Effect};
use model::source::Span;
use model::{Address, Path, Pending, Planned, Secret, Step, Tree};
use review::{Attribute, Change, Finding, Map, Move, OutputChange, Place, Places, Released, Review, Sides, Verdict};

/// A review of no changes.
pub fn unchanged() -> Review {
    Review {
        stack: "wordpress".to_owned(),
        sides: Sides::Diff {
            before: "origin/main:manifests/wordpress".to_owned(),
            after: "manifests/wordpress".to_owned(),
            environment: None,
        },
        changes: Vec::new(),
        outputs: BTreeMap::new(),
        unchanged: 31,
        drift: Vec::new(),
        released: Vec::new(),
        refusals: Vec::new(),
        map: Map::default(),
    }
}

/// The review of a pull request that should not be merged as it is.
pub fn wordpress() -> Review {
    Review {
        changes: vec![
            log_group(),
            policy(),
            security_group(),
            database(),
            secret(),
            task_definition(),
            service(),
            renamed("uploads", Action::Delete),
            renamed("media", Action::Create),
        ],
        outputs: BTreeMap::from([
            ("database_endpoint".to_owned(), output(unknown("aws_db_instance", "main", "endpoint"), true)),
            ("password".to_owned(), OutputChange { sensitive: true, ..output(hidden("old"), false) }),
        ]),
        unchanged: 22,
        drift: vec![Drift {
            address: Address::managed("aws_lb", "main"),
            path: Path::field("drop_invalid_header_fields"),
            last_applied: Tree::Bool(true),
            live: Tree::Bool(false),
        }],
        released: vec![Released {
            address: Address::managed("aws_lb", "main"),
            path: Path::field("idle_timeout"),
            value: Tree::Int(120),
            place: Some(place("web.toml", 9)),
        }],
        refusals: vec![
            Diagnostic::error(
                "prevent-destroy",
                Span::default(),
                "`aws_db_instance.main` would be replaced, and `lifecycle.prevent_destroy` refuses that",
            )
            .help("undo the change, or set `lifecycle.prevent_destroy = false` first"),
        ],
        ..unchanged()
    }
}

/// A change without anything particular about it.
pub fn change(kind: &str, name: &str, action: Action, layer: &str, line: usize) -> Change {
    let written = Some(place(&format!("{layer}.toml"), line));
    Change {
        address: Address::managed(kind, name),
        kind: kind.to_owned(),
        layer: layer.to_owned(),
        action,
        delete_first: false,
        deposed: None,
        attributes: Vec::new(),
        reason: None,
        findings: vec![finding(Verdict::Safe, "no-risk-known", None, "nothing here stops, is exposed or gets lost")],
        because_of: Vec::new(),
        moved_from: None,
        suggested_move: None,
        places: Places {
            before: written.clone().filter(|_| action != Action::Create),
            after: written.filter(|_| action != Action::Delete),
        },
    }
}

/// An attribute that the manifest changes in place.
pub fn attribute(path: Path, before: Planned, after: Planned, file: &str, line: usize) -> Attribute {
    let places = Places { before: Some(place(file, line)), after: Some(place(file, line)) };
    Attribute { path, before, after, cause: Cause::Manifest, effect: Effect::InPlace, places }
}

/// A finding.
pub fn finding(verdict: Verdict, rule: &'static str, path: Option<Path>, reason: &str) -> Finding {
    Finding { verdict, rule, reason: reason.to_owned(), path }
}

fn place(file: &str, line: usize) -> Place {
    Place { file: file.to_owned(), line }
}

fn unknown(kind: &str, name: &str, attribute: &str) -> Planned {
    Tree::Hole(Pending::on(Address::managed(kind, name), attribute))
}

fn hidden(text: &str) -> Planned {
    Tree::Secret(Secret::plain(Tree::text(text)))
}

fn output(value: Planned, is_same: bool) -> OutputChange {
    let after = if is_same { value.clone() } else { hidden("new") };
    OutputChange { before: value, after, sensitive: false, places: Places::default() }
}

fn log_group() -> Change {
    let path = Path::field("retention_in_days");
    Change {
        attributes: vec![attribute(path.clone(), Tree::Int(365), Tree::Int(30), "web.toml", 41)],
        findings: vec![finding(
            Verdict::DataLoss,
            "events-expire",
            Some(path),
            "log events older than 30 days are deleted: they were kept for 365",
        )],
        ..change("aws_cloudwatch_log_group", "wordpress", Action::Update, "web", 39)
    }
}

fn policy() -> Change {
    let before = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Uploads","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::wordpress-uploads/*"},{"Sid":"Logs","Effect":"Allow","Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"*"}]}"#;
    let after = before.replace(r#"["s3:GetObject","s3:PutObject"]"#, r#""s3:*""#);
    let path = Path::field("policy");
    Change {
        attributes: vec![attribute(path.clone(), Tree::text(before), Tree::text(after), "web.toml", 88)],
        findings: vec![finding(
            Verdict::WiderExposure,
            "policy-grown",
            Some(path),
            "it allows `s3:*` on `arn:aws:s3:::wordpress-uploads/*`, where it allowed `s3:GetObject` and `s3:PutObject`",
        )],
        ..change("aws_iam_role_policy", "task", Action::Update, "web", 80)
    }
}

fn security_group() -> Change {
    let path =
        Path::field("ingress").join(Step::Key("tcp/3306".to_owned())).join(Step::Field("cidr_blocks".to_owned()));
    let cidrs = |range: &str| Tree::List(vec![Tree::text(range)]);
    Change {
        attributes: vec![attribute(path.clone(), cidrs("10.0.0.0/16"), cidrs("0.0.0.0/0"), "network.toml", 57)],
        findings: vec![finding(
            Verdict::WiderExposure,
            "port-opened",
            Some(path),
            "port 3306 can be reached from the whole internet (0.0.0.0/0)",
        )],
        ..change("aws_security_group", "database", Action::Update, "network", 50)
    }
}

fn database() -> Change {
    let path = Path::field("identifier");
    let identifier = Attribute {
        effect: Effect::Replace,
        ..attribute(path.clone(), Tree::text("wordpress"), Tree::text("wordpress-prod"), "data.toml", 14)
    };
    let class = Path::field("instance_class");
    Change {
        delete_first: true,
        attributes: vec![
            identifier,
            attribute(class.clone(), Tree::text("db.t4g.small"), Tree::text("db.t4g.large"), "data.toml", 16),
            attribute(Path::field("password"), hidden("hunter2"), hidden("hunter3"), "data.toml", 19),
            Attribute {
                cause: Cause::Default,
                ..attribute(Path::field("backup_window"), Tree::text("02:00-03:00"), Tree::Null, "data.toml", 20)
            },
        ],
        reason: Some("`identifier` cannot change in place".to_owned()),
        findings: vec![
            finding(
                Verdict::DataLoss,
                "database-replaced",
                Some(path),
                "the database is replaced: what is in it is gone, for the new one starts empty",
            ),
            finding(
                Verdict::Cost,
                "size-grown",
                Some(class),
                "the class goes up from `db.t4g.small` to `db.t4g.large`",
            ),
        ],
        ..change("aws_db_instance", "main", Action::Replace, "data", 12)
    }
}

fn secret() -> Change {
    let path = Path::field("secret_string");
    let value =
        |text: &str| Tree::map([("host", unknown("aws_db_instance", "main", "address")), ("password", hidden(text))]);
    Change {
        attributes: vec![Attribute {
            cause: Cause::Dependency,
            ..attribute(path, value("a"), value("b"), "data.toml", 44)
        }],
        because_of: vec![Address::managed("aws_db_instance", "main")],
        ..change("aws_secretsmanager_secret_version", "database", Action::Update, "data", 41)
    }
}

fn task_definition() -> Change {
    let documents = |image: &str, host: &str| {
        Tree::text(format!(
            r#"[{{"name":"wordpress","image":"{image}","essential":true,"portMappings":[{{"containerPort":80}}],"environment":[{{"name":"WORDPRESS_DB_HOST","value":"{host}"}},{{"name":"WORDPRESS_DEBUG","value":"0"}}],"logConfiguration":{{"logDriver":"awslogs","options":{{"awslogs-group":"/wordpress","awslogs-region":"eu-central-1"}}}}}}]"#
        ))
    };
    let containers = Path::field("container_definitions");
    Change {
        attributes: vec![
            Attribute {
                effect: Effect::Replace,
                ..attribute(
                    containers,
                    documents("wordpress:6.5", "db-1.example.internal"),
                    documents("wordpress:6.6", "db-2.example.internal"),
                    "web.toml",
                    22,
                )
            },
            attribute(
                Path::field("tags").join(Step::Key("note".to_owned())),
                Tree::Null,
                Tree::text("a `b` | c </details> @ops #12"),
                "web.toml",
                30,
            ),
        ],
        reason: Some("a new revision is registered".to_owned()),
        because_of: vec![Address::managed("aws_db_instance", "main")],
        ..change("aws_ecs_task_definition", "wordpress", Action::Replace, "web", 18)
    }
}

fn service() -> Change {
    let arn = || unknown("aws_ecs_task_definition", "wordpress", "arn");
    Change {
        attributes: vec![
            Attribute {
                cause: Cause::Dependency,
                ..attribute(Path::field("task_definition"), arn(), arn(), "web.toml", 63)
            },
            attribute(Path::field("desired_count"), Tree::Int(2), Tree::Int(4), "web.toml", 64),
        ],
        findings: vec![finding(
            Verdict::Cost,
            "count-grown",
            Some(Path::field("desired_count")),
            "4 tasks run instead of 2",
        )],
        because_of: vec![Address::managed("aws_ecs_task_definition", "wordpress")],
        ..change("aws_ecs_service", "wordpress", Action::Update, "web", 60)
    }
}

fn renamed(name: &str, action: Action) -> Change {
    let address = |name: &str| Address::managed("aws_s3_bucket", name);
    let base = change("aws_s3_bucket", name, action, "data", 70);
    let findings = match action {
        Action::Delete => vec![finding(
            Verdict::DataLoss,
            "bucket-deleted",
            None,
            "the bucket is deleted with every object in it, because `force_destroy` is set",
        )],
        _ => base.findings.clone(),
    };
    let fresh = |name: &str, value| Attribute {
        places: Places { before: None, after: Some(place("data.toml", 71)) },
        ..attribute(Path::field(name), Tree::Null, value, "data.toml", 71)
    };
    let created = vec![
        fresh("bucket", Tree::text("wordpress-uploads")),
        fresh("force_destroy", Tree::Bool(true)),
        fresh("tags", Tree::map([("stack", Tree::text("wordpress")), ("team", Tree::text("web"))])),
    ];
    Change {
        attributes: if action == Action::Create { created } else { Vec::new() },
        reason: (action == Action::Delete).then(|| "the manifest no longer has it".to_owned()),
        suggested_move: Some(Move { from: address("uploads"), to: address("media") }),
        findings,
        ..base
    }
}
