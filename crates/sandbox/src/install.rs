//! Makes the private virtual environment that moto runs from, once per user and version.
//!
//! In: [`Tools`]. Out: an emulator in `CACHE/moto-VERSION`. The environment is built under
//! another name and then renamed, so a folder of the final name is always complete; one process
//! builds while the others wait. It knows nothing of servers.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use crate::error::tail;
use crate::python::{self, Python};
use crate::{Emulator, Error, MOTO_VERSION, Report, Tools, lock};

/// The oldest Python that moto supports (`requires-python` of its package).
const OLDEST_PYTHON: (u32, u32) = (3, 10);

/// How long one process waits while another builds. Installing takes about half a minute; a slow
/// line needs a few.
const BUILD_PATIENCE: Duration = Duration::from_secs(15 * 60);

/// The beginning of the names of unfinished environments.
const UNFINISHED: &str = ".unfinished-";

/// The emulator in our virtual environment, which is made first where it is missing or broken.
pub(crate) async fn private(tools: &Tools, report: Report<'_>) -> Result<Emulator, Error> {
    let home = tools.cache.join(format!("moto-{MOTO_VERSION}"));
    if let Some(ready) = installed(&home, &tools.path).await {
        return Ok(ready);
    }
    std::fs::create_dir_all(&tools.cache).map_err(Error::io("create", &tools.cache))?;
    let _lock = lock::take(&tools.cache.join("install.lock"), BUILD_PATIENCE, || {
        report("waiting for another stackctl that is installing the AWS emulator");
    })
    .await?;
    if let Some(ready) = installed(&home, &tools.path).await {
        return Ok(ready);
    }
    sweep(&tools.cache);
    if home.exists() {
        // Its Python was upgraded or removed since: what is there cannot be mended.
        std::fs::remove_dir_all(&home).map_err(Error::io("remove", &home))?;
    }
    let python = host_python(&tools.path).await?;
    report(&format!("installing moto {MOTO_VERSION}, the AWS emulator, into {} (once)", home.display()));
    // Dropped on every failure, and with it what was built so far.
    let building = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempdir_in(&tools.cache)
        .map_err(Error::io("create a folder in", &tools.cache))?;
    build(&python, building.path(), &tools.path).await?;
    std::fs::rename(building.path(), &home).map_err(Error::io("create", &home))?;
    installed(&home, &tools.path).await.ok_or_else(|| Error::Tool {
        command: interpreter(&home).display().to_string(),
        said: format!("it does not find moto {MOTO_VERSION}, which was just installed"),
    })
}

/// The emulator of a finished environment, if there is one and it still works.
async fn installed(home: &Path, path: &OsStr) -> Option<Emulator> {
    let python = interpreter(home);
    if !python.exists() {
        return None;
    }
    python::probe(&python, path).await.and_then(Emulator::of)
}

fn interpreter(home: &Path) -> PathBuf {
    home.join("bin").join("python")
}

/// Removes what processes that were killed while building have left. Called with the lock held,
/// so nobody is building; what cannot be removed only costs space.
fn sweep(cache: &Path) {
    for entry in std::fs::read_dir(cache).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED)
            && let Err(problem) = std::fs::remove_dir_all(entry.path())
        {
            tracing::warn!(folder = %entry.path().display(), %problem, "cannot remove");
        }
    }
}

/// The first `python3` on the search path that is new enough and can make environments.
async fn host_python(path: &OsStr) -> Result<Python, Error> {
    let mut seen: Option<Python> = None;
    for candidate in python::executables("python3", path) {
        let Some(python) = python::probe(&candidate, path).await else {
            continue;
        };
        if python.version >= OLDEST_PYTHON && python.has_venv {
            return Ok(python);
        }
        seen.get_or_insert(python);
    }
    Err(missing(seen.as_ref(), path))
}

/// Says which package is missing, in the words of the package manager that is there.
fn missing(seen: Option<&Python>, path: &OsStr) -> Error {
    let (oldest_major, oldest_minor) = OLDEST_PYTHON;
    let detail = match seen {
        None => "no working `python3` on PATH".to_owned(),
        Some(Python { executable, version: (major, minor), .. }) => {
            let executable = executable.display();
            if (*major, *minor) < OLDEST_PYTHON {
                format!(
                    "{executable} is Python {major}.{minor}, moto needs \
                     {oldest_major}.{oldest_minor} or newer"
                )
            } else {
                format!("{executable} has no working venv module")
            }
        }
    };
    let has = |manager: &str| !python::executables(manager, path).is_empty();
    let (package, command) = if has("apt-get") {
        // Debian keeps a part of the standard library's venv in a package of its own.
        let package = match seen {
            Some(Python { version: (major, minor), .. }) if (*major, *minor) >= OLDEST_PYTHON => {
                format!("python{major}.{minor}-venv")
            }
            Some(_) | None => "python3-venv".to_owned(),
        };
        (package.clone(), format!("sudo apt-get install {package}"))
    } else if has("dnf") {
        ("python3".to_owned(), "sudo dnf install python3".to_owned())
    } else if has("apk") {
        ("python3".to_owned(), "sudo apk add python3".to_owned())
    } else if has("pacman") {
        ("python".to_owned(), "sudo pacman -S python".to_owned())
    } else if has("zypper") {
        ("python3".to_owned(), "sudo zypper install python3".to_owned())
    } else {
        ("python3".to_owned(), "brew install python3".to_owned())
    };
    Error::Missing { package, detail, command }
}

