//! The loop: events into the machine, its commands out to drivers, journal, clocks and people.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use driver::{BoxFuture, Errand, Fault, FaultKind, Live, Want, on_errand};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use model::plan::{OperationId, OperationStep};
use model::state::Status;
use model::{Address, Id, Known, Planned};
use tokio::time::{Instant, sleep, sleep_until};

use super::calls::{Happened, Reply};
use super::jobs::Job;
use super::progress::{self, Ending, Outcome, Progress};
use super::records::Desk;
use super::tasks::{KindOf, kind_of, task};
use super::watch::{Target, Watches};
use super::{Connections, ExecuteError, Surroundings, Work, secrets};
use crate::journal::{Body, Ledger, Record, Standing};
use crate::machine::{Command, Entry, Event, Machine, Report, Step, Timer};
use crate::planted::{Bug, planted};
use crate::schedule::Durations;
use crate::store::{Backup, StoreError, Written};
use crate::{commit, conflict, plan, recover, wants};

/// One run.
pub(super) struct Run<'a> {
    pub connections: Connections<'a>,
    pub work: Work<'a>,
    pub ledger: &'a mut Ledger,
    pub out: Surroundings<'a>,
    pub jobs: Vec<Job<'a>>,
    /// What references see.
    pub objects: BTreeMap<Address, Planned>,
    /// What AWS told last, by object.
    pub lives: BTreeMap<(Address, Id), Live>,
    /// Kind and id of what was looked for before planning and was not there.
    absent: BTreeSet<(&'a str, &'a Id)>,
    /// What is happening outside.
    pub answers: FuturesUnordered<BoxFuture<'a, Happened>>,
    pub events: VecDeque<Event>,
    machine: Machine,
    wants: BTreeMap<Address, Want>,
    watches: Watches,
    timers: FuturesUnordered<BoxFuture<'a, Event>>,
    /// Records to be written, with the operation that waits for them.
    unwritten: Vec<(OperationId, Vec<Body>)>,
    writing: Option<BoxFuture<'a, Result<Wrote, StoreError>>>,
    /// Bytes of journal since the last snapshot, and of that.
    journal_bytes: u64,
    snapshot_bytes: u64,
    interrupted: bool,
}

/// What became durable.
enum Wrote {
    Records { records: Vec<Record>, waiting: Vec<OperationId>, written: Written },
    Snapshot(Written),
}

impl<'a> Run<'a> {
    pub fn new(
        connections: Connections<'a>,
        work: Work<'a>,
        ledger: &'a mut Ledger,
        out: Surroundings<'a>,
    ) -> Result<Self, ExecuteError> {
        let mut jobs = Vec::new();
        let mut tasks = Vec::new();
        for (index, operation) in work.plan.operations.iter().enumerate() {
            let kind = kind_of(work.catalog, operation)?;
            let priority = work.priorities.get(index).copied().unwrap_or_default();
            tasks.push(task(operation, kind, work.stack, &ledger.state, priority));
            jobs.push(Job::new(operation, kind, (out.token)()));
        }
        let known = work.observed.objects.iter().filter_map(|(key, live)| Some((key.clone(), live.clone()?)));
        let adoptable = work.observed.adoptable.iter();
        let adoptable = adoptable.filter_map(|(address, found)| {
            let (id, live) = found.clone()?;
            Some(((address.clone(), id), live))
        });
        let absent = work.observed.objects.iter().filter(|(_, live)| live.is_none());
        Ok(Self {
            lives: known.chain(adoptable).collect(),
            absent: absent.map(|((address, id), _)| (address.kind.as_str(), id)).collect(),
            machine: Machine::new(tasks, &work.plan.edges, work.limits.clone()),
            wants: wants::of(work.stack),
            objects: work.objects.clone(),
            connections,
            work,
            ledger,
            out,
            jobs,
            answers: FuturesUnordered::new(),
            events: VecDeque::new(),
            watches: Watches::default(),
            timers: FuturesUnordered::new(),
            unwritten: Vec::new(),
            writing: None,
            journal_bytes: 0,
            snapshot_bytes: connections.held.snapshot_bytes(),
            interrupted: false,
        })
    }

