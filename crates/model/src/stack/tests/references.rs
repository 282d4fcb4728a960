//! References to things and their attributes.

use crate::address::Address;
use crate::graph;
use crate::testing::{CATALOG, check, resolved, stack, told};

const NETWORK: &str = "[resource.aws_network.main]\ncidr = \"10.0.0.0/16\"\n";

fn store(arguments: &str, expect: &str) {
    check(&format!("{NETWORK}[resource.aws_store.a]\nengine = \"mysql\"\n{arguments}"), expect);
}

#[test]
fn reference_to_nothing() {
    store(
        "network_id = \"${aws_network.mian.id}\"",
        "error[reference-to-nothing] main.toml:5 `aws_network.mian.id`: there is no `aws_network.mian` in the manifest
  help: did you mean `aws_network.main`?",
    );
    store(
        "network_id = \"${data.aws_network.main.id}\"",
        "error[reference-to-nothing] main.toml:5 `data.aws_network.main.id`: there is no `data.aws_network.main` in the manifest
  help: did you mean `aws_network.main`?",
    );
    store(
        "network_id = \"${var.nothing}-${local.nothing}\"",
        "error[unknown-variable] main.toml:5 `var.nothing`: there is no variable `nothing`
  help: declare it: `[variables.nothing]`
error[unknown-local] main.toml:5 `local.nothing`: there is no local `nothing`
  help: declare it in `[locals]`: `nothing = …`",
    );
}

#[test]
fn unknown_attribute() {
    store(
        "network_id = \"${aws_network.main.idd}\"",
        "error[unknown-attribute] main.toml:5 `aws_network.main.idd`: aws_network.main has no attribute `idd`
  help: did you mean `id`?",
    );
    store(
        "network_id = \"${aws_network.main.gateway_address}\"",
        "error[unknown-attribute] main.toml:5 `aws_network.main.gateway_address`: aws_network.main has no attribute `gateway_address`
  help: the nearest of its arguments and outputs: `tags`, `tags_all`, `arn`, `cidr`",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\nlogging = { bucket = \"b\" }\n\
         [resource.aws_store.b]\nengine = \"mysql\"\nname = \"${aws_store.a.logging.bukket}\"\nkey_id = \"${aws_store.a.rules.port}\"",
        "error[unknown-attribute] main.toml:6 `aws_store.a.logging.bukket`: `logging` of aws_store.a has no `bukket`
  help: did you mean `bucket`?
error[unknown-attribute] main.toml:7 `aws_store.a.rules.port`: `rules` of aws_store.a is a list, which has no `port`
  help: pick one with `rules[0].port`, or all with `rules[*].port`",
    );
}

#[test]
fn members_need_their_key() {
    let members = "[resource.aws_network.main]\nfor_each = [\"a\", \"b\"]\ncidr = \"x\"\n";
    let with = |argument: &str, expect: &str| {
        check(&format!("{members}[resource.aws_store.s]\nengine = \"mysql\"\n{argument}"), expect);
    };
    with(
        "network_id = \"${aws_network.main.id}\"",
        "error[missing-key] main.toml:6 `aws_network.main.id`: aws_network.main has `for_each`: name a member, or go over all of them
  help: `aws_network.main[\"a\"].id`, or `[for it in aws_network.main : it.id]`",
    );
    with(
        "network_id = '${aws_network.main[\"c\"].id}'",
        "error[unknown-key] main.toml:6 `aws_network.main[\"c\"].id`: aws_network.main has no member \"c\"
  help: did you mean \"a\"?",
    );
    with("network_id = '${aws_network.main[\"a\"].id}'", "");
    with("labels = '${[for it in aws_network.main : it.id]}'", "");
    store(
        "network_id = '${aws_network.main[\"a\"].id}'",
        "error[unexpected-key] main.toml:5 `aws_network.main[\"a\"].id`: aws_network.main has no `for_each`, so it takes no key
  help: write `aws_network.main` without brackets",
    );
}

#[test]
fn an_output_that_does_not_belong_there() {
    store(
        "network_id = \"${aws_network.main.arn}\"",
        "warning[unexpected-reference] main.toml:5 `aws_network.main.arn`: `arn` is probably not what belongs here: expected `aws_network.id`
  help: did you mean `${aws_network.main.id}`?",
    );
    store("network_id = \"${aws_network.main.id}\"", "");
    store("network_id = \"${upper(aws_network.main.arn)}\"", "");
}

#[test]
fn self_reference() {
    check(
        "[resource.aws_network.a]\ncidr = \"${aws_network.a.id}\"",
        "error[self-reference] main.toml:2 `aws_network.a.id`: aws_network.a refers to itself
  help: write the value itself, or put it into a local that both places use",
    );
    check(
        "[locals]\nx = \"${aws_network.a.id}\"\n[resource.aws_network.a]\ncidr = \"${local.x}\"",
        "error[self-reference] main.toml:4 `local.x`: aws_network.a refers to itself
  help: write the value itself, or put it into a local that both places use",
    );
}

