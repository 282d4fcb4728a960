//! `stackctl lock show` and `stackctl lock break`.

use super::writers::{Held, hold};
use crate::cloud::Cloud;
use crate::program::{ANN, BOB, Ran, Stack};
use crate::vault::Vault;

/// Long enough that a call can be held up while others look.
const LEASE: u32 = 30;

#[test]
fn it_says_who_holds_it_and_whether_they_live() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(LEASE);
    let bob = ann.twin();
    bob.run("lock show").exits(0).says("No lock is held");
    assert_eq!(bob.run("lock show --json").exits(0).json()["held"], false);

    let Held { child, gate } = hold(&cloud, &ann, "apply --yes", ANN);
    let pid = child.id().to_string();
    let shown = seen_alive(|| bob.run("lock show --json").exits(0).json());
    assert_eq!((&shown["held"], &shown["alive"], &shown["lease_seconds"]), (&true.into(), &true.into(), &LEASE.into()));
    assert_eq!((&shown["holder"]["owner"], &shown["holder"]["host"]), (&ANN.name.into(), &ANN.host.into()));
    assert_eq!(shown["holder"]["pid"].to_string(), pid, "{shown:#}");
    let shown = bob.run("lock show").exits(0);
    shown.says(ANN.name).says(ANN.host).says("stackctl apply").says(&pid).says("alive ");
    gate.open();
    Ran::after("apply --yes", child).exits(0);
    bob.run("lock show").exits(0).says("No lock is held");
}

/// Looks until the holder was heard of, which a machine with much else to do may delay.
fn seen_alive(look: impl Fn() -> serde_json::Value) -> serde_json::Value {
    let mut looks = 0;
    loop {
        let shown = look();
        looks += 1;
        if shown["alive"] == true {
            return shown;
        }
        assert!(looks < 4, "{shown:#}");
    }
}

#[test]
fn a_dead_holder_is_shown_as_silent() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(LEASE);
    let Held { mut child, gate } = hold(&cloud, &ann, "apply --yes", ANN);
    child.kill().expect("killed");
    child.wait().expect("gone");
    gate.open();
    cloud.wait_for_deliveries();
    cloud.let_through();
    let bob = ann.twin();
    bob.run("lock show").exits(0).says(ANN.name).says("no sign of life");
    assert_eq!(bob.run("lock show --json").exits(0).json()["alive"], false);
    // Breaking it saves the wait.
    bob.run("lock break --yes").exits(0).says(ANN.name);
    let ran = bob.run("apply --yes").exits(0);
    assert!(!ran.err.contains("took the lock over"), "{}", ran.err);
    bob.run("plan --detailed-exitcode").exits(0);
    Vault::of(&cloud, "small").is_tidy("lock break");
}

#[test]
fn whoever_held_a_broken_lock_is_shut_out() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(LEASE);
    let bob = ann.twin();
    bob.run("lock break --yes").exits(0).says("No lock is held");
    let Held { child, gate } = hold(&cloud, &ann, "apply --yes", ANN);
    bob.run("lock break").exits(1).complains("--yes").complains(ANN.name);
    assert!(Vault::of(&cloud, "small").is_locked(), "without an answer it is left alone");
    bob.run("lock break --yes").exits(0).says(ANN.name).says("next apply");
    cloud.let_through();
    // All that Ann has sent so far is on the wire; the rest is refused.
    cloud.take_calls();
    gate.open();
    let ran = Ran::after("apply --yes", child).exits(3);
    ran.complains("the lock on the state was lost");
    cloud.wait_for_deliveries();
    let after = cloud.take_calls();
    let changed: Vec<_> =
        after.iter().filter(|it| it.caller == ANN.key && it.service == "logs" && it.mutates()).collect();
    assert!(changed.is_empty(), "{changed:#?}");
    bob.run("apply --yes").exits(0);
    bob.run("plan --detailed-exitcode").exits(0);
    assert_eq!(cloud.inventory().iter().filter(|it| it.starts_with("log group")).count(), 2);
    Vault::of(&cloud, "small").is_tidy("lock break");
    let calls = cloud.take_calls();
    assert!(calls.iter().any(|it| it.caller == BOB.key));
}
