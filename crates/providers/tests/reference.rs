//! The generated files: fresh, without leftovers, and true of the shipped manifest.
//!
//! `cargo xtask generate` runs this with `STACKCTL_GENERATE` set, and then the files are written
//! instead of compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;

#[test]
fn generated_files_are_fresh() {
    let expected = generated();
    let write = std::env::var_os("STACKCTL_GENERATE").is_some();
    let types = docs().join("types");
    if write {
        std::fs::create_dir_all(&types).expect("docs/types");
    }
    let mut stale = Vec::new();
    for (path, text) in &expected {
        let file = docs().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|found| found == *text) {
            continue;
        }
        if write {
            std::fs::write(&file, text).expect("writes");
        } else {
            stale.push(path.clone());
        }
    }
    for entry in std::fs::read_dir(&types).into_iter().flatten() {
        let name = entry.expect("an entry").file_name().to_string_lossy().into_owned();
        let path = format!("types/{name}");
        if expected.contains_key(&path) {
            continue;
        }
        if write {
            std::fs::remove_file(docs().join(&path)).expect("removes");
        } else {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "run `cargo xtask generate`; stale in docs/: {stale:#?}");
}

#[test]
fn the_json_schema_is_one() {
    let schema = model::reference::json_schema(&providers::catalog());
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    if let Err(wrong) = jsonschema::meta::validate(&schema) {
        panic!("{} at {}", wrong, wrong.instance_path());
    }
}

#[test]
fn the_shipped_manifest_passes_the_json_schema() {
    let schema = model::reference::json_schema(&providers::catalog());
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut files = 0;
    for path in manifests(&root().join("manifests")) {
        let text = std::fs::read_to_string(&path).expect("reads");
        let table: toml::Table = text.parse().unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        let json = serde_json::to_value(table).expect("TOML is JSON");
        let problems: Vec<String> =
            validator.iter_errors(&json).map(|it| format!("{}: {it}", it.instance_path())).collect();
        assert!(problems.is_empty(), "{}: {problems:#?}", path.display());
        files += 1;
    }
    assert!(files > 0, "no manifests");
}

#[test]
fn the_json_schema_refuses_what_no_manifest_may_hold() {
    let schema = model::reference::json_schema(&providers::catalog());
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let check = |manifest: &str, valid: bool| {
        let table: toml::Table = manifest.parse().expect("TOML");
        let json = serde_json::to_value(table).expect("TOML is JSON");
        assert_eq!(validator.is_valid(&json), valid, "{manifest}");
    };
    check("[resource.aws_vpc.main]\ncidr_block = \"10.0.0.0/16\"", true);
    check("[resource.aws_vpc.main]\nenable_dns_support = \"${var.dns}\"", true);
    check("[resource.aws_vpc.main]\nenable_dns_support = 1", false);
    check("[resource.aws_vpc.main]\ncidr = \"10.0.0.0/16\"", false);
    check("[resource.aws_vcp.main]", false);
    check("[resource.aws_subnet.main]\ncidr_block = \"10.0.0.0/24\"", false);
    check("[resources.aws_vpc.main]", false);
    check("[data.aws_subnets.all]", true);
}

/// Every generated file by its path in `docs/`.
fn generated() -> BTreeMap<String, String> {
    let catalog = providers::catalog();
    let mut files = BTreeMap::new();
    files.insert("types/README.md".to_owned(), model::reference::index_page(&catalog));
    for kind in catalog.kinds {
        files.insert(format!("types/{}.md", kind.name), model::reference::kind_page(kind));
    }
    for kind in catalog.data {
        files.insert(format!("types/data.{}.md", kind.name), model::reference::data_page(kind));
    }
    files.insert("schema.json".to_owned(), pretty(&model::reference::json(&catalog)));
    files
}

fn pretty(json: &Json) -> String {
    let text = serde_json::to_string_pretty(json).expect("JSON is text");
    text + "\n"
}

/// Every TOML file below a folder.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|wrong| panic!("{}: {wrong}", folder.display()));
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(manifests(&path));
        } else if path.extension().is_some_and(|it| it == "toml") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn docs() -> PathBuf {
    root().join("docs")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
