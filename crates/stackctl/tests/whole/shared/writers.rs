//! Two at once: never two writers.

use std::process::{Child, Command};
use std::thread;
use std::time::Duration;

use sandbox::{Call, Gate, Verdict};

use crate::cloud::Cloud;
use crate::program::{ANN, BOB, Person, Ran, Stack, wait_for};
use crate::vault::{Vault, is_state};

/// Long enough that a call can be held up while somebody else looks and waits.
const LEASE: u32 = 30;

/// A command that is in the middle of its first changing call.
pub struct Held {
    /// The process.
    pub child: Child,
    /// What its call waits for.
    pub gate: Gate,
}

/// Starts a command of somebody's and holds its first changing call for a resource up.
pub fn hold(cloud: &Cloud, stack: &Stack, line: &str, person: Person) -> Held {
    let (gate, held) = (Gate::shut(), Gate::shut());
    let (mine, there) = (gate.clone(), held.clone());
    cloud.judge(move |call| {
        if call.caller == person.key && changes(call) {
            there.open();
            return Verdict::Hold(mine.clone());
        }
        Verdict::Forward
    });
    let mut child = stack.start(line);
    wait_until(|| held.is_open() || child.try_wait().expect("it can be waited for").is_some());
    if !held.is_open() {
        panic!("it ended before it changed anything: {:?}", Ran::after(line, child));
    }
    Held { child, gate }
}

/// Waits for something that is going to be.
pub fn wait_until(mut there: impl FnMut() -> bool) {
    while !there() {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal, by its name.
pub fn signal(name: &str, pid: u32) {
    let status = Command::new("/bin/sh").args(["-c", &format!("kill -{name} {pid}")]).status();
    assert!(status.expect("a shell").success());
}

/// Whether a call changes something other than state.
pub fn changes(call: &Call) -> bool {
    call.mutates() && !is_state(call)
}

/// Who made the changing calls, each once for every time that another came in between.
fn turns(calls: &[Call]) -> Vec<&str> {
    let mut turns: Vec<&str> = calls.iter().filter(|it| changes(it)).map(|it| it.caller.as_str()).collect();
    turns.dedup();
    turns
}

#[test]
fn one_works_and_the_other_is_told_who_does() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(LEASE);
    let bob = ann.twin();
    let Held { child, gate } = hold(&cloud, &ann, "apply --yes", ANN);
    let pid = child.id().to_string();
    // All at once, so that one sign of life is enough for all. Looking needs no lock, and does not
    // take what is going on for a crash.
    let refused = ["apply --yes", "destroy --yes", "state rm aws_cloudwatch_log_group.first"];
    let refused = refused.map(|line| (line, bob.start(line)));
    let in_json = bob.start("apply --yes --json");
    let planned = bob.start("plan");
    for (line, child) in refused {
        let ran = Ran::after(line, child).exits(4);
        ran.complains(ANN.name)
            .complains(ANN.host)
            .complains("stackctl apply")
            .complains(&pid)
            .complains("--lock-wait");
    }
    let error = Ran::after("apply --yes --json", in_json).exits(4).json()["error"].clone();
    assert_eq!((&error["code"], &error["exit"]), (&"lock-held".into(), &4.into()), "{error:#}");
    Ran::after("plan", planned).exits(0).complains(ANN.name);
    bob.run("state list").exits(0);
    gate.open();
    Ran::after("apply --yes", child).exits(0);
    assert_eq!(turns(&cloud.take_calls()), [ANN.key]);
    cloud.let_through();
    bob.run("plan --detailed-exitcode").exits(0);
    Vault::of(&cloud, "small").is_tidy("apply");
}

#[test]
fn who_waits_works_afterwards() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(LEASE);
    let bob = ann.twin();
    let Held { child: anns, gate } = hold(&cloud, &ann, "apply --yes", ANN);
    let line = "apply --yes --lock-wait 2m --var days=14";
    let mut bobs = bob.start(line);
    wait_for(&mut bobs, "Waiting for it");
    gate.open();
    Ran::after("apply --yes", anns).exits(0);
    let ran = Ran::after(line, bobs).exits(0);
    ran.complains("1 updated");
    assert_eq!(turns(&cloud.take_calls()), [ANN.key, BOB.key], "never two writers");
    cloud.let_through();
    bob.run("plan --detailed-exitcode --var days=14").exits(0);
    Vault::of(&cloud, "small").is_tidy("both");
}

#[test]
fn many_at_once_come_one_after_the_other() {
    let cloud = Cloud::start();
    let ann = Stack::small(&cloud).sharing(5);
    let bob = ann.twin();
    let line = |days: u32| format!("apply --yes --lock-wait 2m --var days={days}");
    let started = [3, 7, 14].map(|days| (line(days), bob.start(&line(days))));
    Ran::after(&line(30), ann.start(&line(30))).exits(0);
    for (line, child) in started {
        Ran::after(&line, child).exits(0);
    }
    let calls = cloud.take_calls();
    let appliers = turns(&calls);
    assert!(appliers.len() <= 3, "Ann has one turn: {appliers:?}");
    let epoch = Vault::of(&cloud, "small").lock().expect("a lock")["epoch"]["N"].clone();
    assert_eq!(epoch, "4", "each held it once");
    ann.run("plan").exits(0);
    assert_eq!(cloud.inventory().iter().filter(|it| it.starts_with("log group")).count(), 2);
    Vault::of(&cloud, "small").is_tidy("all");
}

#[test]
fn who_slept_through_the_lease_changes_nothing_after_waking() {
    let cloud = Cloud::start();
    let ann = Stack::wordpress(&cloud).sharing(5);
    let bob = ann.twin();
    let (asleep, pid) = (Gate::shut(), std::sync::Arc::new(std::sync::Mutex::new(None)));
    let (fallen, target) = (asleep.clone(), std::sync::Arc::clone(&pid));
    let mut seen = 0;
    cloud.judge(move |call| {
        seen += usize::from(changes(call));
        if changes(call) && seen == 6 {
            // Whoever judges waits until there is a process to stop.
            let pid = target.lock().expect("a number").expect("started");
            signal("STOP", pid);
            fallen.open();
        }
        Verdict::Forward
    });
    let anns = {
        let mut pid = pid.lock().expect("a number");
        let child = ann.start("apply --yes");
        *pid = Some(child.id());
        child
    };
    wait_until(|| asleep.is_open());
    cloud.wait_for_deliveries();
    cloud.let_through();
    bob.run("apply --yes").exits(0).complains("took the lock over").complains(ANN.name);
    bob.run("plan --detailed-exitcode").exits(0);
    let vault = Vault::of(&cloud, "wordpress");
    vault.is_tidy("bob's apply");
    let (state, whole) = (vault.snapshot(), cloud.inventory());

    cloud.take_calls();
    signal("CONT", anns.id());
    Ran::after("apply --yes", anns).exits(3).complains("the lock on the state was lost");
    cloud.wait_for_deliveries();
    let late: Vec<Call> = cloud.take_calls().into_iter().filter(changes).collect();
    assert!(late.is_empty(), "{late:#?}");
    assert_eq!((vault.snapshot(), cloud.inventory()), (state, whole), "what is there is Bob's");
    vault.is_tidy("ann's waking");
    ann.run("plan --detailed-exitcode").exits(0);
}
