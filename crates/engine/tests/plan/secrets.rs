//! Secrets: compared, never shown.

use model::state::Status;
use model::{Known, Secret, Tree};

use crate::world::{World, shown};
use crate::{check, service};

const VARIABLE: &str = "[variables.password]\nsensitive = true\n";

fn text() -> String {
    VARIABLE.to_owned() + &service("password = \"${var.password}\"")
}

fn given(world: &mut World, value: Option<&str>) {
    world.given.options.clear();
    if let Some(value) = value {
        world.given.options.insert("password".into(), value.into());
    }
}

#[test]
fn what_aws_never_tells_compares_with_what_state_remembers() {
    let mut world = World::new();
    given(&mut world, Some("hunter22"));
    world.apply(&text());
    let state = serde_json::to_string(&world.state).expect("serialises");
    assert!(!state.contains("hunter22") && state.contains("$fingerprint"));
    check(&mut world, &text(), "");
    given(&mut world, None);
    check(&mut world, &text(), "");
    given(&mut world, Some("other"));
    check(
        &mut world,
        &text(),
        "
        update aws_service.web
          password: {\"$secret\":true} -> {\"$secret\":true} (manifest, in-place)
        ",
    );
    let plan = world.plan(&text());
    assert!(!format!("{plan:?}").contains("hunter22") && !format!("{plan:?}").contains("other\""));
}

#[test]
fn a_doubtful_fingerprint_differs() {
    let mut world = World::new();
    given(&mut world, Some("hunter22"));
    world.apply(&text());
    world.current("aws_service.web").status = Status::Updating;
    let plan = world.plan(&text());
    assert_eq!(plan.changes[0].attributes.len(), 1, "{}", shown(&plan));
}

#[test]
fn a_secret_that_is_nowhere_is_missing() {
    let mut world = World::new();
    let plan = world.plan(&text());
    let missing = engine::plan::missing_secrets(&plan);
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].1.to_string(), "password");
    given(&mut world, Some("hunter22"));
    world.apply(&text());
    given(&mut world, None);
    assert!(engine::plan::missing_secrets(&world.plan(&text())).is_empty());
}

#[test]
fn secrets_that_aws_holds_compare_by_their_stamp() {
    let text = |length: i64| {
        format!("[resource.aws_secret.db]\nlength = {length}\n") + &service("password = \"${aws_secret.db.text}\"")
    };
    let mut world = World::with(&text(16));
    assert!(serde_json::to_string(&world.state).expect("serialises").contains("$stamp"));
    check(&mut world, &text(16), "");
    check(
        &mut world,
        &text(20),
        "
        update aws_secret.db
          length: 16 -> 20 (manifest, in-place)
        update aws_service.web
          password: {\"$secret\":true} -> {\"$secret\":true} (dependency, in-place)
        ",
    );
}

#[test]
fn live_values_that_stand_for_secrets_are_hidden() {
    let text = VARIABLE.to_owned() + &service("task = \"${var.password}\"");
    let mut world = World::new();
    given(&mut world, Some("hunter22"));
    world.apply(&text);
    let plain = Known::text("hunter22");
    world.meddle("aws_service.web", "task", plain);
    check(&mut world, &text, "");
    world.meddle("aws_service.web", "task", Known::text("meddled"));
    let plan = world.plan(&text);
    assert!(!format!("{plan:?}").contains("meddled"), "{plan:?}");
    assert_eq!(plan.drift.len(), 1);
    assert!(matches!(plan.drift[0].live, Tree::Secret(Secret::Plain { .. })));
}

#[test]
fn sensitive_outputs_are_compared_and_hidden() {
    let text = VARIABLE.to_owned() + "[outputs.password]\nvalue = \"${var.password}\"\nsensitive = true\n";
    let mut world = World::new();
    given(&mut world, Some("hunter22"));
    check(&mut world, &text, "output password: null -> {\"$secret\":true}");
    world.apply(&text);
    check(&mut world, &text, "");
    given(&mut world, None);
    check(&mut world, &text, "");
    given(&mut world, Some("other"));
    check(&mut world, &text, "output password: {\"$secret\":true} -> {\"$secret\":true}");
}

#[test]
fn secrets_inside_documents_compare_leaf_by_leaf() {
    let text = VARIABLE.to_owned()
        + "[resource.aws_task.web]\nfamily = \"web\"\n[[resource.aws_task.web.containers]]\nname = \"web\"\n\
           environment = [{ name = \"P\", value = \"${var.password}\" }, { name = \"Q\", value = \"q\" }]\n";
    let mut world = World::new();
    given(&mut world, Some("hunter22"));
    world.apply(&text);
    let live = r#"[{"name":"web","environment":[{"name":"Q","value":"q"},{"name":"P","value":"hunter22"}]}]"#;
    let live = Known::from_json(&serde_json::from_str(live).expect("JSON"));
    world.meddle("aws_task.web", "containers", live);
    check(&mut world, &text, "");
    given(&mut world, None);
    check(&mut world, &text, "");
    given(&mut world, Some("another1"));
    let plan = world.plan(&text);
    assert_eq!(plan.changes[0].attributes[0].path.to_string(), "containers[\"web\"].environment[\"P\"].value");
    assert!(!format!("{plan:?}").contains("hunter22"), "the live value in clear is veiled everywhere");
}
