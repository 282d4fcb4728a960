//! Targets, layers and moves.

use crate::world::World;
use crate::{check, check_operations, check_refused, service};

fn text() -> String {
    "[resource.aws_group.web]\nname = \"web\"\n[resource.aws_network.main]\ncidr = \"c\"\n".to_owned()
        + &service("group_ids = [\"${aws_group.web.id}\"]")
        + "[outputs.network]\nvalue = \"${aws_network.main.id}\"\n[outputs.service]\nvalue = \"${aws_service.web.id}\"\n"
}

fn targeted(world: &mut World, target: &str) {
    world.options.targets = vec![target.parse().expect("an address")];
}

#[test]
fn a_target_brings_what_it_depends_on() {
    let mut world = World::new();
    targeted(&mut world, "aws_service.web");
    check(
        &mut world,
        &text(),
        "
        create aws_group.web
        create aws_service.web
        output service: null -> {\"$unknown\":\"id of aws_service.web\"}
        ",
    );
    targeted(&mut world, "aws_group.web");
    check(&mut world, &text(), "create aws_group.web");
    targeted(&mut world, "aws_group.wbe");
    check_refused(
        &mut world,
        &text(),
        "
        unknown-target: `aws_group.wbe` is neither in the manifest nor in state
          help: `stackctl state list` prints the addresses in state
        ",
    );
}

#[test]
fn a_targeted_destroy_brings_what_depends_on_it() {
    let mut world = World::with(&text());
    world.options.destroy = true;
    targeted(&mut world, "aws_group.web");
    check(&mut world, &text(), "delete aws_service.web\ndelete aws_group.web");
    targeted(&mut world, "aws_service.web");
    check(&mut world, &text(), "delete aws_service.web");
}

#[test]
fn a_layer_narrows_likewise() {
    let mut world = World::new();
    world.options.layers = vec!["main".into()];
    assert_eq!(world.plan(&text()).changes.len(), 3);
    world.options.layers = vec!["mian".into()];
    let told = world.refused(&text());
    assert!(told.contains("unknown-layer") && told.contains("did you mean `main`?"), "{told}");
}

#[test]
fn what_moves_keeps_its_object() {
    let old = service("desired_count = 1");
    let new = |count: i64| {
        service(&format!("desired_count = {count}")).replace("aws_service.web", "aws_service.site")
            + "[[moved]]\nfrom = \"aws_service.web\"\nto = \"aws_service.site\"\n"
    };
    let mut world = World::with(&old);
    check(&mut world, &new(1), "move aws_service.site <- aws_service.web");
    check(
        &mut world,
        &new(2),
        "
        update aws_service.site <- aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        ",
    );
    check_operations(
        &mut world,
        &new(2),
        "
        record aws_service.site <- aws_service.web
        update aws_service.site [desired_count] after record aws_service.site <- aws_service.web (must-exist)
        ",
    );
    world.apply(&new(2));
    check(&mut world, &new(2), "");
    assert_eq!(world.current("aws_service.site").id.0, "web-1");
}

#[test]
fn moves_chain_and_carry_members() {
    let moved = |from: &str, to: &str| format!("[[moved]]\nfrom = '{from}'\nto = '{to}'\n");
    let network = |name: &str, more: &str| format!("[resource.aws_network.{name}]\ncidr = \"c\"\n{more}");
    let mut world = World::with(&network("a", ""));
    let chain = network("c", "") + &moved("aws_network.a", "aws_network.b") + &moved("aws_network.b", "aws_network.c");
    check(&mut world, &chain, "move aws_network.c <- aws_network.a");
    let each = "for_each = [\"x\"]\n";
    let into = network("n", each) + &moved("aws_network.a", "aws_network.n[\"x\"]");
    check(&mut world, &into, "move aws_network.n[\"x\"] <- aws_network.a");
    world.apply(&into);
    let renamed = network("m", each) + &moved("aws_network.n", "aws_network.m");
    check(&mut world, &renamed, "move aws_network.m[\"x\"] <- aws_network.n[\"x\"]");
}
