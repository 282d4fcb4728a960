//! What a run teaches the next one.

use std::collections::BTreeSet;

use serde_json::json;

use crate::bed::{Bed, Terms, on_a_clock};
use crate::figures::{seconds, tell};
use crate::graphs::{Graph, stack};

/// Where kinds are not what they say, the second run begins with what really takes long.
#[test]
fn the_second_run_knows_what_takes_long() {
    // Said to take a moment, and takes minutes; and the other way round.
    let (slow, quick) = ("aws_ecs_cluster", "aws_cloudfront_distribution");
    let paces = vec![(slow, 60.0), (quick, 0.001)];
    let graph: Graph = (0..400).map(|at| (if at % 50 == 49 { slow } else { quick }, BTreeSet::new())).collect();
    on_a_clock(async {
        let stack = stack(&graph);
        let mut bed = Bed::new(&Terms { paces, ..Terms::default() });
        bed.limits.parallelism = 1;
        let first = bed.apply(&stack).await;
        let destroyed = bed.destroy(&stack).await;
        let second = bed.apply(&stack).await;
        assert!(first.outcome.is_complete() && destroyed.outcome.is_complete() && second.outcome.is_complete());
        let (before, after) = (first.total, second.total);
        tell("history", json!({"first_s": seconds(before), "second_s": seconds(after)}));
        let began = |run: &crate::bed::Run| {
            let creates = run.calls.iter().filter(|call| call.operation == cloudsim::Operation::Create);
            creates.take(8).filter(|call| call.kind == slow).count()
        };
        assert_eq!((began(&first), began(&second)), (0, 8));
        assert!(after < before, "{after:?} is no less than {before:?}");
    });
}
