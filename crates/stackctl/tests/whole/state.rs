//! State, imports and outputs.

use serde_json::json;

use crate::cloud::Cloud;
use crate::program::{Ran, Stack};

const FIRST: &str = "aws_cloudwatch_log_group.first";

fn applied() -> (Cloud, Stack) {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply --yes -q").exits(0);
    (cloud, stack)
}

fn backups(stack: &Stack) -> usize {
    std::fs::read_dir(stack.manifest().join(".stackctl/backups")).map_or(0, Iterator::count)
}

#[test]
fn it_is_listed_shown_and_pulled() {
    let (_cloud, stack) = applied();
    assert_eq!(
        stack.run("state list").exits(0).out,
        "aws_cloudwatch_log_group.first\naws_cloudwatch_log_group.second\n"
    );
    assert_eq!(stack.run("state list --json").exits(0).json(), json!([FIRST, "aws_cloudwatch_log_group.second"]));
    stack.run("state show aws_cloudwatch_log_group.first").exits(0).says("/small/first").says("ready");
    let shown = stack.run("state show --json aws_cloudwatch_log_group.second").exits(0).json();
    assert_eq!(shown["current"]["id"], "/small/first/second");
    assert_eq!(shown["current"]["dependencies"], json!([FIRST]));
    stack
        .run("state show aws_cloudwatch_log_group.frist")
        .exits(1)
        .complains("did you mean `aws_cloudwatch_log_group.first`?");
    let pulled = stack.run("state pull").exits(0).json();
    for member in
        ["version", "lineage", "serial", "epoch", "applied_through", "account", "region", "resources", "outputs"]
    {
        assert!(!pulled[member].is_null(), "{member}: {pulled:#}");
    }
    assert_eq!(pulled["account"], sandbox::ACCOUNT);
}

#[test]
fn an_address_gets_another_name() {
    let (cloud, stack) = applied();
    let before = backups(&stack);
    stack.run("state mv aws_cloudwatch_log_group.second aws_cloudwatch_log_group.last").exits(0);
    assert!(backups(&stack) > before, "every write leaves a backup");
    stack.run("plan --detailed-exitcode").exits(2);
    stack.edit("logs.toml", "aws_cloudwatch_log_group.second]", "aws_cloudwatch_log_group.last]");
    stack.run("plan --detailed-exitcode").exits(0);
    stack.run("state mv aws_cloudwatch_log_group.last aws_cloudwatch_log_group.first").exits(1);
    stack.run("state mv aws_cloudwatch_log_group.nothing aws_cloudwatch_log_group.x").exits(1);
    stack.run("state mv aws_cloudwatch_log_group.last aws_vpc.main").exits(1);
    assert_eq!(cloud.inventory().iter().filter(|it| it.starts_with("log group")).count(), 2);
}

#[test]
fn what_is_forgotten_stays_and_can_be_imported() {
    let (cloud, stack) = applied();
    let before = cloud.inventory();
    stack.run("state rm aws_cloudwatch_log_group.first").exits(0).says("Forgot");
    stack.run("state rm aws_cloudwatch_log_group.first").exits(1);
    assert_eq!(cloud.inventory(), before);
    // It exists, and is not provably ours: it is not taken, and the way out is printed.
    let refused = stack.run("apply --yes").exits(5);
    assert!(refused.err.contains("[[import]]"), "{}", refused.err);

    stack.run("import aws_cloudwatch_log_group.first /small/nowhere").exits(1).complains("/small/nowhere");
    stack.run("import aws_cloudwatch_log_group.nowhere /small/first").exits(1).complains("does not declare");
    let imported = stack.run("import --json aws_cloudwatch_log_group.first /small/first").exits(0).json();
    assert_eq!((&imported["address"], &imported["id"]), (&FIRST.into(), &"/small/first".into()));
    stack.run("import aws_cloudwatch_log_group.first /small/first").exits(1);
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    assert_eq!(cloud.inventory(), before);
}

#[test]
fn an_import_in_the_manifest_adopts() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    cloud.json("logs", "Logs_20140328.CreateLogGroup", &json!({ "logGroupName": "/small/first" }));
    let import = "\n[[import]]\nto = \"aws_cloudwatch_log_group.first\"\nid = \"/small/first\"\n";
    stack.write("stack.toml", &(stack.text("stack.toml") + import));
    let plan = stack.run("plan --json").exits(0).json();
    assert_eq!((&plan["summary"]["adopt"], &plan["summary"]["create"]), (&1.into(), &1.into()), "{plan:#}");
    stack.run("apply --yes -q").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn moved_and_removed_stand_in_the_manifest() {
    let (cloud, stack) = applied();
    let before = cloud.inventory();
    stack.edit("logs.toml", "aws_cloudwatch_log_group.second]", "aws_cloudwatch_log_group.last]");
    let moved = "\n[[moved]]\nfrom = \"aws_cloudwatch_log_group.second\"\nto = \"aws_cloudwatch_log_group.last\"\n";
    stack.write("stack.toml", &(stack.text("stack.toml") + moved));
    let plan = stack.run("plan --json --detailed-exitcode").exits(2).json();
    assert_eq!(plan["summary"]["move"], 1, "{plan:#}");
    stack.run("apply --yes -q").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    assert_eq!(cloud.inventory(), before);

    stack.cut("logs.toml", "resource.aws_cloudwatch_log_group.last");
    stack.edit("stack.toml", moved, "\n[[removed]]\nfrom = \"aws_cloudwatch_log_group.last\"\n");
    let plan = stack.run("plan --json --detailed-exitcode").exits(2).json();
    assert_eq!(plan["summary"]["forget"], 1, "{plan:#}");
    stack.run("apply --yes -q").exits(0);
    assert_eq!(cloud.inventory(), before);
    assert_eq!(stack.run("state list").out.lines().count(), 1);
}

#[test]
fn outputs_are_bare_or_json() {
    let (_cloud, stack) = applied();
    assert_eq!(stack.run("output first").exits(0).out, "/small/first\n");
    let json = json!({ "first": { "value": "/small/first", "sensitive": false } });
    assert_eq!(stack.run("output --json").exits(0).json(), json);
    stack.run("output frist").exits(1).complains("did you mean `first`?");
    stack.edit("stack.toml", "[outputs.first]", "[outputs.other]");
    stack.run("plan --detailed-exitcode").exits(2);
    stack.run("apply --yes -q").exits(0);
    stack.run("output first").exits(1);
    stack.run("output other").exits(0);
}

#[test]
fn state_of_another_place_is_refused() {
    let (_cloud, stack) = applied();
    stack.run("plan --region eu-central-1").exits(3).complains("us-east-1");
    let other = Cloud::start();
    let mut command = stack.command(["plan"]);
    Ran::of("plan", command.env("AWS_ENDPOINT_URL", other.endpoint())).exits(3);
}

#[test]
fn state_that_is_damaged_is_refused_and_kept() {
    let (_cloud, stack) = applied();
    let path = ".stackctl/state.json";
    let whole = stack.text(path);
    stack.write(path, &whole[..whole.len() / 2]);
    let torn = stack.text(path);
    for line in ["plan", "apply --yes", "state list", "destroy --yes"] {
        stack.run(line).exits(3).complains("damaged");
    }
    assert_eq!(stack.text(path), torn);
    stack.write(path, &whole.replace("\"version\": 1", "\"version\": 99"));
    stack.run("plan").exits(3).complains("99");
    stack.write(path, &whole);
    stack.run("plan --detailed-exitcode").exits(0);
}