#[test]
fn a_single_block_may_be_indexed() {
    let stack = stack(
        "[resource.aws_store.a]\nengine = \"mysql\"\nlogging = { bucket = \"b\" }\n\
         [resource.aws_store.b]\nengine = \"mysql\"\nname = \"${aws_store.a.logging[0].bucket}\"\nkey_id = \"${aws_store.a.logging.days}\"",
    );
    let b = &stack.resources[&Address::managed("aws_store", "b")];
    assert_eq!(b.offline.to_json().to_string(), r#"{"engine":"mysql","key_id":"7","name":"b"}"#);
}

#[test]
fn the_disabled_is_null() {
    let stack = stack(
        "[resource.aws_network.a]\ncidr = \"x\"\nlifecycle.enabled = false\n\
         [resource.aws_store.b]\nengine = \"mysql\"\nnetwork_id = \"${aws_network.a.id}\"\nlabels = [\"${aws_network.a == null}\"]",
    );
    let b = stack.resources.values().next().expect("the store");
    assert_eq!(b.offline.to_json().to_string(), r#"{"engine":"mysql","labels":["true"]}"#);
    assert!(b.depends_on.is_empty());
    assert_eq!(stack.resources.len(), 1);
}

#[test]
fn locals_that_need_each_other() {
    check(
        "[locals]\na = \"${local.b}\"\nb = \"${local.c}${local.a}\"\nc = \"${local.a}\"\n[outputs.x]\nvalue = \"${local.a}\"",
        "error[dependency-cycle] main.toml:2 `local.b`: these need each other: local.a → local.b → local.a
  help: remove one of these references, or move what is shared into a resource of its own",
    );
}

fn cycle(text: &str, expect: &str) {
    let (stack, problems, sources) = resolved(text, &Default::default());
    assert_eq!(told(&problems, &sources), "");
    let problems = graph::build(&stack).expect_err("a cycle");
    assert_eq!(told(&problems, &sources), expect);
    let labels = problems.iter().flat_map(|it| &it.labels).map(|it| sources.text(it.span)).collect::<Vec<&str>>();
    assert!(labels.len() >= 2, "{labels:?}");
}

#[test]
fn resources_that_need_each_other() {
    cycle(
        "[resource.aws_network.a]\ncidr = \"${aws_network.b.id}\"\n[resource.aws_network.b]\ncidr = \"${aws_network.a.id}\"",
        "error[dependency-cycle] main.toml:2 `aws_network.b.id`: these need each other: aws_network.a → aws_network.b → aws_network.a
  help: remove one of these references, or move what is shared into a resource of its own",
    );
    cycle(
        "[locals]\nx = \"${aws_network.b.id}\"\n[resource.aws_network.a]\ncidr = \"${local.x}\"\n\
         [resource.aws_network.b]\ncidr = \"x\"\ndepends_on = [\"aws_network.a\"]",
        "error[dependency-cycle] main.toml:4 `local.x`: these need each other: aws_network.a → aws_network.b → aws_network.a
  help: remove one of these references, or move what is shared into a resource of its own",
    );
    cycle(
        "[resource.aws_network.a]\nfor_each = [\"x\"]\ncidr = '${aws_network.b[\"y\"].id}'\n\
         [resource.aws_network.b]\nfor_each = [\"x\", \"y\"]\ncidr = '${aws_network.a[\"x\"].id}'",
        "error[dependency-cycle] main.toml:3 `aws_network.b`: these need each other: aws_network.a → aws_network.b → aws_network.a
  help: remove one of these references, or move what is shared into a resource of its own"
            .replace("`aws_network.b`:", "`aws_network.b[\"y\"].id`:")
            .as_str(),
    );
}

#[test]
fn dependencies_name_what_they_read() {
    let stack = stack(
        "[locals]\nnets = \"${aws_network.n}\"\n\
         [resource.aws_network.n]\nfor_each = [\"a\", \"b\"]\ncidr = \"x\"\n\
         [resource.aws_network.other]\ncidr = \"y\"\n\
         [resource.aws_store.each]\nfor_each = [\"a\", \"b\"]\nengine = \"mysql\"\nnetwork_id = \"${aws_network.n[each.key].id}\"\n\
         [resource.aws_store.all]\nengine = \"mysql\"\nlabels = \"${[for it in local.nets : it.arn]}\"\ndepends_on = [\"aws_network.other\"]",
    );
    let told = |address: Address| {
        let depends_on = &stack.resources[&address].depends_on;
        let one = |(address, it): (&Address, &crate::stack::Dependency)| format!("{address} {:?}", it.attributes);
        depends_on.iter().map(one).collect::<Vec<String>>().join("; ")
    };
    let each = Address::managed("aws_store", "each");
    assert_eq!(told(each.member("a")), r#"aws_network.n["a"] {"id"}"#);
    assert_eq!(
        told(Address::managed("aws_store", "all")),
        r#"aws_network.n["a"] {"*"}; aws_network.n["b"] {"*"}; aws_network.other {}"#
    );
    assert_eq!(CATALOG.kinds.len(), 2);
}

#[test]
fn a_member_depends_on_the_member_it_is_made_from() {
    let depends_on = |argument: &str| {
        let stack = stack(&format!(
            "[resource.aws_network.n]\nfor_each = [\"a\", \"b\"]\ncidr = \"x\"\n\
             [resource.aws_store.s]\nfor_each = \"${{aws_network.n}}\"\nengine = \"mysql\"\n{argument}"
        ));
        let store = &stack.resources[&Address::managed("aws_store", "s").member("a")];
        store.depends_on.keys().map(ToString::to_string).collect::<Vec<String>>().join(" ")
    };
    assert_eq!(depends_on("network_id = \"${each.value.id}\""), r#"aws_network.n["a"]"#);
    let all = "labels = \"${[for it in aws_network.n : it.id]}\"";
    assert_eq!(depends_on(all), r#"aws_network.n["a"] aws_network.n["b"]"#);
}

#[test]
fn problems_inside_expressions_keep_their_place() {
    check(
        "[locals]\nunused = \"${1 / 0}\"\n[resource.aws_network.a]\ncidr = '${file(\"nothing.txt\")}'",
        "error[division-by-zero] main.toml:2 `0`: `/` by zero
error[unreadable-file] main.toml:4 `\"nothing.txt\"`: there is no `nothing.txt`",
    );
}
