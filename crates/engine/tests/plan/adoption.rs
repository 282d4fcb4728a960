//! Defaults and imports.

use driver::{Live, Phase};
use model::{Address, Id, Known};

use crate::world::World;
use crate::{check, check_operations, check_refused, service};

fn stands_ready(world: &mut World, address: &str, id: &str, inputs: Known) {
    let address: Address = address.parse().expect("an address");
    let outputs = Known::map([("id", Known::text(id))]);
    world.adoptable.insert(address, (Id(id.into()), Live { inputs, outputs, phase: Phase::Ready }));
}

fn rules() -> Known {
    Known::map([
        ("network_id", Known::text("net")),
        ("rules", Known::List(vec![Known::map([("port", Known::Int(1))])])),
        ("tags", Known::map([("theirs", Known::text("x"))])),
    ])
}

const DEFAULT: &str = "[resource.aws_default_group.main]\nnetwork_id = \"net\"\n";

#[test]
fn a_default_is_adopted_and_its_exclusive_arguments_emptied() {
    let mut world = World::new();
    stands_ready(&mut world, "aws_default_group.main", "default", rules());
    check(
        &mut world,
        DEFAULT,
        "
        adopt aws_default_group.main
          rules: [{\"port\":1}] -> [] (manifest, in-place)
        ",
    );
    check_operations(
        &mut world,
        DEFAULT,
        "
        adopt aws_default_group.main default
        update aws_default_group.main [rules] after adopt aws_default_group.main default (must-exist)
        ",
    );
    world.apply(DEFAULT);
    check(&mut world, DEFAULT, "");
    world.meddle("aws_default_group.main", "rules", Known::List(vec![Known::map([("port", Known::Int(2))])]));
    check(
        &mut world,
        DEFAULT,
        "
        update aws_default_group.main
          rules: [{\"port\":2}] -> [] (drift, in-place)
        drift aws_default_group.main rules: [] -> [{\"port\":2}]
        ",
    );
}

#[test]
fn a_default_is_forgotten_and_never_deleted() {
    let mut world = World::new();
    stands_ready(&mut world, "aws_default_group.main", "default", rules());
    world.apply(DEFAULT);
    check(&mut world, "", "forget aws_default_group.main: it was adopted, so it stays in AWS");
    world.options.destroy = true;
    check_operations(&mut world, DEFAULT, "forget aws_default_group.main");
}

#[test]
fn a_default_that_does_not_exist_is_created() {
    check(&mut World::new(), DEFAULT, "create aws_default_group.main");
}

#[test]
fn a_default_of_something_new_is_found_later() {
    let text = "[resource.aws_network.main]\ncidr = \"c\"\n\
        [resource.aws_default_group.main]\nnetwork_id = \"${aws_network.main.id}\"\n";
    check(
        &mut World::new(),
        text,
        "
        create aws_network.main
        adopt aws_default_group.main: found when its arguments are known
        ",
    );
}

#[test]
fn another_default_is_another_object() {
    let mut world = World::new();
    stands_ready(&mut world, "aws_default_group.main", "default", rules());
    world.apply(DEFAULT);
    check_operations(
        &mut world,
        &DEFAULT.replace("\"net\"", "\"other\""),
        "
        forget aws_default_group.main
        create aws_default_group.main after forget aws_default_group.main (name-is-exclusive)
        ",
    );
}

#[test]
fn imports_are_adopted_as_they_are_and_changed_in_place() {
    let import = "[[import]]\nto = \"aws_service.web\"\nid = \"web\"\n";
    let live = |name: &str| {
        Known::map([("name", Known::text(name)), ("desired_count", Known::Int(4)), ("task", Known::text("t"))])
    };
    let mut world = World::new();
    stands_ready(&mut world, "aws_service.web", "web", live("web"));
    let text = service("desired_count = 2") + import;
    check(
        &mut world,
        &text,
        "
        adopt aws_service.web
          desired_count: 4 -> 2 (manifest, in-place)
          payer: null -> \"me\" (manifest, in-place)
        ",
    );
    world.apply(&text);
    check(&mut world, &text, "");
    let mut world = World::new();
    stands_ready(&mut world, "aws_service.web", "web", live("other"));
    check_refused(
        &mut world,
        &text,
        "
        adoption-differs: `name` of `web` cannot be taken over as `aws_service.web`
          AWS has \"other\", and cannot change it
          help: write what AWS has, or import another object
        ",
    );
    check_refused(
        &mut World::new(),
        &text,
        "
        import-not-found: there is nothing to import as `aws_service.web`
          help: `id` is what Terraform's import takes: ID
        ",
    );
}
