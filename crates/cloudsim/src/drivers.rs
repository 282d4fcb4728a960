//! `driver`'s traits over a cloud.
//!
//! In: calls. Out: answers, after the time they take.

use std::collections::BTreeMap;
use std::time::Duration;

use driver::{BoxFuture, Created, DataDriver, Driver, Fault, FaultKind, Found, Lease, Live, Obstacle, Token, Want};
use model::catalog::{DataKind, Kind};
use model::{Id, Known};
use tokio::time::Instant;

use crate::cloud::Cloud;
use crate::log::Operation;
use crate::process::Process;
use crate::world::{Answer, Request, World};

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The process that waits for the answers.
    pub process: Process,
    /// Is asked for leave when a mutating call is signed.
    pub lease: Lease,
}

impl Caller {
    /// A process that nothing happens to, and that may do anything.
    #[must_use]
    pub fn unhindered() -> Self {
        Self { process: Process::default(), lease: Lease::unlimited() }
    }
}

/// The driver of one kind.
pub(crate) struct SimulatedKind {
    pub cloud: Cloud,
    pub caller: Caller,
    pub kind: &'static Kind,
}

/// The driver of one data source.
pub(crate) struct SimulatedData {
    pub cloud: Cloud,
    pub caller: Caller,
    pub kind: &'static DataKind,
}

/// How long a call that only reads takes.
const READ: Duration = Duration::from_millis(50);

impl Cloud {
    /// A call that only reads: noted, perhaps refused, else looked up when it arrives.
    async fn look<T>(
        &self,
        caller: &Caller,
        kind: &'static str,
        operation: Operation,
        id: Option<Id>,
        look: impl FnOnce(&mut World, Instant) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        caller.process.step().await;
        let (call, fate, takes) = {
            let mut world = self.now();
            let (call, fate, _) = world.note(caller.process.number, kind, operation, id);
            (call, fate, world.setup.latency.unwrap_or(READ))
        };
        tokio::time::sleep(takes).await;
        caller.process.step().await;
        let mut world = self.now();
        let answer = match fate {
            Some(injection) => Err(injection.fault(&format!("{kind}:{}", operation.word()))),
            None => look(&mut world, Instant::now()),
        };
        world.heard(call, &answer);
        answer
    }
}

impl Driver for SimulatedKind {
    fn kind(&self) -> &'static Kind {
        self.kind
    }

    fn read<'a>(&'a self, ids: &'a [Id], want: &'a Want) -> BoxFuture<'a, Result<BTreeMap<Id, Live>, Fault>> {
        let kind = self.kind;
        Box::pin(
            self.cloud.look(&self.caller, kind.name, Operation::Read, None, |world, now| {
                Ok(world.read(kind, ids, want, now))
            }),
        )
    }

    fn create<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Created, Fault>> {
        Box::pin(async move {
            match self.cloud.mutate(&self.caller, self.kind, Request::Create { inputs, token: token.clone() }).await? {
                Answer::Created(created) => Ok(created),
                Answer::Done => Err(Fault::new(FaultKind::Unknown, self.kind.name, "an answer to another call")),
            }
        })
    }

    fn update<'a>(&'a self, id: &'a Id, before: Known, after: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let request = Request::Update { id: id.clone(), before, after };
            self.cloud.mutate(&self.caller, self.kind, request).await.map(|_| ())
        })
    }

    fn delete<'a>(&'a self, id: &'a Id, before: Known) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let request = Request::Delete { id: id.clone(), before };
            self.cloud.mutate(&self.caller, self.kind, request).await.map(|_| ())
        })
    }

    fn find<'a>(&'a self, inputs: Known, token: &'a Token) -> BoxFuture<'a, Result<Found, Fault>> {
        let kind = self.kind;
        let look = move |world: &mut World, now| Ok(world.find(kind, &inputs, token, now));
        Box::pin(self.cloud.look(&self.caller, kind.name, Operation::Find, None, look))
    }

    fn adopt(&self, _: Known) -> BoxFuture<'_, Result<Option<Id>, Fault>> {
        let kind = self.kind;
        Box::pin(
            self.cloud.look(&self.caller, kind.name, Operation::Adopt, None, |world, _| Ok(world.default_of(kind))),
        )
    }

    fn locate<'a>(&'a self, import: &'a str) -> BoxFuture<'a, Result<Id, Fault>> {
        Box::pin(async move { Ok(Id(import.to_owned())) })
    }

    fn obstacles<'a>(&'a self, id: &'a Id, _: Known) -> BoxFuture<'a, Result<Vec<Obstacle>, Fault>> {
        let kind = self.kind;
        let look = |world: &mut World, now| Ok(world.obstacles(kind, id, now));
        Box::pin(self.cloud.look(&self.caller, kind.name, Operation::Obstacles, Some(id.clone()), look))
    }

    fn reveal<'a>(&'a self, id: &'a Id, output: &'a str) -> BoxFuture<'a, Result<Known, Fault>> {
        let kind = self.kind;
        let look = |world: &mut World, now| world.reveal(kind, id, output, now);
        Box::pin(self.cloud.look(&self.caller, kind.name, Operation::Reveal, Some(id.clone()), look))
    }
}

impl DataDriver for SimulatedData {
    fn kind(&self) -> &'static DataKind {
        self.kind
    }

    fn lookup(&self, arguments: Known) -> BoxFuture<'_, Result<Known, Fault>> {
        let kind = self.kind;
        let look = move |world: &mut World, now| world.lookup(kind, &arguments, now);
        Box::pin(self.cloud.look(&self.caller, kind.name, Operation::Lookup, None, look))
    }

    fn reveal<'a>(&'a self, arguments: Known, output: &'a str) -> BoxFuture<'a, Result<Known, Fault>> {
        let kind = self.kind;
        let look = move |world: &mut World, now| world.reveal_lookup(kind, &arguments, output, now);
        Box::pin(self.cloud.look(&self.caller, kind.name, Operation::Reveal, None, look))
    }
}
