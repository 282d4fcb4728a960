//! The folder that is to be written, checked before anything is read.

use std::path::{Path, PathBuf};

use model::diagnostic::Severity;
use model::manifest;
use model::source::Sources;
use tempfile::TempDir;

use crate::failure::Failure;

/// A folder that is not there yet, or empty.
pub struct Target {
    given: PathBuf,
    /// The same without links and detours.
    real: PathBuf,
}

impl Target {
    /// The folder that `--out` names.
    ///
    /// # Errors
    /// There is something, or it lies in one of the sources, or one of them in it.
    pub fn of(out: &Path, sources: &[String]) -> Result<Self, Failure> {
        let target = Self { given: out.to_owned(), real: real(out)? };
        let shown = out.display();
        for source in sources.iter().map(Path::new).filter(|it| it.is_dir()) {
            let folder = real(source)?;
            if target.real.starts_with(&folder) || folder.starts_with(&target.real) {
                let message = format!("`{shown}` and the source `{}` lie in one another", source.display());
                return Err(Failure::wrong("usage", message)
                    .help("name a folder beside Terraform's: both stay for a while; nothing was written"));
            }
        }
        if std::env::current_dir().is_ok_and(|here| here == target.real) {
            return Err(Failure::wrong("usage", "`--out` names the folder you are in")
                .help("name a new one: it is made as a whole; nothing was written"));
        }
        if target.real.file_name().is_none() {
            return Err(Failure::wrong("usage", format!("`{shown}` cannot be made: it has no name")));
        }
        match target.is_free() {
            true => Ok(target),
            false => Err(target.occupied()),
        }
    }

    /// As it was given.
    pub fn path(&self) -> &Path {
        &self.given
    }

    /// The name of a stack: the one that is given, else the folder's.
    ///
    /// # Errors
    /// It is no name for a stack.
    pub fn stack_name(&self, given: Option<&str>) -> Result<String, Failure> {
        let of_folder = || self.real.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = given.map_or_else(of_folder, str::to_owned);
        let mut sources = Sources::default();
        sources.add("stack.toml", format!("[stack]\nname = {}\n", serde_json::Value::from(name.as_str())));
        let (_, problems) = manifest::parse(&sources, None);
        match problems.into_iter().find(|it| it.severity == Severity::Error) {
            None => Ok(name),
            Some(problem) => {
                let failure = Failure::wrong("usage", problem.message);
                let rule = problem.help.unwrap_or_default();
                Err(failure.help(format!("give one with `--name`: {rule}; nothing was written")))
            }
        }
    }

    /// A folder of the target's name beside it, inside of one that goes away by itself.
    ///
    /// # Errors
    /// The system's.
    pub fn stage(&self) -> Result<(TempDir, PathBuf), Failure> {
        let parent = self.real.parent().unwrap_or(Path::new("/"));
        let failed = |wrong: std::io::Error| self.unwritable(&wrong);
        std::fs::create_dir_all(parent).map_err(failed)?;
        let staging = tempfile::Builder::new().prefix(".stackctl-migrate-").tempdir_in(parent).map_err(failed)?;
        let folder = staging.path().join(self.real.file_name().unwrap_or_default());
        std::fs::create_dir(&folder).map_err(failed)?;
        Ok((staging, folder))
    }

    /// Puts a staged folder into place, all of it at once.
    ///
    /// # Errors
    /// Something has come there in the meantime, or the system's.
    pub fn put(&self, staged: &Path) -> Result<(), Failure> {
        if !self.is_free() {
            return Err(self.occupied());
        }
        if self.real.exists() {
            // Only Unix lets a folder take the place of an empty one.
            std::fs::remove_dir(&self.real).map_err(|wrong| self.unwritable(&wrong))?;
        }
        std::fs::rename(staged, &self.real).map_err(|wrong| self.unwritable(&wrong))
    }

    /// That it cannot be written.
    pub fn unwritable(&self, wrong: &std::io::Error) -> Failure {
        Failure::environment("unwritable", format!("cannot write `{}`: {wrong}", self.given.display()))
    }

    fn is_free(&self) -> bool {
        match std::fs::read_dir(&self.real) {
            Ok(mut entries) => entries.next().is_none(),
            Err(_) => std::fs::symlink_metadata(&self.real).is_err(),
        }
    }

    fn occupied(&self) -> Failure {
        let what = if self.real.is_dir() { "is not empty" } else { "exists already" };
        Failure::wrong("exists", format!("`{}` {what}: nothing was written", self.given.display()))
            .help("name a new folder: migrate never writes over anything")
    }
}

/// A path without links and detours, as far as it exists.
fn real(path: &Path) -> Result<PathBuf, Failure> {
    let unreadable =
        |wrong: std::io::Error| Failure::wrong("usage", format!("`{}` is no path: {wrong}", path.display()));
    let absolute = std::path::absolute(path).map_err(unreadable)?;
    let there = absolute.ancestors().find_map(|it| Some((it, it.canonicalize().ok()?)));
    Ok(match there {
        // Joined with nothing, a path would end in a slash, and a file would seem not to be there.
        Some((whole, found)) if whole == absolute => found,
        Some((there, found)) => absolute.strip_prefix(there).map(|rest| found.join(rest)).unwrap_or(absolute),
        None => absolute,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_must_be_free_and_apart_from_the_sources() {
        let bed = tempfile::tempdir().expect("a folder");
        let at = |name: &str| bed.path().join(name);
        for name in ["vpc", "full", "empty"] {
            std::fs::create_dir(at(name)).expect("made");
        }
        std::fs::write(at("full/stack.toml"), "").expect("written");
        std::fs::write(at("file"), "").expect("written");
        let sources = ["vpc", "s3"].map(|it| at(it).to_string_lossy().into_owned());
        let check = |out: &str, expect: Option<&str>| {
            let found = Target::of(&at(out), &sources).err().map(|it| it.code);
            assert_eq!(found.as_deref(), expect, "{out}");
        };
        check("new", None);
        check("empty", None);
        check("new/deep", None);
        check("full", Some("exists"));
        check("file", Some("exists"));
        check("vpc", Some("usage"));
        check("vpc/stack", Some("usage"));
        check("empty/../vpc/stack", Some("usage"));
        check("", Some("usage"));
    }

    #[test]
    fn it_comes_into_place_as_a_whole() {
        let bed = tempfile::tempdir().expect("a folder");
        let out = bed.path().join("deep/stack");
        let target = Target::of(&out, &[]).expect("free");
        let (staging, folder) = target.stage().expect("staged");
        std::fs::write(folder.join("stack.toml"), "").expect("written");
        assert!(!out.exists());
        target.put(&folder).expect("in place");
        drop(staging);
        assert!(out.join("stack.toml").is_file());
        assert_eq!(std::fs::read_dir(bed.path().join("deep")).expect("listed").count(), 1, "nothing is left over");
        assert_eq!(target.put(&folder).map_err(|it| it.code), Err("exists".to_owned()));
    }

    #[test]
    fn a_stack_is_called_as_its_folder() {
        let bed = tempfile::tempdir().expect("a folder");
        let check = |out: &str, given: Option<&str>, expect: Option<&str>| {
            let target = Target::of(&bed.path().join(out), &[]).expect("free");
            assert_eq!(target.stack_name(given).ok().as_deref(), expect, "{out} {given:?}");
        };
        check("shop", None, Some("shop"));
        check("shop", Some("store"), Some("store"));
        check("my shop", None, None);
        check("shop", Some("${x}"), None);
        check("shop", Some("a\"b"), None);
    }
}
