//! `for_each`, `lifecycle`, `timeouts`, `depends_on`, moves, imports, removals.

use crate::address::Address;
use crate::stack::Declared;
use crate::testing::{check, stack};

fn network(meta: &str, expect: &str) {
    check(&format!("[resource.aws_network.a]\ncidr = \"x\"\n{meta}"), expect);
}

#[test]
fn members_by_list_and_by_map() {
    let stack = stack(
        "[resource.aws_network.a]\nfor_each = { x = \"10\", y = \"20\" }\ncidr = \"${each.key}-${each.value}\"\n\
         [resource.aws_store.b]\nfor_each = \"${aws_network.a}\"\nengine = \"mysql\"\nkey_id = \"${each.value.cidr}\"\nnetwork_id = \"${each.value.id}\"",
    );
    let values: Vec<String> =
        stack.resources.values().map(|it| format!("{} {}", it.address, it.offline.to_json())).collect();
    assert_eq!(
        values,
        [
            r#"aws_network.a["x"] {"cidr":"x-10"}"#,
            r#"aws_network.a["y"] {"cidr":"y-20"}"#,
            r#"aws_store.b["x"] {"engine":"mysql","key_id":"x-10","network_id":{"$unknown":"id of aws_network.a[\"x\"]"}}"#,
            r#"aws_store.b["y"] {"engine":"mysql","key_id":"y-20","network_id":{"$unknown":"id of aws_network.a[\"y\"]"}}"#,
        ]
    );
}

#[test]
fn wrong_for_each() {
    network(
        "for_each = [\"x\", \"x\"]",
        "error[duplicate-key] main.toml:3 `[\"x\", \"x\"]`: `for_each` of aws_network.a names \"x\" twice
  help: remove one of them",
    );
    network(
        "for_each = 3",
        "error[wrong-type] main.toml:3 `3`: `for_each` of aws_network.a must be a list of strings or a map, not a whole number
  help: give it a list of strings or a map",
    );
    network(
        "for_each = [\"${aws_network.b.id}\"]\n[resource.aws_network.b]\ncidr = \"y\"",
        "error[unknown-for-each] main.toml:3 `[\"${aws_network.b.id}\"]`: the keys of `for_each` are not known until apply: they wait for id of aws_network.b
  help: use keys that the manifest knows; values may wait: `{ a = aws_subnet.a.id }`",
    );
    network(
        "for_each = [\"${var.s}\"]\n[variables.s]\nsensitive = true\ndefault = \"hidden\"",
        "error[secret-in-for-each] main.toml:3 `[\"${var.s}\"]`: a `for_each` key would show a secret
  help: keys are part of the address: use names that are no secret",
    );
}

#[test]
fn wrong_lifecycle_and_timeouts() {
    network(
        "lifecycle.prevent_destory = true\ntimeouts.create = \"30 minutes\"\ntimeouts.read = \"1m\"",
        "error[unknown-argument] main.toml:3 `prevent_destory`: `lifecycle` has no argument `prevent_destory`
  help: did you mean `prevent_destroy`?
error[wrong-type] main.toml:4 `\"30 minutes\"`: `timeouts.create` must be a duration
  help: write it like `\"30m\"`, `\"90s\"` or `\"1h30m\"`
error[unknown-argument] main.toml:5 `read`: `timeouts` has no argument `read`
  help: it takes `create`, `update`, `delete`",
    );
    network(
        "lifecycle.enabled = \"${aws_network.b.id}\"\n[resource.aws_network.b]\ncidr = \"y\"",
        "error[unknown-lifecycle] main.toml:3 `\"${aws_network.b.id}\"`: `lifecycle.enabled` is not known until apply: it waits for id of aws_network.b
  help: decide it by a variable or a local",
    );
    network(
        "lifecycle.enabled = \"${var.s}\"\n[variables.s]\nsensitive = true\ndefault = \"true\"",
        "error[secret-in-enabled] main.toml:3 `\"${var.s}\"`: `lifecycle.enabled` would show a secret
  help: decide it by a variable that is no secret",
    );
    network(
        "lifecycle.ignore_changes = [\"cdir\", \"tags[\"]",
        "error[unknown-argument] main.toml:3 `\"cdir\"`: `ignore_changes` names `cdir`, which aws_network does not have
  help: did you mean `cidr`?
error[invalid-path] main.toml:3 `\"tags[\"`: `tags[` is no path to an argument
  help: write it like `tags[\"owner\"]`, `block.argument` or `all`",
    );
}

