//! What waiting costs: reads in batches, whose number grows with the logarithm of the time that
//! is waited for, and not with the number of those who wait.

use std::collections::BTreeSet;
use std::time::Duration;

use cloudsim::Operation;
use serde_json::json;

use crate::bed::{Bed, Run, Terms, on_a_clock};
use crate::figures::tell;
use crate::graphs::{Graph, stack};

const DATABASE: &str = "aws_db_instance";
const BATCH: usize = 50;

async fn databases(count: usize, pace: f64) -> Run {
    let graph: Graph = (0..count).map(|_| (DATABASE, BTreeSet::new())).collect();
    let mut bed = Bed::new(&Terms { paces: vec![(DATABASE, pace)], ..Terms::default() });
    let run = bed.apply(&stack(&graph)).await;
    assert!(run.outcome.is_complete());
    run
}

/// The most looks at an object that takes so long and was expected to take so long: while a
/// twelfth of the time passes between two, ln(longest / first) × 12 of them, and then one every
/// 15 seconds.
fn most(takes: Duration, expected: Duration) -> f64 {
    let takes = takes.as_secs_f64();
    let first = (expected.as_secs_f64() / 20.0).clamp(0.1, 15.0);
    let slow = 15.0 * 12.0;
    2.0 + 13.0 * (takes.min(slow) / first).max(1.0).ln() + (takes - slow).max(0.0) / 15.0
}

#[test]
fn those_who_wait_together_are_looked_at_together() {
    for pace in [0.1, 1.0, 4.0] {
        on_a_clock(async {
            let mut polls = Vec::new();
            for count in [1, 8, 50, 100] {
                let run = databases(count, pace).await;
                let longest = run.calls.iter().filter_map(|call| call.settles).max().unwrap_or_default();
                let batches = count.div_ceil(BATCH) as f64;
                // They do not begin at the same instant: eight at a time call, so there can be
                // a few looks more until they have come together.
                let bound = batches * 2.0 * most(longest, Duration::from_secs(600));
                println!("pace {pace}, {count} databases: {} polls in {:?}", run.polls(), run.total);
                assert!(run.polls() as f64 <= bound, "{count}: {} polls, at most {bound:.0}", run.polls());
                polls.push(run.polls());
            }
            tell(
                &format!("polls_at_pace_{pace}"),
                json!({"of_1": polls[0], "of_8": polls[1], "of_50": polls[2], "of_100": polls[3]}),
            );
        });
    }
}

#[test]
fn who_comes_later_does_not_hurry_the_others() {
    on_a_clock(async {
        // A chain of quick ones lets a database join every few hundred milliseconds.
        let mut graph: Graph = Vec::new();
        for link in 0..40_usize {
            graph.push(("aws_iam_role", (link > 0).then(|| 2 * (link - 1)).into_iter().collect()));
            graph.push((DATABASE, [2 * link].into()));
        }
        let mut bed = Bed::new(&Terms { paces: vec![(DATABASE, 1.0)], ..Terms::default() });
        let run = bed.apply(&stack(&graph)).await;
        assert!(run.outcome.is_complete());
        let longest = run.calls.iter().filter_map(|call| call.settles).max().unwrap_or_default();
        let looks = run.calls.iter().filter(|it| it.operation == Operation::Read && it.kind == DATABASE).count();
        let bound = 2.0 * most(longest, Duration::from_secs(600));
        println!("40 databases one after the other: {looks} polls in {:?}", run.total);
        assert!(looks as f64 <= bound, "{looks} polls, at most {bound:.0}");
    });
}
