//! What state in S3 costs: calls and bytes grow with the work, and no faster.

use sandbox::Call;

use crate::cloud::Cloud;
use crate::program::Stack;
use crate::vault::is_state;

/// What an apply sent to write state.
#[derive(Debug)]
struct Cost {
    calls: usize,
    journal: usize,
    snapshots: usize,
}

impl Cost {
    fn of(calls: &[Call]) -> Self {
        let writes = || calls.iter().filter(|it| is_state(it) && it.mutates());
        let bytes = |service: &str| writes().filter(|it| it.service == service).map(|it| it.body.len()).sum();
        let renewals = |it: &&Call| it.operation == "UpdateItem";
        // How often the lock is renewed depends on how fast the machine is.
        let count = calls.iter().filter(|it| is_state(it)).filter(|it| !renewals(it)).count();
        Self { calls: count, journal: bytes("dynamodb"), snapshots: bytes("s3") }
    }
}

fn groups(count: usize) -> Cost {
    let cloud = Cloud::start();
    let keys: Vec<String> = (0..count).map(|it| format!("\"{it}\"")).collect();
    let groups = format!(
        "[resource.aws_cloudwatch_log_group.many]\nfor_each = [{}]\nname = \"/many/${{each.key}}\"\n",
        keys.join(", ")
    );
    let head = "[stack]\nname = \"many\"\n\n[provider.aws]\nregion = \"us-east-1\"\n";
    let stack = Stack::of(&cloud, &[("stack.toml", head), ("many.toml", &groups)]).sharing(300);
    cloud.take_calls();
    stack.run("apply --yes -q").exits(0);
    Cost::of(&cloud.take_calls())
}

#[test]
fn twice_the_work_writes_about_twice_as_much() {
    let (once, twice) = (groups(30), groups(60));
    assert!(once.journal > 30 * 200, "{once:?}");
    assert!(twice.journal * 2 <= once.journal * 5, "{once:?} {twice:?}");
    assert!(twice.snapshots * 2 <= once.snapshots * 6, "{once:?} {twice:?}");
    assert!(twice.calls * 2 <= once.calls * 5, "{once:?} {twice:?}");
}

#[test]
fn wordpress_needs_few_calls_for_its_state() {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud).sharing(300);
    cloud.take_calls();
    let plan = stack.run("plan --json").exits(0).json();
    let calls = cloud.take_calls();
    let state = calls.iter().filter(|it| is_state(it)).count();
    assert_eq!((&plan["state_calls"], &plan["aws_calls"]["total"]), (&state.into(), &(calls.len() - state).into()));
    assert_eq!(state, 2, "one query, one object");

    let summary = stack.run("apply --yes --json").exits(0).summary();
    let calls = cloud.take_calls();
    let state: Vec<&Call> = calls.iter().filter(|it| is_state(it)).collect();
    assert_eq!(summary["aws_calls"], calls.len() - state.len(), "calls for state are counted apart");
    let cost = Cost::of(&calls);
    let resources = calls.iter().filter(|it| it.mutates() && !is_state(it)).count();
    assert!(cost.calls <= 2 * resources + 10, "{cost:?} for {resources} changing calls");
    stack.run("plan --detailed-exitcode").exits(0);
}
