//! The documents that scripts read, held against their schemas.
//!
//! The schemas here say what is promised; more members may come, none may go.

use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::program::Stack;

/// Fails unless a document fits a schema.
#[track_caller]
pub fn fits(document: &Value, schema: &Value) {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let problems: Vec<String> =
        validator.iter_errors(document).map(|it| format!("{}: {it}", it.instance_path())).collect();
    assert!(problems.is_empty(), "{problems:#?}\n{document:#}");
}

/// An object with at least these members.
pub fn object(members: Value) -> Value {
    let required: Vec<&String> = members.as_object().expect("members").keys().collect();
    json!({ "type": "object", "required": required, "properties": members })
}

/// A list of such.
pub fn list(of: Value) -> Value {
    json!({ "type": "array", "items": of })
}

fn map(of: Value) -> Value {
    json!({ "type": "object", "additionalProperties": of })
}

fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// A text that says something.
pub fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

/// The document of a failure.
pub fn failure(code: &str, exit: i32) -> Value {
    let maybe = json!({ "type": ["string", "null"] });
    object(json!({ "error": object(json!({
        "code": { "const": code }, "message": text(), "address": maybe, "request_id": maybe, "exit": { "const": exit },
    })) }))
}

fn plan() -> Value {
    let change = object(json!({
        "address": text(),
        "kind": text(),
        "action": { "enum": ["create", "update", "replace", "delete", "adopt", "forget", "move", "record"] },
        "attributes": list(object(json!({
            "path": text(),
            "before": {},
            "after": {},
            "cause": { "enum": ["manifest", "drift", "dependency", "default"] },
            "effect": { "enum": ["in-place", "replace", "record"] },
        }))),
        "after": list(text()),
    }));
    let mut schema = object(json!({
        "format": { "const": 1 },
        "stack": text(),
        "environment": { "type": ["string", "null"] },
        "serial": count(),
        "summary": object(json!({
            "create": count(), "update": count(), "replace": count(), "delete": count(), "adopt": count(),
            "forget": count(), "move": count(), "record": count(), "unchanged": count(),
        })),
        "changes": list(change),
        "drift": list(object(json!({ "address": text(), "path": text(), "last_applied": {}, "live": {} }))),
        "outputs": { "type": "object" },
        "aws_calls": object(json!({ "total": count(), "by_operation": map(count()) })),
        "state_calls": count(),
        "elapsed_ms": count(),
    }));
    schema["properties"]["summary"]["additionalProperties"] = false.into();
    schema
}

fn event() -> Value {
    let about = json!({ "address": text(), "operation": text() });
    let with = |name: &str, more: Value| {
        let mut members = json!({ "event": { "const": name } });
        for part in [&about, &more] {
            let part = part.as_object().expect("members").clone();
            members.as_object_mut().expect("members").extend(part);
        }
        object(members)
    };
    json!({ "oneOf": [
        object(json!({ "event": { "const": "planned" }, "operations": count() })),
        with("started", json!({})),
        with("progress", json!({ "elapsed_ms": count() })),
        with("finished", json!({ "elapsed_ms": count() })),
        with("failed", json!({ "elapsed_ms": count(), "error": object(json!({ "message": text() })) })),
        with("skipped", json!({})),
        object(json!({
            "event": { "const": "summary" }, "created": count(), "updated": count(), "replaced": count(),
            "deleted": count(), "adopted": count(), "forgotten": count(), "failed": count(), "skipped": count(),
            "aws_calls": count(), "aws_calls_by_operation": map(count()), "aws_calls_waiting": map(count()),
            "elapsed_ms": count(),
        })),
    ] })
}

#[test]
fn plans_and_events_of_the_wordpress_stack() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    let document = stack.run("plan --json").exits(0).json();
    fits(&document, &plan());
    let changes = document["changes"].as_array().expect("changes");
    let of = |address: &str| {
        let change = changes.iter().find(|it| it["address"] == address);
        change.unwrap_or_else(|| panic!("{address} is missing"))
    };
    let value = |address: &str, path: &str| -> Value {
        let attributes = of(address)["attributes"].as_array().expect("attributes");
        let attribute = attributes.iter().find(|it| it["path"] == path);
        attribute.unwrap_or_else(|| panic!("{address} {path} is missing: {attributes:#?}"))["after"].clone()
    };
    assert_eq!(
        value("aws_ecs_service.wordpress", "task_definition"),
        json!({ "$unknown": "arn of aws_ecs_task_definition.wordpress" })
    );
    let after = of("aws_ecs_service.wordpress")["after"].as_array().expect("a list");
    assert!(after.contains(&"aws_ecs_task_definition.wordpress".into()), "{after:?}");
    assert_eq!(document["outputs"]["cluster"]["after"], "dev-ecs-wordpress-ecs");

    let applied = stack.run("apply --yes --json").exits(0);
    let events = applied.events();
    for it in &events {
        fits(it, &event());
    }
    assert_eq!(events[0]["event"], "planned");
    let summary = applied.summary();
    assert_eq!((&summary["created"], &summary["adopted"], &summary["failed"]), (&15.into(), &3.into(), &0.into()));
    let finished = events.iter().filter(|it| it["event"] == "finished").count();
    let started = events.iter().filter(|it| it["event"] == "started").count();
    assert_eq!((started, &events[0]["operations"]), (finished, &finished.into()));

    let document = stack.run("plan --json").exits(0).json();
    fits(&document, &plan());
    assert_eq!((&document["changes"], &document["summary"]["unchanged"]), (&json!([]), &18.into()));
    let document = stack.run("plan --json --destroy").exits(0).json();
    fits(&document, &plan());
    assert_eq!((&document["summary"]["delete"], &document["summary"]["forget"]), (&15.into(), &3.into()));

    let outputs = stack.run("output --json").exits(0).json();
    fits(&outputs, &map(object(json!({ "value": {}, "sensitive": { "type": "boolean" } }))));
    assert_eq!(outputs["database_user"], json!({ "value": "wordpress", "sensitive": false }));

    let destroyed = stack.run("destroy --yes --json").exits(0);
    for it in destroyed.events() {
        fits(&it, &event());
    }
    assert_eq!((&destroyed.summary()["deleted"], &destroyed.summary()["forgotten"]), (&15.into(), &3.into()));
}

