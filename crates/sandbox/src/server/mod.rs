//! Starts moto's server as a child process and talks to it.
//!
//! In: an [`Emulator`] and a folder. Out: the record that the server wrote once it accepted
//! requests, and what it says of itself when asked. Who keeps the server, and for how long, is
//! for `shared` and `scoped` to know.

use std::fs::File;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hyper::Method;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep, timeout};

use crate::error::tail;
use crate::{Emulator, Error, http};

/// Runs moto on a port of the system's choosing, writes the record, and mends those of moto's
/// differences that its settings cannot reach and a common manifest meets; its text says which.
const SERVE: &str = include_str!("serve.py");

/// moto's settings that bring it nearer to AWS.
///
/// `MOTO_ECS_SERVICE_RUNNING` is not here: it is one number of running tasks for every service
/// that is made, whatever the service wants (`moto/ecs/models.py`). `serve.py` sets it for each
/// service to the wanted number, so that every service settles.
pub(crate) const ENVIRONMENT: &[(&str, &str)] = &[
    // IAM's AWS-managed policies exist.
    ("MOTO_IAM_LOAD_MANAGED_POLICIES", "true"),
    // Seconds until a certificate is validated; moto's own default is a minute.
    ("MOTO_ACM_VALIDATION_WAIT", "1"),
];

/// How long the server may take from its start to its first answer: about a second on an idle
/// machine, many times that on a cold and busy one.
const START_PATIENCE: Duration = Duration::from_secs(90);
/// How long one question about itself may take: moto shares one interpreter lock among all
/// requests, so a busy one is slow and not dead.
const ANSWER_PATIENCE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(25);

/// What the server wrote when it began to accept requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Its process.
    pub(crate) pid: u32,
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    /// moto's version.
    pub(crate) version: String,
    /// When it began, in RFC 3339.
    pub(crate) started: String,
}

/// What the server says when it is asked who it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Identity {
    #[serde(flatten)]
    pub(crate) record: Record,
    /// Changes when the server's memory is emptied, by a restart or by a reset.
    pub(crate) run: String,
}

/// How long a server lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// Until it is stopped. It holds this lock, and is in a process group of its own, which the
    /// terminal's Ctrl-C does not reach.
    Detached(PathBuf),
    /// Until its standard input closes, and so at the latest when this process ends, however it ends.
    Bound,
}

/// Where a server's files are.
#[derive(Debug, Clone)]
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn record(&self) -> PathBuf {
        self.0.join("sandbox.json")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("moto.log")
    }

    /// The record, if one was written. One that cannot be read counts as none: the server
    /// writes it whole, so it is of another version or was damaged by hand.
    pub(crate) fn read_record(&self) -> Option<Record> {
        serde_json::from_slice(&std::fs::read(self.record()).ok()?).ok()
    }
}

/// Starts a server and waits until it answers.
pub(crate) async fn start(
    emulator: &Emulator,
    folder: &Folder,
    lifetime: &Lifetime,
) -> Result<(Child, Identity), Error> {
    remove_if_there(&folder.record())?;
    let mut child = spawn(emulator, folder, lifetime)?;
    let deadline = Instant::now() + START_PATIENCE;
    let failed = |reason: String| Error::NotStarted {
        reason,
        log: folder.log(),
        said: tail(&std::fs::read_to_string(folder.log()).unwrap_or_default()),
    };
    let record = loop {
        if let Some(record) = folder.read_record() {
            break record;
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(failed(format!("it ended with {status}")));
        }
        if Instant::now() >= deadline {
            end(&mut child);
            return Err(failed(format!("no sign of life in {} s", START_PATIENCE.as_secs())));
        }
        sleep(POLL).await;
    };
    match identity(record.port).await {
        Ok(identity) => Ok((child, identity)),
        Err(reason) => {
            end(&mut child);
            Err(failed(reason))
        }
    }
}

/// Asks the server at a port who it is.
pub(crate) async fn identity(port: u16) -> Result<Identity, String> {
    let body = ask(port, Method::GET, "/moto-api/stackctl").await?;
    serde_json::from_slice(&body).map_err(|problem| format!("not our emulator: {problem}"))
}

/// Asks the server to end itself.
pub(crate) async fn quit(port: u16) -> Result<(), String> {
    ask(port, Method::POST, "/moto-api/stackctl/stop").await.map(drop)
}

/// Empties the server's memory, which begins a new run.
/// <https://docs.getmoto.org/en/latest/docs/server_mode.html#reset-api>
pub(crate) async fn reset(port: u16) -> Result<(), String> {
    ask(port, Method::POST, "/moto-api/reset").await.map(drop)
}

/// The address that clients use.
pub(crate) fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Kills a child of ours and waits for its end. A child that has ended already is as good.
pub(crate) fn end(child: &mut Child) {
    if let Err(problem) = child.kill().and_then(|()| child.wait().map(drop)) {
        tracing::warn!(pid = child.id(), %problem, "cannot end the emulator");
    }
}

pub(crate) fn remove_if_there(file: &Path) -> Result<(), Error> {
    match std::fs::remove_file(file) {
        Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", file)(problem)),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn ask(port: u16, method: Method, path: &'static str) -> Result<hyper::body::Bytes, String> {
    let authority = format!("127.0.0.1:{port}");
    let asked = http::ask(&authority, method, path);
    let answer = timeout(ANSWER_PATIENCE, asked)
        .await
        .map_err(|_| format!("no answer in {} s", ANSWER_PATIENCE.as_secs()))?
        .map_err(|problem| problem.to_string())?;
    if answer.status().is_success() {
        Ok(answer.into_body())
    } else {
        Err(format!("{path} was answered with {}", answer.status()))
    }
}

fn spawn(emulator: &Emulator, folder: &Folder, lifetime: &Lifetime) -> Result<Child, Error> {
    let script = write_script(folder)?;
    let log = File::create(folder.log()).map_err(Error::io("create", folder.log()))?;
    let errors = log.try_clone().map_err(Error::io("open", folder.log()))?;
    let mut command = Command::new(&emulator.python);
    command
        .arg(&script)
        .arg(folder.record())
        // The folder that a command happened to run in must not be held for days.
        .current_dir(&folder.0)
        .envs(ENVIRONMENT.iter().copied())
        // What lies in the log is of use at once, and nothing is written beside the script.
        .env("PYTHONUNBUFFERED", "1")
        .stdout(log)
        .stderr(errors);
    match lifetime {
        Lifetime::Detached(lock) => {
            command.arg("--lock").arg(lock).stdin(Stdio::null()).process_group(0);
        }
        Lifetime::Bound => {
            command.arg("--until-stdin-closes").stdin(Stdio::piped());
        }
    }
    command
        .spawn()
        .map_err(|problem| Error::Tool { command: emulator.python.display().to_string(), said: problem.to_string() })
}

/// Puts the script where Python can read it; renamed into place, because a server that is just
/// starting may read the one before.
fn write_script(folder: &Folder) -> Result<PathBuf, Error> {
    let script = folder.0.join("serve.py");
    let failed = |problem| Error::io("write", &script)(problem);
    let mut file = tempfile::NamedTempFile::new_in(&folder.0).map_err(failed)?;
    file.write_all(SERVE.as_bytes()).map_err(failed)?;
    file.persist(&script).map_err(|problem| failed(problem.error))?;
    Ok(script)
}
