//! Services that throttle: an apply is slowed down to what they take, and nothing fails.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudsim::{Operation, Outcome, Throttle};
use driver::FaultKind;
use serde_json::json;

use crate::bed::{Bed, Run, Terms, on_a_clock};
use crate::figures::{ratio, rounded, seconds, tell};
use crate::graphs::{Graph, stack};

/// The part of all calls that is throttled at most.
const SMALL: f64 = 0.05;
/// The same where objects are asked first whether they can go: each of these questions waits on
/// its own.
const LARGER: f64 = 0.15;

/// The least time in which a bucket gives so many tokens.
fn least(calls: usize, (size, rate): (f64, f64)) -> Duration {
    Duration::from_secs_f64(((calls as f64 - size) / rate).max(0.0))
}

fn throttled(run: &Run) -> usize {
    run.calls.iter().filter(|call| call.outcome == Outcome::Failed(FaultKind::Throttled)).count()
}

fn changes(run: &Run) -> usize {
    run.calls.iter().filter(|call| call.operation.mutates() && call.committed).count()
}

/// Before a destroy every object is asked whether it can go.
fn questions(run: &Run) -> usize {
    let asked = run.calls.iter().filter(|call| call.operation == Operation::Obstacles);
    asked.filter(|call| call.outcome == Outcome::Done).count()
}

async fn run(graph: &Graph, throttles: &[Throttle], store: Duration) -> (Run, Run) {
    let terms = Terms { seed: 1, store, throttles: throttles.to_vec(), ..Terms::default() };
    let mut bed = Bed::new(&terms);
    let stack = stack(graph);
    let apply = bed.apply(&stack).await;
    // Until the buckets are full again.
    tokio::time::sleep(Duration::from_secs(600)).await;
    let destroy = bed.destroy(&stack).await;
    (apply, destroy)
}

fn check(name: &str, run: &Run, bound: Duration, share: f64) {
    let (throttled, all) = (throttled(run), run.calls.len());
    let ratio = ratio(run.total, bound);
    let reads = run.calls.iter().filter(|call| call.operation == Operation::Read).count();
    tell(
        name,
        json!({
            "operations": run.plan.operations.len(),
            "calls": all,
            "reads": reads,
            "throttled": throttled,
            "least_s": seconds(bound),
            "total_s": seconds(run.total),
            "ratio": rounded(ratio),
        }),
    );
    assert!(run.outcome.is_complete(), "{:?}", run.outcome);
    assert!(ratio <= 1.25, "{name}: {ratio:.3}");
    assert!(throttled as f64 <= share * all as f64, "{name}: {throttled} of {all} calls were throttled");
}

#[test]
fn a_service_that_throttles_slows_it_down_and_fails_nothing() {
    let ec2 = Throttle::like_ec2("ec2");
    let graph: Graph = std::iter::once(("aws_vpc", BTreeSet::new()))
        .chain((0..320).map(|_| ("aws_security_group", [0].into())))
        .collect();
    for (name, store) in [("throttled", Duration::ZERO), ("throttled_with_writes", Duration::from_millis(100))] {
        on_a_clock(async {
            let (apply, destroy) = run(&graph, &[ec2], store).await;
            check(name, &apply, least(changes(&apply), ec2.changes), SMALL);
            let bound = least(questions(&destroy), ec2.reads) + least(changes(&destroy), ec2.changes);
            check(&format!("{name}_destroy"), &destroy, bound, LARGER);
        });
    }
}

#[test]
fn one_that_throttles_does_not_slow_the_others() {
    let ec2 = Throttle::like_ec2("ec2");
    let kinds = ["aws_security_group", "aws_cloudwatch_log_group"];
    let graph: Graph = (0..400).map(|at| (kinds[at % 2], BTreeSet::new())).collect();
    on_a_clock(async {
        let (apply, _) = run(&graph, &[ec2], Duration::ZERO).await;
        let logs = apply.calls.iter().filter(|call| call.kind == kinds[1]).map(|call| call.at).max();
        let first = apply.calls.first().map(|call| call.at).unwrap_or_default();
        let logs = logs.unwrap_or_default().saturating_sub(first);
        println!("the last of 200 log groups after {logs:?}, all after {:?}", apply.total);
        assert!(logs <= Duration::from_secs(5), "{logs:?}");
        check("throttled_beside_another", &apply, least(200, ec2.changes), SMALL);
    });
}

#[test]
fn a_slow_service_is_asked_slowly() {
    // A change in two seconds, a read in one.
    let slow = Throttle { service: "ec2", changes: (5.0, 0.5), reads: (5.0, 1.0) };
    let graph: Graph = (0..60).map(|_| ("aws_security_group", BTreeSet::new())).collect();
    on_a_clock(async {
        let (apply, destroy) = run(&graph, &[slow], Duration::ZERO).await;
        for (name, run) in [("slow service", &apply), ("slow service, destroy", &destroy)] {
            assert!(run.outcome.is_complete(), "{:?}", run.outcome);
            let bound = least(questions(run), slow.reads) + least(changes(run), slow.changes);
            let (throttled, all) = (throttled(run), run.calls.len());
            println!("{name}: {:?}, at least {bound:?}; {throttled} of {all} throttled", run.total);
            assert!(ratio(run.total, bound) <= 1.5, "{:?} of {bound:?}", run.total);
        }
    });
}

#[test]
fn a_plan_waits_for_a_service_that_throttles_reads() {
    // A read in ten seconds, and three kinds of one service to read for the next plan.
    let slow = Throttle { service: "ec2", changes: (500.0, 50.0), reads: (1.0, 0.1) };
    let kinds = ["aws_vpc", "aws_security_group", "aws_subnet"];
    let graph: Graph = kinds.into_iter().map(|kind| (kind, BTreeSet::new())).collect();
    on_a_clock(async {
        let mut bed = Bed::new(&Terms { seed: 1, throttles: vec![slow], ..Terms::default() });
        let stack = stack(&graph);
        assert!(bed.apply(&stack).await.outcome.is_complete());
        let before = bed.cloud.calls().len();
        let again = bed.apply(&stack).await;
        let asked = bed.cloud.calls().split_off(before);
        let throttled = |outcome: &Outcome| *outcome == Outcome::Failed(FaultKind::Throttled);
        assert!(asked.iter().any(|call| throttled(&call.outcome)), "{asked:#?}");
        assert!(again.plan.operations.is_empty(), "{:#?}", again.plan.operations);
    });
}
