//! The graph of the shipped manifest: its resources and who refers to whom, on kinds with the
//! times of the real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::bed::{Bed, CALL, Terms, on_a_clock};
use crate::figures::{ratio, rounded, seconds, tell};
use crate::graphs::{Graph, stack};
use crate::kinds::CATALOG;
use crate::path::bounds;

/// The resources of a manifest and whom they mention, each after those.
fn graph(folder: &Path) -> Graph {
    let mut mentioned: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let files = std::fs::read_dir(folder).expect("the manifest is there").flatten().map(|it| it.path());
    for file in files.filter(|it| it.extension().is_some_and(|it| it == "toml")) {
        let text = std::fs::read_to_string(file).expect("a layer is text");
        let mut around = None;
        for line in text.lines() {
            if line.starts_with('[') {
                let header = line.trim_start_matches('[');
                let mut parts = header.strip_prefix("resource.").into_iter().flat_map(|it| it.split(['.', ']']));
                around = parts.next().zip(parts.next()).map(|(kind, name)| format!("{kind}.{name}"));
                mentioned.extend(
                    around.clone().map(|it| (it, BTreeSet::new())).filter(|(it, _)| !mentioned.contains_key(it)),
                );
            } else if let Some(around) = &around {
                let words = line.split(|it: char| !(it.is_alphanumeric() || it == '_' || it == '.'));
                let addresses = words.filter_map(|word| {
                    let mut parts = word.split('.');
                    parts.next().zip(parts.next()).map(|(kind, name)| format!("{kind}.{name}"))
                });
                mentioned.entry(around.clone()).or_default().extend(addresses);
            }
        }
    }
    let known: BTreeSet<String> = mentioned.keys().cloned().collect();
    mentioned.values_mut().for_each(|it| it.retain(|address| known.contains(address)));
    let mut order: Vec<String> = Vec::new();
    while order.len() < known.len() {
        let next = known.iter().find(|it| !order.contains(it) && mentioned[*it].iter().all(|on| order.contains(on)));
        order.push(next.expect("there is no loop").clone());
    }
    let node = |address: &String| {
        let kind = address.split('.').next().and_then(|kind| CATALOG.kind(kind));
        let place = |on: &String| order.iter().position(|it| it == on);
        let kind = kind.unwrap_or_else(|| panic!("kinds.rs has no kind for {address}"));
        (kind.name, mentioned[address].iter().filter_map(place).collect())
    };
    order.iter().map(node).collect()
}

#[test]
fn the_shipped_stack_takes_its_longest_path() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../manifests/wordpress");
    let graph = graph(&folder);
    assert_eq!(graph.len(), 18, "{graph:?}");
    let stack = stack(&graph);
    let mut worst = 0.0_f64;
    for seed in 0..20 {
        for store in [Duration::ZERO, CALL] {
            on_a_clock(async {
                let mut bed = Bed::new(&Terms { seed, store, ..Terms::default() });
                for destroy in [false, true] {
                    let run = if destroy { bed.destroy(&stack).await } else { bed.apply(&stack).await };
                    assert!(run.outcome.is_complete(), "{:?}", run.outcome);
                    let bounds = bounds(&run, &bed.limits, store);
                    let path = bounds.first + bounds.path + store * 3;
                    worst = worst.max(ratio(run.total, path));
                    if (seed, store, destroy) == (0, Duration::ZERO, false) {
                        tell(
                            "wordpress",
                            json!({
                                "operations": run.plan.operations.len(),
                                "longest_path_s": seconds(path),
                                "total_s": seconds(run.total),
                                "ratio": rounded(ratio(run.total, path)),
                                "polls": run.polls(),
                            }),
                        );
                    }
                }
            });
        }
    }
    println!("wordpress, worst of all: {worst:.3}");
    assert!(worst <= 1.1, "{worst:.3}");
}
