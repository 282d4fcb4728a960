//! The AWS resource types: one folder per service, one file per type.
//!
//! In: typed arguments. Out: what AWS says. It must not know manifests, plans or state.

pub mod aws;
pub mod checks;
pub mod data;
pub mod resource;

mod ecr;
mod sts;

use driver::{DataDriver, Driver, Drivers};
use model::catalog::{Catalog, DataKind, Kind};

use crate::aws::Aws;
use crate::data::ErasedData;
use crate::resource::Erased;

/// Everything that can be known about all kinds without AWS.
#[must_use]
pub fn catalog() -> Catalog {
    Catalog { kinds: KINDS, data: DATA, checks: checks::CHECKS }
}

/// The drivers of every kind on one connection.
#[must_use]
pub fn drivers(aws: &Aws) -> Drivers {
    Drivers {
        resources: RESOURCES.iter().map(|connect| connect(aws)).map(|it| (it.kind().name, it)).collect(),
        data: LOOKUPS.iter().map(|connect| connect(aws)).map(|it| (it.kind().name, it)).collect(),
    }
}

type Connect = fn(&Aws) -> Box<dyn Driver>;
type ConnectData = fn(&Aws) -> Box<dyn DataDriver>;

/// Lists the kinds once, for the catalog and for the drivers.
macro_rules! registry {
    (resources: [$($resource:path),* $(,)?], data: [$($data:path),* $(,)?]) => {
        const KINDS: &[&Kind] = &[$(&Erased::<$resource>::KIND),*];
        const RESOURCES: &[Connect] = &[$(Erased::<$resource>::connect),*];
        const DATA: &[&DataKind] = &[$(&ErasedData::<$data>::KIND),*];
        const LOOKUPS: &[ConnectData] = &[$(ErasedData::<$data>::connect),*];
    };
}

// In the order of the reference.
registry! {
    resources: [
        ecr::repository::Repository,
    ],
    data: [
        sts::caller_identity::CallerIdentity,
        sts::region::Region,
    ]
}
