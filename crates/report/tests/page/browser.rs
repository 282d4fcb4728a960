//! Finds or installs what drives a browser: Python with playwright, and a Chromium.
//!
//! In: the search path. Out: an interpreter that has playwright, and a browser's executable. What
//! is missing is installed, once; where that fails the test fails and says what to install.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const PLAYWRIGHT: &str = "1.65.2";
/// The names under which systems have it.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// What a browser test cannot do without, said where it cannot be had.
const NEEDED: &str = "the page is tested in a real browser: install Python 3.9 or newer with its venv module \
                      (Debian: python3-venv) and Chromium (Debian: chromium), or name a browser in STACKCTL_BROWSER";

/// The interpreter, and the browser; `-` for the one that playwright brings.
pub fn find() -> (PathBuf, OsString) {
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(cache.join("playwright.lock")).expect("a lock file");
    lock.lock().expect("one test installs while the others wait");
    let python = environment(cache);
    let browser = browser(&python);
    (python, browser)
}

/// The private virtual environment. It is built under another name and then renamed, so that one
/// of the final name is always complete.
fn environment(cache: &Path) -> PathBuf {
    let home = cache.join(format!("playwright-{PLAYWRIGHT}"));
    let python = home.join("bin/python");
    if runs(Command::new(&python).args(["-c", "import playwright.sync_api"])) {
        return python;
    }
    let building = cache.join("playwright-unfinished");
    for old in [&home, &building] {
        if old.exists() {
            std::fs::remove_dir_all(old).expect("a broken environment can be removed");
        }
    }
    let host = on_path("python3").find(|it| runs(Command::new(it).args(["-c", "import venv, ensurepip"])));
    let host = host.unwrap_or_else(|| panic!("no `python3` on PATH has a venv module; {NEEDED}"));
    must(Command::new(host).args(["-m", "venv", "--clear"]).arg(&building));
    must(
        Command::new(building.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"])
            .arg(format!("playwright=={PLAYWRIGHT}")),
    );
    std::fs::rename(&building, &home).expect("the finished environment can be named");
    python
}

/// The browser of this machine, else one that is installed now: by the system's package manager
/// where we may, else playwright's own.
fn browser(python: &Path) -> OsString {
    if let Some(named) = std::env::var_os("STACKCTL_BROWSER").filter(|it| !it.is_empty()) {
        return named;
    }
    let installed = || BROWSERS.into_iter().flat_map(on_path).find(|it| runs(Command::new(it).arg("--version")));
    if let Some(found) = installed() {
        return found.into_os_string();
    }
    if is_root() && on_path("apt-get").next().is_some() {
        let apt = |arguments: &[&str]| {
            let mut command = Command::new("apt-get");
            runs(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
        };
        if apt(&["update", "--quiet"])
            && apt(&["install", "--yes", "--quiet", "--no-install-recommends", "chromium"])
            && let Some(found) = installed()
        {
            return found.into_os_string();
        }
    }
    must(Command::new(python).args(["-m", "playwright", "install", "chromium"]));
    "-".into()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout.trim_ascii() == b"0")
}

/// Every file of that name on the search path.
fn on_path(name: &str) -> impl Iterator<Item = PathBuf> + use<'_> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.into_iter().map(move |folder| folder.join(name)).filter(|it| it.is_file())
}

fn runs(command: &mut Command) -> bool {
    command.output().is_ok_and(|it| it.status.success())
}

fn must(command: &mut Command) {
    let shown = format!("{command:?}");
    match command.output() {
        Ok(it) if it.status.success() => {}
        Ok(it) => panic!("{shown} failed: {}\n{NEEDED}", String::from_utf8_lossy(&it.stderr)),
        Err(problem) => panic!("{shown} cannot be run: {problem}\n{NEEDED}"),
    }
}
