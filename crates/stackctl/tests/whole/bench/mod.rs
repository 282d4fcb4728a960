//! The committed benchmark: how many AWS calls stacks take, operation by operation.
//!
//! In: the shipped manifest and two made for this. Out: the counts, held against
//! `docs/bench/calls`, so that a call more or less shows as a difference in review. With
//! `STACKCTL_BENCH=FOLDER` they are written there instead, which is how `cargo xtask bench` prints
//! and updates them.

mod counts;
mod state;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::cloud::Cloud;
use crate::program::Stack;
use counts::Counts;

/// A stack on an empty cloud, and what its commands took so far.
struct Bench {
    cloud: Cloud,
    stack: Stack,
    commands: Map<String, Value>,
}

impl Bench {
    fn of(manifest: &str) -> Self {
        let cloud = Cloud::start();
        let stack = Stack::shipped(&cloud, manifest);
        Self { cloud, stack, commands: Map::new() }
    }

    /// Runs a command and counts its calls for resources.
    fn note(&mut self, name: &str, line: &str) -> Counts {
        self.cloud.take_calls();
        let ran = self.stack.run(&format!("{line} --json")).exits(0);
        let counts = Counts::of(&ran, &self.cloud.take_calls(), line);
        let committed = serde_json::to_value(&counts).expect("JSON");
        self.commands.insert(name.to_owned(), committed);
        counts
    }
}

/// What a person does with a stack, from nothing to nothing, narrowed to a target and to a layer,
/// and with one attribute changed.
struct Deeds {
    manifest: &'static str,
    target: &'static str,
    layer: &'static str,
    change: &'static str,
}

/// The counts that have limits.
struct Measured {
    apply: Counts,
    empty: Counts,
    target: Counts,
    layer: Counts,
    one: Counts,
}

fn measure(name: &str, deeds: &Deeds) -> Measured {
    let Deeds { manifest, target, layer, change } = deeds;
    let mut bench = Bench::of(manifest);
    let plan = bench.note("plan, from nothing", "plan");
    let apply = bench.note("apply", "apply --yes");
    let empty = bench.note("plan, nothing to do", "plan");
    let target = bench.note("plan, one target", &format!("plan --target {target}"));
    let layer = bench.note("plan, one layer", &format!("plan --layer {layer}"));
    let one = bench.note("plan, one attribute", &format!("plan --var {change}"));
    let applied = bench.note("apply, one attribute", &format!("apply --yes --var {change}"));
    bench.note("destroy", "destroy --yes");
    for (what, counts) in [("plan", &plan), ("empty", &empty), ("target", &target), ("layer", &layer), ("one", &one)] {
        assert_eq!(counts.mutating, 0, "{name}, {what}: {counts:#?}");
    }
    assert!(one.total <= empty.total, "{name}: {empty:#?} {one:#?}");
    assert_eq!(applied.mutating, 1, "{name}: {applied:#?}");
    compare(name, bench.commands);
    Measured { apply, empty, target, layer, one }
}

#[test]
fn wordpress_takes_as_many_calls_as_committed() {
    let measured = measure(
        "wordpress",
        &Deeds {
            manifest: "manifests/wordpress",
            target: "aws_ecr_repository.wordpress",
            layer: "ecr",
            change: "desired_count=2",
        },
    );
    assert!(measured.apply.with_waiting <= 43, "{:#?}", measured.apply);
    assert!(measured.empty.total <= 19, "{:#?}", measured.empty);
    assert!(measured.one.total <= 19, "{:#?}", measured.one);
    // Who asks, the repository, and its tags.
    assert_eq!((measured.target.total, measured.layer.total), (3, 3));
}

#[test]
fn groups_take_as_many_calls_as_committed() {
    let measured = measure(
        "groups",
        &Deeds {
            manifest: "docs/bench/stacks/groups",
            target: "aws_security_group.service[\"007\"]",
            layer: "logs",
            change: "first_retention=30",
        },
    );
    assert!(measured.apply.with_waiting <= 650, "{:#?}", measured.apply);
    assert!(measured.empty.total <= 24, "{:#?}", measured.empty);
    // Who asks, the group, and its VPC.
    assert_eq!(measured.target.total, 3, "{:#?}", measured.target);
    assert!(measured.layer.by_operation.keys().all(|it| !it.starts_with("ec2:")), "{:#?}", measured.layer);
}

#[test]
fn a_thousand_resources_take_as_many_calls_as_committed() {
    let measured = measure(
        "mixed",
        &Deeds {
            manifest: "docs/bench/stacks/mixed",
            target: "aws_ecr_lifecycle_policy.service[\"s07\"]",
            layer: "stores",
            change: "first_retention=60",
        },
    );
    assert!(measured.apply.total <= 1_500, "{:#?}", measured.apply);
    assert!(measured.empty.total <= 700, "{:#?}", measured.empty);
    assert!(measured.target.total <= 5, "{:#?}", measured.target);
}

/// Fails with a difference where what was measured is not what is committed.
#[track_caller]
fn compare(name: &str, measured: Map<String, Value>) {
    let text = serde_json::to_string_pretty(&measured).expect("JSON") + "\n";
    let file = format!("{name}.json");
    if let Some(folder) = std::env::var_os("STACKCTL_BENCH") {
        std::fs::write(PathBuf::from(folder).join(file), text).expect("written");
        return;
    }
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bench/calls").join(&file);
    let committed = std::fs::read_to_string(committed).unwrap_or_default().replace("\r\n", "\n");
    let difference = similar::TextDiff::from_lines(&committed, &text);
    let difference = difference.unified_diff().header("committed", "measured").to_string();
    assert!(difference.is_empty(), "{file}: if this is better, `cargo xtask bench --update`\n{difference}");
}
