//! Graphs of all shapes and sizes, with kinds that are off their expectation by up to five times.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::bed::{Bed, CALL, Run, Terms, on_a_clock};
use crate::figures::{median, ratio, rounded, tell};
use crate::graphs::{random, stack};
use crate::path::bounds;

const GRAPHS: u64 = 200;

/// What became of one graph.
struct Tried {
    seed: u64,
    least: f64,
    path: f64,
    /// How much longer than the bounds it took.
    more: Duration,
    polls: usize,
    requests: usize,
}

impl Tried {
    fn of(seed: u64, bed: &Bed, run: &Run, each: Duration, around: Duration) -> Self {
        assert!(run.outcome.is_complete(), "seed {seed}: {:?}", run.outcome);
        let bounds = bounds(run, &bed.limits, each);
        let least = ratio(run.total, bounds.least() + around);
        let path = ratio(run.total, bounds.first + bounds.path + around);
        let more = run.total.saturating_sub(bounds.least() + around);
        Self { seed, least, path, more, polls: run.polls(), requests: run.requests }
    }
}

fn figures(tried: &[Tried]) -> Json {
    let worst = tried.iter().max_by(|one, other| one.least.total_cmp(&other.least)).expect("some were tried");
    json!({
        "graphs": tried.len(),
        "worst_ratio": rounded(worst.least),
        "worst_seed": worst.seed,
        "median_ratio": rounded(median(tried.iter().map(|it| it.least).collect())),
        "worst_ratio_of_path": rounded(tried.iter().map(|it| it.path).fold(0.0, f64::max)),
        "median_ratio_of_path": rounded(median(tried.iter().map(|it| it.path).collect())),
        "polls": tried.iter().map(|it| it.polls).sum::<usize>(),
        "store_requests": tried.iter().map(|it| it.requests).sum::<usize>(),
    })
}

/// Applies and destroys so many graphs; `each` and `around` are what the store adds to the bounds.
fn all(graphs: u64, store: Duration, each: Duration, around: Duration) -> (Vec<Tried>, Vec<Tried>) {
    let one = |seed| {
        on_a_clock(async move {
            let stack = stack(&random(seed));
            let mut bed = Bed::new(&Terms { seed, store, ..Terms::default() });
            let apply = bed.apply(&stack).await;
            let apply = Tried::of(seed, &bed, &apply, each, around);
            let destroy = bed.destroy(&stack).await;
            (apply, Tried::of(seed, &bed, &destroy, each, around))
        })
    };
    (0..graphs).map(one).unzip()
}

#[test]
fn no_graph_takes_much_longer_than_its_longest_path() {
    let (apply, destroy) = all(GRAPHS, Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (applied, destroyed) = (figures(&apply), figures(&destroy));
    tell("random", applied);
    tell("random_destroy", destroyed);
    for tried in &apply {
        assert!(tried.least <= 1.1, "seed {}: {:.3}", tried.seed, tried.least);
    }
    for tried in &destroy {
        // Some graphs are gone within a second, of which one look is more than a tenth.
        assert!(tried.least <= 1.1 || tried.more <= CALL, "seed {}: {:.3}", tried.seed, tried.least);
    }
}

#[test]
fn writes_cost_one_request_an_operation() {
    // Before the first operation the account is noted, and after the last one a snapshot is
    // written, with what the last one came to before it.
    let (apply, destroy) = all(GRAPHS / 4, CALL, CALL, CALL * 3);
    tell("random_with_writes", figures(&apply));
    tell("random_destroy_with_writes", figures(&destroy));
    for tried in apply.iter().chain(&destroy) {
        // The intent of a call and what came of it are two requests; where few calls make up the
        // whole path, the second one shows.
        assert!(tried.least <= 1.1 || tried.more <= CALL * 4, "seed {}: {:.3}", tried.seed, tried.least);
    }
}
