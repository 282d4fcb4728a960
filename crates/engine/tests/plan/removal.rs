//! What goes, and what is kept from going.

use crate::world::World;
use crate::{check, check_operations, check_refused, service};

const CHAIN: &str = "
[resource.aws_network.main]
cidr = \"c\"
[resource.aws_group.web]
name = \"web\"
network_id = \"${aws_network.main.id}\"
[resource.aws_service.web]
name = \"web\"
payer = \"me\"
group_ids = [\"${aws_group.web.id}\"]
";

#[test]
fn a_destroy_goes_backwards() {
    let mut world = World::with(CHAIN);
    world.options.destroy = true;
    check_operations(
        &mut world,
        CHAIN,
        "
        delete aws_service.web web-3
        delete aws_group.web web-2 after delete aws_service.web web-3 (blocks-delete)
        delete aws_network.main main-1 after delete aws_group.web web-2 (blocks-delete)
        ",
    );
    world.apply(CHAIN);
    assert!(world.state.resources.is_empty());
    check(&mut world, CHAIN, "");
}

#[test]
fn users_let_go_before_what_they_used_goes() {
    let mut world = World::with(CHAIN);
    let without = "[resource.aws_network.main]\ncidr = \"c\"\n".to_owned() + &service("");
    check_operations(
        &mut world,
        &without,
        "
        update aws_service.web [group_ids]
        delete aws_group.web web-2 after update aws_service.web [group_ids] (blocks-delete)
        ",
    );
}

#[test]
fn protected_things_stay() {
    let text = service("lifecycle.prevent_destroy = true\nsize = 9");
    let mut world = World::with(&text);
    check_refused(
        &mut world,
        &text.replace('9', "5"),
        "
        prevent-destroy: `aws_service.web` would be replaced, and `lifecycle.prevent_destroy` refuses that
          `size` changes, and it shrinks
          help: undo the change, or set `lifecycle.prevent_destroy = false` first
        ",
    );
    check_refused(
        &mut world,
        "",
        "
        prevent-destroy: `aws_service.web` would be deleted because the manifest no longer has it, and its `lifecycle.prevent_destroy` refuses that
          help: put it back; then apply it with `prevent_destroy = false`, or forget it with `[[removed]] from = \"aws_service.web\"`
        ",
    );
    world.options.destroy = true;
    check_refused(
        &mut world,
        &text,
        "
        prevent-destroy: `aws_service.web` would be deleted, and `lifecycle.prevent_destroy` refuses that
          this is a destroy
          help: undo the change, or set `lifecycle.prevent_destroy = false` first
        ",
    );
    check(&mut world, &service("size = 9"), "delete aws_service.web");
}

#[test]
fn retained_and_removed_things_are_forgotten() {
    let text = service("lifecycle.retain = true");
    let mut world = World::with(&text);
    check(&mut world, "", "forget aws_service.web: `lifecycle.retain` keeps it in AWS");
    let mut world = World::with(&service(""));
    check(
        &mut world,
        "[[removed]]\nfrom = \"aws_service.web\"\n",
        "forget aws_service.web: a `[[removed]]` block says so",
    );
    check(&mut world, "", "delete aws_service.web: the manifest no longer has it");
}

#[test]
fn a_retained_object_is_left_behind_when_it_is_replaced() {
    let text = |cidr: &str| format!("[resource.aws_network.main]\ncidr = \"{cidr}\"\nlifecycle.retain = true\n");
    let mut world = World::with(&text("a"));
    check_operations(
        &mut world,
        &text("b"),
        "
        forget aws_network.main
        create aws_network.main after forget aws_network.main (name-is-exclusive)
        ",
    );
}

#[test]
fn deletes_take_local_arguments_from_the_manifest_else_from_state() {
    let before = |world: &mut World, text: &str| match &world.plan(text).operations[0].step {
        model::plan::OperationStep::Delete { before, .. } => before.get("force").cloned(),
        other => panic!("{other:?}"),
    };
    let mut world = World::with(&service("force = true"));
    assert_eq!(before(&mut world, ""), Some(model::Known::Bool(true)));
    world.options.destroy = true;
    assert_eq!(before(&mut world, &service("force = false")), Some(model::Known::Bool(false)));
    assert_eq!(before(&mut world, &service("force = true")), Some(model::Known::Bool(true)));
}

#[test]
fn outputs_go_with_a_destroy() {
    let text = service("") + "[outputs.id]\nvalue = \"${aws_service.web.id}\"\n";
    let mut world = World::with(&text);
    check(&mut world, &text, "");
    check(&mut world, &service(""), "output id: \"web-1\" -> null");
    world.options.destroy = true;
    check(&mut world, &text, "delete aws_service.web\noutput id: \"web-1\" -> null");
}
