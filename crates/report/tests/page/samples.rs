//! Reviews made by hand: a realistic one, a large one, a hostile one, an empty one.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::Diagnostic;
use model::plan::{Action, Cause, Drift, Effect};
use model::source::Span;
use model::{Address, Path, Pending, Planned, Secret, Tree};
use review::{
    Attribute, Change, Finding, Map, Move, Node, OutputChange, Place, Places, Released, Review, Sides, Verdict,
};

/// An address from its text.
pub fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

/// A value that is an attribute of a resource.
fn unknown(of: &str, attribute: &str) -> Planned {
    Tree::Hole(Pending::on(address(of), attribute))
}

fn text(value: &str) -> Planned {
    Tree::text(value)
}

fn secret(value: &str) -> Planned {
    Tree::Secret(Secret::plain(Tree::text(value)))
}

fn places(file: &str, before: usize, after: usize) -> Places {
    let place = |line| (line > 0).then(|| Place { file: file.to_owned(), line });
    Places { before: place(before), after: place(after) }
}

/// A change without anything, to be filled.
pub fn change(at: &str, action: Action, layer: &str, places: Places) -> Change {
    let address = address(at);
    Change {
        kind: address.kind.clone(),
        address,
        layer: layer.to_owned(),
        action,
        delete_first: false,
        deposed: None,
        attributes: Vec::new(),
        reason: None,
        findings: vec![finding(Verdict::Safe, "no-risk-known", "nothing here stops, is exposed or gets lost", None)],
        because_of: Vec::new(),
        moved_from: None,
        suggested_move: None,
        places,
    }
}

pub fn finding(verdict: Verdict, rule: &'static str, reason: &str, path: Option<&str>) -> Finding {
    Finding { verdict, rule, reason: reason.to_owned(), path: path.map(Path::field) }
}

pub fn attribute(path: &str, before: Planned, after: Planned, effect: Effect) -> Attribute {
    Attribute { path: Path::field(path), before, after, cause: Cause::Manifest, effect, places: Places::default() }
}

/// A map from layers with their addresses, and pairs of who is needed by whom.
pub fn map(layers: &[(&str, &[&str])], edges: &[(&str, &str)]) -> Map {
    let nodes: Vec<Node> = layers
        .iter()
        .flat_map(|(layer, addresses)| {
            addresses.iter().map(|it| Node { address: address(it), layer: (*layer).to_owned() })
        })
        .collect();
    let number = |of: &str| nodes.iter().position(|it| it.address == address(of)).expect("a node");
    let edges: BTreeSet<(usize, usize)> = edges.iter().map(|(one, other)| (number(one), number(other))).collect();
    Map { layers: layers.iter().map(|(layer, _)| (*layer).to_owned()).collect(), nodes, edges }
}

/// A review without changes.
pub fn empty() -> Review {
    Review {
        stack: "wordpress".to_owned(),
        sides: Sides::Plan { environment: Some("prod".to_owned()) },
        changes: Vec::new(),
        outputs: BTreeMap::new(),
        unchanged: 24,
        drift: Vec::new(),
        released: Vec::new(),
        refusals: Vec::new(),
        map: wordpress_map(),
    }
}

/// WordPress on ECS, changed in every way that a page shows.
pub fn wordpress() -> Review {
    Review {
        sides: Sides::Diff {
            before: "main:manifests/wordpress".to_owned(),
            after: "shop-launch:manifests/wordpress".to_owned(),
            environment: None,
        },
        changes: [network(), data(), rename(), application()].concat(),
        outputs: outputs(),
        unchanged: 14,
        released: vec![Released {
            address: address("aws_lb.main"),
            path: Path::field("idle_timeout"),
            value: Tree::Int(120),
            place: Some(Place { file: "edge.toml".to_owned(), line: 8 }),
        }],
        refusals: vec![
            Diagnostic::error(
                "prevent-destroy",
                Span::default(),
                "`aws_db_instance.main` would be replaced, and `prevent_destroy` forbids that",
            )
            .note("`identifier` changes, which AWS cannot do in place")
            .help("keep `identifier`, or take `prevent_destroy` away in a change of its own"),
        ],
        ..empty()
    }
}

