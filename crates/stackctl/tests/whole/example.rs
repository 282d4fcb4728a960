//! The example of a code review: the change in `manifests/wordpress-change` and its review.
//!
//! In: the shipped manifest and the patch beside the review. Out: whether the review is still what
//! `stackctl diff` says, in every form that the folder keeps.

use std::path::{Path, PathBuf};

use crate::golden::is_golden;
use crate::repository::Repository;

/// Where the example lies.
const FOLDER: &str = "manifests/wordpress-change";

/// The command that a pipeline runs on the pull request.
const COMMAND: &str = "diff --base HEAD -m manifests/wordpress";

/// The shipped manifest, committed, and changed in the work tree.
fn pull_request() -> Repository {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(shipped("manifests/wordpress")).expect("the shipped manifest") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|it| it == "toml") {
            let name = path.file_name().expect("a name").to_string_lossy();
            files.push((format!("manifests/wordpress/{name}"), std::fs::read_to_string(&path).expect("readable")));
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let repository = Repository::of(&files);
    repository.git(&["apply", patch().to_str().expect("UTF-8")]);
    repository
}

fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).canonicalize().expect("a path of the repository")
}

fn patch() -> PathBuf {
    shipped(FOLDER).join("change.patch")
}

#[test]
fn the_review_of_the_example_is_what_it_was() {
    let repository = pull_request();
    for (name, option) in [("review.txt", ""), ("review.md", "--markdown"), ("review.json", "--json")] {
        let line = format!("{COMMAND} {option} --color never");
        let ran = repository.run(&line).exits(0);
        assert_eq!(ran.err, "", "{line}");
        is_golden(&format!("{FOLDER}/{name}"), &ran.out);
    }
}

#[test]
fn the_mistake_in_the_example_comes_first() {
    let repository = pull_request();
    let mistake = "port 3306/tcp is open to the world (0.0.0.0/0)";
    // In the text of a comment and of a terminal, it stands in the first third.
    for option in ["", "--markdown"] {
        let ran = repository.run(&format!("{COMMAND} {option} --color never")).exits(0);
        let place = ran.out.find("open to the world").unwrap_or_else(|| panic!("it is not there:\n{}", ran.out));
        assert!(place < ran.out.len() / 3, "{place} of {}:\n{}", ran.out.len(), ran.out);
    }
    let page = repository.beside("review.html");
    let line = format!("{COMMAND} --html {}", page.display());
    repository.run(&line).exits(0);
    assert!(std::fs::read_to_string(page).expect("a page").contains("open to the world"));

    let log = repository.run(&format!("{COMMAND} --sarif")).exits(0).json();
    let results = log["runs"][0]["results"].as_array().expect("results");
    let found = results.iter().find(|it| it["message"]["text"].as_str().is_some_and(|text| text.contains(mistake)));
    let place = &found.expect("the mistake")["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "manifests/wordpress/database.toml");
    let line = place["region"]["startLine"].as_u64().expect("a line");
    let text = repository.top().join("manifests/wordpress/database.toml");
    let text = std::fs::read_to_string(text).expect("readable");
    let line = text.lines().nth(usize::try_from(line - 1).expect("a line")).expect("a line");
    assert_eq!(line, "[[resource.aws_security_group.database.ingress]]");
}

#[test]
fn the_example_is_a_valid_formatted_manifest() {
    let repository = pull_request();
    repository.run("validate manifests/wordpress").exits(0);
    repository.run("fmt --check manifests/wordpress").exits(0);
    repository.run(&format!("{COMMAND} --json --fail-on wider-exposure")).exits(2);
    repository.run(&format!("{COMMAND} --json --fail-on outage")).exits(0);
}

#[test]
fn taken_back_the_example_leaves_nothing_to_review() {
    let repository = pull_request();
    repository.git(&["apply", "--reverse", patch().to_str().expect("UTF-8")]);
    repository.run(&format!("{COMMAND} --exit-code")).exits(0);
}
