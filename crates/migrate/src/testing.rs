//! Files in memory, for tests.
//!
//! In: texts by path. Out: a disk. It must not know what is tested.

use std::collections::{BTreeMap, BTreeSet};

use crate::request::Disk;
use crate::terraform::path;

/// Files by their paths.
pub struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    pub fn of(files: &[(&str, &str)]) -> Self {
        Self::of_bytes(&files.iter().map(|(path, text)| (*path, text.as_bytes())).collect::<Vec<_>>())
    }

    pub fn of_bytes(files: &[(&str, &[u8])]) -> Self {
        Self(files.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())).collect())
    }
}

impl Disk for Memory {
    fn list(&self, folder: &str) -> Vec<String> {
        let folder = path::normal(folder);
        let inside = |path: &'_ String| -> Option<String> {
            let rest = if folder == "." { path } else { path.strip_prefix(folder.as_str())?.strip_prefix('/')? };
            Some(rest.split_once('/').map_or_else(|| rest.to_owned(), |(folder, _)| format!("{folder}/")))
        };
        self.0.keys().filter_map(inside).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        match self.0.get(&path::normal(path)) {
            Some(bytes) if bytes == b"locked" => Err("permission denied".to_owned()),
            found => Ok(found.cloned()),
        }
    }
}
