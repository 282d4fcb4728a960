//! A manifest that was written, tried on the cloud that Terraform's states describe.
//!
//! In: the texts of a manifest, and what Terraform holds under each of its addresses. Out: the
//! places where the manifest does not say what Terraform applied, what stackctl would remember had
//! it applied the manifest itself, and the plan that is left. It must not know Terraform's
//! configuration, nor how a place is mended.
//!
//! Nothing here compares values by rules of its own where the planner has one: the manifest is
//! planned as a user will plan it, and what the plan would change is what disagrees. Only what a
//! plan has no word on is compared here: which members there are, arguments that never reach AWS,
//! and what data sources are looked up by.

mod cause;
mod difference;
mod evaluate;
mod load;
mod members;
mod place;
mod show;
#[cfg(test)]
mod tests;
mod unplanned;

use std::collections::BTreeMap;

use engine::fingerprint::Fingerprints;
use engine::plan;
use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::graph::{self, Graph};
use model::plan::Change;
use model::stack::Stack;
use model::state::State;
use model::{Address, Known};

use crate::attributes::Instance;
use crate::draft::Carried;
use crate::remember;

pub use load::sources;
pub use place::Where;

pub(crate) use evaluate::Evaluated;
pub(crate) use unplanned::equal;

use load::Loaded;

/// A manifest, and the cloud that it is tried on.
#[derive(Clone, Copy)]
pub struct Rehearsal<'a> {
    /// The manifest's texts by path in its folder.
    pub files: &'a BTreeMap<String, String>,
    /// Files that expressions read, by path in its folder.
    pub copies: &'a BTreeMap<String, Vec<u8>>,
    /// The environment; none for the manifest without one.
    pub environment: Option<&'a str>,
    /// Our kinds.
    pub catalog: &'a Catalog,
    /// What was carried over.
    pub carried: &'a [Carried],
    /// What Terraform's state holds, by member address.
    pub instances: &'a BTreeMap<Address, Instance>,
    /// What data sources told Terraform, by member address: maps of arguments and outputs.
    pub data: &'a BTreeMap<Address, Known>,
    /// Values of sensitive variables, in memory.
    pub secrets: &'a BTreeMap<String, Known>,
    /// The new stack's fingerprints.
    pub fingerprints: &'a Fingerprints,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Rehearsed {
    /// What stackctl would remember; lineage, serial and epoch are left to the store. None where
    /// the manifest could not be evaluated.
    pub state: Option<State>,
    /// Where the manifest does not say what Terraform applied. What only follows from another
    /// disagreement, or from something that is yet to be made, is not among them: it goes away
    /// with its cause.
    pub disagreements: Vec<Disagreement>,
    /// The plan that is left, with the values of secrets and without them.
    pub changes: Vec<Change>,
    /// Warnings; their places are in the texts of [`sources`].
    pub warnings: Vec<Diagnostic>,
}

/// One place where the manifest does not say what Terraform applied.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// Where in the manifest.
    pub place: Where,
    /// What it says instead.
    pub why: Why,
}

/// How the manifest and Terraform disagree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The manifest comes to another value; both as people read them, secrets never.
    Differs {
        /// What the manifest comes to.
        manifest: String,
        /// What Terraform's state holds.
        terraform: String,
    },
    /// The manifest cannot be evaluated: a problem's sentence.
    Wrong(String),
    /// The manifest declares other members than Terraform's state has: their keys; what has no key
    /// is the empty text. Nothing on Terraform's side is a resource that was never applied.
    Members {
        /// The keys that the manifest declares.
        manifest: Vec<String>,
        /// The keys of the instances in Terraform's state.
        terraform: Vec<String>,
    },
}

/// Tries a manifest.
#[must_use]
pub fn rehearse(rehearsal: &Rehearsal<'_>) -> Rehearsed {
    let loaded = load::load(rehearsal, true);
    let mut rehearsed = Rehearsed { warnings: loaded.warnings(), ..Rehearsed::default() };
    let errors = loaded.errors();
    if errors.is_empty() {
        rehearsed.disagreements = members::disagreements(rehearsal, &loaded.stack);
        match graph::build(&loaded.stack) {
            Ok(graph) => rehearse_stack(rehearsal, &loaded, &graph, &mut rehearsed),
            Err(problems) => rehearsed.disagreements.extend(wrong(&loaded, &problems)),
        }
    } else {
        rehearsed.disagreements.extend(wrong(&loaded, &errors));
    }
    rehearsed.disagreements.sort();
    rehearsed.disagreements.dedup();
    rehearsed
}

