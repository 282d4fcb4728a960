//! What was read of AWS before planning: plain data.

use std::collections::BTreeMap;

use driver::Live;
use model::{Address, Id, Known};

/// Everything that a plan is a function of, besides the stack and the state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The AWS account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The endpoint, where it is overridden.
    pub endpoint: Option<String>,
    /// Every object that state knows (current, deposed): `None` when AWS says it is gone.
    pub objects: BTreeMap<(Address, Id), Option<Live>>,
    /// What stands ready to be adopted under an address that state does not know: defaults
    /// (`Life::Adopted`) and imports. `None` when it was looked for and is not there.
    pub adoptable: BTreeMap<Address, Option<(Id, Live)>>,
    /// Outputs of the data sources that could be looked up: maps.
    pub data: BTreeMap<Address, Known>,
}
