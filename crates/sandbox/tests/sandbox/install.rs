//! Where the emulator comes from.

use std::os::unix::fs::symlink;
use std::path::Path;

use sandbox::{Emulator, MOTO_VERSION, Scoped, Tools};

use crate::heard;

/// Written by another process: a file that this one has open for writing, if only in a child that
/// another test is just starting, cannot be run.
fn script(path: &Path, text: &str) {
    let status = std::process::Command::new("/bin/sh")
        .args(["-c", r#"printf %s "$1" > "$2" && chmod 755 "$2""#, "sh", text])
        .arg(path)
        .status();
    assert!(status.expect("a shell").success(), "{}", path.display());
}

/// The one test that installs for real. It also shows that two who come at once install once,
/// that the second time nothing is installed, and that a moto on the search path is taken before ours.
#[tokio::test]
async fn a_fresh_environment_is_made_once_and_works() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).expect("a folder can be made");
    // A search path that has Python and, whatever this machine has, no moto.
    script(&bin.join("python3"), &format!("#!/bin/sh\nexec {} \"$@\"\n", python()));
    let tools = Tools { path: bin.into_os_string(), cache: folder.path().join("cache") };

    let (mut one, mut other) = (Vec::new(), Vec::new());
    let mut hear_one = |line: &str| one.push(line.to_owned());
    let mut hear_other = |line: &str| other.push(line.to_owned());
    let (first, second) = tokio::join!(Emulator::find(&tools, &mut hear_one), Emulator::find(&tools, &mut hear_other));
    let emulator = first.expect("installed");
    assert_eq!(second.expect("found"), emulator);
    assert_eq!(emulator.version, MOTO_VERSION);
    assert!(emulator.python.starts_with(&tools.cache), "{}", emulator.python.display());
    let heard_of = |text: &str| one.iter().chain(&other).filter(|line| line.contains(text)).count();
    assert_eq!((heard_of("installing moto"), heard_of("waiting for another")), (1, 1));

    let again = Emulator::find(&tools, &mut |line| panic!("{line}")).await.expect("still there");
    assert_eq!(again, emulator);
    let scoped = Scoped::start_found(&emulator).await.expect("it starts");
    assert!(!crate::remembers(&scoped.endpoint()).await);

    // The same moto on the search path needs no environment of ours. Its launcher is what pip
    // wrote, but for the interpreter, which was renamed since.
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder can be made");
    let launcher = format!("#!{}\nfrom moto.server import main\nmain()\n", emulator.python.display());
    script(&folder.path().join("moto_server"), &launcher);
    symlink(folder.path().join("moto_server"), elsewhere.join("moto_server")).expect("linked");
    let tools = Tools { path: elsewhere.into_os_string(), cache: folder.path().join("unused") };
    let on_path = Emulator::find(&tools, &mut |line| panic!("{line}")).await.expect("on the path");
    assert_eq!(on_path, emulator);
    assert!(!tools.cache.exists(), "nothing was made");
}

#[tokio::test]
async fn this_machines_emulator_starts() {
    let scoped = Scoped::start(&crate::tools(), &mut heard).await.expect("it starts");
    assert!(crate::listens(&scoped.endpoint()).await);
}

/// The interpreter itself: what stands on PATH may be a shim that needs the rest of PATH.
fn python() -> String {
    let output = std::process::Command::new("python3")
        .args(["-c", "import sys; print(sys.executable)"])
        .output()
        .expect("a python3 on PATH");
    String::from_utf8(output.stdout).expect("a path").trim().to_owned()
}
