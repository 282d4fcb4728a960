//! What is made anew, in which order, and what it drags along.

use crate::world::World;
use crate::{check, check_operations, check_refused, service};

fn group(name: &str, more: &str) -> String {
    format!("[resource.aws_group.web]\n{name}\n{more}\n")
}

#[test]
fn without_a_collision_the_new_one_comes_first() {
    let text = |name: &str| group(name, "") + &service("group_ids = [\"${aws_group.web.id}\"]");
    let mut world = World::with(&text("name = \"one\""));
    check_operations(
        &mut world,
        &text("name = \"two\""),
        "
        create aws_group.web
        update aws_service.web [group_ids] after create aws_group.web (must-exist)
        delete aws_group.web web-1* after create aws_group.web (blocks-delete), update aws_service.web [group_ids] (blocks-delete)
        ",
    );
    check_operations(
        &mut world,
        &text("name_prefix = \"one\""),
        "
        create aws_group.web
        update aws_service.web [group_ids] after create aws_group.web (must-exist)
        delete aws_group.web web-1* after create aws_group.web (blocks-delete), update aws_service.web [group_ids] (blocks-delete)
        ",
    );
    world.apply(&text("name = \"two\""));
    check(&mut world, &text("name = \"two\""), "");
}

#[test]
fn with_a_collision_users_let_go_first() {
    let text = |description: &str, more: &str| {
        group("name = \"one\"", &format!("description = \"{description}\""))
            + "[resource.aws_group.other]\nname = \"other\"\n"
            + &service(&format!("group_ids = [{more}\"${{aws_group.web.id}}\"]"))
    };
    let mut world = World::with(&text("a", ""));
    check_operations(
        &mut world,
        &text("b", ""),
        "
        update aws_service.web [group_ids]
        delete aws_group.web web-1 after update aws_service.web [group_ids] (blocks-delete)
        create aws_group.web after delete aws_group.web web-1 (name-is-exclusive)
        update aws_service.web [group_ids] after create aws_group.web (must-exist), update aws_service.web [group_ids] (must-exist)
        ",
    );
    world.apply(&text("b", ""));
    check(&mut world, &text("b", ""), "");
}

#[test]
fn a_user_that_cannot_let_go_is_a_dead_end() {
    let text = |path: &str| {
        format!("[resource.aws_role.web]\nname = \"web\"\npath = \"{path}\"\n")
            + &service("task = \"${aws_role.web.arn}\"")
    };
    let mut world = World::with(&text("/a/"));
    check_refused(
        &mut world,
        &text("/b/"),
        "
        replacement-stuck: `aws_role.web` cannot be replaced while `aws_service.web` uses it
          its old object has to go before the new one comes, `aws_service.web` has to let go of the old one first, and its `task` cannot be left empty until the new one is there
          the reference that is in the way
          help: give it a new `name`, or use `name_prefix`, so that the new object can be there before the old one goes
        ",
    );
}

#[test]
fn users_by_name_go_and_come_with_it() {
    let text = |path: &str| {
        format!("[resource.aws_role.web]\nname = \"web\"\npath = \"{path}\"\n")
            + "[resource.aws_attachment.web]\nrole = \"${aws_role.web.name}\"\npolicy = \"p\"\n"
    };
    let mut world = World::with(&text("/a/"));
    check_operations(
        &mut world,
        &text("/b/"),
        "
        delete aws_attachment.web web-2
        delete aws_role.web web-1 after delete aws_attachment.web web-2 (blocks-delete)
        create aws_role.web after delete aws_role.web web-1 (name-is-exclusive)
        create aws_attachment.web after create aws_role.web (must-exist), delete aws_attachment.web web-2 (name-is-exclusive)
        ",
    );
    world.apply(&text("/b/"));
    check(&mut world, &text("/b/"), "");
}

#[test]
fn natural_keys_collide_too() {
    let text = |policy: &str| format!("[resource.aws_attachment.web]\nrole = \"r\"\npolicy = \"{policy}\"\n");
    let mut world = World::with(&text("p"));
    check_operations(
        &mut world,
        &text("q"),
        "
        create aws_attachment.web
        delete aws_attachment.web web-1* after create aws_attachment.web (blocks-delete)
        ",
    );
}

