//! JSON documents.

use model::Known;

use crate::check;
use crate::world::World;

fn task(containers: &str) -> String {
    format!("[resource.aws_task.web]\nfamily = \"web\"\n{containers}")
}

fn container(more: &str) -> String {
    format!("[[resource.aws_task.web.containers]]\nname = \"web\"\n{more}\n")
}

fn live(json: &str) -> Known {
    Known::from_json(&serde_json::from_str(json).expect("JSON"))
}

#[test]
fn objects_compare_by_the_keys_that_are_set() {
    let text = task(&container(
        "image = \"a\"\nportMappings = [{ containerPort = 80 }]\nenvironment = [{ name = \"A\", value = \"1\" }]",
    ));
    let mut world = World::with(&text);
    world.meddle(
        "aws_task.web",
        "containers",
        live(
            r#"[{"name":"web","image":"a","cpu":0,"environment":[{"name":"A","value":"1"}],"volumesFrom":[],
                "portMappings":[{"containerPort":80,"hostPort":80,"protocol":"tcp"}]}]"#,
        ),
    );
    check(&mut world, &text, "");
    check(
        &mut world,
        &text.replace("\"a\"", "\"b\""),
        "
        replace aws_task.web: `containers[\"web\"].image` cannot change in place
          containers[\"web\"].image: \"a\" -> \"b\" (manifest, replace)
        ",
    );
    check(
        &mut world,
        &text.replace("\"1\"", "\"2\""),
        "
        replace aws_task.web: `containers[\"web\"].environment[\"A\"].value` cannot change in place
          containers[\"web\"].environment[\"A\"].value: \"1\" -> \"2\" (manifest, replace)
        ",
    );
}

#[test]
fn a_key_that_is_no_longer_set_is_a_change() {
    let mut world = World::with(&task(&container("image = \"a\"\ncpu = 5")));
    let plan = world.plan(&task(&container("image = \"a\"")));
    assert_eq!(plan.operations.len(), 2, "{plan:#?}");
}

#[test]
fn order_and_form_of_objects_say_nothing() {
    let other = "[[resource.aws_task.web.containers]]\nname = \"side\"\nimage = \"s\"\n";
    let mut world = World::with(&task(&(container("image = \"a\"") + other)));
    check(&mut world, &task(&(other.to_owned() + &container("image = \"a\""))), "");
    let text = "[resource.aws_task.web]\nfamily = \"web\"\n\
        containers = '[{\"image\":\"a\",\"name\":\"web\"},{\"name\":\"side\",\"image\":\"s\",\"environment\":[]}]'";
    check(&mut world, text, "");
    check(
        &mut world,
        &task(&container("image = \"a\"")),
        "
        replace aws_task.web: `containers[\"side\"]` cannot change in place
          containers[\"side\"]: {\"image\":\"s\",\"name\":\"side\"} -> null (manifest, replace)
        ",
    );
}

#[test]
fn policies_compare_by_meaning() {
    let role =
        |policy: &str| format!("[resource.aws_role.web]\nname = \"web\"\n[resource.aws_role.web.policy]\n{policy}");
    let text = role(
        "Version = \"2012-10-17\"\n[[resource.aws_role.web.policy.Statement]]\nEffect = \"Allow\"\n\
         Action = [\"sts:AssumeRole\"]\nPrincipal = { AWS = \"123456789012\" }",
    );
    let mut world = World::with(&text);
    let same = r#"{"Statement":{"Principal":{"AWS":["arn:aws:iam::123456789012:root"]},"Action":"sts:AssumeRole","Effect":"Allow"},"Version":"2012-10-17"}"#;
    world.meddle("aws_role.web", "policy", live(same));
    check(&mut world, &text, "");
    world.meddle("aws_role.web", "policy", Known::text(same));
    check(&mut world, &text, "");
    world.meddle("aws_role.web", "policy", live(&same.replace("Allow", "Deny")));
    let plan = world.plan(&text);
    assert_eq!(plan.changes.len(), 1);
    assert_eq!(plan.changes[0].attributes[0].path.to_string(), "policy");
}

#[test]
fn other_documents_compare_as_json_values() {
    let service = |document: &str| crate::service(&format!("document = {document}"));
    let mut world = World::with(&service("{ a = 1, b = [1, 2] }"));
    check(&mut world, &service("'{\"b\":[1,2],\"a\":1.0}'"), "");
    world.meddle("aws_service.web", "document", Known::text("{\"b\": [1, 2], \"a\": 1}"));
    check(&mut world, &service("{ a = 1, b = [1, 2] }"), "");
    let plan = world.plan(&service("{ a = 1, b = [2, 1] }"));
    assert_eq!(plan.changes.len(), 1);
}

#[test]
fn a_revision_has_only_what_is_set() {
    let with_role = "[resource.aws_task.web]\nfamily = \"web\"\nrole = \"r\"\n";
    let without = "[resource.aws_task.web]\nfamily = \"web\"\n";
    let mut world = World::with(with_role);
    check(
        &mut world,
        without,
        "
        replace aws_task.web: `role` cannot change in place
          role: \"r\" -> null (default, replace)
        ",
    );
    world.apply(without);
    check(&mut world, without, "");
}