    /// Runs until nothing is going on and everything is written.
    pub async fn carry_out(&mut self) -> Result<(), ExecuteError> {
        (self.out.progress)(Progress::Planned { operations: self.jobs.len() });
        self.bind().await?;
        self.go_round().await?;
        self.close().await
    }

    async fn go_round(&mut self) -> Result<(), StoreError> {
        self.events.push_back(Event::Start);
        loop {
            while let Some(event) = self.events.pop_front() {
                for command in self.machine.handle(event) {
                    self.obey(command);
                }
            }
            self.write();
            if self.machine.is_finished() && self.writing.is_none() {
                return Ok(());
            }
            let due = self.watches.due();
            tokio::select! {
                biased;
                () = self.out.interrupt.cancelled(), if !self.interrupted => {
                    self.interrupted = true;
                    self.events.push_back(Event::Interrupted);
                }
                wrote = until(self.writing.as_mut()), if self.writing.is_some() => {
                    self.writing = None;
                    self.wrote(wrote?);
                }
                Some(happened) = self.answers.next() => self.happened(happened),
                Some(event) = self.timers.next() => self.events.push_back(event),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => self.look(),
            }
        }
    }

    /// A state that knows no account yet belongs to this one from now on.
    async fn bind(&mut self) -> Result<(), StoreError> {
        if self.ledger.state.account.is_some() {
            return Ok(());
        }
        let observed = self.work.observed;
        let body = Body::Bound {
            account: observed.account.clone(),
            region: observed.region.clone(),
            endpoint: observed.endpoint.clone(),
        };
        commit::append(self.connections.store, self.connections.held, self.ledger, vec![body]).await
    }

    fn obey(&mut self, command: Command) {
        if let Some((operation, stage)) = progress::stage(&command) {
            (self.out.progress)(Progress::Stage { operation, stage });
        }
        match command {
            Command::Prepare(id) => self.prepare(id),
            Command::Find(id) => {
                let job = self.job_mut(id);
                job.typical &= job.intent.is_none();
                self.find(id);
            }
            Command::Append { operation, entry } => self.append(operation, entry),
            Command::Call { operation, step } => self.call(operation, step),
            Command::Inspect(id) => self.inspect(id),
            Command::Watch(id) => self.watch(id),
            Command::Unwatch(id) => self.watches.remove(id),
            Command::SetTimer { operation, timer, after } => {
                if matches!(timer, Timer::Pause(_) | Timer::Turn) {
                    self.job_mut(operation).typical = false;
                }
                self.timers.push(Box::pin(async move {
                    sleep(after).await;
                    Event::Elapsed { operation, timer }
                }));
            }
            Command::Report { operation, report } => self.report(operation, report),
        }
    }

    fn append(&mut self, operation: OperationId, entry: Entry) {
        if let Entry::Created { id } = &entry {
            self.job_mut(operation).id = Some(id.clone());
        }
        let now = (self.out.now)();
        let desk = Desk { ledger: self.ledger, fingerprints: self.connections.fingerprints, now };
        let gone = matches!(entry, Entry::Intent { step: Step::Main, .. }).then(|| self.gone(operation)).flatten();
        let bodies = gone.into_iter().chain(desk.bodies(&self.jobs[operation.0], entry)).collect();
        self.unwritten.push((operation, bodies));
    }

    /// What a create takes the place of, where that had been there and was seen to be gone: it is
    /// not kept as deposed. What was never seen yet may only not be visible.
    fn gone(&self, operation: OperationId) -> Option<Body> {
        let job = self.job(operation);
        if !matches!(job.operation.step, OperationStep::Create { .. }) {
            return None;
        }
        let current = self.ledger.state.resources.get(job.address())?.current.as_ref()?;
        let is_absent = self.absent.contains(&(job.operation.kind.as_str(), &current.id));
        let is_gone = current.status != Status::Creating && is_absent;
        let (address, id) = (job.address().clone(), current.id.clone());
        is_gone.then_some(Body::Settled { address, id, standing: Standing::Gone })
    }

