//! One suite over every kind: what the engine relies on, seen through the erased drivers on an
//! emulator that a proxy stands before.
//!
//! In: the catalog, and for each kind a sample of what to create and what to change. Out: every
//! way in which a kind breaks [`driver::Driver`]'s contract, one line each. Where the emulator is
//! no AWS, `sandbox::differences` says so; there are no exceptions per kind.
//!
//! [`recovery`] does the same through the whole engine, and kills it at every call.
//!
//! Each kind works in a region of its own, so that kinds don't see each other's objects.
//! `STACKCTL_CONFORMANCE=aws_vpc` narrows a run to the kinds that begin so, while working on one.

mod compare;
mod faults;
mod life;
mod place;
mod recovery;
mod sample;
mod samples;
mod subject;

use futures::StreamExt;
use model::catalog::Kind;

use crate::sample::Sample;

/// How many kinds are looked at together: the emulator answers one call at a time anyway.
const TOGETHER: usize = 6;

#[test]
fn every_kind_has_a_sample_and_every_sample_a_kind() {
    let (catalog, samples) = (providers::catalog(), samples::all());
    let mut wrong = Vec::new();
    for kind in catalog.kinds {
        if !samples.iter().any(|it| it.kind == kind.name) {
            wrong.push(format!("{} has no sample", kind.name));
        }
    }
    for sample in &samples {
        match catalog.kind(sample.kind) {
            None => wrong.push(format!("a sample is of {}, which is no kind", sample.kind)),
            Some(kind) => wrong.extend(sample.problems(kind)),
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_argument_that_changes_in_place_is_changed() {
    let (catalog, samples) = (providers::catalog(), samples::all());
    let mut unchanged = Vec::new();
    for kind in catalog.kinds {
        let changes: Vec<&str> =
            samples.iter().filter(|it| it.kind == kind.name).flat_map(Sample::changed_arguments).collect();
        let missing = sample::changeable(kind).filter(|name| !changes.contains(name));
        unchanged.extend(missing.map(|name| format!("{}: no sample changes `{name}`", kind.name)));
    }
    assert!(unchanged.is_empty(), "\n{}", unchanged.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_conforms() {
    let moto = place::emulator().await;
    let only = only();
    let kinds = providers::catalog().kinds.iter().enumerate().filter(|(_, kind)| kind.name.starts_with(&only));
    let endpoint = moto.endpoint();
    let runs = kinds.map(|(index, kind)| tokio::spawn(conforms(kind, endpoint.clone(), place::region(index))));
    let mut runs = futures::stream::iter(runs).buffer_unordered(TOGETHER);
    let mut wrong = Vec::new();
    while let Some(found) = runs.next().await {
        wrong.extend(found.unwrap_or_else(|panic| vec![panic.to_string()]));
    }
    wrong.sort();
    assert!(wrong.is_empty(), "{} breaches:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the names of the kinds to look at begin with.
fn only() -> String {
    std::env::var("STACKCTL_CONFORMANCE").unwrap_or_default()
}

/// Everything that is wrong with one kind.
async fn conforms(kind: &'static Kind, endpoint: String, region: String) -> Vec<String> {
    let mut wrong = Vec::new();
    for sample in samples::all().into_iter().filter(|it| it.kind == kind.name) {
        let found = life::run(kind, &sample, &endpoint, &region).await;
        let name = if sample.name.is_empty() { String::new() } else { format!(" ({})", sample.name) };
        wrong.extend(found.into_iter().map(|it| format!("{}{name}: {it}", kind.name)));
    }
    wrong
}
