//! Graphs as manifest texts.
//!
//! In: nodes with a kind and what they wait for. Out: a resolved stack. And graphs by chance:
//! chains, fans, layers, and anything in between, of one to some hundred nodes.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use cloudsim::Dice;
use model::source::{NoFiles, Sources};
use model::stack::{Given, Options, Stack, resolve};

use crate::kinds::{CATALOG, DRAWN};

/// A graph: every node with a kind's name, and the earlier ones that it waits for.
pub type Graph = Vec<(&'static str, BTreeSet<usize>)>;

/// A graph as a stack.
pub fn stack(graph: &Graph) -> Stack {
    let mut text = "[stack]\nname = \"path\"\n".to_owned();
    for (at, (kind, after)) in graph.iter().enumerate() {
        let after: Vec<String> = after.iter().map(|it| format!("\"${{{}.r{it}.id}}\"", graph[*it].0)).collect();
        let _ = write!(text, "\n[resource.{kind}.r{at}]\nafter = [{}]\n", after.join(", "));
    }
    let mut sources = Sources::default();
    sources.add("stack.toml", text);
    let (manifest, problems) = model::manifest::parse(&sources, None);
    assert!(problems.is_empty(), "{problems:#?}");
    let options = Options { sources: &sources, variables: &Given::default(), files: &NoFiles };
    let (stack, problems) = resolve(&manifest, &CATALOG, &options);
    assert!(problems.is_empty(), "{problems:#?}");
    stack
}

/// A graph by chance.
pub fn random(seed: u64) -> Graph {
    let dice = Dice(seed);
    let shape = below(dice, "shape", 5);
    let size = 1 + (dice.roll("size").powi(2) * 240.0) as usize;
    let wide = 1 + below(dice, "wide", 40);
    let node = |at: usize| {
        let kind = DRAWN[below(dice, &format!("kind {at}"), DRAWN.len())].name;
        let some = |salt: &str, from: usize, most: usize| -> BTreeSet<usize> {
            let count = below(dice, &format!("{salt} count {at}"), most + 1);
            (0..count.min(at)).map(|it| from + below(dice, &format!("{salt} {it} {at}"), at - from)).collect()
        };
        let after: BTreeSet<usize> = match shape {
            // A chain.
            0 => at.checked_sub(1).into_iter().collect(),
            // A fan: everything after the first one, and the last one after everything.
            1 if at == 0 => BTreeSet::new(),
            1 if at + 1 == size => (1..at).chain([0]).collect(),
            1 => [0].into(),
            // Layers: each node after some of the layer before.
            2 if at < wide => BTreeSet::new(),
            2 => {
                let layer = at / wide;
                (0..3).map(|it| (layer - 1) * wide + below(dice, &format!("up {it} {at}"), wide)).collect()
            }
            // Chains side by side.
            3 => at.checked_sub(wide).into_iter().collect(),
            // Anything.
            _ => some("any", 0, 4),
        };
        (kind, after)
    };
    (0..size).map(node).collect()
}

fn below(dice: Dice, question: &str, most: usize) -> usize {
    ((dice.roll(question) * most as f64) as usize).min(most.saturating_sub(1))
}