#[test]
fn an_order_that_cannot_be_had_is_an_error() {
    let text = |description: &str, order: bool| {
        group("name = \"one\"", &format!("description = \"{description}\"\nlifecycle.create_before_destroy = {order}"))
    };
    let mut world = World::with(&text("a", true));
    check_refused(
        &mut world,
        &text("b", true),
        "
        name-is-exclusive: `aws_group.web` cannot be created before its old object is gone: its name `one` is taken
          help: give it a new `name`, or use `name_prefix`
        ",
    );
    let renamed = |order: bool| text("a", order).replace("\"one\"", "\"two\"");
    check_operations(
        &mut world,
        &renamed(false),
        "
        delete aws_group.web web-1
        create aws_group.web after delete aws_group.web web-1 (name-is-exclusive)
        ",
    );
}

#[test]
fn revisions_are_registered_and_retired_last() {
    let text = |image: &str, path: &str| {
        format!(
            "[resource.aws_role.web]\nname = \"web\"\npath = \"{path}\"\n\
             [resource.aws_task.web]\nfamily = \"web\"\nrole = \"${{aws_role.web.arn}}\"\n\
             [[resource.aws_task.web.containers]]\nname = \"web\"\nimage = \"{image}\"\n"
        ) + &service("task = \"${aws_task.web.arn}\"")
    };
    let mut world = World::with(&text("a", "/"));
    check(
        &mut world,
        &text("b", "/"),
        "
        replace aws_task.web: `containers[\"web\"].image` cannot change in place
          containers[\"web\"].image: \"a\" -> \"b\" (manifest, replace)
        update aws_service.web
          task: \"arn:web-2\" -> {\"$unknown\":\"arn of aws_task.web\"} (dependency, in-place)
        ",
    );
    check_operations(
        &mut world,
        &text("b", "/"),
        "
        create aws_task.web
        update aws_service.web [task] after create aws_task.web (must-exist)
        delete aws_task.web web-2* after create aws_task.web (blocks-delete), update aws_service.web [task] (blocks-delete)
        ",
    );
    check_operations(
        &mut world,
        &text("a", "/x/"),
        "
        delete aws_role.web web-1
        create aws_role.web after delete aws_role.web web-1 (name-is-exclusive)
        create aws_task.web after create aws_role.web (must-exist)
        update aws_service.web [task] after create aws_task.web (must-exist)
        delete aws_task.web web-2* after create aws_task.web (blocks-delete), update aws_service.web [task] (blocks-delete)
        ",
    );
}

#[test]
fn triggers_replace() {
    let text = |count: i64, trigger: &str| {
        service(&format!("desired_count = {count}"))
            + &format!("[resource.aws_network.main]\ncidr = \"c\"\nlifecycle.replace_triggered_by = [\"{trigger}\"]\n")
    };
    let mut world = World::with(&text(1, "aws_service.web"));
    let updated = "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        replace aws_network.main: `aws_service.web` changes, which triggers it
        ";
    check(&mut world, &text(2, "aws_service.web"), updated);
    check(&mut world, &text(1, "aws_service.web"), "");
    let mut world = World::with(&text(1, "aws_service.web.task"));
    check(
        &mut world,
        &text(2, "aws_service.web.task"),
        "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        ",
    );
}

#[test]
fn values_trigger_too() {
    let text = |release: &str| {
        format!(
            "[locals]\nrelease = \"{release}\"\n[resource.aws_network.main]\ncidr = \"c\"\nlifecycle.replace_triggered_by = [\"local.release\"]\n"
        )
    };
    let mut world = World::with(&text("1"));
    check(&mut world, &text("1"), "");
    let plan = world.plan(&text("2"));
    assert_eq!(plan.changes[0].reason.as_deref(), Some("`local.release` changes, which triggers it"));
    world.apply(&text("2"));
    check(&mut world, &text("2"), "");
}

#[test]
fn a_value_that_is_known_after_apply_triggers() {
    let text = |count: i64| {
        service(&format!("desired_count = {count}"))
            + "[locals]\nrelease = \"at ${aws_service.web.endpoint}\"\n[resource.aws_network.main]\ncidr = \"c\"\n\
               lifecycle.replace_triggered_by = [\"local.release\"]\n"
    };
    let mut world = World::with(&text(1));
    check(&mut world, &text(1), "");
    check(
        &mut world,
        &text(2),
        "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        replace aws_network.main: `local.release` is known after apply, which triggers it
        ",
    );
    world.apply(&text(2));
    check(&mut world, &text(2), "");
}

#[test]
fn outputs_that_follow_an_argument_are_unknown() {
    let text = |count: i64| {
        service(&format!("desired_count = {count}"))
            + "[resource.aws_network.main]\ncidr = \"c\"\ntags = { at = \"${aws_service.web.endpoint}\", id = \"${aws_service.web.id}\" }\n"
    };
    let mut world = World::with(&text(1));
    check(
        &mut world,
        &text(2),
        "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        update aws_network.main
          tags[\"at\"]: \"web-1:1\" -> {\"$unknown\":\"endpoint of aws_service.web\"} (dependency, in-place)
        ",
    );
}

#[test]
fn a_name_passes_from_one_address_to_another() {
    let role = |address: &str| format!("[resource.aws_role.{address}]\nname = \"web\"\n");
    let mut world = World::with(&role("old"));
    check_operations(
        &mut world,
        &role("new"),
        "
        delete aws_role.old old-1
        create aws_role.new after delete aws_role.old old-1 (name-is-exclusive)
        ",
    );
    let used = |address: &str| role(address) + &service(&format!("task = \"${{aws_role.{address}.arn}}\""));
    let mut world = World::with(&used("old"));
    let refused = world.refused(&used("new"));
    assert!(refused.starts_with("plan-cycle: the plan would go in a circle: "), "{refused}");
    assert!(refused.contains("[[moved]]"), "{refused}");
}

#[test]
fn a_user_with_others_left_only_lets_go_of_what_goes() {
    let text = |description: &str| {
        group("name = \"one\"", &format!("description = \"{description}\""))
            + &service("group_ids = [\"sg-other\", \"${aws_group.web.id}\"]")
    };
    let mut world = World::with(&text("a"));
    let plan = world.plan(&text("b"));
    let detached = plan.operations.iter().find_map(|it| match &it.step {
        model::plan::OperationStep::Update { desired, .. } if !desired.has_hole() => desired.get("group_ids"),
        _ => None,
    });
    assert_eq!(detached.map(model::Planned::to_json), Some(serde_json::json!(["sg-other"])));
}

#[test]
fn what_depends_on_a_delete_first_cannot_be_created_first() {
    let text = |path: &str| {
        format!("[resource.aws_role.web]\nname = \"web\"\npath = \"{path}\"\n")
            + "[resource.aws_attachment.web]\nrole = \"${aws_role.web.name}\"\npolicy = \"p\"\nlifecycle.create_before_destroy = true\n"
    };
    let mut world = World::with(&text("/a/"));
    check_refused(
        &mut world,
        &text("/b/"),
        "
        order-conflict: `aws_attachment.web` cannot be created before its old object is gone: `aws_role.web`, which it depends on, goes before it comes again
          help: give `aws_role.web` a new name, or leave `create_before_destroy` out
        ",
    );
}

#[test]
fn members_of_a_for_each_come_and_go_singly() {
    let text = |keys: &str| {
        format!("[resource.aws_network.n]\nfor_each = [{keys}]\ncidr = \"${{each.key}}\"\n")
            + &service("addresses = [\"${aws_network.n['b'].id}\"]").replace("['b']", "[\\\"b\\\"]")
    };
    let mut world = World::with(&text("\"a\", \"b\""));
    check(
        &mut world,
        &text("\"b\", \"c\""),
        "
        create aws_network.n[\"c\"]
        delete aws_network.n[\"a\"]: the manifest no longer has it
        ",
    );
}

#[test]
fn a_moved_resource_can_be_replaced() {
    let text = "[resource.aws_network.b]\ncidr = \"2\"\n[[moved]]\nfrom = \"aws_network.a\"\nto = \"aws_network.b\"\n";
    let mut world = World::with("[resource.aws_network.a]\ncidr = \"1\"\n");
    check_operations(
        &mut world,
        text,
        "
        record aws_network.b <- aws_network.a
        create aws_network.b after record aws_network.b <- aws_network.a (must-exist)
        delete aws_network.b a-1* after record aws_network.b <- aws_network.a (must-exist), create aws_network.b (blocks-delete)
        ",
    );
}

#[test]
fn a_generated_name_is_not_known_and_not_compared() {
    let text = group("name_prefix = \"web-\"", "") + &service("task = \"${aws_group.web.name}\"");
    let plan = World::new().plan(&text);
    let attribute = plan.operations.iter().find_map(|it| match &it.step {
        model::plan::OperationStep::Create { desired } => desired.get("task"),
        _ => None,
    });
    assert_eq!(
        attribute.map(model::Planned::to_json),
        Some(serde_json::json!({ "$unknown": "name of aws_group.web" }))
    );
    check(&mut World::with(&text), &text, "");
}