#[test]
fn diagnostics() {
    let text_of = r#"[resource.aws_db_instance.main]
identifier             = "ä-db"
instance_class         = "db.t3.micro"
vpc_security_group_id  = ["sg-1"]
"#;
    let stack = Stack::offline(&[("stack.toml", "[stack]\nname = \"s\"\n"), ("database.toml", text_of)]);
    let place = json!({ "type": ["integer", "null"], "minimum": 1 });
    let schema = object(json!({ "diagnostics": list(object(json!({
        "severity": { "enum": ["error", "warning"] },
        "code": { "type": "string", "pattern": "^[a-z]+(-[a-z]+)*$" },
        "message": text(),
        "help": { "type": ["string", "null"] },
        "file": { "type": ["string", "null"] },
        "line": place, "column": place, "end_line": place, "end_column": place,
        "labels": { "type": "array" },
    }))) }));
    let document = stack.run("validate --json").exits(1).json();
    fits(&document, &schema);
    let all = document["diagnostics"].as_array().expect("a list");
    let unknown = all.iter().find(|it| it["code"] == "unknown-argument").expect("the misspelt argument");
    let expect = json!(["error", "database.toml", 4, 1, 4, 22]);
    let members = ["severity", "file", "line", "column", "end_line", "end_column"];
    assert_eq!(Value::from_iter(members.map(|it| unknown[it].clone())), expect);
    assert_eq!(unknown["help"], "did you mean `vpc_security_group_ids`?");

    // Every other command prints the same document when the manifest is wrong.
    for line in ["plan --json", "apply --json --yes", "destroy --json", "graph --format json"] {
        assert_eq!(stack.run(line).exits(1).json(), document, "{line}");
    }
    let sarif = stack.run("validate --sarif").exits(1).json();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(all.len()));

    let stack = Stack::offline(&crate::program::SMALL);
    assert_eq!(stack.run("validate --json").exits(0).json(), json!({ "diagnostics": [] }));
}

#[test]
fn the_catalog() {
    let stack = Stack::offline(&[]);
    let document = stack.run("schema").exits(0).json();
    let row = object(json!({
        "path": text(),
        "type": { "type": "string", "pattern": r"^(string|bool|int|number|table|json|(list|set|map)\(.+\))$" },
        "required": { "type": "boolean" },
        "replace": { "type": "boolean" },
        "sensitive": { "type": "boolean" },
        "computed": { "type": "boolean" },
        "default": {},
        "doc": text(),
    }));
    let schema = object(json!({ "kinds": map(object(json!({ "inputs": list(row.clone()), "outputs": list(row) }))) }));
    fits(&document, &schema);
    let kinds = document["kinds"].as_object().expect("kinds");
    let inputs = kinds["aws_ecr_repository"]["inputs"].as_array().expect("rows");
    let scan = inputs.iter().find(|it| it["path"] == "image_scanning_configuration.scan_on_push").expect("the row");
    assert_eq!((&scan["type"], &scan["required"]), (&"bool".into(), &true.into()));
    assert!(inputs.iter().any(|it| it["path"] == "image_scanning_configuration"), "a block has a row too");
    for kind in ["aws_ecs_service", "aws_db_instance", "aws_default_vpc", "aws_secretsmanager_secret_version"] {
        assert!(kinds.contains_key(kind), "{kind}");
    }
    let editors = stack.run("schema --json-schema").exits(0).json();
    jsonschema::validator_for(&editors).expect("a JSON Schema");
}

#[test]
fn failures() {
    let stack = Stack::offline(&crate::program::SMALL);
    for (line, code, exit) in [
        ("plan --json --nope", "usage", 1),
        ("nonsense --json", "usage", 1),
        ("plan --json --parallelism 0", "usage", 1),
        ("apply --json --plan missing.json", "saved-plan", 1),
        ("plan --json -m nowhere", "no-manifest", 1),
        ("output --json nothing", "unknown-output", 1),
        ("state show --json aws_vpc.main", "state", 1),
    ] {
        fits(&stack.run(line).exits(exit).json(), &failure(code, exit));
    }
    let error = stack.run("plan --json").exits(3).json();
    assert_eq!(error["error"]["exit"], 3, "{error:#}");
}

#[test]
fn the_graph() {
    let stack = Stack::offline(&crate::program::SMALL);
    let document = stack.run("graph --format json").exits(0).json();
    fits(
        &document,
        &object(json!({ "nodes": list(object(json!({ "address": text() }))), "edges": { "type": "array" } })),
    );
    assert_eq!(document["nodes"].as_array().map(Vec::len), Some(2));
    assert_eq!(document["edges"].as_array().map(Vec::len), Some(1));
}
