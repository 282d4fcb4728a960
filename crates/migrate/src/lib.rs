//! Takes over what Terraform built.
//!
//! In: the texts of Terraform configurations, their states, and the catalog. Out: the texts of a
//! manifest folder, a state, and a report in which every Terraform resource is accounted for. It
//! must not know files, AWS, or how anything is shown.

mod account;
pub mod attributes;
pub mod draft;
pub mod from_state;
mod manager;
mod outputs;
pub mod rehearsal;
mod remember;
pub mod report;
pub mod request;
#[cfg(test)]
mod sample;
mod scrub;
mod settle;
pub mod survey;
pub mod terraform;
mod translate;
pub mod write;

#[cfg(test)]
mod testing;

use std::collections::{BTreeMap, BTreeSet};

use request::{Migration, Request, Secrets};
use terraform::Problem;
use translate::Ground;

/// Writes a manifest and a state for what Terraform built.
///
/// # Errors
/// Sources that cannot be read, or that do not go together.
pub fn migrate(request: &Request<'_>) -> Result<Migration, Vec<Problem>> {
    let ground = Ground::read(request)?;
    let (instances, data) = translate::states(&ground)?;
    let settled = settle::settle(request, &ground, &instances, &data)?;
    let report = account::report(request, &settled, &instances);
    let mut settled = settled;
    let expected = match request.secrets {
        Secrets::Variables => BTreeSet::new(),
        Secrets::Manager => settle::into_manager(request, &ground, &mut settled, &instances, &data)?,
    };
    let environment = |workspace: String| settle::environment(&workspace).map(str::to_owned);
    let states: BTreeMap<_, _> = settled.states.into_iter().map(|(it, state)| (environment(it), state)).collect();
    Ok(Migration { files: settled.files, copies: settled.copies, states, report, expected, secrets: settled.secrets })
}
