//! One argument at a time: set, changed, removed, meddled with.

use model::Known;

use crate::world::World;
use crate::{check, service};

fn edited(before: &str, after: &str, expect: &str) {
    check(&mut World::with(&service(before)), &service(after), expect);
}

fn meddled(arguments: &str, argument: &str, live: Known, expect: &str) {
    let mut world = World::with(&service(arguments));
    world.meddle("aws_service.web", argument, live);
    check(&mut world, &service(arguments), expect);
}

#[test]
fn what_is_set_is_compared_with_what_is_there() {
    edited("desired_count = 1", "desired_count = 1", "");
    edited(
        "desired_count = 1",
        "desired_count = 2",
        "
        update aws_service.web
          desired_count: 1 -> 2 (manifest, in-place)
        ",
    );
    meddled(
        "desired_count = 1",
        "desired_count",
        Known::Int(3),
        "
        update aws_service.web
          desired_count: 3 -> 1 (drift, in-place)
        drift aws_service.web desired_count: 1 -> 3
        ",
    );
}

#[test]
fn what_was_never_set_is_not_managed() {
    meddled("", "desired_count", Known::Int(3), "");
    meddled("", "tags", Known::map([("a", Known::text("b"))]), "");
    meddled("", "group_ids", Known::List(vec![Known::text("g")]), "");
}

#[test]
fn drift_that_the_manifest_wants_already_is_no_change() {
    let mut world = World::with(&service("desired_count = 1"));
    world.meddle("aws_service.web", "desired_count", Known::Int(3));
    check(&mut world, &service("desired_count = 3"), "drift aws_service.web desired_count: 1 -> 3");
    let plan = world.apply(&service("desired_count = 3"));
    assert!(!engine::plan::has_changes(&plan));
    assert_eq!(plan.operations.len(), 1, "state catches up");
    check(&mut world, &service("desired_count = 3"), "");
}

#[test]
fn removal_means_what_the_schema_says() {
    edited(
        "desired_count = 5",
        "",
        "
        update aws_service.web
          desired_count: 5 -> 1 (default, in-place)
        ",
    );
    edited(
        "key_id = \"k\"",
        "",
        "
        update aws_service.web
          key_id: \"k\" -> null (default, in-place)
        ",
    );
    edited("task = \"t\"", "", "");
    edited("desired_count = 1", "", "");
}

#[test]
fn removal_alone_never_replaces() {
    edited("cluster = \"c\"", "", "");
    edited("size = 5", "", "");
    edited(
        "[resource.aws_service.web.place]\nsubnets = [\"a\"]\nzone = \"z\"",
        "[resource.aws_service.web.place]\nsubnets = [\"a\"]",
        "",
    );
}

#[test]
fn what_was_cleared_behind_our_back_is_set_again() {
    meddled(
        "key_id = \"k\"",
        "key_id",
        Known::Null,
        "
        update aws_service.web
          key_id: null -> \"k\" (drift, in-place)
        drift aws_service.web key_id: \"k\" -> null
        ",
    );
    let mut world = World::with(&service("key_id = \"k\""));
    world.meddle("aws_service.web", "key_id", Known::Null);
    check(
        &mut world,
        &service("key_id = \"other\""),
        "
        update aws_service.web
          key_id: null -> \"other\" (manifest, in-place)
        drift aws_service.web key_id: \"k\" -> null
        ",
    );
}

