//! The program as people run it, and a cloud to run it on.
//!
//! In: nothing. Out: the release build of stackctl, commands of it that see nothing of this
//! process's environment but the search path, and an emulator behind a proxy that counts calls.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use sandbox::{Call, Emulator, Proxy, Scoped, Tools, Verdict};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::root;

/// An emulator of one's own, behind a proxy.
pub struct Cloud {
    proxy: Proxy,
    emulator: Scoped,
    /// The emulator's version.
    pub version: String,
    // The last to go: the others live on it.
    threads: Runtime,
}

impl Cloud {
    /// An empty one; where this machine has no moto, one is installed beside the build.
    ///
    /// # Errors
    /// It cannot be installed or started.
    pub fn start() -> Result<Self> {
        let threads = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let program = std::env::current_exe().context("cannot find this program")?;
        let built = program.parent().and_then(Path::parent).context("this program is in no folder")?;
        let tools = Tools { path, cache: built.join("tmp") };
        let (emulator, proxy, version) = threads.block_on(async {
            let found = Emulator::find(&tools, &mut |said| eprintln!("{said}")).await?;
            let emulator = Scoped::start_found(&found).await?;
            let proxy = Proxy::start(&emulator.endpoint(), |_| Verdict::Forward).await?;
            anyhow::Ok((emulator, proxy, found.version))
        })?;
        Ok(Self { proxy, emulator, version, threads })
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// The emulator does not answer.
    pub fn empty(&mut self) -> Result<()> {
        self.threads.block_on(self.emulator.reset())?;
        self.proxy.take_calls();
        Ok(())
    }

    /// What was called since the last time.
    pub fn take_calls(&self) -> Vec<Call> {
        self.proxy.take_calls()
    }

    /// Points a command at this cloud, with credentials that it takes.
    pub fn serve<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("AWS_ENDPOINT_URL", self.proxy.endpoint())
            .env("AWS_ACCESS_KEY_ID", sandbox::ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", sandbox::SECRET_KEY)
            .env("AWS_REGION", sandbox::REGION)
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    }
}

/// Builds stackctl as it is released, and says where it is. `STACKCTL_BENCH_PROGRAM` names one that
/// is there already, as to compare two versions.
///
/// # Errors
/// It does not build.
pub fn stackctl() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("STACKCTL_BENCH_PROGRAM").map(PathBuf::from) {
        return named.canonicalize().with_context(|| format!("there is no {}", named.display()));
    }
    // The whole workspace's features, so that the AWS SDK is built once for this and for the tests.
    built(&["build", "--release", "--workspace", "--bin", "stackctl"], "stackctl")
}

/// Has Cargo build a program, and says where it is. Cargo's talk goes to stderr.
///
/// # Errors
/// It does not build.
pub fn built(arguments: &[&str], name: &str) -> Result<PathBuf> {
    let mut cargo = cargo();
    cargo.args(arguments).args(["--locked", "--message-format=json-render-diagnostics"]);
    let output = cargo.stderr(Stdio::inherit()).output().context("cannot run Cargo")?;
    if !output.status.success() {
        bail!("{name} does not build");
    }
    let messages = String::from_utf8(output.stdout).context("Cargo's messages are no text")?;
    let executable = |line: &str| {
        let message: Value = serde_json::from_str(line).ok()?;
        let wanted = message["target"]["name"] == name;
        wanted.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    };
    messages.lines().find_map(executable).with_context(|| format!("Cargo does not say where it built {name}"))
}

/// Cargo, in the workspace.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

/// A program in a folder, which is its home too, with nothing of this process's environment but
/// the search path.
pub fn command(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear().env("HOME", folder);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Copies a folder with all that is in it.
///
/// # Errors
/// Something cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to).with_context(|| format!("cannot make {}", to.display()))?;
    for entry in std::fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let path = entry?.path();
        let target = to.join(path.file_name().context("an entry without a name")?);
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).with_context(|| format!("cannot copy {}", path.display()))?;
        }
    }
    Ok(())
}
