//! `--sandbox`: the emulator that lives between commands, and the state that lives with it.

use std::sync::{Mutex, PoisonError};

use crate::program::{Ran, SMALL, Stack};
use crate::vault::TABLE;

/// There is one such emulator, and tests stop it.
static ALONE: Mutex<()> = Mutex::new(());

/// Without the variables that would lead elsewhere; the emulator's environment is shared with the
/// other tests, so that it is installed once at most.
fn run(stack: &Stack, line: &str) -> Ran {
    let mut command = stack.command(line.split_whitespace());
    for name in ["AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"] {
        command.env_remove(name);
    }
    Ran::of(line, command.env("STACKCTL_CACHE", env!("CARGO_TARGET_TMPDIR")))
}

#[test]
fn it_needs_nothing_prepared_and_forgets_with_a_reset() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stack = Stack::offline(&SMALL);
    run(&stack, "apply --sandbox --yes").exits(0).complains("2 created");
    run(&stack, "plan --sandbox --detailed-exitcode").exits(0).says("Nothing to do");
    run(&stack, "sandbox status").exits(0).says("running at http://127.0.0.1:");
    run(&stack, "sandbox start").exits(0).says("already running");
    assert_eq!(run(&stack, "state list --sandbox").exits(0).out.lines().count(), 2);
    assert_eq!(run(&stack, "state list").exits(0).out, "", "the sandbox's state is its own");

    run(&stack, "sandbox reset").exits(0).says("emptied");
    let plan = run(&stack, "plan --sandbox --detailed-exitcode").exits(2);
    plan.complains("started anew").says("2 to create");
    run(&stack, "apply --sandbox --yes -q").exits(0);
    run(&stack, "destroy --sandbox --yes").exits(0).complains("2 deleted");

    run(&stack, "sandbox stop").exits(0).says("stopped");
    run(&stack, "sandbox stop").exits(0).says("not running");
    run(&stack, "sandbox status").exits(0).says("not running");
}

#[test]
fn state_in_a_bucket_needs_nothing_prepared_either() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let stack = Stack::offline(&SMALL);
    stack.declare_state(TABLE, 5);
    run(&stack, "plan --sandbox --detailed-exitcode").exits(2);
    run(&stack, "apply --sandbox --yes").exits(0).complains("2 created");
    run(&stack, "plan --sandbox --detailed-exitcode").exits(0);
    assert_eq!(run(&stack, "state list --sandbox").exits(0).out.lines().count(), 2);
    run(&stack, "state history --sandbox").exits(0).says("SERIAL");

    run(&stack, "sandbox reset").exits(0).says("emptied");
    let plan = run(&stack, "plan --sandbox --detailed-exitcode").exits(2);
    plan.complains("started anew").says("2 to create");
    run(&stack, "apply --sandbox --yes -q").exits(0);
    run(&stack, "destroy --sandbox --yes").exits(0).complains("2 deleted");
    run(&stack, "sandbox stop").exits(0).says("stopped");
}
