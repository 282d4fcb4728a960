//! Objects that are missing, half-done or spoiled.

use driver::Phase;
use model::Known;
use model::state::Status;

use crate::world::World;
use crate::{check, check_operations, service};

#[test]
fn what_is_missing_is_made_again() {
    let mut world = World::with(&service("desired_count = 1"));
    world.lose("aws_service.web");
    check(
        &mut world,
        &service("desired_count = 1"),
        "
        create aws_service.web: missing in AWS
        drift aws_service.web : {\"desired_count\":1,\"name\":\"web\",\"payer\":\"me\"} -> null
        ",
    );
    world.current("aws_service.web").status = Status::Deleting;
    check(&mut world, &service("desired_count = 1"), "create aws_service.web: its deletion was under way");
    check(&mut world, "", "forget aws_service.web: already gone in AWS");
}

#[test]
fn a_half_done_create_is_completed() {
    let text = "[resource.aws_group.web]\nname = \"web\"\n";
    let mut world = World::with(text);
    let open = Known::List(vec![Known::map([("port", Known::Int(0))])]);
    world.meddle("aws_group.web", "outgoing", open);
    check(&mut world, text, "");
    world.current("aws_group.web").status = Status::Creating;
    check(
        &mut world,
        text,
        "
        update aws_group.web
          outgoing: [{\"port\":0}] -> [] (manifest, in-place)
        ",
    );
    world.meddle("aws_group.web", "outgoing", Known::List(Vec::new()));
    check(&mut world, text, "update aws_group.web: its creation was not finished");
    check_operations(
        &mut world,
        text,
        "settle aws_group.web web-1\nrecord aws_group.web after settle aws_group.web web-1 (must-exist)",
    );
}

#[test]
fn a_failed_create_is_replaced() {
    let text = service("lifecycle.prevent_destroy = true");
    let mut world = World::with(&text);
    world.current("aws_service.web").status = Status::Creating;
    world.live("aws_service.web").phase = Phase::Failed("no capacity".into());
    check(&mut world, &text, "replace aws_service.web: its creation failed: no capacity");
    check_operations(
        &mut world,
        &text,
        "
        delete aws_service.web web-1
        create aws_service.web after delete aws_service.web web-1 (name-is-exclusive)
        ",
    );
    world.live("aws_service.web").phase = Phase::Ready;
    world.current("aws_service.web").status = Status::Failed;
    check(&mut world, &text, "replace aws_service.web: its creation failed");
}

#[test]
fn what_fails_after_it_was_ready_is_only_told() {
    let mut world = World::with(&service(""));
    world.live("aws_service.web").phase = Phase::Failed("storage full".into());
    let (_, planning) = world.try_plan(&service("")).expect("a plan");
    assert!(planning.plan.changes.is_empty());
    assert_eq!(planning.diagnostics.len(), 1);
}

#[test]
fn an_open_update_is_retried_in_place() {
    let mut world = World::with(&service("desired_count = 2"));
    world.current("aws_service.web").status = Status::Updating;
    check(&mut world, &service("desired_count = 2"), "update aws_service.web: its last update was not finished");
    world.meddle("aws_service.web", "desired_count", Known::Int(1));
    check_operations(&mut world, &service("desired_count = 2"), "update aws_service.web [desired_count]");
}

#[test]
fn a_deletion_under_way_is_asked_for_again() {
    let mut world = World::with(&service(""));
    world.current("aws_service.web").status = Status::Deleting;
    check_operations(
        &mut world,
        &service(""),
        "
        delete aws_service.web web-1
        create aws_service.web after delete aws_service.web web-1 (name-is-exclusive)
        ",
    );
    check_operations(&mut world, "", "delete aws_service.web web-1");
}

#[test]
fn what_settles_by_itself_is_waited_for_and_not_shown() {
    let mut world = World::with(&service(""));
    world.live("aws_service.web").phase = Phase::Settling("deploying".into());
    check(&mut world, &service(""), "");
    check_operations(&mut world, &service(""), "settle aws_service.web web-1");
}

#[test]
fn deposed_objects_are_deleted_after_their_users_point_elsewhere() {
    let text = |count: i64| {
        format!(
            "[resource.aws_group.web]\nname = \"web\"\n{}group_ids = [\"${{aws_group.web.id}}\"]\ndesired_count = {count}\n",
            service("")
        )
    };
    let mut world = World::with(&text(1));
    let mut old = world.current("aws_group.web").clone();
    old.id = model::Id("old".into());
    let address: model::Address = "aws_group.web".parse().expect("an address");
    let live = world.live("aws_group.web").clone();
    world.observed.objects.insert((address.clone(), old.id.clone()), Some(live));
    world.state.resources.get_mut(&address).expect("an entry").deposed.push(old);
    check(
        &mut world,
        &text(2),
        "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        delete aws_group.web (deposed old): it was replaced and is still there
        ",
    );
    check_operations(
        &mut world,
        &text(2),
        "
        update aws_service.web [desired_count]
        delete aws_group.web old* after update aws_service.web [desired_count] (blocks-delete)
        ",
    );
    check_operations(&mut world, &text(1), "delete aws_group.web old*");
}
