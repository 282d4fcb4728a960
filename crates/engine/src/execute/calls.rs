//! What is asked of drivers, and what their answers mean to the loop.

use std::collections::BTreeMap;

use driver::{Created, DataDriver, Driver, Fault, Found, Live, Phase, Token, Want};
use model::catalog::Life;
use model::plan::{OperationId, OperationStep};
use model::stack::object_value;
use model::state::Status;
use model::{Id, Known, Tree};

use super::run::Run;
use super::secrets::Wanted;
use super::tasks::KindOf;
use super::{refuse, secrets, values};
use crate::journal::empty;
use crate::machine::{Answer, Event, Sight, Step};
use crate::planted::{Bug, planted};
use crate::{plan, wants};

/// What has happened outside.
pub(super) enum Happened {
    Revealed { operation: OperationId, revealed: Result<Vec<(Wanted, Known)>, Fault> },
    Answered { operation: OperationId, reply: Result<Reply, Fault> },
    Found { operation: OperationId, found: Result<Found, Fault> },
    Inspected { operation: OperationId, live: Result<Option<Live>, Fault> },
    Looked { kind: &'static str, ids: Vec<Id>, result: Result<BTreeMap<Id, Live>, Fault> },
}

/// A good answer.
pub(super) enum Reply {
    Created(Created),
    /// The arguments after the update.
    Updated(Known),
    Deleted,
    /// What was looked up.
    Data(Known),
}

/// Kinds whose operations usually take no longer are done when the call answers.
const AT_ONCE: std::time::Duration = std::time::Duration::from_secs(1);

impl<'a> Run<'a> {
    pub fn find(&mut self, operation: OperationId) {
        let Some(driver) = self.driver(operation) else { return };
        let (inputs, token) = (self.job(operation).sent.clone(), self.job(operation).token.clone());
        self.ask(operation, async move { Happened::Found { operation, found: driver.find(inputs, &token).await } });
    }

    pub fn was_found(&mut self, operation: OperationId, found: Result<Found, Fault>) {
        let job = self.job_mut(operation);
        match &found {
            Ok(Found::Ours(id) | Found::Foreign(id) | Found::Unproven(id)) => {
                job.rival = Some(id.clone());
                job.incomplete = true;
            }
            Ok(Found::Absent) | Err(_) => {}
        }
        let found = found.map_err(|fault| secrets::redact(fault, &job.sent));
        self.events.push_back(Event::Found { operation, found });
    }

    pub fn inspect(&mut self, operation: OperationId) {
        let (Some(driver), Some(id)) = (self.driver(operation), self.job(operation).id.clone()) else { return };
        let want = match &self.job(operation).operation.step {
            OperationStep::Update { arguments, .. } => {
                wants::union(self.want(operation), Want::Only(arguments.clone()))
            }
            OperationStep::Create { .. } => Want::Everything,
            OperationStep::Delete { .. } | OperationStep::Settle { .. } | OperationStep::Adopt { .. } => wants::none(),
            OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => wants::none(),
        };
        self.ask(operation, async move {
            let ids = [id];
            let live = driver.read(&ids, &want).await.map(|mut lives| lives.remove(&ids[0]));
            Happened::Inspected { operation, live }
        });
    }

    pub fn call(&mut self, operation: OperationId, step: Step) {
        let job = self.job(operation);
        let future: driver::BoxFuture<'a, Result<Reply, Fault>> = match (&job.operation.step, step) {
            (OperationStep::Read { .. }, _) => {
                let Some(driver) = self.data_driver(operation) else { return };
                let arguments = job.sent.clone();
                Box::pin(async move { driver.lookup(arguments).await.map(Reply::Data) })
            }
            (OperationStep::Delete { id, before, .. }, _) => {
                let Some(driver) = self.driver(operation) else { return };
                Box::pin(async move { driver.delete(id, before.clone()).await.map(|()| Reply::Deleted) })
            }
            (OperationStep::Create { .. }, Step::Main) => {
                let Some(driver) = self.driver(operation) else { return };
                let (inputs, token) = (job.sent.clone(), sent_token(&job.token));
                Box::pin(async move { bring_into_being(driver, inputs, &token).await.map(Reply::Created) })
            }
            (OperationStep::Create { .. }, Step::Completion) | (OperationStep::Update { .. }, _) => {
                let Some(driver) = self.driver(operation) else { return };
                let (id, sides) = (job.id.clone(), self.sides(operation));
                let arguments = match &job.operation.step {
                    OperationStep::Update { arguments, .. } => arguments.clone(),
                    _ => values::completable((driver.kind().inputs)()),
                };
                Box::pin(async move {
                    let (before, after) = sides?;
                    let id = id.ok_or_else(|| refuse("there is no object to change"))?;
                    // A create may be complete already, and a call without an answer may have done it.
                    if values::is_same((driver.kind().inputs)(), &before, &after, &arguments) {
                        return Ok(Reply::Updated(after));
                    }
                    driver.update(&id, before, after.clone()).await.map(|()| Reply::Updated(after))
                })
            }
            (OperationStep::Settle { .. } | OperationStep::Adopt { .. }, _) => return,
            (OperationStep::Forget | OperationStep::Record { .. }, _) => return,
        };
        self.ask(operation, async move { Happened::Answered { operation, reply: future.await } });
    }

