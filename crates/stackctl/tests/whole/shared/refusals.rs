//! State that cannot be trusted is refused, by every command, in words and in JSON, and left as it
//! is.

use sandbox::Call;
use serde_json::{Value, json};

use crate::cloud::Cloud;
use crate::kill::{Point, Which, killed};
use crate::program::Stack;
use crate::vault::{BUCKET, TABLE, Vault, is_state};

const COMMANDS: [&str; 5] =
    ["plan", "apply --yes", "destroy --yes", "state list", "state rm aws_cloudwatch_log_group.first"];

fn applied() -> (Cloud, Stack) {
    let cloud = Cloud::start();
    // No apply is so slow that it renews such a lease.
    let stack = Stack::small(&cloud).sharing(300);
    stack.run("apply --yes").exits(0);
    (cloud, stack)
}

/// Another lock table than that which everybody names.
const OTHER: &str = "acme-locks-of-others";

/// One log group more.
const THIRD: &str = "\n[resource.aws_cloudwatch_log_group.third]\nname = \"third\"\n";

/// A stack that was applied and then killed in the middle of a change, so that there is a journal.
fn with_a_journal() -> (Cloud, Stack) {
    let (cloud, stack) = applied();
    // The dead hold their lock for a whole lease.
    stack.edit("stack.toml", "lease_seconds = 300", "lease_seconds = 5");
    stack.write("logs.toml", &(stack.text("logs.toml") + THIRD));
    let point = Point { which: Which::Resources, call: 1, delivered: true };
    assert!(killed(&cloud, &stack, "apply --yes", point));
    assert!(!Vault::of(&cloud, "small").records().is_empty());
    (cloud, stack)
}

/// Fails unless every command refuses, says this, and changes nothing.
#[track_caller]
fn refuse(cloud: &Cloud, stack: &Stack, code: &str, words: &[&str]) {
    let vault = Vault::of(cloud, "small");
    let (snapshot, records, things) = (vault.snapshot(), vault.records(), cloud.inventory());
    cloud.take_calls();
    for line in COMMANDS {
        let ran = stack.run(line).exits(3);
        words.iter().fold(ran, |ran, word| ran.complains(word));
    }
    for line in ["plan --json", "apply --yes --json", "state list --json"] {
        let error = stack.run(line).exits(3).json()["error"].clone();
        assert_eq!((&error["code"], &error["exit"]), (&code.into(), &3.into()), "{line}: {error:#}");
        words
            .iter()
            .for_each(|word| assert!(error["message"].as_str().is_some_and(|it| it.contains(word)), "{error:#}"));
    }
    assert_eq!((vault.snapshot(), vault.records(), cloud.inventory()), (snapshot, records, things), "{code}");
    let writes: Vec<String> =
        cloud.take_calls().iter().filter(|it| it.mutates() && !is_state(it)).map(Call::name).collect();
    assert_eq!(writes, Vec::<String>::new(), "{code}");
    assert!(!vault.is_locked(), "{code}: the lock was not given back");
}

/// Does something to the snapshot, expects that it is refused, and puts it back.
#[track_caller]
fn tampered(code: &str, words: &[&str], tamper: impl FnOnce(&str) -> String) {
    let (cloud, stack) = applied();
    let vault = Vault::of(&cloud, "small");
    let whole = vault.snapshot().expect("a snapshot");
    vault.put_snapshot(&tamper(&whole));
    refuse(&cloud, &stack, code, words);
    vault.put_snapshot(&whole);
    stack.run("plan --detailed-exitcode").exits(0);
    stack.run("apply --yes").exits(0);
    vault.is_tidy("put back");
}

/// Changes a snapshot as JSON.
fn edited(text: &str, edit: impl FnOnce(&mut Value)) -> String {
    let mut state: Value = serde_json::from_str(text).expect("JSON");
    edit(&mut state);
    format!("{state:#}\n")
}

#[test]
fn a_torn_snapshot() {
    tampered("state-damaged", &["damaged", "state history"], |whole| whole[..whole.len() / 2].to_owned());
}

#[test]
fn a_snapshot_of_a_newer_stackctl() {
    tampered("state-newer", &["99"], |whole| edited(whole, |state| state["version"] = json!(99)));
}

