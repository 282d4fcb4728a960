//! Generated stacks and their edits resolve without a problem, and one seed gives one text.

use cloudsim::kinds::CATALOG;
use cloudsim::stacks::Sketch;
use model::diagnostic::{Diagnostic, Severity};
use model::source::{NoFiles, Sources};
use model::stack::{Given, Options, resolve};

fn check(text: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    sources.add("stack.toml", text);
    let (manifest, mut problems) = model::manifest::parse(&sources, None);
    let options = Options { sources: &sources, variables: &Given::default(), files: &NoFiles };
    problems.extend(resolve(&manifest, &CATALOG, &options).1);
    problems.retain(|problem| problem.severity == Severity::Error);
    problems
}

#[test]
fn generated_stacks_resolve() {
    for seed in 0..60 {
        let mut sketch = Sketch::new(seed, 12);
        for _ in 0..4 {
            let text = sketch.to_string();
            let problems = check(&text);
            assert!(problems.is_empty(), "seed {seed}: {problems:#?}\n{text}");
            sketch.edit();
        }
    }
}

#[test]
fn a_seed_gives_one_text() {
    let text = |seed| {
        let mut sketch = Sketch::new(seed, 12);
        let edits = sketch.edit();
        (sketch.to_string(), edits)
    };
    assert_eq!(text(7), text(7));
    assert_ne!(text(7), text(8));
}
