//! `stackctl schema`

use model::reference;

use crate::failure::{Exit, Failure};

/// Prints the catalog, or a JSON Schema of manifests.
pub fn run(json_schema: bool) -> Result<Exit, Failure> {
    let catalog = providers::catalog();
    let document = if json_schema { reference::json_schema(&catalog) } else { reference::json(&catalog) };
    outln!("{document:#}");
    Ok(Exit::Done)
}