fn network() -> Vec<Change> {
    let rule = |port: i64, from: Planned| {
        Tree::map([("port", Tree::Int(port)), ("protocol", text("tcp")), ("cidr_blocks", Tree::List(vec![from]))])
    };
    let mut group = change("aws_security_group.web", Action::Update, "network", places("network.toml", 41, 41));
    group.attributes = vec![Attribute {
        places: places("network.toml", 44, 44),
        ..attribute(
            "ingress",
            Tree::List(vec![rule(443, text("0.0.0.0/0")), rule(22, text("10.20.0.0/16"))]),
            Tree::List(vec![rule(443, text("0.0.0.0/0")), rule(22, text("0.0.0.0/0"))]),
            Effect::InPlace,
        )
    }];
    group.findings = vec![finding(
        Verdict::WiderExposure,
        "ingress-from-the-world",
        "port 22 (SSH) can be reached from everywhere, where only 10.20.0.0/16 could before",
        Some("ingress"),
    )];
    let mut subnet = change("aws_subnet.private[\"b\"]", Action::Replace, "network", places("network.toml", 23, 23));
    subnet.delete_first = true;
    subnet.attributes = vec![attribute("cidr_block", text("10.20.3.0/24"), text("10.20.8.0/22"), Effect::Replace)];
    subnet.findings = vec![finding(
        Verdict::Outage,
        "subnet-replaced",
        "everything in the subnet is moved out of it before the new one takes its place",
        Some("cidr_block"),
    )];
    vec![subnet, group]
}

fn data() -> Vec<Change> {
    let mut database = change("aws_db_instance.main", Action::Replace, "data", places("data.toml", 12, 12));
    database.reason = Some("AWS cannot change `identifier` of a database without a snapshot and a restore".to_owned());
    database.delete_first = true;
    database.attributes = vec![
        Attribute {
            places: places("data.toml", 13, 13),
            ..attribute("identifier", text("wordpress"), text("shop"), Effect::Replace)
        },
        attribute("engine_version", text("8.0.36"), text("8.4.3"), Effect::InPlace),
        attribute("instance_class", text("db.t4g.small"), text("db.m7g.large"), Effect::InPlace),
        attribute("password", secret("hunter2"), secret("hunter3"), Effect::InPlace),
        attribute("monitoring_interval", Tree::Null, Tree::Int(60), Effect::InPlace),
        Attribute {
            cause: Cause::Default,
            ..attribute("backup_retention_period", Tree::Int(30), Tree::Int(1), Effect::InPlace)
        },
    ];
    database.findings = vec![
        finding(
            Verdict::DataLoss,
            "database-replaced",
            "the database is deleted with everything in it, and an empty one takes its place",
            Some("identifier"),
        ),
        finding(Verdict::Outage, "database-replaced", "nothing answers until the new database has its data", None),
        finding(
            Verdict::Cost,
            "instance-class-up",
            "db.m7g.large costs more than db.t4g.small",
            Some("instance_class"),
        ),
    ];
    let mut target =
        change("aws_efs_mount_target.content[\"b\"]", Action::Replace, "data", places("data.toml", 51, 51));
    target.because_of = vec![address("aws_subnet.private[\"b\"]")];
    target.delete_first = true;
    target.attributes = vec![Attribute {
        cause: Cause::Dependency,
        ..attribute(
            "subnet_id",
            unknown("aws_subnet.private[\"b\"]", "id"),
            unknown("aws_subnet.private[\"b\"]", "id"),
            Effect::Replace,
        )
    }];
    target.findings = vec![finding(
        Verdict::BriefInterruption,
        "mount-target-replaced",
        "tasks in this subnet lose the file system until the new mount target is there",
        None,
    )];
    let mut logs = change("aws_cloudwatch_log_group.wordpress", Action::Update, "data", places("data.toml", 70, 71));
    logs.attributes = vec![attribute("retention_in_days", Tree::Int(90), Tree::Int(14), Effect::InPlace)];
    logs.findings = vec![finding(
        Verdict::DataLoss,
        "log-retention-shortened",
        "log events older than 14 days are deleted",
        Some("retention_in_days"),
    )];
    vec![database, target, logs]
}

