//! How much of the Terraform provider's types ours have.
//!
//! In: `data/aws-arguments.json`, the provider's arguments and attributes of these types at every
//! depth; the catalog; `docs/left-out.md`. What is missing has to stand on that page with a
//! reason, and what stands there has to be missing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use model::catalog::Kind;
use model::reference::rows;

/// Attributes by path, each with its type and flags, as `string optional,computed`.
type Attributes = BTreeMap<String, String>;

#[derive(Debug, Default)]
struct Coverage {
    arguments: usize,
    outputs: usize,
    missing_arguments: BTreeSet<(String, String)>,
    missing_outputs: BTreeSet<(String, String)>,
}

#[test]
fn nearly_every_argument_and_attribute_is_there() {
    let coverage = coverage();
    let arguments = percent(coverage.arguments, coverage.missing_arguments.len());
    let outputs = percent(coverage.outputs, coverage.missing_outputs.len());
    eprintln!(
        "{arguments:.1} % of {} arguments, {outputs:.1} % of {} attributes",
        coverage.arguments, coverage.outputs
    );
    assert!(arguments >= 95.0, "{arguments:.1} % of the arguments; missing: {:#?}", coverage.missing_arguments);
    assert!(outputs >= 90.0, "{outputs:.1} % of the attributes; missing: {:#?}", coverage.missing_outputs);
}

#[test]
fn nearly_every_argument_of_each_type_is_there() {
    let catalog = providers::catalog();
    for (name, attributes) in terraform() {
        let kind = catalog.kind(&name).unwrap_or_else(|| panic!("there is no `{name}`"));
        let coverage = coverage_of(kind, &attributes);
        let arguments = percent(coverage.arguments, coverage.missing_arguments.len());
        assert!(arguments >= 90.0, "{arguments:.1} % of `{name}`; missing: {:#?}", coverage.missing_arguments);
    }
}

#[test]
fn what_is_missing_is_listed_with_a_reason() {
    let coverage = coverage();
    let missing: BTreeSet<_> = coverage.missing_arguments.union(&coverage.missing_outputs).cloned().collect();
    let listed = listed();
    let unlisted: Vec<_> = missing.difference(&listed).collect();
    assert!(unlisted.is_empty(), "list these in docs/left-out.md with a reason: {unlisted:#?}");
    let present: Vec<_> = listed.difference(&missing).collect();
    assert!(present.is_empty(), "these are listed in docs/left-out.md and are not missing: {present:#?}");
}

fn coverage() -> Coverage {
    let catalog = providers::catalog();
    let mut all = Coverage::default();
    for (name, attributes) in terraform() {
        let kind = catalog.kind(&name).unwrap_or_else(|| panic!("there is no `{name}`"));
        let one = coverage_of(kind, &attributes);
        all.arguments += one.arguments;
        all.outputs += one.outputs;
        all.missing_arguments.extend(one.missing_arguments);
        all.missing_outputs.extend(one.missing_outputs);
    }
    all
}

fn coverage_of(kind: &Kind, attributes: &Attributes) -> Coverage {
    let paths = |schema| rows(schema).into_iter().map(|row| row.path).collect::<BTreeSet<String>>();
    let (inputs, outputs) = (paths((kind.inputs)()), paths((kind.outputs)()));
    let mut coverage = Coverage::default();
    for (path, flags) in attributes {
        let flags: BTreeSet<&str> = flags.split([' ', ',']).collect();
        // `timeouts` is a meta-argument of every kind; the other two are outputs of every kind.
        let of_all = matches!(path.as_str(), "id" | "tags_all") || path.split('.').next() == Some("timeouts");
        if of_all || flags.contains("deprecated") {
            continue;
        }
        let entry = (kind.name.to_owned(), path.clone());
        if ["optional", "required", "block"].iter().any(|flag| flags.contains(flag)) {
            coverage.arguments += 1;
            if !inputs.contains(path) {
                coverage.missing_arguments.insert(entry);
            }
        } else {
            coverage.outputs += 1;
            // The name of an argument is not repeated among the outputs.
            if !outputs.contains(path) && !inputs.contains(path) {
                coverage.missing_outputs.insert(entry);
            }
        }
    }
    coverage
}

fn terraform() -> BTreeMap<String, Attributes> {
    serde_json::from_str(include_str!("data/aws-arguments.json")).expect("a map of maps")
}

/// The lines ``- `TYPE` `PATH`: reason`` of the page.
fn listed() -> BTreeSet<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/left-out.md");
    let page = std::fs::read_to_string(page).expect("docs/left-out.md");
    let mut listed = BTreeSet::new();
    for line in page.lines().filter(|line| line.starts_with("- `aws_")) {
        let (subject, reason) = line.split_once(": ").unwrap_or_else(|| panic!("no reason in {line:?}"));
        let parts: Vec<&str> = subject.split('`').collect();
        let [_, kind, " ", path, ""] = parts.as_slice() else { panic!("not `TYPE` `PATH`: reason: {line:?}") };
        assert!(reason.len() > 10, "no reason in {line:?}");
        assert!(listed.insert(((*kind).to_owned(), (*path).to_owned())), "twice: {line:?}");
    }
    listed
}

/// Counts of arguments fit a float's 53 bits.
#[allow(clippy::cast_precision_loss)]
fn percent(all: usize, missing: usize) -> f64 {
    100.0 * (all - missing) as f64 / all.max(1) as f64
}
