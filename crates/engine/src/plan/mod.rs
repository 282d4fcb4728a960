//! The plan: what has to be done so that AWS becomes what the manifest says.
//!
//! In: a resolved stack, state, what was read of AWS. Out: a [`Plan`], or why there can be none;
//! and, before that, what else could be read to know more. Pure: the same inputs give the same
//! plan, down to the order of its operations. It must not know clocks, stores or drivers.

mod compare;
mod decide;
mod decided;
mod detach;
mod digest;
mod edges;
mod json;
mod lower;
mod memory;
mod moves;
mod outputs;
mod preview;
mod removal;
mod replace;
mod selection;
mod summary;
mod survey;
mod target;
mod walk;

use std::collections::BTreeMap;

use model::catalog::Catalog;
use model::diagnostic::{Diagnostic, Severity};
use model::plan::Plan;
use model::stack::Stack;
use model::state::State;
use model::{Address, Known, Planned};

use crate::fingerprint::Fingerprints;
use crate::observed::Observed;

pub use digest::{digest_of_operations, missing_secrets, same_operations};
pub use json::{Report, to_json};
pub use memory::{dependencies, local};
pub use moves::moved;
pub use outputs::{remembered_output, stamped};
pub use preview::{Preview, objects, preview};
pub use summary::{Summary, has_changes, summary};
pub use survey::Survey;
pub use target::{Update, overlaid, sent};

/// Everything that a plan is a function of.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// What should exist.
    pub stack: &'a Stack,
    /// The kinds.
    pub catalog: &'a Catalog,
    /// What stackctl remembers.
    pub state: &'a State,
    /// What was read of AWS.
    pub observed: &'a Observed,
    /// The stack's fingerprints.
    pub fingerprints: &'a Fingerprints,
    /// What was asked for.
    pub options: &'a Options,
}

/// What a plan is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Whether everything is to go.
    pub destroy: bool,
    /// Only these addresses, without a key all members; and what they depend on, or, for a
    /// destroy, what depends on them.
    pub targets: Vec<Address>,
    /// Only these layers, likewise.
    pub layers: Vec<String>,
}

/// A plan and what came up on the way.
#[derive(Clone, Debug)]
pub struct Planning {
    /// The plan.
    pub plan: Plan,
    /// What references read of resources and data sources, with holes for what is known only after
    /// apply. [`objects`] tells the rest.
    pub objects: BTreeMap<Address, Planned>,
    /// Warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// What else could be looked up now, given what is known so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Needs {
    /// Adopted kinds that state does not know, with their arguments.
    pub adopt: Vec<(Address, Known)>,
    /// Imports that state does not know, with the text that means their id.
    pub imports: Vec<(Address, String)>,
    /// Data sources, with what they are looked up by.
    pub data: Vec<(Address, Known)>,
}

impl Needs {
    /// Whether there is nothing more to look up.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.adopt.is_empty() && self.imports.is_empty() && self.data.is_empty()
    }

    /// Where it would be looked up for.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        let known = self.adopt.iter().chain(&self.data).map(|(address, _)| address);
        known.chain(self.imports.iter().map(|(address, _)| address))
    }
}

/// What else could be looked up, given what is known: a [`Survey`] of one round.
#[must_use]
pub fn needs(inputs: &Inputs<'_>) -> Needs {
    let Inputs { stack, catalog, state, observed, fingerprints, options } = *inputs;
    Survey::new(stack, catalog, state, fingerprints, options).needs(observed)
}

/// Plans.
///
/// # Errors
/// Everything that keeps the plan from being carried out, at once.
pub fn plan(inputs: &Inputs<'_>) -> Result<Planning, Vec<Diagnostic>> {
    let ground = walk::Ground::of(inputs.stack, inputs.state, inputs.options)?;
    let mut walked = walk::walk(inputs, &ground);
    removal::decide(&mut walked);
    let outputs = outputs::compare(&mut walked);
    walked.stop_on_errors()?;
    let lowered = lower::lower(&mut walked);
    walked.stop_on_errors()?;
    let plan = edges::assemble(&walked, lowered, outputs)?;
    let diagnostics = model::diagnostic::sort(walked.problems);
    debug_assert!(diagnostics.iter().all(|it| it.severity == Severity::Warning));
    Ok(Planning { plan, objects: walked.objects, diagnostics })
}
