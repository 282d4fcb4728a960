//! The rules against the catalog, and their pages against the rules.
//!
//! The catalog is read from `docs/schema.json`, which a test of `providers` keeps fresh: so this
//! needs no AWS SDK. `cargo xtask generate` runs it with `STACKCTL_GENERATE` set, and then the
//! pages are written instead of compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use review::rules::{docs, kinds, named_arguments};
use serde_json::Value as Json;

#[test]
fn every_kind_has_a_part() {
    let known: BTreeSet<&str> = kinds::KINDS.iter().map(|it| it.kind).collect();
    let schema = schema();
    let catalog: BTreeSet<&str> = schema.keys().map(String::as_str).collect();
    assert_eq!(known, catalog, "crates/review/src/rules/kinds.rs and the catalog");
}

#[test]
fn rules_name_arguments_that_exist() {
    let schema = schema();
    let is_missing = |(kind, path): &(&str, &str)| schema.get(*kind).is_none_or(|paths| !paths.contains(*path));
    let missing: Vec<_> = named_arguments().into_iter().filter(is_missing).collect();
    assert!(missing.is_empty(), "no such arguments: {missing:?}");
}

#[test]
fn pages_are_fresh() {
    let folder = root().join("docs/verdicts");
    let pages: BTreeMap<String, String> = docs::pages().into_iter().collect();
    let write = std::env::var_os("STACKCTL_GENERATE").is_some();
    if write {
        std::fs::create_dir_all(&folder).expect("docs/verdicts");
    }
    let mut stale = Vec::new();
    for (name, text) in &pages {
        let file = folder.join(name);
        if std::fs::read_to_string(&file).is_ok_and(|found| found == *text) {
            continue;
        }
        if write {
            std::fs::write(&file, text).expect("writes");
        } else {
            stale.push(name.clone());
        }
    }
    for entry in std::fs::read_dir(&folder).into_iter().flatten() {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        if pages.contains_key(&name) {
            continue;
        }
        if write {
            std::fs::remove_file(folder.join(&name)).expect("removes");
        } else {
            stale.push(name);
        }
    }
    assert!(stale.is_empty(), "run `cargo xtask generate`; stale in docs/verdicts: {stale:#?}");
}

/// Every kind with the paths of its arguments.
fn schema() -> BTreeMap<String, BTreeSet<String>> {
    let text = std::fs::read_to_string(root().join("docs/schema.json")).expect("docs/schema.json");
    let json: Json = serde_json::from_str(&text).expect("JSON");
    let paths = |kind: &Json| {
        let inputs = kind["inputs"].as_array().expect("inputs");
        inputs.iter().map(|it| it["path"].as_str().expect("a path").to_owned()).collect()
    };
    json["kinds"].as_object().expect("kinds").iter().map(|(name, kind)| (name.clone(), paths(kind))).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
