//! The invariants of the architecture, read from the crate graph and the source tree.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace is there")
}

/// All packages that a workspace crate links (dev-dependencies left out), itself included.
fn linked(package: &str) -> BTreeSet<String> {
    let arguments = [
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--locked",
        "--offline",
    ];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).expect("names are text");
    names.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

/// The Rust files below a folder of the workspace, with their texts.
fn sources(folder: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("folders can be listed");
            waiting.extend(entries.map(|entry| entry.expect("entries can be read").path()));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let name = path.strip_prefix(root()).expect("inside the workspace").to_string_lossy().into_owned();
            found.insert(name, std::fs::read_to_string(&path).expect("sources are text"));
        }
    }
    assert!(!found.is_empty(), "no sources under {folder}");
    found
}

/// What comes before the tests of a file.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or(text)
}

const CRATES: &[&str] = &[
    "model",
    "model-derive",
    "driver",
    "providers",
    "engine",
    "review",
    "report",
    "migrate",
    "aws-store",
    "cloudsim",
    "scale",
    "sandbox",
    "stackctl",
];

#[test]
fn the_pure_crates_link_no_aws_sdk() {
    for package in [
        "model",
        "model-derive",
        "driver",
        "cloudsim",
        "engine",
        "review",
        "report",
        "migrate",
        "scale",
        "sandbox",
        "xtask",
    ] {
        let aws: Vec<String> = linked(package).into_iter().filter(|it| it.starts_with("aws-")).collect();
        assert!(aws.is_empty(), "{package} links {aws:?}");
    }
}

#[test]
fn the_model_does_no_io_and_nothing_async() {
    let packages = linked("model");
    for heavy in ["tokio", "futures", "hyper", "tempfile"] {
        assert!(!packages.contains(heavy), "model links {heavy}");
    }
    for (name, text) in sources("crates/model/src") {
        for word in [
            "std::fs",
            "TcpStream",
            "UdpSocket",
            "std::process",
            "std::time::Instant",
            "std::time::SystemTime",
            "async fn",
            "async move",
        ] {
            assert!(!without_tests(&text).contains(word), "{name} uses {word}");
        }
    }
}

#[test]
fn what_decides_is_not_async_and_reads_no_clock() {
    for folder in ["plan", "machine", "journal", "protocol"] {
        let folder = format!("crates/engine/src/{folder}");
        for (name, text) in sources(&folder) {
            for word in ["async fn", "async move", ".await", "tokio::", "Instant::now", "SystemTime::now", "rand::"] {
                assert!(!without_tests(&text).contains(word), "{name} uses {word}");
            }
        }
    }
    for file in ["schedule.rs", "fingerprint.rs", "observed.rs"] {
        let text = std::fs::read_to_string(root().join("crates/engine/src").join(file)).expect(file);
        assert!(!without_tests(&text).contains("async "), "{file} is async");
    }
}

#[test]
fn only_the_binary_prints_reads_the_environment_or_exits() {
    let words = ["println!(", "print!(", "eprintln!(", "eprint!(", "dbg!(", "env::var", "env::args", "process::exit"];
    for package in CRATES.iter().filter(|it| **it != "stackctl") {
        for (name, text) in sources(&format!("crates/{package}/src")) {
            let code: String =
                without_tests(&text).lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for word in words {
                assert!(!code.contains(word), "{name} uses {word}");
            }
        }
    }
}

#[test]
fn every_sdk_crate_is_declared_once_without_default_features() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).expect("a workspace");
    let mut seen = BTreeSet::new();
    for line in manifest.lines().filter(|line| line.starts_with("aws-sdk-") || line.starts_with("aws-config")) {
        let name = line.split([' ', '=']).next().unwrap_or_default();
        assert!(seen.insert(name.to_owned()), "{name} is declared twice");
        assert!(line.contains("default-features = false"), "{name} has its default features on");
    }
    assert!(seen.len() > 8, "too few SDK crates were found: {seen:?}");
    for package in CRATES {
        let manifest = std::fs::read_to_string(root().join(format!("crates/{package}/Cargo.toml"))).expect(package);
        let bare = manifest.lines().find(|line| line.starts_with("aws-") && !line.contains("workspace = true"));
        assert_eq!(bare, None, "{package} declares an SDK crate by itself");
    }
}

