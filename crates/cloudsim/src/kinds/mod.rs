//! Kinds of a cloud that does not exist: few and small, and between them every property that a
//! schema can have.
//!
//! In: nothing. Out: a catalog and what its schemas do not say. One file per group of kinds that
//! belong together; in it inputs, outputs and the kind's data, in that order.

mod compute;
mod data;
mod database;
mod network;
mod plain;
mod secret;
mod storage;

use model::catalog::{Catalog, DataKind, Kind};
use model::schema::Schema;
use model::typed::Typed;

use crate::world::Behavior;

pub use compute::{SERVICE, TASK};
pub use database::DATABASE;
pub use network::{ATTACHMENT, DEFAULT_FIREWALL, FIREWALL, NETWORK};
pub use plain::plain;
pub use secret::{SECRET, SECRET_VERSION};
pub use storage::{BUCKET, ROLE};

/// Every kind.
pub const CATALOG: Catalog = Catalog { kinds: KINDS, data: DATA, checks: &[] };

/// What the schemas do not say.
pub const BEHAVIORS: &[Behavior] = &[
    Behavior { serial: true, follow_up: &["ingress", "egress"], ..Behavior::of("sim_firewall") },
    Behavior { serial: true, ..Behavior::of("sim_secret") },
    Behavior { follow_up: &["versioning"], ..Behavior::of("sim_bucket") },
    Behavior {
        protection: Some("deletion_protection"),
        farewell: Some(("skip_final_copy", "final_copy")),
        ..Behavior::of("sim_database")
    },
];

const KINDS: &[&Kind] = &[
    &NETWORK,
    &FIREWALL,
    &DEFAULT_FIREWALL,
    &ATTACHMENT,
    &ROLE,
    &BUCKET,
    &SECRET,
    &SECRET_VERSION,
    &DATABASE,
    &TASK,
    &SERVICE,
];

const DATA: &[&DataKind] = &[&data::NETWORK, &data::REGION];

/// The schema of a derived struct, taken from its type.
const fn schema_of<T: Typed>() -> fn() -> &'static Schema {
    match T::TYPE {
        model::schema::Type::Block(schema) => *schema,
        _ => panic!("arguments and outputs are structs"),
    }
}
