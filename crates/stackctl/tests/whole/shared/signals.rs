//! Ctrl-C and SIGTERM with state that others share.

use std::process::Child;

use super::writers::{Held, changes, hold, signal};
use crate::cloud::Cloud;
use crate::program::{ANN, BOB, Ran, Stack, wait_for};
use crate::vault::Vault;

/// Long enough that a call can be held up.
const LEASE: u32 = 30;

fn interrupt(name: &str, child: &Child) {
    signal(name, child.id());
}

#[test]
fn the_first_records_what_is_in_flight_and_gives_the_lock_back() {
    for name in ["INT", "TERM"] {
        let cloud = Cloud::start();
        let stack = Stack::small(&cloud).sharing(LEASE);
        let vault = Vault::of(&cloud, "small");
        let Held { mut child, gate } = hold(&cloud, &stack, "apply --yes", ANN);
        interrupt(name, &child);
        wait_for(&mut child, "Stopping");
        gate.open();
        Ran::after("apply --yes", child).exits(130);
        cloud.let_through();
        vault.is_tidy(name);
        let recorded = vault.state()["resources"].clone();
        assert_eq!(recorded.as_object().map(serde_json::Map::len), Some(1), "{recorded:#}");
        let ran = stack.run("apply --yes").exits(0);
        assert!(!ran.err.contains("Looking whether"), "the next starts at once: {}", ran.err);
        stack.run("plan --detailed-exitcode").exits(0);
    }
}

#[test]
fn while_it_waits_for_a_lock_it_just_goes() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(LEASE);
    let bob = ann.twin();
    let Held { child: anns, gate } = hold(&cloud, &ann, "apply --yes", ANN);
    let line = "apply --yes --lock-wait 5m";
    let mut bobs = bob.start(line);
    wait_for(&mut bobs, "Looking whether");
    interrupt("INT", &bobs);
    Ran::after(line, bobs).exits(130);
    assert!(Vault::of(&cloud, "small").is_locked(), "Ann still has it");
    let bobs: Vec<_> = cloud.take_calls().into_iter().filter(|it| it.caller == BOB.key && it.mutates()).collect();
    assert!(bobs.is_empty(), "{bobs:#?}");
    gate.open();
    Ran::after("apply --yes", anns).exits(0);
    Vault::of(&cloud, "small").is_tidy("apply");
}

#[test]
fn the_second_stops_at_once() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud).sharing(LEASE);
    let Held { child, gate } = hold(&cloud, &stack, "apply --yes", ANN);
    let mut child = child;
    interrupt("INT", &child);
    // Keys bounce: what comes right after the first is the first. So the second is sent until it is
    // heard; nothing else ends the process, whose call is still held up.
    let status = loop {
        std::thread::sleep(std::time::Duration::from_millis(400));
        match child.try_wait().expect("it can be waited for") {
            Some(status) => break status,
            None => interrupt("INT", &child),
        }
    };
    assert_eq!(status.code(), Some(130));
    assert!(cloud.underway() > 0, "its call was not waited for");
    gate.open();
    cloud.wait_for_deliveries();
    cloud.let_through();
    assert_eq!(cloud.calls().iter().filter(|it| changes(it)).count(), 1);
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    assert_eq!(cloud.inventory().iter().filter(|it| it.starts_with("log group")).count(), 2);
    Vault::of(&cloud, "small").is_tidy("apply");
}
