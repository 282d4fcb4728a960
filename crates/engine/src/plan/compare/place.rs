//! Where a comparison stands: the path that people see and the path of fingerprints.
//!
//! In: steps, one by one. Out: either path, put together only when something is found there.

use model::{Path, Step};

use crate::fingerprint;

/// One place in a resource.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::plan) struct Place<'a>(Option<(&'a Place<'a>, Into<'a>)>);

/// The last step to a place.
#[derive(Clone, Copy, Debug)]
enum Into<'a> {
    /// A field of a block.
    Field(&'a str),
    /// A member of a map.
    Key(&'a str),
    /// A member of a list.
    Index(usize),
    /// A member of a set of blocks, by the field that pairs them.
    Paired(&'a str),
}

impl<'a> Place<'a> {
    /// A field of the block here.
    pub fn field(&'a self, name: &'a str) -> Self {
        Self(Some((self, Into::Field(name))))
    }

    /// A member of the map here.
    pub fn key(&'a self, key: &'a str) -> Self {
        Self(Some((self, Into::Key(key))))
    }

    /// A member of the list here.
    pub fn index(&'a self, index: usize) -> Self {
        Self(Some((self, Into::Index(index))))
    }

    /// A member of the set of blocks here, by the field that pairs them.
    pub fn paired(&'a self, key: &'a str) -> Self {
        Self(Some((self, Into::Paired(key))))
    }

    /// Some member of the list here: fingerprints do not tell them apart.
    pub fn item(&'a self) -> Self {
        self.index(0)
    }

    /// As plans show it.
    pub fn path(&self) -> Path {
        let Some((around, last)) = self.0 else { return Path::default() };
        around.path().join(match last {
            Into::Field(name) => Step::Field(name.to_owned()),
            Into::Key(key) | Into::Paired(key) => Step::Key(key.to_owned()),
            Into::Index(index) => Step::Index(index),
        })
    }

    /// As [`crate::fingerprint::Fingerprints`] names it.
    pub fn sealed(&self) -> String {
        let Some((around, last)) = self.0 else { return String::new() };
        match last {
            Into::Field(name) | Into::Key(name) => fingerprint::member(&around.sealed(), name),
            Into::Index(_) | Into::Paired(_) => fingerprint::item(&around.sealed()),
        }
    }

    /// Whether the last step is into a field of that name.
    pub fn is_field(&self, name: &str) -> bool {
        matches!(self.0, Some((_, Into::Field(it))) if it == name)
    }
}
