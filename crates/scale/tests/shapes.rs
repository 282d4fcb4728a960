//! Every shape goes from text to plan and back from state, and planned again changes nothing.
//!
//! In: the generator. Out: nothing. Nothing here looks at a clock.

use scale::{Report, Shape, generate, kinds, measure};

fn measured(shape: Shape, size: usize) -> Report {
    measure(&kinds::CATALOG, &generate(shape, size)).unwrap_or_else(|wrong| panic!("{shape:?} of {size}: {wrong}"))
}

#[test]
fn every_shape_of_every_size_can_be_planned() {
    for (_, shape) in Shape::ALL {
        for size in [1, 2, 40, 150] {
            let report = measured(*shape, size);
            assert!(report.resources >= 1, "{shape:?} of {size}");
            let stages: Vec<&str> = report.stages.iter().map(|it| it.stage).collect();
            assert_eq!(
                stages,
                ["parse", "resolve", "graph", "needs", "plan", "schedule", "encode", "decode", "no-op plan"]
            );
        }
    }
}

#[test]
fn the_same_size_is_the_same_manifest() {
    for (_, shape) in Shape::ALL {
        assert_eq!(generate(*shape, 60), generate(*shape, 60));
    }
}

#[test]
fn sizes_are_what_was_asked_for() {
    for shape in [Shape::Mixed, Shape::Blocks, Shape::Members, Shape::Chain, Shape::FanIn, Shape::FanOut, Shape::Pairs]
    {
        let resources = measured(shape, 1000).resources;
        assert!((990..=1010).contains(&resources), "{shape:?} has {resources}");
    }
}

/// A test's thread has a stack of two megabytes.
#[test]
fn chains_need_no_deep_stack() {
    for shape in [Shape::LocalChain, Shape::Chain, Shape::DependsOn] {
        measured(shape, 3000);
    }
}
