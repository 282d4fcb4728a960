//! Kinds made to measure: nothing about them matters but whom they wait for, and how long they take.

use std::collections::BTreeSet;

use model::Attributes;
use model::catalog::{Identity, Kind, Life, Timing, id_attribute, no_stamp};

use super::schema_of;

/// Something that waits for others.
#[derive(Attributes)]
pub struct PlainInputs {
    /// What it is for.
    #[attr(default = "nothing")]
    pub purpose: Option<String>,
    /// The ids of others.
    #[attr(clear)]
    pub after: Option<BTreeSet<String>>,
}

/// What is told about it.
#[derive(Attributes)]
pub struct PlainOutputs {
    /// Its id.
    pub id: String,
}

/// A kind of a name, a service and a timing, of which one read serves so many objects.
#[must_use]
pub const fn plain(name: &'static str, service: &'static str, timing: Timing, read_batch: usize) -> Kind {
    Kind {
        name,
        service,
        inputs: schema_of::<PlainInputs>(),
        outputs: schema_of::<PlainOutputs>(),
        rules: &[],
        identity: Identity::Tag,
        marked: true,
        naming: None,
        read_batch,
        life: Life::Owned,
        timing,
        import: "ID",
        identify: id_attribute,
        stamp: no_stamp,
    }
}
