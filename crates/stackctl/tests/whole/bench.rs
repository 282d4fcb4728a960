//! The committed benchmark: how many AWS calls the WordPress stack takes, operation by operation.
//!
//! In: the shipped manifest. Out: the counts, held against `docs/bench/calls.json`, so that a
//! call more or less shows as a difference in review. With `STACKCTL_BENCH=FILE` they are written
//! there instead, which is how `cargo xtask bench` prints and updates them.

use std::collections::BTreeMap;
use std::path::Path;

use sandbox::Call;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cloud::Cloud;
use crate::program::Stack;

/// The calls of one command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Counts {
    total: usize,
    mutating: usize,
    by_operation: BTreeMap<String, usize>,
}

impl Counts {
    fn of(calls: &[Call]) -> Self {
        let mut by_operation = BTreeMap::new();
        for call in calls {
            *by_operation.entry(call.name()).or_default() += 1;
        }
        Self { total: calls.len(), mutating: calls.iter().filter(|call| call.mutates()).count(), by_operation }
    }
}

/// Every command of the benchmark, in the order they are run in.
type Bench = Vec<(String, Counts)>;

#[test]
fn the_number_of_calls_is_as_committed() {
    let measured = measure();
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bench/calls.json");
    let text = serde_json::to_string_pretty(&as_map(&measured)).expect("JSON") + "\n";
    if let Some(path) = std::env::var_os("STACKCTL_BENCH") {
        std::fs::write(path, text).expect("written");
        return;
    }
    let committed = std::fs::read_to_string(committed).expect("docs/bench/calls.json").replace("\r\n", "\n");
    let difference = similar::TextDiff::from_lines(&committed, &text);
    let difference = difference.unified_diff().header("committed", "measured").to_string();
    assert!(difference.is_empty(), "if this is better, `cargo xtask bench --update`\n{difference}");
}

fn as_map(bench: &Bench) -> serde_json::Map<String, Value> {
    bench.iter().map(|(name, counts)| (name.clone(), serde_json::to_value(counts).expect("JSON"))).collect()
}

fn measure() -> Bench {
    let cloud = Cloud::start();
    let stack = Stack::wordpress(&cloud);
    let mut bench = Bench::new();
    // One at a time, so that what is batched does not depend on how fast this machine is.
    let mut note = |name: &str, line: &str| -> Counts {
        cloud.take_calls();
        let ran = stack.run(line).exits(0);
        let counts = Counts::of(&cloud.take_calls());
        let told = if line.starts_with("plan") { ran.json()["aws_calls"].clone() } else { ran.summary() };
        match told.get("by_operation") {
            Some(by_operation) => {
                assert_eq!(told["total"], counts.total, "{name}");
                assert_eq!(by_operation, &serde_json::to_value(&counts.by_operation).expect("JSON"), "{name}");
            }
            None => assert_eq!(told["aws_calls"], counts.total, "{name}"),
        }
        bench.push((name.to_owned(), counts.clone()));
        counts
    };

    let plan = note("plan, from nothing", "plan --json");
    assert_eq!(plan.mutating, 0);
    let apply = note("apply", "apply --yes --json");
    assert!(apply.total <= 75, "{apply:#?}");
    let empty = note("plan, nothing to do", "plan --json");
    assert!(empty.total <= 22 && empty.mutating == 0, "{empty:#?}");
    let one = note("plan, one attribute", "plan --json --var desired_count=2");
    assert!(one.total <= 22 && one.mutating == 0, "{one:#?}");
    let one = note("apply, one attribute", "apply --yes --json --var desired_count=2");
    assert_eq!(one.mutating, 1, "{one:#?}");
    note("destroy", "destroy --yes --json");
    bench
}