    /// One append at a time, with everything that has come together until then.
    fn write(&mut self) {
        if self.writing.is_some() {
            return;
        }
        let Connections { store, held, .. } = self.connections;
        if self.journal_bytes > self.work.limits.journal_bytes.max(self.snapshot_bytes) {
            let snapshot = self.ledger.snapshot(held.epoch());
            self.writing =
                Some(Box::pin(async move { store.save(held, &snapshot, Backup::Skip).await.map(Wrote::Snapshot) }));
            return;
        }
        if self.unwritten.is_empty() {
            return;
        }
        let mut records = Vec::new();
        let mut waiting = Vec::new();
        for (operation, bodies) in std::mem::take(&mut self.unwritten) {
            for body in bodies {
                let is_intent = matches!(body, Body::Intent(_));
                let believed = believed(&body);
                let record = self.ledger.number(held.epoch(), body);
                let intent = record.sequence;
                if is_intent {
                    self.jobs[operation.0].intent = Some(intent);
                }
                records.push(record);
                if believed {
                    let body = Body::Ready { intent, outputs: crate::journal::empty(), seconds: None };
                    records.push(self.ledger.number(held.epoch(), body));
                }
            }
            waiting.push(operation);
        }
        self.writing = Some(Box::pin(async move {
            let written = match records.is_empty() {
                true => Written { bytes: 0 },
                false => store.append(held, &records).await?,
            };
            Ok(Wrote::Records { records, waiting, written })
        }));
    }

    fn wrote(&mut self, wrote: Wrote) {
        match wrote {
            Wrote::Records { records, waiting, written } => {
                records.iter().for_each(|record| self.ledger.apply(record));
                self.journal_bytes += written.bytes;
                self.events.extend(waiting.into_iter().map(|operation| Event::Appended { operation }));
            }
            Wrote::Snapshot(written) => {
                self.journal_bytes = 0;
                self.snapshot_bytes = written.bytes;
            }
        }
    }

    fn watch(&mut self, operation: OperationId) {
        let job = &self.jobs[operation.0];
        let KindOf::Resource(kind) = job.kind else { return };
        let Some(id) = job.id.clone() else { return };
        let unsettled = match &job.operation.step {
            OperationStep::Create { .. } => job.live.is_some(),
            OperationStep::Delete { .. } => true,
            OperationStep::Update { .. } | OperationStep::Settle { .. } | OperationStep::Adopt { .. } => false,
            OperationStep::Forget | OperationStep::Record { .. } | OperationStep::Read { .. } => false,
        };
        let want = if job.incomplete { Want::Everything } else { self.want(operation) };
        let durations = Durations { catalog: self.work.catalog, learnt: &self.ledger.state.durations };
        let expected = durations.expected(job.operation);
        self.watches.add(kind, operation, Target { id, want, unsettled, expected });
    }

    /// What references read of an operation's object.
    pub fn want(&self, operation: OperationId) -> Want {
        self.wants.get(self.job(operation).address()).cloned().unwrap_or_else(wants::none)
    }

    fn look(&mut self) {
        for look in self.watches.looks() {
            let Some(driver) = self.connections.drivers.resources.get(look.kind) else { continue };
            self.answers.push(Box::pin(async move {
                let result = on_errand(Errand::Settling, driver.read(&look.ids, &look.want)).await;
                Happened::Looked { kind: look.kind, ids: look.ids, result }
            }));
        }
    }

