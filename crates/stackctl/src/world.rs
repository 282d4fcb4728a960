//! Everything that a command on real resources works with: stack, connection, state.

use std::time::Duration;

use driver::Drivers;
use engine::execute::ExecuteError;
use engine::observe::{self, ObserveError, Question};
use engine::observed::Observed;
use engine::place::{self, Place};
use engine::plan::{self, Planning};
use engine::recover::{RecoverError, Recovery};
use engine::session::{self, Session, SessionError};
use engine::store::{Held, LockNews};
use model::catalog::Catalog;
use model::diagnostic::Diagnostic;

use crate::args::Cli;
use crate::connect::{self, Connection};
use crate::failure::Failure;
use crate::holder::now;
use crate::home::{Address, Home};
use crate::interrupt::Interrupts;
use crate::load::{self, Loaded};
use crate::{render, timeline};

/// A manifest, and the AWS and the state that belong to it.
pub struct World {
    /// Every kind.
    pub catalog: Catalog,
    /// The manifest. It is needed to the end, and to give back the memory of a large one would take
    /// a tenth of the time of a plan.
    pub loaded: &'static Loaded,
    /// The connection.
    pub connection: Connection,
    /// The drivers on it.
    pub drivers: Drivers,
    /// Where state lives.
    pub home: Home,
}

/// How many notes about recovery are told one by one.
const TOLD: usize = 8;

/// A plan and what it was made from. Like the manifest, it lives as long as the process.
pub struct Planned {
    /// What was read.
    pub observed: Observed,
    /// The plan, and what references see.
    pub planning: Planning,
}

impl World {
    /// Loads the manifest, connects, and finds the state.
    ///
    /// # Errors
    /// A wrong manifest, a connection that does not work, or state that lies elsewhere.
    pub async fn open(cli: &Cli, interrupts: &Interrupts) -> Result<Self, Failure> {
        let reading = timeline::phase("read the manifest");
        let catalog = providers::catalog();
        let loaded = load::load(cli, &catalog)?;
        drop(reading);
        Self::of(cli, catalog, loaded, interrupts).await
    }

    /// Connects a manifest that is loaded already, and finds the state.
    ///
    /// # Errors
    /// A connection that does not work, or state that lies elsewhere.
    pub async fn of(cli: &Cli, catalog: Catalog, loaded: Loaded, interrupts: &Interrupts) -> Result<Self, Failure> {
        let connection = connect::connect(&cli.options, &loaded.stack.provider).await?;
        let drivers = providers::drivers(&connection.aws);
        let (stack, state) = (loaded.stack.name.as_str(), loaded.stack.store.as_ref());
        let home = Home::of(Address { cli, folder: &loaded.folder, stack, state }, &connection, interrupts);
        home.refuse_left_behind().await?;
        Ok(Self { catalog, loaded: Box::leak(Box::new(loaded)), connection, drivers, home })
    }

    /// Where the credentials lead.
    pub fn place(&self) -> Place {
        let aws = &self.connection.aws;
        let endpoint = connect::endpoint(self.connection.run.as_deref(), self.connection.endpoint.as_deref());
        Place { account: aws.account().to_owned(), region: aws.region().to_owned(), endpoint }
    }

    /// State without the lock, recovered in memory.
    ///
    /// # Errors
    /// State that cannot be read or belongs elsewhere, or a call whose fate cannot be found out.
    pub async fn look(&self) -> Result<Session, Failure> {
        let news = |news: LockNews| {
            if self.home.talkative() {
                errln!("{}", render::lock::news(&news, Duration::ZERO));
            }
        };
        let reading = timeline::phase("read the state");
        let mut session = self.home.ask(async || session::survey(self.home.store(), &news).await).await?;
        drop(reading);
        place::check(&session.ledger.state, &self.place())?;
        let _recovering = timeline::phase("recover");
        let recovery = session.recover_in_memory(&self.drivers, now()).await?;
        self.tell(&recovery, session.busy.is_some());
        Ok(session)
    }

    /// Takes the lock, recovers for good, does something, and gives the lock back.
    ///
    /// # Errors
    /// As for [`World::look`] and [`Home::locked`].
    pub async fn locked<T>(
        &self,
        command: &str,
        work: impl AsyncFnOnce(&Held, Session) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let recovered = async |held: &Held, mut session: Session| {
            place::check(&session.ledger.state, &self.place())?;
            let recovering = timeline::phase("recover");
            let recovery = session.recover(self.home.store(), held, &self.drivers, now()).await?;
            drop(recovering);
            self.tell(&recovery, false);
            work(held, session).await
        };
        self.home.locked(command, recovered).await
    }

    /// Gives a stack that was never applied its lineage and its key, as the first apply would: a
    /// saved plan names the one, and its secrets are compared by the other.
    ///
    /// # Errors
    /// State that cannot be read or written, or somebody else holds the lock.
    pub async fn begin_history(&self) -> Result<(), Failure> {
        if self.home.load().await?.key.is_some() {
            return Ok(());
        }
        self.home.locked("plan", async |_, _| Ok(())).await
    }

    /// Reads AWS and plans.
    ///
    /// # Errors
    /// Reads that fail, or a plan that cannot be.
    pub async fn plan(&self, session: &Session, options: &plan::Options) -> Result<&'static Planned, Failure> {
        let stack = &self.loaded.stack;
        let (state, fingerprints) = (&session.ledger.state, &session.fingerprints);
        let question = Question { stack, catalog: &self.catalog, state, fingerprints, options, everything: false };
        let observing = timeline::phase("observe AWS");
        let observed = observe::observe(&self.drivers, &self.place(), &question).await?;
        drop(observing);
        let _planning = timeline::phase("plan");
        let inputs = plan::Inputs { stack, catalog: &self.catalog, state, observed: &observed, fingerprints, options };
        let planning = plan::plan(&inputs).map_err(|problems| self.wrong(problems))?;
        if self.home.talkative() {
            render::failure::diagnostics(&planning.diagnostics, &self.loaded.sources, &self.loaded.folder.root());
        }
        Ok(Box::leak(Box::new(Planned { observed, planning })))
    }

    /// A failure of the manifest.
    pub fn wrong(&self, problems: Vec<Diagnostic>) -> Failure {
        Failure::manifest(problems, self.loaded.sources.clone(), self.loaded.folder.root())
    }

    fn tell(&self, recovery: &Recovery, busy: bool) {
        let word = if busy { "" } else { "Recovered: " };
        let notes = recovery.notes.iter().filter(|_| self.home.talkative());
        notes.clone().take(TOLD).for_each(|note| errln!("{word}{note}"));
        match notes.count().saturating_sub(TOLD) {
            0 => {}
            more => errln!("{word}{more} more"),
        }
        for problem in &recovery.problems {
            errln!("warning: {problem}");
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
