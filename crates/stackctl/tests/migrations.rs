//! The corpus of small Terraform configurations: what each becomes.
//!
//! In: the folders of `crates/migrate/tests/corpus`: configurations, the states that Terraform
//! left, and the manifest that a person decided they should become. Out: pass or fail. Adding a
//! folder adds a case. `STACKCTL_UPDATE_GOLDEN=1` writes what the program makes of it; what changed
//! is then for a person to look at.
//!
//! What a migration writes must also be canonical, free of errors, free of secrets, and plan
//! nothing on the cloud that Terraform's states describe.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use engine::fingerprint::Fingerprints;
use migrate::rehearsal;
use migrate::request::{Disk, Migration, Request, Secrets, Source, StateSource};
use migrate::survey::survey;
use migrate::terraform::backend::Location;
use migrate::terraform::state::TerraformState;
use model::manifest;
use similar::TextDiff;

/// What stands in every secret of the corpus and nowhere else in it.
const CANARY: &str = "canary";

/// A folder of a case as a disk whose paths begin there.
struct Folder(PathBuf);

impl Disk for Folder {
    fn list(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.0.join(folder)).into_iter().flatten().flatten();
        let name = |it: fs::DirEntry| {
            let name = it.file_name().to_string_lossy().into_owned();
            if it.path().is_dir() { format!("{name}/") } else { name }
        };
        let mut names: Vec<String> = entries.map(name).collect();
        names.sort();
        names
    }

    fn read(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let path = self.0.join(path);
        if path.is_file() { fs::read(path).map(Some).map_err(|it| it.to_string()) } else { Ok(None) }
    }
}

/// One folder of the corpus.
struct Case {
    name: String,
    folder: PathBuf,
    sources: Vec<String>,
}

impl Case {
    fn all() -> Vec<Self> {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrate/tests/corpus");
        let mut folders: Vec<PathBuf> =
            fs::read_dir(corpus).expect("the corpus").map(|it| it.expect("an entry").path()).collect();
        folders.sort();
        folders.into_iter().map(Self::at).collect()
    }

    fn at(folder: PathBuf) -> Self {
        let text = fs::read_to_string(folder.join("case.toml")).expect("case.toml");
        let table: toml::Table = text.parse().expect("case.toml is TOML");
        let text = |name: &str| table[name].as_str().expect("text").to_owned();
        let sources =
            table["sources"].as_array().expect("a list").iter().map(|it| it.as_str().expect("text").to_owned());
        assert!(!text("description").is_empty());
        Self { name: text("name"), sources: sources.collect(), folder }
    }

    fn expected(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        read_all(&self.folder.join("expected"), "", &mut files);
        files
    }

    fn migrate(&self) -> Result<Migration, String> {
        let disk = Folder(self.folder.clone());
        let problems = |it: Vec<migrate::terraform::Problem>| {
            it.iter().map(|it| format!("{}:{}: {}\n", it.place.file, it.place.line, it.message)).collect::<String>()
        };
        let mut sources = Vec::new();
        for found in survey(&disk, &self.sources).map_err(problems)? {
            let mut states = BTreeMap::new();
            for (workspace, location) in &found.states {
                let path = match location {
                    Location::S3 { bucket, key, .. } => format!("states/{bucket}/{key}"),
                    other => other.to_string(),
                };
                let text = disk.read(&path)?.ok_or_else(|| format!("there is no {path}"))?;
                let state = TerraformState::parse(&String::from_utf8_lossy(&text)).map_err(|it| it.to_string())?;
                states.insert(workspace.clone(), StateSource { location: location.to_string(), state });
            }
            sources.push(Source { name: found.name, folder: found.folder, states, values: found.values });
        }
        migrate::migrate(&Request {
            sources,
            name: self.name.clone(),
            secrets: Secrets::Variables,
            catalog: &providers::catalog(),
            disk: &disk,
            fingerprints: &Fingerprints::new([7; 32]),
        })
        .map_err(problems)
    }

    /// What is wrong with the migration; empty where nothing is.
    fn check(&self, update: bool) -> String {
        let migration = match self.migrate() {
            Ok(migration) => migration,
            Err(wrong) => return format!("{}: refused\n{wrong}", self.name),
        };
        let mut wrong = self.differences(&migration, update);
        for (path, text) in &migration.files {
            if model::fmt::format(text).ok().as_ref() != Some(text) {
                let _ = writeln!(wrong, "{}: {path} is not canonical", self.name);
            }
        }
        let report = migrate::report::json(&migration.report).to_string();
        let states: Vec<String> =
            migration.states.values().map(|it| serde_json::to_string(it).expect("a state as JSON")).collect();
        let texts = migration.files.values().chain([&report]).chain(&states);
        if texts.filter(|it| it.contains(CANARY)).count() > 0 {
            let _ = writeln!(wrong, "{}: a secret stands in what was written", self.name);
        }
        for note in &migration.report.unsettled {
            let _ = writeln!(wrong, "{}: unsettled: {}: {}", self.name, note.about, note.text);
        }
        if migration.states.is_empty() {
            let _ = writeln!(wrong, "{}: there is no state", self.name);
        }
        for environment in migration.states.keys() {
            let sources = rehearsal::sources(&migration.files, environment.as_deref());
            let (_, problems) = manifest::parse(&sources, environment.as_deref());
            for problem in problems {
                let _ = writeln!(wrong, "{}: {}", self.name, problem.message);
            }
        }
        wrong
    }

    fn differences(&self, migration: &Migration, update: bool) -> String {
        let mut actual = migration.files.clone();
        actual
            .extend(migration.copies.iter().map(|(path, it)| (path.clone(), String::from_utf8_lossy(it).into_owned())));
        let folder = self.folder.join("expected");
        if update {
            fs::remove_dir_all(&folder).expect("the old folder goes");
            for (path, text) in &actual {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, text).expect("written");
            }
            return String::new();
        }
        let expected = self.expected();
        let mut wrong = String::new();
        let paths: std::collections::BTreeSet<&String> = actual.keys().chain(expected.keys()).collect();
        for path in paths {
            let of = |files: &BTreeMap<String, String>| files.get(path).cloned().unwrap_or_default();
            let (expected, actual) = (of(&expected), of(&actual));
            if expected != actual {
                let diff = TextDiff::from_lines(&expected, &actual);
                let _ = writeln!(wrong, "{} {path}\n{}", self.name, diff.unified_diff().context_radius(2));
            }
        }
        wrong
    }
}

fn read_all(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_all(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read_to_string(entry.path()).expect("a text"));
        }
    }
}

#[test]
fn every_configuration_becomes_the_manifest_that_was_decided() {
    let cases = Case::all();
    assert!(cases.len() >= 25, "there are only {} cases", cases.len());
    let update = std::env::var_os("STACKCTL_UPDATE_GOLDEN").is_some();
    let only = std::env::var("STACKCTL_CASE").ok();
    let chosen: Vec<&Case> =
        cases.iter().filter(|it| only.as_ref().is_none_or(|only| it.name.contains(&**only))).collect();
    let wrong: Vec<String> = chosen.iter().map(|it| it.check(update)).filter(|it| !it.is_empty()).collect();
    assert!(wrong.is_empty(), "{} of {} differ\n\n{}", wrong.len(), chosen.len(), wrong.join("\n"));
}
