//! An AWS that throttles, fails, refuses and loses answers, and a person who presses Ctrl-C.

use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sandbox::{Call, Verdict};

use crate::cloud::Cloud;
use crate::program::{Ran, Stack};
use crate::vault::Vault;

/// Throws dice that fall the same way every time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    /// From 0 to 99.
    fn percent(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % 100
    }
}

/// What a service answers that asks to slow down.
fn throttle(call: &Call) -> Verdict {
    match call.service.as_str() {
        "ec2" => call.refuse(503, "RequestLimitExceeded", "Request limit exceeded."),
        "rds" | "iam" => call.refuse(400, "Throttling", "Rate exceeded"),
        _ => call.refuse(400, "ThrottlingException", "Rate exceeded"),
    }
}

/// An S3 that asks to slow down, among the others.
fn slow_down(call: &Call) -> Verdict {
    match call.service.as_str() {
        "s3" => call.refuse(503, "SlowDown", "Please reduce your request rate."),
        _ => throttle(call),
    }
}

fn survives(seed: u64, fate: impl Fn(&mut Dice, &Call) -> Verdict + Send + Copy + 'static) {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    let empty = cloud.inventory();
    let mut dice = Dice(seed);
    cloud.judge(move |call| fate(&mut dice, call));
    let troubled = |line: &str| {
        let ran = stack.run(line);
        assert!(
            matches!(ran.code, Some(0 | 3 | 5)),
            "{line} with seed {seed}: {:?}\n{}\n{}",
            ran.code,
            ran.out,
            ran.err
        );
        cloud.wait_for_deliveries();
    };
    troubled("apply --yes");
    cloud.let_through();
    stack.run("apply --yes").exits(0);
    stack.run("plan --detailed-exitcode").exits(0);
    let whole = cloud.inventory();
    let untroubled = Cloud::start();
    Stack::wordpress(&untroubled).run("apply --yes -q").exits(0);
    assert_eq!(whole, untroubled.inventory(), "seed {seed}");

    let mut dice = Dice(!seed);
    cloud.judge(move |call| fate(&mut dice, call));
    troubled("destroy --yes");
    cloud.let_through();
    stack.run("destroy --yes").exits(0);
    assert_eq!(cloud.inventory(), empty, "seed {seed}");
}

#[test]
fn answers_and_calls_are_lost() {
    survives(1, |dice, call| match dice.percent() {
        0..10 if call.mutates() => Verdict::ForwardThenDrop,
        10..20 if call.mutates() => Verdict::Drop,
        20..25 => Verdict::Drop,
        _ => Verdict::Forward,
    });
}

#[test]
fn calls_are_throttled() {
    survives(2, |dice, call| if dice.percent() < 10 { throttle(call) } else { Verdict::Forward });
}

#[test]
fn services_fail_inside() {
    survives(3, |dice, call| match dice.percent() {
        0..5 => call.refuse(500, "InternalFailure", "Something is wrong on our side."),
        5..10 => Verdict::Delay(Duration::from_millis(50)),
        _ => Verdict::Forward,
    });
}

/// How often a person starts a command again before they give up.
const STARTS: usize = 12;

#[test]
fn everything_at_once_with_state_in_the_same_weather() {
    for seed in [4, 5] {
        let cloud = Cloud::start();
        let stack = Stack::wordpress(&cloud).sharing(5);
        let vault = Vault::of(&cloud, "wordpress");
        let empty = cloud.inventory();
        let until_done = |line: &str, seed: u64| {
            let mut dice = Dice(seed);
            cloud.judge(move |call| match dice.percent() {
                0..10 => slow_down(call),
                10..15 => call.refuse(500, "InternalFailure", "Something is wrong on our side."),
                15..20 => Verdict::ForwardThenDrop,
                _ => Verdict::Forward,
            });
            let mut said = String::new();
            let done = (0..STARTS).any(|_| {
                let ran = stack.run(line);
                assert!(matches!(ran.code, Some(0 | 3 | 5)), "{line}, seed {seed}: {:?}\n{}", ran.code, ran.err);
                said += &ran.err;
                ran.code == Some(0)
            });
            assert!(done, "{line}, seed {seed}: not done after {STARTS} starts\n{said}");
            cloud.wait_for_deliveries();
            cloud.let_through();
        };
        until_done("apply --yes", seed);
        stack.run("plan --detailed-exitcode").exits(0);
        let untroubled = Cloud::start();
        Stack::wordpress(&untroubled).run("apply --yes -q").exits(0);
        assert_eq!(cloud.inventory(), untroubled.inventory(), "seed {seed}");
        until_done("destroy --yes", !seed);
        assert_eq!(cloud.inventory(), empty, "seed {seed}");
        // A create without an answer that was never found stays suspected for a while; there is
        // nothing behind it.
        let state = vault.state();
        let entries = state["resources"].as_object().expect("entries by address");
        let has_objects = |entry: &&serde_json::Value| !entry["current"].is_null() || entry.get("deposed").is_some();
        let left: Vec<_> = entries.values().filter(has_objects).collect();
        assert!(left.is_empty(), "seed {seed}: {left:#?}");
    }
}

