//! Everything that costs, measured anew: `cargo xtask bench [SECTION...] [--json] [--update]`.
//!
//! In: the sections that are wanted. Out: tables on stdout, or one JSON document; everything else
//! goes to stderr. A section that cannot be measured here says so.

mod calls;
mod instructions;
mod paths;
mod process;
mod program;
mod scale;
mod start;
mod table;
mod terraform;
mod tests_of;
mod writes;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use table::Section;

/// What measures a section.
type Measure = fn() -> Result<Section>;

/// What can be measured, in the order in which it is shown: first what is the same everywhere.
const SECTIONS: [(&str, Measure); 7] = [
    ("calls", calls::measure),
    ("paths", paths::measure),
    ("writes", writes::measure),
    ("scale", scale::measure),
    ("start", start::measure),
    ("instructions", instructions::measure),
    ("terraform", terraform::measure),
];

/// What the command line asks for.
#[derive(Debug, PartialEq)]
struct Wanted {
    /// The places of the sections in [`SECTIONS`], in that order.
    sections: Vec<usize>,
    json: bool,
    update: bool,
}

/// Measures, and prints what was measured.
///
/// # Errors
/// A wrong command line, or something measured that does not do what it should.
pub fn run(arguments: &[&str]) -> Result<()> {
    let wanted = Wanted::read(arguments)?;
    if wanted.update {
        calls::update()?;
    }
    let mut document = Map::new();
    for (name, measure) in wanted.sections.iter().map(|at| SECTIONS[*at]) {
        let section = measure().with_context(|| format!("section {name}"))?;
        if wanted.json {
            document.insert(name.to_owned(), section.json());
        } else {
            println!("{}", section.text(name));
        }
    }
    if wanted.json {
        println!("{:#}", Value::Object(document));
    }
    Ok(())
}

impl Wanted {
    fn read(arguments: &[&str]) -> Result<Self> {
        let (options, names): (Vec<&str>, Vec<&str>) = arguments.iter().partition(|it| it.starts_with("--"));
        let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
        let unknown_option = options.iter().find(|it| !["--json", "--update"].contains(*it));
        if let Some(wrong) = unknown_option.or_else(|| names.iter().find(|it| !known.contains(*it))) {
            bail!("`{wrong}`? usage: cargo xtask bench [{}]... [--json] [--update]", known.join(" | "));
        }
        let update = options.contains(&"--update");
        // To update is to measure what is committed, and the rest only where it is named.
        let all = names.is_empty() && !update;
        let sections = (0..SECTIONS.len()).filter(|at| all || names.contains(&SECTIONS[*at].0)).collect();
        Ok(Self { sections, json: options.contains(&"--json"), update })
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let itself = Path::new(env!("CARGO_MANIFEST_DIR"));
    itself.parent().unwrap_or(itself).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_chooses() {
        fn check(line: &str, sections: &[usize], json: bool, update: bool) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let expect = Wanted { sections: sections.to_vec(), json, update };
            assert_eq!(Wanted::read(&words).expect(line), expect, "{line}");
        }
        check("", &[0, 1, 2, 3, 4, 5, 6], false, false);
        check("--json", &[0, 1, 2, 3, 4, 5, 6], true, false);
        check("terraform start --json", &[4, 6], true, false);
        check("--update", &[], false, true);
        check("start --update", &[4], false, true);
    }

    #[test]
    fn what_is_unknown_is_refused_with_the_usage() {
        fn check(word: &str) {
            let wrong = Wanted::read(&["calls", word]).expect_err(word).to_string();
            assert!(wrong.contains(&format!("`{word}`")) && wrong.contains("[calls | paths |"), "{wrong}");
        }
        check("time");
        check("--yaml");
    }
}
