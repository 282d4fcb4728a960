//! Everything that a command on real resources works with: stack, connection, store, session.

use std::time::{SystemTime, UNIX_EPOCH};

use driver::Drivers;
use engine::execute::ExecuteError;
use engine::observe::{self, ObserveError, Question};
use engine::observed::Observed;
use engine::place::{self, Place};
use engine::plan::{self, Planning};
use engine::recover::{RecoverError, Recovery};
use engine::session::{self, Session, SessionError};
use engine::store::{Held, Holder, LocalStore, Store, StoreError};
use model::catalog::Catalog;
use model::diagnostic::Diagnostic;
use model::stack::Stack;

use crate::args::{Cli, Options};
use crate::connect::{self, Connection};
use crate::failure::{Exit, Failure};
use crate::folder::Folder;
use crate::load::{self, Loaded};
use crate::render;

/// A manifest, and the AWS and the state that belong to it.
pub struct World {
    /// Every kind.
    pub catalog: Catalog,
    /// The manifest.
    pub loaded: Loaded,
    /// The connection.
    pub connection: Connection,
    /// The drivers on it.
    pub drivers: Drivers,
    /// Where state lives.
    pub store: LocalStore,
    /// Whether to say more than results.
    pub talkative: bool,
}

/// A plan and what it was made from.
pub struct Planned {
    /// What was read.
    pub observed: Observed,
    /// The plan, and what references see.
    pub planning: Planning,
}

impl World {
    /// Loads the manifest and connects.
    ///
    /// # Errors
    /// A wrong manifest, or a connection that does not work.
    pub async fn open(cli: &Cli) -> Result<Self, Failure> {
        let catalog = providers::catalog();
        let loaded = load::load(cli, &catalog)?;
        refuse_bucket(&loaded.stack, &loaded)?;
        let connection = connect::connect(&cli.options, &loaded.stack.provider).await?;
        let drivers = providers::drivers(&connection.aws);
        let store = store(&cli.options, &loaded.folder, connection.run.as_deref());
        let talkative = !cli.options.quiet && !cli.command.json();
        Ok(Self { catalog, loaded, connection, drivers, store, talkative })
    }

    /// Where the credentials lead.
    pub fn place(&self) -> Place {
        let aws = &self.connection.aws;
        // An emulator's address changes with every start; what counts is that it is one.
        let endpoint = match &self.connection.run {
            Some(run) => Some(format!("sandbox {run}")),
            None => self.connection.endpoint.clone(),
        };
        Place { account: aws.account().to_owned(), region: aws.region().to_owned(), endpoint }
    }

    /// State without the lock, recovered in memory.
    ///
    /// # Errors
    /// State that cannot be read or belongs elsewhere, or a call whose fate cannot be found out.
    pub async fn look(&self) -> Result<Session, Failure> {
        let mut session = session::look(&self.store).await?;
        place::check(&session.ledger.state, &self.place())?;
        let recovery = session.recover_in_memory(&self.drivers, now()).await?;
        self.tell(&recovery);
        Ok(session)
    }

    /// State under the lock, recovered for good.
    ///
    /// # Errors
    /// As for [`World::look`].
    pub async fn begin(&self, held: &Held) -> Result<Session, Failure> {
        let mut session = session::begin(&self.store, held).await?;
        place::check(&session.ledger.state, &self.place())?;
        let recovery = session.recover(&self.store, held, &self.drivers, now()).await?;
        self.tell(&recovery);
        Ok(session)
    }

    /// Takes the lock.
    ///
    /// # Errors
    /// Somebody else holds it.
    pub async fn lock(&self, options: &Options, command: &str) -> Result<Held, Failure> {
        Ok(self.store.lock(&holder(command), options.lock_wait.unwrap_or_default()).await?)
    }

    /// Gives a stack that was never applied its lineage and its key, as the first apply would: a
    /// saved plan names the one, and its secrets are compared by the other.
    ///
    /// # Errors
    /// State that cannot be read or written, or somebody else holds the lock.
    pub async fn begin_history(&self, options: &Options) -> Result<(), Failure> {
        if self.store.load().await?.key.is_some() {
            return Ok(());
        }
        let held = self.lock(options, "plan").await?;
        self.store.key(&held).await?;
        Ok(self.store.release(held).await?)
    }

    /// Reads AWS and plans.
    ///
    /// # Errors
    /// Reads that fail, or a plan that cannot be.
    pub async fn plan(&self, session: &Session, options: &plan::Options) -> Result<Planned, Failure> {
        let stack = &self.loaded.stack;
        let (state, fingerprints) = (&session.ledger.state, &session.fingerprints);
        let question = Question { stack, catalog: &self.catalog, state, fingerprints, options, everything: false };
        let observed = observe::observe(&self.drivers, &self.place(), &question).await?;
        let inputs = plan::Inputs { stack, catalog: &self.catalog, state, observed: &observed, fingerprints, options };
        let planning = plan::plan(&inputs).map_err(|problems| self.wrong(problems))?;
        if self.talkative {
            render::failure::diagnostics(&planning.diagnostics, &self.loaded.sources, &self.loaded.folder.root());
        }
        Ok(Planned { observed, planning })
    }

