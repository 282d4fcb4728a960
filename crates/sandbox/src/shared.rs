//! The one emulator that lives between commands.
//!
//! In: [`Tools`] and a state folder. Out: a running emulator and the identity of its run.
//! Two locks in the folder keep it single: `command.lock` lets one command at a time start or
//! stop it, and the server itself holds `server.lock` while it lives. That second lock, and not
//! a process id, says whether it is alive, and makes the id in the record safe to kill.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::{Instant, sleep};

use crate::lock::{self, Lock};
use crate::server::{self, Folder, Identity, Lifetime, Record};
use crate::{Emulator, Error, Report, Tools};

/// How long a command waits for another one that is starting or stopping the emulator: long
/// enough for that one to install it first.
const COMMAND_PATIENCE: Duration = Duration::from_secs(20 * 60);
/// How long an emulator whose starter was killed may take to write its record.
const RECORD_PATIENCE: Duration = Duration::from_secs(90);
/// How long an emulator may take to end after it was asked or killed.
const END_PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(25);

/// An emulator that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The address that clients use.
    pub endpoint: String,
    /// The identity of what the emulator remembers: a restart or a reset begins a new run.
    pub run: String,
    /// Whether this call started it.
    pub started_now: bool,
    /// Its process.
    pub pid: u32,
    /// moto's version.
    pub version: String,
    /// When it was started, in RFC 3339.
    pub started: String,
}

impl Running {
    fn of(identity: Identity, started_now: bool) -> Running {
        let Identity { record: Record { pid, port, version, started }, run } = identity;
        Running { endpoint: server::endpoint(port), run, started_now, pid, version, started }
    }
}

/// The running emulator; where there is none, one is started, and installed if need be.
///
/// # Errors
/// It can neither be found nor installed, does not start, or another command blocks it.
pub async fn ensure(tools: &Tools, state: &Path, report: Report<'_>) -> Result<Running, Error> {
    let home = Home::of(state)?;
    let _command = home.lock(report).await?;
    if let Some(record) = home.alive().await? {
        match answer(&record).await {
            Ok(identity) => return Ok(Running::of(identity, false)),
            Err(reason) => {
                let pid = record.pid;
                report(&format!("the AWS emulator (process {pid}) does not answer ({reason}); starting it anew"));
                home.kill(&record).await?;
            }
        }
    }
    let emulator = Emulator::find(tools, report).await?;
    // Finding takes a while, in which a server may have come up whose starter was killed before
    // the server could take its lock.
    if let Some(record) = home.alive().await?
        && let Ok(identity) = answer(&record).await
    {
        return Ok(Running::of(identity, false));
    }
    let lifetime = Lifetime::Detached(home.server_lock());
    let (mut child, identity) = server::start(&emulator, &home.folder, &lifetime).await?;
    // It outlives us, but as long as we live, only we can take note of its end.
    std::thread::spawn(move || child.wait());
    Ok(Running::of(identity, true))
}

/// The running emulator, if there is one.
///
/// # Errors
/// One is running that does not answer, or the folder cannot be read.
pub async fn status(state: &Path) -> Result<Option<Running>, Error> {
    let Some(home) = Home::existing(state) else {
        return Ok(None);
    };
    match home.alive().await? {
        None => Ok(None),
        Some(record) => match answer(&record).await {
            Ok(identity) => Ok(Some(Running::of(identity, false))),
            Err(reason) => Err(Error::Silent { pid: record.pid, reason }),
        },
    }
}

/// Ends the emulator and all it remembers. Tells whether there was one.
///
/// # Errors
/// It does not end, or another command blocks it.
pub async fn stop(state: &Path, report: Report<'_>) -> Result<bool, Error> {
    let Some(home) = Home::existing(state) else {
        return Ok(false);
    };
    let _command = home.lock(report).await?;
    let Some(record) = home.alive().await? else {
        return Ok(false);
    };
    let asked = server::quit(record.port).await;
    if asked.is_err() || !home.ends_in_time().await? {
        home.kill(&record).await?;
    }
    server::remove_if_there(&home.folder.record())?;
    Ok(true)
}