/// Makes the environment and installs moto into it.
async fn build(python: &Python, folder: &Path, path: &OsStr) -> Result<(), Error> {
    let mut venv = Command::new(&python.executable);
    venv.args(["-m", "venv", "--clear"]).arg(folder);
    let output = python::run(&mut venv, path).await?;
    if !output.status.success() {
        return Err(Error::Tool {
            command: format!("{} -m venv {}", python.executable.display(), folder.display()),
            said: said(&output),
        });
    }
    let requirement = format!("moto[server]=={MOTO_VERSION}");
    let mut pip = Command::new(interpreter(folder));
    pip.args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]).arg(&requirement);
    let output = python::run(&mut pip, path).await?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::Pip {
        command: format!("python3 -m pip install '{requirement}'"),
        package: requirement,
        said: said(&output),
    })
}

fn said(output: &std::process::Output) -> String {
    let mut text = OsString::new();
    for stream in [&output.stdout, &output.stderr] {
        text.push(String::from_utf8_lossy(stream).as_ref());
    }
    tail(&text.to_string_lossy())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Writes an executable file, by another process: a file that this one has open for writing, if only
    /// in a child that another test is just starting, cannot be run.
    pub(crate) fn script(path: &Path, text: &str) {
        let status = std::process::Command::new("/bin/sh")
            .args(["-c", r#"printf %s "$1" > "$2" && chmod 755 "$2""#, "sh", text])
            .arg(path)
            .status();
        assert!(status.expect("a shell").success(), "{}", path.display());
    }

    /// A `python3` that answers the probe so, and fails at everything else.
    fn python3(folder: &Path, version: &str, has_venv: &str) {
        let answer = format!("echo /usr/bin/python3; echo {version}; echo {has_venv}; echo");
        script(&folder.join("python3"), &format!("#!/bin/sh\nif [ \"$1\" = -c ]; then {answer}; else exit 1; fi\n"));
    }

    async fn check(prepare: impl FnOnce(&Path), expect: &str) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).expect("a folder can be made");
        prepare(&bin);
        let cache = folder.path().join("cache");
        let tools = Tools { path: bin.into_os_string(), cache: cache.clone() };
        let mut heard = Vec::new();
        let problem = Emulator::find(&tools, &mut |line| heard.push(line.to_owned()))
            .await
            .expect_err("there is nothing to find");
        assert_eq!(problem.to_string(), expect);
        assert_eq!(heard, Vec::<String>::new(), "nothing was begun");
        let left: Vec<_> = std::fs::read_dir(&cache).expect("made").flatten().collect();
        assert_eq!(left.len(), 1, "only the lock file stays: {left:?}");
    }

    #[tokio::test]
    async fn without_venv_the_message_names_debians_package() {
        check(
            |bin| {
                python3(bin, "3.12", "False");
                script(&bin.join("apt-get"), "#!/bin/sh\n");
            },
            "the sandbox needs python3.12-venv, which is missing on this machine (/usr/bin/python3 \
             has no working venv module); install it with: sudo apt-get install python3.12-venv",
        )
        .await;
    }

    #[tokio::test]
    async fn an_old_python_is_said_to_be_old() {
        check(
            |bin| {
                python3(bin, "3.8", "True");
                script(&bin.join("dnf"), "#!/bin/sh\n");
            },
            "the sandbox needs python3, which is missing on this machine (/usr/bin/python3 is \
             Python 3.8, moto needs 3.10 or newer); install it with: sudo dnf install python3",
        )
        .await;
    }

    #[tokio::test]
    async fn no_python_at_all() {
        check(
            |_| (),
            "the sandbox needs python3, which is missing on this machine (no working `python3` on \
             PATH); install it with: brew install python3",
        )
        .await;
    }

    #[tokio::test]
    async fn a_failing_pip_is_quoted_and_nothing_is_left() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bin = folder.path().join("bin");
        std::fs::create_dir(&bin).expect("a folder can be made");
        // `-m venv --clear FOLDER` makes an interpreter whose pip cannot reach its index.
        let fake = bin.join("python3");
        let pip = "#!/bin/sh\\necho no route to the index >&2\\nexit 1\\n";
        script(
            &fake,
            &format!(
                "#!/bin/sh\nif [ \"$1\" = -c ]; then echo {}; echo 3.12; echo True; echo; exit; fi\n\
                 PATH=/usr/bin:/bin; mkdir -p \"$4/bin\"; printf '{pip}' > \"$4/bin/python\"; \
                 chmod +x \"$4/bin/python\"\n",
                fake.display()
            ),
        );
        let cache = folder.path().join("cache");
        std::fs::create_dir_all(cache.join(".unfinished-of-a-killed-one/bin")).expect("made");
        // Finished once, and broken since its Python was removed.
        let broken = cache.join(format!("moto-{MOTO_VERSION}")).join("bin");
        std::fs::create_dir_all(&broken).expect("made");
        script(&broken.join("python"), "#!/nowhere/python3\n");
        let tools = Tools { path: bin.into_os_string(), cache: cache.clone() };
        let mut heard = Vec::new();
        let problem = Emulator::find(&tools, &mut |line| heard.push(line.to_owned())).await.expect_err("pip fails");
        assert!(
            problem
                .to_string()
                .ends_with("python3 -m pip install 'moto[server]==5.2.1'\npip said:\nno route to the index"),
            "{problem}"
        );
        assert_eq!(heard.len(), 1);
        let left: Vec<_> = std::fs::read_dir(&cache).expect("made").flatten().collect();
        assert_eq!(left.len(), 1, "only the lock file stays: {left:?}");
    }
}