#[test]
fn sets_have_no_order_and_lists_have_one() {
    edited("group_ids = [\"a\", \"b\"]", "group_ids = [\"b\", \"a\"]", "");
    edited(
        "addresses = [\"a\", \"b\"]",
        "addresses = [\"b\", \"a\"]",
        "
        update aws_service.web
          addresses: [\"a\",\"b\"] -> [\"b\",\"a\"] (manifest, in-place)
        ",
    );
    meddled(
        "group_ids = [\"a\"]",
        "group_ids",
        Known::List(vec![Known::text("a"), Known::text("x")]),
        "
        update aws_service.web
          group_ids: [\"a\",\"x\"] -> [\"a\"] (drift, in-place)
        drift aws_service.web group_ids: [\"a\"] -> [\"a\",\"x\"]
        ",
    );
}

#[test]
fn numbers_are_numbers() {
    edited("ratio = 1.0", "ratio = 1", "");
    meddled("ratio = 1.0", "ratio", Known::Int(1), "");
}

#[test]
fn the_kinds_own_comparison_counts() {
    meddled("version = \"10.5\"", "version", Known::text("10.5.8"), "");
    meddled(
        "version = \"10.5\"",
        "version",
        Known::text("10.6"),
        "
        update aws_service.web
          version: \"10.6\" -> \"10.5\" (drift, in-place)
        drift aws_service.web version: \"10.5\" -> \"10.6\"
        ",
    );
}

#[test]
fn members_of_blocks_are_managed_singly() {
    let place = |more: &str| format!("[resource.aws_service.web.place]\nsubnets = [\"a\"]\n{more}");
    edited(
        &place("public = false"),
        &place("public = true"),
        "
        update aws_service.web
          place.public: false -> true (manifest, in-place)
        ",
    );
    edited(
        &place("public = true"),
        &place(""),
        "
        update aws_service.web
          place.public: true -> false (default, in-place)
        ",
    );
    let mut world = World::with(&service(&place("")));
    let live = Known::map([("subnets", Known::List(vec![Known::text("a")])), ("public", Known::Bool(true))]);
    world.meddle("aws_service.web", "place", live);
    check(&mut world, &service(&place("")), "");
    edited(
        &place("zone = \"y\""),
        &place("zone = \"z\""),
        "
        replace aws_service.web: `place.zone` cannot change in place
          place.zone: \"y\" -> \"z\" (manifest, replace)
        ",
    );
}

#[test]
fn blocks_pair_by_their_key() {
    let settings = |pairs: &[(&str, &str)]| -> String {
        pairs
            .iter()
            .map(|(name, value)| {
                format!("[[resource.aws_service.web.settings]]\nname = \"{name}\"\nvalue = \"{value}\"\n")
            })
            .collect()
    };
    edited(&settings(&[("a", "1"), ("b", "2")]), &settings(&[("b", "2"), ("a", "1")]), "");
    edited(
        &settings(&[("a", "1"), ("b", "2")]),
        &settings(&[("b", "3"), ("c", "4")]),
        "
        update aws_service.web
          settings[\"b\"].value: \"2\" -> \"3\" (manifest, in-place)
          settings[\"c\"]: null -> {\"name\":\"c\",\"value\":\"4\"} (manifest, in-place)
          settings[\"a\"]: {\"name\":\"a\",\"value\":\"1\"} -> null (manifest, in-place)
        ",
    );
    let live = |method: &str| {
        let one =
            Known::map([("name", Known::text("a")), ("value", Known::text("1")), ("method", Known::text(method))]);
        Known::List(vec![one])
    };
    meddled(&settings(&[("a", "1")]), "settings", live("now"), "");
}

#[test]
fn blocks_without_a_key_pair_by_their_whole_value() {
    let group = |rules: &str| format!("[resource.aws_group.web]\nname = \"web\"\n{rules}");
    let rule = |port: u16, more: &str| format!("[[resource.aws_group.web.rules]]\nport = {port}\n{more}\n");
    let both = rule(80, "from = [\"a\", \"b\"]") + &rule(443, "");
    let mut world = World::with(&group(&both));
    check(&mut world, &group(&(rule(443, "") + &rule(80, "from = [\"b\", \"a\"]"))), "");
    check(
        &mut world,
        &group(&rule(443, "")),
        "
        update aws_group.web
          rules: [{\"from\":[\"a\",\"b\"],\"port\":80},{\"port\":443}] -> [{\"port\":443}] (manifest, in-place)
        ",
    );
    let described = Known::map([("port", Known::Int(443)), ("description", Known::text("x"))]);
    let mut world = World::with(&group(&rule(443, "")));
    world.meddle("aws_group.web", "rules", Known::List(vec![described]));
    check(
        &mut world,
        &group(&rule(443, "")),
        "
        update aws_group.web
          rules: [{\"description\":\"x\",\"port\":443}] -> [{\"port\":443}] (drift, in-place)
        drift aws_group.web rules: [{\"port\":443}] -> [{\"description\":\"x\",\"port\":443}]
        ",
    );
}

#[test]
fn maps_are_owned_whole_but_for_tags_of_others() {
    let live = |key: &str| Known::map([("a", Known::text("1")), (key, Known::text("x"))]);
    meddled("tags = { a = \"1\" }", "tags", live("aws:cloudformation"), "");
    meddled("tags = { a = \"1\" }", "tags", live("stackctl:token"), "");
    meddled(
        "tags = { a = \"1\" }",
        "tags",
        live("theirs"),
        "
        update aws_service.web
          tags[\"theirs\"]: \"x\" -> null (drift, in-place)
        drift aws_service.web tags[\"theirs\"]: null -> \"x\"
        ",
    );
    meddled(
        "tags = { a = \"1\" }",
        "tags",
        Known::map([("b", Known::text("2"))]),
        "
        update aws_service.web
          tags[\"a\"]: null -> \"1\" (drift, in-place)
          tags[\"b\"]: \"2\" -> null (drift, in-place)
        drift aws_service.web tags[\"a\"]: \"1\" -> null
        drift aws_service.web tags[\"b\"]: null -> \"2\"
        ",
    );
    edited(
        "tags = { a = \"1\", b = \"2\" }",
        "tags = { a = \"1\" }",
        "
        update aws_service.web
          tags[\"b\"]: \"2\" -> null (manifest, in-place)
        ",
    );
}

#[test]
fn tags_that_the_provider_ignores_are_others() {
    let text = service("tags = { a = \"1\" }");
    let mut world = World::new();
    world.settings = "[provider.aws]\nignore_tags = { key_prefixes = [\"team:\"], keys = [\"owner\"] }\n".into();
    world.apply(&text);
    let live = [("a", "1"), ("team:x", "y"), ("owner", "z")].map(|(key, value)| (key, Known::text(value)));
    world.meddle("aws_service.web", "tags", Known::map(live));
    check(&mut world, &text, "");
}

#[test]
fn a_condition_decides_about_replacement() {
    edited(
        "size = 5",
        "size = 9",
        "
        update aws_service.web
          size: 5 -> 9 (manifest, in-place)
        ",
    );
    edited(
        "size = 9",
        "size = 5",
        "
        replace aws_service.web: `size` changes, and it shrinks
          size: 9 -> 5 (manifest, replace)
        ",
    );
}

#[test]
fn what_only_stackctl_reads_is_recorded() {
    edited(
        "",
        "force = true",
        "
        record aws_service.web
          force: null -> true (manifest, record)
        ",
    );
    edited(
        "",
        "lifecycle.prevent_destroy = true",
        "
        record aws_service.web
          lifecycle.prevent_destroy: null -> true (manifest, record)
        ",
    );
    edited("force = true", "force = true", "");
}

#[test]
fn ignored_changes_are_ignored_at_any_depth() {
    let ignoring = |more: &str, what: &str| format!("{more}\nlifecycle.ignore_changes = [{what}]");
    edited("desired_count = 1", &ignoring("desired_count = 2", "\"desired_count\""), "");
    edited(
        "tags = { a = \"1\", b = \"2\" }",
        &ignoring("tags = { a = \"3\", b = \"4\" }", "\"tags.a\""),
        "
        update aws_service.web
          tags[\"b\"]: \"2\" -> \"4\" (manifest, in-place)
        ",
    );
    edited("cluster = \"a\"\ntask = \"b\"", &ignoring("cluster = \"c\"\ntask = \"d\"", "\"all\""), "");
    let mut world = World::with(&service(&ignoring("desired_count = 1", "\"desired_count\"")));
    world.meddle("aws_service.web", "desired_count", Known::Int(7));
    check(&mut world, &service(&ignoring("desired_count = 1", "\"desired_count\"")), "");
}
