//! The digest that binds a plan to what it was made from.
//!
//! In: texts, environment, variables, files. Out: SHA-256 in hexadecimal. It must not see a
//! sensitive variable's value.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::manifest::Manifest;
use crate::source::Sources;
use crate::tree::Planned;

/// Digests everything that a plan depends on. Each part carries its length, so that no two
/// different inputs run together.
pub(super) fn digest(
    sources: &Sources,
    manifest: &Manifest,
    variables: &BTreeMap<String, Planned>,
    files: &BTreeMap<String, Vec<u8>>,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    for source in &sources.files {
        part(source.path.as_bytes());
        part(source.text.as_bytes());
    }
    part(manifest.environment.as_deref().unwrap_or_default().as_bytes());
    for (name, value) in variables {
        let sensitive = manifest.variables.get(name).is_some_and(|variable| variable.sensitive);
        if !sensitive {
            part(name.as_bytes());
            part(value.to_json().to_string().as_bytes());
        }
    }
    for (path, bytes) in files {
        part(path.as_bytes());
        part(bytes);
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