#[test]
fn a_snapshot_that_contradicts_itself() {
    tampered("state-broken", &["contradicts itself"], |whole| {
        edited(whole, |state| {
            let second = &mut state["resources"]["aws_cloudwatch_log_group.second"];
            second["current"]["id"] = json!("/small/first");
        })
    });
}

#[test]
fn a_snapshot_of_another_history() {
    tampered("state-foreign", &["another state"], |whole| {
        edited(whole, |state| state["lineage"] = json!("0000000000000000"))
    });
}

#[test]
fn a_snapshot_of_another_history_beside_a_journal() {
    let (cloud, stack) = with_a_journal();
    let vault = Vault::of(&cloud, "small");
    let whole = vault.snapshot().expect("a snapshot");
    vault.put_snapshot(&edited(&whole, |state| state["lineage"] = json!("0000000000000000")));
    refuse(&cloud, &stack, "state-foreign", &["another state"]);
    vault.put_snapshot(&whole);
    stack.run("apply --yes").exits(0);
    vault.is_tidy("put back");
}

#[test]
fn a_snapshot_that_another_table_locks() {
    let (cloud, stack) = applied();
    stack.edit("stack.toml", TABLE, OTHER);
    stack.run("init").exits(0);
    refuse(&cloud, &stack, "other-lock-table", &[TABLE, OTHER]);
    stack.edit("stack.toml", OTHER, TABLE);
    stack.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn a_snapshot_that_is_gone() {
    let (cloud, stack) = applied();
    let vault = Vault::of(&cloud, "small");
    let last = vault.snapshot().expect("a snapshot");
    vault.delete_snapshot();
    refuse(&cloud, &stack, "state-gone", &["no state", "lock table", "state history"]);
    // The way out that the message names.
    let listed = stack.run("state history --json").exits(0).json();
    let id = listed[0]["id"].as_str().expect("an id");
    stack.run(&format!("state pull --version {id}")).exits(0);
    vault.put_snapshot(&last);
    stack.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn an_older_snapshot_beside_a_journal() {
    let (cloud, stack) = with_a_journal();
    let vault = Vault::of(&cloud, "small");
    let whole = vault.snapshot().expect("a snapshot");
    let through = |text: &str| {
        let state: Value = serde_json::from_str(text).expect("JSON");
        state["applied_through"].as_u64().expect("a number")
    };
    let older: Vec<String> = vault.versions().iter().map(|it| vault.text_of(it)).collect();
    let oldest = older.iter().min_by_key(|it| through(it)).expect("a version");
    assert!(through(oldest) < through(&whole));
    vault.put_snapshot(oldest);
    refuse(&cloud, &stack, "journal-gap", &["older or newer copy"]);
    vault.put_snapshot(&whole);
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    vault.is_tidy("put back");
}

#[test]
fn a_journal_record_that_is_damaged() {
    let (cloud, stack) = with_a_journal();
    let vault = Vault::of(&cloud, "small");
    let whole = vault.records().first().expect("a record").clone();
    let mut torn = whole.clone();
    let text = whole["text"]["S"].as_str().expect("a text");
    torn["text"]["S"] = json!(text[..text.len() / 2]);
    vault.put_item(&torn);
    refuse(&cloud, &stack, "journal-damaged", &["damaged", TABLE]);
    vault.put_item(&whole);
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    vault.is_tidy("put back");
}

#[test]
fn state_of_another_region_or_emulator() {
    let (cloud, stack) = applied();
    cloud.take_calls();
    // Bucket and table stay where they are.
    let region = format!("lock_table = \"{TABLE}\"\nregion = \"us-east-1\"");
    stack.edit("stack.toml", &format!("lock_table = \"{TABLE}\""), &region);
    let elsewhere = stack.run("plan --region eu-central-1").exits(3);
    elsewhere.complains("us-east-1").complains("eu-central-1");
    stack.run("apply --yes --region eu-central-1").exits(3);
    let writes = cloud.take_calls().iter().filter(|it| it.mutates() && !is_state(it)).count();
    assert_eq!(writes, 0);
    Vault::of(&cloud, "small").is_tidy(BUCKET);
}
