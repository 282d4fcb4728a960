//! Secrets in places that would print them.

use crate::address::Address;
use crate::stack::Given;
use crate::testing::{check, resolved, stack};

const SECRET: &str = "[variables.s]\nsensitive = true\ndefault = \"hidden\"\n";

fn store(arguments: &str, expect: &str) {
    check(&format!("{SECRET}[resource.aws_store.a]\nengine = \"mysql\"\n{arguments}"), expect);
}

#[test]
fn names_and_tags_are_public() {
    store(
        "name = \"${var.s}\"\ntags = { owner = \"${var.s}\" }",
        "error[secret-in-name] main.toml:6 `\"${var.s}\"`: `name` would show a secret: names are public
  help: name it after something that is no secret
error[secret-in-tag] main.toml:7 `\"${var.s}\"`: the tag `owner` would show a secret: tags are public
  help: remove the tag, or tag it with something that is no secret",
    );
    check(
        "[resource.aws_store.a]\nengine = \"mysql\"\n[resource.aws_store.b]\nengine = \"mysql\"\nname = \"${aws_store.a.secret}\"",
        "error[secret-in-name] main.toml:5 `\"${aws_store.a.secret}\"`: `name` would show a secret: names are public
  help: name it after something that is no secret",
    );
}

#[test]
fn outputs_say_that_they_are_secret() {
    check(
        &format!("{SECRET}[outputs.x]\nvalue = \"it is ${{var.s}}\""),
        "error[secret-in-output] main.toml:5 `\"it is ${var.s}\"`: the output `x` holds a secret
  help: mark it: `[outputs.x] sensitive = true`, or leave the secret out",
    );
    check(&format!("{SECRET}[outputs.x]\nsensitive = true\nvalue = \"it is ${{var.s}}\""), "");
}

#[test]
fn a_plain_environment_warns() {
    store(
        "[[resource.aws_store.a.containers]]\nname = \"web\"\nenvironment = [{ name = \"PASSWORD\", value = \"${var.s}\" }]",
        "warning[secret-in-environment] main.toml:8 `\"${var.s}\"`: the secret in `PASSWORD` is readable in the task definition
  help: let ECS fetch it: `secrets = [{ name = \"PASSWORD\", valueFrom = \"${aws_secretsmanager_secret.….arn}\" }]`",
    );
}

#[test]
fn messages_never_quote_a_secret() {
    store(
        "password = \"short\"\nclass = \"${var.s}\"\nsize = \"${var.s}\"",
        "error[wrong-length] main.toml:6 `\"short\"`: `password` must have 8 to 41 characters
warning[not-allowed] main.toml:7 `\"${var.s}\"`: `class` is this value, which is not among the values known here
  help: known values: `small`, `large`
error[wrong-type] main.toml:8 `\"${var.s}\"`: `size` must be a whole number, not a string",
    );
}

#[test]
fn sensitive_arguments_are_sealed() {
    let stack = stack(
        "[resource.aws_store.b]\nengine = \"mysql\"\n\
         [resource.aws_store.a]\nengine = \"mysql\"\npassword = \"${aws_store.b.endpoint}\"",
    );
    let it = &stack.resources[&Address::managed("aws_store", "a")];
    let crate::Tree::Hole(pending) = it.offline.get("password").expect("a password") else { panic!("a hole") };
    assert!(pending.secret);
}

#[test]
fn a_sensitive_variable_that_is_not_given_keeps() {
    let text = "[variables.s]\nsensitive = true\n[resource.aws_store.a]\nengine = \"mysql\"\npassword = \"${var.s}\"";
    let (stack, problems, _) = resolved(text, &Given::default());
    assert_eq!(problems, []);
    let it = stack.resources.values().next().expect("a store");
    assert_eq!(it.offline.get("password"), Some(&crate::Tree::Secret(crate::Secret::Keep)));
    assert!(!format!("{stack:?}").contains("hidden"));
}