fn rename() -> Vec<Change> {
    let suggested = Move { from: address("aws_s3_bucket.uploads"), to: address("aws_s3_bucket.media") };
    let mut gone = change("aws_s3_bucket.uploads", Action::Delete, "data", places("data.toml", 60, 0));
    gone.suggested_move = Some(suggested.clone());
    gone.findings = vec![finding(
        Verdict::DataLoss,
        "bucket-deleted",
        "the bucket is deleted; AWS refuses while objects are in it, and `force_destroy` deletes them too",
        None,
    )];
    let mut new = change("aws_s3_bucket.media", Action::Create, "data", places("data.toml", 0, 60));
    new.suggested_move = Some(suggested);
    new.attributes = vec![
        attribute("bucket", Tree::Null, text("example-wordpress-uploads"), Effect::InPlace),
        attribute("force_destroy", Tree::Null, Tree::Bool(true), Effect::InPlace),
        attribute(
            "tags",
            Tree::Null,
            Tree::map([("environment", text("prod")), ("team", text("shop"))]),
            Effect::InPlace,
        ),
    ];
    vec![gone, new]
}

fn statement(sid: &str, actions: &[&str], resource: &str) -> serde_json::Value {
    serde_json::json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource })
}

fn policy(actions: &[&str], resource: &str) -> Planned {
    let document = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [
            statement("Logs", &["logs:PutLogEvents"], "${aws_cloudwatch_log_group.wordpress.arn}:*"),
            statement("Secret", &["secretsmanager:GetSecretValue"], "${aws_secretsmanager_secret.database.arn}"),
            statement("Media", actions, resource),
        ],
    });
    text(&document.to_string())
}

fn containers(image: &str, memory: i64, extra: bool) -> Planned {
    let mut environment = vec![
        serde_json::json!({ "name": "WORDPRESS_DB_HOST", "value": "${aws_db_instance.main.address}" }),
        serde_json::json!({ "name": "WORDPRESS_DB_NAME", "value": "wordpress" }),
    ];
    if extra {
        environment.push(serde_json::json!({ "name": "WORDPRESS_SHOP", "value": "on" }));
    }
    let document = serde_json::json!([{
        "name": "wordpress", "image": image, "memory": memory, "essential": true,
        "portMappings": [{ "containerPort": 8080, "protocol": "tcp" }],
        "environment": environment,
        "mountPoints": [{ "sourceVolume": "content", "containerPath": "/var/www/html/wp-content" }],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": { "awslogs-group": "/wordpress/prod", "awslogs-stream-prefix": "web" },
        },
    }]);
    text(&document.to_string())
}

