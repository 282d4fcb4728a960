//! Finds executables and Python interpreters on a search path, and asks interpreters what they are.
//!
//! In: a search path. Out: interpreters that were really run. Knows nothing of moto's version
//! rules or of virtual environments.

use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use crate::Error;

/// A Python interpreter that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Python {
    /// The interpreter itself, not a shim or wrapper that chose it.
    pub(crate) executable: PathBuf,
    /// Its version's first two parts.
    pub(crate) version: (u32, u32),
    /// Whether `venv` can make environments that have pip: Debian packages that part separately.
    pub(crate) has_venv: bool,
    /// The version of moto that it can import together with all that its server needs.
    pub(crate) moto: Option<String>,
}

/// Four lines: executable, version, whether venv works, moto's version or nothing. An empty
/// `sys.path` entry is the current folder, where a stranger's `moto/` could lie.
const PROBE: &str = r#"
import sys
sys.path[:] = [entry for entry in sys.path if entry]
from importlib import metadata, util
print(sys.executable)
print("%d.%d" % sys.version_info[:2])
print(all(util.find_spec(name) for name in ("venv", "ensurepip")))
try:
    print(metadata.version("moto") if all(util.find_spec(name) for name in ("moto", "flask", "flask_cors", "docker", "antlr4")) else "")
except metadata.PackageNotFoundError:
    print("")
"#;

/// Runs the interpreter to see what it is; `None` where it does not work.
pub(crate) async fn probe(interpreter: &Path, path: &OsStr) -> Option<Python> {
    let output = run(Command::new(interpreter).arg("-c").arg(PROBE), path).await.ok()?;
    if !output.status.success() {
        return None;
    }
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines();
    let executable = PathBuf::from(lines.next()?);
    let (major, minor) = lines.next()?.split_once('.')?;
    Some(Python {
        executable,
        version: (major.parse().ok()?, minor.parse().ok()?),
        has_venv: lines.next()? == "True",
        moto: lines.next().filter(|line| !line.is_empty()).map(str::to_owned),
    })
}

/// Every executable file of that name on the search path, in its order.
pub(crate) fn executables(name: &str, path: &OsStr) -> Vec<PathBuf> {
    std::env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .filter(|file| file.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0))
        .collect()
}

/// The interpreters that may stand behind a script that pip or a version manager installed:
/// the one that its first lines name, else the ones beside it.
pub(crate) fn interpreters_of(script: &Path, path: &OsStr) -> Vec<PathBuf> {
    let named = std::fs::read(script).ok().and_then(|bytes| named_interpreter(&String::from_utf8_lossy(&bytes)));
    let mut found = match named {
        Some(Interpreter::File(file)) => vec![file],
        Some(Interpreter::Searched(name)) => executables(&name, path),
        None => Vec::new(),
    };
    if let Some(folder) = script.parent() {
        found.extend(executables("python3", folder.as_os_str()));
    }
    found
}

/// Runs a tool to its end, with nothing on its standard input; dropping the future ends it.
pub(crate) async fn run(command: &mut Command, path: &OsStr) -> Result<Output, Error> {
    command.env("PATH", path).stdin(Stdio::null()).kill_on_drop(true).output().await.map_err(|problem| Error::Tool {
        command: command.as_std().get_program().display().to_string(),
        said: problem.to_string(),
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Interpreter {
    File(PathBuf),
    Searched(String),
}

/// Reads `#!/path/python`, `#!/usr/bin/env python3`, and the two-line form that installers use
/// where the path is too long or has blanks: `#!/bin/sh` and then `'''exec' "/path/python" …`.
fn named_interpreter(script: &str) -> Option<Interpreter> {
    let mut lines = script.lines();
    let first = lines.next()?.strip_prefix("#!")?.trim();
    let mut words = first.split_whitespace();
    let program = words.next()?;
    if program.ends_with("/env") {
        let name = words.find(|word| !word.starts_with('-'))?;
        return is_python(name).then(|| Interpreter::Searched(name.to_owned()));
    }
    if is_python(program) {
        return Some(Interpreter::File(PathBuf::from(program)));
    }
    let rest = lines.next()?.strip_prefix("'''exec'")?.trim_start();
    let file = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split_whitespace().next()?,
    };
    is_python(file).then(|| Interpreter::File(PathBuf::from(file)))
}

fn is_python(program: &str) -> bool {
    Path::new(program).file_name().is_some_and(|name| name.to_string_lossy().starts_with("python"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expect: Option<Interpreter>) {
        assert_eq!(named_interpreter(script), expect, "{script:?}");
    }

    #[test]
    fn the_first_lines_name_the_interpreter() {
        let file = |path: &str| Some(Interpreter::File(PathBuf::from(path)));
        check("#!/opt/venv/bin/python3.12\nimport sys\n", file("/opt/venv/bin/python3.12"));
        check("#! /opt/venv/bin/python -E\n", file("/opt/venv/bin/python"));
        check("#!/bin/sh\n'''exec' \"/a b/bin/python3\" \"$0\" \"$@\"\n' '''\n", file("/a b/bin/python3"));
        check("#!/bin/sh\n'''exec' /long/bin/python \"$0\" \"$@\"\n", file("/long/bin/python"));
        check("#!/usr/bin/env -S python3 -u\n", Some(Interpreter::Searched("python3".into())));
        check("#!/usr/bin/env bash\n", None);
        check("#!/bin/sh\nexec something\n", None);
        check("", None);
        check("\u{7f}ELF", None);
    }

    #[test]
    fn relative_entries_of_the_path_are_not_searched() {
        assert_eq!(executables("Cargo.toml", OsStr::new(".:")), Vec::<PathBuf>::new());
    }
}
