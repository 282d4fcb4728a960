//! Data sources, and what else can be looked up.

use model::Known;

use crate::world::World;
use crate::{check, check_operations, service};

const IMAGE: &str = "[data.aws_image.main]\nname = \"linux\"\n";

#[test]
fn what_can_be_known_is_looked_up() {
    let text = IMAGE.to_owned() + &service("task = \"${data.aws_image.main.id}\"");
    let mut world = World::new();
    let (stack, _) = world.stack(&text);
    let needs = world.needs(&stack);
    assert_eq!(
        needs.data,
        [("data.aws_image.main".parse().expect("an address"), Known::map([("name", Known::text("linux"))]))]
    );
    let plan = world.plan(&text);
    assert_eq!(plan.operations.len(), 1);
    assert!(world.needs(&stack).is_empty());
    world.apply(&text);
    check(&mut world, &text, "");
    world.observed.data.clear();
    world.data.insert("data.aws_image.main".parse().expect("an address"), Known::map([("id", Known::text("newer"))]));
    check(
        &mut world,
        &text,
        "
        update aws_service.web
          task: \"image-linux\" -> \"newer\" (manifest, in-place)
        ",
    );
}

#[test]
fn what_waits_for_the_plan_is_looked_up_during_apply() {
    let text = |name: &str| {
        format!("[data.aws_image.main]\nname = \"${{{name}}}\"\n[resource.aws_role.main]\nname = \"linux\"\n")
            + &service("task = \"${data.aws_image.main.id}\"")
    };
    check_operations(
        &mut World::new(),
        &text("aws_role.main.arn"),
        "
        create aws_role.main
        read data.aws_image.main after create aws_role.main (must-exist)
        create aws_service.web after read data.aws_image.main (must-exist)
        ",
    );
    // The name is known, but nothing of that name is there yet.
    check(
        &mut World::new(),
        &text("aws_role.main.name"),
        "
        create aws_role.main
        read data.aws_image.main
        create aws_service.web
        ",
    );
    let mut world = World::with(&text("aws_role.main.name"));
    check(&mut world, &text("aws_role.main.name"), "");
}

#[test]
fn an_explicit_dependency_waits_for_any_change() {
    let text = |count: i64| {
        format!("{IMAGE}depends_on = [\"aws_service.web\"]\n")
            + &service(&format!("desired_count = {count}"))
            + "[resource.aws_network.main]\ncidr = \"c\"\ntags = { image = \"${data.aws_image.main.id}\" }\n"
    };
    let mut world = World::with(&text(1));
    check(&mut world, &text(1), "");
    check(
        &mut world,
        &text(2),
        "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        read data.aws_image.main
        update aws_network.main
          tags[\"image\"]: \"image-linux\" -> {\"$unknown\":\"id of data.aws_image.main\"} (dependency, in-place)
        ",
    );
}

#[test]
fn deletes_are_ordered_through_data_sources() {
    let text = "[resource.aws_role.main]\nname = \"linux\"\n\
        [data.aws_image.main]\nname = \"${aws_role.main.name}\"\n"
        .to_owned()
        + &service("task = \"${data.aws_image.main.id}\"");
    let mut world = World::with(&text);
    world.options.destroy = true;
    check_operations(
        &mut world,
        &text,
        "
        delete aws_service.web web-2
        delete aws_role.main main-1 after delete aws_service.web web-2 (blocks-delete)
        ",
    );
}
