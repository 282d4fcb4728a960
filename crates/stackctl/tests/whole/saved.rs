//! Saved plans, and the lock between two processes.

use std::sync::mpsc;
use std::time::Duration;

use sandbox::Verdict;

use crate::cloud::Cloud;
use crate::json::{failure, fits};
use crate::program::{Ran, Stack};

#[test]
fn a_saved_plan_does_what_it_showed() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("plan --out saved.json --var days=30").exits(0).says("apply --plan saved.json");
    // It neither asks nor needs the variables again.
    stack.run("apply --plan saved.json").exits(0).complains("2 created");
    stack.run("plan --detailed-exitcode --var days=30").exits(0);
    stack.run("plan --detailed-exitcode").exits(2);

    let ran = stack.run("apply --plan saved.json").exits(1).complains("something was applied since");
    assert!(!ran.err.contains("created"), "{}", ran.err);
    stack.run("plan --destroy --out saved.json").exits(0);
    stack.run("apply --plan saved.json").exits(0).complains("2 deleted");
    assert_eq!(stack.run("state list").out, "");
}

#[test]
fn a_saved_plan_that_no_longer_holds_is_refused() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("apply --yes -q").exits(0);
    let before = cloud.inventory();

    stack.run("plan --out saved.json --var days=30").exits(0);
    stack.edit("logs.toml", "/second", "/other");
    stack.run("apply --plan saved.json").exits(1).complains("the manifest changed");
    stack.edit("logs.toml", "/other", "/second");
    assert_eq!(cloud.inventory(), before);

    let group = serde_json::json!({ "logGroupName": "/small/first/second" });
    cloud.json("logs", "Logs_20140328.DeleteLogGroup", &group);
    stack.run("apply --plan saved.json").exits(1).complains("AWS changed since");
    fits(&stack.run("apply --json --plan saved.json").exits(1).json(), &failure("stale-plan", 1));

    stack.write("saved.json", "{}");
    stack.run("apply --plan saved.json").exits(1).complains("no saved plan");
}

#[test]
fn a_saved_plan_asks_for_its_secrets_again() {
    let secret = r#"
[resource.aws_secretsmanager_secret.key]
name                    = "key"
recovery_window_in_days = 0

[resource.aws_secretsmanager_secret_version.key]
secret_id     = "${aws_secretsmanager_secret.key.id}"
secret_string = "${var.key}"
"#;
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let variable = "\n[variables.key]\ntype = \"string\"\nsensitive = true\n";
    stack.write("stack.toml", &(stack.text("stack.toml") + variable));
    stack.write("secret.toml", secret);
    for value in ["one", "two"] {
        stack.run(&format!("plan --out saved.json --var key={value}")).exits(0);
        stack.run("apply --plan saved.json --var key=another").exits(1);
        stack.run("apply --plan saved.json").exits(1);
        stack.run(&format!("apply --plan saved.json --var key={value}")).exits(0);
        stack.run(&format!("plan --detailed-exitcode --var key={value}")).exits(0);
    }
}

#[test]
fn a_saved_plan_narrows_as_it_was_narrowed() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    stack.run("plan --out saved.json --target aws_cloudwatch_log_group.first").exits(0);
    stack.run("apply --plan saved.json").exits(0);
    assert_eq!(stack.run("state list").out, "aws_cloudwatch_log_group.first\n");
}

#[test]
fn the_second_to_come_is_told_who_is_at_work_or_waits() {
    let cloud = Cloud::start();
    let stack = Stack::small(&cloud);
    let (begun, has_begun) = mpsc::channel();
    let (go_on, may_go_on) = mpsc::channel::<()>();
    cloud.judge(move |call| {
        if call.operation == "CreateLogGroup" {
            // The proxy stands still meanwhile, and with it the first process.
            let _ = begun.send(());
            let _ = may_go_on.recv();
        }
        Verdict::Forward
    });
    let first = stack.start("apply --yes");
    has_begun.recv().expect("the first has begun");

    // The lock is looked at after the connection, which the proxy would hold up too.
    let other = Cloud::start();
    let elsewhere = |line: &str| {
        let mut command = stack.command(line.split_whitespace());
        command.env("AWS_ENDPOINT_URL", other.endpoint());
        command
    };
    let refused = Ran::of("apply", &mut elsewhere("apply --yes")).exits(4);
    let refused = refused.complains("apply").complains(&first.id().to_string());
    assert!(refused.err.contains("--lock-wait"), "{}", refused.err);
    fits(&Ran::of("apply", &mut elsewhere("apply --yes --json")).exits(4).json(), &failure("lock-held", 4));
    Ran::of("state rm", &mut elsewhere("state rm aws_cloudwatch_log_group.first")).exits(4);
    Ran::of("apply", &mut elsewhere("apply --yes --lock-wait 1s")).exits(4);
    // Looking takes no lock.
    Ran::of("state list", &mut elsewhere("state list")).exits(0);

    let waiting = stack.start("apply --yes --lock-wait 2m");
    std::thread::sleep(Duration::from_millis(200));
    drop(go_on);
    Ran::after("apply", first).exits(0).complains("2 created");
    Ran::after("apply", waiting).exits(0).says("Nothing to do");
}
