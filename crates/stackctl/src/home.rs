//! Where a stack's state lives: beside the manifest, in the sandbox, or in the bucket and the table
//! of `[state]`.
//!
//! In: settings, perhaps a connection. Out: state without the lock, or work done under it. A lock
//! that was taken is given back whatever happens: that is decided here and nowhere else.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_store::AwsBackend;
use driver::Lease;
use engine::commit;
use engine::journal::Body;
use engine::protocol::Terms;
use engine::session::{self, Session};
use engine::store::{Held, Loaded, LocalStore, LockNews, SharedStore, Store, StoreError, Waiting};
use model::stack;
use providers::aws::Calls;
use tokio::time::timeout;

use crate::args::Cli;
use crate::connect::{self, Connection};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::holder::holder;
use crate::interrupt::Interrupts;
use crate::watched::Watched;
use crate::{load, render, timeline};

/// How long giving a lock back may take; what was not given back runs out by itself.
const RELEASE: Duration = Duration::from_secs(10);

/// A stack's state, and how to get at it.
pub struct Home {
    store: Arc<dyn Store>,
    shared: Option<Shared>,
    interrupts: Interrupts,
    lock_wait: Duration,
    talkative: bool,
    quiet: bool,
}

/// State in a bucket.
pub struct Shared {
    /// The store in it.
    pub store: Arc<SharedStore>,
    /// State of the same stack that lies beside the manifest.
    pub beside: LocalStore,
    /// The folder of everything that lies there.
    folder: PathBuf,
    environment: Option<String>,
    config: aws_types::SdkConfig,
    settings: aws_store::Settings,
    calls: Calls,
    lease: Duration,
    /// In the sandbox: the folder that stands for the emulator's run.
    run: Option<PathBuf>,
}

/// What a command line and a manifest say about state.
#[derive(Clone, Copy)]
pub struct Address<'a> {
    /// The command line.
    pub cli: &'a Cli,
    /// Where the manifest lies.
    pub folder: &'a Folder,
    /// The stack's name.
    pub stack: &'a str,
    /// `[state]`.
    pub state: Option<&'a stack::Store>,
}

impl Home {
    /// The state of a stack, as this connection reaches it.
    pub fn of(address: Address<'_>, connection: &Connection, interrupts: &Interrupts) -> Self {
        let run = connection.run.as_deref();
        match address.state {
            Some(state) => Self::in_bucket(address, state, connection, interrupts),
            None => Self::in_folder(address, run, connection.lease.clone(), interrupts),
        }
    }

    /// Opens state alone, for commands that need no resources: neither a whole manifest nor, for
    /// local state, AWS.
    ///
    /// # Errors
    /// Settings that cannot be read, a connection that does not work, a sandbox that does not start.
    pub async fn alone(cli: &Cli, interrupts: &Interrupts) -> Result<Self, Failure> {
        let settings = load::settings(cli)?;
        let address = Address { cli, folder: &settings.folder, stack: &settings.stack, state: settings.state.as_ref() };
        if address.state.is_some() {
            let connection = connect::connect(&cli.options, &settings.provider).await?;
            return Ok(Self::of(address, &connection, interrupts));
        }
        let run = if cli.options.sandbox { Some(connect::start_sandbox(&cli.options).await?.run) } else { None };
        Ok(Self::in_folder(address, run.as_deref(), connect::no_lease(), interrupts))
    }

    fn in_folder(address: Address<'_>, run: Option<&str>, lease: Lease, interrupts: &Interrupts) -> Self {
        let Address { cli, folder, .. } = address;
        let folder = match run {
            Some(run) => sandbox_folder(&folder.state(), run, cli.options.quiet),
            None => folder.state(),
        };
        let store = LocalStore::new(&folder, cli.options.env.as_deref(), lease);
        Self::with(cli, Arc::new(store), None, interrupts)
    }

    fn in_bucket(address: Address<'_>, state: &stack::Store, connection: &Connection, interrupts: &Interrupts) -> Self {
        let Address { cli, folder, stack, .. } = address;
        let environment = cli.options.env.as_deref();
        let settings = aws_store::Settings {
            bucket: state.bucket.clone(),
            table: state.lock_table.clone(),
            key: aws_store::Settings::key_of(stack, environment),
            region: state.region.clone(),
            account: connection.aws.account().to_owned(),
        };
        let backend = AwsBackend::new(&connection.config, settings.clone());
        let calls = backend.calls().clone();
        timeline::state_calls(&calls);
        let run = connection.run.as_ref();
        let terms = Terms { lease: state.lease };
        let store = Arc::new(SharedStore::new(Arc::new(backend), connection.lease.clone(), terms, |task| {
            tokio::spawn(task);
        }));
        let shared = Shared {
            store: Arc::clone(&store),
            beside: LocalStore::new(&folder.state(), environment, connect::no_lease()),
            folder: folder.state(),
            environment: environment.map(str::to_owned),
            config: connection.config.clone(),
            settings,
            calls,
            lease: state.lease,
            run: run.map(|run| sandbox_folder(&folder.state(), run, cli.options.quiet)),
        };
        Self::with(cli, store, Some(shared), interrupts)
    }