#[test]
fn lifecycle_is_read() {
    let stack = stack(
        "[variables.keep]\ndefault = true\n\
         [resource.aws_network.a]\ncidr = \"x\"\ntimeouts = { create = \"1h30m\" }\n[resource.aws_network.a.lifecycle]\n\
         prevent_destroy = \"${var.keep}\"\ncreate_before_destroy = true\nretain = true\n\
         ignore_changes = [\"tags.owner\", \"cidr\"]\nreplace_triggered_by = [\"aws_store.s.size\", \"local.release\", \"${aws_store.s}\"]\n\
         [resource.aws_store.s]\nengine = \"mysql\"\n[locals]\nrelease = 1",
    );
    let it = &stack.resources[&Address::managed("aws_network", "a")];
    let lifecycle = &it.lifecycle;
    assert!(lifecycle.prevent_destroy && lifecycle.retain && lifecycle.create_before_destroy == Some(true));
    let ignored: Vec<String> = lifecycle.ignore_changes.iter().map(ToString::to_string).collect();
    assert_eq!(ignored, [r#"tags["owner"]"#, "cidr"]);
    let triggers: Vec<String> = lifecycle
        .replace_triggered_by
        .iter()
        .map(|it| format!("{:?} {:?}", it.address.as_ref().map(ToString::to_string), it.attribute))
        .collect();
    assert_eq!(triggers, [r#"Some("aws_store.s") Some("size")"#, "None None", r#"Some("aws_store.s") None"#]);
    assert_eq!(it.timeouts.create.map(|it| it.as_secs()), Some(5400));
    assert!(it.depends_on.contains_key(&Address::managed("aws_store", "s")));
}

#[test]
fn depends_on_names_what_is_there() {
    network(
        "depends_on = [\"aws_network.b\", \"nonsense\", \"aws_network.a\"]",
        "error[reference-to-nothing] main.toml:3 `\"aws_network.b\"`: there is no `aws_network.b` in the manifest
  help: did you mean `aws_network.a`?
error[invalid-address] main.toml:3 `\"nonsense\"`: `nonsense` is no address: expected `TYPE.NAME`, `TYPE.NAME[\"KEY\"]` or `data.TYPE.NAME`
error[self-reference] main.toml:3 `\"aws_network.a\"`: aws_network.a refers to itself
  help: write the value itself, or put it into a local that both places use",
    );
}

#[test]
fn moves() {
    let to = |text: &str| {
        let stack = stack(&format!("[resource.aws_network.c]\ncidr = \"x\"\n{text}"));
        stack.moved.iter().map(|it| format!("{} to {}", it.from, it.to)).collect::<Vec<String>>()
    };
    assert_eq!(
        to(
            "[[moved]]\nfrom = \"aws_network.a\"\nto = \"aws_network.b\"\n[[moved]]\nfrom = \"aws_network.b\"\nto = \"aws_network.c\""
        ),
        ["aws_network.a to aws_network.c", "aws_network.b to aws_network.c"]
    );
    network(
        "[[moved]]\nfrom = \"aws_network.b\"\nto = \"aws_network.c\"\n[[moved]]\nfrom = \"aws_store.b\"\nto = \"aws_network.a\"",
        "error[reference-to-nothing] main.toml:3 `[[moved]]`: there is no `aws_network.c` in the manifest
  help: did you mean `aws_network.a`?
error[invalid-move] main.toml:6 `[[moved]]`: aws_store.b cannot become aws_network.a: the types differ
  help: an object keeps its type; to adopt it under another, forget and import it",
    );
    network(
        "[resource.aws_network.b]\ncidr = \"y\"\n[[moved]]\nfrom = \"aws_network.a\"\nto = \"aws_network.b\"",
        "error[invalid-move] main.toml:5 `[[moved]]`: aws_network.a is still declared, so it cannot have moved
  help: rename its table to aws_network.b, or remove this `[[moved]]`",
    );
}

#[test]
fn imports_and_removals() {
    network(
        "[[import]]\nto = \"aws_network.b\"\nid = \"n-1\"\n[[removed]]\nfrom = \"aws_network.a\"",
        "error[reference-to-nothing] main.toml:3 `[[import]]`: there is no `aws_network.b` in the manifest
  help: did you mean `aws_network.a`?
error[invalid-removal] main.toml:6 `[[removed]]`: aws_network.a is still declared, so it cannot be forgotten
  help: remove its table, or this `[[removed]]`",
    );
    let stack = stack(
        "[locals]\nn = 7\n[resource.aws_network.a]\ncidr = \"x\"\n[[import]]\nto = \"aws_network.a\"\nid = \"n-${local.n}\"\n\
         [[removed]]\nfrom = \"aws_network.old\"",
    );
    assert_eq!(stack.imports[0].1.as_text(), Some("n-7"));
    assert_eq!(stack.removed[0].0, Address::managed("aws_network", "old"));
}

#[test]
fn what_is_disabled_is_declared() {
    let stack = stack("[resource.aws_network.a]\ncidr = \"x\"\nlifecycle.enabled = \"${stack.environment != null}\"");
    assert!(stack.resources.is_empty());
    assert_eq!(stack.declared[&Address::managed("aws_network", "a")], Declared::Disabled);
}

#[test]
fn members_can_be_disabled_one_by_one() {
    let stack = stack(
        "[resource.aws_network.a]\nfor_each = [\"x\", \"y\"]\ncidr = \"x\"\nlifecycle.enabled = \"${each.key != \\\"y\\\"}\"",
    );
    let keys: Vec<String> = stack.resources.keys().map(ToString::to_string).collect();
    assert_eq!(keys, [r#"aws_network.a["x"]"#]);
    assert_eq!(stack.members(&Address::managed("aws_network", "a")).len(), 1);
}