/// Empties the emulator without restarting it: a new run at the same address.
/// `None` where none is running, and so nothing is remembered.
///
/// # Errors
/// One is running that does not answer, or another command blocks it.
pub async fn reset(state: &Path, report: Report<'_>) -> Result<Option<Running>, Error> {
    let Some(home) = Home::existing(state) else {
        return Ok(None);
    };
    let _command = home.lock(report).await?;
    let Some(record) = home.alive().await? else {
        return Ok(None);
    };
    let silent = |reason| Error::Silent { pid: record.pid, reason };
    server::reset(record.port).await.map_err(silent)?;
    let identity = answer(&record).await.map_err(silent)?;
    Ok(Some(Running::of(identity, false)))
}

/// Asks the server of a record who it is, and makes sure that it is the one in the record.
async fn answer(record: &Record) -> Result<Identity, String> {
    let identity = server::identity(record.port).await?;
    if identity.record == *record {
        Ok(identity)
    } else {
        Err(format!("process {} answers in its place", identity.record.pid))
    }
}

/// The state folder and what its locks say.
struct Home {
    folder: Folder,
}

impl Home {
    fn of(state: &Path) -> Result<Home, Error> {
        std::fs::create_dir_all(state).map_err(Error::io("create", state))?;
        // The server runs in another folder than we do.
        let state = state.canonicalize().map_err(Error::io("find", state))?;
        Ok(Home { folder: Folder(state) })
    }

    /// The folder if an emulator was ever started from it: looking must not leave traces.
    fn existing(state: &Path) -> Option<Home> {
        let home = Home { folder: Folder(state.canonicalize().ok()?) };
        home.server_lock().exists().then_some(home)
    }

    fn server_lock(&self) -> std::path::PathBuf {
        self.folder.0.join("server.lock")
    }

    async fn lock(&self, report: Report<'_>) -> Result<Lock, Error> {
        lock::take(&self.folder.0.join("command.lock"), COMMAND_PATIENCE, || {
            report("waiting for another stackctl that is starting or stopping the sandbox");
        })
        .await
    }

    /// The record of the living server. A server that holds its lock but has no record yet is
    /// still starting, its starter having been killed: it is waited for.
    async fn alive(&self) -> Result<Option<Record>, Error> {
        let deadline = Instant::now() + RECORD_PATIENCE;
        loop {
            if lock::try_take(&self.server_lock())?.is_some() {
                return Ok(None);
            }
            if let Some(record) = self.folder.read_record() {
                return Ok(Some(record));
            }
            if Instant::now() >= deadline {
                return Err(Error::Busy { path: self.server_lock(), waited_seconds: RECORD_PATIENCE.as_secs() });
            }
            sleep(POLL).await;
        }
    }

    /// Kills the server. The caller has found its lock held, so the process id is the server's.
    /// The shell's own `kill` is there on every machine and needs no unsafe code.
    async fn kill(&self, record: &Record) -> Result<(), Error> {
        let pid = record.pid;
        let mut kill = Command::new("/bin/sh");
        kill.args(["-c", "kill -KILL \"$0\" 2>&1"]).arg(pid.to_string());
        let output = kill.output().await.map_err(|problem| Error::NotStopped { pid, reason: problem.to_string() })?;
        if self.ends_in_time().await? {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Err(Error::NotStopped { pid, reason: format!("it was sent SIGKILL and lives on; {said}") })
    }

    /// Waits for the server to let go of its lock.
    async fn ends_in_time(&self) -> Result<bool, Error> {
        let deadline = Instant::now() + END_PATIENCE;
        while lock::try_take(&self.server_lock())?.is_none() {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            sleep(POLL).await;
        }
        Ok(true)
    }
}