    /// Takes an answer in; see [`super::calls`] for what is sent.
    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Revealed { operation, revealed } => self.revealed(operation, revealed),
            Happened::Answered { operation, reply } => self.answered(operation, reply),
            Happened::Found { operation, found } => self.was_found(operation, found),
            Happened::Inspected { operation, live } => {
                let there = live.map(|live| {
                    let there = live.is_some();
                    self.told(operation, live);
                    there
                });
                self.events.push_back(Event::Inspected { operation, there });
            }
            Happened::Looked { kind, ids, result } => {
                let throttled = result.as_ref().is_err_and(|fault| fault.kind == FaultKind::Throttled);
                for (operation, id) in self.watches.looked(kind, &ids, throttled) {
                    self.seen(operation, &id, &result);
                }
            }
        }
    }

    fn answered(&mut self, operation: OperationId, reply: Result<Reply, Fault>) {
        let answer = match reply {
            Ok(reply) => Ok(self.replied(operation, reply)),
            Err(fault) => {
                let job = &self.jobs[operation.0];
                Err(secrets::redact(secrets::redact(fault, &job.sent), &job.desired))
            }
        };
        self.events.push_back(Event::Answered { operation, answer });
    }

    fn report(&mut self, id: OperationId, report: Report) {
        let (address, operation) = (self.job(id).address().clone(), self.job(id).word());
        let elapsed = self.job(id).began.elapsed();
        let news = match report {
            Report::Started => Progress::Started { address, operation },
            Report::Waiting(what) | Report::Pausing(what) => Progress::Waiting { address, operation, what, elapsed },
            Report::Finished { changed } => {
                self.publish(id);
                self.job_mut(id).finish(if changed { Ending::Done } else { Ending::Unneeded });
                Progress::Finished { address, operation, changed, elapsed }
            }
            Report::Failed(mut fault) => {
                if let Some(rival) = self.job(id).rival.as_ref().filter(|_| fault.kind == FaultKind::Conflict) {
                    fault.message = format!("{}; {}", fault.message, conflict::advice(&address, rival));
                }
                self.job_mut(id).finish(Ending::Failed(fault.clone()));
                Progress::Failed { address, operation, fault, elapsed }
            }
            Report::Skipped { because } => {
                Progress::Skipped { address, operation, because: self.job(because).address().clone() }
            }
        };
        (self.out.progress)(news);
    }

    /// How it went.
    pub fn outcome(&self, stopped: bool) -> Outcome {
        let endings: Vec<Ending> = self.jobs.iter().map(|job| job.ending.clone()).collect();
        progress::outcome(self.work.plan, &endings, stopped || self.interrupted)
    }

    /// Writes outputs and a snapshot.
    async fn close(&mut self) -> Result<(), ExecuteError> {
        let Connections { drivers, store, held, .. } = self.connections;
        let late = recover::suspects(drivers, self.ledger, (self.out.now)()).await?;
        let outputs = self.outputs();
        let outputs = (outputs != self.ledger.state.outputs).then_some(Body::Outputs { values: outputs });
        let bodies = late.bodies.into_iter().chain(outputs).collect();
        commit::append(store, held, self.ledger, bodies).await?;
        commit::save(store, held, self.ledger).await?;
        Ok(())
    }

    /// The stack's outputs; one that is not known, because something failed, stays as it was.
    fn outputs(&self) -> BTreeMap<String, Known> {
        if self.work.plan.binding.destroy {
            let kept = self.ledger.state.outputs.clone();
            return if self.ledger.state.resources.is_empty() { BTreeMap::new() } else { kept };
        }
        let stack = self.work.stack;
        let output = |(name, output): (&String, &model::stack::Output)| {
            let value = stack.evaluate_output(name, &self.objects).ok();
            let value = value.and_then(|value| plan::remembered_output(output.sensitive, value));
            let sealed = value.map(|value| self.connections.fingerprints.seal_output(name, value));
            Some((name.clone(), sealed.or_else(|| self.ledger.state.outputs.get(name).cloned())?))
        };
        stack.outputs.iter().filter_map(output).collect()
    }

    /// Asks AWS something on an operation's errand.
    pub fn ask(&mut self, operation: OperationId, asking: impl Future<Output = Happened> + Send + 'a) {
        self.answers.push(Box::pin(on_errand(Errand::Operation(operation), asking)));
    }

    pub fn job(&self, id: OperationId) -> &Job<'a> {
        &self.jobs[id.0]
    }

    pub fn job_mut(&mut self, id: OperationId) -> &mut Job<'a> {
        &mut self.jobs[id.0]
    }
}

/// Whether a delete is written down as done before it is asked for.
fn believed(body: &Body) -> bool {
    planted(Bug::StateBeforeResult) && matches!(body, Body::Intent(it) if it.operation == crate::journal::Call::Delete)
}

/// The end of what is going on, if anything is.
async fn until<T>(work: Option<&mut BoxFuture<'_, T>>) -> T {
    match work {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}