#[test]
fn one_http_stack_is_linked() {
    let lock: Vec<String> = std::fs::read_to_string(root().join("Cargo.lock"))
        .expect("the lock file is committed")
        .split("[[package]]")
        .filter(|it| it.contains("name = \"hyper\"\n") || it.contains("name = \"h2\"\n"))
        .map(str::to_owned)
        .collect();
    assert_eq!(lock.len(), 2, "one hyper and one h2: {lock:?}");
}

#[test]
fn what_reaches_an_eye_is_ordered() {
    // The SDK itself speaks in hash maps, so `providers` meets them at its edge.
    for package in ["model", "driver", "engine", "review", "report", "migrate", "stackctl"] {
        for (name, text) in sources(&format!("crates/{package}/src")) {
            let code = without_tests(&text);
            let hashed = code.lines().find(|line| line.contains("HashMap") && !line.trim_start().starts_with("//"));
            assert_eq!(hashed, None, "{name} uses a HashMap");
        }
    }
}

#[test]
fn files_and_functions_stay_small() {
    let mut long = Vec::new();
    for package in CRATES {
        for (name, text) in sources(&format!("crates/{package}/src")) {
            let lines = counted_lines(&text);
            if lines > 600 {
                long.push(format!("{name} has {lines} lines"));
            }
            long.extend(long_functions(&name, &text));
        }
    }
    assert!(long.is_empty(), "a concept is missing:\n{}", long.join("\n"));
}

/// Lines of a file; documented schema structs do not count.
fn counted_lines(text: &str) -> usize {
    let (mut lines, mut in_schema) = (0, false);
    for line in text.lines() {
        if line.contains("derive(Attributes") {
            in_schema = true;
        }
        if !in_schema {
            lines += 1;
        }
        if in_schema && line == "}" {
            in_schema = false;
        }
    }
    lines
}

fn long_functions(name: &str, text: &str) -> Vec<String> {
    let file = syn::parse_file(text).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
    let mut visitor = Functions { name, found: Vec::new() };
    syn::visit::Visit::visit_file(&mut visitor, &file);
    visitor.found
}

struct Functions<'a> {
    name: &'a str,
    found: Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let mut literals = Literals(0);
        syn::visit::Visit::visit_block(&mut literals, block);
        let lines = block.brace_token.span.close().end().line - signature.fn_token.span.start().line + 1;
        let lines = lines.saturating_sub(literals.0);
        if lines > 70 {
            self.found.push(format!("{}: `{}` has {lines} lines", self.name, signature.ident));
        }
    }
}

/// Lines of literals that name every argument or output of a kind: they are as long as its schema.
struct Literals(usize);

impl<'ast> syn::visit::Visit<'ast> for Literals {
    fn visit_expr_struct(&mut self, literal: &'ast syn::ExprStruct) {
        if literal.path.is_ident("Inputs") || literal.path.is_ident("Outputs") {
            let span = literal.brace_token.span;
            self.0 += span.close().end().line - span.open().start().line;
        }
    }
}

impl<'ast> syn::visit::Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }
    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }
}

#[test]
fn every_module_says_what_it_is() {
    for package in CRATES {
        for (name, text) in sources(&format!("crates/{package}/src")) {
            assert!(text.starts_with("//!"), "{name} does not open with //!");
        }
    }
}

#[test]
fn nothing_is_left_unfinished_or_skipped() {
    let words = ["todo!(", "unimplemented!(", "#[ignore", "allow(dead_code"];
    for folder in ["crates", "xtask/src"] {
        for (name, text) in sources(folder) {
            for word in words {
                assert!(!text.contains(word), "{name} has {word}");
            }
        }
    }
}

#[test]
fn metadata_names_every_crate() {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--locked", "--offline"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    let names: BTreeSet<&str> =
        metadata["packages"].as_array().expect("packages").iter().filter_map(|it| it["name"].as_str()).collect();
    let expect: BTreeSet<&str> = CRATES.iter().copied().chain(["xtask"]).collect();
    assert_eq!(names, expect);
}