    fn with(cli: &Cli, store: Arc<dyn Store>, shared: Option<Shared>, interrupts: &Interrupts) -> Self {
        Self {
            store: Arc::new(Watched(store)),
            shared,
            interrupts: interrupts.clone(),
            lock_wait: cli.options.lock_wait.unwrap_or_default(),
            talkative: !cli.options.quiet && !cli.command.json(),
            quiet: cli.options.quiet,
        }
    }

    /// The store, for work under a lock.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The signals.
    pub fn interrupts(&self) -> &Interrupts {
        &self.interrupts
    }

    /// The bucket and the table, if state is in one.
    pub fn shared(&self) -> Option<&Shared> {
        self.shared.as_ref()
    }

    /// Counts the requests for state, now and later.
    pub fn call_counter(&self) -> impl Fn() -> usize + Send + use<> {
        let calls = self.shared.as_ref().map(|it| it.calls.clone());
        move || calls.as_ref().map_or(0, |it| it.all().len())
    }

    /// State without the lock, as it was stored.
    ///
    /// # Errors
    /// State that cannot be read.
    pub async fn load(&self) -> Result<Loaded, Failure> {
        self.ask(async || self.store.load().await).await
    }

    /// State without the lock, with the journal applied.
    ///
    /// # Errors
    /// State that cannot be read.
    pub async fn look(&self) -> Result<Session, Failure> {
        self.load().await.map(session::open)
    }

    /// Refuses to go on where nothing is in the bucket yet, while state from before `[state]` was
    /// written still lies beside the manifest.
    ///
    /// # Errors
    /// That is so, or one of the two cannot be read.
    pub async fn refuse_left_behind(&self) -> Result<(), Failure> {
        let Some(shared) = self.shared.as_ref().filter(|it| it.run.is_none()) else { return Ok(()) };
        let _looking = timeline::phase("look for state left behind");
        let count = shared.left_behind().await?;
        if count == 0 || !self.look().await?.ledger.state.resources.is_empty() {
            return Ok(());
        }
        let message = format!(
            "the state in `{}` is empty, and `{}` beside the manifest holds {count} resource{} of this stack: they would \
             be made a second time",
            shared.place(),
            shared.beside.folder().display(),
            if count == 1 { "" } else { "s" }
        );
        let init = init(shared.environment.as_deref());
        Err(Failure::wrong("state-left-behind", message)
            .help(format!("`{init}` carries it over; move its state.json away if it is of no use any more")))
    }

    /// Asks the store. In the sandbox, what `[state]` names is made when it is missing: nobody
    /// wants to prepare what is thrown away.
    ///
    /// # Errors
    /// Whatever the store refuses.
    pub async fn ask<T>(&self, question: impl AsyncFn() -> Result<T, StoreError>) -> Result<T, Failure> {
        match (question().await, &self.shared) {
            (Err(StoreError::NotSetUp { .. }), Some(Shared { run: Some(run), config, settings, .. })) => {
                aws_store::init(config, settings, &mut |_| ()).await?;
                // What a reset of the emulator takes away is missed by this folder's name. Without
                // it, nothing is told, which does no harm.
                drop(std::fs::create_dir_all(run));
                Ok(question().await?)
            }
            (answer, _) => Ok(answer?),
        }
    }

