//! Finds the emulator: a moto 5.2 that is already on this machine, else our private one.
//!
//! In: [`Tools`]. Out: an interpreter that can run moto's server. It starts nothing.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::python::{self, Python};
use crate::{Error, Report, Tools, install};

/// The version of moto that is installed where none is found.
pub const MOTO_VERSION: &str = "5.2.1";

/// What a version found on the machine must begin with: `differences` and `serve.py` hold for it.
const SERIES: &str = "5.2.";

/// A moto that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emulator {
    /// The Python interpreter that has it.
    pub python: PathBuf,
    /// Its version.
    pub version: String,
}

impl Emulator {
    /// Takes the `moto_server` on the search path if it is of the right series and complete, else
    /// the one in our private virtual environment, which is made first where it is missing.
    ///
    /// # Errors
    /// No usable Python, or an environment that cannot be made; the error names the remedy.
    pub async fn find(tools: &Tools, report: Report<'_>) -> Result<Emulator, Error> {
        match Emulator::on_path(&tools.path).await {
            Some(found) => Ok(found),
            None => install::private(tools, report).await,
        }
    }

    /// The first usable emulator on the search path.
    pub async fn on_path(path: &OsStr) -> Option<Emulator> {
        for script in python::executables("moto_server", path) {
            for interpreter in python::interpreters_of(&script, path) {
                let found = python::probe(&interpreter, path).await;
                if let Some(emulator) = found.and_then(Emulator::of) {
                    return Some(emulator);
                }
            }
            tracing::debug!(script = %script.display(), "not a usable moto {SERIES}x");
        }
        None
    }

    /// The emulator that an interpreter has, if it has one of the right series.
    pub(crate) fn of(python: Python) -> Option<Emulator> {
        let version = python.moto.filter(|version| version.starts_with(SERIES))?;
        Some(Emulator { python: python.executable, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::tests::script;

    async fn check(version: &str, expect: bool) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let interpreter = folder.path().join("python-of-moto");
        let answer = format!("echo {}; echo 3.12; echo True; echo {version}", interpreter.display());
        script(&interpreter, &format!("#!/bin/sh\n{answer}\n"));
        // The kernel cannot chain scripts everywhere, so it is named in the second line.
        script(&folder.path().join("moto_server"), &format!("#!/bin/sh\n'''exec' {} \"$0\"\n", interpreter.display()));
        let found = Emulator::on_path(folder.path().as_os_str()).await;
        let wanted = Emulator { python: interpreter, version: version.to_owned() };
        assert_eq!(found, expect.then_some(wanted), "moto {version:?}");
    }

    #[tokio::test]
    async fn only_the_right_series_is_taken_from_the_path() {
        check("5.2.0", true).await;
        check("5.2.17", true).await;
        check("5.1.22", false).await;
        check("5.20.0", false).await;
        check("", false).await;
    }
}
