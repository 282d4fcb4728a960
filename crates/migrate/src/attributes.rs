//! Attributes of Terraform's states in our types.
//!
//! In: a kind and the JSON of one object. Out: id, arguments and outputs as AWS would have told
//! them. It must not know configurations.

use model::{Id, Known};

/// One object in our terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// What AWS calls it.
    pub id: Id,
    /// Its arguments, typed by the kind's schema; what is sensitive is a plain secret. A map.
    pub inputs: Known,
    /// Its outputs, likewise.
    pub outputs: Known,
}
