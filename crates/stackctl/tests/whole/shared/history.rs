//! Every write of state leaves a version that can be read again.

use serde_json::json;

use crate::cloud::Cloud;
use crate::program::Stack;
use crate::vault::Vault;

const FIRST: &str = "aws_cloudwatch_log_group.first";

fn applied() -> (Cloud, Stack) {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud).sharing(5);
    stack.run("apply --yes -q").exits(0);
    (cloud, stack)
}

#[test]
fn versions_are_listed_and_pulled_by_serial_and_by_id() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud).sharing(5);
    assert_eq!(stack.run("state history --json").exits(0).json(), json!([]));
    stack.run("state history").exits(0).says("No state is stored yet");
    stack.run("apply --yes -q").exits(0);
    let first = stack.run("state pull").exits(0).json();
    stack.run("apply --yes -q --var days=14").exits(0);
    let second = stack.run("state pull").exits(0).json();
    assert!(second["serial"].as_u64() > first["serial"].as_u64());

    let listed = stack.run("state history --json").exits(0).json();
    let listed = listed.as_array().expect("a list");
    assert_eq!(listed[0]["current"], true, "{listed:#?}");
    assert_eq!(listed[0]["serial"], second["serial"], "newest first: {listed:#?}");
    assert_eq!(listed.iter().filter(|it| it["current"] == true).count(), 1);
    let table = stack.run("state history").exits(0);
    listed.iter().for_each(|it| assert!(table.out.contains(it["id"].as_str().expect("an id")), "{}", table.out));

    let serial = first["serial"].to_string();
    let by_serial = stack.run(&format!("state pull --version {serial}")).exits(0).json();
    assert_eq!(by_serial["resources"], first["resources"]);
    let same = |it: &&serde_json::Value| it["serial"] == first["serial"];
    for id in listed.iter().filter(same).map(|it| it["id"].as_str().expect("an id")) {
        let by_id = stack.run(&format!("state pull --version {id}")).exits(0).json();
        assert_eq!((&by_id["serial"], &by_id["lineage"]), (&first["serial"], &first["lineage"]));
    }
    stack.run("state pull --version 999999").exits(1).complains("999999").complains("state history");
    stack.run("state pull --version no-such-version").exits(1).complains("no-such-version");
}

#[test]
fn edits_take_the_lock_and_leave_a_version() {
    let (cloud, stack) = applied();
    let vault = Vault::of(&cloud, "small");
    let before = vault.versions().len();
    let serial = vault.state()["serial"].clone();
    stack.run("state mv aws_cloudwatch_log_group.second aws_cloudwatch_log_group.last").exits(0);
    assert!(vault.versions().len() > before, "a version more");
    vault.is_tidy("state mv");
    assert_eq!(stack.run("state list").exits(0).out.lines().last(), Some("aws_cloudwatch_log_group.last"));
    let old = stack.run(&format!("state pull --version {serial}")).exits(0).json();
    assert!(old["resources"].to_string().contains("log_group.second"), "what was there can be read again: {old:#}");
    stack.edit("logs.toml", "aws_cloudwatch_log_group.second]", "aws_cloudwatch_log_group.last]");
    stack.run("plan --detailed-exitcode").exits(0);

    let before = vault.versions().len();
    stack.run(&format!("state rm {FIRST}")).exits(0).says("Forgot");
    assert!(vault.versions().len() > before, "a version more");
    vault.is_tidy("state rm");
    stack.run(&format!("import {FIRST} /small/first")).exits(0);
    vault.is_tidy("import");
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn an_edit_that_is_refused_writes_nothing_and_gives_the_lock_back() {
    let (cloud, stack) = applied();
    let vault = Vault::of(&cloud, "small");
    let before = vault.state()["resources"].clone();
    stack.run("state mv aws_cloudwatch_log_group.nothing aws_cloudwatch_log_group.x").exits(1);
    stack.run(&format!("state mv {FIRST} aws_vpc.main")).exits(1);
    stack.run("state rm aws_cloudwatch_log_group.frist").exits(1).complains("did you mean");
    vault.is_tidy("refused edits");
    assert_eq!(vault.state()["resources"], before);
}