fn application() -> Vec<Change> {
    let mut role = change("aws_iam_role_policy.task", Action::Update, "application", places("application.toml", 9, 9));
    role.attributes = vec![attribute(
        "policy",
        policy(&["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::example-wordpress-uploads/*"),
        policy(&["s3:*"], "arn:aws:s3:::*"),
        Effect::InPlace,
    )];
    role.findings = vec![finding(
        Verdict::WiderExposure,
        "policy-widened",
        "the statement `Media` now allows all of S3 on every bucket, where it allowed two actions on one",
        Some("policy"),
    )];
    let mut task =
        change("aws_ecs_task_definition.wordpress", Action::Replace, "application", places("application.toml", 28, 28));
    task.because_of = vec![address("aws_db_instance.main")];
    task.attributes = vec![attribute(
        "container_definitions",
        containers("wordpress:6.6-apache", 512, false),
        containers("wordpress:6.8-apache", 1024, true),
        Effect::Replace,
    )];
    task.findings = vec![finding(Verdict::Safe, "no-risk-known", "a new revision is rolled out task by task", None)];
    let mut service =
        change("aws_ecs_service.wordpress", Action::Update, "application", places("application.toml", 55, 56));
    service.because_of =
        vec![address("aws_ecs_task_definition.wordpress"), address("aws_efs_mount_target.content[\"b\"]")];
    service.attributes = vec![
        attribute("desired_count", Tree::Int(2), Tree::Int(4), Effect::InPlace),
        Attribute {
            cause: Cause::Dependency,
            ..attribute(
                "task_definition",
                unknown("aws_ecs_task_definition.wordpress", "arn"),
                unknown("aws_ecs_task_definition.wordpress", "arn"),
                Effect::InPlace,
            )
        },
    ];
    service.findings =
        vec![finding(Verdict::Cost, "count-up", "4 tasks run where 2 ran before", Some("desired_count"))];
    let mut listener = change("aws_lb_listener.https", Action::Move, "edge", places("edge.toml", 20, 31));
    listener.moved_from = Some(address("aws_lb_listener.main"));
    listener.reason = Some("known under a new address, as `[[moved]]` says".to_owned());
    let mut balancer = change("aws_lb.main", Action::Update, "edge", places("edge.toml", 5, 5));
    let tags =
        |team: &str| Tree::map([("environment", text("prod")), ("stack", text("wordpress")), ("team", text(team))]);
    balancer.attributes =
        vec![Attribute { cause: Cause::Drift, ..attribute("tags", tags("web"), tags("shop"), Effect::InPlace) }];
    vec![role, task, service, balancer, listener]
}

fn outputs() -> BTreeMap<String, OutputChange> {
    let output = |before: Planned, after: Planned, sensitive: bool| OutputChange {
        before,
        after,
        sensitive,
        places: places("stack.toml", 30, 31),
    };
    BTreeMap::from([
        (
            "database_address".to_owned(),
            output(unknown("aws_db_instance.main", "address"), unknown("aws_db_instance.main", "address"), false),
        ),
        ("media_bucket".to_owned(), output(Tree::Null, unknown("aws_s3_bucket.media", "arn"), false)),
        ("url".to_owned(), output(text("https://blog.example.com"), text("https://shop.example.com"), false)),
        ("admin_password".to_owned(), output(secret("hunter2"), secret("hunter3"), true)),
    ])
}

fn wordpress_map() -> Map {
    map(
        &[
            (
                "network",
                &[
                    "data.aws_availability_zones.here",
                    "aws_vpc.main",
                    "aws_internet_gateway.main",
                    "aws_subnet.public[\"a\"]",
                    "aws_subnet.public[\"b\"]",
                    "aws_subnet.private[\"a\"]",
                    "aws_subnet.private[\"b\"]",
                    "aws_route_table.public",
                    "aws_security_group.web",
                    "aws_security_group.database",
                ],
            ),
            (
                "data",
                &[
                    "aws_db_subnet_group.main",
                    "aws_secretsmanager_secret.database",
                    "aws_db_instance.main",
                    "aws_efs_file_system.content",
                    "aws_efs_mount_target.content[\"a\"]",
                    "aws_efs_mount_target.content[\"b\"]",
                    "aws_s3_bucket.uploads",
                    "aws_s3_bucket.media",
                    "aws_cloudwatch_log_group.wordpress",
                ],
            ),
            (
                "application",
                &[
                    "aws_iam_role.task",
                    "aws_iam_role_policy.task",
                    "aws_ecs_cluster.main",
                    "aws_ecs_task_definition.wordpress",
                    "aws_ecs_service.wordpress",
                ],
            ),
            ("edge", &["aws_lb.main", "aws_lb_target_group.web", "aws_lb_listener.https"]),
        ],
        &[
            ("data.aws_availability_zones.here", "aws_subnet.public[\"a\"]"),
            ("data.aws_availability_zones.here", "aws_subnet.public[\"b\"]"),
            ("aws_vpc.main", "aws_internet_gateway.main"),
            ("aws_vpc.main", "aws_subnet.public[\"a\"]"),
            ("aws_vpc.main", "aws_subnet.public[\"b\"]"),
            ("aws_vpc.main", "aws_subnet.private[\"a\"]"),
            ("aws_vpc.main", "aws_subnet.private[\"b\"]"),
            ("aws_internet_gateway.main", "aws_route_table.public"),
            ("aws_vpc.main", "aws_security_group.web"),
            ("aws_security_group.web", "aws_security_group.database"),
            ("aws_subnet.private[\"a\"]", "aws_db_subnet_group.main"),
            ("aws_subnet.private[\"b\"]", "aws_db_subnet_group.main"),
            ("aws_db_subnet_group.main", "aws_db_instance.main"),
            ("aws_security_group.database", "aws_db_instance.main"),
            ("aws_secretsmanager_secret.database", "aws_db_instance.main"),
            ("aws_efs_file_system.content", "aws_efs_mount_target.content[\"a\"]"),
            ("aws_subnet.private[\"a\"]", "aws_efs_mount_target.content[\"a\"]"),
            ("aws_efs_file_system.content", "aws_efs_mount_target.content[\"b\"]"),
            ("aws_subnet.private[\"b\"]", "aws_efs_mount_target.content[\"b\"]"),
            ("aws_iam_role.task", "aws_iam_role_policy.task"),
            ("aws_cloudwatch_log_group.wordpress", "aws_iam_role_policy.task"),
            ("aws_s3_bucket.media", "aws_iam_role_policy.task"),
            ("aws_s3_bucket.uploads", "aws_iam_role_policy.task"),
            ("aws_iam_role_policy.task", "aws_ecs_task_definition.wordpress"),
            ("aws_db_instance.main", "aws_ecs_task_definition.wordpress"),
            ("aws_ecs_task_definition.wordpress", "aws_ecs_service.wordpress"),
            ("aws_ecs_cluster.main", "aws_ecs_service.wordpress"),
            ("aws_efs_mount_target.content[\"a\"]", "aws_ecs_service.wordpress"),
            ("aws_efs_mount_target.content[\"b\"]", "aws_ecs_service.wordpress"),
            ("aws_subnet.public[\"a\"]", "aws_lb.main"),
            ("aws_subnet.public[\"b\"]", "aws_lb.main"),
            ("aws_security_group.web", "aws_lb.main"),
            ("aws_vpc.main", "aws_lb_target_group.web"),
            ("aws_lb.main", "aws_lb_listener.https"),
            ("aws_lb_target_group.web", "aws_lb_listener.https"),
            ("aws_lb_listener.https", "aws_ecs_service.wordpress"),
        ],
    )
}

/// Everything that a stranger can write into a manifest or AWS, as hostile as can be.
pub const HOSTILE: &str = "</script></style><img src=x onerror=alert(1)>\"'&<!--";

/// A review in which every text is [`HOSTILE`], and every secret is `hunter2`.
pub fn hostile() -> Review {
    let address = Address::managed("aws_x", "y").member(HOSTILE);
    let other = Address::managed(HOSTILE, HOSTILE);
    let value = || Tree::map([(HOSTILE, text(HOSTILE)), ("secret", secret("hunter2"))]);
    let hole = || Tree::Hole(Pending::on(address.clone(), HOSTILE));
    let place = Place { file: HOSTILE.to_owned(), line: 1 };
    let places = Places { before: Some(place.clone()), after: Some(Place { line: 2, ..place.clone() }) };
    let long = |it: &str| text(&format!("{}{it}", HOSTILE.repeat(4)));
    let mut change = change("aws_x.y", Action::Replace, HOSTILE, places.clone());
    change.address = address.clone();
    change.attributes = vec![
        Attribute { places: places.clone(), ..attribute(HOSTILE, value(), hole(), Effect::Replace) },
        attribute("long", long("a"), long("b"), Effect::InPlace),
        attribute("lines", text(&format!("{HOSTILE}\n1")), text(&format!("{HOSTILE}\n2")), Effect::InPlace),
    ];
    change.reason = Some(HOSTILE.to_owned());
    change.findings = vec![Finding {
        verdict: Verdict::DataLoss,
        rule: "database-replaced",
        reason: HOSTILE.to_owned(),
        path: Some(Path::field(HOSTILE)),
    }];
    change.because_of = vec![other.clone()];
    change.moved_from = Some(other.clone());
    change.suggested_move = Some(Move { from: other.clone(), to: address.clone() });
    let node = |address: &Address| Node { address: address.clone(), layer: HOSTILE.to_owned() };
    Review {
        stack: HOSTILE.to_owned(),
        sides: Sides::Diff { before: HOSTILE.to_owned(), after: HOSTILE.to_owned(), environment: None },
        outputs: BTreeMap::from([(
            HOSTILE.to_owned(),
            OutputChange { before: value(), after: secret("hunter2"), sensitive: true, places },
        )]),
        unchanged: 0,
        drift: vec![Drift {
            address: address.clone(),
            path: Path::field(HOSTILE),
            last_applied: Tree::text(HOSTILE),
            live: Tree::Null,
        }],
        released: vec![Released {
            address: address.clone(),
            path: Path::field(HOSTILE),
            value: value(),
            place: Some(place),
        }],
        refusals: vec![Diagnostic::error("x", Span::default(), HOSTILE).note(HOSTILE).help(HOSTILE)],
        map: Map {
            layers: vec![HOSTILE.to_owned()],
            nodes: vec![node(&other), node(&address)],
            edges: BTreeSet::from([(0, 1)]),
        },
        changes: vec![change],
    }
}

/// `count` resources that all change, in layers of fifty, each depending on up to two before it.
pub fn many(count: usize) -> Review {
    let kinds = ["aws_subnet", "aws_security_group", "aws_ecs_service", "aws_iam_role_policy", "aws_db_instance"];
    let actions = [Action::Update, Action::Create, Action::Replace, Action::Update, Action::Delete];
    let at = |index: usize| Address::managed(kinds[index % kinds.len()], format!("tenant_{index:04}"));
    let layer = |index: usize| format!("layer-{:02}", index / 50);
    let needs =
        |index: usize| [index.checked_sub(7), index.is_multiple_of(3).then_some(index / 2).filter(|it| *it != index)];
    let change = |index: usize| {
        let verdict = Verdict::ALL[(index * 7) % 11 % Verdict::ALL.len()];
        let mut change = change(
            &at(index).to_string(),
            actions[index % actions.len()],
            &layer(index),
            places("tenants.toml", index * 9 + 1, index * 9 + 1),
        );
        let document = |size: usize| policy(&["s3:GetObject"], &format!("arn:aws:s3:::tenant-{index}-{size}/*"));
        change.attributes = vec![
            attribute("name", text(&format!("tenant-{index}")), text(&format!("customer-{index}")), Effect::InPlace),
            attribute("policy", document(1), document(2), Effect::InPlace),
        ];
        change.findings = vec![finding(
            verdict,
            "a-rule-of-the-sample",
            &format!("tenant {index} is changed in a way that is {verdict}"),
            Some("name"),
        )];
        change.because_of = needs(index).into_iter().flatten().take(1).map(at).collect();
        change
    };
    Review {
        stack: "tenants".to_owned(),
        drift: vec![
            Drift { address: at(3), path: Path::default(), last_applied: Tree::Null, live: Tree::Null },
            Drift { address: at(4), path: Path::field("size"), last_applied: Tree::Int(20), live: Tree::Int(40) },
        ],
        changes: (0..count).map(change).collect(),
        unchanged: 0,
        map: Map {
            layers: (0..count.div_ceil(50)).map(|it| format!("layer-{it:02}")).collect(),
            nodes: (0..count).map(|it| Node { address: at(it), layer: layer(it) }).collect(),
            edges: (0..count).flat_map(|it| needs(it).into_iter().flatten().map(move |on| (on, it))).collect(),
        },
        ..empty()
    }
}