/// What a plan would change of what a state remembers, without the values of secrets.
#[must_use]
pub fn replan(rehearsal: &Rehearsal<'_>, state: &State) -> Vec<Change> {
    let loaded = load::load(rehearsal, false);
    plans(rehearsal, &loaded, state, &mut Rehearsed::default()).changes
}

fn rehearse_stack(rehearsal: &Rehearsal<'_>, loaded: &Loaded, graph: &Graph, rehearsed: &mut Rehearsed) {
    let evaluated = evaluate::all(rehearsal, &loaded.stack, graph);
    if !evaluated.failed.is_empty() {
        rehearsed.disagreements.extend(evaluate::failures(loaded, &evaluated));
        return;
    }
    let state = remember::state(rehearsal, &loaded.stack, &evaluated);
    let mut left = plans(rehearsal, loaded, &state, rehearsed);
    // Without the value of a secret there is less to compare, but also more that can go wrong.
    let without = load::load(rehearsal, false);
    let errors = without.errors();
    if errors.is_empty() {
        left.add(plans(rehearsal, &without, &state, rehearsed));
    } else {
        rehearsed.disagreements.extend(wrong(&without, &errors));
    }
    judge(rehearsal, loaded, &evaluated, left, rehearsed);
    rehearsed.state = Some(state);
}

/// What a plan would do, as far as there is one.
#[derive(Default)]
struct Left {
    changes: Vec<Change>,
    outputs: BTreeMap<String, model::plan::OutputChange>,
    problems: Vec<(Where, String)>,
}

impl Left {
    /// Adds what only another plan would do.
    fn add(&mut self, other: Self) {
        for change in other.changes {
            match self.changes.iter_mut().find(|it| it.address == change.address && it.deposed == change.deposed) {
                None => self.changes.push(change),
                Some(known) => {
                    let paths: Vec<_> = known.attributes.iter().map(|it| it.path.clone()).collect();
                    let others = change.attributes.into_iter().filter(|it| !paths.contains(&it.path));
                    known.attributes.extend(others);
                }
            }
        }
        for (name, change) in other.outputs {
            self.outputs.entry(name).or_insert(change);
        }
        self.problems.extend(other.problems);
    }
}

fn plans(rehearsal: &Rehearsal<'_>, loaded: &Loaded, state: &State, rehearsed: &mut Rehearsed) -> Left {
    let observed = remember::observed(rehearsal, &loaded.stack, state);
    let options = plan::Options::default();
    let inputs = plan::Inputs {
        stack: &loaded.stack,
        catalog: rehearsal.catalog,
        state,
        observed: &observed,
        fingerprints: rehearsal.fingerprints,
        options: &options,
    };
    match plan::plan(&inputs) {
        Ok(planning) => {
            let fresh = planning.diagnostics.into_iter().filter(|it| !rehearsed.warnings.contains(it));
            let fresh: Vec<Diagnostic> = fresh.collect();
            rehearsed.warnings.extend(fresh);
            Left { changes: planning.plan.changes, outputs: planning.plan.outputs, problems: Vec::new() }
        }
        // A plan that would be refused still shows what it would change.
        Err(problems) => {
            let changes = plan::preview(&inputs).map(|it| it.changes).unwrap_or_default();
            let errors = problems.iter().filter(|it| it.severity == Severity::Error);
            let problems = errors.map(|it| (place::of(&loaded.sources, it), it.message.clone())).collect();
            Left { changes, outputs: BTreeMap::new(), problems }
        }
    }
}

fn judge(rehearsal: &Rehearsal<'_>, loaded: &Loaded, evaluated: &Evaluated, left: Left, rehearsed: &mut Rehearsed) {
    let stack: &Stack = &loaded.stack;
    let mut differences = difference::of_changes(&left.changes);
    differences.extend(unplanned::differences(rehearsal, stack, evaluated));
    let causes = cause::Causes::new(&rehearsed.disagreements, &left.changes, &differences);
    let first = differences.into_iter().filter(|it| !causes.explain(stack, it));
    rehearsed.disagreements.extend(first.map(difference::Difference::disagreement));
    rehearsed.disagreements.extend(difference::of_outputs(&left.outputs, &causes));
    // What a plan is refused for mostly comes from what it would change.
    if left.changes.is_empty() {
        let problems = left.problems.into_iter();
        rehearsed.disagreements.extend(problems.map(|(place, text)| Disagreement { place, why: Why::Wrong(text) }));
    }
    rehearsed.changes = left.changes;
}

fn wrong(loaded: &Loaded, problems: &[Diagnostic]) -> Vec<Disagreement> {
    let disagreement =
        |it: &Diagnostic| Disagreement { place: place::of(&loaded.sources, it), why: Why::Wrong(it.message.clone()) };
    problems.iter().map(disagreement).collect()
}
