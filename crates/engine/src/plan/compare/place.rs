//! Where a comparison stands: the path that people see and the path of fingerprints.

use model::{Path, Step};

use crate::fingerprint;

/// One place in a resource.
#[derive(Clone, Debug, Default)]
pub(in crate::plan) struct Place {
    /// As plans show it.
    pub path: Path,
    /// As [`crate::fingerprint::Fingerprints`] names it.
    pub sealed: String,
}

impl Place {
    /// A field of the block here.
    pub fn field(&self, name: &str) -> Self {
        Self { path: self.path.join(Step::Field(name.to_owned())), sealed: fingerprint::member(&self.sealed, name) }
    }

    /// A member of the map here.
    pub fn key(&self, key: &str) -> Self {
        Self { path: self.path.join(Step::Key(key.to_owned())), sealed: fingerprint::member(&self.sealed, key) }
    }

    /// A member of the list here.
    pub fn index(&self, index: usize) -> Self {
        Self { path: self.path.join(Step::Index(index)), sealed: fingerprint::item(&self.sealed) }
    }

    /// A member of the set of blocks here, by the field that pairs them.
    pub fn paired(&self, key: &str) -> Self {
        Self { path: self.path.join(Step::Key(key.to_owned())), sealed: fingerprint::item(&self.sealed) }
    }
}