    /// Takes the lock, does something under it, and gives it back: after a failure, after a
    /// refusal and after a signal too.
    ///
    /// # Errors
    /// Somebody else holds the lock, or has taken it over in the meantime; a signal; or what the
    /// work refuses.
    pub async fn locked<T>(
        &self,
        command: &str,
        work: impl AsyncFnOnce(&Held, Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _guard = self.interrupts.lock();
        let (held, loaded) = self.take(command).await?;
        let lost = held.lost().clone();
        let done = tokio::select! {
            biased;
            () = lost.cancelled() => Err(StoreError::Lost.into()),
            done = work(&held, session::open(loaded)) => done,
            why = self.interrupts.left() => Err(why),
        };
        self.give_back(held).await;
        done
    }

    /// Changes state under the lock, through the journal, leaving a backup.
    ///
    /// # Errors
    /// A signal that came before, or state that cannot be written.
    pub async fn write(&self, held: &Held, session: &mut Session, bodies: Vec<Body>) -> Result<(), Failure> {
        self.interrupts.change()?;
        commit::append(self.store(), held, &mut session.ledger, bodies).await?;
        commit::save(self.store(), held, &mut session.ledger).await?;
        Ok(())
    }

    async fn take(&self, command: &str) -> Result<(Held, Loaded), Failure> {
        let _taking = timeline::phase("take the lock");
        let holder = holder(command);
        let behind = AtomicBool::new(false);
        let news = |news: LockNews| {
            behind.store(!matches!(news, LockNews::TakenOver(_)), Ordering::Relaxed);
            if self.talkative {
                errln!("{}", render::lock::news(&news, self.lock_wait));
            }
        };
        let waiting = Waiting { at_most: self.lock_wait, news: &news };
        let mut taking = pin!(self.ask(async || self.store.lock(&holder, waiting).await));
        let why = tokio::select! {
            biased;
            taken = &mut taking => return taken,
            why = self.interrupts.left() => why,
        };
        // Who waits has nothing. Who does not may have the lock already without knowing, and others
        // would wait for it until it runs out.
        if !behind.load(Ordering::Relaxed)
            && let Ok(Ok((held, _))) = timeout(RELEASE, taking).await
        {
            self.give_back(held).await;
        }
        Err(why)
    }

    async fn give_back(&self, held: Held) {
        let _giving = timeline::phase("give the lock back");
        let lost = held.lost().clone();
        let why = match timeout(RELEASE, self.store.release(held)).await {
            Ok(Ok(())) => return,
            Ok(Err(wrong)) => wrong.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        if !lost.is_cancelled() {
            let lease = self.shared.as_ref().map_or(Duration::ZERO, |it| it.lease).as_secs();
            errln!("warning: the lock was not given back ({why}); it is free by itself in {lease} s");
        }
    }

    /// Whether to say more than results.
    pub fn talkative(&self) -> bool {
        self.talkative
    }

    /// Whether to say nothing but results and failures.
    pub fn quiet(&self) -> bool {
        self.quiet
    }
}

impl Shared {
    /// Where the snapshot lies.
    pub fn place(&self) -> String {
        format!("s3://{}/{}", self.settings.bucket, self.settings.key)
    }

    /// How many resources the state beside the manifest has.
    ///
    /// # Errors
    /// It cannot be read.
    pub async fn left_behind(&self) -> Result<usize, Failure> {
        Ok(session::look(&self.beside).await?.ledger.state.resources.len())
    }

    /// The commands that would carry over what lies beside the manifest of other environments.
    pub fn left_to_init(&self) -> Vec<String> {
        let environments = self.folder.join("environments");
        let entries = std::fs::read_dir(&environments).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.filter_map(|it| it.file_name().into_string().ok()).collect();
        names.sort();
        let named = names.into_iter().map(|name| (environments.join(&name), Some(name)));
        let all = std::iter::once((self.folder.clone(), None)).chain(named);
        all.filter(|(folder, name)| *name != self.environment && folder.join("state.json").is_file())
            .map(|(_, name)| init(name.as_deref()))
            .collect()
    }

    /// What is named.
    pub fn settings(&self) -> &aws_store::Settings {
        &self.settings
    }

    /// Makes what is named and missing, and tells what it did.
    ///
    /// # Errors
    /// What cannot be made, or belongs to somebody else.
    pub async fn init(&self, report: &mut (dyn FnMut(aws_store::Done) + Send)) -> Result<(), Failure> {
        Ok(aws_store::init(&self.config, &self.settings, report).await?)
    }

    /// Whether this is the sandbox.
    pub fn is_sandbox(&self) -> bool {
        self.run.is_some()
    }
}

/// The command that carries over what lies beside the manifest.
fn init(environment: Option<&str>) -> String {
    let option = environment.map(|it| format!(" --env {it}")).unwrap_or_default();
    format!("stackctl init{option}")
}

/// The folder of a run of the emulator. What belongs to earlier runs is gone with them.
pub fn sandbox_folder(state: &Path, run: &str, quiet: bool) -> PathBuf {
    let sandboxes = state.join("sandbox");
    let entries = std::fs::read_dir(&sandboxes).into_iter().flatten().flatten();
    let stale: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.file_name().is_some_and(|name| name != run)).collect();
    if !stale.is_empty() && !quiet {
        errln!("The sandbox was started anew since the last command: it is empty, and so is its state.");
    }
    for path in stale {
        // What cannot be removed is only in the way, never read.
        let _ = std::fs::remove_dir_all(path);
    }
    sandboxes.join(run)
}