    /// A failure of the manifest.
    pub fn wrong(&self, problems: Vec<Diagnostic>) -> Failure {
        Failure::manifest(problems, self.loaded.sources.clone(), self.loaded.folder.root())
    }

    fn tell(&self, recovery: &Recovery) {
        for note in recovery.notes.iter().filter(|_| self.talkative) {
            anstream::eprintln!("Recovered: {note}");
        }
        for problem in &recovery.problems {
            anstream::eprintln!("warning: {problem}");
        }
    }
}

/// The store of a manifest's state. The sandbox has one of its own, tied to the emulator's run:
/// what belongs to earlier runs is gone with them.
pub fn store(options: &Options, folder: &Folder, run: Option<&str>) -> LocalStore {
    let Some(run) = run else { return LocalStore::new(&folder.state(), options.env.as_deref()) };
    let sandboxes = folder.state().join("sandbox");
    let entries = std::fs::read_dir(&sandboxes).into_iter().flatten().flatten();
    let stale: Vec<std::path::PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.file_name().is_some_and(|name| name != run)).collect();
    if !stale.is_empty() && !options.quiet {
        anstream::eprintln!("The sandbox was started anew since the last command: it is empty, and so is its state.");
    }
    for path in stale {
        // What cannot be removed is only in the way, never read.
        let _ = std::fs::remove_dir_all(path);
    }
    LocalStore::new(&sandboxes.join(run), options.env.as_deref())
}

/// Opens the store alone, for commands that need neither manifest nor AWS.
///
/// # Errors
/// There is no manifest, or the sandbox does not start.
pub async fn store_alone(cli: &Cli) -> Result<LocalStore, Failure> {
    let folder = load::folder(cli)?;
    let run = if cli.options.sandbox { Some(connect::start_sandbox(&cli.options).await?.run) } else { None };
    Ok(store(&cli.options, &folder, run.as_deref()))
}

/// Who we are, for whoever finds the lock held.
pub fn holder(command: &str) -> Holder {
    let set = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
    let host = set("HOSTNAME")
        .or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok().map(|it| it.trim().to_owned()));
    Holder {
        owner: set("USER").or_else(|| set("USERNAME")).unwrap_or_else(|| "somebody".to_owned()),
        host: host.unwrap_or_else(|| "this machine".to_owned()),
        command: command.to_owned(),
        pid: std::process::id(),
        since: now(),
    }
}

/// Unix time in seconds.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn refuse_bucket(stack: &Stack, loaded: &Loaded) -> Result<(), Failure> {
    let Some(store) = &stack.store else { return Ok(()) };
    let problem =
        Diagnostic::error("state-in-s3", store.span, "state in S3 is not there yet in this version of stackctl")
            .help("remove `[state]`: state is then kept in .stackctl/ beside the manifest");
    Err(Failure::manifest(vec![problem], loaded.sources.clone(), loaded.folder.root()))
}

impl From<StoreError> for Failure {
    fn from(wrong: StoreError) -> Self {
        match &wrong {
            StoreError::Held { .. } => Self::new(Exit::Locked, "lock-held", wrong.to_string())
                .help("wait for it, or give `--lock-wait 5m`; a lock whose process died is free by itself"),
            _ => Self::environment("state", wrong.to_string()),
        }
    }
}

impl From<place::WrongPlace> for Failure {
    fn from(wrong: place::WrongPlace) -> Self {
        Self::environment("wrong-place", wrong.to_string())
            .help("nothing was read or changed: check the profile, the region and the endpoint")
    }
}

impl From<RecoverError> for Failure {
    fn from(wrong: RecoverError) -> Self {
        Self::environment("recovery", wrong.to_string()).help("nothing was changed: run it again when AWS answers")
    }
}

impl From<SessionError> for Failure {
    fn from(wrong: SessionError) -> Self {
        match wrong {
            SessionError::Store(wrong) => wrong.into(),
            SessionError::Recover(wrong) => wrong.into(),
        }
    }
}

impl From<ObserveError> for Failure {
    fn from(wrong: ObserveError) -> Self {
        match &wrong {
            ObserveError::Faults(faults) => {
                let first = faults.first().map(|(address, fault)| Self::from(fault.clone()).at(address.clone()));
                Self {
                    message: wrong.to_string(),
                    ..first.unwrap_or_else(|| Self::environment("aws", wrong.to_string()))
                }
            }
            ObserveError::UnknownKind { .. } => Self::environment("unknown-type", wrong.to_string()),
        }
    }
}

impl From<ExecuteError> for Failure {
    fn from(wrong: ExecuteError) -> Self {
        match wrong {
            ExecuteError::Store(wrong) => wrong.into(),
            ExecuteError::Recover(wrong) => wrong.into(),
            ExecuteError::Blocked(blocked) => Self::environment("destroy-blocked", blocked.to_string()),
            ExecuteError::UnknownKind { .. } => Self::environment("unknown-type", wrong.to_string()),
        }
    }
}