#[test]
fn one_refusal_stops_what_depends_on_it_and_nothing_else() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    cloud.judge(|call| match call.operation.as_str() {
        "CreateRepository" => call.refuse(400, "AccessDeniedException", "User: somebody is not authorized"),
        _ => Verdict::Forward,
    });
    let ran = stack.run("apply --yes").exits(5);
    ran.complains("aws_ecr_repository.wordpress")
        .complains("AccessDeniedException")
        .complains("12 created")
        .complains("1 failed");
    let made = stack.run("state list").exits(0).out;
    assert!(made.contains("aws_db_instance.wordpress") && !made.contains("aws_ecs_service.wordpress"), "{made}");

    let ran = stack.run("apply --yes --json").exits(5);
    let summary = ran.summary();
    assert_eq!((&summary["failed"], &summary["skipped"]), (&1.into(), &2.into()), "{summary}");
    let failed: Vec<_> = ran.events().into_iter().filter(|it| it["event"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["address"], "aws_ecr_repository.wordpress");
    assert_eq!(failed[0]["operation"], "create");
    assert_eq!(failed[0]["error"]["code"], "AccessDeniedException");

    cloud.let_through();
    stack.run("apply --yes").exits(0).complains("3 created");
    stack.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn reads_that_are_denied_are_not_taken_for_absence() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply --yes -q").exits(0);
    cloud.judge(|call| match call.operation.as_str() {
        "DescribeLogGroups" => call.refuse(400, "AccessDeniedException", "User: somebody is not authorized"),
        _ => Verdict::Forward,
    });
    stack.run("plan").exits(3).complains("AccessDeniedException").complains("aws_cloudwatch_log_group");
    let error = stack.run("plan --json").exits(3).json()["error"].clone();
    assert_eq!((&error["code"], &error["exit"]), (&"AccessDeniedException".into(), &3.into()));
    cloud.let_through();
    stack.run("plan --detailed-exitcode").exits(0);
}

#[test]
fn without_an_aws_the_environment_is_to_blame() {
    let stack = Stack::offline(&crate::program::SMALL);
    stack.run("plan").exits(3).complains("help");
    stack.run("validate").exits(0);
}

#[test]
fn the_first_interrupt_begins_nothing_new_and_the_next_run_finishes() {
    for signal in ["INT", "TERM"] {
        let cloud = Cloud::start();
        let stack = Stack::wordpress(&cloud);
        let process: Arc<Mutex<Option<u32>>> = Arc::default();
        let target = Arc::clone(&process);
        let mut sent = false;
        cloud.judge(move |call| {
            if !call.mutates() {
                return Verdict::Forward;
            }
            if !sent {
                sent = true;
                let pid = target.lock().unwrap_or_else(PoisonError::into_inner).expect("started");
                let status = Command::new("/bin/sh").args(["-c", &format!("kill -{signal} {pid}")]).status();
                assert!(status.expect("a shell").success());
            }
            Verdict::Delay(Duration::from_millis(300))
        });
        let child = {
            let mut pid = process.lock().unwrap_or_else(PoisonError::into_inner);
            let child = stack.start("apply --yes");
            *pid = Some(child.id());
            child
        };
        let ran = Ran::after("apply --yes", child).exits(130);
        let ran = ran.complains("Stopping");
        assert!(!ran.err.contains("aws_ecs_service.wordpress created"), "{}", ran.err);
        let calls = cloud.take_calls();
        assert!(calls.iter().all(|it| it.operation != "CreateService"), "nothing new is begun");
        cloud.let_through();
        let recorded = stack.run("state list").exits(0).out;
        assert!(!recorded.is_empty(), "what was in flight is recorded");
        stack.run("apply --yes").exits(0);
        stack.run("plan --detailed-exitcode").exits(0);
    }
}
