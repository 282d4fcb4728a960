//! The changes of a plan that need not be carried out.
//!
//! In: a planner's inputs. Out: what people would see of the plan, also where it would be
//! refused, and why it would be. It must not know who asks.

use std::collections::{BTreeMap, BTreeSet};

use model::diagnostic::Diagnostic;
use model::plan::Change;
use model::{Address, Planned};

use super::{Inputs, edges, lower, removal, walk};

/// What a plan would change.
#[derive(Clone, Debug)]
pub struct Preview {
    /// One per address, in dependency order.
    pub changes: Vec<Change>,
    /// Addresses whose old object goes before the new one comes.
    pub delete_first: BTreeSet<Address>,
    /// Resources that need nothing.
    pub unchanged: BTreeSet<Address>,
    /// The value of every resource and data source as references see it.
    pub objects: BTreeMap<Address, Planned>,
    /// Warnings, and what would keep the plan from being carried out.
    pub problems: Vec<Diagnostic>,
}

/// Plans as far as it goes. Outputs are left to the caller.
///
/// # Errors
/// There is no order to plan in: a loop, or a selection of something that is not there.
pub fn preview(inputs: &Inputs<'_>) -> Result<Preview, Vec<Diagnostic>> {
    let ground = walk::Ground::whole(inputs.stack, inputs.state, inputs.options)?;
    let mut walked = walk::walk(inputs, &ground);
    removal::decide(&mut walked);
    let lowered = lower::lower(&mut walked);
    let delete_first =
        walked.decided.iter().filter(|(_, it)| it.is_delete_first()).map(|(address, _)| address.clone()).collect();
    let changes = match edges::Ordered::of(&walked, &lowered) {
        Ok(ordered) => ordered.changes(lowered.changes, &lowered.operations),
        Err(problems) => {
            walked.problems.extend(problems);
            lowered.changes.into_iter().map(|(change, _)| change).collect()
        }
    };
    let problems = model::diagnostic::sort(walked.problems);
    Ok(Preview { changes, delete_first, unchanged: lowered.unchanged, objects: walked.objects, problems })
}

/// The value of every resource and data source as references see it once a plan is carried out,
/// also of those that nothing refers to.
///
/// # Errors
/// There is no order to plan in.
pub fn objects(inputs: &Inputs<'_>) -> Result<BTreeMap<Address, Planned>, Vec<Diagnostic>> {
    let ground = walk::Ground::whole(inputs.stack, inputs.state, inputs.options)?;
    Ok(walk::walk(inputs, &ground).objects)
}