    /// The arguments before an update and after it.
    pub fn sides(&self, operation: OperationId) -> Result<(Known, Known), Fault> {
        let job = self.job(operation);
        let KindOf::Resource(kind) = job.kind else { return Ok((empty(), empty())) };
        let live = match &job.live {
            Some(live) => Some(live),
            None => job.id.clone().and_then(|id| self.lives.get(&(job.address().clone(), id))),
        };
        let all = values::completable((kind.inputs)());
        let (before, arguments) = match &job.operation.step {
            OperationStep::Update { before, arguments, .. } => (before, arguments),
            OperationStep::Create { desired: _ } | OperationStep::Delete { .. } | OperationStep::Settle { .. } => {
                (NOTHING, &all)
            }
            OperationStep::Adopt { .. } | OperationStep::Forget => (NOTHING, &all),
            OperationStep::Record { .. } | OperationStep::Read { .. } => (NOTHING, &all),
        };
        let before = live.map_or(before, |live| &live.inputs).clone();
        let last = self.last_applied(operation);
        let resource = self.work.stack.resources.get(job.address());
        let update = plan::Update {
            last: &last,
            live: &before,
            arguments,
            ignore: resource.map_or(&[], |it| it.lifecycle.ignore_changes.as_slice()),
            ignore_tags: &self.work.stack.provider.ignore_tags,
            completing: self.is_half_done(operation),
        };
        let after = plan::overlaid(kind, &job.desired.clone().widen(), &update).known();
        let after = after.map_err(|waits| refuse(format!("it waits for {waits}, which is still unknown")))?;
        Ok((before, after))
    }

    fn is_half_done(&self, operation: OperationId) -> bool {
        let job = self.job(operation);
        let entry = self.ledger.state.resources.get(job.address());
        let object = entry.and_then(|entry| entry.objects().find(|it| Some(&it.id) == job.id.as_ref()));
        object.is_some_and(|it| it.status == Status::Creating)
    }

    /// Remembers what an answer told, and says what it means.
    pub fn replied(&mut self, operation: OperationId, reply: Reply) -> Answer {
        let KindOf::Resource(kind) = self.job(operation).kind else {
            if let Reply::Data(outputs) = reply {
                self.looked_up(operation, outputs);
            }
            return Answer::Done { settled: true };
        };
        match reply {
            Reply::Created(Created { id, live, unfinished }) => {
                let settled = live.as_ref().is_some_and(|live| live.phase == Phase::Ready);
                let job = self.job_mut(operation);
                job.id = Some(id.clone());
                job.incomplete = unfinished;
                self.told(operation, live);
                Answer::Created { id, settled, unfinished }
            }
            Reply::Updated(after) => {
                let settled = kind.timing.expected_update <= AT_ONCE && self.knows_after(operation, after);
                Answer::Done { settled }
            }
            Reply::Deleted | Reply::Data(_) => Answer::Done { settled: kind.timing.expected_delete <= AT_ONCE },
        }
    }

    /// After an update that moves no output, everything is known without reading.
    fn knows_after(&mut self, operation: OperationId, after: Known) -> bool {
        let job = self.job(operation);
        let KindOf::Resource(kind) = job.kind else { return false };
        let all = values::completable((kind.inputs)());
        let arguments = match &job.operation.step {
            OperationStep::Update { arguments, .. } => arguments,
            _ => &all,
        };
        let key = job.id.clone().map(|id| (job.address().clone(), id));
        let live = job.live.clone().or_else(|| self.lives.get(&key?).cloned());
        let Some(live) = live.filter(|live| live.phase == Phase::Ready) else { return false };
        // A secret is not kept, so what holds one is not remembered as live.
        let changed = values::differing((kind.inputs)(), &live.inputs, &after, arguments);
        if after.has_secret() || values::moves_outputs(kind, &changed) {
            return false;
        }
        self.told(operation, Some(Live { inputs: after, ..live }));
        true
    }

    /// Remembers an object as AWS described it.
    pub fn told(&mut self, operation: OperationId, live: Option<Live>) {
        let Some(live) = live else { return };
        let job = self.job_mut(operation);
        job.live = Some(live.clone());
        if let Some(id) = job.id.clone() {
            let address = job.address().clone();
            self.lives.insert((address, id), live);
        }
    }

    /// What the settle loop read of one object.
    pub fn seen(&mut self, operation: OperationId, id: &Id, result: &Result<BTreeMap<Id, Live>, Fault>) {
        let sight = match result {
            Err(fault) => Sight::Unread(fault.clone()),
            Ok(lives) => match lives.get(id) {
                None => Sight::Absent,
                Some(live) => {
                    self.told(operation, Some(live.clone()));
                    match &live.phase {
                        Phase::Ready => Sight::Ready,
                        Phase::Settling(what) => Sight::Settling(what.clone()),
                        Phase::Failed(why) => Sight::Failed(why.clone()),
                    }
                }
            },
        };
        self.events.push_back(Event::Seen { operation, sight });
    }

    fn looked_up(&mut self, operation: OperationId, outputs: Known) {
        let job = self.job(operation);
        let KindOf::Data(kind) = job.kind else { return };
        let live = model::stack::Live { inputs: &job.sent, outputs: &outputs };
        let (arguments, schema) = ((kind.arguments)(), (kind.outputs)());
        let value = object_value(arguments, schema, job.address(), &job.reference, Some(live));
        let address = job.address().clone();
        let value = secrets::pending(&address, &value);
        self.objects.insert(address, value);
    }

    /// What references see of a finished operation's object.
    pub fn publish(&mut self, operation: OperationId) {
        let job = self.job(operation);
        let (KindOf::Resource(kind), Some(id)) = (job.kind, job.id.clone()) else { return };
        let address = job.address().clone();
        let reference = match &job.operation.step {
            OperationStep::Delete { .. } | OperationStep::Forget | OperationStep::Read { .. } => return,
            OperationStep::Settle { .. } => match self.work.stack.evaluate(&address, &self.objects) {
                Ok(value) => value,
                Err(_) => return,
            },
            OperationStep::Create { .. } | OperationStep::Update { .. } => job.reference.clone(),
            OperationStep::Adopt { .. } | OperationStep::Record { .. } => job.reference.clone(),
        };
        let Some(live) = self.lives.get(&(address.clone(), id)) else { return };
        let live = model::stack::Live { inputs: &live.inputs, outputs: &live.outputs };
        let value = object_value((kind.inputs)(), (kind.outputs)(), &address, &reference, Some(live));
        let value = secrets::pending(&address, &value);
        self.objects.insert(address, value);
    }

    fn driver(&self, operation: OperationId) -> Option<&'a dyn Driver> {
        let kind = self.job(operation).operation.kind.as_str();
        self.connections.drivers.resources.get(kind).map(AsRef::as_ref)
    }

    fn data_driver(&self, operation: OperationId) -> Option<&'a dyn DataDriver> {
        let kind = self.job(operation).operation.kind.as_str();
        self.connections.drivers.data.get(kind).map(AsRef::as_ref)
    }
}

/// A create; or, for a kind that exists in every account, taking over what is there.
async fn bring_into_being(driver: &dyn Driver, inputs: Known, token: &Token) -> Result<Created, Fault> {
    let found = match driver.kind().life {
        Life::Adopted => driver.adopt(inputs.clone()).await?,
        Life::Owned | Life::Revisions => None,
    };
    let Some(id) = found else { return driver.create(inputs, token).await };
    let ids = [id];
    let live = driver.read(&ids, &Want::Everything).await?.remove(&ids[0]);
    let [id] = ids;
    Ok(Created { id, live, unfinished: true })
}

const NOTHING: &Known = &Tree::Null;

/// The token that goes with a create: the one in its intent.
fn sent_token(token: &Token) -> Token {
    if planted(Bug::ForgottenToken) { super::random_token() } else { token.clone() }
}
